package member

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// GrantInput says who gets which role, where and when.
type GrantInput struct {
	ID           uuid.UUID
	Member       uuid.UUID
	Role         access.Role
	Organisation uuid.UUID  // the body that answers for the grant, and that a role over a body is over
	Company      *uuid.UUID // for the tutor of a company
	Days         Days       // from today, without end, where left out
}

// Grant gives a member a role, in the name of a body that the actor administers. Whoever stands in for the member with everything gets it, too.
func Grant(ctx context.Context, tx *postgres.Tx, in GrantInput) error {
	m, err := memberByID(ctx, tx, in.Member, "member")
	if err != nil {
		return err
	}
	if err := mayGive(ctx, tx, access.GrantRole, m); err != nil {
		return err
	}
	return give(ctx, tx, access.GrantRole, m, in)
}

// mayGive refuses an actor who does not answer for the member, and one who is the member himself, by whatever account, or stands in for him.
func mayGive(ctx context.Context, tx *postgres.Tx, act access.Act, m memberRow) error {
	if !answersFor(tx.Actor, act, m.Answering) {
		return refusal.NotAllowed.At()
	}
	return mayReceive(ctx, tx, m)
}

// mayReceive refuses the actor himself, by whatever account, whom he stands in for, and who is gone.
func mayReceive(ctx context.Context, tx *postgres.Tx, m memberRow) error {
	selves := []uuid.UUID{tx.Actor.Member}
	for _, g := range tx.Actor.Grants {
		if g.For != uuid.Nil {
			selves = append(selves, g.For)
		}
	}
	for _, self := range selves {
		same, err := oneHuman(ctx, tx, self, m.ID)
		if err != nil {
			return err
		}
		if same {
			return SelfGrant.At("member")
		}
	}
	if m.gone(tx.Today()) {
		return MemberEnded.At("member").With("day", m.EndedOn)
	}
	return nil
}

// give writes a grant for a member for whom the actor answers.
func give(ctx context.Context, tx *postgres.Tx, act access.Act, m memberRow, in GrantInput) error {
	body, err := bodyByID(ctx, tx, in.Organisation, "organisation")
	if err != nil {
		return err
	}
	days, wrongDays := coming(in.Days, tx.Today())
	err = refusal.Join(wrongDays, mayBeGiven(ctx, tx, act, body, in))
	if err != nil {
		return err
	}
	g := grantRow{ID: in.ID, MemberID: m.ID, ProgrammeID: body.ProgrammeID, Role: in.Role, Scope: in.Role.Scope(),
		OverID: overOf(in.Role, m.ID, body.ID, in.Company), FromDay: days.From, ToDay: days.To, OrganisationID: &body.ID, Audience: append(body.Line, m.ID)}
	if err := lock(ctx, tx); err != nil {
		return err
	}
	twice, err := held(ctx, tx, g)
	switch {
	case err != nil:
		return err
	case twice:
		return GrantHeld.At("role")
	}
	if m.Come {
		err = bearable(ctx, tx, g, days, true, "role")
	} else {
		err = apartHere(ctx, tx, g, days, "role")
	}
	if err != nil {
		return err
	}
	if err := insert(ctx, tx, &g, "access_grant_pkey"); err != nil {
		return err
	}
	tx.Tell(g.news(act, event.Entered), given{Role: g.Role, Over: g.OverID, From: g.FromDay, To: g.ToDay})
	return nil
}

// mayBeGiven refuses a role that is not an administrator's gift, a body that is not the actor's, and a company that the body does not work with.
func mayBeGiven(ctx context.Context, tx *postgres.Tx, act access.Act, body bodyRow, in GrantInput) error {
	switch {
	case !in.Role.Granted():
		return RoleNotGranted.At("role")
	case !tx.Actor.May(act, body.ProgrammeID, body.Line):
		return refusal.NotAllowed.At("organisation")
	case in.Role.Scope() != access.OverCompany:
		return nil
	case in.Company == nil:
		return refusal.NotFound.At("company")
	}
	known, err := worksWith(ctx, tx, *in.Company, body.ID)
	if err == nil && !known {
		return CompanyNotWorkedWith.At("company")
	}
	return err
}

// apartHere refuses a grant whose role may not meet another one that was given to the same member, who has not come. What the human holds whom his
// address or fiscal code names is asked when he comes: whoever invites would learn of others by it.
func apartHere(ctx context.Context, tx *postgres.Tx, g grantRow, d Days, path ...string) error {
	own, err := grantsOf(ctx, tx, g.MemberID)
	if err != nil {
		return err
	}
	for _, o := range own {
		if o.ProgrammeID == g.ProgrammeID && slices.Contains(g.Role.Apart(), o.Role) && d.meet(Days{o.FromDay, o.ToDay}) {
			return apart(g.Role, path...)
		}
	}
	return nil
}

// bearable refuses a grant that the human behind its holder may not have beside what he has.
func bearable(ctx context.Context, tx *postgres.Tx, g grantRow, d Days, handedOn bool, path ...string) error {
	if err := keepsApart(ctx, tx, g, d, handedOn, path...); err != nil {
		return err
	}
	return worksElsewhere(ctx, tx, g, d, path...)
}

// worksElsewhere refuses a grant by which somebody would work on his own case, or on that of who is entrusted to him by law.
func worksElsewhere(ctx context.Context, tx *postgres.Tx, g grantRow, d Days, path ...string) error {
	if !g.Role.Works() {
		return nil
	}
	sees, err := seesUnder(ctx, tx, g, d)
	if err == nil && sees {
		return RoleConflicts.At(path...)
	}
	return err
}

// keepsApart refuses a grant whose role may not meet one that the human behind its holder has on some of the days, or one who stands in for the
// holder where it is handed on.
func keepsApart(ctx context.Context, tx *postgres.Tx, g grantRow, d Days, handedOn bool, path ...string) error {
	others := g.Role.Apart()
	if len(others) == 0 {
		return nil
	}
	meet, err := meets(ctx, tx, g.MemberID, g.ProgrammeID, others, d, handedOn)
	if err != nil || !meet {
		return err
	}
	return apart(g.Role, path...)
}

func apart(role access.Role, path ...string) error {
	var names []string
	for _, o := range role.Apart() {
		names = append(names, string(o))
	}
	return RolesApart.At(path...).With("role", role).With("others", strings.Join(names, ", "))
}

// given is what the journal keeps of a grant.
type given struct {
	Role access.Role  `json:"role"`
	Over uuid.UUID    `json:"over"`
	From calendar.Day `json:"from"`
	To   calendar.Day `json:"to"`
}

func (g grantRow) news(act access.Act, kind event.Kind) event.News {
	return event.News{Programme: g.ProgrammeID, Act: string(act), Kind: kind, SubjectKind: "Grant", Subject: g.ID, Related: []uuid.UUID{g.MemberID}, Audience: g.Audience}
}

// EndInput says what ends, and after which day; a zero day is yesterday, which ends it at once.
type EndInput struct {
	ID   uuid.UUID
	Last calendar.Day
}

// EndGrant ends a grant after a day, and with the last one of a role that the member is named in it among those who see a protected person. The
// last administrator of a body stays, and so does the last one who could lift a protection.
func EndGrant(ctx context.Context, tx *postgres.Tx, in EndInput) error {
	g, err := grantByID(ctx, tx, in.ID, "grant")
	if err != nil {
		return err
	}
	if !g.Scope.Delegable() || !answersFor(tx.Actor, access.EndGrant, g.Audience) {
		return refusal.NotAllowed.At()
	}
	day, err := ending(in.Last, g.ToDay, tx.Today())
	if err != nil {
		return err
	}
	if day == g.ToDay {
		return nil
	}
	if err := lock(ctx, tx); err != nil {
		return err
	}
	if g.Role == access.Administrator {
		if err := notLast(ctx, tx, g.MemberID, &g.OverID, day); err != nil {
			return err
		}
	}
	g.ToDay = until(day, g.FromDay)
	err = keepingCircles(ctx, tx, g.MemberID, day, func() error {
		if err := stop(ctx, tx, "access_grant", g.ID, g.ToDay); err != nil {
			return err
		}
		return circlesFollow(ctx, tx, g)
	})
	if err != nil {
		return err
	}
	tx.Tell(g.news(access.EndGrant, event.Left), given{Role: g.Role, Over: g.OverID, From: g.FromDay, To: g.ToDay})
	return nil
}

// notLast refuses to leave a body, or the one that is named, without an administrator after the day.
func notLast(ctx context.Context, tx *postgres.Tx, member uuid.UUID, organisation *uuid.UUID, day calendar.Day) error {
	alone, err := last(ctx, tx, member, organisation, day.AddDays(1))
	if err == nil && alone {
		return LastAdministrator.At()
	}
	return err
}
