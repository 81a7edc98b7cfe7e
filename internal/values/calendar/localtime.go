package calendar

import (
	"fmt"
	"strings"
)

// LocalTime is a time of day in whole minutes from midnight, 0 to 1440; the zero value is 00:00, and 1440 is 24:00,
// the end of the day. An absent time is a nil pointer.
type LocalTime struct{ minutes int16 }

const minutesPerDay = 24 * 60

// NewLocalTime builds a time from minutes since midnight; outside 0 to 1440 it is an *Error.
func NewLocalTime(minutes int) (LocalTime, error) {
	if minutes < 0 || minutes > minutesPerDay {
		return LocalTime{}, errTimeFormat
	}
	return LocalTime{minutes: int16(minutes)}, nil
}

// ParseLocalTime reads exactly HH:MM from 00:00 to 24:00, where 24:00 serves as an end; seconds are refused.
func ParseLocalTime(s string) (LocalTime, error) {
	if len(s) != 5 || s[2] != ':' {
		return LocalTime{}, errTimeFormat
	}
	hour, okHour := digits(s[:2])
	minute, okMinute := digits(s[3:])
	if !okHour || !okMinute || minute > 59 {
		return LocalTime{}, errTimeFormat
	}
	return NewLocalTime(hour*60 + minute)
}

// MustLocalTime is ParseLocalTime for constants in code and tests; it panics on an error.
func MustLocalTime(s string) LocalTime {
	t, err := ParseLocalTime(s)
	if err != nil {
		panic(err)
	}
	return t
}

// Minutes is the time in minutes since midnight, 0 to 1440.
func (t LocalTime) Minutes() int { return int(t.minutes) }

// String is HH:MM.
func (t LocalTime) String() string { return fmt.Sprintf("%02d:%02d", t.minutes/60, t.minutes%60) }

// Before says whether t comes earlier in the day than other.
func (t LocalTime) Before(other LocalTime) bool { return t.minutes < other.minutes }

// After says whether t comes later in the day than other.
func (t LocalTime) After(other LocalTime) bool { return t.minutes > other.minutes }

// Compare is -1, 0 or +1, for sorting.
func (t LocalTime) Compare(other LocalTime) int {
	return compare(int32(t.minutes), int32(other.minutes))
}

// Sub is the time from other to t, negative when t comes earlier in the day.
func (t LocalTime) Sub(other LocalTime) Minutes { return Minutes(t.minutes - other.minutes) }

// Minutes is a length of time in whole minutes; it may be negative.
type Minutes int

// String is "2 h 30 min", without the part that is nought, and "0 min" for none.
func (m Minutes) String() string {
	sign, size := "", uint64(m)
	if m < 0 {
		sign, size = "-", -size
	}
	var parts []string
	if hours := size / 60; hours > 0 {
		parts = append(parts, fmt.Sprintf("%d h", hours))
	}
	if rest := size % 60; rest > 0 || size == 0 {
		parts = append(parts, fmt.Sprintf("%d min", rest))
	}
	return sign + strings.Join(parts, " ")
}
