package duty_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/matching"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

var schema = plan.NewSchema(member.Reading(), programme.Reading(), participant.Reading(), company.Reading(), activity.Reading(),
	placement.Reading(placement.Room{}), attendance.Reading(), allowance.Reading(), matching.Reading(), duty.Reading(clocks))

// ask selects a field with fields below it.
func ask(name string, args map[string]any, below ...plan.Selected) plan.Selected {
	s := plan.Selected{Alias: name, Name: name, Args: args}
	if below != nil {
		s.Under = func(string) []plan.Selected { return below }
	}
	return s
}

func asks(names ...string) (all []plan.Selected) {
	for _, name := range names {
		all = append(all, ask(name, nil))
	}
	return all
}

// read answers one root field for the viewer, in Italian, as JSON without blanks.
func (h *house) read(viewer access.Actor, root plan.Selected) string {
	h.t.Helper()
	e := plan.Engine{Schema: schema, DB: h.db}
	data, err := e.Query(h.t.Context(), plan.Viewer{Actor: viewer, Lang: "it", Now: h.clock()}, []plan.Selected{root})
	if err != nil {
		h.t.Fatal(err)
	}
	var answer map[string]json.RawMessage
	if err := json.Unmarshal(data, &answer); err != nil {
		h.t.Fatal(err)
	}
	compact, err := json.Marshal(answer[root.Alias])
	if err != nil {
		h.t.Fatal(err)
	}
	return string(compact)
}

func (h *house) viewer(role access.Role, key uuid.UUID) access.Actor {
	return access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: role, Programme: h.programme, Key: key}}}
}

func (h *house) list(args map[string]any, fields ...plan.Selected) plan.Selected {
	args["programme"] = plan.FormatID("prg", h.programme)
	return ask("dues", args, ask("nodes", nil, fields...))
}

func TestDuesAreReadByOwnerSubjectAndTime(t *testing.T) {
	h := open(t)
	p, q := h.participation(), h.participation()
	h.goes(p, "", "REFERRED")
	h.sleep(1)
	h.goes(q, "", "ELIGIBILITY_CHECK", h.partner, h.lead)
	h.sleep(8) // past the first, before the second
	first := `{"kind":"participant.check","label":"Verifica i requisiti","subjectId":"` + plan.FormatID("prt", p) + `","overdue":true,"owner":{"name":"Nome Inventato"},"ownerOrganisation":null,"nextOwnerOrganisation":{"code":"CARRARA"}}`
	second := `{"kind":"participant.decide","label":"Decidi l'ammissione","subjectId":"` + plan.FormatID("prt", q) + `","overdue":false,"owner":null,"ownerOrganisation":{"code":"CARRARA"},"nextOwnerOrganisation":{"code":"ASL"}}`
	fields := append(asks("kind", "label", "subjectId", "overdue"), ask("owner", nil, asks("name")...), ask("ownerOrganisation", nil, asks("code")...),
		ask("nextOwnerOrganisation", nil, asks("code")...))
	for name, c := range map[string]struct {
		args map[string]any
		want []string
	}{
		"all, the most urgent first": {map[string]any{}, []string{first, second}},
		"of a member":                {map[string]any{"owner": plan.FormatID("mem", h.manager)}, []string{first}},
		"of a body":                  {map[string]any{"owner": plan.FormatID("org", h.partner)}, []string{second}},
		"about a participant":        {map[string]any{"subject": plan.FormatID("prt", q)}, []string{second}},
		"overdue":                    {map[string]any{"overdue": true}, []string{first}},
		"not overdue":                {map[string]any{"overdue": false}, []string{second}},
		"of a kind":                  {map[string]any{"filter": map[string]any{"kind": "participant.decide"}}, []string{second}},
		"done":                       {map[string]any{"filter": map[string]any{"done": true}}, nil},
		"of no id at all":            {map[string]any{"owner": "nobody"}, nil},
	} {
		want := `{"nodes":[` + strings.Join(c.want, ",") + `]}`
		if got := h.read(h.viewer(access.Coordinator, h.lead), h.list(c.args, fields...)); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
	if got := h.read(h.viewer(access.PartnerCoordinator, uuid.New()), h.list(map[string]any{}, fields...)); got != `{"nodes":[]}` {
		t.Errorf("another partner sees %s", got)
	}
}

func TestAParticipantHasDuesAndForSomeAllowances(t *testing.T) {
	h := open(t)
	p := h.participation()
	h.goes(p, "", "REFERRED")
	h.act(func(ctx context.Context, tx *postgres.Tx) error {
		_, err := allowance.Compute(ctx, tx, allowance.Month{Participation: p, Month: calendar.MustMonth("2026-11")})
		return err
	})
	root := ask("participant", map[string]any{"id": plan.FormatID("prt", p)}, ask("dues", nil, asks("kind", "reminders")...),
		ask("allowances", nil, append(asks("month", "total"), ask("why", nil, asks("kind", "text")...))...))
	const dues = `"dues":[{"kind":"participant.check","reminders":0}]`
	const month = `{"month":"2026-11","total":0,"why":[{"kind":"NOTHING","text":"Nessuna ora di presenza in questo mese"}]}`
	if got, want := h.read(h.viewer(access.PartnerCoordinator, h.partner), root), `{`+dues+`,"allowances":[`+month+`]}`; got != want {
		t.Errorf("the coordinator reads\n%s\nwant\n%s", got, want)
	}
	if got, want := h.read(h.viewer(access.Scout, h.partner), root), `{`+dues+`,"allowances":[]}`; got != want {
		t.Errorf("a scout reads\n%s\nwant\n%s", got, want)
	}
	filter := map[string]any{"programme": plan.FormatID("prg", h.programme), "orderBy": "TOTAL",
		"filter": map[string]any{"month": calendar.MustDay("2026-11-01"), "participant": plan.FormatID("prt", p), "organisation": plan.FormatID("org", h.partner), "capped": false}}
	list := ask("allowances", filter, ask("nodes", nil, append(asks("total"), ask("participant", nil, asks("id")...), ask("policyVersion", nil, asks("number")...))...))
	if got, want := h.read(h.viewer(access.PaymentsOfficer, h.lead), list), `{"nodes":[{"total":0,"participant":{"id":"`+plan.FormatID("prt", p)+`"},"policyVersion":{"number":1}}]}`; got != want {
		t.Errorf("the list reads\n%s\nwant\n%s", got, want)
	}
}
