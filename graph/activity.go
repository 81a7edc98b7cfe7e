package graph

import (
	"context"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// PlanActivity writes a course, a laboratory or internships down.
func (m mutation) PlanActivity(ctx context.Context, input PlanActivityInput) (*PlanActivityPayload, error) {
	return perform(ctx, m.Resolver, access.PlanActivity, input, func(ctx context.Context, tx *postgres.Tx, out *PlanActivityPayload) error {
		id, wrongID := newID("act", input.ID, "id")
		programme, wrongProgramme := idOf("prg", input.Programme, "programme")
		organisation, wrongOrganisation := idOf("org", input.Organisation, "organisation")
		if err := refusal.Join(wrongID, wrongProgramme, wrongOrganisation); err != nil {
			return err
		}
		err := activity.Plan(ctx, tx, activity.Planned{ID: id, Programme: programme, Organisation: organisation, Kind: input.Kind, Title: input.Title, Place: input.Place,
			From: input.FromDay, To: input.ToDay, PlannedMinutes: input.PlannedMinutes, Seats: revision(input.Seats), Certificate: orEmpty(input.Certificate)})
		if err == nil {
			out.Activity = &Activity{ID: plan.FormatID("act", id)}
		}
		return err
	})
}

// Enrol gives a participant a seat in a course or a laboratory.
func (m mutation) Enrol(ctx context.Context, input EnrolInput) (*EnrolPayload, error) {
	return perform(ctx, m.Resolver, access.Enrol, input, func(ctx context.Context, tx *postgres.Tx, out *EnrolPayload) error {
		id, wrongID := newID("enr", input.ID, "id")
		into, wrongActivity := idOf("act", input.Activity, "activity")
		participant, wrongParticipant := idOf("prt", input.Participant, "participant")
		if err := refusal.Join(wrongID, wrongActivity, wrongParticipant); err != nil {
			return err
		}
		err := activity.Enrol(ctx, tx, activity.Enrolling{ID: id, Activity: into, Participation: participant, Origin: "ENTERED"})
		if err == nil {
			out.Enrolment = &Enrolment{ID: plan.FormatID("enr", id)}
		}
		return err
	})
}

// CompleteEnrolment says that a participant has done what the activity asks.
func (m mutation) CompleteEnrolment(ctx context.Context, input CompleteEnrolmentInput) (*CompleteEnrolmentPayload, error) {
	return perform(ctx, m.Resolver, access.CompleteEnrolment, input, func(ctx context.Context, tx *postgres.Tx, out *CompleteEnrolmentPayload) error {
		in, err := endingOf(input.Enrolment, input.Day, input.ExpectedRevision)
		if err != nil {
			return err
		}
		out.Enrolment = &Enrolment{ID: input.Enrolment}
		return m.Activities.Complete(ctx, tx, in)
	})
}

// WithdrawEnrolment says that a participant leaves an activity.
func (m mutation) WithdrawEnrolment(ctx context.Context, input WithdrawEnrolmentInput) (*WithdrawEnrolmentPayload, error) {
	return perform(ctx, m.Resolver, access.WithdrawEnrolment, input, func(ctx context.Context, tx *postgres.Tx, out *WithdrawEnrolmentPayload) error {
		in, err := endingOf(input.Enrolment, input.Day, input.ExpectedRevision)
		if err != nil {
			return err
		}
		out.Enrolment = &Enrolment{ID: input.Enrolment}
		return m.Activities.Withdraw(ctx, tx, in)
	})
}

func endingOf(enrolment string, day *calendar.Day, expected *int32) (activity.Ending, error) {
	id, err := idOf("enr", enrolment, "enrolment")
	in := activity.Ending{Enrolment: id, ExpectedRevision: revision(expected)}
	if day != nil {
		in.Day = *day
	}
	return in, err
}
