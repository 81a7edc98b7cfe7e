package graph

import (
	"net/url"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
)

// operationOf is a query of one operation as the executor has it.
func operationOf(t *testing.T, schema *ast.Schema, query string, variables map[string]any) *graphql.OperationContext {
	t.Helper()
	doc, errs := gqlparser.LoadQuery(schema, query)
	if errs != nil {
		t.Fatalf("%s: %v", query, errs)
	}
	values, err := validator.VariableValues(schema, doc.Operations[0], variables)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return &graphql.OperationContext{RawQuery: query, Doc: doc, Operation: doc.Operations[0], Variables: values}
}

func TestValuesThatMayStandInAddresses(t *testing.T) {
	const id = "prg_0198a0b1-0000-7000-8000-000000000000"
	find := `query($p: ID!, $f: ParticipantFilter, $n: Int, $c: PageCursor) { participants(programme: $p, filter: $f, first: $n, after: $c) { totalCount } }`
	for name, c := range map[string]struct {
		variables map[string]any
		want      bool
	}{
		"an id":                {map[string]any{"p": id}, true},
		"nothing":              {map[string]any{"p": id, "f": nil}, true},
		"numbers":              {map[string]any{"p": id, "n": 20}, true},
		"enums":                {map[string]any{"p": id, "f": map[string]any{"states": []any{"ACTIVE"}}}, true},
		"one enum for a list":  {map[string]any{"p": id, "f": map[string]any{"states": "ACTIVE"}}, true},
		"a name":               {map[string]any{"p": id, "f": map[string]any{"nameStartsWith": "Rossi"}}, false},
		"a code in an id":      {map[string]any{"p": "RSSMRA85A01F023U"}, false},
		"a name behind an id":  {map[string]any{"p": id + "Rossi"}, false},
		"a cursor with a name": {map[string]any{"p": id, "c": "eyJrIjpbIlJvc3NpIl19"}, false},
	} {
		op := operationOf(t, parsedSchema, find, c.variables)
		if got := (get{schema: parsedSchema}).bare(op); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestWhatTellsOfNobody(t *testing.T) {
	for query, want := range map[string]bool{
		`{ __typename }`: true,
		`{ programme(code: "LACO3") { name policyVersions { rules { code value } } organisations { name parent { code } } ...A } } fragment A on Programme { budgetLines { amount } }`: true,
		`{ __schema { types { name } } }`:                       true,
		`{ viewer { id } }`:                                     false,
		`{ programme(code: "LACO3") { name mandates { id } } }`: false,
		`{ programme(code: "LACO3") { name } participants(programme: "x") { nodes { id } } }`: false,
		`{ node(id: "x") { ... on Programme { name } } }`:                                     false,
		`{ position(programme: "x") }`:                                                        false,
	} {
		if got := tellsOfNobody(operationOf(t, parsedSchema, query, nil)); got != want {
			t.Errorf("%s: %v", query, got)
		}
	}
}

// FuzzQueryParams: an address is read like a body, or refused.
func FuzzQueryParams(f *testing.F) {
	for _, seed := range []string{"query=%7B+a+%7D", "query=a&query=b", "documentId=ab&variables=%7B%22a%22%3A1%7D", "extensions=x", "%zz", "query=%ff", "variables=[", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		params, err := queryParams(query)
		if (params == nil) == (err == nil) || err != nil && codeOf(err) == "" {
			t.Fatalf("%v, %v", params, err)
		}
		if err != nil {
			return
		}
		given, _ := url.ParseQuery(query)
		if params.Query != given.Get("query") || params.OperationName != given.Get("operationName") {
			t.Fatalf("%q is read as %q %q", query, params.Query, params.OperationName)
		}
	})
}
