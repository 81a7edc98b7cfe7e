package activity

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// StopGate says why somebody's part in an activity cannot be over from a day on; nothing where it can.
type StopGate func(ctx context.Context, tx *postgres.Tx, enrolment uuid.UUID, from calendar.Day) (refusal.List, error)

// Room is the acts that end somebody's part, with the point at which later rooms join in.
type Room struct {
	// StopGates decide on the first day that is no longer part of it: what was done from then on is the register's.
	StopGates []StopGate
}

// stopped joins what the gates say of a part that is over from a day on.
func (r Room) stopped(ctx context.Context, tx *postgres.Tx, e Enrolment, from calendar.Day) (all refusal.List, err error) {
	for _, g := range r.StopGates {
		list, err := g(ctx, tx, e.ID, from)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}
