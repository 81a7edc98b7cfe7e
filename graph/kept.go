package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/lavoroincorso/lavoro/graph/scalar"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/values/recent"
)

const (
	planBytes  = 4 << 20 // of kept plans
	keptShapes = 2_000   // of operations
	keptValues = 200     // bytes of variables that a plan is kept with
)

// plans keeps the plans of queries by what their text hangs on: operation, language, the shape of the asker's rights, and the values of variables, but
// for the ids of single objects, with which a plan is filled anew. What one person types, and places in lists, are no plan's to keep.
type plans struct {
	shapes *recent.Map[*ast.OperationDefinition, shape]
	kept   *recent.Map[planKey, keptPlan]
}

func newPlans() plans {
	return plans{shapes: recent.New[*ast.OperationDefinition, shape](keptShapes), kept: recent.New[planKey, keptPlan](planBytes)}
}

// shape is what of an operation's variables its plan hangs on.
type shape struct {
	keeps bool     // a plan may be kept
	ids   []string // that a plan is filled with anew
}

type planKey struct {
	schema               *plan.Schema
	operation            *ast.OperationDefinition
	lang, rights, values string
}

type keptPlan struct {
	plan     plan.Kept
	promises []string
}

// use is one operation that is answered: the variables with which its plan is filled, and where it is kept.
type use struct {
	ids []string
	key planKey // zero: it is not kept
}

// answer answers by a plan that is kept; nil data where there is none, and how one is kept then.
func (p plans) answer(ctx context.Context, e *plan.Engine, v plan.Viewer, op *graphql.OperationContext) (use, []byte, error) {
	of := p.shapes.GetOrPut(op.Operation, 1, func() shape { return shapeOf(op.Doc, op.Operation) })
	values, ok := of.values(op.Variables)
	if !of.keeps || !ok {
		return use{ids: of.ids}, nil, nil
	}
	settings := v.Actor.Settings()
	u := use{of.ids, planKey{e.Schema, op.Operation, v.Lang, plan.Shape(settings), values}}
	k, ok := p.kept.Get(u.key)
	if !ok {
		return u, nil, nil
	}
	data, err := e.ReadKept(ctx, v, k.plan, settings, func(name string) string { return fmt.Sprint(op.Variables[name]) })
	if err == nil {
		err = promised(data, k.promises)
	}
	return u, data, err
}

// keep keeps a plan that has answered.
func (p plans) keep(u use, planned plan.Planned, promises []string) {
	if u.key.operation == nil {
		return
	}
	if k, ok := planned.Keep(u.ids); ok {
		p.kept.Put(u.key, keptPlan{k, promises}, k.Weight())
	}
}

// shapeOf looks through an operation. Its plan is kept where all variables are ids, numbers, days or codes; of those the ids that stand once in the
// whole document, as the argument `id` of a root field, are filled anew.
func shapeOf(doc *ast.QueryDocument, op *ast.OperationDefinition) shape {
	of := shape{keeps: true}
	for _, v := range op.VariableDefinitions {
		switch def := v.Definition; {
		case def == nil, v.Type.Elem != nil:
			return shape{}
		case def.Kind == ast.Enum, def.Name == "ID", def.Name == "Int", def.Name == "Boolean", def.Name == "Day", def.Name == "Month":
		default:
			return shape{}
		}
	}
	stand := map[string]int{}
	count := func(set ast.SelectionSet) { countVariables(set, stand) }
	count(op.SelectionSet)
	for _, f := range doc.Fragments {
		count(f.SelectionSet)
	}
	for _, sel := range op.SelectionSet {
		f, ok := sel.(*ast.Field)
		if !ok {
			continue
		}
		if id := f.Arguments.ForName("id"); id != nil && id.Value.Kind == ast.Variable && stand[id.Value.Raw] == 1 {
			of.ids = append(of.ids, id.Value.Raw)
		}
	}
	return of
}

// countVariables counts where variables stand, each spread once.
func countVariables(set ast.SelectionSet, stand map[string]int) {
	arguments := func(list ast.ArgumentList) {
		for _, a := range list {
			countIn(a.Value, stand)
		}
	}
	directives := func(list ast.DirectiveList) {
		for _, d := range list {
			arguments(d.Arguments)
		}
	}
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			arguments(sel.Arguments)
			directives(sel.Directives)
			countVariables(sel.SelectionSet, stand)
		case *ast.InlineFragment:
			directives(sel.Directives)
			countVariables(sel.SelectionSet, stand)
		case *ast.FragmentSpread:
			directives(sel.Directives)
		}
	}
}

func countIn(v *ast.Value, stand map[string]int) {
	if v.Kind == ast.Variable {
		stand[v.Raw]++
	}
	for _, child := range v.Children {
		countIn(child.Value, stand)
	}
}

// values spells the variables that a plan hangs on: of ids that it is filled with their sort; false where one is not as it must be, or too long to be
// kept.
func (of shape) values(variables map[string]any) (spelled string, ok bool) {
	if len(variables) == 0 {
		return "", true
	}
	sorts := make([]string, len(of.ids))
	for i, name := range of.ids {
		id, err := scalar.Clean(fmt.Sprint(variables[name]))
		if err != nil {
			return "", false
		}
		if sorts[i], ok = plan.PrefixOf(id); !ok {
			return "", false
		}
	}
	if len(sorts) == len(variables) {
		return strings.Join(sorts, " "), true
	}
	fixed := maps.Clone(variables)
	for i, name := range of.ids {
		fixed[name] = sorts[i]
	}
	text, err := json.Marshal(fixed)
	return string(text), err == nil && len(text) <= keptValues
}
