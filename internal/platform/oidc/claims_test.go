package oidc_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/lavoroincorso/lavoro/internal/platform/oidc"
)

const fiscalNumber = "https://attributes.eid.gov.it/fiscal_number"

// TestClaims: what is read of each spelling that issuers use.
func TestClaims(t *testing.T) {
	h := newHour()
	key := elliptical(t, "k")
	a := newAuthority(t, h, key)
	gateway := a.config()
	gateway.FiscalNumber, gateway.Systems = true, []string{"payroll"}
	v := oidc.NewVerifier(h.read, oidc.NewIssuer(gateway, h.read))
	for what, c := range map[string]struct {
		given map[string]any
		want  func(*oidc.Claims)
	}{
		"scopes as text":         {map[string]any{"scope": "lavoro.read  lavoro.register"}, func(c *oidc.Claims) { c.Scopes = []string{"lavoro.read", "lavoro.register"} }},
		"scopes as a list":       {map[string]any{"scp": []string{"lavoro.read"}}, func(c *oidc.Claims) { c.Scopes = []string{"lavoro.read"} }},
		"scopes of another sort": {map[string]any{"scope": 7}, func(*oidc.Claims) {}},
		"a person's proof": {map[string]any{"auth_time": 1_770_000_000, "acr": "https://www.spid.gov.it/SpidL2"}, func(c *oidc.Claims) {
			c.AuthTime, c.ACR = time.Unix(1_770_000_000, 0).UTC(), "https://www.spid.gov.it/SpidL2"
		}},
		"a program":                         {map[string]any{"azp": "app", "client_id": "other"}, func(c *oidc.Claims) { c.ClientID = "app" }},
		"a system by its subject":           {map[string]any{"client_id": "anna"}, func(c *oidc.Claims) { c.ClientID, c.ClientCredentials = "anna", true }},
		"a system by the settings":          {map[string]any{"azp": "payroll"}, func(c *oidc.Claims) { c.ClientID, c.ClientCredentials = "payroll", true }},
		"a system by its grant":             {map[string]any{"gty": "client-credentials"}, func(c *oidc.Claims) { c.ClientCredentials = true }},
		"a fiscal code":                     {map[string]any{fiscalNumber: "TINIT-RSSMRA85A01F023U"}, func(c *oidc.Claims) { c.FiscalNumber = "RSSMRA85A01F023U" }},
		"a fiscal code of elsewhere":        {map[string]any{fiscalNumber: "TINDE-12345678"}, func(*oidc.Claims) {}},
		"a fiscal code without its country": {map[string]any{fiscalNumber: "RSSMRA85A01F023U"}, func(*oidc.Claims) {}},
		"a fiscal code with a wrong letter": {map[string]any{fiscalNumber: "TINIT-RSSMRA85A01F023X"}, func(*oidc.Claims) {}},
		"a fiscal code in small letters":    {map[string]any{fiscalNumber: "TINIT-rssmra85a01f023u"}, func(*oidc.Claims) {}},
		"a fiscal code that is a list":      {map[string]any{fiscalNumber: []string{"TINIT-RSSMRA85A01F023U"}}, func(*oidc.Claims) {}},
		"a verified address":                {map[string]any{"email": "anna@example.org", "email_verified": true}, func(c *oidc.Claims) { c.Email = "anna@example.org" }},
		"an address that is only said":      {map[string]any{"email": "anna@example.org", "email_verified": "true"}, func(*oidc.Claims) {}},
		"claims in capitals":                {map[string]any{"ACR": "L3", "SCOPE": "lavoro.money"}, func(*oidc.Claims) {}},
	} {
		want := oidc.Claims{Issuer: a.server.URL, Subject: "anna", Expires: h.read().Add(10 * time.Minute)}
		c.want(&want)
		got, err := v.Verify(t.Context(), a.token(key, c.given))
		got.AuthTime = got.AuthTime.UTC()
		if err != nil || !got.Expires.Equal(want.Expires) {
			t.Errorf("%s: %v, ends %s", what, err, got.Expires)
		}
		if got.Expires = want.Expires; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
	}
	plain := a.verifier()
	if got, err := plain.Verify(t.Context(), a.token(key, map[string]any{fiscalNumber: "TINIT-RSSMRA85A01F023U"})); err != nil || got.FiscalNumber != "" {
		t.Errorf("an issuer that is not trusted for fiscal codes: %q %v", got.FiscalNumber, err)
	}
}

func TestConfigCheck(t *testing.T) {
	good := oidc.Config{Issuer: "https://login.example.org", Audience: "lavoro", ClientID: "pages", ClientSecret: "geheim", Algorithms: []string{"ES256"}}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for want, change := range map[string]func(*oidc.Config){
		"identifier":    func(c *oidc.Config) { c.Issuer = "" },
		"audience":      func(c *oidc.Config) { c.Audience = "" },
		"must differ":   func(c *oidc.Config) { c.ClientID = c.Audience },
		"https":         func(c *oidc.Config) { c.Issuer = "http://login.example.org" },
		"must be https": func(c *oidc.Config) { c.Discovery = "ftp://login.example.org" },
		`"HS256"`:       func(c *oidc.Config) { c.Algorithms = []string{"HS256"} },
		`"none"`:        func(c *oidc.Config) { c.Algorithms = []string{"none"} },
		"client id":     func(c *oidc.Config) { c.ClientID = "" },
	} {
		c := good
		change(&c)
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("want %s: %v", want, err)
		}
	}
	for address, want := range map[string]bool{"https://x.org": true, "http://localhost:8080": true, "http://127.0.0.1": true, "http://[::1]:1": true,
		"http://x.org": false, "http://localhost.x.org": false, "": false, "urn:x": false, "//x.org": false} {
		if oidc.Private(address) != want {
			t.Errorf("%s: %v", address, !want)
		}
	}
}

// signText signs any text as claims.
func signText(t *testing.T, key jose.JSONWebKey, claims string) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign([]byte(claims))
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// FuzzToken sends any text, and any claims under a good signature, through the verifier: nothing but a token that holds is taken.
func FuzzToken(f *testing.F) {
	h := newHour()
	t := &testing.T{}
	key := elliptical(t, "k")
	a := newAuthority(t, h, key)
	f.Cleanup(a.server.Close)
	v := a.verifier()
	good, _ := json.Marshal(a.claims(nil))
	f.Add(a.token(key, nil), string(good))
	f.Add("..", `{"iss":{},"exp":1e999,"aud":[[]]}`)
	f.Add("eyJhbGciOiJub25lIn0.e30.", `{"sub":"anna","scope":["a",1],"auth_time":-1e18}`)
	f.Add("a.b.c.d.e", `{"https://attributes.eid.gov.it/fiscal_number":"TINIT-"}`)
	f.Fuzz(func(t *testing.T, text, claims string) {
		check := func(token string) {
			c, err := v.Verify(t.Context(), token)
			if err != nil && !errors.Is(err, oidc.ErrToken) && !errors.Is(err, oidc.ErrUnavailable) {
				t.Fatal(err)
			}
			if err == nil && (c.Issuer != a.server.URL || c.Subject == "" || h.read().Sub(c.Expires) > time.Minute) {
				t.Fatalf("taken: %+v", c)
			}
		}
		check(text)
		if json.Valid([]byte(claims)) {
			check(signText(t, key, claims))
		}
	})
}
