package company

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// internLimits fills the host limits of sites from their headcounts. Sites belong to no programme: with several of the viewer's, the
// smallest limit holds.
func internLimits(ctx context.Context, tx *postgres.Tx, headcounts []int) ([]any, error) {
	quotas, err := quotasOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	values := make([]any, len(headcounts))
	for i, headcount := range headcounts {
		values[i] = smallest(headcount, quotas)
	}
	return values, nil
}

func smallest(headcount int, quotas [][]programme.Quota) int {
	least := 0
	for i, q := range quotas {
		if limit := InternLimit(headcount, q); i == 0 || limit < least {
			least = limit
		}
	}
	return least
}

// quotasOf gives the quota in force today in each of the actor's programmes that has rules already.
func quotasOf(ctx context.Context, tx *postgres.Tx) (quotas [][]programme.Quota, err error) {
	asked := map[uuid.UUID]bool{}
	for _, g := range tx.Actor.Grants {
		if asked[g.Programme] {
			continue
		}
		asked[g.Programme] = true
		p, err := programme.PolicyOn(ctx, tx, g.Programme, tx.Today())
		if _, none := refusal.As(err); none {
			continue
		}
		if err != nil {
			return nil, err
		}
		var quota []programme.Quota
		if err := p.Decode("placement.host_quota", &quota); err != nil {
			return nil, err
		}
		quotas = append(quotas, quota)
	}
	return quotas, nil
}

// allowedActs says of an opening what the viewer can do with it now.
func allowedActs(_ context.Context, tx *postgres.Tx, row struct {
	Programme uuid.UUID
	State     State
	Line      []uuid.UUID
}) (any, error) {
	acts := []plan.AllowedAct{}
	for _, t := range Transitions {
		if len(t.From) == 0 || t.Act == CountSeats {
			continue
		}
		o := Opening{ProgrammeID: row.Programme, State: row.State}
		_, refusals := o.may(tx.Actor, t.Act, row.Line)
		acts = append(acts, plan.Allow(t.Act, t.Label, refusals))
	}
	return acts, nil
}
