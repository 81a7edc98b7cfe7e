package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
	lines := officer.ask(`query($programme: ID!) { paymentLines(programme: $programme, filter: {states: [PAID]}, first: 1) { nodes { allowance { id } } } }`, vars{"programme": programme})
	allowance := at(t, lines, "paymentLines.nodes.0.allowance.id")

	month := foldered(t, officer, vars{"allowance": allowance, "purpose": "controllo della Regione"})
	said := holds(t, c, month)
	for _, words := range []string{"months of the register", "EUR of them paid", "1 anchors", "ok"} {
		if !strings.Contains(said, words) {
			t.Errorf("the folder of a month lacks %q: %s", words, said)
		}
	}
	if strings.Contains(said, "are in no anchor") {
		t.Errorf("entries are not anchored: %s", said)
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
func holds(t *testing.T, c Config, content []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "folder.zip")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := command(t, "verify", file, "--anchors", c.Anchors)
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return said
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
