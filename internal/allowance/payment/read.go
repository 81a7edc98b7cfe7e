package payment

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Reading is how payment runs are read.
func Reading() plan.Reading {
	return plan.Reading{
		Types: []plan.Type{run(), runStep(), sentFile(), line(), lineStepped(), answer()},
		Extends: map[string]plan.Fields{
			"Participant":        {"payments": plan.Many("PaymentLine", "participation_id", "{o}.month desc, {o}.id desc").In(access.Money).Growing()},
			"AllowanceStatement": {"payments": plan.ManyWhere("PaymentLine", "{o}.participation_id = {t}.participation_id and {o}.month = {t}.month and {o}.statement_id = {t}.id", "{o}.month desc, {o}.id desc").About(4)},
			"AllowanceShare":     {"payments": plan.ManyWhere("PaymentLine", "{o}.participation_id = {t}.participation_id and {o}.month = {t}.month and {o}.share_id = {t}.id", "{o}.month desc, {o}.id desc").About(3)},
		},
		Roots: plan.Roots{"paymentRuns": plan.ListIn("PaymentRun", plan.OfProgramme, nil), "paymentLines": plan.ListIn("PaymentLine", plan.OfProgramme, nil),
			"paymentAnswers": plan.ListIn("PaymentAnswer", plan.OfProgramme, nil)},
		Fillers: map[string]plan.Filler{"payment.runActs": plan.Each(runActs), "payment.blocks": plan.Each(lineBlocks), "payment.blockers": plan.Each(blockers),
			"payment.lineActs": plan.Each(lineActs), "payment.reason": plan.Each(lineReason)},
	}
}

func run() plan.Type {
	return plan.Type{Name: subject, Prefix: RunPrefix, Table: "payment_run", Class: access.Money,
		Columns: []string{"year", "number", "kind", "valueDay", "way", "format", "state", "stateSince", "gathered", "people", "approvals", "approvalsNeeded", "reason", "revision"},
		Fields: plan.Fields{
			"payer":        plan.One("Organisation", "payer_id").In(access.Directory).Apart(),
			"upTo":         plan.Month("up_to"),
			"stateLabel":   plan.Label("state", stateWords),
			"lineCount":    plan.Column("lines"),
			"blockedCount": plan.Column("blocked"),
			"gross":        plan.Column("gross_cents"),
			"withheld":     plan.Column("withheld_cents"),
			"net":          plan.Column("net_cents"),
			"steps":        plan.Many("PaymentStep", "run_id", "{o}.position").About(10),
			"lines":        plan.Connection("PaymentLine", "run_id"),
			"files":        plan.Many("PaymentFile", "run_id", "{o}.part"),
			"blockers":     plan.Hole("payment.blockers", byCause("payment_line l, unnest(l.blocks) c(code) where l.run_id = {t}.id")),
			"changes":      plan.Hole("payment.blockers", byCause("payment_changes({t}.id, {today}) x cross join lateral (select * from payment_line o where o.id = x.line_id limit 1) l, unnest(x.causes) c(code)")),
			"allowedActs":  plan.Hole("payment.runActs", "json_build_object('programme', {t}.programme_id, 'payer', {t}.payer_id, 'run', {t}.id, 'state', {t}.state, 'lines', {t}.lines)").Personal(),
		},
		Orders: map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.up_to", SQLType: "date"}}, Desc: true}},
		Filters: plan.Filters{
			"payer":  plan.RefersTo("org", "payer_id"),
			"states": plan.Among("state"),
			"upTo":   plan.Equals("up_to", "date"),
		}}
}

// byCause counts lines by what keeps them back.
func byCause(from string) string {
	return "coalesce((select json_agg(b) from (select c.code, count(*)::int as lines, count(distinct l.participation_id)::int as people, sum(l.net_cents)::bigint as net from " + from +
		" group by 1 order by 2 desc, 1) b), '[]')"
}

func runStep() plan.Type {
	return plan.Type{Name: "PaymentStep", Prefix: "pys", Table: "payment_step", Class: access.Money,
		Columns: []string{"act", "fromState", "toState", "at"},
		Fields: plan.Fields{
			"member":     plan.One("Member", "member_id").In(access.Directory).Apart(),
			"onBehalfOf": plan.One("Member", "on_behalf_of").In(access.Directory).Apart(),
		}}
}

func line() plan.Type {
	person := plan.RefersTo("prt", "id").Reveals(access.Path)
	person.Where = "exists (select from participation p where p.id = {t}.participation_id and p.id = {v})"
	changed := plan.RefersTo(RunPrefix, "id")
	changed.Where = "{t}.id in (select c.line_id from payment_changes({v}, {today}) c)"
	answered := plan.RefersTo(AnswerPrefix, "id")
	answered.Where = "{t}.id in (select s.line_id from payment_line_step s where s.answer_id = {v})"
	return plan.Type{Name: "PaymentLine", Prefix: LinePrefix, Table: "payment_line", Class: access.Money,
		Columns: []string{"part", "kind", "endToEndId", "state", "stateSince", "live", "twice", "revision"},
		Fields: plan.Fields{
			"run":          plan.One(subject, "run_id").Apart(),
			"participant":  plan.One("Participant", "participation_id").In(access.Path).Apart(),
			"pseudonym":    plan.Expr("pseudonym_of({t}.participation_id)"),
			"allowance":    plan.One("Allowance", "allowance_id"),
			"statement":    plan.One("AllowanceStatement", "statement_id").Apart(),
			"share":        plan.One("AllowanceShare", "share_id").Apart(),
			"file":         plan.OneWhere("PaymentFile", "{o}.run_id = {t}.run_id and {o}.part = {t}.part"),
			"paidTo":       plan.One("BankDetails", "bank_id").Apart(),
			"budgetLine":   plan.One("BudgetLine", "budget_line_id").In(access.Directory).Apart(),
			"month":        plan.Month("month"),
			"gross":        plan.Column("gross_cents"),
			"withheld":     plan.Column("withheld_cents"),
			"net":          plan.Column("net_cents"),
			"stateLabel":   plan.Label("state", lineWords),
			"blocks":       plan.Hole("payment.blocks", "to_json({t}.blocks)"),
			"contradicted": plan.Expr("payment_line_contradicted({t}.id)"),
			"reason":       plan.Hole("payment.reason", "to_json(payment_line_reason({t}.id, {t}.state, {t}.code))"),
			"steps":        plan.Many("PaymentLineStep", "line_id", "{o}.at, {o}.id").About(6),
			"allowedActs": plan.Hole("payment.lineActs", `json_build_object('programme', {t}.programme_id, 'payer', {t}.payer_id, 'state', {t}.state, 'run', {t}.run_id,
				'runState', (select r.state from payment_run r where r.id = {t}.run_id), 'contradicted', payment_line_contradicted({t}.id) or payment_line_unclear({t}.id) is not null)`).Personal(),
		},
		Orders: map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.month", SQLType: "date"}}, Desc: true}},
		Filters: plan.Filters{
			"run":          plan.RefersTo(RunPrefix, "run_id"),
			"participant":  person,
			"month":        plan.Equals("month", "date"),
			"states":       plan.Among("state"),
			"kinds":        plan.Among("kind"),
			"block":        plan.Where("{v} = any ({t}.blocks)", "text"),
			"part":         plan.Equals("part", "int"),
			"endToEndId":   plan.Equals("end_to_end_id", "text"),
			"answer":       answered,
			"changedIn":    changed,
			"contradicted": plan.Whether("payment_line_contradicted({t}.id)", "not payment_line_contradicted({t}.id)"),
			"latest":       plan.Whether("payment_line_latest({t}.id)", "not payment_line_latest({t}.id)"),
		}}
}

// runActs says of a run what the actor could do with it now, and why not.
func runActs(ctx context.Context, tx *postgres.Tx, row struct {
	Programme, Payer, Run uuid.UUID
	State                 State
	Lines                 int
}) (any, error) {
	acts := make([]plan.AllowedAct, len(transitions))
	for i, t := range transitions {
		no := t.check(facts{State: row.State, Lines: row.Lines})
		if !tx.Actor.May(t.Act, row.Programme, []uuid.UUID{row.Payer}) {
			var err error
			if no, err = notHis(ctx, tx, t.Act, row.Run); err != nil {
				return nil, err
			}
		} else if t.Act == access.ApproveRun && no == nil {
			known, err := hadAHand(ctx, tx, row.Run, tx.Actor.ActsFor(t.Act, row.Programme, []uuid.UUID{row.Payer}))
			if err != nil {
				return nil, err
			}
			if known {
				no = refusal.List{OwnRun.At()}
			}
		}
		acts[i] = plan.Allow(t.Act, t.Label, no)
	}
	return acts, nil
}

// lineBlocks explains why a line cannot go.
func lineBlocks(_ context.Context, _ *postgres.Tx, codes []string) (any, error) {
	found := make([]Block, len(codes))
	for i, code := range codes {
		found[i] = BlockOf(code)
	}
	return found, nil
}

// blocker counts what one cause keeps back.
type blocker struct {
	Code    string      `json:"code"`
	Cause   text.Text   `json:"cause"`
	Cure    text.Text   `json:"cure"`
	CuredBy text.Text   `json:"curedBy"`
	Lines   int         `json:"lines"`
	People  int         `json:"people"`
	Net     money.Cents `json:"net"`
}

// blockers explains what keeps lines of a run back, by cause.
func blockers(_ context.Context, _ *postgres.Tx, found []blocker) (any, error) {
	for i, b := range found {
		why := BlockOf(b.Code)
		found[i].Cause, found[i].Cure, found[i].CuredBy = why.Cause, why.Cure, why.CuredBy
	}
	return found, nil
}

func sentFile() plan.Type {
	return plan.Type{Name: "PaymentFile", Prefix: "pyf", Table: "payment_file", Class: access.Money,
		Columns: []string{"part", "messageId", "lines", "madeAt"},
		Fields: plan.Fields{
			"run":      plan.One(subject, "run_id"),
			"net":      plan.Column("net_cents"),
			"sha256":   plan.Expr("encode({t}.sha256, 'hex')"),
			"file":     plan.One("File", "file_id").Apart(),
			"payments": plan.ManyWhere("PaymentLine", "{o}.run_id = {t}.run_id and {o}.part = {t}.part", "{o}.month desc, {o}.id desc").Growing(),
		}}
}

func lineStepped() plan.Type {
	return plan.Type{Name: "PaymentLineStep", Prefix: "pls", Table: "payment_line_step", Class: access.Money,
		Columns: []string{"act", "fromState", "toState", "at", "code", "cause", "reference", "bookedOn"},
		Fields: plan.Fields{
			"line":   plan.One("PaymentLine", "line_id"),
			"booked": plan.Column("booked_cents"),
			"answer": plan.One("PaymentAnswer", "answer_id").Apart(),
			"member": plan.One("Member", "member_id").In(access.Directory).Apart(),
			"reason": plan.Sealed("payment_line_step", "reason", plan.OfParticipation).In(access.Bank),
		}}
}

func answer() plan.Type {
	return plan.Type{Name: "PaymentAnswer", Prefix: AnswerPrefix, Table: "payment_answer", Class: access.Money,
		Columns: []string{"source", "messageId", "readAt", "paid", "rejected", "returned", "waiting", "ignored"},
		Fields: plan.Fields{
			"payer":    plan.One("Organisation", "payer_id").In(access.Directory).Apart(),
			"sha256":   plan.Expr("encode({t}.sha256, 'hex')"),
			"member":   plan.One("Member", "member_id").In(access.Directory).Apart(),
			"others":   plan.Column("foreign_lines"),
			"unclear":  plan.Expr("{t}.unclear <> '[]'"),
			"file":     plan.One("File", "file_id").Apart(),
			"payments": plan.ManyWhere("PaymentLine", "{o}.id in (select s.line_id from payment_line_step s where s.answer_id = {t}.id)", "{o}.month desc, {o}.id desc").Growing(),
		},
		Orders:  map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.read_at", SQLType: "timestamptz"}}, Desc: true}},
		Filters: plan.Filters{"payer": plan.RefersTo("org", "payer_id")}}
}

// lineActs says of a line what the actor could do with it now, and why not.
func lineActs(ctx context.Context, tx *postgres.Tx, row struct {
	Programme, Payer, Run uuid.UUID
	State                 LineState
	RunState              State
	Contradicted          bool
}) (any, error) {
	acts := make([]plan.AllowedAct, 0, len(lineTransitions)+1)
	may := func(act access.Act, no refusal.List) refusal.List {
		if tx.Actor.May(act, row.Programme, []uuid.UUID{row.Payer}) {
			return no
		}
		return refusal.List{refusal.NotAllowed.At()}
	}
	for _, t := range lineTransitions {
		acts = append(acts, plan.Allow(t.act, t.label, may(t.act, t.check(row.State, row.RunState))))
	}
	no := may(access.ResolveLine, refusal.List{NotContradicted.At("line")})
	if row.Contradicted {
		own, err := readIt(ctx, tx, row.Programme, row.Payer, row.Run)
		if err != nil {
			return nil, err
		}
		no = may(access.ResolveLine, own)
	}
	return append(acts, plan.Allow(access.ResolveLine, resolveLabel, no)), nil
}

// lineReason explains why a bank rejected a line, or sent it back.
func lineReason(_ context.Context, _ *postgres.Tx, code string) (any, error) {
	return ReasonOf(code), nil
}
