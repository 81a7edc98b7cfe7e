package allowance

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// claim is what a month lays to the ceiling of its person's grants.
type claim struct {
	Month   Month
	Number  int         // of the version of the rules that it follows: a later one does not come before an earlier one
	Ceiling money.Cents // by that version, for all months of the person that follow it or an earlier one
	Owed    money.Cents // by its statement
	Alone   money.Cents // what it would come to with no other month beside it
	Stands  bool        // it is not worked out now, and keeps what is owed
	Gets    money.Cents // what it comes to
}

// shareOut says what each month of one person gets, in the order of the months, whatever the order they come in. None gives back what it owes already
// unless it comes to less by itself, or the months of its rules and of earlier ones are together beyond their ceiling: then the last ones of its rules
// do, as far as that needs. What is left goes to the first ones that come to more, as far as it takes nothing from any month, of later rules either.
func shareOut(claims []claim) []claim {
	claims = slices.SortedFunc(slices.Values(claims), func(a, b claim) int {
		return cmp.Or(a.Number-b.Number, a.Month.Month.Compare(b.Month.Month), bytes.Compare(a.Month.Participation[:], b.Month.Participation[:]))
	})
	for i := range claims {
		claims[i].Gets = min(claims[i].Owed, claims[i].Alone)
	}
	for first := 0; first < len(claims); {
		next := first
		for next < len(claims) && claims[next].Number == claims[first].Number {
			next++
		}
		over := taken(claims[:next]) - claims[first].Ceiling
		for i := next - 1; i >= first && over > 0; i-- {
			if c := &claims[i]; !c.Stands {
				less := min(over, c.Gets)
				c.Gets, over = c.Gets-less, over-less
			}
		}
		first = next
	}
	for i := range claims {
		c := &claims[i]
		left := c.Ceiling - upTo(claims, c.Number)
		for _, later := range claims[i+1:] {
			if later.Gets > 0 {
				left = min(left, later.Ceiling-upTo(claims, later.Number))
			}
		}
		c.Gets += max(min(left, c.Alone-c.Gets), 0)
	}
	return claims
}

// taken is what claims get together.
func taken(claims []claim) (cents money.Cents) {
	for _, c := range claims {
		cents += c.Gets
	}
	return cents
}

// upTo is what those get that follow a version or an earlier one, of claims in their order.
func upTo(claims []claim, number int) money.Cents {
	n := len(claims)
	for n > 0 && claims[n-1].Number > number {
		n--
	}
	return taken(claims[:n])
}
