package matching

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Room is the acts of matching, with the points at which other rooms join in.
type Room struct {
	// OnState is told of every decision about a match, in the act's transaction; its error undoes the act. Suggestions come and go
	// by the rules and are not told.
	OnState []func(context.Context, *postgres.Tx, event.Transition) error
	// Placement drafts the internship that comes of an accepted match.
	Placement placement.Room
}

// DueClocks are the waiting states of matches as data for whoever keeps clocks.
func DueClocks() []event.Clock {
	clock := func(s State, kind string, label text.Text) event.Clock {
		return event.Clock{Concept: "match", SubjectKind: "Match", Prefix: "mat", State: string(s), Policy: "clock.match." + string(s), Kind: kind, Label: label}
	}
	return []event.Clock{
		clock(Suggested, "match.propose", text.Text{It: "Valutare l'abbinamento suggerito", En: "Consider the suggested match"}),
		clock(Proposed, "match.answer", text.Text{It: "Raccogliere le risposte alla proposta", En: "Collect the answers to the proposal"}),
		clock(Accepted, "match.draft", text.Text{It: "Preparare il tirocinio concordato", En: "Prepare the agreed internship"}),
	}
}

// tellState hands a change of state to the hooks: the tutor's turn, then the organisation's.
func (r Room) tellState(ctx context.Context, tx *postgres.Tx, m Match, to State) error {
	owners := []uuid.UUID{m.Organisation}
	if m.Tutor != nil {
		owners = []uuid.UUID{*m.Tutor, m.Organisation}
	}
	t := event.Transition{Programme: m.Programme, Concept: "match", SubjectKind: "Match", Subject: m.ID, Participation: m.Participation,
		From: string(m.State), To: string(to), Owners: owners, Audience: m.Audience}
	for _, hook := range r.OnState {
		if err := hook(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}
