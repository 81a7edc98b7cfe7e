package attendance

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// EntryPrefix stands before the ids of entries in the API.
const EntryPrefix = "att"

const (
	entryConcept = "attendance"
	entrySubject = "Attendance"
)

// EntryClocks are the waiting states of entries as data for whoever keeps clocks.
func EntryClocks() []event.Clock {
	return []event.Clock{{Concept: entryConcept, SubjectKind: entrySubject, Prefix: EntryPrefix, State: string(Contested), Policy: "clock." + entryConcept + "." + string(Contested),
		Kind: "attendance.resolve", Label: text.Text{It: "Risolvere una registrazione contestata", En: "Resolve a contested entry"}}}
}

// FollowEntries gives the reaction to news of entries that keeps their clocks: a contested one, also of a month that is not there yet, is due to be resolved by
// the tutor, then by the body that promotes.
func FollowEntries(onState tell) func(context.Context, *postgres.Tx, []event.Event) error {
	return func(ctx context.Context, tx *postgres.Tx, events []event.Event) error {
		var entries []uuid.UUID
		for _, e := range events {
			if e.SubjectKind == entrySubject {
				entries = append(entries, e.Subject)
			}
		}
		moved, err := contests(ctx, tx, entries)
		if err != nil {
			return err
		}
		for _, c := range moved {
			if len(c.Line) == 0 {
				continue
			}
			now := event.Transition{Programme: c.ProgrammeID, Concept: entryConcept, SubjectKind: entrySubject, Subject: c.ID, Participation: c.ParticipationID,
				To: string(c.Standing), Owners: c.writers(), Audience: c.Audience}
			if c.Standing != Contested {
				now.From = string(Contested)
			}
			if err := onState(ctx, tx, now); err != nil {
				return err
			}
		}
		return nil
	}
}

// FollowMonths gives the reaction to news of months that keeps their clocks: it tells of the state in which each stands now. It runs as
// the house itself and not in the acts, since a host may not write what is due for the promoter.
func FollowMonths(onState tell) func(context.Context, *postgres.Tx, []event.Event) error {
	return func(ctx context.Context, tx *postgres.Tx, events []event.Event) error {
		var told []uuid.UUID
		for _, e := range events {
			if e.SubjectKind != monthSubject || e.Act == string(access.AdjustMonth) || slices.Contains(told, e.Subject) {
				continue
			}
			told = append(told, e.Subject)
			if err := followMonth(ctx, tx, e.Subject, onState); err != nil {
				return err
			}
		}
		return nil
	}
}

func followMonth(ctx context.Context, tx *postgres.Tx, id uuid.UUID, onState tell) error {
	found, err := monthsByID(ctx, tx, []uuid.UUID{id})
	m, ok := found[id]
	if err != nil || !ok {
		return err
	}
	t, err := turnOf(ctx, tx, m)
	if err != nil || len(t.Line) == 0 {
		return err
	}
	promoter, lead := t.Line[0], t.Line[len(t.Line)-1]
	owners := []uuid.UUID{promoter, lead}
	if m.State == MonthOpen || m.State == MonthSubmitted {
		owners = t.writers()
	}
	now := event.Transition{Programme: m.ProgrammeID, Concept: monthConcept, SubjectKind: monthSubject, Subject: m.ID, Participation: m.ParticipationID,
		From: string(MonthLocked), To: string(m.State), Owners: owners, Audience: m.Audience} // whichever state it has left, its clock is over
	switch m.State {
	case MonthOpen:
		policy, err := programme.PolicyOn(ctx, tx, m.ProgrammeID, tx.Today())
		if err != nil {
			return err
		}
		now.By = m.Month.Last().AddDays(policy.PaymentCalendar().Close)
	case MonthLocked:
		now.From = string(PromoterCertified)
	}
	return onState(ctx, tx, now)
}
