package inquiry

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// lastMonths is how many months are told of at once.
const lastMonths = "12"

// Reading is how months' standing and calls are read.
func Reading() plan.Reading {
	const months = `coalesce((select json_agg(s.facts order by m.month desc) from (select a.id, a.month from allowance a where a.participation_id = {t}.id order by a.month desc limit ` + lastMonths + `) m
		cross join lateral payment_standing(m.id) s(facts) where s.facts is not null), '[]')`
	return plan.Reading{
		Types: []plan.Type{call()},
		Extends: map[string]plan.Fields{
			"Participant": {
				"paymentStatus": plan.Hole("inquiry.months", months).In(access.Money),
				"paymentCalls":  plan.Many(callSubject, "participation_id", "{o}.called_at desc, {o}.id desc").In(access.Money).Growing(),
			},
			"Allowance": {"paymentStatus": plan.Hole("inquiry.month", "payment_standing({t}.id)")},
		},
		Fillers: map[string]plan.Filler{"inquiry.months": someMonths, "inquiry.month": oneMonth},
	}
}

func call() plan.Type {
	return plan.Type{Name: callSubject, Prefix: CallPrefix, Table: "payment_call", Class: access.Money, Fields: plan.Fields{
		"hidden":      plan.Hidden(),
		"pseudonym":   plan.Expr("pseudonym_of({t}.participation_id)"),
		"month":       plan.Month("month"),
		"caller":      plan.Column("caller"),
		"callerLabel": plan.Label("caller", callerWords),
		"said":        plan.Sealed("payment_call", "said", plan.OfParticipation).In(access.Notes),
		"notedBy":     plan.One("Member", "member_id"),
		"calledAt":    plan.Instant("called_at"),
	}}
}

// calendars are the programmes' calendars of payments, each read once.
type calendars map[uuid.UUID]programme.PaymentCalendar

// standing says where a month stands today.
func (c calendars) standing(ctx context.Context, tx *postgres.Tx, f Facts) (Standing, error) {
	known, ok := c[f.Programme]
	if !ok {
		policy, err := programme.PolicyOn(ctx, tx, f.Programme, tx.Today())
		if err == nil {
			err = policy.Decode("payment.calendar", &known)
		}
		if err != nil {
			return Standing{}, err
		}
		c[f.Programme] = known
	}
	return f.Standing(tx.Today(), known), nil
}

func oneMonth(ctx context.Context, tx *postgres.Tx, inputs []json.RawMessage) ([]any, error) {
	values, known := make([]any, len(inputs)), calendars{}
	for i, input := range inputs {
		var facts *Facts
		if err := json.Unmarshal(input, &facts); err != nil {
			return nil, err
		}
		if facts == nil {
			continue
		}
		s, err := known.standing(ctx, tx, *facts)
		if err != nil {
			return nil, err
		}
		values[i] = s
	}
	return values, nil
}

func someMonths(ctx context.Context, tx *postgres.Tx, inputs []json.RawMessage) ([]any, error) {
	values, known := make([]any, len(inputs)), calendars{}
	for i, input := range inputs {
		var facts []Facts
		if err := json.Unmarshal(input, &facts); err != nil {
			return nil, err
		}
		all := make([]Standing, len(facts))
		for n, f := range facts {
			var err error
			if all[n], err = known.standing(ctx, tx, f); err != nil {
				return nil, err
			}
		}
		values[i] = all
	}
	return values, nil
}
