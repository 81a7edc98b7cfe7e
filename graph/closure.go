package graph

import (
	"context"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// RecordClosure writes down that a host is closed on some days.
func (m mutation) RecordClosure(ctx context.Context, input RecordClosureInput) (*RecordClosurePayload, error) {
	return perform(ctx, m.Resolver, access.RecordClosure, input, func(ctx context.Context, tx *postgres.Tx, out *RecordClosurePayload) error {
		programme, noProgramme := idOf("prg", input.Programme, "programme")
		company, noCompany := idOf("com", input.Company, "company")
		site, noSite := optionalID("sit", input.Site, "site")
		id, noID := newID(attendance.ClosurePrefix, input.ID, "id")
		if err := refusal.Join(noProgramme, noCompany, noSite, noID); err != nil {
			return err
		}
		err := attendance.RecordClosure(ctx, tx, attendance.Closure{ID: id, Programme: programme, Company: company, Site: site, From: input.FromDay, To: input.ToDay, Reason: input.Reason})
		if err == nil {
			out.Closure = &Closure{ID: plan.FormatID(attendance.ClosurePrefix, id)}
		}
		return err
	})
}

// WithdrawClosure takes a closure back that was a mistake.
func (m mutation) WithdrawClosure(ctx context.Context, input WithdrawClosureInput) (*WithdrawClosurePayload, error) {
	return perform(ctx, m.Resolver, access.WithdrawClosure, input, func(ctx context.Context, tx *postgres.Tx, out *WithdrawClosurePayload) error {
		out.Closure = &Closure{ID: input.Closure}
		id, err := idOf(attendance.ClosurePrefix, input.Closure, "closure")
		if err != nil {
			return err
		}
		return attendance.WithdrawClosure(ctx, tx, id, revision(input.ExpectedRevision))
	})
}
