package money

import (
	"database/sql/driver"
	"strconv"
)

// ParseCents reads a whole number of cents, such as 151375858; anything else, or beyond the limit, is an *Error.
func ParseCents(s string) (Cents, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil, s[0] == '+':
		return 0, errFormat
	}
	return checked(Cents(n))
}

// MarshalText is the whole number of cents; ParseCents reads it back.
func (c Cents) MarshalText() ([]byte, error) { return strconv.AppendInt(nil, int64(c), 10), nil }

// UnmarshalText reads a whole number of cents.
func (c *Cents) UnmarshalText(data []byte) error {
	parsed, err := ParseCents(string(data))
	if err != nil {
		return err
	}
	*c = parsed
	return nil
}

// MarshalJSON is the whole number of cents, as a JSON number.
func (c Cents) MarshalJSON() ([]byte, error) { return c.MarshalText() }

// UnmarshalJSON reads a JSON integer within the limit; null leaves the amount as it was, as encoding/json asks.
func (c *Cents) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	return c.UnmarshalText(data)
}

// Value is the whole number of cents, for a bigint column.
func (c Cents) Value() (driver.Value, error) { return int64(c), nil }

// Scan reads a bigint, or the text of a whole numeric such as the sum of bigints. NULL is an *Error: a missing
// amount is not zero, scan into a pointer instead.
func (c *Cents) Scan(src any) error {
	switch v := src.(type) {
	case int64:
		checkedValue, err := checked(Cents(v))
		if err != nil {
			return err
		}
		*c = checkedValue
		return nil
	case string:
		return c.UnmarshalText([]byte(v))
	case []byte:
		return c.UnmarshalText(v)
	}
	return errSQLType
}
