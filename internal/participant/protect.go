package participant

import (
	"context"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// circleRoles are those in which somebody can be named: they read people, and people are what a circle is over.
var circleRoles = []access.Role{access.Coordinator, access.PartnerCoordinator, access.CaseManager, access.Scout, access.Tutor, access.PaymentsOfficer, access.Approver}

// Named is a member who sees a protected participation, in a role that he holds in its programme, up to and with a day (zero: open).
type Named struct {
	Member uuid.UUID
	Role   access.Role
	To     calendar.Day
}

// named is what the journal keeps of one who is named.
type named struct {
	Member uuid.UUID    `json:"member"`
	Role   access.Role  `json:"role"`
	To     calendar.Day `json:"to,omitzero"`
}

// ProtectInput names who shall see a participation beside its team.
type ProtectInput struct {
	Participation uuid.UUID
	Expected      *int
	Named         []Named // all of them: who is left out sees it no more
}

var (
	causeCircle = text.Text{It: "questo ruolo non si riferisce alle persone", En: "this role is not about people"}
	causeTwice  = text.Text{It: "la stessa persona è indicata due volte nello stesso ruolo", En: "the same member is named twice in the same role"}
	causeEnd    = text.Text{It: "il termine è già passato", En: "this day is already past"}
)

// Protect hides a participation, and all that follows it, from everybody but its team and those who are named. Of a protected one it
// changes who is named.
func (r Room) Protect(ctx context.Context, tx *postgres.Tx, in ProtectInput) error {
	s, err := guard(ctx, tx, access.ProtectParticipant, in.Participation, in.Expected)
	if err != nil {
		return err
	}
	if err := in.check(ctx, tx, s.row); err != nil {
		return err
	}
	for _, n := range in.Named {
		s.detail.Circle = append(s.detail.Circle, named(n))
	}
	if err := nameCircle(ctx, tx, s.row.ID, in.Named); err != nil {
		return err
	}
	s.row.Protected = true
	if err := staysOpen(ctx, tx, s.row.ID, "named"); err != nil {
		return err
	}
	return r.rekey(ctx, tx, s)
}

// staysOpen refuses a protection that nobody could lift as things stand: who is named, or follows the case, may hold his role no more, or not
// have come yet.
func staysOpen(ctx context.Context, tx *postgres.Tx, participation uuid.UUID, path string) error {
	open, err := circleOpen(ctx, tx, participation)
	if err == nil && !open {
		return CircleClosed.At(path)
	}
	return err
}

// KeepReachable names the coordination of the lead body in each protection of the programmes that nobody could lift any more: roles end on
// days that were set beforehand, and no act asks then. It is the house's own; where nobody coordinates, it waits until somebody does.
func (r Room) KeepReachable(ctx context.Context, tx *postgres.Tx, programmes []uuid.UUID) error {
	closed, err := circlesClosed(ctx, tx, programmes)
	if err != nil {
		return err
	}
	for _, id := range closed {
		heirs, err := circleHeirs(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(heirs) == 0 {
			continue
		}
		row, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		s := &step{act: access.ProtectParticipant, row: row, was: row.State}
		for _, h := range heirs {
			s.detail.Circle = append(s.detail.Circle, named{Member: h, Role: access.Coordinator})
		}
		tx.Tell(s.news(event.Changed, row.Audience), s.detail)
	}
	return nil
}

// Unprotect gives a participation back to the sight of its organisation and the bodies above.
func (r Room) Unprotect(ctx context.Context, tx *postgres.Tx, participation uuid.UUID, expected *int) error {
	s, err := guard(ctx, tx, access.UnprotectParticipant, participation, expected)
	if err != nil {
		return err
	}
	if !s.row.Protected {
		return NotProtected.At("participant")
	}
	if err := nameCircle(ctx, tx, s.row.ID, nil); err != nil {
		return err
	}
	s.row.Protected = false
	return r.rekey(ctx, tx, s)
}

// guard loads a participation whose keys the actor is about to change.
func guard(ctx context.Context, tx *postgres.Tx, act access.Act, id uuid.UUID, expected *int) (*step, error) {
	row, err := load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if !tx.Actor.May(act, row.ProgrammeID, row.Audience) {
		return nil, refusal.NotAllowed.At()
	}
	if expected != nil && *expected != row.Revision {
		return nil, refusal.RevisionConflict.At("expectedRevision")
	}
	return &step{act: act, row: row, was: row.State, revision: row.Revision}, nil
}

// check refuses members whom the actor does not see or who do not hold their role today, and a circle that nobody could open again.
func (in ProtectInput) check(ctx context.Context, tx *postgres.Tx, row participationRow) error {
	var list refusal.List
	open := row.CaseManagerID != nil
	for i, n := range in.Named {
		at := func(field string) []string { return []string{"named", strconv.Itoa(i), field} }
		twin := func(o Named) bool { return o.Member == n.Member && o.Role == n.Role }
		switch {
		case !slices.Contains(circleRoles, n.Role):
			list = append(list, refusal.InvalidValue.At(at("role")...).With("cause", causeCircle))
			continue
		case slices.ContainsFunc(in.Named[:i], twin):
			list = append(list, refusal.InvalidValue.At(at("member")...).With("cause", causeTwice))
		case !n.To.IsZero() && n.To.Before(tx.Today()):
			list = append(list, refusal.InvalidValue.At(at("to")...).With("cause", causeEnd))
		}
		seen, holds, err := seesMember(ctx, tx, n.Member, row.ProgrammeID, string(n.Role), tx.Today())
		switch {
		case err != nil:
			return err
		case !seen:
			list = append(list, refusal.NotFound.At(at("member")...))
		case !holds:
			list = append(list, TeamRole.At(at("member")...))
		}
		if err := stranger(ctx, tx, row, &n.Member, at("member")...); err != nil {
			refused, ok := refusal.As(err)
			if !ok {
				return err
			}
			list = append(list, refused...)
		}
		open = open || n.To.IsZero() && lifts(n.Role)
	}
	if !open {
		list = append(list, CircleClosed.At("named"))
	}
	return list.Err()
}

// lifts says whether the role may lift a protection.
func lifts(r access.Role) bool {
	return access.Actor{Grants: []access.Grant{{Role: r}}}.MayIn(access.UnprotectParticipant, uuid.Nil)
}
