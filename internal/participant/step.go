package participant

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Step is what every step on the path needs.
type Step struct {
	Participation uuid.UUID
	Day           calendar.Day // since when it holds; zero is today
	Expected      *int         // the revision that the actor looked at; nil is any
}

// detail is what the journal keeps of a step: no names and no reasons.
type detail struct {
	Organisation *uuid.UUID     `json:"organisation,omitempty"`
	From         State          `json:"from,omitempty"`
	To           State          `json:"to,omitempty"`
	Day          calendar.Day   `json:"day,omitzero"`
	Check        *uuid.UUID     `json:"check,omitempty"`
	Measure      string         `json:"measure,omitempty"`
	Proof        *uuid.UUID     `json:"proof,omitempty"`
	Requirement  string         `json:"requirement,omitempty"`
	Bank         *uuid.UUID     `json:"bank,omitempty"`
	Changed      bool           `json:"changed,omitempty"` // bank details that replace others
	CalledBack   bool           `json:"calledBack,omitempty"`
	Payee        string         `json:"payee,omitempty"`
	Verdict      *uuid.UUID     `json:"verdict,omitempty"`
	Policy       *uuid.UUID     `json:"policyVersion,omitempty"`
	CaseManager  *uuid.UUID     `json:"caseManager,omitempty"`
	Tutor        *uuid.UUID     `json:"tutor,omitempty"`
	Reason       string         `json:"reason,omitempty"` // a code
	Circle       []named        `json:"circle,omitempty"`
	Passed       map[string]any `json:"passed,omitempty"`
}

// step is one act that moves a participation, or keeps it where it is, while the act runs.
type step struct {
	act      access.Act
	row      participationRow // as it will be
	was      State
	revision int
	day      calendar.Day
	to       Transition
	detail   detail
	left     []uuid.UUID // the organisation that followed the person until now, where that changes
}

// begin loads the participation and says whether the actor, the revision, the state and the day allow the act.
func begin(ctx context.Context, tx *postgres.Tx, act access.Act, in Step) (*step, error) {
	row, err := load(ctx, tx, in.Participation)
	if err != nil {
		return nil, err
	}
	if !tx.Actor.May(act, row.ProgrammeID, row.Audience) {
		return nil, refusal.NotAllowed.At()
	}
	if in.Expected != nil && *in.Expected != row.Revision {
		return nil, refusal.RevisionConflict.At("expectedRevision")
	}
	to, ok := transition(act, row.State, row.entered())
	if !ok {
		return nil, noWay(act, row.State, row.entered()).At("participant")
	}
	s := &step{act: act, row: row, was: row.State, revision: row.Revision, day: orToday(tx, in.Day), to: to}
	return s, s.dayProblem(tx.Today())
}

// dayProblem refuses days to come, and a change of state from before the last one.
func (s *step) dayProblem(today calendar.Day) error {
	switch {
	case s.day.After(today):
		return DayAhead.At("day").With("day", s.day)
	case s.moves() && s.day.Before(s.row.StateSince):
		return DayBefore.At("day").With("day", s.day).With("since", s.row.StateSince)
	}
	return nil
}

func (s *step) moves() bool { return s.to.To != "" && s.to.To != s.was }

// complaint is a refusal that still lacks its place in an input.
type complaint struct {
	code *refusal.Code
	args map[string]text.Text
}

// At places the complaint.
func (c complaint) At(path ...string) refusal.Refusal {
	r := c.code.At(path...)
	for name, arg := range c.args {
		r = r.With(name, arg)
	}
	return r
}

// noWay says why the act opens no way out of the state.
func noWay(act access.Act, from State, entered bool) complaint {
	if _, other := transition(act, from, !entered); other {
		if entered {
			return complaint{code: HasEntered}
		}
		return complaint{code: NotEntered}
	}
	var it, en []string
	for _, t := range Transitions {
		if t.Act != act {
			continue
		}
		for _, s := range t.From {
			it, en = append(it, s.Standing().Label.It), append(en, s.Standing().Label.En)
		}
	}
	return complaint{code: WrongState, args: map[string]text.Text{
		"state": from.Standing().Label,
		"from":  {It: strings.Join(it, ", "), En: strings.Join(en, ", ")},
	}}
}

// finish writes the step, tells of it, and calls those who wait for changes of state.
func (r Room) finish(ctx context.Context, tx *postgres.Tx, s *step) error {
	if s.moves() {
		s.row.State, s.row.StateSince = s.to.To, s.day
	}
	if s.to.Leaving {
		s.row.LeftOn = s.day
	}
	s.row.Revision = s.revision + 1
	if err := save(ctx, tx, s.row, s.was, s.revision); err != nil {
		return err
	}
	s.detail.From, s.detail.To, s.detail.Day, s.detail.Passed = s.was, s.row.State, s.day, tx.Passed()
	tx.Tell(s.news(event.Changed, s.row.Audience), s.detail)
	if !s.moves() {
		return nil
	}
	return r.hooks(ctx, tx, s.row, s.was, nil)
}

func (s *step) news(kind event.Kind, keys []uuid.UUID) event.News {
	return event.News{Programme: s.row.ProgrammeID, Act: string(s.act), Kind: kind, SubjectKind: subjectKind, Subject: s.row.ID,
		Related: []uuid.UUID{s.row.ID}, Audience: keys}
}

// hooks tells those who keep clocks. keys is the organisation and all bodies above, when known; gone are the keys that the
// participation has lost.
func (r Room) hooks(ctx context.Context, tx *postgres.Tx, row participationRow, from State, keys []uuid.UUID, gone ...uuid.UUID) (err error) {
	if len(r.OnState) == 0 {
		return nil
	}
	if keys == nil {
		if keys, err = line(ctx, tx, row.OrganisationID); err != nil {
			return err
		}
	}
	if row.Protected {
		keys = []uuid.UUID{access.CircleKey(row.ProgrammeID, row.ID)}
	}
	var manager uuid.UUID
	if row.CaseManagerID != nil {
		manager = *row.CaseManagerID
	}
	t := event.Transition{Programme: row.ProgrammeID, Concept: concept, SubjectKind: subjectKind, Subject: row.ID, Participation: row.ID,
		From: string(from), To: string(row.State), Owners: row.State.Owners(manager, keys), Audience: slices.Clone(row.Audience), Gone: gone}
	for _, hook := range r.OnState {
		if err := hook(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}

// plain is a step that has no rule of its own.
func (r Room) plain(ctx context.Context, tx *postgres.Tx, act access.Act, in Step) error {
	s, err := begin(ctx, tx, act, in)
	if err != nil {
		return err
	}
	return r.finish(ctx, tx, s)
}
