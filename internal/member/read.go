package member

import (
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// Reading is how members, grants and delegations are read. Names of colleagues are everybody's; who holds what, and by which address somebody
// signs in, is his own and for who answers for him. A grant over a person shows to the case team instead.
func Reading() plan.Reading {
	return plan.Reading{
		Types: []plan.Type{member(), account(), invitation(), viewer(), grant(), delegation(), device()},
		Roots: plan.Roots{
			"viewer": plan.OneRoot("Viewer", "{o}.id = {self}"),
			"members": plan.ListIn("Member", "{o}.organisation_id is not null and exists (select from organisation b where b.id = {o}.organisation_id and b.programme_id = {a:programme})",
				nil),
			"devices": plan.ListIn("Device", "({o}.member_id = {self} or exists (select from organisation b where b.id = {o}.organisation_id and b.programme_id = {a:programme}))",
				nil),
		},
	}
}

// namesSeen: colleagues' names are everybody's, those of who takes part or represents somebody are for who decides about
// the participation.
func namesSeen(keys func(access.Class) string, self string) string {
	return "{t}.audience &&& " + keys(access.Directory) + " or {t}.organisation_id is null and guest_shown({t}.id, " + keys(access.Eligibility) +
		") or {t}.id = " + self
}

func member() plan.Type {
	return plan.Type{Name: "Member", Prefix: "mem", Table: "member", Class: access.Directory, Rows: namesSeen,
		Columns: []string{"name"},
		Fields: plan.Fields{
			"organisation": plan.One("Organisation", "organisation_id"),
			"account":      plan.OneWhere("MemberAccount", "{o}.id = {t}.id"),
		},
		Orders: map[string]plan.Order{"NAME": {Keys: []plan.Key{{Expr: "{t}.name", SQLType: "text"}}}},
		Filters: plan.Filters{
			"organisation":   plan.RefersTo("org", "organisation_id"),
			"nameStartsWith": plan.StartsWith("{t}.name"),
		},
	}
}

// account is the side of a member that is for himself and for who answers for him.
func account() plan.Type {
	return plan.Type{Name: "MemberAccount", Prefix: "acc", Table: "member", Class: access.Accounts,
		Rows: func(keys func(access.Class) string, self string) string {
			return "{t}.answering &&& " + keys(access.Accounts) + " or {t}.id = " + self
		},
		Columns: []string{"email", "endedOn"},
		Fields: plan.Fields{
			"state":            plan.Expr("case when {t}.ended_on < {today} then 'ENDED' when {t}.issuer is null then 'INVITED' else 'ACTIVE' end"),
			"invitation":       plan.OneWhere("Invitation", "{o}.member_id = {t}.id"),
			"grants":           plan.Many("Grant", "member_id", "{o}.role, {o}.id"),
			"delegationsGiven": plan.Many("Delegation", "member_id", "{o}.from_day desc, {o}.id"),
			"delegationsTaken": plan.Many("Delegation", "to_member_id", "{o}.from_day desc, {o}.id"),
			"devices":          plan.Many("Device", "member_id", "{o}.registered_at desc, {o}.id"),
		}}
}

func invitation() plan.Type {
	return plan.Type{Name: "Invitation", Prefix: "inv", Table: "invitation", Class: access.Accounts,
		Rows: func(keys func(access.Class) string, self string) string {
			return "case when {t}.participation_id is null then {t}.audience &&& " + keys(access.Accounts) + " else {t}.audience &&& " + keys(access.Eligibility) +
				" end or {t}.member_id = " + self
		},
		Columns: []string{"expiresAt", "sentAt", "failedAt", "acceptedAt"},
		Fields: plan.Fields{
			"member":       plan.One("Member", "member_id"),
			"organisation": plan.One("Organisation", "organisation_id"),
			"state": plan.Expr("case when {t}.accepted_at is not null then 'ACCEPTED' when {t}.withdrawn_at is not null then 'WITHDRAWN' " +
				"when {t}.expires_at <= {now} then 'EXPIRED' else 'OPEN' end"),
		}}
}

func viewer() plan.Type {
	return plan.Type{Name: "Viewer", Prefix: "vie", Table: "member", Class: access.Directory, Rows: namesSeen,
		Columns: []string{"name"},
		Fields: plan.Fields{
			"id":               plan.ID("mem", "id"),
			"organisation":     plan.One("Organisation", "organisation_id"),
			"grants":           plan.Many("Grant", "member_id", "{o}.role, {o}.id"),
			"delegationsGiven": plan.Many("Delegation", "member_id", "{o}.from_day desc, {o}.id"),
			"delegationsTaken": plan.Many("Delegation", "to_member_id", "{o}.from_day desc, {o}.id"),
			"devices":          plan.Many("Device", "member_id", "{o}.registered_at desc, {o}.id"),
		}}
}

func grant() plan.Type {
	return plan.Type{Name: "Grant", Prefix: "grt", Table: "access_grant", Class: access.Accounts,
		Rows: func(keys func(access.Class) string, self string) string {
			return "case when {t}.scope = 'CIRCLE' then {t}.audience &&& " + keys(access.Path) +
				" when {t}.participation_id is null then {t}.audience &&& " + keys(access.Accounts) +
				" else {t}.audience &&& " + keys(access.Contact) + " end or {t}.member_id = " + self
		},
		Columns: []string{"role", "scope", "fromDay", "toDay"},
		Fields: plan.Fields{
			"member":       plan.One("Member", "member_id"),
			"programme":    plan.One("Programme", "programme_id"),
			"organisation": plan.OneWhere("Organisation", "{o}.id = {t}.over_id and {t}.scope = 'ORGANISATION'"),
			"answering":    plan.One("Organisation", "organisation_id"),
		}}
}

func delegation() plan.Type {
	return plan.Type{Name: "Delegation", Prefix: "dlg", Table: "delegation", Class: access.Accounts,
		Rows: func(keys func(access.Class) string, self string) string {
			return "{t}.audience &&& " + keys(access.Accounts) + " or {t}.member_id = " + self + " or {t}.to_member_id = " + self
		},
		Columns: []string{"everyGrant", "fromDay", "toDay"},
		Fields: plan.Fields{
			"programme": plan.One("Programme", "programme_id"),
			"member":    plan.One("Member", "member_id"),
			"to":        plan.One("Member", "to_member_id"),
			"grants":    plan.ManyWhere("Grant", "{o}.id in (select l.grant_id from delegation_grant l where l.delegation_id = {t}.id)", "{o}.role, {o}.id"),
		}}
}

// device is a phone: for its member, and for who answers for him. A body's coordination does, too: of those who read contacts it alone holds the
// keys of bodies.
func device() plan.Type {
	return plan.Type{Name: "Device", Prefix: "dev", Table: "device", Class: access.Accounts,
		Rows: func(keys func(access.Class) string, self string) string {
			return "{t}.audience &&& " + keys(access.Accounts) + " or {t}.audience &&& " + keys(access.Contact) + " or {t}.member_id = " + self
		},
		Columns: []string{"name", "platform", "registeredAt", "lastContactOn", "revokedAt", "toldAt", "wipedAt"},
		Fields: plan.Fields{
			"member":    plan.One("Member", "member_id"),
			"revokedBy": plan.One("Member", "revoked_by"),
		},
		Orders:  map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.registered_at", SQLType: "timestamptz"}}, Desc: true}},
		Filters: plan.Filters{"member": plan.RefersTo("mem", "member_id"), "revoked": plan.Whether("{t}.revoked_at is not null", "{t}.revoked_at is null")},
	}
}
