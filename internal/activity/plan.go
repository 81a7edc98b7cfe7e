package activity

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Plan writes down an activity that a partner runs, open to the people of every partner.
func Plan(ctx context.Context, tx *postgres.Tx, in Planned) error {
	bounds, err := frameOf(ctx, tx, in.Programme, in.Organisation)
	switch {
	case err != nil:
		return err
	case !tx.Actor.MayIn(access.PlanActivity, in.Programme):
		return refusal.List{refusal.NotAllowed.At()}
	case !tx.Actor.May(access.PlanActivity, in.Programme, bounds.Line):
		return refusal.List{refusal.NotAllowed.At("organisation")}
	}
	list := in.normal(bounds.FromDay, bounds.ToDay)
	err = refusal.Join(list.Err(), programme.CheckCode(ctx, tx, in.Programme, programme.ActivityKinds, in.Kind, "kind"), in.checkCertificate(ctx, tx))
	if err != nil {
		return err
	}
	return in.write(ctx, tx, bounds)
}

func (p Planned) checkCertificate(ctx context.Context, tx *postgres.Tx) error {
	if p.Certificate == "" {
		return nil
	}
	return programme.CheckCode(ctx, tx, p.Programme, programme.Certificates, p.Certificate, "certificate")
}

func (p Planned) write(ctx context.Context, tx *postgres.Tx, bounds frame) error {
	a := Activity{ID: p.ID, ProgrammeID: p.Programme, OrganisationID: p.Organisation, Kind: p.Kind, Title: p.Title, Place: p.Place, FromDay: p.From, ToDay: p.To,
		PlannedMinutes: p.PlannedMinutes, Seats: p.Seats, Audience: bounds.Partners, Revision: 1}
	if p.Certificate != "" {
		a.Certificate = &p.Certificate
	}
	if err := insertActivity(ctx, tx, a); err != nil {
		return err
	}
	tx.Tell(event.News{Programme: a.ProgrammeID, Act: string(access.PlanActivity), Kind: event.Entered, SubjectKind: "Activity", Subject: a.ID, Audience: a.Audience},
		map[string]any{"organisation": a.OrganisationID, "kind": a.Kind, "fromDay": a.FromDay, "toDay": a.ToDay, "minutes": a.PlannedMinutes, "seats": a.Seats,
			"certificate": a.Certificate})
	return nil
}

// InternshipActivity gives the activity that holds a promoter's internships, and plans it for the programme's whole length when there
// is none yet. It is part of the act that drafts an internship and asks for no right of its own.
func InternshipActivity(ctx context.Context, tx *postgres.Tx, programmeID, organisation uuid.UUID) (uuid.UUID, error) {
	id, err := internships(ctx, tx, programmeID, organisation)
	if err != nil || id != uuid.Nil {
		return id, err
	}
	bounds, err := frameOf(ctx, tx, programmeID, organisation)
	if err != nil {
		return uuid.Nil, err
	}
	if id, err = uuid.NewV7(); err != nil {
		return uuid.Nil, err
	}
	in := Planned{ID: id, Programme: programmeID, Organisation: organisation, Kind: Internship, Title: "Tirocini di inclusione sociale",
		Place: "Presso i soggetti ospitanti", From: bounds.FromDay, To: bounds.ToDay}
	return id, in.write(ctx, tx, bounds)
}
