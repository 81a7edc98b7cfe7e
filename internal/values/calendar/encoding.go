package calendar

import (
	"database/sql/driver"
	"time"
)

// MarshalText is YYYY-MM-DD, and empty for no day; JSON goes this way too.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads YYYY-MM-DD, and empty as no day.
func (d *Day) UnmarshalText(data []byte) (err error) {
	*d, err = optional(data, ParseDay)
	return err
}

// Value is the day as text for a date column, and NULL for no day.
func (d Day) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads a date column: a time at midnight in its own zone, or YYYY-MM-DD; NULL is no day.
func (d *Day) Scan(src any) (err error) {
	*d, err = scan(src, ParseDay, func(day Day) (Day, error) { return day, nil })
	return err
}

// MarshalText is YYYY-MM, and empty for no month; JSON goes this way too.
func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads YYYY-MM, and empty as no month.
func (m *Month) UnmarshalText(data []byte) (err error) {
	*m, err = optional(data, ParseMonth)
	return err
}

// Value is the first day of the month as text for a date column, and NULL for no month.
func (m Month) Value() (driver.Value, error) { return m.First().Value() }

// Scan reads a date column that holds the first of a month, or YYYY-MM; another day of the month is an *Error,
// because it would be silently lost. NULL is no month.
func (m *Month) Scan(src any) (err error) {
	*m, err = scan(src, parseEither, firstOnly)
	return err
}

func parseEither(s string) (Month, error) {
	if len(s) == len("2025-01") {
		return ParseMonth(s)
	}
	d, err := ParseDay(s)
	if err != nil {
		return Month{}, err
	}
	return firstOnly(d)
}

func firstOnly(d Day) (Month, error) {
	if d.Month().First() != d {
		return Month{}, errMonthFormat
	}
	return d.Month(), nil
}

// MarshalText is HH:MM; JSON goes this way too.
func (t LocalTime) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads HH:MM; empty is an *Error, since an absent time is a nil pointer.
func (t *LocalTime) UnmarshalText(data []byte) (err error) {
	*t, err = ParseLocalTime(string(data))
	return err
}

// Value is the minutes since midnight, for an integer column.
func (t LocalTime) Value() (driver.Value, error) { return int64(t.minutes), nil }

// Scan reads an integer column of minutes since midnight; NULL is an *Error, scan into a pointer instead.
func (t *LocalTime) Scan(src any) (err error) {
	minutes, ok := src.(int64)
	if !ok {
		return errSQLType
	}
	if minutes < 0 || minutes > minutesPerDay {
		return errTimeFormat
	}
	*t, err = NewLocalTime(int(minutes))
	return err
}

func optional[T any](data []byte, parse func(string) (T, error)) (T, error) {
	if len(data) == 0 {
		var none T
		return none, nil
	}
	return parse(string(data))
}

func scan[T any](src any, parse func(string) (T, error), convert func(Day) (T, error)) (T, error) {
	var none T
	switch v := src.(type) {
	case nil:
		return none, nil
	case string:
		return parse(v)
	case []byte:
		return parse(string(v))
	case time.Time:
		d, err := midnight(v)
		if err != nil {
			return none, err
		}
		return convert(d)
	}
	return none, errSQLType
}

// midnight refuses an instant with a time of day: it comes from a timestamp column, where the zone decides the day.
func midnight(t time.Time) (Day, error) {
	if hour, minute, second := t.Clock(); hour+minute+second+t.Nanosecond() != 0 {
		return Day{}, errSQLType
	}
	return NewDay(t.Date())
}
