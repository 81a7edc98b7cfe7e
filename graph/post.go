package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// The media types of an answer (GraphQL over HTTP, and graphql-sse). A client that does not ask for a newer one gets plain JSON with
// status 200.
const (
	plainJSON    = "application/json"
	responseJSON = "application/graphql-response+json"
	eventStream  = "text/event-stream"
)

var (
	needsSocket = refusal.Define(refusal.Definition{
		Code: "SUBSCRIPTION_NEEDS_SOCKET", Kind: refusal.Input,
		Message: refusal.Text{It: "Una sottoscrizione non può essere una richiesta POST con una sola risposta.", En: "A subscription cannot be a POST request that is answered once."},
		Cure:    refusal.Text{It: "Apri allo stesso indirizzo un WebSocket con il protocollo graphql-transport-ws, o chiedi con POST e Accept: text/event-stream.", En: "At the same address open a WebSocket with the protocol graphql-transport-ws, or ask by POST with Accept: text/event-stream."},
	})
)

// post answers operations over HTTP POST. What a plan wrote goes out as it is: it is neither parsed nor copied again.
type post struct{ limits Limits }

// Supports takes POST requests with a JSON body.
func (post) Supports(r *http.Request) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && r.Method == http.MethodPost && media == plainJSON && r.Header.Get("Upgrade") == ""
}

// Do reads one operation, has it executed and writes the answer. A body that cannot be read is never quoted in the answer.
func (p post) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	p.answer(w, r, exec, wanted(r.Header.Get("Accept")), func() (*graphql.RawParams, error) { return readParams(r.Body) }, nil)
}

// answer answers one operation once. may, where it is set, refuses with a status an operation that is not to be run in this way.
func (p post) answer(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor, media string, read func() (*graphql.RawParams, error),
	may func(*graphql.OperationContext) (int, error)) {
	bounded, cancel := context.WithTimeout(r.Context(), p.limits.time())
	defer cancel()
	r = r.WithContext(bounded)
	w.Header().Set("Content-Type", media)
	start := graphql.Now()
	params, err := read()
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		writeResponse(w, &graphql.Response{Errors: gqlerror.List{present(r.Context(), err)}})
		return
	}
	params.Headers, params.ReadTime = r.Header, graphql.TraceTiming{Start: start, End: graphql.Now()}
	op, errs := exec.CreateOperationContext(r.Context(), params)
	if errs != nil {
		w.WriteHeader(requestStatus(media))
		writeResponse(w, exec.DispatchError(graphql.WithOperationContext(r.Context(), op), errs))
		return
	}
	if may != nil {
		if status, err := may(op); err != nil {
			w.WriteHeader(status)
			writeResponse(w, &graphql.Response{Errors: gqlerror.List{present(r.Context(), err)}})
			return
		}
	}
	if op.Operation.Operation == ast.Subscription {
		writeResponse(w, &graphql.Response{Errors: gqlerror.List{present(r.Context(), needsSocket.At())}})
		return
	}
	shown := &disclosed{}
	responses, ctx := exec.DispatchOperation(context.WithValue(r.Context(), disclosedKey{}, shown), op)
	response := responses(ctx)
	if response == nil { // the node goes, or the time is over: whether it took effect nobody can say
		response = &graphql.Response{Errors: gqlerror.List{present(r.Context(), unavailable.At())}}
	}
	sayWhen(w.Header(), response.Errors...)
	if shown.Load() {
		leavePlain(w.Header())
	}
	if response.Data == nil && media == responseJSON {
		w.WriteHeader(requestStatus(media))
	}
	writeResponse(w, response)
}

// wanted picks the answer's media type: the first of ours that the client names. Clients name events behind JSON for what may be answered
// once, and before it for what goes on.
func wanted(accept string) string {
	for part := range strings.SplitSeq(accept, ",") {
		switch media, _, _ := mime.ParseMediaType(strings.TrimSpace(part)); media {
		case responseJSON, eventStream:
			return media
		case plainJSON, "*/*", "application/*":
			return plainJSON
		}
	}
	return plainJSON
}

// requestStatus is for operations that could not be begun. Only a client of the newer media type is told by the status, too:
// plain JSON with another status may be anybody's on the way, and clients do not look for a GraphQL answer in it.
func requestStatus(media string) int {
	if media == responseJSON {
		return http.StatusBadRequest
	}
	return http.StatusOK
}

// writeResponse spells an answer: errors first, then the data as they are. A request that was never executed has no data.
func writeResponse(w io.Writer, r *graphql.Response) {
	var head bytes.Buffer
	head.WriteByte('{')
	if len(r.Errors) > 0 {
		errs, err := json.Marshal(r.Errors)
		if err != nil {
			errs = []byte("[]")
		}
		head.WriteString(`"errors":`)
		head.Write(errs)
	}
	if r.Data != nil {
		if head.Len() > 1 {
			head.WriteByte(',')
		}
		head.WriteString(`"data":`)
	}
	_, _ = w.Write(head.Bytes())
	_, _ = w.Write(r.Data)
	if len(r.Extensions) > 0 {
		if extensions, err := json.Marshal(r.Extensions); err == nil {
			_, _ = w.Write(append([]byte(`,"extensions":`), extensions...))
		}
	}
	_, _ = w.Write([]byte{'}'})
}
