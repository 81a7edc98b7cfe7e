package payment

import (
	"context"
	"encoding/json"

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
		Fillers: map[string]plan.Filler{"payment.runActs": runActs, "payment.blocks": lineBlocks, "payment.blockers": blockers,
			"payment.lineActs": lineActs, "payment.reason": lineReasons},
	}
}

func run() plan.Type {
	return plan.Type{Name: subject, Prefix: RunPrefix, Table: "payment_run", Class: access.Money,
		Fields: plan.Fields{
			"hidden":          plan.Hidden(),
			"payer":           plan.One("Organisation", "payer_id").In(access.Directory).Apart(),
			"year":            plan.Column("year"),
			"number":          plan.Column("number"),
			"kind":            plan.Column("kind"),
			"upTo":            plan.Month("up_to"),
			"valueDay":        plan.Column("value_day"),
			"way":             plan.Column("way"),
			"format":          plan.Column("format"),
			"state":           plan.Column("state"),
			"stateLabel":      plan.Label("state", stateWords),
			"stateSince":      plan.Column("state_since"),
			"gathered":        plan.Column("gathered"),
			"people":          plan.Column("people"),
			"lineCount":       plan.Column("lines"),
			"blockedCount":    plan.Column("blocked"),
			"gross":           plan.Column("gross_cents"),
			"withheld":        plan.Column("withheld_cents"),
			"net":             plan.Column("net_cents"),
			"approvals":       plan.Column("approvals"),
			"approvalsNeeded": plan.Column("approvals_needed"),
			"reason":          plan.Column("reason"),
			"steps":           plan.Many("PaymentStep", "run_id", "{o}.position").About(10),
			"lines":           plan.Connection("PaymentLine", "run_id"),
			"files":           plan.Many("PaymentFile", "run_id", "{o}.part"),
			"blockers": plan.Hole("payment.blockers", `coalesce((select json_agg(b) from (select c.code, count(*)::int as lines, count(distinct l.participation_id)::int as people, sum(l.net_cents)::bigint as net
				from payment_line l, unnest(l.blocks) c(code) where l.run_id = {t}.id group by 1 order by 2 desc, 1) b), '[]')`),
			"revision":    plan.Column("revision"),
			"allowedActs": plan.Hole("payment.runActs", "json_build_object('programme', {t}.programme_id, 'payer', {t}.payer_id, 'run', {t}.id, 'state', {t}.state, 'lines', {t}.lines)").Personal(),
		},
		Orders: map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.up_to", SQLType: "date"}}, Desc: true}},
		Filters: plan.Filters{
			"payer":  plan.RefersTo("org", "payer_id"),
			"states": plan.Among("state"),
			"upTo":   plan.Equals("up_to", "date"),
		}}
}

func runStep() plan.Type {
	return plan.Type{Name: "PaymentStep", Prefix: "pys", Table: "payment_step", Class: access.Money, Fields: plan.Fields{
		"hidden":     plan.Hidden(),
		"act":        plan.Column("act"),
		"fromState":  plan.Column("from_state"),
		"toState":    plan.Column("to_state"),
		"at":         plan.Instant("at"),
		"member":     plan.One("Member", "member_id").In(access.Directory).Apart(),
		"onBehalfOf": plan.One("Member", "on_behalf_of").In(access.Directory).Apart(),
	}}
}

func line() plan.Type {
	person := plan.RefersTo("prt", "id").Reveals(access.Path)
	person.Where = "exists (select from participation p where p.id = {t}.participation_id and p.id = {v})"
	answered := plan.RefersTo(AnswerPrefix, "id")
	answered.Where = "{t}.id in (select s.line_id from payment_line_step s where s.answer_id = {v})"
	return plan.Type{Name: "PaymentLine", Prefix: LinePrefix, Table: "payment_line", Class: access.Money,
		Fields: plan.Fields{
			"hidden":      plan.Hidden(),
			"run":         plan.One(subject, "run_id").Apart(),
			"participant": plan.One("Participant", "participation_id").In(access.Path).Apart(),
			"pseudonym":   plan.Expr("pseudonym_of({t}.participation_id)"),
			"allowance":   plan.One("Allowance", "allowance_id"),
			"statement":   plan.One("AllowanceStatement", "statement_id").Apart(),
			"share":       plan.One("AllowanceShare", "share_id").Apart(),
			"part":        plan.Column("part"),
			"file":        plan.OneWhere("PaymentFile", "{o}.run_id = {t}.run_id and {o}.part = {t}.part"),
			"paidTo":      plan.One("BankDetails", "bank_id").Apart(),
			"budgetLine":  plan.One("BudgetLine", "budget_line_id").In(access.Directory).Apart(),
			"month":       plan.Month("month"),
			"kind":        plan.Column("kind"),
			"gross":       plan.Column("gross_cents"),
			"withheld":    plan.Column("withheld_cents"),
			"net":         plan.Column("net_cents"),
			"endToEndId":  plan.Column("end_to_end_id"),
			"state":       plan.Column("state"),
			"stateLabel":  plan.Label("state", lineWords),
			"stateSince":  plan.Column("state_since"),
			"live":        plan.Column("live"),
			"blocks":      plan.Hole("payment.blocks", "json_build_object('blocks', {t}.blocks)"),
			"reason":      plan.Hole("payment.reason", "case when {t}.code is not null then json_build_object('code', {t}.code) end"),
			"steps":       plan.Many("PaymentLineStep", "line_id", "{o}.at, {o}.id").About(6),
			"revision":    plan.Column("revision"),
			"allowedActs": plan.Hole("payment.lineActs", "json_build_object('programme', {t}.programme_id, 'payer', {t}.payer_id, 'state', {t}.state, 'run', (select r.state from payment_run r where r.id = {t}.run_id))"),
		},
		Orders: map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.month", SQLType: "date"}}, Desc: true}},
		Filters: plan.Filters{
			"run":         plan.RefersTo(RunPrefix, "run_id"),
			"participant": person,
			"month":       plan.Equals("month", "date"),
			"states":      plan.Among("state"),
			"kinds":       plan.Among("kind"),
			"block":       plan.Where("{v} = any ({t}.blocks)", "text"),
			"part":        plan.Equals("part", "int"),
			"endToEndId":  plan.Equals("end_to_end_id", "text"),
			"answer":      answered,
			"latest":      plan.Whether("payment_line_latest({t}.id)", "not payment_line_latest({t}.id)"),
		}}
}

// runActs says of runs what the actor could do with each now, and why not.
func runActs(ctx context.Context, tx *postgres.Tx, inputs []json.RawMessage) ([]any, error) {
	values := make([]any, len(inputs))
	for i, input := range inputs {
		var row struct {
			Programme, Payer, Run uuid.UUID
			State                 State
			Lines                 int
		}
		if err := json.Unmarshal(input, &row); err != nil {
			return nil, err
		}
		acts := make([]plan.AllowedAct, len(transitions))
		for n, t := range transitions {
			acts[n] = plan.AllowedAct{Act: string(t.Act), Label: t.Label, Refusals: t.check(facts{State: row.State, Lines: row.Lines})}
			if !tx.Actor.May(t.Act, row.Programme, []uuid.UUID{row.Payer}) {
				why, err := notHis(ctx, tx, t.Act, row.Run)
				if err != nil {
					return nil, err
				}
				acts[n].Refusals = why
			} else if t.Act == access.ApproveRun && acts[n].Refusals == nil {
				known, err := hadAHand(ctx, tx, row.Run, tx.Actor.ActsFor(t.Act, row.Programme, []uuid.UUID{row.Payer}))
				if err != nil {
					return nil, err
				}
				if known {
					acts[n].Refusals = refusal.List{OwnRun.At()}
				}
			}
			acts[n].Allowed = len(acts[n].Refusals) == 0
		}
		values[i] = acts
	}
	return values, nil
}

// lineBlocks explains why lines cannot go.
func lineBlocks(_ context.Context, _ *postgres.Tx, inputs []json.RawMessage) ([]any, error) {
	values := make([]any, len(inputs))
	for i, input := range inputs {
		var row struct{ Blocks []string }
		if err := json.Unmarshal(input, &row); err != nil {
			return nil, err
		}
		found := make([]Block, len(row.Blocks))
		for n, code := range row.Blocks {
			found[n] = BlockOf(code)
		}
		values[i] = found
	}
	return values, nil
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

// blockers explains what keeps lines of runs back, by cause.
func blockers(_ context.Context, _ *postgres.Tx, inputs []json.RawMessage) ([]any, error) {
	values := make([]any, len(inputs))
	for i, input := range inputs {
		var found []blocker
		if err := json.Unmarshal(input, &found); err != nil {
			return nil, err
		}
		for n, b := range found {
			why := BlockOf(b.Code)
			found[n].Cause, found[n].Cure, found[n].CuredBy = why.Cause, why.Cure, why.CuredBy
		}
		values[i] = found
	}
	return values, nil
}

func sentFile() plan.Type {
	return plan.Type{Name: "PaymentFile", Prefix: "pyf", Table: "payment_file", Class: access.Money, Fields: plan.Fields{
		"hidden":    plan.Hidden(),
		"run":       plan.One(subject, "run_id"),
		"part":      plan.Column("part"),
		"messageId": plan.Column("message_id"),
		"lines":     plan.Column("lines"),
		"net":       plan.Column("net_cents"),
		"sha256":    plan.Expr("encode({t}.sha256, 'hex')"),
		"madeAt":    plan.Instant("made_at"),
		"file":      plan.One("File", "file_id").Apart(),
		"payments":  plan.ManyWhere("PaymentLine", "{o}.run_id = {t}.run_id and {o}.part = {t}.part", "{o}.month desc, {o}.id desc").Growing(),
	}}
}

func lineStepped() plan.Type {
	return plan.Type{Name: "PaymentLineStep", Prefix: "pls", Table: "payment_line_step", Class: access.Money, Fields: plan.Fields{
		"hidden":    plan.Hidden(),
		"line":      plan.One("PaymentLine", "line_id"),
		"answer":    plan.One("PaymentAnswer", "answer_id").Apart(),
		"act":       plan.Column("act"),
		"fromState": plan.Column("from_state"),
		"toState":   plan.Column("to_state"),
		"at":        plan.Instant("at"),
		"member":    plan.One("Member", "member_id").In(access.Directory).Apart(),
		"code":      plan.Column("code"),
		"reason":    plan.Sealed("payment_line_step", "reason", plan.OfParticipation).In(access.Bank),
	}}
}

func answer() plan.Type {
	return plan.Type{Name: "PaymentAnswer", Prefix: AnswerPrefix, Table: "payment_answer", Class: access.Money,
		Fields: plan.Fields{
			"hidden":    plan.Hidden(),
			"payer":     plan.One("Organisation", "payer_id").In(access.Directory).Apart(),
			"source":    plan.Column("source"),
			"messageId": plan.Column("message_id"),
			"sha256":    plan.Expr("encode({t}.sha256, 'hex')"),
			"readAt":    plan.Instant("read_at"),
			"member":    plan.One("Member", "member_id").In(access.Directory).Apart(),
			"paid":      plan.Column("paid"),
			"rejected":  plan.Column("rejected"),
			"returned":  plan.Column("returned"),
			"waiting":   plan.Column("waiting"),
			"ignored":   plan.Column("ignored"),
			"others":    plan.Column("foreign_lines"),
			"file":      plan.One("File", "file_id").Apart(),
			"payments":  plan.ManyWhere("PaymentLine", "{o}.id in (select s.line_id from payment_line_step s where s.answer_id = {t}.id)", "{o}.month desc, {o}.id desc").Growing(),
		},
		Orders:  map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.read_at", SQLType: "timestamptz"}}, Desc: true}},
		Filters: plan.Filters{"payer": plan.RefersTo("org", "payer_id")}}
}

// lineActs says of lines what the actor could do with each now, and why not.
func lineActs(_ context.Context, tx *postgres.Tx, inputs []json.RawMessage) ([]any, error) {
	values := make([]any, len(inputs))
	for i, input := range inputs {
		var row struct {
			Programme, Payer uuid.UUID
			State            LineState
			Run              State
		}
		if err := json.Unmarshal(input, &row); err != nil {
			return nil, err
		}
		acts := make([]plan.AllowedAct, len(lineTransitions))
		for n, t := range lineTransitions {
			acts[n] = plan.AllowedAct{Act: string(t.act), Label: t.label, Refusals: t.check(row.State, row.Run)}
			if !tx.Actor.May(t.act, row.Programme, []uuid.UUID{row.Payer}) {
				acts[n].Refusals = refusal.List{refusal.NotAllowed.At()}
			}
			acts[n].Allowed = len(acts[n].Refusals) == 0
		}
		values[i] = acts
	}
	return values, nil
}

// lineReasons explains why banks rejected lines, or sent them back.
func lineReasons(_ context.Context, _ *postgres.Tx, inputs []json.RawMessage) ([]any, error) {
	values := make([]any, len(inputs))
	for i, input := range inputs {
		var row struct{ Code string }
		if err := json.Unmarshal(input, &row); err != nil {
			return nil, err
		}
		values[i] = ReasonOf(row.Code)
	}
	return values, nil
}
