// Package redistest starts the forms of Redis that grow past one machine, for tests: a cluster, and a primary that sentinels watch.
package redistest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// patience bounds waits that end at once where all is well.
const patience = 30 * time.Second

// Cluster starts a cluster of one node that holds all slots, and gives its URL.
func Cluster(t *testing.T) string {
	t.Helper()
	port, bus := freePort(t), freePort(t)
	start(t, port, "--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(bus))
	node := goredis.NewClient(&goredis.Options{Addr: address(port)})
	defer node.Close()
	if err := node.Do(t.Context(), "CLUSTER", "ADDSLOTSRANGE", 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	until(t, "the cluster is whole", func(ctx context.Context) bool {
		return node.Do(ctx, "GET", "x").Err() == goredis.Nil
	})
	return "redis+cluster://" + address(port)
}

// Watched is a primary and its replica, with one sentinel that makes the replica the primary when the primary is away.
type Watched struct {
	URL     string
	primary *exec.Cmd
}

// Sentinel starts the three and returns when the sentinel knows the replica.
func Sentinel(t *testing.T) *Watched {
	t.Helper()
	primary, replica, watch := freePort(t), freePort(t), freePort(t)
	w := &Watched{URL: "redis+sentinel://" + address(watch) + "?master_name=news", primary: start(t, primary)}
	start(t, replica, "--replicaof", "127.0.0.1 "+strconv.Itoa(primary))
	config := filepath.Join(t.TempDir(), "sentinel.conf")
	text := fmt.Sprintf("sentinel monitor news 127.0.0.1 %d 1\nsentinel down-after-milliseconds news 500\nsentinel failover-timeout news 5000\n", primary)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, watch, config, "--sentinel", "--port", strconv.Itoa(watch))
	sentinel := goredis.NewSentinelClient(&goredis.Options{Addr: address(watch)})
	defer sentinel.Close()
	until(t, "the sentinel knows the replica", func(ctx context.Context) bool {
		replicas, err := sentinel.Replicas(ctx, "news").Result()
		return err == nil && len(replicas) == 1 && replicas[0]["master-link-status"] == "ok"
	})
	return w
}

// KillPrimary ends the primary at once.
func (w *Watched) KillPrimary() error { return w.primary.Process.Kill() }

func start(t *testing.T, port int, more ...string) *exec.Cmd {
	t.Helper()
	return run(t, port, append([]string{"--port", strconv.Itoa(port), "--save", "", "--appendonly", "no"}, more...)...)
}

func run(t *testing.T, port int, arguments ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("redis-server", append(arguments, "--bind", "127.0.0.1", "--dir", t.TempDir(), "--daemonize", "no", "--pidfile", "")...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	node := goredis.NewClient(&goredis.Options{Addr: address(port)})
	defer node.Close()
	until(t, "redis answers", func(ctx context.Context) bool { return node.Ping(ctx).Err() == nil })
	return cmd
}

func until(t *testing.T, what string, so func(context.Context) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for !so(ctx) {
		if ctx.Err() != nil {
			t.Fatalf("never: %s", what)
		}
	}
}

func address(port int) string { return "127.0.0.1:" + strconv.Itoa(port) }

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
