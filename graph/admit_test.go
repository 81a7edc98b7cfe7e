package graph

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

var usual = Limits{Cost: 50_000, Depth: 15}

// repeated writes one line for each number from 0, with the number in place of %[1]d and the next one in place of %[2]d.
func repeated(n int, line string) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, line, i, i+1)
	}
	return s.String()
}

// doubling is a chain of n fragments each of which spreads the next one twice: 2^n fields from n lines.
func doubling(n int, inner string) string {
	return repeated(n, "fragment F%[1]d on Participant { a%[1]d: caseManager { id } ...F%[2]d ... on Participant { ...F%[2]d } } ") + fmt.Sprintf("fragment F%d on Participant { %s }", n, inner)
}

// bombs are documents that cost their reader far more than their writer, by the code that refuses them.
var bombs = map[string]struct{ query, code string }{
	"aliases":             {"{ " + repeated(101, "a%[1]d: viewer { id } ") + "}", "OPERATION_TOO_LARGE"},
	"aliases deep":        {"{ viewer { " + repeated(5000, "a%[1]d: id ") + "} }", "OPERATION_TOO_LARGE"},
	"root fields":         {"{ " + strings.Repeat("viewer { id } ", 31) + "}", "OPERATION_TOO_LARGE"},
	"root in fragments":   {"{ " + strings.Repeat("... on Query { viewer { id } } ", 31) + "}", "OPERATION_TOO_LARGE"},
	"one name many times": {"{ viewer { " + strings.Repeat("id ", 7000) + "} }", "OPERATION_TOO_LARGE"},
	"directives":          {"{ viewer { id " + strings.Repeat("@include(if: true) ", 201) + "} }", "OPERATION_TOO_LARGE"},
	"operations":          {repeated(21, "query Q%[1]d { viewer { id } } "), "OPERATION_TOO_LARGE"},
	"fragments":           {"{ viewer { id } } " + repeated(101, "fragment F%[1]d on Viewer { id } "), "OPERATION_TOO_LARGE"},
	"tokens":              {"{ viewer { " + strings.Repeat("... { ", 5001) + "id" + strings.Repeat(" }", 5001) + " } }", "OPERATION_TOO_LARGE"},
	"fragments doubling":  {"{ participant(id: 1) { ...F0 } } " + doubling(40, "id"), "OPERATION_TOO_LARGE"},
	"unused doubling":     {"{ viewer { id } } " + doubling(40, "id"), "OPERATION_TOO_LARGE"},
	"introspection doubling": {"{ __schema { types { ...T0 } } } " + repeated(40, "fragment T%[1]d on __Type { ...T%[2]d ofType { ...T%[2]d } } ") + "fragment T40 on __Type { name }",
		"OPERATION_TOO_LARGE"},
	"deep":                  {"{ " + strings.Repeat("viewer { ", 4000) + "id" + strings.Repeat(" }", 4001), "OPERATION_TOO_DEEP"},
	"deep through spreads":  {"{ ...F0 } " + repeated(20, "fragment F%[1]d on Query { viewer { ...F%[2]d } } ") + "fragment F20 on Query { viewer { id } }", "OPERATION_TOO_DEEP"},
	"circular":              {"{ viewer { ...A } } fragment A on Viewer { id ...A }", "FRAGMENT_CIRCULAR"},
	"circular by two":       {"{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }", "FRAGMENT_CIRCULAR"},
	"circular and unused":   {"{ viewer { id } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }", "FRAGMENT_CIRCULAR"},
	"circular under fields": {"{ viewer { ...A } } fragment A on Viewer { id grants { ...A } }", "FRAGMENT_CIRCULAR"},
}

func TestBombsAreRefusedBeforeTheyAreValidated(t *testing.T) {
	for name, bomb := range bombs {
		err := usual.admit(bomb.query)
		if list, ok := refusal.As(err); !ok || list[0].Code != bomb.code {
			t.Errorf("%s: %v, want %s", name, err, bomb.code)
		}
	}
}

// TestWhatIsAdmittedIsCheapToValidate takes shapes at the edge of what is admitted, each made to cost the validator much.
func TestWhatIsAdmittedIsCheapToValidate(t *testing.T) {
	schema := NewExecutableSchema(Config{}).Schema()
	wide := "id state stateLabel revision hidden referredOn allowances { month total } placements { id state } "
	for name, query := range map[string]string{
		"one name 140 times":       "{ viewer { " + strings.Repeat("id ", 140) + "} }",
		"names of names of names":  "{ " + strings.Repeat("viewer { "+strings.Repeat("grants { "+strings.Repeat("role ", 4)+"} ", 15)+"} ", 10) + "}",
		"pairs of fragments":       "query($id: ID!) { participant(id: $id) { " + repeated(100, "...F%[1]d ") + "} } " + repeated(100, "fragment F%[1]d on Participant { "+wide+"} "),
		"fragments in fragments":   "query($id: ID!) { participant(id: $id) { ...F0 } } " + repeated(99, "fragment F%[1]d on Participant { "+wide+"...F%[2]d } ") + "fragment F99 on Participant { id }",
		"fragments below fields":   "query($id: ID!) { participant(id: $id) { ...F0 ...F1 } } " + repeated(6, "fragment F%[1]d on Participant { person { participants { ...F%[2]d } } person { participants { ...F%[2]d } } } ") + "fragment F6 on Participant { id }",
		"doubling, seven levels":   "query($id: ID!) { participant(id: $id) { ...F0 } } " + doubling(7, "id"),
		"inline fragments of all":  "query($id: ID!) { participant(id: $id) { " + strings.Repeat("... on Participant { id } ", 140) + "} }",
		"a list of values as deep": "{ participants(programme: 1, filter: " + strings.Repeat("[", 7000) + strings.Repeat("]", 7000) + ") { totalCount } }",
	} {
		admitted, work := usual.admit(query), uint64(0)
		if admitted == nil {
			work = allocated(func() { _, _ = gqlparser.LoadQuery(schema, query) })
		}
		t.Logf("%-24s %7d bytes, admitted %v, validated with %d allocations", name, len(query), admitted, work)
		if work > mostWork {
			t.Errorf("%s: the validator needs %d allocations", name, work)
		}
	}
	// Without the limits it would be another matter.
	if work := allocated(func() { _, _ = gqlparser.LoadQuery(schema, "{ viewer { "+strings.Repeat("id ", 2000)+"} }") }); work < mostWork {
		t.Errorf("what is not admitted needs %d allocations: they say nothing of work", work)
	}
}

// mostWork is how many allocations the validator may need for one operation: two or three for each pair of fields that it compares.
const mostWork = 3_000_000

// allocated counts what a function allocates: its work, however busy the machine is.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs
}

func TestUsualOperationsAreAdmitted(t *testing.T) {
	for _, query := range []string{
		"{ viewer { id } }",
		"query A { viewer { id ...V } } query B { viewer { ...V } } fragment V on Viewer { id grants { role } }",
		"{ " + repeated(30, "a%[1]d: viewer { id } ") + "}",
		"{ viewer { ...Nobody } }", // the validator names what is missing
		"{ viewer {",               // the parser says where
	} {
		if err := usual.admit(query); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
}

func FuzzAdmit(f *testing.F) {
	for _, bomb := range bombs {
		if len(bomb.query) < 10_000 {
			f.Add(bomb.query)
		}
	}
	schema := NewExecutableSchema(Config{}).Schema()
	f.Fuzz(func(t *testing.T, query string) {
		if work := allocated(func() {
			if usual.admit(query) == nil {
				_, _ = gqlparser.LoadQueryWithRules(schema, query, nil)
			}
		}); work > 2*mostWork {
			t.Fatalf("%d allocations for %d bytes", work, len(query))
		}
	})
}

// TestDocumentsAreKeptByTheirWeight: a thousand long operations leave no more behind than a few.
func TestDocumentsAreKeptByTheirWeight(t *testing.T) {
	kept := newDocuments()
	doc := &ast.QueryDocument{}
	for i := range 1000 {
		kept.Add(t.Context(), fmt.Sprint(i)+strings.Repeat(" ", 20_000), doc)
	}
	if w := kept.kept.Weight(); w == 0 || w > documentBytes {
		t.Errorf("%d bytes are kept", w)
	}
	long := strings.Repeat("#", documentBytes/16+1)
	kept.Add(t.Context(), long, doc)
	if _, ok := kept.Get(t.Context(), long); ok {
		t.Error("one long operation drives out the others")
	}
}
