package wire_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/graph/wire"
)

// listener reads the events of one operation.
type listener struct {
	t        testing.TB
	response *http.Response
	lines    *bufio.Reader
	leave    context.CancelFunc
}

// ask sends an operation by POST; its answer is an event stream.
func (s *stand) ask(query string) *listener {
	s.t.Helper()
	ctx, leave := context.WithTimeout(context.Background(), patience)
	s.t.Cleanup(leave)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http"+strings.TrimPrefix(s.url, "ws"), strings.NewReader(`{"query":"`+query+`"}`))
	if err != nil {
		s.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = response.Body.Close() })
	return &listener{s.t, response, bufio.NewReader(response.Body), leave}
}

// hears reads up to the end of the next event, which must be spelled like this.
func (l *listener) hears(want string) {
	l.t.Helper()
	var event strings.Builder
	for {
		line, err := l.lines.ReadString('\n')
		if err != nil {
			l.t.Fatalf("heard %q (%v), want %q", event.String()+line, err, want)
		}
		if event.WriteString(line); line == "\n" {
			break
		}
	}
	if event.String() != want {
		l.t.Fatalf("heard %q, want %q", event.String(), want)
	}
}

// ends: nothing follows, not even `complete`.
func (l *listener) ends() {
	l.t.Helper()
	if rest, err := io.ReadAll(l.lines); err != nil || len(rest) > 0 {
		l.t.Errorf("%q follows (%v)", rest, err)
	}
}

// TestEvents holds streams to PROTOCOL.md of graphql-sse (distinct connections) and to what its own handler is tested for. A first comment
// opens every stream: there are browsers to which one has not begun before a byte of it has come.
func TestEvents(t *testing.T) {
	s := open(t, wire.Limits{Ping: time.Hour})
	const opened, over = ":\n\n", "event: complete\ndata:\n\n"
	for name, probe := range map[string]func(t *testing.T){
		"the head": func(t *testing.T) {
			l := s.ask("once")
			for header, want := range map[string]string{"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"} {
				if got := l.response.Header.Get(header); got != want || l.response.StatusCode != http.StatusOK {
					t.Errorf("%d, %s: %q", l.response.StatusCode, header, got)
				}
			}
		},
		"one answer, then complete, then the end": func(*testing.T) {
			l := s.ask("once")
			l.hears(opened)
			l.hears("event: next\ndata: {\"data\":{\"n\":1}}\n\n")
			l.hears(over)
			l.ends()
		},
		"answers of a feed in their order": func(t *testing.T) {
			l := s.ask("feed")
			l.hears(opened)
			feed := receive(t, s.feeds)
			for _, answer := range []string{`{"n":1}`, `{"n":2}`} {
				if !feed.Take([]byte(answer)) {
					t.Error("there is no room")
				}
			}
			l.hears("event: next\ndata: {\"n\":1}\n\n")
			l.hears("event: next\ndata: {\"n\":2}\n\n")
			feed.Complete()
			feed.Next([]byte(`{"late":true}`))
			l.hears(over)
			l.ends()
			receive(t, s.ended)
		},
		"what does not fit the schema is an answer": func(*testing.T) {
			l := s.ask("invalid")
			l.hears(opened)
			l.hears("event: next\ndata: {\"errors\":[{\"message\":\"no such field\"}]}\n\n")
			l.hears(over)
			l.ends()
		},
		"lines of an answer": func(t *testing.T) {
			l := s.ask("feed")
			l.hears(opened)
			receive(t, s.feeds).Next([]byte("{\n\"n\":\r1}"))
			l.hears("event: next\ndata: {\ndata: \"n\":\ndata: 1}\n\n")
		},
		"a client that leaves ends its operation": func(t *testing.T) {
			l := s.ask("feed")
			l.hears(opened)
			feed := receive(t, s.feeds)
			l.leave()
			if ended := receive(t, s.ended); ended != feed || !feed.Take([]byte(`{"late":true}`)) {
				t.Error("another operation has ended, or its feed waits for room")
			}
		},
	} {
		t.Run(name, probe)
	}
}

// TestSilentStreamsAreKeptAlive by comments, which no client takes for events.
func TestSilentStreamsAreKeptAlive(t *testing.T) {
	s := open(t, wire.Limits{Ping: 200 * time.Millisecond})
	l := s.ask("feed")
	for range 3 {
		l.hears(":\n\n")
	}
	receive(t, s.feeds).Next([]byte(`{"n":1}`))
}

// TestAStreamThatMayNotStandEnds without `complete`: its client comes back and is told why.
func TestAStreamThatMayNotStandEnds(t *testing.T) {
	s := open(t, wire.Limits{})
	l := s.ask("feed")
	l.hears(":\n\n")
	receive(t, s.feeds)
	s.mu.Lock()
	s.bye = &wire.Farewell{Code: wire.Forbidden, Reason: "the session is over"}
	s.mu.Unlock()
	l.ends()
	receive(t, s.ended)
}

// TestANodeThatGoesEndsItsStreams without `complete`, and sends away who comes meanwhile.
func TestANodeThatGoesEndsItsStreams(t *testing.T) {
	s := open(t, wire.Limits{Drain: 100 * time.Millisecond})
	l := s.ask("feed")
	l.hears(":\n\n")
	feed := receive(t, s.feeds)
	feed.Next([]byte(`{"n":1}`))
	l.hears("event: next\ndata: {\"n\":1}\n\n")
	s.connections.Drain(t.Context())
	l.ends()
	receive(t, s.ended)
	if again := s.ask("feed"); again.response.StatusCode != http.StatusTeapot { // which is what the server makes of ErrRestart
		t.Errorf("answered with %d", again.response.StatusCode)
	}
	if n := s.connections.Open(); n != 0 {
		t.Errorf("%d connections are left", n)
	}
}
