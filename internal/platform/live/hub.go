package live

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/redis"
)

const (
	headPoll  = 500 * time.Millisecond // how often heads are compared with what arrived
	refillMax = 5_000                  // events read at once to fill a hole
	together  = 4                      // groups that execute at a time; acts and queries take from the same pool
)

// Hub gives a node's subscribers the events of the programmes that they follow.
type Hub struct {
	db           *postgres.DB
	redis        redis.Client
	installation uuid.UUID
	epoch        atomic.Pointer[string]
	turns        chan struct{} // as many groups execute at a time
	meter        meter

	mu    sync.Mutex
	lines map[uuid.UUID]*line
}

// NewHub makes a hub; Run starts it.
func NewHub(db *postgres.DB, client redis.Client, installation uuid.UUID) *Hub {
	return &Hub{db: db, redis: client, installation: installation, turns: make(chan struct{}, together), meter: newMeter(), lines: map[uuid.UUID]*line{}}
}

// Run hands events out until ctx ends.
func (h *Hub) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, partitions := range h.readers() {
		wg.Go(func() { h.readStreams(ctx, partitions) })
	}
	wg.Go(func() { h.watchHeads(ctx) })
	wg.Wait()
}

// Moves says whether somebody comes or goes in the programme's events after a sequence.
func (h *Hub) Moves(ctx context.Context, programme uuid.UUID, after int64) (bool, error) {
	return Moves(ctx, h.db, programme, after)
}

// Epoch names the history that sequences belong to. It is asked of the database once, and again by the poll of the heads.
func (h *Hub) Epoch(ctx context.Context) (string, error) {
	if known := h.epoch.Load(); known != nil {
		return *known, nil
	}
	epoch, err := Epoch(ctx, h.db)
	if err == nil {
		h.epoch.CompareAndSwap(nil, &epoch)
	}
	return epoch, err
}

// Reaches says whether a feed can be resumed after a sequence of the programme's history with the epoch, all events since being kept, and where
// its head is. Only what the hub does not remember is asked of the database.
func (h *Hub) Reaches(ctx context.Context, programme uuid.UUID, epoch string, after int64) (ok bool, head int64, err error) {
	now, err := h.Epoch(ctx)
	if err != nil {
		return false, 0, err
	}
	if head, ok = h.remembers(programme, after); !ok {
		var heads map[uuid.UUID]int64
		if now, heads, err = Heads(ctx, h.db, map[uuid.UUID]int64{programme: 0}); err != nil { // as it is now: nobody here may follow the programme
			return false, 0, err
		}
		head = heads[programme]
		if ok = after <= head; ok {
			if ok, err = Kept(ctx, h.db, programme, after); err != nil {
				return false, 0, err
			}
		}
	}
	if ok = ok && epoch == now; !ok {
		h.meter.resyncs.Inc()
	}
	return ok, head, nil
}

func (h *Hub) remembers(programme uuid.UUID, after int64) (head int64, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := h.lines[programme]
	if l == nil || after > l.last || !l.remembers(after) {
		return 0, false
	}
	return l.last, true
}

// Follow subscribes to a feed after a sequence. Subscribers with the same key share executions: the key must name everything that
// their answers depend on. With after < 0 it follows from now on.
func (h *Hub) Follow(ctx context.Context, key string, feed Feed, after int64, sink Sink) (*Subscriber, error) {
	s := &Subscriber{hub: h, sink: sink, at: after}
	for {
		if h.join(s, key, feed, -1) {
			return s, nil
		}
		head, err := Head(ctx, h.db, feed.Programme)
		if err != nil {
			return nil, err
		}
		if s.at < 0 {
			s.at = head
		}
		if h.join(s, key, feed, head) {
			return s, nil
		}
	}
}

// join adds a subscriber whose position is known to its group; a programme that nobody follows yet begins at head, and not at all without.
func (h *Hub) join(s *Subscriber, key string, feed Feed, head int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := h.lines[feed.Programme]
	if s.at < 0 || l == nil && head < 0 {
		return false
	}
	if l == nil {
		l = newLine(head)
		h.lines[feed.Programme] = l
	}
	g := l.groups[key]
	if g == nil {
		g = newGroup(h, key, feed)
		l.add(g)
	}
	s.group = g
	g.admit(s, l.last)
	return true
}

// leave takes a subscriber out; the last one of a group ends its group. A programme that nobody follows any more is followed for a while.
func (h *Hub) leave(s *Subscriber) (at int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	g := s.group
	l := h.lines[g.feed.Programme]
	at, empty := g.dismiss(s, l)
	if !empty || l == nil || l.groups[g.key] != g {
		return at
	}
	if l.remove(g); len(l.groups) == 0 {
		l.left = time.Now()
	}
	return at
}

// between gives a programme's events with after < seq <= upTo, in order, at most limit: from memory, or from the outbox.
func (h *Hub) between(ctx context.Context, programme uuid.UUID, after, upTo int64, limit int) ([]*event.Event, error) {
	h.mu.Lock()
	if l := h.lines[programme]; l != nil && upTo <= l.last {
		if events, ok := l.after(after, upTo, limit); ok {
			h.mu.Unlock()
			return events, nil
		}
	}
	h.mu.Unlock()
	read, err := Between(ctx, h.db, programme, after, upTo, limit)
	events := make([]*event.Event, len(read))
	for i := range read {
		events[i] = &read[i]
	}
	return events, err
}

// arrive takes one event from the streams: old ones are dropped, holes before it are refilled.
func (h *Hub) arrive(ctx context.Context, e event.Event) {
	h.mu.Lock()
	l := h.lines[e.Programme]
	hole := l != nil && e.Seq > l.last+1
	if l != nil && e.Seq == l.last+1 {
		l.handOut(&e)
	}
	h.mu.Unlock()
	if hole {
		h.upTo(ctx, e.Programme, e.Seq)
	}
}

// upTo hands out everything of a programme up to a sequence from the outbox.
func (h *Hub) upTo(ctx context.Context, programme uuid.UUID, seq int64) {
	h.meter.refills.Inc()
	for {
		h.mu.Lock()
		l := h.lines[programme]
		if l == nil || l.last >= seq {
			h.mu.Unlock()
			return
		}
		last := l.last
		h.mu.Unlock()
		events, err := Between(ctx, h.db, programme, last, seq, refillMax)
		if err != nil || len(events) == 0 {
			return // the head poll comes back to it
		}
		h.mu.Lock()
		if l == h.lines[programme] {
			for i := range events {
				if events[i].Seq > l.last {
					l.handOut(&events[i])
				}
			}
		}
		h.mu.Unlock()
	}
}

// watchHeads finds events that Redis lost: a head that stays ahead of what was handed out over two polls is read from the outbox. It also
// finds a history that was rebuilt, by its epoch or by a head that went back; and groups whose time has come.
func (h *Hub) watchHeads(ctx context.Context) {
	tick := time.NewTicker(headPoll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		h.renew()
		before := h.followed()
		epoch, heads, err := h.heads(ctx, before)
		if err != nil || h.rebuilt(ctx, epoch) {
			continue
		}
		for programme, head := range heads {
			switch {
			case head < before[programme]:
				h.restart(map[uuid.UUID]int64{programme: head})
			case h.stayedBehind(programme, before[programme], head):
				h.upTo(ctx, programme, head)
			}
		}
	}
}

// heads gives the epoch, which cursors are compared with also where nobody follows, and the heads of programmes.
func (h *Hub) heads(ctx context.Context, programmes map[uuid.UUID]int64) (epoch string, heads map[uuid.UUID]int64, err error) {
	if len(programmes) == 0 {
		epoch, err = Epoch(ctx, h.db)
		return epoch, nil, err
	}
	return Heads(ctx, h.db, programmes)
}

// rebuilt says whether the epoch is another than the one so far. Then all who follow begin anew, and who began to follow meanwhile, too; where
// that fails the next poll comes back to it.
func (h *Hub) rebuilt(ctx context.Context, epoch string) bool {
	known := h.epoch.Load()
	if known == nil {
		h.epoch.CompareAndSwap(nil, &epoch)
		return false
	}
	if *known == epoch {
		return false
	}
	if _, heads, err := h.heads(ctx, h.followed()); err == nil {
		slog.WarnContext(ctx, "the history of news was rebuilt")
		h.epoch.Store(&epoch)
		h.restart(heads)
	}
	return true
}

// followed gives the last event of each followed programme; those that nobody has followed for a while are let go.
func (h *Hub) followed() map[uuid.UUID]int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	copied := make(map[uuid.UUID]int64, len(h.lines))
	for p, l := range h.lines {
		if len(l.groups) == 0 && time.Since(l.left) > lineHold {
			delete(h.lines, p)
			continue
		}
		copied[p] = l.last
	}
	return copied
}

// renew has those begin anew, where they stand, whose answers time has made stale.
func (h *Hub) renew() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range h.lines {
		for _, g := range l.groups {
			if g.feed.Stale != nil && g.feed.Stale() {
				g.renew()
			}
		}
	}
}

func (h *Hub) stayedBehind(programme uuid.UUID, before, head int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := h.lines[programme]
	if l == nil {
		return false
	}
	was := l.late
	if l.late = -1; head > l.last {
		l.late = before
	}
	return head > l.last && was == before
}

// restart has every follower of the programmes begin anew after their heads, and be told so.
func (h *Hub) restart(heads map[uuid.UUID]int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for programme, head := range heads {
		l := h.lines[programme]
		if l == nil {
			continue
		}
		l.last, l.late, l.recent = head, -1, nil
		for _, g := range l.groups {
			g.restart(head)
		}
	}
}
