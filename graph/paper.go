package graph

import (
	"context"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// AttachAbsencePaper keeps the paper of an absence.
func (m mutation) AttachAbsencePaper(ctx context.Context, input AttachAbsencePaperInput) (*AttachAbsencePaperPayload, error) {
	return perform(ctx, m.Resolver, access.AttachAbsencePaper, input, func(ctx context.Context, tx *postgres.Tx, out *AttachAbsencePaperPayload) error {
		of, wrongParticipant := idOf("prt", input.Participant, "participant")
		id, wrongID := newID(attendance.PaperPrefix, input.ID, "id")
		file, wrongFile := idOf("fil", input.File, "file")
		if err := refusal.Join(wrongParticipant, wrongID, wrongFile); err != nil {
			return err
		}
		err := attendance.AttachAbsencePaper(ctx, tx, attendance.AbsencePaper{ID: id, Participation: of, From: input.FromDay, To: input.ToDay, File: file})
		if err == nil {
			out.Paper = &AbsencePaper{ID: plan.FormatID(attendance.PaperPrefix, id)}
		}
		return err
	})
}

// WithdrawAbsencePaper takes back a paper that was a mistake.
func (m mutation) WithdrawAbsencePaper(ctx context.Context, input WithdrawAbsencePaperInput) (*WithdrawAbsencePaperPayload, error) {
	return perform(ctx, m.Resolver, access.WithdrawAbsencePaper, input, func(ctx context.Context, tx *postgres.Tx, out *WithdrawAbsencePaperPayload) error {
		id, err := idOf(attendance.PaperPrefix, input.Paper, "paper")
		if err != nil {
			return err
		}
		out.Paper = &AbsencePaper{ID: input.Paper}
		return attendance.WithdrawAbsencePaper(ctx, tx, attendance.Withdrawal{Paper: id, Mistake: attendance.PaperMistake(input.Mistake), Expected: revision(input.ExpectedRevision)})
	})
}
