package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// TestHardening runs nodes with narrow limits over one small demonstration.
func TestHardening(t *testing.T) {
	c := demonstration(t, testdb.New(t))
	t.Run("only JSON is taken by POST", func(t *testing.T) { onlyJSON(t, serve(t, c)) })
	t.Run("the schema is told by setting", func(t *testing.T) { introspection(t, c) })
	t.Run("connections and subscriptions are bounded", func(t *testing.T) { boundedSockets(t, c) })
	t.Run("requests, acts and attempts are bounded", func(t *testing.T) { boundedRates(t, c) })
	t.Run("only listed origins may open a socket", func(t *testing.T) { listedOrigins(t, c) })
	t.Run("bombs are refused in little memory", func(t *testing.T) { thrownBombs(t, c) })
	t.Run("conditions do not multiply work", func(t *testing.T) { conditions(t, c) })
	t.Run("foreign ids answer like unknown ones", func(t *testing.T) { foreignIDs(t, c) })
}

// send sends a request as it stands and gives the answer with its first error's code.
func (n *node) send(method, contentType, body string, headers ...string) (*http.Response, string) {
	n.t.Helper()
	res, data := n.carry(method, "/graphql", []byte(body), append([]string{"Content-Type", contentType, "Accept-Language", "en"}, headers...)...)
	var said response
	_ = json.NewDecoder(bytes.NewReader(data)).Decode(&said)
	if len(said.Errors) == 0 {
		return res, ""
	}
	code, _ := said.Errors[0].Extensions["code"].(string)
	if cure, _ := said.Errors[0].Extensions["cure"].(string); cure == "" || said.Errors[0].Message == "" {
		n.t.Errorf("%s without words: %s", code, data)
	}
	return res, code
}

func onlyJSON(t *testing.T, n *node) {
	n = n.as(t, coordinator)
	const good = `{"query": "{ viewer { id } }"}`
	for name, c := range map[string]struct {
		method, contentType, body string
		status                    int
		code                      string
	}{
		"JSON":              {"POST", "application/json; charset=utf-8", good, 200, ""},
		"plain text":        {"POST", "text/plain", good, 415, "CONTENT_TYPE_NOT_TAKEN"},
		"a form":            {"POST", "application/x-www-form-urlencoded", "query={viewer{id}}", 415, "CONTENT_TYPE_NOT_TAKEN"},
		"a form with files": {"POST", "multipart/form-data; boundary=x", "--x--", 415, "CONTENT_TYPE_NOT_TAKEN"},
		"no type":           {"POST", "", good, 415, "CONTENT_TYPE_NOT_TAKEN"},
		"GET":               {"GET", "application/json", "", 400, "MALFORMED_REQUEST"},
		"PUT":               {"PUT", "application/json", good, 405, "METHOD_NOT_TAKEN"},
		"a batch":           {"POST", "application/json", "[" + good + "]", 400, "BATCH_NOT_TAKEN"},
		"too large":         {"POST", "application/json", `{"query": "` + strings.Repeat(" ", 1<<20) + `"}`, 400, "REQUEST_TOO_LARGE"},
	} {
		if res, code := n.send(c.method, c.contentType, c.body); res.StatusCode != c.status || code != c.code {
			t.Errorf("%s: %d %s, want %d %s", name, res.StatusCode, code, c.status, c.code)
		}
	}
	if res, code := n.send("POST", "application/json", good, "Origin", "https://evil.example.org"); res.StatusCode != http.StatusForbidden || code != "ORIGIN_NOT_ALLOWED" {
		t.Errorf("another site: %d %s", res.StatusCode, code)
	}
	res, _ := n.send("POST", "application/json", good)
	for _, name := range []string{"X-Content-Type-Options", "Content-Security-Policy", "Referrer-Policy", "Permissions-Policy"} {
		if res.Header.Get(name) == "" {
			t.Errorf("no %s", name)
		}
	}
}

func introspection(t *testing.T, c Config) {
	const ask, wrong = `{ __schema { queryType { name } } }`, `{ viewer { idd } participants(programme: "x", orderBy: NAMEE) { totalCount } }`
	open := serve(t, c)
	if got := open.ask(ask, nil); at(t, got, "__schema.queryType.name") != "Query" {
		t.Error(got)
	}
	if said := open.as(t, coordinator).post(wrong, nil); !strings.Contains(said.Errors[0].Message, "Did you mean") {
		t.Errorf("no hint: %v", said.Errors)
	}
	c.Introspection = "off"
	closed := serve(t, c)
	for _, query := range []string{ask, `{ __type(name: "Query") { name } }`, `{ ...A } fragment A on Query { __typename __schema { types { name } } }`} {
		if got := closed.as(t, coordinator).refused(query, nil); got != "INTROSPECTION_OFF" {
			t.Errorf("%s: %s", query, got)
		}
	}
	for _, e := range closed.as(t, coordinator).post(wrong, nil).Errors {
		if strings.Contains(e.Message, "Did you mean") || e.Extensions["code"] != "GRAPHQL_VALIDATION_FAILED" || e.Extensions["cure"] == "" {
			t.Errorf("%s %v", e.Message, e.Extensions)
		}
	}
	if got := closed.get("/schema.graphqls"); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "type Query") {
		t.Error("the contract is not served")
	}
	if got := closed.get("/possibleTypes.json"); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), `"Node": [`) {
		t.Error("what stands behind interfaces is not told")
	}
	c.Introspection = "perhaps"
	if _, err := Open(t.Context(), c); err == nil {
		t.Error("a setting that is neither on nor off is taken")
	}
}

const position = `subscription($programme: ID!) { attendanceUpdates(programme: $programme) { cursor } }`

func boundedSockets(t *testing.T, c Config) {
	c.MaxConnections, c.MaxSubscriptions = 2, 3
	n := serve(t, c).as(t, coordinator)
	p := vars{"programme": n.ask(`{ programme(code: "LACO3") { id } }`, nil)["programme"].(map[string]any)["id"]}
	first, second := n.follow(position, p), n.follow(position, p)

	third := n.dial()
	third.send(vars{"type": "connection_init", "payload": vars{"Authorization": "Bearer " + n.token}})
	err := third.closed()
	if websocket.CloseStatus(err) != 1013 || !strings.Contains(err.Error(), "TOO_MANY_CONNECTIONS") {
		t.Errorf("a third connection: %v", err)
	}
	n.as(t, tutor).follow(position, p) // another member has a place of his own

	second.send(vars{"id": "2", "type": "subscribe", "payload": vars{"query": position, "variables": p}})
	second.send(vars{"id": "3", "type": "subscribe", "payload": vars{"query": position, "variables": p}})
	refused := second.receive()
	if at(t, refused, "payload.errors.0.extensions.code") != "TOO_MANY_SUBSCRIPTIONS" {
		t.Fatalf("a fourth subscription: %v", refused)
	}
	if done := second.receive(); done["type"] != "complete" || done["id"] != refused["id"] {
		t.Fatalf("after the refusal: %v", done)
	}
	first.send(vars{"id": "1", "type": "complete"}) // frees a place, and is answered by silence
	first.send(vars{"id": "2", "type": "subscribe", "payload": vars{"query": "{", "variables": p}})
	if refused := first.receive(); refused["type"] != "error" || refused["id"] != "2" {
		t.Fatalf("no operation, answered by %v", refused)
	}
	open := func(many float64) {
		t.Helper()
		n.eventually(func() bool { return figure(t, n.app, "lavoro_live_subscribers") == many })
	}
	open(3)
	second.send(vars{"id": "4", "type": "subscribe", "payload": vars{"query": position, "variables": p}})
	open(4)
	_ = first.conn.CloseNow()
	n.eventually(func() bool { // the server learns of the end by itself
		again := n.dial()
		defer again.conn.CloseNow()
		again.send(vars{"type": "connection_init", "payload": vars{"Authorization": "Bearer " + n.token}})
		var m map[string]any
		return wsjson.Read(again.ctx, again.conn, &m) == nil && m["type"] == "connection_ack"
	})

	nested := n.as(t, tutor).follow(position, p)
	nested.send(vars{"id": "2", "type": "subscribe", "payload": json.RawMessage(strings.Repeat("[", 100) + strings.Repeat("]", 100))})
	if err := nested.closed(); websocket.CloseStatus(err) != 4400 {
		t.Errorf("a message of a hundred levels: %v", err)
	}
}

func boundedRates(t *testing.T, c Config) {
	c.RateRequests, c.RateActs, c.RateSignIns = 1, 0, 3
	n := serve(t, c)
	lead := n.as(t, coordinator)
	codes, last := map[string]int{}, (*http.Response)(nil)
	for range 40 {
		res, code := lead.send("POST", "application/json", `{"query": "{ viewer { id } }"}`)
		if codes[code]++; code == "RATE_LIMITED" {
			last = res
		}
	}
	if codes[""] < 10 || codes["RATE_LIMITED"] == 0 || last.StatusCode != http.StatusTooManyRequests || last.Header.Get("Retry-After") == "" {
		t.Errorf("%v %v", codes, last)
	}
	if _, code := n.as(t, tutor).send("POST", "application/json", `{"query": "{ viewer { id } }"}`); code != "" {
		t.Errorf("another member: %s", code)
	}
	refused := map[string]int{} // what is no operation counts like one
	talking := n.as(t, tutor).dial()
	talking.send(vars{"type": "connection_init", "payload": vars{"Authorization": "Bearer " + n.as(t, tutor).token}})
	talking.receive()
	for i := range 40 {
		talking.send(vars{"id": fmt.Sprint(i), "type": "subscribe", "payload": vars{"query": "{"}})
		m := talking.receive()
		if refused[m["type"].(string)]++; m["type"] == "next" {
			if code := at(t, m, "payload.errors.0.extensions.code"); code != "RATE_LIMITED" || talking.receive()["type"] != "complete" {
				t.Fatalf("refused with %v", code)
			}
		}
	}
	if refused["error"] < 5 || refused["next"] == 0 {
		t.Errorf("texts that are no operations: %v", refused)
	}
	bad := &node{t: t, app: n.app, url: n.url, token: "e30.e30."}
	codes = map[string]int{}
	for range 6 {
		_, code := bad.send("POST", "application/json", `{"query": "{ viewer { id } }"}`)
		codes[code]++
	}
	if codes["UNAUTHENTICATED"] < 3 || codes["RATE_LIMITED"] == 0 {
		t.Errorf("attempts: %v", codes)
	}

	c.RateRequests, c.RateActs = 0, 1
	acting := serve(t, c).as(t, coordinator)
	const act = `mutation { checkEligibility(input: {participant: "x"}) { refusals { code } } }`
	codes = map[string]int{}
	for range 40 {
		res, code := acting.send("POST", "application/json", `{"query": "`+strings.ReplaceAll(act, `"`, `\"`)+`"}`)
		if codes[code]++; code == "RATE_LIMITED" && res.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
	if codes[""] < 10 || codes["RATE_LIMITED"] == 0 {
		t.Errorf("acts: %v", codes)
	}

	// Who asks about many fiscal codes learns who takes part, by whichever field.
	c.RateActs, c.RateLookUps = 0, 4
	asking := serve(t, c).as(t, coordinator)
	codes = map[string]int{}
	for i := range 8 {
		query := `{ lookUpPerson(programme: "prg_x", fiscalCode: "x") { answer } }`
		if i%2 == 1 {
			query = `mutation { requestHandOver(input: {programme: "prg_x", fiscalCode: "x", organisation: "org_x", reason: "x"}) { refusals { code } } }`
		}
		_, code := asking.send("POST", "application/json", `{"query": "`+strings.ReplaceAll(query, `"`, `\"`)+`"}`)
		codes[code]++
	}
	if codes["RATE_LIMITED"] != 4 {
		t.Errorf("questions about fiscal codes: %v", codes)
	}
}

func listedOrigins(t *testing.T, c Config) {
	c.Origins = "https://app.example.org"
	n := serve(t, c).as(t, coordinator)
	dial := func(origin string) error {
		conn, _, err := websocket.Dial(t.Context(), strings.Replace(n.url, "http", "ws", 1)+"/graphql",
			&websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Origin": {origin}}})
		if err == nil {
			_ = conn.CloseNow()
		}
		return err
	}
	for _, origin := range []string{"https://app.example.org", n.url} {
		if err := dial(origin); err != nil {
			t.Errorf("%s: %v", origin, err)
		}
	}
	for _, origin := range []string{"https://evil.example.org", "null", "http://app.example.org"} {
		if err := dial(origin); err == nil || !strings.Contains(err.Error(), "403") {
			t.Errorf("%s: %v", origin, err)
		}
	}
	res, _ := n.send("POST", "application/json", `{"query": "{ viewer { id } }"}`, "Origin", "https://app.example.org")
	if res.StatusCode != http.StatusOK || res.Header.Get("Access-Control-Allow-Origin") != "https://app.example.org" {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
}
