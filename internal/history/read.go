package history

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
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
		Fillers: map[string]plan.Filler{"history.files": plan.Each(shown[[]File]), "history.totals": plan.Each(shown[[]Total]), "history.acts": plan.Each(allowedActs)},
	}
}

func imported() plan.Type {
	return plan.Type{Name: subject, Prefix: Prefix, Table: "history_import", Class: access.Money,
		Columns: []string{"state", "stateSince", "stagedAt", "decidedAt", "revokedAt", "reason", "revision"},
		Fields: plan.Fields{
			"stateLabel":  plan.Label("state", stateWords),
			"stagedBy":    plan.One("Member", "staged_by").In(access.Directory).Apart(),
			"decidedBy":   plan.One("Member", "decided_by").In(access.Directory).Apart(),
			"revokedBy":   plan.One("Member", "revoked_by").In(access.Directory).Apart(),
			"contentHash": plan.Expr("encode({t}.content_hash, 'hex')"),
			"files":       plan.Hole("history.files", "{t}.files"),
			"totals":      plan.Hole("history.totals", "history_totals({t}.id)"),
			"allowedActs": plan.Hole("history.acts", "json_build_object('programme', {t}.programme_id, 'audience', {t}.audience, 'state', {t}.state, 'stagedBy', {t}.staged_by, 'decidedBy', {t}.decided_by, 'onBehalfOf', {t}.on_behalf_of)").Personal(),
		},
		Orders:  map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.staged_at", SQLType: "timestamptz"}}, Desc: true}},
		Filters: plan.Filters{"states": plan.Among("state")}}
}

func fact() plan.Type {
	return plan.Type{Name: factSubject, Prefix: factPrefix, Table: "history_fact", Class: access.Money,
		Columns: []string{"kind", "state", "fromDay", "toDay", "minutes", "presenceDays", "paidOn", "activityKind", "file", "line"},
		Fields: plan.Fields{
			"import":      plan.One(subject, "import_id").Apart(),
			"participant": plan.One("Participant", "participation_id").In(access.Path).Apart(),
			"month":       plan.Month("month"),
			"budgetLine":  plan.One("BudgetLine", "budget_line_id").In(access.Directory).Apart(),
			"gross":       plan.Column("gross_cents"),
			"withheld":    plan.Column("withheld_cents"),
			"rowHash":     plan.Expr("encode({t}.row_hash, 'hex')"),
			"allowance":   plan.OneWhere("Allowance", ofMonth("{o}", "{t}")),
		},
		Orders: map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.month", SQLType: "date"}}}}}
}

// ofMonth is SQL of whether a fact is of an allowance's month.
func ofMonth(allowance, fact string) string {
	return fact + ".participation_id = " + allowance + ".participation_id and " + fact + ".month = " + allowance + ".month"
}

// shown shows what is kept as a document.
func shown[T any](_ context.Context, _ *postgres.Tx, kept T) (any, error) { return kept, nil }

var actLabels = map[access.Act]text.Text{
	access.ConfirmHistory: {It: "Conferma i totali importati", En: "Confirm the totals that were brought in"},
	access.DiscardHistory: {It: "Scarta l'importazione", En: "Discard the import"},
	access.RevokeHistory:  {It: "Revoca i totali confermati", En: "Take back the totals that were confirmed"},
}

// allowedActs says of an import what the actor could do with it now, and why not.
func allowedActs(ctx context.Context, tx *postgres.Tx, row struct {
	Programme, StagedBy, DecidedBy uuid.UUID
	OnBehalfOf                     *uuid.UUID
	Audience                       []uuid.UUID
	State                          State
}) (any, error) {
	all := []plan.AllowedAct{}
	for _, t := range []struct {
		act   access.Act
		from  State
		first member.Hand
		other *refusal.Code // no other state
		own   *refusal.Code // not by the first hand
	}{
		{access.ConfirmHistory, Staged, member.Hand{Member: row.StagedBy}, Decided, OwnImport},
		{access.DiscardHistory, Staged, member.Hand{}, Decided, nil},
		{access.RevokeHistory, Confirmed, member.Hand{Member: row.DecidedBy, OnBehalfOf: row.OnBehalfOf}, NotStanding, OwnConfirmation},
	} {
		var list refusal.List
		switch {
		case !tx.Actor.May(t.act, row.Programme, row.Audience):
			list = refusal.List{refusal.NotAllowed.At()}
		case row.State != t.from:
			list = refusal.List{t.other.At("import").With("state", stateWords[string(row.State)])}
		case t.own != nil:
			own, err := member.OwnHand(ctx, tx, t.first, t.act, row.Programme, row.Audience)
			if err != nil {
				return nil, err
			}
			if own {
				list = refusal.List{t.own.At("import")}
			}
		}
		all = append(all, plan.Allow(t.act, actLabels[t.act], list))
	}
	return all, nil
}
