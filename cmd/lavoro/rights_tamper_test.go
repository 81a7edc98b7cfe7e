package main

import (
	"cmp"
	"maps"
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/lavoroincorso/lavoro/cmd/lavoro/rightstest"
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// openly takes row-level security off every table: what the plans say alone is left.
func (s *stage) openly(t *testing.T) {
	t.Helper()
	if _, err := s.owner.Exec(t.Context(), `do $$ declare c record; begin
		for c in select oid::regclass as name from pg_class where relrowsecurity and relnamespace = 'public'::regnamespace loop
			execute format('alter table %s disable row level security', c.name);
		end loop; end $$`); err != nil {
		t.Fatal(err)
	}
}

// tampering is one right taken out of the declarations, and put back; look asks what should then differ.
type tampering struct {
	name      string
	out, back func()
	look      func(v viewer, m *rightstest.Model, programme string, nth int)
}

// showing are the predicate of each type's rows, the mask of each field in a class of its own, and the names in hidden.
func (s *stage) showing(sdl *ast.Schema) (all []tampering) {
	for _, name := range slices.Sorted(maps.Keys(rightstest.Types)) {
		t, _ := s.mapped.Type(name)
		look := func(v viewer, m *rightstest.Model, programme string, nth int) {
			s.nodesOf(v, m, name, programme, 3*nth)
		}
		rows := t.Rows
		all = append(all, tampering{"rows of " + name, func() { t.Rows = everyRow }, func() { t.Rows = rows }, look})
		for _, field := range slices.Sorted(maps.Keys(t.Fields)) {
			f := t.Fields[field]
			back := func() { t.Fields[field] = f }
			if class := f.ClassOf(); class != "" && class != t.Class {
				all = append(all, tampering{"mask of " + name + "." + field, func() { t.Fields[field] = f.In("") }, back, look})
			}
		}
		if sdl.Types[name].Fields.ForName("hidden") != nil {
			all = append(all, tampering{"hidden of " + name, func() { t.Fields["hidden"] = plan.Expr("'[]'::json") }, func() { delete(t.Fields, "hidden") }, look})
		}
	}
	return all
}

func everyRow(func(access.Class) string, string) string { return "true" }

// narrowing are the classes of filters and orders.
func (s *stage) narrowing() (all []tampering) {
	for _, name := range slices.Sorted(maps.Keys(rightstest.Types)) {
		t, _ := s.mapped.Type(name)
		all = append(all, s.narrowings(name, t)...)
	}
	return all
}

func (s *stage) narrowings(name string, t *plan.Type) (all []tampering) {
	list := ""
	for field, root := range rightstest.Roots {
		if root.Type == name {
			list = field
		}
	}
	if found := t.Search; found != nil && found.Class != "" {
		all = append(all, tampering{"class of search of " + name, func() { t.Search = &plan.Search{Order: found.Order} }, func() { t.Search = found },
			func(v viewer, m *rightstest.Model, programme string, nth int) {
				s.filtered(v, m, list, programme, "search", nth)
			}})
	}
	for _, filter := range slices.Sorted(maps.Keys(t.Filters)) {
		if f := t.Filters[filter]; f.Class != "" {
			all = append(all, tampering{"class of filter " + filter + " of " + name, func() { t.Filters[filter] = f.Reveals("") }, func() { t.Filters[filter] = f },
				func(v viewer, m *rightstest.Model, programme string, nth int) {
					s.filtered(v, m, list, programme, filter, nth)
				}})
		}
	}
	for _, order := range slices.Sorted(maps.Keys(t.Orders)) {
		if o := t.Orders[order]; o.Class != "" {
			open := o
			open.Class = ""
			all = append(all, tampering{"class of order " + order + " of " + name, func() { t.Orders[order] = open }, func() { t.Orders[order] = o },
				func(v viewer, m *rightstest.Model, programme string, _ int) {
					s.narrow(v, m, list, programme, "orderBy: "+order, rightstest.Narrowed{Order: order})
				}})
		}
	}
	return all
}

// notices says whether the comparison finds a difference while a right is out: it asks one viewer after the other.
func (s *stage) notices(what tampering) bool {
	what.out()
	defer what.back()
	s.taken++
	s.found = nil
	for start := range 7 * 5 { // five times all, each time at the next rows, one of each seven after the other, so that people of all worlds come early
		for i := start % 7; i < len(s.viewers); i += 7 {
			v := s.viewers[i]
			for _, p := range v.programmes {
				m := &rightstest.Model{World: s.world, Actor: v.Actor, Cells: map[rightstest.Cell]bool{}}
				if what.look(v, m, p, i+start/7); len(s.found) > 0 {
					return true
				}
			}
		}
	}
	return false
}

// second are rights that another one holds, too, and what that is.
var second = map[string]string{
	"mask of Person.givenName":               "every role that reads where a person stands reads the name",
	"mask of Person.familyName":              "every role that reads where a person stands reads the name",
	"mask of Allowance.participant":          "the participation is led to, which must be seen",
	"mask of AllowanceStatement.participant": "the participation is led to, which must be seen",
	"mask of PaymentLine.participant":        "the participation is led to, which must be seen",
	"mask of Recovery.participant":           "the participation is led to, which must be seen",
	"mask of HousingGrant.participant":       "the participation is led to, which must be seen",
	"mask of PaymentAnswer.payer":            "the body is led to, which must be seen",
	"mask of PaymentAnswer.member":           "the member is led to, who must be seen",
	"mask of PaymentRun.payer":               "the body is led to, which must be seen",
	"mask of PaymentStep.member":             "the member is led to, who must be seen",
	"mask of PaymentStep.onBehalfOf":         "the member is led to, who must be seen",
	"mask of HistoryFact.participant":        "the participation is led to, which must be seen",
	"mask of HistoryImport.stagedBy":         "the member is led to, who must be seen",
	"mask of HistoryImport.decidedBy":        "the member is led to, who must be seen",
	"mask of HistoryImport.revokedBy":        "the member is led to, who must be seen",
	"hidden of HistoryImport":                "who sees the row sees the names of colleagues",
	"mask of Allowance.presenceDays":         "whoever reads money reads the register, too",
	"hidden of MandateSample":                "who sees the row sees whose it is",
	"rows of ProgrammeFinding":               "they are reached through their programme alone, which shows to the same",
	"rows of Viewer":                         "it is reached by one's own id alone",
}

// TestTheModelNoticesEveryRightThatIsTakenOut: without row-level security the plans alone show of each object what the model says; and with any
// one of their rights taken out they do not. Conditions of lists look at other rows under that last net: they keep it.
func TestTheModelNoticesEveryRightThatIsTakenOut(t *testing.T) {
	s := newStage(t, 4)
	noticed := s.takeOut(t, s.narrowing())
	s.openly(t)
	s.taken++
	s.everybody(func(v viewer, m *rightstest.Model) {
		for _, name := range slices.Sorted(maps.Keys(rightstest.Types)) {
			s.nodesOf(v, m, name, v.programmes[0], v.n)
		}
	})
	s.report(t)
	if t.Failed() {
		return
	}
	if noticed += s.takeOut(t, s.showing(contract(t))); noticed < 100 {
		t.Errorf("only %d", noticed)
	}
	t.Logf("%d rights taken out one by one, and each noticed", noticed)
}

// takeOut takes rights out one by one; how many are noticed.
func (s *stage) takeOut(t *testing.T, all []tampering) (noticed int) {
	t.Helper()
	for _, what := range all {
		found := s.notices(what)
		if found {
			noticed++
		}
		if why := second[what.name]; found != (why == "") {
			t.Errorf("that %s is taken out is noticed: %v (%s)", what.name, found, cmp.Or(why, "nothing else holds it"))
		}
	}
	s.found = nil
	return noticed
}
