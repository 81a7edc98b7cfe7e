package graph

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// SDL is the contract as clients read it: schema.graphqls, word for word.
func SDL() string {
	var sdl strings.Builder
	for _, s := range sources {
		if !s.BuiltIn {
			sdl.WriteString(s.Input)
		}
	}
	return sdl.String()
}

// Valid says whether the text of an operation fits the schema.
func Valid(query string) error {
	if _, errs := gqlparser.LoadQuery(parsedSchema, query); len(errs) > 0 {
		return errs[0]
	}
	return nil
}

// Scalars says as JSON what each scalar of the schema is in TypeScript, for generators; cursors are opaque, so they stay strings.
//
//go:embed client/scalars.json
var Scalars []byte

// PossibleTypes says as JSON which types an interface or a union may be, as caches on the client want to be told where the schema is not asked
// for by introspection: {"Node": ["Activity", …]}.
func PossibleTypes() []byte {
	possible := map[string][]string{}
	for name, definition := range parsedSchema.Types {
		if definition.Kind != ast.Interface && definition.Kind != ast.Union || definition.BuiltIn {
			continue
		}
		possible[name] = []string{}
		for _, t := range parsedSchema.PossibleTypes[name] {
			possible[name] = append(possible[name], t.Name)
		}
		slices.Sort(possible[name])
	}
	text, err := json.MarshalIndent(possible, "", "  ")
	if err != nil {
		panic(err) // strings can be written
	}
	return append(text, '\n')
}
