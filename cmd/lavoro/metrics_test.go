package main

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// figuresOf is what a node tells Prometheus.
func figuresOf(t *testing.T, a *App) string {
	t.Helper()
	rec := httptest.NewRecorder()
	a.figures().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if rec.Code != http.StatusOK {
		t.Fatalf("metrics: %d %s", rec.Code, rec.Body)
	}
	return rec.Body.String()
}

// figure is one of them; -1 when it is not told.
func figure(t *testing.T, a *App, name string) float64 {
	t.Helper()
	for line := range strings.Lines(figuresOf(t, a)) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), name+" "); ok {
			v, err := strconv.ParseFloat(rest, 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
	}
	return -1
}

// TestMetricsTellWhatTheNodeDoes: connections, groups and subscribers as they come and go, what was carried and handed over, and how late.
func TestMetricsTellWhatTheNodeDoes(t *testing.T) {
	n := serve(t, demonstration(t, testdb.New(t)))
	p := vars{"programme": at(t, n.as(t, coordinator).ask(`{ programme(code: "LACO3") { id } }`, nil), "programme.id")}
	if got := figure(t, n.app, "lavoro_connections"); got != 0 {
		t.Fatalf("%v connections", got)
	}
	one, two, other := n.as(t, coordinator).follow(updates, p), n.as(t, coordinator).follow(updates, p), n.as(t, pegaso).follow(updates, p)
	n.eventually(func() bool { return figure(t, n.app, "lavoro_live_subscribers") == 3 })
	for name, want := range map[string]float64{"lavoro_connections": 3, "lavoro_live_groups": 2, "lavoro_live_frames_total": 0, "lavoro_live_lag_seconds_count": 0, "lavoro_websocket_slow_total": 0, "lavoro_connection_queue_bytes": 0} {
		if got := figure(t, n.app, name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	n.as(t, tutor).ask(recordMutation, vars{"input": recording(freeHour(t, n.as(t, tutor), p))})
	one.next("attendanceUpdates")
	two.next("attendanceUpdates")
	n.eventually(func() bool { return figure(t, n.app, "lavoro_live_lag_seconds_count") == 1 })
	for name, least := range map[string]float64{"lavoro_live_frames_total": 2, "lavoro_live_executions_total": 1, "lavoro_relay_carried_total": 1, "lavoro_relay_holds": 1, "go_goroutines": 1} {
		if got := figure(t, n.app, name); got < least {
			t.Errorf("%s is %v, want at least %v", name, got, least)
		}
	}
	position := at(t, n.as(t, coordinator).ask(`query($programme: ID!) { position(programme: $programme) }`, p), "position")
	resumed := n.as(t, coordinator).follow(updates, vars{"programme": p["programme"], "after": position})
	n.eventually(func() bool { return figure(t, n.app, "lavoro_live_subscribers") == 4 })
	if got := figure(t, n.app, "lavoro_live_groups"); got != 2 {
		t.Errorf("%v groups with one who resumes", got)
	}
	programme := strings.TrimPrefix(p["programme"].(string), "prg_")
	for _, name := range []string{"lavoro_live_position", "lavoro_relay_position"} {
		if got := figure(t, n.app, name+`{programme="`+programme+`"}`); got <= 0 {
			t.Errorf("%s of the programme is %v", name, got)
		}
	}
	n.as(t, coordinator).follow(updates, vars{"programme": p["programme"], "after": "another-1.1"}).next("attendanceUpdates")
	if got := figure(t, n.app, "lavoro_live_resyncs_total"); got != 1 {
		t.Errorf("%v resyncs", got)
	}
	for _, s := range []*socket{one, two, other, resumed} {
		_ = s.conn.CloseNow()
	}
	n.eventually(func() bool {
		return figure(t, n.app, "lavoro_live_subscribers") == 1 && figure(t, n.app, "lavoro_connections") == 1
	})
}
