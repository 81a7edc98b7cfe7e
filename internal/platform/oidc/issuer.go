package oidc

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

var (
	// ErrToken is returned for a token that does not hold, whatever is wrong with it.
	ErrToken = errors.New("token does not hold")
	// ErrUnavailable is returned where the issuer must be asked and does not answer.
	ErrUnavailable = errors.New("issuer does not answer")
)

const (
	maxAnswer = 1 << 20 // bytes of a document or key set
	maxKeys   = 64      // keys of a set that are looked at
)

// Issuer is one that is trusted. It can be used by many at once.
type Issuer struct {
	Config
	clock    Clock
	document kept[document]
	keys     kept[keySet]
}

// document is what an issuer says of itself.
type document struct {
	provider   *oidc.Provider
	Keys       string   `json:"jwks_uri"`
	EndSession string   `json:"end_session_endpoint"`
	SaysIssuer bool     `json:"authorization_response_iss_parameter_supported"`
	Proofs     []string `json:"token_endpoint_auth_methods_supported"`
	UserInfo   string   `json:"userinfo_endpoint"`
}

// keySet is what an issuer signs with now. Sets with the same keys have the same print.
type keySet struct {
	keys  []jose.JSONWebKey
	print [sha256.Size]byte
}

// NewIssuer trusts the issuer of the settings, which Check has passed. It asks nobody.
func NewIssuer(c Config, clock Clock) *Issuer {
	if c.Client == nil {
		c.Client = &http.Client{Timeout: patience, Transport: limited{http.DefaultTransport}}
	}
	i := &Issuer{Config: c, clock: clock}
	i.document = kept[document]{fetch: i.discover, clock: clock}
	i.keys = kept[keySet]{fetch: i.fetchKeys, clock: clock}
	return i
}

func (i *Issuer) discover(ctx context.Context) (document, error) {
	ctx = oidc.ClientContext(ctx, i.Client)
	if i.Discovery != "" {
		ctx = oidc.InsecureIssuerURLContext(ctx, i.Config.Issuer)
	}
	p, err := oidc.NewProvider(ctx, i.discovery())
	if err != nil {
		return document{}, fmt.Errorf("discovery: %w", err)
	}
	said := struct {
		document
		Issuer string `json:"issuer"`
	}{}
	if err := p.Claims(&said); err != nil {
		return document{}, fmt.Errorf("discovery: %w", err)
	}
	if said.Issuer != i.Config.Issuer {
		return document{}, fmt.Errorf("discovery: the document is of another issuer")
	}
	said.provider = p
	return said.document, nil
}

// fetchKeys reads the issuer's public keys. Those of sorts that are not known here, and those for encryption, are passed over.
func (i *Issuer) fetchKeys(ctx context.Context) (keySet, error) {
	d, err := i.document.get(ctx)
	if err != nil {
		return keySet{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.Keys, nil)
	if err != nil {
		return keySet{}, fmt.Errorf("keys: %w", err)
	}
	res, err := i.Client.Do(req)
	if err != nil {
		return keySet{}, fmt.Errorf("keys: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil || res.StatusCode != http.StatusOK {
		return keySet{}, fmt.Errorf("keys: status %d: %w", res.StatusCode, err)
	}
	return parseKeys(body)
}

func parseKeys(body []byte) (keySet, error) {
	var raw struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &raw); err != nil {
		return keySet{}, fmt.Errorf("keys: %w", err)
	}
	set := keySet{print: sha256.Sum256(body)}
	for _, text := range raw.Keys[:min(len(raw.Keys), maxKeys)] {
		var key jose.JSONWebKey
		if err := json.Unmarshal(text, &key); err == nil && key.Valid() && key.IsPublic() && (key.Use == "sig" || key.Use == "") {
			set.keys = append(set.keys, key)
		}
	}
	return set, nil
}

// fitting are the keys that may have signed a token with this header. Only kid and alg are read: what else a header says of keys or of
// where to find them is not.
func (s keySet) fitting(h jose.Header) []jose.JSONWebKey {
	return slices.DeleteFunc(slices.Clone(s.keys), func(k jose.JSONWebKey) bool {
		return h.KeyID != "" && k.KeyID != h.KeyID || k.Algorithm != "" && k.Algorithm != h.Algorithm
	})
}

// open checks the signature and gives the claims, with the print of the key set that the signature was checked by.
func (i *Issuer) open(ctx context.Context, token *jwt.JSONWebToken) (payload, [sha256.Size]byte, error) {
	set, err := i.keys.get(ctx)
	if err != nil {
		return payload{}, set.print, err
	}
	fitting := set.fitting(token.Headers[0])
	if p, ok := check(token, fitting); ok {
		return p, set.print, nil
	}
	if token.Headers[0].KeyID != "" && len(fitting) > 0 {
		return payload{}, set.print, ErrToken // the key is known, and another has signed
	}
	if set, err = i.keys.renew(ctx); err != nil {
		return payload{}, set.print, err
	}
	if p, ok := check(token, set.fitting(token.Headers[0])); ok {
		return p, set.print, nil
	}
	return payload{}, set.print, ErrToken
}

func check(token *jwt.JSONWebToken, keys []jose.JSONWebKey) (payload, bool) {
	for _, k := range keys {
		var p payload
		if err := token.Claims(k, &p); err == nil {
			return p, true
		}
	}
	return payload{}, false
}

// limited reads no more of an answer than a document may have.
type limited struct{ http.RoundTripper }

// RoundTrip asks, and bounds what can be read of the answer.
func (l limited) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := l.RoundTripper.RoundTrip(req)
	if err == nil {
		res.Body = http.MaxBytesReader(nil, res.Body, maxAnswer)
	}
	return res, err
}

// since is how long ago a moment was; negative for one to come.
func (i *Issuer) since(t time.Time) time.Duration { return i.clock().Sub(t) }
