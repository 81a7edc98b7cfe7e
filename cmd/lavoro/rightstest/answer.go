package rightstest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Entry is one field of an answer; an Object has them in the order in which they are answered.
type Entry struct {
	Key   string
	Value any
}

// Object is an answered object.
type Object []Entry

// Known is a row's cursor: the text that it had before, where it had one.
type Known struct{ Text string }

// sorted says how the lists below an object are ordered that are not asked for by pages, by what they hold, or by field where that differs.
var sorted = map[string]string{
	"PaymentCall":        "called_at desc, id desc",
	"ProgrammeFinding":   "position",
	"Organisation":       "position",
	"PolicyVersion":      "number desc",
	"PolicyRule":         "position",
	"CodeItem":           "list, position",
	"Municipality":       "name",
	"Holiday":            "day, code",
	"Closure":            "from_day desc, id desc",
	"ProgrammeTarget":    "code",
	"BudgetLine":         "code",
	"FundingGate":        "position",
	"Mandate":            "opened_on desc, id desc",
	"MandateSample":      "drawn_on, id",
	"Grant":              "role, id",
	"Delegation":         "from_day desc, id",
	"Device":             "registered_at desc, id",
	"Member":             "name, id",
	"Person":             "id",
	"ParticipantTrait":   "side, code",
	"ExclusionCheck":     "checked_on desc, id desc",
	"Verdict":            "given_on desc, id desc",
	"VerdictFinding":     "position",
	"RequirementProof":   "proven_on desc, id desc",
	"AbsencePaper":       "from_day desc, id desc",
	"Representation":     "titled_on desc, id desc",
	"Invitation":         "id desc",
	"OwnAccess":          "from_day desc, id desc",
	"CompanySite":        "name, id",
	"CompanyContact":     "name, id",
	"Opening":            "from_day, id",
	"OpeningHours":       "weekday, from_minute",
	"OpeningTrait":       "side desc, code",
	"Enrolment":          "from_day, id",
	"Certificate":        "given_on, id",
	"Placement":          "from_day desc, id desc",
	"PlacementExtension": "version",
	"PlacementStep":      "position",
	"RegisterMonth":      "month desc, id",
	"RegisterStep":       "position",
	"MonthSignature":     "asked_at, id",
	"RegisterAdjustment": "day, id",
	"Allowance":          "month desc, id",
	"AllowanceLine":      "position",
	"PaymentStep":        "position",
	"PaymentFile":        "part",
	"PaymentLineStep":    "at, id",
	"PaymentLine":        "month desc, id desc",
	"HousingGrant":       "from_month desc, id desc",
	"HousingProof":       "id",
	"HousingReceipt":     "month, number",
	"Recovery":           "month desc, id desc",
	"RecoveryPlan":       "number",
	"RecoveryDischarge":  "asked_at, id",
	"AllowanceStatement": "number",
	"AllowanceContest":   "contested_at, id",
	"HistoryFact":        "month, id",
	"AllowanceShare":     "gross_cents desc, id",
	"Attendance":         "day, from_minute, id",
	"Match":              "blocked, score desc, id desc",
	"MatchReason":        "position",
	"Due":                "due_at, id",
}

// lone are types of which the worlds have no two below one object.
var lone = []string{"Attendance", "HousingProof", "Invitation", "Mandate", "MandateSample", "Member", "OwnAccess", "Person", "Representation"}

// Sorted are the types of which lists below an object show two and more in an order of their own.
func Sorted() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(sorted)), func(of string) bool { return slices.Contains(lone, of) })
}

// sort puts rows into an order such as "given_on desc, id".
func sort(rows []*Row, order string) []*Row {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b *Row) int {
		for key := range strings.SplitSeq(order, ", ") {
			column, down := strings.CutSuffix(key, " desc")
			c := compareColumns(a.Columns[column], b.Columns[column])
			if down {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	return rows
}

func compareColumns(a, b any) int {
	switch a := a.(type) {
	case float64:
		return cmp.Compare(a, b.(float64))
	case bool:
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) // false comes first
	}
	return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
}

// Usual is the order of a list that is asked for none.
func (r Root) Usual() string {
	return map[string]string{"Participant": "REFERRED_NEWEST", "Company": "NAME", "Member": "NAME", "Opening": "START", "Placement": "START_NEWEST", "Allowance": "MONTH_NEWEST", "Match": "SCORE"}[r.Type]
}

// Answer is what an operation is answered, worked out field by field and row by row; or whether it is refused, since a filter or an order would
// tell of a class that the actor reads nowhere. Lists counts, by type, the lists that more than one object was shown of.
func (m *Model) Answer(o Operation, cursors map[string][]Cursor, lists map[string]int) (data Object, refused bool) {
	a := answer{m, cursors, lists, false}
	for _, p := range collected("Query", o.Parts) {
		data = append(data, Entry{p.Alias, a.root(p)})
	}
	return data, a.refused
}

type answer struct {
	*Model
	cursors map[string][]Cursor
	lists   map[string]int
	refused bool
}

// collected are the fields that are asked of an object: fragments opened, what is left out gone, and one field for each name in the answer.
func collected(of string, parts []Part) (fields []Part) {
	for _, p := range parts {
		switch {
		case p.Left || p.Fragment && p.On != "" && p.On != of:
		case p.Fragment:
			for _, inner := range collected(of, p.Parts) {
				fields = joinedField(fields, inner)
			}
		default:
			fields = joinedField(fields, p)
		}
	}
	return fields
}

func joinedField(fields []Part, p Part) []Part {
	for i, f := range fields {
		if f.Alias == p.Alias {
			fields[i].Under = slices.Concat(f.Under, p.Under)
			return fields
		}
	}
	return append(fields, p)
}

func (a *answer) root(p Part) any {
	switch {
	case p.Name == "__typename":
		return "Query"
	case p.Page == nil:
		return a.object(p.Type, a.World.One(Types[p.Type].Table, p.ID), p.Under)
	}
	root, t := Roots[p.Name], Types[p.Type]
	for _, n := range append(p.Page.Filters, Narrowed{Order: p.Page.Order}) {
		a.refused = a.refused || a.Refused(t, n)
	}
	if a.refused {
		return nil
	}
	rows := a.Root(root, p.Page.Programme, Narrowed{Order: p.Page.Order})
	return a.page(p, slices.DeleteFunc(rows, func(r *Row) bool {
		return slices.ContainsFunc(p.Page.Filters, func(n Narrowed) bool { return !a.keeps(t, n, r) })
	}))
}

// object is what is shown of a row; nil where the actor does not see it.
func (a *answer) object(of string, r *Row, parts []Part) any {
	if t := Types[of]; r != nil && a.Sees(t, r) {
		return a.fields(t, of, t.Fields, r, parts)
	}
	return nil
}

func (a *answer) fields(t *Type, of string, fields map[string]Field, r *Row, parts []Part) Object {
	shown := Object{}
	for _, p := range collected(of, parts) {
		var value any
		switch {
		case p.Name == "__typename":
			value = of
		case p.Name == "id" && fields["id"].Value == nil:
			value = t.Prefix + "_" + r.ID
		case p.Name == "hidden":
			value = a.hidden(t, r)
		default:
			value = a.field(t, fields[p.Name], r, p)
		}
		shown = append(shown, Entry{p.Alias, value})
	}
	return shown
}

func (a *answer) field(t *Type, f Field, r *Row, p Part) any {
	open := a.may(t, f.Class, r)
	switch {
	case f.To != "" && f.List:
		return a.list(f, r, p, open)
	case !open:
		return nil
	case f.To != "":
		for _, target := range f.Rows(a.World, r) {
			return a.object(f.To, target, p.Under)
		}
		return nil
	case f.Fields != nil:
		return a.fields(t, p.Type, f.Fields, r, p.Under)
	case f.Value == nil:
		return Something{}
	}
	value := f.Value(a.World, r)
	items, ok := value.([]any)
	if !ok || p.Type == "" {
		return value
	}
	shown := make([]any, len(items))
	for i, item := range items { // of a list of codes, by their ids
		id, code := item.(map[string]any)["id"].(string), Types["CodeItem"]
		shown[i] = a.fields(code, "CodeItem", code.Fields, a.World.One(code.Table, strings.TrimPrefix(id, code.Prefix+"_")), p.Under)
	}
	return shown
}

// list is a list below an object, whole or by pages.
func (a *answer) list(f Field, r *Row, p Part, open bool) any {
	var rows []*Row
	for _, o := range f.Rows(a.World, r) {
		if open && (f.Only == nil || f.Only(a.Model, r, o)) && a.Sees(Types[f.To], o) && (p.List == "" || o.Text("list") == p.List) {
			rows = append(rows, o)
		}
	}
	if p.Page != nil {
		order := Types[f.To].Orders[p.Page.Order]
		slices.SortStableFunc(rows, func(x, y *Row) int { return a.before(order, x, y) })
		return a.page(p, rows)
	}
	shown := []any{}
	rows = sort(rows, sorted[f.To])
	if len(rows) > 1 {
		a.lists[f.To]++
	}
	for _, o := range rows {
		shown = append(shown, a.object(f.To, o, p.Under))
	}
	return shown
}

// before compares two rows in an order.
func (m *Model) before(order Order, x, y *Row) int {
	c := cmp.Or(strings.Compare(order.Key(m, x), order.Key(m, y)), strings.Compare(x.ID, y.ID))
	if order.Desc {
		return -c
	}
	return c
}

// page is a page of rows that stand in their order: after and before a place, from the start or from the end.
func (a *answer) page(p Part, rows []*Row) any {
	t, all := Types[p.Type], len(rows)
	order := t.Orders[p.Page.Order]
	rows = slices.DeleteFunc(slices.Clone(rows), func(r *Row) bool {
		after, before := a.World.One(t.Table, p.Page.After), a.World.One(t.Table, p.Page.Before)
		return after != nil && a.before(order, r, after) <= 0 || before != nil && a.before(order, r, before) >= 0
	})
	next, previous := p.Page.Before != "", p.Page.After != ""
	if n := p.Page.Last; n > 0 {
		previous = len(rows) > n
		rows = rows[max(0, len(rows)-n):]
	} else {
		next = len(rows) > p.Page.First
		rows = rows[:min(len(rows), p.Page.First)]
	}
	shown := Object{}
	for _, field := range collected(p.Type+"Connection", p.Under) {
		shown = append(shown, Entry{field.Alias, a.pageField(p, field, rows, all, next, previous)})
	}
	return shown
}

func (a *answer) pageField(p, field Part, rows []*Row, all int, next, previous bool) any {
	switch field.Name {
	case "__typename":
		return p.Type + "Connection"
	case "totalCount":
		return float64(all)
	case "pageInfo":
		var first, last any
		if len(rows) > 0 {
			first, last = a.cursor(p, rows[0]), a.cursor(p, rows[len(rows)-1])
		}
		return Object{{"hasNextPage", next}, {"hasPreviousPage", previous}, {"startCursor", first}, {"endCursor", last}}
	}
	items := []any{}
	for _, r := range rows {
		item := a.object(p.Type, r, field.Under)
		if field.Name == "edges" {
			item = Object{{"cursor", a.cursor(p, r)}, {"node", item}}
		}
		items = append(items, item)
	}
	return items
}

func (a *answer) cursor(p Part, r *Row) any {
	if p.Page.sought() {
		return Something{} // what is searched for comes in an order of its own
	}
	for _, c := range a.cursors[Place(p.Type, p.Page.Order, p.Page.Programme)] {
		if c.Row == r.ID {
			return Known{c.Text}
		}
	}
	return Something{}
}

// Met adds the cursors of an answer to those that are known.
func Met(o Operation, data Object, cursors map[string][]Cursor) {
	for _, p := range collected("Query", o.Parts) {
		if p.Page == nil || p.Page.sought() {
			continue
		}
		page, _ := data.of(p.Alias).(Object)
		for _, field := range collected(p.Type+"Connection", p.Under) {
			edges, _ := page.of(field.Alias).([]any)
			for _, e := range edges {
				edge, isObject := e.(Object)
				node, isEdge := edge.of("node").(Object)
				if text, ok := edge.of("cursor").(string); ok && isObject && isEdge {
					id, _ := node.of("id").(string)
					place, row := Place(p.Type, p.Page.Order, p.Page.Programme), strings.TrimPrefix(id, Types[p.Type].Prefix+"_")
					if !slices.ContainsFunc(cursors[place], func(c Cursor) bool { return c.Row == row }) {
						cursors[place] = append(cursors[place], Cursor{row, text})
					}
				}
			}
		}
	}
}

func (o Object) of(key string) any {
	for _, e := range o {
		if e.Key == key {
			return e.Value
		}
	}
	return nil
}

// Decode reads an answer with its fields in order.
func Decode(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	return decode(d)
}

func decode(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		o := Object{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			value, err := decode(d)
			if err != nil {
				return nil, err
			}
			o = append(o, Entry{key.(string), value})
		}
		_, err = d.Token()
		return o, err
	case json.Delim('['):
		list := []any{}
		for d.More() {
			value, err := decode(d)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err = d.Token()
		return list, err
	}
	return token, nil
}

// Differ names the first few places where an answer is not the model's, order and all.
func Differ(path string, want, got any, found []string) []string {
	differs := func() []string {
		if len(found) < 4 {
			found = append(found, fmt.Sprintf("%s: shown is %s, the model says %s", path, short(got), short(want)))
		}
		return found
	}
	switch w := want.(type) {
	case Something:
		if got == nil {
			return differs()
		}
	case Known:
		if got != w.Text {
			return differs()
		}
	case Object:
		g, ok := got.(Object)
		if !ok || len(g) != len(w) {
			return differs()
		}
		for i := range w {
			if w[i].Key != g[i].Key {
				return differs()
			}
			found = Differ(path+"."+w[i].Key, w[i].Value, g[i].Value, found)
		}
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return differs()
		}
		if len(w) > 0 { // names of fields and codes, which have no order
			if _, texts := w[0].(string); texts {
				g = slices.Clone(g)
				slices.SortFunc(g, byName)
			}
		}
		for i := range w {
			found = Differ(fmt.Sprintf("%s[%d]", path, i), w[i], g[i], found)
		}
	default:
		if want != got {
			return differs()
		}
	}
	return found
}
