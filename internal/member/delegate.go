package member

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

// DelegationInput says who stands in for whom, with what and when.
type DelegationInput struct {
	ID     uuid.UUID
	Member uuid.UUID   // who is absent
	To     uuid.UUID   // who stands in
	Grants []uuid.UUID // of the absent member; nil is all that he holds on the day
	Days   Days        // from today where left out; the end is needed
}

var causeNoEnd = text.Text{It: "una delega ha una fine", En: "a delegation has an end"}

// Delegate lets a colleague act with a member's grants for a time: by the member himself, or by who administers his body.
func Delegate(ctx context.Context, tx *postgres.Tx, in DelegationInput) error {
	m, err := memberByID(ctx, tx, in.Member, "member")
	if err != nil {
		return err
	}
	to, err := memberByID(ctx, tx, in.To, "to")
	if err != nil {
		return err
	}
	if m.OrganisationID == nil || m.ID != tx.Actor.Member && !answersFor(tx.Actor, access.Delegate, m.Answering) {
		return refusal.NotAllowed.At()
	}
	if err := mayStandIn(ctx, tx, m, to); err != nil {
		return err
	}
	days, err := coming(in.Days, tx.Today())
	if err == nil && days.To.IsZero() {
		err = refusal.InvalidValue.At("toDay").With("cause", causeNoEnd)
	}
	if err != nil {
		return err
	}
	body, err := bodyByID(ctx, tx, *m.OrganisationID, "member")
	if err != nil {
		return err
	}
	d := delegationRow{ID: in.ID, ProgrammeID: body.ProgrammeID, MemberID: m.ID, ToMemberID: to.ID, EveryGrant: in.Grants == nil, FromDay: days.From, ToDay: days.To,
		GivenBy: tx.Actor.Member, OrganisationID: body.ID, Audience: append(body.Line, m.ID, to.ID)}
	return d.write(ctx, tx, in.Grants)
}

// mayStandIn refuses the member himself by whatever account, whoever gives this to himself, who is gone, and who works for another partner.
func mayStandIn(ctx context.Context, tx *postgres.Tx, m, to memberRow) error {
	if !to.Come { // who he is, and what he holds already, nobody learns before he comes
		return NotCome.At("to")
	}
	same, err := oneHuman(ctx, tx, m.ID, to.ID)
	if err != nil {
		return err
	}
	switch {
	case same:
		return SelfDelegation.At("to")
	case !near(m, to):
		return DelegateElsewhere.At("to")
	case to.gone(tx.Today()):
		return MemberEnded.At("to").With("day", to.EndedOn)
	case m.gone(tx.Today()):
		return MemberEnded.At("member").With("day", m.EndedOn)
	case m.ID == tx.Actor.Member:
		return nil
	}
	if same, err = oneHuman(ctx, tx, tx.Actor.Member, to.ID); err == nil && same {
		return SelfGrant.At("to")
	}
	return err
}

// write keeps the delegation where none of what it hands on meets a role that it may not meet.
func (d delegationRow) write(ctx context.Context, tx *postgres.Tx, named []uuid.UUID) error {
	if err := lock(ctx, tx); err != nil {
		return err
	}
	days := Days{d.FromDay, d.ToDay}
	own, err := delegableOf(ctx, tx, d.MemberID, d.ProgrammeID, d.OrganisationID, days)
	if err != nil {
		return err
	}
	listed, err := d.choose(own, named)
	if err != nil {
		return err
	}
	for _, g := range own {
		if d.EveryGrant || slices.ContainsFunc(listed, func(l delegatedRow) bool { return l.GrantID == g.ID }) {
			taken := grantRow{MemberID: d.ToMemberID, ProgrammeID: d.ProgrammeID, Role: g.Role, Scope: g.Scope, OverID: g.OverID}
			if err := bearable(ctx, tx, taken, days, false, "to"); err != nil {
				return err
			}
		}
	}
	if err := insert(ctx, tx, &d, "delegation_pkey"); err != nil {
		return err
	}
	if len(listed) > 0 {
		if err := insert(ctx, tx, &listed, ""); err != nil {
			return err
		}
	}
	tx.Tell(d.news(access.Delegate, event.Entered), lent{Member: d.MemberID, To: d.ToMemberID, Grants: named, From: d.FromDay, Until: d.ToDay})
	return nil
}

// choose gives the grants that are named, each once; one that is not the member's own, or not to be handed on, is refused.
func (d delegationRow) choose(own []grantRow, named []uuid.UUID) (rows []delegatedRow, err error) {
	var wrong []error
	for i, id := range named {
		at := slices.IndexFunc(own, func(g grantRow) bool { return g.ID == id })
		if at < 0 || !own[at].Scope.Delegable() {
			wrong = append(wrong, NotDelegable.At("grants", strconv.Itoa(i)))
			continue
		}
		if !slices.ContainsFunc(rows, func(l delegatedRow) bool { return l.GrantID == id }) {
			rows = append(rows, delegatedRow{DelegationID: d.ID, GrantID: id, MemberID: d.MemberID, ToMemberID: d.ToMemberID, Audience: d.Audience})
		}
	}
	if named != nil && len(named) == 0 {
		wrong = append(wrong, NotDelegable.At("grants"))
	}
	return rows, refusal.Join(wrong...)
}

// EndDelegation ends a delegation after a day: by the absent member, by who stands in for him, or by who administers his body.
func EndDelegation(ctx context.Context, tx *postgres.Tx, in EndInput) error {
	d, err := delegationByID(ctx, tx, in.ID, "delegation")
	if err != nil {
		return err
	}
	if d.MemberID != tx.Actor.Member && d.ToMemberID != tx.Actor.Member && !answersFor(tx.Actor, access.EndDelegation, d.Audience) {
		return refusal.NotAllowed.At()
	}
	day, err := ending(in.Last, d.ToDay, tx.Today())
	if err != nil {
		return err
	}
	if day == d.ToDay {
		return nil
	}
	d.ToDay = until(day, d.FromDay)
	if err := stop(ctx, tx, "delegation", d.ID, d.ToDay); err != nil {
		return err
	}
	tx.Tell(d.news(access.EndDelegation, event.Left), lent{Member: d.MemberID, To: d.ToMemberID, From: d.FromDay, Until: d.ToDay})
	return nil
}

// lent is what the journal keeps of a delegation.
type lent struct {
	Member uuid.UUID    `json:"member"`
	To     uuid.UUID    `json:"to"`
	Grants []uuid.UUID  `json:"grants,omitempty"`
	From   calendar.Day `json:"from"`
	Until  calendar.Day `json:"until"`
}

func (d delegationRow) news(act access.Act, kind event.Kind) event.News {
	return event.News{Programme: d.ProgrammeID, Act: string(act), Kind: kind, SubjectKind: "Delegation", Subject: d.ID, Related: []uuid.UUID{d.MemberID, d.ToMemberID},
		Audience: d.Audience}
}
