package graph

import (
	"context"
	"encoding/json"
	"reflect"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// payload writes what a mutation answers. Resolvers put stubs with ids where objects go; all of them are read by one statement.
type payload struct {
	resolver *Resolver
	session  Session
	ctx      context.Context
}

// stubs collects the objects of a payload by the place of the selection that asks for them.
type stubs struct {
	groups []plan.Group
	bySite map[any]int
}

func (p *payload) read(tx *postgres.Tx, out any) ([]byte, error) {
	fc := graphql.GetFieldContext(p.ctx)
	s := &selector{op: graphql.GetOperationContext(p.ctx), schema: p.resolver.AST}
	root := plan.Selected{Site: fc.Field.Field, TypeName: fc.Field.Definition.Type.Name(),
		Under: func(t string) []plan.Selected { return s.fields(fc.Field.Selections, t) }}

	found := &stubs{bySite: map[any]int{}}
	collect := plan.Renderer{Lang: p.session.Lang, Object: func(v any, at plan.Selected) (json.RawMessage, bool) {
		return json.RawMessage("null"), found.add(p.resolver.Engine.Schema, v, at)
	}}
	if _, err := collect.Value(out, root); err != nil {
		return nil, err
	}
	objects, err := p.resolver.Engine.Objects(p.ctx, p.session.viewer(p.resolver.Clock()), tx, found.groups)
	if err != nil {
		return nil, err
	}
	if s.err != nil {
		return nil, s.err
	}
	next := make([]int, len(objects))
	write := plan.Renderer{Lang: p.session.Lang, Object: func(v any, at plan.Selected) (json.RawMessage, bool) {
		if _, _, ok := stub(p.resolver.Engine.Schema, v); !ok {
			return nil, false
		}
		g := found.bySite[at.Site]
		next[g]++
		return objects[g][next[g]-1], true
	}}
	return write.Value(out, root)
}

// stub says whether a value stands for an object that plans read. An id that is none of its type stands for nothing.
func stub(schema *plan.Schema, v any) (t *plan.Type, id uuid.UUID, ok bool) {
	n, isNode := v.(Node)
	if !isNode || reflect.TypeOf(v).Kind() != reflect.Pointer {
		return nil, uuid.Nil, false
	}
	t, ok = schema.Type(reflect.TypeOf(v).Elem().Name())
	if !ok {
		return nil, uuid.Nil, false
	}
	id, err := plan.ParseID(t.Prefix, n.GetID())
	if err != nil {
		id = uuid.Nil
	}
	return t, id, true
}

func (f *stubs) add(schema *plan.Schema, v any, at plan.Selected) bool {
	t, id, ok := stub(schema, v)
	if !ok {
		return false
	}
	g, known := f.bySite[at.Site]
	if !known {
		g = len(f.groups)
		f.bySite[at.Site] = g
		f.groups = append(f.groups, plan.Group{Type: t.Name, Selected: at.Under(t.Name)})
	}
	f.groups[g].IDs = append(f.groups[g].IDs, id)
	return true
}

// keep gives the written payload to the field's middleware.
func (p *payload) keep(data []byte) { keep(p.ctx, data) }

func keep(ctx context.Context, data []byte) {
	if k, ok := ctx.Value(fieldKey{}).(*kept); ok {
		k.data = data
	}
}
