package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

const (
	coordinator = "coordinator.asl@demo.lavoro"
	pegaso      = "coordinator.pegaso@demo.lavoro"
	aias        = "coordinator.aias@demo.lavoro"
	tutor       = "tutor.asl@demo.lavoro"
	payments    = "payments.asl@demo.lavoro"
)

const recordMutation = `mutation($input: RecordAttendanceInput!) { recordAttendance(input: $input) {
	requestId refusals { code } warnings { code }
	answers { index refusals { code path message cure } warnings { code } attendance { id day from to minutes standing participant { id } allowedActs { act allowed } } } } }`

const updates = `subscription($programme: ID!, $after: FeedCursor) { attendanceUpdates(programme: $programme, after: $after) {
	cursor sequence act kind subjectId removedId subject { id minutes standing participant { person { familyName } } } } }`

// TestProgram runs the whole program, two nodes on one PostgreSQL and Redis, over a small demonstration.
func TestProgram(t *testing.T) {
	c := demonstration(t, testdb.New(t))
	first, second := serve(t, c), serve(t, c)
	programme := first.as(t, coordinator).ask(`{ programme(code: "LACO3") { id } }`, nil)["programme"].(map[string]any)["id"].(string)
	p := vars{"programme": programme}

	t.Run("each of those in the README sees another world", func(t *testing.T) { worlds(t, first, p) })
	t.Run("a nested list is one answer", func(t *testing.T) { nestedList(t, first.as(t, coordinator), p) })
	t.Run("each partner sees its own people", func(t *testing.T) { ownPeople(t, first, p) })
	t.Run("an event crosses to the other node and is resumed", func(t *testing.T) { eventsCross(t, first.as(t, tutor), second.as(t, coordinator), p) })
	t.Run("the same request has one effect", func(t *testing.T) { oneEffect(t, first.as(t, tutor), p) })
	t.Run("a preview writes nothing", func(t *testing.T) { previewWritesNothing(t, first.as(t, tutor), p) })
	t.Run("bad input is refused with a code", func(t *testing.T) { badInput(t, first.as(t, tutor), p) })
	t.Run("reads are bounded", func(t *testing.T) { boundedReads(t, first.as(t, coordinator), p) })
	t.Run("a month above the cap is cut and says why", func(t *testing.T) { cappedMonth(t, first.as(t, coordinator), p) })
	t.Run("who loses a person is told to forget", func(t *testing.T) { handOver(t, first, second, p) })
	t.Run("a role that comes and goes under a subscription takes its people along", func(t *testing.T) { changedGrant(t, c, second, p) })
	t.Run("who was away while his rights changed reads again", func(t *testing.T) { changedWhileAway(t, c, second, p) })
	t.Run("a grant that ends closes the connection", func(t *testing.T) { endedGrant(t, c, first, p) })
	t.Run("odd ids and texts are refused", func(t *testing.T) { oddTexts(t, first.as(t, coordinator), p) })
	t.Run("files come and go", func(t *testing.T) { filesComeAndGo(t, first, p) })
	t.Run("registers are printed", func(t *testing.T) { registersArePrinted(t, first, p) })
	t.Run("every euro leads to its minutes and back", func(t *testing.T) { lineages(t, first, p) })
	t.Run("a feed carries nothing confidential", func(t *testing.T) { guardedFeeds(t, first, p) })
	t.Run("a pulse beats once a second at most", func(t *testing.T) { pulseBeats(t, first.as(t, coordinator), second.as(t, coordinator), p) })
	t.Run("payment runs and the month's board are told", func(t *testing.T) { runsAreTold(t, first, second, p) })
	t.Run("what changed is read by pages", func(t *testing.T) { changedPages(t, first, p) })
	t.Run("pages are what a browser may trust", func(t *testing.T) { pages(t, first) })
}

func nestedList(t *testing.T, n *node, p vars) {
	data := n.ask(`query($programme: ID!) { position(programme: $programme)
		participants(programme: $programme, filter: {states: [ACTIVE]}, first: 5) { totalCount pageInfo { hasNextPage endCursor }
			nodes { id stateLabel person { givenName familyName } organisation { name parent { code } } placements { state company { name } }
				attendances(first: 3) { nodes { day minutes activity { kind { label } } } } allowances { month total } allowedActs { act allowed refusals { code } } } } }`, p)
	nodes := at(t, data, "participants.nodes").([]any)
	if len(nodes) != 5 || at(t, data, "participants.totalCount").(float64) < 5 {
		t.Fatalf("%d nodes", len(nodes))
	}
	for _, person := range nodes {
		if at(t, person, "person.familyName") == nil || at(t, person, "organisation.name") == nil || at(t, person, "stateLabel") != "Active" {
			t.Fatalf("incomplete: %v", person)
		}
		if len(at(t, person, "allowedActs").([]any)) == 0 {
			t.Fatalf("no acts: %v", person)
		}
	}
}

func ownPeople(t *testing.T, first *node, p vars) {
	const list = `query($programme: ID!) { participants(programme: $programme, first: 200) { totalCount nodes { id organisation { code parent { code } } } } }`
	all := first.as(t, coordinator).ask(list, p)
	mine := first.as(t, pegaso).ask(list, p)
	others := first.as(t, aias).ask(list, p)
	if total(t, mine) == 0 || total(t, others) == 0 || total(t, mine)+total(t, others) >= total(t, all) {
		t.Fatalf("lead %v, Pegaso %v, AIAS %v", total(t, all), total(t, mine), total(t, others))
	}
	for _, person := range at(t, mine, "participants.nodes").([]any) {
		if code := at(t, person, "organisation.code"); code != "PEGASO" && at(t, person, "organisation.parent.code") != "PEGASO" {
			t.Fatalf("Pegaso sees somebody of %v", code)
		}
	}
	foreign := at(t, others, "participants.nodes.0.id")
	for _, query := range []string{`query($id: ID!) { x: node(id: $id) { id } }`, `query($id: ID!) { x: participant(id: $id) { id } }`} {
		if got := first.as(t, pegaso).ask(query, vars{"id": foreign}); got["x"] != nil {
			t.Fatalf("%s showed somebody of another partner", query)
		}
		if got := first.as(t, pegaso).ask(query, vars{"id": "prt_" + uuid.NewString()}); got["x"] != nil {
			t.Fatal("an unknown id is somebody")
		}
	}
}

func total(t *testing.T, data map[string]any) float64 {
	return at(t, data, "participants.totalCount").(float64)
}

// freeHour is an entry that the tutor may write: an evening hour of a running internship that no earlier call gave away.
func freeHour(t *testing.T, n *node, p vars) vars {
	t.Helper()
	data := n.ask(`query($programme: ID!) { placements(programme: $programme, filter: {states: [RUNNING]}, first: 20) { nodes { enrolment { id fromDay toDay } } } }`, p)
	today := calendar.DayOf(n.app.resolver.Clock())
	for _, placement := range at(t, data, "placements.nodes").([]any) {
		enrolment := at(t, placement, "enrolment").(map[string]any)
		for back := range 13 {
			day := today.AddDays(-back - 1).String()
			slot := n.app.Installation.ID.String() + enrolment["id"].(string) + day
			if day >= enrolment["fromDay"].(string) && day <= enrolment["toDay"].(string) && !givenAway[slot] {
				givenAway[slot] = true
				return vars{"id": "att_" + uuid.Must(uuid.NewV7()).String(), "enrolment": enrolment["id"], "day": day, "from": "20:00", "to": "21:00"}
			}
		}
	}
	t.Fatal("the tutor has nobody whose hours could be written")
	return nil
}

// recording is the input that records an entry at whatever hour of whatever day.
func recording(entry vars) vars {
	return vars{"entries": []any{entry}, "acknowledge": []string{"ATTENDANCE_OUTSIDE_TIMETABLE", "ATTENDANCE_CLOSED_DAY"}, "acknowledgeReason": "Prova"}
}

// givenAway are the hours that freeHour has given away already, of each copy of the demonstration.
var givenAway = map[string]bool{}

func eventsCross(t *testing.T, writer, reader *node, p vars) {
	position := reader.ask(`query($programme: ID!) { position(programme: $programme) }`, p)["position"]
	live := reader.follow(updates, vars{"programme": p["programme"], "after": position})
	entry := freeHour(t, writer, p)
	record := func(e vars) string {
		answer := at(t, writer.ask(recordMutation, vars{"input": recording(e)}), "recordAttendance.answers.0")
		if len(at(t, answer, "refusals").([]any)) > 0 {
			t.Fatalf("refused: %v", answer)
		}
		return at(t, answer, "attendance.id").(string)
	}
	id := record(entry)
	event := live.next("attendanceUpdates")
	if event["kind"] != "ENTERED" || event["subjectId"] != id || at(t, event, "subject.minutes") != 60.0 || event["act"] != "recordAttendance" {
		t.Fatalf("event %v", event)
	}
	if at(t, event, "subject.participant.person.familyName") == nil {
		t.Fatal("the event does not show what its follower may read")
	}
	_ = live.conn.CloseNow() // the phone loses its network
	missed := record(freeHour(t, writer, p))
	again := reader.follow(updates, vars{"programme": p["programme"], "after": event["cursor"]})
	if got := again.next("attendanceUpdates"); got["subjectId"] != missed {
		t.Fatalf("resumed with %v, missed %s", got, missed)
	}
	future := reader.follow(updates, vars{"programme": p["programme"], "after": strings.Split(event["cursor"].(string), ".")[0] + ".999999999"})
	if got := future.next("attendanceUpdates"); got["kind"] != "RESYNC" {
		t.Fatalf("a cursor of the future: %v", got)
	}
	restored := reader.follow(updates, vars{"programme": p["programme"], "after": "another-1.1"})
	if got := restored.next("attendanceUpdates"); got["kind"] != "RESYNC" {
		t.Fatalf("a cursor of another history: %v", got)
	}
}

func oneEffect(t *testing.T, n *node, p vars) {
	entry := freeHour(t, n, p)
	delete(entry, "id") // each sending would make an id of its own
	input := recording(entry)
	input["requestId"] = uuid.NewString()
	one := at(t, n.ask(recordMutation, vars{"input": input}), "recordAttendance.answers.0.attendance.id")
	two := at(t, n.ask(recordMutation, vars{"input": input}), "recordAttendance.answers.0.attendance.id")
	if one == nil || one != two {
		t.Fatalf("first %v, again %v", one, two)
	}
	entry["to"] = "21:30"
	if code := at(t, n.ask(recordMutation, vars{"input": input}), "recordAttendance.refusals.0.code"); code != "REQUEST_ID_REUSED" {
		t.Fatal(code)
	}
}

func previewWritesNothing(t *testing.T, n *node, p vars) {
	entry := freeHour(t, n, p)
	input := recording(entry)
	input["preview"] = true
	answer := at(t, n.ask(recordMutation, vars{"input": input}), "recordAttendance.answers.0")
	if at(t, answer, "attendance.minutes") != 60.0 {
		t.Fatalf("the preview shows %v", answer)
	}
	if got := n.ask(`query($id: ID!) { node(id: $id) { id } }`, vars{"id": entry["id"]}); got["node"] != nil {
		t.Fatal("the preview was written")
	}
}

func badInput(t *testing.T, n *node, p vars) {
	good := freeHour(t, n, p)
	with := func(change vars) vars {
		e := vars{}
		for k, v := range good {
			e[k] = v
		}
		for k, v := range change {
			e[k] = v
		}
		return e
	}
	for code, change := range map[string]vars{
		"NOT_FOUND":                    {"enrolment": "enr_" + uuid.NewString()},
		"INVALID_VALUE":                {"day": "2026-02-29"},
		"ATTENDANCE_ENDS_BEFORE_START": {"from": "21:30"},
		"ATTENDANCE_ABSENCE_REASON":    {"kind": "ABSENCE"},
		"ATTENDANCE_IN_FUTURE":         {"day": calendar.DayOf(n.app.resolver.Clock()).AddDays(1).String()},
	} {
		got := at(t, n.ask(recordMutation, vars{"input": recording(with(change))}), "recordAttendance.answers.0.refusals").([]any)
		if !slices.ContainsFunc(got, func(r any) bool { return r.(map[string]any)["code"] == code && r.(map[string]any)["cure"] != "" }) {
			t.Errorf("%v: %v, want %s", change, got, code)
		}
	}
	for query, code := range map[string]string{
		`mutation { recordAsPlanned(input: {programme: "` + p["programme"].(string) + `", day: "2026-02-30"}) { requestId } }`: "INVALID_VALUE",
		`{ attendances(programme: "` + p["programme"].(string) + `", filter: {from: "2026-13-01"}) { totalCount } }`:           "INVALID_VALUE",
		`{ participants(programme: "` + p["programme"].(string) + `", filter: {nameStartsWith: "a\u0000b"}) { totalCount } }`:  "INVALID_VALUE",
	} {
		if got := n.refused(query, nil); got != code {
			t.Errorf("%s: %s, want %s", query, got, code)
		}
	}
	if got := n.refused(`query($p: ID!) { position(programme: $p) }`, vars{"p": "prg_" + uuid.NewString()}); got != "NOT_FOUND" {
		t.Error(got)
	}
}

func boundedReads(t *testing.T, n *node, p vars) {
	deep := "organisation { " + strings.Repeat("parent { ", 14) + "code" + strings.Repeat(" }", 15)
	for query, code := range map[string]string{
		`query($programme: ID!) { participants(programme: $programme, first: 0) { totalCount } }`:                                                       "PAGE_SIZE",
		`query($programme: ID!) { participants(programme: $programme, first: 100000) { totalCount } }`:                                                  "PAGE_SIZE",
		`query($programme: ID!) { participants(programme: $programme, first: 1, last: 1) { totalCount } }`:                                              "PAGE_SIZE",
		`query($programme: ID!) { participants(programme: $programme, after: "nonsense") { totalCount } }`:                                              "CURSOR_INVALID",
		`query($programme: ID!) { participants(programme: $programme) { nodes { ` + deep + ` } } }`:                                                     "OPERATION_TOO_DEEP",
		`query($programme: ID!) { participants(programme: $programme, first: 200) { nodes { attendances(first: 200) { nodes { id day minutes } } } } }`: "OPERATION_TOO_COSTLY",
	} {
		if got := n.refused(query, p); got != code {
			t.Errorf("%s: %s, want %s", query, got, code)
		}
	}
	byName := n.ask(`query($programme: ID!) { participants(programme: $programme, orderBy: NAME, first: 1) { pageInfo { endCursor } } }`, p)
	cursor := at(t, byName, "participants.pageInfo.endCursor")
	if got := n.refused(`query($programme: ID!, $c: PageCursor) { participants(programme: $programme, after: $c) { totalCount } }`, vars{"programme": p["programme"], "c": cursor}); got != "CURSOR_INVALID" {
		t.Errorf("a cursor of another order: %s", got)
	}
	stranger := &node{t: t, app: n.app, url: n.url}
	if got := stranger.refused(`query($programme: ID!) { position(programme: $programme) }`, p); got != "UNAUTHENTICATED" {
		t.Error(got)
	}
	stranger.token = "eyJhbGciOiJub25lIn0.e30."
	if got := stranger.refused(`query($programme: ID!) { position(programme: $programme) }`, p); got != "UNAUTHENTICATED" {
		t.Error(got)
	}
}

// cappedMonth: somebody's course and internship together are worth more than the cap, and the statement shows where it cuts.
func cappedMonth(t *testing.T, n *node, p vars) {
	data := n.ask(`query($programme: ID!) { allowances(programme: $programme, filter: {capped: true}, first: 50) { nodes { month accrued cap total housing
		why { kind amount text enrolment { activity { kind { code } } } } } } }`, p)
	both := false
	for _, a := range at(t, data, "allowances.nodes").([]any) {
		sum, kinds := 0.0, map[any]bool{}
		for _, l := range at(t, a, "why").([]any) {
			line := l.(map[string]any)
			sum += line["amount"].(float64)
			if line["kind"] == "HOURS" {
				kinds[at(t, line, "enrolment.activity.kind.code")] = true
			}
			if line["text"] == "" {
				t.Fatalf("a line without words: %v", line)
			}
		}
		if sum != at(t, a, "total") || sum-at(t, a, "housing").(float64) != at(t, a, "cap") || at(t, a, "accrued").(float64) <= at(t, a, "cap").(float64) {
			t.Fatalf("the working does not add up: %v", a)
		}
		both = both || len(kinds) > 1
	}
	if !both {
		t.Fatal("nobody's course and internship pass the cap together")
	}
}

func pages(t *testing.T, n *node) {
	for path, status := range map[string]int{"/": http.StatusOK, "/schema.graphqls": http.StatusOK, "/possibleTypes.json": http.StatusOK, "/scalars.json": http.StatusOK, "/healthz": http.StatusOK, "/demo/people": http.StatusOK, "/nothing": http.StatusNotFound} {
		if got := n.get(path); got.Code != status {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
	if got := n.get("/demo/people").Body.String(); !strings.Contains(got, tutor) || strings.Contains(got, "subject") {
		t.Error(got)
	}
}

// handOver: the old tutor's feed says LEFT with the person's id and nothing more, the new one's ENTERED, and the internship follows.
func handOver(t *testing.T, first, second *node, p vars) {
	lead, from, to := first.as(t, coordinator), first.as(t, tutor), second.as(t, "tutor2.asl@demo.lavoro")
	member := func(n *node) any { return at(t, n.ask(`{ viewer { id } }`, nil), "viewer.id") }
	mine := lead.ask(`query($programme: ID!, $tutor: ID!) { position(programme: $programme) participants(programme: $programme, first: 1, filter: {states: [ACTIVE], tutor: $tutor}) { nodes { id } } }`,
		vars{"programme": p["programme"], "tutor": member(from)})
	person := at(t, mine, "participants.nodes.0.id")
	here := vars{"programme": p["programme"], "after": mine["position"]}
	losing, gaining := from.follow(updates, here), to.follow(updates, here)
	done := lead.ask(`mutation($p: ID!, $t: ID!) { assignTeam(input: {participant: $p, tutor: $t, acknowledge: ["TUTOR_FULL"], acknowledgeReason: "prova"}) { refusals { code } } }`, vars{"p": person, "t": member(to)})
	if got := at(t, done, "assignTeam.refusals").([]any); len(got) > 0 {
		t.Fatalf("refused: %v", got)
	}
	if got := losing.next("attendanceUpdates"); got["kind"] != "LEFT" || got["removedId"] != person || got["subject"] != nil {
		t.Fatalf("the old tutor is told %v", got)
	}
	if got := gaining.next("attendanceUpdates"); got["kind"] != "ENTERED" || got["subjectId"] != person {
		t.Fatalf("the new tutor is told %v", got)
	}
	if got := from.ask(`query($p: ID!) { participant(id: $p) { id } }`, vars{"p": person}); got["participant"] != nil {
		t.Fatal("the old tutor still reads the person")
	}
}

// changedGrant: a role that ends and comes back under an open subscription takes its people away and gives them back, one by one and
// without a last look; the connection stands.
func changedGrant(t *testing.T, c Config, n *node, p vars) {
	email := "tutor.anffas@demo.lavoro"
	tutor := n.as(t, email)
	mine := map[any]bool{}
	for _, person := range at(t, tutor.ask(`query($programme: ID!) { participants(programme: $programme, first: 200) { nodes { id enrolments { id } } } }`, p), "participants.nodes").([]any) {
		if len(at(t, person, "enrolments").([]any)) > 0 {
			mine[at(t, person, "id")] = true
		}
	}
	if len(mine) == 0 {
		t.Fatal("the tutor accompanies nobody")
	}
	socket := tutor.follow(updates, p)
	copied := tutor.follow(`subscription($programme: ID!) { changes(programme: $programme) { kind act subjectId } }`, p)
	counted := tutor.follow(`subscription($programme: ID!) { programmePulse(programme: $programme) { hidden } }`, p)
	if got := counted.next("programmePulse"); fmt.Sprint(got["hidden"]) != "[moneyLeft]" {
		t.Fatalf("hidden from the tutor is %v", got)
	}
	owner, err := pgx.Connect(t.Context(), c.owner())
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(t.Context())
	for _, change := range []struct{ kind, to string }{{"LEFT", "'2024-12-20'"}, {"ENTERED", "null"}} {
		if _, err := owner.Exec(t.Context(), `update access_grant g set to_day = `+change.to+` from member m where m.id = g.member_id and m.email = $1 and g.role = 'TUTOR'`, email); err != nil {
			t.Fatal(err)
		}
		told := map[any]bool{}
		for len(told) < len(mine) {
			got := socket.next("attendanceUpdates")
			if got["kind"] != change.kind || got["act"] != "rightsChanged" || got["subject"] != nil || !mine[got["subjectId"]] || told[got["subjectId"]] {
				t.Fatalf("the tutor is told %v", got)
			}
			if (got["removedId"] == got["subjectId"]) != (change.kind == "LEFT") {
				t.Fatalf("removed: %v", got)
			}
			told[got["subjectId"]] = true
		}
		if got := copied.next("changes"); got["kind"] != "RESYNC" || got["act"] != "rightsChanged" || got["subjectId"] != nil {
			t.Fatalf("who keeps a copy is told %v", got)
		}
		if got := counted.next("programmePulse"); strings.Contains(fmt.Sprint(got["hidden"]), "presentToday") != (change.kind == "LEFT") {
			t.Fatalf("after %s hidden is %v", change.kind, got)
		}
	}
}

func endedGrant(t *testing.T, c Config, n *node, p vars) {
	email := "tutor.uisp@demo.lavoro"
	tutor := n.as(t, email)
	socket := tutor.follow(updates, p)
	owner, err := pgx.Connect(t.Context(), c.owner())
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(t.Context())
	if _, err := owner.Exec(t.Context(), `update access_grant g set from_day = '2024-12-19', to_day = '2024-12-20' from member m where m.id = g.member_id and m.email = $1`, email); err != nil {
		t.Fatal(err)
	}
	var m any
	for err == nil {
		err = wsjson.Read(socket.ctx, socket.conn, &m)
	}
	if status := websocket.CloseStatus(err); status != 4403 {
		t.Fatalf("the connection ended with %v", err)
	}
}

// changedWhileAway: nobody can tell a follower afterwards whom other rights took from him, so he is told that he has to read again; with the same
// rights he is not.
func changedWhileAway(t *testing.T, c Config, n *node, p vars) {
	email := "tutor.anffas@demo.lavoro"
	owner, err := pgx.Connect(t.Context(), c.owner())
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(t.Context())
	change := func(set string) {
		t.Helper()
		if _, err := owner.Exec(t.Context(), `update access_grant g set `+set+` from member m where m.id = g.member_id and m.email = $1 and g.role = 'TUTOR'`, email); err != nil {
			t.Fatal(err)
		}
	}
	tutor := n.as(t, email)
	from := func(cursor any) string {
		t.Helper()
		live := tutor.follow(updates, vars{"programme": p["programme"], "after": cursor})
		defer live.conn.CloseNow()
		event := live.next("attendanceUpdates")
		if event["kind"] != "RESYNC" {
			t.Fatalf("after %v: %v", cursor, event)
		}
		return event["cursor"].(string)
	}
	page := func(cursor any) map[string]any {
		t.Helper()
		return at(t, tutor.ask(`query($p: ID!, $c: FeedCursor) { changes(programme: $p, after: $c) { resync endCursor } }`, vars{"p": p["programme"], "c": cursor}), "changes").(map[string]any)
	}
	cursor := from("another-1.1")
	if got := page(cursor); got["resync"] != false {
		t.Fatalf("with the same rights: %v", got)
	}
	change("to_day = '2024-12-20'")
	n.eventually(func() bool { return page(cursor)["resync"] == true })
	if again := from(cursor); page(again)["resync"] != false {
		t.Error("told again and again")
	}
	change("to_day = null")
	n.eventually(func() bool { return page(cursor)["resync"] == false })
}

// oddTexts sends ids of another sort and texts that no database keeps through acts and reads.
func oddTexts(t *testing.T, n *node, p vars) {
	for _, id := range []string{"x", "", "prt_1", "per_" + uuid.NewString(), "prt_" + uuid.NewString()} {
		got := n.ask(`mutation($id: ID!) { checkEligibility(input: {participant: $id}) { refusals { code curedBy } participant { id } } }`, vars{"id": id})
		if at(t, got, "checkEligibility.refusals.0.code") != "NOT_FOUND" || at(t, got, "checkEligibility.participant") != nil || at(t, got, "checkEligibility.refusals.0.curedBy") == "" {
			t.Errorf("%q: %v", id, got)
		}
	}
	if got := n.refused(`mutation($note: String!) { withdrawAttendance(input: {attendance: "att_1", note: $note}) { requestId } }`, vars{"note": "a\x00b"}); got != "INVALID_VALUE" {
		t.Errorf("NUL in a text: %s", got)
	}
}

func guardedFeeds(t *testing.T, first *node, p vars) {
	manager := first.as(t, "casemanager.asl@demo.lavoro")
	for query, code := range map[string]string{
		`subscription($programme: ID!) { attendanceUpdates(programme: $programme) { subject { participant { health { groups { code } } } } } }`:                             "CONFIDENTIAL_IN_FEED",
		`subscription($programme: ID!) { attendanceUpdates(programme: $programme) { subject { ...A } } } fragment A on Attendance { participant { verdicts { outcome } } }`: "CONFIDENTIAL_IN_FEED",
		`subscription($programme: ID!) { attendanceUpdates(programme: $programme) { subject { participant { bank { since } } } } }`:                                         "CONFIDENTIAL_IN_FEED",
		`subscription($programme: ID!) { placementUpdates(programme: $programme) { subject { attendances { nodes { note } } } } }`:                                          "CONFIDENTIAL_IN_FEED",
		`subscription($programme: ID!) { allowanceUpdates(programme: $programme, organisation: "org_00000000-0000-4000-8000-000000000000") { kind } }`:                      "NOT_FOUND",
		`subscription($programme: ID!) { attendanceUpdates(programme: $programme) @skip(if: true) { kind } }`:                                                               "FEED_NOT_ASKED",
		`subscription($programme: ID!) { attendanceUpdates(programme: $programme, after: "nonsense") { kind } }`:                                                            "FEED_CURSOR_INVALID",
	} {
		m := manager.follow(query, p).receive()
		if code != at(t, m, "payload.errors.0.extensions.code") {
			t.Errorf("%s: %v", query, m)
		}
	}
	if got := manager.refused(updates, p); got != "SUBSCRIPTION_NEEDS_SOCKET" {
		t.Errorf("by POST: %s", got)
	}
}

// changedPages: what the query refuses, and where it says that events are lost.
func changedPages(t *testing.T, first *node, p vars) {
	manager, since := first.as(t, "casemanager.asl@demo.lavoro"), time.Now().Add(-time.Minute).UTC().Format(time.RFC3339)
	position := first.as(t, coordinator).ask(`query($programme: ID!) { position(programme: $programme) }`, p)["position"]
	for query, code := range map[string]string{
		`{ changes(programme: $programme) { hasMore } }`:                                                                                                                                        "INVALID_VALUE",
		`{ changes(programme: $programme, after: $after, since: $since) { hasMore } }`:                                                                                                          "INVALID_VALUE",
		`{ changes(programme: $programme, after: "nonsense") { hasMore } }`:                                                                                                                     "FEED_CURSOR_INVALID",
		`{ changes(programme: $programme, after: $after, first: 201) { hasMore } }`:                                                                                                             "PAGE_SIZE",
		`{ changes(programme: "prg_00000000-0000-4000-8000-000000000000", after: $after) { hasMore } }`:                                                                                         "NOT_FOUND",
		`{ changes(programme: "org_1", since: $since) { hasMore } }`:                                                                                                                            "NOT_FOUND",
		`{ changes(programme: $programme, after: $after) { nodes { subject { ... on Participant { verdict { outcome } } } } } }`:                                                                "CONFIDENTIAL_IN_FEED",
		`{ changes(programme: $programme, after: $after) { nodes { subject { ... on Attendance { id note } } } } }`:                                                                             "CONFIDENTIAL_IN_FEED",
		`{ changes(programme: $programme, after: $after, topics: [COMPANY]) { x: nodes { y: subject { ...P } } } } fragment P on Node { id ... on Participant { health { groups { code } } } }`: "CONFIDENTIAL_IN_FEED",
	} {
		declared := ""
		for name, of := range map[string]string{"programme": "ID!", "after": "FeedCursor", "since": "Instant"} {
			if strings.Contains(query, "$"+name) {
				declared += "$" + name + ": " + of + " "
			}
		}
		if got := manager.refused("query("+declared+") "+query, vars{"programme": p["programme"], "after": position, "since": since}); got != code {
			t.Errorf("%s: %s", query, got)
		}
	}
	for name, c := range map[string]struct {
		where  vars
		resync bool
	}{
		"a cursor of another history": {vars{"after": "another-1.1"}, true},
		"a cursor of the future":      {vars{"after": strings.Split(position.(string), ".")[0] + ".999999999"}, true},
		"a moment that is kept":       {vars{"since": since}, false},
		"where it stands":             {vars{"after": position}, false},
	} {
		c.where["programme"] = p["programme"]
		page := at(t, first.as(t, coordinator).ask(`query($programme: ID!, $after: FeedCursor, $since: Instant) { changes(programme: $programme, after: $after, since: $since) {
			endCursor hasMore resync nodes { sequence subjectId subject { id } } } }`, c.where), "changes").(map[string]any)
		nodes := page["nodes"].([]any)
		if page["resync"] != c.resync || c.resync && (len(nodes) > 0 || strings.HasPrefix(page["endCursor"].(string), "another")) || c.where["since"] != nil && len(nodes) == 0 {
			t.Errorf("%s: %v", name, page)
		}
	}
	shown := first.as(t, coordinator).ask(`query($programme: ID!, $since: Instant) { changes(programme: $programme, since: $since, topics: [ATTENDANCE], first: 1) { __typename nodes { __typename kind subject { __typename id } } }
		programmePulse(programme: $programme) { __typename late { label count } } viewer { id } }`, vars{"programme": p["programme"], "since": since})
	if got := at(t, shown, "changes.nodes.0.subject.__typename"); got != "Attendance" || at(t, shown, "programmePulse.late.label") != "Past their time" || at(t, shown, "viewer.id") == nil {
		t.Errorf("%v", shown)
	}
}

// pulseBeats: what stands is said at once, and again when something happens, however often it does.
func pulseBeats(t *testing.T, writer, reader *node, p vars) {
	pulse := reader.follow(`subscription($programme: ID!) { now: programmePulse(programme: $programme) { at presentToday { count } moneyLeft { amount } hidden } }`, p)
	beat := func() time.Time {
		got := pulse.next("now")
		if got["presentToday"] == nil || got["moneyLeft"] == nil || len(got["hidden"].([]any)) > 0 {
			t.Fatalf("the coordinator is told %v", got)
		}
		when, err := time.Parse(time.RFC3339, got["at"].(string))
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	person := at(t, writer.ask(`query($programme: ID!) { participants(programme: $programme, first: 1, filter: {states: [ACTIVE]}) { nodes { id } } }`, p), "participants.nodes.0.id")
	last := beat()
	for n := range 3 {
		for range 3 {
			done := writer.ask(`mutation($p: ID!) { recordExclusionCheck(input: {participant: $p, measure: "ADI", outcome: CLEAR, evidence: "Visura"}) { refusals { code } } }`, vars{"p": person})
			if got := at(t, done, "recordExclusionCheck.refusals").([]any); len(got) > 0 {
				t.Fatalf("refused: %v", got)
			}
		}
		next := beat()
		if pause := next.Sub(last); n > 0 && pause < 900*time.Millisecond {
			t.Errorf("beats %s apart", pause)
		}
		last = next
	}
}

// runsAreTold: every step of a run crosses to the other node and is resumed, and the board of its month is counted again.
func runsAreTold(t *testing.T, first, second *node, p vars) {
	officer, reader := first.as(t, payments), second.as(t, coordinator)
	position := reader.ask(`query($programme: ID!) { position(programme: $programme) }`, p)["position"]
	month := calendar.DayOf(time.Now()).Month().Prev().String()
	payer := at(t, reader.ask(`query($programme: ID!) { node(id: $programme) { ... on Programme { organisations { id code } } } }`, p), "node.organisations").([]any)
	lead := payer[slices.IndexFunc(payer, func(o any) bool { return at(t, o, "code") == "ASL" })]
	const runs = `subscription($programme: ID!, $after: FeedCursor, $payer: ID) { paymentUpdates(programme: $programme, after: $after, organisation: $payer) { cursor act kind subjectId subject { id state gathered } } }`
	told := reader.follow(runs, vars{"programme": p["programme"], "after": position, "payer": at(t, lead, "id")})
	board := reader.follow(`subscription($programme: ID!, $month: Month!) { monthBlockers(programme: $programme, month: $month) { month hidden rows { code count } owners { owner count } } }`, vars{"programme": p["programme"], "month": month})
	if got := board.next("monthBlockers"); got["month"] != month || len(got["hidden"].([]any)) > 0 || len(got["rows"].([]any)) == 0 {
		t.Fatalf("the board says %v", got)
	}
	run := "pay_" + uuid.NewString()
	do := func(act string, input vars) {
		t.Helper()
		done := officer.ask("mutation($i: "+strings.ToUpper(act[:1])+act[1:]+"Input!) { "+act+"(input: $i) { refusals { code } } }", vars{"i": input})
		if got := at(t, done, act+".refusals").([]any); len(got) > 0 {
			t.Fatalf("%s: %v", act, got)
		}
	}
	do("openRun", vars{"id": run, "programme": p["programme"], "payer": at(t, lead, "id"), "upTo": month})
	opened := told.next("paymentUpdates")
	if opened["act"] != "openRun" || opened["kind"] != "ENTERED" || opened["subjectId"] != run {
		t.Errorf("told first: %v", opened)
	}
	do("computeRun", vars{"run": run})
	computed := told.next("paymentUpdates")
	if computed["act"] != "computeRun" || at(t, computed, "subject.id") != run || at(t, computed, "subject.state") != "COMPUTED" {
		t.Errorf("told then: %v", computed)
	}
	if got := reader.follow(runs, vars{"programme": p["programme"], "after": opened["cursor"]}).next("paymentUpdates"); got["cursor"] != computed["cursor"] {
		t.Errorf("resumed with %v", got)
	}
	if got := board.next("monthBlockers"); got["month"] != month {
		t.Errorf("the board says then %v", got)
	}
	do("discardRun", vars{"run": run, "reason": "Prova"})
}
