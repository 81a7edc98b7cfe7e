package persisted_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/persisted"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/redis"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

func client(t *testing.T, url string) redis.Client {
	t.Helper()
	c, err := redis.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// watch is a clock that the test moves.
type watch struct{ now time.Time }

func (w *watch) time() time.Time { return w.now }

func TestNodesShareTexts(t *testing.T) {
	c, installation, w := client(t, testdb.New(t).RedisURL), uuid.NewString(), &watch{time.Unix(1_800_000_000, 0)}
	one, two := persisted.NewStore(c, installation, w.time), persisted.NewStore(c, installation, w.time)
	const text = "query A { viewer { id } }"
	if _, ok := two.Get(t.Context(), persisted.Hash(text)); ok {
		t.Fatal("found before it was put")
	}
	one.Put(t.Context(), text)
	if got, ok := two.Get(t.Context(), persisted.Hash(text)); !ok || got != text {
		t.Errorf("the other node finds %q", got)
	}
	if got, ok := persisted.NewStore(c, uuid.NewString(), w.time).Get(t.Context(), persisted.Hash(text)); ok {
		t.Errorf("another installation finds %q", got)
	}
	long := strings.Repeat("x", persisted.MaxText+1)
	one.Put(t.Context(), long)
	for _, hash := range []string{persisted.Hash(long), "", "x", strings.ToUpper(persisted.Hash(text))} {
		if _, ok := one.Get(t.Context(), hash); ok {
			t.Errorf("%q is found", hash)
		}
	}
}

// TestTextsThatRedisGivesAreChecked: who can write to Redis cannot have an operation run in the name of another.
func TestTextsThatRedisGivesAreChecked(t *testing.T) {
	c, installation, w := client(t, testdb.New(t).RedisURL), uuid.NewString(), &watch{time.Unix(1_800_000_000, 0)}
	const text = "query A { viewer { id } }"
	persisted.NewStore(c, installation, w.time).Put(t.Context(), text)
	if err := c.HSet(t.Context(), "lavoro:"+installation+":{persisted}:texts", persisted.Hash(text), "mutation { x }").Err(); err != nil {
		t.Fatal(err)
	}
	if got, ok := persisted.NewStore(c, installation, w.time).Get(t.Context(), persisted.Hash(text)); ok {
		t.Errorf("found %q", got)
	}
}

// TestTextsAreBounded: a thousand at most, of which the ones least in use go, and none after a week without use.
func TestTextsAreBounded(t *testing.T) {
	c, installation, w := client(t, testdb.New(t).RedisURL), uuid.NewString(), &watch{time.Unix(1_800_000_000, 0)}
	text := func(i int) string { return fmt.Sprintf("query Q%d { viewer { id } }", i) }
	writer := persisted.NewStore(c, installation, w.time)
	found := func(i int) bool {
		_, ok := persisted.NewStore(c, installation, w.time).Get(t.Context(), persisted.Hash(text(i)))
		return ok
	}
	for i := range 1000 {
		writer.Put(t.Context(), text(i))
		w.now = w.now.Add(time.Second)
	}
	if !found(0) { // and is in use by that
		t.Fatal("the first went before there were too many")
	}
	w.now = w.now.Add(time.Second)
	writer.Put(t.Context(), text(1000))
	if !found(0) || found(1) || !found(1000) {
		t.Errorf("kept: the used one %v, the one least in use %v, the new one %v", found(0), found(1), found(1000))
	}
	for _, key := range []string{"texts", "used"} {
		if ttl := c.TTL(t.Context(), "lavoro:"+installation+":{persisted}:"+key).Val(); ttl <= 0 || ttl > 7*24*time.Hour {
			t.Errorf("%s lives for %v", key, ttl)
		}
	}
	w.now = w.now.Add(7*24*time.Hour + time.Minute)
	writer.Put(t.Context(), text(2000))
	if n := c.HLen(t.Context(), "lavoro:"+installation+":{persisted}:texts").Val(); n != 1 {
		t.Errorf("%d texts after a week", n)
	}
}

// TestRedisMayForgetAndBeAway: what a node has seen it still finds, and tells Redis again.
func TestRedisMayForgetAndBeAway(t *testing.T) {
	db := testdb.NewPrivate(t)
	c, installation, w := client(t, db.RedisURL), uuid.NewString(), &watch{time.Unix(1_800_000_000, 0)}
	const text = "query A { viewer { id } }"
	one := persisted.NewStore(c, installation, w.time)
	one.Put(t.Context(), text)
	if err := c.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(2 * time.Hour)
	if _, ok := one.Get(t.Context(), persisted.Hash(text)); !ok {
		t.Error("the node has forgotten what Redis lost")
	}
	if _, ok := persisted.NewStore(c, installation, w.time).Get(t.Context(), persisted.Hash(text)); !ok {
		t.Error("Redis was not told again")
	}
	if err := db.Redis().Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(2 * time.Hour)
	for range 3 {
		if _, ok := one.Get(t.Context(), persisted.Hash(text)); !ok {
			t.Error("the node finds nothing while Redis is away")
		}
		if _, ok := one.Get(t.Context(), persisted.Hash("query B { viewer { id } }")); ok {
			t.Error("found what was never put")
		}
	}
	one.Put(t.Context(), "query B { viewer { id } }")
}

func TestUsesAreTheLatestDayOfAnyNode(t *testing.T) {
	files, w := testdb.New(t), &watch{time.Date(2026, 3, 1, 23, 30, 0, 0, time.UTC)}
	db, err := postgres.Open(t.Context(), postgres.Config{URL: files.AppURL, Plans: 1, Acts: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	one, two := persisted.NewUses(db, w.time), persisted.NewUses(db, w.time)
	write := func(u *persisted.Uses) {
		t.Helper()
		if err := u.Write(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	one.Note("web-1", "web-2")
	w.now = w.now.Add(time.Hour)
	two.Note("web-2")
	write(two)
	write(one) // which has seen it earlier
	got, err := persisted.LastUsed(t.Context(), db)
	if err != nil || got["web-1"] != "2026-03-01" || got["web-2"] != "2026-03-02" || len(got) != 2 {
		t.Errorf("%v %v", got, err)
	}
	(*persisted.Uses)(nil).Note("web-1")
}
