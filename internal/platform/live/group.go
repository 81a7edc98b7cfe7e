package live

import (
	"context"
	"log/slog"
	"slices"
	"sync"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

const (
	groupQueue = 1024 // events a group may lag behind
	queueLen   = 64   // frames a subscriber may lag behind before it reads from the outbox again
	batchLen   = 64   // events that arrive together and are executed by one statement
)

// Feed is what is followed: one programme's events of one kind of subject, narrowed to those related to all of the ids.
type Feed struct {
	Programme   uuid.UUID
	SubjectKind string
	// Whole is the kind of subject that those of SubjectKind belong to: when one of it is handed over, ENTERED or LEFT, the followers
	// gain or lose all that is below. Empty: there is none.
	Whole  string
	Narrow []uuid.UUID
	// Sees says whether the followers may know of an event with this audience.
	Sees func(audience []uuid.UUID) bool
	// Execute gives the answer of each event, in order; a nil answer is not sent.
	Execute func(ctx context.Context, events []event.Event) ([][]byte, error)
}

func (f Feed) wants(e event.Event) bool {
	handedOver := e.SubjectKind == f.Whole && (e.Kind == event.Entered || e.Kind == event.Left)
	if e.SubjectKind != f.SubjectKind && !handedOver || !f.Sees(e.Audience) {
		return false
	}
	for _, id := range f.Narrow {
		if id != e.Subject && !slices.Contains(e.Related, id) {
			return false
		}
	}
	return true
}

// group executes each event once for all of its subscribers.
type group struct {
	feed   Feed
	events chan event.Event
	stop   context.CancelFunc

	mu      sync.Mutex
	members map[*Subscriber]struct{}
}

func newGroup(feed Feed) *group {
	ctx, stop := context.WithCancel(context.Background())
	g := &group{feed: feed, events: make(chan event.Event, groupQueue), stop: stop, members: map[*Subscriber]struct{}{}}
	go g.run(ctx)
	return g
}

// offer queues an event; a group that is too far behind has its subscribers read the outbox instead.
func (g *group) offer(e event.Event) {
	select {
	case g.events <- e:
	default:
		g.mu.Lock()
		defer g.mu.Unlock()
		for s := range g.members {
			s.fallBehind()
		}
	}
}

func (g *group) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-g.events:
			g.deliver(ctx, g.together(e))
		}
	}
}

// together takes what has arrived meanwhile, so that one statement reads it all.
func (g *group) together(e event.Event) []event.Event {
	events := []event.Event{e}
	for len(events) < batchLen {
		select {
		case e := <-g.events:
			events = append(events, e)
		default:
			return events
		}
	}
	return events
}

func (g *group) deliver(ctx context.Context, events []event.Event) {
	reached := events[len(events)-1].Seq
	frames, err := g.feed.frames(ctx, events)
	g.mu.Lock()
	defer g.mu.Unlock()
	if err != nil {
		slog.WarnContext(ctx, "live execution failed", "error", postgres.Safe(err))
		for s := range g.members {
			s.fallBehind()
		}
		return
	}
	for s := range g.members {
		s.push(frames, reached)
	}
}

// frame is one answer with the sequence of its event.
type frame struct {
	seq  int64
	data []byte
}

// frames executes the events that the feed wants.
func (f Feed) frames(ctx context.Context, events []event.Event) ([]frame, error) {
	wanted := make([]event.Event, 0, len(events))
	for _, e := range events {
		if f.wants(e) {
			wanted = append(wanted, e)
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	answers, err := f.Execute(ctx, wanted)
	if err != nil {
		return nil, err
	}
	frames := make([]frame, 0, len(wanted))
	for i, e := range wanted {
		if answers[i] != nil {
			frames = append(frames, frame{seq: e.Seq, data: answers[i]})
		}
	}
	return frames, nil
}
