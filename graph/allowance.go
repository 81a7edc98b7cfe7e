package graph

import (
	"context"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// ComputeAllowance works a participant's month out from the register as it stands.
func (m mutation) ComputeAllowance(ctx context.Context, input ComputeAllowanceInput) (*ComputeAllowancePayload, error) {
	return perform(ctx, m.Resolver, access.ComputeAllowance, input, func(ctx context.Context, tx *postgres.Tx, out *ComputeAllowancePayload) error {
		participation, err := idOf("prt", input.Participant, "participant")
		if err != nil {
			return err
		}
		id, err := allowance.Compute(ctx, tx, allowance.Month{Participation: participation, Month: input.Month})
		if err != nil {
			return err
		}
		out.Allowance = &Allowance{ID: plan.FormatID(allowance.Prefix, id)}
		return nil
	})
}
