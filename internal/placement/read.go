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
		Fillers: map[string]plan.Filler{"placement.allowedActs": plan.All(room.fill)},
	}
}

func placementType() plan.Type {
	return plan.Type{
		Name: "Placement", Prefix: "plc", Table: "placement", Class: access.Work, Keyed: true,
		Columns: []string{"state", "stateSince", "fromDay", "toDay", "weeklyMinutes", "hostTutor", "convention", "pfiSignedOn", "communicatedOn", "communicationCode", "startedOn", "endedOn", "revision"},
		Fields: plan.Fields{
			"participant":  plan.One("Participant", "participation_id").In(access.Path),
			"pseudonym":    plan.Expr("pseudonym_of({t}.participation_id)"),
			"intern":       plan.OneWhere("InternCard", "{o}.placement_id = {t}.id"),
			"opening":      plan.One("Opening", "opening_id"),
			"company":      plan.One("Company", "company_id"),
			"site":         plan.One("CompanySite", "site_id"),
			"organisation": plan.One("Organisation", "organisation_id"),
			"enrolment":    plan.One("Enrolment", "enrolment_id"),
			"stateLabel":   plan.Label("state", Labels),
			"stateHint":    plan.Label("state", Hints),
			"tutor":        plan.One("Member", "tutor_id"),
			"endReason":    plan.OneWhere("CodeItem", reasonItem("{t}.programme_id", "{t}.end_reason", listIn("{t}.state"))).In(access.Path),
			"steps":        plan.Many("PlacementStep", "placement_id", "{o}.position"),
			"extensions":   plan.Many("PlacementExtension", "placement_id", "{o}.version"),
			"origin":       plan.OriginKind(),
			"allowedActs":  plan.Hole("placement.allowedActs", "to_json({t}.id)"),
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
	return plan.Type{Name: "InternCard", Prefix: "icd", Table: "intern_card", Class: access.Work,
		Columns: []string{"givenName", "familyName", "adaptations"}}
}

func step() plan.Type {
	return plan.Type{Name: "PlacementStep", Prefix: "pst", Table: "placement_step", Class: access.Work,
		Columns: []string{"act", "fromState", "toState", "day", "at"},
		Fields: plan.Fields{
			"member": plan.One("Member", "member_id"),
			"reason": plan.OneWhere("CodeItem",
				reasonItem(programmeOf, "{t}.reason", "case when {t}.act = 'extendPlacement' then 'extension_reasons' else "+listIn("{t}.to_state")+" end")).In(access.Path),
		}}
}

// extensionType is an addendum, which the host has signed too; why it was needed is of class path.
func extensionType() plan.Type {
	return plan.Type{Name: "PlacementExtension", Prefix: "pex", Table: "placement_extension", Class: access.Work,
		Columns: []string{"version", "previousToDay", "toDay", "signedOn", "at", "communicateBy", "communicatedOn", "communicationCode", "lapsedOn"},
		Fields: plan.Fields{
			"reason":      plan.OneWhere("CodeItem", reasonItem(programmeOf, "{t}.reason", "'extension_reasons'")).In(access.Path),
			"attestation": plan.Column("attestation").In(access.Path),
			"member":      plan.One("Member", "member_id"),
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
