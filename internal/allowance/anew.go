package allowance

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// anewAtOnce is for how many participations one act works out all months again: those who act on them wait no longer than a blink.
var anewAtOnce = 100

// FollowRules is the reaction to a version of the rules: every month that it touches is worked out again, issued or not, paid or not, and what
// internships may still cost is, too. Who cannot be worked out waits by himself.
var FollowRules = programme.Following{Name: "months", Act: access.ComputeAllowance, Chunk: workOutAnew}.React

// workOutAnew works out the next participations, and tells what that comes to; who is stuck waits, and is not counted.
func workOutAnew(ctx context.Context, tx *postgres.Tx, rules programme.NewRules, after *uuid.UUID) (done programme.Followed, err error) {
	some, err := touchedFrom(ctx, tx, rules, after, anewAtOnce)
	if err != nil {
		return done, err
	}
	b, err := apart(ctx, tx, some.orders(tx.Today().Month()), nil)
	if err != nil {
		return done, err
	}
	people := slices.DeleteFunc(slices.Clone(some), func(p touchedPerson) bool { return slices.Contains(b.stuck, p.ID) })
	done.Sums = map[string]int{"people": len(people), "months": len(b.ids), "statements": b.statements, "more": int(b.more), "less": int(b.less)}
	if len(some) == anewAtOnce {
		done.Reached = &some[len(some)-1].ID
	}
	return done, nil
}

// touchedPeople are participations, each with those of its months that a version of the rules touches.
type touchedPeople []touchedPerson

type touchedPerson struct {
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
