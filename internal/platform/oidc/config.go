package oidc

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Clock says what time it is.
type Clock func() time.Time

// Config is one issuer that is trusted.
type Config struct {
	// Issuer is the identifier that stands in tokens as iss.
	Issuer string
	// Discovery is the address below which /.well-known/openid-configuration lies; "" is the identifier itself.
	Discovery string
	// Audience must stand in aud of access tokens.
	Audience string
	// Algorithms are those that the issuer may sign with, out of Algorithms(); none are all of them.
	Algorithms []string
	// ClientID names the program at the issuer as one that signs people in; "" where it only verifies access tokens.
	ClientID string
	// ClientSecret proves the program to the issuer; "" for a public client, which PKCE alone protects.
	ClientSecret string
	// Scopes are asked for at a sign-in besides openid.
	Scopes []string
	// Systems are client ids whose tokens are a system's own, where the issuer's tokens do not tell.
	Systems []string
	// FiscalNumber says that the issuer is a gateway to SPID or CIE, whose word on fiscal codes is taken.
	FiscalNumber bool
	// Client asks the issuer; nil is one with limits of time and size.
	Client *http.Client
}

// algorithms are asymmetric without exception: whoever verifies cannot sign.
var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384,
	jose.ES512, jose.EdDSA}

// Algorithms lists what an issuer may sign with.
func Algorithms() []string {
	names := make([]string, len(algorithms))
	for i, a := range algorithms {
		names[i] = string(a)
	}
	return names
}

// Check says what is wrong with the settings of an issuer; nil when nothing is. It repeats no secret.
func (c Config) Check() error {
	if c.Issuer == "" {
		return fmt.Errorf("an issuer has no identifier")
	}
	if c.Audience == "" {
		return fmt.Errorf("issuer %s: an audience is needed, or tokens for other programs would be taken", c.Issuer)
	}
	if c.Audience == c.ClientID {
		return fmt.Errorf("issuer %s: the audience of access tokens must differ from the client id, or ID tokens would be taken for them", c.Issuer)
	}
	if c.Client == nil && !Private(c.discovery()) {
		return fmt.Errorf("issuer %s: its address must be https (http only on this machine)", c.Issuer)
	}
	for _, a := range c.Algorithms {
		if !slices.Contains(algorithms, jose.SignatureAlgorithm(a)) {
			return fmt.Errorf("issuer %s: algorithm %q is none of %v", c.Issuer, a, Algorithms())
		}
	}
	if c.ClientSecret != "" && c.ClientID == "" {
		return fmt.Errorf("issuer %s: a client secret without a client id", c.Issuer)
	}
	return nil
}

// Private says whether nobody can listen on the way to an address: https, or http to this machine itself.
func Private(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname())
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (c Config) discovery() string {
	if c.Discovery != "" {
		return c.Discovery
	}
	return c.Issuer
}

func (c Config) allows(algorithm string) bool {
	return len(c.Algorithms) == 0 || slices.Contains(c.Algorithms, algorithm)
}
