package blob

import (
	"context"
	"io"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// Open lets the actor read the file that his ticket names, once. That he reads it is written down before he gets a byte. A ticket that was
// used, has run out, is another member's or never was, and a file that he sees no more, answer alike.
func (s Store) Open(ctx context.Context, actor access.Actor, token string) (File, io.Reader, error) {
	c := &chunks{ctx: ctx, store: s, actor: actor, kept: true}
	err := s.DB.InTx(ctx, actor, s.Clock, func(ctx context.Context, tx *postgres.Tx) error {
		id, err := use(ctx, tx, hashed(token))
		if err != nil {
			return err
		}
		if c.file, err = find(ctx, tx, "where f.id = ? and f.state in (?, ?)", id, string(Attached), string(Made)); err != nil {
			return err
		}
		if c.key, err = tx.DataKey(ctx, c.file.PersonID); err != nil {
			return gone(err)
		}
		c.size = c.file.Bytes
		if s.OnOpened == nil {
			return nil
		}
		return s.OnOpened(ctx, tx, c.file)
	})
	return c.file, c, err
}
