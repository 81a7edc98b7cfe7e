package participant

import (
	"context"
	"errors"

	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
)

// reindexBatch is how many codes one transaction marks anew.
const reindexBatch = 500

// ErrNotIndexed is returned where the old keys of the index cannot go yet.
var ErrNotIndexed = errors.New("not every code is marked under the new key, or not every data key wrapped under it: run `lavoro keys rotate` first")

// Reindex marks every code, and every account, under the primary key of the index beside its other marks, in batches, as the tables' owner, while nodes serve:
// a code is found under any of them, and stays one person's. It gives how many it has marked.
func Reindex(ctx context.Context, ownerURL string, keys *secret.Keys) (done int, err error) {
	for {
		n := 0
		err := asOwner(ctx, ownerURL, func(ctx context.Context, tx owner) (err error) {
			n, err = reindexSome(ctx, tx, keys)
			return err
		})
		if done += n; err != nil || n == 0 {
			return done, err
		}
	}
}

func reindexSome(ctx context.Context, tx owner, keys *secret.Keys) (int, error) {
	accounts, err := reindexAccounts(ctx, tx, keys)
	if err != nil {
		return 0, err
	}
	rows, err := unmarked(ctx, tx, keys.IndexVersions()[0])
	if err != nil || len(rows) == 0 {
		return accounts, err
	}
	for i := range rows {
		code := fiscal.PersonCode(rows[i].Code)
		mark, like := keys.Index("code", []byte(code)), keys.Index("alike", []byte(code.Canonical()))
		rows[i].Fingerprint, rows[i].Alike, rows[i].IndexVersion = mark.Bytes, like.Bytes, int64(mark.Version)
	}
	return accounts + len(rows), addMarks(ctx, tx, rows)
}

// reindexAccounts does the same for some accounts that people are paid to, which only their own keys open.
func reindexAccounts(ctx context.Context, tx owner, keys *secret.Keys) (int, error) {
	rows, err := unmarkedAccounts(ctx, tx, keys.IndexVersions()[0], reindexBatch)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	marked := make([]bankMarkRow, len(rows))
	for i, r := range rows {
		key, err := keys.Unwrap(r.PersonID, r.Wrapped)
		if err != nil {
			return 0, err
		}
		iban, err := key.Open(r.IBAN, bankPlace("iban", r.ID))
		if err != nil {
			return 0, err
		}
		mark := keys.Index("iban", iban)
		marked[i] = bankMarkRow{BankID: r.ID, PersonID: r.PersonID, IndexVersion: int64(mark.Version), Mark: mark.Bytes}
	}
	return len(rows), addAccountMarks(ctx, tx, marked)
}

// FinishIndex takes away the marks of all keys but the primary, for ever, once every code and every data key has come under the new ones.
func FinishIndex(ctx context.Context, ownerURL string, keys *secret.Keys) error {
	return asOwner(ctx, ownerURL, func(ctx context.Context, tx owner) error {
		if err := holdCodes(ctx, tx); err != nil {
			return err
		}
		rows, err := unmarked(ctx, tx, keys.IndexVersions()[0])
		if err != nil {
			return err
		}
		accounts, err := unmarkedAccounts(ctx, tx, keys.IndexVersions()[0], 1)
		if err != nil {
			return err
		}
		left, err := wrappedBefore(ctx, tx, keys.KekVersions()[0])
		if err != nil {
			return err
		}
		if len(rows) > 0 || len(accounts) > 0 || left {
			return ErrNotIndexed
		}
		return retire(ctx, tx, keys.IndexVersions()[0])
	})
}
