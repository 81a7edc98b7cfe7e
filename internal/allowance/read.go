package allowance

import (
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// Prefixes of ids in the API.
const (
	Prefix     = "alw"
	linePrefix = "aln"
)

// Reading is how months' allowances and their working are read.
func Reading() plan.Reading {
	return plan.Reading{
		Types: []plan.Type{statement(), line()},
		Extends: map[string]plan.Fields{
			"Participant": {"allowances": plan.Many("Allowance", "participation_id", "{o}.month desc, {o}.id").In(access.Money)},
		},
		Roots: plan.Roots{"allowances": plan.ListIn("Allowance", plan.OfProgramme, nil)},
	}
}

func statement() plan.Type {
	// Whose a row is, and of which partner, is asked of the participation: of one that is hidden nothing is found.
	person, partner := plan.RefersTo("prt", "id").Reveals(access.Path), plan.RefersTo("org", "id").Reveals(access.Path)
	person.Where = "exists (select from participation p where p.id = {t}.participation_id and p.id = {v})"
	partner.Where = "exists (select from participation p where p.id = {t}.participation_id and p.organisation_id = {v})"
	return plan.Type{Name: "Allowance", Prefix: Prefix, Table: "allowance", Class: access.Money, Keyed: true,
		Fields: plan.Fields{
			"hidden":        plan.Hidden(),
			"participant":   plan.One("Participant", "participation_id").In(access.Path).Apart(),
			"pseudonym":     plan.Expr("pseudonym_of({t}.participation_id)"),
			"month":         plan.Month("month"),
			"minutes":       plan.Column("minutes"),
			"accrued":       plan.Column("accrued_cents"),
			"cap":           plan.Column("cap_cents"),
			"total":         plan.Column("total_cents"),
			"why":           plan.Many("AllowanceLine", "allowance_id", "{o}.position"),
			"policyVersion": plan.One("PolicyVersion", "policy_version_id"),
			"computedAt":    plan.Instant("computed_at"),
			"revision":      plan.Column("revision"),
		},
		Orders: map[string]plan.Order{
			"MONTH_NEWEST": {Keys: []plan.Key{{Expr: "{t}.month", SQLType: "date"}}, Desc: true, Keyed: true},
			"TOTAL":        {Keys: []plan.Key{{Expr: "{t}.total_cents", SQLType: "bigint"}}, Desc: true, Keyed: true},
		},
		Filters: plan.Filters{
			"month":        plan.Equals("month", "date"),
			"participant":  person,
			"organisation": partner,
			"capped":       plan.Whether("{t}.accrued_cents > {t}.cap_cents", "{t}.accrued_cents <= {t}.cap_cents"),
		}}
}

func line() plan.Type {
	return plan.Type{Name: "AllowanceLine", Prefix: linePrefix, Table: "allowance_line", Class: access.Money,
		Fields: plan.Fields{
			"kind":      plan.Column("kind"),
			"enrolment": plan.One("Enrolment", "enrolment_id"),
			"minutes":   plan.Column("minutes"),
			"amount":    plan.Column("amount_cents"),
			"rule":      plan.Column("rule"),
			"text":      plan.Text("text"),
		}}
}
