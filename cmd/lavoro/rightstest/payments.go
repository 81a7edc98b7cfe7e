package rightstest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// payments are runs of each body that owes something by the last statements: two, with a line for each share in turn.
func (s *scene) payments() {
	f := s.f
	runs, n := map[any][]string{}, 0
	for _, share := range slices.Clone(f.rows["allowance_share"]) {
		statement := f.row("allowance_statement", share["statement_id"])
		if share["programme_id"] != s.id || statement["number"] != 2 {
			continue
		}
		payer := share["payer_id"]
		if runs[payer] == nil {
			for number := 1; number <= 2; number++ {
				runs[payer] = append(runs[payer], s.run(payer, number))
			}
		}
		n++
		id := derived("payment_line", share["id"])
		line := fact{"id": id, "run_id": runs[payer][n/2%2], "programme_id": s.id, "payer_id": payer, "participation_id": share["participation_id"], "allowance_id": share["allowance_id"],
			"statement_id": share["statement_id"], "share_id": share["id"], "budget_line_id": share["budget_line_id"], "month": share["month"], "kind": "STATEMENT",
			"gross_cents": share["gross_cents"], "withheld_cents": 0, "net_cents": share["net_cents"], "head_id": id, "state": "DISCARDED", "blocks": []any{}, "state_since": "2026-06-05", "revision": 1}
		if n%2 == 0 {
			line["state"], line["blocks"] = "BLOCKED", []any{[]string{"NO_ACCOUNT", "CHECK_OLD"}[n/2%2]}
		}
		f.put("payment_line", line)
	}
}

// run is of a payer, with two steps.
func (s *scene) run(payer any, number int) string {
	f := s.f
	id := f.put("payment_run", fact{"id": derived("payment_run", payer, number), "programme_id": s.id, "payer_id": payer, "year": 2026, "number": number, "kind": []string{"ORDINARY", "SUPPLEMENTARY"}[number-1],
		"up_to": fmt.Sprintf("2026-0%d-01", 3+number), "value_day": "2026-06-30", "way": []string{"ORDER_LIST", "BANK_FILE"}[number-1], "format": []any{nil, "CBI"}[number-1],
		"state": []string{"COMPUTED", "DISCARDED"}[number-1], "state_since": "2026-06-05", "made_by": s.managers[0], "gathered": 6, "people": 3, "lines": 4, "blocked": 2, "gross_cents": 1000,
		"withheld_cents": 100, "net_cents": 900, "approvals_needed": 1, "approvals": 0, "reason": []any{nil, "Sbagliato"}[number-1], "revision": 3})
	for n, act := range []string{"openRun", "computeRun"} {
		f.put("payment_step", fact{"id": derived("payment_step", id, n), "run_id": id, "programme_id": s.id, "position": n + 1, "act": act, "from_state": []any{nil, "DRAFT"}[n], "to_state": []string{"DRAFT", "COMPUTED"}[n],
			"at": "2026-06-05T10:00:00.250Z", "member_id": s.managers[0], "on_behalf_of": []any{nil, s.tutors[0]}[n]})
	}
	return id
}

// derived is an id that draws nothing by chance, and so leaves all else as it is.
func derived(of ...any) string { return uuid.NewSHA1(uuid.Nil, fmt.Append(nil, of...)).String() }

// row is one that was put before.
func (f *Fiction) row(table string, id any) fact {
	rows := f.rows[table]
	return rows[slices.IndexFunc(rows, func(r fact) bool { return r["id"] == id })]
}

// ofPayer is for runs and what was done with them: the body that pays and all above, and the mandates over them that reach the run's month.
func ofPayer(w *World, run *Row) []Holder {
	holders, month := w.above(run.Text("payer_id")), run.Text("up_to")
	for _, m := range w.By("mandate", "programme_id", run.Text("programme_id")) {
		if slices.Contains(holders, overBody(w.One("organisation", m.Text("organisation_id")))) && reaches(m, month, month[:8]+"31") {
			holders = append(holders, Holder{"MANDATE", m.Text("programme_id"), m.ID})
		}
	}
	return holders
}

func paymentTypes() {
	own := func(_ *World, r *Row) *Row { return r }
	ofMonth := func(column string) Filter {
		return Filter{From: func(_ *World, r *Row) (any, string) { return r.Text(column), quoted(r.Text(column)[:7]) },
			Holds: func(_ *Model, r *Row, month any) bool { return r.Text(column) == month }}
	}
	Types["PaymentRun"] = &Type{Table: "payment_run", Prefix: "pay", Class: "money", Of: ofPayer, Fields: map[string]Field{
		"id": {}, "hidden": {}, "payer": one("Organisation", "payer_id").in("directory").apart(), "year": column("year"), "number": column("number"), "kind": column("kind"), "upTo": month("up_to"),
		"valueDay": column("value_day"), "way": column("way"), "format": column("format"), "state": column("state"), "stateLabel": something(), "stateSince": column("state_since"),
		"gathered": column("gathered"), "people": column("people"), "lineCount": column("lines"), "blockedCount": column("blocked"), "gross": column("gross_cents"),
		"withheld": column("withheld_cents"), "net": column("net_cents"), "approvals": column("approvals"), "approvalsNeeded": column("approvals_needed"), "reason": column("reason"),
		"steps": many("PaymentStep", "run_id"), "lines": many("PaymentLine", "run_id"), "blockers": something(), "revision": column("revision"), "allowedActs": something(),
	}, Filters: map[string]Filter{"payer": refers("org", "payer_id"), "states": among("state"), "upTo": ofMonth("up_to")}, Orders: map[string]Order{"": byColumn("up_to", true)}}
	Roots["paymentRuns"] = inProgramme("PaymentRun")
	Types["PaymentStep"] = &Type{Table: "payment_step", Prefix: "pys", Class: "money", Of: func(w *World, r *Row) []Holder { return ofPayer(w, w.One("payment_run", r.Text("run_id"))) },
		Fields: map[string]Field{
			"id": {}, "hidden": {}, "act": column("act"), "fromState": column("from_state"), "toState": column("to_state"), "at": instant("at"),
			"member": one("Member", "member_id").in("directory").apart(), "onBehalfOf": one("Member", "on_behalf_of").in("directory").apart(),
		}}
	Types["PaymentLine"] = &Type{Table: "payment_line", Prefix: "pyl", Class: "money",
		Of: func(w *World, r *Row) []Holder { return joined(ofMoney(own)(w, r), w.above(r.Text("payer_id"))) },
		Fields: map[string]Field{
			"id": {}, "hidden": {}, "run": one("PaymentRun", "run_id").apart(), "participant": one("Participant", "participation_id").in("path").apart(), "pseudonym": pseudonym(),
			"allowance": one("Allowance", "allowance_id"), "budgetLine": one("BudgetLine", "budget_line_id").in("directory").apart(), "month": month("month"), "kind": column("kind"),
			"gross": column("gross_cents"), "withheld": column("withheld_cents"), "net": column("net_cents"),
			"endToEndId": value(func(_ *World, r *Row) any { return strings.ReplaceAll(r.Text("head_id"), "-", "") }), "state": column("state"), "stateLabel": something(),
			"stateSince": column("state_since"), "live": value(func(_ *World, r *Row) any {
				return slices.Contains([]string{"PENDING", "HELD", "EXPORTED", "RECALL_ASKED", "PAID"}, r.Text("state"))
			}), "blocks": something(), "revision": column("revision"),
		}, Filters: map[string]Filter{
			"run": refers("pay", "run_id"), "participant": ofTheirs("prt", "id").tells("path"), "month": ofMonth("month"), "states": among("state"), "kinds": among("kind"),
			"block": {From: func(_ *World, r *Row) (any, string) {
				blocks := r.Columns["blocks"].([]any)
				if len(blocks) == 0 {
					return nil, ""
				}
				return blocks[0], quoted(fmt.Sprint(blocks[0]))
			}, Holds: func(_ *Model, r *Row, code any) bool { return slices.Contains(r.Columns["blocks"].([]any), code) }},
		}, Orders: map[string]Order{"": byColumn("month", true)}}
	Roots["paymentLines"] = inProgramme("PaymentLine")
}
