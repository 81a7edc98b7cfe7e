package participant

import (
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// Reading is how persons and participations are read. The vetoes say, with allowedActs, why somebody cannot leave yet.
func Reading(vetoes ...Veto) plan.Reading {
	return plan.Reading{
		Types:   []plan.Type{person(), participant(), trait(), exclusionCheck(), verdict(), verdictFinding(), entrySnapshot(), proof(), handOver(), bankDetails(), paper(), representation(), ownAccess()},
		Extends: map[string]plan.Fields{"Grant": {"person": plan.OneWhere("Person", "{o}.id = {t}.over_id and {t}.scope = 'PERSON'")}, "MandateSample": {"participant": plan.One("Participant", "participation_id")}},
		Roots: plan.Roots{
			"participants":      plan.ListIn("Participant", plan.OfProgramme, nil),
			"participant":       plan.ByID("Participant"),
			"participantCounts": plan.CountsIn("Participant", plan.OfProgramme),
			"handOvers":         plan.ListIn("HandOver", plan.OfProgramme, nil),
		},
		Fillers: map[string]plan.Filler{"participant.allowedActs": allowedActs(vetoes), "participant.groups": plan.All(groups), "handover.allowedActs": plan.Each(handOverAllowed)},
	}
}

func person() plan.Type {
	return plan.Type{Name: "Person", Prefix: "per", Table: "person", Class: access.Path,
		Columns: []string{"revision"},
		Fields: plan.Fields{
			"givenName":    plan.Column("given_name").In(access.Identity),
			"familyName":   plan.Column("family_name").In(access.Identity),
			"fiscalCode":   plan.Expr("(select c.code from person_code c where c.person_id = {t}.id order by c.since desc, c.provisional limit 1)").In(access.Registry),
			"birthDay":     plan.Column("birth_day").In(access.Registry),
			"citizenship":  plan.Column("citizenship").In(access.Registry),
			"municipality": plan.Column("municipality").In(access.Registry),
			"phone":        plan.Column("phone").In(access.Contact),
			"email":        plan.Column("email").In(access.Contact),
			"mergedInto":   plan.One("Person", "merged_into"),
			"merged":       plan.Many("Person", "merged_into", "{o}.id"),
		}}
}

func participant() plan.Type {
	return plan.Type{Name: "Participant", Prefix: "prt", Table: "participation", Class: access.Path,
		Keyed:   true,
		Search:  &plan.Search{Order: "NAME", Class: access.Identity},
		Columns: []string{"state", "stateSince", "referredOn", "enteredOn", "leftOn", "pseudonym", "protected", "revision"},
		Fields:  participantFields(),
		Orders:  participantOrders(),
		Counts:  participantCounts(),
		Filters: participantFilters(),
	}
}

// participantFields maps a participation. The name of the referring service tells what the groups under health, penal and protection
// tell, so it is of the most confidential of their classes.
func participantFields() plan.Fields {
	return plan.Fields{
		"person":           plan.One("Person", "person_id"),
		"programme":        plan.One("Programme", "programme_id"),
		"organisation":     plan.One("Organisation", "organisation_id"),
		"stateLabel":       plan.Label("state", stateLabels()),
		"stateHint":        plan.Label("state", stateHints()),
		"referringService": plan.Sealed("participation", "referring_service", ofParticipation).In(access.Protection),
		"exitReason":       plan.Code("exit_reasons", "exit_reason").In(access.Absence),
		"caseManager":      plan.One("Member", "case_manager_id"),
		"tutor":            plan.One("Member", "tutor_id"),
		"circle":           plan.ManyWhere("Member", inCircle, "{o}.name, {o}.id"),
		"health":           groupsOf(access.Health),
		"penal":            groupsOf(access.Penal),
		"protection":       groupsOf(access.Protection),
		"restricted":       groupsOf(access.Restricted),
		"traits":           plan.Many("ParticipantTrait", "participation_id", "{o}.side, {o}.code"),
		"exclusionChecks":  plan.Many("ExclusionCheck", "participation_id", "{o}.checked_on desc, {o}.id desc").In(access.Eligibility),
		"verdicts":         plan.Many("Verdict", "participation_id", "{o}.given_on desc, {o}.id desc").In(access.Eligibility),
		"verdict":          plan.OneWhere("Verdict", "{o}.id = "+lastVerdict("id")).In(access.Eligibility),
		"proofs":           plan.Many("RequirementProof", "participation_id", "{o}.proven_on desc, {o}.id desc").In(access.Proof),
		"bank":             plan.OneWhere("BankDetails", lastBank).In(access.Bank),
		"representatives":  plan.Many("Representation", "participation_id", "{o}.titled_on desc, {o}.id desc"),
		"guests":           plan.Many("Invitation", "participation_id", "{o}.id desc").In(access.Eligibility),
		"ownAccess":        plan.Many("OwnAccess", "participation_id", "{o}.from_day desc, {o}.id desc"),
		"entrySnapshot":    plan.OneWhere("EntrySnapshot", "{o}.participation_id = {t}.id").In(access.Registry),
		"origin":           plan.Origin(),
		"allowedActs":      plan.Hole("participant.allowedActs", allowedActsInput),
	}
}

// inCircle is whether a member is named today among those who see a protected participation.
const inCircle = "{o}.id in (select g.member_id from access_grant g where g.scope = 'CIRCLE' and g.over_id = {t}.id and g.from_day <= {today} and " +
	"(g.to_day is null or g.to_day >= {today}))"

// lastBank is the revision that holds of where the person is paid.
const lastBank = "{o}.person_id = {t}.person_id and {o}.revision = (select max(b.revision) from person_bank b where b.person_id = {t}.person_id)"

// lastVerdict is SQL of a column of the row's last verdict.
func lastVerdict(column string) string {
	return "(select v." + column + " from verdict v where v.participation_id = {t}.id order by v.given_on desc, v.id desc limit 1)"
}

// nameOf is SQL of a column of the participation's person.
func nameOf(column string) string {
	return "(select p." + column + " from person p where p.id = {t}.person_id)"
}

func participantOrders() map[string]plan.Order {
	referred := []plan.Key{{Expr: "{t}.referred_on", SQLType: "date"}}
	return map[string]plan.Order{
		"REFERRED_NEWEST": {Keys: referred, Desc: true, Keyed: true},
		"REFERRED_OLDEST": {Keys: referred, Keyed: true},
		"NAME":            {Class: access.Identity, Keys: []plan.Key{{Expr: "{t}.sought", SQLType: "text"}}, Keyed: true},
	}
}

// participantCounts: why somebody left may tell of illness or prison, so few are not told.
func participantCounts() map[string]plan.Count {
	reasons := plan.ByCode("exit_reason", "exitReason", plan.Code("exit_reasons", "key"))
	reasons.Class, reasons.Small = access.Absence, programme.RuleSQL("counts.small")
	municipalities := plan.ByCode("municipality", "municipality", plan.Expr("(select m.name from municipality m where m.programme_id = {t}.programme_id and m.istat = {t}.key)"))
	municipalities.Key, municipalities.Class = nameOf("municipality"), access.Registry
	return map[string]plan.Count{
		"STATE":          plan.ByState("states", plan.Label("key", stateLabels())),
		"ORGANISATION":   plan.ByRow("Organisation", "org", "organisation_id", "organisation", "name"),
		"TUTOR":          plan.ByRow("Member", "mem", "tutor_id", "tutor", "name"),
		"MUNICIPALITY":   municipalities,
		"REFERRED_MONTH": plan.ByMonth("referred_on", "referredFrom", "referredTo"),
		"EXIT_REASON":    reasons,
	}
}

func participantFilters() plan.Filters {
	return plan.Filters{
		"states":       plan.Among("state"),
		"organisation": plan.RefersTo("org", "organisation_id"),
		"tutor":        plan.RefersTo("mem", "tutor_id"),
		"municipality": plan.Where(nameOf("municipality")+" = {v}", "text").Reveals(access.Registry),
		"exitReason":   plan.Equals("exit_reason", "text").Reveals(access.Absence),
		"verdict":      plan.Where(lastVerdict("outcome")+" = {v}", "text").Reveals(access.Eligibility),
		"nameStartsWith": plan.StartsWith(nameOf("family_name || ' ' || p.given_name"), nameOf("given_name || ' ' || p.family_name")).
			Reveals(access.Identity),
		"referredFrom": plan.AtLeast("referred_on", "date"),
		"referredTo":   plan.AtMost("referred_on", "date"),
	}
}

func trait() plan.Type {
	return plan.Type{Name: "ParticipantTrait", Prefix: "trt", Table: "participation_trait", Class: access.Path,
		Columns: []string{"side"},
		Fields: plan.Fields{
			"trait": plan.OneWhere("CodeItem", "{o}.code = {t}.code and {o}.list = case when {t}.side = 'WISHES' then 'work_sectors' else 'work_traits' end"+
				" and {o}.programme_id = (select a.programme_id from participation a where a.id = {t}.participation_id)"),
		}}
}

func exclusionCheck() plan.Type {
	return plan.Type{Name: "ExclusionCheck", Prefix: "exc", Table: "exclusion_check", Class: access.Eligibility,
		Columns: []string{"checkedOn", "outcome", "evidence"},
		Fields: plan.Fields{
			"measure": plan.Code("exclusions", "measure"),
			"file":    plan.One("File", "file_id"),
		}}
}

func verdict() plan.Type {
	return plan.Type{Name: "Verdict", Prefix: "vrd", Table: "verdict", Class: access.Eligibility,
		Columns: []string{"givenOn", "outcome"},
		Fields: plan.Fields{
			"policyVersion": plan.One("PolicyVersion", "policy_version_id"),
			"findings":      plan.Many("VerdictFinding", "verdict_id", "{o}.position"),
		}}
}

func verdictFinding() plan.Type {
	return plan.Type{Name: "VerdictFinding", Prefix: "vfd", Table: "verdict_finding", Class: access.Eligibility,
		Columns: []string{"rule", "source", "confirmed", "outcome"},
		Fields: plan.Fields{
			"fact": plan.Text("fact"),
			"cure": plan.Text("cure"),
		}}
}

// entrySnapshot is read by those who read a person's registry data: it holds citizenship and municipality of the time.
func entrySnapshot() plan.Type {
	return plan.Type{Name: "EntrySnapshot", Prefix: "snp", Table: "entry_snapshot", Class: access.Registry,
		Columns: []string{"takenOn", "employment", "unemployedSince", "isced", "citizenship", "municipality"},
		Fields: plan.Fields{
			"foreignBackground": plan.Sealed("entry_snapshot", "foreign_background", plan.OfParticipation).In(access.Restricted),
			"housingExclusion":  plan.Sealed("entry_snapshot", "housing_exclusion", plan.OfParticipation).In(access.Restricted),
			"disability":        plan.Sealed("entry_snapshot", "disability", plan.OfParticipation).In(access.Health),
			"minority":          plan.Sealed("entry_snapshot", "minority", plan.OfParticipation).In(access.Health),
		}}
}

// proof is what an auditor reads of a reason: that it is proven, by which document and when.
func proof() plan.Type {
	return plan.Type{Name: "RequirementProof", Prefix: "prf", Table: "requirement_proof", Class: access.Proof,
		Columns: []string{"document", "provenOn"},
		Fields: plan.Fields{
			"requirement": plan.Code(programme.Requirements, "requirement"),
			"file":        plan.One("File", "file_id"),
		}}
}

// handOver is one side of a request for a person. Who the other side is shows once the person is handed over.
func handOver() plan.Type {
	labels, hints := handOverWords()
	return plan.Type{Name: "HandOver", Prefix: "hov", Table: "hand_over", Class: access.Path,
		Columns: []string{"side", "state", "stateSince", "requestedOn", "revision"},
		Fields: plan.Fields{
			"participant":   plan.One("Participant", "participation_id").Apart(),
			"organisation":  plan.One("Organisation", "organisation_id"),
			"other":         plan.OneWhere("Organisation", "{o}.id = {t}.other_id and {t}.state = 'ACCEPTED'"),
			"stateLabel":    plan.Label("state", labels),
			"stateHint":     plan.Label("state", hints),
			"reason":        plan.Code(programme.HandOverReasons, "reason"),
			"declineReason": plan.Code(programme.HandOverDeclines, "answer"),
			"allowedActs":   plan.Hole("handover.allowedActs", handOverFacts),
		},
		Orders:  map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.requested_on", SQLType: "date"}}, Desc: true}},
		Filters: plan.Filters{"states": plan.Among("state"), "side": plan.Equals("side", "text")},
	}
}

// bankDetails is where the person is paid; those of somebody erased have neither IBAN nor holder.
func bankDetails() plan.Type {
	return plan.Type{Name: "BankDetails", Prefix: "bnk", Table: "person_bank", Class: access.Bank,
		Columns: []string{"means", "since", "revision"},
		Fields: plan.Fields{
			"iban":           plan.Sealed("person_bank", "iban", ofPerson),
			"holder":         plan.Sealed("person_bank", "holder", ofPerson),
			"relation":       plan.Sealed("person_bank", "relation", ofPerson),
			"title":          plan.Sealed("person_bank", "title", ofPerson),
			"proof":          plan.One("File", "file_id"),
			"recordedBy":     plan.One("Member", "recorded_by"),
			"confirmedBy":    plan.OneWhere("Member", "{o}.id = "+confirmation("member_id")),
			"confirmedOn":    plan.Expr(confirmation("day")),
			"calledBack":     plan.Expr("coalesce(" + confirmation("called_back") + ", false)"),
			"common":         plan.Expr("coalesce(" + confirmation("common") + ", false)"),
			"payeeCheck":     plan.Expr(payeeCheck("outcome")),
			"payeeCheckedOn": plan.Expr(payeeCheck("day")),
		}}
}

// confirmation is SQL of a column of what a second person said of the bank details.
func confirmation(column string) string {
	return "(select c." + column + " from person_bank_check c where c.bank_id = {t}.id and c.kind = 'CONFIRMED')"
}

// payeeCheck is SQL of a column of what the bank said last of the holder's name.
func payeeCheck(column string) string {
	return "(select c." + column + " from person_bank_check c where c.bank_id = {t}.id and c.kind = 'PAYEE' order by c.at desc, c.id desc limit 1)"
}

// representation is by which title somebody sees the person: the grant of the same id says who and when. What sort of title it is tells of the
// person's health, since guardians are given to who cannot see to his own interests.
func representation() plan.Type {
	return plan.Type{Name: "Representation", Prefix: "rep", Table: "representation", Class: access.Contact,
		Columns: []string{"titledOn"},
		Fields: plan.Fields{
			"participant": plan.One("Participant", "participation_id"),
			"member":      plan.OneWhere("Member", "{o}.id = "+ofGrant("member_id")),
			"title":       plan.Sealed("representation", "kind", plan.OfParticipation).In(access.Health),
			"reference":   plan.Sealed("representation", "reference", plan.OfParticipation).In(access.Health),
			"fromDay":     plan.Expr(ofGrant("from_day")),
			"toDay":       plan.Expr(ofGrant("to_day")),
		}}
}

// ofGrant is SQL of a column of the row's grant.
func ofGrant(column string) string {
	return "(select g." + column + " from access_grant g where g.id = {t}.id)"
}

// ownAccess is a grant by which who takes part sees himself, as the case team looks at it.
func ownAccess() plan.Type {
	return plan.Type{Name: "OwnAccess", Prefix: "own", Table: "access_grant", Class: access.Contact,
		Rows: func(keys func(access.Class) string, _ string) string {
			return "{t}.role = 'PARTICIPANT' and {t}.participation_id is not null and {t}.audience &&& " + keys(access.Contact)
		},
		Columns: []string{"fromDay", "toDay"},
		Fields: plan.Fields{
			"participant": plan.One("Participant", "participation_id"),
			"member":      plan.One("Member", "member_id"),
		}}
}
