package wire_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/lavoroincorso/lavoro/graph/wire"
)

// TestASlowClientFindsNoRoomAndIsSentAway: what waits for who does not read is bounded; he is told 1013 when he reads again, and others do not wait.
func TestASlowClientFindsNoRoomAndIsSentAway(t *testing.T) {
	s := open(t, wire.Limits{Patience: 500 * time.Millisecond})
	slow, quick := s.acknowledged(), s.acknowledged()
	slow.say(`{"type":"subscribe","id":"1","payload":{"query":"feed"}}`)
	unread := receive(t, s.feeds)
	quick.say(`{"type":"subscribe","id":"1","payload":{"query":"feed"}}`)
	read := receive(t, s.feeds)
	payload := []byte(`{"data":"` + strings.Repeat("x", 10_000) + `"}`)
	var turnedAway atomic.Int32
	fill := func() {
		for taken := 0; unread.Take(payload); taken++ {
			if taken > 100_000 {
				t.Error("a client that reads nothing always has room")
				return
			}
		}
		turnedAway.Add(1)
	}
	unread.OnRoom(fill) // until the kernel's buffers are full, too
	fill()
	read.Next([]byte(`{"data":1}`))
	quick.hears(`{"id":"1","type":"next","payload":{"data":1}}`)
	receive(t, s.ended)
	if turnedAway.Load() == 0 {
		t.Error("there was room for everything")
	}
	slow.ends(wire.TryAgain)
}

// TestWhoPingsWithoutReadingIsSentAwayAlike: a ping of the websocket itself is answered in its turn, and is no reason to end without a word.
func TestWhoPingsWithoutReadingIsSentAwayAlike(t *testing.T) {
	s := open(t, wire.Limits{Patience: 7 * time.Second}) // longer than the library waits for its answer
	c := s.acknowledged()
	c.say(`{"type":"subscribe","id":"1","payload":{"query":"feed"}}`)
	feed := receive(t, s.feeds)
	feed.Next([]byte(`"` + strings.Repeat("x", 8<<20) + `"`))
	pinged := make(chan error, 1)
	go func() { pinged <- c.conn.Ping(c.ctx) }() // which waits for the answer that nobody reads yet
	began := time.Now()
	receive(t, s.ended)
	if took := time.Since(began); took < 7*time.Second {
		t.Errorf("ended after %s", took)
	}
	c.ends(wire.TryAgain)
	<-pinged
}

// TestASeatIsKeptUntilNothingIsLeft: until nothing of a connection is left, what was taken for it stays taken.
func TestASeatIsKeptUntilNothingIsLeft(t *testing.T) {
	var seats atomic.Int64
	s := &stand{t: t, feeds: make(chan *wire.Stream, 1), ended: make(chan *wire.Stream, 1)}
	s.serve(wire.New(wire.Limits{}), &wire.Protocol{Measure: measure, Stands: s.stands, Operate: s.operate, Open: func(ctx context.Context, _ map[string]any) *wire.Farewell {
		seats.Add(1)
		context.AfterFunc(ctx, func() { seats.Add(-1) })
		return nil
	}})
	c := s.acknowledged()
	c.say(`{"type":"subscribe","id":"1","payload":{"query":"feed"}}`)
	receive(t, s.feeds).Next([]byte(`"` + strings.Repeat("x", 8<<20) + `"`))
	c.say(`nonsense`)
	receive(t, s.ended) // what runs on it ends at once
	if seats.Load() != 1 || s.connections.Open() != 1 {
		t.Errorf("%d seats of %d connections are taken by one that holds what nobody reads", seats.Load(), s.connections.Open())
	}
	c.ends(wire.BadRequest) // it is read, and gone
	for deadline := time.Now().Add(patience); seats.Load()+int64(s.connections.Open()) > 0; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d seats of %d connections are taken by one that has gone", seats.Load(), s.connections.Open())
		}
	}
}

// TestWhoReadsAgainIsToldOfRoom: the feed of a client that paused goes on by itself.
func TestWhoReadsAgainIsToldOfRoom(t *testing.T) {
	s := open(t, wire.Limits{Queue: 20_000})
	c := s.acknowledged()
	c.say(`{"type":"subscribe","id":"1","payload":{"query":"feed"}}`)
	feed := receive(t, s.feeds)
	room := make(chan struct{}, 1)
	feed.OnRoom(func() { room <- struct{}{} })
	padding := strings.Repeat("x", 9_000)
	go func() {
		for n := 0; n < 5_000; {
			if feed.Take(fmt.Appendf(nil, `{"n":%d,"x":"%s"}`, n, padding)) {
				n++
				continue
			}
			select {
			case <-room:
			case <-time.After(patience):
				t.Error("never told of room")
				return
			}
		}
	}()
	for n := range 5_000 {
		c.hears(fmt.Sprintf(`{"id":"1","type":"next","payload":{"n":%d,"x":"%s"}}`, n, padding))
	}
}

// TestAConnectionCostsOneGoroutine: with a subscription, and none that writes while nothing is written.
func TestAConnectionCostsOneGoroutine(t *testing.T) {
	s := open(t, wire.Limits{})
	before := runtime.NumGoroutine()
	const many = 100
	for range many {
		c := s.acknowledged()
		c.say(`{"type":"subscribe","id":"1","payload":{"query":"feed"}}`)
		receive(t, s.feeds).Next([]byte(`{"n":1}`))
		c.hears(`{"id":"1","type":"next","payload":{"n":1}}`)
	}
	// The clients are in this process, too; they have no goroutine while they read nothing.
	deadline := time.Now().Add(patience)
	for runtime.NumGoroutine()-before > many+10 {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines for %d connections", runtime.NumGoroutine()-before, many)
		}
		runtime.Gosched()
	}
}

// TestAConnectionWithoutItsClientIsClosed: at once, not when garbage is collected; thousands that are lost at a time would take all files.
func TestAConnectionWithoutItsClientIsClosed(t *testing.T) {
	s := open(t, wire.Limits{})
	for range 20 {
		c := s.acknowledged()
		c.say(`{"type":"subscribe","id":"1","payload":{"query":"feed"}}`)
		receive(t, s.feeds)
		_ = c.conn.CloseNow()
		receive(t, s.ended)
	}
	for deadline := time.Now().Add(patience); s.open.Load() > 0; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d connections are open whose clients have gone", s.open.Load())
		}
	}
}

// TestAConnectionThatHasEndedIsForgotten: whichever way it ended, nothing of it stays in memory.
func TestAConnectionThatHasEndedIsForgotten(t *testing.T) {
	s := open(t, wire.Limits{})
	for i := range 30 {
		c := s.acknowledged()
		c.say(`{"type":"subscribe","id":"1","payload":{"query":"feed"}}`)
		receive(t, s.feeds)
		switch i % 3 {
		case 0:
			_ = c.conn.CloseNow()
		case 1:
			_ = c.conn.Close(websocket.StatusNormalClosure, "")
		case 2:
			c.say("no message")
			c.ends(wire.BadRequest)
		}
		receive(t, s.ended)
	}
	for deadline := time.Now().Add(patience); s.held.Load() > 0; runtime.GC() {
		if time.Now().After(deadline) {
			t.Fatalf("%d connections are in memory that have ended", s.held.Load())
		}
	}
}

// TestChurn: subscriptions that come and go at once leave nothing behind.
func TestChurn(t *testing.T) {
	s := open(t, wire.Limits{})
	c := s.acknowledged()
	for i := range 2_000 {
		c.say(`{"type":"subscribe","id":"%d","payload":{"query":"feed"}}`, i)
		if i%2 == 0 {
			receive(t, s.feeds)
		}
		c.say(`{"type":"complete","id":"%d"}`, i)
		if i%2 == 0 {
			receive(t, s.ended)
		}
	}
	c.say(`{"type":"subscribe","id":"last","payload":{"query":"once"}}`)
	c.hears(`{"id":"last","type":"next","payload":{"data":{"n":1}}}`)
}

// TestWhoDoesNotReadIsNotReadFrom: whatever a client asks for without taking it, what waits for it is bounded; all is answered when it reads.
func TestWhoDoesNotReadIsNotReadFrom(t *testing.T) {
	const many, bound = 120, 4 << 20 // of 12 MB; the operations that run end all the same
	padding := strings.Repeat("x", 100_000)
	for name, ask := range map[string]struct {
		say  func(c *client, i int) error
		ends string
	}{
		"pings": {func(c *client, i int) error {
			return c.conn.Write(c.ctx, websocket.MessageText, fmt.Appendf(nil, `{"type":"ping","payload":{"x":"%s"}}`, padding))
		}, `{"type":"pong"`},
		"queries": {func(c *client, i int) error {
			return c.conn.Write(c.ctx, websocket.MessageText, fmt.Appendf(nil, `{"type":"subscribe","id":"%d","payload":{"query":"much"}}`, i))
		}, `"type":"complete"}`},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, wire.Limits{})
			c := s.acknowledged()
			taken := make(chan struct{})
			go func() {
				defer close(taken)
				for i := range many {
					if err := ask.say(c, i); err != nil {
						t.Error(err)
						return
					}
				}
			}()
			most := s.queued(t, taken, 3*time.Second)
			for answered := 0; answered < many; {
				_, data, err := c.conn.Read(c.ctx)
				if err != nil {
					t.Fatalf("after %d answers: %v", answered, err)
				}
				if strings.Contains(string(data[:min(len(data), 100)]), ask.ends) {
					answered++
				}
			}
			if most > bound {
				t.Errorf("%d bytes waited for a client that did not read", int(most))
			}
		})
	}
}

// TestWhatWaitsForAStreamIsCounted, and is no more once nobody waits for it.
func TestWhatWaitsForAStreamIsCounted(t *testing.T) {
	s := open(t, wire.Limits{})
	slow := s.ask("feed")
	feed := receive(t, s.feeds)
	answer := []byte(`"` + strings.Repeat("x", 100_000) + `"`)
	for range 300 { // more than the network's buffers take
		feed.Next(answer)
	}
	if most := s.queued(t, nil, 0); most < 100_000 {
		t.Errorf("%v bytes wait", most)
	}
	slow.leave()
	receive(t, s.ended)
	for end := time.Now().Add(patience); s.queued(t, nil, 0) > 0; {
		if time.Now().After(end) {
			t.Fatalf("%v bytes wait for nobody", s.queued(t, nil, 0))
		}
	}
}

// queued is the most that waits for clients until all was taken in and answered, or for a time.
func (s *stand) queued(t *testing.T, taken <-chan struct{}, within time.Duration) (most float64) {
	t.Helper()
	figures := prometheus.NewRegistry()
	figures.MustRegister(s.connections)
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for end := time.NewTimer(within); ; {
		families, err := figures.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			if f.GetName() == "lavoro_connection_queue_bytes" {
				most = max(most, f.GetMetric()[0].GetGauge().GetValue())
			}
		}
		select {
		case <-look.C:
		case <-taken:
			taken = nil
			end.Reset(200 * time.Millisecond)
		case <-end.C:
			return most
		}
	}
}

// TestWhoIsNotReadFromIsThere: a client that takes its answers late is not held for gone because nothing was heard of it meanwhile.
func TestWhoIsNotReadFromIsThere(t *testing.T) {
	const many = 120
	s := open(t, wire.Limits{Ping: 100 * time.Millisecond})
	c := s.acknowledged()
	for i := range many {
		c.say(`{"type":"subscribe","id":"%d","payload":{"query":"much"}}`, i)
	}
	s.queued(t, nil, 5*time.Second) // twice as long as it may be silent
	for answered := 0; answered < many; {
		_, data, err := c.conn.Read(c.ctx)
		if err != nil {
			t.Fatalf("after %d answers: %v", answered, err)
		}
		switch {
		case strings.Contains(string(data[:min(len(data), 100)]), `"type":"complete"}`):
			answered++
		case string(data) == `{"type":"ping"}`:
			c.say(`{"type":"pong"}`)
		}
	}
}
