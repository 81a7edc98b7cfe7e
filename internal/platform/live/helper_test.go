package live_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	goredis "github.com/redis/go-redis/v9"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/live"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/redis"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// patience bounds waits that end at once where all is well.
const patience = 60 * time.Second

// net is one installation: its database and Redis, and one programme whose news are followed.
type net struct {
	t            *testing.T
	ctx          context.Context
	files        *testdb.DB
	db           *postgres.DB
	owner        *pgxpool.Pool
	redis        redis.Client
	installation uuid.UUID
	programme    uuid.UUID
	key          uuid.UUID
}

func open(t *testing.T) *net {
	t.Helper()
	return openOn(t, testdb.New(t))
}

func openOn(t *testing.T, files *testdb.DB) *net {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	n := &net{t: t, ctx: ctx, files: files, programme: uuid.New(), key: uuid.New()}
	var err error
	if n.db, err = postgres.Open(ctx, postgres.Config{URL: files.AppURL, Plans: 16}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.db.Close)
	if n.owner, err = pgxpool.New(ctx, files.OwnerURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.owner.Close)
	i, err := n.db.Installation(ctx)
	if err != nil {
		t.Fatal(err)
	}
	n.installation = i.ID
	n.redis = n.client()
	return n
}

func (n *net) client() redis.Client {
	n.t.Helper()
	c, err := redis.Open(n.files.RedisURL)
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { _ = c.Close() })
	return c
}

// service is something that runs until it is stopped.
func service(t *testing.T, run func(context.Context)) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { run(ctx) })
	stop = func() { cancel(); ended.Wait() }
	t.Cleanup(stop)
	return stop
}

func (n *net) relay() (stop func()) {
	return service(n.t, live.NewRelay(n.db, n.redis, n.installation).Run)
}

func (n *net) hub() *live.Hub {
	h := live.NewHub(n.db, n.client(), n.installation)
	service(n.t, h.Run)
	return h
}

// tell commits one act with so many events.
func (n *net) tell(events int, change ...func(*event.News)) {
	err := n.db.InTx(n.ctx, actor(), time.Now, func(_ context.Context, tx *postgres.Tx) error {
		for range events {
			news := event.News{Programme: n.programme, Act: "recordAttendance", Kind: event.Changed, SubjectKind: "Attendance", Subject: uuid.New(), Audience: []uuid.UUID{n.key}}
			for _, c := range change {
				c(&news)
			}
			tx.Tell(news, nil)
		}
		return nil
	})
	if err != nil {
		n.t.Error(err)
	}
}

// feed answers each event with its sequence, and counts how often each was executed.
type feed struct {
	live.Feed
	mu       sync.Mutex
	executed map[int64]int
	calls    int
}

func (n *net) feed() *feed {
	f := &feed{executed: map[int64]int{}}
	f.Feed = live.Feed{Programme: n.programme, Kinds: map[string][]uuid.UUID{"Attendance": {n.key}},
		Anew: func(_ context.Context, after int64) ([]byte, error) {
			return fmt.Appendf(nil, "restarted %d", after), nil
		},
		Execute: func(_ context.Context, events []event.Event) ([][]byte, error) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.calls++
			answers := make([][]byte, len(events))
			for i, e := range events {
				f.executed[e.Seq]++
				answers[i] = strconv.AppendInt(nil, e.Seq, 10)
			}
			return answers, nil
		}}
	return f
}

// often is how many times the events from first to last were executed, at least and at most.
func (f *feed) often(first, last int64) (least, most int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	least = 1 << 30
	for seq := first; seq <= last; seq++ {
		least, most = min(least, f.executed[seq]), max(most, f.executed[seq])
	}
	return least, most
}

// room is how many frames a follower holds that nobody has taken.
const room = 64

// follower holds what a subscription hands over until it is taken.
type follower struct {
	*live.Subscriber
	arrived chan struct{} // a hint that something is held
	room    int           // frames
	mu      sync.Mutex
	held    [][]byte
	turned  bool // away, for want of room
}

func (f *follower) sink(frame live.Frame) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.turned = len(f.held) == f.room; f.turned {
		return false
	}
	f.held = append(f.held, frame.Data)
	select {
	case f.arrived <- struct{}{}:
	default:
	}
	return true
}

// Next takes what was handed over first; nil when ctx ends before there is anything.
func (f *follower) Next(ctx context.Context) []byte {
	for {
		f.mu.Lock()
		if len(f.held) > 0 {
			data := f.held[0]
			f.held = f.held[1:]
			again := f.turned && len(f.held) == 0
			f.mu.Unlock()
			if again {
				f.Resume()
			}
			return data
		}
		f.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil
		case <-f.arrived:
		}
	}
}

func (n *net) follow(h *live.Hub, key string, f *feed, after int64) *follower {
	n.t.Helper()
	s, err := n.join(h, key, f, after)
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { s.Close() })
	return s
}

func (n *net) join(h *live.Hub, key string, f *feed, after int64) (*follower, error) {
	s := &follower{arrived: make(chan struct{}, 1), room: room}
	var err error
	s.Subscriber, err = h.Follow(n.ctx, key, f.Feed, after, s.sink)
	return s, err
}

// wants reads the events from first to last, and says what comes instead.
func (n *net) wants(s *follower, first, last int64) {
	n.t.Helper()
	if err := n.reads(s, first, last); err != nil {
		n.t.Fatal(err)
	}
}

func (n *net) reads(s *follower, first, last int64) error {
	for seq := first; seq <= last; seq++ {
		if got := string(s.Next(n.ctx)); got != strconv.FormatInt(seq, 10) {
			return fmt.Errorf("event %q, want %d", got, seq)
		}
	}
	return nil
}

// silent says whether nothing more comes to those who would have got it before a later event reached another.
func silent(t *testing.T, s *follower) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if data := s.Next(ctx); data != nil {
		t.Errorf("and then %s", data)
	}
}

// until asks again until it is so.
func (n *net) until(what string, so func() bool) {
	n.t.Helper()
	for !so() {
		if n.ctx.Err() != nil {
			n.t.Fatalf("never: %s", what)
		}
	}
}

// carried waits until the relay has taken the programme's news so far to Redis.
func (n *net) carried(seq int64) {
	n.t.Helper()
	n.until(fmt.Sprintf("news carried up to %d", seq), func() bool {
		var at int64
		err := n.owner.QueryRow(n.ctx, "select coalesce((select seq from relay_position where programme_id = $1), 0)", n.programme).Scan(&at)
		return err == nil && at >= seq
	})
}

// stream is what stands in Redis of the programme's news.
func (n *net) stream() []goredis.XMessage {
	n.t.Helper()
	messages, err := n.redis.XRange(n.ctx, live.Stream(n.installation, n.programme), "-", "+").Result()
	if err != nil {
		n.t.Fatal(err)
	}
	return messages
}

func actor() access.Actor { return access.Actor{Member: uuid.New()} }

func nothing(context.Context, *postgres.Tx) error { return nil }
