package live

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"runtime/debug"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

const (
	groupQueue = 1024 // events a group may lag behind
	batchLen   = 64   // events that arrive together and are executed by one statement
)

// group executes each event once for all of its subscribers. Only its worker hands them frames.
type group struct {
	hub     *Hub
	key     string
	feed    Feed
	keys    []uuid.UUID // of the feed
	offered int64       // the last event that was offered; the hub's lock guards it

	ctx  context.Context
	stop context.CancelFunc

	mu       sync.Mutex
	queue    []*event.Event
	seen     int64 // every event up to here was executed, stands in the queue, or is not for the feed
	era      int   // of the history that is told; another once it was rebuilt
	overrun  bool  // events were left out of the queue
	running  bool
	executed time.Time // when it last began
	gathers  bool      // what is in the queue waits for its time; then the worker is woken
	members  map[*Subscriber]struct{}
	roll     []*Subscriber // the members, for the worker; nil when they have changed
	gulp     int           // events that the next read of a backlog takes; the worker's alone
	tries    int           // of the next read that have failed; the worker's alone
	behind   []*Subscriber // those for whom the worker has to read on, longest waiting first
	rests    bool          // a read for them has failed, and waits a little; who is live goes on
	anew     *Frame        // which some of the members get first; the worker has yet to write it
}

func newGroup(h *Hub, key string, feed Feed) *group {
	g := &group{hub: h, key: key, feed: feed, keys: feed.keys(), gulp: replayAtOnce, members: map[*Subscriber]struct{}{}}
	g.ctx, g.stop = context.WithCancel(context.Background())
	return g
}

// offer queues an event; a group that is too far behind reads the outbox instead.
func (g *group) offer(e *event.Event) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen = e.Seq
	if len(g.queue) >= groupQueue {
		g.queue, g.overrun = nil, true
	}
	if !g.overrun {
		g.queue = append(g.queue, e)
	}
	if !g.gathers {
		g.work()
	}
}

// admit adds a subscriber; everything up to last was offered. Followed from there on it is live, and behind when it begins earlier.
func (g *group) admit(s *Subscriber, last int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen = max(g.seen, last)
	g.members[s], g.roll, s.era = struct{}{}, nil, g.era
	if s.at < last {
		s.behind = true
		g.behind = append(g.behind, s)
		g.hub.meter.replays.Inc()
		g.work()
	}
}

// size is how many subscribers there are.
func (g *group) size() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.members)
}

// dismiss takes a subscriber out and gives where it stood; empty when nobody is left.
func (g *group) dismiss(s *Subscriber, l *line) (at int64, empty bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	at, s.closed = s.at, true
	if !s.behind && !g.running && len(g.queue) == 0 && l != nil {
		at = max(at, l.last) // nothing of what came since was for it
	}
	delete(g.members, s)
	if g.roll = nil; len(g.members) == 0 {
		g.stop()
		return at, true
	}
	return at, false
}

// work starts the worker when it does not run; g.mu is held.
func (g *group) work() {
	if !g.running {
		g.running = true
		go g.run()
	}
}

// wake has the worker look for what was gathered.
func (g *group) wake() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gathers = false
	g.work()
}

func (g *group) run() {
	for {
		anew, batch, behind, era := g.next()
		if anew == nil && batch == nil && behind == nil {
			return
		}
		if anew != nil {
			g.write(anew)
		}
		if batch != nil {
			g.deliver(batch, era)
		}
		if behind != nil {
			g.readOn(behind)
		}
	}
}

// next is what is to be done: a first answer to write, before all else; events to execute, and somebody to read on for. The worker ends when
// there is nothing.
func (g *group) next() (anew *Frame, batch []*event.Event, behind *Subscriber, era int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ctx.Err() != nil {
		g.running = false
		return nil, nil, nil, g.era
	}
	if g.anew != nil {
		return g.anew, nil, nil, g.era
	}
	if g.overrun {
		g.overrun = false
		for s := range g.members {
			g.fallBehind(s)
		}
	}
	if batch = g.take(); len(g.behind) > 0 && !g.rests {
		behind = g.behind[0]
	}
	g.running = batch != nil || behind != nil
	return nil, batch, behind, g.era
}

// take gives the events that are to be executed now. Those of a feed that gathers wait for their time, and go all together.
func (g *group) take() []*event.Event {
	n := min(len(g.queue), batchLen)
	if n == 0 {
		return nil
	}
	if g.feed.Gather > 0 {
		if rest := g.feed.Gather - time.Since(g.executed); rest > 0 {
			if !g.gathers {
				g.gathers = true
				time.AfterFunc(rest, g.wake)
			}
			return nil
		}
		n = len(g.queue)
	}
	batch := g.queue[:n:n]
	if g.queue = g.queue[n:]; len(g.queue) == 0 {
		g.queue = nil
	}
	g.executed = time.Now()
	return batch
}

// fallBehind has a subscriber read on from where it stands; g.mu is held.
func (g *group) fallBehind(s *Subscriber) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.behind && !s.closed {
		s.behind = true
		g.behind = append(g.behind, s)
		g.hub.meter.replays.Inc()
	}
}

// deliver executes events and hands the frames to all who are live.
func (g *group) deliver(batch []*event.Event, era int) {
	frames, err := g.execute(batch)
	g.mu.Lock()
	if g.roll == nil {
		for s := range g.members {
			g.roll = append(g.roll, s)
		}
	}
	roll := g.roll
	if err != nil {
		for _, s := range roll {
			g.fallBehind(s)
		}
	}
	g.mu.Unlock()
	if err != nil {
		g.failed(err)
		return
	}
	reached := batch[len(batch)-1].Seq
	for _, s := range roll {
		s.push(frames, reached, era)
	}
	g.hub.meter.frames.Add(float64(len(frames) * len(roll)))
	for _, e := range batch {
		g.hub.meter.lag.Observe(time.Since(e.At).Seconds())
	}
}

// execute gives the frames of those of the events that the feed wants.
func (g *group) execute(events []*event.Event) (frames []Frame, err error) {
	for _, some := range g.feed.wanted(events) {
		var more []Frame
		err := g.inTurn(func() (err error) {
			g.hub.meter.executions.Inc()
			more, err = g.feed.frames(g.ctx, some)
			return err
		})
		if err != nil {
			return nil, err
		}
		frames = append(frames, more...)
	}
	return frames, nil
}

// inTurn executes something in this group's turn: many groups together leave room for those who ask. A fault in it ends neither the group nor
// the node.
func (g *group) inTurn(do func() error) (err error) {
	select {
	case g.hub.turns <- struct{}{}:
		defer func() { <-g.hub.turns }()
	case <-g.ctx.Done():
		return g.ctx.Err()
	}
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic of type %T at %s", panicked, debug.Stack()) // its value may hold anybody's data
		}
	}()
	return do()
}

// write writes the answer that some of the members get before all else. Where that fails it is tried again.
func (g *group) write(anew *Frame) {
	err := g.inTurn(func() (err error) {
		anew.Data, err = g.feed.Anew(g.ctx, anew.Seq)
		return err
	})
	if err != nil {
		g.failed(err)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.anew == anew { // there may be another by now
		g.anew = nil
	}
}

// failed says what failed and lets some time pass before it is tried again.
func (g *group) failed(err error) {
	g.say(err)
	pause(g.ctx, headPoll)
}

func (g *group) say(err error) {
	g.hub.meter.failures.Inc()
	if g.ctx.Err() == nil {
		slog.WarnContext(g.ctx, "live execution failed", "error", postgres.Safe(err))
	}
}

// rest lets some time pass before the backlog is read again; what comes meanwhile is executed.
func (g *group) rest() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.rests = true
	time.AfterFunc(headPoll, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.rests = false
		g.work()
	})
}

// restart has everybody begin anew after the head of a history that was rebuilt; the hub's lock is held.
func (g *group) restart(head int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.queue, g.overrun, g.seen, g.offered = nil, false, head, 0
	g.era++
	g.hub.meter.resyncs.Add(float64(len(g.members)))
	g.begin(maps.Keys(g.members), head)
}

// renew has everybody begin anew with the present; the hub's lock is held.
func (g *group) renew() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.begin(maps.Keys(g.members), g.target())
}

// begin has members begin anew after a sequence, with an answer that says so; g.mu is held.
func (g *group) begin(members iter.Seq[*Subscriber], after int64) {
	g.anew = &Frame{Seq: after}
	for s := range members {
		s.mu.Lock()
		s.at, s.era, s.first = after, g.era, g.anew
		s.mu.Unlock()
		g.fallBehind(s)
	}
	g.work()
}
