package plan

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
)

// Equals keeps rows whose column equals the value.
func Equals(column, sqlType string) Filter {
	return Filter{Where: "{t}." + column + " = {v}", SQLType: sqlType}
}

// Among keeps rows whose text column is one of the values.
func Among(column string) Filter {
	return Filter{Where: "{t}." + column + " = any ({v})", SQLType: "text[]"}
}

// AtLeast keeps rows whose column is the value or more.
func AtLeast(column, sqlType string) Filter {
	return Filter{Where: "{t}." + column + " >= {v}", SQLType: sqlType}
}

// AtMost keeps rows whose column is the value or less.
func AtMost(column, sqlType string) Filter {
	return Filter{Where: "{t}." + column + " <= {v}", SQLType: sqlType}
}

// RefersTo keeps rows whose column holds the id; an id of another sort matches nothing.
func RefersTo(prefix, column string) Filter {
	return Filter{Where: "{t}." + column + " = {v}", SQLType: "uuid", Value: func(v any) (any, error) {
		id, err := ParseID(prefix, fmt.Sprint(v))
		if err != nil {
			return uuid.Nil, nil
		}
		return id, nil
	}}
}

// Where keeps rows for which the SQL over `{t}` and `{v}` holds.
func Where(sql, sqlType string) Filter { return Filter{Where: sql, SQLType: sqlType} }

// Whether keeps rows by a Boolean: the first condition for true, the second for false.
func Whether(yes, no string) Filter { return Filter{Either: map[bool]string{true: yes, false: no}} }

// StartsWith keeps rows one of whose SQL expressions begins with the value, capitals and accents aside.
func StartsWith(exprs ...string) Filter {
	parts := make([]string, len(exprs))
	for i, e := range exprs {
		parts[i] = "starts_with(lower(unaccent(" + e + ")), lower(unaccent({v})))"
	}
	return Filter{Where: "(" + strings.Join(parts, " or ") + ")", SQLType: "text"}
}

// Reveals says which class the condition tells something of.
func (f Filter) Reveals(class access.Class) Filter {
	f.Class = class
	return f
}

// ErrID is returned for an id that is not of the sort asked for.
var ErrID = errors.New("not an id of this sort")

// ParseID reads an id of the API, `<prefix>_<uuid>`.
func ParseID(prefix, id string) (uuid.UUID, error) {
	rest, ok := strings.CutPrefix(id, prefix+"_")
	if !ok || len(rest) != 36 {
		return uuid.Nil, ErrID
	}
	u, err := uuid.Parse(rest)
	if err != nil {
		return uuid.Nil, ErrID
	}
	return u, nil
}

// PrefixOf is the prefix of an id of the API; false for what is none.
func PrefixOf(id string) (string, bool) {
	prefix, _, _ := strings.Cut(id, "_")
	_, err := ParseID(prefix, id)
	return prefix, err == nil
}

// FormatID writes an id of the API.
func FormatID(prefix string, id uuid.UUID) string { return prefix + "_" + id.String() }
