package live_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	goredis "github.com/redis/go-redis/v9"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/live"
)

// Holes, repetitions and relays that overlap are each met at more than one place. A test here needs one of the places, alone.

// What is missing before an event is read when that arrives: the heads, which would tell of it later, are not to be had.
func TestAHoleIsReadWithoutTheHeads(t *testing.T) {
	n := open(t)
	s := n.follow(n.hub(), "a", n.feed(), 0)
	n.tell(3)
	n.locked("news_head")
	for told := []byte(nil); told == nil; {
		n.arrive(3)
		if told = n.soon(s); told != nil && string(told) != "1" {
			t.Fatalf("told %q", told)
		}
	}
	n.wants(s, 2, 3)
}

// The arrival of an event and the poll of the heads find one hole, and read it at the same time.
func TestAHoleThatIsReadTwiceIsExecutedOnce(t *testing.T) {
	n := open(t)
	f := n.feed()
	s := n.follow(n.hub(), "a", f, 0)
	n.tell(3)
	release := n.locked("outbox")
	n.until("two read the hole", func() bool {
		n.arrive(3)
		var reading int
		err := n.owner.QueryRow(n.ctx, "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%from outbox o where%'").Scan(&reading)
		return err == nil && reading == 2
	})
	release()
	n.wants(s, 1, 3)
	n.tell(1)
	n.wants(s, 4, 4) // by the next poll
	if _, most := f.often(1, 3); most != 1 {
		t.Errorf("an event was executed %d times", most)
	}
}

// Somebody may know of an event under several of his keys.
func TestAnEventOfSeveralKeysIsExecutedOnce(t *testing.T) {
	n := open(t)
	n.relay()
	other := uuid.New()
	f := n.feed()
	f.Kinds["Attendance"] = append(f.Kinds["Attendance"], other)
	s := n.follow(n.hub(), "a", f, 0)
	for seq := int64(1); seq <= 5; seq++ {
		n.tell(1, func(e *event.News) { e.Audience = []uuid.UUID{other, n.key} })
		n.wants(s, seq, seq)
	}
	if _, most := f.often(1, 5); most != 1 {
		t.Errorf("an event was executed %d times", most)
	}
}

// A relay is frozen after it has carried and before it has noted so; another carries on. When it thaws, what the other carried stays carried.
func TestARelayThatThawsTakesNothingBack(t *testing.T) {
	n := open(t)
	n.tell(3)
	frost := &frost{met: make(chan struct{}), over: make(chan struct{})}
	client := n.client()
	client.AddHook(frost)
	first := live.NewRelay(n.db, client, n.installation)
	service(t, first.Run)
	<-frost.met
	n.relay()
	n.carried(3)
	n.tell(3)
	n.carried(6)
	close(frost.over)
	n.until("the first relay knows that another carries", func() bool { return gauge(t, first, "lavoro_relay_holds") == 0 })
	n.tell(1)
	n.carried(7)
	if m := len(n.stream()); m != 3+6+1 {
		t.Errorf("%d messages in Redis", m)
	}
}

// frost holds a client of Redis after it has sent its first pipeline, until it is over.
type frost struct {
	once      sync.Once
	met, over chan struct{}
}

func (*frost) DialHook(next goredis.DialHook) goredis.DialHook { return next }

func (*frost) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook { return next }

func (f *frost) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return func(ctx context.Context, commands []goredis.Cmder) error {
		err := next(ctx, commands)
		f.once.Do(func() {
			close(f.met)
			<-f.over
		})
		return err
	}
}

// gauge is a figure without labels, as it is now.
func gauge(t *testing.T, from prometheus.Collector, name string) float64 {
	t.Helper()
	figures := prometheus.NewRegistry()
	figures.MustRegister(from)
	families, err := figures.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == name {
			return family.GetMetric()[0].GetGauge().GetValue()
		}
	}
	t.Fatalf("no figure %s", name)
	return 0
}

// arrive adds a message to the programme's stream that tells of an event, and of nothing but its sequence.
func (n *net) arrive(seq int64) {
	n.t.Helper()
	message := fmt.Sprintf(`{"Programme": %q, "Seq": %d}`, n.programme, seq)
	if err := n.redis.XAdd(n.ctx, &goredis.XAddArgs{Stream: live.Stream(n.installation, n.programme), Values: []any{"e", message}}).Err(); err != nil {
		n.t.Fatal(err)
	}
}

// soon is what somebody is told within a moment; nil for nothing.
func (n *net) soon(s *follower) []byte {
	ctx, cancel := context.WithTimeout(n.ctx, 100*time.Millisecond)
	defer cancel()
	return s.Next(ctx)
}

// locked has a table be read by nobody until it is released.
func (n *net) locked(table string) (release func()) {
	n.t.Helper()
	tx, err := n.owner.BeginTx(n.ctx, pgx.TxOptions{})
	if err == nil {
		_, err = tx.Exec(n.ctx, "lock table "+table+" in access exclusive mode")
	}
	if err != nil {
		n.t.Fatal(err)
	}
	release = func() { _ = tx.Rollback(context.WithoutCancel(n.ctx)) }
	n.t.Cleanup(release)
	return release
}
