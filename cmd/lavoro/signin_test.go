package main

import (
	"context"
	"encoding/json"
	"errors"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"github.com/lavoroincorso/lavoro/internal/platform/redis"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// hour is a clock that a test puts forward.
type hour struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (h *hour) read() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Now().Add(h.ahead)
}

func (h *hour) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ahead += d
}

// browser is somebody's, with cookies, on a node's pages. It follows no redirect by itself.
type browser struct {
	*node
	client *http.Client
}

func (n *node) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &browser{&node{t: t, app: n.app, url: n.url}, &http.Client{Jar: jar, CheckRedirect: stay}}
}

// send is one request of the browser's; headers come in pairs.
func (b *browser) send(method, address, body string, headers ...string) (*http.Response, string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	return res, string(text)
}

// cookie is the value of the session's cookie; "" for none.
func (b *browser) cookie() string {
	u, _ := url.Parse(b.url)
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == "lavoro" {
			return c.Value
		}
	}
	return ""
}

var hiddenField = regexp.MustCompile(`name="(\w+)" value="([^"]*)"`)

// begin goes to the issuer's page and chooses somebody there; it gives the address that the browser is sent back to.
func (b *browser) begin(path, subject string) string {
	b.t.Helper()
	res, text := b.send(http.MethodGet, b.url+path, "")
	if res.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("%s: %d %s", path, res.StatusCode, text)
	}
	_, page := b.send(http.MethodGet, res.Header.Get("Location"), "")
	form := url.Values{}
	for _, f := range hiddenField.FindAllStringSubmatch(page, -1) {
		if f[1] != "subject" {
			form.Set(f[1], html.UnescapeString(f[2]))
		}
	}
	form.Set("subject", subject)
	res, text = b.send(http.MethodPost, b.url+issuerPath+"/authorize", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	if to := res.Header.Get("Location"); strings.HasPrefix(to, b.url+callbackPath+"?") {
		return to
	}
	b.t.Fatalf("sent to %q: %d %s", res.Header.Get("Location"), res.StatusCode, text)
	return ""
}

// signedIn is a browser on which somebody has signed in.
func (n *node) signedInAs(t *testing.T, subject string) *browser {
	t.Helper()
	b := n.browser(t)
	if res, text := b.send(http.MethodGet, b.begin("/sign-in", subject), ""); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/" {
		t.Fatalf("not signed in: %d %s", res.StatusCode, text)
	}
	return b
}

const whoQuery = `{"query":"{ viewer { name } }"}`

// who asks the API with the cookie alone, and gives status, name, and the code of what went wrong.
func (b *browser) who(headers ...string) (status int, name, code string) {
	b.t.Helper()
	res, text := b.send(http.MethodPost, b.url+"/graphql", whoQuery, append([]string{"Content-Type", "application/json"}, headers...)...)
	var r response
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		b.t.Fatalf("%d %s", res.StatusCode, text)
	}
	if len(r.Errors) > 0 {
		code, _ = r.Errors[0].Extensions["code"].(string)
		return res.StatusCode, "", code
	}
	name, _ = at(b.t, r.Data, "viewer.name").(string)
	return res.StatusCode, name, ""
}

func (b *browser) expect(what, code string, headers ...string) {
	b.t.Helper()
	status, name, got := b.who(headers...)
	if got != code || (code == "") != (name == "Anna Canaria") || (code == "ORIGIN_NOT_ALLOWED") != (status == http.StatusForbidden) {
		b.t.Errorf("%s: %d %q %s, want %q", what, status, name, got, code)
	}
}

// TestPages goes through a browser's session: sign-in, API, other sites, sign-out, and every end.
func TestPages(t *testing.T) {
	db := testdb.New(t)
	c := applied(t, db)
	enlist(t, db.OwnerURL, "anna")
	h := &hour{}
	n := serveAt(t, c, h.read)
	t.Run("a session", func(t *testing.T) { wholeSession(t, n) })
	t.Run("fixation", func(t *testing.T) { fixation(t, n) })
	t.Run("answers to other questions", func(t *testing.T) { otherAnswers(t, n) })
	t.Run("where it returns to", func(t *testing.T) { returns(t, n) })
	t.Run("sockets", func(t *testing.T) { cookieSockets(t, n) })
	t.Run("reads by GET", func(t *testing.T) { cookieGets(t, n) })
	t.Run("people without a role", func(t *testing.T) { strangers(t, db, n) })
	t.Run("what Redis knows", func(t *testing.T) { redisKnows(t, db, n) })
	t.Run("ends", func(t *testing.T) { sessionEnds(t, h, n) })
}

func wholeSession(t *testing.T, n *node) {
	b := n.browser(t)
	b.expect("before", "UNAUTHENTICATED")
	if _, text := b.send(http.MethodGet, b.url+"/session", ""); !strings.Contains(text, `"signedIn":false`) || !strings.Contains(text, "/sign-in?issuer=urn%3Alavoro%3Ademonstration") {
		t.Errorf("/session before: %s", text)
	}
	b = n.signedInAs(t, "anna")
	b.expect("signed in", "")
	b.expect("as the page itself", "", "Origin", n.url, "Sec-Fetch-Site", "same-origin")
	for what, headers := range map[string][]string{
		"another site":            {"Origin", "https://evil.example.org", "Sec-Fetch-Site", "cross-site"},
		"another site, older":     {"Origin", "https://evil.example.org"},
		"another port":            {"Origin", "http://127.0.0.1:1", "Sec-Fetch-Site", "same-site"},
		"no origin that is named": {"Origin", "null"},
	} {
		b.expect(what, "ORIGIN_NOT_ALLOWED", headers...)
		if res, _ := b.send(http.MethodPost, b.url+"/sign-out", "", headers...); res.StatusCode != http.StatusForbidden {
			t.Errorf("signed out by %s: %d", what, res.StatusCode)
		}
	}
	b.expect("after all that", "")
	_, text := b.send(http.MethodGet, b.url+"/session", "")
	if !strings.Contains(text, `"signedIn":true`) || !strings.Contains(text, "signedInAt") || strings.Contains(text, "Anna") || strings.Contains(text, "anna") {
		t.Errorf("/session: %s", text)
	}
	kept := b.cookie()
	res, text := b.send(http.MethodPost, b.url+"/sign-out", "", "Origin", n.url)
	if res.StatusCode != http.StatusOK || !strings.Contains(text, issuerPath+"/end-session?") || b.cookie() != "" {
		t.Errorf("sign-out: %d %s, cookie %q", res.StatusCode, text, b.cookie())
	}
	b.expect("signed out", "UNAUTHENTICATED", "Cookie", "lavoro="+kept)
}

// fixation: an id that was there before the sign-in is worth nothing after it.
func fixation(t *testing.T, n *node) {
	b := n.browser(t)
	back := b.begin("/sign-in", "anna")
	planted := b.cookie()
	if res, _ := b.send(http.MethodGet, back, ""); res.StatusCode != http.StatusSeeOther || planted == "" || b.cookie() == planted {
		t.Fatalf("%d, cookie %q before and %q after", res.StatusCode, planted, b.cookie())
	}
	b.expect("the browser", "")
	n.browser(t).expect("who planted the id", "UNAUTHENTICATED", "Cookie", "lavoro="+planted)
}

// otherAnswers: a sign-in is answered once, in the browser that began it, with what it asked for.
func otherAnswers(t *testing.T, n *node) {
	refused := func(what string, b *browser, back string) {
		t.Helper()
		to, err := url.Parse(back)
		if err != nil {
			t.Fatal(err)
		}
		if res, text := b.send(http.MethodGet, back, ""); res.StatusCode != http.StatusBadRequest || strings.Contains(text, "code=") || strings.Contains(text, `"`+to.Query().Get("code")+`"`) {
			t.Errorf("%s: %d %s", what, res.StatusCode, text)
		}
		b.expect(what, "UNAUTHENTICATED")
	}
	b := n.browser(t)
	back := b.begin("/sign-in", "anna")
	refused("another browser", n.browser(t), back)
	refused("another state", b, strings.Replace(back, "state=", "state=A", 1))
	refused("the right one after it", b, back) // a question is asked once
	b = n.browser(t)
	refused("an answer to nothing", b, n.url+callbackPath+"?code=x&state=y")
	b = n.browser(t)
	first := b.begin("/sign-in", "anna")
	b.begin("/sign-in", "anna")
	refused("the answer to the question before", b, first)

	b = n.signedInAs(t, "anna")
	used := n.browser(t)
	back = used.begin("/sign-in", "anna")
	if res, _ := used.send(http.MethodGet, back, ""); res.StatusCode != http.StatusSeeOther {
		t.Fatal("not signed in")
	}
	used.send(http.MethodPost, n.url+"/sign-out", "")
	refused("a code that was used", used, back)
	b.expect("somebody else meanwhile", "")
}

func returns(t *testing.T, n *node) {
	for asked, want := range map[string]string{"/?example=nested": "/?example=nested", "//evil.example.org/": "/", "https://evil.example.org/": "/", "/\\evil.example.org": "/", "": "/"} {
		b := n.browser(t)
		back := b.begin("/sign-in?return="+url.QueryEscape(asked), "anna")
		if res, _ := b.send(http.MethodGet, back, ""); res.Header.Get("Location") != want {
			t.Errorf("%q: to %q, want %q", asked, res.Header.Get("Location"), want)
		}
	}
	b := n.browser(t)
	if res, text := b.send(http.MethodGet, n.url+"/sign-in?issuer=https://evil.example.org", ""); res.StatusCode != http.StatusOK || strings.Contains(text, "evil") {
		t.Errorf("an issuer that nobody trusts: %d %s", res.StatusCode, text)
	}
	elsewhere := strings.Replace(n.url, "127.0.0.1", "localhost", 1)
	if res, _ := b.send(http.MethodGet, elsewhere+"/sign-in?return=/x", ""); res.Header.Get("Location") != n.url+"/sign-in?return=/x" {
		t.Errorf("under another name of this machine: %d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	back := b.begin("/sign-in?fresh=true&acr=L2", "anna")
	if res, _ := b.send(http.MethodGet, back, ""); res.StatusCode != http.StatusSeeOther {
		t.Errorf("a fresh sign-in: %d", res.StatusCode)
	}
	if _, text := b.send(http.MethodGet, n.url+"/session", ""); !strings.Contains(text, `"acr":"L2"`) {
		t.Errorf("a fresh sign-in: %s", text)
	}
}

// cookieGets: a page reads by GET, too, and another site cannot have its browser do so.
func cookieGets(t *testing.T, n *node) {
	b := n.signedInAs(t, "anna")
	address := b.url + "/graphql?query=" + url.QueryEscape("{ viewer { name } }")
	for _, c := range []struct{ header, value, code string }{
		{"Sec-Fetch-Site", "same-origin", ""},
		{"Origin", b.url, ""},
		{"Sec-Fetch-Site", "cross-site", "FOREIGN_ORIGIN"},
		{"Sec-Fetch-Site", "same-site", "FOREIGN_ORIGIN"},
		{"Origin", "https://evil.example.org", "FOREIGN_ORIGIN"},
		{"Origin", "null", "FOREIGN_ORIGIN"},
	} {
		_, text := b.send(http.MethodGet, address, "", c.header, c.value)
		if strings.Contains(text, "Anna Canaria") != (c.code == "") || !strings.Contains(text, c.code) {
			t.Errorf("%s %s: %s, want %q", c.header, c.value, text, c.code)
		}
	}
}

// cookieSockets: a page's socket needs no token, and another site's gets nothing by the cookie.
func cookieSockets(t *testing.T, n *node) {
	b := n.signedInAs(t, "anna")
	dial := func(origin string) (*websocket.Conn, error) {
		conn, _, err := websocket.Dial(t.Context(), strings.Replace(n.url, "http", "ws", 1)+"/graphql", &websocket.DialOptions{
			Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Cookie": {"lavoro=" + b.cookie()}, "Origin": {origin}}})
		return conn, err
	}
	conn, err := dial(n.url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	if m := opened(t, conn, vars{}); m["type"] != "connection_ack" {
		t.Errorf("a page's own socket: %v", m)
	}
	if foreign, err := dial("https://evil.example.org"); err == nil {
		_ = foreign.CloseNow()
		t.Error("another site opens a socket")
	}
	b.send(http.MethodPost, n.url+"/sign-out", "")
	if status := closed(t, conn); status != 4403 {
		t.Errorf("after the sign-out the socket ends with %d", status)
	}
}

// opened sends the first message and gives the answer; nothing where the connection ends.
func opened(t *testing.T, conn *websocket.Conn, payload vars) (m map[string]any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := wsjson.Write(ctx, conn, vars{"type": "connection_init", "payload": payload}); err != nil {
		t.Fatal(err)
	}
	_ = wsjson.Read(ctx, conn, &m)
	return m
}

// closed reads until the connection ends, and says how.
func closed(t *testing.T, conn *websocket.Conn) websocket.StatusCode {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		var m any
		if err := wsjson.Read(ctx, conn, &m); err != nil {
			return websocket.CloseStatus(err)
		}
	}
}

// strangers: who proves who he is and has nothing to do here is told so, and is not signed in; nor does a session outlive its grants.
func strangers(t *testing.T, db *testdb.DB, n *node) {
	conn := owner(t, db.OwnerURL)
	b := n.browser(t)
	back := b.begin("/sign-in", "anna")
	signed := n.signedInAs(t, "anna")
	change := func(day string) {
		if _, err := conn.Exec(t.Context(), "update access_grant set from_day = $1::date", day); err != nil {
			t.Fatal(err)
		}
	}
	change("2999-01-01")
	defer change("2025-01-01")
	deadline := time.Now().Add(patience)
	for code := ""; code != "UNAUTHENTICATED"; _, _, code = signed.who() { // grants once read hold for a second
		if time.Now().After(deadline) {
			t.Fatal("the session outlives the grants")
		}
	}
	if res, text := b.send(http.MethodGet, back, "", "Accept-Language", "en"); res.StatusCode != http.StatusForbidden || !strings.Contains(text, "no body has given you a role") {
		t.Errorf("%d %s", res.StatusCode, text)
	}
	b.expect("without a role", "UNAUTHENTICATED")
}

// redisKnows: whoever reads Redis while people sign in and work finds neither a token nor a name.
func redisKnows(t *testing.T, db *testdb.DB, n *node) {
	b := n.signedInAs(t, "anna")
	waiting := n.browser(t)
	waiting.begin("/sign-in", "anna")
	b.expect("while Redis is read", "")
	client, err := redis.Open(db.RedisURL)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	prefix := "lavoro:" + n.app.Installation.ID.String() + ":session:"
	names := client.Keys(t.Context(), prefix+"*").Val()
	if len(names) < 2 {
		t.Fatalf("%d sessions are kept", len(names))
	}
	for _, name := range names {
		text := name + client.Get(t.Context(), name).Val()
		for _, secret := range []string{b.cookie(), waiting.cookie(), "anna", "Anna", "Canaria", "example.org", "eyJ", "Bearer"} {
			if strings.Contains(text, secret) {
				t.Errorf("Redis knows %q: %s", secret, text)
			}
		}
	}
}

func sessionEnds(t *testing.T, h *hour, n *node) {
	idle := n.signedInAs(t, "anna")
	h.pass(29 * time.Minute)
	idle.expect("used within half an hour", "")
	h.pass(29 * time.Minute)
	idle.expect("used again within half an hour", "")
	h.pass(30 * time.Minute)
	idle.expect("not used for half an hour", "UNAUTHENTICATED")

	busy := n.signedInAs(t, "anna")
	for range 20 { // 9 h 40
		h.pass(29 * time.Minute)
		busy.expect("used all day", "")
	}
	h.pass(20 * time.Minute)
	busy.expect("used for ten hours", "UNAUTHENTICATED")
}

// TestTokensAtTheDoor: what a client is told of a token, by status and code.
func TestTokensAtTheDoor(t *testing.T) {
	db := testdb.New(t)
	c := applied(t, db)
	enlist(t, db.OwnerURL, "anna")
	outside := newOutside(t)
	enlistAt(t, db.OwnerURL, outside.issuer.Identifier, "carla", "carla@example.org")
	c.Issuers = outside.setting()
	h := &hour{}
	n := serveAt(t, c, h.read)
	b := n.browser(t)
	own := func(subject string, more vars) string {
		t.Helper()
		token, err := n.app.door.demo.Token(subject, "test", time.Hour, more)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	tell := func(what, token string, status int, code string) {
		t.Helper()
		if gotStatus, _, got := b.who("Authorization", "Bearer "+token); gotStatus != status || got != code {
			t.Errorf("%s: %d %s, want %d %s", what, gotStatus, got, status, code)
		}
	}
	now := time.Now()
	tell("before its issuer answers", outside.token(t, "carla"), http.StatusServiceUnavailable, "UNAVAILABLE")
	tell("good", own("anna", nil), http.StatusOK, "")
	for what, token := range map[string]string{
		"expired":                  own("anna", vars{"exp": now.Unix() - 61}),
		"not yet valid":            own("anna", vars{"nbf": now.Unix() + 90}),
		"another audience":         own("anna", vars{"aud": "bilancio"}),
		"another issuer":           own("anna", vars{"iss": "https://evil.example.org"}),
		"HS256":                    symmetric("anna", n.app.Installation.ID[:]),
		"garbage":                  "garbage",
		"alg none":                 "eyJhbGciOiJub25lIn0.e30.",
		"oversized":                own("anna", vars{"pad": strings.Repeat("a", 20_000)}),
		"a key of another machine": n.invented(t, t.TempDir(), "anna"),
	} {
		tell(what, token, http.StatusUnauthorized, "UNAUTHENTICATED")
	}
	tell("somebody who is unknown", own("carla", nil), http.StatusOK, "NOT_A_MEMBER")
	outside.open()
	h.pass(6 * time.Second) // the issuer is asked again
	tell("once its issuer answers", outside.token(t, "carla"), http.StatusOK, "")
	tell("our key and its name", own("carla", vars{"iss": outside.issuer.Identifier}), http.StatusUnauthorized, "UNAUTHENTICATED")
	tell("a subject of ours at another issuer", outside.token(t, "anna"), http.StatusOK, "NOT_A_MEMBER")
}

// TestASocketEndsWithItsToken, as soon as rights are looked at again, and asks for a new one.
func TestASocketEndsWithItsToken(t *testing.T) {
	db := testdb.New(t)
	c := applied(t, db)
	enlist(t, db.OwnerURL, "anna")
	h := &hour{}
	n := serveAt(t, c, h.read)
	token, err := n.app.door.demo.Token("anna", "test", time.Hour, nil)
	if err != nil {
		t.Fatal(err)
	}
	dial := func() *websocket.Conn {
		conn, _, err := websocket.Dial(t.Context(), strings.Replace(n.url, "http", "ws", 1)+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.CloseNow() })
		return conn
	}
	conn := dial()
	if m := opened(t, conn, vars{"Authorization": "Bearer " + token}); m["type"] != "connection_ack" {
		t.Fatalf("%v", m)
	}
	h.pass(time.Hour)
	if status := closed(t, conn); status != 4403 {
		t.Errorf("ended with %d", status)
	}
	again := dial()
	if m := opened(t, again, vars{"Authorization": "Bearer " + token}); m["type"] == "connection_ack" {
		t.Error("the same token opens another connection")
	}
}

// TestPartnerSystems come with a secret of their own, act as their member, and only as far as their scopes go.
func TestPartnerSystems(t *testing.T) {
	db := testdb.New(t)
	c := applied(t, db)
	enlist(t, db.OwnerURL, systemSubject)
	n := serve(t, c)
	b := n.browser(t)
	get := func(scope string) string {
		t.Helper()
		form := url.Values{"grant_type": {"client_credentials"}, "client_id": {systemClient}, "client_secret": {n.app.door.demo.Key.Secret}, "scope": {scope}}
		_, text := b.send(http.MethodPost, n.url+issuerPath+"/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
		var got struct {
			Token string `json:"access_token"`
		}
		if err := json.Unmarshal([]byte(text), &got); err != nil || got.Token == "" {
			t.Fatal(errors.Join(err, errors.New(text)))
		}
		return got.Token
	}
	const withdraw, check = `mutation { it: withdrawAttendance(input: {attendance: "att_1", note: "prova"}) { refusals { code kind cure } } }`, `mutation { it: checkEligibility(input: {participant: "prt_1"}) { refusals { code kind cure } } }`
	refusal := func(token, act string) any {
		t.Helper()
		n.token = token
		return at(t, n.ask(act, nil), "it.refusals.0.code")
	}
	reading, writing, nothing := get("lavoro.read"), get("lavoro.register"), get("lavoro.people")
	for what, c := range map[string]struct {
		token, act string
		want       any
	}{
		"a reader writes":             {reading, withdraw, "SCOPE_MISSING"},
		"in scope":                    {writing, withdraw, "NOT_FOUND"},
		"out of scope":                {writing, check, "SCOPE_MISSING"},
		"a person without any limits": {n.invented(t, n.app.Config.State, systemSubject), check, "NOT_FOUND"},
	} {
		if got := refusal(c.token, c.act); got != c.want {
			t.Errorf("%s: %v, want %v", what, got, c.want)
		}
	}
	n.token = reading
	told := at(t, n.ask(check, nil), "it.refusals.0").(map[string]any)
	if told["kind"] != "RIGHT" || !strings.Contains(told["cure"].(string), "lavoro.people") {
		t.Errorf("%v", told)
	}
	for what, token := range map[string]string{"reading": reading, "writing": writing} {
		if status, name, code := b.who("Authorization", "Bearer "+token); status != http.StatusOK || name != "Anna Canaria" {
			t.Errorf("%s: %d %s %s", what, status, name, code)
		}
	}
	if _, _, code := b.who("Authorization", "Bearer "+nothing); code != "SCOPE_MISSING" {
		t.Errorf("a token without any scope that it may have reads: %q", code)
	}
}
