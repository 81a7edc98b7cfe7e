package housing

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Clocks are the waiting states of grants as data for whoever keeps clocks: a granted one waits for the receipt of a month that lacks it.
func Clocks() []event.Clock {
	clock := func(s State, kind string, label text.Text) event.Clock {
		return event.Clock{Concept: concept, SubjectKind: subject, Prefix: Prefix, State: string(s), Policy: "clock." + concept + "." + string(s), Kind: kind, Label: label}
	}
	return []event.Clock{
		clock(Requested, "housing.answer", text.Text{It: "Rispondere a una richiesta di contributo", En: "Answer a request for a contribution"}),
		clock(Granted, "housing.receipt", text.Text{It: "Portare la ricevuta del mese per un contributo", En: "Bring the month's receipt for a contribution"}),
	}
}

// moved tells of a grant's state. A request is answered by the partner that follows the person, then the lead body; a receipt is brought by who follows
// the case. What is granted waits as long as a month lacks its receipt.
func (r Room) moved(ctx context.Context, tx *postgres.Tx, from State, row grantRow, of beneficiaryRow) error {
	t := event.Transition{Programme: row.ProgrammeID, Concept: concept, SubjectKind: subject, Subject: row.ID, Participation: row.ParticipationID, From: string(from), To: string(row.State),
		Owners: []uuid.UUID{of.Line[0], of.Line[len(of.Line)-1]}, Audience: row.Audience, Since: row.StateSince}
	if row.State == Granted || row.State == Withdrawn {
		var err error
		if t.Since, err = row.awaits(ctx, tx, of.LeftOn); err != nil {
			return err
		}
		t.To = string(Granted)
		if t.Since.IsZero() {
			t.To = string(Withdrawn) // nobody's turn
		}
		if of.CaseManagerID != nil {
			t.Owners[0] = *of.CaseManagerID
		}
	}
	for _, follow := range r.OnState {
		if err := follow(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}

// FollowLeaving is the reaction to somebody's leaving: no receipt is due of later months any more.
func (r Room) FollowLeaving(ctx context.Context, tx *postgres.Tx, events []event.Event) error {
	for _, e := range events {
		if !participant.Leaves(e) {
			continue
		}
		rows, err := grantsOf(ctx, tx, e.Subject)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			continue
		}
		of, _, err := beneficiary(ctx, tx, e.Subject)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := r.moved(ctx, tx, Ended, row, of); err != nil {
				return err
			}
		}
	}
	return nil
}

// awaits is the last day of the first month that lacks its receipt, also of one to come, before the person leaves; zero where none does.
func (r grantRow) awaits(ctx context.Context, tx *postgres.Tx, left *calendar.Day) (calendar.Day, error) {
	brought, err := monthsBrought(ctx, tx, r.ID)
	if err != nil {
		return calendar.Day{}, err
	}
	for month := r.FromMonth; r.gives(month) && (left == nil || !month.First().After(*left)); month = month.Next() {
		rule, err := ruleIn(ctx, tx, r.ProgrammeID, month)
		if err != nil {
			return calendar.Day{}, err
		}
		if rule.Given() && rule.Receipt && !brought[month] {
			return month.Last(), nil
		}
	}
	return calendar.Day{}, nil
}
