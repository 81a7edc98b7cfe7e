package watermark_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/redis"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/platform/watermark"
)

const needed = time.Hour // no mark of these tests lapses

func client(t *testing.T, url string) redis.Client {
	t.Helper()
	c, err := redis.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func raise(t *testing.T, s *watermark.Store, position int64, of ...uuid.UUID) {
	t.Helper()
	if err := s.Raise(t.Context(), position, of); err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, s *watermark.Store, want int64, of ...uuid.UUID) {
	t.Helper()
	if got, err := s.Of(t.Context(), of); err != nil || got != want {
		t.Errorf("the mark is %d (%v), want %d", got, err, want)
	}
}

func TestNodesShareMarks(t *testing.T) {
	c, installation := client(t, testdb.New(t).RedisURL), uuid.New()
	one, two := watermark.New(c, installation, []byte("secret"), needed), watermark.New(c, installation, []byte("secret"), needed)
	member, programme, other := uuid.New(), uuid.New(), uuid.New()
	wants(t, two, 0, member, programme)
	wants(t, two, 0)
	raise(t, one, 0x9_ffff_ffff, member, programme)
	raise(t, one, 0x10_0000_0000, other)
	wants(t, two, 0x9_ffff_ffff, member)
	wants(t, two, 0x9_ffff_ffff, uuid.New(), programme)
	wants(t, two, 0x10_0000_0000, member, other, programme) // the highest, by number
	wants(t, two, 0, uuid.New())
	raise(t, two, 7, member)
	wants(t, one, 0x9_ffff_ffff, member) // of two that write together the one that comes later to Redis may have written before
	wants(t, watermark.New(c, uuid.New(), []byte("secret"), needed), 0, member)
}

// TestMarksNeverFall: whoever is noted last, the highest stands.
func TestMarksNeverFall(t *testing.T) {
	s, member := watermark.New(client(t, testdb.New(t).RedisURL), uuid.New(), []byte("secret"), needed), uuid.New()
	var wg sync.WaitGroup
	for i := range int64(50) {
		wg.Go(func() {
			if err := s.Raise(t.Context(), 1+i*37%50, []uuid.UUID{member}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	wants(t, s, 50, member)
}

// TestRedisLearnsNoNames: what is kept names nobody, and goes by itself.
func TestRedisLearnsNoNames(t *testing.T) {
	c, installation, member := client(t, testdb.New(t).RedisURL), uuid.New(), uuid.New()
	raise(t, watermark.New(c, installation, []byte("secret"), needed), 12, member)
	names, err := c.Keys(t.Context(), "lavoro:{"+installation.String()+"}:*").Result()
	if err != nil || len(names) != 1 {
		t.Fatalf("%v (%v)", names, err)
	}
	if strings.Contains(names[0], member.String()) || strings.Contains(names[0], strings.ReplaceAll(member.String(), "-", "")) {
		t.Errorf("a mark is named %s", names[0])
	}
	if left, err := c.PTTL(t.Context(), names[0]).Result(); err != nil || left <= needed-time.Minute || left > needed+time.Minute {
		t.Errorf("a mark stays for %v (%v)", left, err)
	}
	wants(t, watermark.New(c, installation, []byte("another"), needed), 0, member)

	if err := c.Set(t.Context(), names[0], "none", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if got, err := watermark.New(c, installation, []byte("secret"), needed).Of(t.Context(), []uuid.UUID{member}); err == nil {
		t.Errorf("what is no mark is read as %d", got)
	}
}

// TestWithoutRedisNothingIsKnown: neither noted nor read, and not asked for again by everybody at once.
func TestWithoutRedisNothingIsKnown(t *testing.T) {
	s := watermark.New(client(t, "redis://127.0.0.1:1"), uuid.New(), []byte("secret"), needed)
	if err := s.Raise(t.Context(), 1, []uuid.UUID{uuid.New()}); err == nil {
		t.Error("noted nowhere")
	}
	for range 2 {
		if got, err := s.Of(t.Context(), []uuid.UUID{uuid.New()}); err == nil {
			t.Errorf("without Redis the mark is %d", got)
		}
	}
}
