package wire_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/lavoroincorso/lavoro/graph/wire"
)

// TestProtocol asks what PROTOCOL.md of graphql-transport-ws says of each message that a client may send, and what the reference server does
// where it is silent.
func TestProtocol(t *testing.T) {
	s := open(t, wire.Limits{Init: 300 * time.Millisecond})
	say := func(c *client, lines ...string) *client {
		for _, line := range lines {
			c.say("%s", line)
		}
		return c
	}
	const init, ack = `{"type":"connection_init"}`, `{"type":"connection_ack"}`
	for name, probe := range map[string]func(t *testing.T){
		"no first message in time": func(*testing.T) { s.dial("graphql-transport-ws").ends(wire.InitTimeout) },
		"subscribe before the acknowledgement": func(*testing.T) {
			say(s.dial("graphql-transport-ws"), `{"type":"subscribe","id":"1","payload":{"query":"once"}}`).ends(wire.Unauthorized)
		},
		"a second first message": func(*testing.T) {
			say(s.dial("graphql-transport-ws"), init, init).ends(wire.TooManyInits)
		},
		"no JSON before the acknowledgement": func(*testing.T) { say(s.dial("graphql-transport-ws"), `{`).ends(wire.BadRequest) },
		"no JSON after it":                   func(*testing.T) { say(s.acknowledged(), `nonsense`).ends(wire.BadRequest) },
		"an unknown type":                    func(*testing.T) { say(s.acknowledged(), `{"type":"start","id":"1"}`).ends(wire.BadRequest) },
		"no type":                            func(*testing.T) { say(s.acknowledged(), `{}`).ends(wire.BadRequest) },
		"an id in use": func(*testing.T) {
			say(s.acknowledged(), `{"type":"subscribe","id":"1","payload":{"query":"feed"}}`, `{"type":"subscribe","id":"1","payload":{"query":"once"}}`).ends(wire.DuplicateID)
		},
		"no id": func(*testing.T) {
			say(s.acknowledged(), `{"type":"subscribe","payload":{"query":"once"}}`).ends(wire.BadRequest)
		},
		"an id of a number": func(*testing.T) {
			say(s.acknowledged(), `{"type":"subscribe","id":1,"payload":{"query":"once"}}`).ends(wire.BadRequest)
		},
		"a very long id": func(*testing.T) {
			say(s.acknowledged(), `{"type":"subscribe","id":"`+strings.Repeat("x", 200)+`","payload":{"query":"once"}}`).ends(wire.BadRequest)
		},
		"no operation": func(*testing.T) { say(s.acknowledged(), `{"type":"subscribe","id":"1"}`).ends(wire.BadRequest) },
		"an empty operation": func(*testing.T) {
			say(s.acknowledged(), `{"type":"subscribe","id":"1","payload":{}}`).ends(wire.BadRequest)
		},
		"complete without id": func(*testing.T) { say(s.acknowledged(), `{"type":"complete"}`).ends(wire.BadRequest) },
		"what holds too much": func(*testing.T) {
			say(s.acknowledged(), `{"type":"ping","payload":{"is":"too deep"}}`).ends(wire.BadRequest)
		},
		"who may not come in": func(*testing.T) {
			say(s.dial("graphql-transport-ws"), `{"type":"connection_init","payload":{"token":"bad"}}`).ends(wire.Forbidden)
		},
		"no subprotocol":      func(*testing.T) { s.dial().ends(wire.NoSubprotocol) },
		"another subprotocol": func(*testing.T) { s.dial("graphql-ws").ends(wire.NoSubprotocol) },
		"bytes instead of text": func(t *testing.T) {
			c := s.acknowledged()
			if err := c.conn.Write(c.ctx, websocket.MessageBinary, []byte(init)); err != nil {
				t.Fatal(err)
			}
			c.ends(wire.BadRequest)
		},
		"a giant message": func(*testing.T) {
			say(s.acknowledged(), `{"type":"ping","payload":{"x":"`+strings.Repeat("x", 300<<10)+`"}}`).ends(int(websocket.StatusMessageTooBig))
		},
		"what fails before it is executed ends with an error, and nothing after": func(*testing.T) {
			c := say(s.acknowledged(), `{"type":"subscribe","id":"1","payload":{"query":"invalid"}}`)
			c.hears(`{"id":"1","type":"error","payload":[{"message":"no such field"}]}`)
			say(c, `{"type":"subscribe","id":"1","payload":{"query":"once"}}`) // the id is free again
			c.hears(`{"id":"1","type":"next","payload":{"data":{"n":1}}}`)
			c.hears(`{"id":"1","type":"complete"}`)
		},
		"complete is answered by silence": func(t *testing.T) {
			c := say(s.acknowledged(), `{"type":"subscribe","id":"1","payload":{"query":"feed"}}`)
			feed := receive(t, s.feeds)
			say(c, `{"type":"complete","id":"1"}`, `{"type":"complete","id":"unheard"}`)
			receive(t, s.ended)
			if !feed.Take([]byte(`{"late":true}`)) {
				t.Error("a stream that has ended finds no room")
			}
			say(c, `{"type":"subscribe","id":"1","payload":{"query":"once"}}`)
			c.hears(`{"id":"1","type":"next","payload":{"data":{"n":1}}}`)
		},
		"a ping is answered with what it brought": func(*testing.T) {
			c := say(s.acknowledged(), `{"type":"ping"}`, `{"type":"pong"}`, `{"type":"ping","payload":{"n":1}}`)
			c.hears(`{"type":"pong"}`)
			c.hears(`{"type":"pong","payload":{"n":1}}`)
			say(s.dial("graphql-transport-ws"), `{"type":"ping"}`).hears(`{"type":"pong"}`) // before the first message, too
		},
		"ids are quoted": func(*testing.T) {
			c := say(s.acknowledged(), `{"type":"subscribe","id":"a\"b\u0000","payload":{"query":"once"}}`)
			c.hears(`{"id":"a\"b\u0000","type":"next","payload":{"data":{"n":1}}}`)
		},
	} {
		t.Run(name, probe)
	}
	_ = ack
}

// TestFrames: messages of every length come whole and in order, also where the library answers pings between them.
func TestFrames(t *testing.T) {
	s := open(t, wire.Limits{})
	c := s.acknowledged()
	c.say(`{"type":"subscribe","id":"1","payload":{"query":"feed"}}`)
	feed := receive(t, s.feeds)
	var lengths []int
	for _, edge := range []int{0, 125, 1 << 16} { // where a frame tells its length otherwise
		for length := max(edge-60, 1); length < edge+10; length++ {
			lengths = append(lengths, length)
		}
	}
	payload := func(length int) string { return strings.Repeat("é", length/2) + strings.Repeat("x", length%2) }
	go func() {
		for _, length := range lengths {
			feed.Next([]byte(payload(length)))
		}
	}()
	pings, answered := 0, make(chan error, len(lengths)) // all beside the reader, who takes the answers in
	for _, length := range lengths {
		if length%8 == 0 {
			pings++
			go func() { answered <- c.conn.Ping(c.ctx) }()
		}
		c.hears(`{"id":"1","type":"next","payload":` + payload(length) + `}`)
	}
	c.conn.CloseRead(c.ctx)
	for range pings {
		if err := receive(t, answered); err != nil {
			t.Error(err)
		}
	}
}

// TestAConnectionThatMayNotStandEnds: what Stands says is done within two turns of the wheel.
func TestAConnectionThatMayNotStandEnds(t *testing.T) {
	s := open(t, wire.Limits{})
	c := s.acknowledged()
	c.say(`{"type":"subscribe","id":"1","payload":{"query":"feed"}}`)
	receive(t, s.feeds)
	s.mu.Lock()
	s.bye = &wire.Farewell{Code: wire.Forbidden, Reason: "the session is over"}
	s.mu.Unlock()
	began := time.Now()
	c.ends(wire.Forbidden)
	receive(t, s.ended)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it stood for another %s", took)
	}
}

// TestTimeIsOverThoughNobodyAnswers: all who ask whether connections may stand wait for an answer, and those whose time is over end all the same.
func TestTimeIsOverThoughNobodyAnswers(t *testing.T) {
	connections, over := wire.New(wire.Limits{}), make(chan struct{})
	protocol := &wire.Protocol{
		Over: func(context.Context) *wire.Farewell {
			select {
			case <-over:
				return &wire.Farewell{Code: wire.Forbidden, Reason: "the session is over"}
			default:
				return nil
			}
		},
		Stands:  func(ctx context.Context) *wire.Farewell { <-ctx.Done(); return nil },
		Measure: measure, Open: admit, Operate: func(context.Context, *wire.Stream, []byte) error { return nil },
	}
	s := serve(t, connections, protocol)
	sockets := make([]*client, 10)
	for i := range sockets {
		sockets[i] = s.acknowledged()
	}
	streams := make(chan struct{}, 10)
	for range cap(streams) {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil)
		go func() {
			connections.Stream(paper{httptest.NewRecorder()}, req, protocol, nil)
			streams <- struct{}{}
		}()
	}
	close(over)
	for _, c := range sockets {
		c.ends(wire.Forbidden)
	}
	for range cap(streams) {
		receive(t, streams)
	}
}

// TestWhoSaysNothingIsGone: a client that answers no ping is cut, one that does stays.
func TestWhoSaysNothingIsGone(t *testing.T) {
	s := open(t, wire.Limits{Ping: 200 * time.Millisecond})
	mute, answering := s.acknowledged(), s.acknowledged()
	mute.say(`{"type":"subscribe","id":"1","payload":{"query":"feed"}}`)
	receive(t, s.feeds)
	for range 5 {
		answering.hears(`{"type":"ping"}`)
		answering.say(`{"type":"pong"}`)
	}
	receive(t, s.ended) // that of the mute one
	answering.say(`{"type":"subscribe","id":"1","payload":{"query":"feed"}}`)
	receive(t, s.feeds)
}

// TestANodeThatGoesSaysSo: every connection is told to come back, and none is let in meanwhile.
func TestANodeThatGoesSaysSo(t *testing.T) {
	s := open(t, wire.Limits{Drain: 100 * time.Millisecond})
	clients := make([]*client, 20)
	for i := range clients {
		clients[i] = s.acknowledged()
	}
	gone := make(chan struct{})
	go func() {
		s.connections.Drain(t.Context())
		close(gone)
	}()
	for _, c := range clients {
		c.ends(wire.Restart)
	}
	receive(t, gone)
	s.dial("graphql-transport-ws").ends(wire.Restart)
	if n := s.connections.Open(); n != 0 {
		t.Errorf("%d connections are left", n)
	}
}
