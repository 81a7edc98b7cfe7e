// Package scalar spells the API's scalars: each pair reads a value of package values from a request and writes it into an answer.
package scalar

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// maxCursor bounds what a client may hand back as a cursor, in bytes; ours are far shorter.
const maxCursor = 1024

// maxText bounds every text and id of a request, in bytes; rooms are stricter where a text has a purpose.
const maxText = 20_000

// Invalid is the error of a value in a request that cannot be read; it wraps the parser's own.
type Invalid struct{ Err error }

// Error is what the parser says; it never holds the value.
func (e *Invalid) Error() string { return e.Err.Error() }

// Unwrap gives the parser's own error.
func (e *Invalid) Unwrap() error { return e.Err }

func quoted(s string) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(s)) })
}

func number(n int64) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, strconv.FormatInt(n, 10)) })
}

func text[T any](v any, parse func(string) (T, error)) (T, error) {
	s, ok := v.(string)
	if !ok {
		var zero T
		return zero, &Invalid{errors.New("must be a string")}
	}
	value, err := parse(s)
	if err != nil {
		return value, &Invalid{err}
	}
	return value, nil
}

func integer(v any, low, high int64) (int64, error) {
	var n int64
	var err error
	switch v := v.(type) {
	case int64:
		n = v
	case int:
		n = int64(v)
	case json.Number:
		n, err = strconv.ParseInt(v.String(), 10, 64)
	default:
		return 0, &Invalid{errors.New("must be an integer")}
	}
	if err != nil || n < low || n > high {
		return 0, &Invalid{fmt.Errorf("must be an integer from %d to %d", low, high)}
	}
	return n, nil
}

// MarshalString writes text.
func MarshalString(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalString reads text; what the database cannot keep as text is refused.
func UnmarshalString(v any) (string, error) { return text(v, Clean) }

// MarshalID writes an id.
func MarshalID(s string) graphql.Marshaler { return graphql.MarshalID(s) }

// UnmarshalID reads an id; a number is read as its digits.
func UnmarshalID(v any) (string, error) {
	id, err := graphql.UnmarshalID(v)
	if err != nil {
		return "", &Invalid{err}
	}
	return text(id, Clean)
}

// Clean gives text back that is valid UTF-8 without NUL, and refuses all other: it can be kept nowhere.
func Clean(s string) (string, error) {
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return "", errors.New("holds characters that are no text")
	}
	if len(s) > maxText {
		return "", fmt.Errorf("is longer than %d bytes", maxText)
	}
	return s, nil
}

// MarshalDay writes a civil day as "YYYY-MM-DD".
func MarshalDay(d calendar.Day) graphql.Marshaler { return quoted(d.String()) }

// UnmarshalDay reads a civil day; impossible dates are errors.
func UnmarshalDay(v any) (calendar.Day, error) { return text(v, calendar.ParseDay) }

// MarshalMonth writes a month as "YYYY-MM".
func MarshalMonth(m calendar.Month) graphql.Marshaler { return quoted(m.String()) }

// UnmarshalMonth reads a month, "YYYY-MM".
func UnmarshalMonth(v any) (calendar.Month, error) { return text(v, calendar.ParseMonth) }

// MarshalLocalTime writes a time of day as "HH:MM".
func MarshalLocalTime(t calendar.LocalTime) graphql.Marshaler { return quoted(t.String()) }

// UnmarshalLocalTime reads a time of day, "HH:MM"; "24:00" is the end of a day.
func UnmarshalLocalTime(v any) (calendar.LocalTime, error) { return text(v, calendar.ParseLocalTime) }

// MarshalInstant writes a moment as plans do: RFC 3339 in UTC with milliseconds.
func MarshalInstant(t time.Time) graphql.Marshaler { return quoted(t.UTC().Format(plan.Moment)) }

// UnmarshalInstant reads a moment, RFC 3339, of the years 1 to 9999 in UTC: no other can be kept.
func UnmarshalInstant(v any) (time.Time, error) {
	return text(v, func(s string) (time.Time, error) {
		t, err := time.Parse(time.RFC3339, s)
		if year := t.UTC().Year(); err == nil && (year < 1 || year > 9999) {
			err = errors.New("is out of all years")
		}
		return t, err
	})
}

// Told is a day, a time or a moment as it is told, and not read yet: of one among many items it is the item's own refusal that it cannot be.
type Told string

// MarshalTold writes what is told.
func MarshalTold(t Told) graphql.Marshaler { return quoted(string(t)) }

// UnmarshalTold takes any text.
func UnmarshalTold(v any) (Told, error) {
	s, err := text(v, Clean)
	return Told(s), err
}

// Day reads a civil day.
func (t Told) Day() (calendar.Day, error) { return UnmarshalDay(string(t)) }

// LocalTime reads a time of day.
func (t Told) LocalTime() (calendar.LocalTime, error) { return UnmarshalLocalTime(string(t)) }

// Instant reads a moment.
func (t Told) Instant() (time.Time, error) { return UnmarshalInstant(string(t)) }

// MarshalCents writes euro cents as an integer.
func MarshalCents(c money.Cents) graphql.Marshaler { return number(int64(c)) }

// UnmarshalCents reads euro cents, an integer that a JavaScript number holds exactly.
func UnmarshalCents(v any) (money.Cents, error) {
	n, err := integer(v, -int64(money.Limit), int64(money.Limit))
	return money.Cents(n), err
}

// MarshalMinutes writes minutes as an integer.
func MarshalMinutes(m calendar.Minutes) graphql.Marshaler { return number(int64(m)) }

// UnmarshalMinutes reads minutes, 0 to 2^31-1.
func UnmarshalMinutes(v any) (calendar.Minutes, error) {
	n, err := integer(v, 0, 1<<31-1)
	return calendar.Minutes(n), err
}

// MarshalCursor writes an opaque cursor.
func MarshalCursor(s string) graphql.Marshaler { return quoted(s) }

// UnmarshalCursor reads an opaque cursor; what it points to is checked where it is used.
func UnmarshalCursor(v any) (string, error) {
	return text(v, func(s string) (string, error) {
		if len(s) > maxCursor {
			return "", errors.New("is not a cursor of this API")
		}
		return s, nil
	})
}
