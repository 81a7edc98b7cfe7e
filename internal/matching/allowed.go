package matching

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// AllowedActs says, for many matches at once, what the actor could do now with each, and why not. For draftPlacement it looks at the
// match only: the gates of the internship need its dates.
func AllowedActs(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) (map[uuid.UUID][]plan.AllowedAct, error) {
	found, err := factsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID][]plan.AllowedAct, len(found))
	for id, f := range found {
		out[id] = allowed(tx, f)
	}
	return out, nil
}

func allowed(tx *postgres.Tx, f Facts) []plan.AllowedAct {
	var list []plan.AllowedAct
	for _, t := range Transitions {
		if t.Act == access.RefreshMatches {
			continue
		}
		no := refusal.List{refusal.NotAllowed.At()}
		if tx.Actor.May(t.Act, f.Programme, f.Audience) {
			no = t.Check(f)
		}
		list = append(list, plan.Allow(t.Act, t.Label, no))
	}
	return list
}

// fillAllowedActs answers the holes `allowedActs`.
func fillAllowedActs(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) ([]any, error) {
	byID, err := AllowedActs(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	values := make([]any, len(ids))
	for i, id := range ids {
		values[i] = byID[id]
	}
	return values, nil
}
