package calendar_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// days draws any day that is 200 years away from the ends, so that steps stay inside.
func days(t *rapid.T, name string) calendar.Day {
	return day("0200-01-01").AddDays(rapid.IntRange(0, 3_500_000).Draw(t, name))
}

func TestDayProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, other := days(t, "d"), days(t, "other")
		if other.AddDays(d.Sub(other)) != d {
			t.Fatalf("%s is not %s plus their distance", d, other)
		}
		if day(d.String()) != d {
			t.Fatalf("%s does not read back", d)
		}
		if d.Before(other) != (d.String() < other.String()) || d.Compare(other) != -other.Compare(d) {
			t.Fatalf("order of %s and %s", d, other)
		}
		if calendar.DayOf(d.Start()) != d {
			t.Fatalf("%s starts at %s", d, d.Start())
		}
	})
}

func TestAddMonthsProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, n := days(t, "d"), rapid.IntRange(-2000, 2000).Draw(t, "n")
		moved := d.AddMonths(n)
		if moved.Month() != d.Month().Add(n) || moved.Month().Sub(d.Month()) != n {
			t.Fatalf("%s + %d months = %s", d, n, moved)
		}
		_, _, from := d.Date()
		_, _, to := moved.Date()
		if to != from && (to > from || moved != moved.Month().Last()) {
			t.Fatalf("%s + %d months = %s, neither the same day nor the last", d, n, moved)
		}
	})
}

func TestWeekProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := days(t, "d")
		back := d.Sub(d.Monday())
		year, week := d.Start().ISOWeek()
		mondayYear, mondayWeek := d.Monday().Start().ISOWeek()
		if back < 0 || back > 6 || d.Monday().Monday() != d.Monday() || year != mondayYear || week != mondayWeek {
			t.Fatalf("%s has Monday %s", d, d.Monday())
		}
	})
}

func TestMonthProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := days(t, "d")
		m := d.Month()
		if !m.Contains(d) || m.Next().Prev() != m || m.Last().AddDays(1) != m.Next().First() {
			t.Fatalf("%s in %s", d, m)
		}
		if len(m.Days()) != m.Length() || m.Days()[d.Sub(m.First())] != d {
			t.Fatalf("%s is not at its place in %s", d, m)
		}
	})
}

func TestAgeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		birth, on := days(t, "birth"), days(t, "on")
		age := calendar.Age(birth, on)
		if on.Before(birth) {
			if age != 0 {
				t.Fatalf("born %s, on %s: %d", birth, on, age)
			}
			return
		}
		if birth.AddMonths(12*age).After(on) || !birth.AddMonths(12*(age+1)).After(on) {
			t.Fatalf("born %s, on %s: %d", birth, on, age)
		}
	})
}

func TestAtProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := day("1980-01-01").AddDays(rapid.IntRange(0, 40_000).Draw(t, "d"))
		minute, err := calendar.NewLocalTime(rapid.IntRange(0, 1439).Draw(t, "minute"))
		if err != nil {
			t.Fatal(err)
		}
		at := d.At(minute)
		if calendar.DayOf(at) != d {
			t.Fatalf("%s %s falls on %s", d, minute, calendar.DayOf(at))
		}
		if shift := calendar.LocalTimeOf(at).Sub(minute); shift != 0 && shift != 60 {
			t.Fatalf("%s %s reads %s", d, minute, calendar.LocalTimeOf(at))
		}
	})
}
