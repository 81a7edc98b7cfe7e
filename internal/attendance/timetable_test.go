package attendance_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// span is hours on days of the week, in minutes since midnight.
type span struct {
	days     []int
	from, to int
}

// What is planned must be such that a register written as planned counts.
func TestATimetableKeepsTheLimits(t *testing.T) {
	o := newOffice(t)
	week := []int{1, 2, 3, 4, 5}
	for _, c := range []struct {
		name, who, from string
		hours           []span
		codes           []string
	}{
		{"no hours", "minor", "2026-02-02", nil, nil},
		{"an adult's week", "adult", "2026-02-02", []span{{week, 8 * 60, 16 * 60}}, nil},
		{"more than a day's limit", "adult", "2026-02-02", []span{{[]int{1}, 8 * 60, 16*60 + 1}}, []string{"ATTENDANCE_OVER_DAY_LIMIT"}},
		{"more than a week's", "adult", "2026-02-02", []span{{[]int{1, 2, 3, 4, 5, 6}, 8 * 60, 15 * 60}}, []string{"ATTENDANCE_OVER_WEEK_LIMIT"}},
		{"a minor's week", "minor", "2026-02-02", []span{{week, 8 * 60, 12 * 60}, {week, 13 * 60, 17 * 60}}, nil},
		{"without a break", "minor", "2026-02-02", []span{{week, 8 * 60, 13 * 60}}, []string{"ATTENDANCE_MINOR_WITHOUT_BREAK"}},
		{"at night", "minor", "2026-02-02", []span{{[]int{5}, 20 * 60, 23 * 60}}, []string{"ATTENDANCE_MINOR_AT_NIGHT"}},
		{"without two days of rest", "minor", "2026-02-02", []span{{[]int{1, 2, 3, 4, 5, 6}, 8 * 60, 10 * 60}}, []string{"ATTENDANCE_MINOR_WITHOUT_REST"}},
		{"with rest across two weeks", "minor", "2026-02-02", []span{{[]int{2, 3, 4, 5, 6}, 8 * 60, 10 * 60}}, nil},
		{"a minor who has come of age", "minor", "2027-05-01", []span{{[]int{1, 2, 3, 4, 5, 6}, 8 * 60, 14 * 60}}, nil},
	} {
		if codes := o.planned(c.who, c.from, c.from, c.hours...); !slices.Equal(codes, c.codes) {
			t.Errorf("%s: %q, want %q", c.name, codes, c.codes)
		}
	}
}

// planned gives the codes that keep an internship with a timetable from being drafted.
func (o *office) planned(who, from, to string, timetable ...span) (codes []string) {
	o.t.Helper()
	o.exec("delete from opening_hours")
	for _, h := range timetable {
		for _, d := range h.days {
			o.exec("insert into opening_hours (id, opening_id, weekday, from_minute, to_minute, audience) values (gen_random_uuid(), $1, $2, $3, $4, '{}')", o.opening, d, h.from, h.to)
		}
	}
	var participation uuid.UUID
	o.one("select participation_id from enrolment where id = $1", &participation, o.intern[who])
	if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		list, err := attendance.TimetableGate(ctx, tx, placement.Placement{Programme: o.programme, Participation: participation, Opening: o.opening, FromDay: calendar.MustDay(from), ToDay: calendar.MustDay(to)})
		for _, r := range list {
			codes = append(codes, r.Code)
		}
		return err
	}); err != nil {
		o.t.Fatal(err)
	}
	return codes
}

// Months are as long as they are: a timetable keeps the limit of each of its own, without the days that are closed.
func TestATimetableKeepsTheLimitOfItsMonths(t *testing.T) {
	o := newOffice(t)
	o.rules("2026-01-01", map[string]any{adultMonth: 88 * 60, minorMonth: 40 * 60})
	mornings := span{[]int{1, 2, 3, 4, 5}, 8 * 60, 12 * 60}
	over := []string{"ATTENDANCE_OVER_MONTH_LIMIT"}
	for _, c := range []struct {
		name, who, from, to string
		codes               []string
	}{
		{"20 days", "adult", "2026-02-02", "2026-02-28", nil},
		{"22 days", "adult", "2026-02-02", "2026-03-31", nil},
		{"23 days", "adult", "2026-06-01", "2026-07-31", over},
		{"the first of them left out", "adult", "2026-07-02", "2026-08-31", nil},
		{"23 days without the three of Christmas", "adult", "2026-12-01", "2026-12-31", nil},
		{"a minor", "minor", "2026-02-02", "2026-02-28", over},
		{"a minor who comes of age", "minor", "2027-04-26", "2027-05-31", nil},
	} {
		if codes := o.planned(c.who, c.from, c.to, mornings); !slices.Equal(codes, c.codes) {
			t.Errorf("%s: %q, want %q", c.name, codes, c.codes)
		}
	}
	o.exec("insert into member (id, issuer, subject, email, name, audience) values ($1, 'test', 'tutor', 'tutor@example.org', 'Prova', '{}')", o.tutor.Member)
	o.exec("insert into closure (id, programme_id, company_id, from_day, to_day, reason, recorded_by, recorded_at, audience) values (gen_random_uuid(), $1, $2, '2026-07-31', '2026-07-31', 'Ferie', $3, now(), '{}')",
		o.programme, o.company, o.tutor.Member)
	if codes := o.planned("adult", "2026-06-01", "2026-07-31", mornings); codes != nil {
		t.Errorf("the host is closed on one of 23 days: %q", codes)
	}
}
