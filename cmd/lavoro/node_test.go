package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"github.com/lavoroincorso/lavoro/internal/demo"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// patience bounds what a test waits for; it fails long before a person would give up.
const patience = 20 * time.Second

// small is how many times smaller than the real programme the tests' demonstration is.
const small = 10

// demonstration is a database, on the servers of the one that is given, with a small demonstration of which yesterday is the last day. It is
// made once and copied; each copy is an installation of its own.
func demonstration(t *testing.T, db *testdb.DB) Config {
	t.Helper()
	copied := db.Restore(invented(t))
	conn := owner(t, copied.OwnerURL)
	if _, err := conn.Exec(t.Context(), "with apart as (update installation set id = gen_random_uuid()) delete from key_proof"); err != nil {
		t.Fatal(err)
	}
	return settings(t, copied)
}

// inventedOnce holds what invented made.
var inventedOnce struct {
	sync.Once
	testdb.Copy
}

func invented(t *testing.T) testdb.Copy {
	t.Helper()
	inventedOnce.Do(func() {
		db := testdb.New(t)
		if _, err := programme.Apply(t.Context(), db.OwnerURL, programme.LavoroInCorso3Name, programme.Demonstration(), time.Now); err != nil {
			t.Fatal(err)
		}
		c := settings(t, db)
		a, err := Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		deps := a.demonstrationDeps()
		deps.Scale = small
		report, err := demo.Make(t.Context(), deps, calendar.DayOf(time.Now()).AddDays(-1), func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		if len(report.Refused) > 0 {
			t.Logf("refused in the demonstration: %d of %d acts, e.g. %s", len(report.Refused), report.Acts, report.Refused[0])
		}
		inventedOnce.Copy = db.Copy()
	})
	return inventedOnce.Copy
}

func open(t *testing.T, c Config) *App {
	t.Helper()
	a, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a
}

// node is one running program and somebody who uses it.
type node struct {
	t     *testing.T
	app   *App
	url   string
	token string
}

// serve starts the real program on a free port; it ends with the test.
func serve(t *testing.T, c Config) *node {
	t.Helper()
	return serveAt(t, c, time.Now)
}

// serveAt starts the program with a clock of the test's.
func serveAt(t *testing.T, c Config, clock func() time.Time) *node {
	t.Helper()
	a, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	a.clock = clock
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.openDoor(address(l)); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
		a.Close()
	})
	return &node{t: t, app: a, url: address(l)}
}

// as is the same node used by the person with the e-mail address.
func (n *node) as(t *testing.T, email string) *node {
	t.Helper()
	subject, err := member.DemonstrationSubject(t.Context(), n.app.DB, n.app.Installation.Kind, email)
	if err != nil {
		t.Fatalf("subject of %s: %v", email, err)
	}
	token, err := n.app.door.demo.Token(subject, "test", time.Hour, vars{"auth_time": n.app.clock().Unix()})
	if err != nil {
		t.Fatal(err)
	}
	return &node{t: t, app: n.app, url: n.url, token: token}
}

type vars = map[string]any

// response is what a GraphQL answer holds.
type response struct {
	Data   map[string]any `json:"data"`
	Errors []struct {
		Message    string         `json:"message"`
		Extensions map[string]any `json:"extensions"`
	} `json:"errors"`
	Extensions map[string]any `json:"extensions"`
}

func (n *node) post(query string, variables vars) response {
	n.t.Helper()
	body, _ := json.Marshal(vars{"query": query, "variables": variables})
	req, _ := http.NewRequest(http.MethodPost, n.url+"/graphql", bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Language", "en")
	if n.token != "" {
		req.Header.Set("Authorization", "Bearer "+n.token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		n.t.Fatal(err)
	}
	defer res.Body.Close()
	data, _ := io.ReadAll(res.Body)
	var out response
	if err := json.Unmarshal(data, &out); err != nil {
		n.t.Fatalf("%s: %v: %s", query, err, data)
	}
	return out
}

// ask gives the data of an operation that must succeed.
func (n *node) ask(query string, variables vars) map[string]any {
	n.t.Helper()
	r := n.post(query, variables)
	if len(r.Errors) > 0 {
		n.t.Fatalf("%s\n%v: %v %v", query, variables, r.Errors[0].Message, r.Errors[0].Extensions)
	}
	return r.Data
}

// refused gives the code of an operation that must fail as a whole.
func (n *node) refused(query string, variables vars) string {
	n.t.Helper()
	r := n.post(query, variables)
	if len(r.Errors) == 0 {
		n.t.Fatalf("not refused: %s\n%v", query, r.Data)
	}
	code, _ := r.Errors[0].Extensions["code"].(string)
	return code
}

// at walks into an answer: keys of objects and indexes of lists, separated by dots.
func at(t *testing.T, v any, path string) any {
	t.Helper()
	for _, step := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			i := int(step[0] - '0')
			if i >= len(x) {
				t.Fatalf("%s: nothing at %s of %v", path, step, x)
			}
			v = x[i]
		default:
			t.Fatalf("%s: cannot walk into %v at %s", path, v, step)
		}
	}
	return v
}

// socket is one graphql-transport-ws connection with one subscription.
type socket struct {
	t    *testing.T
	ctx  context.Context
	conn *websocket.Conn
}

func (n *node) follow(query string, variables vars) *socket {
	n.t.Helper()
	s := n.dial()
	s.send(vars{"type": "connection_init", "payload": vars{"Authorization": "Bearer " + n.token, "Accept-Language": "en"}})
	if m := s.receive(); m["type"] != "connection_ack" {
		n.t.Fatalf("not acknowledged: %v", m)
	}
	s.send(vars{"id": "1", "type": "subscribe", "payload": vars{"query": query, "variables": variables}})
	return s
}

// dial opens a connection on which nothing is said yet.
func (n *node) dial() *socket {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	n.t.Cleanup(cancel)
	conn, _, err := websocket.Dial(ctx, strings.Replace(n.url, "http", "ws", 1)+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { _ = conn.CloseNow() })
	return &socket{t: n.t, ctx: ctx, conn: conn}
}

// closed reads until the server ends the connection, and gives how.
func (s *socket) closed() error {
	for {
		var m map[string]any
		if err := wsjson.Read(s.ctx, s.conn, &m); err != nil {
			return err
		}
	}
}

// eventually asks again until something is so, at most for patience.
func (n *node) eventually(so func() bool) {
	n.t.Helper()
	for end := time.Now().Add(patience); !so(); {
		if time.Now().After(end) {
			n.t.Fatal("it never became so")
		}
	}
}

func (s *socket) send(v any) {
	s.t.Helper()
	if err := wsjson.Write(s.ctx, s.conn, v); err != nil {
		s.t.Fatal(err)
	}
}

func (s *socket) receive() map[string]any {
	s.t.Helper()
	for {
		var m map[string]any
		if err := wsjson.Read(s.ctx, s.conn, &m); err != nil {
			s.t.Fatalf("no message: %v", err)
		}
		switch m["type"] {
		case "ping":
			s.send(vars{"type": "pong"})
		case "pong", "ka":
		default:
			return m
		}
	}
}

// next gives the next event's update.
func (s *socket) next(field string) map[string]any {
	s.t.Helper()
	m := s.receive()
	if m["type"] != "next" {
		s.t.Fatalf("not an event: %v", m)
	}
	return at(s.t, m, "payload.data."+field).(map[string]any)
}

// anonymous is a request outside GraphQL.
func (n *node) get(path string) *httptest.ResponseRecorder {
	n.t.Helper()
	rec := httptest.NewRecorder()
	n.app.handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
	return rec
}
