package participant_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// recorder is a hook that writes down the changes it is told of.
func recorder(into *[]string) func(context.Context, *postgres.Tx, event.Transition) error {
	return func(_ context.Context, _ *postgres.Tx, t event.Transition) error {
		*into = append(*into, t.From+">"+t.To)
		return nil
	}
}

var facts = participant.EntryFacts{Employment: participant.Unemployed, UnemployedSince: calendar.MustDay("2024-05-01"), ISCED: 2, Disability: participant.Yes, Minority: participant.Refused}

// steps are all acts on the path, as one shape.
func (o *office) step(act access.Act, in participant.Step) func(context.Context, *postgres.Tx) error {
	exit := participant.ExitInput{Step: in, Reason: "PERSONAL"}
	plain := map[access.Act]func(context.Context, *postgres.Tx, participant.Step) error{
		access.AdmitParticipant: o.room.Admit, access.DraftPlan: o.room.DraftPlan, access.SignPlan: o.room.SignPlan, access.CompleteParticipant: o.room.Complete,
		access.AskFirstResult: o.room.AskFirstResult, access.AskSecondResult: o.room.AskSecondResult, access.CloseParticipant: o.room.Close,
	}
	return func(ctx context.Context, tx *postgres.Tx) error {
		switch act {
		case access.CheckEligibility:
			_, err := o.room.CheckEligibility(ctx, tx, in)
			return err
		case access.RejectParticipant:
			return o.room.Reject(ctx, tx, exit)
		case access.WithdrawParticipant:
			return o.room.Withdraw(ctx, tx, exit)
		case access.ExcludeParticipant:
			return o.room.Exclude(ctx, tx, exit)
		case access.ActivateParticipant:
			return o.room.Activate(ctx, tx, participant.ActivateInput{Step: in, Facts: facts})
		}
		return plain[act](ctx, tx, in)
	}
}

func (o *office) walk(actor access.Actor, id uuid.UUID, acts ...access.Act) {
	o.t.Helper()
	for _, act := range acts {
		if err := o.in(actor, o.step(act, participant.Step{Participation: id})); err != nil {
			o.t.Fatalf("%s: %v", act, err)
		}
	}
}

func (o *office) cleared(id uuid.UUID) {
	o.t.Helper()
	for _, measure := range []string{"ADI", "GOL"} {
		o.must(o.lead, func(ctx context.Context, tx *postgres.Tx) error {
			_, err := o.room.RecordExclusionCheck(ctx, tx, participant.CheckInput{Participation: id, Measure: measure, Outcome: participant.Clear, Evidence: "Verifica INPS prot. 12"})
			return err
		})
	}
}

var toActive = []access.Act{access.CheckEligibility, access.AdmitParticipant, access.DraftPlan, access.SignPlan, access.ActivateParticipant}

func TestWholePath(t *testing.T) {
	o := newOffice(t)
	var told []string
	o.room.OnState = append(o.room.OnState, recorder(&told))
	id := o.referred(o.aias, "AIAS", mario).Participation
	o.cleared(id)
	o.walk(o.aias, id, append(slices.Clone(toActive), access.CompleteParticipant, access.AskFirstResult, access.AskSecondResult, access.CloseParticipant)...)
	want := "[>REFERRED REFERRED>ELIGIBILITY_CHECK ELIGIBILITY_CHECK>EVALUATION EVALUATION>PAP_DRAFT PAP_DRAFT>PAP_SIGNED PAP_SIGNED>ACTIVE ACTIVE>COMPLETED COMPLETED>FOLLOWUP_28D FOLLOWUP_28D>FOLLOWUP_6M FOLLOWUP_6M>CLOSED]"
	if got := fmt.Sprint(told); got != want {
		t.Errorf("hooks: %s", got)
	}
	if got := o.text("select entered_on || ' ' || left_on || ' ' || revision from participation"); got != "2026-03-18 2026-03-18 10" {
		t.Errorf("row: %s", got)
	}
	if got := o.text("select count(*) from outbox"); got != "12" {
		t.Errorf("%s events, want one for each act", got)
	}
}

func TestSnapshotIsTakenOnce(t *testing.T) {
	o := newOffice(t)
	id := o.referred(o.aias, "AIAS", mario).Participation
	o.cleared(id)
	o.walk(o.aias, id, toActive...)
	if got := o.text("select concat_ws(' ', taken_on, employment, isced, citizenship, municipality, length(foreign_background), length(disability), length(minority)) from entry_snapshot"); got != "2026-03-18 UNEMPLOYED 2 IT 045010 57 57 57" {
		t.Errorf("snapshot: %s", got)
	}
	supervising, err := o.aias.WithPurpose(access.Supervision, "Reclamo della persona")
	if err != nil {
		t.Fatal(err)
	}
	shown, _ := o.show(supervising, id, node("entrySnapshot", leaf("foreignBackground"), leaf("housingExclusion"), leaf("disability"), leaf("minority")))
	if got := fmt.Sprint(shown["entrySnapshot"]); got != "map[disability:YES foreignBackground:NOT_ASKED housingExclusion:NOT_ASKED minority:REFUSED]" {
		t.Errorf("answers: %s", got)
	}
	if _, err := o.owner.Exec(o.ctx, "update entry_snapshot set isced = 8"); err == nil {
		t.Error("the owner of the tables can rewrite a snapshot")
	}
	o.exec("update person set citizenship = 'FR'")
	o.exec("update participation set state = 'PAP_SIGNED'")
	changed := facts
	changed.ISCED = 8
	o.must(o.aias, func(ctx context.Context, tx *postgres.Tx) error {
		return o.room.Activate(ctx, tx, participant.ActivateInput{Step: participant.Step{Participation: id}, Facts: changed})
	})
	if got := o.text("select isced || citizenship from entry_snapshot"); got != "2IT" {
		t.Errorf("a second activation has changed the snapshot: %s", got)
	}
}

func TestEntryFactsAreChecked(t *testing.T) {
	o := newOffice(t)
	id := o.referred(o.aias, "AIAS", mario).Participation
	o.exec("update participation set state = 'PAP_SIGNED'")
	for field, change := range map[string]func(*participant.EntryFacts){
		"employment":      func(f *participant.EntryFacts) { f.Employment = "RICH" },
		"isced":           func(f *participant.EntryFacts) { f.ISCED = 9 },
		"unemployedSince": func(f *participant.EntryFacts) { f.Employment = participant.Employed },
		"disability":      func(f *participant.EntryFacts) { f.Disability = "PERHAPS" },
	} {
		f := facts
		change(&f)
		err := o.in(o.aias, func(ctx context.Context, tx *postgres.Tx) error {
			return o.room.Activate(ctx, tx, participant.ActivateInput{Step: participant.Step{Participation: id}, Facts: f})
		})
		wants(t, err, refusal.InvalidValue, "entry", field)
	}
}

func TestAdmissionNeedsAVerdictThatDoesNotBlock(t *testing.T) {
	o := newOffice(t)
	id := o.referred(o.aias, "AIAS", mario).Participation
	admit := o.step(access.AdmitParticipant, participant.Step{Participation: id})
	wants(t, o.in(o.aias, admit), participant.WrongState, "participant")
	o.must(o.aias, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := o.room.RecordExclusionCheck(ctx, tx, participant.CheckInput{Participation: id, Measure: "ADI", Outcome: participant.Found, Evidence: "Attestazione INPS"})
		return err
	})
	o.walk(o.aias, id, access.CheckEligibility)
	wants(t, o.in(o.aias, admit), participant.VerdictBlocks, "participant")
	o.exec("update participation set state = 'ELIGIBILITY_CHECK'")
	o.walk(o.aias, id, access.RejectParticipant)
	o.cleared(id)
	o.walk(o.aias, id, access.CheckEligibility)
	if got := o.text("select state || coalesce(exit_reason, '') from participation"); got != "ELIGIBILITY_CHECK" {
		t.Errorf("a new check does not open the case again: %s", got)
	}
	o.walk(o.aias, id, access.AdmitParticipant)
	o.exec("delete from verdict_finding; delete from verdict; update participation set state = 'ELIGIBILITY_CHECK'")
	wants(t, o.in(o.aias, admit), participant.VerdictMissing, "participant")
}

func TestVerdictIsWrittenUnderThePolicyOfItsDay(t *testing.T) {
	o := newOffice(t)
	id := o.referred(o.aias, "AIAS", mario).Participation
	o.walk(o.lead, id, access.CheckEligibility)
	if got := o.text("select v.outcome || ' ' || p.number || ' ' || v.given_on from verdict v join policy_version p on p.id = v.policy_version_id"); got != "WARN 1 2026-03-18" {
		t.Errorf("verdict: %s", got)
	}
	if got := o.text("select string_agg(rule || ' ' || outcome, ', ' order by position) from verdict_finding"); got !=
		"eligibility.minimum_age OK, eligibility.territory_outcome OK, eligibility.group_outcome OK, eligibility.excluding_measures WARN, eligibility.excluding_measures WARN" {
		t.Errorf("findings: %s", got)
	}
	if got := o.text("select count(*) from verdict_finding where source <> '' and fact ->> 'it' <> '' and fact ->> 'en' <> ''"); got != "5" {
		t.Errorf("%s findings have a fact and a source", got)
	}
	if confirmed := o.text("select confirmed from verdict_finding where position = 0"); confirmed != "true" {
		t.Error("the age's rule is confirmed by the notice")
	}
	// The coordinator may not read groups, and the rule still counts them.
	o.walk(o.lead, id, access.CheckEligibility)
	if got := o.text("select outcome from verdict_finding where rule = 'eligibility.group_outcome' order by id desc limit 1"); got != "OK" {
		t.Errorf("a group that the actor may not read does not count: %s", got)
	}
}

func TestLeavingAsksTheVetoes(t *testing.T) {
	o := newOffice(t)
	busy := refusal.Define(refusal.Definition{Code: "TEST_STILL_BUSY", Kind: refusal.State, Message: refusal.Text{It: "a", En: "a"}, Cure: refusal.Text{It: "c", En: "c"}})
	id := o.referred(o.aias, "AIAS", mario).Participation
	o.room.Vetoes = []participant.Veto{participant.Each(func(context.Context, *postgres.Tx, uuid.UUID) (refusal.List, error) {
		return refusal.List{busy.At()}, nil
	})}
	for _, act := range []access.Act{access.WithdrawParticipant, access.ExcludeParticipant} {
		wants(t, o.in(o.aias, o.step(act, participant.Step{Participation: id})), busy)
	}
	shown, _ := o.show(o.aias, id, allowedActs)
	if got := refusalsOf(shown, access.WithdrawParticipant); got != "[TEST_STILL_BUSY]" {
		t.Errorf("allowedActs does not ask the vetoes: %s", got)
	}
	o.walk(o.aias, id, access.RejectParticipant)
}

func TestResultsAreAskedOfThoseWhoEntered(t *testing.T) {
	o := newOffice(t)
	never, entered := o.referred(o.aias, "AIAS", mario).Participation, o.referred(o.aias, "AIAS", clara).Participation
	o.cleared(entered)
	o.walk(o.aias, entered, append(slices.Clone(toActive), access.WithdrawParticipant)...)
	o.walk(o.aias, never, access.WithdrawParticipant)
	wants(t, o.in(o.aias, o.step(access.AskFirstResult, participant.Step{Participation: never})), participant.NotEntered, "participant")
	wants(t, o.in(o.aias, o.step(access.CloseParticipant, participant.Step{Participation: entered})), participant.HasEntered, "participant")
	o.walk(o.aias, never, access.CloseParticipant)
	o.walk(o.aias, entered, access.AskFirstResult)
}

func TestStepsAreChecked(t *testing.T) {
	o := newOffice(t)
	id := o.referred(o.aias, "AIAS", mario).Participation
	check := func(actor access.Actor, in participant.Step) error {
		in.Participation = id
		return o.in(actor, o.step(access.CheckEligibility, in))
	}
	wants(t, check(o.aias, participant.Step{Day: today.AddDays(1)}), participant.DayAhead, "day")
	wants(t, check(o.aias, participant.Step{Day: calendar.MustDay("2026-03-01")}), participant.DayBefore, "day")
	two := 2
	wants(t, check(o.aias, participant.Step{Expected: &two}), refusal.RevisionConflict, "expectedRevision")
	if err := check(o.pegaso, participant.Step{}); !isNotFound(err) {
		t.Errorf("another partner: %v", err)
	}
	err := o.in(o.aias, func(ctx context.Context, tx *postgres.Tx) error {
		return o.room.Withdraw(ctx, tx, participant.ExitInput{Step: participant.Step{Participation: id}, Reason: "BORED"})
	})
	wants(t, err, programme.CodeUnknown, "reason")
	o.room.OnState = []func(context.Context, *postgres.Tx, event.Transition) error{func(context.Context, *postgres.Tx, event.Transition) error { return errHook }}
	if err := check(o.aias, participant.Step{}); err == nil || o.state(id) != "REFERRED" {
		t.Errorf("an act stands although its clocks could not be set: %v, %s", err, o.state(id))
	}
	if n := o.text("select count(*) from verdict"); n != "0" {
		t.Errorf("%s verdicts of undone acts", n)
	}
}

// TestStepsNeedTheRole has those try every step who see the participation and may not take it.
func TestStepsNeedTheRole(t *testing.T) {
	o := newOffice(t)
	id := o.referred(o.aias, "AIAS", mario).Participation
	o.assign(o.aias, id, &o.manager, &o.tutor)
	for _, tr := range participant.Transitions {
		wants(t, o.in(o.as(o.tutor, access.Tutor), o.step(tr.Act, participant.Step{Participation: id})), refusal.NotAllowed)
	}
	wants(t, o.in(o.as(o.manager, access.CaseManager), o.step(access.ExcludeParticipant, participant.Step{Participation: id})), refusal.NotAllowed)
	err := o.in(o.as(o.tutor, access.Tutor), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := o.room.RecordExclusionCheck(ctx, tx, participant.CheckInput{Participation: id, Measure: "ADI", Outcome: participant.Clear, Evidence: "x"})
		return err
	})
	wants(t, err, refusal.NotAllowed)
	if o.state(id) != "REFERRED" {
		t.Error(o.state(id))
	}
	o.walk(o.as(o.manager, access.CaseManager), id, access.CheckEligibility, access.AdmitParticipant)
}

func TestChecksAreChecked(t *testing.T) {
	o := newOffice(t)
	id := o.referred(o.aias, "AIAS", mario).Participation
	record := func(actor access.Actor, in participant.CheckInput) error {
		in.Participation = id
		return o.in(actor, func(ctx context.Context, tx *postgres.Tx) error {
			_, err := o.room.RecordExclusionCheck(ctx, tx, in)
			return err
		})
	}
	good := participant.CheckInput{Measure: "ADI", Outcome: participant.Clear, Evidence: "Verifica INPS"}
	for name, c := range map[string]struct {
		change func(*participant.CheckInput)
		code   *refusal.Code
	}{
		"measure":   {func(in *participant.CheckInput) { in.Measure = "RDC" }, programme.CodeUnknown},
		"checkedOn": {func(in *participant.CheckInput) { in.On = today.AddDays(1) }, participant.DayAhead},
		"outcome":   {func(in *participant.CheckInput) { in.Outcome = "MAYBE" }, refusal.InvalidValue},
		"evidence":  {func(in *participant.CheckInput) { in.Evidence = "  " }, refusal.InvalidValue},
	} {
		in := good
		c.change(&in)
		wants(t, record(o.aias, in), c.code, name)
	}
	good.ID = uuid.Must(uuid.NewV7())
	if err := record(o.aias, good); err != nil {
		t.Fatal(err)
	}
	wants(t, record(o.aias, good), refusal.IDTaken, "id")
	o.exec("update participation set state = 'CLOSED'")
	good.ID = uuid.Nil
	wants(t, record(o.aias, good), participant.WrongState, "participant")
}
