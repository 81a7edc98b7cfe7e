package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/platform/file"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
)

// canaries are words that are given to the program once, each in one place, and where in the database each may stand in the clear. What is
// confidential may stand nowhere; a column that is named all the same is a fault that is known, and the test fails when it is mended and
// still named here.
var canaries = map[string][]string{
	"Canarinonome":         {"person.given_name"},
	"Canarinocognome":      {"person.family_name"},
	"canarino@example.org": {"person.email"},
	"+39058599990001":      {"person.phone"},
	"Canarinoprova":        {"exclusion_check.evidence"},
	"Canarinocontatto":     {"company_contact.name"},
	"Canarinoservizio":     {},
	"Canarinonota":         {},
	"Canarinocorrezione":   {},
	"Canarinoritiro":       {},
	"Canarinoavviso":       {}, // why a warning was passed
	"Canarinofinalita":     {}, // why confidential data are read
	"Canarinoerrore":       {}, // given where it is refused
	"Canarinofile":         {}, // in rows of a file that are refused
}

// heard collects what the program says: its log, and the texts of its errors.
type heard struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write keeps a line of the log.
func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.Write(p)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

// TestConfidentialWordsAreNowhere lets somebody do and read what there is, with words of its own in each field, and looks for them in the
// database, in Redis, in the log and in the texts of errors.
func TestConfidentialWordsAreNowhere(t *testing.T) {
	log, before := &heard{}, slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	defer slog.SetDefault(before)
	s := newStage(t, 2)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for _, run := range s.app.services() {
		wg.Go(func() { run(ctx) })
	}
	b := &birds{stage: s, t: t, log: log, lead: s.holding(t, "COORDINATOR")}
	b.people()
	b.register()
	b.errors()
	b.follow()
	stop()
	wg.Wait()
	b.inDatabase()
	b.inRedis()
	for word := range canaries {
		if strings.Contains(log.String(), word) {
			t.Errorf("%s stands in the log", word)
		}
	}
	if slog.Debug("the end"); !strings.Contains(log.String(), "the end") {
		t.Error("what is logged is not collected: the test looks at nothing")
	}
}

// holding is the first viewer with the role.
func (s *stage) holding(t *testing.T, role string) viewer {
	t.Helper()
	for _, v := range s.viewers {
		if len(v.Grants) > 0 && v.Grants[0].Role == role || len(v.Grants) > 1 && v.Grants[1].Role == role {
			return v
		}
	}
	t.Fatalf("nobody is %s", role)
	return viewer{}
}

// birds is one run.
type birds struct {
	*stage
	t    *testing.T
	log  *heard
	lead viewer
}

// act does an act that must not be refused, and gives its payload.
func (b *birds) act(name, input string, variables vars, payload string) map[string]any {
	b.t.Helper()
	variables["requestId"], variables["acknowledgeReason"] = uuid.NewString(), "Canarinoavviso"
	variables["acknowledge"] = []string{"FISCAL_CODE_ALIKE", "FISCAL_CODE_MISMATCH", "MUNICIPALITY_OUTSIDE", "ATTENDANCE_LATE", "TUTOR_FULL"}
	data, code := b.post(b.lead, fmt.Sprintf("mutation($input: %s!) { %s(input: $input) { refusals { code path message } %s } }", input, name, payload), vars{"input": variables})
	done, _ := data[name].(map[string]any)
	if code != "" || done == nil || len(done["refusals"].([]any)) > 0 {
		b.t.Fatalf("%s: %s %v\n%s", name, code, data, b.log)
	}
	return done
}

// people refers somebody and writes down a check and a company.
func (b *birds) people() {
	programme := "prg_" + b.lead.programmes[0]
	root := "org_" + b.lead.Grants[0].Over
	person := b.act("referPerson", "ReferPersonInput", vars{"programme": programme, "organisation": root, "fiscalCode": fiscal.MakeEntityCode(4711), "givenName": "Canarinonome",
		"familyName": "Canarinocognome", "birthDay": "1990-05-17", "municipality": "045003", "email": "canarino@example.org", "phone": "+39058599990001",
		"referringService": "Canarinoservizio", "referredOn": "2026-06-01", "groups": []string{"G_HEALTH", "G_PENAL"}}, "participant { id }")
	id := at(b.t, person, "participant.id")
	b.act("recordExclusionCheck", "RecordExclusionCheckInput", vars{"participant": id, "measure": "ADI", "outcome": "CLEAR", "evidence": "Canarinoprova"}, "exclusionCheck { id }")
	b.act("registerCompany", "RegisterCompanyInput", vars{"programme": programme, "organisation": root, "name": "Ditta", "entityCode": fiscal.MakeEntityCode(8), "ateco": "56.10.11",
		"headcount": 5, "municipality": "045003", "contacts": []any{vars{"name": "Canarinocontatto", "title": "Titolare"}}}, "company { id }")
	reader := b.lead
	reader.Purpose, reader.reason = "SUPERVISION", "Canarinofinalita"
	shown, code := b.post(reader, "query($id: ID!) { participant(id: $id) { referringService health { groups { code } } person { familyName email phone } } }", vars{"id": id})
	if code != "" || at(b.t, shown, "participant.referringService") != "Canarinoservizio" {
		b.t.Fatalf("%s %v", code, shown)
	}
}

// register writes, corrects and takes back hours, each with a note.
func (b *birds) register() {
	enrolment := b.world.By("enrolment", "programme_id", b.lead.programmes[0])[0]
	day := enrolment.Text("from_day")
	entry := "att_" + uuid.Must(uuid.NewV7()).String()
	b.act("recordAttendance", "RecordAttendanceInput", vars{"entries": []any{vars{"id": entry, "enrolment": "enr_" + enrolment.ID, "day": day, "from": "06:00", "to": "07:00", "note": "Canarinonota"}}},
		"answers { refusals { code } attendance { id } }")
	next := "att_" + uuid.Must(uuid.NewV7()).String()
	b.act("correctAttendance", "CorrectAttendanceInput", vars{"attendance": entry, "id": next, "to": "06:30", "note": "Canarinocorrezione"}, "attendance { id note }")
	b.act("withdrawAttendance", "WithdrawAttendanceInput", vars{"attendance": next, "note": "Canarinoritiro"}, "attendance { id standingNote }")
}

// errors gives words where they are refused: none comes back in a text, or is written down.
func (b *birds) errors() {
	p := vars{"p": "prg_" + b.lead.programmes[0], "x": "Canarinoerrore"}
	for _, query := range []string{
		"query($x: ID!) { node(id: $x) { id } }", "query($p: ID!, $x: PageCursor) { participants(programme: $p, after: $x) { totalCount } }",
		"query($p: ID!, $x: Day) { participants(programme: $p, filter: {referredFrom: $x}) { totalCount } }", "query($p: ID!, $x: String!) { lookUpPerson(programme: $p, fiscalCode: $x) { answer } }",
		"query($p: ID!, $x: String) { participants(programme: $p, filter: {nameStartsWith: $x}) { totalCount } }", "query($p: ID!, $x: ParticipantOrder!) { participants(programme: $p, orderBy: $x) { totalCount } }",
		"query($p: ID!, $x: Int) { participants(programme: $p, first: $x) { totalCount } }", "mutation($x: ID!) { checkEligibility(input: {participant: $x}) { refusals { message code } } }",
		`mutation($x: String!) { withdrawAttendance(input: {attendance: "att_1", note: $x}) { refusals { message } } }`,
	} {
		variables := vars{"x": p["x"]}
		if strings.Contains(query, "$p") {
			variables = p
		}
		b.silent(b.request(query, variables, nil))
	}
	for name, value := range map[string]string{"Lavoro-Purpose": "Canarinoerrore", "Authorization": "Bearer Canarinoerrore", "Accept-Language": "Canarinoerrore", "Content-Type": "Canarinoerrore"} {
		b.silent(b.request("{ viewer { name } }", nil, map[string]string{name: value}))
	}
	in := file.Import{DB: b.app.DB, Actor: *b.actor(b.t, b.lead), Clock: func() time.Time { return moment }, Programme: uuid.MustParse(b.lead.programmes[0]),
		Reader: strings.NewReader(peopleHeader + "\nCanarinofile;Canarinofile;Canarinofile;Canarinofile;F;Canarinofile;Canarinofile;Canarinofile;Canarinofile;Canarinofile\n"), Name: "persone.csv"}
	if report, err := b.app.rooms.participants.Import(b.t.Context(), in); err == nil && report.Written {
		b.t.Error("a file of nonsense was taken")
	}
}

// request posts with other headers, and gives all that came back.
func (b *birds) request(query string, variables vars, headers map[string]string) string {
	req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(spelledRequest(query, variables)))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+b.lead.token)
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	rec := httptest.NewRecorder()
	b.api.ServeHTTP(rec, req)
	return rec.Body.String()
}

func (b *birds) silent(answer string) {
	b.t.Helper()
	for word := range canaries {
		if strings.Contains(answer, word) {
			b.t.Errorf("%s comes back in an error: %s", word, answer)
		}
	}
}

// follow reads the events of what was done as they are told, with what may be shown of them.
func (b *birds) follow() {
	server := httptest.NewServer(b.api)
	defer server.Close()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, strings.Replace(server.URL, "http", "ws", 1), &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	position, code := b.post(b.lead, "query($p: ID!) { position(programme: $p) }", vars{"p": "prg_" + b.lead.programmes[0]})
	if code != "" {
		b.t.Fatal(code)
	}
	epoch, _, _ := strings.Cut(position["position"].(string), ".")
	for _, m := range []vars{{"type": "connection_init", "payload": vars{"Authorization": "Bearer " + b.lead.token}},
		{"id": "1", "type": "subscribe", "payload": vars{"query": "subscription($p: ID!, $c: FeedCursor) { attendanceUpdates(programme: $p, after: $c) { act kind subject { id day participant { person { familyName } } } } }",
			"variables": vars{"p": "prg_" + b.lead.programmes[0], "c": epoch + ".0"}}}} {
		if err := wsjson.Write(ctx, conn, m); err != nil {
			b.t.Fatal(err)
		}
	}
	for _, want := range []string{"connection_ack", "next", "next", "next", "next"} { // recorded; corrected, which is two; taken back
		var m map[string]any
		for m["type"] == nil || m["type"] == "ping" {
			if err := wsjson.Read(ctx, conn, &m); err != nil {
				b.t.Fatal(err)
			}
		}
		if m["type"] != want {
			b.t.Fatalf("%v, want %s", m, want)
		}
	}
}

// inDatabase looks at every value of every table as the owner: as it is written, and for bytes as what they spell.
func (b *birds) inDatabase() {
	found := map[string][]string{}
	tables, err := b.owner.Query(b.t.Context(), `select c.relname::text, a.attname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
		where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and a.atttypid not in ('uuid'::regtype, 'date'::regtype, 'int'::regtype, 'bigint'::regtype, 'boolean'::regtype)`)
	if err != nil {
		b.t.Fatal(err)
	}
	type column struct{ Table, Name string }
	columns, err := pgx.CollectRows(tables, pgx.RowToStructByPos[column])
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range columns {
		for word := range canaries {
			var n int
			if err := b.owner.QueryRow(b.t.Context(), fmt.Sprintf("select count(*) from %s t where position($1::text in t.%[2]s::text) > 0 or position($2::text in t.%[2]s::text) > 0", c.Table, c.Name),
				word, hex.EncodeToString([]byte(word))).Scan(&n); err != nil {
				b.t.Fatal(err)
			}
			if n > 0 {
				found[word] = append(found[word], c.Table+"."+c.Name)
			}
		}
	}
	for _, word := range slices.Sorted(maps.Keys(canaries)) {
		slices.Sort(found[word])
		if fmt.Sprint(found[word]) != fmt.Sprint(slices.Sorted(slices.Values(canaries[word]))) {
			b.t.Errorf("%s stands in the clear in %v, and may stand in %v", word, found[word], canaries[word])
		}
	}
}

// inRedis looks at every key of every sort.
func (b *birds) inRedis() {
	ctx := b.t.Context()
	all, err := b.app.redis.Keys(ctx, "*").Result()
	if err != nil {
		b.t.Fatal(err)
	}
	var text strings.Builder
	for _, key := range all {
		text.WriteString(key)
		switch kind, _ := b.app.redis.Type(ctx, key).Result(); kind {
		case "string":
			text.WriteString(b.app.redis.Get(ctx, key).Val())
		case "stream":
			fmt.Fprint(&text, b.app.redis.XRange(ctx, key, "-", "+").Val())
		case "hash":
			fmt.Fprint(&text, b.app.redis.HGetAll(ctx, key).Val())
		case "list":
			fmt.Fprint(&text, b.app.redis.LRange(ctx, key, 0, -1).Val())
		case "set":
			fmt.Fprint(&text, b.app.redis.SMembers(ctx, key).Val())
		case "zset":
			fmt.Fprint(&text, b.app.redis.ZRange(ctx, key, 0, -1).Val())
		default:
			b.t.Errorf("%s is a %s, which is not looked at yet", key, kind)
		}
	}
	if !strings.Contains(text.String(), b.lead.programmes[0]) {
		b.t.Error("no news came to Redis: the test looks at nothing")
	}
	for word := range canaries {
		if strings.Contains(text.String(), word) {
			b.t.Errorf("%s stands in Redis", word)
		}
	}
}
