package recovery

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// replayBatch is of how many months' allowances the sums are held in memory at once.
const replayBatch = 500

// Difference is a month of which what was paid, less what came back, is not what is owed, beside what is known to be too much.
type Difference struct {
	Allowance, Payer uuid.UUID
	What             string
}

// String names the month and not the person.
func (d Difference) String() string {
	return fmt.Sprintf("allowance %s, payer %s: %s", d.Allowance, d.Payer, d.What)
}

// of is a month and one payer.
type of struct{ allowance, payer uuid.UUID }

// Replay adds up anew, as the tables' owner, what was paid of every month by each payer and what came back, and tells of each that does not agree with
// its statement and its recovery: paid - recovered - repaid = owed, but for what is still due, left or was given up. It gives how many it has read.
func Replay(ctx context.Context, ownerURL string, tell func(Difference) error) (read int, err error) {
	after := uuid.Nil
	for {
		last, sums, err := moved(ctx, ownerURL, after, replayBatch)
		if err != nil {
			return read, err
		}
		keys := make([]of, 0, len(sums))
		for k := range sums {
			keys = append(keys, k)
		}
		slices.SortFunc(keys, func(a, b of) int {
			return slices.Compare(append(a.allowance[:], a.payer[:]...), append(b.allowance[:], b.payer[:]...))
		})
		for _, k := range keys {
			for _, what := range sums[k].differences() {
				if err := tell(Difference{Allowance: k.allowance, Payer: k.payer, What: what}); err != nil {
					return read, err
				}
			}
		}
		if read += len(keys); last == uuid.Nil {
			return read, nil
		}
		after = last
	}
}

// account is what went to and fro between a payer and a person for one month; sums are net.
type account struct {
	lines     map[uuid.UUID]*budgetSums
	recovered money.Cents // by live lines
	repaid    money.Cents // by discharges that were confirmed, as waived
	waived    money.Cents
	kept      *keptSums // by its recovery; nil where there is none
}

// budgetSums are of one budget line.
type budgetSums struct{ owed, taken, unsent, back money.Cents }

// keptSums are what a recovery says.
type keptSums struct{ owed, recovered, repaid, waived, left money.Cents }

func (a *account) differences() (found []string) {
	much := money.Cents(0)
	for _, l := range a.lines {
		if due := l.owed + l.back - l.taken; due > 0 {
			much -= due
		} else if debt := -due - l.unsent; debt > 0 {
			much += debt
		}
	}
	much = max(much, 0)
	if a.kept == nil {
		if much+a.recovered+a.repaid+a.waived > 0 {
			found = append(found, fmt.Sprintf("%d cents too much were paid, and nobody knows it", much))
		}
		return found
	}
	comes := keptSums{owed: a.recovered + a.repaid + much, recovered: a.recovered, repaid: a.repaid, waived: min(a.waived, much), left: max(much-a.waived, 0)}
	if comes != *a.kept {
		found = append(found, fmt.Sprintf("kept %+v, comes to %+v", *a.kept, comes))
	}
	return found
}
