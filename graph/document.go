package graph

import (
	"context"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/document"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// PrintRegister makes a month of the register as a PDF.
func (m mutation) PrintRegister(ctx context.Context, input PrintRegisterInput) (*PrintRegisterPayload, error) {
	return perform(ctx, m.Resolver, access.PrintRegister, input, func(ctx context.Context, tx *postgres.Tx, out *PrintRegisterPayload) error {
		id, wrongID := newID("fil", input.ID, "id")
		month, wrongMonth := idOf(attendance.MonthPrefix, input.RegisterMonth, "registerMonth")
		out.RegisterMonth = &RegisterMonth{ID: input.RegisterMonth}
		if err := refusal.Join(wrongID, wrongMonth); err != nil {
			return err
		}
		session, _ := sessionOf(ctx)
		ticket, err := m.Documents.PrintRegister(ctx, tx, month, id, session.Lang)
		if err == nil {
			out.File = fileOf(id)
		}
		out.Download = ticketOf(ticket, DownloadPath, input.Preview, err)
		return err
	})
}

// MakeControlFolder makes a folder by which somebody outside proves months and their payments.
func (m mutation) MakeControlFolder(ctx context.Context, input MakeControlFolderInput) (*MakeControlFolderPayload, error) {
	return perform(ctx, m.Resolver, access.MakeControlFolder, input, func(ctx context.Context, tx *postgres.Tx, out *MakeControlFolderPayload) error {
		id, wrongID := newID("fil", input.ID, "id")
		of, wrongAllowance := optionalID(allowance.Prefix, input.Allowance, "allowance")
		sample, wrongSample := sampling(input.Sample)
		if err := refusal.Join(wrongID, wrongAllowance, wrongSample); err != nil {
			return err
		}
		in := document.Control{ID: id, Purpose: input.Purpose, Sample: sample}
		if of != nil {
			in.Allowance = *of
		}
		session, _ := sessionOf(ctx)
		made, err := m.Documents.MakeControlFolder(ctx, tx, in, session.Lang)
		if err != nil {
			return err
		}
		out.File, out.Manifest, out.Download = fileOf(id), &made.Manifest, ticketOf(made.Ticket, DownloadPath, input.Preview, nil)
		for _, line := range made.Drawn {
			out.Drawn = append(out.Drawn, &PaymentLine{ID: plan.FormatID(payment.LinePrefix, line)})
		}
		return nil
	})
}

func sampling(in *ControlSampleInput) (*document.Sampling, error) {
	if in == nil {
		return nil, nil
	}
	programme, wrongProgramme := idOf("prg", in.Programme, "sample", "programme")
	payer, wrongPayer := optionalID("org", in.Payer, "sample", "payer")
	if err := refusal.Join(wrongProgramme, wrongPayer); err != nil {
		return nil, err
	}
	s := &document.Sampling{Programme: programme, Seed: in.Seed, Size: int(in.Size)}
	if payer != nil {
		s.Payer = *payer
	}
	if in.From != nil {
		s.From = *in.From
	}
	if in.To != nil {
		s.To = *in.To
	}
	return s, nil
}
