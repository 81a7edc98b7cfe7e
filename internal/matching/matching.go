package matching

import (
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// State is where a match stands; see the package comment.
type State string

// The states of a match.
const (
	Suggested State = "SUGGESTED"
	Proposed  State = "PROPOSED"
	Accepted  State = "ACCEPTED"
	Declined  State = "DECLINED"
	Placed    State = "PLACED"
	Withdrawn State = "WITHDRAWN"
)

// States lists every state, in the order of the path.
func States() []State {
	return []State{Suggested, Proposed, Accepted, Declined, Placed, Withdrawn}
}

// Final says whether the path may end in the state.
func (s State) Final() bool { return s == Declined || s == Placed }

// Transition is one row of the table: an act, the states it leaves, the state it reaches, and what must hold.
type Transition struct {
	Act   access.Act
	From  []State // none: the act makes the match
	To    State
	Label text.Text
	gates []gate
}

// Transitions is the whole life of a match. What the rules do is refreshMatches; the others are decisions of people.
var Transitions = []Transition{
	{Act: access.RefreshMatches, To: Suggested, Label: text.Text{It: "Suggerisci", En: "Suggest"}},
	{Act: access.RefreshMatches, From: []State{Withdrawn, Placed}, To: Suggested, Label: text.Text{It: "Suggerisci di nuovo", En: "Suggest again"}},
	{Act: access.RefreshMatches, From: []State{Proposed, Accepted, Placed}, To: Withdrawn, Label: text.Text{It: "Ritira", En: "Withdraw"}},
	{Act: access.ProposeMatch, From: []State{Suggested}, To: Proposed, Label: text.Text{It: "Proponi", En: "Propose"},
		gates: []gate{notBlocked, waiting, notPlaced, openingOpen, seatFree}},
	{Act: access.AcceptMatch, From: []State{Proposed}, To: Accepted, Label: text.Text{It: "Registra l'accordo", En: "Record the agreement"},
		gates: []gate{waiting, notPlaced, openingOpen, seatFree}},
	{Act: access.DeclineMatch, From: []State{Suggested, Proposed, Accepted}, To: Declined, Label: text.Text{It: "Registra il rifiuto", En: "Record the refusal"}},
	{Act: access.DraftPlacement, From: []State{Accepted}, To: Placed, Label: text.Text{It: "Prepara il tirocinio", En: "Prepare the internship"},
		gates: []gate{waiting, notPlaced, openingOpen, seatFree}},
}

// decision is the row of an act of people; false for an act of another room or of the rules.
func decision(act access.Act) (Transition, bool) {
	i := slices.IndexFunc(Transitions, func(t Transition) bool { return t.Act == act && act != access.RefreshMatches })
	if i < 0 {
		return Transition{}, false
	}
	return Transitions[i], true
}

// Match is one pair as people decide about it.
type Match struct {
	ID            uuid.UUID
	Programme     uuid.UUID
	Participation uuid.UUID
	Opening       uuid.UUID
	Company       uuid.UUID
	State         State
	Blocked       bool
	Tutor         *uuid.UUID // of the person
	Organisation  uuid.UUID  // to whom the person is entrusted
	Audience      []uuid.UUID
	Revision      int
}
