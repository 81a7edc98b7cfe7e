package plan_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

type pageInfo struct {
	HasNextPage, HasPreviousPage bool
	StartCursor, EndCursor       string
}

// page reads one page: names in order.
func (s *street) page(a access.Actor, args ...any) (names []string, info pageInfo) {
	s.t.Helper()
	data, err := s.query(a, with(s.houses(f("edges", f("cursor"), f("node", f("name")), f("__typename")), f("__typename"),
		f("pageInfo", f("hasNextPage"), f("hasPreviousPage"), f("startCursor"), f("endCursor"), f("__typename"))), args...))
	if err != nil {
		s.t.Fatal(err)
	}
	var v struct {
		Houses struct {
			Edges []struct {
				Cursor string
				Node   struct{ Name string }
			}
			PageInfo pageInfo
		}
	}
	if err := json.Unmarshal([]byte(data), &v); err != nil {
		s.t.Fatalf("%v: %s", err, data)
	}
	for _, e := range v.Houses.Edges {
		names = append(names, e.Node.Name)
	}
	if n := len(v.Houses.Edges); n > 0 && (v.Houses.Edges[0].Cursor != v.Houses.PageInfo.StartCursor || v.Houses.Edges[n-1].Cursor != v.Houses.PageInfo.EndCursor) {
		s.t.Errorf("cursors of the page are not those of its ends: %s", data)
	}
	return names, v.Houses.PageInfo
}

// thirteen builds houses a to m, several alike in each order.
func thirteen(s *street, key uuid.UUID) {
	for i := range 13 {
		name := string(rune('a' + i))
		s.build(name, []uuid.UUID{key}, "built", fmt.Sprintf("2027-03-%02d", 1+i/3), "seen_at", fmt.Sprintf("2027-03-01T10:00:00.%06dZ", i/4), "kind", fmt.Sprintf("it's %d", i%2), "opens", 60*i)
	}
}

// A row that several of the viewer's keys open comes once, in every order and direction, and counts once.
func TestRowsOfSeveralKeysComeOnce(t *testing.T) {
	s := open(t)
	one, two, other := uuid.New(), uuid.New(), uuid.New()
	audiences := [][]uuid.UUID{{one}, {two}, {one, two}, {other}, {two, one, other}, {one, one}, {}}
	for i := range 21 {
		s.build(string(rune('a'+i)), audiences[i%7], "built", fmt.Sprintf("2027-03-%02d", 1+i/2), "seen_at", fmt.Sprintf("2027-03-01T10:00:00.%06dZ", i/4))
	}
	const seen = "abcefhijlmopqst"
	both := access.Actor{Grants: append(s.actor(one, access.CaseManager).Grants, s.actor(two, access.Tutor).Grants...)}
	for _, order := range []string{"", "NEW", "NAME"} {
		for way, turn := range map[string]string{"first": "after", "last": "before"} {
			var names []string
			args := []any{way, int64(4), "orderBy", order}
			for range 4 {
				page, info := s.page(both, args...)
				names = append(names, page...)
				args = []any{way, int64(4), "orderBy", order, turn, map[string]string{"first": info.EndCursor, "last": info.StartCursor}[way]}
			}
			slices.Sort(names)
			if got := strings.Join(names, ""); got != seen {
				t.Errorf("%s by %q: %s, want %s", way, order, got, seen)
			}
		}
	}
	s.says(both, `{"houses": {"totalCount": 15}}`, s.houses(f("totalCount")))
	s.says(both, `{"houses": {"totalCount": 2}}`, with(s.houses(f("totalCount")), "filter", map[string]any{"to": "2027-03-01"}))
	s.says(both, `{"houses": {"totalCount": 0}}`, with(s.houses(f("totalCount")), "programme", "prg_"+uuid.NewString()))
	s.says(s.actor(one, access.HostTutor), `{"houses": {"totalCount": 0, "nodes": []}}`, s.houses(f("totalCount"), f("nodes", f("id"))))
}

func TestPagesForwardAndBackwardAgree(t *testing.T) {
	s := open(t)
	key := uuid.New()
	thirteen(s, key)
	a := s.actor(key, access.System)
	for _, order := range []any{nil, "NEW", "NAME", "CURSE"} {
		whole, _ := s.page(a, "orderBy", order)
		if len(whole) != 13 || order == "NAME" && !slices.IsSorted(whole) {
			t.Fatalf("%v: %v", order, whole)
		}
		for _, size := range []int64{1, 2, 5, 13, 14} {
			var forward, backward []string
			for after := ""; ; {
				names, info := s.page(a, "orderBy", order, "first", size, "after", after)
				forward = append(forward, names...)
				if info.HasPreviousPage != (after != "") || info.HasNextPage != (len(forward) < 13) {
					t.Fatalf("%v %d after %q: %+v", order, size, after, info)
				}
				if !info.HasNextPage {
					break
				}
				after = info.EndCursor
			}
			for before := ""; ; {
				names, info := s.page(a, "orderBy", order, "last", size, "before", before)
				backward = append(slices.Clone(names), backward...)
				if info.HasNextPage != (before != "") || info.HasPreviousPage != (len(backward) < 13) {
					t.Fatalf("%v %d before %q: %+v", order, size, before, info)
				}
				if !info.HasPreviousPage {
					break
				}
				before = info.StartCursor
			}
			if !slices.Equal(forward, whole) || !slices.Equal(backward, whole) {
				t.Errorf("%v in pages of %d:\n%v forward\n%v backward\n%v whole", order, size, forward, backward, whole)
			}
		}
	}
}

func TestACursorHoldsWhileRowsComeAndGo(t *testing.T) {
	s := open(t)
	key := uuid.New()
	thirteen(s, key)
	a := s.actor(key, access.System)
	first, info := s.page(a, "orderBy", "NAME", "first", int64(4))
	s.build("aa", []uuid.UUID{key})
	s.build("dd", []uuid.UUID{key})
	s.own("delete from house where name in ('a', 'd')")
	second, _ := s.page(a, "orderBy", "NAME", "first", int64(3), "after", info.EndCursor)
	if strings.Join(first, "") != "abcd" || strings.Join(second, " ") != "dd e f" {
		t.Errorf("%v, then %v", first, second)
	}
	between, info := s.page(a, "orderBy", "NAME", "after", info.EndCursor, "before", cursorOf(t, s, a, "g"))
	if strings.Join(between, " ") != "dd e f" || info.HasNextPage {
		t.Errorf("%v %+v", between, info)
	}
	none, _ := s.page(a, "orderBy", "NAME", "after", cursorOf(t, s, a, "m"))
	if len(none) != 0 {
		t.Errorf("after the last: %v", none)
	}
}

func cursorOf(t *testing.T, s *street, a access.Actor, name string) string {
	t.Helper()
	names, info := s.page(a, "orderBy", "NAME", "filter", map[string]any{"named": name}, "first", int64(1))
	if len(names) != 1 || names[0] != name {
		t.Fatalf("%v", names)
	}
	return info.EndCursor
}

func TestPageSizesHaveBounds(t *testing.T) {
	s := open(t)
	key := uuid.New()
	a := s.actor(key, access.System)
	for i := range plan.MaxPage + 1 {
		s.own("insert into house (id, programme_id, name, audience) values (gen_random_uuid(), $1, $2, $3::uuid[])", s.programme, fmt.Sprint(i), keys(key))
	}
	for _, n := range []int64{0, -1, plan.MaxPage + 1, 1 << 31, -1 << 40} {
		s.refused(a, plan.PageSize, "first", with(s.houses(f("totalCount")), "first", n))
		s.refused(a, plan.PageSize, "last", with(s.houses(f("totalCount")), "last", n))
	}
	s.refused(a, plan.PageSize, "last", with(s.houses(f("totalCount")), "first", int64(1), "last", int64(1)))
	for _, c := range []struct {
		args []any
		want int
	}{{nil, plan.DefaultPage}, {[]any{"first", nil, "last", nil, "after", nil}, plan.DefaultPage}, {[]any{"first", int64(plan.MaxPage)}, plan.MaxPage}, {[]any{"last", int64(1)}, 1}} {
		if names, _ := s.page(a, c.args...); len(names) != c.want {
			t.Errorf("%v gives %d", c.args, len(names))
		}
	}
}

// A list is counted up to a bound, and says so; reports count on.
func TestCountsHaveABound(t *testing.T) {
	s := open(t)
	one, two := uuid.New(), uuid.New()
	both := access.Actor{Grants: append(s.actor(one, access.CaseManager).Grants, s.actor(two, access.CaseManager).Grants...)}
	build := func(n int, audience ...uuid.UUID) {
		s.own("insert into house (id, programme_id, name, audience) select gen_random_uuid(), $1, 'x', $3::uuid[] from generate_series(1, $2::int)", s.programme, n, keys(audience...))
	}
	counts := func(a access.Actor, exact bool, shown, all int, args ...any) {
		t.Helper()
		s.says(a, fmt.Sprintf(`{"houses": {"totalCount": %d, "totalCountIsExact": %t, "wholeCount": %d, "nodes": [{"name": "x"}]}}`, shown, exact, all),
			with(s.houses(f("totalCount"), f("totalCountIsExact"), f(plan.WholeCount), f("nodes", f("name"))), append(args, "first", int64(1))...))
	}
	build(plan.MaxCount-1, one)
	build(1, one, two)
	for _, a := range []access.Actor{s.actor(one, access.CaseManager), both} {
		counts(a, true, plan.MaxCount, plan.MaxCount)
		counts(a, true, plan.MaxCount, plan.MaxCount, "only", "BIG")
	}
	build(1, two)
	counts(both, false, plan.MaxCount, plan.MaxCount+1)
	counts(both, false, plan.MaxCount, plan.MaxCount+1, "only", "BIG")
	counts(s.actor(one, access.CaseManager), true, plan.MaxCount, plan.MaxCount)
	counts(s.actor(two, access.CaseManager), true, 2, 2)
	s.own("insert into bare select * from house")
	s.says(both, fmt.Sprintf(`{"bares": {"totalCountIsExact": false, "totalCount": %d}}`, plan.MaxCount), with(f("bares", f("totalCountIsExact"), f("totalCount")), "programme", "prg_"+s.programme.String()))
}

// Whatever is asked of a connection, and only that, is answered by one object.
func TestAConnectionInParts(t *testing.T) {
	s := open(t)
	key := uuid.New()
	thirteen(s, key)
	s.build("hidden", []uuid.UUID{uuid.New()})
	a := s.actor(key, access.System)
	two := []any{"first", int64(2), "orderBy", "NAME"}
	s.says(a, `{"houses": {"totalCount": 13}}`, with(s.houses(f("totalCount")), two...))
	s.says(a, `{"houses": {"__typename": "HouseConnection"}}`, with(s.houses(f("__typename")), two...))
	s.says(a, `{"houses": {"pageInfo": {"hasPreviousPage": false}}}`, with(s.houses(f("pageInfo", f("hasPreviousPage"))), two...))
	s.says(a, `{"houses": {"pageInfo": {"hasNextPage": true, "__typename": "PageInfo"}}}`, with(s.houses(f("pageInfo", f("hasNextPage"), f("__typename"))), two...))
	s.says(a, `{"houses": {"nodes": [{"name": "a"}, {"name": "b"}], "more": [{"name": "a"}, {"name": "b"}], "edges": [{"__typename": "HouseEdge"}, {"__typename": "HouseEdge"}],
		"totalCount": 6, "again": 6}}`, with(s.houses(f("nodes", f("name")), as("more", f("nodes", f("name"))), f("edges", f("__typename")), f("totalCount"), as("again", f("totalCount"))),
		append(two, "filter", map[string]any{"to": "2027-03-02", "early": true, "from": nil, "kinds": []any{"it's 0", "it's 1"}, "named": nil}, "only", nil)...))
	s.says(a, `{"houses": {"totalCount": 0, "nodes": []}}`, with(s.houses(f("totalCount"), f("nodes", f("name"))), append(two, "only", "none")...))
}

func TestWrongCursorsAreRefused(t *testing.T) {
	s := open(t)
	key := uuid.New()
	thirteen(s, key)
	a := s.actor(key, access.System)
	_, info := s.page(a, "orderBy", "NAME")
	coded := func(parts ...any) string {
		data, err := json.Marshal(parts)
		if err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(data)
	}
	for _, wrong := range []string{"x", "====", info.EndCursor + "=", info.EndCursor[:8], coded(), coded("House/"), coded("House/NAME", "a", uuid.New()), coded("Room/", "2027-03-01", uuid.New()),
		coded("House/", "2027-03-01", "no id"), coded("House/", "2027-03-01", uuid.New(), "more"), coded("House/", 3, uuid.New()), base64.StdEncoding.EncodeToString([]byte(`{"a": 1}`)), info.EndCursor} {
		s.refused(a, plan.CursorInvalid, "after", with(s.houses(f("totalCount")), "after", wrong))
		s.refused(a, plan.CursorInvalid, "before", with(s.houses(f("totalCount")), "before", wrong))
	}
	// Cursors of the right form that hold what is no value of the order's keys.
	for _, value := range []string{"31 February", "2027-02-31", "0000-01-01", "2027-03-01' or true --", "\x00", ""} {
		s.refused(a, plan.CursorInvalid, "after", with(s.houses(f("nodes", f("id"))), "after", coded("House/", value, uuid.New())))
	}
	for _, values := range [][]any{{"2027-03-01T10:00:00Z", "BIG"}, {"yesterday", "BIG"}, {"2027-03-01 10:00:00+00", "\x00"}} {
		wrong := coded(append(append([]any{"House/NEW"}, values...), uuid.New())...)
		s.refused(a, plan.CursorInvalid, "before", with(s.houses(f("nodes", f("id"))), "orderBy", "NEW", "before", wrong))
	}
	if names, _ := s.page(a, "orderBy", "NAME", "after", coded("House/NAME", `' or true; drop table house; --"\`, uuid.New())); len(names) != 13 {
		t.Errorf("%v", names)
	}
}

func TestFilters(t *testing.T) {
	s := open(t)
	key := uuid.New()
	a := s.actor(key, access.System)
	hostile := []string{`it's`, `a "quoted" one`, `back\slash \n`, `{curly,comma}`, `NULL`, ``, ` space `, `<&>`, "line\nbreak", "è", `$1 {t} {v} ?`}
	for i, kind := range hostile {
		id := s.build("x"+kind, []uuid.UUID{key}, "kind", kind, "n", i, "secret", kind)
		s.furnish(id, kind, 1, 100*i, key)
		s.furnish(id, "other", 2, 0, key)
	}
	matches := func(want string, filter ...any) {
		t.Helper()
		m := map[string]any{}
		for i := 0; i < len(filter); i += 2 {
			m[filter[i].(string)] = filter[i+1]
		}
		got := s.answer(a, with(s.houses(f("totalCount"), f("nodes", f("kind"))), "filter", m))["houses"].(map[string]any)
		var kinds []string
		for _, n := range got["nodes"].([]any) {
			kinds = append(kinds, n.(map[string]any)["kind"].(string))
		}
		if fmt.Sprint(got["totalCount"]) != fmt.Sprint(len(kinds)) {
			t.Errorf("%v counted of %v", got["totalCount"], kinds)
		}
		if slices.Sort(kinds); strings.Join(kinds, "|") != want {
			t.Errorf("%v: %q, want %q", filter, kinds, want)
		}
	}
	for _, kind := range hostile {
		matches(kind, "kind", kind)
		matches(kind, "kinds", []any{kind})
		matches(kind, "secret", kind)
		matches(kind, "roomy", kind)
		s.says(a, fmt.Sprintf(`{"houses": {"nodes": [{"rooms": [{"title": %s}], "all": [{"position": 1}, {"position": 2}]}]}}`, quoted(t, kind)),
			with(s.houses(f("nodes", with(f("rooms", f("title")), "titled", kind), as("all", with(f("rooms", f("position")), "titled", nil)))), "only", kind))
	}
	matches("", "kinds", []any{})
	matches("NULL|it's", "kinds", []any{"it's", "NULL", "it's", "none"})
	matches("NULL|it's", "numbers", []any{int64(0), int64(4)})
	matches("è", "named", "XÈ")
	matches("è", "named", "xe")
	matches("", "named", "%")
	matches("", "next", "xxx_"+uuid.NewString())
	matches("", "next", "' or true --")
	matches("", "cursed", false, "kind", "it's")
	for _, bad := range []any{"a\x00b", "\xff"} {
		s.refused(a, refusal.InvalidValue, "", with(s.houses(f("totalCount")), "filter", map[string]any{"kind": bad}))
		s.refused(a, refusal.InvalidValue, "", with(s.houses(f("totalCount")), "filter", map[string]any{"kinds": []any{bad}}))
	}
	if _, err := s.query(a, with(s.houses(f("totalCount")), "filter", map[string]any{"unheard": "x"})); err == nil {
		t.Error("a filter that is not declared")
	}
	if _, err := s.query(a, with(s.houses(f("totalCount")), "orderBy", "UNHEARD")); err == nil {
		t.Error("an order that is not declared")
	}
}

func quoted(t *testing.T, text string) string {
	t.Helper()
	data, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
