package company_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// ask spells a selection: names of leaves, and of objects with what is asked below.
func ask(fields ...any) func(string) []plan.Selected {
	var all []plan.Selected
	for _, f := range fields {
		if name, leaf := f.(string); leaf {
			all = append(all, plan.Selected{Alias: name, Name: name, Site: new(int)})
			continue
		}
		all = append(all, f.(plan.Selected))
	}
	return func(string) []plan.Selected { return all }
}

func under(name, typeName string, fields ...any) plan.Selected {
	return plan.Selected{Alias: name, Name: name, TypeName: typeName, Site: new(int), Under: ask(fields...)}
}

func (o *office) read(actor access.Actor, root plan.Selected) string {
	o.t.Helper()
	engine := plan.Engine{Schema: plan.NewSchema(member.Reading(), programme.Reading(), company.Reading()), DB: o.db}
	data, err := engine.Query(o.t.Context(), plan.Viewer{Actor: actor, Lang: "it", Now: clock()}, []plan.Selected{root})
	o.must(err)
	return string(data)
}

func (o *office) list(root, typeName string, args map[string]any, fields ...any) plan.Selected {
	args["programme"] = plan.FormatID("prg", o.programme)
	s := under(root, typeName+"Connection", under("nodes", typeName, fields...))
	s.Args = args
	return s
}

func TestCompaniesOfAProgramme(t *testing.T) {
	o := newOffice(t)
	id, _ := o.registered("AIAS", 1)
	_, site := o.registered("UISP", 2)
	_, err := o.offer(o.scout("UISP"), o.seats("UISP", site))
	o.must(err)
	o.exec("update company set name = 'Òrto Prova', headcount = 5 where id = $1", id)
	lead, none := o.actor(o.orgs["ASL"], access.Coordinator), `{"companies":{"nodes":[]}}`
	for name, c := range map[string]struct {
		actor access.Actor
		args  map[string]any
		want  string
	}{
		"by name":                  {lead, map[string]any{"orderBy": "NAME"}, `{"companies":{"nodes":[{"name":"Òrto Prova"},{"name":"Panificio Prova"}]}}`},
		"by a misspelt name":       {lead, map[string]any{"orderBy": "HEADCOUNT", "filter": map[string]any{"search": "panifico"}}, `{"companies":{"nodes":[{"name":"Panificio Prova"}]}}`},
		"by two words":             {lead, map[string]any{"orderBy": "HEADCOUNT", "filter": map[string]any{"search": "PROVA orto"}}, `{"companies":{"nodes":[{"name":"Òrto Prova"}]}}`},
		"by a word, of his":        {o.scout("ANFFAS"), map[string]any{"orderBy": "NAME", "filter": map[string]any{"search": "prova"}}, `{"companies":{"nodes":[{"name":"Panificio Prova"}]}}`},
		"largest first":            {lead, map[string]any{"orderBy": "HEADCOUNT"}, `{"companies":{"nodes":[{"name":"Panificio Prova"},{"name":"Òrto Prova"}]}}`},
		"by the name's start":      {lead, map[string]any{"orderBy": "NAME", "filter": map[string]any{"nameStartsWith": "orto"}}, `{"companies":{"nodes":[{"name":"Òrto Prova"}]}}`},
		"with an open opening":     {lead, map[string]any{"orderBy": "NAME", "filter": map[string]any{"hasOpenings": true}}, `{"companies":{"nodes":[{"name":"Panificio Prova"}]}}`},
		"without":                  {lead, map[string]any{"orderBy": "NAME", "filter": map[string]any{"hasOpenings": false}}, `{"companies":{"nodes":[{"name":"Òrto Prova"}]}}`},
		"of a municipality":        {lead, map[string]any{"orderBy": "NAME", "filter": map[string]any{"municipality": "045010"}}, none},
		"offered to all":           {o.scout("ANFFAS"), map[string]any{"orderBy": "NAME"}, `{"companies":{"nodes":[{"name":"Panificio Prova"}]}}`},
		"the host's own, none yet": {o.actor(access.CompanyKey(o.programme, id), access.HostTutor), map[string]any{"orderBy": "NAME"}, none},
	} {
		if got := o.read(c.actor, o.list("companies", "Company", c.args, "name")); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestTheHostLimitOfASite(t *testing.T) {
	o := newOffice(t)
	id, site := o.registered("AIAS", 1)
	root := func(actor access.Actor) string {
		s := under("company", "Company", under("sites", "CompanySite", "headcount", "internLimit"))
		s.Args = map[string]any{"id": plan.FormatID("com", id)}
		return o.read(actor, s)
	}
	for headcount, want := range map[int]string{5: "1", 12: "2", 31: "4"} {
		o.exec("update company_site set headcount = $1 where id = $2", headcount, site)
		var got struct {
			Company struct {
				Sites []struct{ InternLimit json.Number }
			}
		}
		for name, actor := range map[string]access.Actor{"scout": o.scout("AIAS"), "host tutor": o.actor(access.CompanyKey(o.programme, id), access.HostTutor)} {
			o.must(json.Unmarshal([]byte(root(actor)), &got))
			if got.Company.Sites[0].InternLimit.String() != want {
				t.Errorf("%d employees: the %s reads %s, want %s", headcount, name, got.Company.Sites[0].InternLimit, want)
			}
		}
	}
	if got := root(o.scout("UISP")); got != `{"company":null}` {
		t.Errorf("another partner reads %s", got)
	}
}

func TestAnOpeningTellsWhatCanBeDone(t *testing.T) {
	o := newOffice(t)
	_, site := o.registered("AIAS", 1)
	in := o.seats("AIAS", site)
	_, err := o.offer(o.scout("AIAS"), in)
	o.must(err)
	args := map[string]any{"orderBy": "START", "filter": map[string]any{"states": []any{"OPEN", "CLOSED"}, "sector": "KITCHEN", "municipality": "045003"}}
	acts := func(actor access.Actor) string {
		return o.read(actor, o.list("openings", "Opening", args, "stateLabel", "seatsTaken", under("hours", "OpeningHours", "weekday", "from", "to"),
			under("sector", "CodeItem", "label"), under("allowedActs", "AllowedAct", "act", "allowed", under("refusals", "Refusal", "code"))))
	}
	head := `{"openings":{"nodes":[{"stateLabel":"Aperta","seatsTaken":0,"hours":[{"weekday":1,"from":"08:00","to":"12:00"},` +
		`{"weekday":2,"from":"08:00","to":"12:30"}],"sector":{"label":"Cucina e mensa"},"allowedActs":`
	if got, want := acts(o.scout("AIAS")), head+`[{"act":"closeOpening","allowed":true,"refusals":[]}]}]}}`; got != want {
		t.Errorf("its scout reads\n%s, want\n%s", got, want)
	}
	if got, want := acts(o.scout("UISP")), head+`[{"act":"closeOpening","allowed":false,"refusals":[{"code":"NOT_ALLOWED"}]}]}]}}`; got != want {
		t.Errorf("another scout reads\n%s, want\n%s", got, want)
	}
	if got := o.read(o.scout("AIAS"), o.list("openings", "Opening", map[string]any{"orderBy": "TITLE", "filter": map[string]any{"company": plan.FormatID("com", uuid.New())}}, "title")); got != `{"openings":{"nodes":[]}}` {
		t.Errorf("openings of no company: %s", got)
	}
}
