package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// slow are filters that call what is not leakproof on a row, and why that is well: row-level security keeps them from every index.
var slow = map[string]string{
	"Allowance by inNoRun":          "asked of the few months that the rest leaves",
	"PaymentLine by contradicted":   "asked of the lines of a payer that the rest leaves",
	"PaymentLine by latest":         "asked of the few lines of a month that the rest leaves",
	"Company by nameStartsWith":     "looks at the rows of the list; search has an index",
	"Member by nameStartsWith":      "looks at colleagues, who are few",
	"Participant by nameStartsWith": "looks at the rows of the list; search has an index",
}

// TestConditionsAreSQLThatIndexesServe: each filter, order and count is SQL that PostgreSQL takes over its table; and what picks or orders rows
// calls on them only what is leakproof, or row-level security would have every row asked first.
func TestConditionsAreSQLThatIndexesServe(t *testing.T) {
	conn := owner(t, testdb.New(t).OwnerURL)
	conditions := schema().Conditions()
	if len(conditions) < 80 {
		t.Fatalf("only %d conditions", len(conditions))
	}
	leaky, used := leaking(t, conn), map[string]bool{}
	for i, c := range conditions {
		view := fmt.Sprintf("condition_%d", i)
		if _, err := conn.Exec(t.Context(), fmt.Sprintf("create view %s as select (%s) as holds from %s t", view, c.SQL, c.Table)); err != nil {
			t.Errorf("%s: %v in %s", c.Name, err, c.SQL)
			continue
		}
		found := onRows(query(t, conn, "select ev_action::text from pg_rewrite where ev_class = '"+view+"'::regclass"), leaky)
		switch {
		case !c.Walks:
		case slow[c.Name] != "":
			used[c.Name] = len(found) > 0
		case len(found) > 0:
			t.Errorf("%s calls %q, which no index serves under row-level security, in %s", c.Name, found, c.SQL)
		}
	}
	for name := range slow {
		if !used[name] {
			t.Errorf("%s is no such filter: drop the reason", name)
		}
	}
}

// callsByRow are functions that policies call on rows, and why that is well.
var callsByRow = map[string]string{
	"seen on file calls app_keys":       "each row names its class, and rows are found by their ids",
	"seen on member calls member_known": "asked where the organisation is not known",
}

// TestPoliciesAskForKeysAlone: what a policy calls on each row is `&&&` or leakproof.
func TestPoliciesAskForKeysAlone(t *testing.T) {
	conn := owner(t, testdb.New(t).OwnerURL)
	rows, err := conn.Query(t.Context(), "select polname || ' on ' || polrelid::regclass, polqual::text from pg_policy where polqual is not null order by 1")
	if err != nil {
		t.Fatal(err)
	}
	type policy struct{ Name, Tree string }
	policies, err := pgx.CollectRows(rows, pgx.RowToStructByPos[policy])
	if err != nil {
		t.Fatal(err)
	}
	if len(policies) < 50 {
		t.Fatalf("only %d policies", len(policies))
	}
	leaky := leaking(t, conn)
	for _, p := range policies {
		for _, name := range onRows(p.Tree, leaky) {
			if call := p.Name + " calls " + name; name != "arrayoverlap" && callsByRow[call] == "" {
				t.Errorf("policy %s on every row", call)
			}
		}
	}
}

// leaking gives the functions that are not leakproof, by their ids, and those of operators by theirs after a minus.
func leaking(t *testing.T, conn *pgx.Conn) map[string]string {
	t.Helper()
	rows, err := conn.Query(t.Context(), `select oid::text, proname::text from pg_proc where not proleakproof
		union all select '-' || o.oid, p.proname from pg_operator o join pg_proc p on p.oid = o.oprcode where not p.proleakproof`)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	var id, name string
	if _, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error { names[id] = name; return nil }); err != nil {
		t.Fatal(err)
	}
	return names
}

var call = regexp.MustCompile(`\{(FUNCEXPR :funcid|OPEXPR :opno|SCALARARRAYOPEXPR :opno|DISTINCTEXPR :opno|NULLIFEXPR :opno) (\d+)`)

// onRows gives the leaking functions that an expression of PostgreSQL's, spelled as a tree, calls on a column.
func onRows(tree string, leaky map[string]string) (names []string) {
	for _, at := range call.FindAllStringSubmatchIndex(tree, -1) {
		id := tree[at[4]:at[5]]
		if !strings.HasPrefix(tree[at[2]:], "FUNCEXPR") {
			id = "-" + id
		}
		if leaky[id] != "" && strings.Contains(subtree(tree[at[0]:]), "{VAR ") {
			names = append(names, leaky[id])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// subtree is the tree's first node, up to the brace that closes it; a backslash keeps what follows from being one.
func subtree(tree string) string {
	depth := 0
	for i := 0; i < len(tree); i++ {
		switch tree[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return tree[:i+1]
			}
		}
	}
	return tree
}
