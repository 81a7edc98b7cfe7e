package allowance_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

var (
	course     = uuid.MustParse("00000000-0000-4000-8000-000000000001")
	internship = uuid.MustParse("00000000-0000-4000-8000-000000000002")
	visit      = uuid.MustParse("00000000-0000-4000-8000-000000000003")
)

var paidKinds = []string{"COURSE", "INTERNSHIP"}

func hourly() allowance.Rule {
	return allowance.Rule{Method: allowance.Hourly, HourlyRate: 400, Rounding: money.HalfUp, Cap: 50000, PaidKinds: paidKinds, Absorption: paidKinds}
}

func threshold() allowance.Rule {
	return allowance.Rule{Method: allowance.ByThreshold, Rounding: money.HalfUp, Cap: 50000, PaidKinds: paidKinds,
		Threshold: programme.Threshold{Percent: 70, Amount: 50000, ReducedPercent: 50, ReducedAmount: 30000}}
}

func bands() allowance.Rule {
	return allowance.Rule{Method: allowance.ByBands, Rounding: money.HalfUp, Cap: 50000, PaidKinds: paidKinds,
		Bands: []programme.Band{{FromMinutes: 0}, {FromMinutes: 50 * 60, Amount: 20000}, {FromMinutes: 80 * 60, Amount: 60000}}}
}

// hours are of one enrolment in a month under one version of the policy.
type hours struct {
	Enrolment uuid.UUID
	Kind      string
	Minutes   int
	Contested int
	Planned   int
}

func accrue(register []hours, rule allowance.Rule) allowance.Working {
	in := allowance.Inputs{Month: november, Versions: []allowance.Version{{ID: uuid.New(), Number: 1, From: november.First(), Rule: rule}}}
	for _, h := range register {
		in.Register = append(in.Register, allowance.Hours{Enrolment: h.Enrolment, Kind: h.Kind, Contested: h.Contested, Planned: h.Planned,
			Portions: []allowance.Portion{{Minutes: h.Minutes}}})
	}
	return allowance.Accrue(in)
}

type line struct {
	kind   allowance.LineKind
	amount money.Cents
	rule   string
	it, en string
}

func TestAccrue(t *testing.T) {
	for name, c := range map[string]struct {
		register []hours
		rule     allowance.Rule
		minutes  int
		accrued  money.Cents
		total    money.Cents
		lines    []line
	}{
		"hours at a rate": {
			register: []hours{{Enrolment: internship, Kind: "INTERNSHIP", Minutes: 4350}},
			rule:     hourly(), minutes: 4350, accrued: 29000, total: 29000,
			lines: []line{{allowance.HoursLine, 29000, "allowance.hourly_rate", "72 h 30 min × 4,00 € = 290,00 €", "72 h 30 min × €4.00 = €290.00"}},
		},
		"rounded once for each enrolment": {
			register: []hours{{Enrolment: course, Kind: "COURSE", Minutes: 1}, {Enrolment: internship, Kind: "INTERNSHIP", Minutes: 1}},
			rule:     hourly(), minutes: 2, accrued: 14, total: 14,
			lines: []line{
				{allowance.HoursLine, 7, "allowance.hourly_rate", "1 min × 4,00 € = 0,07 €", "1 min × €4.00 = €0.07"},
				{allowance.HoursLine, 7, "allowance.hourly_rate", "1 min × 4,00 € = 0,07 €", "1 min × €4.00 = €0.07"},
			},
		},
		"a course and an internship are cut together": {
			register: []hours{{Enrolment: course, Kind: "COURSE", Minutes: 40 * 60}, {Enrolment: internship, Kind: "INTERNSHIP", Minutes: 100 * 60}},
			rule:     hourly(), minutes: 140 * 60, accrued: 56000, total: 50000,
			lines: []line{
				{allowance.HoursLine, 16000, "allowance.hourly_rate", "40 h × 4,00 € = 160,00 €", "40 h × €4.00 = €160.00"},
				{allowance.HoursLine, 40000, "allowance.hourly_rate", "100 h × 4,00 € = 400,00 €", "100 h × €4.00 = €400.00"},
				{allowance.Cut, -6000, "allowance.monthly_cap", "Tetto mensile per tutte le attività insieme 500,00 €: 560,00 € − 500,00 € = 60,00 € in meno",
					"Monthly cap over all activities together €500.00: €560.00 − €500.00 = €60.00 less"},
			},
		},
		"what earns nothing says why": {
			register: []hours{{Enrolment: course, Kind: "COURSE", Minutes: 60, Contested: 90}, {Enrolment: visit, Kind: "VISIT", Minutes: 120}},
			rule:     hourly(), minutes: 60, accrued: 400, total: 400,
			lines: []line{
				{allowance.Nothing, 0, "allowance.method", "1 h 30 min contestate: non contano finché la contestazione non è risolta",
					"1 h 30 min contested: they do not count until the contest is resolved"},
				{allowance.Nothing, 0, "allowance.paid_kinds", "2 h: le ore di questo tipo di attività non danno diritto all'indennità",
					"2 h: hours of this kind of activity earn no allowance"},
				{allowance.HoursLine, 400, "allowance.hourly_rate", "1 h × 4,00 € = 4,00 €", "1 h × €4.00 = €4.00"},
			},
		},
		"the threshold is reached over all activities": {
			register: []hours{{Enrolment: course, Kind: "COURSE", Planned: 20 * 60}, {Enrolment: internship, Kind: "INTERNSHIP", Minutes: 84 * 60, Planned: 100 * 60}},
			rule:     threshold(), minutes: 84 * 60, accrued: 50000, total: 50000,
			lines: []line{{allowance.ThresholdLine, 50000, "allowance.threshold", "84 h su 120 h previste = 70,0 %, almeno il 70 %: 500,00 €",
				"84 h of 120 h planned = 70.0 %, at least 70 %: €500.00"}},
		},
		"a minute less than the threshold": {
			register: []hours{{Enrolment: internship, Kind: "INTERNSHIP", Minutes: 84*60 - 1, Planned: 120 * 60}},
			rule:     threshold(), minutes: 84*60 - 1, accrued: 30000, total: 30000,
			lines: []line{{allowance.ThresholdLine, 30000, "allowance.threshold", "83 h 59 min su 120 h previste = 69,9 %, almeno il 50 %: 300,00 €",
				"83 h 59 min of 120 h planned = 69.9 %, at least 50 %: €300.00"}},
		},
		"below the reduced threshold": {
			register: []hours{{Enrolment: internship, Kind: "INTERNSHIP", Minutes: 59 * 60, Planned: 120 * 60}},
			rule:     threshold(), minutes: 59 * 60,
			lines: []line{{allowance.Nothing, 0, "allowance.threshold", "59 h su 120 h previste = 49,1 %, meno del 50 %: per questo mese non spetta nulla",
				"59 h of 120 h planned = 49.1 %, less than 50 %: nothing is owed for this month"}},
		},
		"nothing was planned": {
			register: []hours{{Enrolment: internship, Kind: "INTERNSHIP", Minutes: 60}},
			rule:     threshold(), minutes: 60,
			lines: []line{{allowance.Nothing, 0, "allowance.threshold", "1 h di presenza, ma nessuna ora prevista nel mese con cui confrontarle",
				"1 h of presence, but no planned hours in the month to compare them with"}},
		},
		"a band over all hours, beyond the cap": {
			register: []hours{{Enrolment: course, Kind: "COURSE", Minutes: 40 * 60}, {Enrolment: internship, Kind: "INTERNSHIP", Minutes: 40 * 60}},
			rule:     bands(), minutes: 80 * 60, accrued: 60000, total: 50000,
			lines: []line{
				{allowance.BandLine, 30000, "allowance.bands", "80 h nel mese, fascia da 80 h in su: 600,00 €; a questa attività, con 40 h, 300,00 €",
					"80 h in the month, band from 80 h up: €600.00; to this activity, with 40 h, €300.00"},
				{allowance.BandLine, 30000, "allowance.bands", "80 h nel mese, fascia da 80 h in su: 600,00 €; a questa attività, con 40 h, 300,00 €",
					"80 h in the month, band from 80 h up: €600.00; to this activity, with 40 h, €300.00"},
				{allowance.Cut, -10000, "allowance.monthly_cap", "Tetto mensile per tutte le attività insieme 500,00 €: 600,00 € − 500,00 € = 100,00 € in meno",
					"Monthly cap over all activities together €500.00: €600.00 − €500.00 = €100.00 less"},
			},
		},
		"below the first band that pays": {
			register: []hours{{Enrolment: course, Kind: "COURSE", Minutes: 50*60 - 1}},
			rule:     bands(), minutes: 50*60 - 1,
			lines: []line{{allowance.Nothing, 0, "allowance.bands", "49 h 59 min nel mese: sotto la prima fascia che dà diritto a un importo",
				"49 h 59 min in the month: below the first band that pays"}},
		},
		"a month without presence": {
			register: []hours{{Enrolment: internship, Kind: "INTERNSHIP", Planned: 6000}}, rule: hourly(),
			lines: []line{{allowance.Nothing, 0, "allowance.method", "Nessuna ora di presenza in questo mese", "No hours of presence this month"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.rule.Check(); err != nil {
				t.Fatal(err)
			}
			s := accrue(c.register, c.rule)
			if s.Minutes != c.minutes || s.Accrued != c.accrued || s.Total != c.total || s.Cap != 50000 {
				t.Errorf("minutes %d, accrued %d, total %d, cap %d; want %d, %d, %d, 50000", s.Minutes, s.Accrued, s.Total, s.Cap, c.minutes, c.accrued, c.total)
			}
			if len(s.Lines) != len(c.lines) {
				t.Fatalf("lines %+v", s.Lines)
			}
			for i, l := range s.Lines {
				if got := (line{l.Kind, l.Amount, l.Rule, l.Text.It, l.Text.En}); got != c.lines[i] {
					t.Errorf("line %d is\n%+v, want\n%+v", i, got, c.lines[i])
				}
			}
		})
	}
}

func TestRulesThatMakeNoSense(t *testing.T) {
	for name, change := range map[string]func(*allowance.Rule){
		"negative cap":         func(r *allowance.Rule) { r.Cap = -1 },
		"negative rate":        func(r *allowance.Rule) { r.HourlyRate = -1 },
		"boundless rate":       func(r *allowance.Rule) { r.HourlyRate = money.Limit },
		"unknown rounding":     func(r *allowance.Rule) { r.Rounding = "UP" },
		"unknown method":       func(r *allowance.Rule) { r.Method = "DAILY" },
		"reduced sum higher":   func(r *allowance.Rule) { *r = threshold(); r.Threshold.ReducedAmount = 50001 },
		"reduced share higher": func(r *allowance.Rule) { *r = threshold(); r.Threshold.ReducedPercent = 71 },
		"share over 100":       func(r *allowance.Rule) { *r = threshold(); r.Threshold.Percent = 101 },
		"falling bands":        func(r *allowance.Rule) { *r = bands(); r.Bands[2].Amount = 100 },
		"unsorted bands":       func(r *allowance.Rule) { *r = bands(); r.Bands[2].FromMinutes = 1 },
	} {
		r := hourly()
		if change(&r); r.Check() == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func TestPlannedIn(t *testing.T) {
	day := calendar.MustDay
	for name, c := range map[string]struct {
		from, to calendar.Day
		want     int
	}{
		"the whole of it":   {day("2026-11-10"), day("2026-11-19"), 1000},
		"its first days":    {day("2026-11-26"), day("2026-12-05"), 500},
		"its last days":     {day("2026-10-25"), day("2026-11-03"), 300},
		"a month of many":   {day("2026-10-01"), day("2026-12-31"), 326}, // 30 of 92 days, rounded down
		"before":            {day("2026-10-01"), day("2026-10-31"), 0},
		"after":             {day("2026-12-01"), day("2026-12-31"), 0},
		"its one first day": {day("2026-11-01"), day("2026-11-01"), 1000},
	} {
		if got := allowance.PlannedIn(1000, c.from, c.to, calendar.MustMonth("2026-11")); got != c.want {
			t.Errorf("%s: %d minutes, want %d", name, got, c.want)
		}
	}
}
