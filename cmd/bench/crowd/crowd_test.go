package crowd

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// feed is a server that tells each connection with a subscription of events, and closes the connection of who is shut out.
type feed struct {
	mu     sync.Mutex
	conns  map[*websocket.Conn]bool
	joined chan struct{} // for each connection, once
	asked  []string
}

func (f *feed) serve(w http.ResponseWriter, req *http.Request) {
	conn, err := websocket.Accept(w, req, &websocket.AcceptOptions{Subprotocols: []string{protocol}})
	if err != nil {
		return
	}
	defer conn.CloseNow() //nolint:errcheck // there is nobody to tell
	for {
		_, message, err := conn.Read(req.Context())
		if err != nil {
			return
		}
		switch kind(message) {
		case "connection_init":
			_ = conn.Write(req.Context(), websocket.MessageText, []byte(`{"type":"connection_ack"}`))
		case "ping":
			_ = conn.Write(req.Context(), websocket.MessageText, []byte(`{"type":"pong"}`))
		case "subscribe":
			f.mu.Lock()
			f.asked = append(f.asked, string(message))
			again := f.conns[conn]
			f.conns[conn] = true
			f.mu.Unlock()
			if !again {
				f.joined <- struct{}{}
			}
		}
	}
}

func (f *feed) tell(t *testing.T, sequence int) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	for conn := range f.conns {
		message := fmt.Sprintf(`{"id":"1","type":"next","payload":{"data":{"u":{"cursor":"e.%d","sequence":%d}}}}`, sequence, sequence)
		_ = conn.Write(context.Background(), websocket.MessageText, []byte(message))
	}
}

func (f *feed) shut(code websocket.StatusCode) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for conn := range f.conns {
		go conn.Close(code, "") //nolint:errcheck // the client's side is looked at
	}
	clear(f.conns)
}

// await waits for n connections more: what a client has asked for is written before the server has read it.
func (f *feed) await(n int) {
	for range n {
		<-f.joined
	}
}

func (f *feed) subscriptions() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked
}

func TestACrowdFollowsAndResumes(t *testing.T) {
	f := &feed{conns: map[*websocket.Conn]bool{}, joined: make(chan struct{}, 10)}
	server := httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(server.Close)
	c := newCrowd()
	opening := Opening{URL: "ws" + strings.TrimPrefix(server.URL, "http"), Sockets: 5, AtOnce: 2, Tokens: []string{"a", "b"}, Query: "subscription", Cursors: true,
		Variables: map[string]string{"programme": "p", "after": ""}}
	if err := c.Open(opening, nil); err != nil {
		t.Fatal(err)
	}
	var cycles int64
	if err := c.Churn(0, &cycles); err != nil || cycles != 0 {
		t.Fatalf("churn for no time: %d, %v", cycles, err)
	}
	await := func(sequence int64, want int) {
		t.Helper()
		patience := 10 * time.Second
		if want > 0 {
			patience = 0
		}
		var lack int
		if err := c.Await(Awaited{Sequence: sequence, Patience: patience}, &lack); err != nil || lack != want {
			t.Fatalf("%d clients lack event %d, %v; want %d", lack, sequence, err, want)
		}
	}
	f.await(5)
	for before := len(f.subscriptions()); cycles == 0; {
		if err := c.Churn(time.Millisecond, &cycles); err != nil || int64(len(f.subscriptions())-before) != cycles {
			t.Fatalf("%d cycles, %d subscriptions more, %v", cycles, len(f.subscriptions())-before, err)
		}
	}
	f.tell(t, 1)
	await(1, 0)
	await(2, 5)
	f.shut(websocket.StatusTryAgainLater)
	for _, one := range c.all {
		<-one.ended
	}
	codes := map[int]int{}
	if err := c.Ends(0, &codes); err != nil || codes[1013] != 5 {
		t.Fatalf("ends are %v, %v", codes, err)
	}
	asked := len(f.subscriptions())
	var n int
	if err := c.Resume(0, &n); err != nil || n != 5 {
		t.Fatalf("%d resumed, %v", n, err)
	}
	f.await(5)
	for _, message := range f.subscriptions()[asked:] {
		if !strings.Contains(message, `"after":"e.1"`) {
			t.Errorf("resumed with %s", message)
		}
	}
	f.tell(t, 2)
	await(2, 0)
	var took []float64
	if err := c.Took(Told{Commits: []Commit{{1, time.Now()}, {2, time.Now()}}}, &took); err != nil || len(took) != 10 {
		t.Errorf("took %v, %v", took, err)
	}
	var seen []byte
	if err := c.Seen(0, &seen); err != nil || kind(seen) != "next" {
		t.Errorf("seen %s, %v", seen, err)
	}
	if err := c.Close(0, nil); err != nil {
		t.Error(err)
	}
}
