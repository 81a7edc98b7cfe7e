package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/recovery"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// AgreeInstalments keeps what was agreed with a person on how he gives back.
func (m mutation) AgreeInstalments(ctx context.Context, input AgreeInstalmentsInput) (*AgreeInstalmentsPayload, error) {
	return perform(ctx, m.Resolver, access.AgreeInstalments, input, func(ctx context.Context, tx *postgres.Tx, out *AgreeInstalmentsPayload) error {
		id, wrongID := newID(recovery.PlanPrefix, input.ID, "id")
		of, wrongRecovery := idOf(recovery.Prefix, input.Recovery, "recovery")
		if err := refusal.Join(wrongID, wrongRecovery); err != nil {
			return err
		}
		out.Recovery = &Recovery{ID: input.Recovery}
		in := recovery.Plan{ID: id, Recovery: of, AgreedOn: input.AgreedOn, Expected: revision(input.ExpectedRevision)}
		for _, one := range input.Instalments {
			in.Instalments = append(in.Instalments, recovery.Instalment{Month: one.Month, Cents: one.Amount})
		}
		return recovery.AgreeInstalments(ctx, tx, in)
	})
}

// WaiveRecovery asks that what is left be given up.
func (m mutation) WaiveRecovery(ctx context.Context, input WaiveRecoveryInput) (*WaiveRecoveryPayload, error) {
	return perform(ctx, m.Resolver, access.WaiveRecovery, input, func(ctx context.Context, tx *postgres.Tx, out *WaiveRecoveryPayload) error {
		id, wrongID := newID(recovery.DischargePrefix, input.ID, "id")
		of, wrongRecovery := idOf(recovery.Prefix, input.Recovery, "recovery")
		if err := refusal.Join(wrongID, wrongRecovery); err != nil {
			return err
		}
		out.Recovery, out.Discharge = &Recovery{ID: input.Recovery}, &RecoveryDischarge{ID: plan.FormatID(recovery.DischargePrefix, id)}
		return recovery.Waive(ctx, tx, recovery.Discharge{ID: id, Recovery: of, Cents: input.Amount, Reason: input.Reason, Expected: revision(input.ExpectedRevision)})
	})
}

// RecordRepayment says that a person has given money back himself.
func (m mutation) RecordRepayment(ctx context.Context, input RecordRepaymentInput) (*RecordRepaymentPayload, error) {
	return perform(ctx, m.Resolver, access.RecordRepayment, input, func(ctx context.Context, tx *postgres.Tx, out *RecordRepaymentPayload) error {
		id, wrongID := newID(recovery.DischargePrefix, input.ID, "id")
		of, wrongRecovery := idOf(recovery.Prefix, input.Recovery, "recovery")
		if err := refusal.Join(wrongID, wrongRecovery); err != nil {
			return err
		}
		out.Recovery, out.Discharge = &Recovery{ID: input.Recovery}, &RecoveryDischarge{ID: plan.FormatID(recovery.DischargePrefix, id)}
		return recovery.RecordRepayment(ctx, tx, recovery.Discharge{ID: id, Recovery: of, Cents: input.Amount, Day: &input.Day, Reason: input.Reason, Expected: revision(input.ExpectedRevision)})
	})
}

// AnswerDischarge confirms what was given back or is to be given up, or rejects it.
func (m mutation) AnswerDischarge(ctx context.Context, input AnswerDischargeInput) (*AnswerDischargePayload, error) {
	return perform(ctx, m.Resolver, access.AnswerDischarge, input, func(ctx context.Context, tx *postgres.Tx, out *AnswerDischargePayload) error {
		id, err := idOf(recovery.DischargePrefix, input.Discharge, "discharge")
		if err != nil {
			return err
		}
		out.Discharge = &RecoveryDischarge{ID: input.Discharge}
		of, err := recovery.AnswerDischarge(ctx, tx, recovery.DischargeAnswer{Discharge: id, Confirm: input.Confirm, Text: input.Answer, Expected: revision(input.ExpectedRevision)})
		if of != uuid.Nil {
			out.Recovery = &Recovery{ID: plan.FormatID(recovery.Prefix, of)}
		}
		return err
	})
}
