package wire

import (
	"context"
	"encoding/json"
)

// Stream is one operation on a connection, from its arrival to its end.
type Stream struct {
	out    outlet
	id     []byte // as JSON; empty on a connection of its own
	ctx    context.Context
	cancel context.CancelFunc
	// room is called when the connection has room again after Take has said no; the outlet guards it, as it does the flags.
	room  func()
	away  bool // Take has said no
	ended bool // by its client or with its connection: nothing of it is sent any more
	done  bool // by the server: nothing is added
}

// outlet is the connection of a stream.
type outlet interface {
	// put queues a message of a stream; a message that may wait is not taken when there is no room for it.
	put(s *Stream, m message, mayWait bool) (taken bool)
	// heed has room called when there is room again.
	heed(s *Stream, room func())
	// end has the connection end.
	end(Farewell)
}

// message is what is sent of a stream. Its payload may be shared with other connections.
type message struct {
	stream  *Stream // nil: of the connection itself
	kind    kind
	payload []byte
}

type kind byte

const (
	next kind = iota
	failure
	complete
	acknowledged
	ping
	pong
	echo // no message, but the websocket's own answer to a ping
)

func newStream(ctx context.Context, out outlet, id string) *Stream {
	s := &Stream{out: out}
	if id != "" {
		s.id, _ = json.Marshal(id)
	}
	s.ctx, s.cancel = context.WithCancel(ctx)
	return s
}

// Context ends with the stream.
func (s *Stream) Context() context.Context { return s.ctx }

// Take sends an answer of a feed if the connection has room; false has the room function called later. The answer is not changed.
func (s *Stream) Take(answer []byte) bool { return s.out.put(s, message{s, next, answer}, true) }

// OnRoom sets what is called, outside of any lock, when there is room again after Take has said no.
func (s *Stream) OnRoom(room func()) { s.out.heed(s, room) }

// Next sends an answer, whatever waits already.
func (s *Stream) Next(answer []byte) { s.out.put(s, message{s, next, answer}, false) }

// Fail ends the stream with errors, a JSON list of GraphQL errors.
func (s *Stream) Fail(errors []byte) {
	s.out.put(s, message{s, failure, errors}, false)
	s.cancel()
}

// Leave ends the connection with all that runs on it: its client comes back, or not, as the code says.
func (s *Stream) Leave(bye Farewell) { s.out.end(bye) }

// Complete ends the stream.
func (s *Stream) Complete() {
	s.out.put(s, message{s, complete, nil}, false)
	s.cancel()
}
