package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// GrantRole gives a member a role.
func (m mutation) GrantRole(ctx context.Context, input GrantRoleInput) (*GrantRolePayload, error) {
	return perform(ctx, m.Resolver, access.GrantRole, input, func(ctx context.Context, tx *postgres.Tx, out *GrantRolePayload) error {
		of, wrongMember := shownMember(&out.Member, input.Member)
		id, wrongID := newID("grt", input.ID, "id")
		organisation, wrongOrganisation := idOf("org", input.Organisation, "organisation")
		company, wrongCompany := optionalID("com", input.Company, "company")
		if err := refusal.Join(wrongMember, wrongID, wrongOrganisation, wrongCompany); err != nil {
			return err
		}
		err := member.Grant(ctx, tx, member.GrantInput{ID: id, Member: of, Role: access.Role(input.Role), Organisation: organisation, Company: company,
			Days: member.Days{From: orNoDay(input.FromDay), To: orNoDay(input.ToDay)}})
		if err == nil {
			out.Grant = &Grant{ID: plan.FormatID("grt", id)}
		}
		return err
	})
}

// shownMember reads the id of a member, and puts the member into the payload when it is one.
func shownMember(out **Member, id string) (uuid.UUID, error) {
	of, err := idOf("mem", id, "member")
	if err == nil {
		*out = &Member{ID: id}
	}
	return of, err
}

// EndGrant ends a grant after a day.
func (m mutation) EndGrant(ctx context.Context, input EndGrantInput) (*EndGrantPayload, error) {
	return perform(ctx, m.Resolver, access.EndGrant, input, func(ctx context.Context, tx *postgres.Tx, out *EndGrantPayload) error {
		in, err := endOf("grt", input.Grant, "grant", input.LastDay)
		if err != nil {
			return err
		}
		out.Grant = &Grant{ID: input.Grant}
		return member.EndGrant(ctx, tx, in)
	})
}

// EndMember ends a member after a day.
func (m mutation) EndMember(ctx context.Context, input EndMemberInput) (*EndMemberPayload, error) {
	return perform(ctx, m.Resolver, access.EndMember, input, func(ctx context.Context, tx *postgres.Tx, out *EndMemberPayload) error {
		of, err := shownMember(&out.Member, input.Member)
		if err != nil {
			return err
		}
		return member.End(ctx, tx, member.EndInput{ID: of, Last: orNoDay(input.LastDay)})
	})
}

// Delegate lets a colleague act with a member's grants for a time.
func (m mutation) Delegate(ctx context.Context, input DelegateInput) (*DelegatePayload, error) {
	return perform(ctx, m.Resolver, access.Delegate, input, func(ctx context.Context, tx *postgres.Tx, out *DelegatePayload) error {
		in := member.DelegationInput{Member: tx.Actor.Member, Days: member.Days{From: orNoDay(input.FromDay), To: input.ToDay}}
		absent, wrongMember := optionalID("mem", input.Member, "member")
		if absent != nil {
			in.Member = *absent
		}
		var wrongID, wrongTo, wrongGrants error
		in.ID, wrongID = newID("dlg", input.ID, "id")
		in.To, wrongTo = idOf("mem", input.To, "to")
		if in.Grants, wrongGrants = idsOf("grt", input.Grants, "grants"); input.Grants != nil && in.Grants == nil {
			in.Grants = []uuid.UUID{} // an empty list is nothing, not everything
		}
		if err := refusal.Join(wrongMember, wrongID, wrongTo, wrongGrants); err != nil {
			return err
		}
		err := member.Delegate(ctx, tx, in)
		if err == nil {
			out.Delegation = &Delegation{ID: plan.FormatID("dlg", in.ID)}
		}
		return err
	})
}

// EndDelegation ends a delegation after a day.
func (m mutation) EndDelegation(ctx context.Context, input EndDelegationInput) (*EndDelegationPayload, error) {
	return perform(ctx, m.Resolver, access.EndDelegation, input, func(ctx context.Context, tx *postgres.Tx, out *EndDelegationPayload) error {
		in, err := endOf("dlg", input.Delegation, "delegation", input.LastDay)
		if err != nil {
			return err
		}
		out.Delegation = &Delegation{ID: input.Delegation}
		return member.EndDelegation(ctx, tx, in)
	})
}

func endOf(prefix, id, path string, last *calendar.Day) (member.EndInput, error) {
	of, err := idOf(prefix, id, path)
	return member.EndInput{ID: of, Last: orNoDay(last)}, err
}
