package rightstest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Type is one type of the contract: which rows stand behind it, of which class they are, and what they belong to.
type Type struct {
	Table, Prefix, Class string
	Of                   func(*World, *Row) []Holder
	Mine                 string            // columns that hold the id of a member whose own the row is, and who sees it for that
	Also                 string            // another class that opens the rows
	RowClass             func(*Row) string // where rows of one type are of several classes
	Fields               map[string]Field
	Filters              map[string]Filter
	Orders               map[string]Order
}

// Field is one field of a type.
type Field struct {
	Class  string                 // its own; "" is the row's
	Value  func(*World, *Row) any // what is shown; nil: something
	To     string                 // type of the objects that it leads to
	Rows   func(*World, *Row) []*Row
	List   bool
	Only   func(m *Model, r, target *Row) bool // whether the actor is led to one of them at all
	Apart  bool                                // the one may be hidden where this row is not, and that is told
	Names  string                              // column that names the one object it leads to
	Fields map[string]Field                    // of a nested object over the same row
}

// Filter is a condition of a list.
type Filter struct {
	Class string // that it tells of; "" is the row's own
	// From takes a value from a row that some list holds: as the condition has it, and as GraphQL spells it. "" where the row has none.
	From  func(w *World, r *Row) (value any, literal string)
	Holds func(m *Model, r *Row, value any) bool
}

// Order is an order of a list. Keys sort as texts.
type Order struct {
	Class string
	Key   func(m *Model, r *Row) string
	Desc  bool
}

// Root is a field of Query that lists the objects of a programme.
type Root struct {
	Type string
	Rows func(m *Model, programme string) []*Row // whoever sees them
}

// in is the field in a class of its own.
func (f Field) in(class string) Field {
	f.Class = class
	return f
}

// apart is a field whose object may be hidden alone.
func (f Field) apart() Field {
	f.Apart = true
	return f
}

func value(of func(*World, *Row) any) Field { return Field{Value: of} }

// something is a value that the model does not work out, and that is never empty.
func something() Field { return Field{} }

func column(name string) Field { return value(func(_ *World, r *Row) any { return r.Columns[name] }) }

// idOf is a column that holds an id.
func idOf(prefix, column string) Field {
	return value(func(_ *World, r *Row) any { return prefix + "_" + r.Text(column) })
}

// instant is a moment to the millisecond.
func instant(column string) Field {
	return value(func(_ *World, r *Row) any {
		at, err := time.Parse(time.RFC3339Nano, r.Text(column))
		if err != nil {
			return nil
		}
		return at.UTC().Format("2006-01-02T15:04:05.000Z")
	})
}

// clock is a number of minutes since midnight.
func clock(column string) Field {
	return value(func(_ *World, r *Row) any {
		n := int(r.Columns[column].(float64))
		return fmt.Sprintf("%02d:%02d", n/60, n%60)
	})
}

func month(column string) Field {
	return value(func(_ *World, r *Row) any {
		if r.Text(column) == "" {
			return nil
		}
		return r.Text(column)[:7]
	})
}

// italian is a text in two languages.
func italian(column string) Field {
	return value(func(_ *World, r *Row) any { return r.Columns[column].(map[string]any)["it"] })
}

// one leads to the object whose id the column holds.
func one(to, column string) Field {
	return Field{To: to, Names: column, Rows: func(w *World, r *Row) []*Row { return rowOf(w.One(Types[to].Table, r.Text(column))) }}
}

func rowOf(r *Row) []*Row {
	if r == nil {
		return nil
	}
	return []*Row{r}
}

// oneBy leads to the one object that the function finds.
func oneBy(to string, find func(*World, *Row) *Row) Field {
	return Field{To: to, Rows: func(w *World, r *Row) []*Row { return rowOf(find(w, r)) }}
}

// many leads to all objects whose column holds the row's id.
func many(to, column string) Field {
	return Field{To: to, List: true, Rows: func(w *World, r *Row) []*Row { return w.By(Types[to].Table, column, r.ID) }}
}

// manyBy leads to all objects that the function finds.
func manyBy(to string, find func(*World, *Row) []*Row) Field {
	return Field{To: to, List: true, Rows: find}
}

// code leads to an item of a list of the programme.
func code(list, column string) Field {
	return oneBy("CodeItem", func(w *World, r *Row) *Row { return w.item(r.Text("programme_id"), list, r.Text(column)) })
}

func (w *World) item(programme, list, code string) *Row {
	for _, r := range w.By("code_item", "programme_id", programme) {
		if r.Text("list") == list && r.Text("code") == code {
			return r
		}
	}
	return nil
}

// below gives the rows of a table whose column holds the row's id.
func (w *World) below(r *Row, table, column string) []*Row { return w.By(table, column, r.ID) }

func origin() Field {
	return Field{Fields: map[string]Field{"kind": column("origin"), "file": column("origin_file"), "row": column("origin_row"), "hash": column("origin_hash")}}
}

func originKind() Field {
	nothing := value(func(*World, *Row) any { return nil })
	return Field{Fields: map[string]Field{"kind": column("origin"), "file": nothing, "row": nothing, "hash": nothing}}
}

// equals keeps rows whose column is that of another row.
func equals(column string) Filter {
	return Filter{From: func(_ *World, r *Row) (any, string) { return r.Text(column), quoted(r.Text(column)) },
		Holds: func(_ *Model, r *Row, value any) bool { return r.Text(column) == value }}
}

// wholeCode looks for one row by its code; names that are found, and in which order, are the rooms' to test.
func wholeCode(column string) Filter {
	f := equals(column)
	f.From = func(_ *World, r *Row) (any, string) { return r.Text(column), quoted(strings.ToLower(r.Text(column))) }
	return f
}

// among keeps rows of one state.
func among(column string) Filter {
	return Filter{From: func(_ *World, r *Row) (any, string) { return r.Text(column), "[" + r.Text(column) + "]" },
		Holds: func(_ *Model, r *Row, value any) bool { return r.Text(column) == value }}
}

// enum keeps rows of one value.
func enum(column string) Filter {
	f := among(column)
	f.From = func(_ *World, r *Row) (any, string) { return r.Text(column), r.Text(column) }
	return f
}

// refers keeps rows whose column holds an id.
func refers(prefix, column string) Filter {
	return Filter{From: func(_ *World, r *Row) (any, string) {
		if r.Text(column) == "" {
			return nil, ""
		}
		return r.Text(column), quoted(prefix + "_" + r.Text(column))
	}, Holds: func(_ *Model, r *Row, value any) bool { return r.Text(column) == value }}
}

// bound keeps rows whose day is not before, or not after.
func bound(column string, least bool) Filter {
	f := equals(column)
	f.Holds = func(_ *Model, r *Row, value any) bool {
		if least {
			return r.Text(column) >= value.(string)
		}
		return r.Text(column) <= value.(string)
	}
	return f
}

// whether keeps rows of which something is true.
func whether(holds func(*Model, *Row) bool) Filter {
	return Filter{From: func(_ *World, _ *Row) (any, string) { return true, "true" }, Holds: func(m *Model, r *Row, _ any) bool { return holds(m, r) }}
}

func (f Filter) tells(class string) Filter {
	f.Class = class
	return f
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return fmt.Sprintf("%q", s)
}

func byColumn(column string, desc bool) Order {
	return Order{Key: func(_ *Model, r *Row) string { return r.Text(column) }, Desc: desc}
}

func byNumber(column string, desc bool) Order {
	return Order{Key: func(_ *Model, r *Row) string { return fmt.Sprintf("%012.0f", r.Columns[column]) }, Desc: desc}
}

// inProgramme lists the rows of a table that a programme holds.
func inProgramme(of string) Root {
	return Root{Type: of, Rows: func(m *Model, programme string) []*Row { return m.World.By(Types[of].Table, "programme_id", programme) }}
}

// joined is the union of holders, each once.
func joined(lists ...[]Holder) (all []Holder) {
	for _, l := range lists {
		for _, h := range l {
			if !slices.Contains(all, h) {
				all = append(all, h)
			}
		}
	}
	return all
}

// Types are all types of the contract that objects have, by name.
var Types map[string]*Type

// Roots are the lists of Query; Grow are those that grow while they are looked at.
var Roots, Grow map[string]Root

func init() {
	Types, Roots, Grow = map[string]*Type{}, map[string]Root{}, map[string]Root{}
	for _, add := range []func(){directoryTypes, memberTypes, personTypes, companyTypes, workTypes, matchTypes, evidenceTypes} {
		add()
	}
}
