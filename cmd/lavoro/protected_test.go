package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/matching"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
)

// shelter is an office with one person of whom every table of the path holds something.
type shelter struct {
	*placementtest.Office
	rooms                 rooms
	person, participation uuid.UUID
	placement             uuid.UUID
	manager, confidant    uuid.UUID // members: who follows the case, and a coordinator of the lead body
	engine                *plan.Engine
}

func newShelter(t *testing.T) *shelter {
	s := &shelter{Office: placementtest.New(t), rooms: newRooms()}
	s.engine = &plan.Engine{Schema: schema(), DB: s.DB}
	s.participation = s.Active(placementtest.Who{Wishes: []string{"KITCHEN"}, Brings: []string{"TEAMWORK"}})
	s.person = placementtest.One[uuid.UUID](s.Office, "select person_id from participation where id = $1", s.participation)
	s.manager, s.confidant = s.Member("CASE_MANAGER", "CARRARA"), s.Member("COORDINATOR", "ASL")
	s.act(s.partner(), func(ctx context.Context, tx *postgres.Tx) error {
		return s.rooms.participants.AssignTeam(ctx, tx, participant.TeamInput{Participation: s.participation, CaseManager: &s.manager})
	})
	s.Certify(s.participation, s.Today)
	opening, _ := s.Opening(placementtest.Seats{})
	s.Opening(placementtest.Seats{})
	s.act(s.System(), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := s.rooms.matches.Refresh(ctx, tx, s.Programme, matching.Scope{All: true})
		return err
	})
	s.placement = uuid.Must(uuid.NewV7())
	s.act(s.partner(), func(ctx context.Context, tx *postgres.Tx) error {
		return s.rooms.placements.Draft(ctx, tx, placement.DraftInput{ID: s.placement, Participation: s.participation, Opening: opening, FromDay: s.Today, HostTutor: "Capo", Origin: "ENTERED"})
	})
	s.Exec(`insert into attendance (id, programme_id, enrolment_id, activity_id, participation_id, person_id, placement_id, company_id, kind, day, from_minute, to_minute,
			standing, recorded_by, recorded_at, origin, audience)
		select gen_random_uuid(), e.programme_id, e.id, e.activity_id, e.participation_id, e.person_id, $1, e.company_id, 'PRESENCE', e.from_day, 540, 780, 'COUNTED',
			e.id, now(), 'ENTERED', e.audience from enrolment e where e.participation_id = $2`, s.placement, s.participation)
	s.compute()
	return s
}

func (s *shelter) act(actor access.Actor, do func(context.Context, *postgres.Tx) error) {
	s.T.Helper()
	s.Must(s.As(actor, do))
}

// compute works the month's allowance out, as the house does it.
func (s *shelter) compute() {
	s.T.Helper()
	s.act(s.house(), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := allowance.Compute(ctx, tx, allowance.Month{Participation: s.participation, Month: s.Today.Month()})
		return err
	})
}

func (s *shelter) house() access.Actor {
	a := s.System()
	a.Grants = append(a.Grants, s.Actor(access.HouseKey(s.Programme), access.System).Grants...)
	return a
}

// partner coordinates the organisation to which the person is entrusted.
func (s *shelter) partner() access.Actor { return s.Coordinator("CARRARA") }

func (s *shelter) lead() access.Actor {
	return s.Actor(s.Orgs["ASL"], access.Coordinator, access.Staff, access.Scout, access.Approver)
}

func (s *shelter) named() access.Actor {
	a := s.Actor(access.CircleKey(s.Programme, s.participation), access.Coordinator)
	a.Member, a.Grants = s.confidant, append(a.Grants, s.lead().Grants...)
	return a
}

// cast is everybody who has something to do with the person, by whether he still sees the participation once it is protected.
func (s *shelter) cast() map[string]struct {
	actor access.Actor
	stays bool
} {
	type one = struct {
		actor access.Actor
		stays bool
	}
	return map[string]one{
		"the lead's coordinator": {s.lead(), false},
		"the partner's":          {s.partner(), false},
		"a scout":                {s.Actor(s.Orgs["CARRARA"], access.Scout), false},
		"a payments officer":     {s.Actor(s.Orgs["CARRARA"], access.PaymentsOfficer), false},
		"an approver":            {s.Actor(s.Orgs["ASL"], access.Approver), false},
		"the case manager":       {s.Actor(access.CaseKey(s.Programme, s.manager), access.CaseManager), true},
		"the tutor":              {s.Accompanying(), true},
		"the person":             {s.Actor(access.PersonKey(s.Programme, s.person), access.Self), true},
		"the house":              {s.house(), true},
	}
}

func (s *shelter) protect(actor access.Actor) {
	s.T.Helper()
	s.act(actor, func(ctx context.Context, tx *postgres.Tx) error {
		return s.rooms.participants.Protect(ctx, tx, participant.ProtectInput{Participation: s.participation,
			Named: []participant.Named{{Member: s.confidant, Role: access.Coordinator}}})
	})
}

// rows counts what row-level security lets the actor read of the person, by table.
func (s *shelter) rows(actor access.Actor) map[string]int {
	s.T.Helper()
	seen := map[string]int{}
	tables := strings.Fields(placementtest.One[string](s.Office, "select string_agg(table_name, ' ' order by table_name) from audience_follower"))
	s.act(actor, func(ctx context.Context, tx *postgres.Tx) error {
		for _, table := range append(tables, "person", "participation", "person_code") {
			var n int
			if err := tx.NewRaw("select count(*) from "+table).Scan(ctx, &n); err != nil {
				return err
			}
			seen[table] = n
		}
		return nil
	})
	return seen
}

// list is what a root field answers to somebody.
func (s *shelter) list(actor access.Actor, root, kind string, under ...plan.Selected) string {
	s.T.Helper()
	data, err := s.engine.Query(s.T.Context(), plan.Viewer{Actor: actor, Lang: "it", Now: s.Clock()}, []plan.Selected{{Alias: root, Name: root,
		Args: map[string]any{"programme": "prg_" + s.Programme.String()}, TypeName: kind + "Connection", Under: func(string) []plan.Selected { return []plan.Selected{below("nodes", kind, under...)} }}})
	s.Must(err)
	return strings.ReplaceAll(string(data), " : ", ":")
}

// reads are every way of the API that leads to the person; each answers with what it shows.
func (s *shelter) reads(actor access.Actor) map[string]string {
	s.T.Helper()
	programme := "prg_" + s.Programme.String()
	list := func(name, kind string, filter map[string]any, under ...plan.Selected) plan.Selected {
		args := map[string]any{"programme": programme}
		if order := map[string]string{"Participant": "NAME", "Allowance": "MONTH_NEWEST", "Placement": "START_NEWEST", "Match": "SCORE"}[kind]; order != "" {
			args["orderBy"] = order
		}
		if filter != nil {
			args["filter"] = filter
		}
		return plan.Selected{Alias: name, Name: name, Args: args, TypeName: kind + "Connection", Under: func(string) []plan.Selected {
			return []plan.Selected{leaf("totalCount"), below("nodes", kind, append([]plan.Selected{leaf("id")}, under...)...)}
		}}
	}
	who := below("participant", "Participant", leaf("id"), below("person", "Person", leaf("familyName")))
	asked := map[string]plan.Selected{
		"list":          list("participants", "Participant", nil, below("person", "Person", leaf("familyName"))),
		"search":        list("participants", "Participant", map[string]any{"nameStartsWith": "Inventata"}),
		"words":         list("participants", "Participant", map[string]any{"search": "Inventata"}, below("person", "Person", leaf("familyName"))),
		"misspelt":      list("participants", "Participant", map[string]any{"search": "inventtata"}, below("person", "Person", leaf("familyName"))),
		"placements":    list("placements", "Placement", nil, who),
		"register":      list("attendances", "Attendance", nil, who),
		"matches":       list("matches", "Match", nil, who, leaf("companyText")),
		"dues":          list("dues", "Due", nil, who),
		"money of one":  list("allowances", "Allowance", map[string]any{"participant": "prt_" + s.participation.String()}, who),
		"money of body": list("allowances", "Allowance", map[string]any{"organisation": "org_" + s.Orgs["CARRARA"].String()}, who),
		"money":         list("allowances", "Allowance", nil, who, leaf("hidden"), leaf("pseudonym"), leaf("total")),
	}
	shown := map[string]string{}
	v := plan.Viewer{Actor: actor, Lang: "it", Now: s.Clock()}
	for name, q := range asked {
		data, err := s.engine.Query(s.T.Context(), v, []plan.Selected{q})
		switch {
		case err != nil && strings.Contains(err.Error(), "FILTER_NOT_READABLE"):
			shown[name] = "refused"
		case err != nil:
			s.T.Fatalf("%s: %v", name, err)
		default:
			shown[name] = string(data)
		}
	}
	for prefix, id := range map[string]uuid.UUID{"Participant": s.participation, "Person": s.person, "Placement": s.placement} {
		data, err := s.engine.Objects(s.T.Context(), v, nil, []plan.Group{{Type: prefix, IDs: []uuid.UUID{id}, Selected: []plan.Selected{leaf("id"), leaf("hidden")}}})
		s.Must(err)
		shown["node "+prefix] = string(data[0][0])
	}
	return shown
}

func leaf(name string) plan.Selected { return plan.Selected{Alias: name, Name: name} }

func below(name, kind string, under ...plan.Selected) plan.Selected {
	return plan.Selected{Alias: name, Name: name, TypeName: kind, Under: func(string) []plan.Selected { return under }}
}

// tells says whether an answer names the person, the participation, or an internship of theirs.
func (s *shelter) tells(answer string) bool {
	return slices.ContainsFunc([]string{"Inventata", s.participation.String(), s.person.String(), s.placement.String()},
		func(word string) bool { return strings.Contains(answer, word) })
}

var moneyTables = []string{"allowance", "allowance_line"}

// TestProtectedPeopleShowToNamedPeopleOnly: every table and every way of reading, for everybody, before, while and after.
func TestProtectedPeopleShowToNamedPeopleOnly(t *testing.T) {
	s := newShelter(t)
	host := s.Host(s.placement)
	hostBefore := fmt.Sprint(s.rows(host))
	before, told := map[string]map[string]int{}, map[string]map[string]string{}
	for name, c := range s.cast() {
		before[name], told[name] = s.rows(c.actor), s.reads(c.actor)
		if before[name]["participation"] != 1 || !s.tells(told[name]["list"]) {
			t.Fatalf("%s sees nothing to begin with", name)
		}
	}
	s.protect(s.lead())
	s.compute()
	for name, c := range s.cast() {
		after, tells := s.rows(c.actor), s.reads(c.actor)
		for table, n := range before[name] {
			circle := map[string]int{"access_grant": 1} // who is named
			switch {
			case c.stays && after[table] != n+circle[table] && after[table] != n, slices.Contains(moneyTables, table) && after[table] != n:
				t.Errorf("%s saw %d rows of %s and sees %d", name, n, table, after[table])
			case !c.stays && after[table] != 0 && !slices.Contains(moneyTables, table):
				t.Errorf("%s still sees %d rows of %s", name, after[table], table)
			}
		}
		for way, answer := range tells {
			if s.tells(answer) && !c.stays {
				t.Errorf("%s is told by %s: %s", name, way, answer)
			}
			if c.stays && answer != told[name][way] && !strings.Contains(way, "due") {
				t.Errorf("%s was told by %s %s and is told %s", name, way, told[name][way], answer)
			}
		}
	}
	if got := fmt.Sprint(s.rows(host)); got != hostBefore {
		t.Errorf("the host saw %s and sees %s", hostBefore, got)
	}
	if got := s.rows(s.named()); got["participation"] != 1 || got["placement"] != 1 || got["attendance"] != 1 {
		t.Errorf("who is named sees %v", got)
	}
	s.act(s.named(), func(ctx context.Context, tx *postgres.Tx) error {
		return s.rooms.participants.Unprotect(ctx, tx, s.participation, nil)
	})
	for name, c := range s.cast() {
		if got := s.rows(c.actor); fmt.Sprint(got) != fmt.Sprint(before[name]) && name != "the house" {
			t.Errorf("%s saw %v and, when all is over, sees %v", name, before[name], got)
		}
	}
	if got := s.rows(s.Actor(access.CircleKey(s.Programme, s.participation), access.Coordinator)); got["participation"] != 0 {
		t.Error("who was named still sees the participation")
	}
}

// TestAPseudonymStandsForTheMoney: the organisations go on paying, of whom they see only the pseudonym.
func TestAPseudonymStandsForTheMoney(t *testing.T) {
	s := newShelter(t)
	s.protect(s.lead())
	s.compute()
	pseudonym := placementtest.One[string](s.Office, "select pseudonym from participation where id = $1", s.participation)
	for _, actor := range []access.Actor{s.Actor(s.Orgs["CARRARA"], access.PaymentsOfficer), s.lead()} {
		var shown struct {
			Allowances struct {
				TotalCount int
				Nodes      []struct {
					Pseudonym   string
					Hidden      []string
					Participant any
					Total       int
				}
			}
		}
		s.Must(json.Unmarshal([]byte(s.reads(actor)["money"]), &shown))
		nodes := shown.Allowances.Nodes
		if shown.Allowances.TotalCount != 1 || len(nodes) != 1 || nodes[0].Pseudonym != pseudonym || nodes[0].Participant != nil || !slices.Contains(nodes[0].Hidden, "participant") {
			t.Errorf("money shows %+v", nodes)
		}
	}
	if related := placementtest.One[int](s.Office, "select count(*)::int from outbox where subject_kind = 'Allowance' and seq > (select max(seq) from outbox where act = 'protectParticipant') and cardinality(related) > 0"); related != 0 {
		t.Error("news of the money say whose it is")
	}
}

// TestWhatFollowsStaysProtected: team, register, internship and money that come later are as protected as what was there.
func TestWhatFollowsStaysProtected(t *testing.T) {
	s := newShelter(t)
	s.protect(s.lead())
	next := s.Member("TUTOR", "CARRARA")
	s.act(s.named(), func(ctx context.Context, tx *postgres.Tx) error {
		return s.rooms.participants.AssignTeam(ctx, tx, participant.TeamInput{Participation: s.participation, Tutor: &next})
	})
	s.act(s.named(), func(ctx context.Context, tx *postgres.Tx) error {
		return s.rooms.placements.Cancel(ctx, tx, placement.ReasonInput{Step: placement.Step{Placement: s.placement}, Reason: "PERSONAL"})
	})
	s.act(s.house(), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := s.rooms.matches.Refresh(ctx, tx, s.Programme, matching.Scope{All: true})
		return err
	})
	for table, n := range s.rows(s.lead()) {
		if n != 0 && !slices.Contains(moneyTables, table) {
			t.Errorf("the lead sees %d rows of %s", n, table)
		}
	}
	if s.rows(s.house())["match"] == 0 {
		t.Error("nobody seeks an internship for a protected person any more")
	}
}

// TestTheDuesOfAProtectedPersonAreItsCircles: whatever the organisation owed falls to the team and to those who are named.
func TestTheDuesOfAProtectedPersonAreItsCircles(t *testing.T) {
	s := newShelter(t)
	owners := func() string {
		return placementtest.One[string](s.Office, "select coalesce(string_agg(kind || ' ' || owner_key || ' ' || next_owner_key, ', ' order by kind), '') from due where done_at is null")
	}
	if before := owners(); !strings.Contains(before, s.Orgs["CARRARA"].String()) {
		t.Fatalf("nothing is owed by the organisation: %s", before)
	}
	s.protect(s.lead())
	circle := access.CircleKey(s.Programme, s.participation).String()
	if after := owners(); strings.Contains(after, s.Orgs["CARRARA"].String()) || strings.Contains(after, s.Orgs["ASL"].String()) || !strings.Contains(after, circle) {
		t.Errorf("still owed by an organisation: %s", after)
	}
	s.act(s.named(), func(ctx context.Context, tx *postgres.Tx) error {
		return s.rooms.participants.Unprotect(ctx, tx, s.participation, nil)
	})
	if after := owners(); strings.Contains(after, circle) || !strings.Contains(after, s.Orgs["CARRARA"].String()) {
		t.Errorf("owed by a circle that is no more: %s", after)
	}
}

// TestWhoLosesAProtectedPersonIsTold: LEFT for the organisations, ENTERED for the circle, and no word more.
func TestWhoLosesAProtectedPersonIsTold(t *testing.T) {
	s := newShelter(t)
	s.protect(s.lead())
	news := placementtest.One[string](s.Office, `select string_agg(kind || ' ' || subject_kind || ' ' || (audience @> array[$1::uuid, $2])::text, ', ' order by seq)
		from outbox where act = 'protectParticipant'`, s.Orgs["CARRARA"], s.Orgs["ASL"])
	if news != "CHANGED Participant false, ENTERED Participant false, LEFT Participant true" {
		t.Errorf("news: %s", news)
	}
}

// TestNothingThatHappensToAProtectedPersonIsNews to anybody but those who are named: not in the feeds of the lead body either, whichever table
// the news are about, and a look-up by fiscal code says no more than of a stranger's.
func TestNothingThatHappensToAProtectedPersonIsNews(t *testing.T) {
	s := newShelter(t)
	s.protect(s.lead())
	since := placementtest.One[int64](s.Office, "select max(seq) from outbox")
	s.moveOn()
	s.compute()
	bodies := placementtest.One[[]uuid.UUID](s.Office, "select array_agg(id) from organisation where programme_id = $1", s.Programme)
	about := []uuid.UUID{s.participation, s.person}
	for _, table := range strings.Fields(placementtest.One[string](s.Office, "select string_agg(table_name, ' ') from audience_follower where not money")) {
		about = append(about, placementtest.One[[]uuid.UUID](s.Office, "select coalesce(array_agg(id), '{}') from "+table+" where participation_id = $1", s.participation)...)
	}
	if n := placementtest.One[int](s.Office, "select count(*)::int from outbox where seq > $1 and (related && $2 or subject_id = any ($2))", since, about); n < 5 {
		t.Fatalf("only %d news of the person", n)
	}
	if told := placementtest.One[string](s.Office, "select coalesce(string_agg(act || ' ' || subject_kind, ', '), '') from outbox where seq > $1 and audience && $2 and (related && $3 or subject_id = any ($3))",
		since, bodies, about); told != "" {
		t.Errorf("organisations are told of %s", told)
	}
	for name, actor := range map[string]access.Actor{"the lead": s.lead(), "the partner": s.partner()} {
		s.act(actor, func(ctx context.Context, tx *postgres.Tx) error {
			found, err := s.rooms.participants.LookUp(ctx, tx, s.Programme, fiscal.MakeEntityCode(1001))
			if found.Answer != participant.Known || found.Participation != nil {
				t.Errorf("%s finds %+v", name, found)
			}
			return err
		})
	}
}
