package live

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
)

// Feed is what is followed: one programme's events of some kinds of subject, narrowed to those related to all of the ids.
type Feed struct {
	Programme uuid.UUID
	// Kinds are the kinds of subject that are followed, with the keys under which the followers may know of one.
	Kinds map[string][]uuid.UUID
	// Whole is the kind of which only hand-overs are told, ENTERED and LEFT: the followers gain or lose all that is below. Empty: none.
	Whole  string
	Narrow []uuid.UUID
	// Gather is how long events are gathered before they are executed together; 0 is not at all.
	Gather time.Duration
	// AtOnce is how many events are executed together at most; 0 is no limit. What is asked may be much for each.
	AtOnce int
	// Execute gives the answer of each event, in order; a nil answer is not sent.
	Execute func(ctx context.Context, events []event.Event) ([][]byte, error)
	// Anew gives the answer for those to whom what they were told is worth nothing any more, as when the history was rebuilt: what follows
	// begins after the sequence.
	Anew func(ctx context.Context, after int64) ([]byte, error)
	// Stale says, once each time, that this has come about by time alone, as when a day begins. It is asked every half a second and must not
	// wait; nil is never.
	Stale func() bool
}

// Frame is one answer with the sequence of its event. All subscribers of a group share its bytes.
type Frame struct {
	Seq  int64
	Data []byte
}

func (f Feed) wants(e *event.Event) bool {
	keys, followed := f.Kinds[e.SubjectKind]
	if !followed || e.SubjectKind == f.Whole && e.Kind != event.Entered && e.Kind != event.Left {
		return false
	}
	if !slices.ContainsFunc(e.Audience, func(k uuid.UUID) bool { return slices.Contains(keys, k) }) {
		return false
	}
	for _, id := range f.Narrow {
		if id != e.Subject && !slices.Contains(e.Related, id) {
			return false
		}
	}
	return true
}

// keys are all keys by which an event may be for the feed, each once.
func (f Feed) keys() []uuid.UUID {
	each := map[uuid.UUID]struct{}{}
	for _, keys := range f.Kinds {
		for _, k := range keys {
			each[k] = struct{}{}
		}
	}
	return slices.Collect(maps.Keys(each))
}

// wanted are those of the events that the feed wants, divided into what is executed together.
func (f Feed) wanted(events []*event.Event) [][]event.Event {
	wanted := make([]event.Event, 0, len(events))
	for _, e := range events {
		if f.wants(e) {
			wanted = append(wanted, *e)
		}
	}
	if f.AtOnce == 0 {
		return slices.Collect(slices.Chunk(wanted, max(1, len(wanted))))
	}
	return slices.Collect(slices.Chunk(wanted, f.AtOnce))
}

// frames executes events that the feed wants.
func (f Feed) frames(ctx context.Context, wanted []event.Event) ([]Frame, error) {
	answers, err := f.Execute(ctx, wanted)
	if err != nil {
		return nil, err
	}
	frames := make([]Frame, 0, len(wanted))
	for i, e := range wanted {
		if answers[i] != nil {
			frames = append(frames, Frame{Seq: e.Seq, Data: answers[i]})
		}
	}
	return frames, nil
}
