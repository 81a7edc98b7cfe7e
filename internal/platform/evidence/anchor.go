package evidence

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// AnchorReads takes the heads of reads that have moved into the acts' chain of each programme, as its last entries. It is an act of the
// house itself; nothing is written where nothing was read.
func AnchorReads(ctx context.Context, tx *postgres.Tx, programmes []uuid.UUID) error {
	if len(programmes) == 0 {
		return nil
	}
	var rows []struct {
		Node  uuid.UUID
		Seq   int64
		Chain []byte
	}
	if err := tx.NewRaw("select node, seq, chain from read_heads_take() order by node").Scan(ctx, &rows); err != nil {
		return fmt.Errorf("heads of reads: %w", err)
	}
	if len(rows) == 0 {
		return nil
	}
	var detail journal.ReadHeads
	for _, r := range rows {
		detail.Reads = append(detail.Reads, journal.Head{ID: r.Node, Entries: r.Seq, Chain: r.Chain})
	}
	for _, p := range programmes {
		tx.Enter(journal.Entry{Programme: p, Act: journal.AnchorReads, SubjectKind: "Programme", Subject: p, Detail: detail, Open: true})
	}
	return nil
}

// Anchorage is where the heads of all chains leave to. Each of its parts may be absent.
type Anchorage struct {
	Installation uuid.UUID
	Folder       journal.Folder
	// Mail sends the anchor to where nobody of the house can take it back.
	Mail func(ctx context.Context, name string, anchor []byte) error
	// Stamp asks a third party to witness the bytes: an RFC 3161 token.
	Stamp func(ctx context.Context, data []byte) ([]byte, error)
}

// None says whether nothing leaves.
func (a Anchorage) None() bool { return a.Folder == "" && a.Mail == nil }

// Drop lets the heads of all chains leave, as they stand at the moment. What failed is tried again by dropping again on the same day: the
// day's anchor stays as it was first written.
func (a Anchorage) Drop(ctx context.Context, db *postgres.DB, now time.Time) error {
	acts, reads, err := heads(ctx, db.Relay)
	if err != nil {
		return err
	}
	anchor := journal.Anchor{Installation: a.Installation, At: now.UTC().Truncate(time.Second), Acts: acts, Reads: reads}
	if err := a.grow(ctx, db.Relay, &anchor); err != nil {
		return err
	}
	data, err := anchor.Spell()
	if a.Folder != "" {
		data, err = a.Folder.Keep(anchor)
	}
	if err != nil {
		return err
	}
	err = a.witness(ctx, anchor.Day(), data)
	if a.Mail != nil {
		err = errors.Join(err, a.Mail(ctx, anchor.Day(), data))
	}
	return err
}

// grow puts a tree into each head of acts, over what was written since the anchor of the day before; without a folder over all of the chain.
func (a Anchorage) grow(ctx context.Context, db querier, anchor *journal.Anchor) error {
	since := map[uuid.UUID]int64{}
	if a.Folder != "" {
		last, ok, err := a.Folder.Before(anchor.Day())
		if err != nil {
			return err
		}
		if ok {
			for _, h := range last.Acts {
				since[h.ID] = h.Entries
			}
		}
	}
	for i, h := range anchor.Acts {
		links, err := linksOf(ctx, db, h.ID, since[h.ID], h.Entries)
		if err != nil {
			return err
		}
		if n := int64(len(links)); n > 0 { // fewer than there were, where some were dropped when their time was over
			anchor.Acts[i].From = h.Entries - n
			tree, err := journal.Grow(links)
			if err != nil {
				return err
			}
			if anchor.Acts[i].Tree, err = tree.Root(); err != nil {
				return err
			}
		}
	}
	return nil
}

// linksOf are the links of a programme's acts after one entry, up to another.
func linksOf(ctx context.Context, db querier, programme uuid.UUID, after, upTo int64) (links [][]byte, err error) {
	rows, err := db.Query(ctx, "select journal_links($1, $2, $3)", programme, after, upTo)
	if err != nil {
		return nil, fmt.Errorf("links: %w", err)
	}
	if links, err = pgx.CollectRows(rows, pgx.RowTo[[]byte]); err != nil {
		return nil, fmt.Errorf("links: %w", err)
	}
	return links, nil
}

// witness has the anchor in the folder stamped, once.
func (a Anchorage) witness(ctx context.Context, day string, data []byte) error {
	if a.Stamp == nil || a.Folder == "" || a.Folder.Stamped(day) {
		return nil
	}
	token, err := a.Stamp(ctx, data)
	if err != nil {
		return fmt.Errorf("timestamp of the anchor: %w", err)
	}
	return a.Folder.KeepTimestamp(day, token)
}
