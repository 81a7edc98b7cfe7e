package main

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/internal/document/control"
	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

const makeFolder = `mutation($input: MakeControlFolderInput!) { makeControlFolder(input: $input) { refusals { code path } manifest drawn { id } file { kind mediaType state } download { path } } }`

// TestControlFolders makes folders of the demonstration, and checks them as somebody would who has nothing but the file and the anchors.
func TestControlFolders(t *testing.T) {
	db := testdb.New(t)
	c := demonstration(t, db)
	c.Anchors = t.TempDir()
	n := serve(t, c)
	house := evidence.Anchorage{Installation: n.app.Installation.ID, Folder: journal.Folder(c.Anchors)}
	if err := house.Drop(t.Context(), n.app.DB, time.Now()); err != nil {
		t.Fatal(err)
	}
	officer := n.as(t, "payments.asl@demo.lavoro")
	programme := at(t, officer.ask(`{ programme(code: "LACO3") { id } }`, nil), "programme.id")
	allowance := "alw_" + query(t, owner(t, c.owner()), `select min(l.allowance_id::text) from payment_line l join organisation o on o.id = l.payer_id where l.state = 'PAID' and o.parent_id is null
		and not exists (select from payment_line x where x.allowance_id = l.allowance_id and x.payer_id <> l.payer_id)`)
	const paid = `query($programme: ID!) { paymentLines(programme: $programme, filter: {states: [PAID]}, first: 1) { nodes { allowance { id } } } }`

	month := foldered(t, officer, vars{"allowance": allowance, "purpose": "controllo della Regione"})
	said := holds(t, c, month)
	for _, words := range []string{"months of the register", "worked out again from their inputs", "transfers were not looked up", "EUR of them paid", "1 anchors", "ok"} {
		if !strings.Contains(said, words) {
			t.Errorf("the folder of a month lacks %q: %s", words, said)
		}
	}
	if strings.Contains(said, "are in no anchor") {
		t.Errorf("entries are not anchored: %s", said)
	}
	endsAtTheBank(t, month)
	whatWasSent(t, n, c, allowance, month)
	auditor := n.as(t, "auditor.asl@demo.lavoro")
	audited := at(t, auditor.ask(paid, vars{"programme": programme}), "paymentLines.nodes.0.allowance.id")
	holds(t, c, foldered(t, auditor, vars{"allowance": audited, "purpose": "controllo"}))
	beyond := officer.ask(`query($programme: ID!) { recoveries(programme: $programme, first: 1) { nodes { allowance { id } } } }`, vars{"programme": programme})
	if said := holds(t, c, foldered(t, officer, vars{"allowance": at(t, beyond, "recoveries.nodes.0.allowance.id"), "purpose": "controllo"})); !strings.Contains(said, "have come back, or have to") {
		t.Errorf("a month that was paid too much: %s", said)
	}
	open, of, _, _ := cut4(query(t, owner(t, c.owner()), `select r.id || ' ' || r.allowance_id from recovery r join organisation o on o.id = r.payer_id where o.code = 'ASL' and r.left_cents > 100
		and not exists (select from recovery_discharge d where d.recovery_id = r.id and d.state = 'WAITING') order by r.id limit 1`))
	asked := officer.ask(`mutation($input: RecordRepaymentInput!) { recordRepayment(input: $input) { refusals { code } discharge { id } } }`,
		vars{"input": vars{"recovery": "rcv_" + open, "amount": 100, "day": time.Now().Format(time.DateOnly), "reason": "Bonifico"}})
	if at(t, asked, "recordRepayment.discharge") == nil {
		t.Fatalf("what is given back: %v", asked)
	}
	given := at(t, asked, "recordRepayment.discharge.id")
	n.as(t, "approver.asl@demo.lavoro").ask(`mutation($input: AnswerDischargeInput!) { answerDischarge(input: $input) { refusals { code } } }`, vars{"input": vars{"discharge": given, "confirm": true}})
	if said := holds(t, c, foldered(t, officer, vars{"allowance": "alw_" + of, "purpose": "controllo"})); !strings.Contains(said, "1.00 EUR of what was paid too much are said to be given back") {
		t.Errorf("a month of which something was given back: %s", said)
	}
	sample := vars{"purpose": "campione", "sample": vars{"programme": programme, "seed": "2026-1", "size": 3}}
	drawn := foldered(t, officer, sample)
	if said := holds(t, c, drawn); !strings.Contains(said, "sample: 3 of ") {
		t.Errorf("the folder of a sample: %s", said)
	}
	tampered := filepath.Join(t.TempDir(), "tampered.zip")
	if err := os.WriteFile(tampered, drawn[:len(drawn)-10], 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := verb(t, "verify", tampered); err == nil {
		t.Errorf("a torn folder holds: %s", said)
	}
	whoMayNot(t, n, allowance, programme)
	whatIsKept(t, c, n, programme)
}

// endsAtTheBank looks up in a folder by which order each line was paid, and when: the list's answer has told it.
func endsAtTheBank(t *testing.T, folder []byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(folder), int64(len(folder)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("payments.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	paid := 0
	for _, row := range rows[1:] {
		if !slices.Contains(row, "PAID") {
			continue
		}
		paid++
		if end := row[len(row)-2:]; end[0] == "" || end[1] == "" {
			t.Errorf("paid by no order: %v", row)
		}
	}
	if paid == 0 {
		t.Error("the folder has no line that is paid")
	}
}

// foldered makes a folder and fetches it.
func foldered(t *testing.T, n *node, input vars) []byte {
	t.Helper()
	made := at(t, n.ask(makeFolder, vars{"input": input}), "makeControlFolder")
	if at(t, made, "file.state") != "MADE" {
		t.Fatalf("made: %v", made)
	}
	res, content := n.carry(http.MethodGet, at(t, made, "download.path").(string), nil)
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/zip" {
		t.Fatalf("%d %s", res.StatusCode, content)
	}
	return content
}

// holds checks a folder by the verb.
func holds(t *testing.T, c Config, content []byte, more ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "folder.zip")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := command(t, append([]string{"verify", file, "--anchors", c.Anchors}, more...)...)
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return said
}

// whatWasSent lays the files by which a month's payments were sent beside its folder, as the payer has them: they order what the folder says, to the very
// accounts, also where whoever had it made does not read accounts.
func whatWasSent(t *testing.T, n *node, c Config, allowance string, folder []byte) {
	t.Helper()
	officer := n.as(t, "payments.asl@demo.lavoro")
	sent := officer.ask(`query($id: ID!) { node(id: $id) { ... on Allowance { statements { payments { file { file { id mediaType } } } } } } }`, vars{"id": allowance})
	files := map[string]string{}
	for _, s := range at(t, sent, "node.statements").([]any) {
		for _, p := range at(t, s, "payments").([]any) {
			if at(t, p, "file") == nil {
				continue
			}
			id := at(t, p, "file.file.id").(string)
			ready := officer.ask(prepareFetch, vars{"input": vars{"file": id}})
			res, content := officer.carry(http.MethodGet, at(t, ready, "prepareDownload.download.path").(string), nil)
			if res.StatusCode != http.StatusOK {
				t.Fatalf("%d %s", res.StatusCode, content)
			}
			files[id] = filepath.Join(t.TempDir(), id)
			if err := os.WriteFile(files[id], content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	var args []string
	for _, name := range files {
		args = append(args, "--sent", name)
	}
	if said := holds(t, c, folder, args...); !strings.Contains(said, " transfers are as their files order them\n") || !strings.Contains(said, "orders of these files are none that the folder speaks of") || strings.Contains(said, "not looked up") {
		t.Errorf("beside %d files: %s", len(files), said)
	}
	unread := foldered(t, n.as(t, "coordinator.asl@demo.lavoro"), vars{"allowance": allowance, "purpose": "controllo"})
	if said := holds(t, c, unread, args...); !strings.Contains(said, "not seen to whom, since accounts are hidden") {
		t.Errorf("of who reads no accounts: %s", said)
	}
	other := filepath.Join(t.TempDir(), "other.csv")
	if err := os.WriteFile(other, []byte("order_key;beneficiary;means;iban;net\nK1;Nessuno;POSTAL;;1,00\nTOTAL;1;;;1,00\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "folder.zip")
	if err := os.WriteFile(file, folder, 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := verb(t, "verify", file, "--sent", other); err == nil || !strings.Contains(err.Error(), "nothing in the folder was sent by it") {
		t.Errorf("beside a file of others: %v, %s", err, said)
	}
}

// TestAFolderSpeaksToNoTerminal: what a folder says of itself is printed, and moves no cursor.
func TestAFolderSpeaksToNoTerminal(t *testing.T) {
	evil := "\x1b[2K\u202e\r\nok"
	var out bytes.Buffer
	tellFound(&out, &control.Opened{Manifest: control.Manifest{Programme: evil, CUP: evil, Sample: &control.Sample{Seed: evil}}}, control.Found{})
	if strings.ContainsAny(out.String(), "\x1b\r\u202e") || strings.Count(out.String(), "\nok\n") != 1 {
		t.Errorf("%q", out.String())
	}
}

func whoMayNot(t *testing.T, n *node, allowance, programme any) {
	t.Helper()
	for who, want := range map[string]string{"tutor.asl@demo.lavoro": "NOT_FOUND", "coordinator.aias@demo.lavoro": "", "participant1.persona@demo.lavoro": ""} {
		made := n.as(t, who).ask(makeFolder, vars{"input": vars{"allowance": allowance, "purpose": "prova"}})
		got := at(t, made, "makeControlFolder.refusals").([]any)
		if want != "" && (len(got) == 0 || at(t, got[0], "code") != want) || want == "" && len(got) > 0 && at(t, got[0], "code") != "NOT_FOUND" && at(t, got[0], "code") != "NOT_ALLOWED" {
			t.Errorf("%s is answered %v", who, got)
		}
	}
	for what, input := range map[string]vars{
		"INVALID_VALUE":       {"allowance": allowance, "purpose": " "},
		"CONTROL_FRAME_EMPTY": {"purpose": "p", "sample": vars{"programme": programme, "seed": "s", "size": 1, "to": "2020-01"}},
		"NOT_FOUND":           {"purpose": "p", "allowance": "alw_00000000-0000-4000-8000-000000000000"},
	} {
		made := n.as(t, "payments.asl@demo.lavoro").ask(makeFolder, vars{"input": input})
		if got := at(t, made, "makeControlFolder.refusals").([]any); len(got) == 0 || at(t, got[0], "code") != what {
			t.Errorf("%v is answered %v", input, got)
		}
	}
}

// whatIsKept: the act by its programme and by each month, the read of each download, and the draw.
func whatIsKept(t *testing.T, c Config, n *node, programme any) {
	t.Helper()
	seen := n.as(t, "dpo.asl@demo.lavoro").ask(`query($programme: ID!) { journal(programme: $programme, filter: {acts: ["makeControlFolder"]}) { nodes { act } }
		readJournal(programme: $programme, filter: {purposes: ["DOWNLOAD"], classes: ["money"]}) { nodes { class } } }`, vars{"programme": programme})
	if acts, reads := len(at(t, seen, "journal.nodes").([]any)), len(at(t, seen, "readJournal.nodes").([]any)); acts < 4 || reads < 2 {
		t.Errorf("%d acts and %d reads are in the journals", acts, reads)
	}
	conn := owner(t, c.owner())
	if got := query(t, conn, "select count(*) || ' ' || string_agg(coalesce(seed, '-') || cardinality(drawn), ' ') from control_folder where frame is not null"); got != "1 2026-13" {
		t.Errorf("kept of draws: %s", got)
	}
}

// TestASampleOutlivesWhoIsErased: what was made of somebody goes with his key, and the same seed draws the same lines again, with what is left of him and all that
// there is of the others.
func TestASampleOutlivesWhoIsErased(t *testing.T) {
	c := demonstration(t, testdb.New(t))
	n := serve(t, c)
	conn := owner(t, c.owner())
	c.Anchors = t.TempDir()
	officer := n.as(t, "payments.asl@demo.lavoro")
	programme := at(t, officer.ask(`{ programme(code: "LACO3") { id } }`, nil), "programme.id")
	input := func() vars {
		return vars{"purpose": "campione", "sample": vars{"programme": programme, "seed": "2026-1", "size": 3}}
	}
	made := at(t, officer.ask(makeFolder, vars{"input": input()}), "makeControlFolder")
	line := strings.TrimPrefix(at(t, made, "drawn.0.id").(string), "pyl_")
	erased := query(t, conn, "select a.person_id || ' ' || a.id || ' ' || l.allowance_id || ' ' || a.pseudonym from payment_line l join participation a on a.id = l.participation_id where l.id = '"+line+"'")
	person, participation, allowance, pseudonym := cut4(erased)
	name := query(t, conn, "select given_name || ' ' || family_name from person where id = '"+person+"'")
	if _, err := conn.Exec(t.Context(), "select destroy_person_key($1, now(), null)", person); err != nil {
		t.Fatal(err)
	}
	if res, content := officer.carry(http.MethodGet, at(t, made, "download.path").(string), nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("what was made before is fetched: %d, %d bytes", res.StatusCode, len(content))
	}
	again := at(t, officer.ask(makeFolder, vars{"input": input()}), "makeControlFolder")
	if fmt.Sprint(at(t, again, "drawn")) != fmt.Sprint(at(t, made, "drawn")) {
		t.Errorf("drawn %v, and again %v: %v", at(t, made, "drawn"), at(t, again, "drawn"), again)
	}
	_, content := officer.carry(http.MethodGet, at(t, again, "download.path").(string), nil)
	alone := foldered(t, officer, vars{"allowance": "alw_" + allowance, "purpose": "controllo"})
	for what, folder := range map[string][]byte{"the sample": content, "the month": alone} {
		if said := holds(t, c, folder); !strings.Contains(said, "worked out again from their inputs") {
			t.Errorf("%s: %s", what, said)
		}
		months := unzipped(t, folder, "months.csv")
		if !strings.Contains(months, participation) || !strings.Contains(months, pseudonym) || strings.Contains(months, name) {
			t.Errorf("%s says %s", what, months)
		}
	}
	if alone := query(t, conn, "select (f.person_id is null)::text from control_folder c join file f on f.id = c.id where cardinality(c.participations) = 1"); alone != "true" {
		t.Error("what is left of somebody erased is under a key of his")
	}
}

func cut4(s string) (a, b, c, d string) {
	parts := append(strings.Fields(s), "", "", "", "")
	return parts[0], parts[1], parts[2], parts[3]
}
