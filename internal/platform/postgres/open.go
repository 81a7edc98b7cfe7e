package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// Role is the database role of every pool of the application.
const Role = "lavoro_app"

// Config says where the truth is and how many connections each pool may take.
type Config struct {
	URL   string
	Plans int32 // connections for reads; 0 is 8
	Acts  int   // connections for writes; 0 is 8
}

// DB is the database as the application sees it: through rights.
type DB struct {
	Plans *pgxpool.Pool
	// OnNews, when set before the first act, is called after each commit that told something; it must not wait.
	OnNews func()
	acts   *bun.DB
}

// settings of every session; the timeouts bound what a frozen client or node can hold.
var settings = map[string]string{
	"role":                                Role,
	"timezone":                            "UTC",
	"application_name":                    "lavoro",
	"idle_in_transaction_session_timeout": "5s",
	"lock_timeout":                        "5s",
	"statement_timeout":                   "20s",
	"tcp_user_timeout":                    "5s",
	"jit":                                 "off", // short statements: compiling costs more than it saves
}

// Open connects both pools. A database that does not answer is an error of the first statement, not of Open.
func Open(ctx context.Context, c Config) (*DB, error) {
	pool, err := pgxpool.ParseConfig(c.URL)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", redacted(err))
	}
	pool.MaxConns = orDefault(c.Plans, 8)
	configure(pool.ConnConfig)
	plans, err := pgxpool.NewWithConfig(ctx, pool)
	if err != nil {
		return nil, fmt.Errorf("pool for plans: %w", err)
	}
	acts := pool.ConnConfig.Copy()
	acts.DefaultQueryExecMode = pgx.QueryExecModeExec
	db := sql.OpenDB(stdlib.GetConnector(*acts))
	db.SetMaxOpenConns(orDefault(c.Acts, 8))
	db.SetMaxIdleConns(orDefault(c.Acts, 8))
	db.SetConnMaxIdleTime(5 * time.Minute)
	return &DB{Plans: plans, acts: bun.NewDB(db, pgdialect.New())}, nil
}

func configure(c *pgx.ConnConfig) {
	for name, value := range settings {
		c.RuntimeParams[name] = value
	}
	c.ConnectTimeout = 5 * time.Second
}

// Close ends both pools.
func (db *DB) Close() {
	db.Plans.Close()
	_ = db.acts.Close()
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
