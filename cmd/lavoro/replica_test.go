package main

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// TestReadersFindWhatWasWrittenWithAReplicaHeldBack: a standby applies each commit five seconds late, and reads go to it. At any node who
// has written finds what he wrote, and who was told of it finds it, too; until the replica has it the primary answers them.
func TestReadersFindWhatWasWrittenWithAReplicaHeldBack(t *testing.T) {
	db := testdb.NewPrivate(t)
	c := demonstration(t, db)
	standby, _ := db.Follow(nil)
	at, err := url.Parse(c.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	c.ReplicaURLs, c.ReplicaLag = []string{standby.URL(strings.TrimPrefix(at.Path, "/"))}, time.Minute
	first, second := serve(t, c), serve(t, c)
	for _, n := range []*node{first, second} {
		n.eventually(func() bool { of, _ := n.app.DB.ReplicaFigures(); return of[0].Used })
	}
	programme := first.as(t, coordinator).ask(`{ programme(code: "LACO3") { id } }`, nil)["programme"].(map[string]any)["id"]
	// What is filled on the primary is not begun elsewhere.
	first.as(t, coordinator).ask(`query($programme: ID!) { participants(programme: $programme, first: 1) { nodes { allowedActs { act } } } }`, vars{"programme": programme})
	if by, _ := answeredBy(t, first); by != 1 {
		t.Fatalf("the replica has answered %v", by)
	}
	replica := owner(t, c.ReplicaURLs[0])
	if _, err := replica.Exec(t.Context(), "alter system set recovery_min_apply_delay = '5s'"); err != nil {
		t.Fatal(err)
	}
	if _, err := replica.Exec(t.Context(), "select pg_reload_conf()"); err != nil {
		t.Fatal(err)
	}
	entry := freeHour(t, first.as(t, tutor), vars{"programme": programme})
	live := second.as(t, coordinator).follow(updates, vars{"programme": programme})
	second.eventually(func() bool { return figure(t, second.app, "lavoro_live_subscribers") == 1 })

	first.as(t, tutor).ask(recordMutation, vars{"input": recording(entry)})
	finds := func(n *node, who string) (byReplica, byPrimary float64) {
		t.Helper()
		replica, primary := answeredBy(t, n)
		got := n.as(t, who).ask(`query($id: ID!) { node(id: $id) { id ... on Attendance { minutes } } }`, vars{"id": entry["id"]})
		if got["node"] == nil {
			t.Errorf("%s does not find what was written", who)
		}
		byReplica, byPrimary = answeredBy(t, n)
		return byReplica - replica, byPrimary - primary
	}
	for _, n := range []*node{first, second} {
		if byReplica, byPrimary := finds(n, tutor); byReplica != 0 || byPrimary != 1 {
			t.Errorf("the writer was answered by the replica %v times, by the primary %v", byReplica, byPrimary)
		}
	}
	live.next("attendanceUpdates")
	finds(second, coordinator)

	id, err := plan.ParseID("att", fmt.Sprint(entry["id"]))
	if err != nil {
		t.Fatal(err)
	}
	has := func() (there bool) {
		if err := replica.QueryRow(t.Context(), "select exists (select from attendance where id = $1)", id).Scan(&there); err != nil {
			t.Fatal(err)
		}
		return there
	}
	if has() {
		t.Fatal("the replica was not held back") // nothing was shown by all this
	}
	first.eventually(func() bool { byReplica, _ := finds(first, tutor); return byReplica == 1 })
	if !has() {
		t.Error("the replica has answered what it does not have")
	}
}

// answeredBy is how many reads of a node the replica has answered, and the primary.
func answeredBy(t *testing.T, n *node) (byReplica, byPrimary float64) {
	t.Helper()
	of, _ := n.app.DB.ReplicaFigures()
	return figure(t, n.app, `lavoro_reads_total{server="`+of[0].Name+`"}`), figure(t, n.app, `lavoro_reads_total{server="primary"}`)
}
