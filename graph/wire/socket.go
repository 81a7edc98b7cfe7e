package wire

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// subprotocol is the only one that is spoken.
const subprotocol = "graphql-transport-ws"

// socket is one websocket.
type socket struct {
	ws       *websocket.Conn
	pipe     *pipe
	protocol *Protocol
	limits   *Limits
	meter    *meter
	leave    func()
	whole    context.Context // until it is gone, however long that takes
	ctx      context.Context // of what runs on it, until it is to end
	cancel   context.CancelFunc
	running  chan struct{}
	heard    atomic.Int64 // when a message last came, in Unix nanoseconds

	mu       sync.Mutex
	opened   time.Time
	initiate bool // the first message has come
	acked    bool
	streams  map[string]*Stream
	pinged   time.Time
	bye      *Farewell
	said     time.Time // when bye was
	out      queue
}

// Accept opens a websocket on a request and returns; the connection goes on by itself, under ctx and not under the request's context: that
// holds more than is needed for as long as it stands.
func (c *Connections) Accept(ctx context.Context, w http.ResponseWriter, req *http.Request, protocol *Protocol) {
	p := &pipe{}
	now := time.Now()
	s := &socket{pipe: p, protocol: protocol, limits: &c.limits, meter: c.meter, opened: now, pinged: now, running: make(chan struct{}, c.limits.Running)}
	ws, err := websocket.Accept(&narrow{w, p}, req, &websocket.AcceptOptions{Subprotocols: []string{subprotocol}, OriginPatterns: protocol.Origins, OnPingReceived: s.echo})
	if err != nil {
		return // the library has answered
	}
	ws.SetReadLimit(c.limits.Message)
	whole, gone := context.WithCancel(ctx)
	s.ws, s.whole = ws, whole
	s.ctx, s.cancel = context.WithCancel(whole)
	s.heard.Store(now.UnixNano())
	leave, ok := c.enter(s)
	s.leave = func() {
		gone()
		if ok {
			leave()
		}
	}
	if !ok {
		s.end(Farewell{Restart, "the node restarts"})
	}
	if !speaks(req) {
		s.end(Farewell{NoSubprotocol, "Subprotocol not acceptable"})
	}
	go s.wait()
}

func speaks(req *http.Request) bool {
	return slices.ContainsFunc(req.Header.Values("Sec-WebSocket-Protocol"), func(line string) bool {
		return slices.ContainsFunc(strings.Split(line, ","), func(p string) bool { return strings.TrimSpace(p) == subprotocol })
	})
}

// look does what is due on the connection.
func (s *socket) look(now time.Time) {
	s.mu.Lock()
	var bye *Farewell
	cut := false
	nobody := time.Duration(now.UnixNano()-s.heard.Load()) > max(s.limits.Ping, turn)*5/2 // is there
	switch {
	case s.bye != nil:
		cut = nobody || now.Sub(s.said) > s.bye.grace()
	case !s.acked && now.Sub(s.opened) > s.limits.Init:
		bye = &Farewell{InitTimeout, "Connection initialisation timeout"}
	case s.out.stuck(now, s.limits.Patience):
		bye = &Farewell{TryAgain, "too slow: resume from your cursor"}
		s.meter.slow.Inc()
	case nobody && len(s.running) < cap(s.running) && s.out.freed == nil:
		cut = true
	case s.acked && s.over(&bye):
	case s.acked && now.Sub(s.pinged) > s.limits.Ping:
		s.pinged = now
		s.queue(message{kind: ping})
	}
	s.mu.Unlock()
	if bye != nil {
		s.end(*bye)
	}
	if cut {
		s.cut()
	}
}

// over sets with what the connection ends whose time is over; s.mu is held.
func (s *socket) over(bye **Farewell) bool {
	*bye = s.protocol.over(s.ctx)
	return *bye != nil
}

func (s *socket) stands() {
	s.mu.Lock()
	ask := s.acked && s.bye == nil
	s.mu.Unlock()
	if !ask {
		return
	}
	if bye := s.protocol.Stands(s.ctx); bye != nil {
		s.end(*bye)
	}
}

// end has the connection end: what runs on it ends, what is being written is written, and the code is said.
func (s *socket) end(bye Farewell) {
	s.mu.Lock()
	if s.bye != nil {
		s.mu.Unlock()
		return
	}
	s.bye, s.said = &bye, time.Now()
	s.meter.ended(bye)
	s.streams = nil
	s.drop()
	writing := s.out.writing
	s.out.writing = true // nothing is written any more but by whoever says goodbye
	s.mu.Unlock()
	s.cancel()
	if !writing {
		go s.goodbye()
	}
}

func (s *socket) goodbye() {
	_ = s.ws.Close(websocket.StatusCode(s.bye.Code), s.bye.Reason)
	s.gone()
}

// cut ends the connection without a word: nobody listens. The library would first wait for a goodbye that is being said, and all connections of
// the wheel with it.
func (s *socket) cut() {
	_ = s.pipe.Close()
	s.gone()
}

// gone clears up behind a connection that has ended.
func (s *socket) gone() {
	s.mu.Lock()
	if s.bye == nil {
		s.bye, s.said = &Farewell{}, time.Now()
	}
	s.streams = nil
	s.drop()
	s.mu.Unlock()
	s.cancel()
	s.leave()
}
