package participant_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// relative makes a member who works for nobody, and whose name the bodies know.
func (o *office) relative() uuid.UUID {
	o.t.Helper()
	id := uuid.New()
	o.exec("insert into member (id, issuer, subject, email, name, audience) values ($1, 'test', $2, $2 || '@example.org', 'Parente', $3)", id, id.String(),
		[]uuid.UUID{o.orgs["ASL"], o.orgs["AIAS"], o.orgs["PEGASO"], id})
	return id
}

func (o *office) appoint(by access.Actor, of, who uuid.UUID, change ...func(*participant.AppointInput)) (id uuid.UUID, err error) {
	in := participant.AppointInput{Participation: of, Member: who, Title: participant.SupportAdministrator, Reference: "Trib. Massa, V.G. 1234/2025", On: calendar.MustDay("2025-11-03")}
	for _, c := range change {
		c(&in)
	}
	err = o.in(by, func(ctx context.Context, tx *postgres.Tx) (err error) {
		id, err = o.room.AppointRepresentative(ctx, tx, in)
		return err
	})
	return id, err
}

func (o *office) endRepresentative(by access.Actor, id uuid.UUID, last calendar.Day) error {
	return o.in(by, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := o.room.EndRepresentative(ctx, tx, id, last)
		return err
	})
}

func (o *office) openAccess(by access.Actor, of, who uuid.UUID) error {
	return o.in(by, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := o.room.OpenOwnAccess(ctx, tx, participant.OpenInput{Participation: of, Member: who})
		return err
	})
}

func (o *office) closeAccess(by access.Actor, who uuid.UUID, mistaken bool) error {
	id := uuid.New()
	_ = o.owner.QueryRow(o.ctx, "select id from access_grant where member_id = $1 order by from_day desc limit 1", who).Scan(&id)
	return o.in(by, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := o.room.CloseOwnAccess(ctx, tx, participant.CloseInput{ID: id, Mistaken: mistaken})
		return err
	})
}

// signed is the actor that a member is when he signs in.
func (o *office) signed(who uuid.UUID) access.Actor {
	o.t.Helper()
	a, err := (&member.Directory{DB: o.db, Clock: o.clock}).Actor(o.ctx, "test", who.String())
	if err != nil {
		return access.Actor{Member: who}
	}
	return a
}

// keeper is the case manager, who knows his colleagues' names.
func (o *office) keeper() access.Actor {
	manager := o.as(o.manager, access.CaseManager)
	manager.Grants = append(manager.Grants, access.Grant{Role: access.Staff, Programme: o.programme, Key: o.orgs["AIAS"]})
	return manager
}

func TestAppointingARepresentativeIsRefused(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	kin, self, gone, standIn, below := o.relative(), o.relative(), o.relative(), o.relative(), o.relative()
	o.exec("update member set person_id = $1 where id = $2", made.Person, self)
	o.exec("update member set ended_on = '2026-03-01' where id = $1", gone)
	twin := o.relative()
	o.exec("update member set email = upper($2) where id = $1", twin, o.manager.String()+"@example.org")
	o.exec("update access_grant set organisation_id = $1 where member_id = $2", o.orgs["ASL"], o.tutor)
	o.exec(`insert into delegation (id, programme_id, member_id, to_member_id, every_grant, from_day, to_day, given_by, organisation_id, audience)
		values (gen_random_uuid(), $1, $2, $3, true, '2026-04-01', '2026-04-10', $2, $4, '{}')`, o.programme, o.tutor, standIn, o.orgs["ASL"])
	coordinates, pays, staff := o.relative(), o.relative(), o.relative()
	for who, role := range map[uuid.UUID]access.Role{coordinates: access.PartnerCoordinator, pays: access.PaymentsOfficer, staff: access.Staff, below: access.PartnerCoordinator} {
		body := o.orgs["AIAS"]
		if who == below {
			body = o.orgs["PEGASO"] // no body of this case
		}
		o.exec("insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, audience) values (gen_random_uuid(), $1, $2, $3, 'ORGANISATION', $4, '2025-01-01', '{}')",
			who, o.programme, string(role), body)
	}
	manager := o.keeper()
	absent := manager
	absent.Member = kin // kin acts for the case manager
	for i := range absent.Grants {
		absent.Grants[i].For = o.manager
	}
	title := func(title participant.Title) func(*participant.AppointInput) {
		return func(in *participant.AppointInput) { in.Title = title }
	}
	reference := func(s string) func(*participant.AppointInput) {
		return func(in *participant.AppointInput) { in.Reference = s }
	}
	days := func(from, to string) func(*participant.AppointInput) {
		return func(in *participant.AppointInput) {
			in.Days.From, _ = calendar.ParseDay(from)
			in.Days.To, _ = calendar.ParseDay(to)
		}
	}
	for name, c := range map[string]struct {
		by     access.Actor
		who    uuid.UUID
		change func(*participant.AppointInput)
		code   *refusal.Code
		path   []string
	}{
		"by another partner":                  {o.pegaso, kin, nil, refusal.NotFound, []string{"participant"}},
		"by the tutor":                        {o.as(o.tutor, access.Tutor), kin, nil, refusal.NotAllowed, nil},
		"nobody":                              {manager, uuid.New(), nil, refusal.NotFound, []string{"member"}},
		"by who browses no colleagues":        {o.as(o.manager, access.CaseManager), kin, nil, refusal.NotFound, []string{"member"}},
		"himself":                             {absent, kin, nil, member.SelfGrant, []string{"member"}},
		"whom he stands in for":               {absent, o.manager, nil, participant.WorksOnCase, []string{"member"}},
		"the case manager":                    {o.aias, o.manager, nil, participant.WorksOnCase, []string{"member"}},
		"the case manager's other account":    {o.aias, twin, nil, participant.WorksOnCase, []string{"member"}},
		"the tutor":                           {manager, o.tutor, nil, participant.WorksOnCase, []string{"member"}},
		"who will stand in for the tutor":     {manager, standIn, nil, participant.WorksOnCase, []string{"member"}},
		"the coordinator":                     {manager, coordinates, nil, participant.WorksOnCase, []string{"member"}},
		"who pays":                            {manager, pays, nil, participant.WorksOnCase, []string{"member"}},
		"the person":                          {manager, self, nil, member.SelfRepresentation, []string{"member"}},
		"who is gone":                         {manager, gone, nil, member.MemberEnded, []string{"member"}},
		"by no title":                         {manager, kin, title("FRIEND"), refusal.InvalidValue, []string{"title"}},
		"without a reference":                 {manager, kin, reference(" "), refusal.InvalidValue, []string{"reference"}},
		"with a reference too long":           {manager, kin, reference(strings.Repeat("è", 121)), refusal.InvalidValue, []string{"reference"}},
		"with a reference of lines":           {manager, kin, reference("a\nb"), refusal.InvalidValue, []string{"reference"}},
		"by a title of tomorrow":              {manager, kin, func(in *participant.AppointInput) { in.On = today.AddDays(1) }, participant.DayAhead, []string{"titledOn"}},
		"from yesterday":                      {manager, kin, days("2026-03-17", ""), refusal.InvalidValue, []string{"fromDay"}},
		"for days that end before they begin": {manager, kin, days("2026-03-20", "2026-03-19"), refusal.InvalidValue, []string{"toDay"}},
		"the parent of an adult":              {manager, kin, title(participant.Parent), participant.ParentOfAdult, []string{"title"}},
	} {
		t.Run(name, func(t *testing.T) {
			var change []func(*participant.AppointInput)
			if c.change != nil {
				change = append(change, c.change)
			}
			_, err := o.appoint(c.by, made.Participation, c.who, change...)
			wants(t, err, c.code, c.path...)
		})
	}
	if n := o.text("select (select count(*) from representation) + (select count(*) from access_grant where scope = 'PERSON')"); n != "0" {
		t.Errorf("%s rows by acts that were refused", n)
	}
	for what, who := range map[string]uuid.UUID{"of the body's staff": staff, "of another body's coordination": below} {
		if _, err := o.appoint(manager, made.Participation, who); err != nil {
			t.Errorf("who is %s and not on this case: %v", what, err)
		}
	}
	_, err := o.appoint(manager, made.Participation, staff)
	wants(t, err, member.GrantHeld, "member")
	o.walk(o.aias, made.Participation, access.CompleteParticipant, access.AskFirstResult, access.AskSecondResult, access.CloseParticipant)
	_, err = o.appoint(manager, made.Participation, kin)
	wants(t, err, participant.WrongState, "participant")
}

// A representative sees one person for the days of the title, and the case team sees by which title.
func TestARepresentativeSeesOnePerson(t *testing.T) {
	o := newOffice(t)
	made, other := o.active(), o.referred(o.aias, "AIAS", clara)
	kin := o.relative()
	id, err := o.appoint(o.keeper(), made.Participation, kin, func(in *participant.AppointInput) { in.Days.To = today.AddDays(10) })
	if err != nil {
		t.Fatal(err)
	}
	sees := func(what string, want bool) {
		t.Helper()
		shown, _ := o.show(o.signed(kin), made.Participation, node("person", leaf("familyName"), leaf("fiscalCode")), node("health", leaf("groups")))
		if got := shown != nil && shown["person"] != nil; got != want || got && shown["health"] != nil {
			t.Errorf("%s: %v", what, shown)
		}
		if _, seen := o.show(o.signed(kin), other.Participation, leaf("state")); seen {
			t.Errorf("%s: another person shows", what)
		}
	}
	sees("the representative", true)
	ask := node("representatives", leaf("title"), leaf("reference"), leaf("titledOn"), leaf("fromDay"), leaf("toDay"), leaf("hidden"), node("member", leaf("name")))
	titleOf := func(a access.Actor) map[string]any {
		t.Helper()
		shown, _ := o.show(a, made.Participation, ask)
		list, _ := shown["representatives"].([]any)
		if len(list) != 1 {
			t.Fatalf("shows as %v", shown)
		}
		return list[0].(map[string]any)
	}
	got := titleOf(o.keeper())
	if got["title"] != "SUPPORT_ADMINISTRATOR" || got["reference"] != "Trib. Massa, V.G. 1234/2025" || got["titledOn"] != "2025-11-03" || got["fromDay"] != "2026-03-18" || got["toDay"] != "2026-03-28" {
		t.Errorf("to the case manager: %v", got)
	}
	if got := titleOf(o.as(o.tutor, access.Tutor)); got["title"] != nil || got["reference"] != nil || got["fromDay"] != "2026-03-18" {
		t.Errorf("to the tutor: %v", got)
	}
	if got := titleOf(o.aias); got["title"] != nil {
		t.Errorf("to the coordination without a reason: %v", got)
	}
	for _, table := range o.holds("V.G. 1234") {
		t.Errorf("%s holds the reference in clear", table)
	}
	if n := o.text("select count(*) from journal where act = 'appointRepresentative' and sealed and person_id = $1", made.Person); n != "1" {
		t.Errorf("%s entries of the journal", n)
	}
	o.now = o.now.AddDate(0, 0, 10)
	sees("on the last day", true)
	o.now = o.now.AddDate(0, 0, 1)
	sees("after the last day", false)
	wants(t, o.endRepresentative(o.keeper(), id, today.AddDays(30)), refusal.InvalidValue, "lastDay")
}

func TestARepresentationEnds(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	kin := o.relative()
	id, err := o.appoint(o.keeper(), made.Participation, kin)
	if err != nil {
		t.Fatal(err)
	}
	wants(t, o.endRepresentative(o.pegaso, id, calendar.Day{}), refusal.NotFound, "representation")
	wants(t, o.endRepresentative(o.as(o.tutor, access.Tutor), id, calendar.Day{}), refusal.NotAllowed)
	wants(t, o.endRepresentative(o.keeper(), uuid.New(), calendar.Day{}), refusal.NotFound, "representation")
	grant := o.text("select id from access_grant where member_id = $1 limit 1", o.tutor)
	wants(t, o.endRepresentative(o.keeper(), uuid.MustParse(grant), calendar.Day{}), refusal.NotFound, "representation")
	for range 2 {
		if err := o.endRepresentative(o.aias, id, calendar.Day{}); err != nil {
			t.Fatal(err)
		}
	}
	if len(o.signed(kin).Grants) != 0 {
		t.Error("who represents nobody any more signs in")
	}
	if n := o.text("select count(*) from journal where act = 'endRepresentative'"); n != "1" {
		t.Errorf("%s entries of the journal", n)
	}
}

// A parent represents a child until the day before it is of age, by the programme's rule.
func TestAParentRepresentsAMinor(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	o.exec("update person set birth_day = '2009-06-30' where id = $1", made.Person)
	parent := func(to string) func(*participant.AppointInput) {
		return func(in *participant.AppointInput) {
			in.Title = participant.Parent
			in.Days.To, _ = calendar.ParseDay(to)
		}
	}
	_, err := o.appoint(o.keeper(), made.Participation, o.relative(), parent("2027-06-30"))
	wants(t, err, refusal.InvalidValue, "toDay")
	for _, to := range []string{"", "2027-06-29", "2026-12-31"} {
		id, err := o.appoint(o.keeper(), made.Participation, o.relative(), parent(to))
		if err != nil {
			t.Fatal(err)
		}
		want := to
		if to == "" {
			want = "2027-06-29"
		}
		if got := o.text("select to_day from access_grant where id = $1", id); got != want {
			t.Errorf("asked for %q: until %s", to, got)
		}
	}
}

// Who takes part sees himself, is known as that person, and no longer where it was a mistake.
func TestOwnAccess(t *testing.T) {
	o := newOffice(t)
	made, other := o.active(), o.referred(o.aias, "AIAS", clara)
	self, wrong := o.relative(), o.relative()
	wants(t, o.openAccess(o.as(o.tutor, access.Tutor), made.Participation, self), refusal.NotAllowed)
	wants(t, o.openAccess(o.keeper(), made.Participation, o.tutor), participant.WorksOnCase, "member")
	wants(t, o.closeAccess(o.keeper(), self, false), refusal.NotFound, "ownAccess")
	wants(t, o.closeAccess(o.signed(o.tutor), o.tutor, false), refusal.NotFound, "ownAccess") // a right of another sort
	if err := o.openAccess(o.keeper(), made.Participation, wrong); err != nil {
		t.Fatal(err)
	}
	if _, seen := o.show(o.signed(wrong), made.Participation, leaf("state")); !seen {
		t.Error("who was let in sees nothing")
	}
	wants(t, o.openAccess(o.aias, other.Participation, wrong), member.MemberIsAnother, "member")
	wants(t, o.openAccess(o.keeper(), made.Participation, wrong), member.GrantHeld, "member")
	wants(t, o.closeAccess(o.as(o.tutor, access.Tutor), wrong, true), refusal.NotAllowed)
	if err := o.closeAccess(o.keeper(), wrong, true); err != nil {
		t.Fatal(err)
	}
	if len(o.signed(wrong).Grants) != 0 || o.text("select person_id from member where id = $1", wrong) != "" {
		t.Error("a mistake stays")
	}
	for _, whose := range []uuid.UUID{self, wrong} { // who was taken for another may be himself
		of := map[uuid.UUID]participant.Referral{self: made, wrong: other}[whose]
		if err := o.openAccess(o.aias, of.Participation, whose); err != nil {
			t.Fatal(err)
		}
	}
	shown, _ := o.show(o.keeper(), made.Participation, node("ownAccess", leaf("toDay"), node("member", leaf("name")), leaf("hidden")))
	if list := shown["ownAccess"].([]any); len(list) != 2 {
		t.Errorf("shows as %v", shown)
	}
	if err := o.closeAccess(o.aias, self, false); err != nil {
		t.Fatal(err)
	}
	if len(o.signed(self).Grants) != 0 || o.text("select person_id from member where id = $1", self) != made.Person.String() {
		t.Error("the access stays, or who he is is forgotten")
	}
}

// Nobody gets a part in the case of who he is himself, or represents.
func TestWhoSeesAPersonGetsNoPartInHisCase(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	tutor, manager := o.hire(access.Tutor), o.hire(access.CaseManager)
	if _, err := o.appoint(o.keeper(), made.Participation, tutor); err != nil {
		t.Fatal(err)
	}
	if err := o.openAccess(o.keeper(), made.Participation, manager); err != nil {
		t.Fatal(err)
	}
	assign := func(in participant.TeamInput) error {
		in.Participation = made.Participation
		return o.in(o.aias, func(ctx context.Context, tx *postgres.Tx) error { return o.room.AssignTeam(ctx, tx, in) })
	}
	wants(t, assign(participant.TeamInput{Tutor: &tutor}), participant.SeesPerson, "tutor")
	wants(t, assign(participant.TeamInput{CaseManager: &manager}), participant.SeesPerson, "caseManager")
	wants(t, o.protect(o.lead, made.Participation, participant.Named{Member: tutor, Role: access.Tutor}), participant.SeesPerson, "named", "0", "member")
	o.exec("update access_grant set to_day = '2026-03-17' where scope = 'PERSON'")
	if err := assign(participant.TeamInput{Tutor: &tutor}); err != nil {
		t.Errorf("after it has ended: %v", err)
	}
}

// Of a protected participation only who is named appoints, and what is appointed stays within the circle.
func TestOnlyTheCircleAppointsForTheProtected(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	kin := o.relative()
	if _, err := o.appoint(o.aias, made.Participation, kin); err != nil {
		t.Fatal(err)
	}
	if err := o.protect(o.lead, made.Participation); err != nil {
		t.Fatal(err)
	}
	for _, by := range []access.Actor{o.aias, o.lead} {
		_, err := o.appoint(by, made.Participation, o.relative())
		wants(t, err, refusal.NotFound, "participant")
		if n := o.count(by, "representation") + o.count(by, "access_grant where scope = 'PERSON'"); n != 0 {
			t.Errorf("%d rows show outside the circle", n)
		}
	}
	if _, err := o.appoint(o.keeper(), made.Participation, o.relative()); err != nil {
		t.Error(err)
	}
	if _, seen := o.show(o.signed(kin), made.Participation, leaf("state")); !seen {
		t.Error("the representative of a protected person sees nothing")
	}
}

// Two accounts whose roles may not meet do not become one human.
func TestOwnAccessKeepsRolesApart(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	maker, approver := o.relative(), o.relative()
	for who, role := range map[uuid.UUID]access.Role{maker: access.PaymentsOfficer, approver: access.Approver} {
		o.exec("insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, audience) values (gen_random_uuid(), $1, $2, $3, 'ORGANISATION', $4, '2025-01-01', '{}')",
			who, o.programme, string(role), o.orgs["PEGASO"])
	}
	if err := o.openAccess(o.keeper(), made.Participation, maker); err != nil {
		t.Fatal(err)
	}
	wants(t, o.openAccess(o.keeper(), made.Participation, approver), member.RolesApart, "member")
}

// Who represents a human represents all records of him: he works on no case of any, and nobody represents himself by another record.
func TestRepresentativesOfMergedRecords(t *testing.T) {
	o := newOffice(t)
	made, twin := o.active(), o.referred(o.aias, "AIAS", clara)
	kin, self := o.hire(access.Tutor), o.relative()
	if _, err := o.appoint(o.keeper(), made.Participation, kin); err != nil {
		t.Fatal(err)
	}
	if err := o.openAccess(o.keeper(), made.Participation, self); err != nil {
		t.Fatal(err)
	}
	o.exec("update person set merged_into = $1 where id = $2", made.Person, twin.Person)
	wants(t, o.in(o.aias, func(ctx context.Context, tx *postgres.Tx) error {
		return o.room.AssignTeam(ctx, tx, participant.TeamInput{Participation: twin.Participation, Tutor: &kin})
	}), participant.SeesPerson, "tutor")
	_, err := o.appoint(o.aias, twin.Participation, o.tutor) // the tutor of the other record's case
	wants(t, err, participant.WorksOnCase, "member")
	_, err = o.appoint(o.aias, twin.Participation, self)
	wants(t, err, member.SelfRepresentation, "member")
	if err := o.openAccess(o.aias, twin.Participation, self); err != nil {
		t.Errorf("himself, by the other record: %v", err)
	}
}
