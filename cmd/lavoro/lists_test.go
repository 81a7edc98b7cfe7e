package main

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// short are lists and filters without an index of theirs, and why that is well.
var short = map[string]string{
	"devices ":                   "a few for each member",
	"journal ":                   "a programme's sequence tells its entries apart: their ids decide nothing",
	"Allowance by organisation":  "asks the participation, which has the index",
	"Allowance by participant":   "asks the participation, which has the index",
	"PaymentLine by participant": "asks the participation, which has the index",
	"PaymentLine by answer":      "asks the steps of the answer, which have the index",
	"PaymentLine by changedIn":   "asks once what stands against the lines of the run, and gives their ids",
	"Recovery by participant":    "asks the participation, which has the index",
	"JournalEntry by actor":      "every act writes one; evidence is looked for by few, and from a day on",
	"JournalEntry by subject":    "every act writes one; evidence is looked for by few, and from a day on",
	"ReadEntry by actor":         "every read of the confidential writes one; evidence is looked for by few, and from a day on",
	"ReadEntry by participant":   "every read of the confidential writes one; evidence is looked for by few, and from a day on",
}

// TestEveryListHasItsIndex: what a concept declares as an order, or as a filter by another object, is walked in an index.
func TestEveryListHasItsIndex(t *testing.T) {
	indexes := indexesOf(t)
	lists := schema().Lists()
	if len(lists) < 40 {
		t.Fatalf("only %d lists", len(lists))
	}
	used := map[string]bool{}
	for _, l := range lists {
		begins := func(index string) bool { return strings.HasPrefix(index+", ", strings.Join(l.Columns, ", ")+", ") }
		switch found := slices.ContainsFunc(indexes[l.Table], begins); {
		case short[l.Name] != "":
			used[l.Name] = true
			if found {
				t.Errorf("%s has its index: drop the reason why it has none", l.Name)
			}
		case !found:
			t.Errorf("%s wants an index of %s that begins with (%s), besides %q", l.Name, l.Table, strings.Join(l.Columns, ", "), indexes[l.Table])
		}
	}
	for name := range short {
		if !used[name] {
			t.Errorf("%s is no list", name)
		}
	}
}

// few are the lists without pages that do not grow, and what bounds each.
var few = map[string]string{}

func init() {
	for bound, lists := range map[string]string{
		"what the programme's file says":                                                "Programme.findings Programme.organisations Programme.policyVersions Programme.codeItems Programme.municipalities Programme.holidays Programme.targets Programme.budgetLines Programme.fundingGates Organisation.children PolicyVersion.rules",
		"a few mandates of a programme, each with the sample that its reader has drawn": "Programme.mandates Mandate.sample",
		"what one member holds":                                                         "MemberAccount.grants MemberAccount.delegationsGiven MemberAccount.delegationsTaken MemberAccount.devices Viewer.grants Viewer.delegationsGiven Viewer.delegationsTaken Viewer.devices Delegation.grants",
		"one person's path of some years":                                               "Person.merged Participant.circle Participant.traits Participant.exclusionChecks Participant.verdicts Participant.proofs Participant.absencePapers Participant.representatives Participant.guests Participant.ownAccess Participant.enrolments Participant.certificates Participant.placements Participant.allowances Participant.recoveries Participant.housingGrants Participant.dues Participant.registerMonths Placement.registerMonths Placement.extensions Enrolment.registerMonths",
		"what one act or rule has written":                                              "Allowance.history Verdict.findings Placement.steps HousingGrant.proofs HousingGrant.receipts RegisterMonth.steps RegisterMonth.adjustments RegisterMonth.signatures RegisterMonth.statements AllowanceStatement.registerMonths AllowanceStatement.payments AllowanceShare.payments PaymentRun.steps PaymentRun.files PaymentLine.steps Recovery.plans Recovery.discharges Allowance.why Allowance.statements Allowance.contests AllowanceStatement.shares AllowanceStatement.policyVersions Match.reasons",
		"the hours of a month that do not overlap":                                      "RegisterMonth.entries",
		"what a company says of itself":                                                 "Company.sites Company.contacts Opening.hours Opening.traits",
	} {
		for _, list := range strings.Fields(lists) {
			few[list] = bound
		}
	}
}

// TestListsWithoutPagesAreShort: each is bounded by what it is about, or by a number.
func TestListsWithoutPagesAreShort(t *testing.T) {
	all := schema().Manys()
	for name, grows := range all {
		if grows == (few[name] != "") {
			t.Errorf("%s: either say that it grows, or what bounds it (%q)", name, few[name])
		}
	}
	for name := range few {
		if _, ok := all[name]; !ok {
			t.Errorf("%s is no list without pages", name)
		}
	}
}

// indexesOf gives by table the columns of each index; those of an index that not all rows are in stand only where it leaves out nulls.
func indexesOf(t *testing.T) map[string][]string {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, testdb.New(t).OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	rows, err := conn.Query(ctx, `select i.indrelid::regclass::text, array_to_string(array(select pg_get_indexdef(i.indexrelid, n, true) from generate_series(1, i.indnkeyatts) n), ', ')
		from pg_index i where i.indpred is null or pg_get_expr(i.indpred, i.indrelid) ~ '^\(\w+ IS NOT NULL\)$'`)
	if err != nil {
		t.Fatal(err)
	}
	indexes := map[string][]string{}
	var table, columns string
	if _, err := pgx.ForEachRow(rows, []any{&table, &columns}, func() error {
		indexes[table] = append(indexes[table], columns)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return indexes
}
