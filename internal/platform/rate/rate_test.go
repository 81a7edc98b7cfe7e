package rate_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	goredis "github.com/redis/go-redis/v9"

	"github.com/lavoroincorso/lavoro/internal/platform/rate"
	"github.com/lavoroincorso/lavoro/internal/platform/redis"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// slow buckets do not refill while a test runs.
var slow = map[string]rate.Limit{
	"many": {Rate: 1, Burst: 100, Per: time.Hour},
	"few":  {Rate: 1, Burst: 4, Per: time.Hour},
	"off":  {},
}

func client(t *testing.T, url string) redis.Client {
	t.Helper()
	c, err := redis.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// taken is how many times in a row a key gets through, at most n.
func taken(t *testing.T, l *rate.Limiter, bucket, key string, n int) int {
	t.Helper()
	for i := range n {
		err := l.Take(t.Context(), bucket, key)
		var over *rate.Limited
		if errors.As(err, &over) {
			return i
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return n
}

func TestNodesShareOneBucket(t *testing.T) {
	c, installation := client(t, testdb.New(t).RedisURL), uuid.NewString()
	first := rate.New(c, installation, []byte("secret"), slow)
	second := rate.New(c, installation, []byte("secret"), slow)
	if got := taken(t, first, "many", "anna", 30); got != 30 {
		t.Fatalf("the first node lets %d through", got)
	}
	if got := taken(t, second, "many", "anna", 200); got != 70 {
		t.Errorf("the second node lets %d of the 70 that are left through", got)
	}
	if got := taken(t, first, "many", "anna", 1); got != 0 {
		t.Error("the first node knows nothing of it")
	}
	if got := taken(t, second, "many", "bruno", 200); got != 100 {
		t.Errorf("another key gets %d", got)
	}
	if got := taken(t, first, "few", "anna", 200); got != 4 {
		t.Errorf("another bucket gives %d", got)
	}
	if got := taken(t, first, "off", "anna", 2000); got != 2000 {
		t.Errorf("no limit lets %d through", got)
	}
	if err := first.Take(t.Context(), "none", "anna"); err == nil {
		t.Error("a bucket that there is not gives")
	}
	if got := taken(t, nil, "none", "anna", 3); got != 3 {
		t.Error("no limiter limits")
	}
}

func TestARefusalSaysWhenToComeBack(t *testing.T) {
	l := rate.New(client(t, testdb.New(t).RedisURL), uuid.NewString(), nil, map[string]rate.Limit{"one": {Rate: 1, Burst: 1, Per: time.Minute}})
	if err := l.Take(t.Context(), "one", "anna"); err != nil {
		t.Fatal(err)
	}
	err := l.Take(t.Context(), "one", "anna")
	var over *rate.Limited
	if !errors.As(err, &over) || over.Seconds() < 50 || over.Seconds() > 60 {
		t.Fatalf("%v", err)
	}
	list, ok := refusal.As(err)
	if !ok || list[0].Code != "RATE_LIMITED" || !strings.Contains(list[0].Localized(text.English).Cure, fmt.Sprint(over.Seconds())) {
		t.Errorf("%v", list)
	}
}

// TestRedisIsSeldomAsked counts the commands of a thousand requests: a lease is a tenth of the bucket.
func TestRedisIsSeldomAsked(t *testing.T) {
	c := client(t, testdb.NewPrivate(t).RedisURL)
	l := rate.New(c, uuid.NewString(), nil, map[string]rate.Limit{"wide": {Rate: 1, Burst: 1000, Per: time.Hour}})
	before := evals(t, c)
	if got := taken(t, l, "wide", "anna", 1500); got != 1000 {
		t.Fatalf("%d got through", got)
	}
	if n := evals(t, c) - before; n < 10 || n > 12 {
		t.Errorf("redis was asked %d times", n)
	}
}

// evals is how many scripts Redis has run.
func evals(t *testing.T, c redis.Client) int {
	t.Helper()
	stats, err := c.Info(t.Context(), "commandstats").Result()
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for line := range strings.SplitSeq(stats, "\r\n") {
		var calls int
		for _, name := range []string{"evalsha", "eval"} {
			if _, err := fmt.Sscanf(line, "cmdstat_"+name+":calls=%d", &calls); err == nil {
				total += calls
			}
		}
	}
	return total
}

func TestKeysHoldNothingThatCouldBeRead(t *testing.T) {
	c, installation := client(t, testdb.NewPrivate(t).RedisURL), uuid.NewString()
	member, address := uuid.NewString(), "203.0.113.7"
	l := rate.New(c, installation, []byte("secret"), slow)
	taken(t, l, "few", member, 1)
	taken(t, l, "many", address, 1)
	keys, err := c.Keys(t.Context(), "*").Result()
	if err != nil || len(keys) != 2 {
		t.Fatalf("%v %v", keys, err)
	}
	for _, key := range keys {
		if strings.Contains(key, member) || strings.Contains(key, address) || !strings.Contains(key, installation) {
			t.Errorf("key %s", key)
		}
	}
}

// asked counts what Redis is asked, answered or not.
type asked struct{ times atomic.Int64 }

func (a *asked) DialHook(next goredis.DialHook) goredis.DialHook { return next }

func (a *asked) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return next
}

func (a *asked) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook {
	return func(ctx context.Context, cmd goredis.Cmder) error {
		a.times.Add(1)
		return next(ctx, cmd)
	}
}

// TestWithoutRedisANodeGoesOnWithAQuarter, and leaves a Redis that is away in peace for a second each time.
func TestWithoutRedisANodeGoesOnWithAQuarter(t *testing.T) {
	db := testdb.NewPrivate(t)
	c, count := client(t, db.RedisURL), &asked{}
	c.AddHook(count)
	l := rate.New(c, uuid.NewString(), nil, slow)
	if err := db.Redis().Kill(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if got := taken(t, l, "many", "anna", 200); got != 25 {
		t.Errorf("%d of 100 got through", got)
	}
	if got := taken(t, l, "few", "anna", 200); got != 1 {
		t.Errorf("%d of 4 got through", got)
	}
	if n, seconds := count.times.Load(), time.Since(began)/time.Second; n > 2+2*int64(seconds) {
		t.Errorf("a Redis that is away was asked %d times in %d s", n, seconds)
	}
}

func TestManyAtOnceGetNoMoreThanThereIs(t *testing.T) {
	l := rate.New(client(t, testdb.New(t).RedisURL), uuid.NewString(), nil, slow)
	var through atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for range 20 {
				if l.Take(t.Context(), "many", "anna") == nil {
					through.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if got := through.Load(); got != 100 {
		t.Errorf("%d of 100 got through", got)
	}
}

func BenchmarkTake(b *testing.B) {
	c, err := redis.Open(testdb.New(b).RedisURL)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	l := rate.New(c, uuid.NewString(), nil, map[string]rate.Limit{"wide": {Rate: 1_000_000, Burst: 10_000_000, Per: time.Second}})
	for b.Loop() {
		if err := l.Take(b.Context(), "wide", "anna"); err != nil {
			b.Fatal(err)
		}
	}
}
