package participant_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

var rules = participant.Rules{
	MinimumAge: 16, Validity: 30, Found: participant.Block, Unknown: participant.Warn, Outside: participant.Block, NoGroup: participant.Warn,
	Measures: []participant.Measure{{Code: "ADI", Label: text.Same("ADI")}},
	Sources:  map[string]participant.Source{"eligibility.minimum_age": {Text: "the notice", Confirmed: true}},
}

func fit() participant.Facts {
	return participant.Facts{Day: calendar.MustDay("2026-03-18"), Birth: calendar.MustDay("1985-01-01"), Municipality: "Massa", Groups: 1,
		Checks: map[string]participant.Check{"ADI": {On: calendar.MustDay("2026-03-01"), Outcome: participant.Clear}}}
}

func TestJudge(t *testing.T) {
	check := func(on, outcome string) func(*participant.Facts) {
		return func(f *participant.Facts) {
			f.Checks = map[string]participant.Check{"ADI": {On: calendar.MustDay(on), Outcome: outcome}}
		}
	}
	for name, c := range map[string]struct {
		change func(*participant.Facts)
		rule   string // the one finding that is not OK
		want   participant.Outcome
		cure   string
	}{
		"fit":                       {func(*participant.Facts) {}, "", participant.OK, ""},
		"16 today":                  {func(f *participant.Facts) { f.Birth = calendar.MustDay("2010-03-18") }, "", participant.OK, ""},
		"16 tomorrow":               {func(f *participant.Facts) { f.Birth = calendar.MustDay("2010-03-19") }, "eligibility.minimum_age", participant.Block, "19/03/2026"},
		"born on 29 February":       {func(f *participant.Facts) { f.Birth = calendar.MustDay("2012-02-29") }, "eligibility.minimum_age", participant.Block, "29/02/2028"},
		"outside":                   {func(f *participant.Facts) { f.Municipality = "" }, "eligibility.territory_outcome", participant.Block, "comune"},
		"no group":                  {func(f *participant.Facts) { f.Groups = 0 }, "eligibility.group_outcome", participant.Warn, "gruppo"},
		"never checked":             {func(f *participant.Facts) { f.Checks = nil }, "eligibility.excluding_measures", participant.Warn, "ADI"},
		"checked 30 days ago":       {check("2026-02-16", participant.Clear), "", participant.OK, ""},
		"checked 31 days ago":       {check("2026-02-15", participant.Clear), "eligibility.excluding_measures", participant.Warn, "nuova verifica"},
		"found":                     {check("2026-03-17", participant.Found), "eligibility.excluding_measures", participant.Block, "cessato"},
		"found long ago, not since": {check("2025-01-01", participant.Found), "eligibility.excluding_measures", participant.Block, "cessato"},
		"not established":           {check("2026-03-17", participant.Unknown), "eligibility.excluding_measures", participant.Warn, "nuova verifica"},
	} {
		t.Run(name, func(t *testing.T) {
			f := fit()
			c.change(&f)
			findings := participant.Judge(f, rules)
			if got := participant.Worst(findings); got != c.want {
				t.Errorf("outcome %s, want %s", got, c.want)
			}
			for _, x := range findings {
				switch {
				case !x.Fact.Complete():
					t.Errorf("%s tells no fact", x.Rule)
				case x.Rule != c.rule && (x.Outcome != participant.OK || !x.Cure.IsZero()):
					t.Errorf("%s: %s %v", x.Rule, x.Outcome, x.Cure)
				case x.Rule == c.rule && (x.Outcome != c.want || !strings.Contains(x.Cure.It, c.cure) || !x.Cure.Complete()):
					t.Errorf("%s: %s, cure %q", x.Rule, x.Outcome, x.Cure.It)
				}
			}
			if s := findings[0].Source; s.Text != "the notice" || !s.Confirmed {
				t.Errorf("source %+v", s)
			}
		})
	}
}

func TestTheWorstFindingDecides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		outcomes := rapid.SliceOf(rapid.SampledFrom([]participant.Outcome{participant.OK, participant.Warn, participant.Block})).Draw(t, "outcomes")
		severity := map[participant.Outcome]int{participant.OK: 0, participant.Warn: 1, participant.Block: 2}
		findings, worst := []participant.Finding{}, participant.OK
		for _, o := range outcomes {
			findings = append(findings, participant.Finding{Outcome: o})
			if severity[o] > severity[worst] {
				worst = o
			}
		}
		if got := participant.Worst(findings); got != worst {
			t.Fatalf("%s of %v", got, outcomes)
		}
	})
}
