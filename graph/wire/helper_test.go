package wire_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/lavoroincorso/lavoro/graph/wire"
)

// patience bounds waits that end at once where all is well.
const patience = 20 * time.Second

// stand is a server whose operations are words: "once" is answered at once, "feed" stays open until the test ends it.
type stand struct {
	t           testing.TB
	url         string
	connections *wire.Connections
	open        atomic.Int64      // connections below that the server has not closed
	held        atomic.Int64      // those that are still in memory
	feeds       chan *wire.Stream // those that were opened
	ended       chan *wire.Stream // those whose context has ended
	mu          sync.Mutex
	bye         *wire.Farewell // what Stands says
}

func open(t testing.TB, limits wire.Limits) *stand {
	t.Helper()
	s := &stand{t: t, feeds: make(chan *wire.Stream, 10_000), ended: make(chan *wire.Stream, 10_000)}
	s.serve(wire.New(limits), &wire.Protocol{Measure: measure, Open: admit, Stands: s.stands, Operate: s.operate})
	return s
}

// serve is a server that speaks another protocol.
func serve(t testing.TB, connections *wire.Connections, protocol *wire.Protocol) *stand {
	t.Helper()
	s := &stand{t: t}
	s.serve(connections, protocol)
	return s
}

func (s *stand) serve(connections *wire.Connections, protocol *wire.Protocol) {
	s.connections = connections
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { s.connections.Run(ctx) })
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method == http.MethodPost {
			var operation json.RawMessage
			_ = json.NewDecoder(req.Body).Decode(&operation)
			if errors.Is(s.connections.Stream(w, req, protocol, operation), wire.ErrRestart) {
				w.WriteHeader(http.StatusTeapot)
			}
			return
		}
		s.connections.Accept(context.Background(), w, req, protocol)
	}))
	server.Listener = counting{server.Listener, &s.open, &s.held}
	server.Start()
	s.t.Cleanup(func() {
		bounded, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		s.connections.Drain(bounded)
		stop()
		running.Wait()
		server.CloseClientConnections()
		server.Close()
	})
	s.url = "ws" + strings.TrimPrefix(server.URL, "http")
}

// counting counts the connections that were accepted and not yet closed, and those that are not yet garbage.
type counting struct {
	net.Listener
	open, held *atomic.Int64
}

func (l counting) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.open.Add(1)
	l.held.Add(1)
	c := &counted{Conn: conn, closed: sync.OnceFunc(func() { l.open.Add(-1) })}
	runtime.AddCleanup(c, func(held *atomic.Int64) { held.Add(-1) }, l.held)
	return c, nil
}

type counted struct {
	net.Conn
	closed func()
}

func (c *counted) SetWriteBuffer(bytes int) error { return c.Conn.(*net.TCPConn).SetWriteBuffer(bytes) }

func (c *counted) Close() error {
	c.closed()
	return c.Conn.Close()
}

func measure(message []byte) error {
	if strings.Contains(string(message), "too deep") {
		return errors.New("INPUT_TOO_NESTED")
	}
	return nil
}

func admit(_ context.Context, init map[string]any) *wire.Farewell {
	if init["token"] == "bad" {
		return &wire.Farewell{Code: wire.Forbidden, Reason: "not signed in"}
	}
	return nil
}

func (s *stand) stands(context.Context) *wire.Farewell {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bye
}

func (s *stand) operate(ctx context.Context, stream *wire.Stream, operation []byte) error {
	var word struct{ Query string }
	if json.Unmarshal(operation, &word) != nil || word.Query == "" {
		return wire.ErrMalformed
	}
	switch word.Query {
	case "once":
		stream.Next([]byte(`{"data":{"n":1}}`))
		stream.Complete()
	case "much":
		stream.Next([]byte(`{"data":"` + strings.Repeat("x", 100_000) + `"}`))
		stream.Complete()
	case "invalid":
		stream.Fail([]byte(`[{"message":"no such field"}]`))
	case "feed":
		context.AfterFunc(ctx, func() { s.ended <- stream })
		s.feeds <- stream
	}
	return nil
}

// client is one websocket.
type client struct {
	t    testing.TB
	ctx  context.Context
	conn *websocket.Conn
}

func (s *stand) dial(subprotocols ...string) *client {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	s.t.Cleanup(cancel)
	conn, _, err := websocket.Dial(ctx, s.url, &websocket.DialOptions{Subprotocols: subprotocols}) //nolint:bodyclose // the library closes it
	if err != nil {
		s.t.Fatal(err)
	}
	conn.SetReadLimit(1 << 24)
	s.t.Cleanup(func() { _ = conn.CloseNow() })
	return &client{t: s.t, ctx: ctx, conn: conn}
}

// acknowledged is a client whose connection is open.
func (s *stand) acknowledged() *client {
	s.t.Helper()
	c := s.dial("graphql-transport-ws")
	c.say(`{"type":"connection_init"}`)
	c.hears(`{"type":"connection_ack"}`)
	return c
}

func (c *client) say(format string, args ...any) {
	c.t.Helper()
	if err := c.conn.Write(c.ctx, websocket.MessageText, fmt.Appendf(nil, format, args...)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) hears(want string) {
	c.t.Helper()
	_, data, err := c.conn.Read(c.ctx)
	if err != nil || string(data) != want {
		c.t.Fatalf("heard %q (%v), want %q", data, err, want)
	}
}

// ends reads until the server ends the connection, which it must with the code.
func (c *client) ends(code int) {
	c.t.Helper()
	for {
		if _, data, err := c.conn.Read(c.ctx); err != nil {
			if got := websocket.CloseStatus(err); int(got) != code {
				c.t.Errorf("ended with %v, want %d", err, code)
			}
			return
		} else if !strings.Contains(string(data), `"ping"`) {
			c.t.Logf("before the end: %s", data)
		}
	}
}

func receive[T any](t testing.TB, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatal("nothing came")
		return *new(T)
	}
}
