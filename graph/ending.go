package graph

import (
	"cmp"
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql/handler/transport"
)

// closeRestart asks a client to connect again: the node goes, and another or the next one serves.
const closeRestart = 1012

// ending is with what code, and for what reason, a connection ends whose context ends; nil while nobody has said why.
type ending struct{ said atomic.Pointer[farewell] }

type farewell struct {
	code   int
	reason string // "" is the transport's own
}

type endingKey struct{}

// endWith says with what code and for what reason the connection under ctx is to end, for when its context does.
func endWith(ctx context.Context, code int, reason string) {
	if e, ok := ctx.Value(endingKey{}).(*ending); ok {
		e.said.Store(&farewell{code, reason})
	}
}

// sockets accepts connections that tell a client why they end: the transport by itself calls every end of a context a normal one, after
// which clients do not come back.
type sockets struct {
	transport.WebsocketImplementation
}

// Accept takes a connection under the request's context.
func (s sockets) Accept(w http.ResponseWriter, req *http.Request, options transport.WebsocketAcceptOptions) (transport.WebsocketConn, error) {
	conn, err := s.WebsocketImplementation.Accept(w, req, options)
	if err != nil {
		return nil, err
	}
	return telling{conn, req.Context()}, nil
}

type telling struct {
	transport.WebsocketConn
	ctx context.Context
}

// WriteClose ends the connection with the code that was said for it.
func (t telling) WriteClose(code int, message string) error {
	if e, ok := t.ctx.Value(endingKey{}).(*ending); ok && code == transport.WebsocketCloseNormalClosure {
		if said := e.said.Load(); said != nil {
			code, message = said.code, cmp.Or(said.reason, message)
		} else if t.ctx.Err() != nil {
			code = closeRestart
		}
	}
	return t.WebsocketConn.WriteClose(code, message)
}

// SetReadLimit bounds a message, in bytes.
func (t telling) SetReadLimit(limit int64) {
	if c, ok := t.WebsocketConn.(transport.WebsocketReadLimiter); ok {
		c.SetReadLimit(limit)
	}
}

// SetReadDeadline bounds the wait for a message.
func (t telling) SetReadDeadline(at time.Time) error {
	if c, ok := t.WebsocketConn.(transport.WebsocketReadDeadliner); ok {
		return c.SetReadDeadline(at)
	}
	return nil
}
