package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/lavoroincorso/lavoro/cmd/lavoro/rightstest"
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// subjects are the types that feeds tell of.
func subjects(sdl *ast.Schema) (types []string) {
	for _, f := range sdl.Subscription.Fields {
		if subject := sdl.Types[f.Type.Name()].Fields.ForName("subject"); subject != nil && subject.Type.Name() != "Node" {
			types = append(types, subject.Type.Name())
		}
	}
	for _, topic := range sdl.Types["ChangeTopic"].EnumValues {
		name := ""
		for word := range strings.SplitSeq(strings.ToLower(topic.Name), "_") {
			name += strings.ToUpper(word[:1]) + word[1:]
		}
		types = append(types, name)
	}
	slices.Sort(types)
	return slices.Compact(types)
}

// reached are the types to which fields of a type lead, sorted, and itself.
func reached(mapped *plan.Schema, from ...string) []string {
	met := map[string]bool{}
	for len(from) > 0 {
		name := from[0]
		from = from[1:]
		t, known := mapped.Type(name)
		if met[name] || !known {
			continue
		}
		met[name] = true
		for _, f := range t.Fields {
			from = append(from, f.Targets()...)
		}
	}
	return slices.Sorted(maps.Keys(met))
}

// selected spells asks as a plan reads them.
func selected(asks []rightstest.Ask) (all []plan.Selected) {
	for _, a := range asks {
		s := plan.Selected{Alias: a.Name, Name: a.Name, TypeName: a.Type}
		if a.Under != nil {
			under := selected(a.Under)
			s.Under = func(string) []plan.Selected { return under }
		}
		all = append(all, s)
	}
	return all
}

// twins are two members with the same grants, and whether one of them sees his own name only because it is his.
type twins struct {
	one, other access.Actor
	alone      bool
}

// pair lends a viewer's grants to two members, of whom others see the names or not.
func (s *stage) pair(t *testing.T, v viewer, one, other string) twins {
	t.Helper()
	actor, err := s.app.directory.Actor(t.Context(), rightstest.Issuer, v.Member)
	if err != nil {
		t.Fatal(err)
	}
	p := twins{one: actor, other: actor}
	p.one.Member, p.other.Member = uuid.MustParse(one), uuid.MustParse(other)
	if p.one.Fingerprint() != p.other.Fingerprint() {
		t.Fatal("who has the same grants has another fingerprint")
	}
	nobody := actor
	nobody.Member = uuid.Nil
	names := plan.Group{Type: "Member", IDs: []uuid.UUID{p.one.Member, p.other.Member}, Selected: []plan.Selected{{Alias: "id", Name: "id"}}}
	p.alone = slices.ContainsFunc(s.objects(t, nobody, names), func(name json.RawMessage) bool { return string(name) == "null" })
	return p
}

func (s *stage) objects(t *testing.T, a access.Actor, g plan.Group) []json.RawMessage {
	t.Helper()
	read, err := s.app.resolver.Engine.Objects(t.Context(), plan.Viewer{Actor: a, Lang: "it", Now: moment}, nil, []plan.Group{g})
	if err != nil {
		t.Fatalf("%s: %v", g.Type, err)
	}
	return read[0]
}

// personal says whether the contract's field may show two members of the pair other bytes, as feeds decide it.
func (p twins) personal(b plan.Bound) bool {
	return b.Self || slices.ContainsFunc(b.Rows, func(t string) bool { return t != "Member" || p.alone })
}

// TestWhoHasEqualRightsIsShownEqualBytes of every field that a feed may lead to, unless the field is bound to who asks. What is said to be
// bound is so on some row.
func TestWhoHasEqualRightsIsShownEqualBytes(t *testing.T) {
	s := newStage(t, 4)
	types := reached(s.mapped, subjects(contract(t))...)
	for i, f := range s.world.Tables["file"] { // what is not attached yet is its sender's own
		if _, err := s.owner.Exec(t.Context(), "update file set state = 'COMPLETE', uploaded_by = $1 where id = $2", s.viewers[i%len(s.viewers)].Member, f.ID); err != nil {
			t.Fatal(err)
		}
	}
	guests, n := []string{}, 0
	for _, m := range s.world.Tables["member"] {
		if m.Text("organisation_id") == "" {
			guests = append(guests, m.ID)
		}
	}
	bound, differed := map[string]bool{}, map[string]bool{}
	compare := func(p twins, name string) {
		mapped, _ := s.mapped.Type(name)
		g := plan.Group{Type: name}
		for _, r := range s.some(mapped.Table) {
			g.IDs = append(g.IDs, uuid.MustParse(r.ID))
		}
		for _, f := range selected(s.contract.All(name)) {
			if _, confidential := s.mapped.Reveals(name, []plan.Selected{f}, append(access.Confidential(), access.Eligibility)); !confidential {
				g.Selected = append(g.Selected, f)
			}
		}
		for _, row := range s.mapped.Bound(name, g.Selected[:1]).Rows {
			bound[row] = true
		}
		one, other := s.objects(t, p.one, g), s.objects(t, p.other, g)
		for i := range one {
			a, b := fieldsOf(t, one[i]), fieldsOf(t, other[i])
			for _, f := range g.Selected {
				n++
				if bytes.Equal(a[f.Alias], b[f.Alias]) {
					continue
				}
				b := s.mapped.Bound(name, []plan.Selected{f})
				if !p.personal(b) {
					t.Errorf("%s.%s is not bound to who asks, and differs", name, f.Name)
				}
				for _, row := range b.Rows {
					differed[row] = true
				}
			}
		}
	}
	for i, v := range s.viewers {
		for j, with := range []string{s.viewers[(i+1)%len(s.viewers)].Member, guests[i%len(guests)]} {
			p := s.pair(t, v, v.Member, with)
			for k, name := range types {
				if (i+j+k)%4 == 0 { // they take turns at the types
					compare(p, name)
				}
			}
		}
	}
	for name := range bound {
		if !differed[name] {
			t.Errorf("that rows of %s are somebody's own is said in vain", name)
		}
	}
	if t.Logf("%d types, %d fields compared, bound are %v", len(types), n, slices.Sorted(maps.Keys(bound))); len(types) < 30 || n < 20_000 || len(bound) < 3 {
		t.Error("too few to prove anything")
	}
}

// some are rows of a table, from all of it.
func (s *stage) some(table string) (rows []*rightstest.Row) {
	all := s.world.Tables[table]
	for i := 0; i < len(all); i += 1 + len(all)/150 {
		rows = append(rows, all[i])
	}
	return rows
}

// fieldsOf takes an object apart; of one that is not seen there are none.
func fieldsOf(t *testing.T, object json.RawMessage) (fields map[string]json.RawMessage) {
	t.Helper()
	if err := json.Unmarshal(object, &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}
