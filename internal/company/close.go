package company

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Close ends an offer. Internships that it led to go on; nobody new can be placed.
func Close(ctx context.Context, tx *postgres.Tx, id uuid.UUID, expected *int) error {
	o, err := LockOpening(ctx, tx, id)
	if err != nil {
		return err
	}
	line, err := lineOf(ctx, tx, o.ProgrammeID, o.OrganisationID)
	if err != nil {
		return err
	}
	to, refused := o.may(tx.Actor, access.CloseOpening, line)
	if refused != nil {
		return refused
	}
	if expected != nil && *expected != o.Revision {
		return refusal.List{refusal.RevisionConflict.At("expectedRevision")}
	}
	from := o.State
	if err := move(ctx, tx, &o, to); err != nil {
		return err
	}
	o.tell(tx, access.CloseOpening, event.Changed, from)
	return nil
}

// may says where the act leads, or why the actor cannot do it now; line is that of the partner who found the opening.
func (o Opening) may(actor access.Actor, act access.Act, line []uuid.UUID) (State, refusal.List) {
	if !actor.May(act, o.ProgrammeID, line) {
		return o.State, refusal.List{refusal.NotAllowed.At()}
	}
	return o.by(act)
}
