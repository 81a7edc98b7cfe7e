package plan_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// Lists beside each other are read by one statement, each with the arguments of its own root, and none shows more than it does elsewhere.
func TestAComposedRootIsOneStatement(t *testing.T) {
	s := open(t)
	mine, other := uuid.New(), uuid.New()
	for name, day := range map[string]string{"early": "2027-01-01", "late": "2027-05-01"} {
		s.furnish(s.build(name, []uuid.UUID{mine}, "built", day), "room of "+name, 1, 5, mine)
	}
	s.furnish(s.build("another's", []uuid.UUID{other}), "hidden", 1, 5, mine)
	s.build("elsewhere", []uuid.UUID{mine}, "programme_id", uuid.New())
	since := func(day string, n int64, under ...plan.Selected) plan.Selected {
		return with(f("street", under...), "programme", "prg_"+s.programme.String(), "from", calendar.MustDay(day), "n", n)
	}
	houses := f("houses", f("name"), f("rooms", f("title"), f("rent")))
	s.trace.taken()
	s.says(s.actor(mine, access.Tutor), `{"a": {"from": "2027-02-01", "houses": [{"name": "late", "rooms": [{"title": "room of late", "rent": null}]}], "next": 3},
		"b": {"houses": [{"name": "early", "rooms": [{"title": "room of early", "rent": null}]}, {"name": "late", "rooms": [{"title": "room of late", "rent": null}]}], "next": 10}}`,
		as("a", since("2027-02-01", 2, f("from"), houses, f("next"))), as("b", since("2026-12-01", 9, houses, f("next"))))
	if n := len(s.trace.taken()); n != 1 {
		t.Errorf("%d statements", n)
	}
	for name, nobody := range map[string]access.Actor{"without a key": s.actor(mine, access.Coordinator), "nobody": {}} {
		if got := s.answer(nobody, since("2027-02-01", 2, f("next"), houses)); got["street"] != nil {
			t.Errorf("%s: %v", name, got)
		}
	}
	s.says(s.actor(mine, access.Tutor), `{"street": null}`, with(since("2027-02-01", 2, f("next")), "programme", "prg_"+uuid.NewString()))
	s.says(s.actor(mine, access.Tutor), `{"street": null}`, with(since("2027-02-01", 2, f("next")), "programme", "hou_"+s.programme.String()))
	s.refused(s.actor(mine, access.Tutor), plan.PageSize, "n", since("2027-02-01", 10, f("next")))
}

// What SQL cannot finish is finished there as everywhere.
func TestAComposedRootHasHoles(t *testing.T) {
	s := open(t)
	s.says(s.actor(uuid.New(), access.Tutor), `{"street": {"shout": [{"act": "2027-02-01"}]}}`, with(f("street", f("shout", f("act"))),
		"programme", "prg_"+s.programme.String(), "from", calendar.DayOf(time.Date(2027, 2, 1, 12, 0, 0, 0, time.UTC)), "n", int64(1)))
}

// A plan that is kept asks for the keys of whoever uses it.
func TestAComposedRootIsKeptForOthers(t *testing.T) {
	s := open(t)
	mine, theirs := uuid.New(), uuid.New()
	s.build("mine", []uuid.UUID{mine})
	s.build("theirs", []uuid.UUID{theirs})
	asked := []plan.Selected{with(f("street", f("houses", f("name")), f("next")), "programme", "prg_"+s.programme.String(), "from", calendar.MustDay("2026-12-01"), "n", int64(1))}
	planned, err := s.engine.Plan(plan.Viewer{Actor: s.actor(mine, access.Tutor), Lang: "it", Now: noon}, asked)
	if err != nil {
		t.Fatal(err)
	}
	kept, ok := planned.Keep(nil)
	if !ok {
		t.Fatal("it is not kept")
	}
	for _, c := range []struct {
		actor access.Actor
		want  string
	}{
		{s.actor(theirs, access.Tutor), `{"street": {"houses": [{"name": "theirs"}], "next": 2}}`},
		{s.actor(mine, access.Tutor), `{"street": {"houses": [{"name": "mine"}], "next": 2}}`},
		{s.actor(mine, access.CaseManager), `{"street": null}`},
	} {
		data, err := s.engine.ReadKept(s.ctx, plan.Viewer{Actor: c.actor, Lang: "it", Now: noon}, kept, c.actor.Settings(), nil)
		if err != nil || compact(t, string(data)) != compact(t, c.want) {
			t.Errorf("%s (%v), want %s", data, err, c.want)
		}
	}
}
