package postgres

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/lavoroincorso/lavoro/internal/access"
)

// ReadText runs one prepared statement on the primary under the actor's rights, in one round trip and one snapshot, and gives its single
// text. Arguments are texts that the statement casts, so its types need no look-up.
func (db *DB) ReadText(ctx context.Context, actor access.Actor, statement string, args ...any) ([]byte, error) {
	return readText(ctx, db.Plans, actor.Settings(), Under(statement, len(args)), args)
}

func readText(ctx context.Context, pool *pgxpool.Pool, keys access.Settings, statement Statement, args []any) (text []byte, err error) {
	all := append(slices.Clone(args), keys.String())
	if err := pool.QueryRow(ctx, string(statement), all...).Scan(&text); err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return text, nil
}

// ReadText runs one statement with numbered arguments inside the transaction, under the rights it already has.
func (tx *Tx) ReadText(ctx context.Context, statement string, args ...any) (text []byte, err error) {
	if err := tx.Tx.Tx.QueryRowContext(ctx, statement, args...).Scan(&text); err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return text, nil
}

// Statement is one below the keys of its reader; see Under.
type Statement string

// Under is a statement with so many arguments, below a row that sets an actor's keys for the transaction: they are the argument that follows.
// Postgres runs what stands in the place of a value when it first needs it, which is when it has the row: policies, too, look the keys up
// only then. Were it otherwise they would find none, and show nothing.
func Under(statement string, args int) Statement {
	return Statement("select (" + statement + ") from (select set_config('" + access.Setting + "', $" + strconv.Itoa(args+1) + ", true) is null as absent offset 0) keys where not absent")
}
