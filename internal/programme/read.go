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
	directory := func(t plan.Type) plan.Type {
		t.Class = access.Directory
		return t
	}
	return plan.Reading{
		Types: []plan.Type{
			directory(plan.Type{Name: "Programme", Prefix: "prg", Table: "programme",
				Columns: []string{"code", "name", "projectCode", "cup", "fromDay", "toDay", "logos"},
				Fields: plan.Fields{
					"budget":         plan.Column("budget_cents"),
					"funding":        plan.Text("funding"),
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
				}}),
			directory(plan.Type{Name: "ProgrammeFinding", Prefix: "fnd", Table: "programme_finding", Columns: []string{"code"}, Fields: plan.Fields{"message": plan.Text("text")}}),
			directory(plan.Type{Name: "Organisation", Prefix: "org", Table: "organisation", Columns: []string{"code", "name", "kind"}, Fields: plan.Fields{
				"parent":   plan.One("Organisation", "parent_id"),
				"children": plan.Many("Organisation", "parent_id", "{o}.position"),
			}}),
			directory(plan.Type{Name: "PolicyVersion", Prefix: "pol", Table: "policy_version", Columns: []string{"number", "validFrom"}, Fields: plan.Fields{
				"rules": plan.Many("PolicyRule", "version_id", "{o}.position"),
			}}),
			directory(plan.Type{Name: "PolicyRule", Prefix: "rul", Table: "policy_rule", Columns: []string{"code", "unit", "source", "confirmed"}, Fields: plan.Fields{
				"label": plan.Text("label"),
				"value": plan.Expr("coalesce({t}.value #>> '{}', '')"),
			}}),
			codeItem(), mandate(),
			{Name: "MandateSample", Prefix: "mns", Table: "mandate_sample", Class: access.Path, Columns: []string{"drawnOn"}},
			directory(plan.Type{Name: "Municipality", Prefix: "mun", Table: "municipality", Columns: []string{"istat", "belfiore", "postcode", "name"}}),
			directory(plan.Type{Name: "Holiday", Prefix: "hol", Table: "programme_holiday", Columns: []string{"day", "municipality", "source", "confirmed"}, Fields: plan.Fields{
				"label": plan.Text("label"),
			}}),
			directory(plan.Type{Name: "ProgrammeTarget", Prefix: "tgt", Table: "programme_target", Columns: []string{"code", "value"}, Fields: plan.Fields{"label": plan.Text("label")}}),
			directory(plan.Type{Name: "BudgetLine", Prefix: "bud", Table: "budget_line", Columns: []string{"code", "source", "confirmed"}, Fields: plan.Fields{
				"label":        plan.Text("label"),
				"amount":       plan.Column("amount_cents"),
				"organisation": plan.One("Organisation", "organisation_id"),
				"activityKind": plan.Code(ActivityKinds, "activity_kind"),
				"ledger":       plan.One("BudgetLedger", "id").Apart(),
			}}),
			directory(plan.Type{Name: "FundingGate", Prefix: "fgt", Table: "funding_gate", Columns: []string{"fromDay", "toDay"}, Fields: plan.Fields{
				"budgetLine": plan.One("BudgetLine", "budget_line_id"),
				"reason":     plan.Text("reason"),
			}}),
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
		Columns: []string{"list", "code", "validFrom", "validTo"},
		Fields: plan.Fields{
			"label":       plan.Text("label"),
			"responsible": plan.Expr("{t}.attributes ->> 'responsible'"),
		},
		Filters: plan.Filters{"list": plan.Equals("list", "text")},
	}
}

// mandate is read by those who give it and by its auditor.
func mandate() plan.Type {
	return plan.Type{Name: "Mandate", Prefix: mandatePrefix, Table: "mandate", Class: access.Directory,
		Columns: []string{"periodFrom", "periodTo", "endsOn", "document", "state", "openedOn", "closedOn", "revision"},
		Fields: plan.Fields{
			"programme":    plan.One("Programme", "programme_id"),
			"organisation": plan.One("Organisation", "organisation_id"),
			"member":       plan.One("Member", "member_id"),
			"sample":       plan.Many("MandateSample", "mandate_id", "{o}.drawn_on, {o}.id"),
		}}
}
