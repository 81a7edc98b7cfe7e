package attendance_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// monthly is an act on a month.
type monthly func(context.Context, *postgres.Tx, attendance.MonthStep) error

// promoter is a coordinator of the lead body.
func (o *office) promoter() access.Actor { return o.actor(o.bringer, access.Coordinator, o.lead) }

// ledger is a month with entries of the adult's internship, after its end.
func (o *office) ledger() uuid.UUID {
	o.t.Helper()
	o.on("2026-03-27")
	o.record(o.tutor, entry(o.intern["adult"], "2026-03-23", "08:00", "12:00"), entry(o.intern["adult"], "2026-03-23", "13:00", "15:00"), entry(o.intern["adult"], "2026-03-24", "08:00", "12:00"))
	o.on("2026-04-02")
	return o.monthOf(o.intern["adult"], "2026-03-01")
}

func (o *office) on(day string) {
	o.now = calendar.MustDay(day).At(calendar.MustLocalTime("18:00"))
}

func (o *office) monthOf(enrolment uuid.UUID, month string) (id uuid.UUID) {
	o.t.Helper()
	o.one("select id from register_month where enrolment_id = $1 and month = $2::text::date", &id, enrolment, month)
	return id
}

// does runs an act and gives the code of its refusal, "" for none.
func (o *office) does(actor access.Actor, act monthly, in attendance.MonthStep) string {
	o.t.Helper()
	err := o.as(actor, func(ctx context.Context, tx *postgres.Tx) error { return act(ctx, tx, in) })
	list, refused := refusal.As(err)
	if err != nil && !refused {
		o.t.Fatal(err)
	}
	if err == nil {
		return ""
	}
	return list[0].Code
}

func (o *office) state(month uuid.UUID) (s string) {
	o.t.Helper()
	o.one("select concat_ws(' ', state, minutes, presence_days) from register_month where id = $1", &s, month)
	return s
}

// lock takes a month from its submission to the lock.
func (o *office) lock(month uuid.UUID, promoter access.Actor) {
	o.t.Helper()
	for _, step := range []struct {
		actor access.Actor
		act   monthly
	}{{o.tutor, attendance.SubmitMonth}, {o.host, attendance.CertifyMonthAsHost}, {promoter, attendance.CertifyMonth}, {promoter, attendance.LockMonth}} {
		if code := o.does(step.actor, step.act, attendance.MonthStep{Month: month}); code != "" {
			o.t.Fatal(code)
		}
	}
}

func TestAMonthIsCertifiedStepByStep(t *testing.T) {
	o := newOffice(t)
	month, promoter := o.ledger(), o.promoter()
	in := attendance.MonthStep{Month: month, Reason: "prova"}
	for _, step := range []struct {
		name  string
		actor access.Actor
		act   monthly
		want  string // code of the refusal, or the state
	}{
		{"the host before it was submitted", o.host, attendance.CertifyMonthAsHost, "REGISTER_MONTH_STATE"},
		{"the host submits", o.host, attendance.SubmitMonth, "NOT_ALLOWED"},
		{"the tutor submits", o.tutor, attendance.SubmitMonth, "SUBMITTED 600 2"},
		{"the promoter before the host", promoter, attendance.CertifyMonth, "REGISTER_MONTH_HOST_FIRST"},
		{"the promoter for a host that is not silent", promoter, attendance.CertifyMonthForHost, "REGISTER_MONTH_HOST_IN_TIME"},
		{"the host gives it back", o.host, attendance.ReturnMonth, "OPEN"},
		{"the tutor submits again", o.tutor, attendance.SubmitMonth, "SUBMITTED 600 2"},
		{"another host", o.actor(uuid.New(), access.HostTutor, uuid.New()), attendance.CertifyMonthAsHost, "NOT_FOUND"},
		{"the host certifies", o.host, attendance.CertifyMonthAsHost, "HOST_CERTIFIED 600 2"},
		{"the host gives it back too late", o.host, attendance.ReturnMonth, "REGISTER_MONTH_STATE"},
		{"locked before the promoter", promoter, attendance.LockMonth, "REGISTER_MONTH_STATE"},
		{"the tutor certifies for the promoter", o.tutor, attendance.CertifyMonth, "NOT_ALLOWED"},
		{"the promoter certifies", promoter, attendance.CertifyMonth, "PROMOTER_CERTIFIED 600 2"},
		{"it is locked", promoter, attendance.LockMonth, "LOCKED 600 2"},
		{"it is reopened after the lock", promoter, attendance.ReopenMonth, "REGISTER_MONTH_STATE"},
	} {
		got := o.does(step.actor, step.act, in)
		if got == "" {
			got = o.state(month)
		}
		if got != step.want {
			t.Errorf("%s: %s, want %s", step.name, got, step.want)
		}
	}
	var steps, hashes string
	o.one("select string_agg(act, ' ' order by position) from register_step", &steps)
	o.one("select count(distinct content_hash) || ' of ' || count(content_hash) from register_step", &hashes)
	if steps != "submitMonth returnMonth submitMonth certifyMonthAsHost certifyMonth lockMonth" || hashes != "1 of 5" {
		t.Errorf("%s; contents %s", steps, hashes)
	}
}

// A month that was submitted after the last day, and whose activity was extended since, is not over: it is neither certified nor locked, and opens again.
func TestAMonthThatGoesOnIsNotClosed(t *testing.T) {
	const ends = "update enrolment set to_day = $2::text::date where id = $1"
	o := newOffice(t)
	o.ledger()
	o.on("2026-03-27")
	month, promoter := o.monthOf(o.intern["adult"], "2026-03-01"), o.promoter()
	file := o.file(month)
	in := attendance.MonthStep{Month: month, Reason: "prova", Evidence: "PEC 7", File: &file}
	forward := []struct {
		actor access.Actor
		act   monthly
	}{{o.tutor, attendance.SubmitMonth}, {o.host, attendance.CertifyMonthAsHost}, {promoter, attendance.CertifyMonth}, {promoter, attendance.LockMonth}}
	does := func(name string, actor access.Actor, act monthly, want string) {
		t.Helper()
		if code := o.does(actor, act, in); code != want {
			t.Errorf("%s: %q, want %q", name, code, want)
		}
	}
	for steps := range 3 {
		o.exec(ends, o.intern["adult"], "2026-03-26")
		for _, s := range forward[:steps+1] {
			does("over", s.actor, s.act, "")
		}
		state := o.state(month)
		o.exec(ends, o.intern["adult"], "2026-06-30")
		does(state+" and extended", forward[steps+1].actor, forward[steps+1].act, "REGISTER_MONTH_NOT_OVER")
		if steps == 0 {
			o.exec("update register_month set state_since = '2026-02-01'")
			does("of a silent host", promoter, attendance.CertifyMonthForHost, "REGISTER_MONTH_NOT_OVER")
		}
		does("reopened", promoter, attendance.ReopenMonth, "")
	}
	o.exec(ends, o.intern["adult"], "2026-03-26")
	for _, s := range forward {
		does("over", s.actor, s.act, "")
	}
	o.exec(ends, o.intern["adult"], "2026-06-30")
	list, _ := refusal.As(o.as(promoter, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.AdjustMonth(ctx, tx, attendance.Adjustment{MonthStep: in, ID: uuid.New(), Day: calendar.MustDay("2026-03-28"), Minutes: 60, Days: 1})
	}))
	if !list.Has(attendance.Future) {
		t.Errorf("hours of a day that has not come are added: %v", list)
	}
}

// What a locked month was adjusted by counts, or no longer, wherever it is asked what counts: for the attestation, and for the last day.
func TestWhatWasAdjustedCountsForTheGates(t *testing.T) {
	o := newOffice(t)
	month, promoter, enrolment := o.ledger(), o.promoter(), o.intern["adult"]
	o.exec("update enrolment set planned_minutes = 600 where id = $1", enrolment)
	in := attendance.MonthStep{Month: month, Reason: "prova"}
	o.lock(month, promoter)
	for _, c := range []struct {
		day             string
		minutes, days   int
		attested, leave string
	}{
		{"", 0, 0, "", "24/03/2026"},
		{"2026-03-24", -60, 0, "", "24/03/2026"},
		{"2026-03-24", -180, -1, "60 %", ""},
		{"2026-03-27", 60, 1, "", "27/03/2026"},
	} {
		var attested, left refusal.List
		if err := o.as(promoter, func(ctx context.Context, tx *postgres.Tx) error {
			if c.day != "" {
				if err := attendance.AdjustMonth(ctx, tx, attendance.Adjustment{MonthStep: in, ID: uuid.New(), Day: calendar.MustDay(c.day), Minutes: c.minutes, Days: c.days}); err != nil {
					return err
				}
			}
			refused, err := attendance.AttestGate(ctx, tx, []uuid.UUID{o.placement("adult")})
			if attested = refused[o.placement("adult")]; err != nil {
				return err
			}
			left, err = attendance.LeaveGate(ctx, tx, enrolment, calendar.MustDay("2026-03-24"))
			return err
		}); err != nil {
			t.Fatalf("%s: %v", c.day, err)
		}
		for _, got := range []struct {
			list refusal.List
			want string
		}{{attested, c.attested}, {left, c.leave}} {
			if (len(got.list) > 0) != (got.want != "") || got.want != "" && !strings.Contains(got.list[0].Localized("it").Message, got.want) {
				t.Errorf("after %d on %s: %v, want %q", c.minutes, c.day, got.list, got.want)
			}
		}
	}
}

// What is certified is what was submitted: a register that says something else, however that came, is not certified.
func TestAnotherContentIsNotCertified(t *testing.T) {
	o := newOffice(t)
	month := o.ledger()
	in := attendance.MonthStep{Month: month}
	if code := o.does(o.tutor, attendance.SubmitMonth, in); code != "" {
		t.Fatal(code)
	}
	o.exec("update attendance set to_minute = to_minute + 60 where day = '2026-03-24'")
	if code := o.does(o.host, attendance.CertifyMonthAsHost, in); code != "REGISTER_MONTH_CHANGED" {
		t.Errorf("certified: %s", code)
	}
}

// Whoever certifies for the host, in whosever place, does not certify for the promoter, too; nor does he in whose place it was.
func TestOneHandDoesNotCertifyForBoth(t *testing.T) {
	o := newOffice(t)
	month, promoter := o.ledger(), o.promoter()
	in := attendance.MonthStep{Month: month, Reason: "prova"}
	both := promoter
	both.Grants = append(slices.Clone(promoter.Grants), o.host.Grants...)
	stands := access.Actor{Member: uuid.New(), Grants: slices.Clone(both.Grants)}
	for i := range stands.Grants {
		stands.Grants[i].For = both.Member
	}
	other := o.actor(uuid.New(), access.Coordinator, o.lead)
	for name, c := range map[string]struct{ host, promoter access.Actor }{"himself": {both, both}, "in whose place it was": {stands, both}, "in the place of who did": {both, stands}} {
		for _, step := range []struct {
			actor access.Actor
			act   monthly
			want  string
		}{
			{o.tutor, attendance.SubmitMonth, ""},
			{c.host, attendance.CertifyMonthAsHost, ""},
			{c.promoter, attendance.CertifyMonth, "REGISTER_MONTH_OWN_HAND"},
			{other, attendance.CertifyMonth, ""},
			{other, attendance.ReopenMonth, ""},
		} {
			if got := o.does(step.actor, step.act, in); got != step.want {
				t.Errorf("%s: %q, want %q", name, got, step.want)
			}
		}
	}
}

func TestASilentHostKeepsNobodyFromHisPay(t *testing.T) {
	o := newOffice(t)
	month, promoter := o.ledger(), o.promoter()
	if code := o.does(o.tutor, attendance.SubmitMonth, attendance.MonthStep{Month: month}); code != "" {
		t.Fatal(code)
	}
	o.on("2026-04-09")
	in := attendance.MonthStep{Month: month}
	if code := o.does(promoter, attendance.CertifyMonthForHost, in); code != "ATTENDANCE_REASON_NEEDED" {
		t.Errorf("without a word of why: %s", code)
	}
	in.Reason = "due solleciti senza risposta"
	if code := o.does(promoter, attendance.CertifyMonthForHost, in); code != "REGISTER_MONTH_NEEDS_PROOF" {
		t.Errorf("without proof: %s", code)
	}
	file := o.file(month)
	in.Evidence, in.File = "PEC prot. 2026/77", &file
	if code := o.does(promoter, attendance.CertifyMonthForHost, in); code != "" || o.state(month) != "HOST_CERTIFIED 600 2" {
		t.Fatalf("%s, %s", code, o.state(month))
	}
	var hosts int
	o.one("select count(*) from file f join register_month m on m.participation_id = f.participation_id where f.state = 'ATTACHED' and f.audience && array[scope_key('COMPANY', m.programme_id, m.company_id)]", &hosts)
	if hosts != 0 {
		t.Error("the host sees what proves its silence")
	}
	if code := o.does(promoter, attendance.CertifyMonth, in); code != "" {
		t.Error(code)
	}
}

// file is one that the promoter has brought about the participant of a month, whole and checked.
func (o *office) file(month uuid.UUID) (id uuid.UUID) {
	o.t.Helper()
	o.one(`insert into file (id, programme_id, participation_id, person_id, kind, class, media_type, announced, received, bytes, sha256, state, uploaded_by, prepared_at, expires_at, audience)
		select gen_random_uuid(), m.programme_id, m.participation_id, a.person_id, 'REGISTER', 'work', 'application/pdf', 1, 1, 1, '\x00', 'COMPLETE', $2, $3, $3::timestamptz + interval '1 day', a.audience
		from register_month m join participation a on a.id = m.participation_id where m.id = $1 returning id`, &id, month, o.bringer, o.now)
	return id
}

// What comes after the month was submitted is kept, and counts once the month is open again and somebody says why.
func TestWhatComesAfterTheSubmissionIsKept(t *testing.T) {
	o := newOffice(t)
	month, promoter := o.ledger(), o.promoter()
	in := attendance.MonthStep{Month: month, Reason: "manca un giorno"}
	if code := o.does(o.tutor, attendance.SubmitMonth, in); code != "" {
		t.Fatal(code)
	}
	late := entry(o.intern["adult"], "2026-03-26", "08:00", "12:00")
	over := entry(o.course["adult"], "2026-03-24", "11:00", "13:00")
	answers := o.record(o.tutor, late, over)
	o.keptWith(answers[0], attendance.MonthClosedAlready, "{MONTH_CLOSED}")
	o.keptWith(answers[1], attendance.Overlaps, "{OVERLAP}")
	if o.state(month) != "SUBMITTED 600 2" {
		t.Errorf("what was submitted has changed: %s", o.state(month))
	}
	var first uuid.UUID
	o.one("select id from attendance where day = '2026-03-24' and standing = 'COUNTED'", &first)
	for name, act := range map[string]func(context.Context, *postgres.Tx) error{
		"withdrawn": func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.Withdraw(ctx, tx, first, "prova", nil)
		},
		"corrected": func(ctx context.Context, tx *postgres.Tx) error {
			to := calendar.MustLocalTime("11:00")
			return attendance.Correct(ctx, tx, attendance.Correction{Entry: first, ID: uuid.New(), To: &to, Note: "prova"})
		},
		"taken down by a resolution": func(ctx context.Context, tx *postgres.Tx) error {
			_, err := attendance.Resolve(ctx, tx, over.ID, true, "prova", nil)
			return err
		},
		"let count": func(ctx context.Context, tx *postgres.Tx) error {
			_, err := attendance.Resolve(ctx, tx, late.ID, true, "prova", nil)
			return err
		},
	} {
		if list, _ := refusal.As(o.as(o.tutor, act)); !list.Has(attendance.MonthClosedAlready) {
			t.Errorf("%s although its month was submitted: %v", name, list)
		}
	}
	if code := o.does(promoter, attendance.ReopenMonth, in); code != "" {
		t.Fatal(code)
	}
	if code := o.does(o.tutor, attendance.SubmitMonth, in); code != "ATTENDANCE_STILL_CONTESTED" {
		t.Errorf("submitted with what is contested: %s", code)
	}
	o.resolve(late.ID, true)
	o.resolve(over.ID, false)
	if code := o.does(o.tutor, attendance.SubmitMonth, in); code != "" || o.state(month) != "SUBMITTED 840 3" {
		t.Errorf("%s, %s", code, o.state(month))
	}
}

func TestAfterTheLockThereAreAdjustmentsOnly(t *testing.T) {
	o := newOffice(t)
	month, promoter := o.ledger(), o.promoter()
	adjust := func(day string, minutes, days int, reason string) string {
		return o.does(promoter, func(ctx context.Context, tx *postgres.Tx, in attendance.MonthStep) error {
			return attendance.AdjustMonth(ctx, tx, attendance.Adjustment{MonthStep: in, ID: uuid.New(), Day: calendar.MustDay(day), Minutes: minutes, Days: days})
		}, attendance.MonthStep{Month: month, Reason: reason})
	}
	if code := adjust("2026-03-25", 60, 1, "prova"); code != "REGISTER_MONTH_STATE" {
		t.Errorf("an open month is adjusted: %s", code)
	}
	o.lock(month, promoter)
	for _, step := range []struct {
		day           string
		minutes, days int
		reason, want  string
	}{
		{"2026-03-25", 120, 1, "foglio firme ritrovato", ""},
		{"2026-03-25", 120, 1, "due volte lo stesso giorno", "REGISTER_ADJUSTMENT_IMPOSSIBLE"},
		{"2026-03-25", 400, 0, "troppe ore", "ATTENDANCE_OVER_DAY_LIMIT"},
		{"2026-03-24", -240, -1, "non era presente", ""},
		{"2026-03-24", -1, 0, "sotto zero", "REGISTER_ADJUSTMENT_IMPOSSIBLE"},
		{"2026-03-23", 0, 0, "niente", "REGISTER_ADJUSTMENT_IMPOSSIBLE"},
		{"2026-04-01", 60, 0, "un altro mese", "REGISTER_ADJUSTMENT_OUTSIDE"},
		{"2026-03-23", -30, 0, " ", "ATTENDANCE_REASON_NEEDED"},
	} {
		if code := adjust(step.day, step.minutes, step.days, step.reason); code != step.want {
			t.Errorf("%s: %q, want %q", step.reason, code, step.want)
		}
	}
	var sum, sealed string
	o.one("select sum(minutes) || ' ' || sum(presence_days) || ' ' || count(*) from register_adjustment", &sum)
	o.one("select string_agg(t::text, '') from register_adjustment t", &sealed)
	if sum != "-120 0 2" || strings.Contains(sealed, fmt.Sprintf("%x", "ritrovato")) {
		t.Errorf("adjustments %s, sealed %t", sum, !strings.Contains(sealed, fmt.Sprintf("%x", "ritrovato")))
	}
}

// A course has no host: the promoter certifies it at once.
func TestAMonthWithoutAHost(t *testing.T) {
	o := newOffice(t)
	o.record(o.tutor, entry(o.course["adult"], "2026-03-16", "08:00", "12:00"))
	month, promoter := o.monthOf(o.course["adult"], "2026-03-01"), o.promoter()
	in := attendance.MonthStep{Month: month}
	if code := o.does(o.tutor, attendance.SubmitMonth, in); code != "REGISTER_MONTH_NOT_OVER" {
		t.Errorf("submitted on the 18th: %s", code)
	}
	o.on("2026-04-01")
	for _, act := range []struct {
		actor access.Actor
		do    monthly
	}{{o.tutor, attendance.SubmitMonth}, {promoter, attendance.CertifyMonth}, {promoter, attendance.LockMonth}} {
		if code := o.does(act.actor, act.do, in); code != "" {
			t.Fatal(code)
		}
	}
}

// An adjustment holds the day against the limit of the person's age, whatever the one of adults is.
func TestAnAdjustmentGoesByTheAge(t *testing.T) {
	o := newOffice(t)
	o.exec("update policy_rule set value = '300' where code = 'limits.minor.day_minutes'")
	o.record(o.tutor, entry(o.course["minor"], "2026-03-16", "08:00", "12:00"))
	in, promoter := attendance.MonthStep{Month: o.monthOf(o.course["minor"], "2026-03-01"), Reason: "foglio firme ritrovato"}, o.promoter()
	o.on("2026-04-01")
	for _, act := range []struct {
		actor access.Actor
		do    monthly
	}{{o.tutor, attendance.SubmitMonth}, {promoter, attendance.CertifyMonth}, {promoter, attendance.LockMonth}} {
		if code := o.does(act.actor, act.do, attendance.MonthStep{Month: in.Month}); code != "" {
			t.Fatal(code)
		}
	}
	for _, step := range []struct {
		minutes int
		want    string
	}{{61, "ATTENDANCE_OVER_DAY_LIMIT"}, {60, ""}, {1, "ATTENDANCE_OVER_DAY_LIMIT"}} {
		if code := o.does(promoter, func(ctx context.Context, tx *postgres.Tx, in attendance.MonthStep) error {
			return attendance.AdjustMonth(ctx, tx, attendance.Adjustment{MonthStep: in, ID: uuid.New(), Day: calendar.MustDay("2026-03-16"), Minutes: step.minutes})
		}, in); code != step.want {
			t.Errorf("%d minutes more: %q, want %q", step.minutes, code, step.want)
		}
	}
}

// Hours are put right on days on which they could have been written: none are added where the internship stands still or is none, and any may be taken away.
func TestAnAdjustmentAddsNothingToDaysOfNone(t *testing.T) {
	o := newOffice(t)
	o.record(o.tutor, entry(o.intern["adult"], "2026-03-17", "08:00", "12:00"), entry(o.intern["adult"], "2026-03-05", "08:00", "12:00"))
	in, promoter := attendance.MonthStep{Month: o.monthOf(o.intern["adult"], "2026-03-01"), Reason: "foglio firme ritrovato"}, o.promoter()
	o.exec("update register_month set state = 'LOCKED', minutes = 480, presence_days = 2, content_hash = sha256('') where id = $1", in.Month)
	o.exec("update placement set state = 'SUSPENDED', state_since = '2026-03-12' where enrolment_id = $1", o.intern["adult"])
	o.exec("update enrolment set from_day = '2026-03-04' where id = $1", o.intern["adult"])
	o.exec("update placement set started_on = '2026-03-04' where enrolment_id = $1", o.intern["adult"])
	for _, c := range []struct {
		name, day     string
		minutes, days int
		want          string
	}{
		{"before it began", "2026-03-03", 60, 1, "ATTENDANCE_OUTSIDE_ENROLMENT"},
		{"suspended", "2026-03-13", 60, 1, "ATTENDANCE_NOT_RUNNING"},
		{"a day alone", "2026-03-13", 0, 1, "ATTENDANCE_NOT_RUNNING"},
		{"taken away", "2026-03-17", -240, -1, ""},
		{"of its days", "2026-03-05", 60, 0, ""},
	} {
		if code := o.does(promoter, func(ctx context.Context, tx *postgres.Tx, in attendance.MonthStep) error {
			return attendance.AdjustMonth(ctx, tx, attendance.Adjustment{MonthStep: in, ID: uuid.New(), Day: calendar.MustDay(c.day), Minutes: c.minutes, Days: c.days})
		}, in); code != c.want {
			t.Errorf("%s: %q, want %q", c.name, code, c.want)
		}
	}
}

// TestAContestedEntryHasItsClock: it is due of who writes the register until it is resolved, once; also what a former tutor delivers of a month that is not there yet.
func TestAContestedEntryHasItsClock(t *testing.T) {
	o := newOffice(t)
	o.on("2026-03-27")
	o.exec("insert into member (id, issuer, subject, email, name, audience) values ($1, 'test', 'tutor', 'tutor@example.org', 'Prova', '{}')", o.tutor.Member)
	o.exec("update placement set tutor_id = $1", o.tutor.Member)
	clocks := duty.NewClocks(attendance.EntryClocks())
	react := func(entries ...uuid.UUID) string {
		o.t.Helper()
		var news []event.Event
		for _, id := range entries {
			news = append(news, event.Event{News: event.News{SubjectKind: "Attendance", Subject: id}})
		}
		if err := o.as(o.actor(uuid.New(), access.System, o.lead), func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.FollowEntries(clocks.OnState)(ctx, tx, news)
		}); err != nil {
			t.Fatal(err)
		}
		var open string
		o.one(`select coalesce(string_agg(concat_ws(' ', subject_id, kind, (due_at at time zone 'Europe/Rome')::date, case owner_key when $1 then 'tutor' else 'promoter' end, case next_owner_key when $1 then 'tutor' else 'promoter' end), ', '
			order by due_at, subject_id), '') from due where done_at is null`, &open, o.tutor.Member)
		return open
	}
	first, second, counted := entry(o.intern["adult"], "2026-03-23", "08:00", "12:00"), entry(o.intern["adult"], "2026-03-23", "09:00", "11:00"), entry(o.intern["adult"], "2026-03-24", "08:00", "12:00")
	o.record(o.tutor, first, second, counted)
	ids := []uuid.UUID{first.ID, second.ID, counted.ID}
	slices.SortFunc(ids[:2], func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
	due := func(id uuid.UUID, day string) string {
		return id.String() + " attendance.resolve " + day + " tutor promoter"
	}
	want := due(ids[0], "2026-04-01") + ", " + due(ids[1], "2026-04-01")
	if got := react(ids...); got != want {
		t.Fatalf("%q, want %q", got, want)
	}
	o.on("2026-03-30")
	if got := react(ids...); got != want {
		t.Errorf("told again: %q, want %q", got, want)
	}
	if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := attendance.Resolve(ctx, tx, first.ID, true, "vale questa", nil)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if got := react(ids...); got != "" {
		t.Errorf("resolved: %q", got)
	}
	late := uuid.New()
	o.exec(`insert into attendance (id, programme_id, enrolment_id, activity_id, participation_id, person_id, placement_id, company_id, kind, day, from_minute, to_minute, standing, conflicts, recorded_by, recorded_at, origin, audience)
		select $2, programme_id, enrolment_id, activity_id, participation_id, person_id, placement_id, company_id, kind, '2026-02-10', 480, 540, 'CONTESTED', '{LATE}', recorded_by, recorded_at, origin, audience
		from attendance where enrolment_id = $1 and standing = 'COUNTED' limit 1`, o.intern["adult"], late)
	if got, want := react(late), due(late, "2026-04-04"); got != want {
		t.Errorf("of a month that is not there yet: %q, want %q", got, want)
	}
}

// A month waits for whoever's turn it is: to be submitted, by the day of the calendar of payments.
func TestAMonthHasItsClock(t *testing.T) {
	o := newOffice(t)
	o.exec(`update policy_rule set value = value || '{"close": 3}' where code = 'payment.calendar'`)
	month, promoter := o.ledger(), o.promoter()
	o.exec("insert into member (id, issuer, subject, email, name, audience) values ($1, 'test', 'tutor', 'tutor@example.org', 'Prova', '{}')", o.tutor.Member)
	o.exec("update placement set tutor_id = $1", o.tutor.Member)
	system := o.actor(uuid.New(), access.System, o.lead)
	clocks := duty.NewClocks(attendance.MonthClocks())
	react := func() string {
		o.t.Helper()
		if err := o.as(system, func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.FollowMonths(clocks.OnState)(ctx, tx, []event.Event{{News: event.News{SubjectKind: "RegisterMonth", Subject: month}}})
		}); err != nil {
			t.Fatal(err)
		}
		var open string
		o.one("select coalesce(string_agg(concat_ws(' ', kind, (due_at at time zone 'Europe/Rome')::date, case owner_key when $1 then 'tutor' else 'promoter' end), ', '), '') from due where done_at is null", &open, o.tutor.Member)
		return open
	}
	var found []string
	found = append(found, react())
	for _, act := range []struct {
		actor access.Actor
		do    monthly
	}{{o.tutor, attendance.SubmitMonth}, {o.host, attendance.CertifyMonthAsHost}, {promoter, attendance.CertifyMonth}, {promoter, attendance.LockMonth}} {
		if code := o.does(act.actor, act.do, attendance.MonthStep{Month: month}); code != "" {
			t.Fatal(code)
		}
		found = append(found, react())
	}
	if want := []string{"register.submit 2026-04-03 tutor", "register.host 2026-04-09 tutor", "register.promoter 2026-04-07 promoter", "register.lock 2026-04-07 promoter", ""}; !slices.Equal(found, want) {
		t.Errorf("%q, want %q", found, want)
	}
}
