package participant

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// allowedActsInput is SQL of the facts that decide what can be done with a participation.
var allowedActsInput = "json_build_object('id', {t}.id, 'programme', {t}.programme_id, 'state', {t}.state, 'entered', {t}.entered_on is not null, " +
	"'audience', {t}.audience, 'protected', {t}.protected, 'verdict', coalesce(" + lastVerdict("outcome") + ", ''))"

// asked is one participation for which it is asked what can be done.
type asked struct {
	ID        uuid.UUID
	Programme uuid.UUID
	State     State
	Entered   bool
	Audience  []uuid.UUID
	Protected bool
	Verdict   Outcome
}

// allowedActs says of each participation which acts the actor could do now, and why not the others.
func allowedActs(vetoes []Veto) plan.Filler {
	return plan.All(func(ctx context.Context, tx *postgres.Tx, cases []asked) ([]any, error) {
		var leaving []uuid.UUID
		for _, c := range cases {
			if c.mayLeave(tx.Actor) {
				leaving = append(leaving, c.ID)
			}
		}
		said, err := vetoed(ctx, tx, vetoes, leaving)
		if err != nil {
			return nil, err
		}
		answers := make([]any, len(cases))
		for i, c := range cases {
			answers[i] = c.acts(tx.Actor, said[c.ID])
		}
		return answers, nil
	})
}

func (c asked) mayLeave(actor access.Actor) bool {
	return slices.ContainsFunc(Transitions, func(t Transition) bool {
		return t.Leaving && slices.Contains(t.From, c.State) && actor.May(t.Act, c.Programme, c.Audience)
	})
}

func (c asked) acts(actor access.Actor, vetoed refusal.List) []plan.AllowedAct {
	acts := make([]plan.AllowedAct, len(actLabels))
	for i, a := range actLabels {
		acts[i] = plan.Allow(a.act, a.label, c.refusals(a.act, actor, vetoed))
	}
	return acts
}

func (c asked) refusals(act access.Act, actor access.Actor, vetoed refusal.List) refusal.List {
	if !actor.May(act, c.Programme, c.Audience) {
		return refusal.List{refusal.NotAllowed.At()}
	}
	switch act {
	case access.RecordExclusionCheck, access.AssignTeam:
		if c.State.Standing().Final {
			return refusal.List{closed(c.State).At()}
		}
		return nil
	case access.UnprotectParticipant:
		if !c.Protected {
			return refusal.List{NotProtected.At()}
		}
		return nil
	case access.ProtectParticipant, access.RecordBankDetails:
		return nil
	}
	t, ok := transition(act, c.State, c.Entered)
	if !ok {
		return refusal.List{noWay(act, c.State, c.Entered).At()}
	}
	if code, no := unfit(c.Verdict); act == access.AdmitParticipant && no {
		return refusal.List{code.At()}
	}
	if t.Leaving {
		return vetoed
	}
	return nil
}

// handOverFacts is SQL of what decides about a side of a request.
const handOverFacts = "json_build_object('programme', {t}.programme_id, 'side', {t}.side, 'state', {t}.state, 'audience', {t}.audience)"

// handOverAllowed says of a side of a request which acts the actor could do now, and why not the others.
func handOverAllowed(_ context.Context, tx *postgres.Tx, h struct {
	Programme uuid.UUID
	Side      string
	State     HandOverState
	Audience  []uuid.UUID
}) (any, error) {
	acts := make([]plan.AllowedAct, len(handOverActs))
	for i, a := range handOverActs {
		var no refusal.List
		switch {
		case h.Side != a.side || !tx.Actor.May(a.act, h.Programme, h.Audience):
			no = refusal.List{refusal.NotAllowed.At()}
		case h.State != HandOverRequested:
			no = refusal.List{settled(h.State).At()}
		}
		acts[i] = plan.Allow(a.act, a.label, no)
	}
	return acts, nil
}
