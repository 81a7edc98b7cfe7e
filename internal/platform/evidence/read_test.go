package evidence_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

func (g *ground) ask(a access.Actor, root string, args map[string]any, fields ...string) string {
	g.t.Helper()
	rooms := []plan.Reading{member.Reading(), programme.Reading(), {Types: []plan.Type{{Name: "Participant", Prefix: "prt", Table: "participation", Class: access.Path}}}}
	engine := &plan.Engine{Schema: plan.NewSchema(append(rooms, evidence.Reading(rooms...))...), DB: g.db}
	var under []plan.Selected
	for _, f := range fields {
		s := plan.Selected{Alias: f, Name: f, TypeName: "String"}
		if name, one := strings.CutSuffix(f, ".name"); one {
			s = plan.Selected{Alias: name, Name: name, TypeName: "Member", Under: func(string) []plan.Selected { return []plan.Selected{{Alias: "name", Name: "name"}} }}
		}
		under = append(under, s)
	}
	all := map[string]any{"programme": "prg_" + g.programme.String()}
	for k, v := range args {
		all[k] = v
	}
	nodes := plan.Selected{Alias: "nodes", Name: "nodes", Under: func(string) []plan.Selected { return under }}
	asked := plan.Selected{Alias: root, Name: root, Args: all, Under: func(string) []plan.Selected { return []plan.Selected{nodes} }}
	data, err := engine.Query(g.ctx, plan.Viewer{Actor: a, Lang: "en", Now: noon}, []plan.Selected{asked})
	if err != nil {
		g.t.Fatal(err)
	}
	var answer map[string]struct{ Nodes []map[string]any }
	if err := json.Unmarshal(data, &answer); err != nil {
		g.t.Fatal(err)
	}
	var lines []string
	for _, node := range answer[root].Nodes {
		var line []string
		for _, f := range under {
			v := node[f.Alias]
			if m, ok := v.(map[string]any); ok {
				v = m["name"]
			}
			line = append(line, fmt.Sprint(v))
		}
		lines = append(lines, strings.Join(line, " "))
	}
	return strings.Join(lines, "\n")
}

func TestTheDPOReadsTheJournals(t *testing.T) {
	g := lay(t, 2)
	dpo := access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: access.DPO, Programme: g.programme, Key: g.lead}}}
	tutor := access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: access.Tutor, Programme: g.programme, Key: g.lead}}}
	a, b := g.manager(), g.manager()
	g.own("insert into member (id, issuer, subject, email, name, audience) values ($1, 'x', 'x', 'a@example.org', 'Ada', array[$2::uuid])", a.Member, g.lead)
	g.act(g.people[0], map[string]string{"word": "canary"})
	g.act(g.people[1], nil)
	g.read(b, g.people...)
	reading, err := a.WithPurpose(access.Care, "perché sì")
	if err != nil {
		t.Fatal(err)
	}
	g.read(reading, g.people[0])

	one, two := "prt_"+g.people[0].String(), "prt_"+g.people[1].String()
	for _, c := range []struct {
		root string
		args map[string]any
		want string
	}{
		{"journal", nil, "2 signPlan <nil> Participant " + two + "\n1 signPlan <nil> Participant " + one},
		{"journal", map[string]any{"filter": map[string]any{"subject": one}}, "1 signPlan <nil> Participant " + one},
		{"journal", map[string]any{"filter": map[string]any{"acts": []any{"closeParticipant"}}}, ""},
		{"journal", map[string]any{"filter": map[string]any{"delegated": true}}, ""},
	} {
		if got := g.ask(dpo, c.root, c.args, "sequence", "act", "actor.name", "subjectKind", "subjectId"); got != c.want {
			t.Errorf("%v: %q, want %q", c.args, got, c.want)
		}
	}
	for filter, want := range map[string]string{
		"":            "Ada CARE health perché sì [" + one + "]\n<nil> CARE health <nil> [" + one + " " + two + "]",
		"withReason":  "Ada CARE health perché sì [" + one + "]",
		"participant": "<nil> CARE health <nil> [" + one + " " + two + "]",
	} {
		args := map[string]any{}
		switch filter {
		case "withReason":
			args["filter"] = map[string]any{"withReason": true}
		case "participant":
			args["filter"] = map[string]any{"participant": two}
		}
		got := g.ask(dpo, "readJournal", args, "actor.name", "purpose", "class", "reason", "participantIds")
		if parts := strings.Split(got, "\n"); filter == "" && len(parts) == 2 && strings.HasPrefix(parts[1], "Ada") { // of one moment: the ids decide
			got = parts[1] + "\n" + parts[0]
		}
		if got = sorted(got, one, two); got != sorted(want, one, two) {
			t.Errorf("%s: %q, want %q", filter, got, want)
		}
	}
	if got := g.ask(tutor, "journal", nil, "act") + g.ask(tutor, "readJournal", nil, "reason"); got != "" {
		t.Errorf("a tutor reads %q", got)
	}
}

// sorted puts the two ids of a list into one order.
func sorted(text, one, two string) string {
	return strings.ReplaceAll(text, "["+two+" "+one+"]", "["+one+" "+two+"]")
}
