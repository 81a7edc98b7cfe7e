package programme_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

var update = flag.Bool("update", false, "write the golden file of problems anew")

func TestEmbeddedFile(t *testing.T) {
	f, err := programme.Parse(programme.LavoroInCorso3Name, programme.LavoroInCorso3)
	if err != nil {
		t.Fatal(err)
	}
	var total money.Cents
	for _, l := range f.BudgetLines {
		total += l.Amount
	}
	if total != f.Budget || f.Budget != 151375858 {
		t.Errorf("the lines add up to %v of %v", total, f.Budget)
	}
	var codes []string
	for _, r := range f.Policy.Rules {
		codes = append(codes, r.Code)
		if !r.Label.Complete() || r.Source == "" || len(r.Value) == 0 {
			t.Errorf("%+v is not complete", r)
		}
	}
	if !slices.Equal(codes, programme.Rules()) {
		t.Errorf("rules %v", codes)
	}
	count := map[string]int{}
	for _, item := range f.Items {
		count[item.List]++
	}
	if count[programme.PriorityGroups] != 12 || count[programme.Exclusions] != 2 || count[programme.ActivityKinds] != 3 || count[programme.Requirements] != 5 || len(count) != 16 {
		t.Errorf("codes by list: %v", count)
	}
	if len(f.Payers) != 2 || f.Payers[0].Way != programme.OrderList || f.Payers[1].Way != programme.BankFile || f.Payers[1].IBAN != "" || f.Payers[1].Confirmed {
		t.Errorf("payers: %+v", f.Payers)
	}
	if len(f.Organisations) != 9 || len(f.Municipalities) != 3 || len(f.Findings) != 1 || f.Findings[0].Code != "CUP_LENGTH" {
		t.Errorf("%d partners, %d municipalities, findings %v", len(f.Organisations), len(f.Municipalities), f.Findings)
	}
}

// TestDemonstration: a demonstration pays from an invented account, and is the same programme otherwise.
func TestDemonstration(t *testing.T) {
	f, err := programme.Parse(programme.LavoroInCorso3Name, programme.Demonstration())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range f.Payers {
		if p.Way == programme.BankFile && (p.IBAN.ABI() != "99999" || p.CUC == "") {
			t.Errorf("%+v", p)
		}
	}
	if len(programme.Demonstration()) == len(programme.LavoroInCorso3) {
		t.Error("nothing was put in")
	}
}

// TestAProgrammeMayGiveNothingTowardsHousing: one word says so, and the rule then asks for nothing.
func TestAProgrammeMayGiveNothingTowardsHousing(t *testing.T) {
	const rule = "value: {monthly: 20000, months: 6, ceiling: 120000, conditions: [CARE_LEAVER, LEAVING_SHELTER, HOUSING_NEED, FIRST_HOME], proofs: [HOUSING_TITLE, SERVICE_STATEMENT], receipt: true, minimumMinutes: 0}"
	for value, given := range map[string]bool{rule: true, "value: NONE": false} {
		f, err := programme.Parse("p.yaml", with(t, programme.LavoroInCorso3, rule, value))
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(f.Policy.Rules, func(r programme.Rule) bool { return r.Code == programme.HousingRule })
		var h programme.Housing
		if err := json.Unmarshal(f.Policy.Rules[at].Value, &h); err != nil || h.Given() != given || h.Receipt != given || (len(h.Conditions) > 0) != given {
			t.Errorf("%s: %+v, %v", value, h, err)
		}
	}
}

// TestAProgrammeMayHaveNoLimitOfTheMonth: it says so in a word, or says how many minutes, and nothing else.
func TestAProgrammeMayHaveNoLimitOfTheMonth(t *testing.T) {
	const rule = "limits.adult.month_minutes:\n      value: NONE"
	for value, want := range map[string]string{"NONE": `"NONE"`, "7200": "7200", "ALL": "", "0": "", "7200.5": "", "44641": ""} {
		f, err := programme.Parse("p.yaml", with(t, programme.LavoroInCorso3, rule, strings.Replace(rule, "NONE", value, 1)))
		if (err == nil) != (want != "") || value == "ALL" && !strings.Contains(err.Error(), "NONE") {
			t.Errorf("%s: %v", value, err)
		}
		if err != nil {
			continue
		}
		at := slices.IndexFunc(f.Policy.Rules, func(r programme.Rule) bool { return r.Code == "limits.adult.month_minutes" })
		if got := string(f.Policy.Rules[at].Value); got != want {
			t.Errorf("%s is kept as %s", value, got)
		}
	}
}

// TestConfirmedRules holds the rules that a source was read for; whoever confirms another one changes this list knowingly.
func TestConfirmedRules(t *testing.T) {
	f, err := programme.Parse(programme.LavoroInCorso3Name, programme.LavoroInCorso3)
	if err != nil {
		t.Fatal(err)
	}
	var confirmed []string
	for _, r := range f.Policy.Rules {
		if r.Confirmed {
			confirmed = append(confirmed, r.Code)
		}
	}
	want := strings.Fields(`eligibility.minimum_age eligibility.excluding_measures eligibility.found_outcome eligibility.territory_outcome
		limits.minor.age limits.minor.day_minutes limits.minor.week_minutes limits.minor.rest_days limits.minor.stretch_minutes limits.minor.break_minutes
		allowance.method allowance.monthly_cap allowance.paid_kinds payment.closing_days
		placement.duration_months placement.max_months placement.extension_months placement.suspension_min_days
		clock.participant.WITHDRAWN clock.participant.EXCLUDED clock.participant.COMPLETED`)
	if !slices.Equal(confirmed, want) {
		t.Errorf("confirmed\n%s\nwant\n%s", strings.Join(confirmed, "\n"), strings.Join(want, "\n"))
	}
}

// wrong files: what is replaced in the good one.
var wrong = []struct {
	name   string
	oldNew []string
}{
	{"unknown fields", []string{"name: Lavoro in Corso 3", "name: Lavoro in Corso 3\nnick: LC3", "unit: years\n", "unit: years\n      weight: 3\n"}},
	{"missing values", []string{"project_code: \"317981\"\n", "", "name: Lavoro in Corso 3", "name:", "      source: \"Avviso del programma Lavoro in Corso 3\"\n", ""}},
	{"repeated fields", []string{"code: LACO3", "code: LACO3\ncode: LACO4"}},
	{"days", []string{"from: 2024-12-19\n", "from: 2024-02-30\n", "to: 2027-12-18", "to: 18/12/2027", "valid_from: 2024-12-19", "valid_from: tomorrow"}},
	{"to before from", []string{"to: 2027-12-18", "to: 2024-12-18"}},
	{"version outside the programme", []string{"  valid_from: 2024-12-19", "  valid_from: 2028-01-01"}},
	{"cycle", []string{"name: Pegaso Network, kind: SOCIAL_COOPERATIVE, parent: ASL", "name: Pegaso Network, kind: SOCIAL_COOPERATIVE, parent: UISP"}},
	{"own parent", []string{"kind: SOCIAL_COOPERATIVE, parent: ASL", "kind: SOCIAL_COOPERATIVE, parent: PEGASO"}},
	{"two roots, unknown parent", []string{"name: AIAS, kind: ASSOCIATION, parent: ASL", "name: AIAS, kind: ASSOCIATION", "name: GI Group, kind: COMPANY, parent: PEGASO", "name: GI Group, kind: COMPANY, parent: PEGASUS"}},
	{"no root, wrong kind", []string{"kind: LEAD}", "kind: LEADER, parent: PEGASO}"}},
	{"duplicate codes", []string{"code: AIAS,", "code: ANFFAS,", "{code: ADI,", "{code: GOL,", `istat: "045010"`, `istat: "045003"`, "code: internships,", "code: participants,", "code: all_the_rest", "code: internship_allowance_asl"}},
	{"missing languages", []string{`it: "Malattia", en: "Illness"`, `it: "Malattia"`, `it: "Età minima"`, `it: ""`}},
	{"unknown and missing rules", []string{"    allowance.monthly_cap:", "    allowance.montly_cap:"}},
	{"wrong rule values", []string{"value: 16\n", "value: sixteen\n", "[ADI, GOL]", "ADI", "value: BLOCK", "value: MAYBE", `"22:00"`, `"22.00"`, "value: 50000", "value: 500.00",
		"value: [COURSE, LABORATORY, INTERNSHIP]", "value: [COURSE, HOLIDAY]", "reducedPercent: 50", "reducedPercent: 80", "fromMinutes: 3001", "fromMinutes: 0",
		"{percent: 10}]", "{percent: 10, interns: 2}]", "ILLNESS: 30, HOST", "SLEEP: 30, HOST", "sector: 40", "sector: 50", "confirmed: true", "confirmed: \"yes\"",
		"value: [recordBankDetails,", "value: [payEverybody,"}},
	{"wrong unit", []string{"value: 50000\n      unit: cents", "value: 50000\n      unit: euros"}},
	{"lines over the budget", []string{"amount: 787758.58", "amount: 787758.59"}},
	{"amounts", []string{"budget: 1513758.58", "budget: about a million", "amount: 294000.00", "amount: -1"}},
	{"payers", []string{"  - organisation: ASL\n    name", "  - organisation: MASSA\n    name", "way: ORDER_LIST", "way: CASH", "tax: ASSIMILATED", "tax: SOME", "    format: CBI\n", "", "means: [IBAN, CARD_IBAN]", "means: [IBAN, COUNTER, IBAN]"}},
	{"payer twice", []string{"  - organisation: PEGASO\n    name: Pegaso", "  - organisation: ASL\n    name: " + strings.Repeat("Pegaso ", 10), "way: ORDER_LIST", "way: ORDER_LIST\n    format: CBI"}},
	{"accounts", []string{"format: CBI", "format: CBI\n    account: {iban: IT07S9999999999PEGASOPROVA2, bic: BANK, cuc: X}"}},
	{"account without code", []string{"format: CBI", "format: CBI\n    account: {iban: IT07S9999999999PEGASOPROVA1}"}},
	{"lines of partners and kinds", []string{"    organisation: ASL\n    kind: INTERNSHIP", "    organisation: MASSA\n    kind: HOLIDAY"}},
	{"gates", []string{"funding_gates: []", "funding_gates:\n  - {from: 2025-07-01, to: 2025-06-01, line: nothing, it: Fondi bloccati, en: Funds blocked}\n  - {it: Fondi bloccati}"}},
	{"routes", []string{`{partner: PEGASO, kind: INTERNSHIP, payer: PEGASO`, `{partner: "*", kind: "*", payer: AIAS`, `{partner: PEGASO, kind: "*", payer: PEGASO, line: training_allowance_pegaso}`,
		`{partner: PEGASUS, kind: HOLIDAY, payer: PEGASO, line: nothing}`, `{partner: "*", kind: "*", payer: ASL`, `{partner: "*", kind: COURSE, payer: ASL`}},
	{"no routes", []string{`        - {partner: PEGASO, kind: INTERNSHIP, payer: PEGASO, line: internship_allowance_pegaso}
        - {partner: PEGASO, kind: HOUSING, payer: PEGASO, line: contributions_pegaso}
        - {partner: PEGASO, kind: "*", payer: PEGASO, line: training_allowance_pegaso}
        - {partner: "*", kind: INTERNSHIP, payer: ASL, line: internship_allowance_asl}
        - {partner: "*", kind: HOUSING, payer: ASL, line: contributions_asl}
        - {partner: "*", kind: "*", payer: ASL, line: training_allowance_asl}
`, "        []\n"}},
	{"housing", []string{"{monthly: 20000, months: 6, ceiling: 120000, conditions: [CARE_LEAVER, LEAVING_SHELTER, HOUSING_NEED, FIRST_HOME], proofs: [HOUSING_TITLE, SERVICE_STATEMENT], receipt: true",
		"{monthly: 20000, months: 0, ceiling: 100, conditions: [], proofs: [KEYS], receipt: maybe"}},
	{"housing by another word", []string{"{monthly: 20000, months: 6, ceiling: 120000, conditions: [CARE_LEAVER, LEAVING_SHELTER, HOUSING_NEED, FIRST_HOME], proofs: [HOUSING_TITLE, SERVICE_STATEMENT], receipt: true, minimumMinutes: 0}", "NOTHING"}},
	{"an activity named like it", []string{"{code: COURSE, it: ", "{code: HOUSING, it: "}},
	{"class and attributes", []string{"class: health", "class: medical", ", class: penal", "", "responsible: HOST", "responsible: NOBODY_AT_ALL", "justified: false", "justified: perhaps"}},
	{"codes lose their zeros", []string{`istat: "045003"`, "istat: 045003", `postcode: "54033"`, "postcode: 54033", "belfiore: F023", "belfiore: F23"}},
	{"lists", []string{"  work_sectors:", "  work_branches:", "targets:\n", "targets: []\nold_targets:\n"}},
	{"records for values", []string{"name: Lavoro in Corso 3", "name: {it: Lavoro}", "policy:\n", "policy: none\nold_policy:\n"}},
	{"version number", []string{"number: 1", "number: 0"}},
	{"anchors and tags", []string{"code: LACO3", "code: &a LACO3", "name: Lavoro in Corso 3", "name: *a", "to: 2027-12-18", "to: !!str 2027-12-18"}},
	{"two documents", []string{"targets:", "---\ntargets:"}},
	{"not YAML", []string{"organisations:", "organisations: ]["}},
	{"indentation", []string{"  number: 1", " number: 1"}},
	{"tabs", []string{"  number: 1", "\tnumber: 1"}},
	{"many levels", []string{"code: LACO3", "code: " + strings.Repeat("[", 100) + strings.Repeat("]", 100)}},
	{"unprintable", []string{"name: Lavoro in Corso 3", `name: "Lavoro\u0000in Corso"`}},
	{"bytes", []string{"name: Lavoro in Corso 3", "name: Lavor\xf2"}},
}

func TestWrongFiles(t *testing.T) {
	var all strings.Builder
	for _, c := range wrong {
		_, err := programme.Parse("p.yaml", with(t, programme.LavoroInCorso3, c.oldNew...))
		var problems programme.Problems
		if !errors.As(err, &problems) {
			t.Errorf("%s: taken, or failed otherwise: %v", c.name, err)
			continue
		}
		if !slices.IsSortedFunc(problems, func(a, b programme.Problem) int { return a.Line - b.Line }) {
			t.Errorf("%s: not sorted by line", c.name)
		}
		all.WriteString("# " + c.name + "\n" + problems.In(text.English) + "\n" + problems.In(text.Italian) + "\n\n")
	}
	golden := filepath.Join("testdata", "problems.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got := all.String(); got != string(want) {
		t.Errorf("problems are told otherwise than in %s; see what changed, then go test -update\n%s", golden, firstDifference(got, string(want)))
	}
}

func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return "got  " + a[i] + "\nwant " + b[i]
		}
	}
	return "one is longer"
}

func TestEmptyAndHugeFiles(t *testing.T) {
	for _, data := range [][]byte{nil, []byte("\n# nothing\n"), []byte("---\n"), []byte("[]"), []byte("x"), bytes.Repeat([]byte("# much\n"), 200_000)} {
		_, err := programme.Parse("p.yaml", data)
		var problems programme.Problems
		if !errors.As(err, &problems) || !strings.HasPrefix(err.Error(), "p.yaml") {
			t.Errorf("%.20q: %v", data, err)
		}
	}
}

func TestCUPIsReportedAndKept(t *testing.T) {
	for cup, want := range map[string]string{"J89G24000300006R": "CUP_LENGTH", "J89G24": "CUP_LENGTH", "J89G2400030000R": "CUP_SHAPE", "J89G24000300006": ""} {
		f, err := programme.Parse("p.yaml", with(t, programme.LavoroInCorso3, "cup: J89G24000300006R", "cup: "+cup))
		if err != nil || f.CUP != cup {
			t.Errorf("%s: %q, %v", cup, f.CUP, err)
			continue
		}
		got := ""
		for _, found := range f.Findings {
			got += found.Code
			if !found.Text.Complete() || !strings.Contains(found.Text.It, cup) {
				t.Errorf("%s: %+v", cup, found)
			}
		}
		if got != want {
			t.Errorf("%s: finding %q, want %q", cup, got, want)
		}
		if _, err := fiscal.ParseCUP(cup); (err == nil) != (want == "") {
			t.Errorf("%s: %v", cup, err)
		}
	}
}

// FuzzParse reads anything.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "code: LACO3", "a: b", "- - -", "{a: [b, c}", "? x", "a: |\n  b", "\"", "a: b: c", "[a]: b", "<<: *a", "%YAML 1.2", "code:\n  - code",
		"policy: {rules: {1: 2}}", "organisations:\n  - {code: A, parent: A}", "from: 2024-02-30\nto: x", "policy:\n  rules:\n    matching.weights: {value: {sector: 1}}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) { takenOrTold(t, data) })
}

// FuzzEdit reads the good file with one place changed, which comes further than anything that begins with noise.
func FuzzEdit(f *testing.F) {
	for _, c := range wrong {
		for i := 0; i < len(c.oldNew); i += 2 {
			f.Add(bytes.Index(programme.LavoroInCorso3, []byte(c.oldNew[i])), len(c.oldNew[i]), []byte(c.oldNew[i+1]))
		}
	}
	f.Fuzz(func(t *testing.T, at, cut int, words []byte) {
		good := programme.LavoroInCorso3
		at = max(0, min(at, len(good)))
		end := max(at, min(at+max(0, min(cut, 200)), len(good)))
		takenOrTold(t, slices.Concat(good[:at], words, good[end:]))
	})
}

// takenOrTold: a file is taken whole, or refused with Problems that have a place and a cause in both languages; it never breaks.
func takenOrTold(t *testing.T, data []byte) {
	file, err := programme.Parse("p.yaml", data)
	if err == nil {
		if file.Code == "" || len(file.Organisations) == 0 || len(file.Policy.Rules) != len(programme.Rules()) {
			t.Error("an incomplete file was taken")
		}
		return
	}
	var problems programme.Problems
	if !errors.As(err, &problems) || len(problems) == 0 {
		t.Fatalf("refused with %v", err)
	}
	for _, p := range problems {
		if !p.Cause.Complete() || p.Line < 0 || strings.Contains(p.Cause.En, "{least}") {
			t.Errorf("%+v", p)
		}
	}
}
