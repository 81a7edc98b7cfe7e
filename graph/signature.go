package graph

import (
	"context"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// AskSignature asks who has no account to sign a month.
func (m mutation) AskSignature(ctx context.Context, input AskSignatureInput) (*AskSignaturePayload, error) {
	return perform(ctx, m.Resolver, access.AskSignature, input, func(ctx context.Context, tx *postgres.Tx, out *AskSignaturePayload) error {
		month, wrongMonth := idOf(attendance.MonthPrefix, input.RegisterMonth, "registerMonth")
		id, wrongID := newID(attendance.SignaturePrefix, input.ID, "id")
		if err := refusal.Join(wrongMonth, wrongID); err != nil {
			return err
		}
		err := m.Register.AskSignature(ctx, tx, attendance.Asked{ID: id, Month: month, Party: attendance.Party(input.Party), To: attendance.Destination{Email: orEmpty(input.Email), Phone: orEmpty(input.Phone), Code: input.Code}})
		if err == nil {
			out.Signature = &MonthSignature{ID: plan.FormatID(attendance.SignaturePrefix, id)}
		}
		return err
	})
}

// signatureStep reads what every act on a signature needs.
func signatureStep(signature string, expected *int32) (attendance.SignatureStep, *MonthSignature, error) {
	id, err := idOf(attendance.SignaturePrefix, signature, "signature")
	return attendance.SignatureStep{Signature: id, Expected: revision(expected)}, &MonthSignature{ID: signature}, err
}

// ResendSignature sends another link to sign by.
func (m mutation) ResendSignature(ctx context.Context, input ResendSignatureInput) (*ResendSignaturePayload, error) {
	return perform(ctx, m.Resolver, access.ResendSignature, input, func(ctx context.Context, tx *postgres.Tx, out *ResendSignaturePayload) error {
		step, shown, err := signatureStep(input.Signature, input.ExpectedRevision)
		if err != nil {
			return err
		}
		out.Signature, step.To = shown, attendance.Destination{Email: orEmpty(input.Email), Phone: orEmpty(input.Phone), Code: input.Code}
		return m.Register.ResendSignature(ctx, tx, step)
	})
}

// ShowSigningCode makes a code to sign by; of a preview it is not told, since it opens nothing.
func (m mutation) ShowSigningCode(ctx context.Context, input ShowSigningCodeInput) (*ShowSigningCodePayload, error) {
	return perform(ctx, m.Resolver, access.ShowSigningCode, input, func(ctx context.Context, tx *postgres.Tx, out *ShowSigningCodePayload) error {
		step, shown, err := signatureStep(input.Signature, input.ExpectedRevision)
		if err != nil {
			return err
		}
		out.Signature = shown
		code, until, err := attendance.ShowSigningCode(ctx, tx, step)
		if err == nil && !input.Preview {
			out.Code = &SigningCode{Code: code.Shown(), Path: code.Path(), ExpiresAt: until}
		}
		return err
	})
}

// RevokeSignature takes back that somebody is asked to sign.
func (m mutation) RevokeSignature(ctx context.Context, input RevokeSignatureInput) (*RevokeSignaturePayload, error) {
	return perform(ctx, m.Resolver, access.RevokeSignature, input, func(ctx context.Context, tx *postgres.Tx, out *RevokeSignaturePayload) error {
		step, shown, err := signatureStep(input.Signature, input.ExpectedRevision)
		if err != nil {
			return err
		}
		out.Signature = shown
		return attendance.RevokeSignature(ctx, tx, step)
	})
}

// AttachSignedPaper keeps a month that somebody has signed on paper.
func (m mutation) AttachSignedPaper(ctx context.Context, input AttachSignedPaperInput) (*AttachSignedPaperPayload, error) {
	return perform(ctx, m.Resolver, access.AttachSignedPaper, input, func(ctx context.Context, tx *postgres.Tx, out *AttachSignedPaperPayload) error {
		month, wrongMonth := idOf(attendance.MonthPrefix, input.RegisterMonth, "registerMonth")
		id, wrongID := newID(attendance.SignaturePrefix, input.ID, "id")
		file, wrongFile := idOf("fil", input.File, "file")
		if err := refusal.Join(wrongMonth, wrongID, wrongFile); err != nil {
			return err
		}
		err := attendance.AttachSignedPaper(ctx, tx, attendance.SignedPaper{ID: id, Month: month, Party: attendance.Party(input.Party), Name: input.Name, Code: input.Code, File: file})
		if err == nil {
			out.Signature = &MonthSignature{ID: plan.FormatID(attendance.SignaturePrefix, id)}
		}
		return err
	})
}

// ConfirmSignedPaper says that a paper is what it claims to be.
func (m mutation) ConfirmSignedPaper(ctx context.Context, input ConfirmSignedPaperInput) (*ConfirmSignedPaperPayload, error) {
	return perform(ctx, m.Resolver, access.ConfirmSignedPaper, input, func(ctx context.Context, tx *postgres.Tx, out *ConfirmSignedPaperPayload) error {
		step, shown, err := signatureStep(input.Signature, input.ExpectedRevision)
		if err != nil {
			return err
		}
		out.Signature = shown
		return attendance.ConfirmSignedPaper(ctx, tx, step)
	})
}
