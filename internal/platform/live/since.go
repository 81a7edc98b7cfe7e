package live

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// Since is the sequence after which all that happened in a programme from a moment on is told, and whether the outbox still holds all of it.
// Sequence is commit order: what an act began before the moment may stand after it.
func Since(ctx context.Context, db *postgres.DB, programme uuid.UUID, moment time.Time) (after int64, kept bool, err error) {
	err = db.Relay.QueryRow(ctx, `with head as (select coalesce((select seq from news_head where programme_id = $1), 0) as seq),
			oldest as (select seq, at from outbox where programme_id = $1 order by seq limit 1)
		select coalesce((select seq - 1 from outbox where programme_id = $1 and at >= $2 order by seq limit 1), (select seq from head)),
			coalesce((select seq = 1 or at < $2 from oldest), (select seq = 0 from head))`, programme, moment.UTC()).Scan(&after, &kept)
	if err != nil {
		return 0, false, fmt.Errorf("outbox: %w", err)
	}
	return after, kept, nil
}
