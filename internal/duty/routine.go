package duty

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// Routine is what the house does by itself once in every interval, which begins at a full hour or at midnight UTC. One that fails is run
// again until it works, so it must bear being run twice.
type Routine struct {
	Name  string // stable: when it last ran is kept under it
	Every time.Duration
	Run   func(ctx context.Context, system access.Actor, now time.Time) error
}

// owed says whether the routine has not run in the interval that holds the moment.
func (r Routine) owed(ran, now time.Time) bool {
	return now.Truncate(r.Every).After(ran.Truncate(r.Every))
}

// routines runs those that are owed; one that fails does not keep the others.
func (r *Runner) routines(ctx context.Context) error {
	var errs []error
	for _, routine := range r.Routines {
		if err := r.routine(ctx, routine); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", routine.Name, err))
		}
	}
	return errors.Join(errs...)
}

func (r *Runner) routine(ctx context.Context, routine Routine) error {
	now := r.Clock()
	ran, err := lastRun(ctx, r.DB, routine.Name)
	if err != nil || !routine.owed(ran, now) {
		return err
	}
	system, err := SystemActor(ctx, r.DB)
	if err != nil {
		return err
	}
	if err := routine.Run(ctx, system, now); err != nil {
		return err
	}
	return keepRun(ctx, r.DB, routine.Name, now)
}

// InEachProgramme makes a routine of a transaction of the house itself for each programme: one that fails does not keep the others.
func InEachProgramme(db *postgres.DB, run func(context.Context, *postgres.Tx, []uuid.UUID) error) func(context.Context, access.Actor, time.Time) error {
	return func(ctx context.Context, system access.Actor, now time.Time) error {
		var errs []error
		for _, of := range programmes(system) {
			errs = append(errs, InProgrammes(db, run)(ctx, within(system, of), now))
		}
		return errors.Join(errs...)
	}
}

// InProgrammes makes a routine of one transaction of the house itself over all programmes.
func InProgrammes(db *postgres.DB, run func(context.Context, *postgres.Tx, []uuid.UUID) error) func(context.Context, access.Actor, time.Time) error {
	return func(ctx context.Context, system access.Actor, now time.Time) error {
		return db.InTx(ctx, system, func() time.Time { return now }, func(ctx context.Context, tx *postgres.Tx) error {
			return run(ctx, tx, programmes(system))
		})
	}
}
