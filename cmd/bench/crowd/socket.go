package crowd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/coder/websocket"
)

const (
	protocol  = "graphql-transport-ws"
	largest   = 1 << 20          // bytes of a message
	narrow    = 4 << 10          // bytes that the system takes for who is Narrow; it takes some more
	openingIn = 60 * time.Second // for dialling and signing in, on a machine that opens thousands at once
)

// receipt is an event in a client's hand.
type receipt struct {
	sequence int64
	at       time.Time
}

// follower is one client: its connection, what it asked for, what it has received.
type follower struct {
	crowd *Crowd
	token string
	place int

	conn      *websocket.Conn
	operation int // number of its last one, which is the operation's id
	ended     chan struct{}
	pong      chan struct{}

	mu       sync.Mutex
	received []receipt
	cursor   string
	seen     []byte        // the last event's message, of the first client
	err      error         // why its connection ended
	still    chan struct{} // while it does not read: closed when it goes on
}

// dial opens the connection and signs in.
func (f *follower) dial(o *Opening) error {
	ctx, cancel := context.WithTimeout(context.Background(), openingIn)
	defer cancel()
	options := &websocket.DialOptions{Subprotocols: []string{protocol}}
	if f.place < o.Narrow {
		options.HTTPClient = &http.Client{Transport: &http.Transport{DialContext: (&net.Dialer{Control: narrowly}).DialContext}}
	}
	conn, _, err := websocket.Dial(ctx, o.URL, options) //nolint:bodyclose // the library closes it
	if err != nil {
		return err
	}
	conn.SetReadLimit(largest)
	hello := map[string]any{"type": "connection_init", "payload": map[string]any{"Authorization": "Bearer " + f.token}}
	if err := say(ctx, conn, hello); err != nil {
		return errors.Join(err, conn.CloseNow())
	}
	for {
		_, answer, err := conn.Read(ctx)
		switch {
		case err != nil:
			return errors.Join(err, conn.CloseNow())
		case kind(answer) == "connection_ack":
			f.conn, f.ended, f.pong = conn, make(chan struct{}), make(chan struct{}, 1)
			f.mu.Lock()
			f.err = nil
			f.mu.Unlock()
			go f.read()
			return nil
		case kind(answer) != "ping":
			return errors.Join(fmt.Errorf("asked to be let in, got %.300s", answer), conn.CloseNow())
		}
	}
}

// subscribe asks for the feed, from the last cursor on where there is one and the query takes it.
func (f *follower) subscribe(o *Opening) error {
	f.operation++
	return f.ask(o, []string{f.last()})
}

// last is the id of the last subscription.
func (f *follower) last() string { return strconv.Itoa(f.operation) }

// narrowly sets how much the system takes for a client, which it must know before it connects.
func narrowly(_, _ string, c syscall.RawConn) (err error) {
	if failed := c.Control(func(fd uintptr) { err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, narrow) }); failed != nil {
		return failed
	}
	return err
}

// ask begins one subscription for each id.
func (f *follower) ask(o *Opening, ids []string) error {
	asked := map[string]any{}
	for name, value := range o.Variables {
		asked[name] = value
	}
	if _, takes := asked["after"]; takes {
		asked["after"] = f.lastCursor()
	}
	for _, id := range ids {
		message := map[string]any{"type": "subscribe", "id": id, "payload": map[string]any{"query": o.Query, "variables": asked}}
		if err := say(context.Background(), f.conn, message); err != nil {
			return err
		}
	}
	return nil
}

// lastCursor is nil before the first: the feed begins now.
func (f *follower) lastCursor() any {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cursor == "" {
		return nil
	}
	return f.cursor
}

func (f *follower) complete(id string) error {
	return say(context.Background(), f.conn, map[string]any{"type": "complete", "id": id})
}

func say(ctx context.Context, conn *websocket.Conn, message map[string]any) error {
	data, err := json.Marshal(message)
	if err != nil {
		return err
	}
	return conn.Write(ctx, websocket.MessageText, data)
}

// read takes messages until the connection ends.
func (f *follower) read() {
	defer close(f.ended)
	var message bytes.Buffer
	for {
		f.pause()
		message.Reset()
		_, r, err := f.conn.Reader(context.Background())
		if err == nil {
			_, err = io.Copy(&message, r)
		}
		if err == nil {
			err = f.take(message.Bytes(), time.Now())
		}
		if err != nil {
			f.mu.Lock()
			f.err = err
			f.mu.Unlock()
			_ = f.conn.CloseNow()
			f.crowd.signal()
			return
		}
	}
}

// pause waits where the client is told not to read.
func (f *follower) pause() {
	f.mu.Lock()
	still := f.still
	f.mu.Unlock()
	if still != nil {
		<-still
	}
}

// take notes an event with the moment when its frame was whole. The events of a subscription that was completed may still come.
func (f *follower) take(message []byte, at time.Time) error {
	switch kind(message) {
	case "next":
	case "ping":
		return say(context.Background(), f.conn, map[string]any{"type": "pong"})
	case "pong":
		select {
		case f.pong <- struct{}{}:
		default:
		}
		return nil
	case "complete":
		return nil
	default:
		return fmt.Errorf("got %.500s", message)
	}
	sequence, err := strconv.ParseInt(string(after(message, `"sequence":`, "0123456789")), 10, 64)
	if err != nil {
		return fmt.Errorf("an event without a number: %.500s", message)
	}
	f.mu.Lock()
	f.received = append(f.received, receipt{sequence, at})
	if f.place == 0 {
		f.seen = append(f.seen[:0], message...)
	}
	if f.crowd.cursors {
		f.cursor = string(upTo(after(message, `"cursor":"`, ""), '"'))
	}
	f.mu.Unlock()
	f.crowd.arrived(sequence)
	return nil
}

// kind is a message's type, wherever it stands; parsing every message whole would cost the machine more than the servers do.
func kind(message []byte) string { return string(upTo(after(message, `"type":"`, ""), '"')) }

// after is what follows the first mark: as far as it consists of the characters, or all where none are given.
func after(message []byte, mark, of string) []byte {
	_, rest, _ := bytes.Cut(message, []byte(mark))
	if of == "" {
		return rest
	}
	return rest[:len(rest)-len(bytes.TrimLeft(rest, of))]
}

func upTo(text []byte, end byte) []byte {
	before, _, _ := bytes.Cut(text, []byte{end})
	return before
}
