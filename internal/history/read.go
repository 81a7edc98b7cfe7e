package history

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Reading is how imports and their facts are read.
func Reading() plan.Reading {
	return plan.Reading{
		Types: []plan.Type{imported(), fact()},
		Extends: map[string]plan.Fields{"Participant": {"history": plan.Many(factSubject, "participation_id", "coalesce({o}.month, {o}.from_day), {o}.id").In(access.Money).Growing()},
			"BudgetLine": {"history": plan.Connection(factSubject, "budget_line_id")},
			"Allowance":  {"history": plan.ManyWhere(factSubject, ofMonth("{t}", "{o}"), "{o}.id")}},
		Roots:   plan.Roots{"historyImports": plan.ListIn(subject, plan.OfProgramme, nil)},
		Fillers: map[string]plan.Filler{"history.files": filled[[]File], "history.totals": filled[[]Total], "history.acts": allowedActs},
	}
}

func imported() plan.Type {
	return plan.Type{Name: subject, Prefix: Prefix, Table: "history_import", Class: access.Money,
		Fields: plan.Fields{
			"hidden":      plan.Hidden(),
			"state":       plan.Column("state"),
			"stateLabel":  plan.Label("state", stateWords),
			"stateSince":  plan.Column("state_since"),
			"stagedBy":    plan.One("Member", "staged_by").In(access.Directory).Apart(),
			"stagedAt":    plan.Instant("staged_at"),
			"decidedBy":   plan.One("Member", "decided_by").In(access.Directory).Apart(),
			"decidedAt":   plan.Instant("decided_at"),
			"revokedBy":   plan.One("Member", "revoked_by").In(access.Directory).Apart(),
			"revokedAt":   plan.Instant("revoked_at"),
			"reason":      plan.Column("reason"),
			"contentHash": plan.Expr("encode({t}.content_hash, 'hex')"),
			"files":       plan.Hole("history.files", "{t}.files"),
			"totals":      plan.Hole("history.totals", "history_totals({t}.id)"),
			"revision":    plan.Column("revision"),
			"allowedActs": plan.Hole("history.acts", "json_build_object('programme', {t}.programme_id, 'audience', {t}.audience, 'state', {t}.state, 'stagedBy', {t}.staged_by, 'decidedBy', {t}.decided_by)").Personal(),
		},
		Orders:  map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.staged_at", SQLType: "timestamptz"}}, Desc: true}},
		Filters: plan.Filters{"states": plan.Among("state")}}
}

func fact() plan.Type {
	return plan.Type{Name: factSubject, Prefix: factPrefix, Table: "history_fact", Class: access.Money,
		Fields: plan.Fields{
			"hidden":       plan.Hidden(),
			"import":       plan.One(subject, "import_id").Apart(),
			"participant":  plan.One("Participant", "participation_id").In(access.Path).Apart(),
			"kind":         plan.Column("kind"),
			"state":        plan.Column("state"),
			"month":        plan.Month("month"),
			"fromDay":      plan.Column("from_day"),
			"toDay":        plan.Column("to_day"),
			"minutes":      plan.Column("minutes"),
			"presenceDays": plan.Column("presence_days"),
			"budgetLine":   plan.One("BudgetLine", "budget_line_id").In(access.Directory).Apart(),
			"gross":        plan.Column("gross_cents"),
			"withheld":     plan.Column("withheld_cents"),
			"paidOn":       plan.Column("paid_on"),
			"file":         plan.Column("file"),
			"line":         plan.Column("line"),
			"rowHash":      plan.Expr("encode({t}.row_hash, 'hex')"),
			"allowance":    plan.OneWhere("Allowance", ofMonth("{o}", "{t}")),
		},
		Orders: map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.month", SQLType: "date"}}}}}
}

// ofMonth is SQL of whether a fact is of an allowance's month.
func ofMonth(allowance, fact string) string {
	return fact + ".participation_id = " + allowance + ".participation_id and " + fact + ".month = " + allowance + ".month"
}

// filled shows each hole as what it holds.
func filled[T any](_ context.Context, _ *postgres.Tx, inputs []json.RawMessage) ([]any, error) {
	values := make([]any, len(inputs))
	for i, input := range inputs {
		var v T
		if err := json.Unmarshal(input, &v); err != nil {
			return nil, err
		}
		values[i] = v
	}
	return values, nil
}

var actLabels = map[access.Act]text.Text{
	access.ConfirmHistory: {It: "Conferma i totali importati", En: "Confirm the totals that were brought in"},
	access.DiscardHistory: {It: "Scarta l'importazione", En: "Discard the import"},
	access.RevokeHistory:  {It: "Revoca i totali confermati", En: "Take back the totals that were confirmed"},
}

// allowedActs says of imports what the actor could do with each now, and why not.
func allowedActs(_ context.Context, tx *postgres.Tx, inputs []json.RawMessage) ([]any, error) {
	values := make([]any, len(inputs))
	for i, input := range inputs {
		var row struct {
			Programme, StagedBy, DecidedBy uuid.UUID
			Audience                       []uuid.UUID
			State                          State
		}
		if err := json.Unmarshal(input, &row); err != nil {
			return nil, err
		}
		all := []plan.AllowedAct{}
		for _, act := range []access.Act{access.ConfirmHistory, access.DiscardHistory, access.RevokeHistory} {
			var list refusal.List
			switch {
			case !tx.Actor.May(act, row.Programme, row.Audience):
				list = refusal.List{refusal.NotAllowed.At()}
			case act == access.RevokeHistory && row.State != Confirmed:
				list = refusal.List{NotStanding.At("import").With("state", stateWords[string(row.State)])}
			case act == access.RevokeHistory:
				if own(tx, act, row.Programme, row.Audience, row.DecidedBy) {
					list = refusal.List{OwnConfirmation.At("import")}
				}
			case row.State != Staged:
				list = refusal.List{Decided.At("import").With("state", stateWords[string(row.State)])}
			case act == access.ConfirmHistory && own(tx, act, row.Programme, row.Audience, row.StagedBy):
				list = refusal.List{OwnImport.At("import")}
			}
			all = append(all, plan.AllowedAct{Act: string(act), Label: actLabels[act], Allowed: len(list) == 0, Refusals: list})
		}
		values[i] = all
	}
	return values, nil
}
