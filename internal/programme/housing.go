package programme

import "github.com/lavoroincorso/lavoro/internal/values/money"

// The rule on contributions to living on one's own, and what stands for them in the routes of payments, beside the kinds of activities.
const (
	HousingRule = "allowance.housing"
	HousingKind = "HOUSING"
)

// none is said by a programme that has nothing of a kind.
const none = "NONE"

// Housing is the rule allowance.housing: what a programme gives towards living on one's own, beside the allowance and its cap. The zero one says
// that it gives nothing.
type Housing struct {
	Monthly        money.Cents `json:"monthly"`        // at most, for a month
	Months         int         `json:"months"`         // at most, of one grant
	Ceiling        money.Cents `json:"ceiling"`        // in all, for one person
	Conditions     []string    `json:"conditions"`     // codes of housing_conditions, of which one is attested
	Proofs         []string    `json:"proofs"`         // codes of housing_proofs that a request needs, all of them
	Receipt        bool        `json:"receipt"`        // whether a month pays what a receipt shows, and nothing without one
	MinimumMinutes int         `json:"minimumMinutes"` // of presence in the month, for it to be paid; 0 asks for none
}

// Given says whether the programme gives anything.
func (h Housing) Given() bool { return h.Monthly > 0 }

// Housing is the rule allowance.housing.
func (p Policy) Housing() Housing { return read[Housing](p, HousingRule) }

// longestHousing is for how many months one grant may be, whatever a file says.
const longestHousing = 60

func housing(f field) any {
	if f.says(none) {
		return Housing{Conditions: []string{}, Proofs: []string{}}
	}
	parts := f.record("monthly months ceiling conditions proofs receipt minimumMinutes", "")
	h := Housing{Monthly: money.Cents(parts["monthly"].whole(1, topCents)), Months: parts["months"].whole(1, longestHousing), Ceiling: money.Cents(parts["ceiling"].whole(1, topCents)),
		Receipt: parts["receipt"].truth(), MinimumMinutes: parts["minimumMinutes"].whole(0, 31*1440)}
	h.Conditions, _ = codes(HousingConditions)(parts["conditions"]).([]string)
	h.Proofs, _ = codes(HousingProofs)(parts["proofs"]).([]string)
	if conditions := parts["conditions"]; conditions.given() && len(h.Conditions) == 0 {
		conditions.wrong(emptyList)
	}
	if most := parts["monthly"]; most.given() && h.Monthly > h.Ceiling && h.Ceiling > 0 {
		most.wrong(wantAtMost.Fill(args("field", "ceiling")))
	}
	return h
}
