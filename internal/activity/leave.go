package activity

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Veto says of some participations why the person cannot leave the programme yet: courses and laboratories that are not ended. An
// internship is the placement's to veto.
func Veto(ctx context.Context, tx *postgres.Tx, participations []uuid.UUID) (map[uuid.UUID]refusal.List, error) {
	living, err := livingIn(ctx, tx, participations)
	if err != nil {
		return nil, err
	}
	said := make(map[uuid.UUID]refusal.List, len(living))
	for id, n := range living {
		said[id] = refusal.List{StillEnrolled.At("participant").With("count", n)}
	}
	return said, nil
}
