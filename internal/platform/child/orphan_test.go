package child_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/platform/child"
)

func TestAKilledParentBlocksNoLaterStart(t *testing.T) {
	dir := folder(t)
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), "CHILD_TEST_HELPER="+dir)
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	if line != "ready\n" {
		t.Fatalf("helper says %q", line)
	}
	conn, err := pgx.Connect(deadline(t), "postgres://lavoro@/lavoro?host="+filepath.Join(dir, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	if runtime.GOOS == "linux" {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := conn.WaitForNotification(ctx); ctx.Err() != nil {
			t.Errorf("the server outlives its parent: %v", err)
		}
	}

	p := startPostgres(t, child.PostgresOptions{Dir: filepath.Join(dir, "postgres"), Durable: true})
	equal(t, "postgres", query(t, p, "select 1"), "1")
	r := startRedis(t, child.RedisOptions{Dir: filepath.Join(dir, "redis"), Durable: true})
	equal(t, "redis", client(t, r).Ping(deadline(t)).Val(), "PONG")
}

func TestAnOrphanIsStoppedFirst(t *testing.T) {
	dir := filepath.Join(folder(t), "redis")
	stop(t, startRedis(t, child.RedisOptions{Dir: dir}))
	data := filepath.Join(dir, "data")
	// A server that nobody stopped with its parent, as it happens on Darwin.
	orphan := exec.Command("redis-server", "--port", "0", "--dir", data, "--unixsocket", filepath.Join(dir, "redis.sock"), "--save", "")
	orphan.Dir = data
	if err := orphan.Start(); err != nil {
		t.Skip(err)
	}
	ended := make(chan struct{})
	go func() { _ = orphan.Wait(); close(ended) }()
	r := startRedis(t, child.RedisOptions{Dir: dir})
	select {
	case <-ended:
	case <-time.After(time.Minute):
		_ = orphan.Process.Kill()
		t.Error("the orphan still runs")
	}
	equal(t, "redis", client(t, r).Ping(deadline(t)).Val(), "PONG")
}

func TestALockOutlivesTheVariable(t *testing.T) {
	path := filepath.Join(folder(t), "lock")
	if _, err := child.TakeLock(path); err != nil {
		t.Fatal(err)
	}
	// Twice, so that what a first collection puts off is done.
	runtime.GC()
	runtime.GC()
	var inUse *child.InUseError
	if _, err := child.TakeLock(path); !errors.As(err, &inUse) {
		t.Errorf("the collector gave the lock away: %v", err)
	}
}

func TestAFolderOfOtherFilesIsLeftAlone(t *testing.T) {
	dir := folder(t)
	if err := os.WriteFile(filepath.Join(dir, "letter.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	before := mode(t, dir)
	if _, err := child.StartPostgres(deadline(t), child.PostgresOptions{Dir: dir}); err == nil {
		t.Error("started in a folder of other files")
	}
	if after := mode(t, dir); after != before {
		t.Errorf("mode was %o and is %o", before, after)
	}
}
