package plan_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// Every way to a row asks for a key that its own class opens.
func TestRowsAreGuardedOnEveryWay(t *testing.T) {
	s := open(t)
	mine, other := uuid.New(), uuid.New()
	house := s.build("house", []uuid.UUID{mine})
	hidden := s.build("hidden", []uuid.UUID{other})
	s.own("update house set next_id = $1 where id = $2", hidden, house)
	s.furnish(house, "let", 1, 5, mine)
	s.furnish(house, "kept", 2, 5, other)
	s.furnish(hidden, "inner", 1, 5, mine)
	s.own("insert into item values (gen_random_uuid(), $1, 'kinds', 'BIG', '{}', $2::uuid[])", s.programme, keys(mine))
	tutor := s.actor(mine, access.Tutor)
	s.says(tutor, `{"house": {"next": null, "best": {"title": "let"}, "rooms": [{"title": "let"}], "item": null, "page": {"totalCount": 1, "nodes": [{"house": {"name": "house"}}]}},
		"node": null, "houses": {"totalCount": 1}}`,
		with(f("house", f("next", f("id")), f("best", f("title")), f("rooms", f("title")), f("item", f("label")), f("page", f("totalCount"), f("nodes", f("house", f("name"))))), "id", houseID(house)),
		with(f("node", f("id")), "id", houseID(hidden)), s.houses(f("totalCount")))
	scout := s.actor(mine, access.Scout) // reads path, not work
	s.says(scout, `{"house": {"best": null, "rooms": [], "page": {"totalCount": 0, "nodes": []}, "item": {"label": null}}}`,
		with(f("house", f("best", f("title")), f("rooms", f("title")), f("page", f("totalCount"), f("nodes", f("title"))), f("item", f("label"))), "id", houseID(house)))
	host := s.actor(mine, access.HostTutor) // reads work, not path
	s.says(host, `{"house": null, "houses": {"totalCount": 0}}`, with(f("house", f("id")), "id", houseID(house)), s.houses(f("totalCount")))
	for _, nobody := range []access.Actor{{}, s.actor(other), s.actor(uuid.New(), access.Roles()...)} {
		s.says(nobody, `{"house": null, "houses": {"totalCount": 0, "nodes": []}}`, with(f("house", f("id")), "id", houseID(house)), s.houses(f("totalCount"), f("nodes", f("id"))))
	}
}

// A condition of a relation or root that holds an OR does not loosen the rights beside it, also where no row-level security helps.
func TestAnOrDoesNotLoosenRights(t *testing.T) {
	s := open(t)
	s.own("insert into bare select gen_random_uuid(), $1, 'x', '', 'BIG', '2027-01-01', 1, '2027-01-01', '{}', null, 1, 'APP', null, null, null, $2::uuid[]", s.programme, keys(uuid.New()))
	engine := &plan.Engine{DB: s.engine.DB, Schema: plan.NewSchema(plan.Reading{
		Types: []plan.Type{{Name: "Bare", Prefix: "bar", Table: "bare", Class: access.Path, Orders: map[string]plan.Order{"": {}}, Fields: plan.Fields{
			"name": plan.Column("name"), "one": plan.OneWhere("Bare", "true or false"), "many": plan.ManyWhere("Bare", "true or false", "{o}.id")}}},
		Roots: plan.Roots{"one": plan.OneRoot("Bare", "true or false"), "list": plan.ListIn("Bare", "true or false", nil), "expr": plan.ExprIn("Bare", "true or false", "{o}.name")}})}
	data, err := engine.Query(s.ctx, plan.Viewer{Actor: s.actor(uuid.New(), access.System), Now: noon},
		[]plan.Selected{f("one", f("name")), f("list", f("totalCount"), f("nodes", f("name"))), f("expr")})
	if err != nil || compact(t, string(data)) != compact(t, `{"one": null, "list": {"totalCount": 0, "nodes": []}, "expr": null}`) {
		t.Errorf("%s (%v)", data, err)
	}
	key := uuid.New()
	s.own("insert into bare select gen_random_uuid(), $1, 'mine', '', 'BIG', '2027-01-01', 1, '2027-01-01', '{}', null, 1, 'APP', null, null, null, $2::uuid[]", s.programme, keys(key))
	data, err = engine.Query(s.ctx, plan.Viewer{Actor: s.actor(key, access.System), Now: noon}, []plan.Selected{f("one", f("name"), f("one", f("name")), f("many", f("name")))})
	if err != nil || compact(t, string(data)) != compact(t, `{"one": {"name": "mine", "one": {"name": "mine"}, "many": [{"name": "mine"}]}}`) {
		t.Errorf("%s (%v)", data, err)
	}
}

// Classes of fields are masked row by row, and two grants never add up.
func TestFieldsAreMaskedByTheRowsOwnKeys(t *testing.T) {
	s := open(t)
	scouted, tutored, paid := uuid.New(), uuid.New(), uuid.New()
	a := access.Actor{Member: uuid.New(), Grants: []access.Grant{
		{Role: access.Auditor, Programme: s.programme, Key: scouted}, {Role: access.CaseManager, Programme: s.programme, Key: tutored}, {Role: access.PaymentsOfficer, Programme: s.programme, Key: paid}}}
	for i, audience := range [][]uuid.UUID{{scouted}, {tutored}, {paid}, {scouted, paid}} {
		id := s.build(fmt.Sprint("House ", i), audience, "built", fmt.Sprintf("2027-03-%02d", i+1), "secret", "cursed")
		s.furnish(id, "room", 1, 5, audience...)
	}
	s.says(a, `{"houses": {"totalCount": 3, "nodes": [
		{"name": "House 1", "secret": "cursed", "side": {"name": "House 1", "kind": "BIG"}, "hidden": [], "payRooms": [{"rent": 5}], "moneyPage": {"totalCount": 1}, "whisper": "house 1"},
		{"name": "House 2", "secret": null, "side": {"name": "House 2", "kind": "BIG"}, "hidden": ["secret", "whisper"], "payRooms": [{"rent": 5}], "moneyPage": {"totalCount": 1}, "whisper": null},
		{"name": "House 3", "secret": null, "side": {"name": "House 3", "kind": "BIG"}, "hidden": ["secret", "whisper"], "payRooms": [{"rent": 5}], "moneyPage": {"totalCount": 1}, "whisper": null}]}}`,
		s.houses(f("totalCount"), f("nodes", f("name"), f("secret"), f("side", f("name"), f("kind")), f("hidden"), f("payRooms", f("rent")), f("moneyPage", f("totalCount")), f("whisper"))))
	tutor := s.actor(tutored, access.Tutor) // no money, no health
	s.says(tutor, `{"houses": {"nodes": [{"name": "House 1", "secret": null, "hidden": ["item", "moneyPage", "payRooms", "secret", "whisper"], "payRooms": [],
		"moneyPage": {"totalCount": 0, "nodes": [], "pageInfo": {"hasNextPage": false}}, "whisper": null, "rooms": [{"rent": null, "hidden": ["rent"]}]}]}}`,
		s.houses(f("nodes", f("name"), f("secret"), f("hidden"), f("payRooms", f("rent")), f("moneyPage", f("totalCount"), f("nodes", f("id")), f("pageInfo", f("hasNextPage"))), f("whisper"), f("rooms", f("rent"), f("hidden")))))
}

// A field is guarded wherever it acts: a filter or order over a class that the viewer reads nowhere is refused, and where he reads
// it on some rows only those match.
func TestFiltersAndOrdersDoNotReveal(t *testing.T) {
	s := open(t)
	mine, shared := uuid.New(), uuid.New()
	s.build("Anna", []uuid.UUID{shared}, "secret", "cursed")
	s.build("Anna too", []uuid.UUID{mine, shared}, "secret", "cursed")
	tutor := s.actor(shared, access.Tutor)
	for name, value := range map[string]any{"secret": "cursed", "cursed": true} {
		s.refused(tutor, plan.NotReadable, name, with(s.houses(f("totalCount")), "filter", map[string]any{name: value}))
	}
	s.refused(tutor, plan.NotReadable, "orderBy", with(s.houses(f("totalCount")), "orderBy", "CURSE"))
	s.refused(tutor, plan.NotReadable, "rentFrom", s.houses(f("nodes", with(f("rooms", f("title")), "rentFrom", int64(1)))))
	both := access.Actor{Grants: append(s.actor(mine, access.CaseManager).Grants, s.actor(shared, access.Tutor).Grants...)}
	for _, args := range [][]any{{"orderBy", "CURSE"}, {"filter", map[string]any{"secret": "cursed"}}, {"filter", map[string]any{"cursed": true}}} {
		s.says(both, `{"houses": {"totalCount": 1, "nodes": [{"name": "Anna too"}]}}`, with(s.houses(f("totalCount"), f("nodes", f("name"))), args...))
	}
	s.says(both, `{"houses": {"totalCount": 0}}`, with(s.houses(f("totalCount")), "filter", map[string]any{"cursed": false}))
	s.says(both, `{"houses": {"totalCount": 2}}`, with(s.houses(f("totalCount")), "filter", map[string]any{"named": "anna"}))
}

// TestThreeDefinitionsOfSeeingAgree: what a plan's predicate shows, what row-level security shows, and what Actor.Sees says are one,
// for rows and for classes of fields.
func TestThreeDefinitionsOfSeeingAgree(t *testing.T) {
	s := open(t)
	pool := make([]uuid.UUID, 5)
	for i := range pool {
		pool[i] = uuid.New()
	}
	roles, cases := access.Roles(), 0
	rapid.Check(t, func(r *rapid.T) {
		audiences := make([][]uuid.UUID, rapid.IntRange(1, 6).Draw(r, "rows"))
		for i := range audiences {
			audiences[i] = rapid.SliceOfN(rapid.SampledFrom(pool), 0, 3).Draw(r, "audience")
		}
		actor := access.Actor{Member: uuid.New()}
		for range rapid.IntRange(0, 4).Draw(r, "grants") {
			actor.Grants = append(actor.Grants, access.Grant{Role: rapid.SampledFrom(roles).Draw(r, "role"), Programme: s.programme, Key: rapid.SampledFrom(pool).Draw(r, "key")})
		}
		cases++
		s.compare(r, actor, audiences)
	})
	if cases < 50 {
		t.Errorf("only %d cases", cases)
	}
}

func (s *street) compare(r *rapid.T, actor access.Actor, audiences [][]uuid.UUID) {
	var paths, names, secrets, works, texts []string
	ids := make([]uuid.UUID, len(audiences))
	for i, audience := range audiences {
		name := fmt.Sprint(i)
		ids[i], texts = uuid.New(), append(texts, keys(audience...))
		path := actor.Sees(access.Path, audience)
		if path {
			paths = append(paths, name)
		}
		if path && actor.Sees(access.Identity, audience) {
			names = append(names, name)
		}
		if path && actor.Sees(access.Health, audience) {
			secrets = append(secrets, name)
		}
		if actor.Sees(access.Work, audience) {
			works = append(works, name)
		}
	}
	s.own(`with gone as (delete from house), gone_bare as (delete from bare), gone_rooms as (delete from room), gone_bare_rooms as (delete from bare_room),
		given as (select id, (n - 1)::int as n, audience::uuid[] from unnest($2::uuid[], $3::text[]) with ordinality g(id, audience, n)),
		houses as (insert into house (id, programme_id, name, secret, n, audience) select id, $1, n, n, n, audience from given returning *),
		rooms as (insert into room (id, house_id, title, position, rent, audience) select id, id, n, n, n, audience from given returning *),
		bares as (insert into bare select * from houses)
		insert into bare_room select * from rooms`, s.programme, ids, texts)
	got := s.answer(actor, with(f("bares", f("nodes", f("n"), f("name"), f("secret"))), "programme", "prg_"+s.programme.String()))
	var seen, named, cursed []string
	for _, node := range got["bares"].(map[string]any)["nodes"].([]any) {
		row := node.(map[string]any)
		seen = append(seen, fmt.Sprint(row["n"]))
		if row["name"] != nil {
			named = append(named, row["name"].(string))
		}
		if row["secret"] != nil {
			cursed = append(cursed, row["secret"].(string))
		}
	}
	same(r, "plan, rows", seen, paths)
	same(r, "plan, identity", named, names)
	same(r, "plan, health", cursed, secrets)
	same(r, "row-level security, path", s.secured(actor, "name", "house"), paths)
	same(r, "row-level security, work", s.secured(actor, "title", "room"), works)
	var rooms []string
	objects, err := s.engine.Objects(s.ctx, plan.Viewer{Actor: actor, Now: noon}, nil, []plan.Group{{Type: "BareRoom", IDs: ids, Selected: []plan.Selected{f("title")}}})
	if err != nil {
		r.Fatal(err)
	}
	for i, object := range objects[0] {
		if string(object) != "null" {
			rooms = append(rooms, fmt.Sprint(i))
		}
	}
	same(r, "plan, work", rooms, works)
}

// secured is what a bare statement shows under row-level security alone.
func (s *street) secured(a access.Actor, column, table string) (got []string) {
	s.t.Helper()
	err := s.engine.DB.InTx(s.ctx, a, nowFixed, func(ctx context.Context, tx *postgres.Tx) error {
		var list string
		if err := tx.NewRaw("select coalesce(json_agg("+column+"), '[]') from "+table).Scan(ctx, &list); err != nil {
			return err
		}
		return json.Unmarshal([]byte(list), &got)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return got
}

func same(r *rapid.T, what string, got, want []string) {
	slices.Sort(got)
	slices.Sort(want)
	if strings.Join(got, " ") != strings.Join(want, " ") {
		r.Errorf("%s: %v, want %v", what, got, want)
	}
}
