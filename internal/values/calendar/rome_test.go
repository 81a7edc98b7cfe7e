package calendar_test

import (
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

func TestAt(t *testing.T) {
	for _, c := range []struct{ name, day, time, want string }{
		{"winter", "2025-01-15", "08:30", "2025-01-15T07:30:00Z"},
		{"summer", "2025-07-15", "08:30", "2025-07-15T06:30:00Z"},
		{"end of the day", "2025-07-15", "24:00", "2025-07-15T22:00:00Z"},
		{"end of the year", "2025-12-31", "24:00", "2025-12-31T23:00:00Z"},
		{"before the gap", "2025-03-30", "01:59", "2025-03-30T00:59:00Z"},
		{"in the gap, an hour on", "2025-03-30", "02:30", "2025-03-30T01:30:00Z"},
		{"after the gap", "2025-03-30", "03:00", "2025-03-30T01:00:00Z"},
		{"the day of the gap ends", "2025-03-30", "24:00", "2025-03-30T22:00:00Z"},
		{"in the fold, the first", "2025-10-26", "02:30", "2025-10-26T00:30:00Z"},
		{"after the fold", "2025-10-26", "03:00", "2025-10-26T02:00:00Z"},
		{"the day before the gap", "2025-03-29", "12:00", "2025-03-29T11:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := day(c.day).At(clock(c.time))
			if got.UTC().Format(time.RFC3339) != c.want || got.Location() != calendar.Rome() {
				t.Errorf("got %s, want %s", got.UTC().Format(time.RFC3339), c.want)
			}
		})
	}
}

func TestShows(t *testing.T) {
	for _, c := range []struct {
		name, day, time string
		want            bool
	}{
		{"before the gap", "2025-03-30", "01:59", true},
		{"the gap begins", "2025-03-30", "02:00", false},
		{"the gap ends", "2025-03-30", "02:59", false},
		{"after the gap", "2025-03-30", "03:00", true},
		{"the day of the gap ends", "2025-03-30", "24:00", true},
		{"in the fold", "2025-10-26", "02:30", true},
		{"the end of the year", "2025-12-31", "24:00", true},
		{"any day", "2025-07-15", "02:30", true},
	} {
		if got := day(c.day).Shows(clock(c.time)); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if (calendar.Day{}).Shows(clock("08:00")) {
		t.Error("no day shows a time")
	}
}

func TestDayOfTurnsAtMidnightInRome(t *testing.T) {
	for in, want := range map[string]string{
		"2025-01-14T22:59:59Z": "2025-01-14",
		"2025-01-14T23:00:00Z": "2025-01-15",
		"2025-07-14T21:59:59Z": "2025-07-14",
		"2025-07-14T22:00:00Z": "2025-07-15",
	} {
		at, err := time.Parse(time.RFC3339, in)
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar.DayOf(at); got != day(want) {
			t.Errorf("DayOf(%s) = %s, want %s", in, got, want)
		}
	}
	if !calendar.DayOf(time.Time{}).IsZero() || !calendar.DayOf(time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		t.Error("the zero time and far years have no day")
	}
}

func TestLocalTimeOf(t *testing.T) {
	if got := calendar.LocalTimeOf(time.Date(2025, 7, 1, 6, 30, 59, 0, time.UTC)); got != clock("08:30") {
		t.Errorf("got %s", got)
	}
}

func TestElapsedIsTheTimeThatPasses(t *testing.T) {
	for _, c := range []struct {
		day, from, to string
		want          calendar.Minutes
	}{{"2026-03-28", "01:00", "04:00", 180}, {"2026-03-29", "01:00", "04:00", 120}, {"2026-10-25", "01:00", "04:00", 240}, {"2026-03-29", "02:00", "03:00", 0}, {"2026-10-25", "01:30", "02:30", 60},
		{"2026-10-25", "02:30", "03:30", 120}, {"2026-10-25", "00:00", "24:00", 1500}, {"2028-02-29", "22:00", "24:00", 120}} {
		if got := calendar.MustDay(c.day).Elapsed(calendar.MustLocalTime(c.from), calendar.MustLocalTime(c.to)); got != c.want {
			t.Errorf("%s from %s to %s: %d, want %d", c.day, c.from, c.to, got, c.want)
		}
	}
}
