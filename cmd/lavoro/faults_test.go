package main

import (
	"context"
	"net/http"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// TestServersComeAndGo: acts commit without Redis and their news arrives when it is back; without PostgreSQL there is a clear answer,
// and the program recovers by itself.
func TestServersComeAndGo(t *testing.T) {
	db := testdb.NewPrivate(t)
	c := demonstration(t, db)
	n := serve(t, c)
	p := vars{"programme": at(t, n.as(t, coordinator).ask(`{ programme(code: "LACO3") { id } }`, nil), "programme.id")}
	writer, reader := n.as(t, tutor), n.as(t, coordinator)
	live := reader.follow(updates, p)
	write := func() any {
		t.Helper()
		return at(t, writer.ask(recordMutation, vars{"input": vars{"entries": []any{freeHour(t, writer, p)}}}), "recordAttendance.answers.0.attendance.id")
	}
	first := write()
	if got := live.next("attendanceUpdates"); got["subjectId"] != first {
		t.Fatalf("%v", got)
	}

	ctx := context.Background()
	if err := db.Redis().Kill(); err != nil {
		t.Fatal(err)
	}
	without := write()
	if err := db.Redis().Restart(ctx); err != nil {
		t.Fatal(err)
	}
	if got := live.next("attendanceUpdates"); got["subjectId"] != without {
		t.Fatalf("after Redis came back: %v", got)
	}

	if err := db.Postgres().Kill(); err != nil {
		t.Fatal(err)
	}
	if code := reader.refused(`query($programme: ID!) { position(programme: $programme) }`, p); code != "UNAVAILABLE" {
		t.Fatalf("without PostgreSQL: %s", code)
	}
	if got := n.get("/healthz"); got.Code != http.StatusServiceUnavailable {
		t.Fatalf("health without PostgreSQL: %d", got.Code)
	}
	if err := db.Postgres().Restart(ctx); err != nil {
		t.Fatal(err)
	}
	back := write()
	if got := live.next("attendanceUpdates"); got["subjectId"] != back {
		t.Fatalf("after PostgreSQL came back: %v", got)
	}
}
