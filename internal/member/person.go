package member

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// PersonGrant is a right over one person in a programme, which who follows the case gives, and no administrator: the room of participants decides
// whether it may be given, this one whether to this member.
type PersonGrant struct {
	ID            uuid.UUID
	Member        uuid.UUID
	Role          access.Role // PARTICIPANT or LEGAL_REPRESENTATIVE
	Programme     uuid.UUID
	Person        uuid.UUID
	Participation uuid.UUID
	Days          Days        // from today, without end, where left out
	Audience      []uuid.UUID // the participation's, which it follows
}

// GrantPerson lets a member see one person, and gives the days for which he does. It is never the actor, by whatever account, nor whom he stands
// in for. Who gets a person's own access is known as that person from then on.
func GrantPerson(ctx context.Context, tx *postgres.Tx, in PersonGrant) (Days, error) {
	m, err := memberByID(ctx, tx, in.Member, "member")
	if err != nil {
		return Days{}, err
	}
	if err := mayReceive(ctx, tx, m); err != nil {
		return Days{}, err
	}
	is, err := isHuman(ctx, tx, m.PersonID, in.Person)
	switch {
	case err != nil:
		return Days{}, err
	case in.Role == access.Representative && is:
		return Days{}, SelfRepresentation.At("member")
	case in.Role == access.Self && m.PersonID != nil && !is:
		return Days{}, MemberIsAnother.At("member")
	}
	days, err := coming(in.Days, tx.Today())
	if err != nil {
		return days, err
	}
	if err := lock(ctx, tx); err != nil {
		return days, err
	}
	g := grantRow{ID: in.ID, MemberID: m.ID, ProgrammeID: in.Programme, Role: in.Role, Scope: access.OverPerson, OverID: in.Person, FromDay: days.From,
		ToDay: days.To, ParticipationID: &in.Participation, Audience: in.Audience}
	if twice, err := held(ctx, tx, g); err != nil {
		return days, err
	} else if twice {
		return days, GrantHeld.At("member")
	}
	if err := insert(ctx, tx, &g, "access_grant_pkey"); err != nil {
		return days, err
	}
	if in.Role != access.Self || is {
		return days, nil
	}
	if err := isPerson(ctx, tx, m.ID, in.Participation, true); err != nil {
		return days, err
	}
	return days, humanStaysApart(ctx, tx, g)
}

// humanStaysApart refuses what would make one human of two accounts whose roles may not meet.
func humanStaysApart(ctx context.Context, tx *postgres.Tx, g grantRow) error {
	for _, role := range access.Roles() {
		others := role.Apart()
		if len(others) == 0 {
			continue
		}
		has, err := meets(ctx, tx, g.MemberID, g.ProgrammeID, []access.Role{role}, Days{From: tx.Today()}, false)
		if err != nil {
			return err
		}
		if !has {
			continue
		}
		if err := keepsApart(ctx, tx, grantRow{MemberID: g.MemberID, ProgrammeID: g.ProgrammeID, Role: role}, Days{From: tx.Today()}, false, "member"); err != nil {
			return err
		}
	}
	return nil
}

// PersonGranted gives a right over one person in a role by its id; it is NOT_FOUND at the path where the actor sees none.
func PersonGranted(ctx context.Context, tx *postgres.Tx, id uuid.UUID, role access.Role, path string) (PersonGrant, error) {
	g, err := grantByID(ctx, tx, id, path)
	if err != nil {
		return PersonGrant{}, err
	}
	if g.Role != role || g.Scope != access.OverPerson || g.ParticipationID == nil {
		return PersonGrant{}, refusal.NotFound.At(path)
	}
	return PersonGrant{ID: g.ID, Member: g.MemberID, Role: g.Role, Programme: g.ProgrammeID, Person: g.OverID, Participation: *g.ParticipationID,
		Days: Days{g.FromDay, g.ToDay}, Audience: g.Audience}, nil
}

// End ends the right after a day, yesterday where none is given, and says whether that changed anything.
func (g *PersonGrant) End(ctx context.Context, tx *postgres.Tx, last calendar.Day) (changed bool, err error) {
	day, err := ending(last, g.Days.To, tx.Today())
	if err != nil || day == g.Days.To {
		return false, err
	}
	if err := lock(ctx, tx); err != nil {
		return false, err
	}
	g.Days.To = until(day, g.Days.From)
	return true, stop(ctx, tx, "access_grant", g.ID, g.Days.To)
}

// Mistaken says that the member is not the person, as whom he is known no longer.
func (g PersonGrant) Mistaken(ctx context.Context, tx *postgres.Tx) error {
	return isPerson(ctx, tx, g.Member, g.Participation, false)
}
