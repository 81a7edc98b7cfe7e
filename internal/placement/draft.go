package placement

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// DraftInput joins a participation with a seat of an opening.
type DraftInput struct {
	ID            uuid.UUID
	Participation uuid.UUID
	Opening       uuid.UUID
	FromDay       calendar.Day
	ToDay         calendar.Day // zero: the usual length, at most up to the end of the opening and of the programme
	Organisation  *uuid.UUID   // promoter; nil is the partner to whom the person is entrusted
	Tutor         *uuid.UUID   // the promoter's tutor; nil is the person's
	HostTutor     string
	Origin        string // ENTERED, IMPORTED or DEMO
}

// Draft prepares an internship: takes the seat, opens its place in the register, and copies what the host may know. The match
// behind it is the caller's.
func (r Room) Draft(ctx context.Context, tx *postgres.Tx, in DraftInput) error {
	c, err := candidateOf(ctx, tx, in.Participation, in.Opening)
	if err != nil {
		return err
	}
	if !tx.Actor.May(access.DraftPlacement, c.ProgrammeID, c.Audience) {
		return refusal.List{refusal.NotAllowed.At()}
	}
	if _, exists, err := taken(ctx, tx, in.ID); err != nil || exists {
		return refusal.Join(err, refusal.List{refusal.IDTaken.At("id")}.Err())
	}
	p, err := c.placement(ctx, tx, in)
	if err != nil {
		return err
	}
	f, err := r.draftGates(ctx, tx, p, c, in)
	if err != nil {
		return err
	}
	return r.writeDraft(ctx, tx, f, c, in.Origin)
}

// placement is the internship that the input asks for, with what it leaves out filled in.
func (c candidate) placement(ctx context.Context, tx *postgres.Tx, in DraftInput) (Placement, error) {
	p := Placement{ID: in.ID, Programme: c.ProgrammeID, Participation: in.Participation, Person: c.PersonID, Opening: in.Opening, Company: c.CompanyID,
		Site: c.SiteID, Organisation: c.OrganisationID, State: InDraft, StateSince: tx.Today(), FromDay: in.FromDay, ToDay: in.ToDay,
		WeeklyMinutes: c.WeeklyMinutes, Tutor: c.TutorID, Revision: 1, Audience: append(c.Audience, access.CompanyKey(c.ProgrammeID, c.CompanyID))}
	var list refusal.List
	if in.Organisation != nil {
		p.Organisation = *in.Organisation
		if known, err := partnerOf(ctx, tx, c.ProgrammeID, p.Organisation); err != nil {
			return p, err
		} else if !known {
			list = append(list, refusal.NotFound.At("organisation"))
		}
	}
	if in.Tutor != nil {
		p.Tutor = in.Tutor
		if known, err := memberSeen(ctx, tx, *in.Tutor); err != nil {
			return p, err
		} else if !known {
			list = append(list, refusal.NotFound.At("tutor"))
		}
	}
	if p.Tutor == nil {
		list = append(list, NoTutor.At("tutor"))
	}
	host, wrong := lettered(in.HostTutor, maxName, "hostTutor")
	p.HostTutor = host
	return p, append(list, wrong...).Err()
}

// draftGates holds the seat and asks the gates.
func (r Room) draftGates(ctx context.Context, tx *postgres.Tx, p Placement, c candidate, in DraftInput) (Facts, error) {
	pol, err := policyOn(ctx, tx, p.Programme, tx.Today())
	if err != nil {
		return Facts{}, err
	}
	if p.ToDay.IsZero() {
		p.ToDay = earlier(earlier(p.FromDay.Through(pol.rules.DurationMonths), c.OpeningTo), c.ProgrammeTo)
	}
	if p.Exempt, err = exempt(ctx, tx, p.Participation); err != nil {
		return Facts{}, err
	}
	if err := hold(ctx, tx, p.Person, p.Opening, p.Site); err != nil {
		return Facts{}, err
	}
	if p.ToDay.Before(p.FromDay) { // a range that Postgres cannot compare
		return Facts{}, refusal.List{EndsBeforeStart.At("toDay")}
	}
	known, err := draftFacts(ctx, tx, p, tx.Today(), policies{p.Programme: pol})
	if err != nil {
		return Facts{}, err
	}
	f := known.facts(p, tx.Today(), tx.Today())
	f.Rules = pol.of(f.SiteHeadcount)
	t, _ := TransitionOf(access.DraftPlacement)
	list := t.Check(f)
	impossible, err := r.plannable(ctx, tx, f.Placement)
	if err != nil {
		return Facts{}, err
	}
	return f, append(list, impossible.Under("opening")...).Err()
}

// plannable is what stands against the internship's hours on all of its days.
func (r Room) plannable(ctx context.Context, tx *postgres.Tx, p Placement) (list refusal.List, err error) {
	for _, g := range r.PlanGates {
		more, err := g(ctx, tx, p)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

func (r Room) writeDraft(ctx context.Context, tx *postgres.Tx, f Facts, c candidate, origin string) error {
	var err error
	if f.Enrolment, err = enrol(ctx, tx, f.Placement, origin); err != nil {
		return err
	}
	if err := insertPlacement(ctx, tx, rowOf(f.Placement, origin)); err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	if err := insert(ctx, tx, &card{ID: id, PlacementID: f.ID, ParticipationID: f.Participation, CompanyID: f.Company, GivenName: c.GivenName,
		FamilyName: c.FamilyName, Adaptations: c.Needs, Audience: f.Audience}); err != nil {
		return err
	}
	t, _ := TransitionOf(access.DraftPlacement)
	if err := keepStep(ctx, tx, t, f, ""); err != nil {
		return err
	}
	if err := company.Seats(ctx, tx, f.Opening); err != nil {
		return err
	}
	tell(tx, t.Act, event.Entered, f.Placement, map[string]any{"to": InDraft, "fromDay": f.FromDay, "toDay": f.ToDay, "opening": f.Opening, "passed": tx.Passed()})
	return r.tellState(ctx, tx, f.Placement, "", InDraft)
}

func rowOf(p Placement, origin string) *row {
	return &row{ID: p.ID, ProgrammeID: p.Programme, ParticipationID: p.Participation, PersonID: p.Person, OpeningID: p.Opening, CompanyID: p.Company,
		SiteID: p.Site, OrganisationID: p.Organisation, EnrolmentID: p.Enrolment, State: p.State, StateSince: p.StateSince, FromDay: p.FromDay,
		ToDay: p.ToDay, WeeklyMinutes: p.WeeklyMinutes, TutorID: p.Tutor, HostTutor: p.HostTutor, ExemptFromQuota: p.Exempt, Origin: origin,
		Audience: p.Audience, Revision: 1}
}
