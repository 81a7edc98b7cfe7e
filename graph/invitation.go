package graph

import (
	"context"
	"errors"
	"strconv"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// InviteMember asks somebody to come and work for a body.
func (m mutation) InviteMember(ctx context.Context, input InviteMemberInput) (*InviteMemberPayload, error) {
	return perform(ctx, m.Resolver, access.InviteMember, input, func(ctx context.Context, tx *postgres.Tx, out *InviteMemberPayload) error {
		id, wrongID := newID("mem", input.ID, "id")
		organisation, wrongOrganisation := idOf("org", input.Organisation, "organisation")
		roles, wrongRoles := invitedRoles(input.Roles, organisation)
		if err := refusal.Join(wrongID, wrongOrganisation, wrongRoles); err != nil {
			return err
		}
		err := m.Members.Invite(ctx, tx, member.InviteInput{ID: id, Organisation: organisation, Name: input.Name, Email: input.Email,
			FiscalCode: orEmpty(input.FiscalCode), Roles: roles})
		if err == nil {
			out.Member = &Member{ID: plan.FormatID("mem", id)}
		}
		return err
	})
}

func invitedRoles(inputs []*InvitedRoleInput, home uuid.UUID) ([]member.GrantInput, error) {
	var roles []member.GrantInput
	var wrong []error
	for i, in := range inputs {
		at := func(field string) []string { return []string{"roles", strconv.Itoa(i), field} }
		id, wrongID := newID("grt", in.ID, at("id")...)
		organisation, wrongOrganisation := optionalID("org", in.Organisation, at("organisation")...)
		if organisation == nil {
			organisation = &home
		}
		company, wrongCompany := optionalID("com", in.Company, at("company")...)
		wrong = append(wrong, wrongID, wrongOrganisation, wrongCompany)
		roles = append(roles, member.GrantInput{ID: id, Role: access.Role(in.Role), Organisation: *organisation, Company: company,
			Days: member.Days{From: orNoDay(in.FromDay), To: orNoDay(in.ToDay)}})
	}
	return roles, refusal.Join(wrong...)
}

// InviteGuest asks a participant, or who represents one, to come.
func (m mutation) InviteGuest(ctx context.Context, input InviteGuestInput) (*InviteGuestPayload, error) {
	return perform(ctx, m.Resolver, access.InviteGuest, input, func(ctx context.Context, tx *postgres.Tx, out *InviteGuestPayload) error {
		of, wrongParticipant := shownParticipant(&out.Participant, input.Participant)
		id, wrongID := newID("mem", input.ID, "id")
		if err := refusal.Join(wrongParticipant, wrongID); err != nil {
			return err
		}
		invitation, err := m.Participants.InviteGuest(ctx, tx, participant.GuestInput{ID: id, Participation: of, Name: input.Name, Email: input.Email,
			FiscalCode: orEmpty(input.FiscalCode)})
		if err == nil {
			out.Member, out.Invitation = &Member{ID: plan.FormatID("mem", id)}, &Invitation{ID: plan.FormatID("inv", invitation)}
		}
		return err
	})
}

// ResendInvitation sends another letter to who has not come yet.
func (m mutation) ResendInvitation(ctx context.Context, input ResendInvitationInput) (*ResendInvitationPayload, error) {
	return perform(ctx, m.Resolver, access.ResendInvitation, input, func(ctx context.Context, tx *postgres.Tx, out *ResendInvitationPayload) error {
		of, err := shownInvitation(&out.Invitation, input.Invitation)
		if err != nil {
			return err
		}
		return m.Members.ResendInvitation(ctx, tx, of)
	})
}

// WithdrawInvitation takes an invitation back.
func (m mutation) WithdrawInvitation(ctx context.Context, input WithdrawInvitationInput) (*WithdrawInvitationPayload, error) {
	return perform(ctx, m.Resolver, access.WithdrawInvitation, input, func(ctx context.Context, tx *postgres.Tx, out *WithdrawInvitationPayload) error {
		of, err := shownInvitation(&out.Invitation, input.Invitation)
		if err != nil {
			return err
		}
		return member.WithdrawInvitation(ctx, tx, of)
	})
}

// shownInvitation reads the id of an invitation, and puts it into the payload when it is one.
func shownInvitation(out **Invitation, id string) (uuid.UUID, error) {
	of, err := idOf("inv", id, "invitation")
	if err == nil {
		*out = &Invitation{ID: id}
	}
	return of, err
}

// AcceptInvitation lets in who has proved an identity with an access token. He may be nobody here, so it runs without a session, and what it
// answers is read as who he is afterwards.
func (m mutation) AcceptInvitation(ctx context.Context, input AcceptInvitationInput) (*AcceptInvitationPayload, error) {
	asked, out := commonOf(input), &AcceptInvitationPayload{}
	session := held(ctx)
	who, proved := identityOf(ctx)
	var err error = member.NoIdentity.At()
	if proved {
		err = outOfScope(session.Actor, access.AcceptInvitation)
	}
	var by member.Inviter
	if err == nil {
		by, err = m.accept(ctx, member.Secret(input.Secret), who, asked.preview)
	}
	if by.Body != "" {
		out.Body = &by.Body
	}
	if by.Programme != "" {
		out.Programme = &by.Programme
	}
	refusals, isRefusal := refusal.As(err)
	if err != nil && !isRefusal {
		return nil, err
	}
	finished(out, asked, refusals, nil)
	if err == nil && !asked.preview {
		now, err := m.Directory.Actor(ctx, who.Issuer, who.Subject)
		if err != nil && !errors.Is(err, member.ErrUnknown) { // a guest who has come holds nothing yet
			return nil, committed(ctx, out, err)
		}
		if now.Scopes = session.Actor.Scopes; err == nil {
			out.Member = &Member{ID: plan.FormatID("mem", now.Member)}
		}
		session.Actor = now
	}
	p := &payload{resolver: m.Resolver, session: session, ctx: ctx}
	shown, err := p.read(nil, out)
	if err != nil {
		return nil, committed(ctx, out, err)
	}
	p.keep(shown)
	return out, nil
}

// accept gives in whose name the invitation is, also where it is refused: its bearer may ask there.
func (m mutation) accept(ctx context.Context, s member.Secret, who member.Identity, preview bool) (member.Inviter, error) {
	by, err := m.Directory.InvitedBy(ctx, s.Hash())
	switch {
	case err != nil:
		return by, err
	case preview:
		return by, m.Directory.MayAccept(ctx, s.Hash(), who)
	}
	return by, m.Directory.Accept(ctx, s.Hash(), who)
}
