package graph

import (
	"bytes"
	"io"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/coder/websocket"
)

const (
	// maxMessage is what one message of a connection may hold, in bytes: operations and their inputs, of one member after the other.
	maxMessage = 256 << 10
	// writeTime is how long a client may take to read one message before its connection is cut; it resumes from its cursor.
	writeTime = 20 * time.Second
	// closeBadRequest is what graphql-transport-ws closes with for a message that no good client sends.
	closeBadRequest = 4400
)

// guarded accepts websockets of the page itself and of listed origins, measures what comes before it is read, and cuts those who do not
// read what they asked for.
type guarded struct{ origins []string }

// Accept makes a connection of a request.
func (g guarded) Accept(w http.ResponseWriter, req *http.Request, o transport.WebsocketAcceptOptions) (transport.WebsocketConn, error) {
	conn, err := transport.CoderWebsocketImplementation{AcceptOptions: websocket.AcceptOptions{OriginPatterns: g.origins}}.Accept(w, req, o)
	if err != nil {
		return nil, err
	}
	if limiter, ok := conn.(transport.WebsocketReadLimiter); ok {
		limiter.SetReadLimit(maxMessage)
	}
	return measured{conn}, nil
}

// measured is a connection whose messages are bounded in shape and time.
type measured struct{ transport.WebsocketConn }

// NextReader gives the next message; one that is nested too deeply or holds too much ends the connection.
func (m measured) NextReader() (int, io.Reader, error) {
	kind, reader, err := m.WebsocketConn.NextReader()
	if err != nil {
		return kind, reader, err
	}
	data, err := io.ReadAll(reader)
	if err != nil {
		return kind, nil, err
	}
	if err := measure(data); err != nil {
		_ = m.WriteClose(closeBadRequest, err.Error())
		return kind, nil, transport.ErrWebsocketClosed
	}
	return kind, bytes.NewReader(data), nil
}

// WriteJSON sends a message, or ends a connection whose client does not take it in time.
func (m measured) WriteJSON(v any) error {
	cut := time.AfterFunc(writeTime, func() { _ = m.Close() })
	defer cut.Stop()
	return m.WebsocketConn.WriteJSON(v)
}
