package graph

import (
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

var (
	otherMethod = refusal.Define(refusal.Definition{
		Code: "METHOD_NOT_TAKEN", Kind: refusal.Input,
		Message: refusal.Text{It: "Un'operazione non arriva con questo metodo: le letture con POST o GET, il resto con POST o da un WebSocket.", En: "The operation does not come by this method: reads come by POST or GET, all else by POST or a WebSocket."},
		Cure:    refusal.Text{It: "Invia l'operazione con POST.", En: "Send the operation by POST."},
	})
	otherType = refusal.Define(refusal.Definition{
		Code: "CONTENT_TYPE_NOT_TAKEN", Kind: refusal.Input,
		Message: refusal.Text{It: "Il corpo della richiesta non è dichiarato come JSON.", En: "The body of the request is not declared as JSON."},
		Cure:    refusal.Text{It: "Invia l'intestazione Content-Type: application/json.", En: "Send the header Content-Type: application/json."},
	})
)

// methods are those that are taken.
var methods = []string{http.MethodGet, http.MethodOptions, http.MethodPost}

// other refuses what no transport takes. Forms and plain text are what browsers send across sites without asking.
type other struct{}

// Supports takes every request: it stands last.
func (other) Supports(*http.Request) bool { return true }

// Do says what is taken.
func (other) Do(w http.ResponseWriter, r *http.Request, _ graphql.GraphExecutor) {
	status, why := http.StatusUnsupportedMediaType, otherType
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", strings.Join(methods, ", "))
		status, why = http.StatusMethodNotAllowed, otherMethod
	}
	w.Header().Set("Content-Type", plainJSON)
	w.WriteHeader(status)
	writeErrors(w, present(r.Context(), why.At()))
}
