package postgres

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/migrate"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrationLock is the advisory lock under which one process at a time migrates a database.
const migrationLock = 7_201_926_001

// Migrate brings the database at url, whose login owns it, to this binary's tables. It may run any number of times, and at once.
func Migrate(ctx context.Context, url string) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("database url: %w", redacted(err))
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	raw := sql.OpenDB(stdlib.GetConnector(*config))
	defer raw.Close()
	holder, err := raw.Conn(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer holder.Close()
	if _, err := holder.ExecContext(ctx, "select pg_advisory_lock($1)", migrationLock); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer func() {
		_, _ = holder.ExecContext(context.WithoutCancel(ctx), "select pg_advisory_unlock($1)", migrationLock)
	}()

	known := migrate.NewMigrations()
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	if err := known.Discover(sub); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	m := migrate.NewMigrator(bun.NewDB(raw, pgdialect.New()), known, migrate.WithMarkAppliedOnSuccess(true))
	if err := m.Init(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if _, err := m.Migrate(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// MigrationsHash names the state that Migrate brings a database to.
func MigrationsHash() string {
	sum := sha256.New()
	names, _ := fs.Glob(migrations, "migrations/*.sql")
	for _, name := range names {
		text, _ := migrations.ReadFile(name)
		sum.Write([]byte(name))
		sum.Write(text)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
}
