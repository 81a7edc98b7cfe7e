package programme

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// CloseMandate ends a mandate before its last day: its auditor reads nothing from then on.
func CloseMandate(ctx context.Context, tx *postgres.Tx, mandate uuid.UUID, expected *int) error {
	m, err := openMandate(ctx, tx, access.CloseMandate, mandate, expected)
	if err != nil {
		return err
	}
	today := tx.Today()
	m.State, m.ClosedOn = MandateClosed, &today
	if err := m.save(ctx, tx); err != nil {
		return err
	}
	m.tell(tx, access.CloseMandate, event.Changed, nil)
	return applyMandate(ctx, tx, m.ID)
}
