package oidc

import (
	"context"
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4/jwt"
	lru "github.com/hashicorp/golang-lru/v2"
)

const (
	// maxToken is more than any issuer's tokens have, and less than a request's headers.
	maxToken = 16 << 10
	// remembered is how many tokens that hold are kept by their hash.
	remembered = 10_000
)

// accessTypes are what the header of an access token may call it; other sorts of tokens name themselves so as not to be taken for one.
var accessTypes = []string{"", "jwt", "at+jwt", "application/at+jwt"}

// Verifier says whose an access token is. It can be used by many at once.
type Verifier struct {
	issuers map[string]*Issuer
	clock   Clock
	known   *lru.Cache[[sha256.Size]byte, known]
}

// known is a token that was verified, and by which keys.
type known struct {
	claims Claims
	issuer *Issuer
	print  [sha256.Size]byte
}

// NewVerifier trusts the issuers, each identifier once.
func NewVerifier(clock Clock, issuers ...*Issuer) *Verifier {
	cache, err := lru.New[[sha256.Size]byte, known](remembered)
	if err != nil {
		panic(err) // of a size that is a constant
	}
	v := &Verifier{issuers: map[string]*Issuer{}, clock: clock, known: cache}
	for _, i := range issuers {
		v.issuers[i.Config.Issuer] = i
	}
	return v
}

// Verify gives what an access token proves. ErrToken for one that does not hold now, ErrUnavailable where only its issuer could say.
func (v *Verifier) Verify(ctx context.Context, token string) (Claims, error) {
	return v.Presented(token)(ctx)
}

// Presented is Verify for a token that is looked at again and again, as long as its bearer's connection stands: it is hashed once.
func (v *Verifier) Presented(token string) func(context.Context) (Claims, error) {
	if len(token) > maxToken {
		return func(context.Context) (Claims, error) { return Claims{}, ErrToken }
	}
	hash := sha256.Sum256([]byte(token))
	return func(ctx context.Context) (Claims, error) { return v.verify(ctx, token, hash) }
}

func (v *Verifier) verify(ctx context.Context, token string, hash [sha256.Size]byte) (Claims, error) {
	if k, ok := v.known.Get(hash); ok {
		set, err := k.issuer.keys.get(ctx)
		if err == nil && set.print == k.print && v.clock().Before(k.claims.Expires) {
			return k.claims, nil
		}
		v.known.Remove(hash)
	}
	parsed, issuer, err := v.parse(token)
	if err != nil {
		return Claims{}, err
	}
	p, print, err := issuer.open(ctx, parsed)
	if err != nil {
		return Claims{}, err
	}
	claims, err := issuer.claims(p, issuer.Audience)
	if err == nil {
		v.known.Add(hash, known{claims, issuer, print})
	}
	return claims, err
}

// parse reads a token and finds the issuer that it names. Nothing of it is believed yet.
func (v *Verifier) parse(token string) (*jwt.JSONWebToken, *Issuer, error) {
	parsed, err := jwt.ParseSigned(token, algorithms)
	if err != nil || len(parsed.Headers) != 1 {
		return nil, nil, ErrToken
	}
	header := parsed.Headers[0]
	sort, _ := header.ExtraHeaders["typ"].(string)
	_, critical := header.ExtraHeaders["crit"]
	_, unencoded := header.ExtraHeaders["b64"]
	if critical || unencoded || !slices.Contains(accessTypes, strings.ToLower(sort)) {
		return nil, nil, ErrToken
	}
	var named struct {
		Issuer string `json:"iss"`
	}
	if err := parsed.UnsafeClaimsWithoutVerification(&named); err != nil {
		return nil, nil, ErrToken
	}
	issuer, trusted := v.issuers[named.Issuer]
	if !trusted || !issuer.allows(header.Algorithm) {
		return nil, nil, ErrToken
	}
	return parsed, issuer, nil
}
