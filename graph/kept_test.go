package graph

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2"
)

// TestWhatAPlanIsKeptWith: ids of single objects are filled anew, what people type and places in lists keep a plan from being kept.
func TestWhatAPlanIsKeptWith(t *testing.T) {
	schema := NewExecutableSchema(Config{}).Schema()
	for query, want := range map[string]shape{
		`{ viewer { id } }`: {keeps: true},
		`query($id: ID!) { participant(id: $id) { id } }`:                                                                                    {keeps: true, ids: []string{"id"}},
		`query($a: ID!, $b: ID!) { a: participant(id: $a) { id } b: node(id: $b) { id } }`:                                                   {keeps: true, ids: []string{"a", "b"}},
		`query($id: ID!) { a: participant(id: $id) { id } b: participant(id: $id) { state } }`:                                               {keeps: true},
		`query($id: ID!, $n: Int) { participant(id: $id) { attendances(first: $n) { nodes { day } } } }`:                                     {keeps: true, ids: []string{"id"}},
		`query($id: ID!, $with: Boolean!) { participant(id: $id) { ...A } } fragment A on Participant { id state @include(if: $with) }`:      {keeps: true, ids: []string{"id"}},
		`query($id: ID!) { ...Q } fragment Q on Query { participant(id: $id) { id } }`:                                                       {keeps: true},
		`query($p: ID!) { participants(programme: $p, first: 2) { nodes { id } } }`:                                                          {keeps: true},
		`query($p: ID!, $after: PageCursor) { participants(programme: $p, after: $after) { nodes { id } } }`:                                 {},
		`query($p: ID!, $f: ParticipantFilter) { participants(programme: $p, filter: $f) { nodes { id } } }`:                                 {},
		`query($p: ID!, $s: String) { participants(programme: $p, filter: {search: $s}) { nodes { id } } }`:                                  {},
		`query($p: ID!, $s: [ParticipantState!]) { participants(programme: $p, filter: {states: $s}) { nodes { id } } }`:                     {},
		`query($id: ID!, $p: ID!) { participant(id: $id) { id } participants(programme: $p, filter: {organisation: $id}) { nodes { id } } }`: {keeps: true},
	} {
		doc, errs := gqlparser.LoadQuery(schema, query)
		if errs != nil {
			t.Fatalf("%s: %v", query, errs)
		}
		if got := shapeOf(doc, doc.Operations[0]); got.keeps != want.keeps || !slices.Equal(got.ids, want.ids) {
			t.Errorf("%s: %+v, not %+v", query, got, want)
		}
	}
	of := shape{keeps: true, ids: []string{"id"}}
	one, _ := of.values(map[string]any{"id": "prt_" + uuid.NewString(), "n": 3})
	other, ok := of.values(map[string]any{"id": "prt_" + uuid.NewString(), "n": 3})
	if !ok || one != other {
		t.Errorf("%q and %q, which should be one", one, other)
	}
	for what, variables := range map[string]map[string]any{"number": {"id": "prt_" + uuid.NewString(), "n": 4}, "sort": {"id": "plc_" + uuid.NewString(), "n": 3}} {
		if got, _ := of.values(variables); got == one {
			t.Errorf("another %s, and the same plan", what)
		}
	}
	for _, id := range []any{"prt_1", nil, 7, "prt_" + uuid.NewString() + "\x00"} {
		if got, ok := of.values(map[string]any{"id": id}); ok {
			t.Errorf("%v is taken for an id: %s", id, got)
		}
	}
}
