package rightstest

import (
	"slices"
	"strings"
)

// ofCompany is for a company and its places: the partners that work with it with the bodies above them, and the company's own people in
// each of their programmes.
func ofCompany(w *World, company *Row) []Holder {
	holders := w.named(company)
	for _, h := range holders {
		holders = joined(holders, []Holder{{"COMPANY", h.Programme, company.ID}})
	}
	return holders
}

func companyTypes() {
	ofSite := func(w *World, r *Row) []Holder { return ofCompany(w, w.One("company", r.Text("company_id"))) }
	openingOf := func(w *World, r *Row) *Row { return w.One("opening", r.Text("opening_id")) }
	ofOpening := func(w *World, o *Row) []Holder {
		return append(w.above(o.Text("organisation_id")), Holder{"COMPANY", o.Text("programme_id"), o.Text("company_id")})
	}
	ofItsOpening := func(w *World, r *Row) []Holder { return ofOpening(w, openingOf(w, r)) }
	companies()
	company := func(table, prefix string, of func(*World, *Row) []Holder, fields map[string]Field) *Type {
		fields["id"] = Field{}
		return &Type{Table: table, Prefix: prefix, Class: "company", Of: of, Fields: fields}
	}
	Types["CompanySite"] = company("company_site", "sit", ofSite, map[string]Field{
		"company": one("Company", "company_id"), "name": column("name"), "address": column("address"), "municipality": column("municipality"),
		"headcount": column("headcount"), "internLimit": something(),
	})
	// A closure is known to every partner of its programme, and to the company.
	Types["Closure"] = company("closure", "clo", func(w *World, r *Row) []Holder {
		return append(w.bodies(r.Text("programme_id")), Holder{"COMPANY", r.Text("programme_id"), r.Text("company_id")})
	}, map[string]Field{"hidden": {}, "company": one("Company", "company_id"), "site": one("CompanySite", "site_id"), "fromDay": column("from_day"), "toDay": column("to_day"),
		"reason": column("reason"), "recordedBy": one("Member", "recorded_by"), "recordedAt": instant("recorded_at"), "withdrawnBy": one("Member", "withdrawn_by"),
		"withdrawnAt": instant("withdrawn_at"), "revision": column("revision")})
	// A contact is known to the partner that wrote it down, and to the company.
	Types["CompanyContact"] = company("company_contact", "con", func(w *World, r *Row) []Holder {
		holders := w.named(r)
		for _, h := range holders {
			holders = joined(holders, []Holder{{"COMPANY", h.Programme, r.Text("company_id")}})
		}
		return holders
	}, map[string]Field{"name": column("name"), "title": column("title"), "phone": column("phone"), "email": column("email")})
	openings(ofOpening)
	Types["OpeningHours"] = company("opening_hours", "oph", ofItsOpening, map[string]Field{
		"weekday": column("weekday"), "from": clock("from_minute"), "to": clock("to_minute"),
	})
	Types["OpeningTrait"] = company("opening_trait", "opt", ofItsOpening, map[string]Field{
		"side": column("side"),
		"trait": oneBy("CodeItem", func(w *World, r *Row) *Row {
			return w.item(openingOf(w, r).Text("programme_id"), "work_traits", r.Text("code"))
		}),
	})
}

func companies() {
	Types["Company"] = &Type{Table: "company", Prefix: "com", Class: "company", Of: ofCompany, Fields: map[string]Field{
		"id": {}, "hidden": {},
		"name": column("name"), "entityCode": column("entity_code"), "ateco": column("ateco"), "headcount": column("headcount"), "municipality": column("municipality"),
		"sites": many("CompanySite", "company_id"), "contacts": many("CompanyContact", "company_id"), "openings": many("Opening", "company_id"), "closures": many("Closure", "company_id"),
		"placements": many("Placement", "company_id"), "origin": origin(), "revision": column("revision"),
	}, Filters: map[string]Filter{
		"municipality": {From: equals("municipality").From, Holds: func(m *Model, r *Row, value any) bool {
			return r.Text("municipality") == value || slices.ContainsFunc(m.seen("CompanySite", m.World.below(r, "company_site", "company_id")),
				func(s *Row) bool { return s.Text("municipality") == value })
		}},
		"nameStartsWith": {From: func(_ *World, r *Row) (any, string) {
			return r.Text("name")[:3], quoted(strings.ToLower(r.Text("name")[:3]))
		},
			Holds: func(_ *Model, r *Row, value any) bool {
				return strings.HasPrefix(strings.ToLower(r.Text("name")), strings.ToLower(value.(string)))
			}},
		"search": wholeCode("entity_code"),
		"hasOpenings": whether(func(m *Model, r *Row) bool {
			return slices.ContainsFunc(m.seen("Opening", m.World.below(r, "opening", "company_id")), func(o *Row) bool { return o.Text("state") == "OPEN" })
		}),
	}, Orders: map[string]Order{"NAME": byColumn("sought", false), "HEADCOUNT": byNumber("headcount", true)}}
	Roots["companies"] = Root{Type: "Company", Rows: companiesIn}
}

// companiesIn are those that a partner of the programme works with, or that offer something in it, as far as the actor sees partner or offer.
func companiesIn(m *Model, programme string) (rows []*Row) {
	for _, c := range m.World.Tables["company"] {
		partners := slices.ContainsFunc(m.World.named(c), func(h Holder) bool {
			return h.Programme == programme && m.Sees(Types["Organisation"], m.World.One("organisation", h.Over))
		})
		offers := slices.ContainsFunc(m.seen("Opening", m.World.below(c, "opening", "company_id")), func(o *Row) bool { return o.Text("programme_id") == programme })
		if partners || offers {
			rows = append(rows, c)
		}
	}
	return rows
}

// seen are the rows that the actor sees.
func (m *Model) seen(of string, rows []*Row) (seen []*Row) {
	for _, r := range rows {
		if m.Sees(Types[of], r) {
			seen = append(seen, r)
		}
	}
	return seen
}

func openings(of func(*World, *Row) []Holder) {
	Types["Opening"] = &Type{Table: "opening", Prefix: "opn", Class: "company", Of: of, Fields: map[string]Field{
		"id": {}, "hidden": {},
		"company": one("Company", "company_id"), "site": one("CompanySite", "site_id"), "organisation": one("Organisation", "organisation_id"),
		"title": column("title"), "tasks": column("tasks"), "sector": code("work_sectors", "sector"), "seats": column("seats"), "seatsTaken": something(),
		"fromDay": column("from_day"), "toDay": column("to_day"), "weeklyMinutes": column("weekly_minutes"), "hours": many("OpeningHours", "opening_id"),
		"traits": many("OpeningTrait", "opening_id"), "state": column("state"), "stateLabel": something(), "stateHint": something(),
		"matches": many("Match", "opening_id"), "revision": column("revision"), "allowedActs": something(),
	}, Filters: map[string]Filter{
		"states": among("state"), "company": refers("com", "company_id"), "sector": equals("sector"),
		"municipality": {From: func(w *World, r *Row) (any, string) {
			at := w.One("company_site", r.Text("site_id")).Text("municipality")
			return at, quoted(at)
		}, Holds: func(m *Model, r *Row, value any) bool {
			return len(m.seen("CompanySite", rowOf(m.World.One("company_site", r.Text("site_id"))))) > 0 && m.World.One("company_site", r.Text("site_id")).Text("municipality") == value
		}},
	}, Orders: map[string]Order{"START": byColumn("from_day", false), "TITLE": byColumn("title", false)}}
	Roots["openings"] = inProgramme("Opening")
}
