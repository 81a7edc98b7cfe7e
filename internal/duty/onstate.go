package duty

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// OnState keeps the dues of a subject in step with its state, in the transaction of the act that changes it: what was due in the
// old state is done, and what the new state waits for becomes due. When the state stays the same the clock runs on, and only whose
// turn it is changes, or until when, where the subject was made longer.
func (c *Clocks) OnState(ctx context.Context, tx *postgres.Tx, t event.Transition) error {
	owner, next := turns(circled(t))
	if t.From == t.To {
		if err := handOver(ctx, tx, t.Subject, c.kinds(t.Concept), owner, next); err != nil {
			return err
		}
		if clock, _ := c.of(t.Concept, t.To); clock.Grows && t.Longer > 0 {
			return postpone(ctx, tx, t.Subject, clock.Kind, t.Longer, owner, next)
		}
		if t.Subject != t.Participation {
			return nil
		}
		return passOn(ctx, tx, t)
	}
	clock, waits := c.of(t.Concept, t.To)
	waits = waits && owner != uuid.Nil
	var at time.Time
	kinds, stands := c.kinds(t.Concept), false
	if waits {
		var err error
		if at, err = fallsDue(ctx, tx, t, clock); err != nil {
			return err
		}
		if stands, err = dueSince(ctx, tx, t, clock.Kind, at); err != nil {
			return err
		}
	}
	if stands { // it is told again of a state that it knows: reminders and who has taken over stay
		kinds = slices.DeleteFunc(kinds, func(kind string) bool { return kind == clock.Kind })
		if err := handOver(ctx, tx, t.Subject, []string{clock.Kind}, owner, next); err != nil {
			return err
		}
	}
	if t.From != "" {
		if err := finish(ctx, tx, t.Programme, t.Subject, kinds); err != nil {
			return err
		}
	}
	if !waits || stands {
		return nil
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	return open(ctx, tx, Due{ID: id, Programme: t.Programme, SubjectKind: t.SubjectKind, Subject: t.Subject, Participation: t.Participation,
		Kind: clock.Kind, At: at, Owner: owner, NextOwner: next, Audience: t.Audience})
}

// dueSince says whether what a state waits for is due by then already, where the state was entered before it is told of.
func dueSince(ctx context.Context, tx *postgres.Tx, t event.Transition, kind string, at time.Time) (bool, error) {
	if t.From == "" || t.Since.IsZero() && t.By.IsZero() {
		return false, nil
	}
	return dueBy(ctx, tx, t.Programme, t.Subject, kind, at)
}

// fallsDue is when what a state waits for is due: on the day of a calendar, or so many days later as the programme's policy says.
func fallsDue(ctx context.Context, tx *postgres.Tx, t event.Transition, clock event.Clock) (time.Time, error) {
	if !t.By.IsZero() {
		return dueAt(t.By, 0), nil
	}
	policy, err := programme.PolicyOn(ctx, tx, t.Programme, tx.Today())
	if err != nil {
		return time.Time{}, err
	}
	first := t.Since
	if first.IsZero() {
		first = tx.Today()
	}
	return dueAt(first, policy.Int(clock.Policy)), nil
}

// turns gives whose turn it is, and who takes over: the same where nobody else is named.
func turns(owners []uuid.UUID) (owner, next uuid.UUID) {
	if len(owners) == 0 {
		return uuid.Nil, uuid.Nil
	}
	return owners[0], owners[min(1, len(owners)-1)]
}

// circled gives the owners of what is due. About a protected participation only its team has a turn; the circle stands for everybody
// else.
func circled(t event.Transition) []uuid.UUID {
	circle := access.CircleKey(t.Programme, t.Participation)
	if !slices.Contains(t.Audience, circle) {
		return t.Owners
	}
	owners := make([]uuid.UUID, len(t.Owners))
	for i, o := range t.Owners {
		owners[i] = circle
		if slices.Contains(t.Audience, access.TutorKey(t.Programme, o)) || slices.Contains(t.Audience, access.CaseKey(t.Programme, o)) {
			owners[i] = o
		}
	}
	return owners
}

// passOn gives whatever is due about a person, of every concept, from those who have lost the person to who follows now.
func passOn(ctx context.Context, tx *postgres.Tx, t event.Transition) error {
	for _, heir := range circled(t) {
		if slices.Contains(t.Audience, heir) { // an organisation or a circle: of members their keys stand there
			return inherit(ctx, tx, t.Participation, t.Gone, heir)
		}
	}
	return nil
}
