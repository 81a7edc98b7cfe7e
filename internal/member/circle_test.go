package member_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
)

// protected makes a protected participation, with a case manager or none.
func (o *office) protected(manager *uuid.UUID) uuid.UUID {
	o.t.Helper()
	person, id := uuid.New(), uuid.New()
	o.exec("insert into person (id, given_name, family_name, birth_day, sex, citizenship, municipality, origin, audience) values ($1, 'Prova', 'Inventata', '1990-05-17', 'FEMALE', 'IT', '045003', 'ENTERED', '{}')", person)
	o.exec(`insert into participation (id, programme_id, person_id, organisation_id, state, state_since, referred_on, origin, audience, protected, case_manager_id)
		values ($1, $2, $3, $4, 'ACTIVE', '2026-01-01', '2026-01-01', 'ENTERED', '{}', true, $5)`, id, o.programme, person, o.orgs["PEGASO"], manager)
	return id
}

// name puts a member into a circle in a role.
func (o *office) name(participation, id uuid.UUID, role access.Role) {
	o.t.Helper()
	o.exec("insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, audience) values (gen_random_uuid(), $1, $2, $3, 'CIRCLE', $4, '2026-02-01', '{}')",
		id, o.programme, string(role), participation)
}

// inCircle says whether somebody who signs in sees the participation as one who is named.
func (o *office) inCircle(participation, id uuid.UUID) bool {
	o.t.Helper()
	return slices.ContainsFunc(o.as(id).Grants, func(g access.Grant) bool { return g.Key == access.CircleKey(o.programme, participation) })
}

// TestACircleEndsWithTheRole in which somebody is named, when it is taken away and when its days are over.
func TestACircleEndsWithTheRole(t *testing.T) {
	o := newOffice(t)
	ada, eva := o.hire("PEGASO"), o.hire("PEGASO")
	hers := o.bestow(ada, access.CaseManager, "PEGASO")
	again := o.bestow(ada, access.Tutor, "PEGASO")
	o.bestow(eva, access.Coordinator, "PEGASO")
	p := o.protected(nil)
	o.name(p, ada, access.CaseManager)
	o.name(p, eva, access.Coordinator)
	o.must(o.endGrant(o.boss, again, ""))
	if !o.inCircle(p, ada) {
		t.Error("named no more, though the role stands")
	}
	more := uuid.New()
	o.exec("insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, to_day, organisation_id, audience) select $1, member_id, programme_id, role, scope, over_id, '2025-02-01', '2026-03-25', organisation_id, audience from access_grant where id = $2", more, hers)
	o.must(o.endGrant(o.boss, hers, ""))
	if !o.inCircle(p, ada) {
		t.Error("named no more, though another grant of the role stands")
	}
	o.at("2026-03-26")
	if o.inCircle(p, ada) || !o.inCircle(p, eva) {
		t.Error("named still, though the last grant of the role is over")
	}
	var last string
	o.one("select to_day::text from access_grant where scope = 'CIRCLE' and member_id = $1", &last, ada)
	if last != "2026-03-25" {
		t.Errorf("the last day in the circle is %s", last)
	}
}

// TestTheLastOfACircleKeepsTheRole until somebody else could lift the protection.
func TestTheLastOfACircleKeepsTheRole(t *testing.T) {
	for name, c := range map[string]struct {
		others func(o *office, p, eva uuid.UUID)
		role   access.Role
		stays  bool
	}{
		"alone":                   {func(*office, uuid.UUID, uuid.UUID) {}, access.CaseManager, true},
		"with a tutor":            {func(o *office, p, eva uuid.UUID) { o.bestow(eva, access.Tutor, "PEGASO"); o.name(p, eva, access.Tutor) }, access.CaseManager, true},
		"with one without a role": {func(o *office, p, eva uuid.UUID) { o.name(p, eva, access.Coordinator) }, access.CaseManager, true},
		"with one who has left": {func(o *office, p, eva uuid.UUID) {
			o.bestow(eva, access.Coordinator, "PEGASO")
			o.name(p, eva, access.Coordinator)
			o.exec("update member set ended_on = '2026-03-01' where id = $1", eva)
		}, access.CaseManager, true},
		"with a coordinator": {func(o *office, p, eva uuid.UUID) {
			o.bestow(eva, access.Coordinator, "PEGASO")
			o.name(p, eva, access.Coordinator)
		}, access.CaseManager, false},
		"with another manager": {func(o *office, p, eva uuid.UUID) {
			o.bestow(eva, access.CaseManager, "PEGASO")
			o.exec("update participation set case_manager_id = $1 where id = $2", eva, p)
		}, access.CaseManager, false},
		"in a role that lifts not": {func(*office, uuid.UUID, uuid.UUID) {}, access.Tutor, false},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			ada, eva := o.hire("PEGASO"), o.hire("PEGASO")
			held := o.bestow(ada, c.role, "PEGASO")
			p := o.protected(nil)
			o.name(p, ada, c.role)
			c.others(o, p, eva)
			for what, err := range []error{o.endGrant(o.boss, held, ""), o.end(o.boss, ada, "")} {
				if c.stays {
					wants(t, err, member.LastOfCircle)
				} else if err != nil {
					t.Errorf("end %d: %v", what, err)
				}
			}
			var stands bool
			o.one("select to_day is null from access_grant where id = $1", &stands, held)
			if stands != c.stays {
				t.Errorf("the role stands: %v", stands)
			}
		})
	}
	t.Run("whose case it is", func(t *testing.T) {
		o := newOffice(t)
		ada, eva := o.hire("PEGASO"), o.hire("PEGASO")
		held := o.bestow(ada, access.CaseManager, "PEGASO")
		o.bestow(eva, access.CaseManager, "PEGASO")
		p := o.protected(&ada)
		wants(t, o.endGrant(o.boss, held, ""), member.LastOfCircle)
		wants(t, o.end(o.boss, ada, ""), member.LastOfCircle)
		o.exec("update participation set case_manager_id = $1 where id = $2", eva, p)
		o.must(o.end(o.boss, ada, ""))
	})
}
