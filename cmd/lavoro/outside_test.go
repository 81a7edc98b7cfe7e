package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/internal/platform/issuer"
)

// outside is an issuer on an address of its own, which is silent until it opens.
type outside struct {
	issuer *issuer.Issuer
	opened atomic.Bool
}

func newOutside(t *testing.T) *outside {
	t.Helper()
	key, err := issuer.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	o := &outside{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if !o.opened.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		o.issuer.Handler().ServeHTTP(w, req)
	}))
	t.Cleanup(server.Close)
	o.issuer = &issuer.Issuer{Identifier: server.URL, Audience: "lavoro", Base: func() string { return server.URL }, Key: key, Clock: time.Now}
	return o
}

func (o *outside) open() { o.opened.Store(true) }

// setting is how a program is told to trust it.
func (o *outside) setting() string {
	text, _ := json.Marshal([]issuerSetting{{URL: o.issuer.Identifier, Audience: o.issuer.Audience}})
	return string(text)
}

// spid is how a program is told to trust its word on fiscal codes, too.
func (o *outside) spid() string {
	text, _ := json.Marshal([]issuerSetting{{URL: o.issuer.Identifier, Audience: o.issuer.Audience, Kind: spidGateway}})
	return string(text)
}

func (o *outside) token(t *testing.T, subject string) string {
	t.Helper()
	return o.signed(t, subject, nil)
}

// proving is a token of somebody whose fiscal code the issuer knows.
func (o *outside) proving(t *testing.T, subject, code string) string {
	t.Helper()
	return o.signed(t, subject, vars{"https://attributes.eid.gov.it/fiscal_number": "TINIT-" + code})
}

func (o *outside) signed(t *testing.T, subject string, more vars) string {
	t.Helper()
	token, err := o.issuer.Token(subject, "app", time.Hour, more)
	if err != nil {
		t.Fatal(err)
	}
	return token
}
