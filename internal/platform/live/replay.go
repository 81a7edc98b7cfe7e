package live

import (
	"log/slog"
	"slices"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

const (
	replayAtOnce = 200 // events that one read of the backlog takes
	readAtOnce   = 4   // executions of one turn of it: who is live waits for it
	replayFewest = 4   // where those for whom it is read have room for few, or it fails
	mostTries    = 6   // of one read, while the database answers; then those who wait for it are to read again
)

// readOn reads the backlog from where a subscriber stands, for it and for all who stand near; who has reached the present is live again.
func (g *group) readOn(s *Subscriber) {
	from, target, era := g.window(s)
	upTo := target
	var frames []Frame
	if from < target {
		gulp := g.gulp
		if g.feed.AtOnce > 0 {
			gulp = min(gulp, readAtOnce*g.feed.AtOnce)
		}
		events, err := g.hub.between(g.ctx, g.feed.Programme, from, target, gulp)
		if err == nil {
			frames, err = g.execute(events)
		}
		if err != nil {
			g.stumble(err, from, era)
			return
		}
		g.tries = 0
		if len(events) == gulp {
			upTo = events[len(events)-1].Seq
		}
	}
	g.mu.Lock()
	waiting := slices.Clone(g.behind)
	g.mu.Unlock()
	room := false
	for _, s := range waiting {
		room = s.catchUp(frames, from, upTo, era) || room
	}
	if g.gulp = min(2*g.gulp, replayAtOnce); !room {
		g.gulp = max(g.gulp/8, replayFewest) // nobody took it all: the rest is executed again
	}
	g.settle(s)
}

// stumble has a read of a backlog that failed be tried again, with fewer events: of what fails always it finds the little that does. That is not
// tried for ever. A database that does not answer, or not in time, is waited for.
func (g *group) stumble(err error, from int64, era int) {
	g.say(err)
	g.rest()
	g.gulp = replayFewest
	if _, away := Head(g.ctx, g.hub.db, g.feed.Programme); away != nil || postgres.TookTooLong(err) {
		return
	}
	if g.tries++; g.tries < mostTries {
		return
	}
	g.tries = 0
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.era != era || g.anew != nil {
		return // they begin anew in any case
	}
	slog.ErrorContext(g.ctx, "live execution given up", "programme", g.feed.Programme, "after", from, "up to", g.target(), "error", postgres.Safe(err))
	g.hub.meter.givenUp.Inc()
	g.hub.meter.resyncs.Add(float64(len(g.behind)))
	g.begin(slices.Values(g.behind), g.target())
}

// window is what the next read covers: from the lowest position near that of s, up to before the first event that waits in the queue.
func (g *group) window(s *Subscriber) (from, target int64, era int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	from, target = s.position(), g.target()
	for _, other := range g.behind {
		if at := other.position(); at < from && from-at < int64(g.gulp) {
			from = at
		}
	}
	return from, target, g.era
}

// target is up to where a subscriber must have everything to be live; g.mu is held, and nothing is being executed.
func (g *group) target() int64 {
	if len(g.queue) > 0 {
		return g.queue[0].Seq - 1
	}
	return g.seen
}

// settle lets those go who are live again, have no room or have left; who was served waits behind the others for his next turn.
func (g *group) settle(served *Subscriber) {
	g.mu.Lock()
	defer g.mu.Unlock()
	target := g.target()
	g.behind = slices.DeleteFunc(g.behind, func(s *Subscriber) bool { return s.settled(target) })
	if len(g.behind) > 1 && g.behind[0] == served {
		g.behind = append(g.behind[1:], served)
	}
}
