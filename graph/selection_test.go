package graph

import (
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

const sample = `
scalar Day
interface Node { id: ID! }
type Thing implements Node { id: ID! name: String things(first: Int, on: Day, choice: Choice): ThingConnection! list: [Thing!]! }
type ThingConnection { nodes: [Thing!]! totalCount: Int! }
input Choice @oneOf { a: Int b: Day }
type Query { node(id: ID!): Node thing: Thing }
`

func operation(t testing.TB, query string, variables map[string]any) (*graphql.OperationContext, *ast.Schema) {
	t.Helper()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: sample})
	doc, errs := gqlparser.LoadQuery(schema, query)
	if errs != nil {
		t.Fatal(errs)
	}
	op := doc.Operations[0]
	values, err := validator.VariableValues(schema, op, variables)
	if err != nil {
		t.Fatal(err)
	}
	return &graphql.OperationContext{Doc: doc, Operation: op, Variables: values}, schema
}

func argumentsOf(t testing.TB, query string, variables map[string]any) (map[string]any, error) {
	op, schema := operation(t, query, variables)
	s := &selector{op: op, schema: schema}
	things := s.fields(op.Operation.SelectionSet, "Query")[0].Under("Thing")[0]
	return things.Args, s.err
}

func TestArgumentsAreReadByTheirType(t *testing.T) {
	args, err := argumentsOf(t, `query($d: Day!, $n: Int) { thing { things(first: $n, on: $d) { totalCount } } }`, map[string]any{"d": "2026-03-18", "n": 7})
	if err != nil {
		t.Fatal(err)
	}
	if args["on"] != calendar.MustDay("2026-03-18") || args["first"] != int64(7) {
		t.Fatalf("%#v", args)
	}
}

func TestImpossibleValuesAreRefused(t *testing.T) {
	if _, err := argumentsOf(t, `{ thing { things(on: "2026-02-30") { totalCount } } }`, nil); !isInvalid(err) {
		t.Error(err)
	}
}

// The parser checks @oneOf on literals only: a variable must meet the same rule.
func TestOneOfHoldsForVariables(t *testing.T) {
	const query = `query($c: Choice) { thing { things(choice: $c) { totalCount } } }`
	for _, choice := range []map[string]any{{"a": 1, "b": "2026-03-18"}, {}} {
		if _, err := argumentsOf(t, query, map[string]any{"c": choice}); !isInvalid(err) {
			t.Errorf("%v: %v", choice, err)
		}
	}
	if _, err := argumentsOf(t, query, map[string]any{"c": map[string]any{"a": 1}}); err != nil {
		t.Error(err)
	}
}

func isInvalid(err error) bool {
	list, ok := refusal.As(err)
	return ok && err != nil && list.Has(refusal.InvalidValue)
}

func TestFragmentsFollowTheConcreteType(t *testing.T) {
	op, schema := operation(t, `{ node(id: "x") { __typename ...N ... on Thing { name @include(if: false) list { id } } } } fragment N on Node { id }`, nil)
	s := &selector{op: op, schema: schema}
	var names []string
	for _, f := range s.fields(op.Operation.SelectionSet, "Query")[0].Under("Thing") {
		names = append(names, f.Name)
	}
	if got := strings.Join(names, " "); got != "__typename id list" {
		t.Fatal(got)
	}
}

func TestCostCountsListsAtTheirPageSize(t *testing.T) {
	for _, c := range []struct {
		query string
		cost  int
	}{
		{`{ thing { name } }`, 2},
		{`{ thing { things(first: 20) { nodes { id name } } } }`, 2 + 20 + 2*20},
		{`{ thing { things(first: 1) { totalCount } } }`, 2 + 1 + countCost},
		{`{ thing { list { id } } }`, 2 + assumedList},
	} {
		op, _ := operation(t, c.query, nil)
		if err := (Limits{Cost: c.cost, Depth: 9}).check(op, nil); err != nil {
			t.Errorf("%s costs more than %d", c.query, c.cost)
		}
		if err := (Limits{Cost: c.cost - 1, Depth: 9}).check(op, nil); err == nil {
			t.Errorf("%s costs less than %d", c.query, c.cost)
		}
	}
}

// What the mapping says that a list holds is what it costs.
func TestAListCostsWhatItIsSaidToHold(t *testing.T) {
	schema := plan.NewSchema(plan.Reading{Types: []plan.Type{{Name: "Thing", Table: "thing", Prefix: "thg", Class: access.Work,
		Fields: plan.Fields{"list": plan.Many("Thing", "thing_id", "{o}.id").About(3)}}}})
	op, _ := operation(t, `{ thing { list { id } } }`, nil)
	if spent := (Limits{Cost: 100, Depth: 9}).measure(op, schema).spent; spent != 2+3 {
		t.Errorf("%d, want that of three", spent)
	}
}

// A list below itself, below itself, multiplies without telling anything new.
func TestRingsAreStopped(t *testing.T) {
	op, _ := operation(t, `{ thing { list { list { list { id } } } } }`, nil)
	if err := (Limits{Cost: 1e9, Depth: 15}).check(op, nil); err == nil {
		t.Fatal("not stopped")
	}
	op, _ = operation(t, `{ thing { a: list { list { id } } b: list { id } } }`, nil)
	if err := (Limits{Cost: 1e9, Depth: 15}).check(op, nil); err != nil {
		t.Fatal(err)
	}
}

func TestDepthIsBounded(t *testing.T) {
	op, _ := operation(t, `{ thing { list { list { id } } } }`, nil)
	if err := (Limits{Cost: 1e6, Depth: 3}).check(op, nil); err == nil || err.Error() != "OPERATION_TOO_DEEP" {
		t.Fatal(err)
	}
}

// A document of 40 fragments that each spread the next twice stands for 2^40 fields: the walk must stop at its limit.
func TestFragmentBombIsStopped(t *testing.T) {
	var doc strings.Builder
	doc.WriteString("{ thing { ...F0 } }\n")
	for i := range 40 {
		fmt.Fprintf(&doc, "fragment F%d on Thing { a: __typename ...F%d ...F%d }\n", i, i+1, i+1)
	}
	doc.WriteString("fragment F40 on Thing { id }")
	op, _ := operation(t, doc.String(), nil)
	if err := (Limits{Cost: 50_000, Depth: 15}).check(op, nil); err == nil {
		t.Fatal("not stopped")
	}
}

func FuzzFeedCursor(f *testing.F) {
	f.Add("6f3a-1.42")
	f.Add(".")
	f.Add("a.-1")
	f.Add("a.1.b.c")
	f.Fuzz(func(t *testing.T, s string) {
		epoch, seq, _, err := parseCursor(s)
		if err == nil && (epoch == "" || seq < 0) {
			t.Fatalf("%q: %q %d", s, epoch, seq)
		}
	})
}
