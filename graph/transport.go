package graph

import (
	"cmp"
	"context"
	"mime"
	"net/http"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"github.com/lavoroincorso/lavoro/graph/wire"
	"github.com/lavoroincorso/lavoro/internal/platform/web"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// socket has operations come over websockets.
type socket struct {
	r        *Resolver
	door     Door
	once     sync.Once
	protocol wire.Protocol
}

// Supports takes requests for a websocket.
func (*socket) Supports(req *http.Request) bool {
	return strings.EqualFold(req.Header.Get("Upgrade"), "websocket")
}

// Do opens the websocket.
func (t *socket) Do(w http.ResponseWriter, req *http.Request, exec graphql.GraphExecutor) {
	t.once.Do(func() {
		t.protocol = wire.Protocol{Origins: t.r.Origins, Measure: measure, Over: t.r.over, Stands: t.r.stands,
			Open: func(ctx context.Context, init map[string]any) *wire.Farewell {
				return t.r.open(ctx, t.door, fieldsOf(init))
			},
			Operate: func(ctx context.Context, s *wire.Stream, operation []byte) error {
				return t.r.operate(ctx, exec, s, operation)
			}}
	})
	t.r.Connections.Accept(standing(req.Context()), w, req, &t.protocol)
}

// standing is a context in which a connection that has yet to be let in goes on after its request, with what that said of its client.
func standing(request context.Context) context.Context {
	ctx := context.WithValue(web.WithAddressOf(context.Background(), request), connectionKey{},
		&connection{who: whoOf(request), app: appOf(request), session: Session{Lang: langOf(request)}})
	if device := deviceOf(request); device != "" {
		ctx = context.WithValue(ctx, deviceKey{}, device)
	}
	return ctx
}

// fieldsOf reads the payload of a first message like headers.
func fieldsOf(init map[string]any) func(string) string {
	return func(name string) string {
		for key, value := range init {
			if text, ok := value.(string); ok && strings.EqualFold(key, name) {
				return text
			}
		}
		return ""
	}
}

// open reads the session of a websocket from its first message, since browsers cannot send headers there; a page's comes with the request
// itself.
func (r *Resolver) open(ctx context.Context, door Door, field func(string) string) *wire.Farewell {
	bye := r.admit(ctx, door, field)
	if bye == nil {
		return nil
	}
	if limited := r.Rates.Take(ctx, SignIns, clientOf(ctx)); limited != nil {
		return &wire.Farewell{Code: wire.TryAgain, Reason: limited.Error()}
	}
	return bye
}

func (r *Resolver) admit(ctx context.Context, door Door, field func(string) string) *wire.Farewell {
	c, _ := connectionOf(ctx)
	who := c.who
	if token, ok := bearer(field("Authorization")); ok {
		who = door.Bearer(token)
	}
	forbidden := &wire.Farewell{Code: wire.Forbidden, Reason: "not signed in"}
	if who == nil {
		return forbidden
	}
	session, err := who(ctx, true)
	if err != nil && !unauthentic(err) {
		return &wire.Farewell{Code: wire.TryAgain, Reason: "not available"}
	}
	if err == nil {
		session, err = session.reading(field)
	}
	if err == nil {
		session.Device, err = r.contact(ctx, session, cmp.Or(field(deviceHeader), deviceOf(ctx)))
	}
	if reason, ofDevice := deviceRefused(err); ofDevice {
		return &wire.Farewell{Code: wire.Forbidden, Reason: reason}
	}
	if err != nil || session.ended(r.Clock()) {
		return forbidden
	}
	session.Lang = langOf(ctx)
	if l := field("Accept-Language"); l != "" {
		session.Lang = text.FromAcceptLanguage(l)
	}
	if err := r.seat(ctx, session); err != nil {
		return &wire.Farewell{Code: wire.TryAgain, Reason: tooManyConnections.String()} // clients of graphql-ws take 4429 for the end
	}
	if said := field(clientHeader); said != "" {
		c.app = appNamed(said)
	}
	c.who = who
	c.change(session)
	return nil
}

// stream has operations come by POST and their answers go as server-sent events, one operation a request.
type stream struct {
	r        *Resolver
	once     sync.Once
	protocol wire.Protocol
}

// Supports takes POST requests whose client reads events.
func (*stream) Supports(req *http.Request) bool {
	media, _, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	return err == nil && req.Method == http.MethodPost && media == plainJSON && wanted(req.Header.Get("Accept")) == eventStream
}

// Do answers until the operation ends, or the session under which it runs. Who has shown no token is told so before any stream begins:
// what a client does with a 401 is to get one.
func (t *stream) Do(w http.ResponseWriter, req *http.Request, exec graphql.GraphExecutor) {
	t.once.Do(func() {
		t.protocol = wire.Protocol{Over: t.r.over, Stands: t.r.stands,
			Operate: func(ctx context.Context, s *wire.Stream, operation []byte) error {
				return t.r.operate(ctx, exec, s, operation)
			}}
	})
	operation, err := readBody(req.Body)
	if err == nil {
		_, err = parseParams(operation)
	}
	if err != nil {
		w.Header().Set("Content-Type", plainJSON)
		w.WriteHeader(http.StatusBadRequest)
		writeErrors(w, present(req.Context(), err))
		return
	}
	ctx := req.Context()
	session, signedIn := sessionOf(ctx)
	if _, proved := identityOf(ctx); !signedIn && !proved {
		refuse(ctx, w, unauthenticated.At())
		return
	}
	if signedIn {
		if err := t.r.seat(ctx, session); err != nil {
			w.Header().Set("Retry-After", "1")
			refuse(ctx, w, err)
			return
		}
		ctx = context.WithValue(ctx, connectionKey{}, &connection{who: whoOf(ctx), app: appOf(ctx), session: session})
	}
	if t.r.Connections.Stream(w, req.WithContext(ctx), &t.protocol, operation) != nil {
		w.Header().Set("Retry-After", "1")
		refuse(ctx, w, nodeGoes.At())
	}
}
