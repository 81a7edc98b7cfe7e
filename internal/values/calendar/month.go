package calendar

import (
	"cmp"
	"fmt"
	"time"

	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Month is a calendar month of one year, comparable with ==; the zero value is "no month".
type Month struct {
	// number is year*12 + month-1, at least 12 since years start at 1, so that zero can mean none.
	number int32
}

// NewMonth builds a month; a year outside 1 to 9999 or a month outside 1 to 12 is an *Error.
func NewMonth(year int, month time.Month) (Month, error) {
	if year < 1 || year > 9999 || month < 1 || month > 12 {
		return Month{}, errMonthFormat
	}
	return monthOf(year, month), nil
}

// ParseMonth reads exactly YYYY-MM; anything else is an *Error.
func ParseMonth(s string) (Month, error) {
	if len(s) != 7 || s[4] != '-' {
		return Month{}, errMonthFormat
	}
	year, okYear := digits(s[:4])
	month, okMonth := digits(s[5:])
	if !okYear || !okMonth {
		return Month{}, errMonthFormat
	}
	return NewMonth(year, time.Month(month))
}

// MustMonth is ParseMonth for constants in code and tests; it panics on an error.
func MustMonth(s string) Month {
	m, err := ParseMonth(s)
	if err != nil {
		panic(err)
	}
	return m
}

func monthOf(year int, month time.Month) Month {
	if year == 0 {
		return Month{}
	}
	return Month{number: int32(year*12 + int(month) - 1)}
}

// String is YYYY-MM, and empty for no month.
func (m Month) String() string {
	if m.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d", m.Year(), int(m.Name()))
}

var italianMonths = [...]string{"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno",
	"luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"}

// Format writes the month for people: gennaio 2025 in Italian, January 2025 in English; empty for no month.
func (m Month) Format(lang string) string {
	if m.IsZero() {
		return ""
	}
	if english(lang) {
		return fmt.Sprintf("%s %d", m.Name(), m.Year())
	}
	return fmt.Sprintf("%s %d", italianMonths[m.Name()-1], m.Year())
}

// IsZero says whether this is no month at all.
func (m Month) IsZero() bool { return m.number == 0 }

// Year is the year, from 1 to 9999; zero for no month.
func (m Month) Year() int { return int(m.number) / 12 }

// Name is the month within the year, January to December; zero for no month.
func (m Month) Name() time.Month {
	if m.IsZero() {
		return 0
	}
	return time.Month(m.number%12 + 1)
}

// First is the first day of the month.
func (m Month) First() Day {
	if m.IsZero() {
		return Day{}
	}
	d, _ := NewDay(m.Year(), m.Name(), 1)
	return d
}

// Last is the last day of the month.
func (m Month) Last() Day {
	if m.IsZero() {
		return Day{}
	}
	return m.First().AddDays(m.Length() - 1)
}

// WeeksInAnyMonth is how often each weekday comes in every month, at the least.
const WeeksInAnyMonth = 4

// Length is the number of days in the month, 28 to 31; zero for no month.
func (m Month) Length() int {
	if m.IsZero() {
		return 0
	}
	return time.Date(m.Year(), m.Name()+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// Days lists every day of the month in order.
func (m Month) Days() []Day {
	days := make([]Day, m.Length())
	for i := range days {
		days[i] = m.First().AddDays(i)
	}
	return days
}

// Next is the following month; no month after 9999-12.
func (m Month) Next() Month { return m.Add(1) }

// Prev is the month before; no month before 0001-01.
func (m Month) Prev() Month { return m.Add(-1) }

// Add moves by whole months, backwards when negative; no month when the result leaves the years 1 to 9999.
func (m Month) Add(n int) Month {
	const span = 9999 * 12
	if m.IsZero() || n > span || n < -span {
		return Month{}
	}
	moved := int(m.number) + n
	if moved < 12 || moved >= 12+span {
		return Month{}
	}
	return Month{number: int32(moved)}
}

// Sub is the number of months from other to m, negative when m is earlier; zero when either is no month.
func (m Month) Sub(other Month) int {
	if m.IsZero() || other.IsZero() {
		return 0
	}
	return int(m.number) - int(other.number)
}

// Contains says whether the day falls in the month; never for no day.
func (m Month) Contains(d Day) bool { return !d.IsZero() && d.Month() == m }

// Before says whether m is earlier than other; no month is earlier than every month.
func (m Month) Before(other Month) bool { return m.number < other.number }

// After says whether m is later than other.
func (m Month) After(other Month) bool { return m.number > other.number }

// Compare is -1, 0 or +1, for sorting; no month comes first.
func (m Month) Compare(other Month) int { return compare(m.number, other.number) }

func compare(a, b int32) int { return cmp.Compare(a, b) }

func english(lang string) bool { return text.Lang(lang) == text.English }
