package participant

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// OpenInput says which member is a participant himself, and for which days he sees that.
type OpenInput struct {
	ID            uuid.UUID // of the grant; made when zero
	Participation uuid.UUID
	Member        uuid.UUID
	Days          member.Days // from today, without end, where left out
}

// OpenOwnAccess lets a member see himself in a programme in which he takes part, and knows him as that person. It is never the actor, nor anybody
// who works on the case: who takes part and works for a partner, too, is followed by others.
func (r Room) OpenOwnAccess(ctx context.Context, tx *postgres.Tx, in OpenInput) (uuid.UUID, error) {
	row, err := letSee(ctx, tx, access.OpenOwnAccess, in.Participation, in.Member)
	if err != nil {
		return uuid.Nil, err
	}
	id, days, err := row.grant(ctx, tx, access.Self, in.ID, in.Member, in.Days)
	if err != nil {
		return uuid.Nil, err
	}
	row.tellOf(tx, access.OpenOwnAccess, titled{Grant: id, Member: in.Member, From: days.From, To: days.To})
	return id, nil
}

// CloseInput says which own access ends.
type CloseInput struct {
	ID       uuid.UUID
	Last     calendar.Day // yesterday, which ends it at once, where left out
	Mistaken bool         // the member never was the person, and is known as him no longer
}

// CloseOwnAccess ends the sight of a member of himself after a day, and gives whose it is. That he is that person stays known, unless it never was
// so.
func (r Room) CloseOwnAccess(ctx context.Context, tx *postgres.Tx, in CloseInput) (uuid.UUID, error) {
	g, err := member.PersonGranted(ctx, tx, in.ID, access.Self, "ownAccess")
	if err != nil {
		return uuid.Nil, err
	}
	if err := r.endSight(ctx, tx, access.CloseOwnAccess, g, in.Last); err != nil {
		return uuid.Nil, err
	}
	if in.Mistaken {
		return g.Participation, g.Mistaken(ctx, tx)
	}
	return g.Participation, nil
}
