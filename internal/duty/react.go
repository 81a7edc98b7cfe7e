package duty

import (
	"context"
	"errors"
	"fmt"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/live"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// react takes every reaction that waits one step on, each in its turn: one that has much to do, or fails, does not keep the others.
func (r *Runner) react(ctx context.Context) (worked bool, err error) {
	waiting, err := r.behind(ctx)
	if err != nil || len(waiting) == 0 {
		return false, err
	}
	system, err := SystemActor(ctx, r.DB)
	if err != nil {
		return false, err
	}
	var errs []error
	for _, w := range waiting {
		moved, err := r.step(ctx, within(system, w.Programme), w)
		worked = worked || moved
		if err != nil {
			errs = append(errs, fmt.Errorf("reaction %s: %w", w.Name, err))
		}
	}
	return worked, errors.Join(errs...)
}

// step runs a reaction on its next events and moves its position, both in one transaction. The news are read before it, by the relay's
// connection; where another runner has moved the position since, nothing is done and the next step reads again.
func (r *Runner) step(ctx context.Context, actor access.Actor, w pending) (moved bool, err error) {
	reaction := r.named(w.Name)
	before, err := reached(ctx, r.DB, w)
	if err != nil {
		return false, err
	}
	events, upTo, err := live.Ahead(ctx, r.DB, w.Programme, before, reaction.SubjectKinds, eventsAtOnce)
	if err != nil || upTo <= before {
		return false, err
	}
	err = r.DB.InTx(ctx, actor, r.Clock, func(ctx context.Context, tx *postgres.Tx) error {
		from, err := position(ctx, tx, w.Name, w.Programme)
		if err != nil || from != before {
			return err
		}
		if len(events) > 0 {
			if err := reaction.React(ctx, tx, events); err != nil {
				return err
			}
		}
		moved = true
		return move(ctx, tx, w.Name, w.Programme, upTo)
	})
	return moved && err == nil, err
}

func (r *Runner) named(name string) Reaction {
	for _, reaction := range r.Reactions {
		if reaction.Name == name {
			return reaction
		}
	}
	return Reaction{}
}
