package company

import (
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// Reading is how companies, their sites and contacts, and openings are read.
func Reading() plan.Reading {
	return plan.Reading{
		Types: []plan.Type{companies(), sites(), contacts(), openings(), hours(), traits()},
		Roots: plan.Roots{
			"company":       plan.ByID("Company"),
			"companies":     plan.ListIn("Company", inProgramme, nil),
			"openings":      plan.ListIn("Opening", plan.OfProgramme, nil),
			"openingCounts": plan.CountsIn("Opening", plan.OfProgramme),
		},
		Extends: map[string]plan.Fields{"Grant": {"company": plan.OneWhere("Company", "{o}.id = {t}.over_id and {t}.scope = 'COMPANY'")}},
		Fillers: map[string]plan.Filler{"company.internLimit": plan.All(internLimits), "opening.allowedActs": plan.Each(allowedActs)},
	}
}

// inProgramme holds for companies that a partner of the programme works with, or that offer something in it: who sees no partner
// finds his own company by the latter.
const inProgramme = `({o}.audience && coalesce((select array_agg(g.id) from organisation g where g.programme_id = {a:programme}), '{}')
	or exists (select 1 from opening x where x.company_id = {o}.id and x.programme_id = {a:programme}))`

// someOpen is whether a company has an opening that is open.
const someOpen = "exists (select 1 from opening x where x.company_id = {t}.id and x.state = 'OPEN')"

func companies() plan.Type {
	return plan.Type{Name: "Company", Prefix: "com", Table: "company", Class: access.Companies, Keyed: true, Search: &plan.Search{Order: "NAME"},
		Columns: []string{"name", "entityCode", "ateco", "headcount", "municipality", "revision"},
		Fields: plan.Fields{
			"sites":    plan.Many("CompanySite", "company_id", "{o}.name, {o}.id"),
			"contacts": plan.Many("CompanyContact", "company_id", "{o}.name, {o}.id"),
			"openings": plan.Many("Opening", "company_id", "{o}.from_day, {o}.id").Growing(),
			"origin":   plan.Origin(),
		},
		Orders: map[string]plan.Order{
			"NAME":      {Keys: []plan.Key{{Expr: "{t}.sought", SQLType: "text"}}, Keyed: true},
			"HEADCOUNT": {Keys: []plan.Key{{Expr: "{t}.headcount", SQLType: "int"}}, Desc: true, Keyed: true},
		},
		Filters: plan.Filters{
			"municipality":   plan.Where("({t}.municipality = {v} or exists (select 1 from company_site x where x.company_id = {t}.id and x.municipality = {v}))", "text"),
			"nameStartsWith": plan.StartsWith("{t}.name"),
			"hasOpenings":    plan.Whether(someOpen, "not "+someOpen),
		}}
}

func sites() plan.Type {
	return plan.Type{Name: "CompanySite", Prefix: "sit", Table: "company_site", Class: access.Companies,
		Columns: []string{"name", "address", "municipality", "headcount"},
		Fields: plan.Fields{
			"company":     plan.One("Company", "company_id"),
			"internLimit": plan.Hole("company.internLimit", "to_json({t}.headcount)"),
		}}
}

func contacts() plan.Type {
	return plan.Type{Name: "CompanyContact", Prefix: "con", Table: "company_contact", Class: access.Companies, Columns: []string{"name", "title", "phone", "email"}}
}

func openings() plan.Type {
	return plan.Type{Name: "Opening", Prefix: "opn", Table: "opening", Class: access.Companies, Keyed: true,
		Columns: []string{"title", "tasks", "seats", "fromDay", "toDay", "weeklyMinutes", "state", "revision"},
		Fields: plan.Fields{
			"company":      plan.One("Company", "company_id"),
			"site":         plan.One("CompanySite", "site_id"),
			"organisation": plan.One("Organisation", "organisation_id"),
			"sector":       plan.Code("work_sectors", "sector"),
			"seatsTaken":   plan.Expr("case when {t}.state = 'FILLED' then {t}.seats else opening_shown({t}.id) end"), // that it is full stands in its state
			"hours":        plan.Many("OpeningHours", "opening_id", "{o}.weekday, {o}.from_minute"),
			"traits":       plan.Many("OpeningTrait", "opening_id", "{o}.side desc, {o}.code"),
			"stateLabel":   plan.Label("state", stateLabels),
			"stateHint":    plan.Label("state", stateHints),
			"allowedActs":  plan.Hole("opening.allowedActs", "json_build_object('programme', {t}.programme_id, 'state', {t}.state, 'line', organisation_line({t}.organisation_id))"),
		},
		Orders: map[string]plan.Order{
			"START": {Keys: []plan.Key{{Expr: "{t}.from_day", SQLType: "date"}}, Keyed: true},
			"TITLE": {Keys: []plan.Key{{Expr: "{t}.title", SQLType: "text"}}, Keyed: true},
		},
		Counts: openingCounts(),
		Filters: plan.Filters{
			"states":       plan.Among("state"),
			"company":      plan.RefersTo("com", "company_id"),
			"municipality": plan.Where("exists (select 1 from company_site x where x.id = {t}.site_id and x.municipality = {v})", "text"),
			"sector":       plan.Equals("sector", "text"),
		}}
}

func openingCounts() map[string]plan.Count {
	municipalities := plan.ByCode("municipality", "municipality", plan.Expr("(select m.name from municipality m where m.programme_id = {t}.programme_id and m.istat = {t}.key)"))
	municipalities.Key = "(select x.municipality from company_site x where x.id = {t}.site_id)"
	return map[string]plan.Count{
		"STATE":        plan.ByState("states", plan.Label("key", stateLabels)),
		"SECTOR":       plan.ByCode("sector", "sector", plan.Code("work_sectors", "key")),
		"COMPANY":      plan.ByRow("Company", "com", "company_id", "company", "name"),
		"MUNICIPALITY": municipalities,
	}
}

func hours() plan.Type {
	return plan.Type{Name: "OpeningHours", Prefix: "oph", Table: "opening_hours", Class: access.Companies,
		Columns: []string{"weekday"},
		Fields:  plan.Fields{"from": plan.Clock("from_minute"), "to": plan.Clock("to_minute")}}
}

func traits() plan.Type {
	return plan.Type{Name: "OpeningTrait", Prefix: "opt", Table: "opening_trait", Class: access.Companies,
		Columns: []string{"side"},
		Fields: plan.Fields{
			"trait": plan.OneWhere("CodeItem",
				"{o}.list = 'work_traits' and {o}.code = {t}.code and {o}.programme_id = (select x.programme_id from opening x where x.id = {t}.opening_id)"),
		}}
}
