package oidc

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
)

// skew is how far an issuer's clock may be from ours.
const skew = 60 * time.Second

// Claims are what a token has proved.
type Claims struct {
	Issuer  string
	Subject string // 1 to 255 bytes; means nothing without Issuer
	// ClientID is the program that the token was given to; "" where the issuer does not say.
	ClientID string
	// Scopes are what the program may do on the subject's behalf.
	Scopes []string
	// AuthTime is when the subject last proved who he is; zero where the issuer does not say.
	AuthTime time.Time
	// ACR is how he proved it, as the issuer names it; "" where it does not say.
	ACR string
	// FiscalNumber is his fiscal code, from an issuer that is trusted for it; "" otherwise.
	FiscalNumber string
	// Email is his address where the issuer has verified it; "" otherwise.
	Email   string
	Expires time.Time
	// ClientCredentials says that no person has signed in: the token is a system's own.
	ClientCredentials bool
}

// payload is what tokens hold, of access and of identity alike.
type payload struct {
	jwt.Claims
	AuthorizedParty string           `json:"azp"`
	ClientID        string           `json:"client_id"`
	Scope           words            `json:"scope"`
	ScopeList       words            `json:"scp"`
	AuthTime        *jwt.NumericDate `json:"auth_time"`
	ACR             string           `json:"acr"`
	Nonce           string           `json:"nonce"`
	GrantType       string           `json:"gty"`
	Email           string           `json:"email"`
	EmailVerified   any              `json:"email_verified"`
	FiscalNumber    any              `json:"https://attributes.eid.gov.it/fiscal_number"`
}

// words are spelled as one text with spaces, or as a list.
type words []string

// UnmarshalJSON reads either spelling; anything else is no words.
func (w *words) UnmarshalJSON(data []byte) error {
	var text string
	var list []string
	if json.Unmarshal(data, &text) == nil {
		*w = strings.Fields(text)
	} else if json.Unmarshal(data, &list) == nil {
		*w = list
	}
	return nil
}

// claims are the payload's own where it holds now for the audience.
func (i *Issuer) claims(p payload, audience string) (Claims, error) {
	expected := jwt.Expected{Issuer: i.Config.Issuer, AnyAudience: jwt.Audience{audience}, Time: i.clock()}
	if err := p.ValidateWithLeeway(expected, skew); err != nil || p.Expiry == nil || p.Subject == "" || len(p.Subject) > 255 {
		return Claims{}, ErrToken
	}
	c := Claims{Issuer: p.Issuer, Subject: p.Subject, ClientID: p.AuthorizedParty, ACR: p.ACR, Expires: p.Expiry.Time(),
		Scopes: slices.Concat(p.Scope, p.ScopeList)}
	if c.ClientID == "" {
		c.ClientID = p.ClientID
	}
	if p.AuthTime != nil {
		c.AuthTime = p.AuthTime.Time()
	}
	if verified, _ := p.EmailVerified.(bool); verified {
		c.Email = p.Email
	}
	if i.Config.FiscalNumber {
		c.FiscalNumber = fiscalNumber(p.FiscalNumber)
	}
	c.ClientCredentials = c.ClientID != "" && (c.ClientID == c.Subject || slices.Contains(i.Systems, c.ClientID)) || p.GrantType == "client-credentials"
	return c, nil
}

// fiscalNumber reads TINIT-<fiscal code>, as SPID and CIE spell it; "" for what is not one.
func fiscalNumber(claim any) string {
	text, _ := claim.(string)
	code, italian := strings.CutPrefix(text, "TINIT-")
	parsed, err := fiscal.ParsePersonCode(code)
	if !italian || err != nil || parsed.String() != code {
		return ""
	}
	return code
}
