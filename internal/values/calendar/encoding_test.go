package calendar_test

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

type row struct {
	Day   calendar.Day        `json:"day"`
	None  calendar.Day        `json:"none"`
	Unset calendar.Day        `json:"unset,omitzero"`
	Month calendar.Month      `json:"month"`
	From  calendar.LocalTime  `json:"from"`
	To    *calendar.LocalTime `json:"to"`
}

func TestJSON(t *testing.T) {
	in := row{Day: day("2025-01-31"), Month: month("2025-01"), From: clock("08:30")}
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"day":"2025-01-31","none":"","month":"2025-01","from":"08:30","to":null}`
	if string(data) != want {
		t.Errorf("got %s, want %s", data, want)
	}
	var out row
	if err := json.Unmarshal(data, &out); err != nil || out != in {
		t.Errorf("came back as %+v, %v", out, err)
	}
	for _, bad := range []string{`{"day":"2025-02-30"}`, `{"month":"2025-13"}`, `{"from":""}`, `{"from":510}`} {
		if err := json.Unmarshal([]byte(bad), &out); err == nil {
			t.Errorf("%s taken", bad)
		}
	}
}

func TestValue(t *testing.T) {
	for _, c := range []struct {
		in   driver.Valuer
		want driver.Value
	}{
		{day("2025-01-31"), "2025-01-31"},
		{calendar.Day{}, nil},
		{month("2025-01"), "2025-01-01"},
		{calendar.Month{}, nil},
		{clock("08:30"), int64(510)},
	} {
		if got, err := c.in.Value(); err != nil || got != c.want {
			t.Errorf("Value of %v = %v, %v; want %v", c.in, got, err, c.want)
		}
	}
}

func TestScan(t *testing.T) {
	date := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	inRome := time.Date(2025, 1, 1, 0, 0, 0, 0, calendar.Rome())
	for _, c := range []struct {
		name string
		src  any
		day  string // "!" marks a refusal
		mon  string
	}{
		{"null", nil, "", ""},
		{"time", date, "2025-01-01", "2025-01"},
		{"midnight elsewhere keeps its date", inRome, "2025-01-01", "2025-01"},
		{"instant", date.Add(time.Hour), "!", "!"},
		{"middle of the month", date.AddDate(0, 0, 1), "2025-01-02", "!"},
		{"string", "2025-01-01", "2025-01-01", "2025-01"},
		{"bytes", []byte("2025-01-02"), "2025-01-02", "!"},
		{"short", "2025-01", "!", "2025-01"},
		{"impossible", "2025-02-30", "!", "!"},
		{"number", int64(1), "!", "!"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var d calendar.Day
			var m calendar.Month
			if err := d.Scan(c.src); outcome(err, d) != c.day {
				t.Errorf("day: %q, %v; want %q", d, err, c.day)
			}
			if err := m.Scan(c.src); outcome(err, m) != c.mon {
				t.Errorf("month: %q, %v; want %q", m, err, c.mon)
			}
		})
	}
}

func outcome(err error, value fmt.Stringer) string {
	if err != nil {
		return "!"
	}
	return value.String()
}

func TestScanLocalTime(t *testing.T) {
	var got calendar.LocalTime
	if err := got.Scan(int64(1440)); err != nil || got != clock("24:00") {
		t.Errorf("got %s, %v", got, err)
	}
	for _, bad := range []any{nil, int64(-1), int64(1441), int64(1) << 40, "08:30"} {
		if err := got.Scan(bad); err == nil {
			t.Errorf("%v taken", bad)
		}
	}
}
