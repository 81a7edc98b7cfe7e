package redis_test

import (
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/redis"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

func TestOpen(t *testing.T) {
	c, err := redis.Open(testdb.New(t).RedisURL)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Ping(t.Context()).Err(); err != nil {
		t.Error(err)
	}
	for _, wrong := range []string{"", "http://host", "redis://user:secret@host:port/0", "redis://:secret@host/db?x=%zz", "redis+cluster://user:secret@host:port", "redis+sentinel://user:secret@host:1", "redis+other://host"} {
		if _, err := redis.Open(wrong); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	away, err := redis.Open("unix:///nowhere/redis.sock")
	if err != nil {
		t.Fatal(err)
	}
	defer away.Close()
	if err := away.Ping(t.Context()).Err(); err == nil {
		t.Error("an answer from nowhere")
	}
}
