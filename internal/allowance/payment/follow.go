package payment

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// Follow gives the reaction to news of runs: drafts that were gathered in part are gathered on, and clocks are kept of the states in which runs
// stand now. It runs as the house itself: an approver may not write what is due for the payments office.
func Follow(tell tell) func(context.Context, *postgres.Tx, []event.Event) error {
	return func(ctx context.Context, tx *postgres.Tx, events []event.Event) error {
		if err := Continue(ctx, tx, events); err != nil {
			return err
		}
		var told []uuid.UUID
		for _, e := range events {
			if e.SubjectKind != subject || slices.Contains(told, e.Subject) {
				continue
			}
			told = append(told, e.Subject)
			if err := followRun(ctx, tx, e.Subject, tell); err != nil {
				return err
			}
		}
		return nil
	}
}

func followRun(ctx context.Context, tx *postgres.Tx, id uuid.UUID, tell tell) error {
	r, ok, err := hold(ctx, tx, id)
	if err != nil || !ok {
		return err
	}
	line, err := lineOf(ctx, tx, r.PayerID)
	if err != nil {
		return err
	}
	now := event.Transition{Programme: r.ProgrammeID, Concept: concept, SubjectKind: subject, Subject: r.ID, From: string(Discarded), To: string(r.State),
		Owners: []uuid.UUID{line[0], line[len(line)-1]}, Audience: line, Since: r.StateSince} // whichever state it has left, its clock is over
	if r.State == Discarded {
		now.From = string(Draft)
	}
	if err := tell(ctx, tx, now); err != nil {
		return err
	}
	since, err := contradictedSince(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	if now.Concept, now.From, now.To = answerConcept, contradicted, consistent; !since.IsZero() {
		now.From, now.To, now.Since = consistent, contradicted, calendar.DayOf(since)
	}
	if err := tell(ctx, tx, now); err != nil {
		return err
	}
	return tellPayer(ctx, tx, r.ProgrammeID, r.PayerID, tell)
}

// tellPayer keeps the clocks of what waits at a payer beside the states of its runs: an act on one run begins and ends what is due of others.
func tellPayer(ctx context.Context, tx *postgres.Tx, of, payer uuid.UUID, tell tell) error {
	line, err := lineOf(ctx, tx, payer)
	if err != nil {
		return err
	}
	runs, err := leftBehindBy(ctx, tx, of, payer)
	if err != nil {
		return err
	}
	for _, r := range runs {
		now := event.Transition{Programme: of, Concept: transferConcept, SubjectKind: subject, Subject: r.RunID, From: leftBehind, To: takenUp,
			Owners: []uuid.UUID{line[0], line[len(line)-1]}, Audience: line}
		if r.Since != nil {
			now.From, now.To, now.Since = takenUp, leftBehind, calendar.DayOf(*r.Since)
		}
		if err := tell(ctx, tx, now); err != nil {
			return err
		}
	}
	return tellCalendar(ctx, tx, of, payer, line, tell)
}
