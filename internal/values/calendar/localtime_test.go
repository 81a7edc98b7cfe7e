package calendar_test

import (
	"math"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

var clock = calendar.MustLocalTime

func TestParseLocalTime(t *testing.T) {
	for in, want := range map[string]int{"00:00": 0, "08:30": 510, "23:59": 1439, "24:00": 1440} {
		got, err := calendar.ParseLocalTime(in)
		if err != nil || got.Minutes() != want || got.String() != in {
			t.Errorf("ParseLocalTime(%q) = %v, %v; want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "8:30", "08:30:00", "08.30", "24:01", "25:00", "08:60", "-8:30", "08:3a", " 8:30", "08:300"} {
		if got, err := calendar.ParseLocalTime(in); err == nil {
			t.Errorf("ParseLocalTime(%q) = %v, want an error", in, got)
		}
	}
}

func TestNewLocalTimeBounds(t *testing.T) {
	for _, minutes := range []int{-1, 1441, math.MaxInt, math.MinInt} {
		if _, err := calendar.NewLocalTime(minutes); err == nil {
			t.Errorf("%d minutes taken", minutes)
		}
	}
}

func TestLocalTimeOrder(t *testing.T) {
	early, late := clock("08:30"), clock("13:00")
	if !early.Before(late) || !late.After(early) || early.Compare(late) != -1 || late.Sub(early) != 270 || early.Sub(late) != -270 {
		t.Error("order and distance disagree")
	}
}

func TestMinutesString(t *testing.T) {
	for in, want := range map[calendar.Minutes]string{
		0: "0 min", 45: "45 min", 60: "1 h", 150: "2 h 30 min", -90: "-1 h 30 min", 6000: "100 h",
		math.MinInt: "-153722867280912930 h 8 min",
	} {
		if got := in.String(); got != want {
			t.Errorf("%d = %q, want %q", int(in), got, want)
		}
	}
}

func FuzzParseLocalTime(f *testing.F) {
	for _, s := range []string{"08:30", "24:00", "24:01", "8:3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := calendar.ParseLocalTime(s)
		if err == nil && (got.String() != s || got.Minutes() < 0 || got.Minutes() > 1440) {
			t.Fatalf("%q came back as %q", s, got)
		}
	})
}
