package attendance_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// written are the entries of an enrolment, each with its minutes.
func (o *office) written(enrolment uuid.UUID) (all string) {
	o.one(`select coalesce(string_agg(concat_ws(' ', day, to_char(make_interval(mins => from_minute), 'HH24:MI') || '-' || to_char(make_interval(mins => to_minute), 'HH24:MI'), minutes, standing), ', ' order by day, from_minute), '')
		from attendance where enrolment_id = $1`, &all, enrolment)
	return all
}

// Hours past midnight are of the day on which they pass, and last as long as time does, also where clocks are changed.
func TestMidnightMakesTwoOfOne(t *testing.T) {
	for _, c := range []struct{ name, today, day, from, to, written string }{
		{"a night", "2026-03-18", "2026-03-16", "22:00", "02:00", "2026-03-16 22:00-24:00 120 COUNTED, 2026-03-17 00:00-02:00 120 COUNTED"},
		{"across months", "2026-04-02", "2026-03-31", "23:30", "00:30", "2026-03-31 23:30-24:00 30 COUNTED, 2026-04-01 00:00-00:30 30 COUNTED"},
		{"up to midnight", "2026-03-18", "2026-03-16", "22:00", "00:00", "2026-03-16 22:00-24:00 120 COUNTED"},
		{"as clocks go forward", "2026-03-31", "2026-03-28", "22:00", "06:00", "2026-03-28 22:00-24:00 120 COUNTED, 2026-03-29 00:00-06:00 300 COUNTED"},
		{"as clocks go back", "2026-10-27", "2026-10-24", "22:00", "06:00", "2026-10-24 22:00-24:00 120 COUNTED, 2026-10-25 00:00-06:00 420 COUNTED"},
		{"into 29 February", "2028-03-02", "2028-02-28", "23:00", "01:00", "2028-02-28 23:00-24:00 60 COUNTED, 2028-02-29 00:00-01:00 60 COUNTED"},
	} {
		o := newOffice(t)
		o.exec("update enrolment set to_day = '2028-12-31'")
		o.on(c.today)
		e := entry(o.course["adult"], c.day, c.from, c.to)
		for range 2 { // sent again it changes nothing
			if a := o.record(o.tutor, e, e); !a[0].Written || !a[1].Written || len(a) != 2 || len(a[0].Warnings) > 0 || (a[0].NextDay == uuid.Nil) != (c.to == "00:00") || a[0].NextDay != a[1].NextDay {
				t.Errorf("%s: %+v", c.name, a)
			}
		}
		if got := o.written(o.course["adult"]); got != c.written {
			t.Errorf("%s: %s, want %s", c.name, got, c.written)
		}
	}
}

// What is refused of one half is written of neither; what nobody does in one go is no night, but a slip.
func TestMidnightIsWrittenWholeOrNot(t *testing.T) {
	o := newOffice(t)
	tonight := entry(o.course["adult"], "2026-03-18", "22:00", "02:00")
	refusedWith(t, o.record(o.tutor, tonight)[0], attendance.Future)
	slip := entry(o.course["adult"], "2026-03-16", "15:00", "14:00")
	a := o.record(o.tutor, slip)[0]
	if refusedWith(t, a, attendance.EndsBeforeStart); len(a.Refusals) != 1 {
		t.Errorf("told more than once: %+v", a)
	}
	refusedWith(t, o.record(o.tutor, entry(o.course["adult"], "2026-03-16", "10:00", "10:00"))[0], attendance.EndsBeforeStart)
	if got := o.written(o.course["adult"]); got != "" {
		t.Errorf("written: %s", got)
	}
	o.record(o.tutor, entry(o.intern["adult"], "2026-03-17", "01:00", "03:00"))
	half := o.record(o.tutor, entry(o.course["adult"], "2026-03-16", "22:00", "02:00"))[0]
	if !half.Written || !half.Warnings.Has(attendance.Overlaps) {
		t.Errorf("a conflict of one half: %+v", half)
	}
	if got := o.written(o.course["adult"]); got != "2026-03-16 22:00-24:00 120 COUNTED, 2026-03-17 00:00-02:00 120 CONTESTED" {
		t.Errorf("written: %s", got)
	}
	o.keptWith(o.record(o.tutor, entry(o.course["minor"], "2026-03-16", "21:00", "00:30"))[0], attendance.MinorAtNight, "{OVER_LIMIT}")
}

// Of an entry that is refused for the id that it shares with another nothing is written, and of the other one all.
func TestMidnightSharesNoId(t *testing.T) {
	for _, c := range []struct{ name, from, to, written string }{
		{"a day before it", "08:00", "12:00", "2026-03-16 08:00-12:00 240 COUNTED"},
		{"another night before it", "23:00", "01:00", "2026-03-16 23:00-24:00 60 COUNTED, 2026-03-17 00:00-01:00 60 COUNTED"},
		{"a shorter night before it", "22:00", "01:00", "2026-03-16 22:00-24:00 120 COUNTED, 2026-03-17 00:00-01:00 60 COUNTED"},
	} {
		o := newOffice(t)
		first, night := entry(o.course["adult"], "2026-03-16", c.from, c.to), entry(o.course["adult"], "2026-03-16", "22:00", "02:00")
		night.ID = first.ID
		answers := o.record(o.tutor, first, night)
		if refusedWith(t, answers[1], refusal.IDTaken); !answers[0].Written {
			t.Errorf("%s: %+v", c.name, answers[0])
		}
		if got := o.written(o.course["adult"]); got != c.written {
			t.Errorf("%s: %s, want %s", c.name, got, c.written)
		}
	}
}

// A correction up to midnight is one up to the end of the day, as it is for who writes it first.
func TestACorrectionGoesUpToMidnight(t *testing.T) {
	o := newOffice(t)
	e := entry(o.course["adult"], "2026-03-16", "20:00", "22:00")
	o.record(o.tutor, e)
	midnight := calendar.MustLocalTime("00:00")
	if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.Correct(ctx, tx, attendance.Correction{Entry: e.ID, ID: uuid.New(), To: &midnight, Note: "più a lungo"})
	}); err != nil {
		t.Fatal(err)
	}
	if got := o.written(o.course["adult"]); got != "2026-03-16 20:00-22:00 120 REPLACED, 2026-03-16 20:00-24:00 240 COUNTED" && got != "2026-03-16 20:00-24:00 240 COUNTED, 2026-03-16 20:00-22:00 120 REPLACED" {
		t.Error(got)
	}
}
