package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/lavoroincorso/lavoro/internal/platform/persisted"
	"github.com/lavoroincorso/lavoro/internal/platform/redis"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// TestOperations: what clients name, what they list, what they ask for by GET, and how answers are written.
func TestOperations(t *testing.T) {
	c := demonstration(t, testdb.New(t))
	t.Run("a text is sent once for all nodes", func(t *testing.T) { namedByHash(t, c) })
	t.Run("a name is good on every connection", func(t *testing.T) { namedOnConnections(t, c) })
	t.Run("without Redis the text is enough", func(t *testing.T) { namedWithoutRedis(t, c) })
	t.Run("only what apps list is taken", func(t *testing.T) { listedOnly(t, c) })
	t.Run("lists help where everything is taken", func(t *testing.T) { listedBeside(t, c) })
	t.Run("settings of lists are checked", func(t *testing.T) { listSettings(t, c) })
	t.Run("queries come by GET", func(t *testing.T) { queriesByGet(t, c) })
	t.Run("a GET holds nothing of anybody", func(t *testing.T) { guardedGet(t, c) })
	t.Run("answers are compressed", func(t *testing.T) { compressedAnswers(t, c) })
	t.Run("long aliases stay apart", func(t *testing.T) { longAliases(t, c) })
	t.Run("requests that are refused have no data", func(t *testing.T) { noDataWhereRefused(t, c) })
}

// hashed is a request that names an operation, with its text or without.
func hashed(text, sent string) string {
	request := vars{"extensions": vars{"persistedQuery": vars{"version": 1, "sha256Hash": persisted.Hash(text)}}}
	if sent != "" {
		request["query"] = sent
	}
	data, _ := json.Marshal(request)
	return string(data)
}

func (n *node) named(text, sent string) string {
	n.t.Helper()
	_, code := n.send("POST", "application/json", hashed(text, sent))
	return code
}

func namedByHash(t *testing.T, c Config) {
	one, two := serve(t, c), serve(t, c)
	lead, other := one.as(t, coordinator), two.as(t, tutor)
	const unknown, text, open = "PERSISTED_QUERY_NOT_FOUND", `query A { viewer { id name } }`, `query B { __typename }`
	for name, step := range map[string]struct{ got, want string }{
		"before it was sent":          {lead.named(text, ""), unknown},
		"with another's hash":         {lead.named(text, open), "PERSISTED_QUERY_MISMATCH"},
		"by somebody not signed in":   {one.named(open, open), ""},
		"what he sent is not kept":    {other.named(open, ""), unknown},
		"with its text":               {lead.named(text, text), ""},
		"on the other node, alone":    {other.named(text, ""), ""},
		"what fits no schema":         {lead.named(`{ nothing }`, `{ nothing }`), "GRAPHQL_VALIDATION_FAILED"},
		"with its text, for everyone": {lead.named(open, open), ""},
	} {
		if step.got != step.want {
			t.Errorf("%s: %q, want %q", name, step.got, step.want)
		}
	}
	if got := two.named(open, ""); got != "" {
		t.Errorf("somebody not signed in may use what others sent: %s", got)
	}
	if got := other.named(`{ nothing }`, ""); got != unknown {
		t.Errorf("what fits no schema was kept: %s", got)
	}
	const literal = `{ programme(code: "LACO3") { name } }`
	if got := lead.named(literal, literal); got != "" {
		t.Errorf("with a value in its text: %s", got)
	}
	if got := other.named(literal, ""); got != unknown {
		t.Errorf("a text with a value was kept: %s", got)
	}
	client, err := redis.Open(c.RedisURL)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	kept := client.HVals(t.Context(), "lavoro:"+one.app.Installation.ID.String()+":{persisted}:texts").Val()
	if len(kept) != 2 {
		t.Errorf("Redis keeps %q", kept)
	}
	res, err := http.Post(one.url+"/graphql", "application/json", strings.NewReader(hashed(`{ none }`, "")))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusOK || !bytes.Contains(answer, []byte(`"message":"PersistedQueryNotFound"`)) || bytes.Contains(answer, []byte(`"data"`)) {
		t.Errorf("what urql looks for: %d %s", res.StatusCode, answer)
	}
}

func namedOnConnections(t *testing.T, c Config) {
	one, two := serve(t, c), serve(t, c)
	programme := vars{"programme": at(t, one.as(t, coordinator).ask(`{ programme(code: "LACO3") { id } }`, nil), "programme.id")}
	feed := strings.Join(strings.Fields(updates), " ")
	payload := func(text, sent string) vars {
		var p vars
		_ = json.Unmarshal([]byte(hashed(text, sent)), &p)
		p["variables"] = programme
		return p
	}
	s := one.as(t, coordinator).dial()
	s.send(vars{"type": "connection_init", "payload": vars{"Authorization": "Bearer " + one.as(t, coordinator).token}})
	s.receive()
	s.send(vars{"id": "1", "type": "subscribe", "payload": payload(feed, "")})
	if m := s.receive(); m["type"] != "error" || at(t, m["payload"], "0.extensions.code") != "PERSISTED_QUERY_NOT_FOUND" {
		t.Fatalf("before it was sent: %v", m)
	}
	s.send(vars{"id": "2", "type": "subscribe", "payload": payload(feed, feed)})
	const text = `query C { viewer { id } }`
	s.send(vars{"id": "3", "type": "subscribe", "payload": payload(text, text)})
	if m := s.receive(); m["id"] != "3" || at(t, m, "payload.data.viewer.id") == nil {
		t.Fatalf("with its text: %v", m)
	}
	body, _ := json.Marshal(payload(feed, ""))
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, two.url+"/graphql", bytes.NewReader(body))
	for name, value := range map[string]string{"Content-Type": "application/json", "Accept": "text/event-stream", "Accept-Encoding": "zstd, gzip", "Authorization": "Bearer " + two.as(t, coordinator).token} {
		req.Header.Set(name, value)
	}
	two.eventually(func() bool { return two.as(t, coordinator).named(feed, "") != "PERSISTED_QUERY_NOT_FOUND" }) // it is known there
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.Header.Get("Content-Encoding") != "" {
		t.Errorf("a stream of events is compressed: %v", res.Header)
	}
	two.eventually(func() bool { return figure(t, two.app, "lavoro_live_subscribers") == 1 })
	writer := one.as(t, tutor)
	writer.ask(recordMutation, vars{"input": recording(freeHour(t, writer, programme))})
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "data: ") {
			if !strings.Contains(lines.Text(), "recordAttendance") {
				t.Errorf("by SSE: %s", lines.Text())
			}
			return
		}
	}
	t.Fatalf("no event: %v", lines.Err())
}

func namedWithoutRedis(t *testing.T, c Config) {
	c.RedisURL = "redis://127.0.0.1:1"
	n := serve(t, c).as(t, coordinator)
	const text = `query D { viewer { id } }`
	if got := n.named(text, text); got != "" {
		t.Errorf("with its text: %s", got)
	}
	if got := n.named(text, ""); got != "PERSISTED_QUERY_NOT_FOUND" {
		t.Errorf("alone: %q", got)
	}
}

// manifests writes two versions of an app, one as graphql-codegen does, one as Apollo does, and gives their folder.
func manifests(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"web-1.0.json": `{"aaaa": "query Who { viewer { id } }", "bbbb": "query Old { viewer { name } }", "cccc": "query Gone { viewer { noSuchField } }"}`,
		"web-2.0.json": `{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "aaaa", "name": "Who", "type": "query", "body": "query Who { viewer { id } }"},
			{"id": "dddd", "name": "Programme", "type": "query", "body": "query Programme { programme(code: \"LACO3\") { name } }"},
			{"id": "eeee", "name": "Feed", "type": "subscription", "body": "subscription Feed($programme: ID!) { attendanceUpdates(programme: $programme) { kind } }"}]}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func listedOnly(t *testing.T, c Config) {
	c.Operations, c.OperationsOnly = manifests(t), "on"
	n := serve(t, c).as(t, coordinator)
	named := func(id string) string {
		return fmt.Sprintf(`{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": %q}}}`, id)
	}
	for name, step := range map[string]struct{ body, app, code string }{
		"by the id of both versions": {named("aaaa"), "web/1.0", ""},
		"of the older version":       {named("bbbb"), "web/1.0", ""},
		"of the newer version":       {`{"documentId": "dddd"}`, "", ""},
		"by its very text":           {body("query Who { viewer { id } }", ""), "web/1.0", ""},
		"one that fits no longer":    {named("cccc"), "", "GRAPHQL_VALIDATION_FAILED"},
		"a text of nobody's":         {body("query Who { viewer { name } }", ""), "", "OPERATION_NOT_LISTED"},
		"an unknown id":              {named("ffff"), "", "OPERATION_NOT_LISTED"},
		"a text with its hash":       {hashed("{ viewer { id } }", "{ viewer { id } }"), "", "OPERATION_NOT_LISTED"},
		"an id with another text":    {`{"documentId": "aaaa", "query": "query Old { viewer { name } }"}`, "", "PERSISTED_QUERY_MISMATCH"},
		"asking for the schema":      {body("{ __schema { types { name } } }", ""), "", "OPERATION_NOT_LISTED"},
	} {
		if _, code := n.send("POST", "application/json", step.body, "Lavoro-Client", step.app); code != step.code {
			t.Errorf("%s: %q, want %q", name, code, step.code)
		}
	}
	s := n.follow(`{ viewer { name } }`, nil)
	if m := s.receive(); m["type"] != "error" || at(t, m["payload"], "0.extensions.code") != "OPERATION_NOT_LISTED" {
		t.Errorf("by websocket: %v", m)
	}
	s.send(vars{"id": "2", "type": "subscribe", "payload": vars{"documentId": "bbbb"}})
	if m := s.receive(); m["type"] != "next" || at(t, m, "payload.data.viewer.name") == nil {
		t.Errorf("by websocket: %v", m)
	}
	for manifest, want := range map[string]float64{"web-1.0": 5, "web-2.0": 1} {
		if got := figure(t, n.app, `lavoro_listed_operations_total{manifest="`+manifest+`"}`); got != want {
			t.Errorf("%s was used %v times, want %v", manifest, got, want)
		}
	}
	if err := n.app.resolver.Operations.Uses.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	printed, err := verb(t, "operations", "--database-url", c.DatabaseURL, "--operations", c.Operations)
	if err != nil {
		t.Fatal(err)
	}
	today := time.Now().UTC().Format(time.DateOnly)
	for _, line := range []string{"web-1.0   3           " + today, "web-2.0   3           " + today} {
		if !strings.Contains(printed, line) {
			t.Errorf("%q is not in\n%s", line, printed)
		}
	}
}

// listedBeside: where other operations are taken too, the page with its own ones works.
func listedBeside(t *testing.T, c Config) {
	c.Operations = manifests(t)
	n := serve(t, c).as(t, coordinator)
	if got := n.ask(`{ viewer { name } __schema { queryType { name } } }`, nil); at(t, got, "viewer.name") == nil {
		t.Error(got)
	}
	if _, code := n.send("POST", "application/json", `{"documentId": "dddd"}`); code != "" {
		t.Error(code)
	}
	const text = `query E { viewer { id } }`
	if got := n.named(text, text) + n.named(text, ""); got != "" {
		t.Error(got)
	}
}

func listSettings(t *testing.T, c Config) {
	bad := filepath.Join(t.TempDir(), "web-1.json")
	if err := os.WriteFile(bad, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []struct{ folder, only string }{{filepath.Dir(bad), ""}, {t.TempDir(), ""}, {"/absent", ""}, {"", "on"}, {manifests(t), "perhaps"}} {
		c.Operations, c.OperationsOnly = wrong.folder, wrong.only
		if a, err := Open(t.Context(), c); err == nil {
			a.Close()
			t.Errorf("%v is taken", wrong)
		}
	}
}

// fetch asks by GET.
func (n *node) fetch(query url.Values, headers ...string) (*http.Response, string, string) {
	n.t.Helper()
	res, data := n.carry(http.MethodGet, "/graphql?"+query.Encode(), nil, append([]string{"Accept-Language", "en"}, headers...)...)
	var said response
	_ = json.Unmarshal(data, &said)
	if len(said.Errors) == 0 {
		return res, string(data), ""
	}
	code, _ := said.Errors[0].Extensions["code"].(string)
	return res, string(data), code
}

func queriesByGet(t *testing.T, c Config) {
	c.Operations = manifests(t)
	n := serve(t, c).as(t, coordinator)
	query := url.Values{"query": {`query($p: ID!, $n: Int) { participants(programme: $p, first: $n) { nodes { id person { familyName } } } }`}}
	p := at(t, n.ask(`{ programme(code: "LACO3") { id } }`, nil), "programme.id").(string)
	query.Set("variables", `{"p": "`+p+`", "n": 3}`)
	res, first, code := n.fetch(query)
	tag := res.Header.Get("ETag")
	if code != "" || res.StatusCode != http.StatusOK || !strings.Contains(first, "familyName") || tag == "" || res.Header.Get("Cache-Control") != "private, no-store" {
		t.Fatalf("%d %s %v", res.StatusCode, first, res.Header)
	}
	if vary := strings.Join(res.Header.Values("Vary"), ","); !strings.Contains(vary, "Authorization") || !strings.Contains(vary, "Lavoro-Purpose") || !strings.Contains(vary, "Cookie") {
		t.Errorf("varies by %s", vary)
	}
	for _, encoding := range []string{"identity", "gzip", "zstd"} {
		res, again, _ := n.fetch(query, "If-None-Match", tag, "Accept-Encoding", encoding)
		if res.StatusCode != http.StatusNotModified || again != "" || res.Header.Get("ETag") != tag {
			t.Errorf("%s: %d %q %v", encoding, res.StatusCode, again, res.Header)
		}
	}
	if res, _, _ := n.fetch(query, "If-None-Match", `"another"`); res.StatusCode != http.StatusOK {
		t.Errorf("with another tag: %d", res.StatusCode)
	}
	if res, _, _ := n.as(t, tutor).fetch(query, "If-None-Match", tag); res.StatusCode != http.StatusOK {
		t.Errorf("somebody who sees others: %d", res.StatusCode)
	}
	if res, _, code := (&node{t: t, app: n.app, url: n.url}).fetch(query, "If-None-Match", tag); code != "UNAUTHENTICATED" || res.Header.Get("ETag") != "" {
		t.Errorf("nobody: %s %v", code, res.Header)
	}
	res, programme, code := n.fetch(url.Values{"documentId": {"dddd"}})
	if code != "" || !strings.Contains(programme, "Lavoro in Corso") || res.Header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("what is of no person: %s %v", programme, res.Header)
	}
	const text = `query F { viewer { id } }`
	byHash := url.Values{"extensions": {`{"persistedQuery": {"version": 1, "sha256Hash": "` + persisted.Hash(text) + `"}}`}}
	if _, _, code := n.fetch(byHash); code != "PERSISTED_QUERY_NOT_FOUND" {
		t.Errorf("before it was sent: %q", code)
	}
	byHash.Set("query", text)
	if _, _, code := n.fetch(byHash); code != "" {
		t.Errorf("with its text: %s", code)
	}
	byHash.Del("query")
	if _, got, code := n.fetch(byHash); code != "" || !strings.Contains(got, `"id"`) {
		t.Errorf("by its hash: %s", got)
	}
	schema := n.get("/schema.graphqls").Header().Get("ETag")
	for has, want := range map[string]int{schema: http.StatusNotModified, `"another"`: http.StatusOK} {
		req, _ := http.NewRequest(http.MethodGet, n.url+"/schema.graphqls", nil)
		req.Header.Set("If-None-Match", has)
		req.Header.Set("Accept-Encoding", "zstd")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(res.Body)
		if err != nil || res.Body.Close() != nil || res.StatusCode != want || res.Header.Get("ETag") != schema {
			t.Errorf("the contract for who has %s: %d %v %v", has, res.StatusCode, res.Header, err)
		}
		if want == http.StatusOK && !strings.Contains(string(decoded(t, "zstd", data)), "type Query") {
			t.Errorf("the contract: %d bytes", len(data))
		}
	}
}

func guardedGet(t *testing.T, c Config) {
	n := serve(t, c).as(t, coordinator)
	for name, step := range map[string]struct {
		query  url.Values
		status int
		code   string
	}{
		"a mutation":        {url.Values{"query": {`mutation($p: ID!) { checkEligibility(input: {participant: $p}) { requestId } }`}, "variables": {`{"p": "x"}`}}, 405, "METHOD_NOT_TAKEN"},
		"the other one":     {url.Values{"query": {`query A { __typename } mutation B { __typename }`}, "operationName": {"B"}}, 405, "METHOD_NOT_TAKEN"},
		"a subscription":    {url.Values{"query": {`subscription($p: ID!) { attendanceUpdates(programme: $p) { kind } }`}, "variables": {`{"p": "x"}`}}, 405, "METHOD_NOT_TAKEN"},
		"a code in a text":  {url.Values{"query": {`{ lookUpPerson(programme: "x", fiscalCode: "RSSMRA85A01F023U") { answer } }`}}, 422, "VALUE_IN_ADDRESS"},
		"a code in a value": {url.Values{"query": {`query($c: String!) { lookUpPerson(programme: null, fiscalCode: $c) { answer } }`}, "variables": {`{"c": "RSSMRA85A01F023U"}`}}, 200, "GRAPHQL_VALIDATION_FAILED"},
		"a name in an id":   {url.Values{"query": {`query($i: ID!) { node(id: $i) { id } }`}, "variables": {`{"i": "Rossi"}`}}, 422, "VALUE_IN_ADDRESS"},
		"nothing":           {nil, 400, "MALFORMED_REQUEST"},
		"twice":             {url.Values{"query": {"{ __typename }", "{ viewer { id } }"}}, 400, "MALFORMED_REQUEST"},
		"no JSON":           {url.Values{"query": {"{ __typename }"}, "variables": {"{"}}, 400, "MALFORMED_REQUEST"},
		"not UTF-8":         {url.Values{"query": {"{ __typename \xff }"}}, 400, "MALFORMED_REQUEST"},
		"a list for values": {url.Values{"query": {"{ __typename }"}, "variables": {"[]"}}, 400, "MALFORMED_REQUEST"},
		"deep values":       {url.Values{"query": {"{ __typename }"}, "variables": {strings.Repeat("[", 100) + strings.Repeat("]", 100)}}, 400, "INPUT_TOO_NESTED"},
		"aliases":           {url.Values{"query": {"{ " + strings.Repeat("a: __typename b: __typename ", 60) + "}"}}, 200, "OPERATION_TOO_LARGE"},
	} {
		res, answer, code := n.fetch(step.query)
		if res.StatusCode != step.status || code != step.code || strings.Contains(answer, `"data"`) || res.Header.Get("ETag") != "" {
			t.Errorf("%s: %d %s", name, res.StatusCode, answer)
		}
	}
}

func compressedAnswers(t *testing.T, c Config) {
	n := serve(t, c).as(t, coordinator)
	p := at(t, n.ask(`{ programme(code: "LACO3") { id } }`, nil), "programme.id").(string)
	long := body(`query($p: ID!) { participants(programme: $p, first: 20) { nodes { id stateLabel person { familyName } organisation { name } } } }`, `{"p": "`+p+`"}`)
	short := body(`{ viewer { id } }`, "")
	ask := func(n *node, request, accepts string) (string, []byte) {
		t.Helper()
		req, _ := http.NewRequest(http.MethodPost, n.url+"/graphql", strings.NewReader(request))
		for name, value := range map[string]string{"Content-Type": "application/json", "Authorization": "Bearer " + n.token, "Accept-Encoding": accepts} {
			req.Header.Set(name, value)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		data, err := io.ReadAll(res.Body)
		if err != nil || !strings.Contains(strings.Join(res.Header.Values("Vary"), ","), "Accept-Encoding") {
			t.Fatalf("%v %v", err, res.Header)
		}
		return res.Header.Get("Content-Encoding"), data
	}
	_, plain := ask(n, long, "identity")
	for accepts, want := range map[string]string{"gzip": "gzip", "zstd": "zstd", "gzip, deflate, br, zstd": "zstd", "br": "", "gzip;q=0": "", "zstd;q=0, gzip": "gzip"} {
		encoding, data := ask(n, long, accepts)
		if encoding != want {
			t.Errorf("%s: %q, want %q", accepts, encoding, want)
			continue
		}
		if want != "" && len(data) > len(plain)/2 {
			t.Errorf("%s: %d bytes of %d", want, len(data), len(plain))
		}
		if got := decoded(t, encoding, data); !bytes.Equal(got, plain) {
			t.Errorf("%s: %s", accepts, got)
		}
	}
	if encoding, _ := ask(n, short, "zstd, gzip"); encoding != "" {
		t.Errorf("a small answer is %s", encoding)
	}
	const reasons = `query($p: ID!) { participants(programme: $p, first: 20) { nodes { id stateLabel person { givenName familyName } organisation { id code name } placements { id state company { id name } } health { groups { code label } } } } }`
	manager := n.as(t, "casemanager.asl@demo.lavoro")
	encoding, data := ask(manager, body(reasons, `{"p": "`+p+`"}`), "zstd, gzip")
	if encoding != "" || len(data) < 1400 || !bytes.Contains(data, []byte(`[{"code":"`)) {
		t.Errorf("an answer that tells reasons is %q: %s", encoding, data)
	}
}

func decoded(t *testing.T, encoding string, data []byte) []byte {
	t.Helper()
	var r io.Reader = bytes.NewReader(data)
	switch encoding {
	case "gzip":
		unzipped, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = unzipped
	case "zstd":
		unzipped, err := zstd.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		defer unzipped.Close()
		r = unzipped
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// noDataWhereRefused: a request that was not executed is answered without data, by whichever way it came.
func noDataWhereRefused(t *testing.T, c Config) {
	n := serve(t, c).as(t, coordinator)
	nobody := &node{t: t, app: n.app, url: n.url}
	for name, step := range map[string]struct {
		n           *node
		query, code string
	}{
		"no GraphQL":            {n, "{", "GRAPHQL_PARSE_FAILED"},
		"a NUL in the text":     {n, "{ viewer { id } \x00 }", "GRAPHQL_PARSE_FAILED"},
		"not the schema's":      {n, "{ nothing }", "GRAPHQL_VALIDATION_FAILED"},
		"no such operation":     {n, "fragment A on Viewer { id }", "GRAPHQL_VALIDATION_FAILED"},
		"not signed in":         {nobody, "{ viewer { id } }", "UNAUTHENTICATED"},
		"too deep":              {n, "{ " + strings.Repeat("viewer { ", 20) + "id" + strings.Repeat(" }", 21), "OPERATION_TOO_DEEP"},
		"ten thousand aliases":  {n, "{ viewer { " + aliases(10_000) + "} }", "OPERATION_TOO_LARGE"},
		"two keys of a literal": {n, `{ participants(programme: "x", first: "y") { totalCount } }`, "GRAPHQL_VALIDATION_FAILED"},
	} {
		data, _ := json.Marshal(vars{"query": step.query})
		request := string(data)
		for _, media := range []string{"application/json", "application/graphql-response+json"} {
			res, code := step.n.send("POST", "application/json", request, "Accept", media)
			if code != step.code {
				t.Errorf("%s: %q, want %q", name, code, step.code)
			}
			if want := http.StatusBadRequest; media != "application/json" && res.StatusCode != want {
				t.Errorf("%s: %d, want %d", name, res.StatusCode, want)
			}
		}
		if said := step.n.post(step.query, nil); said.Data != nil {
			t.Errorf("%s: data %v", name, said.Data)
		}
		if got := step.n.events(request); strings.Contains(got, `"data"`) || !strings.Contains(got, step.code) {
			t.Errorf("%s by SSE: %s", name, got)
		}
		if step.n == nobody {
			continue
		}
		s := step.n.follow(step.query, nil)
		m, err := json.Marshal(s.receive())
		if err != nil || bytes.Contains(m, []byte(`"data"`)) || !bytes.Contains(m, []byte(step.code)) {
			t.Errorf("%s by websocket: %s", name, m)
		}
		_ = s.conn.CloseNow()
	}
}

// events is all that a request is answered as server-sent events.
func (n *node) events(request string) string {
	n.t.Helper()
	req, _ := http.NewRequest(http.MethodPost, n.url+"/graphql", strings.NewReader(request))
	for name, value := range map[string]string{"Content-Type": "application/json", "Accept": "text/event-stream"} {
		req.Header.Set(name, value)
	}
	if n.token != "" {
		req.Header.Set("Authorization", "Bearer "+n.token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		n.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		n.t.Fatal(err)
	}
	return string(text)
}

// longAliases: names that are the same for as long as PostgreSQL's own may be stay apart, at each level.
func longAliases(t *testing.T, c Config) {
	n := serve(t, c).as(t, coordinator)
	long := strings.Repeat("a", 63)
	got := n.ask(strings.ReplaceAll(`{ Xb: viewer { Xx: id Xy: name } Xc: programme(code: "LACO3") { X1: id X2: name X3: organisations { Xx: code Xy: name } } }`, "X", long), nil)
	if id, name := at(t, got, long+"b."+long+"x"), at(t, got, long+"b."+long+"y"); id == nil || name == nil || id == name {
		t.Errorf("%v, %v", id, name)
	}
	for path, want := range map[string]string{"Xc.X2": "Lavoro in Corso 3", "Xc.X3.0.Xx": "ASL"} {
		if said := at(t, got, strings.ReplaceAll(path, "X", long)); said != want {
			t.Errorf("%s is %v", path, said)
		}
	}
}

// aliases gives a field as many names.
func aliases(n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, "a%d: id ", i)
	}
	return s.String()
}
