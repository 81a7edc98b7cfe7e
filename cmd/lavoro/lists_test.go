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
	"devices ":                  "a few for each member",
	"journal ":                  "a programme's sequence tells its entries apart: their ids decide nothing",
	"members NAME":              "those of the installation, whatever the programme",
	"Allowance by organisation": "asks the participation, which has the index",
	"Allowance by participant":  "asks the participation, which has the index",
	"JournalEntry by actor":     "every act writes one; evidence is looked for by few, and from a day on",
	"JournalEntry by subject":   "every act writes one; evidence is looked for by few, and from a day on",
	"ReadEntry by actor":        "every read of the confidential writes one; evidence is looked for by few, and from a day on",
	"ReadEntry by participant":  "every read of the confidential writes one; evidence is looked for by few, and from a day on",
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
