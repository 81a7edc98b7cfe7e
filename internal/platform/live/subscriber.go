package live

import (
	"context"
	"sync"
	"time"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
)

// Subscriber is one follower of a feed. Next is called by one goroutine at a time.
type Subscriber struct {
	hub   *Hub
	group *group
	key   string
	close sync.Once
	done  chan struct{}

	mu      sync.Mutex
	queue   []frame
	behind  bool          // frames were left out: read from the outbox
	wake    chan struct{} // something is in the queue, or behind was set
	at      int64         // everything up to this sequence was delivered or was not for this feed
	pending []frame       // what a read of the outbox gave and Next has not returned yet
}

// Follow subscribes to a feed after a sequence. Subscribers with the same key share executions: the key must name everything that
// their answers depend on. With after < 0 it follows from now on.
func (h *Hub) Follow(ctx context.Context, key string, feed Feed, after int64) (*Subscriber, error) {
	head, err := Head(ctx, h.db, feed.Programme)
	if err != nil {
		return nil, err
	}
	s := &Subscriber{hub: h, key: key, wake: make(chan struct{}, 1), done: make(chan struct{})}
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, followed := h.last[feed.Programme]; !followed {
		h.last[feed.Programme] = head
		h.groups[feed.Programme] = map[string]*group{}
	}
	s.at = max(head, h.last[feed.Programme])
	if after >= 0 {
		s.at = after
	}
	s.behind = s.at < h.last[feed.Programme]
	g := h.groups[feed.Programme][key]
	if g == nil {
		g = newGroup(feed)
		h.groups[feed.Programme][key] = g
	}
	s.group = g
	g.mu.Lock()
	g.members[s] = struct{}{}
	g.mu.Unlock()
	return s, nil
}

// Close ends the subscription; the last one of a group ends its group, the last of a programme stops following it.
func (s *Subscriber) Close() {
	s.close.Do(func() {
		close(s.done)
		h, programme := s.hub, s.group.feed.Programme
		h.mu.Lock()
		defer h.mu.Unlock()
		s.group.mu.Lock()
		delete(s.group.members, s)
		empty := len(s.group.members) == 0
		s.group.mu.Unlock()
		if !empty {
			return
		}
		s.group.stop()
		delete(h.groups[programme], s.key)
		if len(h.groups[programme]) == 0 {
			delete(h.groups, programme)
			delete(h.last, programme)
			delete(h.late, programme)
		}
	})
}

// At is the sequence up to which all that the feed has for the subscriber was delivered.
func (s *Subscriber) At() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

func (s *Subscriber) push(frames []frame, reached int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.behind {
		return
	}
	for _, f := range frames {
		if f.seq <= s.at {
			continue
		}
		if len(s.queue) == queueLen {
			s.behind, s.queue = true, nil
			break
		}
		s.queue = append(s.queue, f)
	}
	if !s.behind && len(s.queue) == 0 {
		s.at = max(s.at, reached)
	}
	s.signal()
}

func (s *Subscriber) fallBehind() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behind, s.queue = true, nil
	s.signal()
}

func (s *Subscriber) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Next waits for the next answer; nil when ctx or the subscription has ended.
func (s *Subscriber) Next(ctx context.Context) []byte {
	for {
		if data, ok := s.take(); ok {
			return data
		}
		if s.isBehind() {
			if err := s.catchUp(ctx); err != nil {
				select {
				case <-ctx.Done():
					return nil
				case <-s.done:
					return nil
				case <-time.After(headPoll):
				}
			}
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.done:
			return nil
		case <-s.wake:
		}
	}
}

func (s *Subscriber) take() ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from := &s.pending
	if len(s.pending) == 0 {
		from = &s.queue
	}
	if len(*from) == 0 {
		return nil, false
	}
	f := (*from)[0]
	*from = (*from)[1:]
	s.at = max(s.at, f.seq)
	return f.data, true
}

func (s *Subscriber) isBehind() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.behind
}

// catchUp reads the outbox from where the subscriber stands; when it has reached what the hub has handed out, it goes live again.
func (s *Subscriber) catchUp(ctx context.Context) error {
	programme := s.group.feed.Programme
	s.mu.Lock()
	at := s.at
	s.mu.Unlock()
	s.hub.mu.Lock()
	last := s.hub.last[programme]
	if at >= last {
		s.mu.Lock()
		s.behind, s.queue = false, nil
		s.mu.Unlock()
		s.hub.mu.Unlock()
		return nil
	}
	s.hub.mu.Unlock()
	events, err := Between(ctx, s.hub.db, programme, at, last, replayAtOnce)
	if err != nil {
		return err
	}
	frames, err := s.group.feed.frames(ctx, events)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending = frames
	s.at = reachedBy(events, last, frames, s.at)
	return nil
}

// replayAtOnce is how many events one read of the backlog takes.
const replayAtOnce = 200

// reachedBy is where a subscriber stands after a read: before its first undelivered frame, or at the end of what was read.
func reachedBy(events []event.Event, last int64, frames []frame, at int64) int64 {
	switch {
	case len(frames) > 0:
		return max(at, frames[0].seq-1)
	case len(events) == 0:
		return last
	}
	return events[len(events)-1].Seq
}
