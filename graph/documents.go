package graph

import (
	"context"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/lavoroincorso/lavoro/internal/values/recent"
)

// documentBytes is how much text of parsed operations is kept. A syntax tree takes up to a hundred times its text, so that they are
// bounded by it and not by their number.
const documentBytes = 512 << 10

// documents keeps validated operations by their text.
type documents struct {
	kept *recent.Map[string, *ast.QueryDocument]
}

func newDocuments() documents {
	return documents{recent.New[string, *ast.QueryDocument](documentBytes)}
}

// Get finds an operation.
func (d documents) Get(_ context.Context, text string) (*ast.QueryDocument, bool) {
	return d.kept.Get(text)
}

// Add keeps an operation, unless it is so long that it would drive out all others.
func (d documents) Add(_ context.Context, text string, doc *ast.QueryDocument) {
	if len(text) <= documentBytes/16 {
		d.kept.Put(text, doc, len(text))
	}
}
