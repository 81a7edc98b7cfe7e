package live

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

const columns = "o.programme_id, o.seq, o.at, o.actor_id, o.act, o.kind, o.subject_kind, o.subject_id, o.related, o.audience"

// Head is the sequence of a programme's last event; 0 before the first.
func Head(ctx context.Context, db *postgres.DB, programme uuid.UUID) (seq int64, err error) {
	err = db.Plans.QueryRow(ctx, "select coalesce((select seq from news_head where programme_id = $1), 0)", programme).Scan(&seq)
	return seq, err
}

// Epoch names the history that sequences belong to; it changes when a database is restored or promoted.
func Epoch(ctx context.Context, db *postgres.DB) (epoch string, err error) {
	err = db.Plans.QueryRow(ctx, "select lavoro_epoch()").Scan(&epoch)
	return epoch, err
}

// Between reads a programme's events with after < seq <= upTo, in order, at most limit.
func Between(ctx context.Context, db *postgres.DB, programme uuid.UUID, after, upTo int64, limit int) ([]event.Event, error) {
	rows, err := db.Plans.Query(ctx, "select "+columns+" from outbox o where o.programme_id = $1 and o.seq > $2 and o.seq <= $3 order by o.seq limit $4",
		programme, after, upTo, limit)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	return pgx.CollectRows(rows, scan)
}

func scan(row pgx.CollectableRow) (event.Event, error) {
	var e event.Event
	err := row.Scan(&e.Programme, &e.Seq, &e.At, &e.Actor, &e.Act, &e.Kind, &e.SubjectKind, &e.Subject, &e.Related, &e.Audience)
	return e, err
}

// Kept says whether every event of the programme after the sequence is still in the outbox.
func Kept(ctx context.Context, db *postgres.DB, programme uuid.UUID, seq int64) (kept bool, err error) {
	err = db.Plans.QueryRow(ctx, `select coalesce((select seq from news_head where programme_id = $1), 0) <= $2
		or exists (select 1 from outbox where programme_id = $1 and seq = $2 + 1)`, programme, seq).Scan(&kept)
	return kept, err
}
