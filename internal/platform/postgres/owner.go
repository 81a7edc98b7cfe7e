package postgres

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// AsOwner runs fn in one transaction of the login at url, which owns the tables and passes row-level security: for what is set up
// on the command line, never for a request.
func AsOwner(ctx context.Context, url string, fn func(context.Context, bun.Tx) error) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("database url: %w", redacted(err))
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	config.RuntimeParams["timezone"] = "UTC"
	raw := sql.OpenDB(stdlib.GetConnector(*config))
	defer raw.Close()
	return bun.NewDB(raw, pgdialect.New()).RunInTx(ctx, nil, fn)
}
