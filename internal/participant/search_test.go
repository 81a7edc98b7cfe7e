package participant_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// named refers people of these names, family and given, to a partner.
func (o *office) named(actor access.Actor, partner string, from int, names ...string) (all []participant.Referral) {
	o.t.Helper()
	for i, name := range names {
		family, given, _ := strings.Cut(name, ",")
		all = append(all, o.referred(actor, partner, made(from+i)))
		o.exec("update person set family_name = $1, given_name = $2 where id = $3", family, given, all[i].Person)
	}
	return all
}

func searching(words string) map[string]any { return filter("search", words) }

func TestSearchFindsNames(t *testing.T) {
	o := newOffice(t)
	o.named(o.aias, "AIAS", 0, "D'Amico,Nicolò", "Rossi,Mario", "Rosignoli,Ada", "Ròssi,Anna", "De Luca,Giuseppe", "Esposito,Maria Rosa", "Иванов,Пётр", "Barbarini,Ugo")
	o.named(o.pegaso, "PEGASO", 20, "Rossi,Zeno")
	for words, want := range map[string]string{
		"rossi": "Ròssi Rossi Rossi", "ROSSI  mario!": "Rossi", "mario rossi": "Rossi", "rosi": "Rosignoli Esposito Ròssi Rossi Rossi", "damico": "D'Amico", "D’Amico": "D'Amico", "amico": "D'Amico",
		"d'amico nicolo": "D'Amico", "nic": "D'Amico", "nicoló": "D'Amico", "de luca": "De Luca", "deluca": "De Luca", "guiseppe": "De Luca", "espsito": "Esposito", "maria ros": "Esposito Rossi", "r": "Rosignoli Ròssi Rossi Rossi",
		"ro": "Rosignoli Ròssi Rossi Rossi", "xyz": "", "": "", "%": "", "_": "", "' or true --": "", "ros\\": "Esposito Rosignoli Ròssi Rossi Rossi", "Иван": "Иванов", strings.Repeat("rossi ", 5000): "Ròssi Rossi Rossi",
		"mario maria anna ada zeno": "", strings.Repeat("㍴", 100): "", // that is three letters each, and no accent
	} {
		if got := o.list(o.lead, searching(words)); got != want {
			t.Errorf("%.40q: %q, want %q", words, got, want)
		}
	}
	if got := o.list(o.aias, searching("rossi")); got != "Ròssi Rossi" {
		t.Errorf("a partner finds %q", got)
	}
	narrowed := searching("rossi")
	narrowed["filter"].(map[string]any)["organisation"] = plan.FormatID("org", o.orgs["PEGASO"])
	if got := o.list(o.lead, narrowed); got != "Rossi" {
		t.Errorf("of one partner: %q", got)
	}
}

// Where a page is full of what was looked for as it is written, nobody is asked for who is only called alike.
func TestSearchTakesWhatIsWrittenFirst(t *testing.T) {
	o := newOffice(t)
	o.named(o.aias, "AIAS", 0, "Zani,Marco", "Zani,Marca", "Zani,Marcolino", "Amarco,Ugo")
	if got, want := o.list(o.lead, searching("zani marco")), "Zani Zani Zani"; got != want {
		t.Fatalf("%q, not %q", got, want)
	}
	var names []string
	for i := range 199 {
		names = append(names, fmt.Sprintf("Bo %d,Marco", i))
	}
	o.named(o.aias, "AIAS", 10, names...)
	found := o.text(`select count(f.id)::text from (select set_config('app.keys', $1, true)) k cross join lateral participation_found($2, 'marco') f`,
		access.Actor{Grants: []access.Grant{{Role: access.Coordinator, Key: o.orgs["ASL"]}}}.Settings().String(), o.programme)
	if found != "201" {
		t.Errorf("%s are found, not the 201 who are called so", found)
	}
}

// What is found comes by pages that join, and a cursor of a search is good for a search alone.
func TestSearchComesByPages(t *testing.T) {
	o := newOffice(t)
	names := []string{}
	for i := range 9 {
		names = append(names, fmt.Sprintf("Ferrari %c,Ugo", 'A'+i/2))
	}
	o.named(o.aias, "AIAS", 0, names...)
	o.named(o.aias, "AIAS", 30, "Ferri,Ugo", "Verdi,Ugo")
	want := o.list(o.lead, searching("ferrari"))
	if n := strings.Count(want, "Ferrari"); n != 9 {
		t.Fatalf("%q", want)
	}
	var got []string
	for after, more := "", true; more; {
		args := searching("ferrari")
		args["programme"], args["first"], args["after"] = plan.FormatID("prg", o.programme), int64(2), after
		names, end, next := o.page(args)
		got, after, more = append(got, names), end, next
		if after != "" && more {
			wrong := map[string]any{"programme": args["programme"], "orderBy": "NAME", "after": after}
			if code := o.list(o.lead, wrong); code != "CURSOR_INVALID" {
				t.Fatalf("a cursor of a search is good by name: %s", code)
			}
		}
	}
	if strings.Join(got, " ") != want {
		t.Errorf("by pages %q, at once %q", got, want)
	}
}

// page gives the family names of a page as the lead sees it, its last cursor, and whether there is more.
func (o *office) page(args map[string]any) (names, end string, more bool) {
	o.t.Helper()
	engine := &plan.Engine{Schema: plan.NewSchema(programme.Reading(), member.Reading(), participant.Reading()), DB: o.db}
	data, err := engine.Query(o.ctx, plan.Viewer{Actor: o.lead, Now: o.now}, []plan.Selected{{Alias: "participants", Name: "participants", Args: args, TypeName: "ParticipantConnection",
		Under: func(string) []plan.Selected {
			return []plan.Selected{node("nodes", node("person", leaf("familyName"))), node("pageInfo", leaf("endCursor"), leaf("hasNextPage"))}
		}}})
	if err != nil {
		o.t.Fatal(err)
	}
	var answer struct {
		Participants struct {
			Nodes    []struct{ Person struct{ FamilyName string } }
			PageInfo struct {
				EndCursor   string
				HasNextPage bool
			}
		}
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		o.t.Fatal(err)
	}
	var all []string
	for _, n := range answer.Participants.Nodes {
		all = append(all, n.Person.FamilyName)
	}
	return strings.Join(all, " "), answer.Participants.PageInfo.EndCursor, answer.Participants.PageInfo.HasNextPage
}

// Codes are found whole, a fiscal code by who reads it on the row.
func TestSearchFindsCodes(t *testing.T) {
	o := newOffice(t)
	who := o.referred(o.aias, "AIAS", mario)
	o.referred(o.aias, "AIAS", clara)
	o.assign(o.aias, who.Participation, &o.manager, &o.tutor)
	pseudonym := o.text("select pseudonym from participation where id = $1", who.Participation)
	tutor := o.as(o.tutor, access.Tutor)
	for name, c := range map[string]struct {
		actor access.Actor
		words string
		want  string
	}{
		"whole code":        {o.aias, mario.FiscalCode, "Rossi"},
		"small letters":     {o.aias, " " + strings.ToLower(mario.FiscalCode), "Rossi"},
		"a part":            {o.aias, mario.FiscalCode[:15], ""},
		"pseudonym":         {o.aias, pseudonym, "Rossi"},
		"tutor, pseudonym":  {tutor, strings.ToLower(pseudonym), "Rossi"},
		"tutor, name":       {tutor, "rossi", "Rossi"},
		"tutor, his code":   {tutor, mario.FiscalCode, ""},
		"tutor, not his":    {tutor, "bianchi", ""},
		"another body":      {o.pegaso, mario.FiscalCode, ""},
		"host":              {o.actor(uuid.New(), access.HostTutor, o.orgs["AIAS"]), "rossi", "FILTER_NOT_READABLE"},
		"another body name": {o.pegaso, "rossi", ""},
	} {
		if got := o.list(c.actor, searching(c.words)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// A protected person is found by the circle alone, and somebody erased by nobody.
func TestSearchKeepsTheProtected(t *testing.T) {
	o := newOffice(t)
	who := o.named(o.aias, "AIAS", 0, "Inventata,Persona")[0]
	o.named(o.aias, "AIAS", 5, "Inventato,Altro")
	pseudonym := o.text("select pseudonym from participation where id = $1", who.Participation)
	if err := o.protect(o.lead, who.Participation, participant.Named{Member: o.manager, Role: access.CaseManager}); err != nil {
		t.Fatal(err)
	}
	code := o.text("select code from person_code where person_id = $1", who.Person)
	for _, words := range []string{"inventata persona", "persona", "inventata", "i", pseudonym, code} {
		for _, actor := range []access.Actor{o.aias, o.pegaso} {
			if got := o.list(actor, searching(words)); strings.Contains(got, "Inventata") {
				t.Errorf("%s finds %s", words, got)
			}
		}
	}
	circle := o.actor(o.manager, access.CaseManager, access.CircleKey(o.programme, who.Participation))
	for _, words := range []string{"inventata", pseudonym, code} {
		if got := o.list(circle, searching(words)); got != "Inventata" {
			t.Errorf("the circle finds %q by %s", got, words)
		}
	}
	if got := o.text("select count(*) from participation_key k join participation p on p.id = k.id where p.protected and k.key = any ($1)", []uuid.UUID{o.orgs["AIAS"], o.orgs["ASL"]}); got != "0" {
		t.Errorf("a protected person stands under %s keys of bodies", got)
	}
	o.exec("update person set family_name = '—', given_name = '—' where id = $1", who.Person)
	if sought := o.text("select string_agg(distinct sought, '') from participation_key where id = $1", who.Participation); sought != "" {
		t.Errorf("somebody blanked is still looked for as %q", sought)
	}
}
