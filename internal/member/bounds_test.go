package member_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// elsewhere is another programme in the same database, with a company, somebody who takes part, and a mandate.
type elsewhere struct{ programme, body, company, person, participation, mandate uuid.UUID }

func (o *office) elsewhere(code string, prog uuid.UUID) (e elsewhere) {
	o.t.Helper()
	e = elsewhere{programme: prog, company: uuid.New(), person: uuid.New(), participation: uuid.New(), mandate: uuid.New()}
	if prog == uuid.Nil {
		file := strings.NewReplacer("code: LACO3", "code: LACO4", "name: Lavoro in Corso 3", "name: Lavoro in Corso 4").Replace(string(programme.LavoroInCorso3))
		applied, err := programme.Apply(o.ctx, o.owner.Config().ConnString(), "laco4.yaml", []byte(file), o.clock)
		if err != nil {
			o.t.Fatal(err)
		}
		e.programme = applied.Programme
	}
	o.one("select id from organisation where programme_id = $1 and code = 'ASL'", &e.body, e.programme)
	o.exec("insert into company (id, name, entity_code, ateco, headcount, municipality, origin, audience) values ($1, 'Ditta', $2, '56.10', 3, '045003', 'ENTERED', array[$3::uuid])", e.company, code, e.body)
	o.exec("insert into person (id, given_name, family_name, birth_day, sex, citizenship, municipality, origin, audience) values ($1, 'Prova', 'Inventata', '1990-05-17', 'FEMALE', 'IT', '045003', 'ENTERED', '{}')", e.person)
	o.exec("insert into participation (id, programme_id, person_id, organisation_id, state, state_since, referred_on, origin, audience) values ($1, $2, $3, $4, 'REFERRED', '2026-01-01', '2026-01-01', 'ENTERED', '{}')",
		e.participation, e.programme, e.person, e.body)
	o.exec(`insert into mandate (id, programme_id, organisation_id, member_id, period_from, period_to, ends_on, document, state, opened_on, audience)
		values ($1, $2, $3, $4, '2026-01-01', '2026-02-01', '2026-12-31', 'x', 'OPEN', '2026-01-01', '{}')`, e.mandate, e.programme, e.body, o.boss)
	return e
}

// TestNoGrantReachesIntoAnotherProgramme: the database itself refuses, also its owner, a grant over what another programme holds. What is of
// the grant's own programme passes, so that each refusal is for this reason.
func TestNoGrantReachesIntoAnotherProgramme(t *testing.T) {
	o := newOffice(t)
	here, there := o.elsewhere("00743110157", o.programme), o.elsewhere("80005050507", uuid.Nil)
	grant := func(role access.Role, scope access.Scope, over uuid.UUID) string {
		return fmt.Sprintf("insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, audience) values (gen_random_uuid(), '%s', '%s', '%s', '%s', '%s', '2026-01-01', '{}')",
			o.boss, o.programme, role, scope, over)
	}
	tried := func(sql string) error {
		o.exec("begin")
		_, err := o.owner.Exec(o.ctx, sql)
		o.exec("rollback")
		return err
	}
	for name, sql := range map[string]func(elsewhere) string{
		"over a body":    func(e elsewhere) string { return grant(access.Coordinator, access.OverOrganisation, e.body) },
		"over a company": func(e elsewhere) string { return grant(access.HostTutor, access.OverCompany, e.company) },
		"over a person":  func(e elsewhere) string { return grant(access.Self, access.OverPerson, e.person) },
		"over a circle":  func(e elsewhere) string { return grant(access.Coordinator, access.OverCircle, e.participation) },
		"over a mandate": func(e elsewhere) string { return grant(access.Auditor, access.OverMandate, e.mandate) },
		"over a sample":  func(e elsewhere) string { return grant(access.SampleAuditor, access.OverSample, e.mandate) },
		"in a body's name": func(e elsewhere) string {
			return fmt.Sprintf("insert into access_grant (id, member_id, programme_id, role, over_id, from_day, organisation_id, audience) values (gen_random_uuid(), '%s', '%s', 'SCOUT', '%s', '2026-01-01', '%s', '{}')",
				o.boss, o.programme, o.orgs["ASL"], e.body)
		},
		"a delegation": func(e elsewhere) string {
			return fmt.Sprintf("insert into delegation (id, programme_id, member_id, to_member_id, every_grant, from_day, to_day, given_by, organisation_id, audience) values (gen_random_uuid(), '%s', '%s', '%s', true, '2026-01-01', '2026-02-01', '%[2]s', '%[4]s', '{}')",
				o.programme, o.boss, o.chief, e.body)
		},
		"a mandate": func(e elsewhere) string {
			return fmt.Sprintf("insert into mandate (id, programme_id, organisation_id, member_id, period_from, period_to, ends_on, document, state, opened_on, audience) values (gen_random_uuid(), '%s', '%s', '%s', '2026-01-01', '2026-02-01', '2026-12-31', 'x', 'OPEN', '2026-01-01', '{}')",
				o.programme, e.body, o.boss)
		},
		"a sample": func(e elsewhere) string {
			return fmt.Sprintf("insert into mandate_sample (id, mandate_id, programme_id, participation_id, drawn_on, audience) values (gen_random_uuid(), '%s', '%s', '%s', '2026-01-01', '{}')", here.mandate, o.programme, e.participation)
		},
	} {
		var refused *pgconn.PgError
		if err := tried(sql(there)); !errors.As(err, &refused) || refused.Code != "LA005" && refused.Code != "23503" {
			t.Errorf("%s of another programme: %v", name, err)
		}
		if err := tried(sql(here)); err != nil {
			t.Errorf("%s of the programme: %v", name, err)
		}
	}
	for _, scope := range []access.Scope{access.OverTutored, access.OverCases} {
		if err := tried(grant(access.Tutor, scope, o.chief)); err == nil {
			t.Errorf("a grant over the people of a colleague: %s", scope)
		}
	}
}

// TestOnlyHisOwnGrantsOfTheProgrammeAreHandedOn, whatever is asked for.
func TestOnlyHisOwnGrantsOfTheProgrammeAreHandedOn(t *testing.T) {
	o := newOffice(t)
	there := o.elsewhere("80005050507", uuid.Nil)
	abroad, mine := uuid.New(), o.bestow(o.boss, access.Scout, "PEGASO")
	o.exec("insert into access_grant (id, member_id, programme_id, role, over_id, from_day, audience) values ($1, $2, $3, 'COORDINATOR', $4, '2026-01-01', '{}')", abroad, o.boss, there.programme, there.body)
	delegation := uuid.New()
	o.exec("insert into delegation (id, programme_id, member_id, to_member_id, every_grant, from_day, to_day, given_by, organisation_id, audience) values ($1, $2, $3, $4, false, '2026-01-01', '2026-02-01', $3, $5, '{}')",
		delegation, o.programme, o.boss, o.chief, o.orgs["PEGASO"])
	for grant, want := range map[uuid.UUID]bool{abroad: false, o.bestow(o.chief, access.Coordinator, "ASL"): false, mine: true} {
		_, err := o.owner.Exec(o.ctx, "insert into delegation_grant values ($1, $2, $3, $4, '{}')", delegation, grant, o.boss, o.chief)
		if (err == nil) != want {
			t.Errorf("handed on %v: %v", want, err)
		}
	}
}

// TestRightsAreGivenInTheNameOfAnAdministratorsBodyOnly: the row's audience alone does not let it in.
func TestRightsAreGivenInTheNameOfAnAdministratorsBodyOnly(t *testing.T) {
	o := newOffice(t)
	there := o.elsewhere("80005050507", uuid.Nil)
	give := func(prog, body uuid.UUID) error {
		return o.in(o.boss, func(ctx context.Context, tx *postgres.Tx) error {
			_, err := tx.NewRaw(`insert into access_grant (id, member_id, programme_id, role, scope, over_id, from_day, organisation_id, audience)
				values (gen_random_uuid(), ?, ?, 'SCOUT', 'ORGANISATION', ?, '2026-04-01', ?, ?)`, o.chief, prog, body, body, "{"+o.orgs["PEGASO"].String()+"}").Exec(ctx)
			return err
		})
	}
	if err := give(there.programme, there.body); err == nil {
		t.Error("an administrator gave rights in another programme")
	}
	if err := give(o.programme, o.orgs["ASL"]); err == nil {
		t.Error("an administrator gave rights in the name of the body above")
	}
	if err := give(o.programme, o.orgs["PEGASO"]); err != nil {
		t.Errorf("in the name of the own body: %v", err)
	}
}
