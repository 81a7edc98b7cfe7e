package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// A mistake in a declaration stops the start, and says where it is.
func TestMistakesInDeclarationsPanic(t *testing.T) {
	a := plan.Type{Name: "A", Prefix: "a"}
	for want, readings := range map[string][]plan.Reading{
		"A is declared twice":             {{Types: []plan.Type{a}}, {Types: []plan.Type{{Name: "A", Prefix: "b"}}}},
		"a is declared twice":             {{Types: []plan.Type{a, {Name: "B", Prefix: "a"}}}},
		"x is declared twice":             {{Types: []plan.Type{{Name: "A", Fields: plan.Fields{"x": plan.Column("x")}}, {Name: "B"}}, Extends: map[string]plan.Fields{"A": {"x": plan.Column("x")}}}},
		"toDay is declared twice":         {{Types: []plan.Type{{Name: "A", Columns: []string{"toDay"}, Fields: plan.Fields{"toDay": plan.Column("x")}}}}},
		"type B is not declared":          {{Types: []plan.Type{{Name: "A", Fields: plan.Fields{"b": plan.One("B", "b_id")}}}}},
		"type C is not declared":          {{Extends: map[string]plan.Fields{"C": {"x": plan.Column("x")}}}},
		"type D is not declared":          {{Roots: plan.Roots{"d": plan.ByID("D")}}},
		"hole h of A.x has no filler":     {{Types: []plan.Type{{Name: "A", Fields: plan.Fields{"x": plan.Hole("h", "'{}'")}}}}},
		"hole h of A.deep.x has no fille": {{Types: []plan.Type{{Name: "A", Fields: plan.Fields{"deep": plan.Object(plan.Fields{"x": plan.Hole("h", "'{}'")})}}}}},
		"q is declared twice":             {{Types: []plan.Type{a}, Roots: plan.Roots{"q": plan.ByID("A")}}, {Roots: plan.Roots{"q": plan.ByID("A")}}},
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, want) {
					t.Errorf("%s, want %s", got, want)
				}
			}()
			plan.NewSchema(readings...)
		}()
	}
}

// One reading's declaration is not changed by another's extension.
func TestDeclarationsAreCopied(t *testing.T) {
	shared := plan.Fields{"x": plan.Column("x")}
	reading := plan.Reading{Types: []plan.Type{{Name: "A", Columns: []string{"toDay", "madeAt"}, Fields: shared}, {Name: "B"}}, Extends: map[string]plan.Fields{"A": {"y": plan.Column("y")}, "B": {"z": plan.Column("z")}}}
	first, second := plan.NewSchema(reading), plan.NewSchema(reading)
	if len(shared) != 1 {
		t.Error("the declaration was changed")
	}
	for _, s := range []*plan.Schema{first, second} {
		a, ok := s.Type("A")
		if names := fmt.Sprint(slices.Sorted(maps.Keys(a.Fields))); !ok || names != "[madeAt toDay x y]" || a.Fields["toDay"].IsInstant() || !a.Fields["madeAt"].IsInstant() || s.Root("a") {
			t.Errorf("%s", names)
		}
	}
	if _, ok := first.Type("C"); ok {
		t.Error("a type of nobody")
	}
}
