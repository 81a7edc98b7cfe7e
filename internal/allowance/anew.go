package allowance

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// versionSubject is the type of versions of the rules in the API.
const versionSubject = "PolicyVersion"

// anewAtOnce is for how many participations one act works out all months again: those who act on them wait no longer than a blink.
var anewAtOnce = 100

// FollowRules is the reaction to a version of the rules: every month that it touches is worked out again, issued or not, paid or not, and what
// internships may still cost is, too. It goes on chunk by chunk, each told of and heard again here, from where the last one that stands has come to. Who cannot
// be worked out waits by himself.
func FollowRules(ctx context.Context, tx *postgres.Tx, events []event.Event) error {
	var told []uuid.UUID
	for _, e := range events {
		if e.SubjectKind != versionSubject || slices.Contains(told, e.Subject) {
			continue
		}
		told = append(told, e.Subject)
		if err := followRules(ctx, tx, e.Subject); err != nil {
			return err
		}
	}
	return nil
}

// touching is what a version of the rules touches: everything from the month of its first day on.
type touching struct {
	ProgrammeID uuid.UUID
	ValidFrom   calendar.Day
	Audience    []uuid.UUID `bun:",array"`
}

func followRules(ctx context.Context, tx *postgres.Tx, version uuid.UUID) error {
	r, err := holdFollowed(ctx, tx, version)
	if err != nil || r.DoneAt != nil {
		return err
	}
	of, ok, err := versionTouching(ctx, tx, version)
	if err != nil || !ok {
		return err
	}
	some, err := touchedFrom(ctx, tx, of, r.Reached, anewAtOnce)
	if err != nil {
		return err
	}
	b, err := apart(ctx, tx, some.orders(tx.Today().Month()), nil)
	if err != nil {
		return err
	}
	r.add(some, b)
	if r.DoneAt = &tx.Now; len(some) == anewAtOnce {
		r.DoneAt, r.Reached = nil, &some[len(some)-1].ID
	}
	if err := r.save(ctx, tx); err != nil {
		return err
	}
	tx.Tell(event.News{Programme: of.ProgrammeID, Act: string(access.ComputeAllowance), Kind: event.Changed, SubjectKind: versionSubject, Subject: version, Audience: of.Audience},
		map[string]any{"people": r.People, "months": r.Months, "statements": r.Statements, "more": r.MoreCents, "less": r.LessCents, "done": r.DoneAt != nil})
	return nil
}

// touchedPeople are participations, each with those of its months that a version of the rules touches.
type touchedPeople []struct {
	ID    uuid.UUID
	Begun []calendar.Month `bun:"type:jsonb"`
}

// orders are to work out what has begun of their months, and what internships and grants of theirs may still cost.
func (t touchedPeople) orders(last calendar.Month) (all []order) {
	for _, p := range t {
		o := order{participation: p.ID, costs: true}
		for _, m := range p.Begun {
			if !m.After(last) {
				o.months = append(o.months, Month{Participation: p.ID, Month: m})
			}
		}
		all = append(all, o)
	}
	return all
}

func (t touchedPeople) months(last calendar.Month) (all []Month) {
	for _, p := range t {
		for _, m := range p.Begun {
			if !m.After(last) {
				all = append(all, Month{Participation: p.ID, Month: m})
			}
		}
	}
	return all
}

// add counts what a chunk has come to; who is stuck waits, and is not counted.
func (r *followedRow) add(some touchedPeople, b batch) {
	for _, p := range some {
		if !slices.Contains(b.stuck, p.ID) {
			r.People++
		}
	}
	r.Months, r.Statements = r.Months+len(b.ids), r.Statements+b.statements
	r.MoreCents, r.LessCents = r.MoreCents+b.more, r.LessCents+b.less
}
