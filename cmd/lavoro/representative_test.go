package main

import (
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// TestARepresentativeComesIn: a member who works on no case is appointed by a case manager, sees that one person as he signs in next, no reasons,
// and nobody once the representation has ended.
func TestARepresentativeComesIn(t *testing.T) {
	c := demonstration(t, testdb.New(t))
	n := serve(t, c)
	manager, kin := n.as(t, "casemanager.aias@demo.lavoro"), n.as(t, "administrator.asl@demo.lavoro")
	programme := at(t, manager.ask(`{ programme(code: "LACO3") { id } }`, nil), "programme.id")
	const people = `query($p: ID!) { participants(programme: $p, filter: {states: [ACTIVE]}, first: 2) { totalCount
		nodes { id hidden person { familyName } health { groups { code } } representatives { reference member { name } } } } }`
	seen := func(who *node) map[string]any {
		t.Helper()
		return at(t, who.ask(people, vars{"p": programme}), "participants").(map[string]any)
	}
	if before := seen(kin); before["totalCount"] != 0.0 {
		t.Fatalf("an administrator sees %v", before)
	}
	of := at(t, seen(manager), "nodes.0").(map[string]any)
	me := at(t, kin.ask(`{ viewer { id } }`, nil), "viewer.id")
	appointed := manager.ask(`mutation($p: ID!, $m: ID!) { it: appointRepresentative(input: {participant: $p, member: $m, title: SUPPORT_ADMINISTRATOR,
		reference: "Trib. Massa, V.G. 7/2025", titledOn: "2025-11-03"}) { refusals { code path } representation { id title } } }`, vars{"p": of["id"], "m": me})
	id := at(t, appointed, "it.representation.id")
	if at(t, appointed, "it.representation.title") != "SUPPORT_ADMINISTRATOR" {
		t.Errorf("appointed: %v", appointed)
	}
	kin.eventually(func() bool { return seen(kin)["totalCount"] == 1.0 })
	shown := at(t, seen(kin), "nodes.0").(map[string]any)
	if shown["id"] != of["id"] || at(t, shown, "person.familyName") != at(t, of, "person.familyName") || shown["health"] != nil {
		t.Errorf("the representative sees %v", shown)
	}
	if at(t, shown, "representatives.0.reference") != nil {
		t.Errorf("the representative reads the title: %v", shown)
	}
	if ended := manager.ask(`mutation($r: ID!) { it: endRepresentative(input: {representation: $r}) { refusals { code } participant { id } } }`, vars{"r": id}); at(t, ended, "it.participant.id") != of["id"] {
		t.Errorf("ended: %v", ended)
	}
	kin.eventually(func() bool { return seen(kin)["totalCount"] == 0.0 })
}
