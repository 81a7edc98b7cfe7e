package placement_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

func mustID(s string) uuid.UUID { return uuid.MustParse(s) }

// Each gate of the draft refuses for the reason it names, and without that reason the same draft is taken.
func TestGatesOfTheDraft(t *testing.T) {
	d := newDesk(t)
	day := calendar.MustDay
	nobody := uuid.New()
	for name, c := range map[string]struct {
		spoil func(in *placement.DraftInput, opening, host uuid.UUID)
		codes []*refusal.Code
	}{
		"not on the path yet": {func(in *placement.DraftInput, _, _ uuid.UUID) { in.Participation = d.Referred(placementtest.Who{}) }, []*refusal.Code{placement.NotReady}},
		"opening closed": {func(_ *placement.DraftInput, o, _ uuid.UUID) {
			d.Exec("update opening set state = 'CLOSED' where id = $1", o)
		}, []*refusal.Code{placement.OpeningClosed}},
		"promoter is host": {func(_ *placement.DraftInput, _, host uuid.UUID) {
			d.Exec("update organisation set tax_code = (select entity_code from company where id = $1) where code = 'CARRARA'", host)
		}, []*refusal.Code{placement.SameBody}},
		"ends before it begins": {func(in *placement.DraftInput, _, _ uuid.UUID) { in.ToDay = in.FromDay.AddDays(-1) }, []*refusal.Code{placement.EndsBeforeStart}},
		"before the opening":    {func(in *placement.DraftInput, _, _ uuid.UUID) { in.FromDay = day("2026-03-01") }, []*refusal.Code{placement.OutsideOpening}},
		"after the opening":     {func(in *placement.DraftInput, _, _ uuid.UUID) { in.ToDay = day("2027-07-01") }, []*refusal.Code{placement.OutsideOpening}},
		"after the programme":   {func(in *placement.DraftInput, _, _ uuid.UUID) { in.ToDay = day("2027-12-19") }, []*refusal.Code{placement.OutsideOpening, placement.OutsideProgramme}},
		"no host tutor":         {func(in *placement.DraftInput, _, _ uuid.UUID) { in.HostTutor = " " }, []*refusal.Code{placement.TextLength}},
		"no tutor": {func(in *placement.DraftInput, _, _ uuid.UUID) {
			d.Exec("update participation set tutor_id = null where id = $1", in.Participation)
		}, []*refusal.Code{placement.NoTutor}},
		"a tutor nobody knows":    {func(in *placement.DraftInput, _, _ uuid.UUID) { in.Tutor = &nobody }, []*refusal.Code{refusal.NotFound}},
		"a promoter nobody knows": {func(in *placement.DraftInput, _, _ uuid.UUID) { in.Organisation = &nobody }, []*refusal.Code{refusal.NotFound}},
		"an opening nobody knows": {func(in *placement.DraftInput, _, _ uuid.UUID) { in.Opening = nobody }, []*refusal.Code{refusal.NotFound}},
	} {
		t.Run(name, func(t *testing.T) {
			d.T = t
			opening, host := d.Opening(placementtest.Seats{})
			in := d.draftOf(d.Active(placementtest.Who{}), opening)
			good := in
			c.spoil(&in, opening, host)
			refused(t, d.draft(d.System(), in), c.codes...)
			d.Exec("update organisation set tax_code = null")
			d.Exec("update opening set state = 'OPEN' where state = 'CLOSED'")
			d.Exec("update participation set tutor_id = $1 where tutor_id is null", d.Tutor)
			d.Must(d.draft(d.System(), good))
		})
	}
}

func TestADraftNeedsAFreeSeat(t *testing.T) {
	d := newDesk(t)
	opening, _ := d.Opening(placementtest.Seats{})
	first := d.draftOf(d.Active(placementtest.Who{}), opening)
	d.Must(d.draft(d.System(), first))
	second := d.draftOf(d.Active(placementtest.Who{}), opening)
	refused(t, d.draft(d.System(), second), placement.NoSeat)
	d.take(first.ID, access.CancelPlacement)
	d.Must(d.draft(d.System(), second))
}

func TestAnIDIsTakenOnce(t *testing.T) {
	d := newDesk(t)
	opening, _ := d.Opening(placementtest.Seats{Number: 2})
	in := d.draftOf(d.Active(placementtest.Who{}), opening)
	d.Must(d.draft(d.System(), in))
	again := in
	again.Participation = d.Active(placementtest.Who{})
	refused(t, d.draft(d.System(), again), refusal.IDTaken)
}

// Two drafts at once on the last seat: one stands, the other is refused, however they fall.
func TestTheLastSeatGoesOnce(t *testing.T) {
	d := newDesk(t)
	for range 5 {
		opening, _ := d.Opening(placementtest.Seats{})
		inputs := []placement.DraftInput{d.draftOf(d.Active(placementtest.Who{}), opening), d.draftOf(d.Active(placementtest.Who{}), opening), d.draftOf(d.Active(placementtest.Who{}), opening)}
		errs := make([]error, len(inputs))
		var wait sync.WaitGroup
		room := placement.Room{}
		for i, in := range inputs {
			wait.Go(func() {
				errs[i] = d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error { return room.Draft(ctx, tx, in) })
			})
		}
		wait.Wait()
		stand := 0
		for _, err := range errs {
			if err == nil {
				stand++
				continue
			}
			refused(t, err, placement.NoSeat)
		}
		if stand != 1 {
			t.Fatalf("%d drafts on one seat", stand)
		}
	}
}

// Two confirmations at once for the last intern that a site may host: one stands.
func TestTheLastOfTheQuotaGoesOnce(t *testing.T) {
	d := newDesk(t)
	for range 5 {
		opening, _ := d.Opening(placementtest.Seats{Headcount: 5, Number: 2})
		var ids []uuid.UUID
		for range 2 {
			in := d.draftOf(d.Active(placementtest.Who{}), opening)
			d.Must(d.draft(d.System(), in))
			ids = append(ids, in.ID)
		}
		errs := make([]error, 2)
		var wait sync.WaitGroup
		room := placement.Room{}
		for i, id := range ids {
			wait.Go(func() {
				errs[i] = d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error {
					return room.Confirm(ctx, tx, placement.ConfirmInput{Step: placement.Step{Placement: id}, Convention: "P"})
				})
			})
		}
		wait.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("confirmed: %v, %v", errs[0], errs[1])
		}
		for _, err := range errs {
			if err != nil {
				refused(t, err, placement.HostQuota)
			}
		}
	}
}

func TestExemptInternsDoNotCountForTheQuota(t *testing.T) {
	d := newDesk(t)
	opening, _ := d.Opening(placementtest.Seats{Headcount: 5, Number: 4})
	var ids []uuid.UUID
	for _, group := range []string{"DISABILITY", "CARE_LEAVERS", "EX_DETAINED", "MENTAL_HEALTH"} {
		in := d.draftOf(d.Active(placementtest.Who{Groups: []string{group}}), opening)
		// A tutor reads no group, and decides all the same.
		d.Must(d.draft(d.Accompanying(), in))
		ids = append(ids, in.ID)
	}
	d.take(ids[0], access.ConfirmPlacement)
	d.take(ids[1], access.ConfirmPlacement)
	refused(t, d.do(d.System(), access.ConfirmPlacement, placement.Step{Placement: ids[2]}), placement.HostQuota)
	d.take(ids[3], access.ConfirmPlacement)
}

func TestOnePersonHasOneInternship(t *testing.T) {
	d := newDesk(t)
	person := d.Active(placementtest.Who{})
	var ids []uuid.UUID
	for range 2 {
		opening, _ := d.Opening(placementtest.Seats{})
		in := d.draftOf(person, opening)
		d.Must(d.draft(d.System(), in))
		ids = append(ids, in.ID)
	}
	d.take(ids[0], access.ConfirmPlacement)
	refused(t, d.do(d.System(), access.ConfirmPlacement, placement.Step{Placement: ids[1]}), placement.PersonPlaced)
	opening, _ := d.Opening(placementtest.Seats{})
	refused(t, d.draft(d.System(), d.draftOf(person, opening)), placement.PersonPlaced)
	d.take(ids[0], access.CancelPlacement)
	d.take(ids[1], access.ConfirmPlacement)
}

func TestGatesOfTheStart(t *testing.T) {
	d := newDesk(t)
	start := func(id uuid.UUID) error {
		return d.do(d.System(), access.StartPlacement, placement.Step{Placement: id})
	}
	t.Run("certificate", func(t *testing.T) {
		id := d.brought(placement.Communicated)
		d.Exec("update certificate set valid_to = $1::text::date", d.Today.AddDays(-1).String())
		refused(t, start(id), placement.NoCertificate)
		d.Exec("update certificate set valid_to = null")
		d.Must(start(id))
	})
	t.Run("first day", func(t *testing.T) {
		person := d.Active(placementtest.Who{})
		d.Certify(person, d.Today)
		opening, _ := d.Opening(placementtest.Seats{})
		in := d.draftOf(person, opening)
		in.FromDay = d.Today.AddDays(10)
		d.Must(d.draft(d.System(), in))
		d.take(in.ID, ways[placement.Communicated]...)
		refused(t, start(in.ID), placement.BeforeFirstDay)
		d.Today = in.FromDay
		d.Must(start(in.ID))
		d.Today = placementtest.Monday
	})
	t.Run("active", func(t *testing.T) {
		id := d.brought(placement.Communicated)
		d.Exec("update participation set state = 'PAP_SIGNED' where id = (select participation_id from placement where id = $1)", id)
		refused(t, start(id), placement.NotActive)
	})
	t.Run("project", func(t *testing.T) {
		id := d.brought(placement.Communicated)
		d.Exec("update placement set pfi_signed_on = null where id = $1", id)
		refused(t, start(id), placement.NoProject)
	})
	t.Run("over", func(t *testing.T) {
		id := d.brought(placement.Communicated)
		d.Today = d.Today.AddDays(200)
		refused(t, start(id), placement.Over)
		d.take(id, access.AnnulPlacement)
	})
}

func TestTutorsHaveAMost(t *testing.T) {
	d := newDesk(t)
	d.Exec("update policy_rule set value = '1' where code in ('placement.tutor_max_interns', 'placement.host_tutor_max_interns')")
	d.brought(placement.Communicated)
	other := d.brought(placement.ProjectDone)
	communicate := func() error { return d.do(d.System(), access.CommunicatePlacement, placement.Step{Placement: other}) }
	refused(t, communicate(), placement.TutorFull)
	d.Exec("update placement set tutor_id = $1 where id <> $2", d.Member("TUTOR", "CARRARA"), other)
	d.Exec("update placement set company_id = (select company_id from placement where id = $1), host_tutor = ' capo CUCINA '", other)
	refused(t, communicate(), placement.HostTutorFull)
	d.Exec("update placement set host_tutor = 'Altri' where id <> $1", other)
	d.Must(communicate())
}

func TestALateCommunicationMustBeAcknowledged(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.ProjectDone)
	communicate := func(acknowledged ...string) error {
		return d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error {
			tx.Acknowledge(acknowledged, "prova")
			return d.room.Communicate(ctx, tx, placement.CommunicateInput{Step: placement.Step{Placement: id}, Code: "U"})
		})
	}
	refused(t, communicate(), placement.CommunicatedLate)
	d.Must(communicate(placement.CommunicatedLate.String()))
}

func TestAnInternshipEndsAsPlannedOnlyOnItsLastDay(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.Running)
	end := func() error { return d.do(d.System(), access.EndPlacement, placement.Step{Placement: id}) }
	d.Today = calendar.MustDay("2026-08-31")
	refused(t, end(), placement.NotOver)
	d.Today = calendar.MustDay("2026-09-20")
	d.Must(end())
	if last := placementtest.One[string](d.Office, "select ended_on::text from placement where id = $1", id); last != "2026-09-01" {
		t.Errorf("ended on %s", last)
	}
}

func TestTheLongestDurationCountsWhatWasDoneBefore(t *testing.T) {
	d := newDesk(t)
	d.Exec("update policy_rule set value = '7' where code = 'placement.max_months'")
	id := d.brought(placement.Attested)
	who := placementtest.One[uuid.UUID](d.Office, "select participation_id from placement where id = $1", id)
	opening, _ := d.Opening(placementtest.Seats{From: d.Today.String()})
	in := d.draftOf(who, opening)
	refused(t, d.draft(d.System(), in), placement.TooLong)
	in.ToDay = in.FromDay.AddDays(20)
	d.Must(d.draft(d.System(), in))
}

// What somebody has done is looked at again when it begins: two may have been prepared side by side.
func TestTheLongestDurationIsLookedAtAgain(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.Communicated)
	d.Exec("update placement set to_day = '2028-03-02' where id = $1", id) // 24 months and a day
	refused(t, d.do(d.System(), access.StartPlacement, placement.Step{Placement: id}), placement.TooLong)
	d.Exec("update placement set to_day = '2028-03-01' where id = $1", id)
	d.Must(d.do(d.System(), access.StartPlacement, placement.Step{Placement: id}))
}

func TestAttestGatesDecide(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.Ended)
	d.room.AttestGates = append(d.room.AttestGates, func(_ context.Context, _ *postgres.Tx, ids []uuid.UUID) (map[uuid.UUID]refusal.List, error) {
		return map[uuid.UUID]refusal.List{ids[0]: {refusal.NotAllowed.At()}}, nil
	})
	if a := d.allowed(d.System(), id)[access.AttestPlacement]; a.Allowed {
		t.Error("allowed against the gate")
	}
	refused(t, d.do(d.System(), access.AttestPlacement, placement.Step{Placement: id}), refusal.NotAllowed)
}

func TestUnknownReasonsAndBlankCodesAreRefused(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.InDraft)
	refused(t, d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return d.room.Confirm(ctx, tx, placement.ConfirmInput{Step: placement.Step{Placement: id}, Convention: "  "})
	}), placement.TextLength)
	err := d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return d.room.Cancel(ctx, tx, placement.ReasonInput{Step: placement.Step{Placement: id}, Reason: "NONE"})
	})
	if list, _ := refusal.As(err); len(list) != 1 || list[0].Code != "CODE_UNKNOWN" {
		t.Errorf("got %v", err)
	}
}

func TestTheRevisionMustBeTheOneLookedAt(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.InDraft)
	old, now := 0, 1
	refused(t, d.do(d.System(), access.ConfirmPlacement, placement.Step{Placement: id, Expected: &old}), refusal.RevisionConflict)
	d.Must(d.do(d.System(), access.ConfirmPlacement, placement.Step{Placement: id, Expected: &now}))
}
