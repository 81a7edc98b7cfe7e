package live

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	goredis "github.com/redis/go-redis/v9"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/redis"
)

const (
	block     = 500 * time.Millisecond // how long one read of the streams waits; a hub that is stopped ends within it
	headPoll  = 500 * time.Millisecond // how often heads are compared with what arrived
	refillMax = 5_000                  // events read at once to fill a hole
)

// Hub gives a node's subscribers the events of the programmes that they follow.
type Hub struct {
	db           *postgres.DB
	redis        redis.Client
	installation uuid.UUID

	mu     sync.Mutex
	last   map[uuid.UUID]int64 // of each followed programme: the last event handed out
	late   map[uuid.UUID]int64 // heads that were ahead of last at the previous poll
	groups map[uuid.UUID]map[string]*group
}

// NewHub makes a hub; Run starts it.
func NewHub(db *postgres.DB, client redis.Client, installation uuid.UUID) *Hub {
	return &Hub{db: db, redis: client, installation: installation, last: map[uuid.UUID]int64{}, late: map[uuid.UUID]int64{}, groups: map[uuid.UUID]map[string]*group{}}
}

// Run hands events out until ctx ends.
func (h *Hub) Run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { h.readStreams(ctx) })
	wg.Go(func() { h.watchHeads(ctx) })
	wg.Wait()
}

func (h *Hub) readStreams(ctx context.Context) {
	var ids []string
	failing := false
	for ctx.Err() == nil {
		streams := h.streams()
		if ids == nil {
			ids = h.lastIDs(ctx, streams)
		}
		result, err := h.redis.XRead(ctx, &goredis.XReadArgs{Streams: append(streams, ids...), Block: block, Count: 500}).Result()
		if errors.Is(err, goredis.Nil) {
			err = nil
		}
		if (err != nil) != failing && ctx.Err() == nil {
			failing = err != nil
			slog.InfoContext(ctx, "news from redis", "failing", failing)
		}
		if err != nil {
			ids = nil // a Redis that comes back may be an empty one
			pause(ctx, headPoll)
			continue
		}
		for _, s := range result {
			for i := range partitions {
				if streams[i] == s.Stream {
					ids[i] = s.Messages[len(s.Messages)-1].ID
				}
			}
			for _, m := range s.Messages {
				if e, err := decode(m); err == nil {
					h.arrive(ctx, e)
				}
			}
		}
	}
}

func (h *Hub) streams() []string {
	streams := make([]string, partitions, 2*partitions)
	for i := range streams {
		streams[i] = stream(h.installation, i)
	}
	return streams
}

// lastIDs is where each stream stands now: reading on from there misses nothing that comes later.
func (h *Hub) lastIDs(ctx context.Context, streams []string) []string {
	ids := make([]string, len(streams))
	for i, key := range streams {
		ids[i] = "0"
		if last, err := h.redis.XRevRangeN(ctx, key, "+", "-", 1).Result(); err == nil && len(last) == 1 {
			ids[i] = last[0].ID
		}
	}
	return ids
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// watchHeads finds events that Redis lost: a head that stays ahead of what was handed out over two polls is read from the outbox.
func (h *Hub) watchHeads(ctx context.Context) {
	tick := time.NewTicker(headPoll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for programme, last := range h.followed() {
			head, err := Head(ctx, h.db, programme)
			if err != nil {
				continue
			}
			if h.stayedBehind(programme, last, head) {
				h.upTo(ctx, programme, head)
			}
		}
	}
}

func (h *Hub) followed() map[uuid.UUID]int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	copied := make(map[uuid.UUID]int64, len(h.last))
	for p, seq := range h.last {
		copied[p] = seq
	}
	return copied
}

func (h *Hub) stayedBehind(programme uuid.UUID, last, head int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	before, was := h.late[programme]
	if head <= h.last[programme] {
		delete(h.late, programme)
		return false
	}
	h.late[programme] = last
	return was && before == last
}

// arrive takes one event from the streams: old ones are dropped, holes before it are refilled.
func (h *Hub) arrive(ctx context.Context, e event.Event) {
	h.mu.Lock()
	last, followed := h.last[e.Programme]
	if followed && e.Seq == last+1 {
		h.handOut(e)
	}
	h.mu.Unlock()
	if followed && e.Seq > last+1 {
		h.upTo(ctx, e.Programme, e.Seq)
	}
}

// upTo hands out everything of a programme up to a sequence from the outbox.
func (h *Hub) upTo(ctx context.Context, programme uuid.UUID, seq int64) {
	for {
		h.mu.Lock()
		last, followed := h.last[programme]
		h.mu.Unlock()
		if !followed || last >= seq {
			return
		}
		events, err := Between(ctx, h.db, programme, last, seq, refillMax)
		if err != nil || len(events) == 0 {
			return // the head poll comes back to it
		}
		h.mu.Lock()
		for _, e := range events {
			if e.Seq > h.last[programme] { // what the outbox no longer has will not come
				h.handOut(e)
			}
		}
		h.mu.Unlock()
	}
}

// handOut gives the next event of a programme to its groups; h.mu is held.
func (h *Hub) handOut(e event.Event) {
	h.last[e.Programme] = e.Seq
	for _, g := range h.groups[e.Programme] {
		g.offer(e)
	}
}
