package plan_test

import (
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// A plan that was kept for one viewer answers every other one whose rights have its shape, about every other object, as one that is made for him:
// also where no row-level security helps.
func TestKeptPlansAnswerLikeThoseThatAreMade(t *testing.T) {
	s := open(t)
	keys := []uuid.UUID{uuid.New(), uuid.New(), uuid.New()}
	chance := rand.New(rand.NewPCG(7, 7))
	some := func() (chosen []uuid.UUID) {
		for _, k := range keys {
			if chance.IntN(2) == 0 {
				chosen = append(chosen, k)
			}
		}
		return chosen
	}
	var ids []string
	for range 12 {
		audience := some()
		id := s.build("house", audience, "secret", "cursed")
		s.furnish(id, "room", 1, 5, some()...)
		s.own("insert into bare select * from house where id = $1", id)
		ids = append(ids, id.String())
	}
	roles := []access.Role{access.CaseManager, access.Scout, access.PaymentsOfficer, access.HostTutor, access.System}
	kept, reused := map[string]plan.Kept{}, 0
	for range 600 {
		a := access.Actor{Member: uuid.New()}
		for range chance.IntN(6) {
			a.Grants = append(a.Grants, access.Grant{Role: roles[chance.IntN(len(roles))], Programme: s.programme, Key: keys[chance.IntN(len(keys))]})
		}
		prefix := []string{"hou", "bar"}[chance.IntN(2)]
		id := prefix + "_" + ids[chance.IntN(len(ids))]
		asked := with(f("node", f("id"), f("name"), f("secret"), f("side", f("name")), f("moment"), f("hidden"), f("rooms", f("title"), f("rent")), f("payRooms", f("rent"))), "id", id)
		asked.IDVariable = "id"
		v := plan.Viewer{Actor: a, Lang: "it", Now: noon}
		want, err := s.engine.Query(s.ctx, v, []plan.Selected{asked})
		if err != nil {
			t.Fatal(err)
		}
		settings := a.Settings()
		key := prefix + plan.Shape(settings)
		k, ok := kept[key]
		if !ok {
			planned, err := s.engine.Plan(v, []plan.Selected{asked})
			if err != nil {
				t.Fatal(err)
			}
			if kept[key], ok = planned.Keep([]string{"id"}); !ok {
				t.Fatal("the plan cannot be kept")
			}
			continue
		}
		reused++
		got, err := s.engine.ReadKept(s.ctx, v, k, settings, func(string) string { return id })
		if err != nil || string(got) != string(want) {
			t.Fatalf("%+v: a kept plan answers %s (%v), not %s", a.Grants, got, err, want)
		}
	}
	if reused < 300 {
		t.Errorf("only %d answers by kept plans", reused)
	}
}

// What is filled for one viewer is not kept, nor is what hangs on a variable by more than an argument.
func TestPlansThatAreNotKept(t *testing.T) {
	s := open(t)
	v := plan.Viewer{Actor: s.actor(uuid.New(), access.CaseManager), Lang: "it", Now: noon}
	for name, asked := range map[string]plan.Selected{
		"a hole":        with(f("node", f("shout")), "id", houseID(uuid.New())),
		"no object":     with(f("node", f("id")), "id", "house"),
		"another field": with(f("houses", f("totalCount")), "programme", "prg_"+s.programme.String()),
	} {
		asked.IDVariable = "id"
		planned, err := s.engine.Plan(v, []plan.Selected{asked})
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := planned.Keep([]string{"id"}); ok {
			t.Errorf("%s is kept", name)
		}
	}
}
