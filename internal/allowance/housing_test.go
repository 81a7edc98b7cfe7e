package allowance_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// gives is a month of one enrolment of so many hours at 4 euro under a cap of 500, with a grant of 200 a month and 1,200 in all.
func gives(hours int, change func(*allowance.Housing, *allowance.HousingRule)) allowance.Inputs {
	h := allowance.Housing{Grant: uuid.New(), Revision: 2, Monthly: 200_00, Route: &allowance.Route{Payer: uuid.New(), Line: uuid.New(), Tax: programme.Exempt}}
	rule := allowance.HousingRule{Monthly: 200_00, Ceiling: 1200_00, Receipt: true}
	change(&h, &rule)
	work := &allowance.Route{Payer: h.Route.Payer, Line: uuid.New(), Tax: programme.Exempt}
	return allowance.Inputs{Month: november, Housing: &h,
		Versions: []allowance.Version{{Number: 1, From: november.First(), Rule: allowance.Rule{Method: allowance.Hourly, HourlyRate: 400, Rounding: money.HalfUp, Cap: 500_00, PaidKinds: []string{"INTERNSHIP"}, Housing: rule}}},
		Register: []allowance.Hours{{Enrolment: uuid.New(), Kind: "INTERNSHIP", Portions: []allowance.Portion{{Minutes: hours * 60}}, Route: work}}}
}

// TestTheContributionStandsBesideTheCap: 130 hours make 520 euro, of which the cap leaves 500; the contribution comes on top of it, on a line of its own.
func TestTheContributionStandsBesideTheCap(t *testing.T) {
	w := allowance.Accrue(gives(130, func(h *allowance.Housing, _ *allowance.HousingRule) { h.Receipt = 185_50 }))
	if w.Accrued != 520_00 || w.Cap != 500_00 || w.Housing != 185_50 || w.Total != 685_50 {
		t.Fatalf("accrued %d, cap %d, housing %d, total %d", w.Accrued, w.Cap, w.Housing, w.Total)
	}
	last := w.Lines[len(w.Lines)-1]
	if last.Kind != allowance.HousingLine || last.Amount != 185_50 || last.Rule != programme.HousingRule || last.Version != 1 || last.Enrolment != uuid.Nil {
		t.Errorf("line %+v", last)
	}
	if want := "Contributo per l'autonomia abitativa: spesa documentata 185,50 €, al massimo 200,00 € al mese: 185,50 €"; last.Text.It != want {
		t.Errorf("%s\nwant %s", last.Text.It, want)
	}
	shares := w.Shares()
	if len(shares) != 2 || shares[0].Gross+shares[1].Gross != 685_50 {
		t.Errorf("shares %+v", shares)
	}
	said := w.Explain(allowance.Kinds{"INTERNSHIP": text.Same("Tirocinio")}).It
	for _, words := range []string{"ti spettano 685,50 €", "Per le ore sono in tutto 520,00 €", "20,00 € restano fuori", last.Text.It + "."} {
		if !strings.Contains(said, words) {
			t.Errorf("%q is not in\n%s", words, said)
		}
	}
	if short := w.ExplainShort().It; short != "Indennità di novembre 2026: 685,50 euro. Ore pagate: 130 h. Più contributo casa: 185,50 euro. Massimo al mese 500,00: 20,00 euro restano fuori." {
		t.Errorf("short: %s", short)
	}
}

// TestWhatTheContributionIsBoundedBy names each bound, and each reason why nothing is owed.
func TestWhatTheContributionIsBoundedBy(t *testing.T) {
	for _, c := range []struct {
		name   string
		hours  int
		change func(*allowance.Housing, *allowance.HousingRule)
		want   money.Cents
		says   string
	}{
		{"the month", 10, func(h *allowance.Housing, _ *allowance.HousingRule) { h.Receipt = 450_00 }, 200_00, "al massimo 200,00 €"},
		{"what was granted", 10, func(h *allowance.Housing, _ *allowance.HousingRule) { h.Receipt, h.Monthly = 450_00, 150_00 }, 150_00, "al massimo 150,00 €"},
		{"the ceiling, within the month", 10, func(h *allowance.Housing, _ *allowance.HousingRule) { h.Receipt, h.Others = 190_00, 1100_00 }, 100_00, "del massimo complessivo di 1.200,00 € restavano 100,00 €"},
		{"the ceiling, reached", 10, func(h *allowance.Housing, _ *allowance.HousingRule) { h.Receipt, h.Others = 190_00, 1200_00 }, 0, "è già raggiunto"},
		{"no receipt", 10, func(*allowance.Housing, *allowance.HousingRule) {}, 0, "manca la ricevuta"},
		{"none needed", 10, func(_ *allowance.Housing, r *allowance.HousingRule) { r.Receipt = false }, 200_00, "Contributo per l'autonomia abitativa: 200,00 €"},
		{"too few hours", 10, func(h *allowance.Housing, r *allowance.HousingRule) { h.Receipt, r.MinimumMinutes = 190_00, 601 }, 0, "ne servono almeno 10 h 1 min"},
		{"just enough", 10, func(h *allowance.Housing, r *allowance.HousingRule) { h.Receipt, r.MinimumMinutes = 190_00, 600 }, 190_00, "190,00 €"},
		{"no hours, and none asked for", 0, func(h *allowance.Housing, _ *allowance.HousingRule) { h.Receipt = 190_00 }, 190_00, "190,00 €"},
		{"withdrawn", 10, func(h *allowance.Housing, _ *allowance.HousingRule) { h.Receipt, h.Over = 190_00, true }, 0, "non è più riconosciuto"},
		{"not in the rules any more", 10, func(h *allowance.Housing, r *allowance.HousingRule) { h.Receipt, *r = 190_00, allowance.HousingRule{} }, 0, "non lo prevedono"},
	} {
		w := allowance.Accrue(gives(c.hours, c.change))
		last := w.Lines[len(w.Lines)-1]
		if w.Housing != c.want || w.Total != money.Cents(c.hours*400)+c.want || last.Amount != c.want || !strings.Contains(last.Text.It, c.says) {
			t.Errorf("%s: %d, total %d: %s", c.name, w.Housing, w.Total, last.Text.It)
		}
	}
}

// TestTheContributionChangesNothingElse: with a grant the lines of the hours, the cap and their sum are the same as without; what is added is within each
// bound, and lines and shares add up.
func TestTheContributionChangesNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cents := func(name string) money.Cents { return money.Cents(rapid.IntRange(0, 1500_00).Draw(t, name)) }
		in := gives(rapid.IntRange(0, 200).Draw(t, "hours"), func(h *allowance.Housing, r *allowance.HousingRule) {
			h.Monthly, h.Receipt, h.Others, h.Over = cents("granted"), cents("receipt"), cents("others"), rapid.Bool().Draw(t, "over")
			*r = allowance.HousingRule{Monthly: cents("monthly"), Ceiling: cents("ceiling"), Receipt: rapid.Bool().Draw(t, "by receipt"), MinimumMinutes: rapid.IntRange(0, 6000).Draw(t, "least")}
		})
		without := in
		without.Housing = nil
		w, plain := allowance.Accrue(in), allowance.Accrue(without)
		h, rule := in.Housing, in.Versions[0].Rule.Housing
		switch {
		case w.Accrued != plain.Accrued || w.Cap != plain.Cap || w.Total-w.Housing != plain.Total || w.Minutes != plain.Minutes:
			t.Fatalf("the hours come to something else: %+v, %+v", w, plain)
		case len(w.Lines) != len(plain.Lines)+1:
			t.Fatalf("%d lines, %d without", len(w.Lines), len(plain.Lines))
		case w.Housing < 0 || w.Housing > h.Monthly || w.Housing > rule.Monthly || w.Housing > max(rule.Ceiling-h.Others, 0) || rule.Receipt && w.Housing > h.Receipt || h.Over && w.Housing > 0:
			t.Fatalf("%d by %+v of %+v", w.Housing, rule, h)
		}
		var lines, shares money.Cents
		for _, l := range w.Lines {
			lines += l.Amount
		}
		for _, s := range w.Shares() {
			shares += s.Gross
		}
		if lines != w.Total || shares != w.Total {
			t.Fatalf("lines %d, shares %d, total %d", lines, shares, w.Total)
		}
		if short := w.ExplainShort(); len([]rune(short.It)) > allowance.ShortLength || len([]rune(short.En)) > allowance.ShortLength {
			t.Fatalf("too long: %v", short)
		}
	})
}
