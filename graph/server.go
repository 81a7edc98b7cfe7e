package graph

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

const (
	keepAlive   = 15 * time.Second
	initTimeout = 10 * time.Second
	// rightsPoll is how often an open connection's token and rights are looked at again.
	rightsPoll = time.Second
	// closeForbidden asks a client for a new token instead of having it loop.
	closeForbidden = 4403
	// closeTryAgain asks a client to come back: nobody can say just now who it is, or another connection has to end first.
	closeTryAgain = 1013
)

// NewServer serves the API at one path: POST, and graphql-transport-ws.
func NewServer(r *Resolver, door Door) http.Handler {
	es := NewExecutableSchema(Config{Resolvers: r})
	r.AST = es.Schema()
	srv := handler.New(es)
	srv.AddTransport(transport.Websocket{Implementation: sockets{guarded{r.Origins}}, KeepAlivePingInterval: keepAlive, InitTimeout: initTimeout,
		InitFunc: r.counted(r.openSocket(door))})
	srv.AddTransport(transport.Options{})
	srv.AddTransport(post{limits: r.Limits})
	srv.AddTransport(other{})
	known := newDocuments()
	srv.SetQueryCache(known)
	srv.SetParserTokenLimit(maxTokens)
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
		ctx := WithSession(req.Context(), Session{Lang: lang})
		session, who, err := door.enter(ctx, req)
		if err == nil && who != nil {
			session, err = session.reading(req.Header.Get)
		}
		if err != nil {
			refuse(ctx, w, r.lostDevice(ctx, req, r.attempted(ctx, err)))
			return
		}
		session.Lang = lang
		ctx = context.WithValue(context.WithValue(WithSession(ctx, session), whoKey{}, who), endingKey{}, &ending{})
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

// openSocket reads the session of a connection from its first message, since browsers cannot send headers there; a page's comes with the
// request itself.
func (r *Resolver) openSocket(door Door) transport.WebsocketInitFunc {
	return func(ctx context.Context, init transport.InitPayload) (context.Context, *transport.InitPayload, error) {
		lang := langOf(ctx)
		if l := init.GetString("Accept-Language"); l != "" {
			lang = text.FromAcceptLanguage(l)
		}
		who := whoOf(ctx)
		if token, ok := bearer(init.Authorization()); ok {
			who = door.Bearer(token)
		}
		if who == nil {
			return transport.WithWebsocketCloseCode(ctx, closeForbidden), nil, errors.New("not signed in")
		}
		session, err := who(ctx, true)
		if err != nil && !unauthentic(err) {
			return transport.WithWebsocketCloseCode(ctx, closeTryAgain), nil, errors.New("not available")
		}
		if err == nil {
			session, err = session.reading(init.GetString)
		}
		if err == nil {
			session.Device, err = r.contact(ctx, session, cmp.Or(init.GetString(deviceHeader), deviceOf(ctx)))
		}
		if reason, ofDevice := deviceRefused(err); ofDevice {
			return transport.WithWebsocketCloseCode(transport.AppendCloseReason(ctx, reason), closeForbidden), nil, errors.New(reason)
		}
		if err != nil || session.ended(r.Clock()) {
			return transport.WithWebsocketCloseCode(ctx, closeForbidden), nil, errors.New("not signed in")
		}
		session.Lang = lang
		return r.whileHolds(WithSession(ctx, session), who, session), nil, nil
	}
}

// whileHolds keeps a connection's session as it is: rights that have changed hold for whatever runs on it, and when the session is over the
// context ends, and with it the connection.
func (r *Resolver) whileHolds(ctx context.Context, who Who, session Session) context.Context {
	ctx, end := context.WithCancel(ctx)
	connection := &standing{session: session}
	go func() {
		defer end()
		tick := time.NewTicker(rightsPoll)
		defer tick.Stop()
		for !session.ended(r.Clock()) {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if reason, refused := r.deviceGone(ctx, session); refused {
				endWith(ctx, closeForbidden, reason)
				return
			}
			now, err := who(ctx, false)
			if unauthentic(err) {
				break
			}
			if err != nil {
				continue
			}
			session.ExpiresAt = now.ExpiresAt // a page session is prolonged by its use
			now.Actor.Purpose, now.Actor.Reason = session.Actor.Purpose, session.Actor.Reason
			if now.Actor.Fingerprint() != session.Actor.Fingerprint() {
				session.Actor = now.Actor
				connection.change(session)
			}
		}
		endWith(ctx, closeForbidden, "")
	}()
	return context.WithValue(ctx, standingKey{}, connection)
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
