package programme

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Problem is one thing that is wrong in a programme file.
type Problem struct {
	File  string
	Line  int    // from 1; 0 for the file as a whole
	Field string // path of keys, e.g. policy.rules.allowance.monthly_cap.value; list entries count from 1
	Cause text.Text
}

// In is the problem in one language, as file:line: field: cause.
func (p Problem) In(lang string) string {
	at := p.File
	if p.Line > 0 {
		at = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	if p.Field == "" {
		return at + ": " + p.Cause.In(lang)
	}
	return at + ": " + p.Field + ": " + p.Cause.In(lang)
}

// Problems is everything that is wrong in one file, sorted by line.
type Problems []Problem

// Error is all problems in English, one a line.
func (p Problems) Error() string { return p.In(text.English) }

// In is all problems in one language, one a line.
func (p Problems) In(lang string) string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.In(lang)
	}
	return strings.Join(lines, "\n")
}

func (p Problems) sorted() Problems {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Cause.En, b.Cause.En))
	})
	return p
}
