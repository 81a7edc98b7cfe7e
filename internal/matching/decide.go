package matching

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Decision is what every act on a match needs.
type Decision struct {
	Match    uuid.UUID
	Expected *int // revision that the actor looked at; nil does not ask
}

// Propose puts a suggestion to person, tutor and company.
func (r Room) Propose(ctx context.Context, tx *postgres.Tx, in Decision) error {
	return r.decide(ctx, tx, access.ProposeMatch, in, "")
}

// Accept records that person, tutor and company agree.
func (r Room) Accept(ctx context.Context, tx *postgres.Tx, in Decision) error {
	return r.decide(ctx, tx, access.AcceptMatch, in, "")
}

// DeclineInput says why somebody declines.
type DeclineInput struct {
	Decision
	Reason string // code of decline_reasons
}

// Decline records that somebody declines, or that a suggestion is not wanted; the pair is not suggested again.
func (r Room) Decline(ctx context.Context, tx *postgres.Tx, in DeclineInput) error {
	return r.decide(ctx, tx, access.DeclineMatch, in.Decision, in.Reason)
}

// DraftInput is what an internship needs beside its match.
type DraftInput struct {
	ID           uuid.UUID // of the internship
	Match        uuid.UUID
	FromDay      calendar.Day
	ToDay        calendar.Day // zero: the programme's usual length
	Organisation *uuid.UUID
	Tutor        *uuid.UUID
	HostTutor    string
	Origin       string // ENTERED, IMPORTED or DEMO
}

// Draft prepares an internship from an accepted match, which becomes PLACED in the same transaction.
func (r Room) Draft(ctx context.Context, tx *postgres.Tx, in DraftInput) error {
	f, err := load(ctx, tx, access.DraftPlacement, Decision{Match: in.Match})
	if err != nil {
		return err
	}
	t, _ := decision(access.DraftPlacement)
	if err := t.Check(f).Err(); err != nil {
		return err
	}
	err = r.Placement.Draft(ctx, tx, placement.DraftInput{ID: in.ID, Participation: f.Participation, Opening: f.Opening, FromDay: in.FromDay, ToDay: in.ToDay,
		Organisation: in.Organisation, Tutor: in.Tutor, HostTutor: in.HostTutor, Origin: in.Origin})
	if err != nil {
		return err
	}
	return r.write(ctx, tx, t, f, "")
}

func (r Room) decide(ctx context.Context, tx *postgres.Tx, act access.Act, in Decision, reason string) error {
	f, err := load(ctx, tx, act, in)
	if err != nil {
		return err
	}
	t, _ := decision(act)
	var known error
	if act == access.DeclineMatch {
		known = programme.CheckCode(ctx, tx, f.Programme, programme.DeclineReasons, reason, "reason")
	}
	if err := refusal.Join(t.Check(f).Err(), known); err != nil {
		return err
	}
	return r.write(ctx, tx, t, f, reason)
}

// load finds the match under the actor's rights, asks whether he may, and reads what the gates look at.
func load(ctx context.Context, tx *postgres.Tx, act access.Act, in Decision) (Facts, error) {
	found, err := factsOf(ctx, tx, []uuid.UUID{in.Match})
	if err != nil {
		return Facts{}, err
	}
	f, ok := found[in.Match]
	switch {
	case !ok:
		return f, refusal.List{refusal.NotFound.At("match")}
	case !tx.Actor.May(act, f.Programme, f.Audience):
		return f, refusal.List{refusal.NotAllowed.At()}
	case in.Expected != nil && *in.Expected != f.Revision:
		return f, refusal.List{refusal.RevisionConflict.At("expectedRevision")}
	}
	return f, nil
}

func (r Room) write(ctx context.Context, tx *postgres.Tx, t Transition, f Facts, reason string) error {
	moved, err := change(ctx, tx, f.Match, t.To, tx.Today(), reason)
	if err != nil {
		return err
	}
	if !moved {
		return refusal.List{refusal.RevisionConflict.At("match")}
	}
	f.tell(tx, t.Act, event.Changed, t.To)
	return r.tellState(ctx, tx, f.Match, t.To)
}

// tell gives the news of a match: ids and states.
func (m Match) tell(tx *postgres.Tx, act access.Act, kind event.Kind, to State) {
	tx.Tell(event.News{Programme: m.Programme, Act: string(act), Kind: kind, SubjectKind: "Match", Subject: m.ID,
		Related: []uuid.UUID{m.Participation, m.Opening, m.Company}, Audience: m.Audience}, map[string]any{"from": m.State, "to": to, "passed": tx.Passed()})
}
