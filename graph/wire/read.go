package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// longestID is how many bytes a client may name an operation by: they are sent back with every answer.
const longestID = 128

// incoming is a message of a client.
type incoming struct {
	Type    string          `json:"type"`
	ID      string          `json:"id"`
	Payload json.RawMessage `json:"payload"`
}

// wait is the connection's one goroutine while its client says nothing. What comes is read and acted on by it, for which it needs a deep stack;
// it would keep that for as long as it runs, so that another one waits for what comes next.
func (s *socket) wait() {
	if s.pipe.await() != nil || s.read() != nil {
		s.cut()             // the library leaves a connection open whose client went without a word
		_ = s.ws.CloseNow() // and would hold it, and all that it reaches, for ever: a cycle with a finalizer is no garbage
		return
	}
	go s.wait()
}

// read takes in what has come; its error is the end of the connection.
func (s *socket) read() error {
	for {
		kind, r, err := s.ws.Reader(context.Background()) // which answers pings, and may do so for long
		if err == nil {
			err = s.hear(kind, r)
		}
		if err != nil {
			return err
		}
		s.awaitRoom()
		if !s.pipe.more() {
			return nil
		}
	}
}

// echo answers a ping of the websocket itself, in its turn: the library would not wait for what is being written, and end the connection.
func (s *socket) echo(_ context.Context, payload []byte) (byLibrary bool) {
	s.heard.Store(time.Now().UnixNano())
	s.awaitRoom()
	s.send(message{kind: echo, payload: bytes.Clone(payload)})
	return false
}

// hear takes one message in and acts on it; its error is the end of the connection.
func (s *socket) hear(kind websocket.MessageType, r io.Reader) error {
	data := buffers.Get().(*bytes.Buffer)
	defer giveBack(data)
	if _, err := data.ReadFrom(r); err != nil {
		return err
	}
	s.heard.Store(time.Now().UnixNano())
	if kind != websocket.MessageText {
		s.end(Farewell{BadRequest, "Invalid message"}) // and reads on until the end was heard
	} else if bye := s.act(data.Bytes()); bye != nil {
		s.end(*bye)
	}
	return nil
}

// act acts on a message; a fault in that ends the connection, and not the node.
func (s *socket) act(data []byte) (bye *Farewell) {
	defer func() {
		if panicked := recover(); panicked != nil { // its value may hold anybody's data
			slog.Error("panic", "type", fmt.Sprintf("%T", panicked), "stack", string(debug.Stack()))
			bye = &Farewell{TryAgain, "fault"}
		}
	}()
	return s.receive(data)
}

// receive acts on one message. What comes after the end was said is not looked at.
func (s *socket) receive(data []byte) *Farewell {
	s.mu.Lock()
	ending := s.bye != nil
	s.mu.Unlock()
	if ending {
		return nil
	}
	if err := s.protocol.Measure(data); err != nil {
		return &Farewell{BadRequest, short(err.Error())}
	}
	var m incoming
	if json.Unmarshal(data, &m) != nil {
		return &Farewell{BadRequest, "Invalid message"}
	}
	switch m.Type {
	case "connection_init":
		return s.init(m.Payload)
	case "ping":
		s.send(message{kind: pong, payload: present(m.Payload)})
	case "pong":
	case "subscribe":
		return s.subscribe(m)
	case "complete":
		if m.ID == "" {
			return &Farewell{BadRequest, "Invalid message"}
		}
		s.completed(m.ID)
	default:
		return &Farewell{BadRequest, "Invalid message type"}
	}
	return nil
}

// present is a payload that is there, or nil.
func present(payload json.RawMessage) []byte {
	if string(payload) == "null" {
		return nil
	}
	return payload
}

// short cuts a reason to what a close frame may hold.
func short(reason string) string { return strings.ToValidUTF8(reason[:min(len(reason), 120)], "") }

func (s *socket) init(payload json.RawMessage) *Farewell {
	s.mu.Lock()
	again := s.initiate
	s.initiate = true
	s.mu.Unlock()
	if again {
		return &Farewell{TooManyInits, "Too many initialisation requests"}
	}
	var init map[string]any
	if len(payload) > 0 && json.Unmarshal(payload, &init) != nil {
		return &Farewell{BadRequest, "Invalid message"}
	}
	if bye := s.protocol.Open(s.whole, init); bye != nil {
		return bye
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bye != nil {
		return nil
	}
	s.acked, s.streams = true, map[string]*Stream{}
	s.queue(message{kind: acknowledged})
	return nil
}

func (s *socket) subscribe(m incoming) *Farewell {
	stream, bye := s.begin(m)
	if stream == nil {
		return bye
	}
	s.running <- struct{}{} // who asks for more than that waits, and is not read from
	go func() {
		defer func() { <-s.running }()
		if err := s.protocol.Operate(stream.ctx, stream, m.Payload); errors.Is(err, ErrMalformed) {
			s.end(Farewell{BadRequest, "Invalid message"})
		}
	}()
	return nil
}

// begin reserves the id of an operation from its arrival on.
func (s *socket) begin(m incoming) (*Stream, *Farewell) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, taken := s.streams[m.ID]
	switch {
	case s.bye != nil:
		return nil, nil
	case !s.acked:
		return nil, &Farewell{Unauthorized, "Unauthorized"}
	case m.ID == "" || len(m.ID) > longestID || len(m.Payload) == 0:
		return nil, &Farewell{BadRequest, "Invalid message"}
	case taken:
		return nil, &Farewell{DuplicateID, short("Subscriber for " + m.ID + " already exists")}
	}
	stream := newStream(s.ctx, s, m.ID)
	s.streams[m.ID] = stream
	return stream, nil
}

// completed ends a stream as its client wishes; nothing of it is sent after this.
func (s *socket) completed(id string) {
	s.mu.Lock()
	stream := s.streams[id]
	if stream != nil {
		stream.ended = true
		delete(s.streams, id)
	}
	s.mu.Unlock()
	if stream != nil {
		stream.cancel()
	}
}
