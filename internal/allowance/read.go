package allowance

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Prefixes of ids in the API.
const (
	Prefix          = "alw"
	linePrefix      = "aln"
	StatementPrefix = "als"
	sharePrefix     = "ash"
	ContestPrefix   = "alc"
)

// Reading is how months' allowances and their working are read.
func Reading() plan.Reading {
	return plan.Reading{
		Types: []plan.Type{allowance(), line(), statement(), payerShare(), contest()},
		Extends: map[string]plan.Fields{
			"Participant":   {"allowances": plan.Many("Allowance", "participation_id", "{o}.month desc, {o}.id").In(access.Money)},
			"RegisterMonth": {"statements": plan.ManyWhere("AllowanceStatement", "{o}.participation_id = {t}.participation_id and {o}.month = {t}.month and "+restsOn("{o}", "{t}"), "{o}.number").About(3)},
		},
		Roots: plan.Roots{"allowances": plan.ListIn("Allowance", plan.OfProgramme, nil)},
		Fillers: map[string]plan.Filler{"allowance.lines": plan.Each(shownLines), "allowance.register": plan.Each(shownRegister), "allowance.explanation": plan.All(explanations),
			"allowance.short": plan.Each(explainShort), "allowance.soFar": plan.Each(soFar), "allowance.contestActs": plan.Each(contestActs)},
	}
}

// Minutes of a month that are locked, with what was put right since, and minutes that count and are not locked.
const (
	certifiedMinutes = `coalesce((select sum(r.minutes + (select coalesce(sum(j.minutes), 0) from register_adjustment j where j.register_month_id = r.id)) from register_month r
		where r.participation_id = {t}.participation_id and r.month = {t}.month and r.state = 'LOCKED'), 0)::int`
	uncertifiedMinutes = `coalesce((select sum(a.minutes) from attendance a where a.participation_id = {t}.participation_id and a.standing = 'COUNTED' and a.kind = 'PRESENCE'
		and a.day >= {t}.month and a.day < {t}.month + interval '1 month'
		and not exists (select from register_month r where r.enrolment_id = a.enrolment_id and r.month = {t}.month and r.state = 'LOCKED')), 0)::int`
)

// restsOn is SQL that says whether a statement was made of a month of the register.
func restsOn(statement, month string) string {
	return statement + ".inputs -> 'register' @> jsonb_build_array(jsonb_build_object('certified', jsonb_build_object('registerMonth', " + month + ".id)))"
}

// waiting is whether somebody contests the month, and has no answer yet.
const waiting = "exists (select from allowance_contest c where c.allowance_id = {t}.id and c.state = 'CONTESTED')"

// saying is what a statement is explained by.
const saying = `json_build_object('programme', {t}.programme_id, 'minutes', {t}.minutes, 'accrued', {t}.accrued_cents, 'cap', {t}.cap_cents, 'housing', {t}.housing_cents, 'total', {t}.total_cents, 'lines', {t}.lines, 'inputs', {t}.inputs)`

func allowance() plan.Type {
	// Whose a row is, and of which partner, is asked of the participation: of one that is hidden nothing is found.
	person, partner := plan.RefersTo("prt", "id").Reveals(access.Path), plan.RefersTo("org", "id").Reveals(access.Path)
	person.Where = "exists (select from participation p where p.id = {t}.participation_id and p.id = {v})"
	partner.Where = "exists (select from participation p where p.id = {t}.participation_id and p.organisation_id = {v})"
	return plan.Type{Name: "Allowance", Prefix: Prefix, Table: "allowance", Class: access.Money, Keyed: true,
		Columns: []string{"minutes", "computedAt", "revision"},
		Fields: plan.Fields{
			"participant":   plan.One("Participant", "participation_id").In(access.Path).Apart(),
			"pseudonym":     plan.Expr("pseudonym_of({t}.participation_id)"),
			"month":         plan.Month("month"),
			"accrued":       plan.Column("accrued_cents"),
			"cap":           plan.Column("cap_cents"),
			"housing":       plan.Column("housing_cents"),
			"total":         plan.Column("total_cents"),
			"certified":     plan.Expr(certifiedMinutes),
			"uncertified":   plan.Expr(uncertifiedMinutes),
			"soFar":         plan.Hole("allowance.soFar", "json_build_object('month', to_char({t}.month, 'YYYY-MM'), 'total', {t}.total_cents, 'certified', "+certifiedMinutes+", 'uncertified', "+uncertifiedMinutes+")"),
			"why":           plan.Many("AllowanceLine", "allowance_id", "{o}.position"),
			"statements":    plan.Many("AllowanceStatement", "allowance_id", "{o}.number"),
			"contests":      plan.Many("AllowanceContest", "allowance_id", "{o}.contested_at, {o}.id"),
			"statement":     plan.OneWhere("AllowanceStatement", "{o}.id = (select s.id from allowance_statement s where s.allowance_id = {t}.id order by s.number desc limit 1)"),
			"policyVersion": plan.One("PolicyVersion", "policy_version_id"),
			"presenceDays":  plan.Expr("coalesce((select p.days from presence_of(array[{t}.participation_id], {t}.month, presence_day_minutes({t}.programme_id, {t}.month)) p), 0)").In(access.Work),
		},
		Orders: map[string]plan.Order{
			"MONTH_NEWEST": {Keys: []plan.Key{{Expr: "{t}.month", SQLType: "date"}}, Desc: true, Keyed: true},
			"TOTAL":        {Keys: []plan.Key{{Expr: "{t}.total_cents", SQLType: "bigint"}}, Desc: true, Keyed: true},
		},
		Filters: plan.Filters{
			"month":        plan.Equals("month", "date"),
			"participant":  person,
			"organisation": partner,
			"contested":    plan.Whether(waiting, "not "+waiting),
			"inNoRun":      plan.Whether("allowance_in_no_run({t}.id)", "not allowance_in_no_run({t}.id)"),
			"capped":       plan.Whether("{t}.accrued_cents > {t}.cap_cents", "{t}.accrued_cents <= {t}.cap_cents"),
		}}
}

func line() plan.Type {
	return plan.Type{Name: "AllowanceLine", Prefix: linePrefix, Table: "allowance_line", Class: access.Money,
		Columns: []string{"kind", "minutes", "rule"},
		Fields: plan.Fields{
			"enrolment": plan.One("Enrolment", "enrolment_id"),
			"amount":    plan.Column("amount_cents"),
			"text":      plan.Text("text"),
		}}
}

// statement maps what was issued of a month.
func statement() plan.Type {
	return plan.Type{Name: "AllowanceStatement", Prefix: StatementPrefix, Table: "allowance_statement", Class: access.Money,
		Columns: []string{"number", "minutes", "engine", "issuedAt"},
		Fields: plan.Fields{
			"participant":      plan.One("Participant", "participation_id").In(access.Path).Apart(),
			"pseudonym":        plan.Expr("pseudonym_of({t}.participation_id)"),
			"allowance":        plan.One("Allowance", "allowance_id"),
			"month":            plan.Month("month"),
			"inForce":          plan.Expr("not exists (select from allowance_statement n where n.allowance_id = {t}.allowance_id and n.number > {t}.number)"),
			"accrued":          plan.Column("accrued_cents"),
			"cap":              plan.Column("cap_cents"),
			"housing":          plan.Column("housing_cents"),
			"total":            plan.Column("total_cents"),
			"explanation":      plan.Hole("allowance.explanation", saying),
			"explanationShort": plan.Hole("allowance.short", saying),
			"lines":            plan.Hole("allowance.lines", "{t}.lines"),
			"shares":           plan.Many("AllowanceShare", "statement_id", "{o}.gross_cents desc, {o}.id").About(4),
			"register":         plan.Hole("allowance.register", "{t}.inputs -> 'register'"),
			"registerMonths":   plan.ManyWhere("RegisterMonth", "{o}.participation_id = {t}.participation_id and {o}.month = {t}.month and "+restsOn("{t}", "{o}"), "{o}.id").About(4),
			"policyVersions":   plan.ManyWhere("PolicyVersion", "{o}.id = any ({t}.policy_versions)", "{o}.number desc").About(2),
			"contentHash":      plan.Expr("encode({t}.content_hash, 'hex')"),
		}}
}

// payerShare maps what a statement comes to for one payer.
func payerShare() plan.Type {
	return plan.Type{Name: "AllowanceShare", Prefix: sharePrefix, Table: "allowance_share", Class: access.Money,
		Columns: []string{"tax"},
		Fields: plan.Fields{
			"statement":  plan.One("AllowanceStatement", "statement_id"),
			"payer":      plan.One("Organisation", "payer_id"),
			"budgetLine": plan.One("BudgetLine", "budget_line_id"),
			"gross":      plan.Column("gross_cents"),
			"withheld":   plan.Column("withheld_cents"),
			"net":        plan.Column("net_cents"),
		}}
}

// contest maps what somebody says against a statement.
func contest() plan.Type {
	return plan.Type{Name: "AllowanceContest", Prefix: ContestPrefix, Table: "allowance_contest", Class: access.Money,
		Columns: []string{"state", "stateSince", "contestedAt", "answeredAt", "revision"},
		Fields: plan.Fields{
			"pseudonym":   plan.Expr("pseudonym_of({t}.participation_id)"),
			"allowance":   plan.One("Allowance", "allowance_id"),
			"statement":   plan.One("AllowanceStatement", "statement_id"),
			"month":       plan.Month("month"),
			"stateLabel":  plan.Label("state", contestWords),
			"contested":   plan.Column("contested_cents"),
			"reason":      plan.Sealed("allowance_contest", "reason", plan.OfParticipation).In(access.Inquiry),
			"contestedBy": plan.One("Member", "member_id"),
			"answer":      plan.Sealed("allowance_contest", "answer", plan.OfParticipation).In(access.Inquiry),
			"answeredBy":  plan.One("Member", "answered_by"),
			"allowedActs": plan.Hole("allowance.contestActs", "json_build_object('programme', {t}.programme_id, 'audience', {t}.audience, 'state', {t}.state, 'member', {t}.member_id, 'onBehalfOf', {t}.on_behalf_of)").Personal(),
		}}
}

// contestActs says of a contest what the actor could do with it now, and why not.
func contestActs(ctx context.Context, tx *postgres.Tx, c struct {
	Programme  uuid.UUID
	Audience   []uuid.UUID
	State      ContestState
	Member     uuid.UUID
	OnBehalfOf *uuid.UUID
}) (any, error) {
	row := contestRow{ProgrammeID: c.Programme, Audience: c.Audience, State: c.State, MemberID: c.Member, OnBehalfOf: c.OnBehalfOf}
	no, err := row.answerable(ctx, tx)
	return []plan.AllowedAct{plan.Allow(access.AnswerContest, text.Text{It: "Rispondi", En: "Answer"}, no)}, err
}

// shownLine is a line of a statement as it is shown.
type shownLine struct {
	Kind        LineKind    `json:"kind"`
	EnrolmentID *string     `json:"enrolmentId"`
	Minutes     *int        `json:"minutes"`
	Amount      money.Cents `json:"amount"`
	Rule        string      `json:"rule"`
	Version     int         `json:"version"`
	Text        text.Text   `json:"text"`
}

func shownLines(_ context.Context, _ *postgres.Tx, lines []Line) (any, error) {
	shown := make([]shownLine, len(lines))
	for i, l := range lines {
		shown[i] = shownLine{Kind: l.Kind, Amount: l.Amount, Rule: l.Rule, Version: l.Version, Text: l.Text}
		if l.Enrolment != uuid.Nil {
			shown[i].EnrolmentID = shownID("enr", l.Enrolment)
		}
		if l.Kind != Cut {
			shown[i].Minutes = &l.Minutes
		}
	}
	return shown, nil
}

// shownMonth is a locked month of the register as a statement took it.
type shownMonth struct {
	RegisterMonthID string            `json:"registerMonthId"`
	EnrolmentID     string            `json:"enrolmentId"`
	ContentHash     string            `json:"contentHash"`
	Minutes         int               `json:"minutes"`
	PresenceDays    int               `json:"presenceDays"`
	Adjustments     []shownAdjustment `json:"adjustments"`
}

type shownAdjustment struct {
	AdjustmentID string       `json:"adjustmentId"`
	Day          calendar.Day `json:"day"`
	Minutes      int          `json:"minutes"`
	PresenceDays int          `json:"presenceDays"`
}

func shownRegister(_ context.Context, _ *postgres.Tx, register []Hours) (any, error) {
	shown := []shownMonth{}
	for _, h := range register {
		c := h.Certified
		if c == nil {
			continue
		}
		m := shownMonth{RegisterMonthID: *shownID(attendance.MonthPrefix, c.RegisterMonth), EnrolmentID: *shownID("enr", h.Enrolment), ContentHash: c.Hash,
			Minutes: c.Minutes, PresenceDays: c.PresenceDays, Adjustments: make([]shownAdjustment, len(c.Adjustments))}
		for i, a := range c.Adjustments {
			m.Adjustments[i] = shownAdjustment{AdjustmentID: *shownID("rga", a.ID), Day: a.Day, Minutes: a.Minutes, PresenceDays: a.PresenceDays}
		}
		shown = append(shown, m)
	}
	return shown, nil
}

func shownID(prefix string, id uuid.UUID) *string {
	s := plan.FormatID(prefix, id)
	return &s
}

// explained is a statement as it is explained.
type explained struct {
	Programme                    uuid.UUID
	Minutes                      int
	Accrued, Cap, Housing, Total money.Cents
	Lines                        []Line
	Inputs                       Inputs
}

func (e explained) working() Working {
	return Working{Minutes: e.Minutes, Accrued: e.Accrued, Cap: e.Cap, Housing: e.Housing, Total: e.Total, Lines: e.Lines, in: e.Inputs}
}

// explanations say why, in full. What activities are called is the programme's to say.
func explanations(ctx context.Context, tx *postgres.Tx, statements []explained) ([]any, error) {
	names, values := map[uuid.UUID]Kinds{}, make([]any, len(statements))
	for i, e := range statements {
		if names[e.Programme] == nil {
			items, err := programme.CodeItems(ctx, tx, e.Programme, programme.ActivityKinds)
			if err != nil {
				return nil, err
			}
			names[e.Programme] = make(Kinds, len(items))
			for code, item := range items {
				names[e.Programme][code] = item.Label
			}
		}
		values[i] = e.working().Explain(names[e.Programme])
	}
	return values, nil
}

func explainShort(_ context.Context, _ *postgres.Tx, e explained) (any, error) {
	return e.working().ExplainShort(), nil
}

func soFar(_ context.Context, _ *postgres.Tx, m struct {
	Month                  calendar.Month
	Total                  money.Cents
	Certified, Uncertified int
}) (any, error) {
	return Working{Total: m.Total, in: Inputs{Month: m.Month}}.SoFar(m.Certified, m.Uncertified), nil
}
