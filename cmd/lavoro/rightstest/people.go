package rightstest

import (
	"cmp"
	"slices"
	"strings"
)

// follower gives what a participation belongs to: the body it is entrusted to and all above, the case manager's cases, the tutor's people,
// the person. One that is protected belongs to its circle, and to the house, in the place of bodies.
func (w *World) follower(p *Row) []Holder {
	if p == nil {
		return nil
	}
	programme := p.Text("programme_id")
	holders := []Holder{{"PERSON", programme, p.Text("person_id")}}
	if p.Columns["protected"] == true {
		holders = append(holders, Holder{"CIRCLE", programme, p.ID}, Holder{"HOUSE", programme, programme})
	} else {
		holders = append(holders, w.above(p.Text("organisation_id"))...)
	}
	if m := p.Text("case_manager_id"); m != "" {
		holders = append(holders, Holder{"CASES", programme, m})
	}
	if m := p.Text("tutor_id"); m != "" {
		holders = append(holders, Holder{"TUTORED", programme, m})
	}
	return holders
}

// sampled are the mandates in whose sample a participation is, and that reach the days; "" is whenever.
func (w *World) sampled(p *Row, from, to string) (holders []Holder) {
	for _, m := range w.By("mandate", "programme_id", p.Text("programme_id")) {
		in := slices.ContainsFunc(w.below(m, "mandate_sample", "mandate_id"), func(s *Row) bool { return s.Text("participation_id") == p.ID })
		if in && reaches(m, from, to) {
			holders = append(holders, Holder{"SAMPLE", m.Text("programme_id"), m.ID})
		}
	}
	return holders
}

// ofSampled is for what follows a participation into a mandate's sample as well.
func ofSampled(w *World, r *Row) []Holder {
	return append(ofParticipation(w, r), w.sampled(w.One("participation", r.Text("participation_id")), "", "")...)
}

// ofParticipation is for what follows the participation that a column names.
func ofParticipation(w *World, r *Row) []Holder {
	return w.follower(w.One("participation", r.Text("participation_id")))
}

// ofPerson is for persons: all of their participations.
func ofPerson(w *World, r *Row) (holders []Holder) {
	for _, p := range w.By("participation", "person_id", r.ID) {
		holders = joined(holders, w.follower(p), w.sampled(p, "", ""))
	}
	return holders
}

func personTypes() {
	Types["Person"] = &Type{Table: "person", Prefix: "per", Class: "path", Of: ofPerson, Fields: map[string]Field{
		"id": {}, "hidden": {},
		"givenName":    column("given_name").in("identity"),
		"familyName":   column("family_name").in("identity"),
		"fiscalCode":   value(fiscalCode).in("registry"),
		"birthDay":     column("birth_day").in("registry"),
		"citizenship":  column("citizenship").in("registry"),
		"municipality": column("municipality").in("registry"),
		"phone":        column("phone").in("contact"),
		"email":        column("email").in("contact"),
		"mergedInto":   one("Person", "merged_into"),
		"merged":       many("Person", "merged_into"),
		"revision":     column("revision"),
	}}
	participants()
	follow := func(table, prefix, class string, fields map[string]Field) *Type {
		fields["id"], fields["hidden"] = Field{}, Field{}
		return &Type{Table: table, Prefix: prefix, Class: class, Of: ofSampled, Fields: fields}
	}
	Types["ParticipantTrait"] = follow("participation_trait", "trt", "path", map[string]Field{"side": column("side"), "trait": oneBy("CodeItem", traitItem)})
	Types["ExclusionCheck"] = follow("exclusion_check", "exc", "eligibility", map[string]Field{
		"measure": code("exclusions", "measure"), "checkedOn": column("checked_on"), "outcome": column("outcome"), "evidence": column("evidence"),
		"file": one("File", "file_id"),
	})
	Types["Verdict"] = follow("verdict", "vrd", "eligibility", map[string]Field{
		"givenOn": column("given_on"), "outcome": column("outcome"), "policyVersion": one("PolicyVersion", "policy_version_id"), "findings": many("VerdictFinding", "verdict_id"),
	})
	Types["VerdictFinding"] = follow("verdict_finding", "vfd", "eligibility", map[string]Field{
		"rule": column("rule"), "fact": italian("fact"), "source": column("source"), "confirmed": column("confirmed"), "outcome": column("outcome"), "cure": italian("cure"),
	})
	Types["RequirementProof"] = follow("requirement_proof", "prf", "proof", map[string]Field{
		"requirement": code("requirements", "requirement"), "document": column("document"), "provenOn": column("proven_on"),
		"file": one("File", "file_id"),
	})
	Types["AbsencePaper"] = follow("absence_paper", "abp", "absence", map[string]Field{
		"fromDay": column("from_day"), "toDay": column("to_day"), "file": one("File", "file_id"), "attachedBy": one("Member", "attached_by"), "attachedAt": instant("attached_at"),
		"withdrawnBy": one("Member", "withdrawn_by"), "withdrawnAt": instant("withdrawn_at"), "mistake": column("mistake"),
		"revision": column("revision"),
	})
	Types["File"] = follow("file", "fil", "eligibility", map[string]Field{
		"kind": column("kind"), "mediaType": column("media_type"), "bytes": column("bytes"), "state": column("state"),
	})
	Types["File"].Of = func(w *World, r *Row) []Holder {
		if r.Text("participation_id") == "" {
			return ofMessage(w, r)
		}
		return ofSampled(w, r)
	}
	Types["File"].RowClass = func(r *Row) string { return r.Text("class") }
	handOvers()
	letIn()
	Types["BankDetails"] = &Type{Table: "person_bank", Prefix: "bnk", Class: "bank", Of: func(w *World, r *Row) []Holder { return ofPerson(w, w.One("person", r.Text("person_id"))) },
		Fields: map[string]Field{"id": {}, "hidden": {}, "iban": column("iban"), "holder": column("holder"), "relation": column("relation"), "title": column("title"), "means": column("means"),
			"common": value(func(w *World, r *Row) any { return ofCheck(bankCheck(w, r, "CONFIRMED"), "common") == true }), "proof": one("File", "file_id"), "since": column("since"), "revision": column("revision"), "recordedBy": one("Member", "recorded_by"),
			"confirmedBy": oneBy("Member", func(w *World, r *Row) *Row {
				if c := bankCheck(w, r, "CONFIRMED"); c != nil {
					return w.One("member", c.Text("member_id"))
				}
				return nil
			}),
			"confirmedOn":    value(func(w *World, r *Row) any { return ofCheck(bankCheck(w, r, "CONFIRMED"), "day") }),
			"calledBack":     value(func(w *World, r *Row) any { return ofCheck(bankCheck(w, r, "CONFIRMED"), "called_back") == true }),
			"payeeCheck":     value(func(w *World, r *Row) any { return ofCheck(bankCheck(w, r, "PAYEE"), "outcome") }),
			"payeeCheckedOn": value(func(w *World, r *Row) any { return ofCheck(bankCheck(w, r, "PAYEE"), "day") })}}
	Types["EntrySnapshot"] = follow("entry_snapshot", "snp", "registry", map[string]Field{
		"takenOn": column("taken_on"), "employment": column("employment"), "unemployedSince": column("unemployed_since"), "isced": column("isced"),
		"citizenship": column("citizenship"), "municipality": column("municipality"),
		"foreignBackground": column("foreign_background").in("restricted"), "housingExclusion": column("housing_exclusion").in("restricted"),
		"disability": column("disability").in("health"), "minority": column("minority").in("health"),
	})
}

// letIn are those whom the case team lets see one person, and by which title.
func letIn() {
	grant := func(w *World, r *Row) *Row { return w.One("access_grant", r.ID) }
	Types["Representation"] = &Type{Table: "representation", Prefix: "rep", Class: "contact", Of: ofParticipation, Fields: map[string]Field{
		"id": {}, "hidden": {}, "participant": one("Participant", "participation_id"),
		"member": oneBy("Member", func(w *World, r *Row) *Row { return w.One("member", grant(w, r).Text("member_id")) }),
		"title":  column("kind").in("health"), "reference": column("reference").in("health"), "titledOn": column("titled_on"),
		"fromDay": value(func(w *World, r *Row) any { return grant(w, r).Columns["from_day"] }),
		"toDay":   value(func(w *World, r *Row) any { return grant(w, r).Columns["to_day"] }),
	}}
	Types["OwnAccess"] = &Type{Table: "access_grant", Prefix: "own", Class: "contact", Of: func(w *World, r *Row) []Holder {
		if r.Text("role") != "PARTICIPANT" || r.Text("participation_id") == "" {
			return nil
		}
		return ofParticipation(w, r)
	}, Fields: map[string]Field{
		"id": {}, "hidden": {}, "participant": one("Participant", "participation_id"), "member": one("Member", "member_id"),
		"fromDay": column("from_day"), "toDay": column("to_day"),
	}}
}

// handOvers have two sides, each a row of its own: who has the person shows it to those who follow him, the other to its own people.
func handOvers() {
	Types["HandOver"] = &Type{Table: "hand_over", Prefix: "hov", Class: "path", Of: func(w *World, r *Row) []Holder {
		if r.Text("participation_id") != "" {
			return ofParticipation(w, r)
		}
		return w.above(r.Text("organisation_id"))
	}, Fields: map[string]Field{
		"id": {}, "hidden": {}, "side": column("side"), "participant": one("Participant", "participation_id").apart(), "organisation": one("Organisation", "organisation_id"),
		"other": oneBy("Organisation", func(w *World, r *Row) *Row {
			if r.Text("state") != "ACCEPTED" {
				return nil
			}
			return w.One("organisation", r.Text("other_id"))
		}),
		"state": column("state"), "stateLabel": something(), "stateHint": something(), "stateSince": column("state_since"), "requestedOn": column("requested_on"),
		"reason": code("hand_over_reasons", "reason"), "declineReason": code("hand_over_declines", "answer"), "revision": column("revision"), "allowedActs": something(),
	}, Filters: map[string]Filter{"states": among("state"), "side": enum("side")}, Orders: map[string]Order{"": byColumn("requested_on", true)}}
	Roots["handOvers"] = inProgramme("HandOver")
}

// fiscalCode is the latest of a person's codes; of one moment the definitive one.
func fiscalCode(w *World, r *Row) any {
	codes := w.By("person_code", "person_id", r.ID)
	if len(codes) == 0 {
		return nil
	}
	latest := slices.MaxFunc(codes, func(a, b *Row) int {
		return cmp.Or(strings.Compare(a.Text("since"), b.Text("since")), cmp.Compare(bit(b, "provisional"), bit(a, "provisional")))
	})
	return latest.Columns["code"]
}

func bit(r *Row, column string) int {
	if r.Columns[column] == true {
		return 1
	}
	return 0
}

func traitItem(w *World, r *Row) *Row {
	list := "work_traits"
	if r.Text("side") == "WISHES" {
		list = "work_sectors"
	}
	return w.item(w.One("participation", r.Text("participation_id")).Text("programme_id"), list, r.Text("code"))
}

// groups are those of one class, whoever may browse the lists.
func groups(class string) Field {
	return Field{Class: class, Fields: map[string]Field{"groups": value(func(w *World, r *Row) any {
		items := []any{}
		for _, g := range w.below(r, "participation_group", "participation_id") {
			if g.Text("class") == class && g.Text("sealed") != "[]" {
				item := w.item(r.Text("programme_id"), "priority_groups", strings.Trim(g.Text("sealed"), `["]`))
				items = append(items, map[string]any{"id": "cod_" + item.ID})
			}
		}
		return items
	})}}
}

func participants() {
	t := &Type{Table: "participation", Prefix: "prt", Class: "path", Of: func(w *World, r *Row) []Holder { return append(w.follower(r), w.sampled(r, "", "")...) }, Fields: map[string]Field{
		"id": {}, "hidden": {},
		"person": one("Person", "person_id"), "programme": one("Programme", "programme_id"), "organisation": one("Organisation", "organisation_id"),
		"state": column("state"), "stateLabel": something(), "stateHint": something(), "stateSince": column("state_since"),
		"referringService": column("referring_service").in("protection"),
		"referredOn":       column("referred_on"), "enteredOn": column("entered_on"), "leftOn": column("left_on"),
		"exitReason":  code("exit_reasons", "exit_reason").in("absence"),
		"caseManager": one("Member", "case_manager_id"), "tutor": one("Member", "tutor_id"),
		"health": groups("health"), "penal": groups("penal"), "protection": groups("protection"), "restricted": groups("restricted"),
		"traits":          many("ParticipantTrait", "participation_id"),
		"exclusionChecks": many("ExclusionCheck", "participation_id").in("eligibility"), "absencePapers": many("AbsencePaper", "participation_id").in("absence"),
		"verdicts": many("Verdict", "participation_id").in("eligibility"),
		"verdict":  oneBy("Verdict", lastVerdict).in("eligibility"),
		"entrySnapshot": oneBy("EntrySnapshot", func(w *World, r *Row) *Row {
			return firstOf(w.below(r, "entry_snapshot", "participation_id"))
		}).in("registry"),
		"enrolments": many("Enrolment", "participation_id"), "certificates": many("Certificate", "participation_id"),
		"placements": many("Placement", "participation_id"), "attendances": many("Attendance", "participation_id"), "registerMonths": many("RegisterMonth", "participation_id"),
		"allowances": many("Allowance", "participation_id").in("money"), "payments": many("PaymentLine", "participation_id").in("money"), "recoveries": many("Recovery", "participation_id").in("money"), "housingGrants": many("HousingGrant", "participation_id").in("money"), "history": many("HistoryFact", "participation_id").in("money"),
		"matches": many("Match", "participation_id"),
		"dues": {To: "Due", List: true, Rows: func(w *World, r *Row) []*Row {
			return slices.DeleteFunc(slices.Clone(w.below(r, "due", "participation_id")), func(d *Row) bool { return d.Text("done_at") != "" })
		}},
		"paymentStatus": something().in("money"), "paymentCalls": many("PaymentCall", "participation_id").in("money"),
		"pseudonym": column("pseudonym"), "protected": column("protected"), "bank": oneBy("BankDetails", lastBank).in("bank"), "proofs": many("RequirementProof", "participation_id").in("proof"),
		"circle": {To: "Member", List: true, Rows: circle, Only: func(m *Model, r, named *Row) bool {
			return slices.ContainsFunc(circleGrants(m.World, r), func(g *Row) bool { return g.Text("member_id") == named.ID && m.Sees(Types["Grant"], g) })
		}},
		"representatives": many("Representation", "participation_id"), "guests": many("Invitation", "participation_id").in("eligibility"), "ownAccess": {To: "OwnAccess", List: true, Rows: func(w *World, r *Row) []*Row {
			return slices.DeleteFunc(slices.Clone(w.below(r, "access_grant", "participation_id")), func(g *Row) bool { return g.Text("role") != "PARTICIPANT" })
		}},
		"origin": origin(), "revision": column("revision"), "allowedActs": something(),
	}}
	t.Filters = map[string]Filter{
		"states": among("state"), "organisation": refers("org", "organisation_id"), "tutor": refers("mem", "tutor_id"),
		"municipality":   ofThePerson("municipality").tells("registry"),
		"verdict":        verdictFilter().tells("eligibility"),
		"nameStartsWith": nameFilter().tells("identity"),
		"exitReason":     {From: equals("exit_reason").From, Holds: func(_ *Model, r *Row, value any) bool { return value != "" && r.Text("exit_reason") == value }, Class: "absence"},
		"search":         wholeCode("pseudonym").tells("identity"),
		"referredFrom":   bound("referred_on", true), "referredTo": bound("referred_on", false),
	}
	t.Orders = map[string]Order{"REFERRED_NEWEST": byColumn("referred_on", true), "REFERRED_OLDEST": byColumn("referred_on", false),
		"NAME": {Class: "identity", Key: byColumn("sought", false).Key}}
	Types["Participant"] = t
	Roots["participants"] = inProgramme("Participant")
}

// lastBank is the last of where the person is paid.
func lastBank(w *World, r *Row) *Row {
	rows := w.By("person_bank", "person_id", r.Text("person_id"))
	if len(rows) == 0 {
		return nil
	}
	return slices.MaxFunc(rows, func(a, b *Row) int {
		return cmp.Compare(a.Columns["revision"].(float64), b.Columns["revision"].(float64))
	})
}

// bankCheck is what was done last, of a kind, about bank details.
func bankCheck(w *World, r *Row, kind string) (last *Row) {
	for _, c := range w.By("person_bank_check", "bank_id", r.ID) {
		if c.Text("kind") == kind && (last == nil || c.Text("at") > last.Text("at")) {
			last = c
		}
	}
	return last
}

func ofCheck(c *Row, column string) any {
	if c == nil {
		return nil
	}
	return c.Columns[column]
}

// circle are those who are named today among the few who see a protected participation.
func circle(w *World, r *Row) (members []*Row) {
	for _, g := range circleGrants(w, r) {
		if m := w.One("member", g.Text("member_id")); !slices.Contains(members, m) {
			members = append(members, m)
		}
	}
	return members
}

func circleGrants(w *World, r *Row) []*Row {
	return slices.DeleteFunc(slices.Clone(w.By("access_grant", "over_id", r.ID)), func(g *Row) bool {
		return g.Text("scope") != "CIRCLE" || g.Text("from_day") > Today || g.Text("to_day") != "" && g.Text("to_day") < Today
	})
}

func firstOf(rows []*Row) *Row {
	if len(rows) == 0 {
		return nil
	}
	return rows[0]
}

func lastVerdict(w *World, r *Row) *Row {
	rows := w.below(r, "verdict", "participation_id")
	if len(rows) == 0 {
		return nil
	}
	return slices.MaxFunc(rows, func(a, b *Row) int {
		return cmp.Or(strings.Compare(a.Text("given_on"), b.Text("given_on")), strings.Compare(a.ID, b.ID))
	})
}

func ofThePerson(column string) Filter {
	of := func(w *World, r *Row) string { return w.One("person", r.Text("person_id")).Text(column) }
	return Filter{From: func(w *World, r *Row) (any, string) { return of(w, r), quoted(of(w, r)) },
		Holds: func(m *Model, r *Row, value any) bool { return of(m.World, r) == value }}
}

func verdictFilter() Filter {
	outcome := func(w *World, r *Row) string {
		if v := lastVerdict(w, r); v != nil {
			return v.Text("outcome")
		}
		return ""
	}
	return Filter{From: func(w *World, r *Row) (any, string) { return outcome(w, r), outcome(w, r) },
		Holds: func(m *Model, r *Row, value any) bool { return outcome(m.World, r) == value }}
}

// nameFilter finds a name by its first letters, whichever of the two names comes first.
func nameFilter() Filter {
	names := func(w *World, r *Row) [2]string {
		p := w.One("person", r.Text("person_id"))
		given, family := strings.ToLower(p.Text("given_name")), strings.ToLower(p.Text("family_name"))
		return [2]string{family + " " + given, given + " " + family}
	}
	return Filter{From: func(w *World, r *Row) (any, string) {
		return names(w, r)[0][:4], quoted(strings.ToUpper(names(w, r)[0][:4]))
	},
		Holds: func(m *Model, r *Row, value any) bool {
			n := names(m.World, r)
			return strings.HasPrefix(n[0], value.(string)) || strings.HasPrefix(n[1], value.(string))
		}}
}
