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
			Columns: []string{"kind", "code", "points"},
			Fields: plan.Fields{
				"text": plan.Text("text"),
			},
		}},
		Extends: map[string]plan.Fields{
			"Participant": {"matches": plan.Many("Match", "participation_id", bestFirst).Growing()},
			"Opening":     {"matches": plan.Many("Match", "opening_id", bestFirst).Growing()},
		},
		Roots:   plan.Roots{"matches": plan.ListIn("Match", plan.OfProgramme, nil)},
		Fillers: map[string]plan.Filler{"match.allowedActs": plan.All(fillAllowedActs)},
	}
}

func matchType() plan.Type {
	return plan.Type{
		Name: "Match", Prefix: "mat", Table: "match", Class: access.Path, Keyed: true,
		Columns: []string{"state", "score", "blocked", "refreshedAt", "revision"},
		Fields: plan.Fields{
			"participant":   plan.One("Participant", "participation_id"),
			"opening":       plan.One("Opening", "opening_id"),
			"company":       plan.One("Company", "company_id"),
			"stateLabel":    plan.Label("state", Labels),
			"stateHint":     plan.Label("state", Hints),
			"reasons":       plan.Many("MatchReason", "match_id", "{o}.position"),
			"companyText":   plan.Text("company_text"),
			"declineReason": plan.Code("decline_reasons", "decline_reason"),
			"allowedActs":   plan.Hole("match.allowedActs", "to_json({t}.id)"),
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
