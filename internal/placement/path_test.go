package placement_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// The whole life of an internship leaves its steps, its dates, its place in the register and its seat as they should be.
func TestFromDraftToAttestation(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.Attested)

	steps := placementtest.One[[]string](d.Office, "select array_agg(coalesce(from_state, '') || '>' || to_state order by position) from placement_step where placement_id = $1", id)
	want := []string{">DRAFT", "DRAFT>MATCHED", "MATCHED>PFI_SIGNED", "PFI_SIGNED>COMMUNICATED", "COMMUNICATED>RUNNING", "RUNNING>ENDED", "ENDED>ATTESTED"}
	if !slices.Equal(steps, want) {
		t.Errorf("steps are %v", steps)
	}
	dates := placementtest.One[string](d.Office, "select concat_ws(' ', from_day, to_day, pfi_signed_on, communicated_on, started_on, ended_on, convention, communication_code) from placement where id = $1", id)
	if dates != "2026-03-02 2026-09-01 2026-03-02 2026-03-02 2026-03-02 2026-09-01 P-1 UNILAV-1" {
		t.Errorf("the internship has %s", dates)
	}
	if state := placementtest.One[string](d.Office, "select e.state from enrolment e join placement p on p.enrolment_id = e.id where p.id = $1", id); state != "COMPLETED" {
		t.Errorf("its enrolment is %s", state)
	}
	if state := placementtest.One[string](d.Office, "select o.state from opening o join placement p on p.opening_id = o.id where p.id = $1", id); state != "OPEN" {
		t.Errorf("its opening is %s after the end", state)
	}
	if n := placementtest.One[int](d.Office, "select count(*) from outbox where subject_kind = 'Placement' and subject_id = $1", id); n != 7 {
		t.Errorf("%d events for 7 acts", n)
	}
}

func TestADraftTakesTheSeatAndOpensTheRegister(t *testing.T) {
	d := newDesk(t)
	id := d.drafted(placementtest.Who{Needs: []string{"CLOSE_TUTORING"}, Groups: []string{"DISABILITY"}}, placementtest.Seats{Offers: []string{"CLOSE_TUTORING"}})
	got := placementtest.One[string](d.Office, `select concat_ws(' ', o.state, e.state, e.from_day, e.to_day, e.company_id = p.company_id, c.given_name, c.family_name, c.adaptations,
		p.exempt_from_quota, p.tutor_id = $2) from placement p join opening o on o.id = p.opening_id join enrolment e on e.id = p.enrolment_id join intern_card c on c.placement_id = p.id
		where p.id = $1`, id, d.Tutor)
	if got != "FILLED ENROLLED 2026-03-02 2026-09-01 t Prova Inventata {CLOSE_TUTORING} t t" {
		t.Errorf("got %s", got)
	}
}

// Rows of an internship carry the participation's audience and the host's key, also after the team has changed.
func TestAudienceFollowsTheParticipation(t *testing.T) {
	d := newDesk(t)
	id := d.drafted(placementtest.Who{}, placementtest.Seats{})
	for _, table := range []string{"placement", "intern_card", "placement_step", "enrolment"} {
		on := map[string]string{"placement": "x.id = p.id", "enrolment": "x.id = p.enrolment_id"}[table]
		if on == "" {
			on = "x.placement_id = p.id"
		}
		if !placementtest.One[bool](d.Office, "select bool_and(x.audience = a.audience || scope_key('COMPANY', p.programme_id, p.company_id)) from placement p join participation a on a.id = p.participation_id join "+
			table+" x on "+on+" where p.id = $1", id) {
			t.Errorf("the audience of %s is not the participation's with the host", table)
		}
	}
}

func TestTheHookIsToldOfEveryState(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.Running)
	var states []string
	for _, e := range d.told {
		if e.Subject != id || e.Concept != "placement" || len(e.Owners) == 0 || len(e.Audience) == 0 {
			t.Errorf("told %+v", e)
		}
		states = append(states, e.To)
	}
	if !slices.Equal(states, []string{"DRAFT", "MATCHED", "PFI_SIGNED", "COMMUNICATED", "RUNNING"}) {
		t.Errorf("told of %v", states)
	}
	if d.told[0].Owners[0] != d.Tutor || d.told[2].Owners[0] != d.Orgs["CARRARA"] || d.told[2].Owners[1] != d.Orgs["ASL"] {
		t.Errorf("the turn is %v, then %v", d.told[0].Owners, d.told[2].Owners)
	}
}

func TestAnErrorOfTheHookUndoesTheAct(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.InDraft)
	d.room.OnState = append(d.room.OnState, func(context.Context, *postgres.Tx, event.Transition) error { return errStop })
	if err := d.do(d.System(), access.ConfirmPlacement, placement.Step{Placement: id}); !errors.Is(err, errStop) {
		t.Fatalf("the act answers %v", err)
	}
	if state := placementtest.One[string](d.Office, "select state from placement where id = $1", id); state != "DRAFT" {
		t.Errorf("the state is %s", state)
	}
}

func TestSuspensionTellsItsLeastLengthAndAsksWhenShort(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.Running)
	var notes refusal.List
	d.Must(d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error {
		err := d.room.Suspend(ctx, tx, placement.ReasonInput{Step: placement.Step{Placement: id}, Reason: "HOST_CLOSURE"})
		notes = tx.Warnings
		return err
	}))
	if !notes.Has(placement.SuspensionLeast) {
		t.Errorf("the suspension told %v", notes)
	}
	resume := func() error {
		return d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error {
			return d.room.Resume(ctx, tx, placement.Step{Placement: id})
		})
	}
	d.Today = d.Today.AddDays(14)
	refused(t, resume(), placement.SuspensionShort)
	d.Today = d.Today.AddDays(1)
	d.Must(resume())
	if got := placementtest.One[*string](d.Office, "select end_reason from placement where id = $1", id); got != nil {
		t.Errorf("the reason %q stays after the resumption", *got)
	}
}

func TestALateStartMovesTheRegister(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.Communicated)
	d.Today = d.Today.AddDays(7)
	d.take(id, access.StartPlacement)
	d.Today = d.Today.AddDays(30)
	d.take(id, access.InterruptPlacement)
	got := placementtest.One[string](d.Office, "select concat_ws(' ', e.state, e.from_day, e.to_day, p.ended_on) from enrolment e join placement p on p.enrolment_id = e.id where p.id = $1", id)
	if got != "WITHDRAWN 2026-03-09 2026-04-08 2026-04-08" {
		t.Errorf("the enrolment is %s", got)
	}
}

func TestLivingInternshipsVetoLeaving(t *testing.T) {
	d := newDesk(t)
	veto := func(id uuid.UUID) (list refusal.List) {
		who := placementtest.One[uuid.UUID](d.Office, "select participation_id from placement where id = $1", id)
		d.Must(d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error {
			said, err := placement.VetoWithdrawal(ctx, tx, []uuid.UUID{who})
			list = said[who]
			return err
		}))
		return list
	}
	for _, s := range placement.States() {
		d.Today = placementtest.Monday
		blocks := slices.Contains([]placement.State{placement.Communicated, placement.Running, placement.Suspended}, s)
		if got := veto(d.brought(s)).Has(placement.StillLiving); got != blocks {
			t.Errorf("%s: vetoed %v", s, got)
		}
	}
}

// No event and no journal entry holds what is personal.
func TestNewsHoldNothingPersonal(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.Interrupted)
	details := strings.Join(d.URLs.Details("j.subject_id = $1", id), "|")
	for _, word := range []string{"Prova", "Inventata", "Capo", "P-1", "UNILAV-1"} {
		if strings.Contains(details, word) {
			t.Errorf("the journal holds %q: %s", word, details)
		}
	}
	var one map[string]any
	if err := json.Unmarshal([]byte(strings.SplitN(details, "|", 2)[0]), &one); err != nil {
		t.Errorf("the detail is not JSON: %v", err)
	}
}

func TestTheDayMayBeGiven(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.InDraft)
	refused(t, d.do(d.System(), access.ConfirmPlacement, placement.Step{Placement: id, Day: d.Today.AddDays(1)}), placement.DayInFuture)
	refused(t, d.do(d.System(), access.ConfirmPlacement, placement.Step{Placement: id, Day: d.Today.AddDays(-1)}), placement.DayTooEarly)
	day := d.Today
	d.Today = d.Today.AddDays(3)
	d.Must(d.do(d.System(), access.ConfirmPlacement, placement.Step{Placement: id, Day: day.AddDays(2)}))
	if since := placementtest.One[string](d.Office, "select state_since::text from placement where id = $1", id); since != "2026-03-04" {
		t.Errorf("agreed since %s", since)
	}
}

func TestTheUsualLengthEndsWithTheOpening(t *testing.T) {
	d := newDesk(t)
	id := d.drafted(placementtest.Who{}, placementtest.Seats{To: "2026-06-15"})
	if last := placementtest.One[calendar.Day](d.Office, "select to_day::text from placement where id = $1", id); last != calendar.MustDay("2026-06-15") {
		t.Errorf("the last day is %s", last)
	}
}
