package issuer

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Life is how long tokens hold.
const Life = time.Hour

// codeLife is how long a code holds.
const codeLife = time.Minute

// Person is somebody whom anybody may sign in as.
type Person struct {
	Subject      string
	Name         string
	Role         text.Text // what he is there
	Organisation string    // where
}

// Client is a program that tokens are given to.
type Client struct {
	ID string
	// Redirects are where codes may be sent to; those to this machine fit with any port (RFC 8252).
	Redirects []string
	// Subject is as whom a system comes that has the key's secret; "" for programs that people sign in with.
	Subject string
	// Scopes are those that a system may have.
	Scopes []string
}

// Issuer issues tokens to whoever asks.
type Issuer struct {
	Identifier string        // iss
	Audience   string        // of access tokens
	Base       func() string // the address below which it is found, without a slash at the end
	Key        Key
	Clock      func() time.Time
	People     func(context.Context) ([]Person, error)
	Clients    func() []Client

	mu   sync.Mutex
	used map[string]time.Time // ids of codes that were redeemed, until they end
}

// Handler answers below the path of Base.
func (i *Issuer) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.discovery)
	mux.HandleFunc("GET /jwks.json", i.keys)
	mux.HandleFunc("GET /authorize", i.ask)
	mux.HandleFunc("POST /authorize", i.choose)
	mux.HandleFunc("POST /token", i.token)
	mux.HandleFunc("GET /end-session", i.end)
	return mux
}

func (i *Issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	base := i.Base()
	answer(w, http.StatusOK, map[string]any{
		"issuer": i.Identifier, "authorization_endpoint": base + "/authorize", "token_endpoint": base + "/token",
		"jwks_uri": base + "/jwks.json", "end_session_endpoint": base + "/end-session",
		"response_types_supported": []string{"code"}, "grant_types_supported": []string{"authorization_code", "client_credentials"},
		"subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{i.Key.Private.Algorithm},
		"code_challenge_methods_supported": []string{"S256"}, "authorization_response_iss_parameter_supported": true,
		"token_endpoint_auth_methods_supported": []string{"none", "client_secret_basic", "client_secret_post"},
	})
}

func (i *Issuer) keys(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{i.Key.Private.Public()}})
}

// Token signs an access token for the subject, given to a client.
func (i *Issuer) Token(subject, client string, life time.Duration, more map[string]any) (string, error) {
	now := i.Clock()
	claims := map[string]any{"iss": i.Identifier, "sub": subject, "aud": i.Audience, "client_id": client, "iat": now.Unix(), "exp": now.Add(life).Unix()}
	for name, value := range more {
		claims[name] = value
	}
	return i.sign("at+jwt", claims)
}

func (i *Issuer) sign(sort string, claims any) (string, error) {
	key := jose.SigningKey{Algorithm: jose.SignatureAlgorithm(i.Key.Private.Algorithm), Key: i.Key.Private}
	signer, err := jose.NewSigner(key, (&jose.SignerOptions{}).WithType(jose.ContentType(sort)))
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return jwt.Signed(signer).Claims(claims).Serialize()
}

// code is what a code says to the issuer that made it.
type code struct {
	jwt.Claims
	Client    string `json:"client"`
	Redirect  string `json:"redirect"`
	Challenge string `json:"challenge"`
	Nonce     string `json:"nonce,omitempty"`
	ACR       string `json:"acr,omitempty"`
}

var errCode = errors.New("no code of this issuer that holds")

// redeem opens a code, once.
func (i *Issuer) redeem(text string) (code, error) {
	parsed, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(i.Key.Private.Algorithm)})
	if err != nil {
		return code{}, errCode
	}
	var c code
	now := i.Clock()
	if err := parsed.Claims(i.Key.Private.Public(), &c); err != nil {
		return code{}, errCode
	}
	if err := c.ValidateWithLeeway(jwt.Expected{Issuer: i.Identifier, AnyAudience: jwt.Audience{i.Identifier}, Time: now}, 0); err != nil || c.Expiry == nil {
		return code{}, errCode
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if _, again := i.used[c.ID]; again {
		return code{}, errCode
	}
	for id, ends := range i.used {
		if ends.Before(now) {
			delete(i.used, id)
		}
	}
	if i.used == nil {
		i.used = map[string]time.Time{}
	}
	i.used[c.ID] = c.Expiry.Time().Add(time.Second)
	return c, nil
}

func (i *Issuer) client(id string) (Client, bool) {
	clients := i.Clients()
	n := slices.IndexFunc(clients, func(c Client) bool { return c.ID == id })
	if n < 0 {
		return Client{}, false
	}
	return clients[n], true
}

// mayReturn says whether a code may be sent to the address.
func (c Client) mayReturn(address string) bool {
	asked, err := url.Parse(address)
	return err == nil && asked.Fragment == "" && asked.User == nil && slices.ContainsFunc(c.Redirects, func(r string) bool {
		known, err := url.Parse(r)
		sameHost := err == nil && (known.Host == asked.Host || known.Hostname() == asked.Hostname() && here(asked.Hostname()))
		return sameHost && known.Scheme == asked.Scheme && known.Path == asked.Path && known.RawQuery == asked.RawQuery
	})
}

func here(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// proved says whether the request proves to come from the system. Basic credentials are form-encoded (RFC 6749, 2.3.1).
func (i *Issuer) proved(req *http.Request) (Client, bool) {
	id, secret, basic := req.BasicAuth()
	if basic {
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	} else {
		id, secret = req.PostForm.Get("client_id"), req.PostForm.Get("client_secret")
	}
	c, known := i.client(id)
	right := subtle.ConstantTimeCompare([]byte(secret), []byte(i.Key.Secret)) == 1
	return c, known && c.Subject != "" && right && i.Key.Secret != ""
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the reader may have gone
}
