package live

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
)

// TestAGroupThatGathersIsWokenOnce for all that comes while it gathers.
func TestAGroupThatGathersIsWokenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key, calls := uuid.New(), 0
		h := NewHub(nil, nil, uuid.Nil)
		g := newGroup(h, "a", Feed{Kinds: map[string][]uuid.UUID{"Attendance": {key}}, Gather: time.Second, Execute: func(_ context.Context, events []event.Event) ([][]byte, error) {
			calls++
			return make([][]byte, len(events)), nil
		}})
		defer g.stop()
		for seq := range int64(101) {
			g.offer(&event.Event{Seq: seq + 1, News: event.News{SubjectKind: "Attendance", Audience: []uuid.UUID{key}}})
			g.mu.Lock()
			if seq > 1 && g.running {
				t.Errorf("event %d starts a worker", seq+1)
			}
			g.mu.Unlock()
			synctest.Wait()
		}
		<-time.After(2 * time.Second)
		synctest.Wait()
		if calls != 2 || g.gathers || g.running || len(g.queue) > 0 {
			t.Errorf("%d executions; %d wait", calls, len(g.queue))
		}
	})
}

// TestABacklogThatRestsHoldsUpNobody who is live.
func TestABacklogThatRestsHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key, calls := uuid.New(), 0
		g := newGroup(NewHub(nil, nil, uuid.Nil), "a", Feed{Kinds: map[string][]uuid.UUID{"Attendance": {key}}, Execute: func(_ context.Context, events []event.Event) ([][]byte, error) {
			calls++
			return make([][]byte, len(events)), nil
		}})
		defer g.stop()
		g.behind = []*Subscriber{{}} // to read on for it asks a database, which there is none of here
		g.rest()
		g.offer(&event.Event{Seq: 1, News: event.News{SubjectKind: "Attendance", Audience: []uuid.UUID{key}}})
		synctest.Wait()
		g.mu.Lock()
		defer g.mu.Unlock()
		if calls != 1 || g.running {
			t.Errorf("%d executions while the backlog rests", calls)
		}
		g.behind = nil
	})
}
