package faulttest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/coder/websocket"
)

const (
	beat    = time.Second // between two pings of a follower
	silence = 4 * beat    // after which a follower takes its node for gone
	hurry   = 3 * time.Second
)

// Event is what a follower was sent.
type Event struct {
	Cursor    string
	Sequence  int64
	Act, Kind string
	SubjectID string
	RemovedID string
	Subject   *struct{ ID string }
}

// Follower is a client that follows one feed: it keeps the cursor of its last event, and goes on from there on another connection when
// one ends, however it ends.
type Follower struct {
	Name      string
	Member    string
	Token     string
	Query     string
	Variables map[string]any
	Nodes     []*Node // the first one is tried first
	Narrow    int     // bytes of the receive buffer, for one that is to be slow; 0 is the system's

	mu        sync.Mutex
	cursor    string
	got       []Event
	wrong     []string
	resumed   int
	ends      map[string]int
	session   *session
	back      time.Time // until then it stays away
	abandoned []left
}

// left is a connection that was left half open: its node does not know that nobody is there.
type left struct {
	conn  *websocket.Conn
	since time.Time
}

// session is one connection of a follower.
type session struct {
	conn  *websocket.Conn
	leave chan struct{} // closed: go away without a word
	once  sync.Once
	deaf  time.Time // until then nothing is read
	heard time.Time
}

// Begin says after which position the feed is followed.
func (f *Follower) Begin(cursor string) { f.cursor, f.ends = cursor, map[string]int{} }

// Run follows until ctx ends.
func (f *Follower) Run(ctx context.Context) {
	for try := 0; ctx.Err() == nil; try++ {
		f.mu.Lock()
		away := time.Until(f.back)
		f.mu.Unlock()
		if away > 0 {
			pause(ctx, away)
		}
		if err := f.follow(ctx, f.Nodes[try%len(f.Nodes)]); err != nil {
			pause(ctx, 50*time.Millisecond+rand.N(150*time.Millisecond))
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, l := range f.abandoned {
		_ = l.conn.CloseNow()
	}
}

// follow follows on one connection until it ends; the error says that it never began.
func (f *Follower) follow(ctx context.Context, n *Node) error {
	s, err := f.open(ctx, n)
	if err != nil {
		return err
	}
	beating, stop := context.WithCancel(ctx)
	defer stop()
	go f.beat(beating, s)
	for {
		select {
		case <-s.leave:
			f.mu.Lock()
			f.abandoned = append(f.abandoned, left{s.conn, time.Now()})
			f.mu.Unlock()
			return nil
		default:
		}
		f.mu.Lock()
		deaf := time.Until(s.deaf)
		f.mu.Unlock()
		if deaf > 0 {
			pause(ctx, deaf)
		}
		_, data, err := s.conn.Read(ctx)
		if err != nil {
			_ = s.conn.CloseNow()
			f.mu.Lock()
			f.ends[ending(err)]++
			f.mu.Unlock()
			return nil
		}
		f.take(s, data)
	}
}

func (f *Follower) open(ctx context.Context, n *Node) (*session, error) {
	opening, cancel := context.WithTimeout(ctx, hurry)
	defer cancel()
	conn, _, err := websocket.Dial(opening, "ws://"+n.Address()+"/graphql", &websocket.DialOptions{ //nolint:bodyclose // the library closes it
		Subprotocols: []string{"graphql-transport-ws"}, HTTPClient: f.client()})
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(1 << 20)
	err = send(opening, conn, "connection_init", "", map[string]any{"Authorization": "Bearer " + f.Token})
	if err == nil {
		_, _, err = conn.Read(opening) // acknowledged, or closed
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		variables := map[string]any{"after": f.cursor}
		for name, value := range f.Variables {
			variables[name] = value
		}
		err = send(opening, conn, "subscribe", "1", map[string]any{"query": f.Query, "variables": variables})
	}
	if err != nil {
		_ = conn.CloseNow()
		f.ends[ending(err)]++
		return nil, err
	}
	f.resumed++
	f.session = &session{conn: conn, leave: make(chan struct{}), heard: time.Now()}
	return f.session, nil
}

// client opens connections of its own, small ones for a follower that is to be slow.
func (f *Follower) client() *http.Client {
	d := &net.Dialer{Timeout: hurry, Control: func(_, _ string, raw syscall.RawConn) (err error) {
		if f.Narrow == 0 {
			return nil
		}
		return errors.Join(raw.Control(func(fd uintptr) {
			err = errors.Join(syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, f.Narrow),
				syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, 536)) // keeps the sender's buffer small, too
		}), err)
	}}
	return &http.Client{Transport: &http.Transport{DialContext: d.DialContext}}
}

func send(ctx context.Context, conn *websocket.Conn, kind, id string, payload any) error {
	message := map[string]any{"type": kind}
	if id != "" {
		message["id"] = id
	}
	if payload != nil {
		message["payload"] = payload
	}
	data, err := json.Marshal(message)
	if err != nil {
		return err
	}
	return conn.Write(ctx, websocket.MessageText, data)
}

// beat asks now and then whether the node is there, and ends a connection on which nothing comes.
func (f *Follower) beat(ctx context.Context, s *session) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		f.mu.Lock()
		gone := time.Since(s.heard) > silence && time.Since(s.deaf) > silence
		f.mu.Unlock()
		writing, cancel := context.WithTimeout(ctx, hurry)
		if gone || send(writing, s.conn, "ping", "", nil) != nil {
			_ = s.conn.CloseNow()
		}
		cancel()
	}
}

// take keeps an event.
func (f *Follower) take(s *session, data []byte) {
	var m struct {
		Type    string
		Payload struct {
			Data   map[string]Event
			Errors []struct{ Extensions struct{ Code string } }
		}
	}
	err := json.Unmarshal(data, &m)
	f.mu.Lock()
	defer f.mu.Unlock()
	s.heard = time.Now()
	switch e, told := m.Payload.Data["attendanceUpdates"]; {
	case err == nil && (m.Type == "ping" || m.Type == "pong"):
	case err == nil && m.Type == "next" && told:
		f.got = append(f.got, e)
		f.cursor = e.Cursor
	case err == nil && m.Type == "next" && len(m.Payload.Errors) > 0 && m.Payload.Errors[0].Extensions.Code == "UNAVAILABLE":
	case err == nil && m.Type == "complete":
		go s.conn.CloseNow() // it could not begin: again
	default:
		f.wrong = append(f.wrong, fmt.Sprintf("%.300s", data))
	}
}

// TooSlow is how a connection ends whose client did not read.
const TooSlow = "1013 too slow: resume from your cursor"

func ending(err error) string {
	var end websocket.CloseError
	if errors.As(err, &end) {
		return fmt.Sprintf("%d %s", end.Code, end.Reason)
	}
	return "without a word"
}

// Drop ends the connection at once; the follower resumes as soon.
func (f *Follower) Drop() {
	if s := f.now(); s != nil {
		_ = s.conn.CloseNow()
	}
}

// StayAway ends the connection and has the follower come back at a certain moment.
func (f *Follower) StayAway(until time.Time) {
	f.mu.Lock()
	f.back = until
	f.mu.Unlock()
	f.Drop()
}

// Deafen has the follower read nothing for a while.
func (f *Follower) Deafen(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.session != nil {
		f.session.deaf = time.Now().Add(d)
	}
}

// Deaf says whether the follower reads nothing just now.
func (f *Follower) Deaf() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.session != nil && time.Until(f.session.deaf) > 0
}

// Abandon leaves the connection half open: nobody reads or writes on it, and it is not closed. The follower resumes on another.
func (f *Follower) Abandon() {
	if s := f.now(); s != nil {
		s.once.Do(func() { close(s.leave) })
	}
}

// Left says how many connections the follower has left half open for at least so long, and how many of those still stand. It ends them.
func (f *Follower) Left(ctx context.Context, atLeast time.Duration) (all, standing int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, l := range f.abandoned {
		if time.Since(l.since) < atLeast {
			continue
		}
		all++
		if !ended(ctx, l.conn) {
			standing++
		}
	}
	return all, standing
}

// ended says whether the other side has ended a connection: what was on its way comes first, which may be megabytes.
func ended(ctx context.Context, conn *websocket.Conn) bool {
	for until := time.Now().Add(20 * beat); time.Now().Before(until); {
		reading, cancel := context.WithTimeout(ctx, beat)
		_, _, err := conn.Read(reading)
		silent := reading.Err() != nil
		cancel()
		if err != nil {
			return !silent
		}
	}
	return false
}

func (f *Follower) now() *session {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.session
}

// Reached is the sequence of the last event.
func (f *Follower) Reached() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.got) == 0 {
		return 0
	}
	return f.got[len(f.got)-1].Sequence
}

// Got gives every event that came, in the order in which they came.
func (f *Follower) Got() []Event {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.got)
}

// Tally is what became of a follower's connections: how many there were, how they ended, and what came that was neither an event nor the
// protocol's own.
func (f *Follower) Tally() (connections int, ends map[string]int, wrong []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.resumed, maps.Clone(f.ends), slices.Clone(f.wrong)
}
