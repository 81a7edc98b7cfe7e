package graph

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// OpenMandate gives an auditor a mandate.
func (m mutation) OpenMandate(ctx context.Context, input OpenMandateInput) (*OpenMandatePayload, error) {
	return perform(ctx, m.Resolver, access.OpenMandate, input, func(ctx context.Context, tx *postgres.Tx, out *OpenMandatePayload) error {
		id, wrongID := newID("mnd", input.ID, "id")
		prog, wrongProgramme := idOf("prg", input.Programme, "programme")
		organisation, wrongOrganisation := idOf("org", input.Organisation, "organisation")
		auditor, wrongMember := idOf("mem", input.Member, "member")
		sample, wrongSample := idsOf("prt", input.Sample, "sample")
		if err := refusal.Join(wrongID, wrongProgramme, wrongOrganisation, wrongMember, wrongSample); err != nil {
			return err
		}
		made, err := programme.OpenMandate(ctx, tx, programme.MandateInput{ID: id, Programme: prog, Organisation: organisation, Member: auditor, From: input.PeriodFrom,
			To: input.PeriodTo, EndsOn: input.EndsOn, Document: input.Document, Sample: sample})
		if err == nil {
			out.Mandate = &Mandate{ID: plan.FormatID("mnd", made)}
		}
		return err
	})
}

// DrawSample adds people to a mandate's sample.
func (m mutation) DrawSample(ctx context.Context, input DrawSampleInput) (*DrawSamplePayload, error) {
	return perform(ctx, m.Resolver, access.DrawSample, input, func(ctx context.Context, tx *postgres.Tx, out *DrawSamplePayload) error {
		id, wrongMandate := idOf("mnd", input.Mandate, "mandate")
		sample, wrongSample := idsOf("prt", input.Sample, "sample")
		if wrongMandate == nil {
			out.Mandate = &Mandate{ID: input.Mandate}
		}
		if err := refusal.Join(wrongMandate, wrongSample); err != nil {
			return err
		}
		return programme.DrawSample(ctx, tx, id, sample, revision(input.ExpectedRevision))
	})
}

// CloseMandate ends a mandate before its last day.
func (m mutation) CloseMandate(ctx context.Context, input CloseMandateInput) (*CloseMandatePayload, error) {
	return perform(ctx, m.Resolver, access.CloseMandate, input, func(ctx context.Context, tx *postgres.Tx, out *CloseMandatePayload) error {
		id, err := idOf("mnd", input.Mandate, "mandate")
		if err != nil {
			return err
		}
		out.Mandate = &Mandate{ID: input.Mandate}
		return programme.CloseMandate(ctx, tx, id, revision(input.ExpectedRevision))
	})
}

// idsOf reads ids of one sort, telling of each that is not where it stands.
func idsOf(prefix string, ids []string, path string) ([]uuid.UUID, error) {
	var out []uuid.UUID
	var wrong []error
	for i, id := range ids {
		u, err := idOf(prefix, id, path, strconv.Itoa(i))
		out, wrong = append(out, u), append(wrong, err)
	}
	return out, refusal.Join(wrong...)
}
