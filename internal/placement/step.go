package placement

import (
	"context"
	"maps"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// maxCode is the length of protocol numbers and codes, in characters; maxName that of a name.
const (
	maxCode = 100
	maxName = 200
)

// Step is what every act on an internship needs.
type Step struct {
	Placement uuid.UUID
	Day       calendar.Day // from which it holds; zero is today
	Expected  *int         // revision that the actor looked at; nil does not ask

	until calendar.Day // of an extension; zero is the first that there could be
}

// effect is what one act adds to the common step: columns to set, the reason, and refusals of its own input.
type effect struct {
	set      map[string]any
	reason   string
	refusals refusal.List
	detail   map[string]any // of the news, beside what all have
	longer   int            // days that come to the internship
	// warn asks for acknowledgements, once nothing is refused.
	warn func(tx *postgres.Tx) error
	// after does what the written change allows.
	after func(tx *postgres.Tx) error
	note  refusal.List // told beside the done act, without being asked to acknowledge it
}

// advance does one transition of the table: load, right, revision, gates, write, tell.
func (r Room) advance(ctx context.Context, tx *postgres.Tx, act access.Act, in Step, own func(Facts) (effect, error)) error {
	p, err := held(ctx, tx, act, in)
	if err != nil {
		return err
	}
	t, _ := TransitionOf(act)
	f, err := r.factsFor(ctx, tx, p, in)
	if err != nil {
		return err
	}
	e, err := own(f)
	if err != nil {
		return err
	}
	if err := refusal.Join(t.Check(f).Err(), e.refusals.Err()); err != nil {
		return err
	}
	if e.warn != nil {
		if err := e.warn(tx); err != nil {
			return err
		}
	}
	return r.write(ctx, tx, t, f, e)
}

// held finds the internship and keeps others from its person, its seat and its tutor. It is found again behind them: who may see it, and all else
// that its rows take over from it, may have changed while they were waited for.
func held(ctx context.Context, tx *postgres.Tx, act access.Act, in Step) (Placement, error) {
	p, err := load(ctx, tx, act, in)
	if err != nil {
		return Placement{}, err
	}
	ids := []uuid.UUID{p.Person, p.Opening, p.Site}
	if p.Tutor != nil {
		ids = append(ids, *p.Tutor)
	}
	if err := hold(ctx, tx, ids...); err != nil {
		return Placement{}, err
	}
	return load(ctx, tx, act, in)
}

// load finds the internship under the actor's rights and asks whether he may.
func load(ctx context.Context, tx *postgres.Tx, act access.Act, in Step) (Placement, error) {
	found, err := byIDs(ctx, tx, []uuid.UUID{in.Placement})
	if err != nil {
		return Placement{}, err
	}
	p, ok := found[in.Placement]
	switch {
	case !ok:
		return Placement{}, refusal.List{refusal.NotFound.At("placement")}
	case !tx.Actor.May(act, p.Programme, p.Audience):
		return Placement{}, refusal.List{refusal.NotAllowed.At()}
	case in.Expected != nil && *in.Expected != p.Revision:
		return Placement{}, refusal.List{refusal.RevisionConflict.At("expectedRevision")}
	}
	return p, nil
}

// factsFor reads what the gates look at.
func (r Room) factsFor(ctx context.Context, tx *postgres.Tx, p Placement, in Step) (Facts, error) {
	day := in.Day
	if day.IsZero() {
		day = tx.Today()
	}
	pol, err := policyOn(ctx, tx, p.Programme, tx.Today())
	if err != nil {
		return Facts{}, err
	}
	all, err := factsOf(ctx, tx, []uuid.UUID{p.ID}, day, policies{p.Programme: pol})
	if err != nil {
		return Facts{}, err
	}
	later, err := extensionFacts(ctx, tx, []uuid.UUID{p.ID}, in.until)
	if err != nil {
		return Facts{}, err
	}
	attest, err := refusalsOf(ctx, tx, r.AttestGates, attesting, p)
	if err != nil {
		return Facts{}, err
	}
	f := all[p.ID].facts(p, day, tx.Today())
	later[p.ID].into(&f)
	f.Rules, f.Attest = pol.of(f.SiteHeadcount), attest[p.ID]
	return f, nil
}

// write makes the change, keeps the step, moves enrolment and seats along, and tells.
func (r Room) write(ctx context.Context, tx *postgres.Tx, t Transition, f Facts, e effect) error {
	to, since := t.reaches(f.State), f.Day
	if t.Stays() {
		since = f.StateSince
	}
	moved, err := change(ctx, tx, f.Placement, to, since, e.set)
	if err != nil {
		return err
	}
	if !moved {
		return refusal.List{refusal.RevisionConflict.At("expectedRevision")}
	}
	if err := keepStep(ctx, tx, t, f, e.reason); err != nil {
		return err
	}
	if err := follow(ctx, tx, f, to); err != nil {
		return err
	}
	if e.after != nil {
		if err := e.after(tx); err != nil {
			return err
		}
	}
	detail := map[string]any{"from": f.State, "to": to, "day": f.Day, "reason": e.reason, "passed": tx.Passed()}
	maps.Copy(detail, e.detail)
	tell(tx, t.Act, event.Changed, f.Placement, detail)
	tx.Warnings = append(tx.Warnings, e.note...)
	if t.Stays() && e.longer == 0 {
		return nil
	}
	return r.tellLonger(ctx, tx, f.Placement, f.State, to, e.longer)
}

func keepStep(ctx context.Context, tx *postgres.Tx, t Transition, f Facts, reason string) error {
	position, err := nextPosition(ctx, tx, f.ID)
	if err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	s := stepRow{ID: id, PlacementID: f.ID, ParticipationID: f.Participation, CompanyID: f.Company, Position: position, Act: string(t.Act),
		ToState: t.reaches(f.State), Day: f.Day, At: tx.Now, MemberID: tx.Actor.Member, Reason: orNull(reason), Audience: f.Audience}
	if len(t.From) > 0 {
		s.FromState = orNull(string(f.State))
	}
	return insert(ctx, tx, &s)
}

func tell(tx *postgres.Tx, act access.Act, kind event.Kind, p Placement, detail any) {
	tx.Tell(event.News{Programme: p.Programme, Act: string(act), Kind: kind, SubjectKind: "Placement", Subject: p.ID,
		Related: []uuid.UUID{p.Participation, p.Company, p.Opening, p.Enrolment}, Audience: p.Audience}, detail)
}

// reasoned checks a code of a list and gives the refusals of a code that may not be used.
func reasoned(ctx context.Context, tx *postgres.Tx, p Placement, list, code string) (refusal.List, error) {
	err := programme.CheckCode(ctx, tx, p.Programme, list, code, "reason")
	if refusals, ok := refusal.As(err); ok {
		return refusals, nil
	}
	return nil, err
}

// lettered checks a short text that must be there.
func lettered(s string, most int, path string) (string, refusal.List) {
	s = strings.TrimSpace(s)
	n := utf8.RuneCountInString(s)
	return s, unless(n > 0 && n <= most && utf8.ValidString(s) && !strings.ContainsRune(s, 0), TextLength.At(path).With("max", most))
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func earlier(a, b calendar.Day) calendar.Day {
	if b.Before(a) {
		return b
	}
	return a
}
