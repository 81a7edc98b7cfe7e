package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// TestAFaultWhileRightsChange ends a feed so that its client comes back.
func TestAFaultWhileRightsChange(t *testing.T) {
	c := demonstration(t, testdb.New(t))
	n := serve(t, c)
	email := "tutor.anffas@demo.lavoro"
	reader := n.as(t, email)
	p := vars{"programme": at(t, reader.ask(`{ programme(code: "LACO3") { id } }`, nil), "programme.id")}
	pulse := `subscription($programme: ID!) { programmePulse(programme: $programme) { hidden } }`
	before := reader.follow(updates, p)
	before.send(vars{"type": "subscribe", "id": "2", "payload": vars{"query": pulse, "variables": p}})
	before.next("programmePulse") // both follow
	owner, err := pgx.Connect(t.Context(), c.owner())
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(t.Context())
	for _, change := range []string{"alter table enrolment rename to enrolment_away",
		"update access_grant g set to_day = '2024-12-20' from member m where m.id = g.member_id and m.email = '" + email + "' and g.role = 'TUTOR'"} {
		if _, err := owner.Exec(t.Context(), change); err != nil {
			t.Fatal(err)
		}
	}
	if ended := before.closed(); websocket.CloseStatus(ended) != websocket.StatusTryAgainLater {
		t.Fatalf("ended with %v", ended)
	}
	if _, err := owner.Exec(t.Context(), "alter table enrolment_away rename to enrolment"); err != nil {
		t.Fatal(err)
	}
	reader.follow(pulse, p).next("programmePulse")
}

// TestANodeThatStopsSaysSo to whoever would send it more, and to who asks for a stream.
func TestANodeThatStopsSaysSo(t *testing.T) {
	n := serve(t, demonstration(t, testdb.New(t)))
	health := func() (int, string) {
		res, err := http.Get(n.url + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(text)
	}
	if code, _ := health(); code != http.StatusOK {
		t.Fatalf("health before: %d", code)
	}
	n.app.resolver.Connections.Drain(t.Context())
	if code, text := health(); code != http.StatusServiceUnavailable || !strings.Contains(text, `"node":"stopping"`) {
		t.Errorf("health: %d %s", code, text)
	}
	n = n.as(t, coordinator)
	res, code := n.send(http.MethodPost, "application/json", `{"query":"{ viewer { id } }"}`, "Accept", "text/event-stream")
	if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || code != "NODE_RESTARTS" {
		t.Errorf("a stream: %d %s", res.StatusCode, code)
	}
}

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
		return at(t, writer.ask(recordMutation, vars{"input": recording(freeHour(t, writer, p))}), "recordAttendance.answers.0.attendance.id")
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
