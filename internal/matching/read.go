package matching

import (
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// bestFirst is the order of matches under a person or an opening: what can be done first, the highest score first.
const bestFirst = "{o}.blocked, {o}.score desc, {o}.id desc"

// Reading is how matches are read.
func Reading() plan.Reading {
	return plan.Reading{
		Types: []plan.Type{matchType(), {
			Name: "MatchReason", Prefix: "mre", Table: "match_reason", Class: access.Path,
			Fields: plan.Fields{
				"kind":   plan.Column("kind"),
				"code":   plan.Column("code"),
				"points": plan.Column("points"),
				"text":   plan.Text("text"),
			},
		}},
		Extends: map[string]plan.Fields{
			"Participant": {"matches": plan.Many("Match", "participation_id", bestFirst).Growing()},
			"Opening":     {"matches": plan.Many("Match", "opening_id", bestFirst).Growing()},
		},
		Roots:   plan.Roots{"matches": plan.ListIn("Match", plan.OfProgramme, nil)},
		Fillers: map[string]plan.Filler{"match.allowedActs": fillAllowedActs},
	}
}

func matchType() plan.Type {
	return plan.Type{
		Name: "Match", Prefix: "mat", Table: "match", Class: access.Path, Keyed: true,
		Fields: plan.Fields{
			"hidden":        plan.Hidden(),
			"participant":   plan.One("Participant", "participation_id"),
			"opening":       plan.One("Opening", "opening_id"),
			"company":       plan.One("Company", "company_id"),
			"state":         plan.Column("state"),
			"stateLabel":    plan.Label("state", Labels),
			"stateHint":     plan.Label("state", Hints),
			"score":         plan.Column("score"),
			"blocked":       plan.Column("blocked"),
			"reasons":       plan.Many("MatchReason", "match_id", "{o}.position"),
			"companyText":   plan.Text("company_text"),
			"declineReason": plan.Code("decline_reasons", "decline_reason"),
			"refreshedAt":   plan.Instant("refreshed_at"),
			"revision":      plan.Column("revision"),
			"allowedActs":   plan.Hole("match.allowedActs", "json_build_object('id', {t}.id)"),
		},
		Orders: map[string]plan.Order{"SCORE": {Keys: []plan.Key{{Expr: "{t}.score", SQLType: "int"}}, Desc: true, Keyed: true}},
		Filters: plan.Filters{
			"states":       plan.Among("state"),
			"participant":  plan.RefersTo("prt", "participation_id"),
			"opening":      plan.RefersTo("opn", "opening_id"),
			"company":      plan.RefersTo("com", "company_id"),
			"blocked":      plan.Whether("{t}.blocked", "not {t}.blocked"),
			"minimumScore": plan.AtLeast("score", "int"),
		},
	}
}
