package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

const openMandate = `mutation($programme: ID!, $organisation: ID!, $member: ID!, $id: ID!, $preview: Boolean!) { it: openMandate(input: {id: $id, programme: $programme,
	organisation: $organisation, member: $member, periodFrom: "2025-01-01", periodTo: "2025-12-31", endsOn: "2027-12-18", document: "prot. 1", sample: [], preview: $preview}) {
	refusals { code kind message cure } mandate { id } } }`

// TestSomeActsAskForARecentSignIn, whatever brings the actor: a token that says when, one that does not, a page's session, a system. What was
// refused for it is done after a new proof.
func TestSomeActsAskForARecentSignIn(t *testing.T) {
	db := testdb.New(t)
	c := applied(t, db)
	enlist(t, db.OwnerURL, "anna")
	conn := owner(t, db.OwnerURL)
	enlistAt(t, db.OwnerURL, "test", "revisore", "revisore@example.org")
	if _, err := conn.Exec(t.Context(), "delete from access_grant where member_id = (select id from member where subject = 'revisore')"); err != nil {
		t.Fatal(err)
	}
	h := &hour{}
	n := serveAt(t, c, h.read)
	input := func(preview bool) vars {
		ids := func(prefix, sql string) string { return prefix + "_" + query(t, conn, sql) }
		return vars{"programme": ids("prg", "select id from programme"), "organisation": ids("org", "select id from organisation where parent_id is null"),
			"member": ids("mem", "select id from member where subject = 'revisore'"), "id": plan.FormatID("mnd", uuid.Must(uuid.NewV7())), "preview": preview}
	}
	token := func(more vars) string {
		t.Helper()
		token, err := n.app.door.demo.Token("anna", "test", time.Hour, more)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	ago := func(d time.Duration) int64 { return h.read().Add(-d).Unix() }
	refused := func(what string, r response) {
		t.Helper()
		told, _ := at(t, r.Data, "it.refusals.0").(map[string]any)
		if told["code"] != "SIGN_IN_AGAIN" || told["kind"] != "RIGHT" || !strings.Contains(told["cure"].(string), "15 minutes") || at(t, r.Data, "it.mandate") != nil {
			t.Errorf("%s: %v", what, r.Data)
		}
		if minutes := at(t, r.Extensions, "signInAgain.minutes"); minutes != 15.0 {
			t.Errorf("%s: the answer says %v", what, r.Extensions)
		}
		if rows := query(t, conn, "select (select count(*) from mandate) + (select count(*) from journal)"); rows != "0" {
			t.Errorf("%s: %s rows are written", what, rows)
		}
	}
	for what, more := range map[string]vars{
		"twenty minutes ago": {"auth_time": ago(20 * time.Minute)},
		"nobody knows when":  nil,
	} {
		for _, preview := range []bool{false, true} {
			n.token = token(more)
			refused(what, n.post(openMandate, input(preview)))
		}
	}
	system := token(vars{"auth_time": ago(0), "gty": "client-credentials", "scope": "lavoro.people"})
	if s, err := n.app.door.bearer(system)(t.Context(), true); err != nil || !s.Actor.SignedInAt.IsZero() {
		t.Errorf("a system has signed in at %v, %v", s.Actor.SignedInAt, err)
	}

	b := n.signedInAs(t, "anna")
	act := func(preview bool) (r response) {
		t.Helper()
		body, _ := json.Marshal(vars{"query": openMandate, "variables": input(preview)})
		_, text := b.send(http.MethodPost, b.url+"/graphql", string(body), "Content-Type", "application/json", "Accept-Language", "en")
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	h.pass(16 * time.Minute)
	refused("a page", act(false))
	back := b.begin("/sign-in?fresh=true", "anna")
	if res, text := b.send(http.MethodGet, back, ""); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("a fresh sign-in: %d %s", res.StatusCode, text)
	}
	if r := act(false); at(t, r.Data, "it.mandate") == nil || len(r.Extensions) > 0 {
		t.Errorf("after a fresh sign-in: %v", r)
	}
	n.token = token(vars{"auth_time": ago(time.Minute)})
	if r := n.post(openMandate, input(true)); at(t, r.Data, "it.mandate") == nil {
		t.Errorf("with a recent token: %v", r)
	}
}
