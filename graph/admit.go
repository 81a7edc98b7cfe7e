package graph

import (
	"context"
	"errors"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// What one document may hold. They bound what the validator does before it is asked: its work on fields of one name, on pairs of
// fragments and on nested spreads grows with the square of the document or worse.
const (
	maxTokens     = 15_000 // lexical tokens
	maxOperations = 20     // of which one is run
	maxFragments  = 100
	maxDirectives = 200
	maxAliases    = 100
	maxRootFields = 30
	// maxSteps counts selections with every spread written out, and each field again for those of its name before it in one selection.
	maxSteps = 10_000
)

var (
	tooLargeText = refusal.Define(refusal.Definition{
		Code: "OPERATION_TOO_LARGE", Kind: refusal.Input,
		Message: refusal.Text{It: "Il testo dell'operazione è troppo grande: {what}, più di {max}.", En: "The text of the operation is too large: {what}, more than {max}."},
		Cure:    refusal.Text{It: "Dividi l'operazione in più richieste.", En: "Divide the operation into several requests."},
	})
	circular = refusal.Define(refusal.Definition{
		Code: "FRAGMENT_CIRCULAR", Kind: refusal.Input,
		Message: refusal.Text{It: "Un frammento contiene sé stesso.", En: "A fragment contains itself."},
		Cure:    refusal.Text{It: "Togli il frammento da sé stesso e dai frammenti che richiama.", En: "Take the fragment out of itself and out of the fragments that it spreads."},
	})
)

// What there may be too much of, in words.
var (
	ofTokens     = refusal.Text{It: "parole e segni", En: "words and signs"}
	ofOperations = refusal.Text{It: "operazioni", En: "operations"}
	ofFragments  = refusal.Text{It: "frammenti", En: "fragments"}
	ofDirectives = refusal.Text{It: "direttive", En: "directives"}
	ofAliases    = refusal.Text{It: "alias", En: "aliases"}
	ofRootFields = refusal.Text{It: "campi al primo livello", En: "root fields"}
	ofSelections = refusal.Text{It: "campi con i frammenti svolti", En: "fields with all fragments written out"}
)

func tooMuch(what refusal.Text, most int) refusal.Refusal {
	return tooLargeText.At().With("what", what).With("max", most)
}

// admission looks at a document before it is validated, once: what stands in the cache was admitted.
type admission struct {
	known  graphql.Cache[*ast.QueryDocument]
	limits Limits
}

// ExtensionName names it to the executor.
func (admission) ExtensionName() string { return "admission" }

// Validate finds no fault with any schema.
func (admission) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters changes nothing: it refuses what would cost too much to validate.
func (a admission) MutateOperationParameters(ctx context.Context, request *graphql.RawParams) *gqlerror.Error {
	if _, ok := a.known.Get(ctx, request.Query); ok {
		return nil
	}
	if err := a.limits.admit(request.Query); err != nil {
		return present(ctx, err)
	}
	return nil
}

// admit refuses a text that asks too much of the validator; what is no GraphQL at all is left to the parser's own complaint.
func (l Limits) admit(query string) error {
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, maxTokens)
	if err != nil {
		var own *gqlerror.Error
		if errors.As(err, &own) && strings.HasPrefix(own.Message, "exceeded token limit") {
			return tooMuch(ofTokens, maxTokens)
		}
		return nil
	}
	if len(doc.Operations) > maxOperations {
		return tooMuch(ofOperations, maxOperations)
	}
	if len(doc.Fragments) > maxFragments {
		return tooMuch(ofFragments, maxFragments)
	}
	w := walk{doc: doc, depth: l.Depth, open: map[string]bool{}, seen: map[string]bool{}}
	for _, f := range doc.Fragments {
		w.written(f.Directives, f.SelectionSet)
	}
	for _, op := range doc.Operations {
		w.written(op.Directives, op.SelectionSet)
		w.roots = 0
		w.expand(op.SelectionSet, 1)
	}
	for _, f := range doc.Fragments { // those that no operation spreads are validated all the same
		if w.roots = 0; !w.seen[f.Name] {
			w.spread(f.Name, 1)
		}
	}
	return w.err
}

// walk counts what a document holds and stops at the first thing that is too much.
type walk struct {
	doc        *ast.QueryDocument
	depth      int
	open       map[string]bool // fragments that the walk is inside
	seen       map[string]bool // fragments that the walk was inside
	aliases    int
	directives int
	roots      int
	steps      int
	err        error
}

func (w *walk) refuse(err error) {
	if w.err == nil {
		w.err = err
	}
}

// written counts what stands in the text, each spread once.
func (w *walk) written(directives ast.DirectiveList, set ast.SelectionSet) {
	if w.directives += len(directives); w.directives > maxDirectives {
		w.refuse(tooMuch(ofDirectives, maxDirectives))
	}
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if sel.Alias != sel.Name {
				w.aliases++
			}
			w.written(sel.Directives, sel.SelectionSet)
		case *ast.InlineFragment:
			w.written(sel.Directives, sel.SelectionSet)
		case *ast.FragmentSpread:
			w.written(sel.Directives, nil)
		}
	}
	if w.aliases > maxAliases {
		w.refuse(tooMuch(ofAliases, maxAliases))
	}
}

// expand counts what is selected, each spread as often as it is reached.
func (w *walk) expand(set ast.SelectionSet, depth int) {
	if depth > w.depth {
		w.refuse(tooDeep.At().With("max", w.depth))
	}
	same := map[string]int{}
	for _, sel := range set {
		w.steps++
		switch sel := sel.(type) {
		case *ast.Field:
			w.steps += same[sel.Alias]
			same[sel.Alias]++
			if depth == 1 {
				w.roots++
			}
			w.limit()
			w.below(func() { w.expand(sel.SelectionSet, depth+1) })
		case *ast.InlineFragment:
			w.limit()
			w.below(func() { w.expand(sel.SelectionSet, depth) })
		case *ast.FragmentSpread:
			w.limit()
			w.spread(sel.Name, depth)
		}
		if w.err != nil {
			return
		}
	}
}

func (w *walk) limit() {
	if w.steps > maxSteps {
		w.refuse(tooMuch(ofSelections, maxSteps))
	}
	if w.roots > maxRootFields {
		w.refuse(tooMuch(ofRootFields, maxRootFields))
	}
}

func (w *walk) below(do func()) {
	if w.err == nil {
		do()
	}
}

func (w *walk) spread(name string, depth int) {
	f := w.doc.Fragments.ForName(name)
	if f == nil {
		return // the validator names it
	}
	if w.open[name] {
		w.refuse(circular.At())
		return
	}
	w.open[name], w.seen[name] = true, true
	w.below(func() { w.expand(f.SelectionSet, depth) })
	delete(w.open, name)
}
