package graph

import (
	"context"

	"github.com/google/uuid"

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

// ExportRun sends an approved run to be paid.
func (m mutation) ExportRun(ctx context.Context, input ExportRunInput) (*ExportRunPayload, error) {
	return perform(ctx, m.Resolver, access.ExportRun, input, func(ctx context.Context, tx *postgres.Tx, out *ExportRunPayload) error {
		out.Run = &PaymentRun{ID: input.Run}
		step, err := runStep(input.Run, input.ExpectedRevision, "")
		if err != nil {
			return err
		}
		step.Workbook = input.List == PaymentListFormXlsx
		return payment.ExportRun(ctx, tx, step)
	})
}

// lineStep reads what every act on a payment line needs.
func lineStep(line string, expected *int32, reason string) (payment.LineStep, error) {
	id, err := idOf(payment.LinePrefix, line, "line")
	return payment.LineStep{Line: id, Expected: revision(expected), Reason: reason}, err
}

// HoldLine keeps a transfer back that was not sent yet.
func (m mutation) HoldLine(ctx context.Context, input HoldLineInput) (*HoldLinePayload, error) {
	return perform(ctx, m.Resolver, access.HoldLine, input, func(ctx context.Context, tx *postgres.Tx, out *HoldLinePayload) error {
		out.Line = &PaymentLine{ID: input.Line}
		step, err := lineStep(input.Line, input.ExpectedRevision, input.Reason)
		if err != nil {
			return err
		}
		return payment.HoldLine(ctx, tx, step)
	})
}

// ReleaseLine lets a transfer go that was held back.
func (m mutation) ReleaseLine(ctx context.Context, input ReleaseLineInput) (*ReleaseLinePayload, error) {
	return perform(ctx, m.Resolver, access.ReleaseLine, input, func(ctx context.Context, tx *postgres.Tx, out *ReleaseLinePayload) error {
		out.Line = &PaymentLine{ID: input.Line}
		step, err := lineStep(input.Line, input.ExpectedRevision, input.Reason)
		if err != nil {
			return err
		}
		return payment.ReleaseLine(ctx, tx, step)
	})
}

// RecallLine asks for a transfer back that was sent.
func (m mutation) RecallLine(ctx context.Context, input RecallLineInput) (*RecallLinePayload, error) {
	return perform(ctx, m.Resolver, access.RecallLine, input, func(ctx context.Context, tx *postgres.Tx, out *RecallLinePayload) error {
		out.Line = &PaymentLine{ID: input.Line}
		step, err := lineStep(input.Line, input.ExpectedRevision, input.Reason)
		if err != nil {
			return err
		}
		return payment.RecallLine(ctx, tx, step)
	})
}

// ResolveLine says which of two things is true that a bank says of a transfer.
func (m mutation) ResolveLine(ctx context.Context, input ResolveLineInput) (*ResolveLinePayload, error) {
	return perform(ctx, m.Resolver, access.ResolveLine, input, func(ctx context.Context, tx *postgres.Tx, out *ResolveLinePayload) error {
		out.Line = &PaymentLine{ID: input.Line}
		step, err := lineStep(input.Line, input.ExpectedRevision, input.Reason)
		if err != nil {
			return err
		}
		run, err := payment.ResolveLine(ctx, tx, payment.Truth{LineStep: step, Paid: input.Paid})
		if run != uuid.Nil {
			out.Run = &PaymentRun{ID: plan.FormatID(payment.RunPrefix, run)}
		}
		return err
	})
}

// ReadAnswer reads what came back of payment runs.
func (m mutation) ReadAnswer(ctx context.Context, input ReadAnswerInput) (*ReadAnswerPayload, error) {
	return perform(ctx, m.Resolver, access.ReadAnswer, input, func(ctx context.Context, tx *postgres.Tx, out *ReadAnswerPayload) error {
		id, wrongID := newID(payment.AnswerPrefix, input.ID, "id")
		of, wrongProgramme := idOf("prg", input.Programme, "programme")
		payer, wrongPayer := idOf("org", input.Payer, "payer")
		file, wrongFile := idOf("fil", input.File, "file")
		if err := refusal.Join(wrongID, wrongProgramme, wrongPayer, wrongFile); err != nil {
			return err
		}
		out.Answer = &PaymentAnswer{ID: plan.FormatID(payment.AnswerPrefix, id)}
		return payment.ReadAnswer(ctx, tx, payment.Answer{ID: id, Programme: of, Payer: payer, File: file})
	})
}
