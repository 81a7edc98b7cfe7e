package allowance_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

func anyRule(t *rapid.T) allowance.Rule {
	amount := rapid.Int64Range(0, 200_000)
	low, high := rapid.IntRange(0, 100).Draw(t, "percent"), rapid.IntRange(0, 100).Draw(t, "percent")
	less, more := money.Cents(amount.Draw(t, "amount")), money.Cents(amount.Draw(t, "amount"))
	r := allowance.Rule{
		Method:     rapid.SampledFrom([]allowance.Method{allowance.Hourly, allowance.ByThreshold, allowance.ByBands}).Draw(t, "method"),
		HourlyRate: money.Cents(rapid.Int64Range(0, 5_000).Draw(t, "rate")),
		Rounding:   rapid.SampledFrom([]money.Rounding{money.HalfUp, money.HalfEven, money.Down}).Draw(t, "rounding"),
		Cap:        money.Cents(amount.Draw(t, "cap")),
		Threshold:  programme.Threshold{Percent: max(low, high), Amount: max(less, more), ReducedPercent: min(low, high), ReducedAmount: min(less, more)},
		PaidKinds:  paidKinds,
	}
	starts, sums := rapid.SliceOfN(rapid.IntRange(0, 20_000), 0, 4).Draw(t, "starts"), []money.Cents{}
	for range starts {
		sums = append(sums, money.Cents(amount.Draw(t, "sum")))
	}
	slices.Sort(starts)
	slices.Sort(sums)
	for i := range starts {
		r.Bands = append(r.Bands, programme.Band{FromMinutes: starts[i], Amount: sums[i]})
	}
	if err := r.Check(); err != nil {
		t.Fatalf("the generator made a rule that makes no sense: %v", err)
	}
	return r
}

func anyRegister(t *rapid.T) []hours {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) hours {
		return hours{
			Enrolment: uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id")),
			Kind:      rapid.SampledFrom([]string{"COURSE", "INTERNSHIP", "VISIT"}).Draw(t, "kind"),
			Minutes:   rapid.IntRange(0, 15_000).Draw(t, "minutes"),
			Contested: rapid.IntRange(0, 1_000).Draw(t, "contested"),
			Planned:   rapid.IntRange(0, 15_000).Draw(t, "planned"),
		}
	}), 0, 6).Draw(t, "register")
}

// sound is what holds of every statement.
func sound(t interface{ Fatalf(string, ...any) }, s allowance.Working) {
	var sum money.Cents
	for _, l := range s.Lines {
		sum += l.Amount
		if !l.Text.Complete() || l.Rule == "" {
			t.Fatalf("a line without words or rule: %+v", l)
		}
	}
	if sum != s.Total {
		t.Fatalf("the lines add up to %d, the total is %d", sum, s.Total)
	}
	if s.Total < 0 || s.Total > s.Cap || s.Total > s.Accrued {
		t.Fatalf("total %d, accrued %d, cap %d", s.Total, s.Accrued, s.Cap)
	}
	if len(s.Lines) == 0 {
		t.Fatalf("a statement without a word")
	}
}

func TestEveryStatementIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { sound(t, accrue(anyRegister(t), anyRule(t))) })
}

func TestMoreMinutesAreNeverLessMoney(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		register, rule := anyRegister(t), anyRule(t)
		if len(register) == 0 {
			return
		}
		more := slices.Clone(register)
		more[rapid.IntRange(0, len(more)-1).Draw(t, "which")].Minutes += rapid.IntRange(1, 5_000).Draw(t, "more")
		if before, after := accrue(register, rule).Total, accrue(more, rule).Total; after < before {
			t.Fatalf("more minutes lower the total from %d to %d", before, after)
		}
	})
}

func TestTheOrderOfActivitiesDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		register, rule := anyRegister(t), anyRule(t)
		one, other := accrue(register, rule), accrue(rapid.Permutation(register).Draw(t, "order"), rule)
		if one.Total != other.Total || one.Accrued != other.Accrued || one.Minutes != other.Minutes {
			t.Fatalf("%+v, in another order %+v", one, other)
		}
	})
}

func TestContestedHoursEarnNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		register, rule := anyRegister(t), anyRule(t)
		without := slices.Clone(register)
		for i := range without {
			without[i].Contested = 0
		}
		if with, clean := accrue(register, rule).Total, accrue(without, rule).Total; with != clean {
			t.Fatalf("contested hours change the total from %d to %d", clean, with)
		}
	})
}

func FuzzAccrue(f *testing.F) {
	f.Add(4350, 0, 6000, 2400, 90, 3000, int64(400), int64(50000), "HOURLY")
	f.Add(-1, -1, -1, 1<<62, 1<<62, 1<<62, int64(1)<<40, int64(0), "THRESHOLD")
	f.Add(3000, 0, 0, 1, 0, 0, int64(20000), int64(50000), "BANDS")
	f.Fuzz(func(t *testing.T, minutes, contested, planned, minutes2, contested2, planned2 int, rate, limit int64, method string) {
		rule := allowance.Rule{Method: allowance.Method(method), HourlyRate: money.Cents(rate), Rounding: money.HalfEven, Cap: money.Cents(limit), PaidKinds: paidKinds,
			Threshold: programme.Threshold{Percent: 70, Amount: money.Cents(rate), ReducedPercent: 50}, Bands: []programme.Band{{FromMinutes: 60, Amount: money.Cents(rate)}}}
		if rule.Check() != nil {
			t.Skip()
		}
		sound(t, accrue([]hours{
			{Enrolment: course, Kind: "COURSE", Minutes: minutes, Contested: contested, Planned: planned},
			{Enrolment: internship, Kind: "INTERNSHIP", Minutes: minutes2, Contested: contested2, Planned: planned2},
		}, rule))
	})
}
