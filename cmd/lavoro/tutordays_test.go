package main

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/internal/demo/large"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// fortnight gives everybody a card and every opening a timetable, hides the openings as another partner's are, and fills two weeks of everybody's internship with mornings and afternoons, no two
// days alike.
const fortnight = `insert into intern_card (id, placement_id, participation_id, company_id, given_name, family_name, adaptations, audience)
		select gen_random_uuid(), p.id, p.participation_id, p.company_id, n.given_name, n.family_name, '{}', p.audience from placement p join person n on n.id = p.person_id;
	insert into opening_hours (id, opening_id, weekday, from_minute, to_minute, audience)
		select gen_random_uuid(), o.id, d, f, f + 210, o.audience from opening o, generate_series(1, 5) d, unnest(array[510, 840]) f;
	update opening set audience = '{}';
	update opening_hours set audience = '{}';
	delete from attendance; delete from register_month;
	insert into register_month (id, programme_id, enrolment_id, activity_id, participation_id, placement_id, company_id, month, state, state_since, audience)
		select gen_random_uuid(), e.programme_id, e.id, e.activity_id, e.participation_id, p.id, e.company_id, m, 'OPEN', m, e.audience
		from placement p join enrolment e on e.id = p.enrolment_id and p.state = 'RUNNING', unnest(array[date '2026-02-01', date '2026-03-01']) m;
	insert into attendance (id, programme_id, enrolment_id, activity_id, participation_id, person_id, placement_id, company_id, kind, day, from_minute, to_minute, absence_reason,
			standing, recorded_by, recorded_at, origin, audience)
		select gen_random_uuid(), e.programme_id, e.id, e.activity_id, e.participation_id, e.person_id, p.id, e.company_id, case when c % 20 = 0 then 'ABSENCE' else 'PRESENCE' end, d::date,
			f + abs(c) % 30, f + 180 + abs(c) % 40, case when c % 20 = 0 then 'ILLNESS' end, 'COUNTED', p.tutor_id, d, 'DEMO', e.audience
		from placement p join enrolment e on e.id = p.enrolment_id and p.state = 'RUNNING', generate_series(timestamptz '2026-02-23', '2026-03-08', '1 day') d, unnest(array[510, 840]) f,
			hashtext(p.id::text || d::text || f::text) c;`

// TestAFortnightFitsIntoOneAnswer: all that a tutor of 18 internships takes along for two weeks without network, as it is sent.
func TestAFortnightFitsIntoOneAnswer(t *testing.T) {
	const most = 40 << 10
	db := testdb.New(t)
	c := applied(t, db)
	if err := large.Make(t.Context(), db.OwnerURL, "LACO3", db.Keys, large.Size{People: 200, Entries: 1, Tutored: 18}, func(string, time.Duration) {}); err != nil {
		t.Fatal(err)
	}
	conn := owner(t, db.OwnerURL)
	if _, err := conn.Exec(t.Context(), fortnight); err != nil {
		t.Fatal(err)
	}
	n := serve(t, c)
	tutor := query(t, conn, "select tutor_id from placement where state = 'RUNNING' group by tutor_id having count(*) = 18 limit 1")
	token, err := n.app.door.demo.Token("tutor-"+tutor, "test", time.Hour, vars{"auth_time": time.Now().Unix()})
	if err != nil {
		t.Fatal(err)
	}
	n.token = token
	operation, err := os.ReadFile("../../graph/clienttest/operations/TutorDays.graphql")
	if err != nil {
		t.Fatal(err)
	}
	programme := "prg_" + query(t, conn, "select id from programme")
	days := n.ask(string(operation), vars{"programme": programme, "from": "2026-02-23", "days": 14})["tutorDays"]
	for path, want := range map[string]int{"enrolments": 18 * 2 /* a course, too */, "months": 36, "entries": 18 * 14 * 2, "minors": 0} {
		if got := len(at(t, days, path).([]any)); got != want {
			t.Errorf("%d %s, want %d", got, path, want)
		}
	}
	all := at(t, days, "enrolments").([]any)
	first := at(t, all[len(all)-1], "placement") // of the latest
	for _, path := range []string{"intern.familyName", "site.address", "timetable.9.to"} {
		if at(t, first, path) == nil {
			t.Errorf("%s is hidden from the tutor", path)
		}
	}
	for encoding, size := range map[string]int{"gzip": 0, "zstd": 0} {
		request := body(strings.TrimSpace(string(operation)), `{"programme": "`+programme+`", "from": "2026-02-23", "days": 14}`)
		req, _ := http.NewRequest(http.MethodPost, n.url+"/graphql", strings.NewReader(request))
		for name, value := range map[string]string{"Content-Type": "application/json", "Authorization": "Bearer " + token, "Accept-Encoding": encoding} {
			req.Header.Set(name, value)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.Header.Get("Content-Encoding") != encoding {
			t.Fatalf("%v %v", err, res.Header)
		}
		if size = len(data); size > most {
			t.Errorf("%d bytes of %s, more than %d", size, encoding, most)
		}
		t.Logf("%d bytes of %s, %d plain", size, encoding, len(decoded(t, encoding, data)))
	}
}
