package testdb

import (
	"context"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/internal/platform/child"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

// PostgresEnv and RedisEnv hold the addresses of the run's shared servers. PostgreSQL's login must be a superuser, and
// the database that its address names is only the place to give orders from.
const (
	PostgresEnv = "LAVORO_TEST_POSTGRES_URL"
	RedisEnv    = "LAVORO_TEST_REDIS_URL"
	// SlotsEnv names the folder that servers keep their data below, in place of the usual one.
	SlotsEnv = "LAVORO_TEST_SLOTS"
)

// patience bounds the making of a cluster and its first migration on a busy machine.
const patience = 2 * time.Minute

// DB is one test's migrated database and the Redis beside it.
type DB struct {
	OwnerURL string // login that owns the tables
	AppURL   string // the same login; the application's pools take the role lavoro_app themselves
	RedisURL string
	Keys     *secret.Keys // an installation's own

	t    testing.TB
	pair *Pair // nil on shared servers
}

// New returns a fresh database on the shared servers; it is dropped when the test ends.
func New(t testing.TB) *DB {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	db := s.database(t)
	t.Cleanup(func() { s.drop(t, db) })
	return db
}

// NewPrivate returns a fresh database on servers of its own, which the test may stop and kill. What is committed in
// PostgreSQL outlives a kill; Redis forgets all, as it does when it fails over.
func NewPrivate(t testing.TB) *DB {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	pair, err := startFaultyPair(ctx)
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	t.Cleanup(func() {
		if err := pair.Stop(context.Background()); err != nil {
			t.Errorf("testdb: %v", err)
		}
	})
	db := pair.server().database(t)
	db.pair = pair
	return db
}

// Postgres is the private server, to be killed and restarted; only a database of NewPrivate has one.
func (db *DB) Postgres() *child.Postgres { return db.private().Postgres }

// Redis is the private server, to be killed and restarted; only a database of NewPrivate has one.
func (db *DB) Redis() *child.Redis { return db.private().Redis }

// Follow starts a standby that streams from the private PostgreSQL as it is now, with further settings of its own, and gives it with the
// address of the same database there. It ends with the pair.
func (db *DB) Follow(settings map[string]string) (standby *child.Postgres, address string) {
	db.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	standby, err := db.private().follow(ctx, settings)
	if err != nil {
		db.t.Fatalf("testdb: standby: %v", err)
	}
	at, err := url.Parse(db.OwnerURL)
	if err != nil {
		db.t.Fatalf("testdb: %v", err)
	}
	return standby, standby.URL(strings.TrimPrefix(at.Path, "/"))
}

func (db *DB) private() *Pair {
	db.t.Helper()
	if db.pair == nil {
		db.t.Fatal("testdb: the servers are shared with other tests; ask for them with NewPrivate")
	}
	return db.pair
}

// shared returns the run's servers, or starts a pair that lives as long as this process.
var shared = sync.OnceValues(func() (*server, error) {
	postgresURL, redisURL := os.Getenv(PostgresEnv), os.Getenv(RedisEnv)
	if postgresURL != "" && redisURL != "" {
		return &server{postgresURL: postgresURL, redisURL: redisURL}, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	pair, err := StartPair(ctx)
	if err != nil {
		return nil, err
	}
	return pair.server(), nil
})
