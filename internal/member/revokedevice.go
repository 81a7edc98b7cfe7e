package member

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// RevokeDevice takes a phone out of use, also one of a member who is gone: by its member, or by who administers or coordinates his body. What
// comes from it is refused from then on, and told to wipe. It stays so: who finds his phone again registers it anew.
func RevokeDevice(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	row, err := deviceByID(ctx, tx, id, "device")
	if err != nil {
		return err
	}
	if row.MemberID != tx.Actor.Member && !answersFor(tx.Actor, access.RevokeDevice, row.Audience) {
		return refusal.NotAllowed.At()
	}
	if !row.RevokedAt.IsZero() {
		return nil
	}
	if err := row.revoke(ctx, tx); err != nil {
		return err
	}
	return row.tell(ctx, tx, access.RevokeDevice, event.Changed)
}

// ConfirmWipe records that nothing is left on a revoked phone. The app says so, of its member's own phone alone and once it has deleted
// everything but what it signs in with: that a phone was told proves only that the order arrived.
func ConfirmWipe(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	row, err := deviceByID(ctx, tx, id, "device")
	switch {
	case err != nil:
		return err
	case row.MemberID != tx.Actor.Member:
		return refusal.NotAllowed.At()
	case row.RevokedAt.IsZero():
		return DeviceInUse.At("device")
	case !row.WipedAt.IsZero():
		return nil
	}
	if err := row.wiped(ctx, tx); err != nil {
		return err
	}
	return row.tell(ctx, tx, access.ConfirmWipe, event.Changed)
}
