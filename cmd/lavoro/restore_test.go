package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
)

// grave is what is written of somebody who is erased later; nothing of it may be read after that.
var grave = []string{"Mirandolina", "Goldoni", "Servizio di via Arno", "EX_DETAINED", "prot. Locandiera"}

// TestSomebodyErasedIsUnreadableInARestoredDump takes a dump, erases somebody, restores the dump into another database, replays the list of
// destroyed keys there, and looks with the program itself: neither tables nor journal tell who it was, and the journals verify.
func TestSomebodyErasedIsUnreadableInARestoredDump(t *testing.T) {
	db := testdb.New(t)
	house := archive{t: t, db: db}
	now := applied(t, db)
	enlist(t, db.OwnerURL, "anna")
	n := serve(t, now).signed(t, "anna")
	id, person := house.refer(n)
	officer := house.officer(n)
	for _, hold := range []bool{true, false} {
		house.keeps(officer, `mutation($p: ID!, $hold: Boolean!) { x: holdPerson(input: {person: $p, hold: $hold, reason: "Ricorso di Locandiera"}) { refusals { code message } } }`, person, hold)
	}
	dump := db.Copy()
	house.keeps(officer, `mutation($p: ID!) { x: erasePerson(input: {person: $p, reason: RETENTION_ENDED}) { refusals { code message } } }`, person, nil)
	house.gone(n, id, person)

	old := archive{t: t, db: db.Restore(dump)}
	c := now
	c.DatabaseURL, c.OwnerURL, c.State = old.db.AppURL, old.db.OwnerURL, t.TempDir()
	before := serve(t, c).signed(t, "anna")
	if said := old.told(before, id); !holdsAll(said, grave[:4]) {
		t.Fatalf("the copy, before the keys are destroyed there, shows %s", said)
	}
	if details := strings.Join(old.db.Details("j.person_id = $1", person), " "); !strings.Contains(details, "Ricorso di Locandiera") {
		t.Fatalf("its journal, before the keys are destroyed there, says %s", details)
	}

	list := filepath.Join(t.TempDir(), "destroyed.txt")
	if out, err := verb(t, "keys", "destroyed", "--out", list, "--database-url", db.OwnerURL); err != nil || !strings.Contains(out, ": 1 destroyed keys") {
		t.Fatalf("%s %v", out, err)
	}
	if out, err := verb(t, "keys", "replay", list, "--database-url", old.db.OwnerURL); err != nil || !strings.HasPrefix(out, "1 of 1 people erased") {
		t.Fatalf("%s %v", out, err)
	}
	old.gone(serve(t, c).signed(t, "anna"), id, person)
	old.gone(before, id, person) // a node that had opened the person's key before
}

func holdsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// signed is the node as somebody who was enlisted uses it.
func (n *node) signed(t *testing.T, subject string) *node {
	t.Helper()
	token, err := n.app.door.demo.Token(subject, "test", time.Hour, vars{"auth_time": n.app.clock().Unix()})
	if err != nil {
		t.Fatal(err)
	}
	return &node{t: t, app: n.app, url: n.url, token: token}
}

// archive is one of the databases.
type archive struct {
	t  *testing.T
	db *testdb.DB
}

// refer has somebody referred, checked and seen, ends the case long ago, and gives the participation's id and the person's.
func (a archive) refer(n *node) (id string, person uuid.UUID) {
	a.t.Helper()
	programme := at(a.t, n.ask(`{ programme(code: "LACO3") { id organisations { id } } }`, nil), "programme")
	made := n.ask(`mutation($in: ReferPersonInput!) { referPerson(input: $in) { refusals { code path } participant { id } } }`, vars{"in": vars{
		"programme": at(a.t, programme, "id"), "organisation": at(a.t, programme, "organisations.0.id"), "fiscalCode": fiscal.MakeEntityCode(4711), "givenName": grave[0],
		"familyName": grave[1], "birthDay": "1990-05-17", "municipality": "045003", "referringService": grave[2], "groups": []string{grave[3]}}})
	id, _ = at(a.t, made, "referPerson.participant.id").(string)
	if id == "" {
		a.t.Fatalf("%v", made)
	}
	checked := n.ask(`mutation($p: ID!) { recordExclusionCheck(input: {participant: $p, measure: "ADI", outcome: CLEAR, evidence: "prot. Locandiera"}) { refusals { code path } exclusionCheck { id } } }`, vars{"p": id})
	if at(a.t, checked, "recordExclusionCheck.exclusionCheck") == nil {
		a.t.Fatalf("%v", checked)
	}
	if said := a.told(n, id); !holdsAll(said, grave[:4]) {
		a.t.Fatalf("it shows %s", said)
	}
	conn := owner(a.t, a.db.OwnerURL)
	if _, err := conn.Exec(a.t.Context(), "update participation set state = 'REJECTED', state_since = '2015-01-01'"); err != nil {
		a.t.Fatal(err)
	}
	return id, uuid.MustParse(query(a.t, conn, "select person_id from participation"))
}

// told is all that the program says of the participation, asked for SUPERVISION.
func (a archive) told(n *node, id string) string {
	a.t.Helper()
	_, body := n.carry("POST", "/graphql", []byte(spelledRequest(`query($id: ID!) { participant(id: $id) { referringService health { groups { code } } penal { groups { code } }
		person { givenName familyName fiscalCode } exclusionChecks { evidence } } }`, vars{"id": id})), "Content-Type", "application/json", "Lavoro-Purpose", "SUPERVISION", "Lavoro-Reason", "Reclamo")
	return string(body)
}

// officer is the programme's data-protection officer.
func (a archive) officer(n *node) *node {
	a.t.Helper()
	conn := owner(a.t, a.db.OwnerURL)
	id := uuid.New()
	for _, sql := range []string{
		`insert into member (id, issuer, subject, email, name, audience) select $1, '` + member.DemonstrationIssuer + `', 'dora', 'dora@example.org', 'Dora', array[organisation_id] from programme_roots()`,
		`insert into access_grant (id, member_id, programme_id, role, over_id, from_day, audience)
			select gen_random_uuid(), $1, programme_id, 'DPO', organisation_id, '2025-01-01', array[organisation_id] from programme_roots()`,
	} {
		if _, err := conn.Exec(a.t.Context(), sql, id); err != nil {
			a.t.Fatal(err)
		}
	}
	return n.signed(a.t, "dora")
}

// keeps does one of the officer's acts about the person.
func (a archive) keeps(officer *node, act string, person uuid.UUID, hold any) {
	a.t.Helper()
	variables := vars{"p": "per_" + person.String()}
	if hold != nil {
		variables["hold"] = hold
	}
	if refused := at(a.t, officer.ask(act, variables), "x.refusals").([]any); len(refused) > 0 {
		a.t.Fatalf("%v", refused)
	}
}

// gone holds that nobody can read any more who the person was: not in the program, not in a dump, not in the journal; and that the journals
// are what was written.
func (a archive) gone(n *node, id string, person uuid.UUID) {
	a.t.Helper()
	said, dump := a.told(n, id), a.db.Text()
	for _, word := range grave {
		if strings.Contains(said, word) || word != grave[3] && strings.Contains(dump, word) { // the group is a word of the programme's lists
			a.t.Errorf("%q is still there; the program says %s", word, said)
		}
	}
	conn := owner(a.t, a.db.OwnerURL)
	rows, err := conn.Query(a.t.Context(), "select id, detail from journal where person_id = $1 and detail is not null", person)
	if err != nil {
		a.t.Fatal(err)
	}
	defer rows.Close()
	closed := 0
	for rows.Next() {
		var entry uuid.UUID
		var detail []byte
		if err := rows.Scan(&entry, &detail); err != nil {
			a.t.Fatal(err)
		}
		if plain, err := a.db.Keys.Own().Open(detail, journal.DetailOf(entry)); err == nil {
			a.t.Errorf("the installation's own key opens %s", plain)
		}
		closed++
	}
	if keys := query(a.t, owner(a.t, a.db.OwnerURL), "select count(*) from person_key where person_id = $1", person); closed < 2 || keys != "0" {
		a.t.Errorf("%d details about the person, and %s keys that open them", closed, keys)
	}
	if out, err := verb(a.t, "journal", "verify", "--database-url", a.db.OwnerURL); err != nil || !strings.Contains(out, "acts ") || !strings.Contains(out, "reads") {
		a.t.Errorf("the journals: %v\n%s", err, out)
	}
}
