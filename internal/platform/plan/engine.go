package plan

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Engine reads what a schema declares from a database.
type Engine struct {
	Schema *Schema
	DB     *postgres.DB
	// OnDisclosed is told of the confidential values of an answer before it leaves, in a transaction of the viewer; when it fails there is
	// no answer. Nil: nobody is told.
	OnDisclosed func(context.Context, *postgres.Tx, Viewer, []Disclosure) error
}

// Query answers all root fields of one operation from one snapshot of the primary: the JSON object of the answer's data.
func (e *Engine) Query(ctx context.Context, v Viewer, selected []Selected) ([]byte, error) {
	p, err := e.Plan(v, selected)
	if err != nil {
		return nil, err
	}
	return e.run(ctx, p, nil)
}

// Read answers what is planned for a viewer, from a replica where one shows what he must see. What has holes is read on the primary: they are filled
// there, and one answer tells of one state.
func (e *Engine) Read(ctx context.Context, v Viewer, p Planned) ([]byte, error) {
	if len(p.c.holes) > 0 {
		return e.run(ctx, p, nil)
	}
	text, err := e.DB.ReadNear(ctx, v.Actor, v.Actor.Settings(), postgres.Under(p.SQL, len(p.Args)), p.Args...)
	if err != nil {
		return nil, unreadable(err)
	}
	return text, nil
}

// Planned is one operation as Postgres is asked: a statement that gives one text.
type Planned struct {
	SQL  string
	Args []any // texts, which the statement casts
	c    *compiler
}

// Plan compiles one operation without reading, for who runs the statement on his own.
func (e *Engine) Plan(v Viewer, selected []Selected) (Planned, error) {
	c := newCompiler(e.Schema, v)
	members := make([]member, len(selected))
	for i, s := range selected {
		members[i] = member{s.Alias, c.root(s)}
	}
	return c.planned(writtenObject(members))
}

// Finish fills the holes of the text that a planned operation gave, and tells of what it discloses.
func (e *Engine) Finish(ctx context.Context, p Planned, text []byte) ([]byte, error) {
	return e.fill(ctx, p.c, nil, text)
}

func (c *compiler) planned(w written) (Planned, error) {
	return Planned{SQL: "select " + w.sql(), Args: c.args, c: c}, c.err
}

// Group asks for objects of one type by their ids.
type Group struct {
	Type     string
	IDs      []uuid.UUID
	Selected []Selected
}

// Objects reads groups of objects in one statement: for each group one JSON value an id, null where the viewer sees no such object.
// With a transaction it reads inside it.
func (e *Engine) Objects(ctx context.Context, v Viewer, tx *postgres.Tx, groups []Group) ([][]json.RawMessage, error) {
	if len(groups) == 0 {
		return nil, nil
	}
	c := newCompiler(e.Schema, v)
	all := says("[")
	for i, g := range groups {
		if i > 0 {
			all = append(all, piece{text: ","})
		}
		t, ok := e.Schema.types[g.Type]
		if !ok {
			return nil, fmt.Errorf("plan: type %s is not declared", g.Type)
		}
		o := c.alias()
		all = append(all, list(raw("(select string_agg(coalesce((select "), c.object(t, t.Fields, t.Name, o, g.Selected).fragment(),
			raw(fmt.Sprintf(" from %s %s where %s.id = i.id and %s), 'null'), ',' order by i.n) from unnest(%s) with ordinality i(id, n))",
				t.Table, o, o, c.seen(t, o), c.arg(access.Array(g.IDs), "uuid[]"))))...)
	}
	p, err := c.planned(append(all, piece{text: "]"}))
	if err != nil {
		return nil, err
	}
	data, err := e.run(ctx, p, tx)
	if err != nil {
		return nil, err
	}
	var objects [][]json.RawMessage
	if err := json.Unmarshal(data, &objects); err != nil {
		return nil, fmt.Errorf("plan: objects: %w", err)
	}
	return objects, nil
}

// run reads and finishes, inside a transaction where one is given.
func (e *Engine) run(ctx context.Context, p Planned, tx *postgres.Tx) ([]byte, error) {
	read := func() ([]byte, error) { return e.DB.ReadText(ctx, p.c.viewer.Actor, p.SQL, p.Args...) }
	if tx != nil {
		read = func() ([]byte, error) { return tx.ReadText(ctx, p.SQL, p.Args...) }
	}
	text, err := read()
	if err != nil {
		return nil, unreadable(err)
	}
	return e.fill(ctx, p.c, tx, text)
}

// unreadable turns what a client's value made Postgres refuse into a refusal; all else stays an error of ours.
func unreadable(err error) error {
	if postgres.BadValue(err) {
		return refusal.Invalid(err)
	}
	return err
}

func (c *compiler) root(s Selected) written {
	if s.Name == "__typename" {
		return saysText("Query")
	}
	r, ok := c.schema.roots[s.Name]
	if !ok {
		c.fail(fmt.Errorf("plan: Query.%s is not mapped", s.Name))
		return says("null")
	}
	if r.kind == rootComposed {
		return c.composed(r, s)
	}
	where, expr, err := c.rootSQL(r, s)
	if err != nil {
		return says("null")
	}
	switch r.kind {
	case rootNode:
		return c.node(s)
	case rootList:
		return c.connection(c.rootListing(r, where, s), s, r.extra)
	case rootCounts:
		return c.counts(r, where, s)
	}
	t, o := c.schema.types[r.target], c.alias()
	var what written
	if r.kind == rootOne {
		what = c.object(t, t.Fields, t.Name, o, s.Under(t.Name))
	} else {
		what = value(c.sql(expr, "", o))
	}
	return optional(raw("(select "), what.fragment(), raw(" from "+t.Table+" "+o+" where ("+c.sql(where, "", o)+") and "+c.seen(t, o)+")"))
}

// rootSQL puts the arguments into a root's condition and expression. An id of another sort is answered like an unknown one.
func (c *compiler) rootSQL(r Root, s Selected) (where, expr string, err error) {
	where, expr = r.where, r.expr
	if id, ok := s.Args["id"].(string); ok && r.kind == rootOne && r.args == nil {
		u, err := ParseID(c.schema.types[r.target].Prefix, id)
		if err != nil {
			return "", "", err
		}
		where = strings.ReplaceAll(where, "{a:id}", c.idArg(s, c.schema.types[r.target].Prefix, u))
	}
	for _, name := range slices.Sorted(maps.Keys(r.args)) {
		a, place := r.args[name], "{a:"+name+"}"
		if !strings.Contains(where+expr, place) {
			continue // Postgres refuses an argument that stands nowhere
		}
		value, _ := s.Args[name].(string)
		if a.prefix != "" {
			u, err := ParseID(a.prefix, value)
			if err != nil {
				u = uuid.Nil
			}
			value = u.String()
		}
		sql := c.arg(value, a.sqlType)
		where, expr = strings.ReplaceAll(where, place, sql), strings.ReplaceAll(expr, place, sql)
	}
	return where, expr, nil
}

func (c *compiler) node(s Selected) written {
	id, _ := s.Args["id"].(string)
	prefix, _, _ := strings.Cut(id, "_")
	t, ok := c.schema.byPrefix[prefix]
	if !ok {
		return says("null")
	}
	u, err := ParseID(prefix, id)
	if err != nil {
		return says("null")
	}
	o := c.alias()
	return optional(raw("(select "), c.object(t, t.Fields, t.Name, o, s.Under(t.Name)).fragment(),
		raw(fmt.Sprintf(" from %s %s where %s.id = %s and %s)", t.Table, o, o, c.idArg(s, prefix, u), c.seen(t, o))))
}

// fixed is a clock that stands still: the fillers of one answer see one moment.
func fixed(t time.Time) postgres.Clock { return func() time.Time { return t } }
