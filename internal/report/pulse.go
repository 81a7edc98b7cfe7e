package report

import (
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/matching"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Unprotected is the filter, of no list of the API, that leaves protected participations out.
const Unprotected = "unprotected"

// MoneyLeft is the code of the number that is a sum of money, in cents; it is read as a field of its own.
const MoneyLeft = "moneyLeft"

// Counter is one number of a pulse.
type Counter struct {
	Code  string
	Label text.Text
	Class access.Class // of what it counts
	// List is the field of Query that opens its rows, in this order, by these arguments, and this filter.
	List, Order string
	Args        map[string]any
	Filter      map[string]any
}

// Counters are the numbers of a pulse on a day.
func Counters(today calendar.Day) []Counter {
	return []Counter{{
		Code: "presentToday", Label: text.Text{It: "Presenze di oggi", En: "Present today"}, Class: access.Work, List: "attendances",
		Filter: map[string]any{"from": today, "to": today, "kind": string(attendance.Presence), "standings": []any{string(attendance.Counted)}},
	}, {
		Code: "late", Label: text.Text{It: "Scadenze superate", En: "Past their time"}, Class: access.Path, List: "dues",
		Args: map[string]any{"overdue": true},
	}, {
		Code: "blockedMatches", Label: text.Text{It: "Abbinamenti bloccati", En: "Blocked matches"}, Class: access.Path, List: "matches", Order: "SCORE",
		Filter: map[string]any{"blocked": true, "states": []any{string(matching.Suggested), string(matching.Proposed)}},
	}, {
		Code: "suspendedPlacements", Label: text.Text{It: "Tirocini sospesi", En: "Suspended internships"}, Class: access.Work, List: "placements",
		Order: "START_NEWEST", Filter: map[string]any{"states": []any{string(placement.Suspended)}},
	}}
}

// Moving are the kinds of object whose changes may move a number: what is counted, and what closes or opens a due.
func Moving() []string {
	return []string{"Participant", "HandOver", "Opening", "Match", "Placement", "Attendance", "Allowance", "HistoryImport", "Due"}
}

// MoneyLeftLabel says what MoneyLeft is: the funding without all allowances that were worked out, whether paid or not, and what was recognised before the programme was kept here.
var MoneyLeftLabel = text.Text{It: "Finanziamento meno indennità maturate", En: "Funding without allowances worked out"}

// Selected asks a plan for the number under its code.
func (c Counter) Selected(programme string) plan.Selected {
	filter := map[string]any{Unprotected: true}
	for name, value := range c.Filter {
		filter[name] = value
	}
	args := map[string]any{"programme": programme, "filter": filter, "orderBy": c.Order, "first": int64(1)}
	for name, value := range c.Args {
		args[name] = value
	}
	return counted(c.Code, c.List, args)
}

// Reading adds to the rooms' lists what the numbers need.
func Reading() plan.Reading {
	protected := "exists (select from participation p where p.id = {t}.participation_id and p.protected)"
	unprotected := plan.Filters{Unprotected: plan.Whether("not "+protected, protected)}
	return plan.Reading{
		Filters: map[string]plan.Filters{"Attendance": unprotected, "Due": unprotected, "Match": unprotected, "Placement": unprotected},
		Roots:   plan.Roots{MoneyLeft: plan.ExprIn("Programme", "{o}.id = {a:programme}", moneyLeft)},
	}
}

// moneyLeft is for who reads the money of the lead organisation, which is everybody's: without some of it the rest would be no answer.
const moneyLeft = `case when exists (select from organisation l where l.programme_id = {o}.id and l.parent_id is null and l.id = any ((select app_keys('money'))::uuid[]))
	then {o}.budget_cents - coalesce((select sum(w.total_cents) from allowance w where w.programme_id = {o}.id), 0)
		- coalesce((select sum(f.gross_cents) from history_fact f where f.programme_id = {o}.id and f.kind = 'PAYMENT' and f.state = 'CONFIRMED'), 0) end`
