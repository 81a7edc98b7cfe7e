package allowance

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// TestMonthsShareTheirCeilings: by whatever order months come in the same comes out, and comes out again of what came out; no ceiling is passed, nobody
// gives back what he need not, and nothing is left that a month would come to and all ceilings allow.
func TestMonthsShareTheirCeilings(t *testing.T) {
	person := uuid.New()
	rapid.Check(t, func(t *rapid.T) {
		cents := func(name string) money.Cents { return money.Cents(rapid.IntRange(0, 6).Draw(t, name)) }
		ceilings := []money.Cents{3 * cents("first ceiling"), 3 * cents("second ceiling"), 3 * cents("third ceiling")}
		var claims []claim
		number := 0
		for i := range rapid.IntRange(1, 7).Draw(t, "months") {
			number = min(number+rapid.IntRange(0, 1).Draw(t, "next version"), 2)
			c := claim{Month: Month{person, calendar.MustMonth("2026-01").Add(i)}, Number: number, Ceiling: ceilings[number], Owed: cents("owed"), Alone: cents("alone")}
			if rapid.IntRange(0, 3).Draw(t, "stands") == 0 {
				c.Stands, c.Alone = true, c.Owed
			}
			claims = append(claims, c)
		}
		got := shareOut(claims)
		for range 3 {
			rand.Shuffle(len(claims), func(i, j int) { claims[i], claims[j] = claims[j], claims[i] })
			if other := shareOut(claims); !slices.Equal(other, got) {
				t.Fatalf("in another order %v, want %v", other, got)
			}
		}
		again := slices.Clone(got)
		for i := range again {
			again[i].Owed = again[i].Gets
			if again[i].Stands {
				again[i].Alone = again[i].Gets
			}
		}
		for i, c := range shareOut(again) {
			if c.Gets != got[i].Gets {
				t.Fatalf("again: %v, want %v", shareOut(again), got)
			}
		}
		lowered := slices.Clone(claims) // as far as each gives back by itself
		for i := range lowered {
			lowered[i].Gets = min(lowered[i].Owed, lowered[i].Alone)
		}
		sumOf := func(all []claim, number int) (sum money.Cents) {
			for _, c := range all {
				if c.Number <= number {
					sum += c.Gets
				}
			}
			return sum
		}
		for _, c := range got {
			left := c.Ceiling - sumOf(got, c.Number)
			for _, later := range got {
				if later.Number > c.Number && later.Gets > 0 {
					left = min(left, later.Ceiling-sumOf(got, later.Number))
				}
			}
			switch {
			case c.Stands && c.Gets != c.Owed, c.Gets < 0, c.Gets > c.Alone:
				t.Fatalf("%v of %v", c, got)
			case !c.Stands && c.Gets > 0 && sumOf(got, c.Number) > c.Ceiling:
				t.Fatalf("beyond the ceiling of %v: %v", c, got)
			case c.Gets < min(c.Owed, c.Alone) && sumOf(lowered, c.Number) <= c.Ceiling:
				t.Fatalf("%v gives back what it need not: %v", c, got)
			case !c.Stands && left > 0 && c.Gets < c.Alone:
				t.Fatalf("%d is left for %v: %v", left, c, got)
			}
		}
	})
}
