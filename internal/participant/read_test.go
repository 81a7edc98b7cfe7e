package participant_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

var allowedActs = node("allowedActs", leaf("act"), leaf("label"), leaf("allowed"), node("refusals", leaf("code"), leaf("message")))

// refusalsOf names the codes that stand against an act; "allowed" when it can be done.
func refusalsOf(shown map[string]any, act access.Act) string {
	acts, _ := shown["allowedActs"].([]any)
	for _, a := range acts {
		one := a.(map[string]any)
		if one["act"] != string(act) {
			continue
		}
		if one["allowed"] == true {
			return "allowed"
		}
		codes := []any{}
		for _, r := range one["refusals"].([]any) {
			codes = append(codes, r.(map[string]any)["code"])
		}
		return fmt.Sprint(codes)
	}
	return "not offered"
}

// everything selects all that is a leaf or a small object of a participation.
var everything = []plan.Selected{
	leaf("id"), leaf("hidden"), leaf("state"), leaf("stateLabel"), leaf("stateHint"), leaf("referringService"), node("exitReason", leaf("code")),
	node("person", leaf("hidden"), leaf("givenName"), leaf("familyName"), leaf("fiscalCode"), leaf("birthDay"), leaf("citizenship"), leaf("municipality"), leaf("phone"), leaf("email")),
	node("health", node("groups", leaf("code"))), node("penal", node("groups", leaf("code"))),
	node("protection", node("groups", leaf("code"))), node("restricted", node("groups", leaf("code"))),
	node("traits", leaf("side"), node("trait", leaf("code"))),
	node("exclusionChecks", leaf("outcome"), leaf("evidence")),
	node("verdict", leaf("outcome"), node("findings", leaf("rule"), leaf("fact"), leaf("cure"))),
	node("entrySnapshot", leaf("hidden"), leaf("isced"), leaf("citizenship"), leaf("disability"), leaf("housingExclusion")),
	node("origin", leaf("kind"), leaf("file")),
}

func (o *office) active() participant.Referral {
	o.t.Helper()
	in := mario
	in.Phone = "0585 123456"
	made := o.referred(o.aias, "AIAS", in)
	o.cleared(made.Participation)
	o.assign(o.aias, made.Participation, &o.manager, &o.tutor)
	o.walk(o.aias, made.Participation, toActive...)
	return made
}

func TestEachRoleSeesItsClasses(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	manager := o.as(o.manager, access.CaseManager)
	manager.Grants = append(manager.Grants, access.Grant{Role: access.Staff, Programme: o.programme, Key: o.orgs["AIAS"]})
	self := o.actor(uuid.New(), access.Self, access.PersonKey(o.programme, made.Person))
	supervising, err := o.aias.WithPurpose(access.Supervision, "Reclamo della persona")
	if err != nil {
		t.Fatal(err)
	}
	scout := o.actor(uuid.New(), access.Scout, o.orgs["AIAS"])
	for name, c := range map[string]struct {
		actor access.Actor
		shows string
		hides string
	}{
		"case manager":        {manager, "Rossi RSSMRA DISABILITY HOUSING_EMERGENCY Verifica requisiti disability isced PART_TIME 0585 salute", ""},
		"partner coordinator": {o.aias, "Rossi RSSMRA Verifica isced", "DISABILITY HOUSING_EMERGENCY salute"},
		"supervision":         {supervising, "Rossi RSSMRA DISABILITY HOUSING_EMERGENCY Verifica isced", ""},
		"lead":                {o.lead, "Rossi RSSMRA Verifica", "DISABILITY HOUSING_EMERGENCY salute"},
		"tutor":               {o.as(o.tutor, access.Tutor), "Rossi 0585", "RSSMRA DISABILITY HOUSING_EMERGENCY Verifica isced 1985 salute"},
		"scout":               {scout, "Rossi PART_TIME", "RSSMRA DISABILITY HOUSING_EMERGENCY Verifica isced 0585 salute"},
		"payments officer":    {o.actor(uuid.New(), access.PaymentsOfficer, o.orgs["AIAS"]), "Rossi RSSMRA", "DISABILITY HOUSING_EMERGENCY 0585 salute INPS"},
		"the person":          {self, "Rossi RSSMRA 0585", "HOUSING_EMERGENCY INPS salute"},
	} {
		shown, ok := o.show(c.actor, made.Participation, everything...)
		if !ok {
			t.Errorf("%s does not see the participation", name)
			continue
		}
		text, _ := json.Marshal(without(shown, "hidden", "stateHint", "stateLabel"))
		for _, want := range strings.Fields(c.shows) {
			if want != "requisiti" && !strings.Contains(string(text), want) {
				t.Errorf("%s does not see %s:\n%s", name, want, text)
			}
		}
		for _, no := range strings.Fields(c.hides) {
			if strings.Contains(strings.ReplaceAll(string(text), `"isced":null`, ""), no) {
				t.Errorf("%s sees %s:\n%s", name, no, text)
			}
		}
	}
}

// without drops keys from the outer object.
func without(shown map[string]any, keys ...string) map[string]any {
	rest := map[string]any{}
	for k, v := range shown {
		if !slices.Contains(keys, k) {
			rest[k] = v
		}
	}
	return rest
}

// TestRowsAreHiddenByThemselves asks for confidential rows by their ids, past the participation that leads to them.
func TestRowsAreHiddenByThemselves(t *testing.T) {
	o := newOffice(t)
	o.active()
	engine := &plan.Engine{Schema: plan.NewSchema(programme.Reading(), member.Reading(), participant.Reading()), DB: o.db}
	for _, typeName := range []string{"ExclusionCheck", "Verdict", "VerdictFinding", "EntrySnapshot"} {
		table := map[string]string{"ExclusionCheck": "exclusion_check", "Verdict": "verdict", "VerdictFinding": "verdict_finding", "EntrySnapshot": "entry_snapshot"}[typeName]
		var id uuid.UUID
		o.one("select id from "+table+" limit 1", &id)
		for name, c := range map[string]struct {
			actor access.Actor
			sees  bool
		}{"coordinator": {o.aias, true}, "tutor": {o.as(o.tutor, access.Tutor), false}, "scout": {o.actor(uuid.New(), access.Scout, o.orgs["AIAS"]), false}} {
			rows, err := engine.Objects(o.ctx, plan.Viewer{Actor: c.actor, Now: o.now}, nil, []plan.Group{{Type: typeName, IDs: []uuid.UUID{id}, Selected: []plan.Selected{leaf("id")}}})
			if err != nil {
				t.Fatal(err)
			}
			if sees := len(rows[0]) > 0 && string(rows[0][0]) != "null"; sees != c.sees {
				t.Errorf("%s sees %s: %v", name, typeName, sees)
			}
		}
	}
}

func TestHiddenNamesWhatIsNull(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	shown, _ := o.show(o.as(o.tutor, access.Tutor), made.Participation, everything...)
	hidden := fmt.Sprint(shown["hidden"])
	for _, field := range []string{"health", "penal", "protection", "restricted", "verdict", "verdicts", "exclusionChecks", "entrySnapshot", "referringService"} {
		if !strings.Contains(hidden, field) {
			t.Errorf("%s is not named in %s", field, hidden)
		}
	}
	person := shown["person"].(map[string]any)
	if got := fmt.Sprint(person["hidden"]); got != "[birthDay citizenship fiscalCode municipality]" {
		t.Errorf("of the person %s are hidden", got)
	}
}

// The service that referred somebody tells the group that the other classes hide: a centre of mental health, a shelter.
func TestTheReferringServiceIsTheCaseTeamsAlone(t *testing.T) {
	o := newOffice(t)
	in := mario
	in.Service, in.Groups = "Ente attuatore del programma anti-tratta", []string{"TRAFFICKING_VICTIMS"}
	made := o.referred(o.aias, "AIAS", in)
	o.assign(o.aias, made.Participation, &o.manager, &o.tutor)
	for _, role := range access.Roles() {
		key := map[access.Role]uuid.UUID{access.CaseManager: access.CaseKey(o.programme, o.manager), access.Tutor: access.TutorKey(o.programme, o.tutor), access.Self: access.PersonKey(o.programme, made.Person)}[role]
		if key == uuid.Nil {
			key = o.orgs["AIAS"]
		}
		shown, ok := o.show(o.actor(uuid.New(), role, key), made.Participation, leaf("hidden"), leaf("referringService"))
		if !ok {
			continue
		}
		if reads := shown["referringService"] == in.Service; reads != (role == access.CaseManager || role == access.System) {
			t.Errorf("%s reads the referring service: %v", role, reads)
		} else if !reads && !strings.Contains(fmt.Sprint(shown["hidden"]), "referringService") {
			t.Errorf("%s is not told that it is hidden: %v", role, shown)
		}
	}
}

func TestOthersSeeNothing(t *testing.T) {
	o := newOffice(t)
	made := o.active()
	for name, actor := range map[string]access.Actor{
		"another partner": o.pegaso, "another tutor": o.as(o.other, access.Tutor), "nobody": {},
		"a host":           o.actor(uuid.New(), access.HostTutor, uuid.New()),
		"an administrator": o.actor(uuid.New(), access.Administrator, o.orgs["AIAS"]),
		"staff":            o.actor(uuid.New(), access.Staff, o.orgs["AIAS"]),
	} {
		if _, ok := o.show(actor, made.Participation, leaf("id")); ok {
			t.Errorf("%s sees the participation", name)
		}
		for _, table := range []string{"person", "person_code", "participation", "participation_group", "participation_trait", "exclusion_check", "verdict", "verdict_finding", "entry_snapshot"} {
			if n := o.count(actor, table); n != 0 {
				t.Errorf("%s reads %d rows of %s past the plan", name, n, table)
			}
		}
	}
}

func TestFiltersAndOrdersRespectClasses(t *testing.T) {
	o := newOffice(t)
	o.referred(o.aias, "AIAS", mario)
	in := clara
	in.Municipality, in.ReferredOn = "045003", in.ReferredOn.AddDays(1)
	o.referred(o.aias, "AIAS", in)
	tutor := o.as(o.tutor, access.Tutor)
	for name, c := range map[string]struct {
		actor access.Actor
		args  map[string]any
		want  string
	}{
		"all":             {o.lead, map[string]any{"orderBy": "REFERRED_NEWEST"}, "Bianchi Rossi"},
		"oldest":          {o.lead, map[string]any{"orderBy": "REFERRED_OLDEST"}, "Rossi Bianchi"},
		"by name":         {o.lead, map[string]any{"orderBy": "NAME"}, "Bianchi Rossi"},
		"name":            {o.lead, filter("nameStartsWith", "rOSsi m"), "Rossi"},
		"given name":      {o.lead, filter("nameStartsWith", "Cla"), "Bianchi"},
		"wildcards":       {o.lead, filter("nameStartsWith", "%"), ""},
		"place":           {o.lead, filter("municipality", "045003"), "Bianchi"},
		"state":           {o.lead, filter("states", []any{"REFERRED", "ACTIVE"}), "Bianchi Rossi"},
		"no such state":   {o.lead, filter("states", []any{"CLOSED"}), ""},
		"verdict":         {o.lead, filter("verdict", "OK"), ""},
		"partner":         {o.lead, filter("organisation", plan.FormatID("org", o.orgs["AIAS"])), "Bianchi Rossi"},
		"other partner":   {o.lead, filter("organisation", plan.FormatID("org", o.orgs["PEGASO"])), ""},
		"foreign id":      {o.lead, filter("organisation", "mem_x"), ""},
		"no tutor":        {o.lead, filter("tutor", plan.FormatID("mem", o.tutor)), ""},
		"tutor by place":  {tutor, filter("municipality", "045003"), "FILTER_NOT_READABLE"},
		"tutor's verdict": {tutor, filter("verdict", "OK"), "FILTER_NOT_READABLE"},
		"payer's names":   {o.actor(uuid.New(), access.HostTutor, o.orgs["AIAS"]), filter("nameStartsWith", "R"), "FILTER_NOT_READABLE"},
		"host's order":    {o.actor(uuid.New(), access.HostTutor, o.orgs["AIAS"]), map[string]any{"orderBy": "NAME"}, "FILTER_NOT_READABLE"},
	} {
		if got := o.list(c.actor, c.args); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func filter(name string, value any) map[string]any {
	return map[string]any{"orderBy": "REFERRED_NEWEST", "filter": map[string]any{name: value}}
}

// list gives the family names of the connection's nodes, or the code of its refusal.
func (o *office) list(actor access.Actor, args map[string]any) string {
	o.t.Helper()
	engine := &plan.Engine{Schema: plan.NewSchema(programme.Reading(), member.Reading(), participant.Reading()), DB: o.db}
	args["programme"] = plan.FormatID("prg", o.programme)
	data, err := engine.Query(o.ctx, plan.Viewer{Actor: actor, Lang: "it", Now: o.now}, []plan.Selected{{Alias: "participants", Name: "participants", Args: args, TypeName: "ParticipantConnection",
		Under: func(string) []plan.Selected {
			return []plan.Selected{node("nodes", node("person", leaf("familyName")))}
		}}})
	if list, ok := refusal.As(err); ok {
		return list[0].Code
	}
	if err != nil {
		o.t.Fatal(err)
	}
	var answer struct {
		Participants struct {
			Nodes []struct{ Person struct{ FamilyName string } }
		}
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		o.t.Fatal(err)
	}
	var names []string
	for _, n := range answer.Participants.Nodes {
		names = append(names, n.Person.FamilyName)
	}
	return strings.Join(names, " ")
}

func TestAllowedActsSayWhyNot(t *testing.T) {
	o := newOffice(t)
	made := o.referred(o.aias, "AIAS", mario)
	o.assign(o.aias, made.Participation, &o.manager, &o.tutor)
	at := func(actor access.Actor, act access.Act) string {
		shown, _ := o.show(actor, made.Participation, allowedActs)
		return refusalsOf(shown, act)
	}
	manager := o.as(o.manager, access.CaseManager)
	for _, c := range []struct {
		actor access.Actor
		act   access.Act
		want  string
	}{
		{o.aias, access.CheckEligibility, "allowed"}, {o.aias, access.AdmitParticipant, "[PARTICIPANT_STATE]"}, {o.aias, access.AssignTeam, "allowed"},
		{manager, access.CheckEligibility, "allowed"}, {manager, access.AssignTeam, "[NOT_ALLOWED]"}, {manager, access.ExcludeParticipant, "[NOT_ALLOWED]"},
		{o.as(o.tutor, access.Tutor), access.CheckEligibility, "[NOT_ALLOWED]"}, {o.aias, access.CloseParticipant, "[PARTICIPANT_STATE]"},
	} {
		if got := at(c.actor, c.act); got != c.want {
			t.Errorf("%s: %s, want %s", c.act, got, c.want)
		}
	}
	o.walk(o.aias, made.Participation, access.CheckEligibility)
	if got := at(o.aias, access.AdmitParticipant); got != "allowed" {
		t.Errorf("admission on a warning: %s", got)
	}
	o.exec("update verdict set outcome = 'BLOCK'")
	if got := at(o.aias, access.AdmitParticipant); got != "[VERDICT_BLOCKS]" {
		t.Errorf("admission on a block: %s", got)
	}
	o.exec("update participation set state = 'CLOSED'")
	if got := at(o.aias, access.RecordExclusionCheck); got != "[PARTICIPANT_STATE]" {
		t.Errorf("a check of a closed case: %s", got)
	}
}
