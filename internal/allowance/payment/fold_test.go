package payment_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// ruled is what rules say from a day on, until the next ones do.
type ruled struct {
	From      calendar.Day
	Rate, Cap int // cents
	Tax       int // hundredths of a percent that are withheld
}

// worked is certified time of one day.
type worked struct {
	Enrolment uuid.UUID
	Day       calendar.Day
	Minutes   int
	Absence   bool // that is paid
}

// rulesOn are those of a day.
func rulesOn(rules []ruled, day calendar.Day) (in ruled) {
	for _, r := range rules {
		if !r.From.After(day) {
			in = r
		}
	}
	return in
}

// fold is what a month comes to at an hourly rate, the slow way: day after day, for each enrolment and sort of time, rounded where the rate changes.
func fold(rules []ruled, month calendar.Month, all []worked) (cents int) {
	type sort struct {
		enrolment uuid.UUID
		absence   bool
	}
	var sorts []sort
	for _, w := range all {
		if s := (sort{w.Enrolment, w.Absence}); !slices.Contains(sorts, s) {
			sorts = append(sorts, s)
		}
	}
	for _, s := range sorts {
		minutes, rate := 0, rulesOn(rules, month.First()).Rate
		for _, day := range month.Days() {
			if now := rulesOn(rules, day).Rate; now != rate {
				cents, minutes, rate = cents+(minutes*rate+30)/60, 0, now
			}
			for _, w := range all {
				if (sort{w.Enrolment, w.Absence}) == s && w.Day == day {
					minutes += w.Minutes
				}
			}
		}
		cents += (minutes*rate + 30) / 60
	}
	return min(cents, rulesOn(rules, month.Last()).Cap)
}

// The engine and the slow way agree on whatever month.
func TestTheEngineIsTheFold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := []ruled{{From: november.First().AddDays(-40)}}
		for _, first := range rapid.SliceOfNDistinct(rapid.IntRange(1, 29), 0, 3, rapid.ID[int]).Draw(t, "first days") {
			rules = append(rules, ruled{From: november.First().AddDays(first)})
		}
		slices.SortFunc(rules, func(a, b ruled) int { return a.From.Compare(b.From) })
		in := allowance.Inputs{Month: november}
		for i := range rules {
			rules[i].Rate, rules[i].Cap = rapid.SampledFrom([]int{0, 1, 333, 400, 401, 777}).Draw(t, "rate"), rapid.IntRange(0, 60_000).Draw(t, "cap")
			in.Versions = append(in.Versions, allowance.Version{ID: uuid.New(), Number: i + 1, From: rules[i].From, Rule: allowance.Rule{Method: allowance.Hourly, Rounding: money.HalfUp,
				HourlyRate: money.Cents(rules[i].Rate), Cap: money.Cents(rules[i].Cap), PaidKinds: []string{"COURSE"}, Withholding: map[programme.Tax]int{}}})
		}
		var all []worked
		for range rapid.IntRange(1, 3).Draw(t, "enrolments") {
			h := allowance.Hours{Enrolment: uuid.New(), Kind: "COURSE", Portions: make([]allowance.Portion, len(rules))}
			for i := range h.Portions {
				h.Portions[i].Version = i
			}
			for range rapid.IntRange(0, 30).Draw(t, "days") {
				w := worked{Enrolment: h.Enrolment, Day: november.First().AddDays(rapid.IntRange(0, 29).Draw(t, "day")), Minutes: rapid.IntRange(1, 480).Draw(t, "minutes"), Absence: rapid.Bool().Draw(t, "absent")}
				all = append(all, w)
				p := &h.Portions[slices.Index(rules, rulesOn(rules, w.Day))]
				if w.Absence {
					p.Absence += w.Minutes
				} else {
					p.Minutes += w.Minutes
				}
			}
			in.Register = append(in.Register, h)
		}
		if got, want := allowance.Accrue(in).Total, fold(rules, november, all); int(got) != want {
			t.Fatalf("%d, the slow way %d", got, want)
		}
	})
}
