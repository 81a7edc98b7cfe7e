package payment

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// How far a payer is with the first month of which it owes something and has sent no run.
const (
	calendarConcept = "paymentCalendar"
	calendarSubject = "Organisation"
	calendarRule    = "payment.calendar"
	unopened        = "UNOPENED"
	unsent          = "UNSENT"
	upToDate        = "UP_TO_DATE"
)

// tell is told of states that somebody waits in.
type tell = func(context.Context, *postgres.Tx, event.Transition) error

// calendarClocks are the steps of the programme's calendar that are a payer's own.
func calendarClocks() []event.Clock {
	clock := func(state, kind string, label text.Text) event.Clock {
		return event.Clock{Concept: calendarConcept, SubjectKind: calendarSubject, Prefix: "org", State: state, Policy: calendarRule, Kind: kind, Label: label}
	}
	return []event.Clock{
		clock(unopened, "payment.open", text.Text{It: "Aprire il pagamento del mese", En: "Open the month's payment run"}),
		clock(unsent, "payment.order", text.Text{It: "Inviare il pagamento del mese", En: "Send the month's payment run"}),
	}
}

// TellCalendar gives the daily round over payers: whoever owes something of a month that is over has its run to open by the cut-off of the programme's
// calendar, and to send by the day of its orders, or by the last day before on which a bank takes any. Whom its runs have
// left behind it has to see to.
func TellCalendar(onState tell) func(context.Context, *postgres.Tx, []uuid.UUID) error {
	return func(ctx context.Context, tx *postgres.Tx, programmes []uuid.UUID) error {
		for _, of := range programmes {
			payers, err := programme.Payers(ctx, tx, of)
			if err != nil {
				return err
			}
			for _, p := range payers {
				if err := tellPayer(ctx, tx, of, p.Organisation, onState); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

func tellCalendar(ctx context.Context, tx *postgres.Tx, of, payer uuid.UUID, line []uuid.UUID, onState tell) error {
	policy, err := programme.PolicyOn(ctx, tx, of, tx.Today())
	if list, refused := refusal.As(err); refused && list.Has(programme.NoPolicy) {
		return nil
	}
	if err != nil {
		return err
	}
	behind, err := monthsBehind(ctx, tx, of, payer)
	if err != nil {
		return err
	}
	now := event.Transition{Programme: of, Concept: calendarConcept, SubjectKind: calendarSubject, Subject: payer, From: unsent, To: upToDate,
		Owners: []uuid.UUID{line[0], line[len(line)-1]}, Audience: line}
	switch c := policy.PaymentCalendar(); {
	case !behind.Unopened.IsZero():
		now.From, now.To, now.By = upToDate, unopened, behind.Unopened.Last().AddDays(c.CutOff)
	case !behind.Unsent.IsZero():
		bank, err := programme.BankDaysOn(ctx, tx, of, tx.Today())
		if err != nil {
			return err
		}
		now.From, now.To, now.By = upToDate, unsent, bank.Until(behind.Unsent.Last().AddDays(c.Order))
	}
	return onState(ctx, tx, now)
}

// behind are the months that a payer is behind with; none where there is none.
type behind struct {
	Unopened calendar.Month // the first that it owes something of, and has opened no run for; the last where it owes something of months before
	Unsent   calendar.Month // the same of runs that were sent
}
