package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/lavoroincorso/lavoro/graph"
	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

func contract(t *testing.T) *ast.Schema {
	t.Helper()
	s, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: graph.SDL()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestEveryFieldIsMapped holds the contract and the rooms' readings together: a field that is promised must be readable, and a field that is readable
// must be promised.
func TestEveryFieldIsMapped(t *testing.T) {
	sdl, mapped := contract(t), schema()
	for name, def := range sdl.Types {
		reading, ok := mapped.Type(name)
		if def.Kind != ast.Object || !ok {
			continue
		}
		for _, f := range def.Fields {
			_, known := reading.Fields[f.Name]
			if !known && f.Name != "id" && f.Name != "hidden" {
				t.Errorf("%s.%s is in the contract and not mapped", name, f.Name)
			}
		}
		for field := range reading.Fields {
			if def.Fields.ForName(field) == nil {
				t.Errorf("%s.%s is mapped and not in the contract", name, field)
			}
		}
	}
}

// TestNoPromiseAcrossARight: what a right may hide must be allowed to be null, else one hidden field would take its whole object away.
func TestNoPromiseAcrossARight(t *testing.T) {
	sdl, mapped := contract(t), schema()
	for name, def := range sdl.Types {
		reading, ok := mapped.Type(name)
		if !ok {
			continue
		}
		for field, f := range reading.Fields {
			promised := def.Fields.ForName(field)
			if promised == nil {
				continue
			}
			if class := f.ClassOf(); class != "" && class != reading.Class && promised.Type.NonNull && promised.Type.Elem == nil {
				t.Errorf("%s.%s is of class %s and promised", name, field, class)
			}
			if f.LeadsToOne() && promised.Type.NonNull {
				t.Errorf("%s.%s leads to another row, which may not be the viewer's, and is promised", name, field)
			}
			if role, may := hiddenFrom(mapped, reading, f); may && def.Fields.ForName("hidden") == nil {
				t.Errorf("%s.%s may be hidden from %s and its type has no `hidden`", name, field, role)
			}
		}
	}
}

// hiddenFrom names a role that sees rows of the type and may not see the field: it reads not the field's class, or not one that it leads to.
func hiddenFrom(mapped *plan.Schema, of *plan.Type, f plan.Field) (access.Role, bool) {
	for _, role := range access.Roles() {
		reads := func(class access.Class) bool {
			return len(access.Actor{Grants: []access.Grant{{Role: role}}}.Keys(class)) > 0
		}
		if of.Rows == nil && !reads(of.Class) {
			continue
		}
		if class := f.ClassOf(); class != "" && !reads(class) {
			return role, true
		}
		for _, name := range f.Targets() {
			target, _ := mapped.Type(name)
			if ownGrants := of.Name == "Viewer" && name == "Grant"; !reads(target.Class) && !ownGrants { // one's own open to oneself
				return role, true
			}
		}
	}
	return "", false
}

// TestEveryMomentIsSpelledOneWay: a column of moments that is mapped as it is would come with an offset.
func TestEveryMomentIsSpelledOneWay(t *testing.T) {
	sdl, mapped, moments := contract(t), schema(), 0
	for name, def := range sdl.Types {
		reading, ok := mapped.Type(name)
		if !ok {
			continue
		}
		for _, promised := range def.Fields {
			if f, ok := reading.Fields[promised.Name]; ok && f.IsInstant() != (promised.Type.Name() == "Instant") {
				t.Errorf("%s.%s is promised as %s and mapped otherwise", name, promised.Name, promised.Type.Name())
			} else if ok && f.IsInstant() {
				moments++
			}
		}
	}
	if moments == 0 {
		t.Error("no moment is mapped")
	}
}

// TestEveryRootIsAnswered: a root is read by a plan, or named here with what answers it.
func TestEveryRootIsAnswered(t *testing.T) {
	resolved := []string{"lookUpPerson", "changes", "programmePulse", "monthBlockers", "canAfford", "__schema", "__type"}
	mapped := schema()
	for _, f := range contract(t).Query.Fields {
		if !mapped.Root(f.Name) && !slices.Contains(resolved, f.Name) {
			t.Errorf("Query.%s is answered by nobody", f.Name)
		}
	}
}

// TestEveryFilterAndOrderIsDeclared follows each connection of the contract to its type's declarations.
func TestEveryFilterAndOrderIsDeclared(t *testing.T) {
	sdl, mapped := contract(t), schema()
	for _, def := range sdl.Types {
		for _, f := range def.Fields {
			target, paged := strings.CutSuffix(f.Type.Name(), "Connection")
			if !paged {
				continue
			}
			reading, ok := mapped.Type(target)
			if !ok {
				t.Errorf("%s.%s pages through %s, which is not mapped", def.Name, f.Name, target)
				continue
			}
			for _, arg := range f.Arguments {
				checkArgument(t, sdl, reading, def.Name+"."+f.Name, arg)
			}
			if f.Arguments.ForName("orderBy") == nil {
				if _, ok := reading.Orders[""]; !ok {
					t.Errorf("%s.%s offers no order and %s has no usual one", def.Name, f.Name, target)
				}
			}
		}
	}
}

func checkArgument(t *testing.T, sdl *ast.Schema, reading *plan.Type, where string, arg *ast.ArgumentDefinition) {
	switch arg.Name {
	case "filter":
		for _, field := range sdl.Types[arg.Type.Name()].Fields {
			if _, ok := reading.Filters[field.Name]; !ok && (field.Name != "search" || reading.Search == nil) {
				t.Errorf("%s: filter %s of %s is not declared", where, field.Name, reading.Name)
			}
		}
	case "orderBy":
		for _, value := range sdl.Types[arg.Type.Name()].EnumValues {
			if _, ok := reading.Orders[value.Name]; !ok {
				t.Errorf("%s: order %s of %s is not declared", where, value.Name, reading.Name)
			}
		}
	}
}

// TestEveryActIsAMutation: the table of rights and the contract name the same acts, but for those that only the house does.
func TestEveryActIsAMutation(t *testing.T) {
	ownActs := []access.Act{access.RefreshMatches, access.RemindDue, access.SendInvitation, access.SendSignature, access.SignMonth}
	mutations := contract(t).Mutation.Fields
	for _, act := range access.Acts() {
		if mutations.ForName(string(act)) == nil && !slices.Contains(ownActs, act) {
			t.Errorf("act %s is no mutation", act)
		}
	}
	for _, m := range mutations {
		if !slices.Contains(access.Acts(), access.Act(m.Name)) {
			t.Errorf("mutation %s is in no row of the table of rights", m.Name)
		}
	}
}
