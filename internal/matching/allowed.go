package matching

import (
	"context"
	"encoding/json"

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
		a := plan.AllowedAct{Act: string(t.Act), Label: t.Label, Refusals: refusal.List{}}
		if !tx.Actor.May(t.Act, f.Programme, f.Audience) {
			a.Refusals = refusal.List{refusal.NotAllowed.At()}
		} else if no := t.Check(f); len(no) > 0 {
			a.Refusals = no
		}
		a.Allowed = len(a.Refusals) == 0
		list = append(list, a)
	}
	return list
}

// fillAllowedActs answers the holes `allowedActs`.
func fillAllowedActs(ctx context.Context, tx *postgres.Tx, inputs []json.RawMessage) ([]any, error) {
	ids := make([]uuid.UUID, len(inputs))
	for i, in := range inputs {
		var asked struct{ ID uuid.UUID }
		if err := json.Unmarshal(in, &asked); err != nil {
			return nil, err
		}
		ids[i] = asked.ID
	}
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
