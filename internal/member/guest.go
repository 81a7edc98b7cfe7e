package member

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// GuestInput says who is asked to come without working here: who takes part, or who represents him.
type GuestInput struct {
	ID            uuid.UUID // of the member
	Name          string
	Email         string
	FiscalCode    string // "" where it is not known
	Programme     uuid.UUID
	Organisation  uuid.UUID   // in whose name he is asked
	Participation uuid.UUID   // which he will see
	Audience      []uuid.UUID // of the participation
}

// InviteGuest asks somebody to come who is to see one participation, for which a grant is given apart; the caller has looked at whether the actor
// may. The guest has no home body, and no administrator learns of him. The refusals of his data are those of Invite.
func (r Room) InviteGuest(ctx context.Context, tx *postgres.Tx, act access.Act, in GuestInput) (invitation uuid.UUID, err error) {
	said, err := InviteInput{Name: in.Name, Email: in.Email, FiscalCode: in.FiscalCode}.clean()
	if err != nil {
		return uuid.Nil, err
	}
	m := memberRow{ID: in.ID, Name: said.Name, Email: said.Email, Answering: []uuid.UUID{}}
	if err := m.mark(tx, said.FiscalCode); err != nil {
		return uuid.Nil, err
	}
	if err := enlist(ctx, tx, m, uuid.Nil); err != nil {
		return uuid.Nil, err
	}
	same, err := oneHuman(ctx, tx, tx.Actor.Member, m.ID)
	if err != nil {
		return uuid.Nil, err
	}
	if same {
		return uuid.Nil, SelfGrant.At("email")
	}
	return r.invite(ctx, tx, act, invitationRow{MemberID: m.ID, ProgrammeID: in.Programme, OrganisationID: in.Organisation, ParticipationID: &in.Participation,
		Audience: in.Audience})
}
