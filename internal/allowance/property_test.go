package allowance_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

var allKinds = []string{"COURSE", "LABORATORY", "INTERNSHIP", "VISIT"}

func anyRule(t *rapid.T) allowance.Rule {
	amount := rapid.Int64Range(0, 200_000)
	low, high := rapid.IntRange(0, 100).Draw(t, "percent"), rapid.IntRange(0, 100).Draw(t, "percent")
	less, more := money.Cents(amount.Draw(t, "amount")), money.Cents(amount.Draw(t, "amount"))
	r := allowance.Rule{
		Method:      rapid.SampledFrom([]allowance.Method{allowance.Hourly, allowance.ByThreshold, allowance.ByBands}).Draw(t, "method"),
		HourlyRate:  money.Cents(rapid.Int64Range(0, 5_000).Draw(t, "rate")),
		Rounding:    rapid.SampledFrom([]money.Rounding{money.HalfUp, money.HalfEven, money.Down}).Draw(t, "rounding"),
		Cap:         money.Cents(amount.Draw(t, "cap")),
		Threshold:   programme.Threshold{Percent: max(low, high), Amount: max(less, more), ReducedPercent: min(low, high), ReducedAmount: min(less, more)},
		PaidKinds:   rapid.SampledFrom([][]string{paidKinds, allKinds, {"LABORATORY"}}).Draw(t, "paid"),
		Absorption:  rapid.Permutation(allKinds).Draw(t, "first")[:rapid.IntRange(0, 4).Draw(t, "ranked")],
		Withholding: map[programme.Tax]int{programme.Exempt: 0, programme.Assimilated: rapid.IntRange(0, 10_000).Draw(t, "withheld")},
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

// anyInputs are of a month with so many versions of the policy at most.
func anyInputs(t *rapid.T, versions int) allowance.Inputs {
	in := allowance.Inputs{Month: november}
	for _, first := range firstDays(t, versions) {
		in.Versions = append(in.Versions, allowance.Version{ID: anyID(t), Number: len(in.Versions) + 1, From: november.First().AddDays(first), Rule: anyRule(t)})
	}
	routes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) allowance.Route {
		return allowance.Route{Payer: anyID(t), Line: anyID(t), Tax: rapid.SampledFrom([]programme.Tax{programme.Exempt, programme.Assimilated}).Draw(t, "tax")}
	}), 1, 3).Draw(t, "routes")
	in.Register = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) allowance.Hours {
		h := allowance.Hours{Enrolment: anyID(t), Kind: rapid.SampledFrom(allKinds).Draw(t, "kind"), Contested: rapid.IntRange(0, 1_000).Draw(t, "contested"),
			Planned: rapid.IntRange(0, 15_000).Draw(t, "planned")}
		for v := range in.Versions {
			if rapid.Bool().Draw(t, "some") {
				h.Portions = append(h.Portions, allowance.Portion{Version: v, Minutes: rapid.IntRange(0, 9_000).Draw(t, "minutes"), Absence: rapid.SampledFrom([]int{0, 0, 61, 480}).Draw(t, "absence")})
			}
		}
		route := rapid.SampledFrom(routes).Draw(t, "route")
		h.Route = &route
		return h
	}), 0, 6).Draw(t, "register")
	return in
}

// firstDays of versions: the first is in force before the month.
func firstDays(t *rapid.T, most int) []int {
	days := rapid.SliceOfNDistinct(rapid.IntRange(1, 29), 0, most-1, rapid.ID[int]).Draw(t, "first days")
	slices.Sort(days)
	return append([]int{-40}, days...)
}

func anyID(t *rapid.T) uuid.UUID {
	return uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
}

type failing interface{ Fatalf(string, ...any) }

// sound is what holds of every working.
func sound(t failing, w allowance.Working) {
	var sum money.Cents
	for _, l := range w.Lines {
		sum += l.Amount
		if !l.Text.Complete() || l.Rule == "" || l.Version == 0 {
			t.Fatalf("a line without words, rule or version: %+v", l)
		}
		if (l.Amount < 0) != (l.Kind == allowance.Cut) || (l.Amount != 0) && l.Enrolment == uuid.Nil {
			t.Fatalf("an amount of nobody, or below nothing: %+v", l)
		}
	}
	if sum != w.Total {
		t.Fatalf("the lines add up to %d, the total is %d", sum, w.Total)
	}
	if w.Total != min(w.Accrued, w.Cap) || w.Total < 0 {
		t.Fatalf("total %d, accrued %d, cap %d", w.Total, w.Accrued, w.Cap)
	}
	if len(w.Lines) == 0 {
		t.Fatalf("a working without a word")
	}
}

// gets is what each enrolment gets, and what the cap takes off it.
func gets(w allowance.Working) (net, cut map[uuid.UUID]money.Cents) {
	net, cut = map[uuid.UUID]money.Cents{}, map[uuid.UUID]money.Cents{}
	for _, l := range w.Lines {
		net[l.Enrolment] += l.Amount
		if l.Kind == allowance.Cut {
			cut[l.Enrolment] -= l.Amount
		}
	}
	return net, cut
}

func TestEveryWorkingIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := allowance.Accrue(anyInputs(t, 3))
		sound(t, w)
		net, _ := gets(w)
		for enrolment, amount := range net {
			if amount < 0 {
				t.Fatalf("%s is left with %d", enrolment, amount)
			}
		}
	})
}

func TestSharesAddUpToTheTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := allowance.Accrue(anyInputs(t, 3))
		var sum money.Cents
		for _, s := range w.Shares() {
			sum += s.Gross
			if s.Gross <= 0 || s.Withheld < 0 || s.Withheld > s.Gross || s.Tax == programme.Exempt && s.Withheld != 0 {
				t.Fatalf("a share of %+v", s)
			}
		}
		if sum != w.Total {
			t.Fatalf("shares of %d, total %d", sum, w.Total)
		}
	})
}

func TestTheCapServesInItsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInputs(t, 3)
		first := in.Versions[len(in.Versions)-1].Rule.Absorption
		rank := func(kind string) int {
			if i := slices.Index(first, kind); i >= 0 {
				return i
			}
			return len(first)
		}
		net, cut := gets(allowance.Accrue(in))
		for i, a := range in.Register {
			for k, b := range in.Register {
				served := rank(a.Kind) < rank(b.Kind) || rank(a.Kind) == rank(b.Kind) && i < k
				if served && cut[a.Enrolment] > 0 && net[b.Enrolment] > 0 {
					t.Fatalf("%s of %s is cut by %d while %s of %s, served later, gets %d", a.Enrolment, a.Kind, cut[a.Enrolment], b.Enrolment, b.Kind, net[b.Enrolment])
				}
			}
		}
	})
}

func TestTheSameInputsAreTheSameBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInputs(t, 3)
		kept, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		var read allowance.Inputs
		if err := json.Unmarshal(kept, &read); err != nil {
			t.Fatal(err)
		}
		again, err := allowance.Again(allowance.Engine, read)
		if err != nil {
			t.Fatal(err)
		}
		if one, other := spelled(t, allowance.Accrue(in)), spelled(t, again); !bytes.Equal(one, other) {
			t.Fatalf("%s\nfrom what was kept\n%s", one, other)
		}
	})
}

func spelled(t *rapid.T, w allowance.Working) []byte {
	data, err := json.Marshal([]any{w, w.Shares()})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestAVersionThatChangesNothingChangesNothing: cutting a version into two that say the same, its minutes between them, pays no minute twice, and none less.
func TestAVersionThatChangesNothingChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInputs(t, 1)
		cut := in
		next := in.Versions[0]
		next.ID, next.Number, next.From = anyID(t), 2, november.First().AddDays(rapid.IntRange(1, 29).Draw(t, "day"))
		cut.Versions = []allowance.Version{in.Versions[0], next}
		cut.Register = slices.Clone(in.Register)
		for i, h := range cut.Register {
			cut.Register[i].Portions = nil
			for _, p := range h.Portions {
				before := allowance.Portion{Version: 0, Minutes: rapid.IntRange(0, p.Minutes).Draw(t, "before"), Absence: rapid.IntRange(0, p.Absence).Draw(t, "absence before")}
				cut.Register[i].Portions = append(cut.Register[i].Portions, before, allowance.Portion{Version: 1, Minutes: p.Minutes - before.Minutes, Absence: p.Absence - before.Absence})
			}
		}
		one, other := allowance.Accrue(in), allowance.Accrue(cut)
		if one.Total != other.Total || one.Accrued != other.Accrued || one.Minutes != other.Minutes || len(one.Lines) != len(other.Lines) {
			t.Fatalf("%+v, cut %+v", one, other)
		}
	})
}

// TestEveryMinuteIsPaidOnce: by the hour each minute of presence stands on one line, whatever the versions.
func TestEveryMinuteIsPaidOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInputs(t, 3)
		in.Versions[len(in.Versions)-1].Rule.Method = allowance.Hourly
		var there, paid, unpaid, contested int
		for _, h := range in.Register {
			contested += h.Contested
			for _, p := range h.Portions {
				there += p.Minutes
				if slices.Contains(in.Versions[p.Version].Rule.PaidKinds, h.Kind) {
					there += p.Absence
				}
			}
		}
		w := allowance.Accrue(in)
		for _, l := range w.Lines {
			switch l.Kind {
			case allowance.HoursLine, allowance.AbsenceLine:
				paid += l.Minutes
			case allowance.Nothing:
				unpaid += l.Minutes
			}
		}
		if paid != w.Minutes || paid+unpaid != there+contested {
			t.Fatalf("%d minutes and %d contested: %d are paid (%d), %d not", there, contested, paid, w.Minutes, unpaid)
		}
	})
}

func TestMoreMinutesAreNeverLessMoney(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInputs(t, 1)
		if len(in.Register) == 0 {
			return
		}
		more := in
		more.Register = slices.Clone(in.Register)
		h := &more.Register[rapid.IntRange(0, len(more.Register)-1).Draw(t, "which")]
		h.Portions = append(slices.Clone(h.Portions), allowance.Portion{Minutes: rapid.IntRange(1, 5_000).Draw(t, "more")})
		if before, after := allowance.Accrue(in).Total, allowance.Accrue(more).Total; after < before {
			t.Fatalf("more minutes lower the total from %d to %d", before, after)
		}
	})
}

func TestTheOrderOfActivitiesDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInputs(t, 3)
		turned := in
		turned.Register = rapid.Permutation(in.Register).Draw(t, "order")
		one, other := allowance.Accrue(in), allowance.Accrue(turned)
		if one.Total != other.Total || one.Accrued != other.Accrued || one.Minutes != other.Minutes {
			t.Fatalf("%+v, in another order %+v", one, other)
		}
	})
}

func TestContestedHoursEarnNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInputs(t, 3)
		without := in
		without.Register = slices.Clone(in.Register)
		for i := range without.Register {
			without.Register[i].Contested = 0
		}
		if with, clean := allowance.Accrue(in).Total, allowance.Accrue(without).Total; with != clean {
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
