package plan

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// List is a connection in one order, or a filter, as the database must be ready for it: by an index of the table that begins with the
// columns.
type List struct {
	Name    string   // of the root or field and its order, or of the type and its filter
	Table   string   // where it is walked
	Columns []string // what narrows it, then what orders it; what is no column stands as its SQL
}

var (
	ofRow   = regexp.MustCompile(`^\{o\}\.(\w+) = \{t\}\.id$`)
	equalID = regexp.MustCompile(`^\{t\}\.(\w+) = \{v\}$`)
	plain   = regexp.MustCompile(`^\{t\}\.(\w+)$`)
)

// Lists gives all connections in all orders, and the filters by the id of another object.
func (s *Schema) Lists() (lists []List) {
	for _, name := range slices.Sorted(maps.Keys(s.roots)) {
		if r := s.roots[name]; r.kind == rootList {
			var scope []string
			if r.where == OfProgramme {
				scope = []string{"programme_id"}
			}
			lists = append(lists, s.types[r.target].lists(name, scope, s.types[r.target].Keyed)...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.types)) {
		t := s.types[name]
		for _, field := range slices.Sorted(maps.Keys(t.Fields)) {
			if f := t.Fields[field]; f.kind == connection {
				lists = append(lists, s.types[f.target].lists(name+"."+field, []string{columnIn(ofRow, f.where)}, false)...)
			}
		}
		for _, filter := range slices.Sorted(maps.Keys(t.Filters)) {
			if f := t.Filters[filter]; f.SQLType == "uuid" {
				lists = append(lists, List{Name: name + " by " + filter, Table: t.Table, Columns: []string{columnIn(equalID, f.Where)}})
			}
		}
	}
	return lists
}

// Manys gives the lists without pages, as Type.field, and whether each grows: see Field.Growing.
func (s *Schema) Manys() map[string]bool {
	all := map[string]bool{}
	for name, t := range s.types {
		for field, f := range t.Fields {
			if f.kind == many {
				all[name+"."+field] = f.grows
			}
		}
	}
	return all
}

// About is how many rows a list without pages is said to hold: see Field.About. 0 where nothing is said.
func (s *Schema) About(name, field string) int {
	if s == nil || s.types[name] == nil {
		return 0
	}
	return s.types[name].Fields[field].about
}

// lists gives a list of the type in all its orders.
func (t *Type) lists(name string, scope []string, keyed bool) (lists []List) {
	for _, order := range slices.Sorted(maps.Keys(t.Orders)) {
		l := List{Name: name + " " + order, Table: t.Table, Columns: slices.Clone(scope)}
		if keyed && t.Orders[order].Keyed {
			l.Table, l.Columns = t.keyed(), append([]string{"key"}, scope...)
		}
		for _, k := range t.Orders[order].Keys {
			l.Columns = append(l.Columns, columnIn(plain, k.Expr))
		}
		l.Columns = append(l.Columns, "id")
		lists = append(lists, l)
	}
	return lists
}

// columnIn is the column that the SQL names, or the SQL itself.
func columnIn(pattern *regexp.Regexp, sql string) string {
	if m := pattern.FindStringSubmatch(sql); m != nil {
		return m[1]
	}
	return sql
}

// Condition is SQL by which a list is narrowed, ordered or counted, over rows `t` of a table.
type Condition struct {
	Name  string // of the type and its filter, order or count
	Table string
	SQL   string
	Walks bool // picks or orders rows, which an index may serve
}

// Conditions gives the filters, the keys of orders and those of counts of all types, with nulls in place of what requests bring.
func (s *Schema) Conditions() (conditions []Condition) {
	for _, name := range slices.Sorted(maps.Keys(s.types)) {
		t := s.types[name]
		add := func(of, sql, sqlType string, walks bool) {
			sql = strings.NewReplacer("{t}", "t", "{v}", "null::"+sqlType, "{self}", "null::uuid", "{today}", "null::date", "{now}", "null::timestamptz").Replace(sql)
			conditions = append(conditions, Condition{Name: name + " " + of, Table: t.Table, SQL: sql, Walks: walks})
		}
		for _, filter := range slices.Sorted(maps.Keys(t.Filters)) {
			f := t.Filters[filter]
			for _, sql := range []string{f.Where, f.Either[true], f.Either[false]} {
				if sql != "" {
					add("by "+filter, sql, f.SQLType, true)
				}
			}
		}
		for _, order := range slices.Sorted(maps.Keys(t.Orders)) {
			for _, k := range t.Orders[order].Keys {
				add(order, k.Expr, k.SQLType, true)
			}
		}
		for _, by := range slices.Sorted(maps.Keys(t.Counts)) {
			add("counted by "+by, t.Counts[by].Key, "", false)
		}
	}
	return conditions
}
