package child_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"github.com/lavoroincorso/lavoro/internal/platform/child"
)

// TestMain lets the test binary stand in for a programme that starts both servers and is then killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("CHILD_TEST_HELPER"); dir != "" {
		helper(dir)
	}
	os.Exit(m.Run())
}

func helper(dir string) {
	ctx := context.Background()
	_, err := child.StartPostgres(ctx, child.PostgresOptions{Dir: filepath.Join(dir, "postgres"), Durable: true})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	_, err = child.StartRedis(ctx, child.RedisOptions{Dir: filepath.Join(dir, "redis"), Durable: true})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("ready")
	select {}
}

// folder is a short one that the dropped-to user can reach; t.TempDir is closed to others.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "child-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func deadline(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func startPostgres(t *testing.T, o child.PostgresOptions) *child.Postgres {
	t.Helper()
	p, err := child.StartPostgres(deadline(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, p) })
	return p
}

func startRedis(t *testing.T, o child.RedisOptions) *child.Redis {
	t.Helper()
	r, err := child.StartRedis(deadline(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, r) })
	return r
}

func stop(t *testing.T, s interface{ Stop(context.Context) error }) {
	t.Helper()
	if err := s.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
}

// query runs one statement on the database "lavoro" and returns its first value as text, empty without a row.
func query(t *testing.T, p *child.Postgres, sql string) string {
	t.Helper()
	ctx := deadline(t)
	conn, err := pgx.Connect(ctx, p.URL("lavoro"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, sql)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			t.Fatal(err)
		}
		text = fmt.Sprint(values[0])
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return text
}

func client(t *testing.T, r *child.Redis) *redis.Client {
	t.Helper()
	o, err := redis.ParseURL(r.URL())
	if err != nil {
		t.Fatal(err)
	}
	o.MaxRetries = -1
	c := redis.NewClient(o)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func equal(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// serverPid reads the process id that PostgreSQL wrote.
func serverPid(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.SplitN(string(text), "\n", 2)[0])
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func owner(t *testing.T, path string) uint32 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Sys().(*syscall.Stat_t).Uid
}
