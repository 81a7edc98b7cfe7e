package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

// rewrapBatch is how many keys one transaction re-wraps: it holds their rows for some milliseconds.
const rewrapBatch = 500

// Rewrap brings every data key under the primary key-encryption key, in batches, as the tables' owner, while nodes serve. It gives how many
// it has re-wrapped.
func Rewrap(ctx context.Context, ownerURL string, keys *secret.Keys) (done int, err error) {
	for {
		n := 0
		err := AsOwner(ctx, ownerURL, func(ctx context.Context, tx bun.Tx) (err error) {
			n, err = rewrapSome(ctx, tx, keys)
			return err
		})
		if done += n; err != nil || n == 0 {
			return done, err
		}
	}
}

func rewrapSome(ctx context.Context, tx bun.Tx, keys *secret.Keys) (int, error) {
	var rows []struct {
		PersonID uuid.UUID
		Wrapped  []byte
	}
	err := tx.NewRaw("select person_id, wrapped from person_key where kek_version <> ? limit ? for update", int64(keys.KekVersions()[0]), rewrapBatch).Scan(ctx, &rows)
	if err != nil {
		return 0, fmt.Errorf("data keys: %w", err)
	}
	for _, r := range rows {
		next, err := keys.Rewrap(r.PersonID, r.Wrapped)
		if err != nil {
			return 0, err
		}
		_, err = tx.NewRaw("update person_key set wrapped = ?, kek_version = ? where person_id = ?", next.Bytes, int64(next.Version), r.PersonID).Exec(ctx)
		if err != nil {
			return 0, fmt.Errorf("data key: %w", err)
		}
	}
	return len(rows), nil
}
