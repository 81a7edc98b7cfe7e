package duty

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// OnState keeps the dues of a subject in step with its state, in the transaction of the act that changes it: what was due in the
// old state is done, and what the new state waits for becomes due. When the state stays the same the clock runs on, and only whose
// turn it is changes.
func (c *Clocks) OnState(ctx context.Context, tx *postgres.Tx, t event.Transition) error {
	owner, next := turns(t.Owners)
	if t.From == t.To {
		return handOver(ctx, tx, t.Subject, c.kinds(t.Concept), owner, next)
	}
	if t.From != "" {
		if err := finish(ctx, tx, t.Subject, c.kinds(t.Concept)); err != nil {
			return err
		}
	}
	clock, waits := c.of(t.Concept, t.To)
	if !waits || owner == uuid.Nil {
		return nil
	}
	policy, err := programme.PolicyOn(ctx, tx, t.Programme, tx.Today())
	if err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	return open(ctx, tx, Due{ID: id, Programme: t.Programme, SubjectKind: t.SubjectKind, Subject: t.Subject, Participation: t.Participation,
		Kind: clock.Kind, At: dueAt(tx.Today(), policy.Int(clock.Policy)), Owner: owner, NextOwner: next, Audience: t.Audience})
}

// turns gives whose turn it is, and who takes over: the same where nobody else is named.
func turns(owners []uuid.UUID) (owner, next uuid.UUID) {
	if len(owners) == 0 {
		return uuid.Nil, uuid.Nil
	}
	return owners[0], owners[min(1, len(owners)-1)]
}
