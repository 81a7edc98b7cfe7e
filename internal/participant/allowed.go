package participant

import (
	"context"
	"encoding/json"
	"fmt"
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
	return func(ctx context.Context, tx *postgres.Tx, inputs []json.RawMessage) ([]any, error) {
		cases := make([]asked, len(inputs))
		var leaving []uuid.UUID
		for i, input := range inputs {
			if err := json.Unmarshal(input, &cases[i]); err != nil {
				return nil, fmt.Errorf("allowed acts: %w", err)
			}
			if cases[i].mayLeave(tx.Actor) {
				leaving = append(leaving, cases[i].ID)
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
	}
}

func (c asked) mayLeave(actor access.Actor) bool {
	return slices.ContainsFunc(Transitions, func(t Transition) bool {
		return t.Leaving && slices.Contains(t.From, c.State) && actor.May(t.Act, c.Programme, c.Audience)
	})
}

func (c asked) acts(actor access.Actor, vetoed refusal.List) []plan.AllowedAct {
	acts := make([]plan.AllowedAct, len(actLabels))
	for i, a := range actLabels {
		no := c.refusals(a.act, actor, vetoed)
		acts[i] = plan.AllowedAct{Act: string(a.act), Label: a.label, Allowed: len(no) == 0, Refusals: no}
	}
	return acts
}

// refusals is never nil.
func (c asked) refusals(act access.Act, actor access.Actor, vetoed refusal.List) []refusal.Refusal {
	if !actor.May(act, c.Programme, c.Audience) {
		return []refusal.Refusal{refusal.NotAllowed.At()}
	}
	switch act {
	case access.RecordExclusionCheck, access.AssignTeam:
		if c.State.Standing().Final {
			return []refusal.Refusal{closed(c.State).At()}
		}
		return []refusal.Refusal{}
	case access.UnprotectParticipant:
		if !c.Protected {
			return []refusal.Refusal{NotProtected.At()}
		}
		return []refusal.Refusal{}
	case access.ProtectParticipant, access.RecordBankDetails:
		return []refusal.Refusal{}
	}
	t, ok := transition(act, c.State, c.Entered)
	if !ok {
		return []refusal.Refusal{noWay(act, c.State, c.Entered).At()}
	}
	if code, no := unfit(c.Verdict); act == access.AdmitParticipant && no {
		return []refusal.Refusal{code.At()}
	}
	if t.Leaving {
		return append([]refusal.Refusal{}, vetoed...)
	}
	return []refusal.Refusal{}
}

// handOverFacts is SQL of what decides about a side of a request.
const handOverFacts = "json_build_object('programme', {t}.programme_id, 'side', {t}.side, 'state', {t}.state, 'audience', {t}.audience)"

// handOverAllowed says of each side of a request which acts the actor could do now, and why not the others.
func handOverAllowed(_ context.Context, tx *postgres.Tx, inputs []json.RawMessage) ([]any, error) {
	answers := make([]any, len(inputs))
	for i, input := range inputs {
		var h struct {
			Programme uuid.UUID
			Side      string
			State     HandOverState
			Audience  []uuid.UUID
		}
		if err := json.Unmarshal(input, &h); err != nil {
			return nil, fmt.Errorf("allowed acts: %w", err)
		}
		acts := make([]plan.AllowedAct, len(handOverActs))
		for n, a := range handOverActs {
			no := []refusal.Refusal{}
			switch {
			case h.Side != a.side || !tx.Actor.May(a.act, h.Programme, h.Audience):
				no = append(no, refusal.NotAllowed.At())
			case h.State != HandOverRequested:
				no = append(no, settled(h.State).At())
			}
			acts[n] = plan.AllowedAct{Act: string(a.act), Label: a.label, Allowed: len(no) == 0, Refusals: no}
		}
		answers[i] = acts
	}
	return answers, nil
}
