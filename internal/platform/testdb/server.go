package testdb

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

const (
	databasePrefix = "lavoro_test_"
	templatePrefix = "lavoro_template_"
	// templateLock is the advisory lock, in the database that orders are given from, under which the template is made.
	templateLock = 7_201_926_002
)

// server is a running pair, ours or another process's.
type server struct {
	postgresURL string
	redisURL    string

	once     sync.Once
	template string
	err      error
}

// database makes a clone of the template.
func (s *server) database(t testing.TB) *DB {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s.once.Do(func() { s.template, s.err = s.makeTemplate(ctx) })
	if s.err != nil {
		t.Fatalf("testdb: template: %v", s.err)
	}
	name := databasePrefix + strings.ToLower(rand.Text()[:16])
	// Copying files takes half the work of copying pages through the log.
	if err := s.execute(ctx, "create database "+name+" template "+s.template+" strategy file_copy"); err != nil {
		t.Fatalf("testdb: %v", err)
	}
	address := withDatabase(s.postgresURL, name)
	if err := newInstallation(ctx, address); err != nil {
		t.Fatalf("testdb: %v", err)
	}
	keys, err := secret.Generate()
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	return &DB{OwnerURL: address, AppURL: address, RedisURL: s.redisURL, Keys: keys, t: t}
}

func (s *server) drop(t testing.TB, db *DB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	u, err := url.Parse(db.OwnerURL)
	if err == nil {
		err = s.execute(ctx, "drop database if exists "+strings.TrimPrefix(u.Path, "/")+" with (force)")
	}
	if err != nil {
		t.Errorf("testdb: %v", err)
	}
}

// makeTemplate migrates the template unless it is there. It takes its name only when it is whole.
func (s *server) makeTemplate(ctx context.Context) (_ string, err error) {
	name := templatePrefix + postgres.MigrationsHash()
	conn, err := pgx.Connect(ctx, s.postgresURL)
	if err != nil {
		return "", err
	}
	defer conn.Close(context.WithoutCancel(ctx)) // gives the lock back
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", int64(templateLock)); err != nil {
		return "", err
	}
	var there bool
	err = conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", name).Scan(&there)
	if err != nil || there {
		return name, err
	}
	unfinished := name + "_unfinished"
	for _, statement := range []string{"drop database if exists " + unfinished, "create database " + unfinished} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return "", err
		}
	}
	if err := postgres.Migrate(ctx, withDatabase(s.postgresURL, unfinished)); err != nil {
		return "", err
	}
	// Nobody may connect: a template cannot be cloned while somebody is in it.
	for _, statement := range []string{"alter database " + unfinished + " allow_connections false", "alter database " + unfinished + " rename to " + name} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return "", err
		}
	}
	return name, nil
}

// newInstallation gives the clone an id of its own: the template's row was copied with it, and keys in Redis begin with it.
func newInstallation(ctx context.Context, address string) (err error) {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if _, err := conn.Exec(ctx, "select lavoro_new_installation('DEMONSTRATION')"); err != nil {
		return fmt.Errorf("new installation: %w", err)
	}
	return nil
}

func (s *server) execute(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, s.postgresURL)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// withDatabase is the same server's address for another database.
func withDatabase(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.Path = "/" + name
	return u.String()
}
