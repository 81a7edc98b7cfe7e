package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/lavoroincorso/lavoro/graph/scalar"
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

var (
	unauthenticated = refusal.Define(refusal.Definition{
		Code: "UNAUTHENTICATED", Kind: refusal.Right,
		Message: refusal.Text{It: "Non hai effettuato l'accesso, oppure l'accesso è scaduto.", En: "You are not signed in, or your sign-in has expired."},
		Cure:    refusal.Text{It: "Accedi e riprova.", En: "Sign in and try again."},
	})
	unavailable = refusal.Define(refusal.Definition{
		Code: "UNAVAILABLE", Kind: refusal.State,
		Message: refusal.Text{It: "Il servizio non è raggiungibile in questo momento: non è certo se la richiesta abbia avuto effetto.", En: "The service cannot be reached at this moment: it is not certain whether the request took effect."},
		Cure:    refusal.Text{It: "Riprova tra qualche secondo: la stessa richiesta con lo stesso requestId non avrà doppio effetto.", En: "Try again in a few seconds: the same request with the same requestId has one effect."},
	})
	nodeGoes = refusal.Define(refusal.Definition{
		Code: "NODE_RESTARTS", Kind: refusal.State,
		Message: refusal.Text{It: "Questo nodo del servizio si sta fermando. Nulla è stato fatto.", En: "This node of the service is about to stop. Nothing was done."},
		Cure:    refusal.Text{It: "Riprova subito: risponde un altro nodo, o questo quando è ripartito.", En: "Try again at once: another node answers, or this one when it is back."},
	})
	foreignOrigin = refusal.Define(refusal.Definition{
		Code: "FOREIGN_ORIGIN", Kind: refusal.Right,
		Message: refusal.Text{It: "La richiesta viene da un altro sito, che non può usare il tuo accesso.", En: "The request comes from another site, which may not use your sign-in."},
		Cure:    refusal.Text{It: "Apri la pagina del servizio e ripeti da lì, oppure usa un token di accesso.", En: "Open the service's own page and do it there, or use an access token."},
	})
	scopeMissing = refusal.Define(refusal.Definition{
		Code: "SCOPE_MISSING", Kind: refusal.Right,
		Message: refusal.Text{It: "Il token con cui il programma si presenta non comprende questa operazione.", En: "The token that the program presents is not good for this operation."},
		Cure:    refusal.Text{It: "Chiedi un token con l'ambito {scope}.", En: "Ask for a token with the scope {scope}."},
	})
	tooLong = refusal.Define(refusal.Definition{
		Code: "OPERATION_TOO_LONG", Kind: refusal.Input,
		Message: refusal.Text{It: "L'operazione ha impiegato troppo tempo ed è stata fermata. Nulla è stato scritto.", En: "The operation took too long and was stopped. Nothing was written."},
		Cure:    refusal.Text{It: "Chiedi meno dati in una volta, o restringi il filtro.", En: "Ask for less at once, or narrow the filter."},
	})
	invalidOperation = refusal.Define(refusal.Definition{
		Code: errcode.ValidationFailed, Kind: refusal.Input,
		Message: refusal.Text{It: "L'operazione non corrisponde allo schema: {cause}", En: "The operation does not fit the schema: {cause}"},
		Cure:    refusal.Text{It: "Confronta l'operazione con /schema.graphqls.", En: "Compare the operation with /schema.graphqls."},
	})
	unreadableOperation = refusal.Define(refusal.Definition{
		Code: errcode.ParseFailed, Kind: refusal.Input,
		Message: refusal.Text{It: "Il testo dell'operazione non è GraphQL: {cause}", En: "The text of the operation is not GraphQL: {cause}"},
		Cure:    refusal.Text{It: "Correggi il testo nel punto indicato.", En: "Correct the text at the place that is named."},
	})
	introspectionOff = refusal.Define(refusal.Definition{
		Code: "INTROSPECTION_OFF", Kind: refusal.Input,
		Message: refusal.Text{It: "Qui lo schema non si chiede con un'operazione.", En: "The schema is not to be asked for by an operation here."},
		Cure:    refusal.Text{It: "Leggi /schema.graphqls.", En: "Read /schema.graphqls."},
	})
)

// present is the one place where an error becomes what a client reads: a refusal in words, or "internal" with a reference that
// stands in the log once. What an error of ours says inside never leaves.
func present(ctx context.Context, err error) *gqlerror.Error {
	var own *gqlerror.Error
	if errors.As(err, &own) && own.Err == nil {
		return aboutRequest(ctx, own)
	}
	var invalid *scalar.Invalid
	if errors.As(err, &invalid) {
		return spelled(ctx, refusal.Invalid(invalid.Err, pathOf(own)...))
	}
	if list, ok := refusal.As(err); ok && len(list) > 0 {
		return wiping(waiting(spelled(ctx, list[0]), err), list[0])
	}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return spelled(ctx, unavailable.At()) // nobody is there to read it, or the database is silent
	case postgres.TookTooLong(err):
		return spelled(ctx, tooLong.At())
	case postgres.Unreachable(err):
		slog.WarnContext(ctx, "database not reachable", "error", postgres.Safe(err))
		return spelled(ctx, unavailable.At())
	}
	id := uuid.NewString()
	slog.ErrorContext(ctx, "internal error", "id", id, "error", postgres.Safe(err))
	return spelled(ctx, refusal.Internal.At().With("id", id))
}

// longestCause is how much of the parser's or the validator's own words is repeated, in bytes: they quote the request.
const longestCause = 300

// notValid is how the validator goes on after a value that is none of its enum's: a variable may hold anything, and is not repeated.
const notValid = " is not a valid "

// aboutVariable are what the validator says of a variable's value, word by word, in ours.
var aboutVariable = map[string]text.Text{
	"must be defined": {It: "manca il valore di {name}", En: "the value of {name} is missing"},
	"cannot be null":  {It: "il valore di {name} non può essere nullo", En: "the value of {name} cannot be null"},
	"unknown field":   {It: "{name} non è un campo conosciuto", En: "{name} is no known field"},
}

// causeOf spells a cause of the validator in both languages, where it is one of a variable.
func causeOf(own *gqlerror.Error, cause string) text.Text {
	words, known := aboutVariable[cause]
	if !known || len(own.Path) < 2 {
		return text.Same(cause)
	}
	name := "$"
	for i, step := range own.Path[1:] {
		switch step.(type) {
		case ast.PathIndex:
			name += fmt.Sprintf("[%v]", step)
		default:
			name += strings.Repeat(".", min(i, 1)) + fmt.Sprint(step)
		}
	}
	return words.Fill(map[string]text.Text{"name": text.Same(name)})
}

// aboutRequest puts what the parser and the validator say into our words around theirs. What is spelled already stays as it is.
func aboutRequest(ctx context.Context, own *gqlerror.Error) *gqlerror.Error {
	code, ok := map[any]*refusal.Code{errcode.ValidationFailed: invalidOperation, errcode.ParseFailed: unreadableOperation}[own.Extensions["code"]]
	if _, spelled := own.Extensions["cure"]; !ok || spelled {
		return own
	}
	cause := own.Message
	if at := strings.LastIndex(cause, notValid); at >= 0 {
		cause = "…" + cause[at:] // whatever was given for an enum
	}
	if len(cause) > longestCause {
		cause = strings.ToValidUTF8(cause[:longestCause], "") + "…"
	}
	e := spelled(ctx, code.At().With("cause", causeOf(own, cause)))
	e.Locations, e.Rule = own.Locations, own.Rule
	if own.Path != nil {
		e.Path = own.Path
	}
	return e
}

// withoutHints presents errors where the schema is not to be asked for: names that the validator would suggest stay out.
func withoutHints(ctx context.Context, err error) *gqlerror.Error {
	var own *gqlerror.Error
	if errors.As(err, &own) && own.Err == nil {
		hushed := *own
		hushed.Message, _, _ = strings.Cut(own.Message, " Did you mean")
		return present(ctx, &hushed)
	}
	return present(ctx, err)
}

// pathOf is the path into an act's input, as refusals spell it: without the field and its argument.
func pathOf(e *gqlerror.Error) []string {
	var path []string
	if e != nil {
		for _, step := range e.Path {
			path = append(path, fmt.Sprint(step))
		}
	}
	if len(path) > 2 && path[1] == "input" {
		path = path[2:]
	}
	return path
}

func spelled(ctx context.Context, r refusal.Refusal) *gqlerror.Error {
	l := r.Localized(langOf(ctx))
	return &gqlerror.Error{
		Message: l.Message,
		Path:    graphql.GetPath(ctx),
		Extensions: map[string]any{
			"code": l.Code, "kind": l.Kind, "path": l.Path, "cure": l.Cure, "curedBy": l.CuredBy,
		},
	}
}

// Unauthenticated is the answer to a token that does not hold.
func Unauthenticated() error { return unauthenticated.At() }

// Unavailable is the answer where nobody can say just now who is asking.
func Unavailable() error { return unavailable.At() }

// ForeignOrigin is the answer to a page session that another site makes a browser send.
func ForeignOrigin() error { return foreignOrigin.At() }

// outOfScope refuses an act for which a program's token is not good; nil for one that is.
func outOfScope(actor access.Actor, act access.Act) error {
	if actor.InScope(act) {
		return nil
	}
	scope := text.Same(strings.Join(access.ScopesOf(act), ", "))
	if scope.IsZero() {
		scope = text.Text{It: "di una persona, non di un programma: questa operazione non ne ha altri", En: "of a person, not of a program: this operation has no other"}
	}
	return scopeMissing.At().With("scope", scope)
}
