package blob

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

const columns = "f.id, f.programme_id, f.participation_id, f.person_id, f.kind, f.class, f.media_type, f.announced, f.received, coalesce(f.bytes, 0) as bytes, f.sha256, f.state"

// find gives one file by the rest of a statement; any that the actor does not see is not found.
func find(ctx context.Context, tx *postgres.Tx, rest string, args ...any) (f File, err error) {
	err = tx.NewRaw("select "+columns+" from file f "+rest, args...).Scan(ctx, &f)
	if errors.Is(err, sql.ErrNoRows) {
		return f, refusal.NotFound.At("file")
	}
	if err != nil {
		return f, fmt.Errorf("file: %w", err)
	}
	return f, nil
}

// brought gives the file that the actor's ticket lets him bring.
func brought(ctx context.Context, tx *postgres.Tx, hash []byte, lock string) (File, error) {
	return find(ctx, tx, "join file_ticket t on t.file_id = f.id where t.hash = ? and t.upload and t.member_id = ? and t.expires_at > ? "+lock, hash, tx.Actor.Member, tx.Now)
}

func exec(ctx context.Context, tx *postgres.Tx, what, statement string, args ...any) error {
	if _, err := tx.NewRaw(statement, args...).Exec(ctx); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Expire removes what was never attached, and tickets that have run out.
func Expire(ctx context.Context, tx *postgres.Tx, _ []uuid.UUID) error {
	return exec(ctx, tx, "expired files", "select files_expire(?)", tx.Now)
}

func (a Announced) insert(ctx context.Context, tx *postgres.Tx, sealed []byte) error {
	err := exec(ctx, tx, "file", `insert into file (id, programme_id, participation_id, person_id, kind, class, media_type, announced, sha256, state, uploaded_by, prepared_at, expires_at, audience)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, a.ID, a.Programme, orNone(a.Participation), orNone(a.Person), a.Kind, string(a.Class), a.MediaType, a.Bytes, sealed, string(Prepared),
		tx.Actor.Member, tx.Now, tx.Now.Add(waitsFor), pgdialect.Array(a.Audience))
	if postgres.Violates(err, "file_pkey") {
		return refusal.IDTaken.At("id")
	}
	return err
}

// orNone is null for no id.
func orNone(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func insertTicket(ctx context.Context, tx *postgres.Tx, file uuid.UUID, hash []byte, upload bool, t Ticket) error {
	return exec(ctx, tx, "ticket", "insert into file_ticket (hash, file_id, member_id, upload, expires_at) values (?, ?, ?, ?, ?)", hash, file, tx.Actor.Member, upload, t.ExpiresAt)
}

// use takes a ticket to fetch a file out, so that it serves once.
func use(ctx context.Context, tx *postgres.Tx, hash []byte) (file uuid.UUID, err error) {
	err = tx.NewRaw("delete from file_ticket where hash = ? and not upload and member_id = ? and expires_at > ? returning file_id", hash, tx.Actor.Member, tx.Now).Scan(ctx, &file)
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, refusal.NotFound.At("file")
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("ticket: %w", err)
	}
	return file, nil
}

// putChunk writes one chunk; of those that are kept the same may be written twice.
func putChunk(ctx context.Context, tx *postgres.Tx, file uuid.UUID, kept bool, n int, sealed []byte) error {
	return exec(ctx, tx, "chunk", "insert into file_chunk (file_id, kept, n, sealed) values (?, ?, ?, ?) on conflict (file_id, kept, n) do update set sealed = excluded.sealed", file, kept, n, sealed)
}

func chunk(ctx context.Context, tx *postgres.Tx, file uuid.UUID, kept bool, n int) (sealed []byte, err error) {
	if err = tx.NewRaw("select sealed from file_chunk where file_id = ? and kept = ? and n = ?", file, kept, n).Scan(ctx, &sealed); err != nil {
		return nil, fmt.Errorf("chunk %d: %w", n, err)
	}
	return sealed, nil
}

func setReceived(ctx context.Context, tx *postgres.Tx, file uuid.UUID, received int) error {
	return exec(ctx, tx, "file", "update file set received = ? where id = ?", received, file)
}

// settle makes a file complete: what came goes, what is kept stays.
func settle(ctx context.Context, tx *postgres.Tx, file uuid.UUID, bytes int) error {
	if err := exec(ctx, tx, "chunks", "delete from file_chunk where file_id = ? and not kept", file); err != nil {
		return err
	}
	return exec(ctx, tx, "file", "update file set state = ?, bytes = ? where id = ?", string(Complete), bytes, file)
}

func drop(ctx context.Context, tx *postgres.Tx, file uuid.UUID) error {
	return exec(ctx, tx, "file", "select file_drop(?)", file)
}

// Attach makes a file proof of something: the actor brought it whole, for this participation and this kind. It is then seen by the audience.
func Attach(ctx context.Context, tx *postgres.Tx, file, participation uuid.UUID, kind string, audience []uuid.UUID) error {
	var was State
	if err := tx.NewRaw("select file_attach(?, ?, ?, ?)", file, participation, kind, pgdialect.Array(audience)).Scan(ctx, &was); err != nil {
		return fmt.Errorf("attach file: %w", err)
	}
	switch was {
	case Complete:
		return nil
	case Prepared:
		return Incomplete.At("file")
	case Attached:
		return Used.At("file")
	}
	return refusal.NotFound.At("file")
}

// Keep writes a file of data that the house has made itself, at once whole and seen by its audience.
func Keep(ctx context.Context, tx *postgres.Tx, a Announced, content []byte) error {
	sum := sha256.Sum256(content)
	a.Bytes, a.SHA256, a.Data = len(content), hex.EncodeToString(sum[:]), true
	if _, problems := a.problems(); len(problems) > 0 {
		return problems
	}
	key, err := tx.DataKey(ctx, a.Person)
	if err != nil {
		return err
	}
	if err := a.insert(ctx, tx, key.Seal(sum[:], hashPlace(a.ID))); err != nil {
		return err
	}
	if err := seal(ctx, tx, a.ID, key, content); err != nil {
		return err
	}
	if err := settle(ctx, tx, a.ID, len(content)); err != nil {
		return err
	}
	return exec(ctx, tx, "file", "update file set state = ? where id = ?", string(Attached), a.ID)
}

// Make writes a file that the house has made for the actor, under the person's key, or the installation's for no person. He sees it alone, and fetches
// it once, soon; it goes by itself.
func Make(ctx context.Context, tx *postgres.Tx, a Announced, content []byte) (Ticket, error) {
	if len(content) > MaxBytes {
		return Ticket{}, TooLarge.At()
	}
	key, err := tx.DataKey(ctx, a.Person)
	if err != nil {
		return Ticket{}, gone(err)
	}
	sum := sha256.Sum256(content)
	err = exec(ctx, tx, "file", `insert into file (id, programme_id, participation_id, person_id, kind, class, media_type, announced, bytes, sha256, state, uploaded_by, prepared_at, expires_at, audience)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '{}')`, a.ID, a.Programme, orNone(a.Participation), orNone(a.Person), a.Kind, string(a.Class), a.MediaType, len(content), len(content),
		key.Seal(sum[:], hashPlace(a.ID)), string(Made), tx.Actor.Member, tx.Now, tx.Now.Add(madeFor))
	if postgres.Violates(err, "file_pkey") {
		return Ticket{}, refusal.IDTaken.At("id")
	}
	if err == nil {
		err = seal(ctx, tx, a.ID, key, content)
	}
	if err != nil {
		return Ticket{}, err
	}
	ticket, hash := newTicket(tx.Now.Add(downloadFor))
	return ticket, insertTicket(ctx, tx, a.ID, hash, false, ticket)
}

// seal writes the chunks of a file that is kept.
func seal(ctx context.Context, tx *postgres.Tx, id uuid.UUID, key secret.DataKey, content []byte) error {
	f := File{ID: id}
	for n := 0; n*ChunkSize < len(content); n++ {
		part := content[n*ChunkSize : min((n+1)*ChunkSize, len(content))]
		if err := putChunk(ctx, tx, id, true, n, key.Seal(part, f.at(true, n))); err != nil {
			return err
		}
	}
	return nil
}

// Take gives the content of a file of data that the actor has brought whole for the programme, and attaches it.
func Take(ctx context.Context, tx *postgres.Tx, id, programme uuid.UUID, kind string, audience []uuid.UUID) (f File, content []byte, err error) {
	f, err = find(ctx, tx, "where f.id = ? and f.programme_id = ? and f.kind = ? and f.uploaded_by = ?", id, programme, kind, tx.Actor.Member)
	switch {
	case err != nil:
		return f, nil, err
	case f.State == Prepared:
		return f, nil, Incomplete.At("file")
	case f.State == Attached:
		return f, nil, Used.At("file")
	}
	if content, err = whole(ctx, tx, f); err != nil {
		return f, nil, err
	}
	return f, content, exec(ctx, tx, "file", "update file set state = ?, audience = ? where id = ?", string(Attached), pgdialect.Array(audience), id)
}

// whole opens all that is kept of a file.
func whole(ctx context.Context, tx *postgres.Tx, f File) ([]byte, error) {
	key, err := tx.DataKey(ctx, f.PersonID)
	if err != nil {
		return nil, gone(err)
	}
	content := make([]byte, 0, f.Bytes)
	for n := 0; len(content) < f.Bytes; n++ {
		sealed, err := chunk(ctx, tx, f.ID, true, n)
		if err != nil {
			return nil, err
		}
		part, err := key.Open(sealed, f.at(true, n))
		if err != nil {
			return nil, err
		}
		content = append(content, part...)
	}
	return content, nil
}
