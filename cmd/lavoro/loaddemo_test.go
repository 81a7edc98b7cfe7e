package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// TestLoadDemo: what is loaded is read as if acts had written it, each seeing his own.
func TestLoadDemo(t *testing.T) {
	db := testdb.New(t)
	c := settings(t, db)
	load := func(args ...string) (string, error) {
		t.Helper()
		return verb(t, append([]string{"load-demo", "--database-url", db.AppURL, "--owner-url", db.OwnerURL, "--keys-text", c.KeysText}, args...)...)
	}
	if _, err := load(); err == nil || !strings.Contains(err.Error(), `"scale"`) {
		t.Errorf("without a number: %v", err)
	}
	if out, err := load("--scale", "80", "--entries", "20"); err != nil || !strings.Contains(out, "rows by key") {
		t.Fatalf("%s %v", out, err)
	}
	if _, err := load("--scale", "80"); err == nil || !strings.Contains(err.Error(), "make a new one") {
		t.Errorf("a second time: %v", err)
	}
	n := serve(t, c)
	const list = `query($programme: ID!) { participants(programme: $programme, filter: {search: "ada"}) { nodes { id } }
		all: participants(programme: $programme, first: 1) { totalCount nodes { person { givenName } restricted { groups { code } } attendances { totalCount } allowances { total } placements { state } } } }`
	tutor := query(t, owner(t, db.OwnerURL), "select min(email) from member where email like 'tutor-%'")
	for email, want := range map[string]int{"lead@demo.lavoro": 80, "partner-0@demo.lavoro": 10, tutor: 10} {
		as := n.as(t, email)
		p := vars{"programme": at(t, as.ask(`{ programme(code: "LACO3") { id } }`, nil), "programme.id")}
		got := as.ask(list, p)
		if at(t, got, "all.totalCount") != float64(want) || at(t, got, "all.nodes.0.attendances.totalCount") != 20.0 || len(at(t, got, "all.nodes.0.placements").([]any)) == 0 {
			t.Errorf("%s reads %v", email, got["all"])
		}
		if found := len(at(t, got, "participants.nodes").([]any)); found == 0 || found > want/8 {
			t.Errorf("%s finds %d", email, found)
		}
	}
	lead := n.as(t, "lead@demo.lavoro")
	p := vars{"programme": at(t, lead.ask(`{ programme(code: "LACO3") { id } }`, nil), "programme.id")}
	body, _ := json.Marshal(vars{"query": list, "variables": p})
	if _, opened := lead.carry("POST", "/graphql", body, "Content-Type", "application/json", "Lavoro-Purpose", "SUPERVISION", "Lavoro-Reason", "Reclamo"); !bytes.Contains(opened, []byte(`"CARE_LEAVERS"`)) {
		t.Errorf("what is sealed does not open: %s", opened)
	}
}

// TestLoadDemoLeavesOthersAlone: a database for people who exist is not touched.
func TestLoadDemoLeavesOthersAlone(t *testing.T) {
	address := emptyDatabase(t, testdb.New(t))
	if _, err := verb(t, "load-demo", "--scale", "1", "--database-url", address); err == nil {
		t.Error("a database without tables")
	}
	if out, err := verb(t, "migrate", "--kind", "REAL", "--database-url", address); err != nil {
		t.Fatalf("%s %v", out, err)
	}
	if _, err := verb(t, "load-demo", "--scale", "1", "--database-url", address); err == nil || !strings.Contains(err.Error(), "people who exist") {
		t.Errorf("a real database: %v", err)
	}
	if n := query(t, owner(t, address), "select count(*)::text from programme"); n != "0" {
		t.Errorf("%s programmes were brought in", n)
	}
}
