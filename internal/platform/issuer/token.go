package issuer

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4/jwt"
)

// maxForm is more bytes than a request for a token has.
const maxForm = 64 << 10

// token is the token endpoint: a code or a system's secret for an access token.
func (i *Issuer) token(w http.ResponseWriter, req *http.Request) {
	req.Body = http.MaxBytesReader(w, req.Body, maxForm)
	if err := req.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, "invalid_request")
		return
	}
	switch req.PostForm.Get("grant_type") {
	case "authorization_code":
		i.redeemed(w, req)
	case "client_credentials":
		i.system(w, req)
	default:
		refuse(w, http.StatusBadRequest, "unsupported_grant_type")
	}
}

// redeemed answers with what a code is worth: who presents it must hold the verifier of its challenge.
func (i *Issuer) redeemed(w http.ResponseWriter, req *http.Request) {
	c, err := i.redeem(req.PostForm.Get("code"))
	challenge := sha256.Sum256([]byte(req.PostForm.Get("code_verifier")))
	holds := subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(challenge[:])), []byte(c.Challenge)) == 1
	if err != nil || !holds || req.PostForm.Get("client_id") != c.Client || req.PostForm.Get("redirect_uri") != c.Redirect {
		refuse(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	proof := map[string]any{"auth_time": c.IssuedAt.Time().Unix()}
	if c.ACR != "" {
		proof["acr"] = c.ACR
	}
	access, err := i.Token(c.Subject, c.Client, Life, proof)
	if err == nil {
		proof["nonce"] = c.Nonce
		var identity string
		now := i.Clock()
		identity, err = i.sign("JWT", merged(map[string]any{"iss": i.Identifier, "sub": c.Subject, "aud": c.Client, "iat": now.Unix(),
			"exp": now.Add(codeLife).Unix()}, proof))
		if err == nil {
			answer(w, http.StatusOK, map[string]any{"access_token": access, "id_token": identity, "token_type": "Bearer", "expires_in": int(Life.Seconds())})
			return
		}
	}
	refuse(w, http.StatusInternalServerError, "server_error")
}

// system answers a system that proves itself: a token in its own name, with no more scopes than it may have.
func (i *Issuer) system(w http.ResponseWriter, req *http.Request) {
	c, proved := i.proved(req)
	if !proved {
		w.Header().Set("WWW-Authenticate", "Basic")
		refuse(w, http.StatusUnauthorized, "invalid_client")
		return
	}
	scopes := c.Scopes
	if asked := strings.Fields(req.PostForm.Get("scope")); len(asked) > 0 {
		scopes = slices.DeleteFunc(asked, func(s string) bool { return !slices.Contains(c.Scopes, s) })
	}
	access, err := i.Token(c.Subject, c.ID, Life, map[string]any{"scope": strings.Join(scopes, " "), "gty": "client-credentials"})
	if err != nil {
		refuse(w, http.StatusInternalServerError, "server_error")
		return
	}
	answer(w, http.StatusOK, map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": int(Life.Seconds()), "scope": strings.Join(scopes, " ")})
}

func refuse(w http.ResponseWriter, status int, code string) {
	answer(w, status, map[string]string{"error": code})
}

func merged(claims, more map[string]any) map[string]any {
	for name, value := range more {
		if value != "" {
			claims[name] = value
		}
	}
	return claims
}

// newCode is a code for the subject, as the question asked for it.
func (i *Issuer) newCode(q question, subject, id string) (string, error) {
	now := i.Clock()
	return i.sign("code+jwt", code{
		Claims: jwt.Claims{Issuer: i.Identifier, Subject: subject, Audience: jwt.Audience{i.Identifier}, ID: id,
			IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(codeLife))},
		Client: q.Client, Redirect: q.Redirect, Challenge: q.Challenge, Nonce: q.Nonce, ACR: q.acr(),
	})
}
