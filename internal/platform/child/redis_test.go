package child_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/child"
)

func TestRedisKeepsItsDataWhenDurable(t *testing.T) {
	dir := filepath.Join(folder(t), "redis")
	first := startRedis(t, child.RedisOptions{Dir: dir, Durable: true})
	if err := client(t, first).Set(deadline(t), "note", "kept", 0).Err(); err != nil {
		t.Fatal(err)
	}
	address := first.URL()
	stop(t, first)

	second := startRedis(t, child.RedisOptions{Dir: dir, Durable: true})
	equal(t, "note", client(t, second).Get(deadline(t), "note").Val(), "kept")
	equal(t, "address", second.URL(), address)
}

func TestRedisForgetsWhenNotDurable(t *testing.T) {
	r := startRedis(t, child.RedisOptions{Dir: filepath.Join(folder(t), "redis")})
	if err := client(t, r).Set(deadline(t), "note", "lost", 0).Err(); err != nil {
		t.Fatal(err)
	}
	address := r.URL()
	if err := r.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := client(t, r).Ping(deadline(t)).Err(); err == nil {
		t.Error("killed, and still answers")
	}
	if err := r.Restart(deadline(t)); err != nil {
		t.Fatal(err)
	}
	equal(t, "address", r.URL(), address)
	equal(t, "note", client(t, r).Get(deadline(t), "note").Val(), "")
}

func TestRedisInUse(t *testing.T) {
	dir := filepath.Join(folder(t), "redis")
	r := startRedis(t, child.RedisOptions{Dir: dir})
	_, err := child.StartRedis(deadline(t), child.RedisOptions{Dir: dir})
	var inUse *child.InUseError
	if !errors.As(err, &inUse) {
		t.Errorf("second holder: %v", err)
	}
	equal(t, "pong", client(t, r).Ping(deadline(t)).Val(), "PONG")
}
