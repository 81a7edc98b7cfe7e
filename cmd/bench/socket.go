package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// receipt is an event in a client's hand.
type receipt struct {
	sequence int64
	at       time.Time
}

// follower is one websocket that speaks graphql-transport-ws and follows one feed.
type follower struct {
	conn *websocket.Conn

	mu       sync.Mutex
	received []receipt
	err      error
}

// audience is all followers of a run.
type audience struct {
	all     []*follower
	arrived chan struct{} // a hint that something came
	wg      sync.WaitGroup
	stop    context.CancelFunc
}

// follow opens the followers: each is signed in and has asked for the feed.
func (s *stage) follow(ctx context.Context, n *node) (_ *audience, err error) {
	reading, stop := context.WithCancel(ctx)
	a := &audience{arrived: make(chan struct{}, 1), stop: stop}
	defer func() {
		if err != nil {
			a.close()
		}
	}()
	for i := range subscribers {
		token, err := s.token([]string{"lead", "partner-0"}[i%2])
		if err != nil {
			return nil, err
		}
		f, err := s.subscribe(ctx, n, token)
		if err != nil {
			return nil, err
		}
		a.all = append(a.all, f)
		a.wg.Go(func() { f.read(reading, a.arrived) })
	}
	return a, nil
}

// subscribe opens a socket, signs in, and asks for the feed.
func (s *stage) subscribe(ctx context.Context, n *node, token string) (*follower, error) {
	conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(n.address, "http")+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}) //nolint:bodyclose // the library closes it
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(1 << 20)
	variables := map[string]any{"programme": "prg_" + s.programme.String()}
	for _, step := range []struct {
		send   map[string]any
		expect string
	}{
		{map[string]any{"type": "connection_init", "payload": map[string]any{"Authorization": "Bearer " + token}}, "connection_ack"},
		{map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": feedQuery, "variables": variables}}, ""},
	} {
		if err := say(ctx, conn, step.send, step.expect); err != nil {
			return nil, errors.Join(err, conn.CloseNow())
		}
	}
	return &follower{conn: conn}, nil
}

func say(ctx context.Context, conn *websocket.Conn, message map[string]any, expect string) error {
	data, err := json.Marshal(message)
	if err != nil {
		return err
	}
	if err := conn.Write(ctx, websocket.MessageText, data); err != nil || expect == "" {
		return err
	}
	for {
		var answer struct {
			Type    string
			Payload json.RawMessage
		}
		_, data, err := conn.Read(ctx)
		if err == nil {
			err = json.Unmarshal(data, &answer)
		}
		switch {
		case err != nil:
			return err
		case answer.Type == expect:
			return nil
		case answer.Type != "ping":
			return fmt.Errorf("asked for %s, got %.300s", expect, data)
		}
	}
}

// read notes every event with the moment when its frame was whole.
func (f *follower) read(ctx context.Context, arrived chan<- struct{}) {
	for {
		_, data, err := f.conn.Read(ctx)
		at := time.Now()
		var message struct {
			Type    string
			Payload struct {
				Data *struct {
					AttendanceUpdates struct{ Sequence int64 }
				}
			}
		}
		if err == nil {
			err = json.Unmarshal(data, &message)
		}
		if err == nil && message.Type != "next" && message.Type != "ping" && message.Type != "pong" {
			err = fmt.Errorf("got %.300s", data)
		}
		f.mu.Lock()
		switch {
		case err != nil:
			f.err = err
		case message.Type == "next" && message.Payload.Data != nil:
			f.received = append(f.received, receipt{message.Payload.Data.AttendanceUpdates.Sequence, at})
		}
		f.mu.Unlock()
		select {
		case arrived <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// reached is the sequence of the follower's last event.
func (f *follower) reached() (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.received) == 0 {
		return 0, f.err
	}
	return f.received[len(f.received)-1].sequence, f.err
}

// await returns when every follower has the event with the sequence.
func (a *audience) await(ctx context.Context, sequence int64, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for i, f := range a.all {
		for {
			at, err := f.reached()
			if at >= sequence {
				break
			}
			if err != nil {
				return fmt.Errorf("follower %d: %w", i, err)
			}
			select {
			case <-a.arrived:
			case <-ctx.Done():
				return fmt.Errorf("follower %d has event %d of %d", i, at, sequence)
			}
		}
	}
	return nil
}

func (a *audience) receipts() [][]receipt {
	all := make([][]receipt, len(a.all))
	for i, f := range a.all {
		f.mu.Lock()
		all[i] = f.received
		f.mu.Unlock()
	}
	return all
}

func (a *audience) close() {
	a.stop()
	for _, f := range a.all {
		_ = f.conn.CloseNow()
	}
	a.wg.Wait()
}
