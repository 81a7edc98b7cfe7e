package rightstest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
)

// Part is one piece of a selection: a field, or a fragment with parts of its own.
type Part struct {
	Left     bool   // a directive leaves it out
	Fragment bool   // a fragment on type On; "" is whichever
	On       string // type that the object must be of
	Parts    []Part

	Name  string
	Alias string
	Type  string // of the object that it leads to; "" for a plain value
	Page  *Paging
	List  string // argument `list` of codes; "" is all
	ID    string // of the root's object
	Under []Part
}

// Paging is how a list is asked for by pages.
type Paging struct {
	Programme     string // of a root
	Filters       []Narrowed
	Order         string
	First, Last   int
	After, Before string // ids of rows whose places the cursors are
}

// Writer makes up operations over the whole contract: any field of any type below any root, with aliases, fragments, directives, variables,
// filters, orders and pages. The same chance gives the same operations.
type Writer struct {
	Contract Contract
	Chance   *rand.Rand
	World    *World
	Member   string              // who asks
	Cursors  map[string][]Cursor // known places, by Place

	names     int
	left      int // fields that the operation may still have
	declared  []string
	variables map[string]any
	fragments []string
}

// Cursor is the text that stands for a row's place in a list.
type Cursor struct{ Row, Text string }

// Place tells apart the lists of a programme whose cursors are told apart, too.
func Place(of, order, programme string) string { return of + "/" + order + "/" + programme }

func (p *Paging) sought() bool {
	return slices.ContainsFunc(p.Filters, func(n Narrowed) bool { return n.Filter == "search" })
}

// Operation is one operation as a client sends it, and the parts that it was made from.
type Operation struct {
	Text      string
	Variables map[string]any
	Parts     []Part
}

// maxFields bounds an operation, as the server does: the tokens of one, and its aliases.
const maxFields = 90

const maxAliases = 100

var aliased = regexp.MustCompile(`\w+_\d+: `) // names of arguments have no number

// Operation makes up one over a programme.
func (g *Writer) Operation(programme string) Operation {
	g.names, g.left, g.declared, g.variables, g.fragments = 0, maxFields, nil, map[string]any{}, nil
	var body strings.Builder
	var parts []Part
	for range 1 + g.Chance.IntN(2) {
		text, part := g.root(programme)
		body.WriteString(text + " ")
		parts = append(parts, part)
	}
	if g.one(5) {
		body.WriteString("__typename ")
		parts = append(parts, Part{Name: "__typename", Alias: "__typename"})
	}
	head := "query"
	if len(g.declared) > 0 {
		head += "(" + strings.Join(g.declared, ", ") + ")"
	}
	text := head + " { " + body.String() + "}" + strings.Join(g.fragments, "")
	if len(aliased.FindAllString(text, maxAliases+1)) > maxAliases {
		return g.Operation(programme)
	}
	return Operation{Text: text, Variables: g.variables, Parts: parts}
}

func (g *Writer) one(in int) bool { return g.Chance.IntN(in) == 0 }

func (g *Writer) name(of string) string {
	g.names++
	return fmt.Sprintf("%s_%d", of, g.names)
}

// given spells a value as a literal or as a variable.
func (g *Writer) given(value any, literal, sdlType string) string {
	if g.one(2) {
		return literal
	}
	name := g.name("v")
	g.declared = append(g.declared, "$"+name+": "+sdlType)
	g.variables[name] = value
	return "$" + name
}

func (g *Writer) text(value, sdlType string) string { return g.given(value, quoted(value), sdlType) }

// directive spells whether a part is left out.
func (g *Writer) directive() (text string, left bool) {
	if !g.one(8) {
		return "", false
	}
	yes, name := g.one(2), pickOf(g.Chance, []string{"include", "skip"})
	return " @" + name + "(if: " + g.given(yes, fmt.Sprint(yes), "Boolean!") + ")", yes == (name == "skip")
}

func pickOf[T any](chance *rand.Rand, list []T) T { return list[chance.IntN(len(list))] }

// root is one field of Query.
func (g *Writer) root(programme string) (string, Part) {
	switch g.Chance.IntN(12) {
	case 0:
		return g.node(programme)
	case 1:
		return g.lone("programme", "Programme", g.World.One("programme", programme), func(r *Row) string { return "code: " + g.text(r.Text("code"), "String!") })
	case 2:
		return g.lone("viewer", "Viewer", g.World.One("member", g.Member), func(*Row) string { return "" })
	case 3:
		of := pickOf(g.Chance, []string{"Participant", "Company", "Placement"})
		return g.lone(strings.ToLower(of), of, g.anyOf(of, programme), func(r *Row) string { return "id: " + g.text(Types[of].Prefix+"_"+r.ID, "ID!") })
	}
	names := slices.Sorted(maps.Keys(Roots))
	name := pickOf(g.Chance, names)
	of := Roots[name].Type
	p := &Paging{Programme: programme, Order: Roots[name].Usual()}
	args := []string{"programme: " + g.text("prg_"+programme, "ID!")}
	if orders := slices.DeleteFunc(slices.Sorted(maps.Keys(Types[of].Orders)), func(o string) bool { return o == "" }); len(orders) > 0 && g.one(2) {
		p.Order = pickOf(g.Chance, orders)
		args = append(args, "orderBy: "+p.Order)
	}
	args = append(args, g.narrowed(name, of, programme, p)...)
	args = append(args, g.paged(of, programme, p)...)
	return g.page(name, of, p, args, 3)
}

// anyOf is a row of a type, of the programme where its table knows one.
func (g *Writer) anyOf(of, programme string) *Row {
	rows := g.World.Tables[Types[of].Table]
	if len(rows) > 0 && rows[0].Columns["programme_id"] != nil {
		rows = g.World.By(Types[of].Table, "programme_id", programme)
	}
	if len(rows) == 0 {
		return nil
	}
	return pickOf(g.Chance, rows)
}

// lone is a root that gives one object.
func (g *Writer) lone(name, of string, r *Row, argument func(*Row) string) (string, Part) {
	if r == nil {
		return g.lone("viewer", "Viewer", g.World.One("member", g.Member), func(*Row) string { return "" })
	}
	p := Part{Name: name, Alias: g.name(name), Type: of, ID: r.ID}
	args := argument(r)
	if args != "" {
		args = "(" + args + ")"
	}
	directive, left := g.directive()
	text, under := g.selection(of, 3)
	p.Left, p.Under = left, under
	return p.Alias + ": " + name + args + directive + " { " + text + "}", p
}

// node is an object by its id, asked for as several types.
func (g *Writer) node(programme string) (string, Part) {
	of := pickOf(g.Chance, slices.Sorted(maps.Keys(Types)))
	if g.one(4) {
		of = pickOf(g.Chance, []string{"Verdict", "HousingGrant"}) // whose lists are come to by this way almost alone
	}
	r := g.anyOf(of, programme)
	for r == nil || of == "Viewer" || of == "ProgrammeFinding" {
		of = pickOf(g.Chance, []string{"Participant", "Organisation", "Member", "Company", "CodeItem"})
		r = g.anyOf(of, programme)
	}
	p := Part{Name: "node", Alias: g.name("node"), Type: of, ID: r.ID}
	text := "__typename id "
	p.Under = []Part{{Name: "__typename", Alias: "__typename"}, {Name: "id", Alias: "id"}}
	inner, parts := g.selection(of, 2)
	other := pickOf(g.Chance, []string{"Attendance", "Grant", "Verdict", "Opening"})
	text += "... on " + of + " { " + inner + "} ... on " + other + " { other: __typename } "
	p.Under = append(p.Under, Part{Fragment: true, On: of, Parts: parts}, Part{Fragment: true, On: other, Parts: []Part{{Name: "__typename", Alias: "other"}}})
	return p.Alias + ": node(id: " + g.text(Types[of].Prefix+"_"+r.ID, "ID!") + ") { " + text + "}", p
}

// narrowed are up to three filters with values of rows that the programme has.
func (g *Writer) narrowed(name, of, programme string, p *Paging) (args []string) {
	t := Types[of]
	var inner []string
	met := map[string]bool{}
	for range g.Chance.IntN(4) {
		filters := slices.Sorted(maps.Keys(t.Filters))
		r := g.anyOf(of, programme)
		if len(filters) == 0 || r == nil {
			break
		}
		filter := pickOf(g.Chance, filters)
		if met[filter] {
			continue
		}
		met[filter] = true
		value, literal := t.Filters[filter].From(g.World, r)
		if literal == "" {
			continue
		}
		p.Filters = append(p.Filters, Narrowed{Filter: filter, Value: value})
		if name == "dues" && slices.Contains([]string{"owner", "subject", "overdue"}, filter) {
			args = append(args, filter+": "+literal)
		} else {
			inner = append(inner, filter+": "+literal)
		}
	}
	if len(inner) > 0 {
		args = append(args, "filter: {"+strings.Join(inner, ", ")+"}")
	}
	return args
}

// paged are first or last, and cursors where some are known.
func (g *Writer) paged(of, programme string, p *Paging) (args []string) {
	size := pickOf(g.Chance, []int{1, 2, 3, 5, 8, 200})
	argument := "first"
	if p.First = size; g.one(2) {
		argument, p.First, p.Last = "last", 0, size
	}
	args = append(args, argument+": "+g.given(size, fmt.Sprint(size), "Int"))
	known := g.Cursors[Place(of, p.Order, programme)]
	if p.sought() {
		known = nil // what is searched for comes in an order of its own
	}
	for _, side := range []struct {
		name string
		row  *string
	}{{"after", &p.After}, {"before", &p.Before}} {
		if len(known) > 0 && g.one(2) {
			c := pickOf(g.Chance, known)
			*side.row = c.Row
			args = append(args, side.name+": "+g.text(c.Text, "PageCursor"))
		}
	}
	return args
}

// page is a field that gives a list by pages.
func (g *Writer) page(name, of string, p *Paging, args []string, depth int) (string, Part) {
	part := Part{Name: name, Alias: g.name(name), Type: of, Page: p}
	directive, left := g.directive()
	part.Left = left
	var text strings.Builder
	add := func(alias, field, below string, under []Part) {
		text.WriteString(alias + ": " + field + below + " ")
		part.Under = append(part.Under, Part{Name: field, Alias: alias, Type: of, Under: under})
	}
	for _, field := range g.shuffled([]string{"nodes", "edges", "totalCount", "pageInfo", "__typename"}) {
		if len(part.Under) > 0 && !g.one(2) {
			continue
		}
		switch field {
		case "nodes":
			inner, under := g.selection(of, depth-1)
			add(g.name(field), field, " { "+inner+"}", under)
		case "edges":
			inner, under := g.selection(of, depth-2)
			add(g.name(field), field, " { cursor node { id "+inner+"} }", append([]Part{{Name: "id", Alias: "id"}}, under...))
		case "pageInfo":
			add(g.name(field), field, " { hasNextPage hasPreviousPage startCursor endCursor }", nil)
		default:
			add(g.name("c"), field, "", nil)
		}
	}
	return part.Alias + ": " + name + "(" + strings.Join(args, ", ") + ")" + directive + " { " + text.String() + "}", part
}

func (g *Writer) shuffled(list []string) []string {
	g.Chance.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// selection is what is asked of an object of a type, as far down as depth.
func (g *Writer) selection(of string, depth int) (string, []Part) {
	var text strings.Builder
	var parts []Part
	fields := g.Contract[of]
	many := 1 + g.Chance.IntN(6)
	if depth <= 1 && g.one(20) {
		many = 60 // more than one call of Postgres takes
	}
	for range min(many, g.left) {
		g.left--
		one, part := g.field(of, pickOf(g.Chance, fields), depth)
		text.WriteString(one)
		parts = append(parts, part...)
	}
	if len(parts) == 0 {
		text.WriteString("__typename ")
		parts = append(parts, Part{Name: "__typename", Alias: "__typename"})
	}
	switch g.Chance.IntN(10) {
	case 0:
		return g.wrapped("... ", "", text.String(), parts)
	case 1:
		return g.wrapped("... on "+of+" ", of, text.String(), parts)
	case 2:
		name := g.name("F")
		g.fragments = append(g.fragments, " fragment "+name+" on "+of+" { "+text.String()+"}")
		directive, left := g.directive()
		return "..." + name + directive + " ", []Part{{Fragment: true, On: of, Left: left, Parts: parts}}
	}
	return text.String(), parts
}

// wrapped puts parts into a fragment, and some of them beside it once more.
func (g *Writer) wrapped(head, on, text string, parts []Part) (string, []Part) {
	directive, left := g.directive()
	all := []Part{{Fragment: true, On: on, Left: left, Parts: parts}}
	out := strings.TrimSuffix(head, " ") + directive + " { " + text + "} "
	if g.one(2) {
		out, all = out+"__typename ", append(all, Part{Name: "__typename", Alias: "__typename"})
	}
	return out, all
}

// field is one field of a type, or nothing where it lies too deep. One that leads further may be asked for twice: its parts are one then.
func (g *Writer) field(of string, f Promise, depth int) (string, []Part) {
	part := Part{Name: f.Name, Alias: f.Name}
	object, paged := strings.CutSuffix(f.Type, "Connection")
	switch {
	case !f.Object && !g.one(4):
		directive, left := g.directive()
		part.Left = left
		return f.Name + directive + " ", []Part{part}
	case !f.Object:
		part.Alias = g.name("a")
		return part.Alias + ": " + f.Name + " ", []Part{part}
	case depth <= 0:
		return "", nil
	case paged:
		p := &Paging{}
		text, part := g.page(f.Name, object, p, g.paged(object, "", p), depth)
		return text + " ", []Part{part}
	}
	part.Type, part.Alias = f.Type, g.name("o")
	args := ""
	if of == "Programme" && f.Name == "codeItems" {
		part.List = pickOf(g.Chance, []string{"priority_groups", "exit_reasons", "work_traits", ""})
		if part.List != "" {
			args = "(list: " + g.text(part.List, "String") + ")"
		}
	}
	directive, left := g.directive()
	inner, under := g.selection(f.Type, depth-1)
	part.Left, part.Under = left, under
	text := part.Alias + ": " + f.Name + args + directive + " { " + inner + "} "
	if args != "" || directive != "" || !g.one(6) {
		return text, []Part{part}
	}
	again := part
	inner, again.Under = g.selection(f.Type, depth-1)
	return text + part.Alias + ": " + f.Name + " { " + inner + "} ", []Part{part, again}
}
