package rightstest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// payments are runs of each body that owes something by the last statements: two, with a line for each share in turn, but for a few that no run has taken up.
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
		if n++; n%5 == 0 {
			continue
		}
		id := derived("payment_line", share["id"])
		person := f.row("participation", share["participation_id"])["person_id"].(string)
		line := fact{"id": id, "part": []any{1, 2, nil}[n%3], "bank_id": f.last("person_bank", "person_id", person), "run_id": runs[payer][n/2%2], "programme_id": s.id, "payer_id": payer, "participation_id": share["participation_id"], "allowance_id": share["allowance_id"],
			"statement_id": share["statement_id"], "share_id": share["id"], "budget_line_id": share["budget_line_id"], "month": share["month"], "kind": "STATEMENT",
			"gross_cents": share["gross_cents"], "withheld_cents": 0, "net_cents": share["net_cents"], "recovered_cents": 0, "head_id": id, "state": "DISCARDED", "twice": false, "blocks": []any{}, "state_since": "2026-06-05", "revision": 1}
		if n%2 == 0 {
			line["state"], line["blocks"] = "BLOCKED", []any{[]string{"NO_ACCOUNT", "CHECK_OLD"}[n/2%2]}
		}
		f.put("payment_line", line)
		if n/2%2 == 1 { // the run before had it, too
			before := maps.Clone(line)
			before["id"], before["run_id"], before["state"] = derived("payment_line before", share["id"]), runs[payer][0], "DISCARDED"
			before["head_id"] = before["id"]
			f.put("payment_line", before)
		}
		for k, act := range []string{"holdLine", "releaseLine"} {
			step := f.put("payment_line_step", fact{"id": derived("payment_line_step", id, k), "line_id": id, "run_id": line["run_id"], "participation_id": line["participation_id"], "month": line["month"],
				"act": act, "from_state": "PENDING", "to_state": "HELD", "at": fmt.Sprintf("2026-06-06T1%d:00:00.500Z", k), "member_id": s.managers[0], "code": []any{nil, "AC04"}[k], "cause": []any{"AM04", nil}[k], "reference": []any{nil, "4711"}[k],
				"booked_on": []any{nil, "2026-06-05"}[k], "booked_cents": []any{nil, 900}[k], "reason": "\\x00",
				"answer_id": []any{nil, derived("payment_answer", line["run_id"])}[k]})
			f.Sealed = append(f.Sealed, Sealed{person, "payment_line_step", "reason", step, "Trattenuto " + fmt.Sprint(k)})
		}
		s.recovery(line, n)
	}
}

// recovery is what a line's month was paid too much: of every other one nothing is left.
func (s *scene) recovery(line fact, n int) {
	f := s.f
	id := derived("recovery", line["allowance_id"], line["payer_id"])
	if slices.ContainsFunc(f.rows["recovery"], func(r fact) bool { return r["id"] == id }) {
		return
	}
	left := 600 * (n / 2 % 2)
	f.put("recovery", fact{"id": id, "programme_id": s.id, "participation_id": line["participation_id"], "allowance_id": line["allowance_id"], "payer_id": line["payer_id"], "month": line["month"],
		"statement_id": line["statement_id"], "owed_cents": 1000 + left, "recovered_cents": 700, "repaid_cents": 200, "waived_cents": 100, "left_cents": left, "revision": 4})
	of := func(more fact) fact {
		for _, column := range []string{"programme_id", "participation_id", "month"} {
			more[column] = line[column]
		}
		more["recovery_id"] = id
		return more
	}
	if n%3 != 0 {
		for number := 1; number <= 2; number++ {
			f.put("recovery_plan", of(fact{"id": derived("recovery_plan", id, number), "number": number, "agreed_on": "2026-06-08", "before_cents": 0, "months": []string{"2099-01-01", "2099-02-01"}, "cents": []int{300, 400},
				"member_id": s.managers[0], "made_at": fmt.Sprintf("2026-06-0%dT10:00:00.375Z", number)}))
		}
	}
	person := f.row("participation", line["participation_id"])["person_id"].(string)
	for k, state := range []string{"REJECTED", "WAITING"} {
		discharge := fact{"id": derived("recovery_discharge", id, k), "kind": []string{"WAIVER", "REPAYMENT"}[k], "cents": 100 + k, "day": []any{nil, "2026-06-07"}[k], "state": state, "state_since": "2026-06-08",
			"reason": "\\x00", "asked_by": s.managers[0], "asked_at": fmt.Sprintf("2026-06-0%dT11:00:00.875Z", 7+k), "answer": nil, "answered_by": nil, "answered_at": nil, "revision": 1 + k}
		if k == 0 {
			discharge["answer"], discharge["answered_by"], discharge["answered_at"] = "\\x00", s.tutors[0], "2026-06-08T12:00:00.125Z"
			f.Sealed = append(f.Sealed, Sealed{person, "recovery_discharge", "answer", discharge["id"].(string), "Respinto"})
		}
		f.Sealed = append(f.Sealed, Sealed{person, "recovery_discharge", "reason", f.put("recovery_discharge", of(discharge)), "Restituito " + fmt.Sprint(k)})
	}
}

// message is the file by which a run was sent, or an answer of its payer.
func (s *scene) message(kind string, of ...any) string {
	return s.f.put("file", fact{"id": derived(append([]any{kind}, of...)...), "programme_id": s.id, "participation_id": nil, "person_id": nil, "kind": kind, "class": "bank", "media_type": "text/xml", "announced": 4000,
		"received": 4000, "bytes": 4000, "sha256": "\\x00", "state": "ATTACHED", "uploaded_by": s.managers[0], "prepared_at": "2026-06-05T09:00:00Z", "expires_at": "2026-06-06T09:00:00Z"})
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
	hash := `\x` + strings.Repeat("ab", 31) + fmt.Sprintf("%02x", number)
	for part := 1; part <= 2; part++ {
		f.put("payment_file", fact{"id": derived("payment_file", id, part), "run_id": id, "programme_id": s.id, "payer_id": payer, "part": part, "message_id": strings.ReplaceAll(id, "-", "") + fmt.Sprint(part),
			"file_id": s.message("PAYMENT_FILE", id, part), "lines": 3, "net_cents": 900, "sha256": hash, "made_at": "2026-06-07T10:00:00.125Z"})
	}
	f.put("payment_answer", fact{"id": derived("payment_answer", id), "programme_id": s.id, "payer_id": payer, "sha256": hash, "source": []string{"PAIN_002", "CAMT_053"}[number-1], "message_id": "A",
		"file_id": s.message("PAYMENT_ANSWER", id), "read_at": fmt.Sprintf("2026-06-0%dT10:00:00.625Z", 7+number), "member_id": s.managers[0], "paid": 3, "rejected": 1, "returned": 0, "waiting": 2,
		"ignored": 0, "foreign_lines": 1})
	return id
}

// derived is an id that draws nothing by chance, and so leaves all else as it is.
func derived(of ...any) string { return uuid.NewSHA1(uuid.Nil, fmt.Append(nil, of...)).String() }

// row is one that was put before.
func (f *Fiction) row(table string, id any) fact {
	rows := f.rows[table]
	return rows[slices.IndexFunc(rows, func(r fact) bool { return r["id"] == id })]
}

// last is the id of the last row whose column holds the value; none where there is none.
func (f *Fiction) last(table, column string, value any) any {
	var id any
	for _, r := range f.rows[table] {
		if r[column] == value {
			id = r["id"]
		}
	}
	return id
}

// sentBy are the lines that a file of a run has sent.
func sentBy(w *World, file *Row) (lines []*Row) {
	for _, l := range w.By("payment_line", "run_id", file.Text("run_id")) {
		if l.Columns["part"] == file.Columns["part"] {
			lines = append(lines, l)
		}
	}
	return lines
}

// fileOf is the file that has sent a line.
func fileOf(w *World, line *Row) *Row {
	for _, f := range w.By("payment_file", "run_id", line.Text("run_id")) {
		if f.Columns["part"] == line.Columns["part"] {
			return f
		}
	}
	return nil
}

// movedBy are the lines that an answer has moved.
func movedBy(w *World, answer *Row) (lines []*Row) {
	for _, s := range w.By("payment_line_step", "answer_id", answer.ID) {
		if l := w.One("payment_line", s.Text("line_id")); !slices.Contains(lines, l) {
			lines = append(lines, l)
		}
	}
	return lines
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

// ofMessage is for files of runs and answers: the body that pays and all above.
func ofMessage(w *World, r *Row) []Holder {
	for _, table := range []string{"payment_file", "payment_answer"} {
		for _, m := range w.By(table, "file_id", r.ID) {
			return w.above(m.Text("payer_id"))
		}
	}
	return nil
}

// superseded says whether a later run has spoken of what a line is about.
func superseded(w *World, r *Row) bool {
	number := func(l *Row) float64 { return w.One("payment_run", l.Text("run_id")).Columns["number"].(float64) }
	return slices.ContainsFunc(w.By("payment_line", "allowance_id", r.Text("allowance_id")), func(l *Row) bool {
		return l.Text("payer_id") == r.Text("payer_id") && l.Text("budget_line_id") == r.Text("budget_line_id") && number(l) > number(r)
	})
}

// inNoRun says whether something of a month is due of which no run has ever spoken; those of the worlds take nothing up.
func inNoRun(w *World, r *Row) bool {
	gross, due, last := 0.0, false, lastStatement(w, r)
	if last == nil {
		return false
	}
	for _, h := range w.By("allowance_share", "statement_id", last.ID) {
		spoken := slices.ContainsFunc(w.By("payment_line", "allowance_id", r.ID), func(l *Row) bool {
			return l.Text("payer_id") == h.Text("payer_id") && l.Text("budget_line_id") == h.Text("budget_line_id")
		})
		if h.Columns["net_cents"].(float64) > 0 && !spoken {
			gross, due = gross+h.Columns["gross_cents"].(float64), true
		}
	}
	for _, c := range w.below(r, "allowance_contest", "allowance_id") {
		if c.Text("state") == "CONTESTED" && gross <= c.Columns["contested_cents"].(float64) {
			return false
		}
	}
	return due
}

func paymentTypes() {
	hash := value(func(_ *World, r *Row) any { return strings.TrimPrefix(r.Text("sha256"), `\x`) })
	ofBody := func(w *World, r *Row) []Holder { return w.above(r.Text("payer_id")) }
	Types["PaymentFile"] = &Type{Table: "payment_file", Prefix: "pyf", Class: "money", Of: ofBody, Fields: map[string]Field{
		"id": {}, "hidden": {}, "run": one("PaymentRun", "run_id"), "payments": manyBy("PaymentLine", sentBy), "part": column("part"), "messageId": column("message_id"), "lines": column("lines"), "net": column("net_cents"), "sha256": hash, "madeAt": instant("made_at"),
		"file": one("File", "file_id").apart(),
	}}
	Types["PaymentAnswer"] = &Type{Table: "payment_answer", Prefix: "pya", Class: "money", Of: ofBody, Fields: map[string]Field{
		"id": {}, "hidden": {}, "payer": one("Organisation", "payer_id").in("directory").apart(), "source": column("source"), "messageId": column("message_id"), "sha256": hash,
		"readAt": instant("read_at"), "member": one("Member", "member_id").in("directory").apart(), "paid": column("paid"), "rejected": column("rejected"), "returned": column("returned"),
		"waiting": column("waiting"), "ignored": column("ignored"), "others": column("foreign_lines"), "unclear": value(func(*World, *Row) any { return false }), "payments": manyBy("PaymentLine", movedBy), "file": one("File", "file_id").apart(),
	}, Filters: map[string]Filter{"payer": refers("org", "payer_id")}, Orders: map[string]Order{"": byColumn("read_at", true)}}
	Roots["paymentAnswers"] = inProgramme("PaymentAnswer")
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
		"files": many("PaymentFile", "run_id"), "steps": many("PaymentStep", "run_id"), "lines": many("PaymentLine", "run_id"), "blockers": something(), "changes": something(), "revision": column("revision"), "allowedActs": something(),
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
			"statement": one("AllowanceStatement", "statement_id").apart(), "share": one("AllowanceShare", "share_id").apart(), "part": column("part"), "file": oneBy("PaymentFile", fileOf),
			"paidTo": one("BankDetails", "bank_id").apart(), "allowance": one("Allowance", "allowance_id"), "budgetLine": one("BudgetLine", "budget_line_id").in("directory").apart(), "month": month("month"), "kind": column("kind"),
			"gross": column("gross_cents"), "withheld": column("withheld_cents"), "net": column("net_cents"), "recovered": column("recovered_cents"), "transfer": something(),
			"endToEndId": value(func(_ *World, r *Row) any { return strings.ReplaceAll(r.Text("head_id"), "-", "") }), "state": column("state"), "stateLabel": something(),
			"stateSince": column("state_since"), "live": value(func(_ *World, r *Row) any {
				return slices.Contains([]string{"PENDING", "HELD", "EXPORTED", "RECALL_ASKED", "PAID"}, r.Text("state"))
			}), "blocks": something(), "twice": column("twice"), "revision": column("revision"), "reason": value(func(_ *World, _ *Row) any { return nil }),
			"contradicted": value(func(*World, *Row) any { return false }), "steps": many("PaymentLineStep", "line_id"), "allowedActs": something(),
		}, Filters: map[string]Filter{
			"part": {From: func(_ *World, r *Row) (any, string) {
				if r.Columns["part"] == nil {
					return nil, ""
				}
				return r.Columns["part"], fmt.Sprint(r.Columns["part"])
			}, Holds: func(_ *Model, r *Row, part any) bool { return r.Columns["part"] == part }},
			"endToEndId": {From: func(_ *World, r *Row) (any, string) {
				return r.Text("head_id"), quoted(strings.ReplaceAll(r.Text("head_id"), "-", ""))
			},
				Holds: func(_ *Model, r *Row, head any) bool { return r.Text("head_id") == head }},
			"answer": {From: func(w *World, r *Row) (any, string) {
				for _, s := range w.By("payment_line_step", "line_id", r.ID) {
					if s.Text("answer_id") != "" {
						return s.Text("answer_id"), quoted("pya_" + s.Text("answer_id"))
					}
				}
				return nil, ""
			}, Holds: func(m *Model, r *Row, answer any) bool {
				return slices.Contains(movedBy(m.World, m.World.One("payment_answer", answer.(string))), r)
			}},
			"run": refers("pay", "run_id"), "participant": ofTheirs("prt", "id").tells("path"), "month": ofMonth("month"), "states": among("state"), "kinds": among("kind"),
			"contradicted": whether(func(*Model, *Row) bool { return false }),
			"changedIn":    {From: func(_ *World, r *Row) (any, string) { return r.Text("run_id"), quoted("pay_" + r.Text("run_id")) }, Holds: func(*Model, *Row, any) bool { return false }},
			"latest":       whether(func(m *Model, r *Row) bool { return !superseded(m.World, r) }),
			"block": {From: func(_ *World, r *Row) (any, string) {
				blocks := r.Columns["blocks"].([]any)
				if len(blocks) == 0 {
					return nil, ""
				}
				return blocks[0], quoted(fmt.Sprint(blocks[0]))
			}, Holds: func(_ *Model, r *Row, code any) bool { return slices.Contains(r.Columns["blocks"].([]any), code) }},
		}, Orders: map[string]Order{"": byColumn("month", true)}}
	Roots["paymentLines"] = inProgramme("PaymentLine")
	Types["PaymentLineStep"] = &Type{Table: "payment_line_step", Prefix: "pls", Class: "money",
		Of: func(w *World, r *Row) []Holder {
			return joined(ofMoney(own)(w, r), w.above(w.One("payment_line", r.Text("line_id")).Text("payer_id")))
		},
		Fields: map[string]Field{
			"id": {}, "hidden": {}, "line": one("PaymentLine", "line_id"), "answer": one("PaymentAnswer", "answer_id").apart(), "act": column("act"), "fromState": column("from_state"),
			"toState": column("to_state"), "at": instant("at"), "member": one("Member", "member_id").in("directory").apart(), "code": column("code"), "cause": column("cause"),
			"reference": column("reference"), "bookedOn": column("booked_on"), "booked": column("booked_cents"), "reason": column("reason").in("bank"),
		}}
	recoveryTypes(own, ofMonth)
}

// planned says whether a recovery has a plan; those of the worlds end in years.
func planned(w *World, r *Row) bool { return len(w.below(r, "recovery_plan", "recovery_id")) > 0 }

func recoveryTypes(own func(*World, *Row) *Row, ofMonth func(string) Filter) {
	ofBack := func(w *World, r *Row) []Holder {
		recovery := r
		if of := r.Text("recovery_id"); of != "" {
			recovery = w.One("recovery", of)
		}
		return joined(ofMoney(own)(w, r), w.above(recovery.Text("payer_id")))
	}
	Types["Recovery"] = &Type{Table: "recovery", Prefix: "rcv", Class: "money", Of: ofBack, Fields: map[string]Field{
		"id": {}, "hidden": {}, "participant": one("Participant", "participation_id").in("path").apart(), "pseudonym": pseudonym(), "payer": one("Organisation", "payer_id").in("directory").apart(),
		"allowance": one("Allowance", "allowance_id"), "statement": one("AllowanceStatement", "statement_id"), "month": month("month"), "owed": column("owed_cents"), "recovered": column("recovered_cents"),
		"repaid": column("repaid_cents"), "waived": column("waived_cents"), "left": column("left_cents"), "state": value(func(w *World, r *Row) any {
			switch {
			case number(r.Columns["left_cents"]) == "0":
				return "SETTLED"
			case planned(w, r):
				return "AGREED"
			}
			return "OPEN"
		}), "stateLabel": something(), "explanation": something(), "explanationShort": something(), "plans": many("RecoveryPlan", "recovery_id"),
		"discharges": many("RecoveryDischarge", "recovery_id"), "revision": column("revision"), "allowedActs": something(),
	}, Filters: map[string]Filter{"payer": refers("org", "payer_id"), "participant": ofTheirs("prt", "id").tells("path"), "month": ofMonth("month"),
		"left": whether(func(_ *Model, r *Row) bool { return number(r.Columns["left_cents"]) != "0" })}, Orders: map[string]Order{"": byColumn("month", true)}}
	Roots["recoveries"] = inProgramme("Recovery")
	Types["RecoveryPlan"] = &Type{Table: "recovery_plan", Prefix: "rcp", Class: "money", Of: ofBack, Fields: map[string]Field{
		"id": {}, "hidden": {}, "number": column("number"), "agreedOn": column("agreed_on"), "instalments": something(), "madeBy": one("Member", "member_id").in("directory").apart(), "madeAt": instant("made_at"),
	}}
	Types["RecoveryDischarge"] = &Type{Table: "recovery_discharge", Prefix: "rcd", Class: "money", Of: ofBack, Fields: map[string]Field{
		"id": {}, "hidden": {}, "recovery": one("Recovery", "recovery_id"), "kind": column("kind"), "amount": column("cents"), "day": column("day"), "state": column("state"), "stateLabel": something(),
		"stateSince": column("state_since"), "reason": column("reason").in("bank"), "askedBy": one("Member", "asked_by").in("directory").apart(), "askedAt": instant("asked_at"),
		"answer": column("answer").in("bank"), "answeredBy": one("Member", "answered_by").in("directory").apart(), "answeredAt": instant("answered_at"), "revision": column("revision"), "allowedActs": something(),
	}}
}
