package rightstest

import (
	"fmt"
	"slices"
)

// audit opens a part of a programme to an auditor; with the mandate come his grants.
func (f *Fiction) audit(s *scene, n int) {
	s.auditor = s.member(s.root)
	body := []string{s.root, s.people[0].body}[n%2]
	id := f.put("mandate", fact{"programme_id": s.id, "organisation_id": body, "member_id": s.auditor, "period_from": "2026-03-01",
		"period_to": []string{"2026-05-10", "2026-12-31"}[n%2], "ends_on": "2026-12-31", "document": "Incarico", "state": "OPEN", "opened_on": "2026-01-01", "revision": 1, "audience": []string{s.root}})
	for _, i := range []int{0, 4} {
		if !slices.Contains(s.line(s.people[i].body), body) {
			continue // a sample is drawn among the body's own people
		}
		f.put("mandate_sample", fact{"mandate_id": id, "programme_id": s.id, "participation_id": s.people[i].id, "drawn_on": "2026-02-01"})
	}
}

// right is a role over something in a programme.
type right struct {
	s           *scene
	role, scope string
	over        string
	from, to    any
}

func (f *Fiction) grant(member string, r right) {
	if r.over == "" {
		r.over = member
	}
	for _, g := range f.rows["access_grant"] {
		if g["member_id"] == member && g["over_id"] == r.over && g["role"] == r.role {
			return // drawn twice
		}
	}
	from := r.from
	if from == nil {
		from = "2026-01-01"
	}
	var participation any
	for _, p := range r.s.people {
		if r.scope == "PERSON" && p.person == r.over {
			participation = p.id
		}
	}
	row := fact{"member_id": member, "programme_id": r.s.id, "role": r.role, "scope": r.scope, "over_id": r.over, "from_day": from, "to_day": r.to,
		"participation_id": participation, "organisation_id": r.s.root, "audience": []string{r.s.root}}
	id := f.put("access_grant", row)
	if r.role == "LEGAL_REPRESENTATIVE" {
		f.put("representation", fact{"id": id, "participation_id": participation, "titled_on": "2025-11-03", "kind": "\\x00", "reference": "\\x00"})
		f.Sealed = append(f.Sealed, Sealed{r.over, "representation", "kind", id, "GUARDIAN"}, Sealed{r.over, "representation", "reference", id, "Decreto " + id[:8]})
	}
}

// actors are those who look at a world: every role alone or with others, over one body or several, now or no more.
func (f *Fiction) actors(n int, scenes []*scene) {
	s, last := scenes[0], scenes[len(scenes)-1]
	body := func(s *scene) string { return s.bodies[1+f.chance.IntN(len(s.bodies)-1)] }
	org := func(s *scene, role, over string) right {
		return right{s: s, role: role, scope: "ORGANISATION", over: over}
	}
	person := func(s *scene, role string, i int) right {
		return right{s: s, role: role, scope: "PERSON", over: s.people[i].person}
	}
	host := func(s *scene, i int) right {
		return right{s: s, role: "HOST_TUTOR", scope: "COMPANY", over: s.companies[i].id}
	}
	named := func(role string) right { return right{s: s, role: role, scope: "CIRCLE", over: s.people[5].id} }
	own := func(role, scope string) right { return right{s: s, role: role, scope: scope} } // over his own people
	manager := func(m string) right { return right{s: s, role: "CASE_MANAGER", scope: "CASES", over: m} }
	tutor := func(s *scene, m string) right { return right{s: s, role: "TUTOR", scope: "TUTORED", over: m} }
	odd := n%2 == 1
	guest := s.guest()
	s.phone(guest, s.root) // who reads no directory sees a device all the same: his own
	for i, who := range []struct {
		member  string
		purpose string
		rights  []right
	}{
		{"", choose(odd, "SUPERVISION", ""), []right{org(s, "COORDINATOR", s.root), org(s, "STAFF", s.root)}},
		{"", choose(odd, "", "SUPERVISION"), []right{org(s, "PARTNER_COORDINATOR", body(s)), org(s, "STAFF", s.root)}},
		{"", "COORDINATION", []right{org(s, "PARTNER_COORDINATOR", body(s)), org(last, "PARTNER_COORDINATOR", body(last)), org(last, "SCOUT", body(last))}},
		{s.managers[0], choose(odd, "CARE", ""), []right{manager(s.managers[0])}},
		{s.managers[1], "", []right{manager(s.managers[1]), org(s, "PARTNER_COORDINATOR", body(s)), host(last, 0)}},
		{s.tutors[0], "", []right{tutor(s, s.tutors[0])}},
		{s.tutors[1], choose(odd, "CARE", ""), []right{tutor(s, s.tutors[1]), org(s, "PARTNER_COORDINATOR", s.bodies[len(s.bodies)-1]), org(last, "PAYMENTS_OFFICER", body(last))}},
		{"", "", []right{host(s, 0)}},
		{"", "", []right{host(s, 1), org(s, "SCOUT", body(s))}},
		{"", choose(odd, "PAYMENT", ""), []right{org(s, "PAYMENTS_OFFICER", body(s)), org(s, "APPROVER", s.root)}},
		{s.auditor, choose(odd, "AUDIT", ""), nil},
		{"", "", []right{org(s, "ADMINISTRATOR", s.root), person(s, "PARTICIPANT", 0)}},
		{"", "", []right{org(s, "DPO", s.root), host(s, 2), named("SCOUT")}},
		{guest, choose(odd, "OWN", ""), []right{person(last, "PARTICIPANT", 1)}},
		{"", "", []right{person(s, "LEGAL_REPRESENTATIVE", 5), org(s, "STAFF", body(s))}},
		{"", choose(odd, "CARE", ""), []right{named("CASE_MANAGER"), own("CASE_MANAGER", "CASES"), org(s, "SCOUT", body(s))}},
		{"", "", []right{named("TUTOR"), own("TUTOR", "TUTORED"), {s: s, role: "COORDINATOR", scope: "ORGANISATION", over: s.root, to: "2026-06-14"}}},
		{"", "", []right{{s: s, role: "PARTNER_COORDINATOR", scope: "ORGANISATION", over: body(s), from: "2026-06-16"}, org(s, "APPROVER", body(s)), org(last, "STAFF", body(last))}},
		{f.standIn(s), "", []right{org(s, "STAFF", body(s))}},
		{"", "", []right{org(s, []string{"STAFF", "SCOUT", "ADMINISTRATOR", "DPO"}[n/2%4], s.root)}},
	} {
		if (i+n)%3 == 0 && i < 18 { // two thirds of them look at each world
			continue
		}
		if who.member == "" {
			who.member = s.member(s.root)
		}
		programmes := []string{s.id}
		for _, r := range who.rights {
			f.grant(who.member, r)
			if !slices.Contains(programmes, r.s.id) {
				programmes = append(programmes, r.s.id)
			}
		}
		f.Actors = append(f.Actors, Invented{Member: who.member, Purpose: who.purpose, Programmes: programmes})
	}
}

func choose(yes bool, one, other string) string {
	if yes {
		return one
	}
	return other
}

// standIn is somebody who stands in for a tutor and a case manager these days, and for another one no more.
func (f *Fiction) standIn(s *scene) string {
	member := s.member(s.root)
	for i, absent := range []string{s.tutors[0], s.managers[0], s.tutors[1]} {
		f.put("delegation", fact{"programme_id": s.id, "member_id": absent, "to_member_id": member, "every_grant": true, "from_day": "2026-06-01",
			"to_day": []string{"2026-06-30", "2026-06-15", "2026-06-14"}[i], "given_by": absent, "organisation_id": s.root, "audience": []string{s.root}})
	}
	return member
}

// invitations ask those to come who are there already, which is nobody's matter but of who answers for them, and one for a person's case team.
func (f *Fiction) invitations(s *scene) {
	for i, member := range append([]string{s.guest()}, s.tutors...) {
		var participation any
		if i == 0 {
			participation = s.people[i].id
		}
		f.put("invitation", fact{"programme_id": s.id, "member_id": member, "organisation_id": s.root, "participation_id": participation, "invited_by": s.tutors[0],
			"secret_hash": fmt.Sprintf("\\x%064x", f.n()), "expires_at": "2026-07-01T00:00:00Z", "audience": []string{s.root}})
	}
}
