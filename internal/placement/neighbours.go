package placement

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// enrolmentStates are where an internship's enrolment goes with it; states that are not here leave it where it is.
var enrolmentStates = map[State]activity.State{
	Running: activity.Enrolled, Suspended: activity.Suspended, Ended: activity.Completed,
	Interrupted: activity.Withdrawn, Cancelled: activity.Withdrawn, Annulled: activity.Withdrawn,
}

// enrol opens the internship's place in the register, under the promoter's internships.
func enrol(ctx context.Context, tx *postgres.Tx, p Placement, origin string) (uuid.UUID, error) {
	internships, err := activity.InternshipActivity(ctx, tx, p.Programme, p.Organisation)
	if err != nil {
		return uuid.Nil, err
	}
	return activity.EnrolIntern(ctx, tx, activity.Intern{Activity: internships, Participation: p.Participation, Company: p.Company,
		From: p.FromDay, To: p.ToDay, Weekly: calendar.Minutes(p.WeeklyMinutes), Origin: origin})
}

// follow moves the enrolment along with the internship, and counts the opening's seats again when one comes free.
func follow(ctx context.Context, tx *postgres.Tx, f Facts, to State) error {
	if state, ok := enrolmentStates[to]; ok {
		if err := activity.SetState(ctx, tx, f.Enrolment, state); err != nil {
			return err
		}
	}
	if err := reschedule(ctx, tx, f, to); err != nil {
		return err
	}
	if f.State.Living() && !to.Living() {
		return company.Seats(ctx, tx, f.Opening)
	}
	return nil
}

// reschedule gives the enrolment the days on which the internship really began and was broken off.
func reschedule(ctx context.Context, tx *postgres.Tx, f Facts, to State) error {
	from, until := f.FromDay, f.ToDay
	switch {
	case to == Running && f.State == Communicated:
		from = f.Day
	case to == Interrupted:
		from, until = f.StartedOn, earlier(f.Day, f.ToDay)
	default:
		return nil
	}
	if from == f.FromDay && until == f.ToDay {
		return nil
	}
	return activity.Reschedule(ctx, tx, f.Enrolment, from, until, calendar.Minutes(f.WeeklyMinutes))
}
