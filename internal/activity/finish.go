package activity

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Ending is when somebody's part in an activity ends.
type Ending struct {
	Enrolment        uuid.UUID
	Day              calendar.Day // zero: today
	ExpectedRevision *int
}

// Complete says that a participant has done what the activity asks, and gives its certificate.
func (r Room) Complete(ctx context.Context, tx *postgres.Tx, in Ending) error {
	e, a, err := r.finish(ctx, tx, in, access.CompleteEnrolment, Completed)
	if err != nil || a.Certificate == nil {
		return err
	}
	items, err := programme.CodeItems(ctx, tx, e.ProgrammeID, programme.Certificates)
	if err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	given := in.on(tx)
	return certify(ctx, tx, certificateRow{ID: id, ProgrammeID: e.ProgrammeID, ParticipationID: e.ParticipationID, EnrolmentID: e.ID, Kind: *a.Certificate,
		GivenOn: given, ValidTo: validTo(items[*a.Certificate].Attributes, given), Audience: e.Audience})
}

// Withdraw says that a participant leaves the activity; the seat is free again.
func (r Room) Withdraw(ctx context.Context, tx *postgres.Tx, in Ending) error {
	_, _, err := r.finish(ctx, tx, in, access.WithdrawEnrolment, Withdrawn)
	return err
}

func (in Ending) on(tx *postgres.Tx) calendar.Day {
	if in.Day.IsZero() {
		return tx.Today()
	}
	return in.Day
}

// finish ends an enrolment in a course or a laboratory by an act.
func (r Room) finish(ctx context.Context, tx *postgres.Tx, in Ending, act access.Act, to State) (Enrolment, Activity, error) {
	e, err := enrolmentOf(ctx, tx, in.Enrolment)
	if err != nil {
		return e, Activity{}, err
	}
	if !tx.Actor.May(act, e.ProgrammeID, e.Audience) {
		return e, Activity{}, refusal.List{refusal.NotAllowed.At()}
	}
	if in.ExpectedRevision != nil && *in.ExpectedRevision != e.Revision {
		return e, Activity{}, refusal.List{refusal.RevisionConflict.At("expectedRevision")}
	}
	a, err := activityOf(ctx, tx, e.ActivityID)
	if err != nil {
		return e, a, err
	}
	last, list := e.end(to, in.on(tx), tx.Today())
	if a.Kind == Internship {
		list = append(list, ByPlacement.At("enrolment"))
	} else if !leads(act, e.State, to) {
		list = append(list, WrongState.At("enrolment").With("state", stateLabels[string(e.State)]))
	}
	worked, err := r.stopped(ctx, tx, e, last.AddDays(1))
	if err != nil {
		return e, a, err
	}
	if list = append(list, worked...); len(list) > 0 {
		return e, a, list
	}
	from := e.State
	e.State, e.ToDay = to, last
	if err := update(ctx, tx, &e, from); err != nil {
		return e, a, err
	}
	e.tell(tx, act, event.Changed, from)
	return e, a, nil
}
