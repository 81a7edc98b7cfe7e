package oidc_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/lavoroincorso/lavoro/internal/platform/oidc"
)

// hour is a clock that tests set.
type hour struct {
	mu  sync.Mutex
	now time.Time
}

func newHour() *hour { return &hour{now: time.Date(2026, 3, 18, 10, 0, 0, 0, time.UTC)} }

func (h *hour) read() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hour) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// authority is an issuer whose keys and silence a test decides.
type authority struct {
	t      *testing.T
	hour   *hour
	server *httptest.Server

	mu     sync.Mutex
	keys   []jose.JSONWebKey // published
	silent bool
	asked  map[string]int // requests by path
}

func newAuthority(t *testing.T, h *hour, keys ...jose.JSONWebKey) *authority {
	t.Helper()
	a := &authority{t: t, hour: h, asked: map[string]int{}}
	a.publish(keys...)
	a.server = httptest.NewServer(http.HandlerFunc(a.answer))
	t.Cleanup(a.server.Close)
	return a
}

func (a *authority) publish(keys ...jose.JSONWebKey) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.keys = nil
	for _, k := range keys {
		a.keys = append(a.keys, k.Public())
	}
}

func (a *authority) silence(on bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.silent = on
}

func (a *authority) times(path string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.asked[path]
}

func (a *authority) answer(w http.ResponseWriter, req *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked[req.URL.Path]++
	if a.silent {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch req.URL.Path {
	case "/.well-known/openid-configuration":
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": a.server.URL, "jwks_uri": a.server.URL + "/keys", "authorization_endpoint": a.server.URL + "/a",
			"token_endpoint": a.server.URL + "/t", "id_token_signing_alg_values_supported": []string{"ES256"}})
	case "/keys":
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: a.keys})
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (a *authority) config() oidc.Config {
	return oidc.Config{Issuer: a.server.URL, Audience: "lavoro"}
}

func (a *authority) verifier(more ...*authority) *oidc.Verifier {
	issuers := []*oidc.Issuer{oidc.NewIssuer(a.config(), a.hour.read)}
	for _, b := range more {
		issuers = append(issuers, oidc.NewIssuer(b.config(), b.hour.read))
	}
	return oidc.NewVerifier(a.hour.read, issuers...)
}

// claims are those of a good token, with changes: nil takes one away.
func (a *authority) claims(changes map[string]any) map[string]any {
	now := a.hour.read().Unix()
	all := map[string]any{"iss": a.server.URL, "sub": "anna", "aud": "lavoro", "iat": now, "exp": now + 600}
	maps.Copy(all, changes)
	maps.DeleteFunc(all, func(_ string, v any) bool { return v == nil })
	return all
}

func elliptical(t *testing.T, kid string) jose.JSONWebKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return jose.JSONWebKey{Key: k, KeyID: kid, Use: "sig", Algorithm: "ES256"}
}

// bigKey is made once: it takes long.
var bigKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

// sign signs claims with a key under headers of any sort.
func sign(t testing.TB, algorithm jose.SignatureAlgorithm, key any, headers map[jose.HeaderKey]any, claims any) string {
	t.Helper()
	options := &jose.SignerOptions{ExtraHeaders: headers}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (a *authority) token(key jose.JSONWebKey, changes map[string]any) string {
	a.t.Helper()
	return sign(a.t, jose.SignatureAlgorithm(key.Algorithm), key, nil, a.claims(changes))
}
