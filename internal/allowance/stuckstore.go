package allowance

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// stuckRow is somebody of whom something could not be worked out.
type stuckRow struct {
	ID              uuid.UUID
	ParticipationID uuid.UUID
	ProgrammeID     uuid.UUID
	Months          []calendar.Month `bun:",array"`
	Cause           stuckCause
	Since           time.Time
	TriedAt         time.Time
	Audience        []uuid.UUID `bun:",array"`
}

// all are the months that wait.
func (r stuckRow) all() (months []Month) {
	for _, m := range r.Months {
		months = append(months, Month{r.ParticipationID, m})
	}
	return months
}

// stuckAmong reads those of the participations of whom something could not be worked out.
func stuckAmong(ctx context.Context, tx *postgres.Tx, of []order) (map[uuid.UUID]stuckRow, error) {
	ids := make([]uuid.UUID, len(of))
	for i, o := range of {
		ids[i] = o.participation
	}
	var rows []stuckRow
	if err := tx.Ask(ctx, &rows, "select * from allowance_stuck where participation_id = any ($1)", ids); err != nil {
		return nil, fmt.Errorf("who is stuck: %w", err)
	}
	found := make(map[uuid.UUID]stuckRow, len(rows))
	for _, r := range rows {
		found[r.ParticipationID] = r
	}
	return found, nil
}

func stuckIn(ctx context.Context, tx *postgres.Tx, programmes []uuid.UUID) (rows []stuckRow, err error) {
	if err := tx.Ask(ctx, &rows, "select * from allowance_stuck where programme_id = any ($1) order by participation_id", programmes); err != nil {
		return nil, fmt.Errorf("who is stuck: %w", err)
	}
	return rows, nil
}

func (r *stuckRow) keep(ctx context.Context, tx *postgres.Tx) error {
	if _, err := tx.NewInsert().Model(r).ModelTableExpr("allowance_stuck").On("conflict (participation_id) do update").
		Set("months = excluded.months, cause = excluded.cause, since = excluded.since, tried_at = excluded.tried_at").Exec(ctx); err != nil {
		return fmt.Errorf("keep who is stuck: %w", err)
	}
	return nil
}

func (r *stuckRow) drop(ctx context.Context, tx *postgres.Tx) error {
	if _, err := tx.NewDelete().Model(r).ModelTableExpr("allowance_stuck").Where("participation_id = ?", r.ParticipationID).Exec(ctx); err != nil {
		return fmt.Errorf("drop who is stuck: %w", err)
	}
	return nil
}
