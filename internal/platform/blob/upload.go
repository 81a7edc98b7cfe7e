package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Store takes and gives bytes.
type Store struct {
	DB      *postgres.DB
	Clock   postgres.Clock
	Scanner Clamd
	// OnOpened writes down that a file is read, in the transaction that opens it; its error keeps the file shut. Nil writes nothing.
	OnOpened func(context.Context, *postgres.Tx, File) error
}

// upload is one request that brings bytes.
type upload struct {
	Store
	actor access.Actor
	hash  []byte // of the ticket
	file  File
	key   secret.DataKey
	sum   []byte // announced
}

// Look says how far an upload is. A ticket of another member, one that has run out, and one that never was answer alike.
func (s Store) Look(ctx context.Context, actor access.Actor, token string) (f File, err error) {
	err = s.DB.InTx(ctx, actor, s.Clock, func(ctx context.Context, tx *postgres.Tx) error {
		f, err = brought(ctx, tx, hashed(token), "")
		return err
	})
	return f, err
}

// Take stores a range of an upload, chunk by chunk, and gives the file as it then stands, also beside a refusal. With the last byte the file
// becomes complete, or it is refused and removed.
func (s Store) Take(ctx context.Context, actor access.Actor, token string, r Range, body io.Reader) (File, error) {
	u := &upload{Store: s, actor: actor, hash: hashed(token)}
	if err := u.begin(ctx); err != nil {
		return u.file, err
	}
	switch end := r.Last + 1; {
	case r.Total != u.file.Announced:
		return u.file, WrongSize.At()
	case u.file.State != Prepared:
		return u.file, nil
	case end <= u.file.Received:
		// It came before; what may be owed is the check of the whole.
	case r.First != u.file.Received:
		return u.file, WrongOffset.At()
	default:
		if err := u.append(ctx, end, body); err != nil {
			return u.file, err
		}
	}
	if u.file.Received < u.file.Announced {
		return u.file, nil
	}
	return u.file, u.finish(ctx)
}

// inTx runs fn on the file as the ticket finds it now, locked.
func (u *upload) inTx(ctx context.Context, fn func(context.Context, *postgres.Tx, File) error) error {
	return u.DB.InTx(ctx, u.actor, u.Clock, func(ctx context.Context, tx *postgres.Tx) error {
		f, err := brought(ctx, tx, u.hash, "for update of f")
		if err != nil {
			return err
		}
		return fn(ctx, tx, f)
	})
}

func (u *upload) begin(ctx context.Context) error {
	return u.inTx(ctx, func(ctx context.Context, tx *postgres.Tx, f File) (err error) {
		if u.key, err = tx.DataKey(ctx, f.PersonID); err != nil {
			return gone(err)
		}
		u.file = f
		u.sum, err = u.key.Open(f.Sha256, hashPlace(f.ID))
		return err
	})
}

// gone answers for a file under a destroyed key as for none.
func gone(err error) error {
	if errors.Is(err, secret.ErrErased) {
		return refusal.NotFound.At("file")
	}
	return err
}

// append stores what comes up to an offset. Of a connection that breaks, whole chunks stay.
func (u *upload) append(ctx context.Context, end int, body io.Reader) error {
	part := make([]byte, min(ChunkSize, end-u.file.Received))
	for u.file.Received < end {
		part = part[:min(ChunkSize, end-u.file.Received)]
		if _, err := io.ReadFull(body, part); err != nil {
			return Broken.At()
		}
		err := u.inTx(ctx, func(ctx context.Context, tx *postgres.Tx, f File) error {
			if f.State != Prepared || f.Received != u.file.Received {
				return WrongOffset.At() // another request was quicker
			}
			n := f.Received / ChunkSize
			if err := putChunk(ctx, tx, f.ID, false, n, u.key.Seal(part, f.at(false, n))); err != nil {
				return err
			}
			return setReceived(ctx, tx, f.ID, f.Received+len(part))
		})
		if err != nil {
			return err
		}
		u.file.Received += len(part)
	}
	return nil
}

// finish checks the whole and makes the file complete. What is refused is removed, except where only the scanner does not answer.
func (u *upload) finish(ctx context.Context) error {
	kept := &keeper{ctx: ctx, upload: u}
	err := u.check(ctx)
	if err == nil {
		err = u.keep(ctx, kept)
	}
	if err == nil {
		return u.inTx(ctx, func(ctx context.Context, tx *postgres.Tx, f File) error {
			if f.State == Prepared {
				f.State, f.Bytes = Complete, kept.bytes
				if err := settle(ctx, tx, f.ID, f.Bytes); err != nil {
					return err
				}
			}
			u.file = f
			return nil
		})
	}
	if refused, ok := refusal.As(err); ok && !refused.Has(Unchecked) {
		dropped := u.inTx(ctx, func(ctx context.Context, tx *postgres.Tx, f File) error { return drop(ctx, tx, f.ID) })
		if dropped != nil {
			return dropped
		}
	}
	return err
}

// check reads all that came: whether it is what was announced, and whether a scanner finds anything in it.
func (u *upload) check(ctx context.Context) error {
	sum, head := sha256.New(), &firstBytes{}
	all := io.TeeReader(u.chunks(ctx, false, u.file.Announced), io.MultiWriter(sum, head))
	if _, err := io.Copy(io.Discard, all); err != nil {
		return err
	}
	if !bytes.Equal(sum.Sum(nil), u.sum) {
		return WrongHash.At()
	}
	if !looksLike(u.file.MediaType, http.DetectContentType(head.held)) {
		return WrongType.At()
	}
	if u.Scanner == "" {
		return nil
	}
	return u.Scanner.scan(ctx, u.chunks(ctx, false, u.file.Announced))
}

// keep writes what is kept of the file: all but its metadata.
func (u *upload) keep(ctx context.Context, to *keeper) error {
	err := strip(u.file.MediaType, u.chunks(ctx, false, u.file.Announced), to)
	if errors.Is(err, errShape) {
		return WrongType.At()
	}
	if err != nil {
		return err
	}
	return to.flush()
}

// firstBytes holds as many of the first bytes as tell a type.
type firstBytes struct{ held []byte }

func (f *firstBytes) Write(p []byte) (int, error) {
	f.held = append(f.held, p[:min(len(p), 512-len(f.held))]...)
	return len(p), nil
}
