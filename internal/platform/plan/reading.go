package plan

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// Fields maps a GraphQL field's name to how it is read.
type Fields map[string]Field

// Type is how one GraphQL object type is read. `{t}` in SQL stands for the row's alias.
type Type struct {
	Name   string // GraphQL name
	Prefix string // of ids, e.g. "prt"
	Table  string
	Class  access.Class // of the rows; a row is seen when its audience holds a key for this class
	// Columns names the fields that are columns of the same name, `toDay` of to_day; those that end in "At", and "at", are moments.
	Columns []string
	// Fields maps all other fields, but `id` and `hidden`, which every type has.
	Fields Fields
	// Rows replaces the usual predicate of rights for tables whose rows are of several classes. It is given a function that
	// yields the SQL array of the viewer's keys of a class, and the SQL of the viewer's own id.
	Rows func(keys func(access.Class) string, self string) string
	// Keyed says that the rows are kept by key, too, by list_by_key in a migration: each once for every key of its audience, with the
	// columns of its Keyed orders. A root's list walks the viewer's keys there, so that few rows among many cost what they cost alone.
	// It is not for types with Rows.
	Keyed bool
	// Search says how a root's list is looked through by the filter `search`; nil: it is not.
	Search *Search
	// Counts are by enum value: by what a root's list is counted.
	Counts map[string]Count
	// Orders are by enum value; "" is the order of lists that offer none.
	Orders  map[string]Order
	Filters Filters
}

// Order is a sort of a list: keys all in one direction, the id added last. Keys must not be null.
type Order struct {
	Keys  []Key
	Desc  bool
	Class access.Class // class that the keys reveal; "" is the row's own
	Keyed bool         // the type's rows by key hold the keys, which are columns
}

// Key is one SQL expression of an order with its SQL type.
type Key struct{ Expr, SQLType string }

// Search finds rows by words, the nearest first: search_by_key in a migration makes the function that finds them. Of those equally near,
// Order decides.
type Search struct {
	Order string       // name of one of the type's orders
	Class access.Class // class that being found reveals; "" is the row's own
}

// Filters maps an argument's or input field's name to its condition.
type Filters map[string]Filter

// Filter is a condition on a row. Where is SQL in which `{v}` stands for the value.
type Filter struct {
	Where   string
	SQLType string                 // of {v}
	Value   func(any) (any, error) // turns the API's value into the argument; nil passes it on
	Class   access.Class           // class that the condition reveals; "" is the row's own
	Either  map[bool]string        // for a Boolean: the SQL for true and for false, instead of Where
}

// Roots maps a field of Query to how it is read.
type Roots map[string]Root

// Filler fills the holes of one field, all of an answer at once: one value for each input, in order. Values are rendered by the
// selection under the field. It runs in a transaction under the viewer's rights.
type Filler func(ctx context.Context, tx *postgres.Tx, inputs []json.RawMessage) ([]any, error)

// Reading is what one concept declares. Extends adds fields to types of earlier concepts; the names of fillers are those of Hole.
type Reading struct {
	Types   []Type
	Extends map[string]Fields
	Filters map[string]Filters // more filters for types of earlier concepts
	Roots   Roots
	Fillers map[string]Filler
}

// Schema is all that can be read.
type Schema struct {
	types    map[string]*Type
	byPrefix map[string]*Type
	roots    Roots
	fillers  map[string]Filler
}

// NewSchema joins the concepts' readings. It panics on a name declared twice or never: a mistake of ours that must not start.
func NewSchema(readings ...Reading) *Schema {
	s := &Schema{types: map[string]*Type{}, byPrefix: map[string]*Type{}, roots: Roots{}, fillers: map[string]Filler{openText: All(openTexts)}}
	for _, r := range readings {
		for _, t := range r.Types {
			t.Fields, t.Filters = t.allFields(), maps.Clone(t.Filters)
			if t.Filters == nil {
				t.Filters = Filters{}
			}
			put(s.types, t.Name, &t)
			if t.Prefix != "" {
				put(s.byPrefix, t.Prefix, &t)
			}
		}
	}
	for _, r := range readings {
		for name, fields := range r.Extends {
			for field, f := range fields {
				put(s.mustType(name).Fields, field, f)
			}
		}
		for name, filters := range r.Filters {
			for filter, f := range filters {
				put(s.mustType(name).Filters, filter, f)
			}
		}
		for name, root := range r.Roots {
			put(s.roots, name, root)
		}
		for name, filler := range r.Fillers {
			put(s.fillers, name, filler)
		}
	}
	s.check()
	return s
}

// allFields maps every field that the type's own concept declares.
func (t Type) allFields() Fields {
	all := Fields{}
	for _, name := range t.Columns {
		put(all, name, columnOf(name))
	}
	for name, f := range t.Fields {
		put(all, name, f)
	}
	return all
}

// field finds a field among those of the type or of an object within it.
func (t *Type) field(among Fields, name string) (Field, bool) {
	if f, ok := among[name]; ok {
		return f, true
	}
	switch name {
	case "id":
		return ID(t.Prefix, "id"), true
	case "hidden":
		return Field{kind: hidden}, true
	}
	return Field{}, false
}

func put[V any](m map[string]V, name string, v V) {
	if _, twice := m[name]; twice {
		panic(fmt.Sprintf("plan: %s is declared twice", name))
	}
	m[name] = v
}

func (s *Schema) mustType(name string) *Type {
	t, ok := s.types[name]
	if !ok {
		panic(fmt.Sprintf("plan: type %s is not declared", name))
	}
	return t
}

// check follows every relation and hole to what it names.
func (s *Schema) check() {
	for _, t := range s.types {
		s.checkFields(t.Name, t.Fields)
		if t.Keyed && t.Rows != nil {
			panic(fmt.Sprintf("plan: rows of %s are seen by more than their keys", t.Name))
		}
	}
	for name, r := range s.roots {
		s.checkFields("Query."+name, r.fields)
		if r.target != "" {
			s.mustType(r.target)
		}
	}
}

func (s *Schema) checkFields(of string, fields Fields) {
	for name, f := range fields {
		if f.target != "" {
			s.mustType(f.target)
		}
		if f.filler != "" && s.fillers[f.filler] == nil {
			panic(fmt.Sprintf("plan: hole %s of %s.%s has no filler", f.filler, of, name))
		}
		s.checkFields(of+"."+name, f.fields)
	}
}

// keyed is the table of the type's rows by key.
func (t *Type) keyed() string { return t.Table + "_key" }

// Type gives the declaration of a type; false when plans do not read it.
func (s *Schema) Type(name string) (*Type, bool) {
	t, ok := s.types[name]
	return t, ok
}

// Root says whether a field of Query is answered by a plan.
func (s *Schema) Root(name string) bool {
	_, ok := s.roots[name]
	return ok
}
