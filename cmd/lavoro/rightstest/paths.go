package rightstest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

var groupClasses = []string{"health", "penal", "protection", "restricted"}

// follow makes a participation, of a new person unless one is given, with all that follows it.
func (s *scene) follow(i int, person string) {
	f := s.f
	if person == "" {
		n := f.n()
		person = f.put("person", fact{"given_name": fmt.Sprintf("Nome%d", n), "family_name": fmt.Sprintf("%cognome%d", 'A'+n%20, n), "birth_day": "1990-01-01", "sex": "NOT_STATED",
			"citizenship": "IT", "municipality": "045003", "stays_only": false, "phone": "333", "email": fmt.Sprintf("p%d@example.org", n), "origin": "ENTERED", "revision": 1})
		for k := range 1 + n%2 {
			row := f.put("person_bank", fact{"person_id": person, "revision": k + 1, "iban": "\\x00", "holder": "\\x00", "since": "2026-02-01", "recorded_by": s.managers[0],
				"relation": "\\x00", "title": "\\x00", "means": []string{"IBAN", "CARD_IBAN"}[k]})
			f.Sealed = append(f.Sealed, Sealed{person, "person_bank", "iban", row, fmt.Sprintf("IT%d%d", n, k)}, Sealed{person, "person_bank", "holder", row, "Intestatario"},
				Sealed{person, "person_bank", "relation", row, []string{"OWN", "GUARDIAN_OR_ADMINISTRATOR"}[k]}, Sealed{person, "person_bank", "title", row, []string{"", "Decreto"}[k]})
			if n%4 > 0 {
				f.put("person_bank_check", fact{"id": derived("person_bank_check", row, 0), "bank_id": row, "person_id": person, "kind": "CONFIRMED", "called_back": n%4 == 1, "common": n%3 == 0, "recorded_by": s.managers[0], "member_id": s.managers[1],
					"day": "2026-02-02", "at": "2026-02-02T09:00:00Z"})
				for i, outcome := range []string{"NO_MATCH", "MATCH"}[:n%3] {
					f.put("person_bank_check", fact{"id": derived("person_bank_check", row, 1+i), "bank_id": row, "person_id": person, "kind": "PAYEE", "outcome": outcome, "called_back": false, "common": false, "recorded_by": s.managers[0], "member_id": s.managers[1],
						"day": fmt.Sprintf("2026-02-0%d", 3+i), "at": fmt.Sprintf("2026-02-0%dT09:00:00Z", 3+i)})
				}
			}
			f.put("person_code", fact{"fingerprint": fmt.Sprintf("\\x%07d%d", n, k), "alike": fmt.Sprintf("\\x%07d%d", n, k), "person_id": person, "code": fmt.Sprintf("CODICE%d%d", n, k),
				"provisional": k == 0, "since": fmt.Sprintf("2026-01-0%dT00:00:00Z", k+1), "index_version": 0})
		}
	}
	p := participation{id: f.id(), person: person, body: pick(f, s.bodies)}
	row := fact{"id": p.id, "programme_id": s.id, "person_id": person, "organisation_id": p.body, "state": []string{"ACTIVE", "REFERRED", "ACTIVE", "WITHDRAWN"}[i%4], "state_since": "2026-02-01",
		"protected": i == 5, "pseudonym": f.alias(), "referred_on": fmt.Sprintf("2026-01-%02d", 1+f.chance.IntN(20)), "entered_on": "2026-02-01", "exit_reason": "JOB_FOUND",
		"case_manager_id": s.managers[i%2], "tutor_id": s.tutors[i%2], "origin": "ENTERED", "revision": 1}
	if i%5 == 4 {
		row["case_manager_id"], row["tutor_id"] = nil, nil
	}
	f.put("participation", row)
	s.people = append(s.people, p)
	f.Sealed = append(f.Sealed, Sealed{person, "participation", "referring_service", p.id, "Servizio " + p.id})
	s.reasons(i, p)
	s.checks(i, p)
	s.work(i, p)
	s.money(p)
	s.suggest(i, p)
}

func (s *scene) reasons(i int, p participation) {
	f := s.f
	for k, class := range groupClasses {
		codes := "[]"
		if k == i%4 || k == 0 {
			codes = fmt.Sprintf("[%q]", "G_"+strings.ToUpper(class))
		}
		row := f.put("participation_group", fact{"participation_id": p.id, "class": class, "sealed": "\\x00"})
		f.Sealed = append(f.Sealed, Sealed{p.person, "participation_group", "sealed", row, codes})
	}
	f.put("participation_trait", fact{"participation_id": p.id, "side": "BRINGS", "code": "STANDING"})
	f.put("participation_trait", fact{"participation_id": p.id, "side": "WISHES", "code": "KITCHEN"})
}

func (s *scene) checks(i int, p participation) {
	f := s.f
	f.put("exclusion_check", fact{"file_id": s.paper(p, "EXCLUSION_CHECK", "eligibility"), "programme_id": s.id, "participation_id": p.id, "measure": "ADI", "checked_on": "2026-01-20", "outcome": "CLEAR", "evidence": "Visura", "checked_by": s.managers[0],
		"origin": "ENTERED"})
	verdict := f.put("verdict", fact{"programme_id": s.id, "participation_id": p.id, "policy_version_id": s.policy, "given_on": "2026-01-21", "outcome": []string{"OK", "WARN"}[i%2]})
	f.put("verdict_finding", fact{"verdict_id": verdict, "participation_id": p.id, "position": 1, "rule": "entry.min_age", "fact": words("36 anni"), "source": "Avviso", "confirmed": true, "outcome": "OK",
		"cure": words("")})
	snapshot := f.put("entry_snapshot", fact{"participation_id": p.id, "programme_id": s.id, "taken_on": "2026-02-01", "employment": "UNEMPLOYED", "unemployed_since": "2025-01-01", "isced": 2, "citizenship": "IT",
		"municipality": "045003"})
	for k, answer := range []string{"foreign_background", "housing_exclusion", "disability", "minority"} {
		f.Sealed = append(f.Sealed, Sealed{p.person, "entry_snapshot", answer, snapshot, []string{"NO", "YES", "REFUSED"}[(i+k)%3]})
	}
	f.put("requirement_proof", fact{"file_id": s.paper(p, "REQUIREMENT_PROOF", "proof"), "programme_id": s.id, "participation_id": p.id, "requirement": "IN_CHARGE", "document": "Attestazione", "proven_on": "2026-01-15", "recorded_by": s.managers[0]})
	s.absences(p)
	s.housing(i, p)
	f.put("certificate", fact{"programme_id": s.id, "participation_id": p.id, "kind": "SAFETY_GENERAL", "given_on": "2026-02-10", "valid_to": "2030-02-10"})
	f.put("due", fact{"programme_id": s.id, "tells": false, "subject_kind": "Participant", "subject_id": p.id, "participation_id": p.id, "kind": "participant.active", "due_at": fmt.Sprintf("2026-0%d-01T00:00:00Z", 4+i%5),
		"owner_key": s.managers[0], "next_owner_key": p.body, "reminders": 1, "last_reminded_at": "2026-04-01T00:00:00Z", "revision": 1})
}

// absences are two papers of absences, of which one was taken back.
func (s *scene) absences(p participation) {
	for n := range 2 {
		row := fact{"programme_id": s.id, "participation_id": p.id, "from_day": fmt.Sprintf("2026-0%d-02", 3+n), "to_day": fmt.Sprintf("2026-0%d-28", 3+n), "file_id": s.paper(p, "ABSENCE_PAPER", "health"),
			"attached_by": s.managers[0], "attached_at": "2026-05-02T10:00:00.125Z", "revision": 1 + n}
		if n == 1 {
			row["withdrawn_by"], row["withdrawn_at"], row["mistake"] = s.managers[0], "2026-05-03T10:00:00.125Z", "WRONG_DAYS"
		}
		s.f.put("absence_paper", row)
	}
}

// paper is a file that proves something of the person, of the class of what it proves.
func (s *scene) paper(p participation, kind, class string) string {
	return s.f.put("file", fact{"programme_id": s.id, "participation_id": p.id, "person_id": p.person, "kind": kind, "class": class, "media_type": "application/pdf", "announced": 4000,
		"received": 4000, "bytes": 3900, "sha256": "\\x00", "state": "ATTACHED", "uploaded_by": s.managers[0], "prepared_at": "2026-01-15T09:00:00Z", "expires_at": "2026-01-16T09:00:00Z"})
}

// work is a course, an internship for some, and a register of both.
func (s *scene) work(i int, p participation) {
	f := s.f
	course := f.put("enrolment", fact{"programme_id": s.id, "activity_id": s.activities[0], "participation_id": p.id, "person_id": p.person, "state": "ENROLLED", "from_day": "2026-01-01",
		"to_day": "2026-03-31", "planned_minutes": 600, "origin": "ENTERED", "revision": 1})
	s.register(i, p, course, s.activities[0], nil, nil, 2)
	s.months(i, p, course, s.activities[0], nil, nil, 2)
	if i > 3 {
		return // the protected one among them works nowhere
	}
	o := s.openings[i%len(s.openings)]
	intern := f.put("enrolment", fact{"programme_id": s.id, "activity_id": s.activities[2], "participation_id": p.id, "person_id": p.person, "company_id": o.company, "state": "ENROLLED",
		"from_day": "2026-04-01", "to_day": "2026-09-30", "planned_minutes": 600, "origin": "ENTERED", "revision": 1})
	state := []string{"ENDED", "DRAFT", "CANCELLED", "SUSPENDED"}[i]
	id := f.put("placement", fact{"programme_id": s.id, "participation_id": p.id, "person_id": p.person, "opening_id": o.id, "company_id": o.company, "site_id": o.site, "organisation_id": p.body,
		"enrolment_id": intern, "state": state, "state_since": "2026-03-01", "from_day": fmt.Sprintf("2026-04-0%d", i+1), "to_day": "2026-09-30", "weekly_minutes": 1200, "tutor_id": s.tutors[i%2],
		"host_tutor": "Tutor ospite", "convention": "CONV", "pfi_signed_on": "2026-03-02", "communicated_on": "2026-03-03", "communication_code": "UNI", "started_on": "2026-04-02",
		"ended_on": "2026-08-30", "end_reason": "JOB_FOUND", "exempt_from_quota": false, "origin": "ENTERED", "revision": 1})
	f.put("intern_card", fact{"placement_id": id, "participation_id": p.id, "company_id": o.company, "given_name": "Nome", "family_name": "Cognome", "adaptations": []string{"STANDING"}})
	acts := []string{"draftPlacement", "confirmPlacement"}
	for n, act := range acts[:1+(i+1)%2] {
		f.put("placement_step", fact{"placement_id": id, "participation_id": p.id, "company_id": o.company, "position": n + 1, "act": act, "from_state": "DRAFT", "to_state": "MATCHED",
			"day": "2026-03-01", "at": "2026-03-01T10:00:00Z", "member_id": s.tutors[n], "reason": "JOB_FOUND"})
	}
	if i%2 == 1 {
		f.put("placement_step", fact{"placement_id": id, "participation_id": p.id, "company_id": o.company, "position": 9, "act": "extendPlacement", "from_state": "SUSPENDED", "to_state": "SUSPENDED",
			"day": "2026-03-01", "at": "2026-03-01T10:00:00Z", "member_id": s.tutors[0], "reason": "JOB_PROSPECT"})
	}
	for n, last := range []string{"2026-07-31", "2026-08-31", "2026-09-30"} {
		f.put("placement_extension", fact{"placement_id": id, "participation_id": p.id, "company_id": o.company, "version": n + 2, "previous_to_day": "2026-06-30", "to_day": last,
			"signed_on": "2026-06-20", "reason": "JOB_PROSPECT", "attestation": "ATT", "at": "2026-06-20T10:00:00Z", "member_id": s.tutors[n%2], "communicate_by": "2026-07-05",
			"communicated_on": "2026-07-01", "communication_code": fmt.Sprintf("UNI-%d", n)})
	}
	s.register(i, p, intern, s.activities[2], id, o.company, 4)
	s.months(i, p, intern, s.activities[2], id, o.company, 4)
}

func (s *scene) register(i int, p participation, enrolment, activity string, placement, company any, month int) {
	f := s.f
	for k := range 3 {
		n := f.n()
		day := 1 + n%28
		if month+k == 6 && n%2 == 0 {
			day = 15 // today
		}
		entry := fact{"programme_id": s.id, "enrolment_id": enrolment, "activity_id": activity, "participation_id": p.id, "person_id": p.person, "placement_id": placement, "company_id": company,
			"kind": "PRESENCE", "day": fmt.Sprintf("2026-%02d-%02d", month+k, day), "from_minute": n * 8 % 1400, "to_minute": n*8%1400 + 8, "standing": "COUNTED", "conflicts": []string{}, "settled": false,
			"made_at": "2026-06-01T09:30:00.456Z", "app": "tutor-phone/1.4.0", "drift_seconds": n%100 - 50, "device_id": f.device(),
			"recorded_by": s.tutors[i%2], "recorded_at": "2026-06-01T10:00:00.123Z", "origin": "ENTERED", "revision": 1}
		switch k {
		case 1:
			entry["kind"], entry["absence_reason"], entry["standing"] = "ABSENCE", "ILLNESS", "REPLACED"
		case 2:
			entry["replaces_id"] = f.rows["attendance"][len(f.rows["attendance"])-1]["id"]
		}
		row := f.put("attendance", entry)
		f.Sealed = append(f.Sealed, Sealed{p.person, "attendance", "note", row, fmt.Sprintf("Nota %d", n)})
		if k == 1 {
			f.Sealed = append(f.Sealed, Sealed{p.person, "attendance", "standing_note", row, "Sostituita"})
		}
	}
}

// months are those of the register's entries: as they are written, but for the second, in which none counts: it was locked and put right.
func (s *scene) months(i int, p participation, enrolment, activity string, placement, company any, from int) {
	f := s.f
	for k := range 3 {
		row := fact{"programme_id": s.id, "enrolment_id": enrolment, "activity_id": activity, "participation_id": p.id, "placement_id": placement, "company_id": company,
			"month": fmt.Sprintf("2026-%02d-01", from+k), "state": "OPEN", "state_since": fmt.Sprintf("2026-%02d-05", from+k), "for_host": false, "revision": 3}
		hash := fmt.Sprintf("\\x%064x", f.n())
		if k == 1 {
			row["state"], row["minutes"], row["presence_days"], row["content_hash"] = "LOCKED", 8*k, k, hash
		}
		month := f.put("register_month", row)
		signature := s.signatures(i, p, month, row, hash)
		for n, act := range []string{"submitMonth", "reopenMonth"} {
			step := fact{"register_month_id": month, "participation_id": p.id, "company_id": company, "month": row["month"], "position": n + 1, "act": act,
				"from_state": []string{"OPEN", "SUBMITTED"}[n], "to_state": []string{"SUBMITTED", "OPEN"}[n], "at": "2026-06-02T10:00:00.125Z", "member_id": s.tutors[i%2]}
			if n == 0 {
				step["content_hash"], step["file_id"], step["signature_id"] = hash, s.paper(p, "REGISTER", "work"), signature
			}
			id := f.put("register_step", step)
			f.Sealed = append(f.Sealed, Sealed{p.person, "register_step", "reason", id, fmt.Sprintf("Motivo %d", f.n())}, Sealed{p.person, "register_step", "evidence", id, fmt.Sprintf("Prova %d", f.n())})
		}
		if k == 1 {
			for day := 3; day <= 4; day++ {
				id := f.put("register_adjustment", fact{"register_month_id": month, "participation_id": p.id, "company_id": company, "month": row["month"],
					"day": fmt.Sprintf("2026-%02d-%02d", from+k, day), "minutes": 60, "presence_days": 1, "reason": "\\x00", "member_id": s.tutors[i%2], "at": "2026-06-03T10:00:00.375Z"})
				f.Sealed = append(f.Sealed, Sealed{p.person, "register_adjustment", "reason", id, fmt.Sprintf("Rettifica %d", f.n())})
			}
		}
	}
}

// signatures are three of a month: one that was made by a link, one that was taken back, and one that was brought on paper. It gives the first.
func (s *scene) signatures(i int, p participation, month string, of fact, hash string) (first string) {
	f := s.f
	for n, party := range []string{"HOST", "PARTICIPANT", "REPRESENTATIVE"} {
		row := fact{"programme_id": s.id, "participation_id": p.id, "register_month_id": month, "company_id": of["company_id"], "month": of["month"], "party": party, "state": "SIGNED",
			"content_hash": hash, "asked_by": s.tutors[i%2], "asked_at": fmt.Sprintf("2026-06-02T1%d:00:00.125Z", n), "sendings": n + 1, "sent_at": "2026-06-02T10:00:00.5Z", "messages": 0, "revision": 2}
		if n == 0 {
			row["channel"], row["messages"], row["messaged_at"] = "SMS", 1, "2026-06-02T10:00:00Z"
			row["sent_by"] = s.tutors[(i+1)%2]
			row["way"], row["secret_mark"], row["expires_at"], row["signed_at"], row["name"] = "LINK", fmt.Sprintf("\\x%064x", f.n()), "2026-06-09T22:00:00Z", "2026-06-02T11:00:00.25Z", "\\x00"
		} else if n == 2 {
			row["state"], row["way"], row["file_id"], row["name"] = "BROUGHT", "PAPER", s.paper(p, "SIGNED_PAPER", "work"), "\\x00"
			row["sendings"], row["sent_at"] = 0, nil
		} else {
			row["state"], row["revoked_by"], row["revoked_at"] = "REVOKED", s.tutors[i%2], "2026-06-02T12:00:00.25Z"
		}
		id := f.put("month_signature", row)
		f.Sealed = append(f.Sealed, Sealed{p.person, "month_signature", "email", id, fmt.Sprintf("firma%d@example.org", f.n())})
		if n == 0 {
			first = id
			f.Sealed = append(f.Sealed, Sealed{p.person, "month_signature", "phone", id, fmt.Sprintf("+39351%07d", f.n())})
		}
		if n != 1 {
			f.Sealed = append(f.Sealed, Sealed{p.person, "month_signature", "name", id, fmt.Sprintf("Firma %d", f.n())})
		}
	}
	return first
}

// device is one of those that are registered so far, if any is.
func (f *Fiction) device() any {
	if len(f.rows["device"]) == 0 {
		return nil
	}
	return pick(f, f.rows["device"])["id"]
}

func (s *scene) money(p participation) {
	f := s.f
	for month := 4; month <= 5; month++ {
		accrued := 10_000 + f.chance.IntN(60_000)
		id := f.put("allowance", fact{"programme_id": s.id, "participation_id": p.id, "month": fmt.Sprintf("2026-0%d-01", month), "policy_version_id": s.policy, "minutes": 600,
			"accrued_cents": accrued, "cap_cents": 50_000, "total_cents": min(accrued, 50_000), "computed_at": "2026-06-01T10:00:00Z", "revision": 1})
		f.put("allowance_line", fact{"allowance_id": id, "participation_id": p.id, "enrolment_id": f.rows["enrolment"][len(f.rows["enrolment"])-1]["id"], "position": 1, "kind": "HOURS", "minutes": 600,
			"amount_cents": 1000, "rule": "allowance.hour", "text": words("Ore")})
		s.statements(p, f.rows["allowance"][len(f.rows["allowance"])-1])
	}
}

// certified are the months of the register that a statement is made of.
func (s *scene) certified(p participation, month any) []any {
	register := []any{}
	for _, m := range s.f.rows["register_month"] {
		if m["participation_id"] == p.id && m["month"] == month {
			register = append(register, fact{"enrolment": m["enrolment_id"], "certified": fact{"registerMonth": m["id"], "hash": "00", "minutes": 600, "presenceDays": 5}})
		}
	}
	return register
}

// statements are two of a month, the first of which is no longer in force.
func (s *scene) statements(p participation, allowance fact) {
	f := s.f
	for number := 1; number <= 2; number++ {
		total := 10_000 * number
		line := fact{"kind": "HOURS", "enrolment": f.rows["enrolment"][len(f.rows["enrolment"])-1]["id"], "minutes": 600, "amount": total, "rule": "allowance.hour", "version": 1, "text": words("Ore")}
		id := f.put("allowance_statement", fact{"programme_id": s.id, "participation_id": p.id, "allowance_id": allowance["id"], "month": allowance["month"], "number": number, "minutes": 600,
			"accrued_cents": total, "cap_cents": 50_000, "total_cents": total, "policy_versions": []any{s.policy}, "engine": "1", "inputs": fact{"month": allowance["month"].(string)[:7], "versions": []any{fact{"id": s.policy, "number": 1, "from": "2026-01-01", "rule": fact{}}}, "register": s.certified(p, allowance["month"]), "housing": s.granted(p, number)}, "lines": []any{line}, "content_hash": "\\x" + strings.Repeat("ab", 32), "issued_at": "2026-06-04T10:00:00.125Z"})
		parts := map[string]int{p.body: total / 4, s.root: total - total/4}
		if p.body == s.root {
			parts[s.root] = total
		}
		for _, payer := range slices.Sorted(maps.Keys(parts)) {
			f.put("allowance_share", fact{"statement_id": id, "allowance_id": allowance["id"], "participation_id": p.id, "programme_id": s.id, "month": allowance["month"], "payer_id": payer,
				"budget_line_id": s.budget(), "tax": "EXEMPT", "gross_cents": parts[payer], "withheld_cents": 0, "net_cents": parts[payer]})
		}
		if number == 2 {
			s.contests(p, allowance, id)
			s.call(p, allowance)
		}
	}
}

// contests are two of a month, of which one was answered; of April both were.
func (s *scene) contests(p participation, allowance fact, statement string) {
	f := s.f
	states := []string{"REJECTED", "CONTESTED"}
	if strings.HasPrefix(allowance["month"].(string), "2026-04") {
		states[1] = "UPHELD"
	}
	for k, state := range states {
		row := fact{"programme_id": s.id, "participation_id": p.id, "allowance_id": allowance["id"], "statement_id": statement, "month": allowance["month"], "state": state,
			"state_since": "2026-06-05", "contested_cents": 100 * k, "reason": "\\x00", "member_id": s.tutors[0], "contested_at": fmt.Sprintf("2026-06-0%dT10:00:00.250Z", 5+k), "revision": 1}
		if state != "CONTESTED" {
			row["answer"], row["answered_by"], row["answered_at"] = "\\x00", s.managers[0], "2026-06-05T12:00:00.250Z"
		}
		id := f.put("allowance_contest", row)
		f.Sealed = append(f.Sealed, Sealed{p.person, "allowance_contest", "reason", id, fmt.Sprintf("Contestazione %d", f.n())})
		if state != "CONTESTED" {
			f.Sealed = append(f.Sealed, Sealed{p.person, "allowance_contest", "answer", id, fmt.Sprintf("Risposta %d", f.n())})
		}
	}
}

// call is one that was noted about a month.
func (s *scene) call(p participation, allowance fact) {
	f := s.f
	id := f.put("payment_call", fact{"programme_id": s.id, "participation_id": p.id, "month": allowance["month"], "caller": []string{"RELATIVE", "PARTICIPANT"}[f.n()%2], "said": "\\x00", "member_id": s.tutors[0],
		"called_at": fmt.Sprintf("%s-20T10:00:00.250Z", allowance["month"].(string)[:7])})
	f.Sealed = append(f.Sealed, Sealed{p.person, "payment_call", "said", id, fmt.Sprintf("Telefonata %d", f.n())})
}

// budget is the programme's budget line.
func (s *scene) budget() any {
	lines := s.f.rows["budget_line"]
	return lines[slices.IndexFunc(lines, func(l fact) bool { return l["programme_id"] == s.id })]["id"]
}

func (s *scene) suggest(i int, p participation) {
	f := s.f
	for k := range 2 {
		o := s.openings[(i+k)%len(s.openings)]
		id := f.put("match", fact{"programme_id": s.id, "participation_id": p.id, "opening_id": o.id, "company_id": o.company, "state": []string{"SUGGESTED", "DECLINED"}[k], "state_since": "2026-03-01",
			"score": f.chance.IntN(100), "blocked": k == 1 || i%2 == 0, "company_text": words("Adatto"), "decline_reason": "TOO_FAR", "refreshed_at": "2026-03-01T10:00:00Z", "revision": 1})
		f.put("match_reason", fact{"match_id": id, "participation_id": p.id, "position": 1, "kind": "SCORE", "code": "wish", "points": 10, "text": words("Desiderio")})
	}
}

// alias is a pseudonym.
func (f *Fiction) alias() string {
	const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	code := []byte("P-")
	for n, i := f.n(), 0; i < 6; i++ {
		code = append(code, letters[n%32])
		n /= 32
	}
	return string(code)
}
