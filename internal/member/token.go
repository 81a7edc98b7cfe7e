package member

import (
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// DemonstrationIssuer is the issuer of tokens that a demonstration signs for its own people.
const DemonstrationIssuer = "urn:lavoro:demonstration"

const (
	audience  = "lavoro"
	tokenLife = 12 * time.Hour
	leeway    = 60 * time.Second
)

// ErrToken is returned for a token that does not hold: malformed, wrongly signed, of another audience or time.
var ErrToken = errors.New("token does not hold")

// Demonstration signs and verifies tokens for the people of a DEMONSTRATION database with its own secret.
type Demonstration struct{ Secret []byte }

// Token signs a token for the subject; it holds for twelve hours from now.
func (d Demonstration) Token(subject string, now time.Time) (token string, expires time.Time, err error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: d.Secret}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", time.Time{}, fmt.Errorf("demonstration token: %w", err)
	}
	expires = now.Add(tokenLife)
	token, err = jwt.Signed(signer).Claims(jwt.Claims{
		Issuer: DemonstrationIssuer, Subject: subject, Audience: jwt.Audience{audience}, IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(expires),
	}).Serialize()
	return token, expires, err
}

// Subject gives the subject of a token that holds now; every other text is ErrToken.
func (d Demonstration) Subject(token string, now time.Time) (string, error) {
	if len(d.Secret) == 0 {
		return "", ErrToken
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return "", ErrToken
	}
	var claims jwt.Claims
	if err := parsed.Claims(d.Secret, &claims); err != nil {
		return "", ErrToken
	}
	expected := jwt.Expected{Issuer: DemonstrationIssuer, AnyAudience: jwt.Audience{audience}, Time: now}
	if err := claims.ValidateWithLeeway(expected, leeway); err != nil || claims.Expiry == nil {
		return "", ErrToken
	}
	return claims.Subject, nil
}
