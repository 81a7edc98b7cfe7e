package graph

import (
	"context"
	"regexp"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/lavoroincorso/lavoro/internal/platform/persisted"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// persistedQuery is the extension in which clients name an operation: {"version": 1, "sha256Hash": …}. A `documentId` beside `query` is read
// into it, too.
const persistedQuery = "persistedQuery"

var (
	// The message is not ours: Apollo knows this refusal by its code, urql by these words.
	persistedUnknown = refusal.Define(refusal.Definition{
		Code: "PERSISTED_QUERY_NOT_FOUND", Kind: refusal.State,
		Message: text.Same("PersistedQueryNotFound"),
		Cure:    refusal.Text{It: "Invia anche il testo dell'operazione.", En: "Send the text of the operation, too."},
	})
	persistedMismatch = refusal.Define(refusal.Definition{
		Code: "PERSISTED_QUERY_MISMATCH", Kind: refusal.Input,
		Message: refusal.Text{It: "L'impronta inviata non è quella del testo dell'operazione.", En: "The hash that was sent is not that of the operation's text."},
		Cure:    refusal.Text{It: "Invia lo SHA-256 del testo, in esadecimale minuscolo.", En: "Send the SHA-256 of the text, in lower-case hexadecimal."},
	})
	persistedInvalid = refusal.Define(refusal.Definition{
		Code: "PERSISTED_QUERY_INVALID", Kind: refusal.Input,
		Message: refusal.Text{It: "Il nome con cui è chiesta l'operazione non si può leggere.", En: "The name by which the operation is asked for cannot be read."},
		Cure:    refusal.Text{It: "Invia extensions.persistedQuery con version 1 e sha256Hash, oppure documentId.", En: "Send extensions.persistedQuery with version 1 and sha256Hash, or documentId."},
	})
	notListed = refusal.Define(refusal.Definition{
		Code: "OPERATION_NOT_LISTED", Kind: refusal.Right,
		Message: refusal.Text{It: "Qui si eseguono solo le operazioni elencate dalle app, e questa non lo è.", En: "Only operations that apps have listed are executed here, and this one is not."},
		Cure:    refusal.Text{It: "Usa una versione pubblicata dell'app, o chiedi che il suo elenco sia aggiunto.", En: "Use a published version of the app, or ask for its manifest to be added."},
		CuredBy: refusal.Text{It: "chi gestisce l'installazione", En: "whoever runs the installation"},
	})
)

// Operations are those that clients may name instead of sending their text. The zero value knows none, and takes every text.
type Operations struct {
	// List holds those of the apps' manifests.
	List *persisted.List
	// Only says that no other operation is taken.
	Only bool
	// Store keeps those that clients bring.
	Store *persisted.Store
	// Uses remembers which manifests are in use.
	Uses *persisted.Uses
}

// naming puts the text of a named operation in the place of its name, before anything else looks at it.
type naming struct{ r *Resolver }

// ExtensionName names it to the executor.
func (naming) ExtensionName() string { return "persisted operations" }

// Validate finds no fault with any schema.
func (naming) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters finds the text of an operation that is named, and refuses a name that is another text's.
func (n naming) MutateOperationParameters(ctx context.Context, request *graphql.RawParams) *gqlerror.Error {
	id, err := nameOf(request.Extensions)
	if err == nil {
		err = n.find(ctx, id, request)
	}
	if err != nil {
		return present(ctx, err)
	}
	return nil
}

func (n naming) find(ctx context.Context, id string, request *graphql.RawParams) error {
	ops := n.r.Operations
	listed, ok := ops.List.Find(id)
	if !ok {
		listed, ok = ops.List.Holding(request.Query)
		ok = ok && (id == "" || persisted.Hash(request.Query) == id)
	}
	switch {
	case ok && request.Query != "" && request.Query != listed.Text:
		return persistedMismatch.At()
	case ok:
		request.Query = listed.Text
		if _, signedIn := sessionOf(ctx); signedIn { // anybody could keep a manifest in use
			n.r.listedUsed(ctx, listed)
		}
	case ops.Only:
		return notListed.At()
	case id == "":
	case request.Query == "":
		if request.Query, ok = ops.Store.Get(ctx, id); !ok {
			return persistedUnknown.At()
		}
	case persisted.Hash(request.Query) != id:
		return persistedMismatch.At()
	default:
		graphql.GetOperationContext(ctx).Stats.SetExtension(persistedQuery, true)
	}
	return nil
}

// MutateOperationContext keeps an operation that was sent with its hash and is a good one. Nobody who is not signed in makes us keep anything,
// and nothing is kept that could hold anybody's data.
func (n naming) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	_, signedIn := sessionOf(ctx)
	if brought, _ := op.Stats.GetExtension(persistedQuery).(bool); brought && signedIn && ofNobody(op.RawQuery, op.Doc) {
		n.r.Operations.Store.Put(ctx, op.RawQuery)
	}
	return nil
}

// names are what an operation may be named by: a hash, perhaps with the algorithm before it.
var names = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.:+/=-]{0,127}$`)

// nameOf gives the name of the operation in a request's extensions; "" where it has none.
func nameOf(extensions map[string]any) (string, error) {
	given, ok := extensions[persistedQuery]
	if !ok || given == nil {
		return "", nil
	}
	fields, _ := given.(map[string]any)
	version, err := whole(fields["version"], 1, 1)
	id, isText := fields["sha256Hash"].(string)
	if err != nil || version != 1 || !isText || !names.MatchString(id) {
		return "", persistedInvalid.At()
	}
	return strings.TrimPrefix(id, "sha256:"), nil
}

// ofNobody says whether a text is a program's alone. A string or a comment can hold anybody's data, and so can a number, but for the size of a
// page; names and the values of enums are the schema's and the programmer's, unless they have digits like a code.
func ofNobody(query string, doc *ast.QueryDocument) bool {
	if strings.ContainsAny(query, `"#`) {
		return false
	}
	clean := true
	for _, op := range doc.Operations {
		for _, v := range op.VariableDefinitions {
			clean = clean && cleanName(v.Variable) && !numbered(v.DefaultValue)
		}
		clean = clean && cleanName(op.Name) && cleanDirectives(op.Directives) && cleanFields(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		clean = clean && cleanName(f.Name) && cleanDirectives(f.Directives) && cleanFields(f.SelectionSet)
	}
	return clean
}

// cleanName says whether a name that a client has chosen is nobody's code: those of people, companies and phones have more digits.
func cleanName(name string) bool {
	const most = 4
	digits := 0
	for _, c := range name {
		if '0' <= c && c <= '9' {
			digits++
		}
	}
	return digits <= most
}

func cleanFields(set ast.SelectionSet) bool {
	for _, sel := range set {
		clean := true
		switch sel := sel.(type) {
		case *ast.Field:
			for _, a := range sel.Arguments {
				clean = clean && (a.Name == "first" || a.Name == "last" || !numbered(a.Value))
			}
			clean = clean && cleanName(sel.Alias) && cleanDirectives(sel.Directives) && cleanFields(sel.SelectionSet)
		case *ast.InlineFragment:
			clean = cleanDirectives(sel.Directives) && cleanFields(sel.SelectionSet)
		case *ast.FragmentSpread:
			clean = cleanDirectives(sel.Directives)
		}
		if !clean {
			return false
		}
	}
	return true
}

func cleanDirectives(directives ast.DirectiveList) bool {
	for _, d := range directives {
		for _, a := range d.Arguments {
			if numbered(a.Value) {
				return false
			}
		}
	}
	return true
}

// numbered says whether a literal holds a number.
func numbered(v *ast.Value) bool {
	if v == nil {
		return false
	}
	if v.Kind == ast.IntValue || v.Kind == ast.FloatValue {
		return true
	}
	for _, c := range v.Children {
		if numbered(c.Value) {
			return true
		}
	}
	return false
}
