package main

import (
	"os"
	"slices"
	"testing"
)

// lineages follows a paid sum to its minutes and back, and each minute to the bank, one query each, as whoever sees all of it and as whoever does not.
func lineages(t *testing.T, first *node, p vars) {
	operation, err := os.ReadFile("../../graph/clienttest/operations/Lineage.graphql")
	if err != nil {
		t.Fatal(err)
	}
	officer := first.as(t, "payments.asl@demo.lavoro")
	node := func(n *node, id any) any { return n.ask(string(operation), vars{"id": id})["node"] }
	lines := at(t, officer.ask(`query($programme: ID!) { paymentLines(programme: $programme, filter: {states: [PAID], kinds: [STATEMENT]}, first: 20) { nodes { id endToEndId statement { inForce } } } }`, p), "paymentLines.nodes").([]any)
	n := slices.IndexFunc(lines, func(l any) bool { return at(t, l, "statement.inForce") == true }) // what was put right since leads to another payment, or to none
	if n < 0 {
		t.Fatal("nothing was paid by a statement that is in force")
	}
	paid := lines[n]
	line := node(officer, at(t, paid, "id"))
	for _, path := range []string{"run.steps.0.member.name", "file.sha256", "share.budgetLine.code", "statement.contentHash", "statement.policyVersions.0.number"} {
		if at(t, line, path) == nil {
			t.Errorf("a paid line does not lead to %s", path)
		}
	}
	answers := 0
	for _, s := range at(t, line, "steps").([]any) {
		if answer := at(t, s, "answer"); answer != nil {
			answers++
			back := node(officer, at(t, answer, "id"))
			if !leads(t, at(t, back, "payments"), at(t, paid, "id")) {
				t.Error("the answer does not lead back to the line")
			}
		}
	}
	if answers == 0 {
		t.Error("a paid line leads to no answer")
	}
	if !leads(t, at(t, node(officer, at(t, line, "file.id")), "payments"), at(t, paid, "id")) {
		t.Error("the file does not lead back to the line")
	}
	for _, m := range at(t, line, "statement.registerMonths").([]any) {
		minutes := 0.0
		for _, e := range at(t, m, "entries").([]any) {
			if at(t, e, "kind") == "PRESENCE" {
				minutes += at(t, e, "minutes").(float64)
			}
			back := node(officer, at(t, e, "id"))
			for _, s := range at(t, back, "registerMonth.statements").([]any) {
				if at(t, s, "inForce") == true && !leads(t, at(t, s, "payments"), at(t, paid, "id")) {
					t.Error("a minute does not lead to the bank")
				}
			}
		}
		if minutes != at(t, m, "minutes") || len(at(t, m, "steps").([]any)) < 3 {
			t.Errorf("%v minutes of entries, %v in the month, by %d steps", minutes, at(t, m, "minutes"), len(at(t, m, "steps").([]any)))
		}
	}
	found := at(t, officer.ask(`query($programme: ID!, $transfer: String!) { paymentLines(programme: $programme, filter: {endToEndId: $transfer}) { nodes { id } } }`,
		vars{"programme": p["programme"], "transfer": at(t, paid, "endToEndId")}), "paymentLines.nodes")
	if !leads(t, found, at(t, paid, "id")) {
		t.Error("what the bank names does not lead to the line")
	}
	if got := node(first.as(t, "tutor.pegaso@demo.lavoro"), at(t, paid, "id")); got != nil {
		t.Errorf("a tutor is led through money: %v", got)
	}
}

func leads(t *testing.T, list, id any) bool {
	t.Helper()
	for _, o := range list.([]any) {
		if at(t, o, "id") == id {
			return true
		}
	}
	return false
}
