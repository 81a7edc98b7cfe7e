package rightstest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// scene is one invented programme.
type scene struct {
	f          *Fiction
	id         string
	bodies     []string
	root       string
	policy     string
	companies  []place
	openings   []offer
	people     []participation
	activities []string
	managers   []string
	tutors     []string
	auditor    string
}

type place struct{ id, site, body string }

type offer struct{ id, company, site, body string }

// participation is a participation.
type participation struct{ id, person, body string }

// world makes a programme, or two that share persons and companies, and those who look at it.
func (f *Fiction) world(n int) {
	first := f.programme(n, nil)
	scenes := []*scene{first}
	if n%4 == 1 {
		scenes = append(scenes, f.programme(n+1000, first))
		f.merged = append(f.merged, [2]string{first.people[2].person, scenes[1].people[3].person})
	}
	f.audit(first, n)
	f.actors(n, scenes)
}

func (f *Fiction) programme(n int, beside *scene) *scene {
	s := &scene{f: f, id: f.id()}
	f.put("programme", fact{"id": s.id, "code": fmt.Sprintf("MONDO%d", n), "name": fmt.Sprintf("Mondo %d", n), "cup": "J00", "project_code": "1", "from_day": "2025-01-01",
		"funding": fact{"it": "Finanziato", "en": "Funded"}, "logos": []any{"Unione europea"},
		"to_day": "2027-12-31", "budget_cents": 100_000, "file_hash": "x", "revision": 1})
	s.partners()
	s.rules()
	s.team()
	s.journals()
	s.firms(beside)
	for i := range 3 {
		s.activities = append(s.activities, f.put("activity", fact{"programme_id": s.id, "organisation_id": pick(f, s.bodies), "kind": []string{"COURSE", "LABORATORY", "INTERNSHIP"}[i],
			"title": "Attività", "place": "Aula", "from_day": "2026-01-01", "to_day": "2026-12-31", "planned_minutes": 600, "seats": 10, "certificate": "SAFETY_GENERAL",
			"audience": s.bodies, "revision": 1}))
	}
	for i := range 6 {
		person := ""
		if beside != nil && i < 2 {
			person = beside.people[i].person
		}
		s.follow(i, person)
	}
	s.payments()
	s.history()
	s.handOvers()
	f.invitations(s)
	return s
}

// handOvers are one that is asked, one that was done and one that was declined.
func (s *scene) handOvers() {
	f := s.f
	for i, state := range []string{"REQUESTED", "ACCEPTED", "DECLINED"} {
		p, request, asker := s.people[i], f.id(), s.bodies[(i+1)%len(s.bodies)]
		row := fact{"request_id": request, "programme_id": s.id, "state": state, "state_since": "2026-05-01", "requested_on": fmt.Sprintf("2026-04-0%d", i+1), "reason": "MOVED",
			"answer": nil, "revision": 1}
		if state == "DECLINED" {
			row["answer"] = "IN_CARE"
		}
		asking, holding := maps.Clone(row), row
		asking["side"], asking["organisation_id"], asking["other_id"] = "ASKING", asker, p.body
		holding["side"], holding["organisation_id"], holding["other_id"] = "HOLDING", p.body, asker
		if state == "ACCEPTED" {
			asking["participation_id"] = p.id
		} else {
			holding["participation_id"] = p.id
		}
		f.put("hand_over", asking)
		f.put("hand_over", holding)
	}
}

// partners are a tree of bodies: each lies below one that came before.
func (s *scene) partners() {
	for i := range 4 + s.f.chance.IntN(4) {
		var parent any
		kind := "LEAD"
		if i > 0 {
			parent, kind = pick(s.f, s.bodies), "ASSOCIATION"
		}
		id := s.f.put("organisation", fact{"programme_id": s.id, "parent_id": parent, "code": fmt.Sprintf("ENTE%d", i), "name": fmt.Sprintf("Ente %d", i), "kind": kind, "position": i + 1})
		s.bodies = append(s.bodies, id)
	}
	s.root = s.bodies[0]
	for _, r := range append(s.f.rows["organisation"][len(s.f.rows["organisation"])-len(s.bodies):], s.f.rows["programme"][len(s.f.rows["programme"])-1]) {
		r["audience"] = s.bodies
	}
}

// directory adds a row that every partner sees.
func (s *scene) directory(table string, row fact) string {
	row["audience"] = s.bodies
	if row["programme_id"] == nil && table != "policy_rule" {
		row["programme_id"] = s.id
	}
	return s.f.put(table, row)
}

// codes are the lists of a programme.
var codes = map[string]string{"priority_groups": "G_HEALTH G_PENAL G_PROTECTION G_RESTRICTED", "exclusions": "ADI", "absence_reasons": "ILLNESS", "exit_reasons": "JOB_FOUND",
	"suspension_reasons": "INJURY", "extension_reasons": "JOB_PROSPECT", "work_sectors": "KITCHEN", "work_traits": "STANDING", "activity_kinds": "COURSE LABORATORY INTERNSHIP", "certificates": "SAFETY_GENERAL",
	"decline_reasons": "TOO_FAR", "requirements": "IN_CHARGE", "hand_over_reasons": "MOVED",
	"hand_over_declines": "IN_CARE", "housing_conditions": "FIRST_HOME", "housing_proofs": "HOUSING_TITLE"}

func (s *scene) rules() {
	s.policy = s.directory("policy_version", fact{"number": 1, "valid_from": "2025-01-01", "applied_at": "2025-01-01T00:00:00Z", "rules_hash": "x"})
	for _, rule := range s.f.rules {
		rule = maps.Clone(rule)
		rule["id"], rule["version_id"] = nil, s.policy
		if rule["code"] == "payment.routes" { // by bodies and lines of this world
			rule["value"] = []any{fact{"partner": "*", "kind": "*", "payer": s.f.row("organisation", s.root)["code"], "line": "A"}}
		}
		if rule["code"] == "allowance.housing" { // by codes of this world, and by some that a test plants
			rule["value"] = fact{"monthly": 20_000, "months": 6, "ceiling": 120_000, "conditions": []string{"FIRST_HOME", "CANARINO_CONDITION"}, "proofs": []string{"CANARINO_DOCUMENT"},
				"receipt": true, "minimumMinutes": 0}
		}
		s.directory("policy_rule", rule)
	}
	position := 0
	for _, list := range slices.Sorted(maps.Keys(codes)) {
		for _, code := range strings.Fields(codes[list]) {
			position++
			class := "directory"
			if rest, group := strings.CutPrefix(code, "G_"); group {
				class = strings.ToLower(rest)
			}
			s.directory("code_item", fact{"list": list, "code": code, "label": words(code), "class": class, "attributes": fact{}, "position": position})
		}
	}
	s.f.put("payer", fact{"id": derived("payer", s.root), "programme_id": s.id, "organisation_id": s.root, "position": 1, "name": "Paga", "way": "ORDER_LIST", "format": nil,
		"means": []string{"IBAN"}, "source": "Avviso", "confirmed": true, "audience": []string{s.root}})
	s.directory("programme_finding", fact{"position": 1, "code": "CUP", "text": words("CUP corto")})
	s.directory("municipality", fact{"istat": "045003", "belfiore": "B832", "postcode": "54033", "name": "Carrara"})
	s.directory("programme_holiday", fact{"code": "2026-01-01", "day": "2026-01-01", "label": words("Capodanno"), "source": "Legge", "confirmed": true})
	s.directory("programme_target", fact{"code": "people", "label": words("Persone"), "value": 10})
	s.directory("budget_line", fact{"code": "A", "label": words("Voce"), "amount_cents": 1000, "source": "Avviso", "confirmed": true})
	body := s.bodies[len(s.bodies)-1]
	line := s.directory("budget_line", fact{"id": derived("budget_line", body), "code": "C", "label": words("Voce di un ente"), "amount_cents": 5000, "source": "Avviso", "confirmed": false,
		"organisation_id": body, "activity_kind": "INTERNSHIP"})
	for n, kind := range []string{"COMMITTED", "ACCRUED", "APPROVED", "PAID", "PAID"} {
		s.f.put("budget_posting", fact{"id": derived("budget_posting", line, n), "programme_id": s.id, "budget_line_id": line, "kind": kind, "cents": 1000 - 100*n, "subject_kind": "PaymentRun",
			"subject_id": derived("subject", line), "day": "2026-06-01", "posted_at": "2026-06-01T09:00:00Z", "audience": s.line(body)})
	}
	for n, of := range []any{line, nil} {
		s.directory("funding_gate", fact{"id": derived("funding_gate", line, n), "position": n + 1, "budget_line_id": of, "from_day": "2027-01-01", "to_day": []any{"2027-01-31", nil}[n], "reason": words("Chiusa")})
	}
}

// member is somebody who may sign in; some bodies know his name.
func (s *scene) member(known ...string) string {
	id := s.f.id()
	s.f.put("member", fact{"id": id, "issuer": Issuer, "subject": id, "email": id + "@example.org", "name": "Membro " + id[:8], "audience": append(known, id),
		"organisation_id": known[len(known)-1], "answering": append(s.line(known[len(known)-1]), id), "revision": 1})
	return id
}

// phone is a member's, in use or revoked.
func (s *scene) phone(member, body string) {
	n := s.f.n()
	row := fact{"member_id": member, "organisation_id": body, "name": fmt.Sprintf("Telefono %d", n), "platform": []string{"ANDROID", "IOS", "OTHER"}[n%3],
		"registered_at": fmt.Sprintf("2026-02-%02dT08:00:00.250Z", 1+n%28), "audience": append(s.line(body), member)}
	if n%2 == 0 {
		row["last_contact_on"], row["revoked_at"], row["revoked_by"], row["told_at"] = "2026-05-01", "2026-05-02T09:00:00Z", member, "2026-05-03T10:00:00Z"
	}
	s.f.put("device", row)
}

// guest is somebody who does not work here.
func (s *scene) guest() string {
	id := s.f.id()
	s.f.put("member", fact{"id": id, "issuer": Issuer, "subject": id, "email": id + "@example.org", "name": "Ospite " + id[:8], "audience": []string{id},
		"answering": []string{}, "revision": 1})
	return id
}

func (s *scene) team() {
	for range 2 {
		home := pick(s.f, s.bodies)
		s.managers = append(s.managers, s.member(s.bodies...))
		s.tutors = append(s.tutors, s.member(s.root, home))
		s.phone(s.tutors[len(s.tutors)-1], home)
	}
	for _, body := range s.bodies[1:3] {
		s.phone(s.member(s.root), body) // the body sees the phone, and knows not whose it is
	}
}

// journals are a few entries of each.
func (s *scene) journals() {
	for i := range 2 {
		row := fact{"programme_id": s.id, "seq": 900_000 + i, "at": "2026-03-01T10:00:00Z", "actor_id": s.tutors[i], "chain": "\\x01", "audience": []string{s.root}}
		entry := maps.Clone(row)
		entry["act"], entry["subject_kind"], entry["subject_id"], entry["detail_digest"], entry["version"], entry["sealed"] = "assignTeam", "Participant", s.f.id(), "\\x01", 2, false
		s.f.put("journal", entry)
		row["node"], row["request_id"], row["purpose"], row["class"], row["participations"], row["persons"] = s.f.id(), s.f.id(), "CARE", "notes", []string{}, []string{}
		row["version"], row["reason_persons"] = 2, []string{}
		s.f.put("read_journal", row)
	}
}

// line is a body with all above it.
func (s *scene) line(body string) (line []string) {
	for body != "" {
		line = append(line, body)
		for _, o := range s.f.rows["organisation"] {
			if o["id"] == body {
				body, _ = o["parent_id"].(string)
				break
			}
		}
	}
	return line
}

// firms are companies with offers. A programme beside another one takes one of its companies over.
func (s *scene) firms(beside *scene) {
	f := s.f
	for i := range 3 {
		c := place{id: f.id(), site: f.id(), body: pick(f, s.bodies)}
		if beside != nil && i == 0 {
			c = beside.companies[0]
			c.body = pick(f, s.bodies)
			s.share(c)
		} else {
			audience := s.line(c.body)
			f.put("company", fact{"id": c.id, "name": fmt.Sprintf("Ditta %d", f.n()), "entity_code": fmt.Sprintf("E%08d", f.n()), "ateco": "56.10.11", "headcount": 5 + i, "municipality": "045003",
				"origin": "ENTERED", "audience": audience, "revision": 1})
			f.put("company_site", fact{"id": c.site, "company_id": c.id, "name": "Sede", "address": "Via Roma 1", "municipality": "045010", "headcount": 5, "audience": audience, "revision": 1})
			f.put("company_contact", fact{"company_id": c.id, "name": "Contatto", "title": "Titolare", "phone": "0585", "email": "c@example.org", "audience": audience})
		}
		s.companies = append(s.companies, c)
		told := s.tutors[i%len(s.tutors)]
		shut := fact{"programme_id": s.id, "company_id": c.id, "site_id": c.site, "from_day": fmt.Sprintf("2026-08-0%d", i+1), "to_day": "2026-08-20", "reason": "Ferie",
			"recorded_by": told, "recorded_at": "2026-07-01T08:00:00Z", "revision": 1}
		if i == 1 {
			shut["site_id"], shut["withdrawn_by"], shut["withdrawn_at"] = nil, told, "2026-07-02T08:00:00Z"
		}
		f.put("closure", shut)
	}
	for i := range 4 {
		c := s.companies[i%len(s.companies)]
		o := offer{id: f.id(), company: c.id, site: c.site, body: c.body}
		f.put("opening", fact{"id": o.id, "programme_id": s.id, "company_id": c.id, "site_id": c.site, "organisation_id": c.body, "title": fmt.Sprintf("Offerta %d", i), "tasks": "Lavoro",
			"sector": "KITCHEN", "seats": 2, "from_day": fmt.Sprintf("2026-0%d-01", i+1), "to_day": "2026-12-31", "weekly_minutes": 1200, "state": []string{"OPEN", "CLOSED", "FILLED"}[i%3],
			"state_since": "2026-01-01", "origin": "ENTERED", "revision": 1})
		f.put("opening_hours", fact{"opening_id": o.id, "weekday": 1, "from_minute": 540, "to_minute": 780})
		f.put("opening_trait", fact{"opening_id": o.id, "side": "REQUIRES", "code": "STANDING"})
		s.openings = append(s.openings, o)
	}
	f.put("due", fact{"programme_id": s.id, "tells": false, "subject_kind": "Opening", "subject_id": s.openings[0].id, "kind": "opening.open", "due_at": "2026-05-01T00:00:00Z",
		"owner_key": s.openings[0].body, "next_owner_key": s.root, "reminders": 0, "revision": 1})
}

// share has a known company work with one more partner.
func (s *scene) share(c place) {
	for _, table := range []string{"company", "company_site"} {
		for _, r := range s.f.rows[table] {
			if r["id"] == c.id || r["company_id"] == c.id {
				r["audience"] = append(slices.Clone(r["audience"].([]string)), s.line(c.body)...)
			}
		}
	}
}
