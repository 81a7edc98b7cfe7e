package graph

import (
	"context"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// AppointRepresentative lets a member see one participant as who represents him in law.
func (m mutation) AppointRepresentative(ctx context.Context, input AppointRepresentativeInput) (*AppointRepresentativePayload, error) {
	return perform(ctx, m.Resolver, access.AppointRepresentative, input, func(ctx context.Context, tx *postgres.Tx, out *AppointRepresentativePayload) error {
		of, wrongParticipant := shownParticipant(&out.Participant, input.Participant)
		id, wrongID := newID("rep", input.ID, "id")
		who, wrongMember := idOf("mem", input.Member, "member")
		if err := refusal.Join(wrongParticipant, wrongID, wrongMember); err != nil {
			return err
		}
		made, err := m.Participants.AppointRepresentative(ctx, tx, participant.AppointInput{ID: id, Participation: of, Member: who, Title: participant.Title(input.Title),
			Reference: input.Reference, On: input.TitledOn, Days: member.Days{From: orNoDay(input.FromDay), To: orNoDay(input.ToDay)}})
		if err == nil {
			out.Representation = &Representation{ID: plan.FormatID("rep", made)}
		}
		return err
	})
}

// EndRepresentative ends a representation after a day.
func (m mutation) EndRepresentative(ctx context.Context, input EndRepresentativeInput) (*EndRepresentativePayload, error) {
	return perform(ctx, m.Resolver, access.EndRepresentative, input, func(ctx context.Context, tx *postgres.Tx, out *EndRepresentativePayload) error {
		id, err := idOf("rep", input.Representation, "representation")
		if err != nil {
			return err
		}
		out.Representation = &Representation{ID: input.Representation}
		of, err := m.Participants.EndRepresentative(ctx, tx, id, orNoDay(input.LastDay))
		if err == nil {
			out.Participant = participantOf(of)
		}
		return err
	})
}

// OpenOwnAccess lets a member see himself.
func (m mutation) OpenOwnAccess(ctx context.Context, input OpenOwnAccessInput) (*OpenOwnAccessPayload, error) {
	return perform(ctx, m.Resolver, access.OpenOwnAccess, input, func(ctx context.Context, tx *postgres.Tx, out *OpenOwnAccessPayload) error {
		of, wrongParticipant := shownParticipant(&out.Participant, input.Participant)
		id, wrongID := newID("own", input.ID, "id")
		who, wrongMember := idOf("mem", input.Member, "member")
		if err := refusal.Join(wrongParticipant, wrongID, wrongMember); err != nil {
			return err
		}
		made, err := m.Participants.OpenOwnAccess(ctx, tx, participant.OpenInput{ID: id, Participation: of, Member: who,
			Days: member.Days{From: orNoDay(input.FromDay), To: orNoDay(input.ToDay)}})
		if err == nil {
			out.OwnAccess = &OwnAccess{ID: plan.FormatID("own", made)}
		}
		return err
	})
}

// CloseOwnAccess ends a member's sight of himself after a day.
func (m mutation) CloseOwnAccess(ctx context.Context, input CloseOwnAccessInput) (*CloseOwnAccessPayload, error) {
	return perform(ctx, m.Resolver, access.CloseOwnAccess, input, func(ctx context.Context, tx *postgres.Tx, out *CloseOwnAccessPayload) error {
		id, err := idOf("own", input.OwnAccess, "ownAccess")
		if err != nil {
			return err
		}
		out.OwnAccess = &OwnAccess{ID: input.OwnAccess}
		of, err := m.Participants.CloseOwnAccess(ctx, tx, participant.CloseInput{ID: id, Last: orNoDay(input.LastDay), Mistaken: input.Mistaken})
		if err == nil {
			out.Participant = participantOf(of)
		}
		return err
	})
}
