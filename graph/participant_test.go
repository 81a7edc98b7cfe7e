package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/graph"
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// counter is the API over programme, members and participants, where a token is the code of the partner that asks.
type counter struct {
	t         *testing.T
	server    *httptest.Server
	programme string
	partners  map[string]string
}

// knownBy is a door for those whom a function knows by their token.
func knownBy(tell func(token string) (graph.Session, error)) graph.Door {
	return graph.Door{Bearer: func(token string) graph.Who {
		return func(context.Context, bool) (graph.Session, error) { return tell(token) }
	}}
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	urls := testdb.New(t)
	clock := func() time.Time { return time.Date(2026, 3, 18, 9, 0, 0, 0, time.UTC) }
	applied, err := programme.Apply(t.Context(), urls.OwnerURL, programme.LavoroInCorso3Name, programme.LavoroInCorso3, clock)
	if err != nil {
		t.Fatal(err)
	}
	db, err := postgres.Open(t.Context(), postgres.Config{URL: urls.AppURL, Keys: urls.Keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	c := &counter{t: t, programme: plan.FormatID("prg", applied.Programme), partners: partnersAt(t, urls.OwnerURL)}
	resolver := &graph.Resolver{DB: db, Clock: clock,
		Engine: &plan.Engine{Schema: plan.NewSchema(programme.Reading(), member.Reading(), participant.Reading()), DB: db},
		Limits: graph.Limits{Cost: 100_000, Depth: 20}}
	c.server = httptest.NewServer(graph.NewServer(resolver, knownBy(func(token string) (graph.Session, error) {
		key, err := plan.ParseID("org", c.partners[token])
		if err != nil {
			return graph.Session{}, graph.Unauthenticated()
		}
		return graph.Session{Actor: access.Actor{Member: uuid.NewSHA1(key, []byte("m")), Grants: []access.Grant{{Role: access.PartnerCoordinator, Programme: applied.Programme, Key: key}}}}, nil
	})))
	t.Cleanup(c.server.Close)
	return c
}

func partnersAt(t *testing.T, owner string) map[string]string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), owner)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(t.Context(), "select code, 'org_' || id from organisation")
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	var code, id string
	if _, err := pgx.ForEachRow(rows, []any{&code, &id}, func() error { ids[code] = id; return nil }); err != nil {
		t.Fatal(err)
	}
	return ids
}

// ask sends an operation as a partner and gives the answer's text.
func (c *counter) ask(partner, query string, variables map[string]any) string {
	c.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		c.t.Fatal(err)
	}
	request := httptest.NewRequest("POST", "/", bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+partner)
	answer := httptest.NewRecorder()
	c.server.Config.Handler.ServeHTTP(answer, request)
	var compact bytes.Buffer
	if err := json.Compact(&compact, answer.Body.Bytes()); err != nil {
		c.t.Fatalf("%v: %s", err, answer.Body)
	}
	return compact.String()
}

const (
	lookUp = `query($p: ID!, $c: String!) { look: lookUpPerson(programme: $p, fiscalCode: $c) { __typename answer fiscalCode provisional participant { id state person { familyName } } } programme(code: "LACO3") { code } }`
	refer  = `mutation($in: ReferPersonInput!) { referPerson(input: $in) { refusals { code path message } warnings { code } participant { id state stateLabel revision person { familyName fiscalCode } } } }`
)

func (c *counter) referral(changes map[string]any) map[string]any {
	in := map[string]any{"programme": c.programme, "fiscalCode": "RSSMRA85A01F023U", "givenName": "Mario", "familyName": "Rossi", "birthDay": "1985-01-01",
		"municipality": "045010", "organisation": c.partners["AIAS"], "referringService": "Servizio sociale", "groups": []string{"DISABILITY"}}
	for k, v := range changes {
		in[k] = v
	}
	return map[string]any{"in": in}
}

func TestReferralAndLookUpOverHTTP(t *testing.T) {
	c := newCounter(t)
	who := map[string]any{"p": c.programme, "c": "rssmra85a01f023u"}
	has := func(step, got string, wants ...string) {
		t.Helper()
		for _, want := range wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %s lacks %s", step, got, want)
			}
		}
	}
	has("free", c.ask("AIAS", lookUp, who), `"look":{"__typename":"PersonLookUp","answer":"FREE","fiscalCode":"RSSMRA85A01F023U","provisional":false,"participant":null}`, `"code":"LACO3"`)
	has("preview", c.ask("AIAS", refer, c.referral(map[string]any{"preview": true})), `"state":"REFERRED"`, `"refusals":[]`)
	has("preview wrote nothing", c.ask("AIAS", lookUp, who), `"answer":"FREE"`)
	has("mismatch", c.ask("AIAS", refer, c.referral(map[string]any{"birthDay": "1985-01-02"})), `"code":"FISCAL_CODE_MISMATCH"`, `"path":["birthDay"]`, `"participant":null`)
	has("referred", c.ask("AIAS", refer, c.referral(map[string]any{"requestId": "r1"})), `"refusals":[]`, `"stateLabel":"Segnalata"`, `"familyName":"Rossi","fiscalCode":"RSSMRA85A01F023U"`)
	has("same request", c.ask("AIAS", refer, c.referral(map[string]any{"requestId": "r1"})), `"refusals":[]`, `"familyName":"Rossi"`)
	has("again", c.ask("AIAS", refer, c.referral(nil)), `"code":"PERSON_ALREADY_REFERRED"`, `"familyName":"Rossi"`)
	has("yours", c.ask("AIAS", lookUp, who), `"answer":"YOURS"`, `"state":"REFERRED","person":{"familyName":"Rossi"}`)
	known := c.ask("PEGASO", lookUp, who)
	has("known", known, `"answer":"KNOWN"`, `"participant":null`)
	if strings.Contains(known, "Rossi") {
		t.Errorf("another partner learns the name: %s", known)
	}
	has("elsewhere", c.ask("PEGASO", refer, c.referral(map[string]any{"organisation": c.partners["PEGASO"]})), `"code":"PERSON_KNOWN_ELSEWHERE"`, `"participant":null`)
	has("wrong code", c.ask("AIAS", lookUp, map[string]any{"p": c.programme, "c": "X"}), `"code":"INVALID_VALUE"`)
	has("wrong programme", c.ask("AIAS", lookUp, map[string]any{"p": "prg_" + uuid.NewString(), "c": "RSSMRA85A01F023U"}), `"code":"NOT_ALLOWED"`)
	has("no session", c.ask("NOBODY", lookUp, who), `"code":"UNAUTHENTICATED"`)
}

func TestPathOverHTTP(t *testing.T) {
	c := newCounter(t)
	id := "prt_" + uuid.NewString()
	c.ask("AIAS", refer, c.referral(map[string]any{"id": id}))
	check := `mutation($id: ID!) { recordExclusionCheck(input: {participant: $id, measure: "%s", outcome: CLEAR, evidence: "INPS"}) { refusals { code } exclusionCheck { outcome measure { label } } } }`
	for _, measure := range []string{"ADI", "GOL"} {
		if got := c.ask("AIAS", fmt.Sprintf(check, measure), map[string]any{"id": id}); !strings.Contains(got, `"outcome":"CLEAR"`) {
			t.Error(got)
		}
	}
	entry := `, entry: {employment: UNEMPLOYED, isced: 2}`
	for _, step := range []struct{ act, more, state string }{
		{"checkEligibility", "", "ELIGIBILITY_CHECK"}, {"rejectParticipant", `, reason: "REQUIREMENTS_LOST"`, "REJECTED"}, {"checkEligibility", "", "ELIGIBILITY_CHECK"},
		{"admitParticipant", "", "EVALUATION"}, {"draftPlan", "", "PAP_DRAFT"}, {"signPlan", "", "PAP_SIGNED"}, {"activateParticipant", entry, "ACTIVE"},
		{"completeParticipant", "", "COMPLETED"}, {"askFirstResult", "", "FOLLOWUP_28D"}, {"askSecondResult", "", "FOLLOWUP_6M"}, {"closeParticipant", "", "CLOSED"},
	} {
		got := c.ask("AIAS", `mutation($id: ID!) { `+step.act+`(input: {participant: $id`+step.more+`}) { refusals { code message } participant { state allowedActs { act allowed } } } }`, map[string]any{"id": id})
		if !strings.Contains(got, `"refusals":[]`) || !strings.Contains(got, `"state":"`+step.state+`"`) {
			t.Fatalf("%s: %s", step.act, got)
		}
	}
	for _, act := range []string{"withdrawParticipant", "excludeParticipant"} {
		got := c.ask("AIAS", `mutation($id: ID!) { `+act+`(input: {participant: $id, reason: "PERSONAL"}) { refusals { code path } participant { state } } }`, map[string]any{"id": id})
		if !strings.Contains(got, `"code":"PARTICIPANT_STATE"`) || !strings.Contains(got, `"state":"CLOSED"`) {
			t.Errorf("%s: %s", act, got)
		}
	}
	got := c.ask("AIAS", `query($id: ID!) { participant(id: $id) { verdict { outcome policyVersion { number } findings { rule fact source confirmed outcome cure } } entrySnapshot { employment isced disability hidden } } }`, map[string]any{"id": id})
	for _, want := range []string{`"outcome":"OK"`, `"number":1`, `"employment":"UNEMPLOYED","isced":2,"disability":null,"hidden":["disability","foreignBackground","housingExclusion","minority"]`} {
		if !strings.Contains(strings.ReplaceAll(got, " ", ""), strings.ReplaceAll(want, " ", "")) {
			t.Errorf("%s lacks %s", got, want)
		}
	}
}

// An id that is none of a participant is not found, at its place, in every act on one; the payload then shows nobody.
func TestActsOnNobodyAreRefused(t *testing.T) {
	c := newCounter(t)
	more := map[string]string{"recordExclusionCheck": `measure: "ADI", outcome: CLEAR, evidence: "visura"`, "assignTeam": "", "checkEligibility": "",
		"admitParticipant": "", "rejectParticipant": `reason: "PERSONAL"`, "draftPlan": "", "signPlan": "", "withdrawParticipant": `reason: "PERSONAL"`,
		"activateParticipant": "entry: {employment: INACTIVE, isced: 2}", "excludeParticipant": `reason: "PERSONAL"`, "completeParticipant": "",
		"askFirstResult": "", "askSecondResult": "", "closeParticipant": ""}
	for act, input := range more {
		for _, id := range []string{"x", "", "prt_x", strings.Replace(c.programme, "prg", "mem", 1), plan.FormatID("prt", uuid.New())} {
			got := c.ask("AIAS", fmt.Sprintf("mutation { %s(input: {participant: %q %s}) { participant { id } refusals { code path } } }", act, id, input), nil)
			if want := `{"data":{"` + act + `":{"participant":null,"refusals":[{"code":"NOT_FOUND","path":["participant"]}]}}}`; got != want {
				t.Errorf("%s of %q: %s", act, id, got)
			}
		}
	}
}
