package graph

import (
	"context"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/history"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// ConfirmHistory lets stand what was brought in from before.
func (m mutation) ConfirmHistory(ctx context.Context, input ConfirmHistoryInput) (*ConfirmHistoryPayload, error) {
	return perform(ctx, m.Resolver, access.ConfirmHistory, input, func(ctx context.Context, tx *postgres.Tx, out *ConfirmHistoryPayload) error {
		out.Import = &HistoryImport{ID: input.Import}
		id, err := idOf(history.Prefix, input.Import, "import")
		if err != nil {
			return err
		}
		return m.history().Confirm(ctx, tx, history.Decision{Import: id, Expected: revision(input.ExpectedRevision)})
	})
}

// DiscardHistory gives up what was brought in from before.
func (m mutation) DiscardHistory(ctx context.Context, input DiscardHistoryInput) (*DiscardHistoryPayload, error) {
	return perform(ctx, m.Resolver, access.DiscardHistory, input, func(ctx context.Context, tx *postgres.Tx, out *DiscardHistoryPayload) error {
		out.Import = &HistoryImport{ID: input.Import}
		id, err := idOf(history.Prefix, input.Import, "import")
		if err != nil {
			return err
		}
		return m.history().Discard(ctx, tx, history.Decision{Import: id, Expected: revision(input.ExpectedRevision), Reason: input.Reason})
	})
}

// RevokeHistory takes back what stands of what was brought in from before.
func (m mutation) RevokeHistory(ctx context.Context, input RevokeHistoryInput) (*RevokeHistoryPayload, error) {
	return perform(ctx, m.Resolver, access.RevokeHistory, input, func(ctx context.Context, tx *postgres.Tx, out *RevokeHistoryPayload) error {
		out.Import = &HistoryImport{ID: input.Import}
		id, err := idOf(history.Prefix, input.Import, "import")
		if err != nil {
			return err
		}
		return m.history().Revoke(ctx, tx, history.Decision{Import: id, Expected: revision(input.ExpectedRevision), Reason: input.Reason})
	})
}

func (m mutation) history() history.Room { return history.Room{People: m.Participants} }
