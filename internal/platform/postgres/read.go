package postgres

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/lavoroincorso/lavoro/internal/access"
)

// ReadText runs one prepared statement on the primary under the actor's rights, in one round trip and one snapshot, and gives its single
// text. Arguments are texts that the statement casts, so its types need no look-up.
func (db *DB) ReadText(ctx context.Context, actor access.Actor, statement string, args ...any) ([]byte, error) {
	return readText(ctx, db.Plans, actor, statement, args)
}

func readText(ctx context.Context, pool *pgxpool.Pool, actor access.Actor, statement string, args []any) (text []byte, err error) {
	_, keys := actor.Settings()
	all := make([]any, 0, len(args)+len(keys))
	all = append(all, args...)
	for _, k := range keys {
		all = append(all, k)
	}
	if err := pool.QueryRow(ctx, under(statement, len(args)), all...).Scan(&text); err != nil {
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

// under is a statement with so many arguments, below a row that sets an actor's keys for the transaction: they are the arguments that follow.
// Postgres runs what stands in the place of a value when it first needs it, which is when it has the row: policies, too, look the keys up
// only then. Were it otherwise they would find none, and show nothing.
func under(statement string, args int) string {
	set, ok := setKeys.Load(args)
	if !ok {
		set, _ = setKeys.LoadOrStore(args, setKeysFrom(args+1))
	}
	return set.(string) + statement + ") from keys where absent >= 0"
}

// setKeys holds by number of arguments how such a statement begins.
var setKeys sync.Map

func setKeysFrom(first int) string {
	names, _ := access.Actor{}.Settings()
	calls := make([]string, len(names))
	for i, name := range names {
		calls[i] = fmt.Sprintf("set_config('%s', $%d, true)", name, first+i)
	}
	return "with keys as materialized (select num_nulls(" + strings.Join(calls, ", ") + ") as absent) select ("
}
