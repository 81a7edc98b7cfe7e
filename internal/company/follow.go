package company

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Follow gives the reaction to news of openings that keeps their clocks: tell is told of the state in which each stands now. It runs
// as the house itself and not in the acts, since whoever takes a seat may not write what is due for the partner that found it.
func Follow(tell func(context.Context, *postgres.Tx, event.Transition) error) func(context.Context, *postgres.Tx, []event.Event) error {
	return func(ctx context.Context, tx *postgres.Tx, events []event.Event) error {
		var told []uuid.UUID
		for _, e := range events {
			if e.SubjectKind != "Opening" || slices.Contains(told, e.Subject) {
				continue
			}
			told = append(told, e.Subject)
			if err := follow(ctx, tx, e.Subject, tell); err != nil {
				return err
			}
		}
		return nil
	}
}

func follow(ctx context.Context, tx *postgres.Tx, id uuid.UUID, tell func(context.Context, *postgres.Tx, event.Transition) error) error {
	o, err := OpeningOf(ctx, tx, id)
	if _, gone := refusal.As(err); gone {
		return nil
	}
	if err != nil {
		return err
	}
	line, err := lineOf(ctx, tx, o.ProgrammeID, o.OrganisationID)
	if err != nil {
		return err
	}
	from := Open // whichever state it has left, its clock is over
	if o.State == Open {
		from = Filled
	}
	return tell(ctx, tx, event.Transition{Programme: o.ProgrammeID, Concept: concept, SubjectKind: subjectKind, Subject: o.ID, From: string(from), To: string(o.State),
		Owners: line[:min(2, len(line))], Audience: line})
}
