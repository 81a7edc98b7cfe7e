package participant

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// GuestInput says who is asked to come to see one participant: himself, or who represents him.
type GuestInput struct {
	ID            uuid.UUID // of the member
	Participation uuid.UUID
	Name          string
	Email         string
	FiscalCode    string // "" where it is not known
}

// InviteGuest asks somebody to come who does not work here. He sees nothing before he is given the participant's own access, or appointed as his
// representative. It gives the invitation.
func (r Room) InviteGuest(ctx context.Context, tx *postgres.Tx, in GuestInput) (invitation uuid.UUID, err error) {
	row, err := load(ctx, tx, in.Participation)
	if err != nil {
		return uuid.Nil, err
	}
	if !tx.Actor.May(access.InviteGuest, row.ProgrammeID, row.Audience) {
		return uuid.Nil, refusal.NotAllowed.At()
	}
	if row.State.Standing().Final {
		return uuid.Nil, closed(row.State).At("participant")
	}
	return r.Members.InviteGuest(ctx, tx, access.InviteGuest, member.GuestInput{ID: in.ID, Name: in.Name, Email: in.Email, FiscalCode: in.FiscalCode,
		Programme: row.ProgrammeID, Organisation: row.OrganisationID, Participation: row.ID, Audience: row.Audience})
}
