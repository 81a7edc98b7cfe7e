package attendance_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// timetabled is an office whose opening is on Wednesdays, in the morning and after noon, and whose tutor is that of the internships.
func timetabled(t *testing.T) *office {
	o := newOffice(t)
	o.exec("insert into member (id, issuer, subject, email, name, audience) values ($1, 'test', 'tutor', 'tutor@example.org', 'Prova', '{}')", o.tutor.Member)
	o.exec("update placement set tutor_id = $1", o.tutor.Member)
	for _, hours := range [][3]int{{3, 480, 720}, {3, 780, 900}, {4, 480, 720}} {
		o.exec("insert into opening_hours (id, opening_id, weekday, from_minute, to_minute, audience) values (gen_random_uuid(), $1, $2, $3, $4, '{}')", o.opening, hours[0], hours[1], hours[2])
	}
	return o
}

// tap records a day as planned, and gives how many entries were written and the code of the refusal.
func (o *office) tap(actor access.Actor, day string, except ...uuid.UUID) (written int, code string) {
	o.t.Helper()
	return o.tapped(actor, attendance.Planned{Programme: o.programme, Day: calendar.MustDay(day), Except: except})
}

func (o *office) tapped(actor access.Actor, in attendance.Planned) (written int, code string) {
	o.t.Helper()
	answers, list := o.answers(actor, in)
	for _, a := range answers {
		if a.Written && len(a.Warnings) == 0 {
			written++
		}
	}
	if list != nil {
		code = list[0].Code
	}
	return written, code
}

// answers are those to a tap, or why it was refused as a whole.
func (o *office) answers(actor access.Actor, in attendance.Planned) (answers []attendance.Answer, list refusal.List) {
	o.t.Helper()
	err := o.as(actor, func(ctx context.Context, tx *postgres.Tx) (err error) {
		answers, err = attendance.RecordAsPlanned(ctx, tx, attendance.Source{Origin: "ENTERED"}, in)
		return err
	})
	list, refused := refusal.As(err)
	if err != nil && !refused {
		o.t.Fatal(err)
	}
	return answers, list
}

func (o *office) placement(name string) (id uuid.UUID) {
	o.one("select id from placement where enrolment_id = $1", &id, o.intern[name])
	return id
}

func TestADayAsPlannedIsOneTap(t *testing.T) {
	o := timetabled(t)
	for _, step := range []struct {
		name, day string
		actor     access.Actor
		except    []uuid.UUID
		written   int
		code      string
	}{
		{"a day that has not come", "2026-03-25", o.tutor, nil, 0, "ATTENDANCE_IN_FUTURE"},
		{"a day without hours", "2026-03-17", o.tutor, nil, 0, "ATTENDANCE_NOTHING_PLANNED"},
		{"somebody who accompanies nobody here", "2026-03-18", o.stranger, nil, 0, "ATTENDANCE_NOTHING_PLANNED"},
		{"an internship of nobody", "2026-03-18", o.tutor, []uuid.UUID{uuid.New()}, 0, "NOT_FOUND"},
		{"all but one", "2026-03-18", o.tutor, []uuid.UUID{o.placement("minor")}, 2, ""},
		{"the rest, by the host", "2026-03-18", o.host, nil, 2, ""},
		{"the tutor says so, too", "2026-03-18", o.tutor, nil, 0, ""},
		{"again", "2026-03-18", o.tutor, nil, 0, "ATTENDANCE_NOTHING_PLANNED"},
	} {
		if written, code := o.tap(step.actor, step.day, step.except...); written != step.written || code != step.code {
			t.Errorf("%s: %d written, %q; want %d, %q", step.name, written, code, step.written, step.code)
		}
	}
	var minutes int
	o.one("select sum(minutes) from attendance where standing = 'COUNTED'", &minutes)
	if minutes != 2*(240+120) {
		t.Errorf("%d minutes", minutes)
	}
}

// Who says after somebody else that a day went as planned has said something, though nothing is written: it is told of, and stands against what the other says then.
func TestASecondTapIsKept(t *testing.T) {
	o := timetabled(t)
	if written, code := o.tap(o.tutor, "2026-03-18"); written != 4 || code != "" {
		t.Fatalf("%d written, %q", written, code)
	}
	entered := 0
	if err := o.as(o.host, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := attendance.RecordAsPlanned(ctx, tx, attendance.Source{Origin: "ENTERED"}, attendance.Planned{Programme: o.programme, Day: calendar.MustDay("2026-03-18")})
		entered = tx.Entered()
		return err
	}); err != nil || entered != 4 {
		t.Fatalf("%d entries are told of, %v", entered, err)
	}
	missed := entry(o.intern["adult"], "2026-03-18", "08:00", "12:00")
	missed.Kind, missed.AbsenceReason = attendance.Absence, "ILLNESS"
	o.record(o.tutor, missed)
	var stand string
	o.one("select string_agg(standing, ' ') from attendance where enrolment_id = $1 and from_minute = 480", &stand, o.intern["adult"])
	if stand != "CONTESTED CONTESTED" {
		t.Errorf("what two have said stands as %s", stand)
	}
}

// Who stands still on the day, or is over, is not there as planned.
func TestADayAsPlannedLeavesOutWhoIsSuspended(t *testing.T) {
	o := timetabled(t)
	o.exec("update placement set state = 'SUSPENDED', state_since = '2026-03-12' where enrolment_id = $1", o.intern["adult"])
	if written, code := o.tap(o.tutor, "2026-03-18"); written != 2 || code != "" {
		t.Errorf("%d written, %q", written, code)
	}
	if written, code := o.tap(o.tutor, "2026-03-11"); written != 4 || code != "" {
		t.Errorf("before the suspension: %d written, %q", written, code)
	}
}

// What was taken back is written by the next tap, and not by the very tap that wrote it, however late that comes once more.
func TestATapAfterAWithdrawalCounts(t *testing.T) {
	o := timetabled(t)
	first := attendance.Planned{Programme: o.programme, Day: calendar.MustDay("2026-03-11"), MadeAt: calendar.MustDay("2026-03-11").At(calendar.MustLocalTime("17:00"))}
	for round := range 3 {
		tap := first
		o.now = o.now.Add(time.Minute)
		if round > 0 {
			tap.MadeAt = o.now
		}
		for range 2 {
			o.tapped(o.tutor, tap)
		}
		if got := o.counted("2026-03-11"); got != 4 {
			t.Fatalf("round %d: %d entries count", round, got)
		}
		for _, id := range o.live("2026-03-11") {
			o.withdraw(id)
		}
		if o.tapped(o.tutor, tap); o.counted("2026-03-11") != 0 {
			t.Fatalf("round %d: a tap that was sent again wrote what was taken back", round)
		}
	}
	o.tap(o.tutor, "2026-03-11") // from a browser, which tells no time
	var shorter uuid.UUID
	earlier := calendar.MustLocalTime("11:00")
	o.one("select id from attendance where enrolment_id = $1 and standing = 'COUNTED' and from_minute = 480", &shorter, o.intern["adult"])
	corrected := uuid.Must(uuid.NewV7())
	if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.Correct(ctx, tx, attendance.Correction{Entry: shorter, ID: corrected, To: &earlier, Note: "uscita anticipata"})
	}); err != nil {
		t.Fatal(err)
	}
	for _, id := range o.live("2026-03-11") {
		o.withdraw(id)
	}
	if written, code := o.tap(o.tutor, "2026-03-11"); written != 4 || o.counted("2026-03-11") != 4 {
		t.Errorf("after a correction was taken back: %d written, %q, %d count", written, code, o.counted("2026-03-11"))
	}
}

// The very tap that comes once more is one, also where the phone's clock was put right meanwhile.
func TestATapThatIsSentAgainIsOne(t *testing.T) {
	o := timetabled(t)
	tap := attendance.Planned{Programme: o.programme, Day: calendar.MustDay("2026-03-11"), MadeAt: calendar.MustDay("2026-03-11").At(calendar.MustLocalTime("17:00"))}
	for _, drift := range []time.Duration{0, -time.Hour, time.Hour} {
		o.code(o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
			_, err := attendance.RecordAsPlanned(ctx, tx, attendance.Source{Origin: "ENTERED", Drift: drift}, tap)
			return err
		}))
	}
	var taps int
	o.one("select max(jsonb_array_length(taps)) from attendance", &taps)
	if taps != 1 {
		t.Errorf("%d taps", taps)
	}
}

// counted is how many entries of a day count.
func (o *office) counted(day string) (n int) {
	o.one("select count(*) from attendance where day = $1 and standing = 'COUNTED'", &n, day)
	return n
}

// live are the entries of a day that count or might.
func (o *office) live(day string) (ids []uuid.UUID) {
	o.one("select coalesce(array_agg(id), '{}') from attendance where day = $1 and standing in ('COUNTED', 'CONTESTED')", &ids, day)
	return ids
}

func (o *office) withdraw(id uuid.UUID) {
	o.t.Helper()
	if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.Withdraw(ctx, tx, id, "giorno sbagliato", nil)
	}); err != nil {
		o.t.Fatal(err)
	}
}

// Hours that a host wrote and a tap that says others of the same morning stand side by side, and the afternoon counts, whichever came first.
func TestATapIsDecidedByStretchInEitherOrder(t *testing.T) {
	for _, tapFirst := range []bool{true, false} {
		o := timetabled(t)
		short := entry(o.intern["adult"], "2026-03-18", "08:00", "09:30")
		acts := []func(){func() { o.tap(o.tutor, "2026-03-18") }, func() { o.record(o.host, short) }}
		if !tapFirst {
			slices.Reverse(acts)
		}
		for _, act := range acts {
			act()
		}
		want := map[string]string{"intern 2026-03-18 08:00 09:30": "CONTESTED{OTHER_VERSION}", "intern 2026-03-18 08:00 12:00": "CONTESTED{OTHER_VERSION}", "intern 2026-03-18 13:00 15:00": "COUNTED{}"}
		if got := o.register(o.course["adult"], o.intern["adult"]); !maps.Equal(got, want) {
			t.Errorf("tap first %v: %v", tapFirst, got)
		}
	}
}

// Everybody of whom nothing is written by a tap is answered for: with what stands already, or with the cause.
func TestATapAnswersForWhoIsLeftOut(t *testing.T) {
	o := timetabled(t)
	o.enrol("left early", "1990-05-01", o.tutor.Member)
	o.enrol("ill", "1990-05-01", o.tutor.Member)
	o.exec("update placement set tutor_id = $1", o.tutor.Member)
	o.exec("update placement set state = 'SUSPENDED', state_since = '2026-03-12' where enrolment_id = $1", o.intern["minor"])
	same, early, ill := entry(o.intern["adult"], "2026-03-18", "08:00", "12:00"), entry(o.intern["left early"], "2026-03-18", "08:00", "10:00"), entry(o.intern["ill"], "2026-03-18", "08:00", "15:00")
	ill.Kind, ill.AbsenceReason = attendance.Absence, "ILLNESS"
	o.record(o.host, same)
	o.record(o.tutor, early, ill)
	answers, list := o.answers(o.tutor, attendance.Planned{Programme: o.programme, Day: calendar.MustDay("2026-03-18")})
	if list != nil || len(answers) != 8 {
		t.Fatalf("%v, %+v", list, answers)
	}
	told := map[string]string{}
	for _, a := range answers {
		for name, enrolment := range o.intern {
			if a.Enrolment == enrolment {
				word := fmt.Sprint(a.Written)
				if len(a.Warnings) > 0 {
					word = a.Warnings[0].Code
				}
				if len(a.Refusals) > 0 {
					word = a.Refusals[0].Code
				}
				told[name] += word + " "
			}
		}
	}
	want := map[string]string{"adult": "ATTENDANCE_WRITTEN true ", "left early": "ATTENDANCE_WRITTEN true ", "ill": "ATTENDANCE_WRITTEN ATTENDANCE_WRITTEN ", "minor": "ATTENDANCE_NOT_RUNNING ATTENDANCE_NOT_RUNNING "}
	if !maps.Equal(told, want) {
		t.Errorf("told %v", told)
	}
	for _, e := range []attendance.Entry{same, early, ill} {
		if !slices.ContainsFunc(answers, func(a attendance.Answer) bool { return a.ID == e.ID && a.Written }) || o.standing(e.ID) != "COUNTED" {
			t.Errorf("%+v is not what stands already", e)
		}
	}
}

// In a month that was submitted a tap is kept like any entry, and told so.
func TestATapInASubmittedMonthIsKept(t *testing.T) {
	o := timetabled(t)
	o.on("2026-04-02")
	o.record(o.tutor, entry(o.intern["adult"], "2026-03-25", "08:00", "12:00"))
	o.exec("update register_month set state = 'SUBMITTED', minutes = 240, presence_days = 1, content_hash = sha256('') where enrolment_id = $1", o.intern["adult"])
	answers, list := o.answers(o.tutor, attendance.Planned{Programme: o.programme, Day: calendar.MustDay("2026-03-25"), Except: []uuid.UUID{o.placement("minor")}})
	if list != nil || len(answers) != 2 || !answers[0].Warnings.Has(attendance.WrittenAlready) {
		t.Fatalf("%v, %+v", list, answers)
	}
	o.keptWith(answers[1], attendance.MonthClosedAlready, "{MONTH_CLOSED}")
}

// Whoever was the tutor on a day taps it later, too: it waits for his successor, and stands beside what that one writes, whichever comes first.
func TestAFormerTutorsTapIsKept(t *testing.T) {
	for _, successorFirst := range []bool{true, false} {
		o := timetabled(t)
		o.tap(o.tutor, "2026-03-04")
		o.succeeded("adult")
		o.succeeded("minor")
		o.exec("update placement set tutor_id = $1", o.stranger.Member)
		late := attendance.Planned{Programme: o.programme, Day: calendar.MustDay("2026-03-11"), Except: []uuid.UUID{o.placement("minor")}}
		if successorFirst {
			o.tap(o.stranger, "2026-03-11")
		}
		for range 2 { // sent again it changes nothing
			answers, list := o.answers(o.tutor, late)
			if list != nil || len(answers) != 2 || !answers[0].Written || !answers[1].Written {
				t.Fatalf("%v, %+v", list, answers)
			}
		}
		if !successorFirst {
			o.tap(o.stranger, "2026-03-11")
		}
		if got := o.standings("2026-03-11"); got != "CONTESTED{LATE,OTHER_VERSION}:2 COUNTED{}:4" {
			t.Errorf("successor first %v: %s", successorFirst, got)
		}
		o.tap(o.tutor, "2026-03-04") // sent before the assignment ended, too
		if got := o.standings("2026-03-04"); got != "COUNTED{}:4" {
			t.Errorf("sent again after the assignment: %s", got)
		}
		if written, code := o.tap(o.tutor, "2026-03-18"); written != 0 || code != "ATTENDANCE_NOTHING_PLANNED" {
			t.Errorf("after his days: %d written, %q", written, code)
		}
	}
}

// standings are those of the entries of a day, with how many there are of each.
func (o *office) standings(day string) (all string) {
	o.one(`select coalesce(string_agg(s || ':' || n, ' ' order by s), '') from (select standing || array(select unnest(conflicts) order by 1)::text as s, count(*) as n from attendance
		where day = $1 group by 1) g`, &all, day)
	return all
}
