package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

const (
	registerDevice = `mutation { it: registerDevice(input: {name: "Telefono", platform: ANDROID}) { refusals { code } device { id lastContactOn } } }`
	revokeDevice   = `mutation($d: ID!) { it: revokeDevice(input: {device: $d}) { refusals { code } device { revokedAt revokedBy { name } toldAt } } }`
	whoIsIt        = `{ viewer { name } }`
	confirmWipe    = `mutation($d: ID!) { it: confirmWipe(input: {device: $d}) { refusals { code } device { toldAt wipedAt } } }`
)

// TestAPhoneIsRevoked from its registration to its wipe: what its requests and its sockets are told, with whatever sign-in it comes.
func TestAPhoneIsRevoked(t *testing.T) {
	db := testdb.New(t)
	c := applied(t, db)
	enlist(t, db.OwnerURL, "anna")
	enlistAt(t, db.OwnerURL, "urn:lavoro:demonstration", "berta", "berta@example.org")
	n := serve(t, c)
	b := n.browser(t)
	token := func(subject string, more vars) string {
		t.Helper()
		token, err := n.app.door.demo.Token(subject, "test", time.Hour, more)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	anna, berta := token("anna", nil), token("berta", nil)
	n.token = anna
	device := at(t, n.ask(registerDevice, nil), "it.device.id").(string)
	other := "dev_00000000-0000-4000-8000-000000000001"
	expired := token("anna", vars{"exp": time.Now().Add(-2 * time.Minute).Unix()})

	told := func(what, token, device string, status int, code string) {
		t.Helper()
		headers := []string{"Content-Type", "application/json", "Lavoro-Device", device}
		if token != "" {
			headers = append(headers, "Authorization", "Bearer "+token)
		}
		res, text := b.send(http.MethodPost, n.url+"/graphql", whoQuery, headers...)
		var r response
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(text)
		}
		got, wipe := "", false
		if len(r.Errors) > 0 {
			got, _ = r.Errors[0].Extensions["code"].(string)
			wipe, _ = r.Errors[0].Extensions["wipe"].(bool)
		}
		if res.StatusCode != status || got != code || wipe != (code == "DEVICE_REVOKED") {
			t.Errorf("%s: %d %s", what, res.StatusCode, text)
		}
	}
	told("in use", anna, device, http.StatusOK, "")
	told("somebody else's", berta, device, http.StatusForbidden, "DEVICE_UNKNOWN")
	told("an unknown one", anna, other, http.StatusForbidden, "DEVICE_UNKNOWN")
	told("what is no device", anna, "il mio telefono", http.StatusForbidden, "DEVICE_UNKNOWN")
	told("in use, with a token that has run out", expired, device, http.StatusUnauthorized, "UNAUTHENTICATED")
	told("in use, with none", "", device, http.StatusOK, "UNAUTHENTICATED")
	if day := at(t, n.ask(`{ viewer { devices { lastContactOn toldAt } } }`, nil), "viewer.devices.0.lastContactOn"); day == nil {
		t.Error("its contact is not on record")
	}

	open := func(token, device string) *socket {
		s := n.dial()
		s.send(vars{"type": "connection_init", "payload": vars{"Authorization": "Bearer " + token, "Lavoro-Device": device}})
		return s
	}
	ended := func(what string, s *socket, reason string) {
		t.Helper()
		var closed websocket.CloseError
		if err := s.closed(); !errors.As(err, &closed) || closed.Code != 4403 || closed.Reason != reason {
			t.Errorf("%s: %v", what, err)
		}
	}
	ended("another's phone", open(berta, device), "DEVICE_UNKNOWN")
	standing, besides := open(anna, device), open(anna, "")
	for _, s := range []*socket{standing, besides} {
		if m := s.receive(); m["type"] != "connection_ack" {
			t.Fatalf("not acknowledged: %v", m)
		}
	}
	if r := n.ask(revokeDevice, vars{"d": device}); at(t, r, "it.device.revokedBy.name") != "Anna Canaria" || at(t, r, "it.device.toldAt") != nil {
		t.Errorf("revoked: %v", r)
	}
	began := time.Now()
	if ended("an open connection", standing, "DEVICE_REVOKED"); time.Since(began) > 2*time.Second {
		t.Errorf("it was open for %s", time.Since(began))
	}
	besides.send(vars{"id": "1", "type": "subscribe", "payload": vars{"query": whoIsIt}}) // what names no phone goes on
	if m := besides.receive(); at(t, m, "payload.data.viewer.name") != "Anna Canaria" {
		t.Errorf("another connection: %v", m)
	}
	if r := n.ask(`{ viewer { devices { toldAt } } }`, nil); at(t, r, "viewer.devices.0.toldAt") != nil {
		t.Errorf("told before it asked: %v", r)
	}
	told("revoked", anna, device, http.StatusForbidden, "DEVICE_REVOKED")
	told("revoked, with a token that has run out", expired, device, http.StatusForbidden, "DEVICE_REVOKED")
	told("revoked, with none", "", device, http.StatusForbidden, "DEVICE_REVOKED")
	told("revoked, of somebody else", berta, device, http.StatusForbidden, "DEVICE_UNKNOWN")
	ended("a connection of it", open(anna, device), "DEVICE_REVOKED")
	if r := n.ask(confirmWipe, vars{"d": device}); at(t, r, "it.device.toldAt") == nil || at(t, r, "it.device.wipedAt") == nil {
		t.Errorf("wiped: %v", r)
	}
	n.token = berta
	if r := n.ask(confirmWipe, vars{"d": device}); !strings.Contains(at(t, r, "it.refusals.0.code").(string), "NOT_FOUND") {
		t.Errorf("somebody else's: %v", r)
	}
}
