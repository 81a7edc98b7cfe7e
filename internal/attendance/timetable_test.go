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
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
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
		o.exec("delete from opening_hours")
		for _, h := range c.hours {
			for _, d := range h.days {
				o.exec("insert into opening_hours (id, opening_id, weekday, from_minute, to_minute, audience) values (gen_random_uuid(), $1, $2, $3, $4, '{}')", o.opening, d, h.from, h.to)
			}
		}
		var participation uuid.UUID
		o.one("select participation_id from enrolment where id = $1", &participation, o.intern[c.who])
		var list refusal.List
		if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) (err error) {
			list, err = attendance.TimetableGate(ctx, tx, placement.Placement{Programme: o.programme, Participation: participation, Opening: o.opening, FromDay: calendar.MustDay(c.from)})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, r := range list {
			codes = append(codes, r.Code)
		}
		if !slices.Equal(codes, c.codes) {
			t.Errorf("%s: %q, want %q", c.name, codes, c.codes)
		}
	}
}
