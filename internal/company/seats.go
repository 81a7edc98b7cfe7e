package company

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// Seats makes an opening OPEN or FILLED by the internships that stand now. It is part of the acts that take or free a seat and asks
// for no right of its own; a closed opening stays closed.
func Seats(ctx context.Context, tx *postgres.Tx, opening uuid.UUID) error {
	o, err := LockOpening(ctx, tx, opening)
	if err != nil || o.State == Closed {
		return err
	}
	taken, err := Taken(ctx, tx, opening)
	if err != nil {
		return err
	}
	from, to := o.State, seated(o.Seats, taken)
	if from == to {
		return nil
	}
	if err := move(ctx, tx, &o, to); err != nil {
		return err
	}
	o.tell(tx, CountSeats, event.Changed, from)
	return nil
}
