package oidc_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/internal/platform/issuer"
	"github.com/lavoroincorso/lavoro/internal/platform/oidc"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

const callback = "https://lavoro.example.org/sign-in/callback"

// stage is an issuer on a real address, and the program that signs people in with it.
type stage struct {
	t      *testing.T
	hour   *hour
	issuer *issuer.Issuer
	base   string
	party  *oidc.Issuer
}

func newStage(t *testing.T) *stage {
	t.Helper()
	key, err := issuer.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{t: t, hour: newHour()}
	s.issuer = &issuer.Issuer{Identifier: "urn:stage", Audience: "lavoro", Base: func() string { return s.base }, Key: key, Clock: s.hour.read,
		People: func(context.Context) ([]issuer.Person, error) {
			return []issuer.Person{{Subject: "anna", Name: "Anna <Verdi>", Role: text.Text{It: "tutor", En: "tutor"}, Organisation: "AIAS"},
				{Subject: "berta", Name: "Berta Neri", Role: text.Text{It: "tutor", En: "tutor"}, Organisation: "AIAS"}}, nil
		},
		Clients: func() []issuer.Client {
			return []issuer.Client{{ID: "pages", Redirects: []string{callback}}, {ID: "app", Redirects: []string{"http://127.0.0.1/callback"}},
				{ID: "payroll", Subject: "berta", Scopes: []string{"lavoro.read", "lavoro.money"}}}
		}}
	server := httptest.NewServer(http.StripPrefix("/demo", s.issuer.Handler()))
	t.Cleanup(server.Close)
	s.base = server.URL + "/demo"
	s.party = oidc.NewIssuer(oidc.Config{Issuer: "urn:stage", Discovery: s.base, Audience: "lavoro", ClientID: "pages"}, s.hour.read)
	return s
}

// browser follows no redirect: the test looks at each.
var browser = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

var field = regexp.MustCompile(`name="(\w+)" value="([^"]*)"`)

// choose opens the sign-in page at the address and chooses somebody; it gives what the browser is sent back with.
func (s *stage) choose(address, subject string) url.Values {
	s.t.Helper()
	res, err := browser.Get(address)
	if err != nil {
		s.t.Fatal(err)
	}
	page, _ := io.ReadAll(res.Body)
	form := url.Values{}
	for _, f := range field.FindAllStringSubmatch(string(page), -1) {
		if f[1] != "subject" {
			form.Set(f[1], f[2])
		}
	}
	form.Set("subject", subject)
	if res, err = browser.PostForm(s.base+"/authorize", form); err != nil {
		s.t.Fatal(err)
	}
	to, err := res.Location()
	if err != nil || !strings.HasPrefix(to.String(), callback+"?") {
		s.t.Fatalf("%d sent to %v (%v)\n%s", res.StatusCode, to, err, page)
	}
	return to.Query()
}

// begun is a sign-in of anna's up to what the browser brings back.
func (s *stage) begun(w oidc.Wish) (oidc.Pending, url.Values) {
	s.t.Helper()
	address, pending, err := s.party.Begin(s.t.Context(), callback, w)
	if err != nil {
		s.t.Fatal(err)
	}
	return pending, s.choose(address, "anna")
}

// TestSignIn goes through a browser's whole sign-in with a real issuer, and then through every way to cheat.
func TestSignIn(t *testing.T) {
	s := newStage(t)
	pending, brought := s.begun(oidc.Wish{Fresh: true, ACR: []string{"L2", "L3"}})
	claims, err := s.party.Finish(t.Context(), pending, brought)
	if err != nil || claims.Issuer != "urn:stage" || claims.Subject != "anna" || claims.ACR != "L2" || !claims.AuthTime.Equal(s.hour.read()) || claims.ClientCredentials {
		t.Fatalf("%+v %v", claims, err)
	}
	if len(pending.State) < 32 || len(pending.Nonce) < 32 || !regexp.MustCompile(`^\w+$`).MatchString(pending.State+pending.Nonce) {
		t.Errorf("state %q and nonce %q", pending.State, pending.Nonce)
	}
	for what, cheat := range map[string]func(*oidc.Pending, url.Values){
		"another state":             func(_ *oidc.Pending, b url.Values) { b.Set("state", strings.Repeat("A", 52)) },
		"no state":                  func(_ *oidc.Pending, b url.Values) { b.Del("state") },
		"no state on either side":   func(p *oidc.Pending, b url.Values) { p.State = ""; b.Del("state") },
		"another nonce":             func(p *oidc.Pending, _ url.Values) { p.Nonce = strings.Repeat("A", 52) },
		"another verifier":          func(p *oidc.Pending, _ url.Values) { p.Verifier = strings.Repeat("A", 43) },
		"another redirect":          func(p *oidc.Pending, _ url.Values) { p.Redirect += "/other" },
		"another issuer's question": func(p *oidc.Pending, _ url.Values) { p.Issuer = "urn:other" },
		"another issuer's answer":   func(_ *oidc.Pending, b url.Values) { b.Set("iss", "urn:other") },
		"nobody's answer":           func(_ *oidc.Pending, b url.Values) { b.Del("iss") },
		"an error":                  func(_ *oidc.Pending, b url.Values) { b.Set("error", "access_denied") },
		"no code":                   func(_ *oidc.Pending, b url.Values) { b.Del("code") },
		"an invented code":          func(_ *oidc.Pending, b url.Values) { b.Set("code", "a.b.c") },
		"too late":                  func(p *oidc.Pending, _ url.Values) { p.Began = p.Began.Add(-11 * time.Minute) },
		"not fresh":                 func(p *oidc.Pending, _ url.Values) { p.Wish.Fresh, p.Began = true, p.Began.Add(2*time.Minute) },
		"of another sort":           func(p *oidc.Pending, _ url.Values) { p.Wish.ACR = []string{"L3"} },
	} {
		pending, brought := s.begun(oidc.Wish{})
		cheat(&pending, brought)
		if c, err := s.party.Finish(t.Context(), pending, brought); !errors.Is(err, oidc.ErrSignIn) {
			t.Errorf("%s: %+v %v", what, c, err)
		}
	}
}

// TestACodeHoldsOnceAndAMinute.
func TestACodeHoldsOnceAndAMinute(t *testing.T) {
	s := newStage(t)
	pending, brought := s.begun(oidc.Wish{})
	if _, err := s.party.Finish(t.Context(), pending, brought); err != nil {
		t.Fatal(err)
	}
	if c, err := s.party.Finish(t.Context(), pending, brought); !errors.Is(err, oidc.ErrSignIn) {
		t.Errorf("the second time: %+v %v", c, err)
	}
	pending, brought = s.begun(oidc.Wish{})
	s.hour.pass(62 * time.Second)
	if c, err := s.party.Finish(t.Context(), pending, brought); !errors.Is(err, oidc.ErrSignIn) {
		t.Errorf("too late: %+v %v", c, err)
	}
}

// TestWhatTokensAreFor: none of what the issuer signs is taken for another, and a system's token says that it is one.
func TestWhatTokensAreFor(t *testing.T) {
	s := newStage(t)
	v := oidc.NewVerifier(s.hour.read, s.party)
	pending, brought := s.begun(oidc.Wish{})
	res, err := http.PostForm(s.base+"/token", url.Values{"grant_type": {"authorization_code"}, "code": {brought.Get("code")}, "client_id": {"pages"},
		"redirect_uri": {callback}, "code_verifier": {pending.Verifier}})
	if err != nil {
		t.Fatal(err)
	}
	var tokens struct {
		Access   string `json:"access_token"`
		Identity string `json:"id_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&tokens); err != nil {
		t.Fatal(err)
	}
	if c, err := v.Verify(t.Context(), tokens.Access); err != nil || c.Subject != "anna" || c.ClientCredentials || c.ClientID != "pages" {
		t.Errorf("access token: %+v %v", c, err)
	}
	for what, token := range map[string]string{"ID token": tokens.Identity, "code": brought.Get("code")} {
		if c, err := v.Verify(t.Context(), token); !errors.Is(err, oidc.ErrToken) {
			t.Errorf("%s as an access token: %+v %v", what, c, err)
		}
	}
	system := func(secret, scope string) (int, string) {
		req, _ := http.NewRequest(http.MethodPost, s.base+"/token", strings.NewReader(url.Values{"grant_type": {"client_credentials"}, "scope": {scope}}.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.SetBasicAuth("payroll", secret)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		tokens.Access = ""
		_ = json.NewDecoder(res.Body).Decode(&tokens)
		return res.StatusCode, tokens.Access
	}
	for scope, want := range map[string]string{"": "lavoro.read lavoro.money", "lavoro.read lavoro.people": "lavoro.read"} {
		status, token := system(s.issuer.Key.Secret, scope)
		if c, err := v.Verify(t.Context(), token); err != nil || status != http.StatusOK || c.Subject != "berta" || !c.ClientCredentials || strings.Join(c.Scopes, " ") != want {
			t.Errorf("scope %q: %d %+v %v", scope, status, c, err)
		}
	}
	if status, token := system("guessed", ""); status != http.StatusUnauthorized || token != "" {
		t.Errorf("a wrong secret: %d", status)
	}
}

// TestTheIssuerSendsCodesToNobodyElse, shows names as text, and signs nobody in whom it does not list.
func TestTheIssuerSendsCodesToNobodyElse(t *testing.T) {
	s := newStage(t)
	address, _, err := s.party.Begin(t.Context(), callback, oidc.Wish{})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(change func(url.Values)) *http.Response {
		u, _ := url.Parse(address)
		q := u.Query()
		change(q)
		u.RawQuery = q.Encode()
		res, err := browser.Get(u.String())
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	for _, elsewhere := range []string{"https://evil.example.org/", callback + "/x", callback + "?x=1", callback + "#x", "http://lavoro.example.org/sign-in/callback",
		"https://lavoro.example.org@evil.example.org/sign-in/callback", "https://x@lavoro.example.org/sign-in/callback", "//lavoro.example.org/sign-in/callback", ""} {
		if res := ask(func(q url.Values) { q.Set("redirect_uri", elsewhere) }); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d to %s", elsewhere, res.StatusCode, res.Header.Get("Location"))
		}
	}
	for what, change := range map[string]func(url.Values){
		"login_required":            func(q url.Values) { q.Set("prompt", "none") },
		"invalid_request":           func(q url.Values) { q.Set("code_challenge_method", "plain") },
		"unsupported_response_type": func(q url.Values) { q.Set("response_type", "token") },
	} {
		res := ask(change)
		if to, err := res.Location(); err != nil || to.Query().Get("error") != what {
			t.Errorf("%s: %d %v", what, res.StatusCode, to)
		}
	}
	if brought := s.choose(address, "carla"); brought.Get("error") != "access_denied" || brought.Get("code") != "" {
		t.Errorf("somebody who is not listed: %v", brought)
	}
	page, _ := io.ReadAll(ask(func(url.Values) {}).Body)
	if !strings.Contains(string(page), "Anna &lt;Verdi&gt;") {
		t.Errorf("the name is not shown as text:\n%s", page)
	}
	app := ask(func(q url.Values) { q.Set("client_id", "app"); q.Set("redirect_uri", "http://127.0.0.1:4711/callback") })
	if app.StatusCode != http.StatusOK {
		t.Errorf("an app on a port of its own: %d", app.StatusCode)
	}
}

func TestEndSession(t *testing.T) {
	s := newStage(t)
	end := s.party.EndSession(t.Context(), "https://lavoro.example.org/")
	res, err := browser.Get(end)
	if err != nil {
		t.Fatal(err)
	}
	if to := res.Header.Get("Location"); to != "https://lavoro.example.org/" {
		t.Errorf("%s: %d to %q", end, res.StatusCode, to)
	}
	u, _ := url.Parse(end)
	u.RawQuery = url.Values{"client_id": {"pages"}, "post_logout_redirect_uri": {"https://evil.example.org/"}}.Encode()
	if res, err = browser.Get(u.String()); err != nil || res.Header.Get("Location") != "" {
		t.Errorf("sent to %q (%v)", res.Header.Get("Location"), err)
	}
}

// TestTheIssuerWithoutANetwork answers its own program as it answers others.
func TestTheIssuerWithoutANetwork(t *testing.T) {
	s := newStage(t)
	inside := oidc.NewIssuer(oidc.Config{Issuer: "urn:stage", Discovery: s.base, Audience: "lavoro", ClientID: "pages", Client: s.issuer.Client()}, s.hour.read)
	address, pending, err := inside.Begin(t.Context(), callback, oidc.Wish{})
	if err != nil {
		t.Fatal(err)
	}
	if c, err := inside.Finish(t.Context(), pending, s.choose(address, "berta")); err != nil || c.Subject != "berta" {
		t.Errorf("%+v %v", c, err)
	}
	if res, err := s.issuer.Client().Get("https://example.org/demo/jwks.json"); err == nil {
		t.Errorf("it answers for another address: %d", res.StatusCode)
	}
}
