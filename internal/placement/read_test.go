package placement_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// field selects a field of a type and what is asked below it.
func field(name, typeName string, below ...plan.Selected) plan.Selected {
	return plan.Selected{Alias: name, Name: name, TypeName: typeName, Args: map[string]any{}, Under: func(string) []plan.Selected { return below }}
}

func plain(names ...string) (list []plan.Selected) {
	for _, n := range names {
		list = append(list, field(n, "String"))
	}
	return list
}

// read answers one placement as a viewer sees it.
func (d *desk) read(actor access.Actor, id uuid.UUID, selected ...plan.Selected) map[string]any {
	d.T.Helper()
	engine := &plan.Engine{DB: d.DB, Schema: plan.NewSchema(member.Reading(), programme.Reading(), participant.Reading(), company.Reading(), activity.Reading(), placement.Reading(placement.Room{}))}
	objects, err := engine.Objects(d.T.Context(), plan.Viewer{Actor: actor, Lang: "it", Now: d.Clock()}, nil,
		[]plan.Group{{Type: "Placement", IDs: []uuid.UUID{id}, Selected: selected}})
	d.Must(err)
	var seen map[string]any
	d.Must(json.Unmarshal(objects[0][0], &seen))
	return seen
}

// What a host reads through the API: the intern by name, the promoter, the state; no participant, no reason.
func TestHostsReadTheInternNotTheParticipant(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.Interrupted)
	asked := append(plain("state", "stateLabel", "hidden", "hostTutor"), field("participant", "Participant", plain("id")...), field("endReason", "CodeItem", plain("label")...),
		field("intern", "InternCard", plain("givenName", "familyName")...), field("organisation", "Organisation", plain("code")...), field("company", "Company", plain("name")...),
		field("steps", "PlacementStep", append(plain("toState", "hidden"), field("reason", "CodeItem", plain("code")...), field("member", "Member", plain("name")...))...),
		field("enrolment", "Enrolment", append(plain("id", "hidden"), field("participant", "Participant", plain("id")...))...))
	host := d.read(d.Host(id), id, asked...)
	if host["participant"] != nil || host["endReason"] != nil || host["enrolment"].(map[string]any)["participant"] != nil {
		t.Errorf("the host reads %v", host)
	}
	for _, s := range host["steps"].([]any) {
		if s.(map[string]any)["reason"] != nil {
			t.Errorf("the host reads a reason: %v", s)
		}
		if fmt.Sprint(s.(map[string]any)["hidden"]) != "[member reason]" {
			t.Errorf("of a step are hidden %v", s)
		}
	}
	if of := fmt.Sprint(host["enrolment"].(map[string]any)["hidden"]); of != "[participant]" {
		t.Errorf("of the enrolment are hidden %s", of)
	}
	hidden := host["hidden"].([]any)
	if !slices.Contains(hidden, any("participant")) || !slices.Contains(hidden, any("endReason")) {
		t.Errorf("hidden is %v", hidden)
	}
	if host["intern"].(map[string]any)["familyName"] != "Inventata" || host["organisation"].(map[string]any)["code"] != "CARRARA" || host["stateLabel"] != "Interrotto" {
		t.Errorf("the host reads %v", host)
	}
	own := d.read(d.Coordinator("CARRARA"), id, asked...)
	if own["participant"] == nil || own["endReason"].(map[string]any)["label"] != "Motivi personali o familiari" || len(own["hidden"].([]any)) != 0 {
		t.Errorf("the coordinator reads %v", own)
	}
	if stranger := d.read(d.Coordinator("MONTIGNOSO"), id, asked...); stranger != nil {
		t.Errorf("a stranger reads %v", stranger)
	}
}

// Who does not see whose internship it is may not find out by a filter.
func TestHostsMayNotFilterByParticipant(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.InDraft)
	engine := &plan.Engine{DB: d.DB, Schema: plan.NewSchema(member.Reading(), programme.Reading(), participant.Reading(), company.Reading(), activity.Reading(), placement.Reading(placement.Room{}))}
	host := d.Host(id)
	root := field("placements", "PlacementConnection", plain("totalCount")...)
	root.Args = map[string]any{"programme": plan.FormatID("prg", d.Programme), "orderBy": "END", "filter": map[string]any{"participant": plan.FormatID("prt", uuid.New())}}
	_, err := engine.Query(t.Context(), plan.Viewer{Actor: host, Lang: "it", Now: d.Clock()}, []plan.Selected{root})
	if list, _ := refusal.As(err); !list.Has(plan.NotReadable) {
		t.Errorf("got %v", err)
	}
	delete(root.Args, "filter")
	data, err := engine.Query(t.Context(), plan.Viewer{Actor: host, Lang: "it", Now: d.Clock()}, []plan.Selected{root})
	if err != nil || string(data) != `{"placements":{"totalCount":1}}` {
		t.Errorf("got %s, %v", data, err)
	}
}

// allowedActs come through the plan in the viewer's language.
func TestAllowedActsAreRead(t *testing.T) {
	d := newDesk(t)
	id := d.brought(placement.InDraft)
	acts := field("allowedActs", "AllowedAct", append(plain("act", "label", "allowed"), field("refusals", "Refusal", plain("code", "message")...))...)
	seen := d.read(d.Coordinator("CARRARA"), id, acts)["allowedActs"].([]any)
	first := seen[0].(map[string]any)
	if len(seen) != len(placement.Transitions)-1 || first["act"] != "confirmPlacement" || first["allowed"] != true || first["label"] != "Conferma con la convenzione" {
		t.Errorf("got %v", seen)
	}
	second := seen[1].(map[string]any)["refusals"].([]any)[0].(map[string]any)
	if second["message"] != "Il tirocinio è nello stato «In preparazione»; per questa operazione deve essere nello stato «Concordato»." {
		t.Errorf("got %v", second)
	}
}
