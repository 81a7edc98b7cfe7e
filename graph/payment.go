package graph

import (
	"context"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// runStep reads what every act on a payment run needs.
func runStep(run string, expected *int32, reason string) (payment.Step, error) {
	id, err := idOf(payment.RunPrefix, run, "run")
	return payment.Step{Run: id, Expected: revision(expected), Reason: reason}, err
}

// OpenRun opens a payment run of a payer.
func (m mutation) OpenRun(ctx context.Context, input OpenRunInput) (*OpenRunPayload, error) {
	return perform(ctx, m.Resolver, access.OpenRun, input, func(ctx context.Context, tx *postgres.Tx, out *OpenRunPayload) error {
		id, wrongID := newID(payment.RunPrefix, input.ID, "id")
		of, wrongProgramme := idOf("prg", input.Programme, "programme")
		payer, wrongPayer := idOf("org", input.Payer, "payer")
		if err := refusal.Join(wrongID, wrongProgramme, wrongPayer); err != nil {
			return err
		}
		in := payment.Opening{ID: id, Programme: of, Payer: payer, UpTo: input.UpTo}
		if input.ValueDay != nil {
			in.Value = *input.ValueDay
		}
		out.Run = &PaymentRun{ID: plan.FormatID(payment.RunPrefix, id)}
		return payment.OpenRun(ctx, tx, in)
	})
}

// ComputeRun gathers what is due into a run.
func (m mutation) ComputeRun(ctx context.Context, input ComputeRunInput) (*ComputeRunPayload, error) {
	return perform(ctx, m.Resolver, access.ComputeRun, input, func(ctx context.Context, tx *postgres.Tx, out *ComputeRunPayload) error {
		out.Run = &PaymentRun{ID: input.Run}
		step, err := runStep(input.Run, input.ExpectedRevision, "")
		if err != nil {
			return err
		}
		return payment.ComputeRun(ctx, tx, step)
	})
}

// CheckRun has its maker stand by a computed run.
func (m mutation) CheckRun(ctx context.Context, input CheckRunInput) (*CheckRunPayload, error) {
	return perform(ctx, m.Resolver, access.CheckRun, input, func(ctx context.Context, tx *postgres.Tx, out *CheckRunPayload) error {
		out.Run = &PaymentRun{ID: input.Run}
		step, err := runStep(input.Run, input.ExpectedRevision, "")
		if err != nil {
			return err
		}
		return payment.CheckRun(ctx, tx, step)
	})
}

// ApproveRun approves a checked run.
func (m mutation) ApproveRun(ctx context.Context, input ApproveRunInput) (*ApproveRunPayload, error) {
	return perform(ctx, m.Resolver, access.ApproveRun, input, func(ctx context.Context, tx *postgres.Tx, out *ApproveRunPayload) error {
		out.Run = &PaymentRun{ID: input.Run}
		step, err := runStep(input.Run, input.ExpectedRevision, "")
		if err != nil {
			return err
		}
		return payment.ApproveRun(ctx, tx, step)
	})
}

// DiscardRun gives up a run that was not sent yet.
func (m mutation) DiscardRun(ctx context.Context, input DiscardRunInput) (*DiscardRunPayload, error) {
	return perform(ctx, m.Resolver, access.DiscardRun, input, func(ctx context.Context, tx *postgres.Tx, out *DiscardRunPayload) error {
		out.Run = &PaymentRun{ID: input.Run}
		step, err := runStep(input.Run, input.ExpectedRevision, input.Reason)
		if err != nil {
			return err
		}
		return payment.DiscardRun(ctx, tx, step)
	})
}
