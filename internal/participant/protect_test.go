package participant_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

func (o *office) protect(actor access.Actor, id uuid.UUID, named ...participant.Named) error {
	return o.in(actor, func(ctx context.Context, tx *postgres.Tx) error {
		return o.room.Protect(ctx, tx, participant.ProtectInput{Participation: id, Named: named})
	})
}

func (o *office) unprotect(actor access.Actor, id uuid.UUID) error {
	return o.in(actor, func(ctx context.Context, tx *postgres.Tx) error { return o.room.Unprotect(ctx, tx, id, nil) })
}

func TestProtectionIsChecked(t *testing.T) {
	o := newOffice(t)
	id := o.referred(o.aias, "AIAS", mario).Participation
	wants(t, o.protect(o.aias, id), refusal.NotAllowed)
	if err := o.protect(o.pegaso, id); !isNotFound(err) {
		t.Errorf("another partner: %v", err)
	}
	wants(t, o.protect(o.lead, id), participant.CircleClosed, "named")
	wants(t, o.protect(o.lead, id, participant.Named{Member: o.tutor, Role: access.Tutor}), participant.CircleClosed, "named")
	manager := participant.Named{Member: o.manager, Role: access.CaseManager}
	passing := manager
	passing.To = today
	wants(t, o.protect(o.lead, id, passing), participant.CircleClosed, "named")
	past := manager
	past.To = today.AddDays(-1)
	wants(t, o.protect(o.lead, id, manager, past), refusal.InvalidValue, "named", "1", "member")
	wants(t, o.protect(o.lead, id, past), refusal.InvalidValue, "named", "0", "to")
	wants(t, o.protect(o.lead, id, participant.Named{Member: o.manager, Role: access.Coordinator}), participant.TeamRole, "named", "0", "member")
	wants(t, o.protect(o.lead, id, participant.Named{Member: o.manager, Role: access.DPO}), refusal.InvalidValue, "named", "0", "role")
	wants(t, o.protect(o.lead, id, participant.Named{Member: uuid.New(), Role: access.Tutor}), refusal.NotFound, "named", "0", "member")
	wants(t, o.unprotect(o.lead, id), participant.NotProtected, "participant")
	if n := o.text("select count(*) from access_grant where scope = 'CIRCLE'"); n != "0" {
		t.Errorf("%s are named by acts that were refused", n)
	}
}

// Who is named changes with the act: the former are named no more, and their days stay on record.
func TestACircleChanges(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	name := func(members ...uuid.UUID) {
		t.Helper()
		var named []participant.Named
		for _, m := range members {
			named = append(named, participant.Named{Member: m, Role: access.Tutor, To: today.AddDays(30)})
		}
		wants(t, o.protect(o.as(o.manager, access.CaseManager), made.Participation, named...), refusal.NotFound, "named", "0", "member") // browses no colleagues
		manager := o.as(o.manager, access.CaseManager)
		manager.Grants = append(manager.Grants, access.Grant{Role: access.Staff, Programme: o.programme, Key: o.orgs["AIAS"]})
		if err := o.protect(manager, made.Participation, named...); err != nil {
			t.Fatal(err)
		}
	}
	circle := func() string {
		return o.text("select string_agg((member_id = $1)::text || ' ' || from_day || ' ' || to_day, ', ' order by from_day, member_id = $1) from access_grant where scope = 'CIRCLE'", o.other)
	}
	name(o.other)
	if got := circle(); got != "true 2026-03-18 2026-04-17" {
		t.Errorf("named: %s", got)
	}
	o.now = o.now.AddDate(0, 0, 2)
	name(o.tutor)
	if got := circle(); got != "true 2026-03-18 2026-03-19, false 2026-03-20 2026-04-17" {
		t.Errorf("named: %s", got)
	}
	circleKey := access.CircleKey(o.programme, made.Participation)
	if key := o.text("select key from access_grant where scope = 'CIRCLE' and member_id = $1", o.tutor); key != circleKey.String() {
		t.Errorf("the grant opens %s", key)
	}
	if o.count(o.actor(o.tutor, access.Tutor, circleKey), "participation") != 1 {
		t.Error("who is named does not see the participation")
	}
	if got, _ := o.show(o.as(o.manager, access.CaseManager), made.Participation, leaf("protected"), leaf("pseudonym")); got["protected"] != true || len(got["pseudonym"].(string)) != 8 {
		t.Errorf("it shows as %v", got)
	}
	o.now = o.now.AddDate(0, 0, 1)
	if err := o.unprotect(o.as(o.manager, access.CaseManager), made.Participation); err != nil {
		t.Fatal(err)
	}
	if got := circle(); got != "true 2026-03-18 2026-03-19, false 2026-03-20 2026-03-20" {
		t.Errorf("named after all: %s", got)
	}
}

// A protected person is known to others and no more, and stays protected when another organisation's people are referred again.
func TestOthersOnlyKnowOfAProtectedPerson(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	if err := o.protect(o.lead, made.Participation); err != nil {
		t.Fatal(err)
	}
	for _, actor := range []access.Actor{o.lead, o.aias, o.pegaso} {
		if found, err := o.lookUp(actor, mario.FiscalCode); err != nil || found.Answer != participant.Known || found.Participation != nil {
			t.Errorf("the look-up answers %+v", found)
		}
	}
	_, err := o.refer(o.aias, "AIAS", mario)
	wants(t, err, participant.KnownElsewhere, "fiscalCode")
	if n := o.count(o.lead, "person"); n != 0 {
		t.Errorf("the lead sees %d persons", n)
	}
}

// house is the actor of the house's own services.
func (o *office) house() access.Actor {
	return access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: access.System, Programme: o.programme, Key: o.orgs["ASL"]},
		{Role: access.System, Programme: o.programme, Key: access.HouseKey(o.programme)}}}
}

func (o *office) keepReachable() {
	o.t.Helper()
	o.must(o.house(), func(ctx context.Context, tx *postgres.Tx) error {
		return o.room.KeepReachable(ctx, tx, []uuid.UUID{o.programme})
	})
}

// A protection that nobody could lift any more, since the days of a role are over, falls to who coordinates at the lead body, and to nobody else.
func TestAProtectionStaysReachable(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	coordinates := func(body string) uuid.UUID {
		id := o.hire(access.Tutor)
		o.exec("insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, audience) values (gen_random_uuid(), $1, $2, 'COORDINATOR', 'ORGANISATION', $3, '2025-01-01', '{}')",
			id, o.programme, o.orgs[body])
		return id
	}
	lead, kin, partner, invited := coordinates("ASL"), coordinates("ASL"), coordinates("AIAS"), coordinates("ASL")
	o.exec("update member set issuer = null, subject = null where id = $1", invited)
	o.exec(`insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, participation_id, audience)
		select gen_random_uuid(), $1, programme_id, 'LEGAL_REPRESENTATIVE', 'PERSON', person_id, '2026-03-01', id, audience from participation where id = $2`, kin, made.Participation)
	o.exec("update access_grant set to_day = $1 where member_id = $2", today.AddDays(3).String(), o.manager)
	if err := o.protect(o.lead, made.Participation); err != nil {
		t.Fatal(err)
	}
	named := func() string {
		return o.text("select string_agg(member_id::text, ' ') from access_grant where scope = 'CIRCLE'")
	}
	o.now = o.now.AddDate(0, 0, 3)
	o.keepReachable()
	if got := named(); got != "" {
		t.Errorf("named while somebody could lift it: %s", got)
	}
	o.now = o.now.AddDate(0, 0, 1)
	for range 2 {
		o.keepReachable()
	}
	if got := named(); got != lead.String() {
		t.Errorf("named is %s, not %s alone (partner %s)", got, lead, partner)
	}
	if n := o.text("select count(*) from journal where act = 'protectParticipant' and actor_id <> $1", o.lead.Member); n != "1" {
		t.Errorf("%s entries of the journal by the house", n)
	}
	if err := o.unprotect(o.actor(lead, access.Coordinator, access.CircleKey(o.programme, made.Participation)), made.Participation); err != nil {
		t.Errorf("the protection is not lifted: %v", err)
	}
}

// Nobody but the house has a circle handed on.
func TestOnlyTheHouseHandsACircleOn(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	if err := o.protect(o.lead, made.Participation); err != nil {
		t.Fatal(err)
	}
	o.exec("update access_grant set to_day = $1 where member_id = $2", today.AddDays(-1).String(), o.manager)
	for _, by := range []access.Actor{o.lead, o.as(o.manager, access.CaseManager)} {
		if err := o.in(by, func(ctx context.Context, tx *postgres.Tx) error {
			_, err := tx.NewRaw("select circle_heirs(?, '{COORDINATOR}', ?)", made.Participation, today).Exec(ctx)
			return err
		}); err == nil {
			t.Error("a circle is handed on by who is not the house")
		}
		if n := o.count(by, "circles_closed(array['"+o.programme.String()+"']::uuid[], '{COORDINATOR}', '2026-03-18')"); n != 0 {
			t.Errorf("%d closed circles are told", n)
		}
	}
}

// Nobody protects into the hands of a case manager who could not lift it: he holds the role no more, or has not come.
func TestAProtectionIsOpenWhenItBegins(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	o.exec("update member set issuer = null, subject = null where id = $1", o.manager)
	wants(t, o.protect(o.lead, made.Participation), participant.CircleClosed, "named")
	o.exec("update member set issuer = 'test', subject = id::text where id = $1", o.manager)
	if err := o.protect(o.lead, made.Participation); err != nil {
		t.Fatal(err)
	}
	next := o.hire(access.CaseManager)
	circle := access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: access.Coordinator, Programme: o.programme, Key: access.CircleKey(o.programme, made.Participation)},
		{Role: access.Staff, Programme: o.programme, Key: o.orgs["ASL"]}}}
	assign := func() error {
		return o.in(circle, func(ctx context.Context, tx *postgres.Tx) error {
			return o.room.AssignTeam(ctx, tx, participant.TeamInput{Participation: made.Participation, CaseManager: &next})
		})
	}
	o.exec("update member set issuer = null, subject = null where id = $1", next)
	wants(t, assign(), participant.CircleClosed, "caseManager")
	o.exec("update member set issuer = 'test', subject = id::text where id = $1", next)
	if err := assign(); err != nil {
		t.Error(err)
	}
}
