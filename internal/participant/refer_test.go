package participant_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

func (o *office) lookUp(actor access.Actor, code string) (participant.LookUp, error) {
	var found participant.LookUp
	err := o.in(actor, func(ctx context.Context, tx *postgres.Tx) (err error) {
		found, err = o.room.LookUp(ctx, tx, o.programme, code)
		return err
	})
	return found, err
}

func TestLookUpIsFreeYoursOrKnown(t *testing.T) {
	o := newOffice(t)
	free, err := o.lookUp(o.aias, " rssmra85a01f023u ")
	if err != nil || free.Answer != participant.Free || free.Code != "RSSMRA85A01F023U" {
		t.Fatalf("before: %+v %v", free, err)
	}
	made := o.referred(o.aias, "AIAS", mario)
	for name, c := range map[string]struct {
		actor access.Actor
		want  participant.Answered
		shown bool
	}{"its own": {o.aias, participant.Yours, true}, "lead": {o.lead, participant.Yours, true}, "another partner": {o.pegaso, participant.Known, false}} {
		got, err := o.lookUp(c.actor, mario.FiscalCode)
		if err != nil || got.Answer != c.want {
			t.Errorf("%s: %s, %v", name, got.Answer, err)
		}
		if shown := got.Participation != nil && *got.Participation == made.Participation; shown != c.shown {
			t.Errorf("%s: participation shown: %v", name, shown)
		}
	}
	if _, err := o.lookUp(o.as(o.tutor, access.Tutor), mario.FiscalCode); err == nil {
		t.Error("a tutor may ask whether somebody takes part")
	}
	_, err = o.lookUp(o.aias, "RSSMRA85A01F023X")
	wants(t, err, refusal.InvalidValue, "fiscalCode")
}

func TestReferralWritesPersonAndParticipation(t *testing.T) {
	o := newOffice(t)
	var told []string
	o.room.OnState = append(o.room.OnState, recorder(&told))
	made := o.referred(o.uisp, "UISP", mario)
	want := fmt.Sprint([]uuid.UUID{o.orgs["UISP"], o.orgs["PEGASO"], o.orgs["ASL"], access.PersonKey(o.programme, made.Person)})
	for _, table := range []string{"participation where id", "participation_group where participation_id", "participation_trait where participation_id"} {
		var keys []uuid.UUID
		o.one("select audience from "+table+" = $1 limit 1", &keys, made.Participation)
		if fmt.Sprint(keys) != want {
			t.Errorf("%s: audience %v, want %s", table, keys, want)
		}
	}
	if got := o.text("select string_agg(class || ' ' || length(sealed), ', ' order by class) from participation_group"); got != "health 553, penal 553, protection 553, restricted 553" {
		t.Errorf("groups are not sealed at one length, class by class: %s", got)
	}
	if got := o.text("select groups || ' ' || quota_exempt from participation_fact"); got != "2 true" {
		t.Errorf("facts of the groups: %s", got)
	}
	if got := o.text("select string_agg(act || ' ' || kind, ', ') from outbox"); got != "referPerson ENTERED" {
		t.Errorf("news: %s", got)
	}
	if personal := strings.Join(o.urls.Details("true"), ""); strings.Contains(personal, "Rossi") || strings.Contains(personal, "RSSMRA") || personal == "" {
		t.Errorf("journal holds %s", personal)
	}
	if got := fmt.Sprint(told); got != "[>REFERRED]" {
		t.Errorf("hook: %s", got)
	}
	if v := made.Participation.Version(); v != 4 {
		t.Errorf("the id of a participation tells when it was made: version %d", v)
	}
}

func TestSamePersonTwiceIsRefused(t *testing.T) {
	o := newOffice(t)
	first := o.referred(o.aias, "AIAS", mario)
	again, err := o.refer(o.aias, "AIAS", mario)
	wants(t, err, participant.AlreadyReferred, "fiscalCode")
	if again.Participation != first.Participation {
		t.Error("the refusal does not lead to the participation")
	}
	hidden, err := o.refer(o.pegaso, "PEGASO", mario)
	wants(t, err, participant.KnownElsewhere, "fiscalCode")
	if hidden.Participation != uuid.Nil || hidden.Person != uuid.Nil {
		t.Error("the refusal tells an id of another body's person")
	}
	if n := o.text("select count(*) from person"); n != "1" {
		t.Errorf("%s persons", n)
	}
}

func TestTwoAtOnceMakeOnePerson(t *testing.T) {
	o := newOffice(t)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	made := make([]participant.Referral, len(errs))
	for i := range errs {
		wg.Go(func() { made[i], errs[i] = o.refer(o.aias, "AIAS", mario) })
	}
	wg.Wait()
	good := 0
	for i, err := range errs {
		if err == nil {
			good++
		} else {
			wants(t, err, participant.AlreadyReferred, "fiscalCode")
		}
		if made[i].Participation != made[0].Participation {
			t.Error("the refusal does not lead to the participation")
		}
	}
	if n := o.text("select count(*) from person"); good != 1 || n != "1" {
		t.Errorf("%d succeeded, %s persons", good, n)
	}
}

func TestOmocodiaMakesTwoPersonsAfterAWarning(t *testing.T) {
	o := newOffice(t)
	o.referred(o.pegaso, "PEGASO", referral("RCCMNL83S18D969H", "Manuel", "Rocco", "1983-11-18", participant.Male))
	twin := referral("RCCMNL83S18D96VW", "Manuele", "Racca", "1983-11-18", participant.Male)
	_, err := o.refer(o.aias, "AIAS", twin)
	wants(t, err, participant.CodeAlike, "fiscalCode")
	if _, err := o.refer(o.aias, "AIAS", twin, participant.CodeAlike.String()); err != nil {
		t.Fatal(err)
	}
	if n := o.text("select count(*) from person"); n != "2" {
		t.Errorf("%s persons: omocodia tells two apart", n)
	}
	if passed := o.urls.Details("j.seq = (select max(seq) from journal)"); len(passed) != 1 || !strings.Contains(passed[0], participant.CodeAlike.String()) {
		t.Errorf("the journal does not hold the warning: %s", passed)
	}
}

func TestReferralIsChecked(t *testing.T) {
	o := newOffice(t)
	for name, c := range map[string]struct {
		change func(*participant.ReferInput)
		code   *refusal.Code
		path   []string
	}{
		"code":       {func(in *participant.ReferInput) { in.FiscalCode = "RSSMRA85A01F023X" }, refusal.InvalidValue, []string{"fiscalCode"}},
		"no name":    {func(in *participant.ReferInput) { in.GivenName = "  " }, refusal.InvalidValue, []string{"givenName"}},
		"control":    {func(in *participant.ReferInput) { in.FamilyName = "Ro\x07ssi" }, refusal.InvalidValue, []string{"familyName"}},
		"unborn":     {func(in *participant.ReferInput) { in.BirthDay = today.AddDays(1) }, refusal.InvalidValue, []string{"birthDay"}},
		"born later": {func(in *participant.ReferInput) { in.BirthDay = calendar.MustDay("1985-01-02") }, participant.CodeMistyped, []string{"birthDay"}},
		"other sex":  {func(in *participant.ReferInput) { in.Sex = participant.Female }, participant.CodeMistyped, []string{"sex"}},
		"country":    {func(in *participant.ReferInput) { in.Citizenship = "ITA" }, refusal.InvalidValue, []string{"citizenship"}},
		"istat":      {func(in *participant.ReferInput) { in.Municipality = "F023" }, refusal.InvalidValue, []string{"municipality"}},
		"outside":    {func(in *participant.ReferInput) { in.Municipality = "011015" }, participant.MunicipalityOutside, []string{"municipality"}},
		"future":     {func(in *participant.ReferInput) { in.ReferredOn = today.AddDays(1) }, participant.DayAhead, []string{"referredOn"}},
		"phone":      {func(in *participant.ReferInput) { in.Phone = "call me" }, refusal.InvalidValue, []string{"phone"}},
		"email":      {func(in *participant.ReferInput) { in.Email = "a@b@c" }, refusal.InvalidValue, []string{"email"}},
		"group":      {func(in *participant.ReferInput) { in.Groups = []string{"DISABILITY", "TALL"} }, programme.CodeUnknown, []string{"groups", "1"}},
		"trait":      {func(in *participant.ReferInput) { in.Needs = []string{"KITCHEN"} }, programme.CodeUnknown, []string{"needs", "0"}},
		"sector":     {func(in *participant.ReferInput) { in.Wishes = []string{"PART_TIME"} }, programme.CodeUnknown, []string{"wishes", "0"}},
		"dated id":   {func(in *participant.ReferInput) { in.ID = uuid.Must(uuid.NewV7()) }, refusal.InvalidValue, []string{"id"}},
	} {
		in := mario
		c.change(&in)
		_, err := o.refer(o.aias, "AIAS", in)
		t.Run(name, func(t *testing.T) { wants(t, err, c.code, c.path...) })
	}
	if n := o.text("select (select count(*) from person) + (select count(*) from outbox)"); n != "0" {
		t.Errorf("a refused referral left %s rows", n)
	}
	bad := mario
	bad.GivenName, bad.Phone, bad.FiscalCode = "", "x", "y"
	_, err := o.refer(o.aias, "AIAS", bad)
	if list, _ := refusal.As(err); len(list) != 3 {
		t.Errorf("not everything is told at once: %v", list)
	}
}

func TestNobodyRefersForAnotherPartner(t *testing.T) {
	o := newOffice(t)
	_, err := o.refer(o.aias, "PEGASO", mario)
	if list, _ := refusal.As(err); !list.Has(refusal.NotAllowed) && !list.Has(refusal.NotFound) {
		t.Errorf("%v", err)
	}
	_, err = o.refer(o.as(o.tutor, access.Tutor), "AIAS", mario)
	wants(t, err, refusal.NotAllowed)
	if _, err := o.refer(o.pegaso, "UISP", mario); err != nil {
		t.Errorf("the head of the nested partnership refers for its members: %v", err)
	}
}

func TestTakenIDIsRefused(t *testing.T) {
	o := newOffice(t)
	in := mario
	in.ID = uuid.New()
	o.referred(o.aias, "AIAS", in)
	second := clara
	second.ID = in.ID
	_, err := o.refer(o.pegaso, "PEGASO", second)
	wants(t, err, refusal.IDTaken, "id")
}

func TestKnownPersonIsFoundForAnotherProgramme(t *testing.T) {
	o := newOffice(t)
	first := o.referred(o.aias, "AIAS", mario)
	next := uuid.New()
	o.exec(`insert into programme select $1, 'NEXT', 'Il prossimo', cup, project_code, from_day, to_day, budget_cents, file_hash, audience from programme limit 1`, next)
	o.exec(`insert into code_item select gen_random_uuid(), $1, list, code, label, class, attributes, position, valid_from, valid_to, audience from code_item`, next)
	o.exec(`with v as (insert into policy_version select gen_random_uuid(), $1, number, valid_from, applied_at, rules_hash, audience from policy_version returning id)
		insert into policy_rule select gen_random_uuid(), v.id, position, code, value, unit, label, source, confirmed, audience from policy_rule, v`, next)
	o.exec(`insert into municipality select gen_random_uuid(), $1, istat, belfiore, postcode, name, audience from municipality`, next)
	asl := uuid.New()
	o.exec(`insert into organisation (id, programme_id, code, name, kind, position, audience) values ($1, $2, 'ASL2', 'ASL', 'LEAD', 1, array[$1::uuid])`, asl, next)
	both := o.lead
	both.Grants = append(both.Grants, access.Grant{Role: access.Coordinator, Programme: next, Key: asl})
	in := mario
	in.Programme, in.Organisation, in.Phone = next, asl, "0585 123456"
	refer := func(acknowledge ...string) (made participant.Referral, err error) {
		err = o.in(both, func(ctx context.Context, tx *postgres.Tx) (err error) {
			tx.Acknowledge(acknowledge, "stessa persona")
			made, err = o.room.Refer(ctx, tx, in)
			return err
		})
		return made, err
	}
	_, err := refer()
	wants(t, err, participant.PersonDiffers, "phone")
	second, err := refer(participant.PersonDiffers.String())
	if err != nil || second.Person != first.Person || second.Participation == first.Participation {
		t.Fatalf("%+v %v", second, err)
	}
	if keys := o.text("select asl from (select $2 = any(audience) and $3 = any(audience) as asl from person where id = $1) x", first.Person, asl, o.orgs["AIAS"]); keys != "true" {
		t.Error("the person is not seen by both programmes")
	}
}
