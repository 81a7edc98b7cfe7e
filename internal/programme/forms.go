package programme

import (
	"slices"
	"strconv"

	"github.com/goccy/go-yaml/ast"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// form reads a rule's value out of a file, telling what is wrong with it; the result is stored as JSON.
type form func(field) any

// Threshold is the rule allowance.threshold: the whole amount from so many percent of the owed hours on, a reduced one from fewer.
type Threshold struct {
	Percent        int         `json:"percent"`
	Amount         money.Cents `json:"amount"`
	ReducedPercent int         `json:"reducedPercent"`
	ReducedAmount  money.Cents `json:"reducedAmount"`
}

// Band is one row of the rule allowance.bands: what a month is worth from so many minutes on.
type Band struct {
	FromMinutes int         `json:"fromMinutes"`
	Amount      money.Cents `json:"amount"`
}

// Quota is one row of the rule placement.host_quota, by employees of the operating unit: so many interns up to UpTo employees,
// and Percent of them, rounded up, above all steps (UpTo is then 0).
type Quota struct {
	UpTo    int `json:"upTo,omitempty"`
	Interns int `json:"interns,omitempty"`
	Percent int `json:"percent,omitempty"`
}

// PaymentCalendar is the rule payment.calendar: when a month is paid, each step in days after the month's last day.
type PaymentCalendar struct {
	Close   int `json:"close"`   // the register is submitted
	Certify int `json:"certify"` // it is certified
	CutOff  int `json:"cutOff"`  // what is not ready waits for the next run
	Order   int `json:"order"`   // the run is sent to be paid
	Value   int `json:"value"`   // the money is there
}

// PaymentCalendar is the rule payment.calendar.
func (p Policy) PaymentCalendar() PaymentCalendar {
	return read[PaymentCalendar](p, "payment.calendar")
}

// Weights is the rule matching.weights: points for each sort of fit; together they are 100.
type Weights struct {
	Sector       int `json:"sector"`
	Traits       int `json:"traits"`
	Municipality int `json:"municipality"`
	Timetable    int `json:"timetable"`
}

const topCents = 1_000_000_00 // no monthly amount of a programme is beyond a million euros

func whole(least, most int) form { return func(f field) any { return f.whole(least, most) } }

// wholeOrNone lets a programme say that it has no such number.
func wholeOrNone(least, most int) form {
	return func(f field) any {
		if f.says(none) {
			return none
		}
		if _, word := f.node.(*ast.StringNode); word {
			f.wrong(wantOrNone.Fill(args("least", strconv.Itoa(least), "most", strconv.Itoa(most), "none", none)))
			return 0
		}
		return f.whole(least, most)
	}
}

func amount() form { return whole(0, topCents) }

func word(of ...string) form { return func(f field) any { return f.one(of...) } }

// actNames is a list of acts, each as its mutation is spelled.
func actNames(f field) any {
	all := []string{}
	for _, entry := range f.list() {
		act := entry.words()
		if act != "" && !slices.Contains(access.Acts(), access.Act(act)) {
			entry.wrong(unknownAct.Fill(args("act", act)))
		}
		all = append(all, act)
	}
	return all
}

func timeOfDay(f field) any {
	at := f.words()
	if _, err := calendar.ParseLocalTime(at); err != nil && at != "" {
		f.wrong(causeOf(err))
	}
	return at
}

// days is a list of days of the calendar.
func days(f field) any {
	all := []calendar.Day{}
	for _, entry := range f.list() {
		all = append(all, entry.day())
	}
	return all
}

// codes is a list of codes, each of the named code list.
func codes(list string) form {
	return func(f field) any {
		all := []string{}
		for _, entry := range f.list() {
			all = append(all, entry.codeOf(list))
		}
		return all
	}
}

func (f field) codeOf(list string) string {
	code := f.words()
	if code != "" && !f.doc.lists[list][code] {
		f.wrong(unknownCode.Fill(args("list", list, "code", code)))
	}
	return code
}

// daysByCode gives days for some codes of the named code list.
func daysByCode(list string) form {
	return func(f field) any {
		days := map[string]int{}
		for _, entry := range f.entries() {
			code := entry.path[len(f.path)+1:]
			if !f.doc.lists[list][code] {
				entry.wrong(unknownCode.Fill(args("list", list, "code", code)))
			}
			days[code] = entry.whole(0, 3650)
		}
		return days
	}
}

func threshold(f field) any {
	parts := f.record("percent amount reducedPercent reducedAmount", "")
	t := Threshold{
		Percent: parts["percent"].whole(0, 100), Amount: money.Cents(parts["amount"].whole(0, topCents)),
		ReducedPercent: parts["reducedPercent"].whole(0, 100), ReducedAmount: money.Cents(parts["reducedAmount"].whole(0, topCents)),
	}
	if low := parts["reducedPercent"]; low.given() && t.Percent > 0 && t.ReducedPercent >= t.Percent {
		low.wrong(wantLower.Fill(args("field", "percent")))
	}
	return t
}

func paymentCalendar(f field) any {
	parts := f.record("close certify cutOff order value", "")
	c, before := PaymentCalendar{}, 0
	for _, step := range []struct {
		key string
		day *int
	}{{"close", &c.Close}, {"certify", &c.Certify}, {"cutOff", &c.CutOff}, {"order", &c.Order}, {"value", &c.Value}} {
		if *step.day = parts[step.key].whole(0, 365); *step.day < before {
			parts[step.key].wrong(wantRising)
		}
		before = max(before, *step.day)
	}
	return c
}

func bands(f field) any {
	all := []Band{}
	for i, entry := range f.list() {
		parts := entry.record("fromMinutes amount", "")
		all = append(all, Band{FromMinutes: parts["fromMinutes"].whole(0, 31*1440), Amount: money.Cents(parts["amount"].whole(0, topCents))})
		if i > 0 && all[i].FromMinutes <= all[i-1].FromMinutes {
			entry.wrong(wantRising)
		}
	}
	return all
}

func quota(f field) any {
	all := []Quota{}
	entries := f.list()
	for i, entry := range entries {
		parts := entry.record("", "upTo interns percent")
		q := Quota{UpTo: parts["upTo"].whole(0, 1_000_000), Interns: parts["interns"].whole(0, 1000), Percent: parts["percent"].whole(1, 100)}
		step := parts["upTo"].given() && parts["interns"].given() && !parts["percent"].given()
		rest := len(parts) == 1 && parts["percent"].given() && i == len(entries)-1
		switch {
		case !step && !rest:
			entry.wrong(wantQuotaStep)
		case step && i > 0 && q.UpTo <= all[i-1].UpTo:
			entry.wrong(wantRising)
		}
		all = append(all, q)
	}
	return all
}

func weights(f field) any {
	parts := f.record("sector traits municipality timetable", "")
	w := Weights{parts["sector"].whole(0, 100), parts["traits"].whole(0, 100), parts["municipality"].whole(0, 100), parts["timetable"].whole(0, 100)}
	if f.given() && w.Sector+w.Traits+w.Municipality+w.Timetable != 100 {
		f.wrong(wantSum.Fill(args("sum", strconv.Itoa(100))))
	}
	return w
}

// routes is the rule payment.routes: its last row, and no other, matches every partner and kind.
func routes(f field) any {
	all := []RouteRule{}
	entries := f.filled()
	for i, entry := range entries {
		parts := entry.record("partner kind payer line", "")
		r := RouteRule{Partner: parts["partner"].codeOrAll("organisations"), Kind: parts["kind"].paidKind(),
			Payer: parts["payer"].codeOf("payers"), Line: parts["line"].codeOf("budget_lines")}
		last, matchesAll := i == len(entries)-1, r.Partner == everything && r.Kind == everything
		switch {
		case last && !matchesAll:
			entry.wrong(wantRest)
		case !last && matchesAll:
			entry.wrong(neverReached)
		}
		if only := f.doc.lineKinds[r.Line]; only != "" && r.Kind != only {
			parts["line"].wrong(lineOfKind.Fill(args("kind", only)))
		}
		all = append(all, r)
	}
	return all
}

func (f field) codeOrAll(list string) string {
	if f.says(everything) {
		return everything
	}
	return f.codeOf(list)
}

// says whether the field holds this one word.
func (f field) says(word string) bool {
	node, ok := f.node.(*ast.StringNode)
	return ok && node.Value == word
}

// paidKind is what is paid: hours of a kind of activity, or the contribution to living on one's own.
func (f field) paidKind() string {
	if !f.says(HousingKind) {
		return f.codeOrAll(ActivityKinds)
	}
	if f.doc.lists[ActivityKinds][HousingKind] {
		f.wrong(kindTaken.Fill(args("code", HousingKind)))
	}
	return HousingKind
}

// withholding is what payers withhold by how they are taxed, in hundredths of a percent: 2300 is 23 %.
func withholding(f field) any {
	treatments := []Tax{Exempt, Assimilated}
	rates := map[Tax]int{}
	parts := f.record(string(Exempt)+" "+string(Assimilated), "")
	for _, tax := range treatments {
		rates[tax] = parts[string(tax)].whole(0, 10_000)
	}
	return rates
}
