package main

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"mime/quotedprintable"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/duty/dutytest"
	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
)

// cursors asks for places in lists, in every order: a page may put them into its address.
func (b *birds) cursors() {
	b.t.Helper()
	var all strings.Builder
	for _, order := range []string{"", "orderBy: NAME, ", "orderBy: REFERRED_OLDEST, "} {
		data, code := b.post(b.lead, "query($p: ID!) { participants(programme: $p, "+order+`first: 200) { pageInfo { endCursor } edges { cursor } }
			attendances(programme: $p, first: 200) { edges { cursor } } readJournal(programme: $p, first: 200) { edges { cursor } } position(programme: $p) }`, vars{"p": "prg_" + b.lead.programmes[0]})
		if code != "" {
			b.t.Fatal(code)
		}
		for _, list := range []string{"participants", "attendances", "readJournal"} {
			for _, edge := range at(b.t, data, list+".edges").([]any) {
				cursor := at(b.t, edge, "cursor").(string)
				plain, _ := base64.RawURLEncoding.DecodeString(strings.TrimRight(cursor, "="))
				fmt.Fprintln(&all, cursor, string(plain))
			}
		}
	}
	for word, columns := range canaries {
		if len(columns) == 0 && strings.Contains(all.String(), word) {
			b.t.Errorf("%s stands in a cursor", word)
		}
	}
}

// pages fetches what is served beside the API, and the node's metrics.
func (b *birds) pages() {
	for _, path := range []string{"/", "/healthz", "/schema.graphqls", "/possibleTypes.json", "/scalars.json", "/demo/people", "/sign-in", "/metrics", "/debug/vars", "/nothing", "/nothing?word=none"} {
		text := b.carry(http.MethodGet, path, "", "").Body.String()
		if path == "/demo/people" { // where invented people say who they are: a guest's name is his own here
			text = strings.NewReplacer("Canarinospite", "", "canarinospite@", "").Replace(text)
		}
		b.in(path, text)
	}
	b.in("the metrics", figuresOf(b.t, b.app))
}

// letters has the house tell of what is due and of what was read, and lets the heads of the journals leave.
func (b *birds) letters() {
	b.t.Helper()
	office, ctx := dutytest.OpenOffice(b.t, ""), b.t.Context()
	post, err := duty.NewSMTP(duty.SMTPConfig{Host: "127.0.0.1", Port: office.Port(), From: "avvisi@example.org", Plain: true})
	if err != nil {
		b.t.Fatal(err)
	}
	b.app.runner.Notifier, b.app.clock = post, func() time.Time { return moment.Add(time.Hour) }
	system, err := duty.SystemActor(ctx, b.app.DB)
	if err != nil {
		b.t.Fatal(err)
	}
	house := evidence.Anchorage{Installation: b.app.Installation.ID, Folder: journal.Folder(b.t.TempDir()), Mail: func(ctx context.Context, day string, anchor []byte) error {
		return post.Post(ctx, "fuori@example.org", day, string(anchor))
	}}
	for _, r := range b.app.routines(house) {
		if r.Name == "drop old evidence" {
			continue // it needs two years
		}
		if err := r.Run(ctx, system, moment.Add(time.Hour)); err != nil {
			b.t.Fatalf("%s: %v", r.Name, err)
		}
	}
	if err := b.app.runner.Drain(ctx); err != nil {
		b.t.Fatal(err)
	}
	told := 0
	for _, l := range office.Letters() {
		text, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(l.Text)))
		if err != nil {
			b.t.Fatal(err)
		}
		b.in("a letter", l.From+l.To+l.Text+string(text))
		if strings.Contains(l.Text, "scadenz") {
			told++
		}
	}
	anchors, err := filepath.Glob(filepath.Join(string(house.Folder), "*"))
	if err != nil || told == 0 || len(office.Letters()) == told || len(anchors) == 0 {
		b.t.Fatalf("%d letters, %d of them notices, and %d anchors (%v): the test looks at nothing", len(office.Letters()), told, len(anchors), err)
	}
	for _, file := range anchors {
		data, err := os.ReadFile(file)
		if err != nil {
			b.t.Fatal(err)
		}
		b.in("an anchor", string(data))
	}
}

// inDump looks at what pg_dump writes: for each word as it is, and as bytes are spelled in hexadecimal or base64, wherever in a group of
// three bytes it begins.
func (b *birds) inDump() {
	b.t.Helper()
	dump := strings.ToLower(b.db.Text())
	for word, columns := range canaries {
		found := ""
		for _, spelled := range spellings(word) {
			if strings.Contains(dump, strings.ToLower(spelled)) {
				found = spelled
			}
		}
		if len(columns) == 0 && found != "" {
			b.t.Errorf("%s stands in a dump, as %s", word, found)
		}
		if len(columns) > 0 && found == "" {
			b.t.Errorf("%s may stand in %v, and no dump has it: the test looks at nothing", word, columns)
		}
	}
}

// spellings are the ways in which a word may stand in a text.
func spellings(word string) []string {
	all := []string{word, hex.EncodeToString([]byte(word))}
	for shift := range 3 {
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + word))
		first := []int{0, 2, 3}[shift] // characters that also hold what stands before
		all = append(all, strings.TrimRight(text[first:], "=")[:len(word)*4/3-3])
	}
	return all
}

// TestAWordIsKnownHoweverItIsSpelled: in hexadecimal and in base64, whatever stands around it.
func TestAWordIsKnownHoweverItIsSpelled(t *testing.T) {
	for around := range 7 {
		text := []byte(strings.Repeat("#", around) + "Canarinonota" + strings.Repeat("#", 6-around))
		for _, spelled := range []string{string(text), hex.EncodeToString(text), base64.StdEncoding.EncodeToString(text)} {
			if !slices.ContainsFunc(spellings("Canarinonota"), func(s string) bool { return strings.Contains(spelled, s) }) {
				t.Errorf("not known in %s", spelled)
			}
		}
	}
}
