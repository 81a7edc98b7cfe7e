package graph

import (
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// TestWhatIsWrongWithAVariableIsSaidInOurWords, with where it stands; what else the validator says stays its own.
func TestWhatIsWrongWithAVariableIsSaidInOurWords(t *testing.T) {
	at := ast.Path{ast.PathName("variable"), ast.PathName("input"), ast.PathName("entries"), ast.PathIndex(2), ast.PathName("day")}
	for said, want := range map[string]text.Text{
		"must be defined":      {It: "manca il valore di $input.entries[2].day", En: "the value of $input.entries[2].day is missing"},
		"cannot be null":       {It: "il valore di $input.entries[2].day non può essere nullo", En: "the value of $input.entries[2].day cannot be null"},
		"unknown field":        {It: "$input.entries[2].day non è un campo conosciuto", En: "$input.entries[2].day is no known field"},
		"Cannot query field x": text.Same("Cannot query field x"),
	} {
		if got := causeOf(&gqlerror.Error{Message: said, Path: at}, said); got != want {
			t.Errorf("%s: %v", said, got)
		}
	}
	if got := causeOf(&gqlerror.Error{}, "must be defined"); got != text.Same("must be defined") {
		t.Errorf("nowhere: %v", got)
	}
}
