package blob

import (
	"context"
	"errors"
	"io"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

// errTorn is returned for a file that lacks bytes.
var errTorn = errors.New("a chunk of the file is too short")

// chunks reads a file in the clear, one chunk at a time, each in a transaction of its own: no connection is held while somebody is slow.
type chunks struct {
	ctx   context.Context // of the transfer: io.Reader takes none
	store Store
	actor access.Actor
	file  File
	key   secret.DataKey
	kept  bool
	size  int // bytes that are still to be loaded
	n     int
	left  []byte
}

func (u *upload) chunks(ctx context.Context, kept bool, size int) *chunks {
	return &chunks{ctx: ctx, store: u.Store, actor: u.actor, file: u.file, key: u.key, kept: kept, size: size}
}

// Read gives io.EOF after exactly as many bytes as the file has.
func (c *chunks) Read(p []byte) (int, error) {
	if len(c.left) == 0 {
		if c.size == 0 {
			return 0, io.EOF
		}
		if err := c.load(); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.left)
	c.left = c.left[n:]
	return n, nil
}

func (c *chunks) load() error {
	var sealed []byte
	err := c.store.DB.InTx(c.ctx, c.actor, c.store.Clock, func(ctx context.Context, tx *postgres.Tx) (err error) {
		sealed, err = chunk(ctx, tx, c.file.ID, c.kept, c.n)
		return err
	})
	if err != nil {
		return err
	}
	if c.left, err = c.key.Open(sealed, c.file.at(c.kept, c.n)); err != nil {
		return err
	}
	if len(c.left) != min(ChunkSize, c.size) {
		return errTorn
	}
	c.size -= len(c.left)
	c.n++
	return nil
}

// keeper seals what is kept of a file, chunk by chunk.
type keeper struct {
	ctx    context.Context // of the transfer: io.Writer takes none
	upload *upload
	held   []byte
	n      int
	bytes  int
}

func (k *keeper) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		n := min(len(rest), ChunkSize-len(k.held))
		k.held, rest = append(k.held, rest[:n]...), rest[n:]
		if len(k.held) == ChunkSize {
			if err := k.flush(); err != nil {
				return 0, err
			}
		}
	}
	return len(p), nil
}

func (k *keeper) flush() error {
	if len(k.held) == 0 {
		return nil
	}
	err := k.upload.inTx(k.ctx, func(ctx context.Context, tx *postgres.Tx, f File) error {
		if f.State != Prepared {
			return nil // another request has kept the same bytes
		}
		return putChunk(ctx, tx, f.ID, true, k.n, k.upload.key.Seal(k.held, f.at(true, k.n)))
	})
	k.bytes, k.n, k.held = k.bytes+len(k.held), k.n+1, k.held[:0]
	return err
}
