package main

import (
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket/wsjson"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/cmd/lavoro/rightstest"
)

// checkers are the roles that write an exclusion check down.
var checkers = []string{"COORDINATOR", "PARTNER_COORDINATOR", "CASE_MANAGER", "PAYMENTS_OFFICER"}

// payloads compares what an act answers with, done (as a preview, which leaves the worlds as they are) and refused.
func (s *stage) payloads(t *testing.T) {
	all := s.contract.All("Participant", "person", "entrySnapshot")
	asks := slices.DeleteFunc(all, func(a rightstest.Ask) bool { return a.Name == "exclusionChecks" }) // the act adds one
	query := "mutation($i: RecordExclusionCheckInput!) { recordExclusionCheck(input: $i) { refusals { code } exclusionCheck { outcome } participant { " + rightstest.Text(asks) + " } } }"
	done, refused := 0, 0
	s.everybody(func(v viewer, m *rightstest.Model) {
		people := s.world.By("participation", "programme_id", v.programmes[0])
		for i := range 2 {
			p := people[(v.n+i)%len(people)]
			if p.Text("state") == "WITHDRAWN" {
				continue // nothing is written of him any more, whoever asks
			}
			code, check := s.checked(m, p)
			want := map[string]any{"refusals": code, "exclusionCheck": check, "participant": m.Object(rightstest.Types["Participant"], p, asks)}
			got, failed := s.post(v, query, vars{"i": vars{"participant": "prt_" + p.ID, "measure": "ADI", "outcome": "CLEAR", "evidence": "Visura", "preview": true}})
			if failed != "" {
				s.differ(v, []string{"recordExclusionCheck: " + failed})
				continue
			}
			s.differ(v, rightstest.Compare("recordExclusionCheck", want, got["recordExclusionCheck"], nil))
			s.mu.Lock()
			if len(code) == 0 {
				done++
			} else {
				refused++
			}
			s.mu.Unlock()
		}
	})
	s.report(t)
	if t.Logf("%d acts done, %d refused", done, refused); done < 50 || refused < 30 {
		t.Error("too few of one or both to prove anything")
	}
}

// checked says with which refusals the act ends, and what is shown of the check.
func (s *stage) checked(m *rightstest.Model, p *rightstest.Row) (refusals []any, check any) {
	participant := rightstest.Types["Participant"]
	switch {
	case !m.Sees(participant, p):
		return []any{map[string]any{"code": "NOT_FOUND"}}, nil
	case !m.Actor.Holds(checkers, s.world.Holders(participant, p)):
		return []any{map[string]any{"code": "NOT_ALLOWED"}}, nil
	case m.Opens("eligibility", p):
		return []any{}, map[string]any{"outcome": "CLEAR"}
	}
	return []any{}, nil
}

// told is one event as a follower has it.
type told struct{ act, kind, subject string }

// TestEverybodyIsToldWhatTheModelSays: an event reaches those who might see its subject then, with what they see of it now. A tutor who loses
// somebody is told so once, and of what comes after nothing; the new one is not told of what came before.
func TestEverybodyIsToldWhatTheModelSays(t *testing.T) {
	s := newStage(t, 3)
	last := s.viewers[len(s.viewers)-1].programmes[0] // of the world in which both tutors sign in
	lead := s.viewers[slices.IndexFunc(s.viewers, func(v viewer) bool {
		return v.programmes[0] == last && slices.ContainsFunc(v.Grants, func(g rightstest.Grant) bool { return g.Role == "COORDINATOR" })
	})]
	programme := lead.programmes[0]
	person := s.world.By("participation", "programme_id", programme)[0]
	for _, p := range s.world.By("participation", "programme_id", programme) {
		if p.Columns["protected"] == false && p.Text("state") != "WITHDRAWN" && p.Text("tutor_id") != "" {
			person = p
			break
		}
	}
	former := person.Text("tutor_id")
	var next string
	for _, g := range s.world.By("access_grant", "programme_id", programme) {
		if g.Text("role") == "TUTOR" && g.Text("scope") == "TUTORED" && g.Text("over_id") != former {
			next = g.Text("over_id")
		}
	}
	position, _ := s.post(lead, "query($p: ID!) { position(programme: $p) }", vars{"p": "prg_" + programme})
	before := s.world
	after := s.happen(t, lead, person, next)

	server := httptest.NewServer(s.api)
	defer server.Close()
	heard, changed, refused, by := 0, 0, 0, map[string]int{}
	for _, v := range s.viewers {
		if v.programmes[0] != programme {
			continue
		}
		follows := s.follows(t, v, person, before, after, vars{"p": "prg_" + programme, "after": position["position"]})
		s.hear(t, &node{t: t, app: s.app, url: server.URL, token: v.token}, follows)
		for _, f := range follows {
			by[f.name] += len(f.got)
			if f.refused != "" {
				refused++
			}
			if heard += len(f.got); f.code != f.refused || fmt.Sprint(f.got) != fmt.Sprint(f.want) {
				t.Errorf("%s by %s is told\n%v %s, and the model says\n%v %s", v.Name, f.name, f.got, f.code, f.want, f.refused)
			}
		}
		changed += s.changes(t, v, position["position"], s.toldOf(t, v, programme, before, after, ofTheirOwn))
	}
	for name, n := range by {
		if n == 0 {
			t.Errorf("nobody is told anything by %s", name)
		}
	}
	t.Logf("told: %v, %d feeds refused", by, refused)
	if t.Logf("%d events told, %d by pages of changes", heard, changed); heard < 100 || changed < 30 || refused < 3 {
		t.Error("too few to prove anything")
	}
}

// happen takes an entry back, hands the person over, and takes another entry back. It gives the world as it is then.
func (s *stage) happen(t *testing.T, lead viewer, person *rightstest.Row, tutor string) *rightstest.World {
	t.Helper()
	first, second := s.counted(person)
	do := func(query string, variables vars) {
		data, code := s.post(lead, query, variables)
		if code != "" || strings.Contains(fmt.Sprint(data), "code") {
			t.Fatalf("%s as %s: %s %v", query, lead.Name, code, data)
		}
	}
	withdraw := `mutation($a: ID!) { withdrawAttendance(input: {attendance: $a, note: "Errore", acknowledge: ["ATTENDANCE_LATE"], acknowledgeReason: "Prova"}) { refusals { code } } }`
	do(withdraw, vars{"a": "att_" + first.ID})
	do(`mutation($p: ID!, $t: ID!) { assignTeam(input: {participant: $p, tutor: $t, acknowledge: ["TUTOR_FULL"], acknowledgeReason: "Prova"}) { refusals { code } } }`,
		vars{"p": "prt_" + person.ID, "t": "mem_" + tutor})
	do(withdraw, vars{"a": "att_" + second.ID})
	do(`mutation($p: ID!) { computeAllowance(input: {participant: $p, month: "2026-05"}) { refusals { code } } }`, vars{"p": "prt_" + person.ID})
	for _, m := range s.world.By("match", "participation_id", person.ID) {
		if m.Text("state") == "SUGGESTED" {
			do(`mutation($m: ID!) { declineMatch(input: {match: $m, reason: "TOO_FAR"}) { refusals { code } } }`, vars{"m": "mat_" + m.ID})
		}
	}
	for _, p := range s.world.By("placement", "programme_id", person.Text("programme_id")) {
		if p.Text("state") == "DRAFT" {
			do(`mutation($p: ID!) { cancelPlacement(input: {placement: $p, reason: "JOB_FOUND"}) { refusals { code } } }`, vars{"p": "plc_" + p.ID})
		}
	}
	s.discard(t, person.Text("programme_id"))
	s.load(t)
	s.world.Settle(s.sealed)
	return s.world
}

// discard has the officers of a programme give up its runs.
func (s *stage) discard(t *testing.T, programme string) {
	t.Helper()
	for _, run := range s.world.By("payment_run", "programme_id", programme) {
		for _, v := range s.viewers {
			if v.programmes[0] == programme && run.Text("state") == "COMPUTED" {
				data, code := s.post(v, `mutation($r: ID!) { discardRun(input: {run: $r, reason: "Sbagliato"}) { refusals { code } } }`, vars{"r": "pay_" + run.ID})
				if code == "" && !strings.Contains(fmt.Sprint(data), "code") {
					return
				}
			}
		}
	}
	t.Fatal("nobody discards a run")
}

// counted are two entries of a person that count.
func (s *stage) counted(person *rightstest.Row) (first, second *rightstest.Row) {
	for _, r := range s.world.By("attendance", "participation_id", person.ID) {
		if r.Text("standing") == "COUNTED" || r.Text("standing") == "WITHDRAWN" {
			first, second = second, r
		}
	}
	return first, second
}

// followed is a feed that a viewer follows, with what he is to be told and what he is.
type followed struct {
	name, query string
	variables   vars
	field       string
	want, got   []told
	refused     string // code; "" where it is answered
	code        string
}

// ofSubject are the events of a feed of one kind of subject: those of the kind, and who comes and goes, under one class.
func ofSubject(kind, class string) func(happened) string {
	return func(e happened) string {
		if e.Type == kind || e.Type == "Participant" && e.Kind != "CHANGED" {
			return class
		}
		return ""
	}
}

// ofTheirOwn are the events of every kind, each under the class of its subject.
func ofTheirOwn(e happened) string {
	if e.Type == "AllowanceStatement" {
		return "" // what changed is the allowance, which is told of
	}
	return rightstest.Types[e.Type].Class
}

// follows are the feeds that a viewer follows: each alone, and the register of one body, of one person, and of one internship.
func (s *stage) follows(t *testing.T, v viewer, person *rightstest.Row, before, after *rightstest.World, from vars) (all []*followed) {
	programme := person.Text("programme_id")
	follow := func(name, field, narrow string, of func(happened) string, only func(happened) bool) *followed {
		f := &followed{name: name, field: field, variables: from}
		f.query = "subscription($p: ID!, $after: FeedCursor) { " + field + "(programme: $p, after: $after" + narrow + ") { act kind subjectId removedId subject { id } } }"
		f.want = s.toldOf(t, v, programme, before, after, func(e happened) string {
			class := of(e)
			if class == "" || only != nil && !only(e) {
				return ""
			}
			return class
		})
		all = append(all, f)
		return f
	}
	work := ofSubject("Attendance", "work")
	follow("register", "attendanceUpdates", "", work, nil)
	follow("matches", "matchingUpdates", "", ofSubject("Match", "path"), nil)
	follow("internships", "placementUpdates", "", ofSubject("Placement", "work"), nil)
	follow("money", "allowanceUpdates", "", ofSubject("Allowance", "money"), nil)
	follow("payment runs", "paymentUpdates", "", func(e happened) string {
		if e.Type == "PaymentRun" {
			return "money"
		}
		return ""
	}, nil)
	follow("everything", "changes", "", ofTheirOwn, nil)
	follow("some topics", "changes", ", topics: [ALLOWANCE, MATCH]", func(e happened) string {
		if e.Type == "Allowance" || e.Type == "Match" || e.Type == "Participant" && e.Kind != "CHANGED" {
			return ofTheirOwn(e)
		}
		return ""
	}, nil)
	reads := slices.ContainsFunc(v.Grants, func(g rightstest.Grant) bool {
		return rightstest.Actor{Grants: []rightstest.Grant{g}, Purpose: v.Purpose}.Opens("path", []rightstest.Holder{g.Holder})
	})
	participation := func(e happened) *rightstest.Row {
		if row := after.One(rightstest.Types[e.Type].Table, e.ID); e.Type != "Participant" {
			return after.One("participation", row.Text("participation_id"))
		}
		return after.One("participation", e.ID)
	}
	known := func(e happened) bool { // whom an event is about tells of the person's path
		then := s.belonged(rightstest.Types[e.Type], e, before, after)
		return v.Opens("path", then)
	}
	now := &rightstest.Model{World: after, Actor: v.Actor, Cells: map[rightstest.Cell]bool{}}
	bodies := after.By("organisation", "programme_id", programme)
	body := bodies[v.n%len(bodies)]
	if v.n%2 == 0 {
		body = after.One("organisation", person.Text("organisation_id")) // of which there is something to tell
	}
	f := follow("the register of a body", "attendanceUpdates", fmt.Sprintf(", organisation: %q", "org_"+body.ID), work, func(e happened) bool {
		return known(e) && slices.Contains(after.Line(participation(e).Text("organisation_id")), body.ID)
	})
	switch {
	case !reads:
		f.refused, f.want = "FILTER_NOT_READABLE", nil
	case !now.Sees(rightstest.Types["Organisation"], body):
		f.refused, f.want = "NOT_FOUND", nil
	}
	if f = follow("the register of a person", "attendanceUpdates", fmt.Sprintf(", participant: %q", "prt_"+person.ID), work, func(e happened) bool {
		return known(e) && participation(e) == after.One("participation", person.ID)
	}); !reads {
		f.refused, f.want = "FILTER_NOT_READABLE", nil
	}
	first, _ := s.counted(person)
	of := func(column string) func(happened) bool {
		return func(e happened) bool {
			rows := after.By("attendance", "id", e.ID)
			if e.Type == "Participant" { // who comes or goes takes his work along
				rows = slices.Concat(after.By("placement", "participation_id", e.ID), after.By("match", "participation_id", e.ID), after.By("attendance", "participation_id", e.ID))
			}
			return slices.ContainsFunc(rows, func(r *rightstest.Row) bool { return r.Text(column) == first.Text(column) })
		}
	}
	if first.Text("placement_id") != "" {
		follow("the register of an internship", "attendanceUpdates", fmt.Sprintf(", placement: %q", "plc_"+first.Text("placement_id")), work, of("placement_id"))
		follow("the register at a company", "attendanceUpdates", fmt.Sprintf(", company: %q", "com_"+first.Text("company_id")), work, of("company_id"))
	}
	return all
}

// hear follows feeds on one connection: as many events as are to come, and for a moment whether there is one more.
func (s *stage) hear(t *testing.T, n *node, follows []*followed) {
	t.Helper()
	socket := n.dial()
	socket.send(vars{"type": "connection_init", "payload": vars{"Authorization": "Bearer " + n.token, "Accept-Language": "en"}})
	socket.receive()
	left := 0
	for i, f := range follows {
		left += len(f.want)
		if f.refused != "" {
			left++
		}
		socket.send(vars{"id": fmt.Sprint(i), "type": "subscribe", "payload": vars{"query": f.query, "variables": f.variables}})
	}
	for {
		wait := patience
		if left <= 0 {
			wait = 200 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(socket.ctx, wait)
		var m map[string]any
		err := wsjson.Read(ctx, socket.conn, &m)
		cancel()
		if err != nil {
			return
		}
		if m["type"] != "next" {
			continue
		}
		left--
		var i int
		_, _ = fmt.Sscan(m["id"].(string), &i)
		if f := follows[i]; at(t, m, "payload").(map[string]any)["errors"] != nil {
			f.code = at(t, m, "payload.errors.0.extensions.code").(string)
		} else {
			f.got = append(f.got, tellingOf(t, f.field, at(t, m, "payload.data."+f.field).(map[string]any)))
		}
	}
}

// tellingOf is an event as it came, which shows what is still seen of the feed's own subjects and nothing else.
func tellingOf(t *testing.T, field string, u map[string]any) told {
	t.Helper()
	id := u["subjectId"].(string)
	own := map[string]string{"attendanceUpdates": "att_", "matchingUpdates": "mat_", "placementUpdates": "plc_", "allowanceUpdates": "alw_", "paymentUpdates": "pay_"}[field]
	subject, _ := u["subject"].(map[string]any)
	left := u["kind"] == "LEFT"
	if shown := !left && strings.HasPrefix(id, own); shown != (subject != nil) || shown && subject["id"] != id || left != (u["removedId"] == id) {
		t.Errorf("what is shown: %v", u)
	}
	return told{u["act"].(string), u["kind"].(string), id}
}

// happened is an event of the outbox.
type happened struct {
	Seq                 int64
	Act, Kind, Type, ID string
}

// toldOf are the events of every kind that a viewer is to have since a position, in order: those that reach him by what their subjects belonged
// to then, as he sees them now. Class says under which class an event is told; "" for one that is not.
func (s *stage) toldOf(t *testing.T, v viewer, programme string, before, after *rightstest.World, class func(happened) string) (all []told) {
	t.Helper()
	rows, err := s.owner.Query(t.Context(), "select seq, act, kind, subject_kind, subject_id::text from outbox where programme_id = $1 order by seq", programme)
	if err != nil {
		t.Fatal(err)
	}
	events, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h happened, err error) {
		return h, row.Scan(&h.Seq, &h.Act, &h.Kind, &h.Type, &h.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	now := &rightstest.Model{World: after, Actor: v.Actor, Cells: map[rightstest.Cell]bool{}}
	for _, e := range events {
		of := rightstest.Types[e.Type]
		then, now := s.belonged(of, e, before, after), now.Sees(of, after.One(of.Table, e.ID))
		if by := class(e); by == "" || !v.Opens(by, then) {
			continue
		}
		kind, act := e.Kind, e.Act
		switch {
		case !now:
			kind, act = "LEFT", "rightsChanged" // and not why
		case kind == "ENTERED" && act == "unprotectParticipant":
			act = "rightsChanged"
		case kind == "LEFT":
			kind = "CHANGED"
		}
		all = append(all, told{act, kind, of.Prefix + "_" + e.ID})
	}
	return all
}

// belonged are those to whom an event was told. A hand-over tells who stays, who comes and who goes.
func (s *stage) belonged(of *rightstest.Type, e happened, before, after *rightstest.World) []rightstest.Holder {
	is := after.Holders(of, after.One(of.Table, e.ID))
	var was []rightstest.Holder // nobody, of what was made since
	if row := before.One(of.Table, e.ID); row != nil {
		was = before.Holders(of, row)
	}
	both := func(some, others []rightstest.Holder, in bool) []rightstest.Holder {
		return slices.DeleteFunc(slices.Clone(some), func(h rightstest.Holder) bool { return slices.Contains(others, h) != in })
	}
	switch {
	case (e.Type == "Participant" || e.Act == "assignTeam") && e.Kind == "CHANGED":
		return both(is, was, true) // also an internship that goes over with him
	case e.Kind == "ENTERED":
		return both(is, was, false)
	case e.Kind == "LEFT":
		return both(was, is, false)
	case e.Seq == 1:
		return was // before anybody changed hands
	}
	return is
}

// changes reads what changed since a position in small pages, and compares it with what is to be told; of an object that is still seen its id is
// shown, whatever its type, and of one that is not nothing.
func (s *stage) changes(t *testing.T, v viewer, position any, want []told) int {
	t.Helper()
	var got []told
	latest := map[string]told{}
	for after, more := position, true; more; {
		data, code := s.post(v, `query($p: ID!, $after: FeedCursor) { changes(programme: $p, after: $after, first: 2) { endCursor hasMore resync
			nodes { act kind subjectId removedId seen: subject { id __typename } subject { ... on Attendance { day } ... on Participant { state } } } } }`,
			vars{"p": "prg_" + v.programmes[0], "after": after})
		if code != "" {
			t.Fatalf("%s: changes are answered %s", v.Name, code)
		}
		page := data["changes"].(map[string]any)
		for _, node := range page["nodes"].([]any) {
			u := node.(map[string]any)
			one := told{u["act"].(string), u["kind"].(string), u["subjectId"].(string)}
			got, latest[one.subject] = append(got, one), one
			seen, _ := u["seen"].(map[string]any)
			if left := one.kind == "LEFT"; left != (seen == nil) || left != (u["subject"] == nil) || left != (u["removedId"] != nil) || !left && seen["id"] != one.subject {
				t.Errorf("%s: shown is %v", v.Name, u)
			}
		}
		after, more = page["endCursor"], page["hasMore"].(bool)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s reads that changed\n%v, and the model says\n%v", v.Name, got, want)
	}
	data, code := s.post(v, `query($p: ID!, $after: FeedCursor) { changes(programme: $p, after: $after, first: 200, latestPerSubject: true) { nodes { act kind subjectId } } }`,
		vars{"p": "prg_" + v.programmes[0], "after": position})
	if code != "" {
		t.Fatal(code)
	}
	last := at(t, data, "changes.nodes").([]any)
	for _, node := range last {
		u := node.(map[string]any)
		if one := (told{u["act"].(string), u["kind"].(string), u["subjectId"].(string)}); latest[one.subject] != one {
			t.Errorf("%s: the latest of %s is %v, not %v", v.Name, one.subject, latest[one.subject], one)
		}
	}
	if len(last) != len(latest) {
		t.Errorf("%s reads %d latest changes of %d", v.Name, len(last), len(latest))
	}
	return len(got)
}
