package housing

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

const (
	// lastMonth is the last month that a grant is for.
	lastMonth = "({t}.from_month + make_interval(months => {t}.months - 1))::date"
	// stateSQL is the state with the end that the calendar brings.
	stateSQL = "case when {t}.state = 'GRANTED' and " + lastMonth + " < date_trunc('month', {today}::timestamp)::date then 'ENDED' else {t}.state end"
	// recognised is what the statements in force owe of the grant's months.
	recognised = `coalesce((select sum(s.housing_cents) from allowance_statement s where s.participation_id = {t}.participation_id and s.inputs #>> '{housing,grant}' = {t}.id::text
		and not exists (select from allowance_statement n where n.allowance_id = s.allowance_id and n.number > s.number)), 0)::bigint`
	// together is what they owe of all grants of the person in the programme.
	together = "coalesce((select sum(r.cents) from housing_recognised(array[{t}.participation_id]) r), 0)::bigint"
)

// Reading is how grants are read.
func Reading() plan.Reading {
	return plan.Reading{
		Types: []plan.Type{grant(), proof(), receipt()},
		Extends: map[string]plan.Fields{
			"Participant":        {"housingGrants": plan.Many(subject, "participation_id", "{o}.from_month desc, {o}.id desc").In(access.Money)},
			"AllowanceStatement": {"housingGrant": plan.OneWhere(subject, "{o}.id = ({t}.inputs #>> '{housing,grant}')::uuid")},
		},
		Fillers: map[string]plan.Filler{"housing.acts": plan.Each(actsOn), "housing.left": plan.All(leftOf)},
	}
}

func grant() plan.Type {
	return plan.Type{Name: subject, Prefix: Prefix, Table: "housing_grant", Class: access.Money,
		Columns: []string{"months", "stateSince", "requestedAt", "answeredAt", "withdrawnAt", "revision"},
		Fields: plan.Fields{
			"participant":   plan.One("Participant", "participation_id").In(access.Path).Apart(),
			"pseudonym":     plan.Expr("pseudonym_of({t}.participation_id)"),
			"condition":     plan.Sealed("housing_grant", "condition", plan.OfParticipation).In(access.Restricted),
			"fromMonth":     plan.Month("from_month"),
			"toMonth":       plan.Expr("to_char(coalesce({t}.withdrawn_from - interval '1 month', " + lastMonth + "), 'YYYY-MM')"),
			"monthly":       plan.Column("monthly_cents"),
			"state":         plan.Expr(stateSQL),
			"stateLabel":    plan.LabelOf("("+stateSQL+")", stateWords),
			"recognised":    plan.Expr(recognised),
			"left":          plan.Hole("housing.left", "json_build_object('programme', {t}.programme_id, 'recognised', "+together+")"),
			"proofs":        plan.Many("HousingProof", "grant_id", "{o}.id"),
			"receipts":      plan.Many("HousingReceipt", "grant_id", "{o}.month, {o}.number"),
			"requestedBy":   plan.One("Member", "requested_by"),
			"answer":        plan.Sealed("housing_grant", "answer", plan.OfParticipation).In(access.Notes),
			"answeredBy":    plan.One("Member", "answered_by"),
			"withdrawnFrom": plan.Month("withdrawn_from"),
			"withdrawal":    plan.Sealed("housing_grant", "withdrawal", plan.OfParticipation).In(access.Notes),
			"withdrawnBy":   plan.One("Member", "withdrawn_by"),
			"allowedActs":   plan.Hole("housing.acts", "json_build_object('programme', {t}.programme_id, 'audience', {t}.audience, 'state', {t}.state, 'requestedBy', {t}.requested_by, 'onBehalfOf', {t}.on_behalf_of)").Personal(),
		}}
}

func proof() plan.Type {
	return plan.Type{Name: "HousingProof", Prefix: ProofPrefix, Table: "housing_proof", Class: access.Money, Fields: plan.Fields{
		"document": plan.Sealed("housing_proof", "document", plan.OfParticipation).In(access.Restricted),
		"file":     plan.One("File", "file_id"),
	}}
}

func receipt() plan.Type {
	return plan.Type{Name: "HousingReceipt", Prefix: ReceiptPrefix, Table: "housing_receipt", Class: access.Money,
		Columns: []string{"number", "recordedAt"},
		Fields: plan.Fields{
			"month":      plan.Month("month"),
			"amount":     plan.Column("cents"),
			"file":       plan.One("File", "file_id"),
			"recordedBy": plan.One("Member", "recorded_by"),
		}}
}

// refusals says why the actor cannot do an act on the grant now; nil where he can.
func (r grantRow) refusals(actor access.Actor, act access.Act) refusal.List {
	t := transitions[slices.IndexFunc(transitions, func(t transition) bool { return t.Act == act })]
	switch {
	case !actor.May(act, r.ProgrammeID, r.Audience):
		return refusal.List{refusal.NotAllowed.At()}
	case !slices.Contains(t.From, r.State):
		return refusal.List{WrongState.At("housingGrant").With("state", stateWords[string(r.State)])}
	case act == access.AnswerHousingGrant && r.RequestedBy == actor.Member:
		return refusal.List{OwnRequest.At("housingGrant")}
	}
	return nil
}

// actsOn says of a grant what the actor could do with it now, and why not.
func actsOn(ctx context.Context, tx *postgres.Tx, g struct {
	Programme   uuid.UUID
	Audience    []uuid.UUID
	State       State
	RequestedBy uuid.UUID
	OnBehalfOf  *uuid.UUID
}) (any, error) {
	row := grantRow{ProgrammeID: g.Programme, Audience: g.Audience, State: g.State, RequestedBy: g.RequestedBy}
	var acts []plan.AllowedAct
	for _, t := range transitions {
		refusals := row.refusals(tx.Actor, t.Act)
		if refusals == nil && t.Act == access.AnswerHousingGrant {
			one, err := member.OwnHand(ctx, tx, member.Hand{Member: g.RequestedBy, OnBehalfOf: g.OnBehalfOf}, t.Act, g.Programme, g.Audience)
			if err != nil {
				return nil, err
			}
			if one {
				refusals = refusal.List{OwnRequest.At("housingGrant")}
			}
		}
		acts = append(acts, plan.Allow(t.Act, t.Label, refusals))
	}
	return acts, nil
}

// leftOf says what is left of the ceiling of today's rules.
func leftOf(ctx context.Context, tx *postgres.Tx, grants []struct {
	Programme  uuid.UUID
	Recognised money.Cents
}) ([]any, error) {
	values, policyOf := make([]any, len(grants)), programme.EachPolicyOn(tx.Today())
	for i, g := range grants {
		policy, err := policyOf(ctx, tx, g.Programme)
		if err != nil {
			return nil, err
		}
		values[i] = max(policy.Housing().Ceiling-g.Recognised, 0)
	}
	return values, nil
}
