package graph

import (
	"context"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
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
