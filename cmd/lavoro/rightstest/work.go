package rightstest

import (
	"fmt"
	"slices"
	"strings"
)

// reaches says whether an open mandate reaches a stretch of days; "" is whenever.
func reaches(m *Row, from, to string) bool {
	return m.Text("state") == "OPEN" && (from == "" || from <= m.Text("period_to") && m.Text("period_from") <= to)
}

// ofWork is for internships, the register and money: what their participation belongs to, the host where there is one, and the mandates
// that reach their days.
func ofWork(days func(w *World, r *Row) (from, to string)) func(*World, *Row) []Holder {
	return func(w *World, r *Row) []Holder {
		p := w.One("participation", r.Text("participation_id"))
		holders := w.follower(p)
		if c := r.Text("company_id"); c != "" {
			holders = append(holders, Holder{"COMPANY", p.Text("programme_id"), c})
		}
		from, to := days(w, r)
		for _, m := range w.By("mandate", "programme_id", p.Text("programme_id")) {
			if slices.Contains(w.above(p.Text("organisation_id")), overBody(w.One("organisation", m.Text("organisation_id")))) && reaches(m, from, to) {
				holders = append(holders, Holder{"MANDATE", m.Text("programme_id"), m.ID})
			}
		}
		return append(holders, w.sampled(p, from, to)...)
	}
}

// between takes the days from two columns.
func between(from, to string) func(*World, *Row) (string, string) {
	return func(_ *World, r *Row) (string, string) { return r.Text(from), r.Text(to) }
}

// ofMoney is for allowances and their lines: paid and counted by the bodies even for those who are protected.
func ofMoney(allowance func(*World, *Row) *Row) func(*World, *Row) []Holder {
	work := ofWork(func(w *World, r *Row) (string, string) {
		month := allowance(w, r).Text("month")
		return month, month[:8] + "31" // sorts after every day of the month
	})
	return func(w *World, r *Row) []Holder {
		return joined(work(w, r), w.above(w.One("participation", r.Text("participation_id")).Text("organisation_id")))
	}
}

func workTypes() {
	Types["Enrolment"] = &Type{Table: "enrolment", Prefix: "enr", Class: "work", Of: ofWork(between("from_day", "to_day")), Fields: map[string]Field{
		"id": {}, "hidden": {},
		"pseudonym": pseudonym(), "activity": one("Activity", "activity_id"), "participant": one("Participant", "participation_id"),
		"placement": oneBy("Placement", func(w *World, r *Row) *Row { return firstOf(w.below(r, "placement", "enrolment_id")) }),
		"state":     column("state"), "stateLabel": something(), "fromDay": column("from_day"), "toDay": column("to_day"), "plannedMinutes": column("planned_minutes"),
		"countedMinutes": something(), "attendances": many("Attendance", "enrolment_id"), "registerMonths": many("RegisterMonth", "enrolment_id"), "revision": column("revision"),
	}}
	Types["Certificate"] = &Type{Table: "certificate", Prefix: "cer", Class: "path", Of: ofSampled, Fields: map[string]Field{
		"id": {}, "hidden": {}, "kind": code("certificates", "kind"), "givenOn": column("given_on"), "validTo": column("valid_to"),
	}}
	placements()
	attendances()
	months()
	allowances()
	paymentTypes()
	historyTypes()
	statements()
	contests()
	housingTypes()
	calls()
}

func placements() {
	Types["Placement"] = &Type{Table: "placement", Prefix: "plc", Class: "work", Of: ofWork(between("from_day", "to_day")), Fields: map[string]Field{
		"id": {}, "hidden": {},
		"participant": one("Participant", "participation_id").in("path"),
		"pseudonym":   pseudonym(),
		"intern":      oneBy("InternCard", func(w *World, r *Row) *Row { return firstOf(w.below(r, "intern_card", "placement_id")) }),
		"opening":     one("Opening", "opening_id"), "company": one("Company", "company_id"), "site": one("CompanySite", "site_id"),
		"organisation": one("Organisation", "organisation_id"), "enrolment": one("Enrolment", "enrolment_id"),
		"state": column("state"), "stateLabel": something(), "stateHint": something(), "stateSince": column("state_since"), "timetable": something(),
		"fromDay": column("from_day"), "toDay": column("to_day"), "weeklyMinutes": column("weekly_minutes"), "tutor": one("Member", "tutor_id"),
		"hostTutor": column("host_tutor"), "convention": column("convention"), "pfiSignedOn": column("pfi_signed_on"), "communicatedOn": column("communicated_on"),
		"communicationCode": column("communication_code"), "startedOn": column("started_on"), "endedOn": column("ended_on"),
		"endReason": oneBy("CodeItem", func(w *World, r *Row) *Row {
			return w.item(r.Text("programme_id"), stateReasons(r.Text("state")), r.Text("end_reason"))
		}).in("path"),
		"steps": many("PlacementStep", "placement_id"), "extensions": many("PlacementExtension", "placement_id"), "attendances": many("Attendance", "placement_id"), "registerMonths": many("RegisterMonth", "placement_id"),
		"origin": originKind(), "revision": column("revision"), "allowedActs": something(),
	}, Filters: map[string]Filter{
		"states": among("state"), "participant": refers("prt", "participation_id").tells("path"), "company": refers("com", "company_id"),
		"organisation": refers("org", "organisation_id"), "tutor": refers("mem", "tutor_id"),
		"startFrom": bound("from_day", true), "startTo": bound("from_day", false),
		"on": {From: equals("from_day").From, Holds: func(_ *Model, r *Row, day any) bool {
			first, last := either(r, "started_on", "from_day"), either(r, "ended_on", "to_day")
			return first <= day.(string) && day.(string) <= last
		}},
	}, Orders: map[string]Order{"START_NEWEST": byColumn("from_day", true), "END": byColumn("to_day", false)}}
	Roots["placements"] = inProgramme("Placement")
	Types["InternCard"] = &Type{Table: "intern_card", Prefix: "icd", Class: "work", Of: ofHosted, Fields: map[string]Field{
		"id": {}, "givenName": column("given_name"), "familyName": column("family_name"), "adaptations": column("adaptations"),
	}}
	Types["PlacementStep"] = &Type{Table: "placement_step", Prefix: "pst", Class: "work", Of: ofPlacementPart, Fields: map[string]Field{
		"id": {}, "hidden": {}, "act": column("act"), "fromState": column("from_state"), "toState": column("to_state"), "day": column("day"), "at": instant("at"),
		"member": one("Member", "member_id"),
		"reason": oneBy("CodeItem", func(w *World, r *Row) *Row {
			list := stateReasons(r.Text("to_state"))
			if r.Text("act") == "extendPlacement" {
				list = "extension_reasons"
			}
			return w.item(w.One("placement", r.Text("placement_id")).Text("programme_id"), list, r.Text("reason"))
		}).in("path"),
	}}
	Types["PlacementExtension"] = &Type{Table: "placement_extension", Prefix: "pex", Class: "work", Of: ofPlacementPart, Fields: map[string]Field{
		"id": {}, "hidden": {}, "version": column("version"), "previousToDay": column("previous_to_day"), "toDay": column("to_day"), "signedOn": column("signed_on"),
		"reason": oneBy("CodeItem", func(w *World, r *Row) *Row {
			return w.item(w.One("placement", r.Text("placement_id")).Text("programme_id"), "extension_reasons", r.Text("reason"))
		}).in("path"),
		"attestation": column("attestation").in("path"), "at": instant("at"), "member": one("Member", "member_id"), "communicateBy": column("communicate_by"),
		"communicatedOn": column("communicated_on"), "communicationCode": column("communication_code"), "lapsedOn": column("lapsed_on"),
	}}
}

// ofHosted is for the host's card of an intern. No mandate reaches it: it has a name.
func ofHosted(w *World, r *Row) []Holder {
	p := w.One("participation", r.Text("participation_id"))
	return append(w.follower(p), Holder{"COMPANY", p.Text("programme_id"), r.Text("company_id")})
}

// ofPlacementPart is for the steps of an internship, which a sample has too.
func ofPlacementPart(w *World, r *Row) []Holder {
	return append(ofHosted(w, r), w.sampled(w.One("participation", r.Text("participation_id")), "", "")...)
}

// pseudonym is that of the row's participation, shown to whoever sees the row.
func pseudonym() Field {
	return value(func(w *World, r *Row) any {
		return w.One("participation", r.Text("participation_id")).Columns["pseudonym"]
	})
}

func either(r *Row, first, second string) string {
	if s := r.Text(first); s != "" {
		return s
	}
	return r.Text(second)
}

// stateReasons is the list of the reasons of a state.
func stateReasons(state string) string {
	if state == "SUSPENDED" {
		return "suspension_reasons"
	}
	return "exit_reasons"
}

func attendances() {
	Types["Attendance"] = &Type{Table: "attendance", Prefix: "att", Class: "work", Of: ofWork(between("day", "day")), Fields: map[string]Field{
		"id": {}, "hidden": {},
		"participant": one("Participant", "participation_id").in("path"), "enrolment": one("Enrolment", "enrolment_id"), "activity": one("Activity", "activity_id"),
		"pseudonym": pseudonym(), "placement": one("Placement", "placement_id"), "registerMonth": oneBy("RegisterMonth", monthOfEntry), "kind": column("kind"), "day": column("day"), "from": clock("from_minute"), "to": clock("to_minute"),
		"minutes": column("minutes"), "absenceReason": code("absence_reasons", "absence_reason").in("absence"), "note": column("note").in("notes"),
		"standing": column("standing"), "standingNote": column("standing_note").in("notes"), "standingLabel": something(),
		"replaces":   one("Attendance", "replaces_id"),
		"replacedBy": oneBy("Attendance", func(w *World, r *Row) *Row { return firstOf(w.below(r, "attendance", "replaces_id")) }),
		"recordedBy": one("Member", "recorded_by"), "recordedAt": instant("recorded_at"), "origin": originKind(), "revision": column("revision"),
		"madeAt": instant("made_at"), "device": one("Device", "device_id"), "app": column("app"), "driftSeconds": column("drift_seconds"),
		"enteredDaysAfter": something(), "hasPaper": something().in("absence"), "conflicts": column("conflicts"), "conflictReasons": something(), "passed": column("passed"), "allowedActs": something(),
	}, Filters: map[string]Filter{
		"from": bound("day", true), "to": bound("day", false), "standings": among("standing"), "kind": enum("kind"),
		"month": {From: func(_ *World, r *Row) (any, string) { return r.Text("day")[:7], quoted(r.Text("day")[:7]) },
			Holds: func(_ *Model, r *Row, month any) bool { return strings.HasPrefix(r.Text("day"), month.(string)) }},
		"participant": refers("prt", "participation_id").tells("path"), "placement": refers("plc", "placement_id"),
	}, Orders: map[string]Order{"": byColumn("day", true)}}
	Roots["attendances"] = inProgramme("Attendance")
}

// paperCode is what the code on the paper of a month says.
func paperCode(_ *World, r *Row) any {
	if r.Text("content_hash") == "" {
		return nil
	}
	return "lavoro:register:1:" + r.ID + ":" + strings.TrimPrefix(r.Text("content_hash"), `\x`)
}

// months are those of the register, with what was done with each.
func months() {
	whole := ofWork(func(_ *World, r *Row) (string, string) { return r.Text("month"), r.Text("month")[:8] + "31" }) // sorts after every day of the month
	hash := value(func(_ *World, r *Row) any {
		if r.Text("content_hash") == "" {
			return nil
		}
		return strings.TrimPrefix(r.Text("content_hash"), `\x`)
	})
	Types["RegisterMonth"] = &Type{Table: "register_month", Prefix: "rgm", Class: "work", Of: whole, Fields: map[string]Field{
		"id": {}, "hidden": {},
		"participant": one("Participant", "participation_id").in("path"), "enrolment": one("Enrolment", "enrolment_id"), "activity": one("Activity", "activity_id"),
		"pseudonym": pseudonym(), "placement": one("Placement", "placement_id"), "month": month("month"), "state": column("state"), "stateLabel": something(),
		"stateSince": column("state_since"), "minutes": something(), "presenceDays": something(), "contested": something(), "adjustedMinutes": something(), "adjustedDays": something(),
		"contentHash": hash, "entries": manyBy("Attendance", entriesOf), "statements": manyBy("AllowanceStatement", statementsOf), "hostWasSilent": column("for_host"), "steps": many("RegisterStep", "register_month_id"), "adjustments": many("RegisterAdjustment", "register_month_id"),
		"signatures": many("MonthSignature", "register_month_id"), "paperCode": value(paperCode),
		"revision": column("revision"), "allowedActs": something(),
	}, Filters: map[string]Filter{
		"month": {From: func(_ *World, r *Row) (any, string) { return r.Text("month"), quoted(r.Text("month")[:7]) },
			Holds: func(_ *Model, r *Row, month any) bool { return r.Text("month") == month }},
		"states": among("state"), "participant": refers("prt", "participation_id").tells("path"), "placement": refers("plc", "placement_id"),
		"hosted": whether(func(_ *Model, r *Row) bool { return r.Text("company_id") != "" }),
	}, Orders: map[string]Order{"": byColumn("month", true)}}
	Roots["registerMonths"] = inProgramme("RegisterMonth")
	Types["RegisterStep"] = &Type{Table: "register_step", Prefix: "rgs", Class: "work", Of: whole, Fields: map[string]Field{
		"id": {}, "hidden": {}, "act": column("act"), "fromState": column("from_state"), "toState": column("to_state"), "at": instant("at"), "member": one("Member", "member_id"),
		"contentHash": hash, "reason": column("reason").in("notes"), "evidence": column("evidence").in("notes"), "file": one("File", "file_id"), "signature": one("MonthSignature", "signature_id"),
	}}
	Types["MonthSignature"] = &Type{Table: "month_signature", Prefix: "sgn", Class: "work", Of: whole, Fields: map[string]Field{
		"id": {}, "hidden": {}, "registerMonth": one("RegisterMonth", "register_month_id"), "party": column("party"), "partyLabel": something(), "state": column("state"), "stateLabel": something(),
		"way": column("way"), "contentHash": hash, "ofPresent": something(), "askedBy": one("Member", "asked_by"), "sentBy": one("Member", "sent_by"), "askedAt": instant("asked_at"), "email": column("email").in("notes"),
		"phone": column("phone").in("notes"), "channel": column("channel"), "expiresAt": instant("expires_at"), "sendings": column("sendings"), "sentAt": instant("sent_at"), "failedAt": instant("failed_at"), "openedAt": instant("opened_at"),
		"name": column("name").in("identity"), "signedAt": instant("signed_at"), "file": one("File", "file_id"), "confirmedBy": one("Member", "confirmed_by"), "revokedBy": one("Member", "revoked_by"), "revokedAt": instant("revoked_at"), "revision": column("revision"), "allowedActs": something(),
	}}
	Types["RegisterAdjustment"] = &Type{Table: "register_adjustment", Prefix: "rga", Class: "work", Of: whole, Fields: map[string]Field{
		"id": {}, "hidden": {}, "day": column("day"), "minutes": column("minutes"), "presenceDays": column("presence_days"), "reason": column("reason").in("notes"),
		"member": one("Member", "member_id"), "at": instant("at"),
	}}
}

func allowances() {
	own := func(_ *World, r *Row) *Row { return r }
	Types["Allowance"] = &Type{Table: "allowance", Prefix: "alw", Class: "money", Of: ofMoney(own), Fields: map[string]Field{
		"id": {}, "hidden": {},
		"participant": one("Participant", "participation_id").in("path").apart(), "pseudonym": pseudonym(), "month": month("month"), "minutes": column("minutes"), "accrued": column("accrued_cents"),
		"cap": column("cap_cents"), "housing": column("housing_cents"), "total": column("total_cents"), "presenceDays": something().in("work"), "certified": something(), "uncertified": something(), "soFar": something(), "why": many("AllowanceLine", "allowance_id"), "statements": many("AllowanceStatement", "allowance_id"),
		"contests":      many("AllowanceContest", "allowance_id"),
		"statement":     oneBy("AllowanceStatement", lastStatement),
		"policyVersion": one("PolicyVersion", "policy_version_id"),
		"computedAt":    instant("computed_at"), "revision": column("revision"),
		"history": manyBy("HistoryFact", func(w *World, r *Row) []*Row { return ofMonth(w, r, "history_fact") }), "paymentStatus": something(),
	}, Filters: map[string]Filter{
		"month": {From: func(_ *World, r *Row) (any, string) { return r.Text("month"), quoted(r.Text("month")[:7]) },
			Holds: func(_ *Model, r *Row, month any) bool { return r.Text("month") == month }},
		"participant":  ofTheirs("prt", "id").tells("path"),
		"organisation": ofTheirs("org", "organisation_id").tells("path"),
		"contested": whether(func(m *Model, r *Row) bool {
			return slices.ContainsFunc(m.World.below(r, "allowance_contest", "allowance_id"), func(c *Row) bool { return c.Text("state") == "CONTESTED" && m.Sees(Types["AllowanceContest"], c) })
		}),
		"inNoRun": whether(func(m *Model, r *Row) bool { return inNoRun(m.World, r) }),
		"capped": whether(func(_ *Model, r *Row) bool {
			return r.Columns["accrued_cents"].(float64) > r.Columns["cap_cents"].(float64)
		}),
	}, Orders: map[string]Order{"MONTH_NEWEST": byColumn("month", true), "TOTAL": byNumber("total_cents", true)}}
	Roots["allowances"] = inProgramme("Allowance")
	Types["AllowanceLine"] = &Type{Table: "allowance_line", Prefix: "aln", Class: "money", Of: ofMoney(func(w *World, r *Row) *Row {
		return w.One("allowance", r.Text("allowance_id"))
	}), Fields: map[string]Field{
		"id": {}, "kind": column("kind"), "enrolment": one("Enrolment", "enrolment_id"), "minutes": column("minutes"), "amount": column("amount_cents"),
		"rule": column("rule"), "text": italian("text"),
	}}
}

func statements() {
	own := func(_ *World, r *Row) *Row { return r }
	Types["AllowanceStatement"] = &Type{Table: "allowance_statement", Prefix: "als", Class: "money", Of: ofMoney(own), Fields: map[string]Field{
		"id": {}, "hidden": {},
		"participant": one("Participant", "participation_id").in("path").apart(), "pseudonym": pseudonym(), "allowance": one("Allowance", "allowance_id"), "month": month("month"),
		"number": column("number"), "inForce": value(func(w *World, r *Row) any {
			return lastStatement(w, w.One("allowance", r.Text("allowance_id"))) == r
		}), "minutes": column("minutes"), "accrued": column("accrued_cents"), "cap": column("cap_cents"), "housing": column("housing_cents"), "total": column("total_cents"), "housingGrant": oneBy("HousingGrant", grantOf),
		"explanation": something(), "explanationShort": something(), "lines": something(), "register": something(), "shares": many("AllowanceShare", "statement_id"), "registerMonths": manyBy("RegisterMonth", monthsOf), "payments": many("PaymentLine", "statement_id"), "policyVersions": {To: "PolicyVersion", List: true, Rows: func(w *World, r *Row) (versions []*Row) {
			for _, id := range r.Columns["policy_versions"].([]any) {
				versions = append(versions, w.One("policy_version", fmt.Sprint(id)))
			}
			return versions
		}}, "engine": column("engine"), "contentHash": value(func(_ *World, r *Row) any { return strings.TrimPrefix(r.Text("content_hash"), "\\x") }), "issuedAt": instant("issued_at"),
	}}
	Types["AllowanceShare"] = &Type{Table: "allowance_share", Prefix: "ash", Class: "money", Of: ofMoney(own), Fields: map[string]Field{
		"id": {}, "hidden": {}, "statement": one("AllowanceStatement", "statement_id"), "payments": many("PaymentLine", "share_id"), "payer": one("Organisation", "payer_id"), "budgetLine": one("BudgetLine", "budget_line_id"), "tax": column("tax"), "gross": column("gross_cents"),
		"withheld": column("withheld_cents"), "net": column("net_cents"),
	}}
}

// Lineage: the month of an entry, the entries of a month that count, and statements with the months that they were made of.

func monthOfEntry(w *World, entry *Row) *Row {
	for _, m := range w.By("register_month", "enrolment_id", entry.Text("enrolment_id")) {
		if m.Text("month")[:7] == entry.Text("day")[:7] {
			return m
		}
	}
	return nil
}

func entriesOf(w *World, month *Row) (entries []*Row) {
	for _, e := range w.By("attendance", "enrolment_id", month.Text("enrolment_id")) {
		if e.Text("standing") == "COUNTED" && e.Text("day")[:7] == month.Text("month")[:7] {
			entries = append(entries, e)
		}
	}
	return entries
}

func monthsOf(w *World, statement *Row) (months []*Row) {
	for _, hours := range statement.Columns["inputs"].(map[string]any)["register"].([]any) {
		certified := hours.(map[string]any)["certified"].(map[string]any)
		if m := w.One("register_month", fmt.Sprint(certified["registerMonth"])); m != nil {
			months = append(months, m)
		}
	}
	return months
}

func statementsOf(w *World, month *Row) (statements []*Row) {
	for _, s := range w.By("allowance_statement", "participation_id", month.Text("participation_id")) {
		if slices.Contains(monthsOf(w, s), month) {
			statements = append(statements, s)
		}
	}
	return statements
}

func contests() {
	whole := ofWork(func(_ *World, r *Row) (string, string) { return r.Text("month"), r.Text("month")[:8] + "31" })
	Types["AllowanceContest"] = &Type{Table: "allowance_contest", Prefix: "alc", Class: "money", Of: whole, Fields: map[string]Field{
		"id": {}, "hidden": {}, "pseudonym": pseudonym(), "allowance": one("Allowance", "allowance_id"), "statement": one("AllowanceStatement", "statement_id"), "month": month("month"),
		"state": column("state"), "stateLabel": something(), "stateSince": column("state_since"), "contested": column("contested_cents"), "reason": column("reason").in("inquiry"),
		"contestedBy": one("Member", "member_id"), "contestedAt": instant("contested_at"), "answer": column("answer").in("inquiry"), "answeredBy": one("Member", "answered_by"),
		"answeredAt": instant("answered_at"), "revision": column("revision"), "allowedActs": something(),
	}}
}

// calls are what was noted of the telephone.
func calls() {
	whole := ofWork(func(_ *World, r *Row) (string, string) { return r.Text("month"), r.Text("month")[:8] + "31" })
	Types["PaymentCall"] = &Type{Table: "payment_call", Prefix: "pyc", Class: "money", Of: whole, Fields: map[string]Field{
		"id": {}, "hidden": {}, "pseudonym": pseudonym(), "month": month("month"), "caller": column("caller"), "callerLabel": something(), "said": column("said").in("inquiry"),
		"notedBy": one("Member", "member_id"), "calledAt": instant("called_at"),
	}}
}

// lastStatement is the one in force.
func lastStatement(w *World, r *Row) (last *Row) {
	for _, s := range w.below(r, "allowance_statement", "allowance_id") {
		if last == nil || s.Columns["number"].(float64) > last.Columns["number"].(float64) {
			last = s
		}
	}
	return last
}

// ofTheirs keeps rows by a column of their participation, where that is seen: of one that is hidden nothing is found.
func ofTheirs(prefix, column string) Filter {
	theirs := func(w *World, r *Row) *Row { return w.One("participation", r.Text("participation_id")) }
	return Filter{From: func(w *World, r *Row) (any, string) {
		return theirs(w, r).Text(column), quoted(prefix + "_" + theirs(w, r).Text(column))
	},
		Holds: func(m *Model, r *Row, value any) bool {
			return len(m.seen("Participant", rowOf(theirs(m.World, r)))) > 0 && theirs(m.World, r).Text(column) == value
		}}
}
