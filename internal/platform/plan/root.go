package plan

import (
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
)

// Root is how one field of Query is read; made by the functions below.
type Root struct {
	kind   rootKind
	target string
	where  string // `{o}` is the target row; `{a:name}` an argument; `{self}` the viewer's id
	expr   string
	args   map[string]rootArg
	extra  Filters // filters that are arguments of the root itself
	fields Fields  // of an object that is no row
	keys   func(access.Actor, uuid.UUID) []uuid.UUID
}

type rootKind int

const (
	rootOne rootKind = iota
	rootList
	rootCounts
	rootExpr
	rootNode
	rootComposed
)

// rootArg is an argument that a root's SQL uses: an id of a prefix, or a value of a type of SQL that the check lets pass.
type rootArg struct {
	prefix, sqlType string
	check           func(any) error
}

// ByID is one object by its id.
func ByID(target string) Root { return Root{kind: rootOne, target: target, where: "{o}.id = {a:id}"} }

// AnyNode is the object with the id, whatever its type.
func AnyNode() Root { return Root{kind: rootNode} }

// OneRoot is the one object for which the SQL holds; `{a:name}` are text arguments.
func OneRoot(target, where string, textArgs ...string) Root {
	r := Root{kind: rootOne, target: target, where: where, args: map[string]rootArg{}}
	for _, a := range textArgs {
		r.args[a] = rootArg{sqlType: "text"}
	}
	return r
}

// OfProgramme is the condition of a list of all rows of the programme.
const OfProgramme = "{o}.programme_id = {a:programme}"

// ListIn is the connection over the objects of the programme in the argument `programme`; where is SQL over `{o}` and
// `{a:programme}`. More arguments of the root that narrow the list are given as filters.
func ListIn(target, where string, extra Filters) Root {
	return Root{kind: rootList, target: target, where: where, extra: extra, args: map[string]rootArg{"programme": {prefix: "prg", sqlType: "uuid"}}}
}

// CountsIn counts the rows of the list that ListIn gives by the trait in the argument `by`.
func CountsIn(target, where string) Root {
	r := ListIn(target, where, nil)
	r.kind = rootCounts
	return r
}

// ExprIn is an SQL expression for the programme `{a:programme}`; `{o}` must be a visible row of the target type.
func ExprIn(target, where, expr string) Root {
	return Root{kind: rootExpr, target: target, where: where, expr: expr, args: map[string]rootArg{"programme": {prefix: "prg", sqlType: "uuid"}}}
}

// Arg is an argument of a composed root: its type in SQL, and what refuses a value; nil refuses none.
type Arg struct {
	SQLType string
	Check   func(any) error
}

// ComposedIn is an object that is no row, but lists and values beside each other of the programme in the argument `programme`. In the SQL of its
// fields and of what lies below them `{a:name}` are its arguments, and `{keys}` those of the viewer's keys in the programme that the function picks.
// Who holds none of these gets null. Rows are guarded as everywhere.
func ComposedIn(keys func(actor access.Actor, programme uuid.UUID) []uuid.UUID, args map[string]Arg, fields Fields) Root {
	r := Root{kind: rootComposed, keys: keys, fields: fields, args: map[string]rootArg{"programme": {prefix: "prg", sqlType: "uuid"}}}
	for name, a := range args {
		r.args[name] = rootArg{sqlType: a.SQLType, check: a.Check}
	}
	return r
}

// given are the arguments of a composed root, each put into the statement where it is first used.
type given map[string]*givenArg

type givenArg struct {
	from                source
	value, sqlType, sql string
}

func (c *compiler) composed(r Root, s Selected) written {
	programme, err := ParseID("prg", argText(s.Args["programme"]))
	if err != nil {
		programme = uuid.Nil
	}
	keys := func(v Viewer) string { return access.Array(r.keys(v.Actor, programme)) }
	around := c.given
	defer func() { c.given = around }()
	c.given = given{"{keys": {from: source{fact: keys}, value: keys(c.viewer), sqlType: "uuid[]"}}
	for _, name := range slices.Sorted(maps.Keys(r.args)) {
		a, value := r.args[name], argText(s.Args[name])
		if a.check != nil {
			if err := a.check(s.Args[name]); err != nil {
				c.fail(err)
			}
		}
		if a.prefix != "" {
			value = programme.String()
		}
		c.given["{a:"+name] = &givenArg{value: value, sqlType: a.sqlType}
	}
	object := c.object(&Type{Name: s.TypeName, Fields: r.fields}, r.fields, s.TypeName, "", s.Under(s.TypeName))
	return optional(raw("(select "), object.fragment(), raw(c.sql(" where cardinality({keys}) > 0)", "", "")))
}

// argument is SQL of an argument of the composed root around.
func (c *compiler) argument(name string) (string, bool) {
	g, ok := c.given[name]
	if !ok {
		return "", false
	}
	if g.sql == "" {
		g.sql = c.argFrom(g.from, g.value, g.sqlType)
	}
	return g.sql, true
}
