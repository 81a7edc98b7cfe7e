package oidc

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4/jwt"
	"golang.org/x/oauth2"
)

// ErrSignIn is returned for a sign-in that came to nothing: refused at the issuer, answered to another question, or too late.
var ErrSignIn = errors.New("the sign-in did not succeed")

// patient is how long somebody may take at the issuer.
const patient = 10 * time.Minute

// Wish is what a sign-in must be like.
type Wish struct {
	// Fresh asks for a proof anew, though the person is signed in at the issuer.
	Fresh bool
	// ACR names the sorts of proof that will do, the best first; none is the issuer's own choice.
	ACR []string
}

// Pending is a sign-in that has begun. It must be kept where only the browser that began it comes to, and used once.
type Pending struct {
	Issuer   string    `json:"issuer"`
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"`
	Redirect string    `json:"redirect"`
	Began    time.Time `json:"began"`
	Wish     Wish      `json:"wish"`
}

// Begin gives the address at the issuer to send the browser to; it comes back to redirect.
func (i *Issuer) Begin(ctx context.Context, redirect string, w Wish) (string, Pending, error) {
	d, err := i.document.get(ctx)
	if err != nil {
		return "", Pending{}, err
	}
	p := Pending{Issuer: i.Config.Issuer, State: rand.Text() + rand.Text(), Nonce: rand.Text() + rand.Text(), Verifier: oauth2.GenerateVerifier(),
		Redirect: redirect, Began: i.clock(), Wish: w}
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(p.Verifier), oidc.Nonce(p.Nonce)}
	if w.Fresh {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	if len(w.ACR) > 0 {
		options = append(options, oauth2.SetAuthURLParam("acr_values", strings.Join(w.ACR, " ")))
	}
	return i.client(d, redirect).AuthCodeURL(p.State, options...), p, nil
}

func (i *Issuer) client(d document, redirect string) *oauth2.Config {
	endpoint := d.provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if i.ClientSecret == "" || len(d.Proofs) > 0 && !slices.Contains(d.Proofs, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{ClientID: i.ClientID, ClientSecret: i.ClientSecret, Endpoint: endpoint, RedirectURL: redirect,
		Scopes: append([]string{oidc.ScopeOpenID}, i.Scopes...)}
}

// Finish says who signed in, from what the browser brought back. ErrSignIn where it brought no proof that answers the question.
func (i *Issuer) Finish(ctx context.Context, p Pending, brought url.Values) (Claims, error) {
	d, err := i.document.get(ctx)
	if err != nil {
		return Claims{}, err
	}
	if err := i.answers(d, p, brought); err != nil {
		return Claims{}, err
	}
	ctx = oidc.ClientContext(ctx, i.Client)
	tokens, err := i.client(d, p.Redirect).Exchange(ctx, brought.Get("code"), oauth2.VerifierOption(p.Verifier))
	if refused := (*oauth2.RetrieveError)(nil); errors.As(err, &refused) && refused.Response.StatusCode < 500 {
		return Claims{}, fmt.Errorf("%w: the issuer takes the code for none of its own", ErrSignIn)
	}
	if err != nil {
		return Claims{}, ErrUnavailable
	}
	claims, err := i.identity(ctx, tokens, p)
	if err != nil {
		return Claims{}, err
	}
	if i.Config.FiscalNumber && claims.FiscalNumber == "" && d.UserInfo != "" {
		claims.FiscalNumber = askFiscalNumber(ctx, d, tokens, claims.Subject)
	}
	return claims, i.granted(p, claims)
}

// answers says whether what was brought answers this question, and whether there is a code in it.
func (i *Issuer) answers(d document, p Pending, brought url.Values) error {
	from := brought.Get("iss")
	switch {
	case p.Issuer != i.Config.Issuer || p.State == "" || subtle.ConstantTimeCompare([]byte(p.State), []byte(brought.Get("state"))) != 1:
		return fmt.Errorf("%w: another question was answered", ErrSignIn)
	case from != "" && from != i.Config.Issuer, from == "" && d.SaysIssuer:
		return fmt.Errorf("%w: another issuer answered", ErrSignIn)
	case i.since(p.Began) > patient:
		return fmt.Errorf("%w: it took too long", ErrSignIn)
	case brought.Get("error") != "" || brought.Get("code") == "":
		return fmt.Errorf("%w: the issuer gave no code", ErrSignIn)
	}
	return nil
}

// identity verifies the ID token like any token of the issuer's, with the program itself as audience.
func (i *Issuer) identity(ctx context.Context, tokens *oauth2.Token, p Pending) (Claims, error) {
	text, _ := tokens.Extra("id_token").(string)
	parsed, err := jwt.ParseSigned(text, algorithms)
	if err != nil || len(text) > maxToken || !i.allows(parsed.Headers[0].Algorithm) {
		return Claims{}, fmt.Errorf("%w: no ID token that can be read", ErrSignIn)
	}
	held, _, err := i.open(ctx, parsed)
	if errors.Is(err, ErrUnavailable) {
		return Claims{}, err
	}
	claims, wrong := i.claims(held, i.ClientID)
	foreign := held.AuthorizedParty != "" && held.AuthorizedParty != i.ClientID
	if err != nil || wrong != nil || foreign || subtle.ConstantTimeCompare([]byte(held.Nonce), []byte(p.Nonce)) != 1 {
		return Claims{}, fmt.Errorf("%w: the ID token does not hold", ErrSignIn)
	}
	return claims, nil
}

// granted says whether the sign-in is what was wished.
func (i *Issuer) granted(p Pending, c Claims) error {
	if p.Wish.Fresh && (c.AuthTime.IsZero() || c.AuthTime.Before(p.Began.Add(-skew))) {
		return fmt.Errorf("%w: it was not fresh", ErrSignIn)
	}
	if len(p.Wish.ACR) > 0 && !slices.Contains(p.Wish.ACR, c.ACR) {
		return fmt.Errorf("%w: it was of another sort", ErrSignIn)
	}
	return nil
}

// askFiscalNumber reads the fiscal code where an issuer gives it only to those who ask. "" where it gives none.
func askFiscalNumber(ctx context.Context, d document, tokens *oauth2.Token, subject string) string {
	info, err := d.provider.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	var said payload
	if err != nil || info.Subject != subject || info.Claims(&said) != nil {
		return ""
	}
	return fiscalNumber(said.FiscalNumber)
}

// EndSession gives the address that ends the session at the issuer and comes back to after; "" where the issuer has none.
func (i *Issuer) EndSession(ctx context.Context, after string) string {
	d, err := i.document.get(ctx)
	if err != nil || d.EndSession == "" {
		return ""
	}
	end, err := url.Parse(d.EndSession)
	if err != nil {
		return ""
	}
	query := end.Query()
	query.Set("client_id", i.ClientID)
	query.Set("post_logout_redirect_uri", after)
	end.RawQuery = query.Encode()
	return end.String()
}

// SignsIn says whether people can be signed in through a browser at this issuer.
func (i *Issuer) SignsIn() bool { return i.ClientID != "" }
