package postgres

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/lavoroincorso/lavoro/internal/access"
)

// ReadText runs one prepared statement on the primary under the actor's rights, in one round trip and one snapshot, and gives its single
// text. Arguments are texts that the statement casts, so its types need no look-up.
func (db *DB) ReadText(ctx context.Context, actor access.Actor, statement string, args ...any) (string, error) {
	return readText(ctx, db.Plans, actor, statement, args)
}

func readText(ctx context.Context, pool *pgxpool.Pool, actor access.Actor, statement string, args []any) (string, error) {
	_, keys := actor.Settings()
	values := make([]any, len(keys))
	for i, k := range keys {
		values[i] = k
	}
	var batch pgx.Batch
	batch.Queue(setKeys(), values...)
	batch.Queue(statement, args...)
	results := pool.SendBatch(ctx, &batch)
	defer results.Close()
	if _, err := results.Exec(); err != nil {
		return "", fmt.Errorf("actor's keys: %w", err)
	}
	var text string
	if err := results.QueryRow().Scan(&text); err != nil {
		return "", fmt.Errorf("read: %w", err)
	}
	return text, results.Close()
}

// ReadText runs one statement with numbered arguments inside the transaction, under the rights it already has.
func (tx *Tx) ReadText(ctx context.Context, statement string, args ...any) (string, error) {
	var text string
	if err := tx.Tx.Tx.QueryRowContext(ctx, statement, args...).Scan(&text); err != nil {
		return "", fmt.Errorf("read: %w", err)
	}
	return text, nil
}

// setKeys sets the settings of an actor, for the transaction alone, to its arguments; what it gives tells nothing.
var setKeys = sync.OnceValue(func() string {
	names, _ := access.Actor{}.Settings()
	calls := make([]string, len(names))
	for i, name := range names {
		calls[i] = fmt.Sprintf("set_config('%s', $%d, true)", name, i+1)
	}
	return "select num_nulls(" + strings.Join(calls, ", ") + ")" // one column is sent faster than twenty
})
