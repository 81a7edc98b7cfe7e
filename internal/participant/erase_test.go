package participant_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

func (o *office) dpo() access.Actor { return o.actor(uuid.New(), access.DPO, o.orgs["ASL"]) }

func (o *office) erase(actor access.Actor, person uuid.UUID) error {
	return o.in(actor, func(ctx context.Context, tx *postgres.Tx) error {
		return o.room.Erase(ctx, tx, participant.EraseInput{Person: person, Reason: participant.RetentionEnded})
	})
}

func (o *office) hold(actor access.Actor, person uuid.UUID, hold bool, reason string) error {
	return o.in(actor, func(ctx context.Context, tx *postgres.Tx) error {
		return o.room.Hold(ctx, tx, participant.HoldInput{Person: person, Hold: hold, Reason: reason})
	})
}

// closed is somebody whose case was closed so long ago that the data may go today.
func (o *office) closed() participant.Referral {
	o.t.Helper()
	made := o.active()
	o.walk(o.aias, made.Participation, access.CompleteParticipant, access.AskFirstResult, access.AskSecondResult, access.CloseParticipant)
	o.now = o.now.AddDate(0, 0, 2192)
	return made
}

func TestWhoMayErase(t *testing.T) {
	o := newOffice(t)
	made := o.closed()
	for name, actor := range map[string]access.Actor{"coordinator": o.lead, "partner": o.aias, "case manager": o.as(o.manager, access.CaseManager),
		"administrator": o.actor(uuid.New(), access.Administrator, o.orgs["ASL"]), "nobody": {Member: uuid.New()}} {
		t.Log(name)
		wants(t, o.erase(actor, made.Person), refusal.NotAllowed)
		wants(t, o.hold(actor, made.Person, true, "Ricorso"), refusal.NotAllowed)
		for _, sql := range []string{"select erase_person(?, now())", "select hold_person(?, true)"} {
			err := o.in(actor, func(ctx context.Context, tx *postgres.Tx) error {
				_, err := tx.NewRaw(sql, made.Person).Exec(ctx)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "not the actor's to erase") {
				t.Errorf("%s: %v", sql, err)
			}
		}
	}
	for _, sql := range []string{"select blank_person(?)", "select destroy_person_key(?, now(), null)"} {
		if err := o.in(o.dpo(), func(ctx context.Context, tx *postgres.Tx) error {
			_, err := tx.NewRaw(sql, made.Person).Exec(ctx)
			return err
		}); err == nil {
			t.Errorf("the application may %s", sql)
		}
	}
	stranger := access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: access.DPO, Programme: uuid.New(), Key: uuid.New()}}}
	wants(t, o.erase(stranger, made.Person), refusal.NotFound, "person")
	wants(t, o.erase(o.dpo(), uuid.New()), refusal.NotFound, "person")
	other, lead := o.elsewhere(made.Person)
	wants(t, o.erase(o.dpo(), made.Person), participant.InOtherProgrammes, "person")
	both := o.dpo()
	both.Grants = append(both.Grants, access.Grant{Role: access.DPO, Programme: other, Key: lead})
	wants(t, o.erase(both, made.Person), participant.CaseOpen, "person")
	o.exec("update participation set state = 'REJECTED' where programme_id = $1", other)
	o.exec("insert into policy_version select gen_random_uuid(), $1, 1, valid_from, applied_at, rules_hash, '{}' from policy_version where programme_id = $2 limit 1", other, o.programme)
	o.exec(`insert into policy_rule select gen_random_uuid(), v.id, r.position, r.code, r.value, r.unit, r.label, r.source, r.confirmed, '{}' from policy_version v, policy_rule r
		where v.programme_id = $1 and r.version_id = policy_on($2, '2026-06-01')`, other, o.programme)
	if err := o.erase(both, made.Person); err != nil {
		t.Fatal(err)
	}
	if got := o.text(`select string_agg(subject_kind || ' ' || sealed || ' ' || coalesce(convert_from(detail, 'UTF8')::jsonb ->> 'reason', 'null'), ', ' order by subject_kind, seq)
		from journal where act = 'erasePerson'`); got != "Participant false null, Participant false null, Person false RETENTION_ENDED, Person false RETENTION_ENDED" {
		t.Errorf("the journal tells %s", got)
	}
}

// elsewhere has the person referred in another programme.
func (o *office) elsewhere(person uuid.UUID) (programme, lead uuid.UUID) {
	o.t.Helper()
	programme, lead = uuid.New(), uuid.New()
	o.exec(`insert into programme (id, code, name, cup, project_code, from_day, to_day, budget_cents, file_hash, audience)
		values ($1, 'ALTRO', 'Altro', '', '', '2026-01-01', '2028-12-31', 0, '', '{}')`, programme)
	o.exec("insert into organisation (id, programme_id, code, name, kind, position, audience) values ($1, $2, 'LEAD', 'Capofila', 'LEAD', 1, '{}')", lead, programme)
	o.exec(`insert into participation (id, programme_id, person_id, organisation_id, state, state_since, referred_on, origin, audience)
		values (gen_random_uuid(), $1, $2, $3, 'REFERRED', '2026-01-01', '2026-01-01', 'ENTERED', array[$3::uuid])`, programme, person, lead)
	return programme, lead
}

// TestWhatKeepsAPersonsData: an open case, the policy's time, a hold.
func TestWhatKeepsAPersonsData(t *testing.T) {
	o := newOffice(t)
	made, dpo := o.active(), o.dpo()
	wants(t, o.erase(dpo, made.Person), participant.CaseOpen, "person")
	o.walk(o.aias, made.Participation, access.CompleteParticipant, access.AskFirstResult, access.AskSecondResult)
	wants(t, o.erase(dpo, made.Person), participant.CaseOpen, "person")
	o.walk(o.aias, made.Participation, access.CloseParticipant)
	o.now = o.now.AddDate(0, 0, 2191)
	wants(t, o.erase(dpo, made.Person), participant.RetentionRuns, "person")
	o.now = o.now.AddDate(0, 0, 1)
	wants(t, o.hold(dpo, made.Person, true, " \t"), refusal.InvalidValue, "reason")
	if err := o.hold(dpo, made.Person, true, "Ricorso al TAR"); err != nil {
		t.Fatal(err)
	}
	wants(t, o.erase(dpo, made.Person), participant.OnHold, "person")
	if err := o.hold(dpo, made.Person, false, "Ricorso deciso"); err != nil {
		t.Fatal(err)
	}
	if got := o.text("select count(*) || ' ' || count(*) filter (where sealed and person_id = $1) from journal where act = 'holdPerson'", made.Person); got != "2 2" {
		t.Errorf("holds on record, sealed: %s", got)
	}
	wants(t, o.in(dpo, func(ctx context.Context, tx *postgres.Tx) error {
		return o.room.Erase(ctx, tx, participant.EraseInput{Person: made.Person, Reason: "Mario Rossi lo chiede"})
	}), refusal.InvalidValue, "reason")
	if got := o.text("select count(*) from destroyed_key"); got != "0" {
		t.Errorf("%s keys were destroyed by acts that were refused", got)
	}
	if err := o.erase(dpo, made.Person); err != nil {
		t.Fatal(err)
	}
	wants(t, o.erase(dpo, made.Person), participant.AlreadyErased, "person")
	wants(t, o.hold(dpo, made.Person, true, "Tardi"), participant.AlreadyErased, "person")
	again := o.referred(o.aias, "AIAS", mario)
	if again.Person == made.Person {
		t.Error("somebody erased is known again by his code")
	}
}

// TestSomebodyRejectedIsKeptShorter, and nothing can be done with what is left.
func TestSomebodyRejectedIsKeptShorter(t *testing.T) {
	o := newOffice(t)
	made := o.referred(o.aias, "AIAS", clara)
	reason := o.text("select code from code_item where list = 'exit_reasons' order by position limit 1")
	o.must(o.aias, func(ctx context.Context, tx *postgres.Tx) error {
		return o.room.Reject(ctx, tx, participant.ExitInput{Step: participant.Step{Participation: made.Participation}, Reason: reason})
	})
	o.now = o.now.AddDate(0, 0, 365)
	wants(t, o.erase(o.dpo(), made.Person), participant.RetentionRuns, "person")
	o.now = o.now.AddDate(0, 0, 1)
	if err := o.erase(o.dpo(), made.Person); err != nil {
		t.Fatal(err)
	}
	wants(t, o.in(o.aias, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := o.room.CheckEligibility(ctx, tx, participant.Step{Participation: made.Participation})
		return err
	}), participant.AlreadyErased, "participant")
}
