package matching

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// Reaction is what runs on news after they are committed: events of the kinds, in their order, in a transaction of the house's own
// service. It may be given the same events again.
type Reaction struct {
	Name         string
	SubjectKinds []string
	React        func(ctx context.Context, tx *postgres.Tx, events []event.Event) error
}

// Reaction keeps suggestions in step with people, openings and internships.
func (r Room) Reaction() Reaction {
	return Reaction{Name: "matching", SubjectKinds: []string{"Participant", "Opening", "Placement"}, React: r.React}
}

// seatActs are the acts on internships that take or free a seat and a person; all others change nothing for matching.
var seatActs = []string{string(access.DraftPlacement), string(access.CancelPlacement), string(access.AnnulPlacement), string(access.InterruptPlacement),
	string(access.EndPlacement), string(access.ExtendPlacement)}

// React refreshes what the events touch: one participation for news of a person, everybody for a seat that came or went.
func (r Room) React(ctx context.Context, tx *postgres.Tx, events []event.Event) error {
	scopes := map[uuid.UUID]Scope{}
	var programmes []uuid.UUID
	for _, e := range events {
		s, seen := scopes[e.Programme]
		switch {
		case e.SubjectKind == "Participant":
			s.Participations = append(s.Participations, e.Subject)
		case e.SubjectKind == "Opening" || e.SubjectKind == "Placement" && slices.Contains(seatActs, e.Act):
			s.All = true
		default:
			continue
		}
		if !seen {
			programmes = append(programmes, e.Programme)
		}
		scopes[e.Programme] = s
	}
	for _, p := range programmes {
		if _, err := r.Refresh(ctx, tx, p, scopes[p]); err != nil {
			return err
		}
	}
	return nil
}
