package participant

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Room holds what the acts need beside their transaction; cmd/wire.go fills it, and acts only read it.
type Room struct {
	// OnState is told of every change of state and of team, in the act's transaction; its error undoes the act. When only the team
	// has changed, From and To are the same.
	OnState []func(context.Context, *postgres.Tx, event.Transition) error
	// Vetoes are asked before somebody leaves.
	Vetoes []Veto
	// OnLookUp is told who asked about a fiscal code in a programme, by asking alone or by an act that answers, and the participation that he
	// was shown, nil for none.
	OnLookUp func(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, participation *uuid.UUID) error
	// Members asks guests to come.
	Members member.Room
}

// Veto says for some participations why the person cannot leave yet; those that it does not name can.
type Veto func(ctx context.Context, tx *postgres.Tx, participations []uuid.UUID) (map[uuid.UUID]refusal.List, error)

// Each makes a veto of a question about one participation.
func Each(ask func(ctx context.Context, tx *postgres.Tx, participation uuid.UUID) (refusal.List, error)) Veto {
	return func(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) (map[uuid.UUID]refusal.List, error) {
		said := make(map[uuid.UUID]refusal.List, len(ids))
		for _, id := range ids {
			list, err := ask(ctx, tx, id)
			if err != nil {
				return nil, err
			}
			said[id] = list
		}
		return said, nil
	}
}

// vetoed gathers what all vetoes say.
func vetoed(ctx context.Context, tx *postgres.Tx, vetoes []Veto, ids []uuid.UUID) (map[uuid.UUID]refusal.List, error) {
	all := make(map[uuid.UUID]refusal.List, len(ids))
	if len(ids) == 0 {
		return all, nil
	}
	for _, veto := range vetoes {
		said, err := veto(ctx, tx, ids)
		if err != nil {
			return nil, err
		}
		for id, list := range said {
			all[id] = append(all[id], list...)
		}
	}
	return all, nil
}

// audience gives the keys of a participation: its organisation with all bodies above (line), the case, the tutor, the person. A protected
// one has its circle, and the house's own services, in the place of the organisations. Nothing else works a participation's keys out.
func (p participationRow) audience(line []uuid.UUID) []uuid.UUID {
	keys := slices.Clone(line)
	if p.Protected {
		keys = []uuid.UUID{access.CircleKey(p.ProgrammeID, p.ID), access.HouseKey(p.ProgrammeID)}
	}
	if p.CaseManagerID != nil {
		keys = append(keys, access.CaseKey(p.ProgrammeID, *p.CaseManagerID))
	}
	if p.TutorID != nil {
		keys = append(keys, access.TutorKey(p.ProgrammeID, *p.TutorID))
	}
	return append(keys, access.PersonKey(p.ProgrammeID, p.PersonID))
}

// Origin says where a fact comes from. The zero Origin is ENTERED.
type Origin struct {
	Kind string // ENTERED, IMPORTED or DEMO
	File string // name of the imported file
	Row  int    // row in the file, the header being 1
	Hash string // SHA-256 of the file, hexadecimal
}

func (o Origin) kind() string {
	if o.Kind == "" {
		return "ENTERED"
	}
	return o.Kind
}

// orToday is the day, or the transaction's own when none was given.
func orToday(tx *postgres.Tx, day calendar.Day) calendar.Day {
	if day.IsZero() {
		return tx.Today()
	}
	return day
}
