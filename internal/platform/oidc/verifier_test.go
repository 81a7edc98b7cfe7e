package oidc_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/lavoroincorso/lavoro/internal/platform/oidc"
)

var encode = base64.RawURLEncoding.EncodeToString

// handmade spells a token that no library would sign.
func handmade(header string, claims any, signature func(string) []byte) string {
	body, _ := json.Marshal(claims)
	text := encode([]byte(header)) + "." + encode(body)
	return text + "." + encode(signature(text))
}

func unsigned(string) []byte { return nil }

func keyed(secret []byte) func(string) []byte {
	return func(text string) []byte {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
}

// TestTokenAttacks: what does not hold is refused whatever is wrong with it, and beside each stands a good one that differs in that alone.
func TestTokenAttacks(t *testing.T) {
	h := newHour()
	mine, theirs, big := elliptical(t, "mine"), elliptical(t, "theirs"), jose.JSONWebKey{Key: bigKey(), KeyID: "big", Use: "sig"}
	other := newAuthority(t, h, theirs)
	a := newAuthority(t, h, mine, big)
	v := a.verifier(other)
	now := h.read().Unix()

	stranger := newAuthority(t, h, elliptical(t, "stranger"))
	lure := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a header of a token was followed") }))
	defer lure.Close()
	public, err := x509.MarshalPKIXPublicKey(bigKey().Public())
	if err != nil {
		t.Fatal(err)
	}
	asPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	asJSON, _ := json.Marshal(big.Public())
	wrong := elliptical(t, "mine") // its own key under a known name
	headed := func(key jose.JSONWebKey, headers map[jose.HeaderKey]any) string {
		return sign(t, jose.ES256, key, headers, a.claims(nil))
	}
	good := a.token(mine, nil)
	parts := strings.Split(good, ".")
	forged, _ := json.Marshal(a.claims(map[string]any{"sub": "berta"}))

	for what, token := range map[string]string{
		"expired":                          a.token(mine, map[string]any{"exp": now - 61}),
		"no end":                           a.token(mine, map[string]any{"exp": nil}),
		"an end that is text":              a.token(mine, map[string]any{"exp": "tomorrow"}),
		"an end beyond numbers":            a.token(mine, map[string]any{"exp": 1e300}),
		"not yet valid":                    a.token(mine, map[string]any{"nbf": now + 61}),
		"issued in the future":             a.token(mine, map[string]any{"iat": now + 61}),
		"another audience":                 a.token(mine, map[string]any{"aud": "bilancio"}),
		"no audience":                      a.token(mine, map[string]any{"aud": nil}),
		"an empty list of audiences":       a.token(mine, map[string]any{"aud": []string{}}),
		"an issuer that nobody trusts":     sign(t, jose.ES256, elliptical(t, "stranger"), nil, stranger.claims(nil)),
		"no issuer":                        a.token(mine, map[string]any{"iss": nil}),
		"an issuer with a slash":           a.token(mine, map[string]any{"iss": a.server.URL + "/"}),
		"no subject":                       a.token(mine, map[string]any{"sub": nil}),
		"an empty subject":                 a.token(mine, map[string]any{"sub": ""}),
		"a subject without end":            a.token(mine, map[string]any{"sub": strings.Repeat("a", 256)}),
		"a subject that is a number":       a.token(mine, map[string]any{"sub": 7}),
		"alg none":                         handmade(`{"alg":"none","typ":"JWT"}`, a.claims(nil), unsigned),
		"alg nOnE":                         handmade(`{"alg":"nOnE","kid":"mine"}`, a.claims(nil), unsigned),
		"no alg":                           handmade(`{"kid":"mine"}`, a.claims(nil), unsigned),
		"no signature":                     parts[0] + "." + parts[1] + ".",
		"HS256 with the public key as PEM": handmade(`{"alg":"HS256","kid":"big"}`, a.claims(nil), keyed(asPEM)),
		"HS256 with the public key as DER": handmade(`{"alg":"HS256","kid":"big"}`, a.claims(nil), keyed(public)),
		"HS256 with the public key as JWK": handmade(`{"alg":"HS256","kid":"big"}`, a.claims(nil), keyed(asJSON)),
		"HS256 with nothing":               handmade(`{"alg":"HS256","kid":"mine"}`, a.claims(nil), keyed(nil)),
		"an alg that is not the key's":     handmade(`{"alg":"RS256","kid":"mine"}`, a.claims(nil), keyed(nil)),
		"another key under a known kid":    a.token(wrong, nil),
		"another key without a kid":        a.token(jose.JSONWebKey{Key: wrong.Key, Algorithm: "ES256"}, nil),
		"the other issuer's key":           a.token(theirs, nil),
		"the other issuer's kid":           a.token(jose.JSONWebKey{Key: mine.Key, KeyID: "theirs", Algorithm: "ES256"}, nil),
		"the other issuer's claims":        sign(t, jose.ES256, mine, nil, other.claims(nil)),
		"a kid of paths":                   a.token(jose.JSONWebKey{Key: wrong.Key, KeyID: "../../dev/null", Algorithm: "ES256"}, nil),
		"a kid of SQL":                     a.token(jose.JSONWebKey{Key: wrong.Key, KeyID: "' or 1=1 --", Algorithm: "ES256"}, nil),
		"a key of its own in the header":   headed(jose.JSONWebKey{Key: wrong.Key}, map[jose.HeaderKey]any{"jwk": wrong.Public()}),
		"jku":                              headed(jose.JSONWebKey{Key: wrong.Key}, map[jose.HeaderKey]any{"jku": lure.URL, "kid": "lure"}),
		"x5u":                              headed(jose.JSONWebKey{Key: wrong.Key}, map[jose.HeaderKey]any{"x5u": lure.URL, "kid": "lure"}),
		"a critical header":                headed(mine, map[jose.HeaderKey]any{"crit": []string{"b64"}, "b64": false}),
		"another sort of token":            headed(mine, map[jose.HeaderKey]any{"typ": "logout+jwt"}),
		"other claims under a signature":   parts[0] + "." + encode(forged) + "." + parts[2],
		"a cut tail":                       good[:len(good)-4],
		"a fourth part":                    good + ".e30",
		"five parts, as if encrypted":      good + ".e30.e30",
		"oversized":                        a.token(mine, map[string]any{"pad": strings.Repeat("a", 16<<10)}),
		"garbage":                          "\x00\xff garbage",
		"dots":                             "..",
		"nothing":                          "",
		"JSON":                             `{"payload":"e30","signatures":[]}`,
	} {
		if c, err := v.Verify(t.Context(), token); !errors.Is(err, oidc.ErrToken) {
			t.Errorf("%s: %+v %v", what, c, err)
		}
	}
	for what, token := range map[string]string{
		"as it should be":             good,
		"expired within the skew":     a.token(mine, map[string]any{"exp": now - 59}),
		"to begin within the skew":    a.token(mine, map[string]any{"nbf": now + 59, "iat": now + 59}),
		"one audience of two":         a.token(mine, map[string]any{"aud": []string{"bilancio", "lavoro"}}),
		"no kid":                      a.token(jose.JSONWebKey{Key: mine.Key, Algorithm: "ES256"}, nil),
		"RS256":                       sign(t, jose.RS256, big, nil, a.claims(nil)),
		"PS256":                       sign(t, jose.PS256, big, nil, a.claims(nil)),
		"jku beside a known key":      headed(mine, map[jose.HeaderKey]any{"jku": lure.URL, "x5u": lure.URL}),
		"an access token by its type": headed(mine, map[jose.HeaderKey]any{"typ": "at+JWT"}),
		"almost oversized":            a.token(mine, map[string]any{"pad": strings.Repeat("a", 8<<10)}),
	} {
		if c, err := v.Verify(t.Context(), token); err != nil || c.Issuer != a.server.URL || c.Subject != "anna" {
			t.Errorf("%s: %+v %v", what, c, err)
		}
	}
}

// TestSubjectsOfTwoIssuersAreTwo: the same subject at two issuers is two people, and an algorithm that one may not use is refused though
// the key is right.
func TestSubjectsOfTwoIssuersAreTwo(t *testing.T) {
	h := newHour()
	key, shared := elliptical(t, "k"), elliptical(t, "k")
	a, b := newAuthority(t, h, key), newAuthority(t, h, shared)
	v := a.verifier(b)
	one, err := v.Verify(t.Context(), a.token(key, nil))
	two, err2 := v.Verify(t.Context(), b.token(shared, nil))
	if err != nil || err2 != nil || one.Issuer == two.Issuer || one.Subject != two.Subject {
		t.Fatalf("%+v %v, %+v %v", one, err, two, err2)
	}
	if _, err := v.Verify(t.Context(), b.token(key, nil)); !errors.Is(err, oidc.ErrToken) {
		t.Errorf("signed by the other under the same kid: %v", err)
	}
	c := a.config()
	c.Algorithms = []string{"RS256"}
	narrow := oidc.NewVerifier(h.read, oidc.NewIssuer(c, h.read))
	if _, err := narrow.Verify(t.Context(), a.token(key, nil)); !errors.Is(err, oidc.ErrToken) {
		t.Errorf("ES256 where only RS256 may be: %v", err)
	}
}

// TestKeysRotateWithoutARestart: a new key holds from its first token on; one that was taken back holds no longer, nor do tokens that were
// verified by it before.
func TestKeysRotateWithoutARestart(t *testing.T) {
	h := newHour()
	before, after := elliptical(t, "before"), elliptical(t, "after")
	a := newAuthority(t, h, before)
	v := a.verifier()
	old := a.token(before, map[string]any{"exp": h.read().Add(time.Hour).Unix()})
	verifies := func(token string) bool {
		t.Helper()
		_, err := v.Verify(t.Context(), token)
		if err != nil && !errors.Is(err, oidc.ErrToken) {
			t.Fatal(err)
		}
		return err == nil
	}
	if !verifies(old) || !verifies(old) {
		t.Fatal("the first key does not hold")
	}
	h.pass(time.Minute)
	a.publish(before, after)
	if fresh := a.token(after, nil); !verifies(fresh) || !verifies(old) {
		t.Error("while both are published, one does not hold")
	}
	a.publish(after)
	if !verifies(old) {
		t.Error("nobody was asked, and yet the key is gone: the test of what follows would prove nothing")
	}
	h.pass(5 * time.Minute)
	if verifies(old) {
		t.Error("the key that was taken back still holds")
	}
	if !verifies(a.token(after, nil)) {
		t.Error("the new key holds no longer")
	}
}

// TestUnknownKeysDoNotHammerTheIssuer: however many keys are invented, the issuer is asked once in a pause.
func TestUnknownKeysDoNotHammerTheIssuer(t *testing.T) {
	h := newHour()
	key := elliptical(t, "k")
	a := newAuthority(t, h, key)
	v := a.verifier()
	if _, err := v.Verify(t.Context(), a.token(key, nil)); err != nil {
		t.Fatal(err)
	}
	h.pass(10 * time.Second)
	tokens := make([]string, 20)
	for n := range tokens {
		tokens[n] = a.token(jose.JSONWebKey{Key: key.Key, KeyID: fmt.Sprint("invented", n), Algorithm: "ES256"}, nil)
	}
	var wg sync.WaitGroup
	for _, token := range tokens {
		wg.Go(func() {
			if _, err := v.Verify(t.Context(), token); !errors.Is(err, oidc.ErrToken) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := a.times("/keys"); n != 2 {
		t.Errorf("asked %d times, want once for the keys and once for all that were invented", n)
	}
}

// TestTheCacheDoesNotOutliveTheToken, and spares the issuer and the arithmetic until then.
func TestTheCacheDoesNotOutliveTheToken(t *testing.T) {
	h := newHour()
	key := elliptical(t, "k")
	a := newAuthority(t, h, key)
	v := a.verifier()
	token := a.token(key, map[string]any{"exp": h.read().Add(10 * time.Minute).Unix(), "scope": "lavoro.read", "auth_time": h.read().Unix(), "acr": "L2"})
	first, err := v.Verify(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	h.pass(4 * time.Minute)
	again, err := v.Verify(t.Context(), token)
	if err != nil || !reflect.DeepEqual(again, first) || a.times("/keys") != 1 {
		t.Errorf("again %+v %v, first %+v; keys asked for %d times", again, err, first, a.times("/keys"))
	}
	h.pass(6*time.Minute + 59*time.Second) // past its end, within the skew
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Errorf("within the skew: %v", err)
	}
	h.pass(2 * time.Second)
	if _, err := v.Verify(t.Context(), token); !errors.Is(err, oidc.ErrToken) {
		t.Errorf("past its end: %v", err)
	}
}

// TestAnIssuerThatIsSilent is no reason to send anybody away: nothing is known of it at first, and what is known holds for a day.
func TestAnIssuerThatIsSilent(t *testing.T) {
	h := newHour()
	key := elliptical(t, "k")
	a := newAuthority(t, h, key)
	a.silence(true)
	v := a.verifier()
	long := a.token(key, map[string]any{"exp": h.read().Add(100 * time.Hour).Unix()})
	for range 10 {
		if _, err := v.Verify(t.Context(), long); !errors.Is(err, oidc.ErrUnavailable) {
			t.Fatalf("silent from the start: %v", err)
		}
	}
	if n := a.times("/.well-known/openid-configuration"); n != 1 {
		t.Errorf("asked %d times within the pause", n)
	}
	if _, err := v.Verify(t.Context(), "x.y.z"); !errors.Is(err, oidc.ErrToken) {
		t.Errorf("garbage while it is silent: %v", err)
	}
	a.silence(false)
	h.pass(5 * time.Second)
	if _, err := v.Verify(t.Context(), long); err != nil {
		t.Fatalf("it answers again: %v", err)
	}
	a.silence(true)
	h.pass(23 * time.Hour)
	if _, err := v.Verify(t.Context(), long); err != nil {
		t.Errorf("silent for less than a day: %v", err)
	}
	h.pass(2 * time.Hour)
	if _, err := v.Verify(t.Context(), long); !errors.Is(err, oidc.ErrUnavailable) {
		t.Errorf("silent for more than a day: %v", err)
	}
}

// TestADocumentOfAnotherIssuer is not believed.
func TestADocumentOfAnotherIssuer(t *testing.T) {
	h := newHour()
	key := elliptical(t, "k")
	a := newAuthority(t, h, key)
	for _, c := range []oidc.Config{
		{Issuer: "https://login.example.org", Discovery: a.server.URL, Audience: "lavoro"},
		{Issuer: a.server.URL + "/", Audience: "lavoro"},
	} {
		v := oidc.NewVerifier(h.read, oidc.NewIssuer(c, h.read))
		if _, err := v.Verify(t.Context(), a.token(key, map[string]any{"iss": c.Issuer})); !errors.Is(err, oidc.ErrUnavailable) {
			t.Errorf("%s: %v", c.Issuer, err)
		}
	}
}
