package graph

import (
	"context"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// monthStep reads what every act on a month needs.
func monthStep(month string, expected *int32, reason, evidence string, file *string) (attendance.MonthStep, error) {
	id, err := idOf(attendance.MonthPrefix, month, "registerMonth")
	if err != nil {
		return attendance.MonthStep{}, err
	}
	proof, err := optionalID("fil", file, "file")
	return attendance.MonthStep{Month: id, Expected: revision(expected), Reason: reason, Evidence: evidence, File: proof}, err
}

// SubmitMonth closes a month for entries and sends it to be certified, once nothing in it is contested.
func (m mutation) SubmitMonth(ctx context.Context, input SubmitMonthInput) (*SubmitMonthPayload, error) {
	return perform(ctx, m.Resolver, access.SubmitMonth, input, func(ctx context.Context, tx *postgres.Tx, out *SubmitMonthPayload) error {
		out.RegisterMonth = &RegisterMonth{ID: input.RegisterMonth}
		step, err := monthStep(input.RegisterMonth, input.ExpectedRevision, "", "", nil)
		if err != nil {
			return err
		}
		return attendance.SubmitMonth(ctx, tx, step)
	})
}

// ReturnMonth gives a submitted month back to the tutor, or takes it back.
func (m mutation) ReturnMonth(ctx context.Context, input ReturnMonthInput) (*ReturnMonthPayload, error) {
	return perform(ctx, m.Resolver, access.ReturnMonth, input, func(ctx context.Context, tx *postgres.Tx, out *ReturnMonthPayload) error {
		out.RegisterMonth = &RegisterMonth{ID: input.RegisterMonth}
		step, err := monthStep(input.RegisterMonth, input.ExpectedRevision, input.Reason, "", nil)
		if err != nil {
			return err
		}
		return attendance.ReturnMonth(ctx, tx, step)
	})
}

// CertifyMonthAsHost certifies a submitted month for the company.
func (m mutation) CertifyMonthAsHost(ctx context.Context, input CertifyMonthAsHostInput) (*CertifyMonthAsHostPayload, error) {
	return perform(ctx, m.Resolver, access.CertifyMonthAsHost, input, func(ctx context.Context, tx *postgres.Tx, out *CertifyMonthAsHostPayload) error {
		out.RegisterMonth = &RegisterMonth{ID: input.RegisterMonth}
		step, err := monthStep(input.RegisterMonth, input.ExpectedRevision, "", "", nil)
		if err != nil {
			return err
		}
		return attendance.CertifyMonthAsHost(ctx, tx, step)
	})
}

// CertifyMonthForHost certifies a submitted month in the place of a company that has been silent for the days of the rules (attendance.host_silence_days).
func (m mutation) CertifyMonthForHost(ctx context.Context, input CertifyMonthForHostInput) (*CertifyMonthForHostPayload, error) {
	return perform(ctx, m.Resolver, access.CertifyMonthForHost, input, func(ctx context.Context, tx *postgres.Tx, out *CertifyMonthForHostPayload) error {
		out.RegisterMonth = &RegisterMonth{ID: input.RegisterMonth}
		step, err := monthStep(input.RegisterMonth, input.ExpectedRevision, input.Reason, input.Evidence, input.File)
		if err != nil {
			return err
		}
		return attendance.CertifyMonthForHost(ctx, tx, step)
	})
}

// CertifyMonth certifies a month for the promoter, after the company where there is one.
func (m mutation) CertifyMonth(ctx context.Context, input CertifyMonthInput) (*CertifyMonthPayload, error) {
	return perform(ctx, m.Resolver, access.CertifyMonth, input, func(ctx context.Context, tx *postgres.Tx, out *CertifyMonthPayload) error {
		out.RegisterMonth = &RegisterMonth{ID: input.RegisterMonth}
		step, err := monthStep(input.RegisterMonth, input.ExpectedRevision, "", "", nil)
		if err != nil {
			return err
		}
		return attendance.CertifyMonth(ctx, tx, step)
	})
}

// LockMonth locks a certified month: from then on there are adjustments only.
func (m mutation) LockMonth(ctx context.Context, input LockMonthInput) (*LockMonthPayload, error) {
	return perform(ctx, m.Resolver, access.LockMonth, input, func(ctx context.Context, tx *postgres.Tx, out *LockMonthPayload) error {
		out.RegisterMonth = &RegisterMonth{ID: input.RegisterMonth}
		step, err := monthStep(input.RegisterMonth, input.ExpectedRevision, "", "", nil)
		if err != nil {
			return err
		}
		return attendance.LockMonth(ctx, tx, step)
	})
}

// ReopenMonth opens a month that is not locked for entries again; what was certified must be certified anew.
func (m mutation) ReopenMonth(ctx context.Context, input ReopenMonthInput) (*ReopenMonthPayload, error) {
	return perform(ctx, m.Resolver, access.ReopenMonth, input, func(ctx context.Context, tx *postgres.Tx, out *ReopenMonthPayload) error {
		out.RegisterMonth = &RegisterMonth{ID: input.RegisterMonth}
		step, err := monthStep(input.RegisterMonth, input.ExpectedRevision, input.Reason, "", nil)
		if err != nil {
			return err
		}
		return attendance.ReopenMonth(ctx, tx, step)
	})
}

// AdjustMonth adds an adjustment to a locked month.
func (m mutation) AdjustMonth(ctx context.Context, input AdjustMonthInput) (*AdjustMonthPayload, error) {
	return perform(ctx, m.Resolver, access.AdjustMonth, input, func(ctx context.Context, tx *postgres.Tx, out *AdjustMonthPayload) error {
		out.RegisterMonth = &RegisterMonth{ID: input.RegisterMonth}
		step, err := monthStep(input.RegisterMonth, input.ExpectedRevision, input.Reason, "", nil)
		if err != nil {
			return err
		}
		id, err := newID("rga", input.ID, "id")
		if err != nil {
			return err
		}
		return attendance.AdjustMonth(ctx, tx, attendance.Adjustment{MonthStep: step, ID: id, Day: input.Day, Minutes: int(input.Minutes), Days: int(input.PresenceDays)})
	})
}
