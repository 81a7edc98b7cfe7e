package activity

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// SetState brings the enrolment of an internship into a state with its placement. It is part of the placement's act and asks for no
// right of its own; a state that it has already is left alone, and a way that does not exist is refused.
func SetState(ctx context.Context, tx *postgres.Tx, enrolment uuid.UUID, to State) error {
	e, err := enrolmentOf(ctx, tx, enrolment)
	if err != nil || e.State == to {
		return err
	}
	if !leads(FollowPlacement, e.State, to) {
		return refusal.List{WrongState.At("enrolment").With("state", stateLabels[string(e.State)])}
	}
	from := e.State
	e.State = to
	return follow(ctx, tx, e, from)
}

// Reschedule gives the enrolment of an internship the days of its placement, and the minutes that are owed in them: when it starts
// on another day, is extended, or ends early.
func Reschedule(ctx context.Context, tx *postgres.Tx, enrolment uuid.UUID, from, to calendar.Day, weekly calendar.Minutes) error {
	e, err := enrolmentOf(ctx, tx, enrolment)
	if err != nil {
		return err
	}
	e.FromDay, e.ToDay, e.PlannedMinutes = from, to, PlannedMinutes(weekly, from, to)
	return follow(ctx, tx, e, e.State)
}

func follow(ctx context.Context, tx *postgres.Tx, e Enrolment, from State) error {
	if err := update(ctx, tx, &e, from); err != nil {
		return err
	}
	e.tell(tx, FollowPlacement, event.Changed, from)
	return nil
}
