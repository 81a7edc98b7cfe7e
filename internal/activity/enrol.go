package activity

import (
	"cmp"
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Enrolling is who is to take part in what.
type Enrolling struct {
	ID            uuid.UUID
	Activity      uuid.UUID
	Participation uuid.UUID
	Origin        string // ENTERED, IMPORTED or DEMO; "" is ENTERED
}

// Enrol gives a participant a seat in a course or a laboratory. It holds the activity's row, so that seats are counted by one at a time.
func Enrol(ctx context.Context, tx *postgres.Tx, in Enrolling) error {
	p, err := personOf(ctx, tx, in.Participation)
	if err != nil {
		return err
	}
	if !tx.Actor.May(access.Enrol, p.ProgrammeID, p.Audience) {
		return refusal.List{refusal.NotAllowed.At()}
	}
	a, err := lock(ctx, tx, in.Activity)
	if err != nil {
		return err
	}
	if a.ProgrammeID != p.ProgrammeID {
		return refusal.List{refusal.NotFound.At("activity")}
	}
	if err := seat(ctx, tx, a, p); err != nil {
		return err
	}
	e := Enrolment{ID: in.ID, ProgrammeID: p.ProgrammeID, ActivityID: a.ID, ParticipationID: p.ID, PersonID: p.PersonID, State: Enrolled,
		FromDay: a.firstDay(p, tx.Today()), ToDay: a.ToDay, PlannedMinutes: a.PlannedMinutes, Origin: cmp.Or(in.Origin, "ENTERED"), Audience: p.Audience, Revision: 1}
	if err := insertEnrolment(ctx, tx, e); err != nil {
		return err
	}
	e.tell(tx, access.Enrol, event.Entered, "")
	return nil
}

// seat asks whether the activity, whose row is held, admits the person.
func seat(ctx context.Context, tx *postgres.Tx, a Activity, p Person) error {
	n, err := taken(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	twice, err := enrolledIn(ctx, tx, a.ID, p.ID)
	if err != nil {
		return err
	}
	return a.admits(p, n, twice, tx.Today()).Err()
}

// Intern is an internship as far as its enrolment goes.
type Intern struct {
	Activity      uuid.UUID // of InternshipActivity
	Participation uuid.UUID
	Company       uuid.UUID // the host, which sees the enrolment too
	From, To      calendar.Day
	Weekly        calendar.Minutes
	Origin        string // ENTERED, IMPORTED or DEMO; "" is ENTERED
}

// EnrolIntern makes the enrolment of an internship; it owes the weekly minutes over its days. It is part of the act that drafts the
// internship, which answers for rights, states and seats.
func EnrolIntern(ctx context.Context, tx *postgres.Tx, in Intern) (uuid.UUID, error) {
	p, err := personOf(ctx, tx, in.Participation)
	if err != nil {
		return uuid.Nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.Nil, err
	}
	e := Enrolment{ID: id, ProgrammeID: p.ProgrammeID, ActivityID: in.Activity, ParticipationID: p.ID, PersonID: p.PersonID, CompanyID: &in.Company, State: Enrolled,
		FromDay: in.From, ToDay: in.To, PlannedMinutes: PlannedMinutes(in.Weekly, in.From, in.To), Origin: cmp.Or(in.Origin, "ENTERED"),
		Audience: append(p.Audience[:len(p.Audience):len(p.Audience)], access.CompanyKey(p.ProgrammeID, in.Company)), Revision: 1}
	if err := insertEnrolment(ctx, tx, e); err != nil {
		return uuid.Nil, err
	}
	e.tell(tx, FollowPlacement, event.Entered, "")
	return id, nil
}

// tell buffers the news of an enrolment: ids, days and states.
func (e Enrolment) tell(tx *postgres.Tx, act access.Act, kind event.Kind, from State) {
	related := []uuid.UUID{e.ParticipationID, e.ActivityID}
	if e.CompanyID != nil {
		related = append(related, *e.CompanyID)
	}
	tx.Tell(event.News{Programme: e.ProgrammeID, Act: string(act), Kind: kind, SubjectKind: "Enrolment", Subject: e.ID, Related: related, Audience: e.Audience},
		map[string]any{"from": from, "to": e.State, "fromDay": e.FromDay, "toDay": e.ToDay, "minutes": e.PlannedMinutes, "origin": e.Origin})
}
