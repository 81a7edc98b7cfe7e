package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/platform/oidc"
)

// issuerSetting is one issuer of the setting `issuers`.
type issuerSetting struct {
	URL          string   `json:"url"`                    // iss in its tokens
	Discovery    string   `json:"discovery,omitempty"`    // where its document lies, if not below url
	Audience     string   `json:"audience"`               // aud of the access tokens that are for this program
	Algorithms   []string `json:"algorithms,omitempty"`   // that it may sign with; all asymmetric ones
	ClientID     string   `json:"clientId,omitempty"`     // of the pages; without it the issuer's tokens are taken, and nobody is signed in with it
	ClientSecret string   `json:"clientSecret,omitempty"` // of the pages
	Scopes       []string `json:"scopes,omitempty"`       // asked for at a sign-in, besides openid
	Systems      []string `json:"systems,omitempty"`      // client ids of partner systems, where their tokens do not tell
	Kind         string   `json:"kind,omitempty"`         // plain, or spid: a gateway to SPID or CIE whose word on fiscal codes is taken
	Label        string   `json:"label,omitempty"`        // what people read where they choose; url when empty
}

// trusted is an issuer that may say who somebody is, before anybody has asked it.
type trusted struct {
	oidc.Config
	label string
}

// The kinds of issuers.
const (
	plainIssuer = "plain"
	spidGateway = "spid"
)

var errIssuers = errors.New("--issuers (or LAVORO_ISSUERS) must be a JSON list of issuers, or @FILE that holds one")

// parseIssuers reads the setting `issuers`. Errors repeat none of its values but addresses: there are secrets among them.
func parseIssuers(setting string) ([]trusted, error) {
	if file, named := strings.CutPrefix(setting, "@"); named {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errIssuers, err)
		}
		setting = string(data)
	}
	if strings.TrimSpace(setting) == "" {
		return nil, nil
	}
	var list []issuerSetting
	decoder := json.NewDecoder(bytes.NewReader([]byte(setting)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&list); err != nil || decoder.More() {
		return nil, fmt.Errorf("%w: not readable up to byte %d", errIssuers, decoder.InputOffset())
	}
	var all []trusted
	seen := map[string]bool{}
	for _, s := range list {
		t, err := s.trusted()
		if err != nil {
			return nil, fmt.Errorf("--issuers (or LAVORO_ISSUERS): %w", err)
		}
		if seen[t.Issuer] {
			return nil, fmt.Errorf("--issuers (or LAVORO_ISSUERS): issuer %s is there twice", maskURL(t.Issuer))
		}
		seen[t.Issuer] = true
		all = append(all, t)
	}
	return all, nil
}

func (s issuerSetting) trusted() (trusted, error) {
	if s.Kind != "" && s.Kind != plainIssuer && s.Kind != spidGateway {
		return trusted{}, fmt.Errorf("issuer %s: kind is %s or %s", maskURL(s.URL), plainIssuer, spidGateway)
	}
	t := trusted{label: s.Label, Config: oidc.Config{Issuer: s.URL, Discovery: s.Discovery, Audience: s.Audience, Algorithms: s.Algorithms, ClientID: s.ClientID,
		ClientSecret: s.ClientSecret, Scopes: s.Scopes, Systems: s.Systems, FiscalNumber: s.Kind == spidGateway}}
	if t.label == "" {
		t.label = s.URL
	}
	return t, t.Check()
}

// maskIssuers names the issuers of the setting and nothing else of it.
func maskIssuers(setting string) string {
	list, err := parseIssuers(setting)
	if err != nil {
		return "***"
	}
	var names []string
	for _, t := range list {
		names = append(names, maskURL(t.Issuer))
	}
	return strings.Join(names, " ")
}
