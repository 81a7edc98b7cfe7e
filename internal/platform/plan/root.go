package plan

// Root is how one field of Query is read; made by the functions below.
type Root struct {
	kind   rootKind
	target string
	where  string // `{o}` is the target row; `{a:name}` an argument; `{self}` the viewer's id
	expr   string
	args   map[string]rootArg
	extra  Filters // filters that are arguments of the root itself
}

type rootKind int

const (
	rootOne rootKind = iota
	rootList
	rootCounts
	rootExpr
	rootNode
)

// rootArg is an argument that a root's SQL uses: an id of a prefix, or plain text.
type rootArg struct{ prefix, sqlType string }

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
