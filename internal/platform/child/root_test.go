package child_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/child"
)

func onlyRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root has another user to drop to")
	}
}

func TestRootKeepsTheOwnerOfTheFolder(t *testing.T) {
	onlyRoot(t)
	const someone = 12345
	dir := filepath.Join(folder(t), "redis")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(dir, someone, someone); err != nil {
		t.Fatal(err)
	}
	startRedis(t, child.RedisOptions{Dir: dir})
	if uid := owner(t, filepath.Join(dir, "redis.sock")); uid != someone {
		t.Errorf("the server runs as %d", uid)
	}
}

func TestAFolderOutOfReachBecomesALink(t *testing.T) {
	onlyRoot(t)
	closed := filepath.Join(folder(t), "root")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(closed, "checkout", ".lavoro", "postgres")
	first := startPostgres(t, child.PostgresOptions{Dir: dir, Durable: true})
	t.Cleanup(func() { _ = child.Remove(dir) })
	target, err := os.Readlink(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(target, "/var/lib/lavoro/") {
		t.Errorf("links to %s", target)
	}
	if m := mode(t, closed); m != 0o700 {
		t.Errorf("the closed folder's mode became %o", m)
	}
	query(t, first, "create table note as select 'kept' as text")
	stop(t, first)

	second := startPostgres(t, child.PostgresOptions{Dir: dir, Durable: true})
	equal(t, "note", query(t, second, "select text from note"), "kept")
	stop(t, second)

	// Who deletes the folder begins anew.
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	third := startPostgres(t, child.PostgresOptions{Dir: dir})
	equal(t, "tables", query(t, third, "select count(*) from pg_tables where tablename = 'note'"), "0")
	stop(t, third)
	_ = os.RemoveAll(target + ".old")
}
