package attendance_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// office is a programme with one adult and one minor, each enrolled in a course and an internship.
type office struct {
	t         testing.TB
	ctx       context.Context
	db        *postgres.DB
	owner     *pgx.Conn
	now       time.Time
	programme uuid.UUID
	lead      uuid.UUID
	company   uuid.UUID
	site      uuid.UUID
	opening   uuid.UUID
	tutor     access.Actor
	host      access.Actor
	stranger  access.Actor
	bringer   uuid.UUID            // the member who coordinates
	course    map[string]uuid.UUID // enrolments by person
	intern    map[string]uuid.UUID
}

var today = calendar.MustDay("2026-03-18") // a Wednesday

func newOffice(t testing.TB) *office {
	t.Helper()
	ctx := t.Context()
	urls := testdb.New(t)
	o := &office{t: t, ctx: ctx, now: today.At(calendar.MustLocalTime("18:00")), course: map[string]uuid.UUID{}, intern: map[string]uuid.UUID{}, company: uuid.New(), site: uuid.New(), opening: uuid.New()}
	if _, err := programme.Apply(ctx, urls.OwnerURL, programme.LavoroInCorso3Name, programme.LavoroInCorso3, o.clock); err != nil {
		t.Fatal(err)
	}
	var err error
	if o.owner, err = pgx.Connect(ctx, urls.OwnerURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.owner.Close(context.Background()) })
	if o.db, err = postgres.Open(ctx, postgres.Config{URL: urls.AppURL, Keys: urls.Keys}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.db.Close)
	o.one("select id from programme", &o.programme)
	o.one("select id from organisation where parent_id is null", &o.lead)
	o.bringer = uuid.New()
	tutor := uuid.New()
	o.tutor = o.actor(tutor, access.Tutor, tutor)
	o.host = o.actor(uuid.New(), access.HostTutor, o.company)
	other := uuid.New()
	o.stranger = o.actor(other, access.Tutor, other)
	o.hire()
	o.enrol("adult", "1990-05-01", tutor)
	o.enrol("minor", "2009-05-01", tutor)
	return o
}

func (o *office) clock() time.Time { return o.now }

func (o *office) actor(member uuid.UUID, role access.Role, key uuid.UUID) access.Actor {
	return access.Actor{Member: member, Grants: []access.Grant{{Role: role, Programme: o.programme, Key: key}}}
}

func (o *office) one(sql string, into any, args ...any) {
	o.t.Helper()
	if err := o.owner.QueryRow(o.ctx, sql, args...).Scan(into); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) exec(sql string, args ...any) {
	o.t.Helper()
	if _, err := o.owner.Exec(o.ctx, sql, args...); err != nil {
		o.t.Fatal(err)
	}
}

var activities = map[string]uuid.UUID{"COURSE": uuid.New(), "INTERNSHIP": uuid.New()}

func (o *office) hire() {
	o.exec(`insert into company (id, name, entity_code, ateco, headcount, municipality, origin, audience) values ($1, 'Segheria Prova', '00743110157', '16.10', 30, '045010', 'ENTERED', '{}')`, o.company)
	o.exec(`insert into company_site (id, company_id, name, address, municipality, headcount, audience) values ($1, $2, 'Sede', 'Via di Prova 1', '045010', 30, '{}')`, o.site, o.company)
	o.exec(`insert into opening (id, programme_id, company_id, site_id, organisation_id, title, tasks, sector, seats, from_day, to_day, weekly_minutes, state, state_since, origin, audience)
		values ($1, $2, $3, $4, $5, 'Prova', 'Prova', 'WAREHOUSE', 9, '2026-01-01', '2026-12-31', 1200, 'OPEN', '2026-01-01', 'ENTERED', '{}')`, o.opening, o.programme, o.company, o.site, o.lead)
	for kind, id := range activities {
		o.exec(`insert into activity (id, programme_id, organisation_id, kind, title, place, from_day, to_day, planned_minutes, audience)
			values ($1, $2, $3, $4, $4, 'Massa', '2025-01-01', '2027-06-30', 6000, '{}')`, id, o.programme, o.lead, kind)
	}
}

func (o *office) enrol(name, birth string, tutor uuid.UUID) {
	person, participation := uuid.New(), uuid.New()
	audience := []uuid.UUID{o.lead, tutor, person}
	o.exec(`insert into person (id, given_name, family_name, birth_day, sex, citizenship, municipality, origin, audience)
		values ($1, $2, 'Prova', $3, 'NOT_STATED', 'IT', '045010', 'ENTERED', $4)`, person, name, birth, audience)
	o.exec(`insert into participation (id, programme_id, person_id, organisation_id, state, state_since, referring_service, referred_on, origin, audience)
		values ($1, $2, $3, $4, 'ACTIVE', '2026-01-01', null, '2026-01-01', 'ENTERED', $5)`, participation, o.programme, person, o.lead, audience)
	for kind, id := range activities {
		enrolment := uuid.New()
		var host *uuid.UUID
		keys := audience
		if kind == "INTERNSHIP" {
			host, keys = &o.company, append(append([]uuid.UUID{}, audience...), o.company)
			o.intern[name] = enrolment
		} else {
			o.course[name] = enrolment
		}
		o.exec(`insert into enrolment (id, programme_id, activity_id, participation_id, person_id, company_id, state, from_day, to_day, planned_minutes, origin, audience)
			values ($1, $2, $3, $4, $5, $6, 'ENROLLED', '2026-01-01', '2026-06-30', 6000, 'ENTERED', $7)`, enrolment, o.programme, id, participation, person, host, keys)
		if host != nil {
			o.exec(`insert into placement (id, programme_id, participation_id, person_id, opening_id, company_id, site_id, organisation_id, enrolment_id, state, state_since,
				from_day, to_day, weekly_minutes, host_tutor, started_on, origin, audience)
				values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'RUNNING', '2026-01-07', '2026-01-01', '2026-06-30', 1200, 'Tutor', '2026-01-07', 'ENTERED', $10)`,
				uuid.New(), o.programme, participation, person, o.opening, o.company, o.site, o.lead, enrolment, keys)
		}
	}
}

func entry(enrolment uuid.UUID, day, from, to string) attendance.Entry {
	return attendance.Entry{ID: uuid.Must(uuid.NewV7()), Enrolment: enrolment, Kind: attendance.Presence, Day: calendar.MustDay(day),
		From: calendar.MustLocalTime(from), To: calendar.MustLocalTime(to)}
}

func (o *office) as(actor access.Actor, fn func(context.Context, *postgres.Tx) error) error {
	return o.db.InTx(o.ctx, actor, o.clock, fn)
}

func (o *office) record(actor access.Actor, entries ...attendance.Entry) []attendance.Answer {
	o.t.Helper()
	var answers []attendance.Answer
	err := o.as(actor, func(ctx context.Context, tx *postgres.Tx) (err error) {
		answers, err = attendance.Record(ctx, tx, attendance.Source{Origin: "ENTERED"}, entries)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return answers
}

func (o *office) standing(id uuid.UUID) (s string) {
	o.t.Helper()
	o.one("select standing from attendance where id = $1", &s, id)
	return s
}

func refusedWith(t testing.TB, a attendance.Answer, code *refusal.Code) {
	t.Helper()
	if a.Written || !a.Refusals.Has(code) {
		t.Fatalf("answer %+v, want refused with %s", a, code)
	}
}

// keptWith: the entry is contested, with the conflicts, and the answer warns of it.
func (o *office) keptWith(a attendance.Answer, code *refusal.Code, conflicts string) {
	o.t.Helper()
	var kept string
	o.one("select coalesce((select standing || conflicts::text from attendance where id = $1), '')", &kept, a.ID)
	if !a.Written || !a.Warnings.Has(code) || kept != "CONTESTED"+conflicts {
		o.t.Fatalf("%s is not kept as contested by %s and warned of: %s, %+v", a.ID, conflicts, kept, a)
	}
}

func TestBatchAnswersEachEntry(t *testing.T) {
	o := newOffice(t)
	good := entry(o.course["adult"], "2026-03-16", "08:30", "12:30")
	future := entry(o.course["adult"], "2026-03-19", "08:30", "12:30")
	backwards := entry(o.course["adult"], "2026-03-16", "15:00", "14:00")
	unknown := entry(uuid.New(), "2026-03-16", "15:00", "16:00")
	o.exec("update enrolment set from_day = '2026-03-10' where id = $1", o.course["adult"])
	early := entry(o.course["adult"], "2026-03-09", "15:00", "16:00")
	tooLong := entry(o.course["adult"], "2026-03-16", "13:00", "20:00")
	answers := o.record(o.tutor, good, future, backwards, unknown, early, tooLong)
	if !answers[0].Written {
		t.Fatalf("good entry: %+v", answers[0])
	}
	for i, code := range map[int]*refusal.Code{1: attendance.Future, 2: attendance.EndsBeforeStart, 3: refusal.NotFound} {
		refusedWith(t, answers[i], code)
	}
	o.keptWith(answers[4], attendance.OutsideEnrolment, "{NOT_ENROLLED}")
	o.keptWith(answers[5], attendance.OverDayLimit, "{OVER_LIMIT}")
	var events int
	o.one("select count(*) from outbox where subject_kind = 'Attendance'", &events)
	if events != 3 {
		t.Fatalf("%d events for three written entries", events)
	}
}

// An entry is told of to whom it is shown: an auditor whose mandate reaches the internship hears of the days of his period alone.
func TestNewsGoToWhomTheEntryIsShown(t *testing.T) {
	o := newOffice(t)
	member := uuid.New()
	o.exec("insert into member (id, issuer, subject, email, name, audience) values ($1, 'test', 'revisore', 'revisore@example.org', 'Prova', array[$2::uuid])", member, o.lead)
	o.exec(`insert into mandate (id, programme_id, organisation_id, member_id, period_from, period_to, ends_on, document, state, opened_on, audience)
		values (gen_random_uuid(), $1, $2, $3, '2026-03-01', '2026-03-15', '2026-12-31', 'Incarico', 'OPEN', '2026-03-01', '{}')`, o.programme, o.lead, member)
	o.exec("update enrolment set audience = audience")
	inside, after := entry(o.intern["adult"], "2026-03-13", "08:00", "09:00"), entry(o.intern["adult"], "2026-03-16", "08:00", "09:00")
	o.record(o.tutor, inside, after)
	overlapping := entry(o.intern["adult"], "2026-03-16", "08:30", "09:30")
	o.record(o.tutor, overlapping)
	if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.Correct(ctx, tx, attendance.Correction{Entry: after.ID, ID: uuid.Must(uuid.NewV7()), Note: "Errore"})
	}); err != nil {
		t.Fatal(err)
	}
	var told, otherwise, audited int
	o.one("select count(*) from outbox where subject_kind = 'Attendance'", &told)
	o.one("select count(*) from outbox n join attendance a on a.id = n.subject_id where n.audience is distinct from a.audience", &otherwise)
	o.one("select count(*) from outbox where subject_kind = 'Attendance' and audience && array(select scope_key('MANDATE', programme_id, id) from mandate)", &audited)
	if told != 6 || otherwise != 0 || audited != 1 {
		t.Errorf("%d events, %d of them to others than see the entry, %d to the auditor", told, otherwise, audited)
	}
}

func TestSameEntryTwiceIsOneEntry(t *testing.T) {
	o := newOffice(t)
	e := entry(o.course["adult"], "2026-03-16", "08:30", "12:30")
	o.record(o.tutor, e)
	if again := o.record(o.tutor, e); !again[0].Written || len(again[0].Warnings) != 0 {
		t.Fatalf("sent again: %+v", again[0])
	}
	e.To = calendar.MustLocalTime("13:00")
	refusedWith(t, o.record(o.tutor, e)[0], refusal.IDTaken)
	var rows int
	o.one("select count(*) from attendance", &rows)
	if rows != 1 {
		t.Fatalf("%d rows", rows)
	}
}

func TestOverlapAcrossActivitiesIsKeptAndContested(t *testing.T) {
	o := newOffice(t)
	course := entry(o.course["adult"], "2026-03-16", "08:30", "12:30")
	intern := entry(o.intern["adult"], "2026-03-16", "12:00", "14:00")
	o.record(o.tutor, course)
	answer := o.record(o.host, intern)[0]
	o.keptWith(answer, attendance.Overlaps, "{OVERLAP}")
	if o.standing(course.ID) != "CONTESTED" {
		t.Fatal("hours that two entries claim count in the one that came first")
	}
	err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		gone, err := attendance.Resolve(ctx, tx, intern.ID, true, "verificato", nil)
		if err == nil && (len(gone) != 1 || gone[0] != course.ID) {
			t.Errorf("withdrawn: %v", gone)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if o.standing(intern.ID) != "COUNTED" || o.standing(course.ID) != "WITHDRAWN" {
		t.Fatalf("intern %s, course %s", o.standing(intern.ID), o.standing(course.ID))
	}
}

func TestConcurrentOverlapsCountNowhere(t *testing.T) {
	o := newOffice(t)
	var wg sync.WaitGroup
	for _, e := range []attendance.Entry{entry(o.course["adult"], "2026-03-16", "08:00", "12:00"), entry(o.intern["adult"], "2026-03-16", "09:00", "13:00"), entry(o.course["adult"], "2026-03-16", "10:00", "11:00")} {
		wg.Go(func() {
			if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
				_, err := attendance.Record(ctx, tx, attendance.Source{Origin: "ENTERED"}, []attendance.Entry{e})
				return err
			}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var counted, contested int
	o.one("select count(*) from attendance where standing = 'COUNTED'", &counted)
	o.one("select count(*) from attendance where standing = 'CONTESTED'", &contested)
	if counted != 0 || contested != 3 {
		t.Fatalf("%d counted, %d contested", counted, contested)
	}
}

// After four hours and a half a minor has a break of an hour, whatever the activities and in whichever order the hours come.
func TestAMinorHasABreak(t *testing.T) {
	for name, c := range map[string]struct {
		hours   [][2]string
		without string // hours that are contested
	}{
		"four and a half hours":         {[][2]string{{"08:00", "12:30"}}, ""},
		"more in one":                   {[][2]string{{"08:00", "12:31"}}, "08:00"},
		"a break of an hour":            {[][2]string{{"08:00", "12:30"}, {"13:30", "17:00"}}, ""},
		"a short break":                 {[][2]string{{"08:00", "12:00"}, {"12:59", "14:00"}}, "12:59"},
		"between two, come last":        {[][2]string{{"08:00", "10:00"}, {"12:00", "14:30"}, {"10:30", "11:30"}}, "12:00"},
		"two short breaks, little work": {[][2]string{{"08:00", "09:00"}, {"09:30", "10:30"}, {"11:00", "12:00"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			for i, h := range c.hours {
				of := []map[string]uuid.UUID{o.intern, o.course}[i%2]
				o.record(o.tutor, entry(of["minor"], "2026-03-16", h[0], h[1]), entry(of["adult"], "2026-03-16", h[0], h[1]))
			}
			var contested string
			o.one("select coalesce(string_agg(to_char(make_interval(mins => from_minute), 'HH24:MI'), ' '), '') from attendance where standing = 'CONTESTED'", &contested)
			if contested != c.without {
				t.Errorf("without a break: %q, want %q", contested, c.without)
			}
		})
	}
	o := newOffice(t)
	o.keptWith(o.record(o.tutor, entry(o.intern["minor"], "2026-03-16", "08:00", "14:00"))[0], attendance.MinorWithoutBreak, "{OVER_LIMIT}")
}

func TestLimitsOfAMinor(t *testing.T) {
	o := newOffice(t)
	o.keptWith(o.record(o.tutor, entry(o.intern["minor"], "2026-03-16", "05:00", "09:00"))[0], attendance.MinorAtNight, "{OVER_LIMIT}")
	full := []attendance.Entry{}
	for _, day := range []string{"2026-03-09", "2026-03-10", "2026-03-11", "2026-03-12", "2026-03-13"} {
		full = append(full, entry(o.intern["minor"], day, "08:00", "12:00"), entry(o.intern["minor"], day, "13:00", "17:00"))
	}
	full = append(full, entry(o.course["minor"], "2026-03-14", "08:00", "09:00"))
	answers := o.record(o.tutor, full...)
	for _, a := range answers[:10] {
		if !a.Written || len(a.Warnings) > 0 {
			t.Fatalf("within the limits: %+v", a)
		}
	}
	o.keptWith(answers[10], attendance.OverWeekLimit, "{OVER_LIMIT}")
	for _, lang := range []string{"it", "en"} {
		if told := answers[10].Warnings[0].Localized(lang).Message; !strings.Contains(told, "L. 977/1967") {
			t.Errorf("the limit's source is not told: %s", told)
		}
	}
}

func TestCorrectionKeepsBothVersions(t *testing.T) {
	o := newOffice(t)
	e := entry(o.course["adult"], "2026-03-16", "08:30", "12:30")
	o.record(o.tutor, e)
	next, to := uuid.Must(uuid.NewV7()), calendar.MustLocalTime("11:30")
	correct := func(revision int) error {
		return o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.Correct(ctx, tx, attendance.Correction{Entry: e.ID, ID: next, To: &to, Note: "uscita anticipata", ExpectedRevision: &revision})
		})
	}
	if list, _ := refusal.As(correct(7)); !list.Has(refusal.RevisionConflict) {
		t.Fatal("a stale revision was not refused")
	}
	if err := correct(1); err != nil {
		t.Fatal(err)
	}
	var minutes int
	o.one("select sum(minutes) from attendance where standing = 'COUNTED'", &minutes)
	if o.standing(e.ID) != "REPLACED" || minutes != 180 {
		t.Fatalf("old %s, counted %d minutes", o.standing(e.ID), minutes)
	}
	if list, _ := refusal.As(correct(2)); !list.Has(attendance.WrongStanding) {
		t.Fatal("a replaced entry was corrected again")
	}
}

func TestWhoMayWrite(t *testing.T) {
	o := newOffice(t)
	e := entry(o.intern["adult"], "2026-03-16", "08:30", "12:30")
	refusedWith(t, o.record(o.stranger, e)[0], refusal.NotFound)
	if a := o.record(o.host, e)[0]; !a.Written {
		t.Fatalf("host: %+v", a)
	}
	refusedWith(t, o.record(o.host, entry(o.course["adult"], "2026-03-17", "08:30", "12:30"))[0], refusal.NotFound)
	err := o.as(o.host, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.Withdraw(ctx, tx, e.ID, "prova", nil)
	})
	if list, _ := refusal.As(err); !list.Has(refusal.NotAllowed) {
		t.Fatalf("host withdraws: %v", err)
	}
}

func TestAbsenceNeedsAKnownReason(t *testing.T) {
	o := newOffice(t)
	e := entry(o.course["adult"], "2026-03-16", "08:30", "12:30")
	e.Kind = attendance.Absence
	refusedWith(t, o.record(o.tutor, e)[0], attendance.ReasonForAbsence)
	e.AbsenceReason = "NO_SUCH_REASON"
	refusedWith(t, o.record(o.tutor, e)[0], programme.CodeUnknown)
	e.AbsenceReason = "ILLNESS"
	if a := o.record(o.tutor, e)[0]; !a.Written {
		t.Fatalf("absence: %+v", a)
	}
}

func TestLateEntryMustBeAcknowledged(t *testing.T) {
	o := newOffice(t)
	late := entry(o.course["adult"], "2026-01-05", "08:30", "12:30")
	first := o.record(o.tutor, late)[0]
	refusedWith(t, first, attendance.Late)
	if !first.Warnings.Has(attendance.Late) {
		t.Errorf("nothing says that it may be acknowledged: %+v", first)
	}
	err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		tx.Acknowledge([]string{attendance.Late.String()}, "telefono rotto")
		answers, err := attendance.Record(ctx, tx, attendance.Source{Origin: "ENTERED"}, []attendance.Entry{late})
		if err == nil && !answers[0].Written {
			t.Errorf("acknowledged: %+v", answers[0])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestInternshipCountsOnlyWhileItRuns(t *testing.T) {
	o := newOffice(t)
	at := func(day string) attendance.Answer {
		return o.record(o.tutor, entry(o.intern["adult"], day, "08:30", "12:30"))[0]
	}
	move := func(state, since string) {
		o.exec(`update placement set state = $1, state_since = $2 where enrolment_id = $3`, state, since, o.intern["adult"])
	}
	o.now = calendar.MustDay("2026-01-19").At(calendar.MustLocalTime("18:00"))
	o.keptWith(at("2026-01-05"), attendance.OutsideEnrolment, "{NOT_ENROLLED}")
	move("SUSPENDED", "2026-01-14")
	o.keptWith(at("2026-01-14"), attendance.NotRunning, "{PLACEMENT_SUSPENDED}")
	if a := at("2026-01-13"); !a.Written || len(a.Warnings) != 0 {
		t.Fatalf("before the suspension: %+v", a)
	}
	move("ATTESTED", "2026-01-16")
	o.keptWith(at("2026-01-12"), attendance.PlacementAttested, "{MONTH_CLOSED}")
	o.exec(`update placement set state = 'INTERRUPTED', ended_on = '2026-01-12' where enrolment_id = $1`, o.intern["adult"])
	o.exec(`update enrolment set state = 'WITHDRAWN', to_day = '2026-01-12' where id = $1`, o.intern["adult"])
	if a := at("2026-01-12"); !a.Written || len(a.Warnings) != 0 {
		t.Fatalf("the last day of what was broken off: %+v", a)
	}
	o.keptWith(at("2026-01-15"), attendance.OutsideEnrolment, "{NOT_ENROLLED}")
	o.exec(`update placement set state = 'COMMUNICATED', started_on = null where enrolment_id = $1`, o.intern["adult"])
	o.keptWith(at("2026-01-09"), attendance.OutsideEnrolment, "{NOT_ENROLLED}")
}

// An entry is judged by the state on its day and not by that on the day of its coming.
func TestASuspensionThatIsOverHoldsForItsDays(t *testing.T) {
	o := newOffice(t)
	for n, step := range []struct{ act, to, day string }{{"startPlacement", "RUNNING", "2026-01-07"}, {"suspendPlacement", "SUSPENDED", "2026-03-05"}, {"resumePlacement", "RUNNING", "2026-03-10"}} {
		o.exec(`insert into placement_step (id, placement_id, participation_id, company_id, position, act, to_state, day, at, member_id, audience)
			select gen_random_uuid(), id, participation_id, company_id, $2, $3, $4, $5, '2026-03-10', gen_random_uuid(), audience from placement where enrolment_id = $1`,
			o.intern["adult"], n+1, step.act, step.to, step.day)
	}
	answers := o.record(o.tutor, entry(o.intern["adult"], "2026-03-04", "08:00", "12:00"), entry(o.intern["adult"], "2026-03-05", "08:00", "12:00"),
		entry(o.intern["adult"], "2026-03-09", "08:00", "12:00"), entry(o.intern["adult"], "2026-03-10", "08:00", "12:00"))
	for i, a := range answers {
		if i == 1 || i == 2 {
			o.keptWith(a, attendance.NotRunning, "{PLACEMENT_SUSPENDED}")
		} else if o.standing(a.ID) != "COUNTED" {
			t.Errorf("entry %d, outside the suspension: %+v", i, a)
		}
	}
	err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := attendance.Resolve(ctx, tx, answers[1].ID, true, "c'era", nil)
		return err
	})
	if list, _ := refusal.As(err); !list.Has(attendance.NotRunning) {
		t.Errorf("hours of a suspended day were made to count: %v", err)
	}
}

// Nearly every real conflict passes the daily limit, too: it must be kept as contested all the same, and held to the limit when resolved.
func TestConflictBeyondTheLimitIsContested(t *testing.T) {
	o := newOffice(t)
	o.record(o.tutor, entry(o.intern["adult"], "2026-03-16", "08:00", "14:00"))
	again := entry(o.intern["adult"], "2026-03-16", "08:00", "15:00")
	o.keptWith(o.record(o.host, again)[0], attendance.Overlaps, "{OTHER_VERSION}")
	pair := o.record(o.tutor, entry(o.course["adult"], "2026-03-17", "08:00", "14:00"), entry(o.intern["adult"], "2026-03-17", "12:00", "17:00"))
	if !pair[0].Written || !pair[1].Written || !pair[1].Warnings.Has(attendance.Overlaps) {
		t.Fatalf("in one batch: %+v", pair)
	}
}

func TestSameIDTwiceInABatch(t *testing.T) {
	o := newOffice(t)
	e := entry(o.course["adult"], "2026-03-16", "08:30", "12:30")
	other := e
	other.To = calendar.MustLocalTime("13:00")
	answers := o.record(o.tutor, e, e, other)
	if !answers[0].Written || !answers[1].Written {
		t.Fatalf("%+v", answers)
	}
	refusedWith(t, answers[2], refusal.IDTaken)
	var rows, events int
	o.one("select count(*) from attendance", &rows)
	o.one("select count(*) from outbox where subject_kind = 'Attendance'", &events)
	if rows != 1 || events != 1 {
		t.Fatalf("%d rows, %d events", rows, events)
	}
}

// A phone whose clock is out of all reason keeps no hours from being written.
func TestAPhoneWithoutAClockIsHeard(t *testing.T) {
	o := newOffice(t)
	for i, drift := range []time.Duration{-1 << 63, 1<<63 - 1} {
		e := entry(o.course["adult"], today.AddDays(-i).String(), "08:30", "12:30")
		e.MadeAt = o.now.Add(drift)
		if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
			answers, err := attendance.Record(ctx, tx, attendance.Source{Origin: "ENTERED", Drift: drift}, []attendance.Entry{e})
			if err == nil && !answers[0].Written {
				t.Errorf("%+v", answers[0])
			}
			return err
		}); err != nil {
			t.Error(drift, err)
		}
	}
}

func TestDayBeforeAllRulesIsThatEntrysOwnRefusal(t *testing.T) {
	o := newOffice(t)
	answers := o.record(o.tutor, entry(o.course["adult"], "1582-10-10", "08:30", "12:30"), entry(o.course["adult"], "2026-03-16", "08:30", "12:30"))
	refusedWith(t, answers[0], programme.NoPolicy)
	if !answers[1].Written {
		t.Fatalf("%+v", answers[1])
	}
}

func TestWithdrawalKeepsItsReason(t *testing.T) {
	o := newOffice(t)
	e := entry(o.course["adult"], "2026-03-16", "08:30", "12:30")
	o.record(o.tutor, e)
	if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.Withdraw(ctx, tx, e.ID, "giorno sbagliato", nil)
	}); err != nil {
		t.Fatal(err)
	}
	if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error { return attendance.Withdraw(ctx, tx, e.ID, "  ", nil) }); err == nil {
		t.Fatal("withdrawn again, without a word")
	}
	var by uuid.UUID
	o.one("select standing_by from attendance", &by)
	if note := o.unsealed(e.ID, "standing_note"); note != "giorno sbagliato" || by != o.tutor.Member {
		t.Fatalf("%q by %s", note, by)
	}
}

// unsealed is a remark on an entry.
func (o *office) unsealed(entry uuid.UUID, column string) (note string) {
	o.t.Helper()
	var person uuid.UUID
	var sealed []byte
	o.one("select person_id from attendance where id = '"+entry.String()+"'", &person)
	o.one("select "+column+" from attendance where id = '"+entry.String()+"'", &sealed)
	err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		key, err := tx.DataKey(ctx, person)
		if err != nil {
			return err
		}
		plain, err := key.Open(sealed, postgres.Place{Table: "attendance", Column: column, Row: entry})
		note = string(plain)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return note
}

// TestRemarksAreSealed: the same entry is known again by its remark, and one with another remark is another entry.
func TestRemarksAreSealed(t *testing.T) {
	o := newOffice(t)
	e := entry(o.course["adult"], "2026-03-16", "08:30", "12:30")
	e.Note = "visita medica"
	for range 2 {
		if answers := o.record(o.tutor, e); !answers[0].Written {
			t.Fatalf("%+v", answers)
		}
	}
	if note := o.unsealed(e.ID, "note"); note != e.Note {
		t.Errorf("%q", note)
	}
	var dump string
	o.one("select a::text from attendance a", &dump)
	if strings.Contains(dump, "visita") || strings.Contains(dump, fmt.Sprintf("%x", "visita")) {
		t.Errorf("the row shows the remark: %s", dump)
	}
	e.Note = "altro"
	if answers := o.record(o.tutor, e); answers[0].Written {
		t.Error("an id was taken for an entry with another remark")
	}
}

func TestHoursOfWhatIsAttestedStand(t *testing.T) {
	o := newOffice(t)
	e := entry(o.intern["adult"], "2026-03-16", "08:30", "12:30")
	o.record(o.tutor, e)
	o.exec(`update placement set state = 'ATTESTED' where enrolment_id = $1`, o.intern["adult"])
	to := calendar.MustLocalTime("11:30")
	for name, act := range map[string]func(context.Context, *postgres.Tx) error{
		"withdraw": func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.Withdraw(ctx, tx, e.ID, "prova", nil)
		},
		"correct": func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.Correct(ctx, tx, attendance.Correction{Entry: e.ID, ID: uuid.New(), To: &to, Note: "prova"})
		},
	} {
		if list, _ := refusal.As(o.as(o.tutor, act)); !list.Has(attendance.PlacementAttested) {
			t.Errorf("%s: not refused", name)
		}
	}
	late := o.record(o.tutor, entry(o.intern["adult"], "2026-03-17", "08:30", "12:30"))[0]
	o.keptWith(late, attendance.PlacementAttested, "{MONTH_CLOSED}")
	resolve := func(keep bool) error {
		return o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
			_, err := attendance.Resolve(ctx, tx, late.ID, keep, "arrivata tardi", nil)
			return err
		})
	}
	if list, _ := refusal.As(resolve(true)); !list.Has(attendance.PlacementAttested) {
		t.Error("hours were made to count after the attestation")
	}
	if err := resolve(false); err != nil || o.standing(late.ID) != "WITHDRAWN" {
		t.Errorf("what came late is %s (%v)", o.standing(late.ID), err)
	}
}
