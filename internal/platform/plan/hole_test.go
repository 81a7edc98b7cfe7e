package plan_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// hostile are texts that try to end a string, a hole, or a statement.
var hostile = []string{"plain", `"`, `\`, `\"`, `\\"`, `":0:`, `ABCDEFGHIJKLMNOPQRSTUVWXYZ:0:{"name":"x"}`, `"ABCDEFGHIJKLMNOPQRSTUVWXYZ:0:`, "line\nbreak\ttab\r", "\u2028\u0001\u007f", "è 🙂", `</script>`,
	`'; drop table house; --`, `{t} {o} {v} {now} $1 ?`, `null`, `{"a":1}`, `%s %d`, ""}

func TestHolesKeepEveryText(t *testing.T) {
	s := open(t)
	key := uuid.New()
	a := s.actor(key, access.System)
	for i, text := range hostile {
		s.build(text, []uuid.UUID{key}, "n", i, "opens", i, "built", fmt.Sprintf("2027-03-%02d", i+1))
	}
	shown := typed("AllowedAct", f("shout", as("a", f("act")), f("label"), f("__typename"), typed("Refusal", f("refusals", f("code"), f("message")))))
	got := s.answer(a, s.houses(f("nodes", f("name"), shown, f("whisper"), as("again", f("whisper")), f("kind"))))
	nodes := got["houses"].(map[string]any)["nodes"].([]any)
	if len(nodes) != len(hostile) {
		t.Fatalf("%d of %d", len(nodes), len(hostile))
	}
	for i, node := range nodes {
		row := node.(map[string]any)
		act := row["shout"].([]any)[0].(map[string]any)
		if row["name"] != hostile[i] || act["a"] != hostile[i] || row["whisper"] != strings.ToLower(hostile[i]) || row["again"] != row["whisper"] || row["kind"] != "BIG" {
			t.Errorf("%q: %v", hostile[i], row)
		}
		if refused := act["refusals"].([]any)[0].(map[string]any); act["label"] != "sì" || act["__typename"] != "AllowedAct" || refused["code"] != "NOT_FOUND" {
			t.Errorf("%v", act)
		}
	}
	if fmt.Sprint(s.calls) != fmt.Sprint([]int{len(hostile)}) {
		t.Errorf("filled with %v inputs a time, not once with all", s.calls)
	}
}

// Only what is shown is filled: not the row that tells of a next page, not what is masked.
func TestHolesAreOnlyWhatIsShown(t *testing.T) {
	s := open(t)
	key := uuid.New()
	for i := range 4 {
		s.build(fmt.Sprint(i), []uuid.UUID{key})
	}
	tutor := s.actor(key, access.Tutor)
	s.answer(tutor, with(s.houses(f("nodes", f("shout", f("act")), f("whisper")), f("pageInfo", f("hasNextPage"))), "first", int64(2)))
	if fmt.Sprint(s.calls) != "[2]" {
		t.Errorf("filled %v", s.calls)
	}
	s.calls = nil
	s.answer(tutor, s.houses(f("nodes", f("name"), f("whisper"))))
	s.answer(s.actor(uuid.New(), access.System), s.houses(f("nodes", f("shout", f("act")))))
	if len(s.calls) != 0 {
		t.Errorf("filled %v of nothing", s.calls)
	}
}

func TestHolesInATransaction(t *testing.T) {
	s := open(t)
	key := uuid.New()
	a := s.actor(key, access.System)
	id := s.build("Stays", []uuid.UUID{key})
	errRolledBack := errors.New("rolled back")
	s.own("grant update (name) on house to lavoro_app")
	err := s.engine.DB.InTx(s.ctx, a, nowFixed, func(ctx context.Context, tx *postgres.Tx) error {
		if _, err := tx.NewRaw("update house set name = ?", "What If").Exec(ctx); err != nil {
			return err
		}
		got, err := s.engine.Objects(ctx, plan.Viewer{Actor: a, Lang: "it", Now: noon}, tx, []plan.Group{{Type: "House", IDs: []uuid.UUID{id}, Selected: []plan.Selected{f("name"), f("whisper")}}})
		if err != nil {
			return err
		}
		if compact(t, string(got[0][0])) != compact(t, `{"name": "What If", "whisper": "what if"}`) {
			t.Errorf("%s", got)
		}
		return errRolledBack
	})
	if !errors.Is(err, errRolledBack) {
		t.Fatal(err)
	}
	s.says(a, `{"house": {"name": "Stays", "whisper": "stays"}}`, with(f("house", f("name"), f("whisper")), "id", houseID(id)))
}

func TestAFillerThatFails(t *testing.T) {
	s := open(t)
	key := uuid.New()
	s.build("a", []uuid.UUID{key})
	errFiller := errors.New("no key")
	for what, filler := range map[string]plan.Filler{
		"an error": func(context.Context, *postgres.Tx, []json.RawMessage) ([]any, error) { return nil, errFiller },
		"too few":  func(context.Context, *postgres.Tx, []json.RawMessage) ([]any, error) { return nil, nil },
		"too many": func(context.Context, *postgres.Tx, []json.RawMessage) ([]any, error) { return []any{1, 2}, nil },
		"not for JSON": func(context.Context, *postgres.Tx, []json.RawMessage) ([]any, error) {
			return []any{make(chan int)}, nil
		},
		"without a field": func(context.Context, *postgres.Tx, []json.RawMessage) ([]any, error) {
			return []any{struct{ X int }{1}}, nil
		},
	} {
		e := &plan.Engine{DB: s.engine.DB, Schema: schema(map[string]plan.Filler{"house.shout": filler, "house.whisper": filler})}
		data, err := e.Query(s.ctx, plan.Viewer{Actor: s.actor(key, access.System), Now: noon}, []plan.Selected{s.houses(f("nodes", f("shout", f("act"))))})
		if err == nil || data != nil || what == "an error" && !errors.Is(err, errFiller) {
			t.Errorf("%s: %s (%v)", what, data, err)
		}
	}
}

// However deep and wide a query is, it is one statement; its text is the same for all who ask the same, and holds nothing they gave.
func TestOneStatementWithoutValues(t *testing.T) {
	s := open(t)
	ask := func(a access.Actor, now time.Time, secrets ...string) []string {
		t.Helper()
		s.trace.taken()
		under := []plan.Selected{f("name"), f("moment"), f("rooms", with(f("title"))), with(f("page", f("totalCount"), f("nodes", f("house", f("next", f("name"))))), "first", int64(len(secrets[0]))), f("whisper"),
			as("few", with(f("rooms", f("title")), "titled", secrets[1]))}
		_, err := s.engine.Query(s.ctx, plan.Viewer{Actor: a, Lang: "it", Now: now}, []plan.Selected{
			with(s.houses(f("totalCount"), f("edges", f("cursor"), f("node", under...))), "only", secrets[2], "orderBy", "NEW",
				"filter", map[string]any{"kinds": []any{secrets[3], "x"}, "named": secrets[4], "next": "hou_" + secrets[5]}),
			with(f("named", under...), "name", secrets[6], "kind", secrets[7]), with(f("node", f("name")), "id", "hou_"+secrets[5]), with(f("house", under...), "id", "hou_"+secrets[5]),
			with(f("position"), "programme", "prg_"+s.programme.String())})
		if err != nil {
			t.Fatal(err)
		}
		return s.trace.taken()
	}
	key := uuid.New()
	secrets := []string{strings.Repeat("n", 77), "Segreta1", "Segreta2", "Segreta3", "Segreta4", uuid.NewString(), "Segreta5", "Segreta6"}
	first := s.actor(key, access.CaseManager)
	one := ask(first, noon, secrets...)
	if len(one) != 1 {
		t.Fatalf("%d statements: %q", len(one), one)
	}
	for _, given := range append(secrets, key.String(), first.Member.String(), s.programme.String(), "2027-03", "77") {
		if strings.Contains(one[0], given) {
			t.Errorf("the text of the statement holds %q", given)
		}
	}
	s.programme = uuid.New()
	two := ask(s.actor(uuid.New(), access.CaseManager), noon.AddDate(1, 1, 1), "x", `'"\`, "$1", "{t}", "?", uuid.NewString(), "", ";")
	if len(two) != 1 || one[0] != two[0] {
		t.Errorf("another text for other values:\n%s\n%s", one, two)
	}
}
