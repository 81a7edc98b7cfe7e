package placement

import (
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// Reading is how internships are read. The host reads them too: what tells of the person is of class path. The room's gates
// say, with allowedActs, what stands against an act.
func Reading(room Room) plan.Reading {
	return plan.Reading{
		Types: []plan.Type{placementType(), internCard(), step(), extensionType()},
		Extends: map[string]plan.Fields{
			"Participant": {"placements": plan.Many("Placement", "participation_id", "{o}.from_day desc, {o}.id desc")},
			"Company":     {"placements": plan.Many("Placement", "company_id", "{o}.from_day desc, {o}.id desc").Growing()},
			"Enrolment":   {"placement": plan.OneWhere("Placement", "{o}.enrolment_id = {t}.id")},
		},
		Roots: plan.Roots{
			"placements":      plan.ListIn("Placement", plan.OfProgramme, nil),
			"placement":       plan.ByID("Placement"),
			"placementCounts": plan.CountsIn("Placement", plan.OfProgramme),
		},
		Fillers: map[string]plan.Filler{"placement.allowedActs": room.fill},
	}
}

func placementType() plan.Type {
	return plan.Type{
		Name: "Placement", Prefix: "plc", Table: "placement", Class: access.Work, Keyed: true,
		Fields: plan.Fields{
			"hidden":            plan.Hidden(),
			"participant":       plan.One("Participant", "participation_id").In(access.Path),
			"pseudonym":         plan.Expr("pseudonym_of({t}.participation_id)"),
			"intern":            plan.OneWhere("InternCard", "{o}.placement_id = {t}.id"),
			"opening":           plan.One("Opening", "opening_id"),
			"company":           plan.One("Company", "company_id"),
			"site":              plan.One("CompanySite", "site_id"),
			"organisation":      plan.One("Organisation", "organisation_id"),
			"enrolment":         plan.One("Enrolment", "enrolment_id"),
			"state":             plan.Column("state"),
			"stateLabel":        plan.Label("state", Labels),
			"stateHint":         plan.Label("state", Hints),
			"stateSince":        plan.Column("state_since"),
			"fromDay":           plan.Column("from_day"),
			"toDay":             plan.Column("to_day"),
			"weeklyMinutes":     plan.Column("weekly_minutes"),
			"tutor":             plan.One("Member", "tutor_id"),
			"hostTutor":         plan.Column("host_tutor"),
			"convention":        plan.Column("convention"),
			"pfiSignedOn":       plan.Column("pfi_signed_on"),
			"communicatedOn":    plan.Column("communicated_on"),
			"communicationCode": plan.Column("communication_code"),
			"startedOn":         plan.Column("started_on"),
			"endedOn":           plan.Column("ended_on"),
			"endReason":         plan.OneWhere("CodeItem", reasonItem("{t}.programme_id", "{t}.end_reason", listIn("{t}.state"))).In(access.Path),
			"steps":             plan.Many("PlacementStep", "placement_id", "{o}.position"),
			"extensions":        plan.Many("PlacementExtension", "placement_id", "{o}.version"),
			"origin":            plan.OriginKind(),
			"revision":          plan.Column("revision"),
			"allowedActs":       plan.Hole("placement.allowedActs", "json_build_object('id', {t}.id)"),
		},
		Orders: map[string]plan.Order{
			"START_NEWEST": {Keys: []plan.Key{{Expr: "{t}.from_day", SQLType: "date"}}, Desc: true, Keyed: true},
			"END":          {Keys: []plan.Key{{Expr: "{t}.to_day", SQLType: "date"}}, Keyed: true},
		},
		Counts: map[string]plan.Count{
			"STATE":        plan.ByState("states", plan.Label("key", Labels)),
			"ORGANISATION": plan.ByRow("Organisation", "org", "organisation_id", "organisation", "name"),
			"COMPANY":      plan.ByRow("Company", "com", "company_id", "company", "name"),
			"START_MONTH":  plan.ByMonth("from_day", "startFrom", "startTo"),
		},
		Filters: plan.Filters{
			"states":       plan.Among("state"),
			"startFrom":    plan.AtLeast("from_day", "date"),
			"startTo":      plan.AtMost("from_day", "date"),
			"participant":  plan.RefersTo("prt", "participation_id").Reveals(access.Path),
			"company":      plan.RefersTo("com", "company_id"),
			"organisation": plan.RefersTo("org", "organisation_id"),
			"tutor":        plan.RefersTo("mem", "tutor_id"),
			"on":           plan.Where("{v} between coalesce({t}.started_on, {t}.from_day) and coalesce({t}.ended_on, {t}.to_day)", "date"),
		},
	}
}

func internCard() plan.Type {
	return plan.Type{Name: "InternCard", Prefix: "icd", Table: "intern_card", Class: access.Work, Fields: plan.Fields{
		"givenName":   plan.Column("given_name"),
		"familyName":  plan.Column("family_name"),
		"adaptations": plan.Column("adaptations"),
	}}
}

func step() plan.Type {
	return plan.Type{Name: "PlacementStep", Prefix: "pst", Table: "placement_step", Class: access.Work, Fields: plan.Fields{
		"act":       plan.Column("act"),
		"fromState": plan.Column("from_state"),
		"toState":   plan.Column("to_state"),
		"day":       plan.Column("day"),
		"at":        plan.Instant("at"),
		"member":    plan.One("Member", "member_id"),
		"hidden":    plan.Hidden(),
		"reason": plan.OneWhere("CodeItem",
			reasonItem(programmeOf, "{t}.reason", "case when {t}.act = 'extendPlacement' then 'extension_reasons' else "+listIn("{t}.to_state")+" end")).In(access.Path),
	}}
}

// extensionType is an addendum, which the host has signed too; why it was needed is of class path.
func extensionType() plan.Type {
	return plan.Type{Name: "PlacementExtension", Prefix: "pex", Table: "placement_extension", Class: access.Work, Fields: plan.Fields{
		"hidden":            plan.Hidden(),
		"version":           plan.Column("version"),
		"previousToDay":     plan.Column("previous_to_day"),
		"toDay":             plan.Column("to_day"),
		"signedOn":          plan.Column("signed_on"),
		"reason":            plan.OneWhere("CodeItem", reasonItem(programmeOf, "{t}.reason", "'extension_reasons'")).In(access.Path),
		"attestation":       plan.Column("attestation").In(access.Path),
		"at":                plan.Instant("at"),
		"member":            plan.One("Member", "member_id"),
		"communicateBy":     plan.Column("communicate_by"),
		"communicatedOn":    plan.Column("communicated_on"),
		"communicationCode": plan.Column("communication_code"),
		"lapsedOn":          plan.Column("lapsed_on"),
	}}
}

// programmeOf is the programme of a part of an internship.
const programmeOf = "(select p.programme_id from placement p where p.id = {t}.placement_id)"

// reasonItem finds a reason's words in a list.
func reasonItem(programme, code, list string) string {
	return "{o}.programme_id = " + programme + " and {o}.code = " + code + " and {o}.list = " + list
}

// listIn is where the reason of a state stands: in a suspension one of suspension_reasons, else of exit_reasons.
func listIn(state string) string {
	return "case when " + state + " = 'SUSPENDED' then 'suspension_reasons' else 'exit_reasons' end"
}
