package attendance_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// passing runs an act whose warnings are acknowledged.
func (o *office) passing(actor access.Actor, codes []string, fn func(context.Context, *postgres.Tx) error) error {
	return o.as(actor, func(ctx context.Context, tx *postgres.Tx) error {
		tx.Acknowledge(codes, "Chiesto dall'azienda")
		return fn(ctx, tx)
	})
}

func (o *office) explained(codes []string, entries ...attendance.Entry) (answers []attendance.Answer) {
	o.t.Helper()
	if err := o.passing(o.tutor, codes, func(ctx context.Context, tx *postgres.Tx) (err error) {
		answers, err = attendance.Record(ctx, tx, attendance.Source{Origin: "ENTERED"}, entries)
		return err
	}); err != nil {
		o.t.Fatal(err)
	}
	return answers
}

var (
	closedDay = []string{"ATTENDANCE_CLOSED_DAY"}
	outside   = []string{"ATTENDANCE_OUTSIDE_TIMETABLE"}
)

// The timetable has Wednesdays from 8 to 12 and from 13 to 15, and Thursdays from 8 to 12.
func TestWhoIsThereUnexpectedlyIsExplained(t *testing.T) {
	o := timetabled(t)
	o.on("2026-03-19")
	for _, c := range []struct {
		name, day, from, to string
		code                *refusal.Code
	}{
		{"as planned", "2026-03-11", "08:00", "12:00", nil},
		{"a little longer, on both ends", "2026-03-12", "07:30", "12:30", nil},
		{"through a short break", "2026-03-18", "08:00", "15:00", nil},
		{"too early", "2026-03-05", "07:29", "12:00", attendance.OutsideTimetable},
		{"too long", "2026-03-19", "08:00", "12:31", attendance.OutsideTimetable},
		{"on another day of the week", "2026-03-10", "08:00", "12:00", attendance.OutsideTimetable},
	} {
		e := entry(o.intern["adult"], c.day, c.from, c.to)
		a := o.record(o.tutor, e)[0]
		if c.code == nil {
			if !a.Written || len(a.Warnings) > 0 {
				t.Errorf("%s: %+v", c.name, a)
			}
			continue
		}
		refusedWith(t, a, c.code)
		if a := o.explained([]string{c.code.String()}, e)[0]; !a.Written || !a.Warnings.Has(c.code) || o.standing(e.ID) != "COUNTED" {
			t.Errorf("%s, explained: %+v", c.name, a)
		}
	}
	absent := entry(o.intern["adult"], "2026-03-13", "08:00", "12:00")
	absent.Kind, absent.AbsenceReason = attendance.Absence, "ILLNESS"
	if a := o.record(o.tutor, absent, entry(o.course["adult"], "2026-03-13", "14:00", "15:00")); !a[0].Written || !a[1].Written {
		t.Errorf("absence, and what has no timetable: %+v", a)
	}
	var kept string
	o.one("select string_agg(distinct passed::text, '') from attendance where cardinality(passed) > 0", &kept)
	if kept != "{ATTENDANCE_OUTSIDE_TIMETABLE}" {
		t.Errorf("kept of what was passed: %s", kept)
	}
}

// An absence that the rules pay is held to what was planned, whoever enters it and however it comes about; one that they do not pay is not.
func TestAPaidAbsenceIsOfPlannedHours(t *testing.T) {
	o := timetabled(t)
	o.on("2026-03-19")
	o.exec(`update policy_rule set value = '["INJURY"]', source = 'Bando, art. 7' where code = 'allowance.paid_absences'`)
	if _, code := o.closes(o.tutor, func(c *attendance.Closure) {
		c.From, c.To = calendar.MustDay("2026-03-05"), calendar.MustDay("2026-03-05")
	}); code != "" {
		t.Fatal(code)
	}
	absent := func(day, from, to, reason string) attendance.Entry {
		e := entry(o.intern["adult"], day, from, to)
		e.Kind, e.AbsenceReason = attendance.Absence, reason
		return e
	}
	for _, c := range []struct {
		name  string
		entry attendance.Entry
		code  *refusal.Code
	}{
		{"as planned", absent("2026-03-11", "08:00", "12:00", "INJURY"), nil},
		{"some of it", absent("2026-03-11", "13:30", "15:00", "INJURY"), nil},
		{"through the break", absent("2026-03-18", "08:00", "15:00", "INJURY"), attendance.PaidBeyondTimetable},
		{"a minute longer", absent("2026-03-19", "08:00", "12:01", "INJURY"), attendance.PaidBeyondTimetable},
		{"without hours", absent("2026-03-10", "08:00", "12:00", "INJURY"), attendance.PaidBeyondTimetable},
		{"on a closed day", absent("2026-03-05", "08:00", "12:00", "INJURY"), attendance.PaidOnClosedDay},
		{"unpaid", absent("2026-03-10", "08:00", "12:00", "ILLNESS"), nil},
	} {
		a := o.record(o.tutor, c.entry)[0]
		if c.code == nil {
			if !a.Written {
				t.Errorf("%s: %+v", c.name, a)
			}
			continue
		}
		refusedWith(t, a, c.code)
		if a := o.explained([]string{c.code.String()}, c.entry)[0]; a.Written {
			t.Errorf("%s, explained: %+v", c.name, a)
		}
	}
	ill, injury := absent("2026-03-12", "08:00", "12:30", "ILLNESS"), "INJURY"
	o.record(o.tutor, ill)
	if code := o.refusal(o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.Correct(ctx, tx, attendance.Correction{Entry: ill.ID, ID: absent("2026-03-12", "08:00", "12:00", "INJURY").ID, AbsenceReason: &injury, Note: "certificato"})
	})); code != "ATTENDANCE_PAID_ABSENCE_TIMETABLE" {
		t.Errorf("made a paid one: %q", code)
	}
	if _, code := o.closes(o.tutor, func(c *attendance.Closure) {
		c.From, c.To = calendar.MustDay("2026-03-11"), calendar.MustDay("2026-03-11")
	}); code != "" {
		t.Fatal(code)
	}
	o.on("2026-04-01")
	var month uuid.UUID
	o.one("select id from register_month where enrolment_id = $1", &month, o.intern["adult"])
	if code := o.does(o.tutor, attendance.SubmitMonth, attendance.MonthStep{Month: month}); code != "ATTENDANCE_PAID_ABSENCE_CLOSED_DAY" {
		t.Errorf("closed since: %q", code)
	}
}

func TestPresenceOnAClosedDayIsExplained(t *testing.T) {
	o := timetabled(t)
	o.on("2026-04-08")
	monday := entry(o.course["adult"], "2026-04-06", "08:00", "12:00")
	refusedWith(t, o.record(o.tutor, monday)[0], attendance.ClosedDay)
	if a := o.explained(closedDay, monday)[0]; !a.Written {
		t.Errorf("explained: %+v", a)
	}
	to := calendar.MustLocalTime("11:00")
	if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.Correct(ctx, tx, attendance.Correction{Entry: monday.ID, ID: entry(o.course["adult"], "2026-04-06", "08:00", "12:00").ID, To: &to, Note: "uscita anticipata"})
	}); err != nil {
		t.Errorf("what was explained is asked about again: %v", err)
	}
	later := calendar.MustLocalTime("12:30")
	early := entry(o.intern["adult"], "2026-04-02", "08:00", "12:00")
	o.record(o.tutor, early)
	fix := attendance.Correction{Entry: early.ID, ID: entry(o.intern["adult"], "2026-04-02", "08:00", "12:00").ID, To: &later, Note: "foglio firme"}
	do := func(ctx context.Context, tx *postgres.Tx) error { return attendance.Correct(ctx, tx, fix) }
	if err := o.as(o.tutor, do); err != nil {
		t.Errorf("within the tolerance: %v", err)
	}
	fix.Entry, fix.ID = fix.ID, entry(o.intern["adult"], "2026-04-02", "08:00", "12:00").ID
	much := calendar.MustLocalTime("14:00")
	fix.To = &much
	if code := o.refusal(o.as(o.tutor, do)); code != outside[0] {
		t.Errorf("a correction out of the timetable: %q", code)
	}
	if err := o.passing(o.tutor, outside, do); err != nil {
		t.Errorf("explained: %v", err)
	}
}

// What was told to be closed after it was written is asked about when the month is submitted, once for each sort.
func TestAMonthIsSubmittedWithWordsOnWhatNobodyExpected(t *testing.T) {
	o := timetabled(t)
	o.record(o.tutor, entry(o.intern["adult"], "2026-03-11", "08:00", "12:00"), entry(o.intern["adult"], "2026-03-12", "08:00", "12:00"))
	o.explained(outside, entry(o.intern["adult"], "2026-03-13", "08:00", "12:00"))
	if _, code := o.closes(o.tutor, func(c *attendance.Closure) {
		c.From, c.To = calendar.MustDay("2026-03-11"), calendar.MustDay("2026-03-12")
	}); code != "" {
		t.Fatal(code)
	}
	o.on("2026-04-01")
	in := attendance.MonthStep{Month: o.monthOf(o.intern["adult"], "2026-03-01")}
	submit := func(ctx context.Context, tx *postgres.Tx) error { return attendance.SubmitMonth(ctx, tx, in) }
	err := o.as(o.tutor, submit)
	if list, _ := refusal.As(err); len(list) != 1 || !list.Has(attendance.ClosedDay) {
		t.Errorf("submitted without a word: %v", err)
	}
	if err := o.passing(o.tutor, closedDay, submit); err != nil {
		t.Error(err)
	}
}
