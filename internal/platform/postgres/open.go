package postgres

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

// The database roles: of all that answers people, and of what carries news and holds leases.
const (
	Role      = "lavoro_app"
	RelayRole = "lavoro_relay"
)

// Config says where the truth is and how many connections each pool may take.
type Config struct {
	URL      string
	RelayURL string // the same database for a login that takes the role lavoro_relay; URL where empty
	Plans    int32  // connections for reads; 0 is 8
	Acts     int    // connections for writes; 0 is 8
	Relay    int32  // connections for news and leases; 0 is 4
	// Statement bounds one statement; 0 is 20 seconds.
	Statement time.Duration
	Keys      *secret.Keys
	// Replicas are servers that follow the primary by streaming, each with as many connections as Plans. ReplicaLag is how far behind one
	// may be to be read; 0 is 10 seconds.
	Replicas   []string
	ReplicaLag time.Duration
}

// DB is the database as the application sees it: through rights.
type DB struct {
	Plans *pgxpool.Pool
	// Relay reads news and holds leases: it sees no personal data. Like every pool, it is never asked while another connection is held.
	Relay *pgxpool.Pool
	// Keys are the installation's; nil where nothing is sealed, opened or looked up by a fiscal code. Set before the first act.
	Keys *secret.Keys
	// OnNews, when set before the first act, is called after each commit that told something; it must not wait.
	OnNews func()
	// OnWritten and Required remember, over all nodes, up to where in the log those must be able to read whom a commit is about: the actor
	// and the programmes. Both are set before the first act, or no replica is read. See replica.go.
	OnWritten func(ctx context.Context, at Position, of []uuid.UUID) error
	Required  func(ctx context.Context, of []uuid.UUID) (Position, error)

	acts     *bun.DB
	replicas *replicas // nil where there are none
}

// settings of every session; the timeouts bound what a frozen client or node can hold.
var settings = map[string]string{
	"timezone":                            "UTC",
	"application_name":                    "lavoro",
	"idle_in_transaction_session_timeout": "5s",
	"lock_timeout":                        "5s",
	"tcp_user_timeout":                    "5s",
	"jit":                                 "off", // short statements: compiling costs more than it saves
	// Planning a read anew for its arguments costs a fifth of running it, and finds the same ways.
	"plan_cache_mode": "force_generic_plan",
}

// Open connects the pools. A database that does not answer is an error of the first statement, not of Open.
func Open(ctx context.Context, c Config) (*DB, error) {
	plans, err := pool(ctx, c.URL, Role, orDefault(c.Plans, 8), c.Statement)
	if err != nil {
		return nil, err
	}
	if c.RelayURL == "" {
		c.RelayURL = c.URL
	}
	relay, err := pool(ctx, c.RelayURL, RelayRole, orDefault(c.Relay, 4), c.Statement)
	if err != nil {
		plans.Close()
		return nil, err
	}
	acts := plans.Config().ConnConfig.Copy()
	acts.DefaultQueryExecMode = pgx.QueryExecModeExec
	writes := sql.OpenDB(stdlib.GetConnector(*acts))
	writes.SetMaxOpenConns(orDefault(c.Acts, 8))
	writes.SetMaxIdleConns(orDefault(c.Acts, 8))
	writes.SetConnMaxIdleTime(5 * time.Minute)
	db := &DB{Plans: plans, Relay: relay, Keys: c.Keys, acts: bun.NewDB(writes, pgdialect.New())}
	if db.replicas, err = openReplicas(ctx, c); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

func pool(ctx context.Context, url, role string, connections int32, statement time.Duration) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", redacted(err))
	}
	config.MaxConns = connections
	configure(config.ConnConfig, role, statement)
	made, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("pool of %s: %w", role, err)
	}
	return made, nil
}

func configure(c *pgx.ConnConfig, role string, statement time.Duration) {
	for name, value := range settings {
		c.RuntimeParams[name] = value
	}
	c.RuntimeParams["role"] = role
	c.RuntimeParams[access.Setting] = access.Nobody().String() // to which a transaction's keys give way
	c.RuntimeParams["statement_timeout"] = strconv.FormatInt(cmp.Or(statement, 20*time.Second).Milliseconds(), 10)
	c.ConnectTimeout = 5 * time.Second
}

// Close ends the pools.
func (db *DB) Close() {
	db.Plans.Close()
	db.Relay.Close()
	_ = db.acts.Close()
	db.replicas.close()
}

// redacted keeps a driver's complaint about a connection string from showing its password.
func redacted(err error) error {
	return fmt.Errorf("cannot be read (%T)", err)
}

func orDefault[N int | int32](n, otherwise N) N {
	if n > 0 {
		return n
	}
	return otherwise
}
