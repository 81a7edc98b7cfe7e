package postgres

import (
	"context"
	"fmt"
	"maps"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

// Attempt runs fn so that its failure stays its own: nothing that fn wrote, told or noted is left, and the transaction goes on. What would have failed at
// the end does so here. An err is of the transaction, which ends with it: Postgres asks to run it again, does not answer, or nobody waits any more.
func (tx *Tx) Attempt(ctx context.Context, fn func() error) (failed, err error) {
	if _, err := tx.ExecContext(ctx, "savepoint attempt"); err != nil {
		return nil, fmt.Errorf("attempt: %w", err)
	}
	before := tx.noted()
	if failed = fn(); failed == nil {
		_, failed = tx.ExecContext(ctx, "set constraints all immediate; set constraints all deferred; release savepoint attempt")
	}
	switch {
	case again(failed), Unreachable(failed), TookTooLong(failed):
		return nil, failed
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case failed == nil:
		return nil, nil
	}
	tx.restore(before)
	if _, err := tx.ExecContext(ctx, "rollback to savepoint attempt; release savepoint attempt"); err != nil {
		return nil, fmt.Errorf("attempt: %w", err)
	}
	return failed, nil
}

// noted is what a transaction keeps beside what it writes.
type noted struct {
	news, entries, after, warnings, unread int
	dataKeys                               map[uuid.UUID]secret.DataKey
	persons                                map[uuid.UUID]uuid.UUID
}

func (tx *Tx) noted() noted {
	return noted{len(tx.news), len(tx.entries), len(tx.after), len(tx.Warnings), len(tx.Unread), maps.Clone(tx.dataKeys), maps.Clone(tx.persons)}
}

func (tx *Tx) restore(n noted) {
	tx.news, tx.entries, tx.after = tx.news[:n.news], tx.entries[:n.entries], tx.after[:n.after]
	tx.Warnings, tx.Unread, tx.dataKeys, tx.persons = tx.Warnings[:n.warnings], tx.Unread[:n.unread], n.dataKeys, n.persons
}
