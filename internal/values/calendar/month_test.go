package calendar_test

import (
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

var month = calendar.MustMonth

func TestParseMonthRefuses(t *testing.T) {
	for _, in := range []string{"", "2025", "2025-1", "2025-13", "2025-00", "0000-01", "2025-01-01", "01-2025", "2025/01", "20a5-01"} {
		if got, err := calendar.ParseMonth(in); err == nil || !got.IsZero() {
			t.Errorf("ParseMonth(%q) = %v, %v; want an error", in, got, err)
		}
	}
}

func TestMonthEnds(t *testing.T) {
	for in, last := range map[string]string{
		"2024-02": "2024-02-29", "2025-02": "2025-02-28", "1900-02": "1900-02-28", "2025-12": "2025-12-31", "2025-04": "2025-04-30",
		"0001-01": "0001-01-31", "9999-12": "9999-12-31",
	} {
		m := month(in)
		if m.String() != in || m.First() != day(in+"-01") || m.Last() != day(last) {
			t.Errorf("%s runs from %s to %s, want %s", m, m.First(), m.Last(), last)
		}
		if days := m.Days(); len(days) != m.Length() || days[0] != m.First() || days[len(days)-1] != m.Last() {
			t.Errorf("%s has days %v", m, days)
		}
	}
}

func TestMonthSteps(t *testing.T) {
	m := month("2025-12")
	if m.Next() != month("2026-01") || month("2026-01").Prev() != m || m.Year() != 2025 || m.Name() != time.December {
		t.Errorf("next %s, year %d, name %s", m.Next(), m.Year(), m.Name())
	}
	if !month("9999-12").Next().IsZero() || !month("0001-01").Prev().IsZero() || !m.Add(1<<62).IsZero() {
		t.Error("beyond the years 1 to 9999 there is no month")
	}
	if m.Sub(month("2024-11")) != 13 || m.Compare(m.Next()) != -1 || !m.Before(m.Next()) || !m.After(m.Prev()) {
		t.Error("order and distance disagree")
	}
	if !m.Contains(day("2025-12-31")) || m.Contains(day("2024-12-31")) || m.Contains(calendar.Day{}) {
		t.Error("a month contains its own days only")
	}
}

func TestNoMonth(t *testing.T) {
	var none calendar.Month
	if none.String() != "" || none.Format("en") != "" || !none.First().IsZero() || !none.Last().IsZero() || len(none.Days()) != 0 ||
		!none.Next().IsZero() || none.Contains(calendar.Day{}) || none.Sub(month("2025-01")) != 0 || none.Name() != 0 {
		t.Error("no month must stay no month")
	}
}

func TestMonthFormat(t *testing.T) {
	if it, en := month("2025-08").Format("it"), month("2025-08").Format("en"); it != "agosto 2025" || en != "August 2025" {
		t.Errorf("got %q and %q", it, en)
	}
}

func FuzzParseMonth(f *testing.F) {
	for _, s := range []string{"2025-01", "0000-01", "9999-12", "2025-13"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := calendar.ParseMonth(s)
		_, oracle := calendar.ParseDay(s + "-01")
		if (err == nil) != (oracle == nil) {
			t.Fatalf("ParseMonth(%q): %v, its first day: %v", s, err, oracle)
		}
		if err == nil && m.String() != s {
			t.Fatalf("%q came back as %q", s, m)
		}
	})
}
