package programme

import (
	"fmt"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// PositionSQL is SQL of where the news of the programme stand, for those who may follow them.
func PositionSQL(programme string) string {
	return "lavoro_epoch() || '.' || coalesce((select seq from news_head h where h.programme_id = " + programme + "), 0)"
}

// Reading is how programmes, partners, rules and code lists are read.
func Reading() plan.Reading {
	directory := func(name, prefix, table string, fields plan.Fields) plan.Type {
		return plan.Type{Name: name, Prefix: prefix, Table: table, Class: access.Directory, Fields: fields}
	}
	return plan.Reading{
		Types: []plan.Type{
			directory("Programme", "prg", "programme", plan.Fields{
				"code":           plan.Column("code"),
				"name":           plan.Column("name"),
				"projectCode":    plan.Column("project_code"),
				"cup":            plan.Column("cup"),
				"fromDay":        plan.Column("from_day"),
				"toDay":          plan.Column("to_day"),
				"budget":         plan.Column("budget_cents"),
				"funding":        plan.Text("funding"),
				"logos":          plan.Column("logos"),
				"findings":       plan.Many("ProgrammeFinding", "programme_id", "{o}.position"),
				"organisations":  plan.Many("Organisation", "programme_id", "{o}.position"),
				"policyVersions": plan.Many("PolicyVersion", "programme_id", "{o}.number desc"),
				"codeItems":      plan.Many("CodeItem", "programme_id", "{o}.list, {o}.position"),
				"municipalities": plan.Many("Municipality", "programme_id", "{o}.name"),
				"holidays":       plan.Many("Holiday", "programme_id", "{o}.day, {o}.code"),
				"targets":        plan.Many("ProgrammeTarget", "programme_id", "{o}.code"),
				"budgetLines":    plan.Many("BudgetLine", "programme_id", "{o}.code"),
				"fundingGates":   plan.Many("FundingGate", "programme_id", "{o}.position"),
				"mandates":       plan.Many("Mandate", "programme_id", "{o}.opened_on desc, {o}.id desc"),
				"hidden":         plan.Hidden(),
			}),
			directory("ProgrammeFinding", "fnd", "programme_finding", plan.Fields{"code": plan.Column("code"), "message": plan.Text("text")}),
			directory("Organisation", "org", "organisation", plan.Fields{
				"code":     plan.Column("code"),
				"name":     plan.Column("name"),
				"kind":     plan.Column("kind"),
				"parent":   plan.One("Organisation", "parent_id"),
				"children": plan.Many("Organisation", "parent_id", "{o}.position"),
			}),
			directory("PolicyVersion", "pol", "policy_version", plan.Fields{
				"number":    plan.Column("number"),
				"validFrom": plan.Column("valid_from"),
				"rules":     plan.Many("PolicyRule", "version_id", "{o}.position"),
			}),
			directory("PolicyRule", "rul", "policy_rule", plan.Fields{
				"code":      plan.Column("code"),
				"label":     plan.Text("label"),
				"value":     plan.Expr("coalesce({t}.value #>> '{}', '')"),
				"unit":      plan.Column("unit"),
				"source":    plan.Column("source"),
				"confirmed": plan.Column("confirmed"),
			}),
			codeItem(), mandate(),
			{Name: "MandateSample", Prefix: "mns", Table: "mandate_sample", Class: access.Path, Fields: plan.Fields{"hidden": plan.Hidden(), "drawnOn": plan.Column("drawn_on")}},
			directory("Municipality", "mun", "municipality", plan.Fields{
				"istat": plan.Column("istat"), "belfiore": plan.Column("belfiore"), "postcode": plan.Column("postcode"), "name": plan.Column("name"),
			}),
			directory("Holiday", "hol", "programme_holiday", plan.Fields{
				"day": plan.Column("day"), "municipality": plan.Column("municipality"), "label": plan.Text("label"), "source": plan.Column("source"), "confirmed": plan.Column("confirmed"),
			}),
			directory("ProgrammeTarget", "tgt", "programme_target", plan.Fields{
				"code": plan.Column("code"), "label": plan.Text("label"), "value": plan.Column("value"),
			}),
			directory("BudgetLine", "bud", "budget_line", plan.Fields{
				"code": plan.Column("code"), "label": plan.Text("label"), "amount": plan.Column("amount_cents"), "source": plan.Column("source"), "confirmed": plan.Column("confirmed"),
				"hidden": plan.Hidden(), "organisation": plan.One("Organisation", "organisation_id"), "activityKind": plan.Code(ActivityKinds, "activity_kind"),
				"ledger": plan.One("BudgetLedger", "id").Apart(),
			}),
			directory("FundingGate", "fgt", "funding_gate", plan.Fields{
				"budgetLine": plan.One("BudgetLine", "budget_line_id"), "fromDay": plan.Column("from_day"), "toDay": plan.Column("to_day"), "reason": plan.Text("reason"),
			}),
			budgetLedger(),
		},
		Roots: plan.Roots{
			"programme": plan.OneRoot("Programme", "{o}.code = {a:code}", "code"),
			"position":  plan.ExprIn("Programme", "{o}.id = {a:programme}", PositionSQL("{o}.id")),
			"node":      plan.AnyNode(),
		},
	}
}

// paceDays is over how many days back the pace is taken at which a line is used.
const paceDays = 90

// budgetLedger is what is booked on a line. Free is the amount less what is owed and what is committed beside; the pace is what came to be owed in the
// last paceDays, and the line lasts for as many days more as the rest holds at that pace.
func budgetLedger() plan.Type {
	amount := "(select l.amount_cents from budget_line l where l.id = {t}.id)"
	booked := func(kind PostingKind, more string) string {
		return "(select coalesce(sum(p.cents), 0)::bigint from budget_posting p where p.budget_line_id = {t}.id and p.kind = '" + string(kind) + "'" + more + ")"
	}
	accrued, pace := booked(Accrued, ""), booked(Accrued, fmt.Sprintf(" and p.day > {today}::date - %d", paceDays))
	free := "(" + amount + " - " + booked(Committed, "") + " - " + accrued + ")"
	return plan.Type{Name: "BudgetLedger", Prefix: "ldg", Table: "budget_ledger", Class: access.Money,
		Fields: plan.Fields{
			"planned":          plan.Expr(amount),
			"committed":        plan.Expr(booked(Committed, "")),
			"accrued":          plan.Expr(accrued),
			"approved":         plan.Expr(booked(Approved, "")),
			"paid":             plan.Expr(booked(Paid, "")),
			"free":             plan.Expr(free),
			"affordableMonths": plan.Expr("greatest(" + free + ", 0) / nullif((" + RuleSQL("allowance.monthly_cap") + "), 0)"),
			"exhaustedOn":      plan.Expr(fmt.Sprintf("case when %[1]s > 0 then {today}::date + least(greatest(%[2]s - %[3]s, 0) * %[4]d / %[1]s, 36500)::int end", pace, amount, accrued, paceDays)),
		}}
}

func codeItem() plan.Type {
	return plan.Type{Name: "CodeItem", Prefix: "cod", Table: "code_item", Class: access.Directory,
		Fields: plan.Fields{
			"list":      plan.Column("list"),
			"code":      plan.Column("code"),
			"label":     plan.Text("label"),
			"validFrom": plan.Column("valid_from"),
			"validTo":   plan.Column("valid_to"),
		},
		Filters: plan.Filters{"list": plan.Equals("list", "text")},
	}
}

// mandate is read by those who give it and by its auditor.
func mandate() plan.Type {
	return plan.Type{Name: "Mandate", Prefix: mandatePrefix, Table: "mandate", Class: access.Directory,
		Fields: plan.Fields{
			"hidden":       plan.Hidden(),
			"programme":    plan.One("Programme", "programme_id"),
			"organisation": plan.One("Organisation", "organisation_id"),
			"member":       plan.One("Member", "member_id"),
			"periodFrom":   plan.Column("period_from"),
			"periodTo":     plan.Column("period_to"),
			"endsOn":       plan.Column("ends_on"),
			"document":     plan.Column("document"),
			"state":        plan.Column("state"),
			"openedOn":     plan.Column("opened_on"),
			"closedOn":     plan.Column("closed_on"),
			"sample":       plan.Many("MandateSample", "mandate_id", "{o}.drawn_on, {o}.id"),
			"revision":     plan.Column("revision"),
		}}
}
