package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
)

// ReadText runs one prepared statement under the actor's rights, in one round trip and one snapshot, and gives its single text.
// Arguments are texts that the statement casts, so its types need no look-up.
func (db *DB) ReadText(ctx context.Context, actor access.Actor, statement string, args ...any) (string, error) {
	names, values := actor.Settings()
	var batch pgx.Batch
	batch.Queue(setKeys(len(names)), interleave(names, values)...)
	batch.Queue(statement, args...)
	results := db.Plans.SendBatch(ctx, &batch)
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

func setKeys(n int) string {
	var sql strings.Builder
	sql.WriteString("select ")
	for i := range n {
		if i > 0 {
			sql.WriteString(", ")
		}
		fmt.Fprintf(&sql, "set_config($%d, $%d, true)", 2*i+1, 2*i+2)
	}
	return sql.String()
}

func interleave(names, values []string) []any {
	args := make([]any, 0, 2*len(names))
	for i := range names {
		args = append(args, names[i], values[i])
	}
	return args
}
