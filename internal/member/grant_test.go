package member_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

func TestGrantIsRefused(t *testing.T) {
	o := newOffice(t)
	mine, below, elsewhere := o.hire("PEGASO"), o.hire("UISP"), o.hire("AIAS")
	staff, gone := o.hire("PEGASO"), o.hire("PEGASO")
	o.exec("update member set ended_on = '2026-03-17' where id = $1", gone)
	twin := o.hire("PEGASO")
	o.exec("update member set email = upper($2) where id = $1", twin, o.boss.String()+"@example.org")
	company, unknown := uuid.New(), uuid.New()
	days := func(first, last string) func(*member.GrantInput) {
		return func(in *member.GrantInput) { in.Days = member.Days{From: day(first), To: day(last)} }
	}
	for name, c := range map[string]struct {
		by, to uuid.UUID
		role   access.Role
		body   string
		change func(*member.GrantInput)
		code   *refusal.Code
		path   string
	}{
		"to himself":                    {o.boss, o.boss, access.Tutor, "PEGASO", nil, member.SelfGrant, "member"},
		"to his other account":          {o.boss, twin, access.Tutor, "PEGASO", nil, member.SelfGrant, "member"},
		"by who is no administrator":    {staff, mine, access.Tutor, "PEGASO", nil, refusal.NotAllowed, ""},
		"to a member of another body":   {o.boss, elsewhere, access.Tutor, "PEGASO", nil, refusal.NotAllowed, ""},
		"over another body":             {o.boss, mine, access.Scout, "AIAS", nil, refusal.NotAllowed, "organisation"},
		"over the body above":           {o.boss, mine, access.Coordinator, "ASL", nil, refusal.NotAllowed, "organisation"},
		"to nobody":                     {o.boss, unknown, access.Tutor, "PEGASO", nil, refusal.NotFound, "member"},
		"over no body":                  {o.boss, mine, access.Tutor, "NONE", nil, refusal.NotFound, "organisation"},
		"of the house":                  {o.boss, mine, access.System, "PEGASO", nil, member.RoleNotGranted, "role"},
		"of an auditor":                 {o.boss, mine, access.Auditor, "PEGASO", nil, member.RoleNotGranted, "role"},
		"of a participant":              {o.boss, mine, access.Self, "PEGASO", nil, member.RoleNotGranted, "role"},
		"of no role":                    {o.boss, mine, "KING", "PEGASO", nil, member.RoleNotGranted, "role"},
		"a host's tutor of no company":  {o.boss, mine, access.HostTutor, "PEGASO", nil, refusal.NotFound, "company"},
		"of a company of somebody else": {o.boss, mine, access.HostTutor, "PEGASO", func(in *member.GrantInput) { in.Company = &company }, member.CompanyNotWorkedWith, "company"},
		"from yesterday":                {o.boss, mine, access.Tutor, "PEGASO", days("2026-03-17", ""), refusal.InvalidValue, "fromDay"},
		"that ends before it begins":    {o.boss, mine, access.Tutor, "PEGASO", days("2026-03-20", "2026-03-19"), refusal.InvalidValue, "toDay"},
		"to who is gone":                {o.boss, gone, access.Tutor, "PEGASO", nil, member.MemberEnded, "member"},
		"twice":                         {o.boss, below, access.Staff, "UISP", nil, member.GrantHeld, "role"},
	} {
		t.Run(name, func(t *testing.T) {
			var change []func(*member.GrantInput)
			if c.change != nil {
				change = append(change, c.change)
			}
			var path []string
			if c.path != "" {
				path = []string{c.path}
			}
			wants(t, o.grant(c.by, c.to, c.role, c.body, change...), c.code, path...)
		})
	}
}

func TestAnAdministratorGrantsToHisOwnAndThoseBelow(t *testing.T) {
	o := newOffice(t)
	mine, below := o.hire("PEGASO"), o.hire("UISP")
	o.must(o.grant(o.boss, mine, access.Tutor, "PEGASO"))
	o.must(o.grant(o.boss, below, access.CaseManager, "UISP"))
	o.must(o.grant(o.boss, below, access.Scout, "PEGASO"))
	o.must(o.grant(o.chief, below, access.PartnerCoordinator, "UISP"))
	keys := func(a access.Actor) map[access.Role]uuid.UUID {
		m := map[access.Role]uuid.UUID{}
		for _, g := range a.Grants {
			m[g.Role] = g.Key
		}
		return m
	}
	if got := keys(o.as(mine)); got[access.Tutor] != access.TutorKey(o.programme, mine) {
		t.Errorf("a tutor holds %v", got)
	}
	if got := keys(o.as(below)); got[access.CaseManager] != access.CaseKey(o.programme, below) || got[access.Scout] != o.orgs["PEGASO"] || got[access.PartnerCoordinator] != o.orgs["UISP"] {
		t.Errorf("who works below holds %v", got)
	}
	var events string
	o.one("select string_agg(act || ' ' || kind || ' ' || subject_kind, ', ' order by seq) from outbox where seq <= 2", &events)
	if events != "grantRole ENTERED Grant, grantRole ENTERED Grant" {
		t.Errorf("news: %s", events)
	}
}

// Rows of members' rights show to their administrators and to themselves, and to no colleague.
func TestWhoSeesGrants(t *testing.T) {
	o := newOffice(t)
	mine, below := o.hire("PEGASO"), o.hire("UISP")
	o.bestow(mine, access.PartnerCoordinator, "PEGASO")
	o.must(o.delegate(below, below, mine, "", "2026-04-01"))
	for who, want := range map[uuid.UUID][2]int{o.chief: {7, 1}, o.boss: {5, 1}, mine: {2, 1}, below: {1, 1}} {
		var grants, delegations int
		o.must(o.in(who, func(ctx context.Context, tx *postgres.Tx) error {
			return errors.Join(tx.NewRaw("select count(*) from access_grant").Scan(ctx, &grants), tx.NewRaw("select count(*) from delegation").Scan(ctx, &delegations))
		}))
		if got := [2]int{grants, delegations}; got != want {
			t.Errorf("sees %v, wants %v (chief %v, boss %v)", got, want, who == o.chief, who == o.boss)
		}
	}
}

func TestEndingAGrant(t *testing.T) {
	o := newOffice(t)
	mine, elsewhere := o.hire("PEGASO"), o.hire("AIAS")
	g, other := o.bestow(mine, access.Tutor, "PEGASO"), o.bestow(elsewhere, access.Tutor, "AIAS")
	wants(t, o.endGrant(mine, g, ""), refusal.NotAllowed)
	wants(t, o.endGrant(o.boss, other, ""), refusal.NotFound, "grant")
	wants(t, o.endGrant(o.boss, g, "2026-03-16"), refusal.InvalidValue, "lastDay")
	o.must(o.endGrant(o.boss, g, "2026-03-20"))
	wants(t, o.endGrant(o.boss, g, "2026-03-21"), refusal.InvalidValue, "lastDay")
	if !holds(o.as(mine), access.Tutor) {
		t.Error("it ends on its last day, and ended before")
	}
	o.at("2026-03-20")
	if !holds(o.as(mine), access.Tutor) {
		t.Error("the last day is within")
	}
	o.at("2026-03-21")
	if holds(o.as(mine), access.Tutor) {
		t.Error("it holds after its last day")
	}
	// What is given today and taken back today was never held, and may be given again.
	o.must(o.grant(o.boss, mine, access.Scout, "PEGASO"))
	var scout uuid.UUID
	o.one("select id from access_grant where role = 'SCOUT'", &scout)
	o.must(o.endGrant(o.boss, scout, ""))
	if holds(o.as(mine), access.Scout) {
		t.Error("it was ended at once, and holds")
	}
	o.must(o.grant(o.boss, mine, access.Scout, "PEGASO"))
	if !holds(o.as(mine), access.Scout) {
		t.Error("given again, and not held")
	}
}

func holds(a access.Actor, role access.Role) bool {
	for _, g := range a.Grants {
		if g.Role == role {
			return true
		}
	}
	return false
}

func TestTheLastAdministratorStays(t *testing.T) {
	o := newOffice(t)
	var own uuid.UUID
	o.one("select id from access_grant where role = 'ADMINISTRATOR' and member_id = $1", &own, o.boss)
	wants(t, o.endGrant(o.boss, own, ""), member.LastAdministrator)
	wants(t, o.endGrant(o.chief, own, ""), member.LastAdministrator)
	wants(t, o.end(o.chief, o.boss, ""), member.LastAdministrator)
	second := o.hire("PEGASO")
	o.exec("update member set issuer = null, subject = null where id = $1", second)
	o.must(o.grant(o.chief, second, access.Administrator, "PEGASO"))
	wants(t, o.end(o.chief, o.boss, ""), member.LastAdministrator) // the second was invited, and cannot sign in yet
	o.exec("update member set issuer = 'test', subject = id::text where id = $1", second)
	wants(t, o.end(o.boss, o.chief, ""), refusal.NotAllowed)
	o.must(o.end(second, o.boss, ""))
	if _, err := (&member.Directory{DB: o.db, Clock: o.clock}).Actor(o.ctx, "test", o.boss.String()); !errors.Is(err, member.ErrUnknown) {
		t.Errorf("who is ended signs in: %v", err)
	}
	wants(t, o.end(second, second, ""), member.LastAdministrator)
}

// Two administrators who end each other at once: one of them stays.
func TestTwoAdministratorsEndEachOther(t *testing.T) {
	o := newOffice(t)
	for range 5 {
		a, b := o.hire("AIAS"), o.hire("AIAS")
		o.bestow(a, access.Administrator, "AIAS")
		o.bestow(b, access.Administrator, "AIAS")
		actors := [2]access.Actor{o.as(a), o.as(b)}
		var refused [2]error
		var both sync.WaitGroup
		for i, other := range [2]uuid.UUID{b, a} {
			both.Go(func() {
				refused[i] = o.db.InTx(o.ctx, actors[i], o.clock, func(ctx context.Context, tx *postgres.Tx) error {
					return member.End(ctx, tx, member.EndInput{ID: other})
				})
			})
		}
		both.Wait()
		if (refused[0] == nil) == (refused[1] == nil) {
			t.Fatalf("both ends: %v", refused)
		}
		wants(t, errors.Join(refused[:]...), member.LastAdministrator)
		o.exec("update access_grant set to_day = '2026-03-17' where role = 'ADMINISTRATOR' and member_id in ($1, $2)", a, b)
	}
}

// Maker and approver of money do not meet in one human, whatever accounts he has, whoever he stands in for.
func TestRolesThatDoNotMeet(t *testing.T) {
	o := newOffice(t)
	maker, other, twin, person := o.hire("ASL"), o.hire("ASL"), o.hire("ASL"), uuid.New()
	officer := o.bestow(maker, access.PaymentsOfficer, "ASL")
	apart := func(err error) {
		t.Helper()
		wants(t, err, member.RolesApart, "role")
	}
	apart(o.grant(o.chief, maker, access.Approver, "ASL"))
	apart(o.grant(o.chief, maker, access.Approver, "CARRARA"))
	o.exec("update member set person_id = $1 where id in ($2, $3)", person, maker, twin)
	apart(o.grant(o.chief, twin, access.Approver, "ASL"))
	o.exec("update member set person_id = null, fiscal_index = array['x'::bytea] where id in ($1, $2)", maker, twin)
	apart(o.grant(o.chief, twin, access.Approver, "ASL"))
	o.exec("update member set fiscal_index = null")
	o.exec("update member set email = (select upper(email) from member where id = $1) where id = $2", maker, twin)
	apart(o.grant(o.chief, twin, access.Approver, "ASL"))
	o.exec("update member set email = id::text")

	o.must(o.delegate(maker, maker, other, "2026-03-20", "2026-03-25"))
	apart(o.grant(o.chief, other, access.Approver, "ASL"))
	o.must(o.grant(o.chief, other, access.Approver, "ASL", func(in *member.GrantInput) { in.Days = member.Days{From: day("2026-03-26")} }))
	wants(t, o.delegate(maker, maker, other, "2026-03-26", "2026-03-27"), member.RolesApart, "to")
	wants(t, o.delegate(maker, maker, other, "2026-04-26", "2026-04-27", officer), member.RolesApart, "to")

	// Who stands in for somebody with everything gets what he is given.
	absent, stand := o.hire("ASL"), o.hire("ASL")
	o.bestow(stand, access.Approver, "ASL")
	o.must(o.delegate(absent, absent, stand, "2026-04-01", "2026-04-10"))
	apart(o.grant(o.chief, absent, access.PaymentsOfficer, "ASL"))
	o.must(o.grant(o.chief, absent, access.PaymentsOfficer, "ASL", func(in *member.GrantInput) { in.Days = member.Days{From: day("2026-04-11")} }))
}

// Nobody is given a role by which he would work on his own case, or on that of who is entrusted to him by law, also where it stands in two records.
func TestWhoSeesAPersonGetsNoRoleOverHim(t *testing.T) {
	o := newOffice(t)
	kin, ada, guest := o.hire("PEGASO"), o.hire("PEGASO"), uuid.New()
	o.bestow(ada, access.PartnerCoordinator, "PEGASO")
	p := o.protected(nil)
	o.exec("update participation set protected = false, audience = organisation_line(organisation_id) where id = $1", p)
	see := func(who, p uuid.UUID) {
		o.exec(`insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, to_day, participation_id, audience)
			select gen_random_uuid(), $1, programme_id, 'LEGAL_REPRESENTATIVE', 'PERSON', person_id, '2026-03-01', '2026-04-30', id, audience from participation where id = $2`, who, p)
	}
	see(kin, p)
	for what, err := range map[string]error{"over the body": o.grant(o.boss, kin, access.PartnerCoordinator, "PEGASO"), "over the body above": o.grant(o.chief, kin, access.PaymentsOfficer, "ASL")} {
		t.Run(what, func(t *testing.T) { wants(t, err, member.RoleConflicts, "role") })
	}
	wants(t, o.delegate(ada, ada, kin, "", "2026-03-25"), member.RoleConflicts, "to")
	o.must(o.grant(o.chief, kin, access.Scout, "UISP"))          // another body's people
	o.must(o.grant(o.boss, kin, access.Administrator, "PEGASO")) // who administers sees nobody
	o.must(o.grant(o.boss, kin, access.PartnerCoordinator, "PEGASO", func(in *member.GrantInput) { in.Days.From = day("2026-05-01") }))

	twin, aunt := o.protected(nil), o.hire("PEGASO")
	o.exec("update participation set protected = false, organisation_id = $2, audience = organisation_line($2) where id = $1", twin, o.orgs["AIAS"])
	see(aunt, twin)
	o.must(o.grant(o.boss, aunt, access.PartnerCoordinator, "PEGASO"))
	o.exec("update person set merged_into = (select person_id from participation where id = $1) where id = (select person_id from participation where id = $2)", p, twin)
	wants(t, o.grant(o.boss, aunt, access.Scout, "PEGASO"), member.RoleConflicts, "role")

	o.exec(`insert into member (id, issuer, subject, email, name, audience, answering) values ($1, 'test', $2, $2, 'Ospite', array[$1::uuid], '{}')`, guest, guest.String())
	see(guest, p)
	id := o.invited(o.boss, "PEGASO", func(in *member.InviteInput) {
		in.Roles = []member.GrantInput{{ID: uuid.New(), Role: access.Scout, Organisation: o.orgs["PEGASO"]}}
	})
	wants(t, o.directory().Accept(o.ctx, o.secretOf(id).Hash(), member.Identity{Issuer: "test", Subject: guest.String()}), member.RoleConflicts, "secret")
}
