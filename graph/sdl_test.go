package graph

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// TestPossibleTypes: every interface and union stands there with all its types, in an order that does not change.
func TestPossibleTypes(t *testing.T) {
	var got map[string][]string
	if err := json.Unmarshal(PossibleTypes(), &got); err != nil {
		t.Fatal(err)
	}
	abstract := 0
	for name, definition := range parsedSchema.Types {
		if definition.IsAbstractType() {
			abstract++
			if len(got[name]) == 0 || !slices.IsSorted(got[name]) {
				t.Errorf("%s: %v", name, got[name])
			}
		}
		if definition.Kind == ast.Object {
			for _, of := range definition.Interfaces {
				if !slices.Contains(got[of], definition.Name) {
					t.Errorf("%s lacks %s", of, definition.Name)
				}
			}
		}
	}
	if len(got) != abstract || len(got["Node"]) < 10 {
		t.Errorf("%d interfaces and unions, %d types with an id: %v", len(got), len(got["Node"]), got)
	}
}

// TestScalars: the map names every scalar of ours, and nothing else.
func TestScalars(t *testing.T) {
	var got map[string]string
	if err := json.Unmarshal(Scalars, &got); err != nil {
		t.Fatal(err)
	}
	for name, definition := range parsedSchema.Types {
		if ours := definition.Kind == ast.Scalar && !definition.BuiltIn; ours != (got[name] != "") {
			t.Errorf("%s is %q", name, got[name])
		}
		delete(got, name)
	}
	if len(got) > 0 {
		t.Errorf("no scalars: %v", got)
	}
}
