package graph

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/lavoroincorso/lavoro/graph/scalar"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// selector turns one operation's syntax into the plan's own selection. The first error stays.
type selector struct {
	op     *graphql.OperationContext
	schema *ast.Schema
	ids    []string // variables that a kept plan is filled with
	err    error
}

// Selection is what an operation asks of the plan, for who reads beside a server.
func Selection(query string, variables map[string]any) ([]plan.Selected, error) {
	schema := NewExecutableSchema(Config{}).Schema()
	doc, errs := gqlparser.LoadQuery(schema, query)
	if errs != nil {
		return nil, errs
	}
	op := doc.Operations[0]
	values, err := validator.VariableValues(schema, op, variables)
	if err != nil {
		return nil, err
	}
	s := &selector{op: &graphql.OperationContext{Doc: doc, Operation: op, Variables: values}, schema: schema}
	fields := s.fields(op.SelectionSet, "Query")
	return fields, s.err
}

// Fields is what is asked of an object of a type, for who reads objects beside a server.
func Fields(typeName, fields string) ([]plan.Selected, error) {
	node, err := Selection(`{ node(id: "") { ... on `+typeName+` { `+fields+` } } }`, nil)
	if err != nil {
		return nil, err
	}
	return node[0].Under(typeName), nil
}

// fields is what is asked of an object of the type, fragments and directives resolved.
func (s *selector) fields(set ast.SelectionSet, typeName string) []plan.Selected {
	collected := graphql.CollectFields(s.op, set, s.satisfies(typeName))
	selected := make([]plan.Selected, len(collected))
	for i, f := range collected {
		selected[i] = s.field(f)
	}
	return selected
}

func (s *selector) field(f graphql.CollectedField) plan.Selected {
	selected := plan.Selected{Alias: f.Alias, Name: f.Name, Site: f.Field}
	if f.Definition == nil || f.Name == "__typename" {
		return selected
	}
	selected.TypeName, selected.NonNull = f.Definition.Type.Name(), f.Definition.Type.NonNull
	selected.Args = s.arguments(f)
	if id := f.Arguments.ForName("id"); id != nil && id.Value.Kind == ast.Variable && slices.Contains(s.ids, id.Value.Raw) {
		selected.IDVariable = id.Value.Raw
	}
	if len(f.Selections) > 0 {
		selected.Under = func(typeName string) []plan.Selected { return s.fields(f.Selections, typeName) }
	}
	return selected
}

// satisfies names the type and every interface it implements.
func (s *selector) satisfies(typeName string) []string {
	names := []string{typeName}
	if def := s.schema.Types[typeName]; def != nil {
		names = append(names, def.Interfaces...)
	}
	return names
}

func (s *selector) arguments(f graphql.CollectedField) map[string]any {
	if len(f.Definition.Arguments) == 0 {
		return nil
	}
	given := f.ArgumentMap(s.op.Variables)
	args := make(map[string]any, len(given))
	for _, def := range f.Definition.Arguments {
		raw, ok := given[def.Name]
		if !ok {
			continue
		}
		v, err := s.coerce(raw, def.Type, f.Alias, def.Name)
		if err != nil && s.err == nil {
			s.err = err
		}
		args[def.Name] = v
	}
	return args
}

// coerce reads an argument's value by its type. Literals and variables meet the same rules here.
func (s *selector) coerce(raw any, t *ast.Type, path ...string) (any, error) {
	if raw == nil {
		return nil, nil
	}
	if t.Elem != nil {
		list, ok := raw.([]any)
		if !ok {
			list = []any{raw}
		}
		out := make([]any, len(list))
		for i, e := range list {
			v, err := s.coerce(e, t.Elem, append(path, strconv.Itoa(i))...)
			if err != nil {
				return nil, err
			}
			out[i] = v
		}
		return out, nil
	}
	def := s.schema.Types[t.NamedType]
	if def.Kind == ast.InputObject {
		return s.input(raw, def, path)
	}
	v, err := scalarValue(raw, def.Name)
	if err != nil {
		return nil, refusal.Invalid(err, path...)
	}
	return v, nil
}

func (s *selector) input(raw any, def *ast.Definition, path []string) (any, error) {
	given, ok := raw.(map[string]any)
	if !ok {
		return nil, refusal.Invalid(fmt.Errorf("not an object"), path...)
	}
	out := map[string]any{}
	set := 0
	for _, f := range def.Fields {
		v, ok := given[f.Name]
		if !ok || v == nil {
			continue
		}
		set++
		value, err := s.coerce(v, f.Type, append(path, f.Name)...)
		if err != nil {
			return nil, err
		}
		out[f.Name] = value
	}
	if def.Directives.ForName("oneOf") != nil && set != 1 {
		return nil, refusal.InvalidValue.At(path...).With("cause", text.Text{It: "va indicato esattamente un campo", En: "exactly one field is to be given"})
	}
	return out, nil
}

func scalarValue(raw any, name string) (any, error) {
	switch name {
	case "Int":
		return whole(raw, math.MinInt32, math.MaxInt32)
	case "Day":
		return calendar.ParseDay(fmt.Sprint(raw))
	case "Month":
		m, err := calendar.ParseMonth(fmt.Sprint(raw))
		return m.First(), err
	case "Boolean":
		if b, ok := raw.(bool); ok {
			return b, nil
		}
		return nil, fmt.Errorf("not a Boolean")
	}
	return scalar.Clean(fmt.Sprint(raw))
}

func whole(raw any, low, high int64) (int64, error) {
	n, err := strconv.ParseInt(fmt.Sprint(raw), 10, 64)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("not an integer of 32 bits")
	}
	return n, nil
}
