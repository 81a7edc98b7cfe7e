package rightstest

import (
	"slices"
	"strings"
)

// Ask is one field that is asked for, and what below it.
type Ask struct {
	Name  string
	Type  string // of the object that it leads to; "" for a plain value
	Page  bool   // it leads to a page of such objects
	Under []Ask
}

// Something is shown, whatever it is.
type Something struct{}

// Cell is one field of one object.
type Cell struct {
	Row   *Row
	Field string
}

// Model works out what one actor is shown of a world, and keeps count of it: true for what is shown, false for what is not. A field that
// is empty by itself is no cell.
type Model struct {
	World *World
	Actor Actor
	Cells map[Cell]bool
}

// mine says whether the row is the member's own.
func (t *Type) mine(r *Row, member string) bool {
	return slices.ContainsFunc(strings.Fields(t.Mine), func(column string) bool { return r.Text(column) == member })
}

// Sees says whether the actor sees the row at all.
func (m *Model) Sees(t *Type, r *Row) bool {
	class := t.Class
	if t.RowClass != nil {
		class = t.RowClass(r)
	}
	return t.mine(r, m.Actor.Member) || m.Actor.Opens(class, m.World.Holders(t, r)) || t.Also != "" && m.Actor.Opens(t.Also, m.World.Holders(t, r))
}

// Followers gives the rows that the actor sees of tables that are no type of their own: codes and groups are reached through persons and
// participations.
func (m *Model) Followers() map[string]map[string]bool {
	seen := map[string]map[string]bool{"person_code": {}, "participation_group": {}}
	for _, r := range m.World.Tables["person_code"] {
		if m.Sees(Types["Person"], m.World.One("person", r.Text("person_id"))) {
			seen["person_code"][r.ID] = true
		}
	}
	for _, r := range m.World.Tables["participation_group"] {
		if m.Actor.Opens(r.Text("class"), ofParticipation(m.World, r)) {
			seen["participation_group"][r.ID] = true
		}
	}
	return seen
}

// Opens says whether a class is open to the actor on a participation.
func (m *Model) Opens(class string, p *Row) bool {
	return m.Actor.Opens(class, m.World.Holders(Types["Participant"], p))
}

// may says whether a field's own class is open on a row that is seen.
func (m *Model) may(t *Type, class string, r *Row) bool {
	return class == "" || class == t.Class || m.Actor.Opens(class, m.World.Holders(t, r))
}

// Deny counts the fields of an object that the actor does not see.
func (m *Model) Deny(t *Type, r *Row) {
	for name := range t.Fields {
		m.count(r, name, false)
	}
}

func (m *Model) count(r *Row, field string, shown bool) { m.Cells[Cell{r, field}] = shown }

// Object is what is shown of one object; nil where the actor does not see it.
func (m *Model) Object(t *Type, r *Row, asks []Ask) any {
	if r == nil {
		return nil
	}
	if !m.Sees(t, r) {
		m.Deny(t, r)
		return nil
	}
	return m.fields(t, t.Fields, r, asks, true)
}

func (m *Model) fields(t *Type, fields map[string]Field, r *Row, asks []Ask, counted bool) map[string]any {
	shown := map[string]any{}
	for _, ask := range asks {
		if ask.Name == "id" && fields["id"].Value == nil {
			shown["id"] = t.Prefix + "_" + r.ID
			continue
		}
		f := fields[ask.Name]
		value, denied := m.field(t, f, r, ask)
		shown[ask.Name] = value
		if counted && (denied || value != nil) {
			m.count(r, ask.Name, !denied)
		}
	}
	return shown
}

// field is what is shown of a field, and whether a right keeps something of it back.
func (m *Model) field(t *Type, f Field, r *Row, ask Ask) (shown any, denied bool) {
	open := m.may(t, f.Class, r)
	switch {
	case ask.Name == "hidden":
		return m.hidden(t, r), false
	case ask.Page:
		return m.page(f, r, ask, open)
	case f.To != "" && f.List:
		return m.list(f, r, ask, open)
	case !open:
		return nil, true
	case f.To != "":
		return m.first(f, r, ask)
	case f.Fields != nil:
		return m.fields(t, f.Fields, r, ask.Under, false), false
	case f.Value == nil:
		return Something{}, false
	}
	return f.Value(m.World, r), false
}

func (m *Model) first(f Field, r *Row, ask Ask) (any, bool) {
	target := Types[f.To]
	for _, o := range f.Rows(m.World, r) {
		if shown := m.Object(target, o, ask.Under); shown != nil {
			return shown, false
		}
		return nil, true
	}
	return nil, false
}

func (m *Model) list(f Field, r *Row, ask Ask, open bool) (any, bool) {
	shown, target, kept := []any{}, Types[f.To], false
	for _, o := range f.Rows(m.World, r) {
		if !open || f.Only != nil && !f.Only(m, r, o) {
			kept = true
			continue
		}
		if object := m.Object(target, o, ask.Under); object != nil {
			shown = append(shown, object)
		} else {
			kept = true
		}
	}
	return shown, kept && len(shown) == 0
}

// page is a page of all that is shown, with its count, however many there are.
func (m *Model) page(f Field, r *Row, ask Ask, open bool) (any, bool) {
	list, denied := m.list(f, r, Ask{Under: under(ask, "nodes")}, open)
	return map[string]any{"nodes": list, "totalCount": float64(len(list.([]any)))}, denied
}

func under(ask Ask, name string) []Ask {
	for _, a := range ask.Under {
		if a.Name == name {
			return a.Under
		}
	}
	return nil
}

// hidden names the fields of a row that a right keeps from the actor: those of a class that is not open to him on this row, and those that
// lead to objects of a class that he reads nowhere. Names of colleagues are open one by one, so there the colleague himself counts.
func (m *Model) hidden(t *Type, r *Row) []any {
	var names []any
	for name, f := range t.Fields {
		if !m.may(t, f.Class, r) || m.leadsNowhere(f, r) {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
	return names
}

func (m *Model) leadsNowhere(f Field, r *Row) bool {
	for _, nested := range f.Fields {
		if m.leadsNowhere(nested, r) {
			return true
		}
	}
	if f.To == "" || f.List && f.Class != "" && Types[f.To].Mine != "" { // the list's own class says whether it is shown
		return false
	}
	target := Types[f.To]
	reads := m.Actor.readsSomewhere(target.Class)
	if target.Mine == "" && target.RowClass == nil && !(f.Apart && reads) || reads && f.Names == "" {
		return !reads
	}
	seen := slices.ContainsFunc(f.Rows(m.World, r), func(o *Row) bool { return m.Sees(target, o) })
	return !seen && (f.Names == "" || r.Text(f.Names) != "")
}

// Narrowed is how a list is asked for: one filter, or an order, or neither.
type Narrowed struct {
	Filter string
	Value  any
	Order  string
}

// Refused says whether the list must be refused, since it would tell of a class that the actor reads nowhere.
func (m *Model) Refused(t *Type, n Narrowed) bool {
	for _, class := range []string{t.Filters[n.Filter].Class, t.Orders[n.Order].Class} {
		if class != "" && class != t.Class && !m.Actor.readsSomewhere(class) {
			return true
		}
	}
	return false
}

// Root gives the rows of a list of a programme, in its order, and counts those that the actor does not see.
func (m *Model) Root(root Root, programme string, n Narrowed) []*Row {
	t := Types[root.Type]
	var rows []*Row
	for _, r := range root.Rows(m, programme) {
		if !m.Sees(t, r) {
			m.Deny(t, r)
			continue
		}
		if m.keeps(t, n, r) {
			rows = append(rows, r)
		}
	}
	order := t.Orders[n.Order]
	slices.SortStableFunc(rows, func(a, b *Row) int { return m.before(order, a, b) })
	return rows
}

// keeps says whether a row stays in a list: a filter and an order show only rows on which what they tell of may be read.
func (m *Model) keeps(t *Type, n Narrowed, r *Row) bool {
	if n.Filter != "" {
		f := t.Filters[n.Filter]
		if !m.may(t, f.Class, r) || !f.Holds(m, r, n.Value) {
			return false
		}
	}
	return n.Order == "" || m.may(t, t.Orders[n.Order].Class, r)
}
