package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// verb runs one command of the program as a person would, with no settings but the flags, and gives what it printed.
func verb(t *testing.T, args ...string) (string, error) {
	t.Helper()
	unset(t)
	state := t.TempDir()
	if err := newKeys(filepath.Join(state, "keys.json")); err != nil {
		t.Fatal(err)
	}
	return command(t, append(args, "--state", state)...)
}

// unset takes away every variable that the program reads, until the test ends.
func unset(t *testing.T) {
	t.Helper()
	each(&Config{}, func(field reflect.StructField, _ reflect.Value) {
		if value, set := os.LookupEnv(field.Tag.Get("env")); set {
			t.Setenv(field.Tag.Get("env"), value) // brings it back
			_ = os.Unsetenv(field.Tag.Get("env"))
		}
	})
}

func command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd := root()
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func owner(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	return conn
}

func query(t *testing.T, conn *pgx.Conn, sql string, args ...any) (text string) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), "select ("+sql+")::text", args...).Scan(&text); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return text
}

// emptyDatabase is one that no migration has seen.
func emptyDatabase(t *testing.T, beside *testdb.DB) string {
	t.Helper()
	u, err := url.Parse(beside.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	name := "lavoro_test_" + strings.ToLower(rand.Text()[:16])
	conn := owner(t, beside.OwnerURL)
	if _, err := conn.Exec(t.Context(), "create database "+name+" template template0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = conn.Exec(t.Context(), "drop database "+name+" with (force)") })
	u.Path = "/" + name
	return u.String()
}

// enlist writes somebody of the lead partner who signs in with the subject at a demonstration's issuer.
func enlist(t *testing.T, address, subject string) {
	t.Helper()
	enlistAt(t, address, member.DemonstrationIssuer, subject, "anna@example.org")
}

func enlistAt(t *testing.T, address, issuer, subject, email string) {
	t.Helper()
	conn := owner(t, address)
	id := uuid.New()
	if _, err := conn.Exec(t.Context(), `insert into member (id, issuer, subject, email, name, audience)
		select $1::uuid, $2::text, $3::text, $4::text, 'Anna Canaria', array[organisation_id] from programme_roots()`, id, issuer, subject, email); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `insert into access_grant (id, member_id, programme_id, role, over_id, from_day, audience)
		select gen_random_uuid(), $1::uuid, programme_id, 'COORDINATOR', organisation_id, '2025-01-01', array[organisation_id] from programme_roots()`, id); err != nil {
		t.Fatal(err)
	}
}

const whichProgramme = `{ programme(code: "LACO3") { code } }`

// TestARealDatabaseHasNoInventedPeople makes one with the program's own verbs and tries every door of a demonstration on it.
func TestARealDatabaseHasNoInventedPeople(t *testing.T) {
	beside := testdb.New(t)
	address := emptyDatabase(t, beside)
	if _, err := verb(t, "token", "--as", coordinator, "--database-url", address); err == nil {
		t.Error("a token of a database without tables")
	}
	if _, err := verb(t, "migrate", "--kind", "PLAY", "--database-url", address); err == nil || !strings.Contains(err.Error(), "REAL or DEMONSTRATION") {
		t.Errorf("another kind: %v", err)
	}
	for range 2 { // the second time changes nothing
		if out, err := verb(t, "migrate", "--kind", "REAL", "--database-url", address); err != nil {
			t.Fatalf("%s %v", out, err)
		}
	}
	conn := owner(t, address)
	id := query(t, conn, "select id from installation")
	if _, err := verb(t, "migrate", "--kind", "DEMONSTRATION", "--database-url", address); err == nil || !strings.Contains(err.Error(), "of kind REAL and stays so") {
		t.Errorf("made a demonstration afterwards: %v", err)
	}
	if got := query(t, conn, "select id || ' ' || kind from installation"); got != id+" REAL" {
		t.Errorf("the installation is %s", got)
	}
	for _, want := range []string{"LACO3: applied, with a new version of the rules; rules of version 1\nCUP_LENGTH: Il CUP", "LACO3: unchanged; rules of version 1\n"} {
		if out, err := verb(t, "programme", "apply", "../../internal/programme/files/"+programme.LavoroInCorso3Name, "--database-url", address); err != nil || !strings.Contains(out, want) {
			t.Fatalf("apply: %q %v, want %s", out, err, want)
		}
	}
	enlist(t, address, "anna")
	if _, err := verb(t, "token", "--as", "anna@example.org", "--database-url", address); err == nil || !strings.Contains(err.Error(), "REAL") {
		t.Errorf("token --as: %v", err)
	}
	if _, err := command(t, "serve", "--database-url", address, "--redis-url", beside.RedisURL, "--state", t.TempDir()); err == nil ||
		!strings.Contains(err.Error(), "lavoro keys generate --out FILE") {
		t.Errorf("served without keys: %v", err)
	}
	c := settings(t, beside)
	c.DatabaseURL, c.OwnerURL = address, ""
	n := serve(t, c)
	n.closedToInvention(t)
}

// closedToInvention tries what a demonstration offers.
func (n *node) closedToInvention(t *testing.T) {
	for path, method := range map[string]string{"/demo/people": http.MethodGet, "/demo/issuer/.well-known/openid-configuration": http.MethodGet,
		"/demo/issuer/jwks.json": http.MethodGet, "/demo/issuer/token": http.MethodPost, "/demo/issuer/authorize": http.MethodGet} {
		req, _ := http.NewRequest(method, n.url+path, strings.NewReader("grant_type=client_credentials"))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	if people, err := member.DemonstrationPeople(t.Context(), n.app.DB); err != nil || len(people) > 0 {
		t.Errorf("%d people may sign in (%v)", len(people), err)
	}
	if left, _ := filepath.Glob(filepath.Join(n.app.Config.State, "*")); len(left) > 0 {
		t.Errorf("a key was made: %v", left)
	}
	for what, key := range map[string][]byte{"no key": nil, "a key of zeros": make([]byte, 32), "a mark of the index": n.app.DB.Keys.Index("code", nil).Bytes} {
		n.token = symmetric("anna", key)
		if code := n.refused(whichProgramme, nil); code != "UNAUTHENTICATED" {
			t.Errorf("a token signed with %s: %s", what, code)
		}
	}
	n.token = (&node{t: t, app: n.app}).invented(t, t.TempDir(), "anna")
	if code := n.refused(whichProgramme, nil); code != "UNAUTHENTICATED" {
		t.Errorf("a demonstration's token: %s", code)
	}
}

// symmetric is a token like a demonstration's, made by hand with a secret in place of a key: libraries refuse to sign with a short one.
func symmetric(subject string, key []byte) string {
	encode := base64.RawURLEncoding.EncodeToString
	body := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(fmt.Appendf(nil, `{"iss":%q,"sub":%q,"aud":["lavoro"],"iat":%d,"exp":%d}`,
		member.DemonstrationIssuer, subject, time.Now().Unix(), time.Now().Add(time.Hour).Unix()))
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(body))
	return body + "." + encode(mac.Sum(nil))
}

// invented is a token that the demonstration's issuer of a state folder signs.
func (n *node) invented(t *testing.T, state, subject string) string {
	t.Helper()
	i, err := demoIssuer(n.app.DB, state, "", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	token, err := i.Token(subject, "test", time.Hour, nil)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// TestTokensHoldWhereTheirKeyIs: nodes that share a state folder know each other's tokens, others do not; the installation's id signs none.
func TestTokensHoldWhereTheirKeyIs(t *testing.T) {
	home := testdb.New(t)
	c := applied(t, home)
	enlist(t, home.OwnerURL, "anna")
	unset(t)
	printed := func(state, email string) (string, error) {
		out, err := command(t, "token", "--as", email, "--database-url", home.AppURL, "--state", state)
		return strings.TrimSpace(out), err
	}
	token, err := printed(c.State, "anna@example.org") // before any node: it makes the key
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []*node{serve(t, c), serve(t, c)} {
		if n.token = token; at(t, n.ask(whichProgramme, nil), "programme.code") != "LACO3" {
			t.Error("signed in and sees nothing")
		}
		foreign, err := printed(t.TempDir(), "anna@example.org")
		if err != nil {
			t.Fatal(err)
		}
		for what, token := range map[string]string{"another folder's key": foreign, "the installation's id": symmetric("anna", n.app.Installation.ID[:])} {
			if n.token = token; n.refused(whichProgramme, nil) != "UNAUTHENTICATED" {
				t.Errorf("a token signed with %s is taken", what)
			}
		}
	}
	if _, err := printed(c.State, "nobody@example.org"); err == nil {
		t.Error("a token of somebody who does not exist")
	}
}

func TestAWrongProgrammeIsToldInBothLanguages(t *testing.T) {
	db := testdb.New(t)
	name, _ := written(t, "programma.yaml", "programme: 3")
	for lang, want := range map[string]string{"it": "manca", "en": "missing"} {
		if out, err := verb(t, "programme", "apply", name, "--lang", lang, "--database-url", db.OwnerURL); err == nil || !strings.Contains(err.Error(), "programma.yaml") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s %v", out, err)
		}
	}
	if got := query(t, owner(t, db.OwnerURL), "select count(*) from programme"); got != "0" {
		t.Errorf("%s programmes are written", got)
	}
}

// What rules would come to is told before they are applied, by payer and budget line; see allowance.Foresee.
func TestRulesAreTriedBeforeTheyAreApplied(t *testing.T) {
	db := testdb.New(t)
	c := applied(t, db)
	file := strings.Replace(string(programme.LavoroInCorso3), "number: 1\n  valid_from: 2024-12-19", "number: 2\n  valid_from: 2026-01-01", 1)
	name, _ := written(t, "programma.yaml", file)
	try := []string{"programme", "apply", "--dry-run", name, "--database-url", c.DatabaseURL, "--owner-url", c.OwnerURL}
	const want = "nothing is applied\nLACO3: applied, with a new version of the rules; rules of version 2\n"
	out, err := verb(t, try...)
	if err != nil || !strings.HasPrefix(out, want) || !strings.HasSuffix(out, "issued months that would come to something else: 0 months, €0.00 more, €0.00 less\nother months, as the register stands: 0 months, €0.00 more, €0.00 less\n") {
		t.Errorf("%q %v", out, err)
	}
	if got := query(t, owner(t, db.OwnerURL), "select count(*) from policy_version"); got != "1" {
		t.Errorf("%s versions of the rules", got)
	}
}

// applied is a database with the programme and nobody in it.
func applied(t *testing.T, db *testdb.DB) Config {
	t.Helper()
	if _, err := programme.Apply(t.Context(), db.OwnerURL, programme.LavoroInCorso3Name, programme.LavoroInCorso3, time.Now); err != nil {
		t.Fatal(err)
	}
	return settings(t, db)
}

// settings are those of a node on the database.
func settings(t *testing.T, db *testdb.DB) Config {
	t.Helper()
	keys, err := db.Keys.Text()
	if err != nil {
		t.Fatal(err)
	}
	return Config{DatabaseURL: db.AppURL, OwnerURL: db.OwnerURL, RedisURL: db.RedisURL, KeysText: keys, State: t.TempDir(), IdleMinutes: 30, MaxMinutes: 600,
		Bounds: Bounds{MaxCost: 50_000, MaxDepth: 15, Drain: 50 * time.Millisecond}}
}
