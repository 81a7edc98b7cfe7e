package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

func TestEveryKindOfField(t *testing.T) {
	s := open(t)
	key := uuid.New()
	a := s.actor(key, access.System)
	first := s.build("Àncora", []uuid.UUID{key}, "opens", 5, "origin_file", "a.csv", "origin_row", 7, "n", 3)
	second := s.build("Bella", []uuid.UUID{key}, "next_id", first, "kind", "ODD")
	s.furnish(first, "kitchen", 1, 500, key)
	s.furnish(first, "attic", 2, 100, key)
	s.own("insert into item values (gen_random_uuid(), $1, 'kinds', 'BIG', '{\"it\": \"voce\"}', $2::uuid[]), (gen_random_uuid(), gen_random_uuid(), 'kinds', 'ODD', '{}', $2::uuid[])",
		s.programme, keys(key))
	all := func(extra ...plan.Selected) []plan.Selected {
		return append([]plan.Selected{f("id"), f("__typename"), f("name"), f("kind"), f("kindLabel"), f("built"), f("month"), f("opens"), f("seenAt"), f("label"), f("n"),
			f("programme"), f("added"), f("moment"), typed("Origin", f("origin", f("__typename"), f("kind"), f("file"), f("row"), f("hash"))), f("hidden"),
			f("next", f("id")), f("best", f("title")), f("item", f("label")), f("rooms", f("title"), f("rent")), f("payRooms", f("title"))}, extra...)
	}
	s.says(a, fmt.Sprintf(`{"house": {"id": "hou_%s", "__typename": "House", "name": "Àncora", "kind": "BIG", "kindLabel": "grande, com'è", "built": "2027-03-01",
		"month": "2027-03", "opens": "00:05", "seenAt": "2027-03-01T10:00:00.000Z", "label": "casa", "n": 3, "programme": "prg_%s", "added": "later",
		"moment": "2027-03-01 23:30:00+00 2027-03-02 %s", "origin": {"__typename": "Origin", "kind": "APP", "file": "a.csv", "row": 7, "hash": null}, "hidden": [],
		"next": null, "best": {"title": "kitchen"}, "item": {"label": "voce"}, "rooms": [{"title": "kitchen", "rent": 500}, {"title": "attic", "rent": 100}],
		"payRooms": [{"title": "attic"}, {"title": "kitchen"}]}}`, first, s.programme, a.Member), with(f("house", all()...), "id", houseID(first)))
	s.says(a, fmt.Sprintf(`{"house": {"kindLabel": "ODD", "next": {"name": "Àncora", "rooms": [{"title": "kitchen"}, {"title": "attic"}]}, "best": null, "item": null, "rooms": [],
		"page": {"nodes": [], "edges": [], "totalCount": 0, "pageInfo": {"hasNextPage": false, "hasPreviousPage": false, "startCursor": null, "endCursor": null}}, "id": "hou_%s"}}`, second),
		with(f("house", f("kindLabel"), f("next", f("name"), f("rooms", f("title"))), f("best", f("title")), f("item", f("label")), f("rooms", f("title")),
			f("page", f("nodes", f("id")), f("edges", f("cursor")), f("totalCount"), f("pageInfo", f("hasNextPage"), f("hasPreviousPage"), f("startCursor"), f("endCursor"))), f("id")),
			"id", houseID(second)))
}

// A list without pages that grows gives the first of its order.
func TestAListThatGrowsIsCut(t *testing.T) {
	s := open(t)
	key := uuid.New()
	id := s.build("a", []uuid.UUID{key})
	s.own("insert into room select gen_random_uuid(), $1, n::text, n, n, $2::uuid[] from generate_series(1, $3) n", id, keys(key), plan.MostOfMany+1)
	got := s.answer(s.actor(key, access.System), with(f("house", f("rooms", f("title")), f("payRooms", f("title"))), "id", houseID(id)))["house"].(map[string]any)
	all, cut := got["rooms"].([]any), got["payRooms"].([]any)
	if len(all) != plan.MostOfMany+1 || len(cut) != plan.MostOfMany {
		t.Fatalf("%d and %d rooms", len(all), len(cut))
	}
	if first := cut[0].(map[string]any)["title"]; first != fmt.Sprint(plan.MostOfMany+1) {
		t.Errorf("the first is %s", first)
	}
}

// The viewer's language is the only part of him that is in a statement's text, and it is one of two.
func TestLanguages(t *testing.T) {
	s := open(t)
	key := uuid.New()
	id := s.build("a", []uuid.UUID{key})
	for lang, want := range map[string]string{"it": `"casa","kindLabel":"grande, com'è"`, "en": `"house","kindLabel":"big, isn't it"`, "'; drop table house; --": `"casa"`, "": `"casa"`} {
		v := plan.Viewer{Actor: s.actor(key, access.System), Lang: lang, Now: noon}
		data, err := s.engine.Query(s.ctx, v, []plan.Selected{with(f("house", f("label"), f("kindLabel")), "id", houseID(id))})
		if err != nil || !strings.Contains(string(data), want) {
			t.Errorf("%q: %s (%v)", lang, data, err)
		}
	}
}

func TestRoots(t *testing.T) {
	s := open(t)
	key := uuid.New()
	a := s.actor(key, access.System)
	id := s.build("one's", []uuid.UUID{key})
	roomID := s.furnish(id, "kitchen", 1, 5, key)
	programme := "prg_" + s.programme.String()
	s.says(a, `{"__typename": "Query"}`, f("__typename"))
	s.says(a, `{"named": {"name": "one's"}}`, with(f("named", f("name")), "name", "one's", "kind", "BIG"))
	s.says(a, `{"named": null}`, with(f("named", f("name")), "name", "one's", "kind", "SMALL"))
	s.says(a, `{"named": null}`, f("named", f("name")))
	s.says(a, fmt.Sprintf(`{"position": "at %s BIG"}`, s.programme), with(f("position"), "programme", programme))
	s.says(a, `{"position": null}`, with(f("position"), "programme", "prg_"+uuid.NewString()))
	s.says(a, `{"a": {"name": "one's"}, "b": {"title": "kitchen"}}`, as("a", with(f("node", f("name")), "id", houseID(id))), as("b", with(f("node", f("title")), "id", "roo_"+roomID.String())))
	for _, unknown := range []string{"", "hou_", "hou", houseID(uuid.New()), "xxx_" + id.String(), "roo_" + id.String(), "hou_" + strings.ToUpper(id.String()) + " ", "hou_{" + id.String()[2:] + "}", id.String(),
		houseID(id) + "\x00", "hou_" + strings.ReplaceAll(id.String(), "-", "'")} {
		s.says(a, `{"house": null, "node": null}`, with(f("house", f("id")), "id", unknown), with(f("node", f("id")), "id", unknown))
		s.says(a, `{"houses": {"totalCount": 0}}`, with(s.houses(f("totalCount")), "programme", unknown))
	}
	if data, err := s.query(a, f("unheard")); err == nil {
		t.Errorf("a root that is not mapped: %s", data)
	}
	if data, err := s.query(a, with(f("house", f("unheard")), "id", houseID(id))); err == nil {
		t.Errorf("a field that is not mapped: %s", data)
	}
}

func TestWideSelectionsAndLongAliases(t *testing.T) {
	s := open(t)
	key := uuid.New()
	id := s.build("a", []uuid.UUID{key})
	s.furnish(id, "kitchen", 1, 5, key)
	a := s.actor(key, access.System)
	for _, n := range []int{49, 50, 51, 100, 101, 180} {
		var under []plan.Selected
		for i := range n {
			under = append(under, as(fmt.Sprintf("alias_%s_%03d", strings.Repeat("x", 80), i), f(fmt.Sprintf("wide%02d", i%60))))
		}
		got := s.answer(a, with(f("house", under...), "id", houseID(id)))["house"].(map[string]any)
		if len(got) != n {
			t.Fatalf("%d fields of %d", len(got), n)
		}
		for i, u := range under {
			if got[u.Alias] != fmt.Sprint(i%60) {
				t.Fatalf("%s is %v", u.Alias, got[u.Alias])
			}
		}
	}
	var roots, holes []plan.Selected
	for i := range 60 {
		alias := fmt.Sprintf("alias_%s_%03d", strings.Repeat("x", 80), i)
		roots = append(roots, as(alias, with(f("house", f("name")), "id", houseID(id))))
		holes = append(holes, as(alias, f("whisper")))
	}
	if got := s.answer(a, roots...); len(got) != 60 {
		t.Errorf("%d roots", len(got))
	}
	nodes := s.answer(a, s.houses(f("nodes", append(holes, f("page", as(roots[0].Alias, f("nodes", f("title")))))...)))["houses"].(map[string]any)["nodes"].([]any)
	if got := nodes[0].(map[string]any); len(got) != 61 || got[holes[59].Alias] != "a" {
		t.Errorf("%v", got)
	}
}

func TestObjectsByID(t *testing.T) {
	s := open(t)
	key := uuid.New()
	a := s.actor(key, access.Tutor)
	mine, other := s.build("mine", []uuid.UUID{key}), s.build("other", []uuid.UUID{uuid.New()})
	room := s.furnish(other, "let", 1, 5, key)
	v := plan.Viewer{Actor: a, Lang: "en", Now: noon}
	got, err := s.engine.Objects(s.ctx, v, nil, []plan.Group{
		{Type: "House", IDs: []uuid.UUID{other, mine, uuid.New(), mine}, Selected: []plan.Selected{f("name"), f("hidden")}},
		{Type: "Room", IDs: []uuid.UUID{room}, Selected: []plan.Selected{f("title"), f("house", f("name"))}},
		{Type: "Room"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%s", got); compactList(text) != `[[null {"name":"mine","hidden":["item","moneyPage","payRooms","secret","whisper"]} null {"name":"mine","hidden":["item","moneyPage","payRooms","secret","whisper"]}] [{"title":"let","house":null}] []]` {
		t.Error(text)
	}
	if n := len(s.trace.taken()); n != 1 {
		t.Errorf("%d statements", n)
	}
	if got, err := s.engine.Objects(s.ctx, v, nil, nil); got != nil || err != nil {
		t.Errorf("%v %v", got, err)
	}
	if _, err := s.engine.Objects(s.ctx, v, nil, []plan.Group{{Type: "Unheard"}}); err == nil {
		t.Error("a type that is not declared")
	}
}

func compactList(text string) string {
	return strings.NewReplacer(`" : `, `":`, `, "`, `,"`).Replace(text)
}
