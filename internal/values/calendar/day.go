// Package calendar holds civil days, months and times of day as people mean them, all in Europe/Rome.
//
// A Day has no hour and no zone; only DayOf, Day.At and Day.Start cross between days and instants. The zero Day and
// the zero Month mean "none", and every act on them gives none again. Years run from 0001 to 9999.
package calendar

import (
	"fmt"
	"time"
)

// Day is a civil date, comparable with ==; the zero value is "no day".
type Day struct {
	// number counts days from 0001-01-01, which is 1, so that zero can mean none.
	number int32
}

const (
	secondsPerDay = 24 * 60 * 60
	lastNumber    = 3652059 // 9999-12-31
)

var dayZero = time.Date(0, time.December, 31, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay

// NewDay builds a day; dates that the calendar does not have, such as 30 February, are an *Error.
func NewDay(year int, month time.Month, day int) (Day, error) {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 {
		return Day{}, errDayImpossible
	}
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if t.Day() != day {
		return Day{}, errDayImpossible
	}
	return Day{number: int32(t.Unix()/secondsPerDay - dayZero)}, nil
}

// ParseDay reads exactly YYYY-MM-DD; anything else, blanks too, and impossible dates are an *Error.
func ParseDay(s string) (Day, error) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return Day{}, errDayFormat
	}
	year, okYear := digits(s[:4])
	month, okMonth := digits(s[5:7])
	day, okDay := digits(s[8:])
	if !okYear || !okMonth || !okDay {
		return Day{}, errDayFormat
	}
	return NewDay(year, time.Month(month), day)
}

// MustDay is ParseDay for constants in code and tests; it panics on an error.
func MustDay(s string) Day {
	d, err := ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func digits(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// String is YYYY-MM-DD, and empty for no day.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	year, month, day := d.Date()
	return fmt.Sprintf("%04d-%02d-%02d", year, int(month), day)
}

// Format writes the day for people: 31/01/2025 in Italian, 31 Jan 2025 in English; empty for no day.
func (d Day) Format(lang string) string {
	if d.IsZero() {
		return ""
	}
	if english(lang) {
		return d.utc().Format("2 Jan 2006")
	}
	return d.utc().Format("02/01/2006")
}

var italianWeekdays = [...]string{"dom", "lun", "mar", "mer", "gio", "ven", "sab"}

// ShortWeekday writes the day of the week for people, in three letters: lun in Italian, Mon in English.
func (d Day) ShortWeekday(lang string) string {
	if english(lang) {
		return d.Weekday().String()[:3]
	}
	return italianWeekdays[d.Weekday()]
}

// Date splits the day into its parts; all zero for no day.
func (d Day) Date() (year int, month time.Month, day int) {
	if d.IsZero() {
		return 0, 0, 0
	}
	return d.utc().Date()
}

// IsZero says whether this is no day at all.
func (d Day) IsZero() bool { return d.number == 0 }

// AddDays moves by whole days, backwards when negative; no day when the result leaves the years 1 to 9999.
func (d Day) AddDays(n int) Day {
	if d.IsZero() || n > lastNumber || n < -lastNumber {
		return Day{}
	}
	moved := int(d.number) + n
	if moved < 1 || moved > lastNumber {
		return Day{}
	}
	return Day{number: int32(moved)}
}

// AddMonths moves by whole months and keeps the day of the month, cut to the last day when the month is shorter:
// 31 January plus one month is 28 or 29 February (Italian Civil Code, art. 2963). No day outside the years 1 to 9999.
func (d Day) AddMonths(n int) Day {
	target := d.Month().Add(n)
	if target.IsZero() {
		return Day{}
	}
	_, _, day := d.Date()
	first := target.First()
	return first.AddDays(min(day, target.Length()) - 1)
}

// Through is the last day of so many months that begin with d: the day before the same day of the month, or the last of a month that has no such day.
// The zero day where that is none.
func (d Day) Through(months int) Day {
	end := d.AddMonths(months)
	if _, _, day := d.Date(); end.IsZero() || end.Sub(end.Month().First())+1 < day {
		return end
	}
	return end.AddDays(-1)
}

// Sub is the number of days from other to d, negative when d is earlier; zero when either is no day.
func (d Day) Sub(other Day) int {
	if d.IsZero() || other.IsZero() {
		return 0
	}
	return int(d.number) - int(other.number)
}

// Weekday is the day of the week; Sunday for no day, so ask IsZero first.
func (d Day) Weekday() time.Weekday { return d.utc().Weekday() }

// Monday is the first day of the ISO week that holds the day.
func (d Day) Monday() Day { return d.AddDays(-((int(d.Weekday()) + 6) % 7)) }

// Month is the month that holds the day.
func (d Day) Month() Month {
	year, month, _ := d.Date()
	return monthOf(year, month)
}

// Before says whether d is earlier than other; no day is earlier than every day.
func (d Day) Before(other Day) bool { return d.number < other.number }

// After says whether d is later than other.
func (d Day) After(other Day) bool { return d.number > other.number }

// Compare is -1, 0 or +1, for sorting; no day comes first.
func (d Day) Compare(other Day) int { return compare(d.number, other.number) }

func (d Day) utc() time.Time {
	if d.IsZero() {
		return time.Unix(dayZero*secondsPerDay, 0).UTC()
	}
	return time.Unix((dayZero+int64(d.number))*secondsPerDay, 0).UTC()
}

// Age is the years completed by someone born on one day, on another; 0 when either is none or on comes first.
// Who was born on 29 February completes the year on 28 February of common years, as AddMonths and art. 2963 say.
func Age(birth, on Day) int {
	if birth.IsZero() || on.Before(birth) {
		return 0
	}
	birthYear, _, _ := birth.Date()
	year, _, _ := on.Date()
	age := year - birthYear
	if birth.AddMonths(12 * age).After(on) {
		age--
	}
	return age
}
