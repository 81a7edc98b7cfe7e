package placement

import (
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// AllowedActs says, for many internships at once, what the actor could do today with each, and why not; one list for each id.
func (r Room) AllowedActs(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) (map[uuid.UUID][]plan.AllowedAct, error) {
	found, err := byIDs(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	policies, err := policiesOf(ctx, tx, found)
	if err != nil {
		return nil, err
	}
	facts, err := factsOf(ctx, tx, ids, tx.Today(), policies)
	if err != nil {
		return nil, err
	}
	later, err := extensionFacts(ctx, tx, ids, calendar.Day{})
	if err != nil {
		return nil, err
	}
	all := slices.Collect(maps.Values(found))
	attest, err := refusalsOf(ctx, tx, r.AttestGates, attesting, all...)
	if err != nil {
		return nil, err
	}
	commit, err := refusalsOf(ctx, tx, r.CommitGates, committing, all...)
	if err != nil {
		return nil, err
	}
	longer, err := refusalsOf(ctx, tx, r.ExtendGates, extending, all...)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID][]plan.AllowedAct, len(found))
	for id, p := range found {
		f := facts[id].facts(p, tx.Today(), tx.Today())
		later[id].into(&f)
		f.Rules, f.Attest, f.Commit, f.Longer = policies[p.Programme].of(f.SiteHeadcount), attest[id], commit[id], longer[id]
		out[id] = allowed(tx, f)
	}
	return out, nil
}

// allowed walks the table. To whom a role does not allow an act, nothing more is said of what else stands in its way.
func allowed(tx *postgres.Tx, f Facts) []plan.AllowedAct {
	var list []plan.AllowedAct
	for _, t := range Transitions {
		if len(t.From) == 0 {
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

// fill answers the holes `allowedActs`.
func (r Room) fill(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) ([]any, error) {
	byID, err := r.AllowedActs(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	values := make([]any, len(ids))
	for i, id := range ids {
		values[i] = byID[id]
	}
	return values, nil
}
