package rightstest

import (
	"cmp"
	"fmt"
	"strings"
)

// history is three imports, of which one was discarded and one taken back, with two months of each person that takes part.
func (s *scene) history() {
	f := s.f
	var imports []string
	for n, state := range []string{"STAGED", "DISCARDED", "REVOKED"} {
		row := fact{"id": derived("history_import", s.id, n), "programme_id": s.id, "content_hash": "\\x" + strings.Repeat("cd", 32), "files": []any{fact{"name": "payments.csv", "sha256": "00", "rows": 2}},
			"state": state, "state_since": "2026-06-05", "staged_by": s.managers[0], "staged_at": fmt.Sprintf("2026-06-0%dT10:00:00.250Z", 4+n), "revision": 1, "audience": []string{s.root}}
		if state != "STAGED" {
			row["decided_by"], row["decided_at"], row["reason"] = s.tutors[0], "2026-06-06T10:00:00.750Z", "Totali sbagliati"
		}
		if state == "REVOKED" {
			row["revoked_by"], row["revoked_at"] = s.managers[0], "2026-06-06T11:00:00.750Z"
		}
		imports = append(imports, f.put("history_import", row))
	}
	line := 1
	for _, p := range s.people {
		for n := range 2 {
			line++
			f.put("history_fact", fact{"id": derived("history_fact", p.id, n), "import_id": imports[n], "programme_id": s.id, "participation_id": p.id, "kind": "PAYMENT", "fact_key": fmt.Sprint(p.id, n),
				"month": fmt.Sprintf("2026-0%d-01", 2+2*n), "from_day": nil, "to_day": nil, "minutes": nil, "presence_days": nil, "budget_line_id": s.budget(), "gross_cents": 1000 + line, "withheld_cents": 0,
				"paid_on": "2026-05-10", "detail": fact{}, "file": "payments.csv", "line": line, "row_hash": "\\x" + strings.Repeat("ef", 32), "state": []string{"STAGED", "DISCARDED"}[n]})
		}
	}
}

// historyTypes are imports, which the lead sees, and their facts, which go with the person's money.
func historyTypes() {
	work := ofWork(func(_ *World, r *Row) (string, string) {
		if month := r.Text("month"); month != "" {
			return month, month[:8] + "31" // sorts after every day of the month
		}
		return r.Text("from_day"), cmp.Or(r.Text("to_day"), r.Text("from_day"))
	})
	of := func(w *World, r *Row) []Holder {
		if r.Text("participation_id") == "" { // spending, which is nobody's own
			return w.lead(r.Text("programme_id"))
		}
		return joined(work(w, r), w.above(w.One("participation", r.Text("participation_id")).Text("organisation_id")))
	}
	hash := func(column string) Field {
		return value(func(_ *World, r *Row) any { return strings.TrimPrefix(r.Text(column), "\\x") })
	}
	Types["HistoryImport"] = &Type{Table: "history_import", Prefix: "hst", Class: "money", Of: func(w *World, r *Row) []Holder { return w.lead(r.Text("programme_id")) }, Fields: map[string]Field{
		"id": {}, "hidden": {}, "state": column("state"), "stateLabel": something(), "stateSince": column("state_since"), "stagedBy": one("Member", "staged_by").in("directory").apart(),
		"stagedAt": instant("staged_at"), "decidedBy": one("Member", "decided_by").in("directory").apart(), "decidedAt": instant("decided_at"), "revokedBy": one("Member", "revoked_by").in("directory").apart(), "revokedAt": instant("revoked_at"), "reason": column("reason"), "contentHash": hash("content_hash"),
		"files": something(), "totals": something(), "revision": column("revision"), "allowedActs": something(),
	}, Filters: map[string]Filter{"states": among("state")}, Orders: map[string]Order{"": byColumn("staged_at", true)}}
	Roots["historyImports"] = inProgramme("HistoryImport")
	Types["HistoryFact"] = &Type{Table: "history_fact", Prefix: "hsf", Class: "money", Of: of, Fields: map[string]Field{
		"id": {}, "hidden": {}, "import": one("HistoryImport", "import_id").apart(), "participant": one("Participant", "participation_id").in("path").apart(), "kind": column("kind"), "state": column("state"),
		"month": month("month"), "fromDay": column("from_day"), "toDay": column("to_day"), "activityKind": column("activity_kind"), "minutes": column("minutes"), "presenceDays": column("presence_days"),
		"budgetLine": one("BudgetLine", "budget_line_id").in("directory").apart(), "gross": column("gross_cents"), "withheld": column("withheld_cents"), "paidOn": column("paid_on"),
		"file": column("file"), "line": column("line"), "rowHash": hash("row_hash"),
		"allowance": oneBy("Allowance", func(w *World, r *Row) *Row {
			for _, a := range ofMonth(w, r, "allowance") {
				return a
			}
			return nil
		}),
	}, Orders: map[string]Order{"": byColumn("month", false)}}
}

// ofMonth are the rows of a table that are of the participation and the month of another row.
func ofMonth(w *World, r *Row, table string) (rows []*Row) {
	for _, o := range w.By(table, "participation_id", r.Text("participation_id")) {
		if o.Text("month") == r.Text("month") && o.Text("participation_id") != "" && o.Text("month") != "" {
			rows = append(rows, o)
		}
	}
	return rows
}
