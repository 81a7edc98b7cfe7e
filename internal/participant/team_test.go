package participant_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

func (o *office) team(actor access.Actor, in participant.TeamInput) error {
	return o.in(actor, func(ctx context.Context, tx *postgres.Tx) error { return o.room.AssignTeam(ctx, tx, in) })
}

func (o *office) assign(actor access.Actor, id uuid.UUID, manager, tutor *uuid.UUID) {
	o.t.Helper()
	if err := o.team(actor, participant.TeamInput{Participation: id, CaseManager: manager, Tutor: tutor}); err != nil {
		o.t.Fatal(err)
	}
}

// count is how many rows of a table row-level security lets the actor read.
func (o *office) count(actor access.Actor, table string) (n int) {
	o.t.Helper()
	o.must(actor, func(ctx context.Context, tx *postgres.Tx) error {
		return tx.NewRaw("select count(*) from "+table).Scan(ctx, &n)
	})
	return n
}

var underParticipation = []string{"participation_group", "participation_trait", "exclusion_check", "verdict", "verdict_finding", "entry_snapshot"}

func TestTeamMovesTheAudienceOfEverything(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	want := []uuid.UUID{o.orgs["AIAS"], o.orgs["ASL"], access.CaseKey(o.programme, o.manager), access.TutorKey(o.programme, o.other), access.PersonKey(o.programme, made.Person)}
	o.assign(o.aias, made.Participation, nil, &o.other)
	check := func(table, where string, id uuid.UUID) {
		var keys []uuid.UUID
		o.one("select audience from "+table+" where "+where+" = $1 limit 1", &keys, id)
		for _, k := range want {
			if !slices.Contains(keys, k) || len(keys) != len(want) {
				t.Errorf("%s: audience %v, want %v", table, keys, want)
			}
		}
	}
	check("participation", "id", made.Participation)
	check("person", "id", made.Person)
	check("person_code", "person_id", made.Person)
	for _, table := range underParticipation {
		check(table, "participation_id", made.Participation)
	}
	o.keyed()
	o.exec("update participation set referred_on = referred_on - 1")
	o.keyed()
	before, after := o.as(o.tutor, access.Tutor), o.as(o.other, access.Tutor)
	if o.count(before, "participation") != 0 || o.count(before, "person") != 0 || o.count(after, "participation") != 1 {
		t.Error("the former tutor still sees the person, or the new one does not")
	}
	if got := o.text("select string_agg(kind || ' ' || cardinality(audience), ', ' order by seq) from outbox where seq > (select max(seq) - 3 from outbox)"); got != "CHANGED 4, ENTERED 1, LEFT 1" {
		t.Errorf("news: %s", got)
	}
}

// keyed checks that participations stand under exactly the keys of their audience, at their day.
func (o *office) keyed() {
	o.t.Helper()
	if wrong := o.text(`select string_agg(to_json(x)::text, ', ') from (
		(table participation_key except select k, programme_id, referred_on, sought, id from participation, unnest(audience) k) union all
		(select k, programme_id, referred_on, sought, id from participation, unnest(audience) k except table participation_key)) x`); wrong != "" {
		o.t.Errorf("participations by key differ from their audiences in %s", wrong)
	}
	if n := o.text("select count(*) from participation_key"); n == "0" {
		o.t.Error("no participation stands under a key")
	}
}

// Until when somebody accompanied a person is kept as he stops, and his days follow on those of who did so before.
func TestTheTermOfATutorIsKept(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	var first uuid.UUID
	o.one("select coalesce(tutor_id, '00000000-0000-0000-0000-000000000000') from participation where id = $1", &first, made.Participation)
	for _, tutor := range []uuid.UUID{o.other, o.other, first} {
		if tutor != uuid.Nil {
			o.assign(o.aias, made.Participation, nil, &tutor)
		}
	}
	var terms string
	o.one("select coalesce(string_agg(member_id || ' ' || (from_day <= to_day), ', ' order by member_id <> $2, to_day), '') from tutor_term where participation_id = $1", &terms, made.Participation, first)
	want := fmt.Sprintf("%s true, %s true", first, o.other)
	if terms != want {
		t.Errorf("%s, want %s", terms, want)
	}
}

func TestTeamIsChecked(t *testing.T) {
	o := newOffice(t)
	id := o.referred(o.aias, "AIAS", mario).Participation
	nobody, one := uuid.New(), 7
	wants(t, o.team(o.aias, participant.TeamInput{Participation: id, Tutor: &nobody}), refusal.NotFound, "tutor")
	wants(t, o.team(o.staffed(o.aias), participant.TeamInput{Participation: id, Tutor: &o.manager}), participant.TeamRole, "tutor")
	wants(t, o.team(o.aias, participant.TeamInput{Participation: id, CaseManager: &o.tutor}), participant.TeamRole, "caseManager")
	wants(t, o.team(o.aias, participant.TeamInput{Participation: id, Tutor: &o.tutor, Expected: &one}), refusal.RevisionConflict, "expectedRevision")
	wants(t, o.team(o.aias, participant.TeamInput{Participation: id}), refusal.InvalidValue, "tutor")
	o.assign(o.aias, id, &o.manager, nil)
	wants(t, o.team(o.as(o.manager, access.CaseManager), participant.TeamInput{Participation: id, Tutor: &o.tutor}), refusal.NotAllowed)
	if err := o.team(o.pegaso, participant.TeamInput{Participation: id, Tutor: &o.tutor}); !isNotFound(err) {
		t.Errorf("another partner: %v", err)
	}
	o.exec("update access_grant set to_day = '2026-03-17' where member_id = $1", o.tutor)
	wants(t, o.team(o.aias, participant.TeamInput{Participation: id, Tutor: &o.tutor}), participant.TeamRole, "tutor")
}

func (o *office) staffed(a access.Actor) access.Actor {
	a.Grants = append(slices.Clone(a.Grants), access.Grant{Role: access.Staff, Programme: o.programme, Key: o.orgs["AIAS"]})
	return a
}

func TestTeamChangesWhoseTurnItIs(t *testing.T) {
	o := newOffice(t)
	id := o.referred(o.aias, "AIAS", mario).Participation
	o.cleared(id)
	o.walk(o.aias, id, access.CheckEligibility, access.AdmitParticipant)
	var told []string
	o.room.OnState = append(o.room.OnState, recorder(&told))
	o.assign(o.aias, id, &o.manager, nil)
	if got := fmt.Sprint(told); got != "[EVALUATION>EVALUATION]" {
		t.Errorf("those who keep clocks are told %s", got)
	}
}

// A request that comes a second time without an id of its own finds its team already there: nothing changes and nobody is told.
func TestTheSameTeamAgainIsNoChange(t *testing.T) {
	o := newOffice(t)
	id := o.active().Participation
	before := o.text("select (select revision from participation) || ' ' || (select count(*) from outbox)")
	o.assign(o.aias, id, &o.manager, &o.tutor)
	if after := o.text("select (select revision from participation) || ' ' || (select count(*) from outbox)"); after != before {
		t.Errorf("revision and events were %s and are %s", before, after)
	}
}

// Rows that carry their keys already are left untouched, the facts at entry among them.
func TestSpreadingTheSameKeysTouchesNothing(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	versions := func() string {
		return o.text(`select string_agg(xmin::text, ' ' order by k) from (select 1 as k, xmin from participation union all select 2, xmin from person
			union all select 3, xmin from person_code union all select 4, xmin from entry_snapshot union all select 5, xmin from verdict) x`)
	}
	before := versions()
	o.must(o.aias, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := tx.NewRaw("select spread_audience(id, audience) from participation where id = ?", made.Participation).Exec(ctx)
		return err
	})
	if after := versions(); after != before {
		t.Errorf("rows were written: %s, then %s", before, after)
	}
	o.exec("update entry_snapshot set isced = isced")
	if _, err := o.owner.Exec(o.ctx, "update entry_snapshot set isced = 8, audience = '{}'"); err == nil {
		t.Error("the facts at entry are overwritten together with the audience")
	}
}

// Whoever holds a connection of the application's hands out no key that the participation's own facts do not imply, and takes none away.
func TestSpreadingTakesNoOtherKeys(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	for name, keys := range map[string]string{"a key of another body": "audience || '" + o.orgs["PEGASO"].String() + "'::uuid", "fewer keys": "array_remove(audience, '" + o.orgs["AIAS"].String() + "')",
		"none": "'{}'", "null": "null", "a member's own": "audience || '" + o.aias.Member.String() + "'::uuid"} {
		err := o.in(o.aias, func(ctx context.Context, tx *postgres.Tx) error {
			_, err := tx.NewRaw("select spread_audience(id, "+keys+") from participation where id = ?", made.Participation).Exec(ctx)
			return err
		})
		if err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if n := o.count(o.pegaso, "participation"); n != 0 {
		t.Error("another body sees the participation")
	}
}
