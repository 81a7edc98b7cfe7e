package placement_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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

var (
	firstEnd = calendar.MustDay("2026-09-01") // of what is brought to run
	longerBy = calendar.MustDay("2026-11-30")
)

// addendum is a good extension to the last of November.
func addendum(id uuid.UUID) placement.ExtendInput {
	return placement.ExtendInput{Step: placement.Step{Placement: id}, ToDay: longerBy, Reason: "AIMS_NEED_TIME", Attestation: " ATT-1 "}
}

// extend does it, with warnings acknowledged or not.
func (d *desk) extend(actor access.Actor, in placement.ExtendInput, acknowledged ...*refusal.Code) error {
	return d.As(actor, func(ctx context.Context, tx *postgres.Tx) error {
		for _, c := range acknowledged {
			tx.Acknowledge([]string{c.String()}, "prova")
		}
		return d.room.Extend(ctx, tx, in)
	})
}

// lasts says what stands of an internship's end: state, since when, last day, and the register's days and minutes.
func (d *desk) lasts(id uuid.UUID) string {
	d.T.Helper()
	return placementtest.One[string](d.Office, `select concat_ws(' ', p.state, p.state_since, p.to_day, e.from_day, e.to_day, e.planned_minutes) from placement p join enrolment e on e.id = p.enrolment_id
		where p.id = $1`, id)
}

// extensions are the addenda of an internship.
func (d *desk) extensions(id uuid.UUID) string {
	d.T.Helper()
	return placementtest.One[string](d.Office, `select coalesce(string_agg(concat_ws(' ', version, previous_to_day, to_day, signed_on, reason, attestation, communicate_by, communicated_on, communication_code, lapsed_on), ', '
		order by version), '') from placement_extension where placement_id = $1`, id)
}

// An extension is a version of the project of its own; it leaves the state, moves the last day and the register, and is told as news, as a step and to the hook.
func TestAnExtensionMovesTheLastDay(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.Running)
	if got := d.lasts(id); got != "RUNNING 2026-03-02 2026-09-01 2026-03-02 2026-09-01 31543" {
		t.Fatalf("before: %s", got)
	}
	d.told, d.Today = nil, calendar.MustDay("2026-08-20")
	in := addendum(id)
	in.Day = calendar.MustDay("2026-08-18")
	d.Must(d.extend(d.Accompanying(), in))
	if got := d.lasts(id); got != "RUNNING 2026-03-02 2026-11-30 2026-03-02 2026-11-30 46971" {
		t.Errorf("after: %s", got)
	}
	if got := d.extensions(id); got != "2 2026-09-01 2026-11-30 2026-08-18 AIMS_NEED_TIME ATT-1 2026-09-06" {
		t.Errorf("the addendum is %s", got)
	}
	step := placementtest.One[string](d.Office, "select concat_ws(' ', act, from_state, to_state, day, reason) from placement_step where placement_id = $1 order by position desc limit 1", id)
	if step != "extendPlacement RUNNING RUNNING 2026-08-18 AIMS_NEED_TIME" {
		t.Errorf("the step is %s", step)
	}
	var told []string
	for _, e := range d.told {
		told = append(told, fmt.Sprintf("%s %s>%s %d %s", e.Concept, e.From, e.To, e.Longer, e.Since))
	}
	if want := []string{"extension >TO_COMMUNICATE 0 2026-09-01", "placement RUNNING>RUNNING 90 "}; len(told) != 2 || told[0] != want[0] || !strings.HasPrefix(told[1], want[1]) {
		t.Errorf("told %q", told)
	}
	details := strings.Join(d.URLs.Details("j.subject_id = $1 and j.act = 'extendPlacement'", id), "|")
	if !strings.Contains(details, "2026-11-30") || strings.Contains(details, "ATT-1") {
		t.Errorf("the journal says %s", details)
	}
	if n := placementtest.One[int](d.Office, "select count(*) from outbox where act = 'extendPlacement' and subject_id = $1 and kind = 'CHANGED'", id); n != 1 {
		t.Errorf("%d events", n)
	}
}

// What stands against an extension, each with nothing else amiss; and without it the same is taken.
func TestGatesOfAnExtension(t *testing.T) {
	d := newDesk(t)
	day := calendar.MustDay
	for name, c := range map[string]struct {
		spoil func(id uuid.UUID, in *placement.ExtendInput)
		mend  string // what was spoilt beside the input
		codes []*refusal.Code
	}{
		"the same day":        {func(_ uuid.UUID, in *placement.ExtendInput) { in.ToDay = firstEnd }, "", []*refusal.Code{placement.ExtensionNotLater}},
		"backwards":           {func(_ uuid.UUID, in *placement.ExtendInput) { in.ToDay = day("2026-08-01") }, "", []*refusal.Code{placement.ExtensionNotLater}},
		"over the programme":  {func(_ uuid.UUID, in *placement.ExtendInput) { in.ToDay = day("2027-12-19") }, "", []*refusal.Code{placement.OutsideProgramme}},
		"signed tomorrow":     {func(_ uuid.UUID, in *placement.ExtendInput) { in.Day = day("2026-08-21") }, "", []*refusal.Code{placement.DayInFuture}},
		"signed too early":    {func(_ uuid.UUID, in *placement.ExtendInput) { in.Day = day("2026-03-01") }, "", []*refusal.Code{placement.DayTooEarly, placement.NoCertificate}},
		"no need attested":    {func(_ uuid.UUID, in *placement.ExtendInput) { in.Attestation = "" }, "", []*refusal.Code{placement.ExtensionNeed}},
		"a blank attestation": {func(_ uuid.UUID, in *placement.ExtendInput) { in.Attestation = " " }, "", []*refusal.Code{placement.TextLength}},
		"not in activities": {func(id uuid.UUID, _ *placement.ExtendInput) {
			d.Exec("update participation set state = 'PAP_SIGNED' where id = (select participation_id from placement where id = $1)", id)
		}, "update participation set state = 'ACTIVE'", []*refusal.Code{placement.NotActive}},
		"no certificate": {func(uuid.UUID, *placement.ExtendInput) { d.Exec("update certificate set valid_to = '2026-08-19'") }, "update certificate set valid_to = null",
			[]*refusal.Code{placement.NoCertificate}},
		"no tutor": {func(id uuid.UUID, _ *placement.ExtendInput) {
			d.Exec("update placement set tutor_id = null where id = $1", id)
		},
			"update placement set tutor_id = (select tutor_id from participation where id = participation_id)", []*refusal.Code{placement.NoTutor}},
		"promoter is host": {func(id uuid.UUID, _ *placement.ExtendInput) {
			d.Exec("update organisation set tax_code = (select c.entity_code from company c join placement p on p.company_id = c.id where p.id = $1) where code = 'CARRARA'", id)
		}, "update organisation set tax_code = null", []*refusal.Code{placement.SameBody}},
	} {
		t.Run(name, func(t *testing.T) {
			d.T, d.Today = t, placementtest.Monday
			id := d.brought(placement.Running)
			d.Today = day("2026-08-20")
			in := addendum(id)
			c.spoil(id, &in)
			refused(t, d.extend(d.System(), in), c.codes...)
			if got := d.extensions(id); got != "" {
				t.Errorf("refused, and kept as %s", got)
			}
			if c.mend != "" {
				d.Exec(c.mend)
			}
			d.Must(d.extend(d.System(), addendum(id)))
		})
	}
}

// The rules give the notice and the longest duration: by them the same extension is refused.
func TestRulesOfAnExtension(t *testing.T) {
	for rules, code := range map[string]*refusal.Code{
		"placement.extension_notice_days 13":                     placement.ExtensionTooLate,
		"placement.extension_notice_days 12":                     nil,
		"placement.max_months 7, placement.extension_months 1":   placement.ExtensionTooLong,
		"placement.max_months 7, placement.extension_months 2":   nil,
		"placement.max_months 24, placement.extension_months 12": nil,
	} {
		t.Run(rules, func(t *testing.T) {
			d := newDesk(t)
			for _, r := range strings.Split(rules, ", ") {
				code, value, _ := strings.Cut(r, " ")
				d.Exec("update policy_rule set value = $2::text::jsonb where code = $1", code, value)
			}
			id := d.brought(placement.Running)
			d.Today = calendar.MustDay("2026-08-20")
			if code == nil {
				d.Must(d.extend(d.System(), addendum(id)))
				return
			}
			refused(t, d.extend(d.System(), addendum(id)), code)
		})
	}
}

func TestAnUnknownReasonOfAnExtension(t *testing.T) {
	d := newDesk(t)
	in := addendum(d.brought(placement.Running))
	in.Reason = "PERSONAL" // of another list
	list, _ := refusal.As(d.extend(d.System(), in))
	if len(list) != 1 || list[0].Code != "CODE_UNKNOWN" {
		t.Errorf("got %v", list)
	}
}

// Only what runs or stands still is extended; what has ended is not, not even a day late.
func TestWhatCanBeExtended(t *testing.T) {
	d := newDesk(t)
	for _, s := range placement.States() {
		d.Today = placementtest.Monday
		id := d.brought(s)
		err := d.extend(d.System(), addendum(id))
		if slices.Contains([]placement.State{placement.Running, placement.Suspended}, s) {
			d.Must(err)
			continue
		}
		refused(t, err, placement.WrongState)
	}
	d.Today = placementtest.Monday
	id := d.brought(placement.Running)
	d.Today = firstEnd.AddDays(1) // it ended yesterday, and nobody has said so
	refused(t, d.extend(d.System(), addendum(id)), placement.ExtensionTooLate)
	in := addendum(id)
	in.Day = firstEnd // signed in time
	refused(t, d.extend(d.System(), in), placement.ExtensionRecordedLate)
	d.Must(d.extend(d.System(), in, placement.ExtensionRecordedLate))
}

// A suspension that outlasts the last day is no dead end: the internship is extended while it stands still, and resumed after the day that was its last.
func TestWhatStandsStillIsExtendedAndResumed(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.Running)
	d.Today = calendar.MustDay("2026-08-01")
	d.take(id, access.SuspendPlacement)
	d.Today = firstEnd
	d.Must(d.extend(d.System(), addendum(id)))
	if got := d.lasts(id); !strings.HasPrefix(got, "SUSPENDED 2026-08-01 2026-11-30") {
		t.Errorf("after: %s", got)
	}
	d.Today = calendar.MustDay("2026-10-01")
	d.take(id, access.ResumePlacement)
	var pauses string
	d.Must(d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return tx.NewRaw("select pauses::text from placement_costs(array[?::uuid])", id).Scan(ctx, &pauses)
	}))
	if pauses != `[{"from": "2026-08-01", "until": "2026-10-01", "reason": "ILLNESS"}]` {
		t.Errorf("it stood still %s", pauses)
	}
}

// The longest duration is counted with what was done before, and without suspensions for good, of this internship and of earlier ones.
func TestSuspensionsForGoodDoNotCount(t *testing.T) {
	d := newDesk(t)
	d.Exec("update policy_rule set value = '8' where code = 'placement.max_months'")
	d.Exec("update policy_rule set value = '0' where code = 'placement.extension_months'")
	paused := func(days int) uuid.UUID {
		d.Today = placementtest.Monday
		id := d.brought(placement.Running)
		d.Today = calendar.MustDay("2026-05-04")
		d.take(id, access.SuspendPlacement)
		d.Today = d.Today.AddDays(days)
		d.take(id, access.ResumePlacement)
		return id
	}
	until := func(id uuid.UUID, last string) error {
		in := addendum(id)
		in.ToDay = calendar.MustDay(last)
		return d.extend(d.System(), in)
	}
	short := paused(29) // an illness is a suspension from 30 days on
	refused(t, until(short, "2026-11-02"), placement.ExtensionTooLong)
	d.Must(until(short, "2026-11-01"))
	long := paused(30)
	refused(t, until(long, "2026-12-02"), placement.ExtensionTooLong)
	d.Must(until(long, "2026-10-31"))

	d.Today = calendar.MustDay("2026-10-31")
	d.take(long, access.EndPlacement)
	d.Today = calendar.MustDay("2026-11-02")
	opening, _ := d.Opening(placementtest.Seats{From: d.Today.String()})
	in := d.draftOf(placementtest.One[uuid.UUID](d.Office, "select participation_id from placement where id = $1", long), opening)
	in.ToDay = calendar.MustDay("2026-11-30") // 214 days were done: from 2 November eight months less these reach to 29 November
	refused(t, d.draft(d.System(), in), placement.TooLong)
	in.ToDay = calendar.MustDay("2026-11-29")
	d.Must(d.draft(d.System(), in))
}

// Where the rules ask for the need only beyond the longest duration, one within it goes without.
func TestTheNeedMayBeAskedForBeyondOnly(t *testing.T) {
	d := newDesk(t)
	d.Exec(`update policy_rule set value = '"BEYOND"' where code = 'placement.extension_need'`)
	d.Exec("update policy_rule set value = '8' where code = 'placement.max_months'")
	in := addendum(d.brought(placement.Running))
	in.Attestation = ""
	refused(t, d.extend(d.System(), in), placement.ExtensionNeed) // to the end of November are nine months
	in.ToDay = calendar.MustDay("2026-11-01")
	d.Must(d.extend(d.System(), in))
}

// The days that an extension adds need a place at the host: the days before are the internship's already.
func TestAnExtensionNeedsAPlaceAtTheHost(t *testing.T) {
	d := newDesk(t)
	id := d.drafted(placementtest.Who{}, placementtest.Seats{Headcount: 3, Number: 2})
	d.take(id, ways[placement.Running]...)
	other := d.draftOf(d.Active(placementtest.Who{}), placementtest.One[uuid.UUID](d.Office, "select opening_id from placement where id = $1", id))
	other.FromDay = firstEnd.AddDays(6)
	d.Must(d.draft(d.System(), other))
	d.take(other.ID, access.ConfirmPlacement) // the site's only place, from 7 September on
	if a := d.allowed(d.System(), id)[access.ExtendPlacement]; !a.Allowed {
		t.Errorf("an extension by a day is not foreseen: %v", a.Refusals)
	}
	refused(t, d.extend(d.System(), addendum(id)), placement.HostQuota)
	in := addendum(id)
	in.ToDay = firstEnd.AddDays(5)
	d.Must(d.extend(d.System(), in))
	d.take(id, access.CommunicateExtension)
	if a := d.allowed(d.System(), id)[access.ExtendPlacement]; a.Allowed || !refusal.List(a.Refusals).Has(placement.HostQuota) {
		t.Errorf("another extension is foreseen as %v", a)
	}
}

// Rights: who starts an internship may extend it; the host, a stranger and whoever lacks the role may not, and their words do not differ from those for any other act.
func TestWhoMayExtend(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.Running)
	refused(t, d.extend(d.Coordinator("MONTIGNOSO"), addendum(id)), refusal.NotFound)
	refused(t, d.extend(d.Host(id), addendum(id)), refusal.NotAllowed)
	refused(t, d.extend(d.Actor(d.Orgs["CARRARA"], access.Scout), addendum(id)), refusal.NotFound)
	d.Must(d.extend(d.Accompanying(), addendum(id)))
	refused(t, d.do(d.Accompanying(), access.CommunicateExtension, placement.Step{Placement: id}), refusal.NotAllowed)
	refused(t, d.do(d.Host(id), access.CommunicateExtension, placement.Step{Placement: id}), refusal.NotAllowed)
	for who, n := range map[string]int{"host": 1, "stranger": 0, "own": 1} {
		actor := map[string]access.Actor{"host": d.Host(id), "stranger": d.Coordinator("MONTIGNOSO"), "own": d.Coordinator("CARRARA")}[who]
		if got := d.count(actor, "placement_extension"); got != n {
			t.Errorf("%s sees %d extensions", who, got)
		}
	}
	err := d.As(d.Coordinator("CARRARA"), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := tx.NewRaw("update placement_extension set to_day = to_day + 1").Exec(ctx)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("what was agreed is changed: %v", err)
	}
}

// Two extend at the same moment: one stands, and the other is told of it.
func TestTwoExtendAtOnce(t *testing.T) {
	d := newDesk(t)
	d.room = placement.Room{}
	id := d.brought(placement.Running)
	for round := range 5 {
		d.Exec("update placement_extension set communicated_on = signed_on, communication_code = 'U' where communicated_on is null")
		errs := make([]error, 3)
		var wait sync.WaitGroup
		for i := range errs {
			in := addendum(id)
			in.ToDay = firstEnd.AddDays(10 * (round + 1))
			wait.Go(func() { errs[i] = d.extend(d.System(), in) })
		}
		wait.Wait()
		stand := 0
		for _, err := range errs {
			if err == nil {
				stand++
				continue
			}
			list, _ := refusal.As(err)
			if !list.Has(refusal.RevisionConflict) && !list.Has(placement.ExtensionPending) {
				t.Errorf("the other is told %v", err)
			}
		}
		if stand != 1 {
			t.Fatalf("%d extensions at once", stand)
		}
	}
	if n := placementtest.One[int](d.Office, "select max(version) from placement_extension where placement_id = $1", id); n != 6 {
		t.Errorf("the project is at version %d", n)
	}
}

// The communication of an extension is recorded once; a late one is acknowledged, also when the internship has ended meanwhile. Nothing is extended again before.
func TestAnExtensionIsCommunicated(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.Running)
	communicate := func(day string, acknowledged ...*refusal.Code) error {
		return d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error {
			for _, c := range acknowledged {
				tx.Acknowledge([]string{c.String()}, "prova")
			}
			return d.room.CommunicateExtension(ctx, tx, placement.CommunicateInput{Step: placement.Step{Placement: id, Day: calendar.MustDay(day)}, Code: " U-2 "})
		})
	}
	refused(t, communicate("2026-03-02"), placement.NothingToCommunicate)
	d.Today = calendar.MustDay("2026-08-20")
	in := addendum(id)
	in.ToDay = calendar.MustDay("2026-09-10")
	d.Must(d.extend(d.System(), in))
	refused(t, d.extend(d.System(), addendum(id)), placement.ExtensionPending)
	refused(t, communicate("2026-08-19"), placement.DayTooEarly)
	refused(t, communicate("2026-08-21"), placement.DayInFuture)
	d.told = nil
	d.Must(communicate("2026-08-20"))
	if len(d.told) != 1 || d.told[0].Concept != "extension" || d.told[0].From != "TO_COMMUNICATE" || d.told[0].To != "COMMUNICATED" {
		t.Errorf("told %+v", d.told)
	}
	refused(t, communicate("2026-08-20"), placement.NothingToCommunicate)

	d.Must(d.extend(d.System(), addendum(id))) // again, to the end of November
	d.Today = longerBy
	d.take(id, access.EndPlacement)
	d.Today = longerBy.AddDays(10)
	refused(t, communicate("2026-12-10"), placement.ExtensionCommunicatedLate)
	d.Must(communicate("2026-12-10", placement.ExtensionCommunicatedLate))
	want := "2 2026-09-01 2026-09-10 2026-08-20 AIMS_NEED_TIME ATT-1 2026-09-06 2026-08-20 U-2, 3 2026-09-10 2026-11-30 2026-08-20 AIMS_NEED_TIME ATT-1 2026-09-15 2026-12-10 U-2"
	if got := d.extensions(id); got != want {
		t.Errorf("the addenda are %s", got)
	}
}

// Broken off before it has begun, an extension that nobody communicated lapses; one that has begun is still to be communicated.
func TestAnExtensionLapses(t *testing.T) {
	d := newDesk(t)
	for day, lapsed := range map[string]string{"2026-09-01": "2026-09-01", "2026-09-02": ""} {
		d.Today = placementtest.Monday
		id := d.brought(placement.Running)
		d.Must(d.extend(d.System(), addendum(id)))
		d.Today = calendar.MustDay(day)
		d.take(id, access.InterruptPlacement)
		if got := placementtest.One[string](d.Office, "select coalesce(lapsed_on::text, '') from placement_extension where placement_id = $1", id); got != lapsed {
			t.Errorf("broken off on %s: lapsed %q", day, got)
		}
		if open := d.allowed(d.System(), id)[access.CommunicateExtension].Allowed; open != (lapsed == "") {
			t.Errorf("broken off on %s: to be communicated %v", day, open)
		}
	}
}

// The host has signed the addendum and reads it, without why it was needed; who follows the person reads that, too.
func TestWhatIsReadOfAnExtension(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.Running)
	d.Must(d.extend(d.System(), addendum(id)))
	d.take(id, access.CommunicateExtension)
	asked := field("extensions", "PlacementExtension", append(plain("version", "previousToDay", "toDay", "signedOn", "attestation", "communicateBy", "communicatedOn", "communicationCode", "lapsedOn", "hidden"),
		field("reason", "CodeItem", plain("label")...), field("member", "Member", plain("name")...))...)
	steps := field("steps", "PlacementStep", append(plain("act"), field("reason", "CodeItem", plain("code")...))...)
	common := "communicateBy:2026-09-06 communicatedOn:2026-03-02 communicationCode:UNILAV-2 hidden:"
	for who, want := range map[string]string{"host": "attestation:<nil> " + common + "[member attestation reason]", "own": "attestation:ATT-1 " + common + "[member]"} {
		actor := map[string]access.Actor{"host": d.Host(id), "own": d.Coordinator("CARRARA")}[who]
		read := d.read(actor, id, asked, steps)
		if got := fmt.Sprint(read["extensions"]); !strings.HasPrefix(got, "[map["+want) {
			t.Errorf("%s reads %s", who, got)
		}
		reason := fmt.Sprint(read["steps"].([]any)[5])
		if shown := strings.Contains(reason, "AIMS_NEED_TIME"); shown != (who == "own") {
			t.Errorf("%s reads of the step %s", who, reason)
		}
	}
}

// The hours of the days that come to an internship are looked at as those of a draft are: from the month in which they begin, in which it was there before.
func TestAnExtensionPlansItsHours(t *testing.T) {
	d := newDesk(t)
	var asked []string
	over := refusal.Define(refusal.Definition{Code: "TEST_OVER", Kind: refusal.Rule, Message: refusal.Text{It: "Troppo.", En: "Too much."}, Cure: refusal.Text{It: "Riduci.", En: "Reduce."}})
	id := d.brought(placement.Running)
	d.room.PlanGates = []placement.PlanGate{func(_ context.Context, _ *postgres.Tx, p placement.Placement) (refusal.List, error) {
		asked = append(asked, fmt.Sprintf("%s-%s", p.FromDay, p.ToDay))
		return refusal.List{over.At("to")}, nil
	}}
	d.Today = calendar.MustDay("2026-08-20")
	in := addendum(id)
	err := d.extend(d.System(), in)
	refused(t, err, over)
	var list refusal.List
	if !errors.As(err, &list) || strings.Join(list[0].Path, ".") != "toDay" {
		t.Errorf("the fault is at %v", err)
	}
	in.ToDay = firstEnd
	refused(t, d.extend(d.System(), in), placement.ExtensionNotLater)
	if !slices.Equal(asked, []string{"2026-09-01-2026-11-30"}) {
		t.Errorf("asked of %q", asked)
	}
}

// An extension has counted on how long the internship stood still: it is not resumed on a day before.
func TestWhatAnExtensionCountedOnStays(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.Running)
	d.Today = calendar.MustDay("2026-05-04")
	d.Must(d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return d.room.Suspend(ctx, tx, placement.ReasonInput{Step: placement.Step{Placement: id}, Reason: "ILLNESS"})
	}))
	d.Today = calendar.MustDay("2026-07-06")
	d.Must(d.extend(d.System(), addendum(id)))
	resume := func(day string) error {
		return d.As(d.System(), func(ctx context.Context, tx *postgres.Tx) error {
			tx.Acknowledge([]string{placement.SuspensionShort.String()}, "prova")
			return d.room.Resume(ctx, tx, placement.Step{Placement: id, Day: calendar.MustDay(day)})
		})
	}
	refused(t, resume("2026-05-05"), placement.DayTooEarly)
	refused(t, resume("2026-07-05"), placement.DayTooEarly)
	d.Must(resume("2026-07-06"))
}
