package allowance

import (
	"errors"
	"fmt"
	"slices"

	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// RuleOf reads the rule from a policy version; an error tells of a version whose parts do not fit together.
func RuleOf(p programme.Policy) (Rule, error) {
	rule := Rule{
		Method:     Method(p.Text(ruleMethod)),
		HourlyRate: p.Cents(ruleRate),
		Rounding:   money.Rounding(p.Text("allowance.rounding")),
		Cap:        p.Cents(ruleCap),
		PaidKinds:  p.Strings(rulePaidKinds), PaidAbsences: p.Strings(ruleAbsences), Absorption: p.Strings(ruleFirst),
	}
	if err := errors.Join(p.Decode(ruleThreshold, &rule.Threshold), p.Decode(ruleBands, &rule.Bands), p.Decode(ruleWithheld, &rule.Withholding)); err != nil {
		return Rule{}, err
	}
	h := p.Housing()
	rule.Housing = HousingRule{Monthly: h.Monthly, Ceiling: h.Ceiling, Receipt: h.Receipt, MinimumMinutes: h.MinimumMinutes}
	if err := rule.Check(); err != nil {
		return Rule{}, fmt.Errorf("policy version %d: %w", p.Number, err)
	}
	return rule, nil
}

// Check says what makes no sense in a rule: more hours would pay less, or a sum is negative or beyond all bounds.
func (r Rule) Check() error {
	if !r.Rounding.Valid() {
		return fmt.Errorf("allowance.rounding: %q is not known", r.Rounding)
	}
	if !payable(r.Cap) {
		return errors.New("allowance.monthly_cap: out of bounds")
	}
	if !payable(r.Housing.Monthly) || !payable(r.Housing.Ceiling) {
		return errors.New("allowance.housing: out of bounds")
	}
	for tax, rate := range r.Withholding {
		if rate < 0 || rate > wholeRate {
			return fmt.Errorf("allowance.withholding: %d for %s is no share", rate, tax)
		}
	}
	switch r.Method {
	case Hourly:
		if !payable(r.HourlyRate) {
			return errors.New("allowance.hourly_rate: out of bounds")
		}
		return nil
	case ByThreshold:
		return checkThreshold(r.Threshold)
	case ByBands:
		return checkBands(r.Bands)
	}
	return fmt.Errorf("allowance.method: %q is not known", r.Method)
}

func checkThreshold(t programme.Threshold) error {
	switch {
	case !payable(t.Amount) || !payable(t.ReducedAmount):
		return errors.New("allowance.threshold: a sum is out of bounds")
	case t.ReducedPercent < 0 || t.Percent > 100 || t.ReducedPercent > t.Percent:
		return errors.New("allowance.threshold: percentages go from 0 to 100, the reduced one first")
	case t.ReducedAmount > t.Amount:
		return errors.New("allowance.threshold: the reduced sum is the higher one")
	}
	return nil
}

func checkBands(bands []programme.Band) error {
	for _, b := range bands {
		if !payable(b.Amount) || b.FromMinutes < 0 {
			return errors.New("allowance.bands: out of bounds")
		}
	}
	rising := slices.IsSortedFunc(bands, func(a, b programme.Band) int { return a.FromMinutes - b.FromMinutes }) &&
		slices.IsSortedFunc(bands, func(a, b programme.Band) int { return int(a.Amount - b.Amount) })
	if !rising {
		return errors.New("allowance.bands: minutes and sums must rise")
	}
	return nil
}

func payable(c money.Cents) bool { return c >= 0 && c <= maxAmount }

// versionsOf reads the rules of versions of the policy.
func versionsOf(policies []programme.Policy) ([]Version, error) {
	versions := make([]Version, len(policies))
	for i, p := range policies {
		rule, err := RuleOf(p)
		if err != nil {
			return nil, err
		}
		versions[i] = Version{ID: p.Version, Number: p.Number, From: p.ValidFrom, Rule: rule}
	}
	return versions, nil
}

// PlannedIn is the part of an enrolment's planned minutes that falls into a month, by civil days, rounded down.
func PlannedIn(planned int, from, to calendar.Day, month calendar.Month) int {
	first, last := from, to
	if first.Before(month.First()) {
		first = month.First()
	}
	if last.After(month.Last()) {
		last = month.Last()
	}
	days, all := last.Sub(first)+1, to.Sub(from)+1
	if days <= 0 || all <= 0 {
		return 0
	}
	return planned * days / all
}
