package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/cmd/lavoro/rightstest"
)

// pulseNumber is a number of a pulse as the model counts it: of which list, and which of its rows.
type pulseNumber struct {
	name, list, class string
	counts            func(r *rightstest.Row) bool
}

var pulseNumbers = []pulseNumber{
	{"presentToday", "attendances", "work", func(r *rightstest.Row) bool {
		return r.Text("day") == rightstest.Today && r.Text("kind") == "PRESENCE" && r.Text("standing") == "COUNTED"
	}},
	{"late", "dues", "path", func(r *rightstest.Row) bool { return r.Text("done_at") == "" && r.Text("due_at") < rightstest.Now }},
	{"blockedMatches", "matches", "path", func(r *rightstest.Row) bool {
		return r.Columns["blocked"] == true && slices.Contains([]string{"SUGGESTED", "PROPOSED"}, r.Text("state"))
	}},
	{"suspendedPlacements", "placements", "work", func(r *rightstest.Row) bool { return r.Text("state") == "SUSPENDED" }},
}

const pulseQuery = `query($p: ID!) { programmePulse(programme: $p) { presentToday { code count filter { from to kind standings } } late { code count filter { overdue done kind } }
	blockedMatches { code count filter { blocked states company } } suspendedPlacements { code count filter { states on } } moneyLeft { code amount filter { month capped } } hidden } }`

// pulses compares the numbers of every programme with what the model counts for each viewer. What is protected is in none of the counts, where
// it is seen that it is.
func (s *stage) pulses(t *testing.T) {
	counted, left := map[string]int{}, 0
	s.everybody(func(v viewer, m *rightstest.Model) {
		for _, programme := range append(slices.Clone(v.programmes), s.programs[v.n*7%len(s.programs)]) {
			want, code := s.pulse(m, programme)
			got, refused := s.post(v, pulseQuery, vars{"p": "prg_" + programme})
			if refused != "" || code != "" {
				if refused != code {
					s.differ(v, []string{"the pulse is answered " + refused + ", not " + code})
				}
				continue
			}
			s.differ(v, rightstest.Compare("pulse", want, got["programmePulse"], nil))
			s.mu.Lock()
			for _, n := range pulseNumbers {
				if number, ok := want[n.name].(map[string]any); ok {
					counted[n.name] += int(number["count"].(float64))
				}
			}
			if want["moneyLeft"] != nil {
				left++
			}
			s.mu.Unlock()
		}
	})
	s.report(t)
	t.Logf("counted %v, money left %d times", counted, left)
	for _, n := range pulseNumbers {
		if counted[n.name] < 20 || left < 10 {
			t.Errorf("too few of %s to prove anything", n.name)
		}
	}
}

// pulse is what the model counts of a programme, or how it is refused.
func (s *stage) pulse(m *rightstest.Model, programme string) (map[string]any, string) {
	in := func(classes ...string) bool {
		return slices.ContainsFunc(m.Actor.Grants, func(g rightstest.Grant) bool {
			alone := rightstest.Actor{Grants: []rightstest.Grant{g}, Purpose: m.Actor.Purpose}
			return g.Programme == programme && (len(classes) == 0 || alone.Opens(classes[0], []rightstest.Holder{g.Holder}))
		})
	}
	row := s.world.One("programme", programme)
	sees := m.Sees(rightstest.Types["Programme"], row)
	if !sees && !in() {
		return nil, "NOT_FOUND"
	}
	uncounted := &rightstest.Model{World: m.World, Actor: m.Actor, Cells: map[rightstest.Cell]bool{}}
	want, hidden := map[string]any{}, []any{}
	for _, n := range pulseNumbers {
		if want[n.name] = nil; !in(n.class) {
			hidden = append(hidden, n.name)
			continue
		}
		count := 0
		for _, r := range uncounted.Root(rightstest.Roots[n.list], programme, rightstest.Narrowed{Order: rightstest.Roots[n.list].Usual()}) {
			p := s.world.One("participation", r.Text("participation_id"))
			known := p != nil && p.Columns["protected"] == true && uncounted.Sees(rightstest.Types["Participant"], p)
			if n.counts(r) && !known {
				count++
			}
		}
		want[n.name] = map[string]any{"code": n.name, "count": float64(count), "filter": pulseFilters[n.name]}
	}
	want["moneyLeft"] = nil
	if left, ok := s.moneyLeft(m, row); ok && sees {
		want["moneyLeft"] = map[string]any{"code": "moneyLeft", "amount": left, "filter": map[string]any{"month": nil, "capped": nil}}
	} else {
		hidden = append(hidden, "moneyLeft")
	}
	want["hidden"] = hidden
	return want, ""
}

var pulseFilters = map[string]any{
	"presentToday":        map[string]any{"from": rightstest.Today, "to": rightstest.Today, "kind": "PRESENCE", "standings": []any{"COUNTED"}},
	"late":                map[string]any{"overdue": true, "done": nil, "kind": nil},
	"blockedMatches":      map[string]any{"blocked": true, "states": []any{"SUGGESTED", "PROPOSED"}, "company": nil},
	"suspendedPlacements": map[string]any{"states": []any{"SUSPENDED"}, "on": nil},
}

// moneyLeft is the funding without all allowances and what was recognised before, for who reads the lead's money.
func (s *stage) moneyLeft(m *rightstest.Model, programme *rightstest.Row) (left float64, shown bool) {
	for _, o := range s.world.By("organisation", "programme_id", programme.ID) {
		shown = shown || o.Text("parent_id") == "" && m.Actor.Opens("money", []rightstest.Holder{{Scope: "ORGANISATION", Programme: programme.ID, Over: o.ID}})
	}
	left = programme.Columns["budget_cents"].(float64)
	for _, a := range s.world.By("allowance", "programme_id", programme.ID) {
		left -= a.Columns["total_cents"].(float64)
	}
	for _, f := range s.world.By("history_fact", "programme_id", programme.ID) {
		if f.Text("kind") == "PAYMENT" && f.Text("state") == "CONFIRMED" {
			left -= f.Columns["gross_cents"].(float64)
		}
	}
	return left, shown
}

// TestThePulseOpensWhatItCounts: a number's filter, passed on to its list as it is, gives as many rows as it says to who sees none protected.
func TestThePulseOpensWhatItCounts(t *testing.T) {
	s := newStage(t, 2)
	lead := s.viewers[slices.IndexFunc(s.viewers, func(v viewer) bool {
		return slices.ContainsFunc(v.Grants, func(g rightstest.Grant) bool { return g.Role == "COORDINATOR" })
	})]
	p := vars{"p": "prg_" + lead.programmes[0]}
	data, code := s.post(lead, pulseQuery, p)
	if code != "" {
		t.Fatal(code)
	}
	pulse := data["programmePulse"].(map[string]any)
	for _, n := range pulseNumbers {
		number := pulse[n.name].(map[string]any)
		filter, argument := number["filter"], "filter: $f"
		of := map[string]string{"attendances": "AttendanceFilter", "matches": "MatchFilter", "placements": "PlacementFilter", "dues": "DueFilter"}[n.list]
		if n.list == "dues" {
			filter = map[string]any{}
			argument += ", overdue: true"
		}
		rows, code := s.post(lead, "query($p: ID!, $f: "+of+") { "+n.list+"(programme: $p, "+argument+") { totalCount } }", vars{"p": p["p"], "f": filter})
		if code != "" || rows[n.list].(map[string]any)["totalCount"] != number["count"] {
			t.Errorf("%s counts %v, its filter opens %v %s", strings.ToUpper(n.name[:1])+n.name[1:], number["count"], rows, code)
		}
	}
}
