package member

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// Room holds what invitations need beside their transaction.
type Room struct {
	// InvitationDays gives for how many days an invitation into the programme holds: a rule of the programme, which this room stands before.
	InvitationDays func(ctx context.Context, tx *postgres.Tx, programme uuid.UUID) (int, error)
}
