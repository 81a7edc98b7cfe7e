package live

import (
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
)

// recentMax is how many events of a programme a node remembers, about: whoever was away for less resumes without the outbox being read.
const recentMax = 4096

// lineHold is how long a node goes on with a programme that nobody follows any more: when all drop at once, they come back at once.
const lineHold = time.Minute

// line is one followed programme's news as they came to this node. The hub's lock guards it.
type line struct {
	last   int64          // the last event handed out
	late   int64          // where last was at the previous poll, when the head was ahead of it then; -1 otherwise
	recent []*event.Event // the last ones handed out, without gaps
	left   time.Time      // when its last follower went; counts while there is none
	groups map[string]*group
	byKey  map[uuid.UUID]map[*group]struct{}
}

func newLine(head int64) *line {
	return &line{last: head, late: -1, groups: map[string]*group{}, byKey: map[uuid.UUID]map[*group]struct{}{}}
}

// handOut gives the next event to the groups that want it.
func (l *line) handOut(e *event.Event) {
	if e.Seq != l.last+1 {
		l.recent = nil // what the outbox no longer has will not come
	}
	l.last = e.Seq
	if l.recent = append(l.recent, e); len(l.recent) >= 2*recentMax {
		l.recent = append(make([]*event.Event, 0, 2*recentMax), l.recent[recentMax:]...)
	}
	for _, key := range e.Audience {
		for g := range l.byKey[key] {
			if g.offered == e.Seq {
				continue // by another key
			}
			g.offered = e.Seq
			if g.feed.wants(e) {
				g.offer(e)
			}
		}
	}
}

// after gives the remembered events with after < seq <= upTo, at most limit; false when they are not all remembered.
func (l *line) after(after, upTo int64, limit int) ([]*event.Event, bool) {
	if !l.remembers(after) {
		return nil, false
	}
	first := l.last - int64(len(l.recent)) + 1
	from, to := min(max(after+1-first, 0), int64(len(l.recent))), min(max(upTo+1-first, 0), int64(len(l.recent)))
	if from >= to {
		return nil, true
	}
	return l.recent[from:min(to, from+int64(limit))], true
}

// remembers says whether every event after the sequence, up to the last one handed out, is in memory.
func (l *line) remembers(after int64) bool { return after >= l.last-int64(len(l.recent)) }

func (l *line) add(g *group) {
	l.groups[g.key] = g
	for _, k := range g.keys {
		if l.byKey[k] == nil {
			l.byKey[k] = map[*group]struct{}{}
		}
		l.byKey[k][g] = struct{}{}
	}
}

func (l *line) remove(g *group) {
	delete(l.groups, g.key)
	for _, k := range g.keys {
		if delete(l.byKey[k], g); len(l.byKey[k]) == 0 {
			delete(l.byKey, k)
		}
	}
}
