package child_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/child"
)

func TestPostgresKeepsItsDataOverASecondStart(t *testing.T) {
	dir := filepath.Join(folder(t), "pg")
	first := startPostgres(t, child.PostgresOptions{Dir: dir, Durable: true})
	query(t, first, "create table note (text text)")
	query(t, first, "insert into note values ('kept')")
	address := first.URL("lavoro")
	stop(t, first)

	second := startPostgres(t, child.PostgresOptions{Dir: dir, Durable: true})
	equal(t, "note", query(t, second, "select text from note"), "kept")
	equal(t, "address", second.URL("lavoro"), address)
}

func TestPostgresRunning(t *testing.T) {
	dir := filepath.Join(folder(t), "pg")
	p := startPostgres(t, child.PostgresOptions{Dir: dir, MaxConnections: 37, Settings: map[string]string{"work_mem": "7MB"}})
	t.Run("settings", func(t *testing.T) { checkSettings(t, p) })
	t.Run("own process group", func(t *testing.T) { checkGroup(t, serverPid(t, dir)) })
	t.Run("closed to others", func(t *testing.T) {
		for _, d := range []string{dir, filepath.Join(dir, "data")} {
			if m := mode(t, d); m != 0o700 {
				t.Errorf("%s has mode %o", d, m)
			}
		}
	})
	t.Run("not root", func(t *testing.T) {
		// The server made its socket itself, so the socket's owner is the user that it runs as.
		if owner(t, filepath.Join(dir, ".s.PGSQL.5432")) == 0 {
			t.Error("the server runs as root")
		}
	})
}

func checkGroup(t *testing.T, pid int) {
	t.Helper()
	group, err := syscall.Getpgid(pid)
	if err != nil {
		t.Fatal(err)
	}
	if group != pid {
		t.Errorf("process %d is in group %d: a terminal's Ctrl-C would reach it before its parent", pid, group)
	}
}

func checkSettings(t *testing.T, p *child.Postgres) {
	t.Helper()
	for setting, want := range map[string]string{
		"max_connections": "37", "work_mem": "7MB", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
		"server_encoding": "UTF8", "TimeZone": "UTC", "listen_addresses": "",
	} {
		equal(t, setting, query(t, p, "show "+setting), want)
	}
	// By code point, whatever the machine's language: capitals first, accents last.
	equal(t, "order", query(t, p, "select string_agg(x, ' ' order by x) from (values ('è'),('a'),('Z'),('d''Arco'),('b')) v(x)"), "Z a b d'Arco è")
	equal(t, "case", query(t, p, "select upper('perché')"), "PERCHÉ")
}

func TestPostgresIsCarefulWhenDurable(t *testing.T) {
	p := startPostgres(t, child.PostgresOptions{Dir: filepath.Join(folder(t), "pg"), Durable: true})
	for setting, want := range map[string]string{"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "data_checksums": "on"} {
		equal(t, setting, query(t, p, "show "+setting), want)
	}
}

func TestPostgresComesBackAfterAKill(t *testing.T) {
	p := startPostgres(t, child.PostgresOptions{Dir: filepath.Join(folder(t), "pg"), Durable: true})
	query(t, p, "create table note as select 'kept' as text")
	address := p.URL("lavoro")
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.Done():
	default:
		t.Error("killed, but not done")
	}
	if err := p.Restart(deadline(t)); err != nil {
		t.Fatal(err)
	}
	equal(t, "address", p.URL("lavoro"), address)
	equal(t, "note", query(t, p, "select text from note"), "kept")
}

func TestPostgresRestartKeepsOthersOut(t *testing.T) {
	dir := filepath.Join(folder(t), "pg")
	p := startPostgres(t, child.PostgresOptions{Dir: dir})
	if err := p.Restart(deadline(t)); err != nil {
		t.Fatal(err)
	}
	_, err := child.StartPostgres(deadline(t), child.PostgresOptions{Dir: dir})
	var inUse *child.InUseError
	if !errors.As(err, &inUse) {
		t.Fatalf("second holder: %v", err)
	}
	equal(t, "holder", inUse.Holder, strconv.Itoa(os.Getpid()))
	equal(t, "still there", query(t, p, "select 'yes'"), "yes")
	stop(t, p)
	if err := p.Restart(deadline(t)); err == nil {
		t.Error("a restart after Stop must be refused: the folder may be another's")
	}
}

func TestPostgresPassesOverWhatAKilledStartLeft(t *testing.T) {
	dir := filepath.Join(folder(t), "pg")
	data := filepath.Join(dir, "data")
	stop(t, startRedis(t, child.RedisOptions{Dir: dir}))
	// initdb that was killed half way.
	if err := os.Rename(data, data+".new"); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(data+".new", "PG_VERSION"), "15\n")
	stop(t, startPostgres(t, child.PostgresOptions{Dir: dir}))

	// A process id that was given to another living process since: our own.
	write(t, filepath.Join(data, "postmaster.pid"), strconv.Itoa(os.Getpid())+"\n"+data+"\n1\n5432\n\n\n\nready\n")
	p := startPostgres(t, child.PostgresOptions{Dir: dir})
	equal(t, "answer", query(t, p, "select 1"), "1")
}

func TestPostgresOfAnotherVersion(t *testing.T) {
	dir := filepath.Join(folder(t), "pg")
	stop(t, startRedis(t, child.RedisOptions{Dir: dir}))
	write(t, filepath.Join(dir, "data", "PG_VERSION"), "99\n")
	_, err := child.StartPostgres(deadline(t), child.PostgresOptions{Dir: dir})
	if !errors.Is(err, child.ErrNotInstalled) || !strings.Contains(err.Error(), "postgresql-99") {
		t.Errorf("must name the version that wrote the data and its package: %v", err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestPostgresTellsWhyItDidNotStart(t *testing.T) {
	_, err := child.StartPostgres(deadline(t), child.PostgresOptions{
		Dir: filepath.Join(folder(t), "pg"), Settings: map[string]string{"work_mem": "much"},
	})
	if err == nil || !strings.Contains(err.Error(), "work_mem") {
		t.Errorf("the server's own words are missing: %v", err)
	}
}

func TestLongAndOddPathsGetAShortSocket(t *testing.T) {
	for name, part := range map[string]string{"long": strings.Repeat("x", 100), "odd": "l'ufficio di Lucca, 1%"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(folder(t), part, "pg")
			p := startPostgres(t, child.PostgresOptions{Dir: dir})
			equal(t, "answer", query(t, p, "select 1"), "1")
			r := startRedis(t, child.RedisOptions{Dir: filepath.Join(filepath.Dir(dir), "redis")})
			equal(t, "pong", client(t, r).Ping(deadline(t)).Val(), "PONG")
			stop(t, p)
			stop(t, r)
			for _, d := range []string{dir, filepath.Join(filepath.Dir(dir), "redis")} {
				if err := child.Remove(d); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestStandbyFollows(t *testing.T) {
	settings := map[string]string{"wal_level": "replica", "max_wal_senders": "4"}
	primary := startPostgres(t, child.PostgresOptions{Dir: filepath.Join(folder(t), "primary"), Settings: settings})
	query(t, primary, "create table note as select 'before' as text")
	dir := filepath.Join(folder(t), "standby")
	standby, err := child.StartStandby(deadline(t), primary, child.PostgresOptions{Dir: dir, Settings: settings})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, standby) })
	equal(t, "copied", query(t, standby, "select text from note"), "before")
	equal(t, "follows", query(t, standby, "select pg_is_in_recovery()"), "true")
	follows := func(want string) {
		t.Helper()
		query(t, primary, "update note set text = '"+want+"'")
		for ctx := deadline(t); query(t, standby, "select text from note") != want; {
			if ctx.Err() != nil {
				t.Fatalf("%s does not arrive", want)
			}
		}
	}
	follows("after")
	if err := standby.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := standby.Restart(deadline(t)); err != nil {
		t.Fatal(err)
	}
	follows("once more")
}
