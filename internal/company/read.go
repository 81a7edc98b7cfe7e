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
		Fillers: map[string]plan.Filler{"company.internLimit": internLimits, "opening.allowedActs": allowedActs},
	}
}

// inProgramme holds for companies that a partner of the programme works with, or that offer something in it: who sees no partner
// finds his own company by the latter.
const inProgramme = `({o}.audience && coalesce((select array_agg(g.id) from organisation g where g.programme_id = {a:programme}), '{}')
	or exists (select 1 from opening x where x.company_id = {o}.id and x.programme_id = {a:programme}))`

func ofCompanies(name, prefix, table string, fields plan.Fields) plan.Type {
	return plan.Type{Name: name, Prefix: prefix, Table: table, Class: access.Companies, Fields: fields}
}

func companies() plan.Type {
	t := ofCompanies("Company", "com", "company", plan.Fields{
		"hidden":       plan.Hidden(),
		"name":         plan.Column("name"),
		"entityCode":   plan.Column("entity_code"),
		"ateco":        plan.Column("ateco"),
		"headcount":    plan.Column("headcount"),
		"municipality": plan.Column("municipality"),
		"sites":        plan.Many("CompanySite", "company_id", "{o}.name, {o}.id"),
		"contacts":     plan.Many("CompanyContact", "company_id", "{o}.name, {o}.id"),
		"openings":     plan.Many("Opening", "company_id", "{o}.from_day, {o}.id").Growing(),
		"origin":       plan.Origin(),
		"revision":     plan.Column("revision"),
	})
	t.Keyed, t.Search = true, &plan.Search{Order: "NAME"}
	t.Orders = map[string]plan.Order{
		"NAME":      {Keys: []plan.Key{{Expr: "{t}.sought", SQLType: "text"}}, Keyed: true},
		"HEADCOUNT": {Keys: []plan.Key{{Expr: "{t}.headcount", SQLType: "int"}}, Desc: true, Keyed: true},
	}
	someOpen := "exists (select 1 from opening x where x.company_id = {t}.id and x.state = 'OPEN')"
	t.Filters = plan.Filters{
		"municipality":   plan.Where("({t}.municipality = {v} or exists (select 1 from company_site x where x.company_id = {t}.id and x.municipality = {v}))", "text"),
		"nameStartsWith": plan.StartsWith("{t}.name"),
		"hasOpenings":    plan.Whether(someOpen, "not "+someOpen),
	}
	return t
}

func sites() plan.Type {
	return ofCompanies("CompanySite", "sit", "company_site", plan.Fields{
		"company":      plan.One("Company", "company_id"),
		"name":         plan.Column("name"),
		"address":      plan.Column("address"),
		"municipality": plan.Column("municipality"),
		"headcount":    plan.Column("headcount"),
		"internLimit":  plan.Hole("company.internLimit", "to_json({t}.headcount)"),
	})
}

func contacts() plan.Type {
	return ofCompanies("CompanyContact", "con", "company_contact", plan.Fields{
		"name": plan.Column("name"), "title": plan.Column("title"), "phone": plan.Column("phone"), "email": plan.Column("email"),
	})
}

func openings() plan.Type {
	t := ofCompanies("Opening", "opn", "opening", plan.Fields{
		"hidden":        plan.Hidden(),
		"company":       plan.One("Company", "company_id"),
		"site":          plan.One("CompanySite", "site_id"),
		"organisation":  plan.One("Organisation", "organisation_id"),
		"title":         plan.Column("title"),
		"tasks":         plan.Column("tasks"),
		"sector":        plan.Code("work_sectors", "sector"),
		"seats":         plan.Column("seats"),
		"seatsTaken":    plan.Expr("case when {t}.state = 'FILLED' then {t}.seats else opening_shown({t}.id) end"), // that it is full stands in its state
		"fromDay":       plan.Column("from_day"),
		"toDay":         plan.Column("to_day"),
		"weeklyMinutes": plan.Column("weekly_minutes"),
		"hours":         plan.Many("OpeningHours", "opening_id", "{o}.weekday, {o}.from_minute"),
		"traits":        plan.Many("OpeningTrait", "opening_id", "{o}.side desc, {o}.code"),
		"state":         plan.Column("state"),
		"stateLabel":    plan.Label("state", stateLabels),
		"stateHint":     plan.Label("state", stateHints),
		"revision":      plan.Column("revision"),
		"allowedActs": plan.Hole("opening.allowedActs",
			"json_build_object('programme', {t}.programme_id, 'state', {t}.state, 'line', organisation_line({t}.organisation_id))"),
	})
	t.Keyed = true
	t.Orders = map[string]plan.Order{
		"START": {Keys: []plan.Key{{Expr: "{t}.from_day", SQLType: "date"}}, Keyed: true},
		"TITLE": {Keys: []plan.Key{{Expr: "{t}.title", SQLType: "text"}}, Keyed: true},
	}
	municipalities := plan.ByCode("municipality", "municipality", plan.Expr("(select m.name from municipality m where m.programme_id = {t}.programme_id and m.istat = {t}.key)"))
	municipalities.Key = "(select x.municipality from company_site x where x.id = {t}.site_id)"
	t.Counts = map[string]plan.Count{
		"STATE":        plan.ByState("states", plan.Label("key", stateLabels)),
		"SECTOR":       plan.ByCode("sector", "sector", plan.Code("work_sectors", "key")),
		"COMPANY":      plan.ByRow("Company", "com", "company_id", "company", "name"),
		"MUNICIPALITY": municipalities,
	}
	t.Filters = plan.Filters{
		"states":       plan.Among("state"),
		"company":      plan.RefersTo("com", "company_id"),
		"municipality": plan.Where("exists (select 1 from company_site x where x.id = {t}.site_id and x.municipality = {v})", "text"),
		"sector":       plan.Equals("sector", "text"),
	}
	return t
}

func hours() plan.Type {
	return ofCompanies("OpeningHours", "oph", "opening_hours", plan.Fields{
		"weekday": plan.Column("weekday"), "from": plan.Clock("from_minute"), "to": plan.Clock("to_minute"),
	})
}

func traits() plan.Type {
	return ofCompanies("OpeningTrait", "opt", "opening_trait", plan.Fields{
		"side": plan.Column("side"),
		"trait": plan.OneWhere("CodeItem",
			"{o}.list = 'work_traits' and {o}.code = {t}.code and {o}.programme_id = (select x.programme_id from opening x where x.id = {t}.opening_id)"),
	})
}
