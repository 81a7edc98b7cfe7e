package placement

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Concept names the internship's states among those of all rooms.
const Concept = "placement"

// Gate says, for many internships at once, what stands against an act; one that nothing stands against is left out.
type Gate func(ctx context.Context, tx *postgres.Tx, placements []uuid.UUID) (map[uuid.UUID]refusal.List, error)

// PlanGate says why an internship cannot be planned from its first day to its last; nothing where it can. Paths are of the planned hours.
type PlanGate func(ctx context.Context, tx *postgres.Tx, p Placement) (refusal.List, error)

// StopGate says why an internship cannot stand still, or be over, from a day on; nothing where it can.
type StopGate func(ctx context.Context, tx *postgres.Tx, p Placement, from calendar.Day) (refusal.List, error)

// Room is the acts of the internship, with the points at which later rooms join in.
type Room struct {
	// OnState is told of every change of state, in the act's transaction; its error undoes the act.
	OnState []func(context.Context, *postgres.Tx, event.Transition) error
	// AttestGates decide on the attestation: the share of attendance is the register's.
	AttestGates []Gate
	// CommitGates foresee what stands against the acts that commit money, and ExtendGates the same of an extension; when such an act is done it is told to
	// OnState, which refuses it.
	CommitGates, ExtendGates []Gate
	// PlanGates decide on days that a draft or an extension plans: what their hours may be is the register's.
	PlanGates []PlanGate
	// StopGates decide on the first day of a suspension, or the first after an interruption or an end: what was done from then on is the register's.
	StopGates []StopGate
}

// stopped joins what the gates say of an internship that stands still, or is over, from a day on.
func (r Room) stopped(ctx context.Context, tx *postgres.Tx, p Placement, from calendar.Day) (all refusal.List, err error) {
	for _, g := range r.StopGates {
		list, err := g(ctx, tx, p, from)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// refusalsOf joins what gates say of those internships that wait for acts.
func refusalsOf(ctx context.Context, tx *postgres.Tx, gates []Gate, acts []access.Act, placements ...Placement) (map[uuid.UUID]refusal.List, error) {
	var ids []uuid.UUID
	for _, p := range placements {
		if slices.ContainsFunc(acts, func(a access.Act) bool { t, _ := TransitionOf(a); return t.Leaves(p.State) }) {
			ids = append(ids, p.ID)
		}
	}
	all := map[uuid.UUID]refusal.List{}
	if len(ids) == 0 {
		return all, nil
	}
	for _, g := range gates {
		some, err := g(ctx, tx, ids)
		if err != nil {
			return nil, err
		}
		for id, list := range some {
			all[id] = append(all[id], list...)
		}
	}
	return all, nil
}

var (
	attesting  = []access.Act{access.AttestPlacement}
	committing = []access.Act{access.ConfirmPlacement, access.StartPlacement, access.ResumePlacement}
	extending  = []access.Act{access.ExtendPlacement}
)

// VetoWithdrawal keeps people from leaving the programme while an internship of theirs is communicated or runs.
func VetoWithdrawal(ctx context.Context, tx *postgres.Tx, participations []uuid.UUID) (map[uuid.UUID]refusal.List, error) {
	living, err := livingOf(ctx, tx, participations)
	if err != nil {
		return nil, err
	}
	refused := make(map[uuid.UUID]refusal.List, len(living))
	for id, state := range living {
		refused[id] = refusal.List{StillLiving.At().With("state", Labels[string(state)])}
	}
	return refused, nil
}

// DueClocks are the waiting states as data for whoever keeps clocks.
func DueClocks() []event.Clock {
	clocks := make([]event.Clock, len(Clocks))
	for i, c := range Clocks {
		clocks[i] = event.Clock{Concept: Concept, SubjectKind: "Placement", Prefix: "plc", State: string(c.State), Policy: c.Rule, Kind: c.Kind, Label: c.Label,
			Grows: c.State == Running}
	}
	return append(clocks, extensionClock)
}

// tellState hands a change of state to the hooks.
func (r Room) tellState(ctx context.Context, tx *postgres.Tx, p Placement, from, to State) error {
	return r.tellLonger(ctx, tx, p, from, to, 0)
}

// tellLonger is tellState of an internship that so many days come to.
func (r Room) tellLonger(ctx context.Context, tx *postgres.Tx, p Placement, from, to State, longer int) error {
	if len(r.OnState) == 0 {
		return nil
	}
	owners, err := owners(ctx, tx, p, to)
	if err != nil {
		return err
	}
	return r.tellHooks(ctx, tx, event.Transition{Programme: p.Programme, Concept: Concept, SubjectKind: "Placement", Subject: p.ID,
		Participation: p.Participation, From: string(from), To: string(to), Owners: owners, Audience: p.Audience, Longer: longer})
}

func (r Room) tellHooks(ctx context.Context, tx *postgres.Tx, t event.Transition) error {
	for _, hook := range r.OnState {
		if err := hook(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}

// owners gives whose turn it is in a state, then who takes over; the promoter where the state waits for nobody.
func owners(ctx context.Context, tx *postgres.Tx, p Placement, state State) ([]uuid.UUID, error) {
	keys, err := line(ctx, tx, p.Organisation)
	if err != nil {
		return nil, err
	}
	who := map[Owner]uuid.UUID{OwnerTutor: p.Organisation, OwnerPromoter: p.Organisation, OwnerLead: keys[len(keys)-1]}
	if p.Tutor != nil {
		who[OwnerTutor] = *p.Tutor
	}
	for _, c := range Clocks {
		if c.State == state {
			return []uuid.UUID{who[c.Owner], who[c.Next]}, nil
		}
	}
	return []uuid.UUID{p.Organisation}, nil
}
