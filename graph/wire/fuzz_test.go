package wire_test

import (
	"context"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/lavoroincorso/lavoro/graph/wire"
)

// FuzzMessage sends whatever as a message of an open connection: it is answered or taken, or ends that connection with a code of the protocol. The
// server goes on in any case.
func FuzzMessage(f *testing.F) {
	for _, seed := range []string{
		`{"type":"subscribe","id":"1","payload":{"query":"once"}}`, `{"type":"subscribe","id":"1","payload":{"query":"feed"}}`, `{"type":"complete","id":"1"}`,
		`{"type":"ping","payload":{"n":1}}`, `{"type":"pong"}`, `{"type":"connection_init"}`, `{`, `[]`, `null`, `"x"`, `{"type":1}`, `{"type":"subscribe","id":{}}`,
		`{"type":"subscribe","id":"` + strings.Repeat("é", 70) + `","payload":{"query":"once"}}`, `{"type":"ping","payload":null}`, "\x00", `{"type":"ping","type":"pong"}`,
	} {
		f.Add(seed)
	}
	s := open(f, wire.Limits{})
	f.Fuzz(func(t *testing.T, message string) {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		conn, _, err := websocket.Dial(ctx, s.url, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}) //nolint:bodyclose // the library closes it
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.CloseNow() }()
		for _, line := range []string{`{"type":"connection_init"}`, message, `{"type":"ping","payload":"the last"}`} {
			if conn.Write(ctx, websocket.MessageText, []byte(line)) != nil {
				break // it has ended already; the reader tells how
			}
		}
		for {
			_, answer, err := conn.Read(ctx)
			if strings.Contains(string(answer), `"the last"`) {
				return
			}
			if err != nil {
				if code := websocket.CloseStatus(err); code < 4400 || code > 4429 {
					t.Fatalf("%q ended the connection with %v", message, err)
				}
				return
			}
		}
	})
}
