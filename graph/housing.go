package graph

import (
	"context"
	"strconv"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/housing"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// RequestHousingGrant asks for a contribution to living on one's own.
func (m mutation) RequestHousingGrant(ctx context.Context, input RequestHousingGrantInput) (*RequestHousingGrantPayload, error) {
	return perform(ctx, m.Resolver, access.RequestHousingGrant, input, func(ctx context.Context, tx *postgres.Tx, out *RequestHousingGrantPayload) error {
		of, wrongParticipant := idOf("prt", input.Participant, "participant")
		id, wrongID := newID(housing.Prefix, input.ID, "id")
		in := housing.Request{ID: id, Participation: of, Condition: input.Condition, From: input.FromMonth, Months: int(input.Months)}
		errs := []error{wrongParticipant, wrongID}
		if input.Monthly != nil {
			if in.Monthly = *input.Monthly; in.Monthly == 0 {
				in.Monthly = -1 // left out is another thing than nothing
			}
		}
		for i, p := range input.Proofs {
			file, err := idOf("fil", p.File, "proofs", strconv.Itoa(i), "file")
			in.Proofs, errs = append(in.Proofs, housing.Proof{Document: p.Document, File: file}), append(errs, err)
		}
		if err := refusal.Join(errs...); err != nil {
			return err
		}
		err := m.Housing.RequestGrant(ctx, tx, in)
		if err == nil {
			out.HousingGrant = &HousingGrant{ID: plan.FormatID(housing.Prefix, id)}
		}
		return err
	})
}

// AnswerHousingGrant grants a contribution, or refuses it.
func (m mutation) AnswerHousingGrant(ctx context.Context, input AnswerHousingGrantInput) (*AnswerHousingGrantPayload, error) {
	return perform(ctx, m.Resolver, access.AnswerHousingGrant, input, func(ctx context.Context, tx *postgres.Tx, out *AnswerHousingGrantPayload) error {
		id, err := idOf(housing.Prefix, input.HousingGrant, "housingGrant")
		if err != nil {
			return err
		}
		out.HousingGrant = &HousingGrant{ID: input.HousingGrant}
		return m.Housing.AnswerGrant(ctx, tx, housing.Answer{Grant: id, Accept: input.Accept, Text: orEmpty(input.Reason), Expected: revision(input.ExpectedRevision)})
	})
}

// RecordHousingReceipt keeps what a month has cost.
func (m mutation) RecordHousingReceipt(ctx context.Context, input RecordHousingReceiptInput) (*RecordHousingReceiptPayload, error) {
	return perform(ctx, m.Resolver, access.RecordHousingReceipt, input, func(ctx context.Context, tx *postgres.Tx, out *RecordHousingReceiptPayload) error {
		id, wrongID := newID(housing.ReceiptPrefix, input.ID, "id")
		of, wrongGrant := idOf(housing.Prefix, input.HousingGrant, "housingGrant")
		in := housing.Receipt{ID: id, Grant: of, Month: input.Month, Cents: input.Amount, Expected: revision(input.ExpectedRevision)}
		errs := []error{wrongID, wrongGrant}
		if input.File != nil {
			file, err := idOf("fil", *input.File, "file")
			in.File, errs = &file, append(errs, err)
		}
		if err := refusal.Join(errs...); err != nil {
			return err
		}
		out.HousingGrant = &HousingGrant{ID: input.HousingGrant}
		return m.Housing.RecordReceipt(ctx, tx, in)
	})
}

// WithdrawHousingGrant takes a contribution back from a month on.
func (m mutation) WithdrawHousingGrant(ctx context.Context, input WithdrawHousingGrantInput) (*WithdrawHousingGrantPayload, error) {
	return perform(ctx, m.Resolver, access.WithdrawHousingGrant, input, func(ctx context.Context, tx *postgres.Tx, out *WithdrawHousingGrantPayload) error {
		id, err := idOf(housing.Prefix, input.HousingGrant, "housingGrant")
		if err != nil {
			return err
		}
		out.HousingGrant = &HousingGrant{ID: input.HousingGrant}
		return m.Housing.WithdrawGrant(ctx, tx, housing.Withdrawal{Grant: id, From: input.FromMonth, Reason: input.Reason, Expected: revision(input.ExpectedRevision)})
	})
}
