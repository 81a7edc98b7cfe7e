package rightstest

import (
	"slices"
	"strings"
	"time"
)

// directoryTypes are what every partner of a programme sees: the programme itself, its bodies, rules, lists and money.
func directoryTypes() {
	ofProgramme := func(w *World, r *Row) []Holder { return w.bodies(r.Text("programme_id")) }
	directory := func(table, prefix string, of func(*World, *Row) []Holder, fields map[string]Field) *Type {
		fields["id"] = Field{}
		return &Type{Table: table, Prefix: prefix, Class: "directory", Of: of, Fields: fields}
	}
	Types["Programme"] = directory("programme", "prg", func(w *World, r *Row) []Holder { return w.bodies(r.ID) }, map[string]Field{
		"code": column("code"), "name": column("name"), "projectCode": column("project_code"), "cup": column("cup"), "funding": italian("funding"), "logos": column("logos"), "fromDay": column("from_day"), "toDay": column("to_day"),
		"budget": column("budget_cents"), "findings": many("ProgrammeFinding", "programme_id"), "organisations": many("Organisation", "programme_id"),
		"policyVersions": many("PolicyVersion", "programme_id"), "codeItems": many("CodeItem", "programme_id"), "mandates": many("Mandate", "programme_id"), "hidden": {},
		"journalHead": something().in("evidence"), "municipalities": many("Municipality", "programme_id"),
		"holidays": many("Holiday", "programme_id"), "targets": many("ProgrammeTarget", "programme_id"), "budgetLines": many("BudgetLine", "programme_id"), "fundingGates": many("FundingGate", "programme_id"),
	})
	Types["ProgrammeFinding"] = directory("programme_finding", "fnd", ofProgramme, map[string]Field{"code": column("code"), "message": italian("text")})
	Types["Organisation"] = directory("organisation", "org", ofOrganisation, map[string]Field{
		"code": column("code"), "name": column("name"), "kind": column("kind"), "parent": one("Organisation", "parent_id"), "children": many("Organisation", "parent_id"),
	})
	Types["PolicyVersion"] = directory("policy_version", "pol", ofProgramme, map[string]Field{
		"number": column("number"), "validFrom": column("valid_from"), "rules": many("PolicyRule", "version_id"),
	})
	Types["PolicyRule"] = directory("policy_rule", "rul", func(w *World, r *Row) []Holder {
		return w.bodies(w.One("policy_version", r.Text("version_id")).Text("programme_id"))
	}, map[string]Field{
		"code": column("code"), "label": italian("label"), "value": something(), "unit": column("unit"), "source": column("source"), "confirmed": column("confirmed"),
	})
	Types["CodeItem"] = directory("code_item", "cod", ofProgramme, map[string]Field{
		"list": column("list"), "code": column("code"), "label": italian("label"), "validFrom": column("valid_from"), "validTo": column("valid_to"),
		"responsible": value(func(_ *World, r *Row) any { return r.Columns["attributes"].(map[string]any)["responsible"] }),
	})
	Types["Municipality"] = directory("municipality", "mun", ofProgramme, map[string]Field{
		"istat": column("istat"), "belfiore": column("belfiore"), "postcode": column("postcode"), "name": column("name"),
	})
	Types["Holiday"] = directory("programme_holiday", "hol", ofProgramme, map[string]Field{
		"day": column("day"), "municipality": column("municipality"), "label": italian("label"), "source": column("source"), "confirmed": column("confirmed"),
	})
	Types["ProgrammeTarget"] = directory("programme_target", "tgt", ofProgramme, map[string]Field{
		"code": column("code"), "label": italian("label"), "value": column("value"),
	})
	Types["BudgetLine"] = directory("budget_line", "bud", ofProgramme, map[string]Field{
		"code": column("code"), "label": italian("label"), "amount": column("amount_cents"), "source": column("source"), "confirmed": column("confirmed"),
		"hidden": {}, "organisation": one("Organisation", "organisation_id"), "activityKind": code("activity_kinds", "activity_kind"), "ledger": one("BudgetLedger", "id").apart(),
		"history": many("HistoryFact", "budget_line_id"),
	})
	Types["FundingGate"] = directory("funding_gate", "fgt", ofProgramme, map[string]Field{
		"budgetLine": one("BudgetLine", "budget_line_id"), "fromDay": column("from_day"), "toDay": column("to_day"), "reason": italian("reason"),
	})
	Types["BudgetLedger"] = &Type{Table: "budget_ledger", Prefix: "ldg", Class: "money", Of: func(w *World, r *Row) []Holder {
		if body := w.One("budget_line", r.ID).Text("organisation_id"); body != "" {
			return w.above(body)
		}
		return w.lead(r.Text("programme_id"))
	}, Fields: map[string]Field{
		"id": {}, "planned": something(), "committed": booked("COMMITTED"), "accrued": booked("ACCRUED"), "approved": booked("APPROVED"), "paid": booked("PAID"),
		"free": something(), "affordableMonths": something(), "exhaustedOn": value(exhausted),
	}}
	activities(ofProgramme)
	mandates()
}

// booked is the sum of what is booked on a line in one kind.
func booked(kind string) Field {
	return value(func(w *World, r *Row) any { return sumOf(w, r, kind) })
}

func sumOf(w *World, r *Row, kind string) (sum float64) {
	for _, p := range w.By("budget_posting", "budget_line_id", r.ID) {
		if p.Text("kind") == kind {
			sum += p.Columns["cents"].(float64)
		}
	}
	return sum
}

// exhausted is the day on which a line is used up, of which all that is owed came to be so within the last ninety days.
func exhausted(w *World, r *Row) any {
	accrued := int(sumOf(w, r, "ACCRUED"))
	if accrued == 0 {
		return nil
	}
	rest := int(w.One("budget_line", r.ID).Columns["amount_cents"].(float64)) - accrued
	today, err := time.Parse(time.DateOnly, Today)
	if err != nil {
		panic(err)
	}
	return today.AddDate(0, 0, rest*90/accrued).Format(time.DateOnly)
}

// mandates are known to the lead body, which gives them, and to their auditor.
func mandates() {
	Types["Mandate"] = &Type{Table: "mandate", Prefix: "mnd", Class: "directory", Of: func(w *World, r *Row) []Holder {
		return append(w.lead(r.Text("programme_id")), Holder{"MANDATE", r.Text("programme_id"), r.ID})
	}, Fields: map[string]Field{
		"id": {}, "hidden": {}, "programme": one("Programme", "programme_id"), "organisation": one("Organisation", "organisation_id"), "member": one("Member", "member_id"),
		"periodFrom": column("period_from"), "periodTo": column("period_to"), "endsOn": column("ends_on"), "document": column("document"), "state": column("state"),
		"openedOn": column("opened_on"), "closedOn": column("closed_on"), "sample": many("MandateSample", "mandate_id"), "revision": column("revision"),
	}}
	Types["MandateSample"] = &Type{Table: "mandate_sample", Prefix: "mns", Class: "path", Of: ofSampled, Fields: map[string]Field{
		"id": {}, "hidden": {}, "participant": one("Participant", "participation_id"), "drawnOn": column("drawn_on"),
	}}
}

// lead is the body above all others of a programme.
func (w *World) lead(programme string) (holders []Holder) {
	for _, o := range w.By("organisation", "programme_id", programme) {
		if o.Text("parent_id") == "" {
			holders = append(holders, overBody(o))
		}
	}
	return holders
}

// ofOrganisation is for the bodies of a programme: all of them see each other, and a host sees those that promote an internship with it.
func ofOrganisation(w *World, r *Row) []Holder {
	holders := w.bodies(r.Text("programme_id"))
	for _, p := range w.By("placement", "organisation_id", r.ID) {
		if promoted(w, p) {
			holders = joined(holders, []Holder{{"COMPANY", r.Text("programme_id"), p.Text("company_id")}})
		}
	}
	return holders
}

// promoted says whether promoter and host were ever brought together by the internship: a draft is the promoter's own affair.
func promoted(w *World, placement *Row) bool {
	for _, s := range w.below(placement, "placement_step", "placement_id") {
		if s.Text("act") == "confirmPlacement" {
			return true
		}
	}
	return false
}

func activities(ofProgramme func(*World, *Row) []Holder) {
	Types["Activity"] = &Type{Table: "activity", Prefix: "act", Class: "directory", Of: ofProgramme, Fields: map[string]Field{
		"id": {}, "hidden": {},
		"kind": code("activity_kinds", "kind"), "title": column("title"), "organisation": one("Organisation", "organisation_id"), "place": column("place"),
		"fromDay": column("from_day"), "toDay": column("to_day"), "plannedMinutes": column("planned_minutes"), "seats": column("seats"), "seatsTaken": something(),
		"certificate": code("certificates", "certificate"), "enrolments": many("Enrolment", "activity_id"), "revision": column("revision"),
	}, Filters: map[string]Filter{
		"kind": equals("kind"),
		"on": {From: func(_ *World, r *Row) (any, string) { return r.Text("to_day"), quoted(r.Text("to_day")) },
			Holds: func(_ *Model, r *Row, day any) bool {
				return r.Text("from_day") <= day.(string) && day.(string) <= r.Text("to_day")
			}},
	}, Orders: map[string]Order{"": byColumn("from_day", true)}}
	Roots["activities"] = inProgramme("Activity")
}

// memberTypes are those who work for the programme, whose names the bodies know that a member's row names, and guests, who see one person and
// are known to the person's case team. Who a member is beyond that and what he was given is for who answers for him.
func memberTypes() {
	known := func(w *World, r *Row) (holders []Holder) {
		if r.Text("organisation_id") != "" {
			return w.named(r)
		}
		for _, x := range slices.Concat(w.By("access_grant", "member_id", r.ID), w.By("invitation", "member_id", r.ID)) {
			if x.Text("participation_id") != "" {
				holders = joined(holders, ofParticipation(w, x))
			}
		}
		return holders
	}
	guest := func(r *Row) string {
		if r.Text("organisation_id") == "" {
			return "eligibility"
		}
		return "directory"
	}
	answering := func(w *World, r *Row) []Holder { return w.above(r.Text("organisation_id")) }
	delegations := map[string]string{"delegationsGiven": "member_id", "delegationsTaken": "to_member_id"}
	Types["Member"] = &Type{Table: "member", Prefix: "mem", Class: "directory", RowClass: guest, Of: known, Mine: "id", Fields: map[string]Field{
		"id": {}, "hidden": {}, "name": column("name"), "organisation": one("Organisation", "organisation_id"),
		"account": oneBy("MemberAccount", func(_ *World, r *Row) *Row { return r }),
	}, Filters: map[string]Filter{
		"organisation": refers("org", "organisation_id"),
		"nameStartsWith": {From: func(_ *World, r *Row) (any, string) {
			return r.Text("name")[:8], quoted(strings.ToUpper(r.Text("name")[:8]))
		},
			Holds: func(_ *Model, r *Row, value any) bool { return strings.HasPrefix(r.Text("name"), value.(string)) }},
	}, Orders: map[string]Order{"NAME": byColumn("name", false)}}
	Roots["members"] = Root{Type: "Member", Rows: membersIn}
	Types["Viewer"] = &Type{Table: "member", Prefix: "vie", Class: "directory", RowClass: guest, Of: known, Mine: "id", Fields: map[string]Field{
		"id": idOf("mem", "id"), "hidden": {}, "name": column("name"), "organisation": one("Organisation", "organisation_id"), "grants": many("Grant", "member_id"),
	}}
	Types["MemberAccount"] = &Type{Table: "member", Prefix: "acc", Class: "accounts", Of: answering, Mine: "id", Fields: map[string]Field{
		"id": {}, "hidden": {}, "email": column("email"), "state": something(), "endedOn": column("ended_on"), "grants": many("Grant", "member_id"),
		"invitation": oneBy("Invitation", func(w *World, r *Row) *Row { return firstOf(w.By("invitation", "member_id", r.ID)) }),
	}}
	Types["Invitation"] = &Type{Table: "invitation", Prefix: "inv", Class: "accounts", Mine: "member_id", RowClass: func(r *Row) string {
		if r.Text("participation_id") != "" {
			return "eligibility"
		}
		return "accounts"
	}, Of: func(w *World, r *Row) []Holder {
		if r.Text("participation_id") != "" {
			return ofParticipation(w, r)
		}
		return answering(w, r)
	}, Fields: map[string]Field{
		"id": {}, "hidden": {}, "member": one("Member", "member_id"), "organisation": one("Organisation", "organisation_id"), "state": something(),
		"expiresAt": instant("expires_at"), "sentAt": instant("sent_at"), "failedAt": instant("failed_at"), "acceptedAt": instant("accepted_at"),
	}}
	for name, column := range delegations {
		Types["Viewer"].Fields[name], Types["MemberAccount"].Fields[name] = many("Delegation", column), many("Delegation", column)
	}
	Types["Delegation"] = &Type{Table: "delegation", Prefix: "dlg", Class: "accounts", Of: answering, Mine: "member_id to_member_id", Fields: map[string]Field{
		"id": {}, "hidden": {}, "programme": one("Programme", "programme_id"), "member": one("Member", "member_id"), "to": one("Member", "to_member_id"),
		"everyGrant": column("every_grant"), "fromDay": column("from_day"), "toDay": column("to_day"),
		"grants": {To: "Grant", List: true, Rows: func(*World, *Row) []*Row { return nil }}, // those that are named: here it is always every grant
	}}
	Types["Device"] = &Type{Table: "device", Prefix: "dev", Class: "accounts", Also: "contact", Of: answering, Mine: "member_id", Fields: map[string]Field{
		"id": {}, "hidden": {}, "member": one("Member", "member_id"), "name": column("name"), "platform": column("platform"), "registeredAt": instant("registered_at"),
		"lastContactOn": column("last_contact_on"), "revokedAt": instant("revoked_at"), "revokedBy": one("Member", "revoked_by"), "toldAt": instant("told_at"),
		"wipedAt": instant("wiped_at"),
	}, Filters: map[string]Filter{
		"member":  refers("mem", "member_id"),
		"revoked": whether(func(_ *Model, r *Row) bool { return r.Text("revoked_at") != "" }),
	}, Orders: map[string]Order{"": byColumn("registered_at", true)}}
	Roots["devices"] = Root{Type: "Device", Rows: devicesIn}
	Types["Viewer"].Fields["devices"], Types["MemberAccount"].Fields["devices"] = many("Device", "member_id"), many("Device", "member_id")
	grants()
}

// devicesIn are the actor's own, and those of members whose home is a body of the programme that the actor sees.
func devicesIn(m *Model, programme string) (rows []*Row) {
	for _, o := range m.seen("Organisation", m.World.By("organisation", "programme_id", programme)) {
		rows = append(rows, m.World.below(o, "device", "organisation_id")...)
	}
	for _, own := range m.World.By("device", "member_id", m.Actor.Member) {
		if !slices.Contains(rows, own) {
			rows = append(rows, own)
		}
	}
	return rows
}

// membersIn are those whose home is a body of the programme that the actor sees.
func membersIn(m *Model, programme string) (rows []*Row) {
	for _, o := range m.seen("Organisation", m.World.By("organisation", "programme_id", programme)) {
		rows = append(rows, m.World.below(o, "member", "organisation_id")...)
	}
	return rows
}

// grants are for who answers for the member; one over a person is for the person's case team, and one of a circle for the circle.
func grants() {
	over := func(scope, table string) func(w *World, r *Row) *Row {
		return func(w *World, r *Row) *Row {
			if r.Text("scope") != scope {
				return nil
			}
			return w.One(table, r.Text("over_id"))
		}
	}
	Types["Grant"] = &Type{Table: "access_grant", Prefix: "grt", Class: "accounts", Mine: "member_id", RowClass: func(r *Row) string {
		switch {
		case r.Text("scope") == "CIRCLE":
			return "path"
		case r.Text("participation_id") != "":
			return "contact"
		}
		return "accounts"
	}, Of: func(w *World, r *Row) []Holder {
		switch {
		case r.Text("scope") == "CIRCLE":
			return []Holder{{"CIRCLE", r.Text("programme_id"), r.Text("over_id")}, {"HOUSE", r.Text("programme_id"), r.Text("programme_id")}}
		case r.Text("participation_id") != "":
			return ofParticipation(w, r)
		case r.Text("scope") == "MANDATE" || r.Text("scope") == "SAMPLE":
			return w.lead(r.Text("programme_id"))
		}
		return w.above(r.Text("organisation_id"))
	}, Fields: map[string]Field{
		"id": {}, "hidden": {}, "member": one("Member", "member_id"), "role": column("role"), "scope": column("scope"), "programme": one("Programme", "programme_id"),
		"organisation": oneBy("Organisation", over("ORGANISATION", "organisation")), "answering": one("Organisation", "organisation_id"),
		"person": oneBy("Person", over("PERSON", "person")), "company": oneBy("Company", over("COMPANY", "company")), "fromDay": column("from_day"), "toDay": column("to_day"),
	}}
}
