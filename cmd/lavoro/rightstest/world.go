package rightstest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Row is one row of a table: its columns as Postgres spells them in JSON.
type Row struct {
	Table   string
	ID      string
	Columns map[string]any

	holders map[*Type][]Holder // see Settle
}

// Text is a column's text; "" where it is null.
func (r *Row) Text(column string) string {
	s, _ := r.Columns[column].(string)
	return s
}

// World is a database as its owner sees it.
type World struct {
	Tables map[string][]*Row // sorted by id

	mu    sync.Mutex
	index map[string]map[string][]*Row // table.column -> value -> rows
}

// Key is SQL of what tells the rows of a table apart.
func Key(table string) string {
	if table == "person_code" {
		return "encode(fingerprint, 'hex')"
	}
	return "id"
}

// Query gives the rows of a statement with one text column, as the tables' owner.
type Query func(ctx context.Context, sql string) ([]string, error)

// Load reads the tables of all types.
func Load(ctx context.Context, query Query) (*World, error) {
	w := &World{Tables: map[string][]*Row{}, index: map[string]map[string][]*Row{}}
	tables := []string{"person_code", "participation_group", "person_bank_check", "budget_posting"}
	for _, t := range Types {
		tables = append(tables, t.Table)
	}
	slices.Sort(tables)
	for _, table := range slices.Compact(tables) {
		lines, err := query(ctx, fmt.Sprintf("select (to_jsonb(t) || jsonb_build_object('row_key', %[2]s::text))::text from %[1]s t order by %[2]s", table, Key(table)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", table, err)
		}
		for _, line := range lines {
			r := &Row{Table: table}
			if err := json.Unmarshal([]byte(line), &r.Columns); err != nil {
				return nil, fmt.Errorf("%s: %w", table, err)
			}
			r.ID = r.Text("row_key")
			w.Tables[table] = append(w.Tables[table], r)
		}
	}
	return w, nil
}

// By gives the rows of a table whose column holds the value, sorted by id; none for "".
func (w *World) By(table, column, value string) []*Row {
	if value == "" {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	key := table + "." + column
	if w.index[key] == nil {
		rows := map[string][]*Row{}
		for _, r := range w.Tables[table] {
			rows[r.Text(column)] = append(rows[r.Text(column)], r)
		}
		w.index[key] = rows
	}
	return w.index[key][value]
}

// One gives the row of a table with the id; nil for none.
func (w *World) One(table, id string) *Row {
	if rows := w.By(table, "id", id); len(rows) > 0 {
		return rows[0]
	}
	return nil
}

// above gives an organisation and all that it lies below, as holders.
func (w *World) above(organisation string) (holders []Holder) {
	for o := w.One("organisation", organisation); o != nil; o = w.One("organisation", o.Text("parent_id")) {
		holders = append(holders, overBody(o))
	}
	return holders
}

func overBody(o *Row) Holder { return Holder{"ORGANISATION", o.Text("programme_id"), o.ID} }

// bodies gives all organisations of a programme as holders.
func (w *World) bodies(programme string) (holders []Holder) {
	for _, o := range w.By("organisation", "programme_id", programme) {
		holders = append(holders, overBody(o))
	}
	return holders
}

// Line is an organisation with all above it.
func (w *World) Line(organisation string) (line []string) {
	for o := w.One("organisation", organisation); o != nil; o = w.One("organisation", o.Text("parent_id")) {
		line = append(line, o.ID)
	}
	return line
}

// named gives the organisations that a row itself names as those who may know of it. Of companies and of colleagues' names this is a fact
// of its own that stands nowhere else: which partners work with a company, and who knows a colleague.
func (w *World) named(r *Row) (holders []Holder) {
	list, _ := r.Columns["audience"].([]any)
	for _, key := range list {
		if o := w.One("organisation", fmt.Sprint(key)); o != nil {
			holders = append(holders, overBody(o))
		}
	}
	return holders
}

// Settle works out what every row belongs to, and puts what was sealed in the place of its seal.
func (w *World) Settle(sealed []Sealed) {
	for _, s := range sealed {
		for _, r := range w.By(s.Table, "id", s.Row) {
			r.Columns[s.Column] = s.Plain
		}
	}
	for _, t := range Types {
		for _, r := range w.Tables[t.Table] {
			if r.holders == nil {
				r.holders = map[*Type][]Holder{}
			}
			r.holders[t] = t.Of(w, r)
		}
	}
}

// Holders gives what a row belongs to as one of a type; one that is not there belongs to nothing.
func (w *World) Holders(t *Type, r *Row) []Holder {
	if r == nil {
		return nil
	}
	return r.holders[t]
}

// Actor is a member with the grants that hold on a day.
func (w *World) Actor(member, day string) Actor {
	a := Actor{Member: member, Name: member}
	var roles []string
	add := func(g *Row, as string) {
		if to := g.Text("to_day"); g.Text("from_day") <= day && (to == "" || day <= to) {
			a.Grants = append(a.Grants, Grant{g.Text("role"), Holder{g.Text("scope"), g.Text("programme_id"), g.Text("over_id")}})
			roles = append(roles, as+g.Text("role"))
		}
	}
	for _, g := range w.By("access_grant", "member_id", member) {
		if g.Text("scope") != "CIRCLE" || w.holds(g, day) {
			add(g, "")
		}
	}
	// Who stands in for a colleague holds his grants, but not those over a person, a circle or a mandate.
	for _, d := range w.By("delegation", "to_member_id", member) {
		for _, g := range w.By("access_grant", "member_id", d.Text("member_id")) {
			over := slices.Contains([]string{"ORGANISATION", "TUTORED", "CASES", "COMPANY"}, g.Text("scope"))
			if d.Text("from_day") <= day && day <= d.Text("to_day") && over && g.Text("programme_id") == d.Text("programme_id") {
				add(g, "for ")
			}
		}
	}
	a.Name = strings.Join(roles, "+") + " " + member[:8]
	return a
}

// holds says whether who is named in a circle holds his role otherwise on the day: without it he is named no more.
func (w *World) holds(named *Row, day string) bool {
	return slices.ContainsFunc(w.By("access_grant", "member_id", named.Text("member_id")), func(g *Row) bool {
		to := g.Text("to_day")
		return g.Text("scope") != "CIRCLE" && g.Text("role") == named.Text("role") && g.Text("programme_id") == named.Text("programme_id") && g.Text("from_day") <= day && (to == "" || day <= to)
	})
}
