package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// RequestHandOver asks the organisation that follows a person to hand him over.
func (m mutation) RequestHandOver(ctx context.Context, input RequestHandOverInput) (*RequestHandOverPayload, error) {
	return perform(ctx, m.Resolver, access.RequestHandOver, input, func(ctx context.Context, tx *postgres.Tx, out *RequestHandOverPayload) error {
		programme, wrongProgramme := idOf("prg", input.Programme, "programme")
		organisation, wrongOrganisation := idOf("org", input.Organisation, "organisation")
		if err := refusal.Join(wrongProgramme, wrongOrganisation); err != nil {
			return err
		}
		made, err := m.Participants.RequestHandOver(ctx, tx, participant.HandOverInput{Programme: programme, FiscalCode: input.FiscalCode,
			Organisation: organisation, Reason: input.Reason})
		if err == nil {
			out.HandOver = &HandOver{ID: plan.FormatID("hov", made)}
		}
		return err
	})
}

// AnswerHandOver hands a person over, or declines.
func (m mutation) AnswerHandOver(ctx context.Context, input AnswerHandOverInput) (*AnswerHandOverPayload, error) {
	return perform(ctx, m.Resolver, access.AnswerHandOver, input, func(ctx context.Context, tx *postgres.Tx, out *AnswerHandOverPayload) error {
		of, err := shownHandOver(&out.HandOver, input.HandOver)
		if err != nil {
			return err
		}
		about, err := m.Participants.AnswerHandOver(ctx, tx, participant.AnswerInput{HandOver: of, Expected: revision(input.ExpectedRevision), Accept: input.Accept,
			KeepTeam: input.KeepTeam, Reason: orEmpty(input.Reason)})
		if about != uuid.Nil {
			out.Participant = participantOf(about)
		}
		return err
	})
}

// WithdrawHandOver takes a request back.
func (m mutation) WithdrawHandOver(ctx context.Context, input WithdrawHandOverInput) (*WithdrawHandOverPayload, error) {
	return perform(ctx, m.Resolver, access.WithdrawHandOver, input, func(ctx context.Context, tx *postgres.Tx, out *WithdrawHandOverPayload) error {
		of, err := shownHandOver(&out.HandOver, input.HandOver)
		if err != nil {
			return err
		}
		return m.Participants.WithdrawHandOver(ctx, tx, of, revision(input.ExpectedRevision))
	})
}

// shownHandOver reads the id of the request that an act is about, and puts the request into the payload when it is one.
func shownHandOver(out **HandOver, id string) (uuid.UUID, error) {
	of, err := idOf("hov", id, "handOver")
	if err == nil {
		*out = &HandOver{ID: plan.FormatID("hov", of)}
	}
	return of, err
}
