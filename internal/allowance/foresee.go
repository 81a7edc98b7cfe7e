package allowance

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// Foreseen is what a version of the rules that is only supposed would make of the months that it touches.
type Foreseen struct {
	Issued Change               // of months that have their statement: what the next ones would come to beside those in force
	SoFar  Change               // of the others, as the register stands
	Owed   []ForeseenChange     // what that is for each payer, by budget line
	Codes  map[uuid.UUID]string // of payers and lines
}

// Change is how many months would come to something else, and how much more and less that is in all.
type Change struct {
	Months     int
	More, Less money.Cents
}

// ForeseenChange is what a payer would owe more and less out of a budget line, for months that have their statement.
type ForeseenChange struct {
	Payer, Line uuid.UUID
	Change
}

func (c *Change) add(before, after money.Cents) {
	if after != before {
		c.Months, c.More, c.Less = c.Months+1, c.More+max(after-before, 0), c.Less+max(before-after, 0)
	}
}

// Foresee works out all that a supposed version of the rules touches, and writes nothing. It reads in many short transactions, so that nobody waits.
func Foresee(ctx context.Context, s *programme.Supposition, within func(context.Context, func(context.Context, *postgres.Tx) error) error) (f Foreseen, err error) {
	ctx, f.Codes = programme.Suppose(ctx, s), map[uuid.UUID]string{}
	of, done := programme.NewRules{ProgrammeID: s.Programme, ValidFrom: s.ValidFrom}, false
	for after := (*uuid.UUID)(nil); !done; {
		err := within(ctx, func(ctx context.Context, tx *postgres.Tx) error {
			some, err := touchedFrom(ctx, tx, of, after, anewAtOnce)
			if err != nil {
				return err
			}
			if done = len(some) < anewAtOnce; !done {
				after = &some[len(some)-1].ID
			}
			return f.look(ctx, tx, some.months(tx.Today().Month()))
		})
		if err != nil {
			return f, err
		}
	}
	slices.SortFunc(f.Owed, func(a, b ForeseenChange) int {
		return cmp.Or(cmp.Compare(f.Codes[a.Payer], f.Codes[b.Payer]), cmp.Compare(f.Codes[a.Line], f.Codes[b.Line]), bytes.Compare(a.Line[:], b.Line[:]))
	})
	return f, nil
}

// look adds what the months would come to.
func (f *Foreseen) look(ctx context.Context, tx *postgres.Tx, months []Month) error {
	if len(months) == 0 {
		return nil
	}
	known, err := known(ctx, tx, people(months), "")
	if err != nil {
		return err
	}
	in, _, err := give(ctx, tx, known, months)
	if err != nil {
		return err
	}
	workings, err := in.soFar(ctx, tx)
	if err != nil {
		return err
	}
	ids := make(map[Month]uuid.UUID, len(months))
	for m, row := range in.before {
		ids[m] = row.ID
	}
	b := newIssuing(tx, nil)
	due, err := b.due(ctx, in, ids)
	if err != nil {
		return err
	}
	for _, r := range b.routes {
		maps.Copy(f.Codes, r.Codes())
	}
	for _, n := range due {
		f.next(n)
	}
	for _, m := range months {
		if _, issued := b.before[ids[m]]; !issued {
			f.SoFar.add(in.before[m].TotalCents, workings[m].Total)
		}
	}
	return nil
}

// next adds the next statement of a month, if it is not the first one.
func (f *Foreseen) next(n next) {
	if n.old.ID == uuid.Nil {
		return
	}
	f.Issued.add(n.old.TotalCents, n.working.Total)
	for _, s := range withGone(n.shares, n.oldShares) {
		i := slices.IndexFunc(f.Owed, func(c ForeseenChange) bool { return c.Payer == s.Payer && c.Line == s.Line })
		if i < 0 {
			i, f.Owed = len(f.Owed), append(f.Owed, ForeseenChange{Payer: s.Payer, Line: s.Line})
		}
		f.Owed[i].add(grossOf(n.oldShares, s), s.Gross)
	}
}
