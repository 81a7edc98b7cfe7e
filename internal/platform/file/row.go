package file

import (
	"slices"
	"strconv"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Row is one row of a table, with what is wrong with it.
type Row struct {
	Number   int // the header is 1
	Problems []Problem
	Remarks  []Problem // what is told of a row that is good nevertheless

	table *Table
	cells []string // as they stand in the file
	raw   string   // of a row that could not be taken apart
}

// Problem is what is wrong with one cell, or with the row as a whole.
type Problem struct {
	Column string // "": the row as a whole
	Cause  text.Text
}

var (
	causeDay    = text.Text{It: "la data va scritta come 2025-01-31 oppure 31/01/2025", En: "a day is written as 2025-01-31 or 31/01/2025"}
	causeNumber = text.Text{It: "è richiesto un numero intero", En: "a whole number is needed"}
)

// Bad says whether anything is wrong with the row.
func (r *Row) Bad() bool { return len(r.Problems) > 0 }

// Fail notes a problem of a column; "" is the row as a whole.
func (r *Row) Fail(column string, cause text.Text) {
	r.Problems = append(r.Problems, Problem{Column: column, Cause: cause})
}

// Refuse notes refusals as problems of the columns that stand behind their paths, dots between the steps; the nearest path above counts
// for one that is not named. A column that has a problem already keeps the first.
func (r *Row) Refuse(list refusal.List, columns map[string]string) {
	for _, one := range list {
		p := problemOf(one, columns)
		if p.Column == "" || !slices.ContainsFunc(r.Problems, func(other Problem) bool { return p.Column == other.Column }) {
			r.Problems = append(r.Problems, p)
		}
	}
}

// Remark notes warnings that do not make the row bad, at the columns that Refuse would name.
func (r *Row) Remark(list refusal.List, columns map[string]string) {
	for _, one := range list {
		r.Remarks = append(r.Remarks, problemOf(one, columns))
	}
}

func problemOf(r refusal.Refusal, columns map[string]string) Problem {
	return Problem{Column: columnBehind(r.Path, columns), Cause: text.Text{It: r.Localized(text.Italian).Message, En: r.Localized(text.English).Message}}
}

func columnBehind(path []string, columns map[string]string) string {
	for n := len(path); n > 0; n-- {
		if column, ok := columns[strings.Join(path[:n], ".")]; ok {
			return column
		}
	}
	return ""
}

// shapeless says whether the row as a whole could not be taken apart.
func (r *Row) shapeless() bool {
	return slices.ContainsFunc(r.Problems, func(p Problem) bool { return p.Column == "" })
}

func (r *Row) unreadable(raw string, cause text.Text) {
	r.cells, r.raw = nil, raw
	r.Fail("", cause)
}

// Text is the cell without blanks around it; "" where the file has no such column.
func (r *Row) Text(column string) string {
	i := slices.Index(r.table.header, column)
	if i < 0 || i >= len(r.cells) {
		return ""
	}
	return strings.TrimSpace(r.cells[i])
}

// Day reads 2025-01-31 or 31/01/2025; no day for an empty cell, and for one that cannot be read, which becomes a problem.
func (r *Row) Day(column string) calendar.Day {
	cell := r.Text(column)
	if cell == "" {
		return calendar.Day{}
	}
	if day, month, year, ok := slashed(cell); ok {
		cell = year + "-" + month + "-" + day
	}
	d, err := calendar.ParseDay(cell)
	if err == nil {
		return d
	}
	cause := causeDay
	if impossible, ok := err.(*calendar.Error); ok && impossible.Code == "DAY_IMPOSSIBLE" {
		cause = impossible.Cause()
	}
	r.Fail(column, cause)
	return calendar.Day{}
}

func slashed(cell string) (day, month, year string, ok bool) {
	parts := strings.Split(cell, "/")
	if len(parts) != 3 || len(parts[2]) != 4 {
		return "", "", "", false
	}
	return padded(parts[0]), padded(parts[1]), parts[2], true
}

func padded(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// Int reads a whole number; 0 for an empty cell, and for one that cannot be read, which becomes a problem.
func (r *Row) Int(column string) int {
	cell := r.Text(column)
	if cell == "" {
		return 0
	}
	n, err := strconv.ParseInt(cell, 10, 32)
	if err != nil {
		r.Fail(column, causeNumber)
	}
	return int(n)
}

// List reads values separated by "|"; empty ones are left out.
func (r *Row) List(column string) []string {
	var list []string
	for part := range strings.SplitSeq(r.Text(column), "|") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// Why is all that is wrong with the row, in a language: "column: cause; column: cause".
func (r *Row) Why(lang string) string {
	parts := make([]string, len(r.Problems))
	for i, p := range r.Problems {
		parts[i] = p.Cause.In(lang)
		if p.Column != "" {
			parts[i] = p.Column + ": " + parts[i]
		}
	}
	return strings.Join(parts, "; ")
}
