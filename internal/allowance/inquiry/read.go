package inquiry

import (
	"context"
	"slices"

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
		cross join lateral payment_standing(m.id, {today}) s(facts) where s.facts is not null), '[]')`
	return plan.Reading{
		Types: []plan.Type{call()},
		Extends: map[string]plan.Fields{
			"Participant": {
				"paymentStatus": plan.Hole("inquiry.months", months).In(access.Money),
				"paymentCalls":  plan.Many(callSubject, "participation_id", "{o}.called_at desc, {o}.id desc").In(access.Money).Growing(),
			},
			"Allowance": {"paymentStatus": plan.Hole("inquiry.month", "payment_standing({t}.id, {today})")},
		},
		Fillers: map[string]plan.Filler{"inquiry.months": plan.All(someMonths), "inquiry.month": plan.All(eachMonth)},
	}
}

func call() plan.Type {
	return plan.Type{Name: callSubject, Prefix: CallPrefix, Table: "payment_call", Class: access.Money,
		Columns: []string{"caller", "calledAt"},
		Fields: plan.Fields{
			"pseudonym":   plan.Expr("pseudonym_of({t}.participation_id)"),
			"month":       plan.Month("month"),
			"callerLabel": plan.Label("caller", callerWords),
			"said":        plan.Sealed("payment_call", "said", plan.OfParticipation).In(access.Inquiry),
			"notedBy":     plan.One("Member", "member_id"),
		}}
}

// someMonths says where months of each participant stand today.
func someMonths(ctx context.Context, tx *postgres.Tx, participants [][]Facts) ([]any, error) {
	values, err := eachMonth(ctx, tx, slices.Concat(participants...))
	if err != nil {
		return nil, err
	}
	all := make([]any, len(participants))
	for i, months := range participants {
		all[i], values = values[:len(months)], values[len(months):]
	}
	return all, nil
}

// eachMonth says where each month stands today.
func eachMonth(ctx context.Context, tx *postgres.Tx, months []Facts) ([]any, error) {
	values, policyOf, bankDaysOf := make([]any, len(months)), programme.EachPolicyOn(tx.Today()), programme.EachBankDaysOn(tx.Today())
	for i, f := range months {
		policy, err := policyOf(ctx, tx, f.Programme)
		if err != nil {
			return nil, err
		}
		bank, err := bankDaysOf(ctx, tx, f.Programme)
		if err != nil {
			return nil, err
		}
		values[i] = f.Standing(tx.Today(), policy.PaymentCalendar(), bank)
	}
	return values, nil
}
