package inquiry

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// participation is what a call needs to know of whom it is about.
type participation struct {
	ProgrammeID uuid.UUID
	Audience    []uuid.UUID `bun:",array"`
}

// participationOf gives a participation that the actor sees.
func participationOf(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (p participation, found bool, err error) {
	if err = tx.Ask(ctx, &p, "select programme_id, audience from participation where id = $1", id); err != nil {
		return p, false, fmt.Errorf("participation: %w", err)
	}
	return p, p.ProgrammeID != uuid.Nil, nil
}

type callRow struct {
	bun.BaseModel `bun:"table:payment_call,alias:c"`

	ID              uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	Month           calendar.Month
	Caller          Caller
	Said            []byte // sealed
	MemberID        uuid.UUID
	CalledAt        time.Time
	Audience        []uuid.UUID `bun:",array"`
}

func (r *callRow) insert(ctx context.Context, tx *postgres.Tx) error {
	_, err := tx.NewInsert().Model(r).Returning("NULL").Exec(ctx)
	if postgres.Violates(err, "payment_call_pkey") {
		return refusal.IDTaken.At("id")
	}
	if err != nil {
		return fmt.Errorf("note call: %w", err)
	}
	return nil
}
