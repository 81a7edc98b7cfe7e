package live

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

const columns = "o.programme_id, o.seq, o.at, o.actor_id, o.act, o.kind, o.subject_kind, o.subject_id, o.related, o.audience"

// Head is the sequence of a programme's last event; 0 before the first.
func Head(ctx context.Context, db *postgres.DB, programme uuid.UUID) (seq int64, err error) {
	err = db.Relay.QueryRow(ctx, "select coalesce((select seq from news_head where programme_id = $1), 0)", programme).Scan(&seq)
	return seq, err
}

// Heads gives the epoch, and the head of each of the programmes.
func Heads(ctx context.Context, db *postgres.DB, programmes map[uuid.UUID]int64) (epoch string, heads map[uuid.UUID]int64, err error) {
	rows, err := db.Relay.Query(ctx, "select lavoro_epoch(), p.id, coalesce(h.seq, 0) from unnest($1::uuid[]) p(id) left join news_head h on h.programme_id = p.id",
		slices.Collect(maps.Keys(programmes)))
	if err != nil {
		return "", nil, fmt.Errorf("heads: %w", err)
	}
	heads = make(map[uuid.UUID]int64, len(programmes))
	var (
		id  uuid.UUID
		seq int64
	)
	_, err = pgx.ForEachRow(rows, []any{&epoch, &id, &seq}, func() error {
		heads[id] = seq
		return nil
	})
	return epoch, heads, err
}

// Epoch names the history that sequences belong to; it changes when a database is restored or promoted.
func Epoch(ctx context.Context, db *postgres.DB) (epoch string, err error) {
	err = db.Relay.QueryRow(ctx, "select lavoro_epoch()").Scan(&epoch)
	return epoch, err
}

// Between reads a programme's events with after < seq <= upTo, in order, at most limit.
func Between(ctx context.Context, db *postgres.DB, programme uuid.UUID, after, upTo int64, limit int) ([]event.Event, error) {
	rows, err := db.Relay.Query(ctx, "select "+columns+" from outbox o where o.programme_id = $1 and o.seq > $2 and o.seq <= $3 order by o.seq limit $4",
		programme, after, upTo, limit)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	return pgx.CollectRows(rows, scan)
}

// Window is how many sequences one statement looks at, however rare the events are that it is to find: it takes a connection on which leases
// are prolonged, too.
const Window = 5_000

// Ahead reads a programme's next events on the kinds of subject after a position, at most limit of those within a window, and how far the
// reading came: to the head, the window's end, or the last event. The head is read first: sequence is commit order, so all events up to it are
// there.
func Ahead(ctx context.Context, db *postgres.DB, programme uuid.UUID, after int64, kinds []string, limit int) (events []event.Event, upTo int64, err error) {
	if upTo, err = Head(ctx, db, programme); err != nil || upTo <= after {
		return nil, upTo, err
	}
	upTo = min(upTo, after+Window)
	rows, err := db.Relay.Query(ctx, "select "+columns+` from outbox o where o.programme_id = $1 and o.seq > $2 and o.seq <= $3
		and o.subject_kind = any ($4) order by o.seq limit $5`, programme, after, upTo, kinds, limit)
	if err != nil {
		return nil, 0, fmt.Errorf("outbox: %w", err)
	}
	if events, err = pgx.CollectRows(rows, scan); len(events) == limit {
		upTo = events[limit-1].Seq
	}
	return events, upTo, err
}

func scan(row pgx.CollectableRow) (event.Event, error) {
	var e event.Event
	err := row.Scan(&e.Programme, &e.Seq, &e.At, &e.Actor, &e.Act, &e.Kind, &e.SubjectKind, &e.Subject, &e.Related, &e.Audience)
	return e, err
}

// Moves says whether somebody comes or goes in the programme's events after a sequence.
func Moves(ctx context.Context, db *postgres.DB, programme uuid.UUID, after int64) (moves bool, err error) {
	err = db.Relay.QueryRow(ctx, "select exists (select 1 from outbox where programme_id = $1 and seq > $2 and subject_kind = 'Participant' and kind in ('ENTERED', 'LEFT'))",
		programme, after).Scan(&moves)
	return moves, err
}

// Kept says whether every event of the programme after the sequence is still in the outbox.
func Kept(ctx context.Context, db *postgres.DB, programme uuid.UUID, seq int64) (kept bool, err error) {
	err = db.Relay.QueryRow(ctx, `select coalesce((select seq from news_head where programme_id = $1), 0) <= $2
		or exists (select 1 from outbox where programme_id = $1 and seq = $2 + 1)`, programme, seq).Scan(&kept)
	return kept, err
}
