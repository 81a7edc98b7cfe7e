package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// NewServer serves the API at one path: POST, GET, graphql-transport-ws and graphql-sse.
func NewServer(r *Resolver, door Door) http.Handler {
	es := NewExecutableSchema(Config{Resolvers: r})
	r.AST, r.plans = es.Schema(), newPlans()
	srv := handler.New(es)
	srv.AddTransport(&socket{r: r, door: door})
	srv.AddTransport(&stream{r: r})
	srv.AddTransport(transport.Options{AllowedMethods: methods})
	srv.AddTransport(compressed{post{limits: r.Limits}})
	srv.AddTransport(compressed{get{post{limits: r.Limits}, r.AST}})
	srv.AddTransport(other{})
	known := newDocuments()
	srv.SetQueryCache(known)
	srv.SetParserTokenLimit(maxTokens)
	srv.Use(naming{r})
	srv.Use(admission{known: known, limits: r.Limits})
	srv.Use(extension.Introspection{})
	srv.AroundOperations(r.operation)
	srv.AroundRootFields(rootField)
	srv.AroundFields(r.act)
	srv.AroundFields(field)
	srv.SetErrorPresenter(present)
	if !r.Limits.Introspection {
		srv.SetErrorPresenter(withoutHints)
	}
	srv.SetRecoverFunc(func(ctx context.Context, panicked any) error {
		return fmt.Errorf("panic of type %T at %s", panicked, debug.Stack()) // its value may hold anybody's data
	})
	return r.signedIn(door, r.rated(r.fromDevice(srv)))
}

// signedIn puts the session of a request under it. A token that does not hold is an answer of its own, so that a client knows to sign
// in again; without any the request goes on and is refused where it asks for data.
func (r *Resolver) signedIn(door Door, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		req.Body = http.MaxBytesReader(w, req.Body, r.Limits.body())
		lang := text.FromAcceptLanguage(req.Header.Get("Accept-Language"))
		ctx := WithSession(withApp(req.Context(), req.Header.Get(clientHeader)), Session{Lang: lang})
		session, who, err := door.enter(ctx, req)
		if err == nil && who != nil {
			session, err = session.reading(req.Header.Get)
		}
		if err != nil {
			refuse(ctx, w, r.lostDevice(ctx, req, r.attempted(ctx, err)))
			return
		}
		session.Lang = lang
		ctx = context.WithValue(WithSession(ctx, session), whoKey{}, who)
		w.Header().Set("Cache-Control", "private, no-store")
		next.ServeHTTP(w, req.WithContext(ctx))
	})
}

func refuse(ctx context.Context, w http.ResponseWriter, err error) {
	e := present(ctx, err)
	status := statusOf(e)
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	}
	if sayWhen(w.Header(), e) {
		status = http.StatusTooManyRequests
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	writeErrors(w, e)
}

// statusOf is the status of a refusal of a whole request: by its code, or by its kind.
func statusOf(e *gqlerror.Error) int {
	switch e.Extensions["code"] {
	case unauthenticated.String():
		return http.StatusUnauthorized
	case access.PurposeNeedsReason.String():
		return http.StatusBadRequest
	case refusal.NotFound.String():
		return http.StatusNotFound
	}
	switch e.Extensions["kind"] {
	case refusal.Right:
		return http.StatusForbidden
	case refusal.Conflict:
		return http.StatusConflict
	case refusal.Input, refusal.Rule:
		return http.StatusUnprocessableEntity
	}
	return http.StatusServiceUnavailable
}

func bearer(header string) (string, bool) {
	scheme, token, _ := strings.Cut(header, " ")
	return token, strings.EqualFold(scheme, "Bearer") && token != ""
}

// unauthentic says whether an error is that somebody is not, or no longer, signed in.
func unauthentic(err error) bool {
	refused, _ := refusal.As(err)
	return err != nil && (refused.Has(unauthenticated) || refused.Has(member.NotAMember))
}

// writeErrors writes the body of a request that was refused before it was read.
func writeErrors(w io.Writer, errs ...*gqlerror.Error) {
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": errs})
}
