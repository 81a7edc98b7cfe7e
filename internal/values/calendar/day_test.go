package calendar_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

var day = calendar.MustDay

func TestParseDayRefuses(t *testing.T) {
	for in, code := range map[string]string{
		"":                     "DAY_FORMAT",
		"2025-1-31":            "DAY_FORMAT",
		"2025-01-31 ":          "DAY_FORMAT",
		"31/01/2025":           "DAY_FORMAT",
		"2025/01/31":           "DAY_FORMAT",
		"2025-01-31T00:00:00Z": "DAY_FORMAT",
		"-025-01-31":           "DAY_FORMAT",
		"2025-+1-31":           "DAY_FORMAT",
		"２025-01-3":            "DAY_FORMAT",
		"2025-00-10":           "DAY_IMPOSSIBLE",
		"2025-13-10":           "DAY_IMPOSSIBLE",
		"2025-01-00":           "DAY_IMPOSSIBLE",
		"2025-01-32":           "DAY_IMPOSSIBLE",
		"2025-04-31":           "DAY_IMPOSSIBLE",
		"2025-02-29":           "DAY_IMPOSSIBLE",
		"1900-02-29":           "DAY_IMPOSSIBLE",
		"0000-01-01":           "DAY_IMPOSSIBLE",
	} {
		got, err := calendar.ParseDay(in)
		var why *calendar.Error
		if !errors.As(err, &why) || why.Code != code || !got.IsZero() {
			t.Errorf("ParseDay(%q) = %v, %v; want %s", in, got, err, code)
			continue
		}
		if !why.Cause().Complete() {
			t.Errorf("%s has no cause in words", code)
		}
		if in != "" && strings.Contains(err.Error(), in) {
			t.Errorf("the error %q repeats the value", err)
		}
	}
}

func TestDayParts(t *testing.T) {
	for _, s := range []string{"0001-01-01", "1582-10-10", "2000-02-29", "2024-12-31", "9999-12-31"} {
		d := day(s)
		want, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		year, month, number := d.Date()
		if d.String() != s || year != want.Year() || month != want.Month() || number != want.Day() || d.Weekday() != want.Weekday() {
			t.Errorf("%s: got %s, %d-%d-%d, %s", s, d, year, month, number, d.Weekday())
		}
	}
}

func TestNoDay(t *testing.T) {
	var none calendar.Day
	if !none.IsZero() || none.String() != "" || none.Format("it") != "" || !none.AddDays(3).IsZero() ||
		!none.AddMonths(1).IsZero() || !none.Month().IsZero() || !none.Monday().IsZero() || none.Sub(day("2025-01-01")) != 0 {
		t.Error("no day must stay no day")
	}
	if !none.Before(day("0001-01-01")) || !none.Start().IsZero() {
		t.Error("no day comes first, and has no start")
	}
}

func TestAddDays(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2024-02-28", 1, "2024-02-29"},
		{"2025-02-28", 1, "2025-03-01"},
		{"2025-01-01", -1, "2024-12-31"},
		{"2025-03-29", 2, "2025-03-31"},
		{"9999-12-31", 1, ""},
		{"0001-01-01", -1, ""},
		{"2025-01-01", 1 << 62, ""},
		{"2025-01-01", -1 << 62, ""},
	} {
		if got := day(c.from).AddDays(c.n); got.String() != c.want {
			t.Errorf("%s + %d days = %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestAddMonthsClamps(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2025-01-31", 1, "2025-02-28"},
		{"2024-01-31", 1, "2024-02-29"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2024-02-29", 48, "2028-02-29"},
		{"2025-03-31", -1, "2025-02-28"},
		{"2025-08-31", 6, "2026-02-28"},
		{"2025-12-15", 1, "2026-01-15"},
		{"9999-12-01", 1, ""},
		{"0001-01-31", -1, ""},
	} {
		if got := day(c.from).AddMonths(c.n); got.String() != c.want {
			t.Errorf("%s + %d months = %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestMonday(t *testing.T) {
	for in, want := range map[string]string{
		"2025-01-01": "2024-12-30", "2025-06-02": "2025-06-02", "2025-06-08": "2025-06-02", "2025-06-09": "2025-06-09",
	} {
		if got := day(in).Monday(); got != day(want) {
			t.Errorf("Monday of %s = %s, want %s", in, got, want)
		}
	}
}

func TestAge(t *testing.T) {
	for _, c := range []struct {
		birth, on string
		want      int
	}{
		{"2000-05-10", "2018-05-09", 17},
		{"2000-05-10", "2018-05-10", 18},
		{"2000-02-29", "2018-02-27", 17},
		{"2000-02-29", "2018-02-28", 18},
		{"2000-02-29", "2020-02-28", 19},
		{"2000-02-29", "2020-02-29", 20},
		{"2000-12-31", "2001-01-01", 0},
		{"2025-01-01", "2024-01-01", 0},
		{"0001-01-01", "9999-12-31", 9998},
	} {
		if got := calendar.Age(day(c.birth), day(c.on)); got != c.want {
			t.Errorf("born %s, on %s: %d, want %d", c.birth, c.on, got, c.want)
		}
	}
	if calendar.Age(calendar.Day{}, day("2025-01-01")) != 0 || calendar.Age(day("2000-01-01"), calendar.Day{}) != 0 {
		t.Error("an unknown day gives no age")
	}
}

func TestDayFormat(t *testing.T) {
	if it, en := day("2025-01-03").Format("it"), day("2025-01-03").Format("en"); it != "03/01/2025" || en != "3 Jan 2025" {
		t.Errorf("got %q and %q", it, en)
	}
}

func FuzzParseDay(f *testing.F) {
	for _, s := range []string{"2025-01-31", "2024-02-29", "2025-02-30", "0001-01-01", "9999-12-31", "2025-1-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := calendar.ParseDay(s)
		_, oracle := time.Parse(time.DateOnly, s)
		if wanted := oracle == nil && s >= "0001"; (err == nil) != wanted {
			t.Fatalf("ParseDay(%q): %v, the standard library: %v", s, err, oracle)
		}
		if err == nil && d.String() != s {
			t.Fatalf("%q came back as %q", s, d)
		}
	})
}

func TestThroughMonths(t *testing.T) {
	for _, c := range []struct {
		first  string
		months int
		last   string
	}{
		{"2026-03-01", 6, "2026-08-31"}, {"2026-03-02", 6, "2026-09-01"}, {"2026-08-31", 6, "2027-02-28"}, {"2026-08-30", 6, "2027-02-28"}, {"2026-08-28", 6, "2027-02-27"},
		{"2028-02-29", 12, "2029-02-28"}, {"2027-02-28", 12, "2028-02-27"}, {"2026-01-31", 1, "2026-02-28"}, {"2026-05-31", 1, "2026-06-30"}, {"2026-12-31", 2, "2027-02-28"},
	} {
		if got := calendar.MustDay(c.first).Through(c.months); got.String() != c.last {
			t.Errorf("%d months from %s end on %s, not %s", c.months, c.first, got, c.last)
		}
	}
	if !(calendar.Day{}).Through(3).IsZero() {
		t.Error("months from no day end on one")
	}
}
