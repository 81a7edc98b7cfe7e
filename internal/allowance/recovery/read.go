package recovery

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

const (
	// planned says that a plan holds of which a month is still to be paid.
	planned  = "exists (select from recovery_plan p where p.recovery_id = {t}.id and p.months[cardinality(p.months)] >= (date_trunc('month', {today}::timestamp) - interval '1 month')::date)"
	stateSQL = "case when {t}.left_cents = 0 then 'SETTLED' when " + planned + " then 'AGREED' else 'OPEN' end"
	saying   = `json_build_object('month', to_char({t}.month, 'YYYY-MM'), 'owed', {t}.owed_cents, 'recovered', {t}.recovered_cents, 'repaid', {t}.repaid_cents, 'waived', {t}.waived_cents, 'left', {t}.left_cents,
		'together', (select sum(o.owed_cents - o.waived_cents) from recovery o where o.participation_id = {t}.participation_id and o.payer_id = {t}.payer_id and o.left_cents > 0), 'programme', {t}.programme_id, 'instalments', ` + instalments + `)`
	instalments = `coalesce((select json_agg(json_build_object('month', to_char(i.month, 'YYYY-MM'), 'amount', i.cents) order by i.month)
		from (select p.months, p.cents from recovery_plan p where p.recovery_id = {t}.id order by p.number desc limit 1) p, unnest(p.months, p.cents) i(month, cents)
		where i.month >= date_trunc('month', {today}::timestamp) - interval '1 month'), '[]')`
	transferred = `(select json_build_object('gross', sum(l.gross_cents + recovered_gross(l)), 'withheld', sum(l.withheld_cents), 'recovered', sum(recovered_gross(l)), 'net', sum(l.net_cents),
			'last', to_char(max(l.month), 'YYYY-MM'), 'off', coalesce(json_agg(json_build_object('month', to_char(l.month, 'YYYY-MM'), 'cents', recovered_gross(l), 'taxes', l.recovered_cents - recovered_gross(l),
				'left', coalesce((select r.left_cents from recovery r where r.allowance_id = l.allowance_id and r.payer_id = l.payer_id), 0)) order by l.month, l.id) filter (where l.recovered_cents > 0), '[]'))
		from payment_line l where l.head_id = {t}.head_id)`
)

// Reading is how recoveries are read.
func Reading() plan.Reading {
	return plan.Reading{
		Types: []plan.Type{recovery(), agreed(), discharged()},
		Extends: map[string]plan.Fields{
			"Participant": {"recoveries": plan.Many(subject, "participation_id", "{o}.month desc, {o}.id desc").In(access.Money)},
			"PaymentLine": {"recovered": plan.Column("recovered_cents"), "transfer": plan.Hole("recovery.transfer", transferred)},
		},
		Roots: plan.Roots{"recoveries": plan.ListIn(subject, plan.OfProgramme, nil)},
		Fillers: map[string]plan.Filler{"recovery.transfer": plan.Each(transfer), "recovery.explanation": plan.All(explanations(said.explain)), "recovery.short": plan.All(explanations(said.short)),
			"recovery.instalments": plan.Each(planInstalments), "recovery.acts": plan.Each(actsOn), "recovery.dischargeActs": plan.Each(dischargeActs)},
	}
}

func recovery() plan.Type {
	person := plan.RefersTo("prt", "id").Reveals(access.Path)
	person.Where = "exists (select from participation p where p.id = {t}.participation_id and p.id = {v})"
	return plan.Type{Name: subject, Prefix: Prefix, Table: "recovery", Class: access.Money,
		Columns: []string{"revision"},
		Fields: plan.Fields{
			"participant":      plan.One("Participant", "participation_id").In(access.Path).Apart(),
			"pseudonym":        plan.Expr("pseudonym_of({t}.participation_id)"),
			"payer":            plan.One("Organisation", "payer_id").In(access.Directory).Apart(),
			"allowance":        plan.One("Allowance", "allowance_id"),
			"statement":        plan.One("AllowanceStatement", "statement_id"),
			"month":            plan.Month("month"),
			"owed":             plan.Column("owed_cents"),
			"recovered":        plan.Column("recovered_cents"),
			"repaid":           plan.Column("repaid_cents"),
			"waived":           plan.Column("waived_cents"),
			"left":             plan.Column("left_cents"),
			"state":            plan.Expr(stateSQL),
			"stateLabel":       plan.LabelOf("("+stateSQL+")", stateWords),
			"explanation":      plan.Hole("recovery.explanation", saying),
			"explanationShort": plan.Hole("recovery.short", saying),
			"plans":            plan.Many("RecoveryPlan", "recovery_id", "{o}.number"),
			"discharges":       plan.Many(dischargeSubject, "recovery_id", "{o}.asked_at, {o}.id"),
			"allowedActs": plan.Hole("recovery.acts", `json_build_object('programme', {t}.programme_id, 'payer', {t}.payer_id, 'left', {t}.left_cents,
				'unsent', (select coalesce(sum(l.recovered_cents), 0) from payment_line l where l.allowance_id = {t}.allowance_id and l.payer_id = {t}.payer_id and l.live and l.state in ('PENDING', 'HELD')),
				'waits', exists (select from recovery_discharge d where d.recovery_id = {t}.id and d.state = 'WAITING'))`),
		},
		Orders: map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.month", SQLType: "date"}}, Desc: true}},
		Filters: plan.Filters{
			"payer":       plan.RefersTo("org", "payer_id"),
			"participant": person,
			"month":       plan.Equals("month", "date"),
			"left":        plan.Whether("{t}.left_cents > 0", "{t}.left_cents = 0"),
		}}
}

func agreed() plan.Type {
	return plan.Type{Name: "RecoveryPlan", Prefix: PlanPrefix, Table: "recovery_plan", Class: access.Money,
		Columns: []string{"number", "agreedOn", "madeAt"},
		Fields: plan.Fields{
			"instalments": plan.Hole("recovery.instalments",
				"(select json_agg(json_build_object('month', to_char(i.month, 'YYYY-MM'), 'amount', i.cents) order by i.month) from unnest({t}.months, {t}.cents) i(month, cents))"),
			"madeBy": plan.One("Member", "member_id").In(access.Directory).Apart(),
		}}
}

func discharged() plan.Type {
	return plan.Type{Name: dischargeSubject, Prefix: DischargePrefix, Table: "recovery_discharge", Class: access.Money,
		Columns: []string{"kind", "day", "state", "stateSince", "askedAt", "answeredAt", "revision"},
		Fields: plan.Fields{
			"recovery":   plan.One(subject, "recovery_id"),
			"amount":     plan.Column("cents"),
			"stateLabel": plan.Label("state", dischargeWords),
			"reason":     plan.Sealed("recovery_discharge", "reason", plan.OfParticipation).In(access.Bank),
			"askedBy":    plan.One("Member", "asked_by").In(access.Directory).Apart(),
			"answer":     plan.Sealed("recovery_discharge", "answer", plan.OfParticipation).In(access.Bank),
			"answeredBy": plan.One("Member", "answered_by").In(access.Directory).Apart(),
			"allowedActs": plan.Hole("recovery.dischargeActs",
				"json_build_object('programme', {t}.programme_id, 'payer', (select r.payer_id from recovery r where r.id = {t}.recovery_id), 'state', {t}.state, 'askedBy', {t}.asked_by, 'onBehalfOf', {t}.on_behalf_of)").Personal(),
		}}
}

// explanations say recoveries by the rules that are in force today.
func explanations(say func(said) text.Text) func(context.Context, *postgres.Tx, []said) ([]any, error) {
	return func(ctx context.Context, tx *postgres.Tx, recoveries []said) ([]any, error) {
		values, policyOf := make([]any, len(recoveries)), programme.EachPolicyOn(tx.Today())
		for i, r := range recoveries {
			policy, err := policyOf(ctx, tx, r.Programme)
			if err != nil {
				return nil, err
			}
			r.Percent, r.Leaves, r.Least = policy.Int(offsetRule), policy.Cents(leavesRule), policy.Cents(leastRule)
			values[i] = say(r)
		}
		return values, nil
	}
}

func planInstalments(_ context.Context, _ *postgres.Tx, all []saidInstalment) (any, error) {
	return all, nil
}

// shownTransfer is a transfer as it is shown.
type shownTransfer struct {
	Gross            money.Cents `json:"gross"`
	Withheld         money.Cents `json:"withheld"`
	Recovered        money.Cents `json:"recovered"`
	Net              money.Cents `json:"net"`
	Explanation      text.Text   `json:"explanation"`
	ExplanationShort text.Text   `json:"explanationShort"`
}

func transfer(_ context.Context, _ *postgres.Tx, t saidTransfer) (any, error) {
	var off []offMonth
	for _, one := range t.Off { // a month may be paid from several budget lines
		if n := len(off); n > 0 && off[n-1].Month == one.Month {
			off[n-1].Cents, off[n-1].Taxes = off[n-1].Cents+one.Cents, off[n-1].Taxes+one.Taxes
			continue
		}
		off = append(off, one)
	}
	t.Off = off
	return shownTransfer{Gross: t.Gross, Withheld: t.Withheld, Recovered: t.Recovered, Net: t.Net, Explanation: t.explain(), ExplanationShort: t.short()}, nil
}

func actsOn(_ context.Context, tx *postgres.Tx, in struct {
	Programme, Payer uuid.UUID
	Left, Unsent     money.Cents
	Waits            bool
}) (any, error) {
	var acts []plan.AllowedAct
	for _, a := range (row{LeftCents: in.Left, Unsent: in.Unsent, Waits: in.Waits}).acts() {
		acts = append(acts, allowed(tx.Actor, a, in.Programme, in.Payer))
	}
	return acts, nil
}

func dischargeActs(ctx context.Context, tx *postgres.Tx, in struct {
	Programme, Payer, AskedBy uuid.UUID
	OnBehalfOf                *uuid.UUID
	State                     DischargeState
}) (any, error) {
	a := actOn{act: access.AnswerDischarge, label: text.Text{It: "Conferma o respingi", En: "Confirm or reject"}}
	if in.State != DischargeWaiting {
		a.refusals = refusal.List{DischargeAnswered.At("discharge").With("state", dischargeWords[string(in.State)])}
	} else if tx.Actor.May(a.act, in.Programme, []uuid.UUID{in.Payer}) {
		one, err := member.OwnHand(ctx, tx, member.Hand{Member: in.AskedBy, OnBehalfOf: in.OnBehalfOf}, a.act, in.Programme, []uuid.UUID{in.Payer})
		if err != nil {
			return nil, err
		}
		if one {
			a.refusals = refusal.List{OwnDischarge.At("discharge")}
		}
	}
	return []plan.AllowedAct{allowed(tx.Actor, a, in.Programme, in.Payer)}, nil
}

// allowed says whether the actor may do an act of a payer's now.
func allowed(actor access.Actor, a actOn, programme, payer uuid.UUID) plan.AllowedAct {
	no := a.refusals
	if !actor.May(a.act, programme, []uuid.UUID{payer}) {
		no = refusal.List{refusal.NotAllowed.At()}
	}
	return plan.Allow(a.act, a.label, no)
}
