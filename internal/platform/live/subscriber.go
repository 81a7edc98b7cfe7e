package live

import "sync"

// Sink takes the frames of one follower, in order, and must not wait: false says that it has no room. Who said so calls Resume when there is
// room again, and gets that frame and all later ones then.
type Sink func(Frame) (taken bool)

// Subscriber is one follower of a feed.
type Subscriber struct {
	hub   *Hub
	group *group
	sink  Sink

	mu     sync.Mutex
	at     int64  // everything up to this sequence was handed over or was not for this feed
	behind bool   // frames were left out: the group reads on for it
	full   bool   // the sink had no room; behind, but not to be read on for
	first  *Frame // goes before everything else; the group's worker writes it before it hands it over
	era    int    // of the history in which at is a position
	closed bool
}

// Close ends the subscription: when it returns, the sink is called no more. It gives the sequence up to which the follower has everything.
func (s *Subscriber) Close() (at int64) { return s.hub.leave(s) }

// Resume says that the sink has room again.
func (s *Subscriber) Resume() {
	s.mu.Lock()
	again := s.full && !s.closed
	s.full = false
	s.mu.Unlock()
	if !again {
		return
	}
	g := s.group
	g.mu.Lock()
	defer g.mu.Unlock()
	g.behind = append(g.behind, s)
	g.hub.meter.replays.Inc()
	g.work()
}

// push hands frames to a subscriber that is live; everything up to reached is among them or not for this feed. Who came after the history was
// rebuilt knows nothing of the one before.
func (s *Subscriber) push(frames []Frame, reached int64, era int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed && !s.behind && s.era == era {
		s.hand(frames, reached)
	}
}

// catchUp hands over frames of a backlog that was read after from and up to upTo, when that is where the subscriber stands, and says whether it
// had room for all of them.
func (s *Subscriber) catchUp(frames []Frame, from, upTo int64, era int) (all bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || !s.behind || s.full || s.era != era || s.at < from || s.at > upTo {
		return false
	}
	s.hand(frames, upTo)
	return !s.full
}

// hand gives the sink those frames that it does not have yet; s.mu is held.
func (s *Subscriber) hand(frames []Frame, reached int64) {
	if s.first != nil {
		if !s.sink(*s.first) {
			s.behind, s.full = true, true
			return
		}
		s.first = nil
	}
	for _, f := range frames {
		if f.Seq <= s.at {
			continue
		}
		if !s.sink(f) {
			s.behind, s.full = true, true
			return
		}
		s.at = f.Seq
	}
	s.at = max(s.at, reached)
}

func (s *Subscriber) position() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

// settled says whether the group need not read on: for who has left, has no room, or has all up to target, who is live with this.
func (s *Subscriber) settled(target int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.full {
		return true
	}
	if s.at < target || s.first != nil {
		return false
	}
	s.behind = false
	return true
}
