package graph

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Authenticate says who a bearer token belongs to.
type Authenticate func(ctx context.Context, token string) (Session, error)

const (
	keepAlive   = 15 * time.Second
	initTimeout = 10 * time.Second
	// rightsPoll is how often an open connection's token and rights are looked at again.
	rightsPoll = time.Second
	// closeForbidden asks a client for a new token instead of having it loop.
	closeForbidden = 4403
)

// NewServer serves the API at one path: POST, and graphql-transport-ws.
func NewServer(r *Resolver, who Authenticate) http.Handler {
	es := NewExecutableSchema(Config{Resolvers: r})
	r.AST = es.Schema()
	srv := handler.New(es)
	srv.AddTransport(transport.Websocket{KeepAlivePingInterval: keepAlive, InitTimeout: initTimeout, InitFunc: openSocket(who)})
	srv.AddTransport(transport.Options{})
	srv.AddTransport(post{limits: r.Limits})
	known := newDocuments()
	srv.SetQueryCache(known)
	srv.SetParserTokenLimit(maxTokens)
	srv.Use(admission{known: known, limits: r.Limits})
	srv.Use(extension.Introspection{})
	srv.AroundOperations(r.operation)
	srv.AroundRootFields(rootField)
	srv.AroundFields(field)
	srv.SetErrorPresenter(present)
	if !r.Limits.Introspection {
		srv.SetErrorPresenter(withoutHints)
	}
	srv.SetRecoverFunc(func(ctx context.Context, panicked any) error {
		slog.ErrorContext(ctx, "panic", "value", panicked)
		return errors.New("panic")
	})
	return signedIn(who, r.Limits, srv)
}

// signedIn puts the session of the bearer token under a request. A token that does not hold is an answer of its own, so that a
// client knows to sign in again; without a token the request goes on and is refused where it asks for data.
func signedIn(who Authenticate, limits Limits, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		req.Body = http.MaxBytesReader(w, req.Body, limits.body())
		lang := text.FromAcceptLanguage(req.Header.Get("Accept-Language"))
		ctx := WithSession(req.Context(), Session{Lang: lang})
		if token, ok := bearer(req.Header.Get("Authorization")); ok {
			session, err := who(ctx, token)
			if err == nil {
				session, err = session.reading(req.Header.Get)
			}
			if err != nil {
				refuse(ctx, w, err)
				return
			}
			session.Lang = lang
			ctx = WithSession(ctx, session)
		}
		w.Header().Set("Cache-Control", "private, no-store")
		next.ServeHTTP(w, req.WithContext(ctx))
	})
}

func refuse(ctx context.Context, w http.ResponseWriter, err error) {
	e := present(ctx, err)
	status := http.StatusServiceUnavailable
	switch e.Extensions["code"] {
	case unauthenticated.String():
		status = http.StatusUnauthorized
	case access.PurposeNotAllowed.String():
		status = http.StatusForbidden
	case access.PurposeNeedsReason.String():
		status = http.StatusBadRequest
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	writeErrors(w, e)
}

func bearer(header string) (string, bool) {
	scheme, token, _ := strings.Cut(header, " ")
	return token, strings.EqualFold(scheme, "Bearer") && token != ""
}

// openSocket reads the session of a connection from its first message, since browsers cannot send headers there.
func openSocket(who Authenticate) transport.WebsocketInitFunc {
	return func(ctx context.Context, init transport.InitPayload) (context.Context, *transport.InitPayload, error) {
		lang := langOf(ctx)
		if l := init.GetString("Accept-Language"); l != "" {
			lang = text.FromAcceptLanguage(l)
		}
		token, ok := bearer(init.Authorization())
		if !ok {
			if s, signed := sessionOf(ctx); signed {
				s.Lang = lang
				return WithSession(ctx, s), nil, nil
			}
			return transport.WithWebsocketCloseCode(ctx, closeForbidden), nil, errors.New("not signed in")
		}
		session, err := who(ctx, token)
		if err == nil {
			session, err = session.reading(init.GetString)
		}
		if err != nil {
			return transport.WithWebsocketCloseCode(ctx, closeForbidden), nil, errors.New("not signed in")
		}
		session.Lang = lang
		return WithSession(whileHolds(ctx, who, token, session), session), nil, nil
	}
}

// whileHolds ends a connection's context, and with it the connection, when its token no longer holds or its rights are others: the
// client comes back with what it may read now and resumes from its cursor.
func whileHolds(ctx context.Context, who Authenticate, token string, session Session) context.Context {
	ctx, end := context.WithCancel(transport.WithWebsocketCloseCode(ctx, closeForbidden))
	go func() {
		defer end()
		tick := time.NewTicker(rightsPoll)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			now, err := who(ctx, token)
			now.Actor.Purpose = session.Actor.Purpose
			if refused, _ := refusal.As(err); err != nil && refused.Has(unauthenticated) || err == nil && now.Actor.Fingerprint() != session.Actor.Fingerprint() {
				return
			}
		}
	}()
	return ctx
}

// writeErrors writes the body of a request that was refused before it was read.
func writeErrors(w io.Writer, errs ...*gqlerror.Error) {
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": errs})
}
