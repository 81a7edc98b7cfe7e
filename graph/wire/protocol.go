package wire

import (
	"context"
	"errors"
	"time"
)

// Codes with which a connection ends.
const (
	Restart       = 1012 // the node goes; another or the next one serves
	TryAgain      = 1013 // no room, or too slow a reader; what was missed is resumed
	BadRequest    = 4400
	Unauthorized  = 4401
	Forbidden     = 4403
	NoSubprotocol = 4406
	InitTimeout   = 4408
	DuplicateID   = 4409
	TooManyInits  = 4429
)

// Farewell is how a connection ends: with a code, and words for whoever debugs a client, at most 123 bytes.
type Farewell struct {
	Code   int
	Reason string
}

// grace is how long a client that was told to go has until it is cut.
func (f *Farewell) grace() time.Duration {
	if f.Code == TryAgain {
		return unread
	}
	return longer
}

// ErrMalformed says that what was to be an operation is none.
var ErrMalformed = errors.New("not an operation")

// Protocol is what connections ask of the API.
type Protocol struct {
	// Origins are the other origins whose pages may open a websocket.
	Origins []string
	// Measure refuses messages that are too deep or hold too much, before they are read; its error is the reason of a 4400.
	Measure func(message []byte) error
	// Open lets a websocket in by the payload of its first message, or says how it ends. ctx ends with the connection, when
	// nothing of it is left.
	Open func(ctx context.Context, init map[string]any) *Farewell
	// Over says once a second whether the time of a connection is over, and must not wait; nil is no. It may be left out.
	Over func(ctx context.Context) *Farewell
	// Stands is asked once a second whether a connection may still stand; nil is yes. Where answers are slow it is asked less often.
	Stands func(ctx context.Context) *Farewell
	// Operate executes one operation; it ends the stream, or leaves that to what it has subscribed. ctx ends with the stream.
	Operate func(ctx context.Context, s *Stream, operation []byte) error
}

// Limits bound what a connection may cost. Zero is the default of each.
type Limits struct {
	Message  int64         // bytes of one message; 256 KiB
	Queue    int           // bytes that wait for one client; 256 KiB
	Running  int           // operations of one connection that run at a time; 32
	Init     time.Duration // for the first message; 10 s
	Patience time.Duration // for a client to take what is being written; 20 s
	Ping     time.Duration // between two pings; 25 s. Who says nothing for two and a half of them is gone
	Drain    time.Duration // over which the connections of a node that goes are ended; 3 s
}

func (p *Protocol) over(ctx context.Context) *Farewell {
	if p.Over == nil {
		return nil
	}
	return p.Over(ctx)
}

func (l Limits) withDefaults() Limits {
	set(&l.Message, 256<<10)
	set(&l.Queue, 256<<10)
	set(&l.Running, 32)
	set(&l.Init, 10*time.Second)
	set(&l.Patience, 20*time.Second)
	set(&l.Ping, 25*time.Second)
	set(&l.Drain, 3*time.Second)
	return l
}

func set[T comparable](v *T, to T) {
	if *v == *new(T) {
		*v = to
	}
}
