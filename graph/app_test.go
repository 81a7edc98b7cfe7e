package graph

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

var aging = gqlparser.MustLoadSchema(&ast.Source{Input: `
	type Query { old(way: String @deprecated, colour: Colour): Thing @deprecated  new(in: In, colours: [Colour!]): Thing }
	type Thing { id: ID!  worn: Int @deprecated  fresh: Int }
	enum Colour { GREY @deprecated  RED }
	input In { stale: Int @deprecated  deep: [In!]  colour: Colour }`})

func TestUsesOfDeprecatedParts(t *testing.T) {
	for query, c := range map[string]struct {
		variables map[string]any
		want      []string
	}{
		`{ new { id fresh } }`: {},
		`{ a: old { worn b: worn } ...F ...F } fragment F on Query { new { ... on Thing { worn } } }`: {want: []string{"Query.old", "Thing.worn"}},
		`{ old(way: "x", colour: GREY) { id } }`:                                                      {want: []string{"Colour.GREY", "Query.old", "Query.old(way)"}},
		`{ new(in: {deep: [{stale: 1}], colour: RED}) { id } }`:                                       {want: []string{"In.stale"}},
		`query($i: In, $c: [Colour!]) { new(in: $i, colours: $c) { id } }`: {map[string]any{"i": map[string]any{"deep": []any{map[string]any{"stale": 1}}}, "c": "GREY"},
			[]string{"Colour.GREY", "In.stale"}},
		`query($c: Colour = GREY) { new(in: {colour: $c}) { id } }`: {want: []string{"Colour.GREY"}},
	} {
		got := slices.Sorted(maps.Keys(deprecatedIn(aging, operationOf(t, aging, query, c.variables))))
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", query, got, c.want)
		}
	}
}

// TestAppsInFigures: an app is named as it names itself, if that can be an app's name, and there are never more than so many.
func TestAppsInFigures(t *testing.T) {
	for said, want := range map[string]string{
		"tutor-phone/1.4.0": "tutor-phone/1.4.0", "lavoro-page": "lavoro-page", "": "other", "RSSMRA85A01F023U": "other", "rossi mario": "other",
		"web/RSSMRA85A01F023U": "other", "web/1.2.3.4.5": "other", "web/": "other", "mario@example.org": "other",
	} {
		if got := appOf(withApp(t.Context(), said)); got != want {
			t.Errorf("%q is %q", said, got)
		}
	}
	if got := appOf(context.Background()); got != "other" {
		t.Errorf("nobody is %q", got)
	}
	r := &Resolver{AST: aging, Usage: NewUsage()}
	op := operationOf(t, aging, `{ old { id } }`, nil)
	for i := range 3 * mostApps {
		r.countDeprecated(withApp(t.Context(), fmt.Sprintf("web/%d", i)), op)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(r.Usage)
	families, err := registry.Gather()
	if err != nil || len(families) != 1 || len(families[0].Metric) != mostApps+1 {
		t.Fatalf("%v %v", families, err)
	}
	total := 0.0
	for _, m := range families[0].Metric {
		total += m.GetCounter().GetValue()
	}
	if total != 3*mostApps {
		t.Errorf("%v uses counted", total)
	}
}
