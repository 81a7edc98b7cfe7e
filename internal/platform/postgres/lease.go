package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Lease takes or prolongs the right to be the one who does a thing, for as long as ttl by the database's clock. False: another holds it.
func (db *DB) Lease(ctx context.Context, name string, holder uuid.UUID, ttl time.Duration) (bool, error) {
	tag, err := db.Relay.Exec(ctx, `insert into lease (name, holder, until) values ($1, $2, now() + $3)
		on conflict (name) do update set holder = excluded.holder, until = excluded.until
		where lease.holder = excluded.holder or lease.until < now()`, name, holder, ttl)
	if err != nil {
		return false, fmt.Errorf("lease %s: %w", name, err)
	}
	return tag.RowsAffected() == 1, nil
}

// Release gives a lease back, so that another need not wait for its end.
func (db *DB) Release(ctx context.Context, name string, holder uuid.UUID) error {
	_, err := db.Relay.Exec(ctx, "delete from lease where name = $1 and holder = $2", name, holder)
	return err
}
