package plan

import (
	"slices"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/access"
)

// Personal says of a hole that its filler looks at who asks, and not at his grants alone. Of SQL it need not be said: it names `{self}`.
func (f Field) Personal() Field {
	f.personal = true
	return f
}

// Bound is what in an answer depends on who asks beyond his grants: two with equal grants may share all other answers.
type Bound struct {
	Self bool     // something shows each his own
	Rows []string // types, sorted, of which somebody sees rows only because they are his own
}

// Bound says how a selection on a type is bound to who asks.
func (s *Schema) Bound(typeName string, selected []Selected) Bound {
	var b Bound
	s.bind(&b, typeName, selected)
	slices.Sort(b.Rows)
	b.Rows = slices.Compact(b.Rows)
	return b
}

func (s *Schema) bind(b *Bound, typeName string, selected []Selected) {
	t, known := s.types[strings.TrimSuffix(strings.TrimSuffix(typeName, "Connection"), "Edge")]
	if !known {
		return
	}
	b.reach(t)
	s.bindFields(b, t, t.Fields, selected)
}

func (s *Schema) bindFields(b *Bound, t *Type, fields Fields, selected []Selected) {
	for _, f := range selected {
		declared, _ := t.field(fields, f.Name)
		b.Self = b.Self || declared.self()
		switch {
		case declared.kind == hidden:
			for _, other := range t.Fields {
				for _, name := range other.Targets() {
					b.reach(s.types[name])
				}
			}
		case declared.kind == object:
			s.bindFields(b, t, declared.fields, f.Under(f.TypeName))
		case f.Under != nil && declared.kind != hole:
			s.bind(b, f.TypeName, f.Under(f.TypeName))
		}
	}
}

// reach notes that rows of the type are shown, found or counted.
func (b *Bound) reach(t *Type) {
	if t.Rows != nil && namesSelf(t.Rows(func(access.Class) string { return "" }, "{self}")) {
		b.Rows = append(b.Rows, t.Name)
	}
	for _, f := range t.Filters {
		b.Self = b.Self || namesSelf(f.Where, f.Either[true], f.Either[false])
	}
}

func (f Field) self() bool { return f.personal || namesSelf(f.expr, f.where, f.order) }

func namesSelf(sql ...string) bool {
	return slices.ContainsFunc(sql, func(s string) bool { return strings.Contains(s, "{self}") })
}
