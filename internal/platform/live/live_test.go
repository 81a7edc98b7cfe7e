package live_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	goredis "github.com/redis/go-redis/v9"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/live"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/redis/redistest"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

func TestEveryEventOnceAndInOrderOnEveryNode(t *testing.T) {
	n := open(t)
	n.relay()
	var subscribers []*follower
	for range 2 {
		h := n.hub()
		for i := range 3 {
			subscribers = append(subscribers, n.follow(h, fmt.Sprint(i%2), n.feed(), -1))
		}
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 25 {
				n.tell(1)
			}
		})
	}
	for _, s := range subscribers {
		all.Go(func() {
			if err := n.reads(s, 1, 100); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	n.carried(100)
	if m := len(n.stream()); m != 100 {
		t.Errorf("%d messages in Redis", m)
	}
	for _, s := range subscribers {
		silent(t, s)
	}
}

// A hub that no longer reaches the database, so that it cannot poll the heads, is told all the same.
func TestNewsComeThroughRedis(t *testing.T) {
	for kind, url := range map[string]func() string{
		"one":     func() string { return "" },
		"cluster": func() string { return redistest.Cluster(t) },
		"watched": func() string { return redistest.Sentinel(t).URL },
	} {
		t.Run(kind, func(t *testing.T) {
			n := open(t)
			if other := url(); other != "" {
				n.files.RedisURL = other
				n.redis = n.client()
			}
			r := live.NewRelay(n.db, n.redis, n.installation)
			service(t, r.Run)
			own, err := postgres.Open(n.ctx, postgres.Config{URL: n.files.AppURL})
			if err != nil {
				t.Fatal(err)
			}
			h := live.NewHub(own, n.client(), n.installation)
			service(t, h.Run)
			s := n.follow(h, "a", n.feed(), -1)
			n.tell(1)
			r.Hint()
			n.wants(s, 1, 1) // it listens
			own.Close()
			for i := range int64(10) {
				n.tell(1)
				r.Hint()
				n.wants(s, i+2, i+2)
			}
		})
	}
}

// When the primary dies its replica takes over; what it had not yet is read from the outbox.
func TestNewsOutliveThePrimary(t *testing.T) {
	n := open(t)
	watched := redistest.Sentinel(t)
	n.files.RedisURL = watched.URL
	n.redis = n.client()
	n.relay()
	s := n.follow(n.hub(), "a", n.feed(), -1)
	n.tell(2)
	n.wants(s, 1, 2)
	if err := watched.KillPrimary(); err != nil {
		t.Fatal(err)
	}
	n.tell(3)
	n.wants(s, 3, 5)
	n.carried(5)
	n.tell(2)
	n.wants(s, 6, 7)
}

func TestOnlyWhatTheFeedWants(t *testing.T) {
	n := open(t)
	n.relay()
	h := n.hub()
	mine, other := uuid.New(), uuid.New()
	narrow := n.feed()
	narrow.Narrow = []uuid.UUID{mine, other}
	s, all := n.follow(h, "narrow", narrow, -1), n.follow(h, "all", n.feed(), -1)
	related := func(ids ...uuid.UUID) func(*event.News) { return func(e *event.News) { e.Related = ids } }
	n.tell(1, related(mine))
	n.tell(1, related(other, uuid.New(), mine)) // 2
	n.tell(1, related(mine, other), func(e *event.News) { e.SubjectKind = "Match" })
	n.tell(1, related(mine, other), func(e *event.News) { e.Audience = []uuid.UUID{uuid.New()} })
	n.tell(1, related(mine, other), func(e *event.News) { e.Audience = nil })
	n.tell(1, func(e *event.News) { e.Programme = uuid.New() })
	n.tell(1, related(mine, other)) // 6
	n.wants(s, 2, 2)
	n.wants(s, 6, 6)
	n.wants(all, 1, 2)
	n.wants(all, 6, 6)
}

func TestWhoAwayResumesFromASequence(t *testing.T) {
	n := open(t)
	n.relay()
	h := n.hub()
	n.tell(450)
	early := n.follow(h, "a", n.feed(), 3)
	fromNow := n.follow(h, "a", n.feed(), -1)
	fromStart := n.follow(h, "b", n.feed(), 0)
	atHead := n.follow(h, "c", n.feed(), 450)
	n.tell(1)
	n.wants(atHead, 451, 451)
	n.wants(fromNow, 451, 451)
	n.tell(1)
	n.wants(early, 4, 452)
	n.wants(fromStart, 1, 452)
	n.wants(fromNow, 452, 452)
	n.wants(atHead, 452, 452)
}

// A resumed feed of which little is wanted reads on over what is not.
func TestResumingOverEventsThatAreNotWanted(t *testing.T) {
	n := open(t)
	n.relay()
	n.tell(1)
	n.tell(500, func(e *event.News) { e.SubjectKind = "Match" })
	n.tell(1)
	n.tell(250, func(e *event.News) { e.Audience = nil })
	s := n.follow(n.hub(), "a", n.feed(), 0)
	n.wants(s, 1, 1)
	n.wants(s, 502, 502)
	n.tell(1)
	n.wants(s, 753, 753)
}

func TestTheSameKeyIsExecutedOnce(t *testing.T) {
	n := open(t)
	n.relay()
	h := n.hub()
	shared, alone := n.feed(), n.feed()
	var same []*follower
	for range 20 {
		same = append(same, n.follow(h, "same", shared, -1))
	}
	other := n.follow(h, "other", alone, -1)
	for range 10 {
		n.tell(1)
	}
	n.wants(other, 1, 10)
	for _, s := range same {
		n.wants(s, 1, 10)
	}
	for _, f := range []*feed{shared, alone} {
		if least, most := f.often(1, 10); least != 1 || most != 1 {
			t.Errorf("executed %d to %d times", least, most)
		}
	}
	n.tell(300)
	n.wants(other, 11, 310)
	if alone.calls > 200 { // how many come together hangs on how fast they are written
		t.Errorf("%d executions of events that came together", alone.calls)
	}
}

func TestWhoDoesNotReadFallsBehindAndLosesNothing(t *testing.T) {
	n := open(t)
	n.relay()
	h := n.hub()
	f := n.feed()
	slow, fast := n.follow(h, "a", f, -1), n.follow(h, "a", f, -1)
	const events = 2500
	var reading sync.WaitGroup
	reading.Go(func() {
		if err := n.reads(fast, 1, events); err != nil {
			t.Error(err)
		}
	})
	for range 5 {
		n.tell(events / 5)
	}
	reading.Wait()
	n.wants(slow, 1, events)
	n.tell(1)
	n.wants(slow, events+1, events+1)
	n.wants(fast, events+1, events+1)
	silent(t, slow)
}

func TestAFailedExecutionIsTriedAgain(t *testing.T) {
	n := open(t)
	n.relay()
	f := n.feed()
	execute, failures := f.Execute, 2
	f.Execute = func(ctx context.Context, events []event.Event) ([][]byte, error) {
		f.mu.Lock()
		failures--
		fail := failures >= 0
		f.mu.Unlock()
		if fail {
			return nil, errors.New("away")
		}
		answers, err := execute(ctx, events)
		for i, e := range events {
			if e.Seq%2 == 0 {
				answers[i] = nil // nothing to say
			}
		}
		return answers, err
	}
	s := n.follow(n.hub(), "a", f, -1)
	for range 5 {
		n.tell(1)
	}
	for seq := int64(1); seq <= 5; seq += 2 {
		n.wants(s, seq, seq)
	}
}

// An event that can never be executed keeps nobody for ever from what comes after: who waits for it is told to read again. Others hear nothing of it.
func TestWhatAlwaysFailsIsGivenUp(t *testing.T) {
	n := open(t)
	n.relay()
	h, f := n.hub(), n.feed()
	execute := f.Execute
	f.Execute = func(ctx context.Context, events []event.Event) ([][]byte, error) {
		if slices.ContainsFunc(events, func(e event.Event) bool { return e.Seq == 7 }) {
			return nil, errors.New("never")
		}
		return execute(ctx, events)
	}
	waiting, resumed, other := n.follow(h, "a", f, -1), n.follow(h, "a", f, 0), n.follow(h, "b", n.feed(), -1)
	n.tell(2)
	n.wants(waiting, 1, 2)
	n.wants(resumed, 1, 2)
	n.tell(28)
	n.wants(other, 1, 30)
	for _, s := range []*follower{waiting, resumed} {
		got := string(s.Next(n.ctx))
		for seq := int64(3); seq < 7 && got == strconv.FormatInt(seq, 10); seq++ {
			got = string(s.Next(n.ctx))
		}
		if got != "restarted 30" {
			t.Fatalf("told %q", got)
		}
	}
	n.tell(2)
	for _, s := range []*follower{waiting, resumed, other} {
		n.wants(s, 31, 32)
	}
}

func TestNewsArriveWhileRedisIsAwayAndAfter(t *testing.T) {
	n := openOn(t, testdb.NewPrivate(t))
	n.relay()
	s := n.follow(n.hub(), "a", n.feed(), -1)
	n.tell(3)
	n.wants(s, 1, 3)
	if err := n.files.Redis().Kill(); err != nil {
		t.Fatal(err)
	}
	n.tell(3)
	n.wants(s, 4, 6)
	n.tell(3)
	if err := n.files.Redis().Restart(n.ctx); err != nil {
		t.Fatal(err)
	}
	n.tell(3)
	n.wants(s, 7, 12)
	n.carried(12)
	if m := len(n.stream()); m < 6 {
		t.Errorf("%d messages in the new Redis", m)
	}
	if err := n.redis.FlushAll(n.ctx).Err(); err != nil {
		t.Fatal(err)
	}
	n.tell(3)
	n.wants(s, 13, 15)
	// Now a flush while the hub has not yet seen what was there.
	n.tell(2)
	n.carried(17)
	if err := n.redis.FlushAll(n.ctx).Err(); err != nil {
		t.Fatal(err)
	}
	n.wants(s, 16, 17)
	silent(t, s)
}

func TestNewsArriveAfterTheDatabaseWasAway(t *testing.T) {
	n := openOn(t, testdb.NewPrivate(t))
	n.relay()
	s := n.follow(n.hub(), "a", n.feed(), -1)
	n.tell(1)
	n.wants(s, 1, 1)
	if err := n.files.Postgres().Kill(); err != nil {
		t.Fatal(err)
	}
	if err := n.files.Postgres().Restart(n.ctx); err != nil {
		t.Fatal(err)
	}
	// The pools meet their dead connections first.
	n.until("the database answers", func() bool {
		var one int
		return n.owner.QueryRow(n.ctx, "select 1").Scan(&one) == nil
	})
	n.until("acts commit", func() bool {
		return n.db.InTx(n.ctx, actor(), time.Now, nothing) == nil
	})
	n.tell(2)
	n.wants(s, 2, 3)
}

// What Redis repeats, mixes up, or holds of others is never seen, nor executed.
func TestWhatRedisRepeatsIsNotSeen(t *testing.T) {
	n := open(t)
	n.relay()
	f := n.feed()
	s := n.follow(n.hub(), "a", f, -1)
	key := live.Stream(n.installation, n.programme)
	add := func(values ...any) {
		t.Helper()
		if err := n.redis.XAdd(n.ctx, &goredis.XAddArgs{Stream: key, Values: values}).Err(); err != nil {
			t.Fatal(err)
		}
	}
	n.tell(5)
	n.wants(s, 1, 5)
	n.carried(5)
	messages := n.stream()
	for _, i := range []int{4, 0, 2, 2, 1} {
		add("e", messages[i].Values["e"])
	}
	add("e", "no event")
	add("x", "y")
	add("e", `{"Programme": "`+n.programme.String()+`", "Seq": 1000}`)
	n.tell(5)
	n.wants(s, 6, 10)
	if err := n.redis.Set(n.ctx, key, "of another type", 0).Err(); err != nil {
		t.Fatal(err)
	}
	n.tell(1)
	n.wants(s, 11, 11) // by the heads in Postgres
	silent(t, s)
	if _, most := f.often(1, 11); most != 1 {
		t.Errorf("an event was executed %d times", most)
	}
}

func TestAnotherRelayTakesOver(t *testing.T) {
	n := open(t)
	// A relay died: nobody gave its lease back.
	if _, err := n.owner.Exec(n.ctx, "insert into lease values ('relay', gen_random_uuid(), now() + interval '300 ms')"); err != nil {
		t.Fatal(err)
	}
	n.tell(3)
	stop := n.relay()
	n.carried(3)
	second := n.relay()
	n.tell(3)
	n.carried(6)
	stop()
	n.tell(3)
	n.carried(9)
	second()
	var leases int
	if err := n.owner.QueryRow(n.ctx, "select count(*) from lease").Scan(&leases); err != nil || leases != 0 {
		t.Errorf("%d leases are left (%v)", leases, err)
	}
	if m := len(n.stream()); m != 9 {
		t.Errorf("%d messages in Redis", m)
	}
	n.tell(1)
	s := n.follow(n.hub(), "a", n.feed(), 0)
	n.wants(s, 1, 10) // the outbox needs no relay
}

func TestARelayCarriesManyProgrammes(t *testing.T) {
	n := open(t)
	programmes := make([]uuid.UUID, 30)
	for i := range programmes {
		programmes[i] = uuid.New()
		n.tell(100, func(e *event.News) { e.Programme = programmes[i] })
	}
	n.relay()
	for _, p := range programmes {
		n.programme = p
		n.carried(100)
	}
	partitions := map[string]bool{}
	var messages int64
	for _, p := range programmes {
		key := live.Stream(n.installation, p)
		if !partitions[key] {
			partitions[key] = true
			messages += n.redis.XLen(n.ctx, key).Val()
		}
	}
	if messages != 3000 || len(partitions) < 5 {
		t.Errorf("%d messages in %d partitions", messages, len(partitions))
	}
}

func TestClosingEndsEverything(t *testing.T) {
	n := open(t)
	n.relay()
	h := n.hub()
	n.tell(1)
	n.follow(h, "first", n.feed(), 0).Close()
	before := runtime.NumGoroutine()
	var subscribers []*follower
	for i := range 50 {
		subscribers = append(subscribers, n.follow(h, fmt.Sprint(i%10), n.feed(), -1))
	}
	for _, s := range subscribers {
		s.Close()
		s.Close()
	}
	n.tell(1)
	n.until("the goroutines of groups end", func() bool { runtime.Gosched(); return runtime.NumGoroutine() <= before })
	// A programme that nobody followed for a while is followed again.
	n.tell(2)
	s := n.follow(h, "0", n.feed(), 1)
	n.wants(s, 2, 4)
	n.tell(1)
	n.wants(s, 5, 5)
	for _, gone := range subscribers {
		silent(t, gone)
	}
	ctx, cancel := context.WithCancel(n.ctx)
	cancel()
	if s.Next(ctx) != nil {
		t.Error("an answer for one who has gone")
	}
}

// Followers come and go at any place while acts commit; each gets what comes after his place, once and in order.
func TestComingAndGoing(t *testing.T) {
	n := open(t)
	n.relay()
	hubs := []*live.Hub{n.hub(), n.hub()}
	n.tell(50)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			for range 20 {
				n.tell(1 + rand.IntN(2))
			}
		})
	}
	for i := range 24 {
		all.Go(func() {
			for round := range 5 {
				after := rand.Int64N(51)
				s, err := n.join(hubs[(i+round)%2], fmt.Sprint(i%5), n.feed(), after)
				if err != nil {
					t.Error(err)
					return
				}
				if err := n.reads(s, after+1, 50+rand.Int64N(60)); err != nil {
					t.Error(err)
				}
				s.Close()
			}
		})
	}
	all.Wait()
}

func (n *net) head() int64 {
	seq, err := live.Head(n.ctx, n.db, n.programme)
	if err != nil {
		n.t.Error(err)
	}
	return seq
}

func TestOutbox(t *testing.T) {
	n := open(t)
	if n.head() != 0 {
		t.Error("a head without events")
	}
	kept := func(seq int64, want bool) {
		t.Helper()
		if got, err := live.Kept(n.ctx, n.db, n.programme, seq); err != nil || got != want {
			t.Errorf("after %d kept %v (%v)", seq, got, err)
		}
	}
	kept(0, true)
	n.tell(10)
	events, err := live.Between(n.ctx, n.db, n.programme, 3, 8, 4)
	if err != nil || len(events) != 4 || events[0].Seq != 4 || events[3].Seq != 7 || events[0].Programme != n.programme || events[0].Audience[0] != n.key {
		t.Errorf("%+v (%v)", events, err)
	}
	for seq := range int64(12) {
		kept(seq, true)
	}
	if _, err := n.owner.Exec(n.ctx, "delete from outbox where seq <= 5"); err != nil {
		t.Fatal(err)
	}
	kept(4, false)
	kept(5, true)
	first, err := live.Epoch(n.ctx, n.db)
	second, err2 := live.Epoch(n.ctx, n.db)
	if err != nil || err2 != nil || first == "" || first != second {
		t.Errorf("%q %q (%v %v)", first, second, err, err2)
	}
	// Whoever resumes before what is kept gets what is there, and does not wait for what is gone.
	n.relay()
	s := n.follow(n.hub(), "a", n.feed(), 0)
	n.wants(s, 6, 10)
	n.tell(1)
	n.wants(s, 11, 11)
}

// However rare the events are that are looked for, one statement reads no more than a window.
func TestRareEventsAreLookedForInWindows(t *testing.T) {
	n := open(t)
	n.tell(live.Window + 10)
	n.tell(1, func(e *event.News) { e.SubjectKind = "Match" })
	for after, want := range map[int64]struct{ events, upTo int64 }{
		0: {0, live.Window}, 5: {0, live.Window + 5}, 11: {1, live.Window + 11}, live.Window: {1, live.Window + 11}, live.Window + 11: {0, live.Window + 11},
	} {
		events, upTo, err := live.Ahead(n.ctx, n.db, n.programme, after, []string{"Match"}, 10)
		if err != nil || int64(len(events)) != want.events || upTo != want.upTo {
			t.Errorf("after %d: %d events, up to %d (%v)", after, len(events), upTo, err)
		}
	}
}

// Whoever comes or goes is told of until a follower has heard of it.
func TestWhetherSomebodyComesOrGoes(t *testing.T) {
	n := open(t)
	n.tell(2)
	n.tell(1, func(e *event.News) { e.SubjectKind, e.Kind = "Participant", event.Left })
	n.tell(1, func(e *event.News) { e.SubjectKind = "Participant" })
	for after, want := range map[int64]bool{0: true, 2: true, 3: false, 4: false} {
		if moves, err := live.Moves(n.ctx, n.db, n.programme, after); err != nil || moves != want {
			t.Errorf("after %d: %v (%v)", after, moves, err)
		}
	}
}

// News go after 35 days, whole days at once, when they were carried and everything that follows from them was done.
func TestOldNewsGoWhenEverybodyHadThem(t *testing.T) {
	n := open(t)
	old := time.Now().UTC().AddDate(0, 0, -40)
	n.own("select outbox_prepare($1::date, 1)", old.Format(time.DateOnly))
	for _, at := range []time.Time{old, old.AddDate(0, 0, 1), time.Now()} { // in a partition of its own, in the rest, and new
		if err := n.db.InTx(n.ctx, actor(), func() time.Time { return at }, func(_ context.Context, tx *postgres.Tx) error {
			tx.Tell(event.News{Programme: n.programme, Act: "recordAttendance", Kind: event.Changed, SubjectKind: "Attendance", Subject: uuid.New(), Audience: []uuid.UUID{n.key}}, nil)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	n.own("insert into request (actor_id, request_id, act, input_hash, outcome, at) select gen_random_uuid(), d::text, 'x', '', '{}', now() - make_interval(days => d) from unnest(array[59, 61]) d")
	seq := int64(3)
	carry := func() (left string) {
		t.Helper()
		stop := n.relay()
		defer stop()
		n.tell(1)
		seq++
		n.carried(seq)
		if err := n.owner.QueryRow(n.ctx, "select concat_ws(' ', (select count(*) from outbox where seq <= 3), to_regclass('outbox_' || $1) is null, (select string_agg(request_id, ' ') from request))",
			old.Format("20060102")).Scan(&left); err != nil {
			t.Fatal(err)
		}
		return left
	}
	if left := carry(); left != "3 f 59" { // not carried yet when it was looked at
		t.Errorf("left: %s", left)
	}
	var months string
	if err := n.owner.QueryRow(n.ctx, `select concat_ws(' ', to_regclass('journal_' || month), to_regclass('read_journal_' || month))
		from to_char(date_trunc('month', now() at time zone 'UTC') + interval '2 months', 'YYYYMM') month`).Scan(&months); err != nil || !regexp.MustCompile(`^journal_\d{6} read_journal_\d{6}$`).MatchString(months) {
		t.Errorf("of the month after the next there is %q (%v)", months, err)
	}
	if left := carry(); left != "3 f 59" { // not reacted to
		t.Errorf("left: %s", left)
	}
	n.own(`insert into programme (id, code, name, cup, project_code, from_day, to_day, budget_cents, file_hash, audience)
		values ($1, 'P', 'P', '', '', '2026-01-01', '2028-12-31', 0, '', '{}')`, n.programme)
	n.own("insert into reaction_position (name, programme_id, seq) values ('slow', $1, 1), ('quick', $1, 3)", n.programme)
	if left := carry(); left != "2 t 59" { // reacted to up to the first
		t.Errorf("left: %s", left)
	}
	n.own("update reaction_position set seq = 3")
	if left := carry(); left != "1 t 59" {
		t.Errorf("left: %s", left)
	}
}

func (n *net) own(sql string, args ...any) {
	n.t.Helper()
	if _, err := n.owner.Exec(n.ctx, sql, args...); err != nil {
		n.t.Fatal(err)
	}
}

// Who follows while a history is rebuilt, as by a restore, is told and goes on in the new one.
func TestARebuiltHistoryIsTold(t *testing.T) {
	n := open(t)
	n.relay()
	h := n.hub()
	f := n.feed()
	anew, written := f.Anew, 0
	f.Anew = func(ctx context.Context, after int64) ([]byte, error) {
		written++
		if _, _, err := h.Reaches(ctx, n.programme, "", after); err != nil { // nothing is held meanwhile
			t.Error(err)
		}
		return anew(ctx, after)
	}
	followers := []*follower{n.follow(h, "a", f, -1), n.follow(h, "a", f, -1), n.follow(h, "a", f, -1)}
	n.tell(5)
	for _, s := range followers {
		n.wants(s, 1, 5)
	}
	n.own("update news_head set seq = 2 where programme_id = $1", n.programme)
	n.own("delete from outbox where programme_id = $1 and seq > 2", n.programme)
	n.own("update relay_position set seq = 2 where programme_id = $1", n.programme)
	for _, s := range followers {
		if got := string(s.Next(n.ctx)); got != "restarted 2" {
			t.Fatalf("told %q", got)
		}
	}
	if written != 1 {
		t.Errorf("written %d times", written)
	}
	n.tell(2) // 3 and 4, once more
	for _, s := range followers {
		n.wants(s, 3, 4)
	}
	late := n.follow(h, "b", n.feed(), 0)
	n.wants(late, 1, 4)
}

// What time alone has made stale is told anew, to each before all that comes later.
func TestTimeMakesAnswersStale(t *testing.T) {
	n := open(t)
	n.relay()
	h, f := n.hub(), n.feed()
	var stale atomic.Bool
	f.Stale = func() bool { return stale.Swap(false) }
	followers := []*follower{n.follow(h, "a", f, -1), n.follow(h, "a", f, -1)}
	other := n.follow(h, "b", n.feed(), -1)
	n.tell(3)
	for _, s := range followers {
		n.wants(s, 1, 3)
	}
	for seq := int64(3); seq < 6; seq++ {
		stale.Store(true)
		for _, s := range followers {
			if got := string(s.Next(n.ctx)); got != fmt.Sprintf("restarted %d", seq) {
				t.Fatalf("told %q", got)
			}
		}
		n.tell(1)
		for _, s := range followers {
			n.wants(s, seq+1, seq+1)
		}
	}
	n.wants(other, 1, 6)
}

// An event of the new history may have the sequence of the last one that a group was offered of the old.
func TestARebuiltHistoryRepeatsSequences(t *testing.T) {
	n := open(t)
	n.relay()
	s := n.follow(n.hub(), "a", n.feed(), -1)
	n.tell(5)
	n.wants(s, 1, 5)
	n.own("update news_head set seq = 2 where programme_id = $1", n.programme)
	n.own("delete from outbox where programme_id = $1 and seq > 2", n.programme)
	n.own("update relay_position set seq = 2 where programme_id = $1", n.programme)
	if got := string(s.Next(n.ctx)); got != "restarted 2" {
		t.Fatalf("told %q", got)
	}
	n.tell(2, func(e *event.News) { e.Audience = nil }) // 3 and 4, of others
	n.tell(2)
	n.wants(s, 5, 6)
}

// A node on which nobody follows anything learns of another history, too: cursors are compared with it.
func TestARebuiltHistoryIsKnownWithoutFollowers(t *testing.T) {
	n := open(t)
	h := n.hub()
	n.tell(3)
	reaches := func(epoch string, want bool) {
		t.Helper()
		if ok, head, err := h.Reaches(n.ctx, n.programme, epoch, 2); err != nil || ok != want || head != 3 {
			t.Errorf("a cursor of %s reaches: %v, head %d (%v)", epoch, ok, head, err)
		}
	}
	before, err := h.Epoch(n.ctx)
	if err != nil {
		t.Fatal(err)
	}
	reaches(before, true)
	n.own("create or replace function lavoro_epoch() returns text language sql stable as $$ select 'another' $$")
	reaches(before, false)
	reaches("another", true)
	n.until("the other epoch is known", func() bool {
		now, err := h.Epoch(n.ctx)
		return err == nil && now == "another"
	})
}

// What panics for one group is tried again like what fails, and no other group hears of it.
func TestAPanicInAnExecutionIsAFailure(t *testing.T) {
	n := open(t)
	n.relay()
	h, f := n.hub(), n.feed()
	execute, panics := f.Execute, true
	f.Execute = func(ctx context.Context, events []event.Event) ([][]byte, error) {
		f.mu.Lock()
		first := panics
		panics = false
		f.mu.Unlock()
		if first {
			panic("somebody's data")
		}
		return execute(ctx, events)
	}
	s, other := n.follow(h, "a", f, -1), n.follow(h, "b", n.feed(), -1)
	n.tell(2)
	n.wants(other, 1, 2)
	n.wants(s, 1, 2)
}

// Many who resume from near positions are served by few reads.
func TestNearPositionsShareReads(t *testing.T) {
	n := open(t)
	n.relay()
	h := n.hub()
	n.tell(100)
	f := n.feed()
	var away []*follower
	for i := range 50 {
		away = append(away, n.follow(h, "same", f, int64(i%40)))
	}
	for i, s := range away {
		n.wants(s, int64(i%40)+1, 100)
	}
	if f.calls > 50 {
		t.Errorf("%d executions for 50 followers", f.calls)
	}
	if _, most := f.often(1, 100); most > 50 {
		t.Errorf("an event was executed %d times", most)
	}
}

// A feed that gathers tells the last of what came within its time.
func TestAFeedThatGathers(t *testing.T) {
	n := open(t)
	n.relay()
	f := n.feed()
	f.Gather = 700 * time.Millisecond
	execute := f.Execute
	f.Execute = func(ctx context.Context, events []event.Event) ([][]byte, error) {
		answers, err := execute(ctx, events)
		clear(answers[:len(answers)-1])
		return answers, err
	}
	s := n.follow(n.hub(), "a", f, -1)
	n.tell(1)
	n.wants(s, 1, 1)
	for range 20 {
		n.tell(1)
	}
	seen := int64(1)
	for seen < 21 {
		seen, _ = strconv.ParseInt(string(s.Next(n.ctx)), 10, 64)
	}
	if f.calls > 15 {
		t.Errorf("%d executions of 21 events", f.calls)
	}
}

// What is asked may be much for each event: no more are executed together than the feed says, live and from the backlog.
func TestCostlyEventsAreExecutedFewAtOnce(t *testing.T) {
	n := open(t)
	n.relay()
	h := n.hub()
	n.tell(50)
	f := n.feed()
	f.AtOnce = 3
	execute := f.Execute
	f.Execute = func(ctx context.Context, events []event.Event) ([][]byte, error) {
		if len(events) > 3 {
			t.Errorf("%d events at once", len(events))
		}
		return execute(ctx, events)
	}
	s := n.follow(h, "a", f, 0)
	n.wants(s, 1, 50)
	n.tell(20)
	n.wants(s, 51, 70)
}

// Who has room for few is not read on for by many: what he does not take is executed again.
func TestWhoHasLittleRoomIsReadOnForByLittle(t *testing.T) {
	n := open(t)
	n.relay()
	h := n.hub()
	n.tell(400)
	f := n.feed()
	s := &follower{arrived: make(chan struct{}, 1), room: 2}
	var err error
	if s.Subscriber, err = h.Follow(n.ctx, "a", f.Feed, 0, s.sink); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	n.wants(s, 1, 400)
	executed := 0
	for _, times := range f.executed {
		executed += times
	}
	if executed > 4*400 {
		t.Errorf("%d executions of 400 events", executed)
	}
}
