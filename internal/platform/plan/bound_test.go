package plan_test

import (
	"slices"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// asks is a selection of fields; those below come as pairs of a field's type and what is asked there.
func asks(name, typeName string, under ...plan.Selected) plan.Selected {
	s := plan.Selected{Alias: name, Name: name, TypeName: typeName}
	if under != nil {
		s.Under = func(string) []plan.Selected { return under }
	}
	return s
}

func TestBoundSaysWhatEachSeesForHimself(t *testing.T) {
	own := func(keys func(access.Class) string, self string) string {
		return "{t}.audience && " + keys(access.Path) + " or {t}.id = " + self
	}
	s := schema(map[string]plan.Filler{"house.shout": whisper, "house.whisper": whisper, "house.mine": whisper}, plan.Reading{
		Types: []plan.Type{{Name: "Keeper", Prefix: "kee", Table: "house", Class: access.Path, Rows: own, Fields: plan.Fields{"name": plan.Column("name")}}},
		Extends: map[string]plan.Fields{"House": {"keeper": plan.One("Keeper", "next_id"), "mine": plan.Hole("house.mine", "to_json({t}.id)").Personal(),
			"note": plan.Object(plan.Fields{"by": plan.One("Keeper", "next_id"), "whose": plan.Expr("{self}")})}},
	})
	leaf := func(name string) plan.Selected { return asks(name, "String") }
	for _, c := range []struct {
		name string
		asks plan.Selected
		self bool
		rows []string
	}{
		{"a column", leaf("name"), false, nil},
		{"a hole that looks at rights alone", leaf("shout"), false, nil},
		{"SQL that names who asks", leaf("moment"), true, nil},
		{"a hole that looks at who asks", leaf("mine"), true, nil},
		{"a row that is somebody's own", asks("keeper", "Keeper", leaf("name")), false, []string{"Keeper"}},
		{"which fields are hidden, where one leads to such a row", leaf("hidden"), false, []string{"Keeper"}},
		{"an object over the same row", asks("note", "Note", asks("by", "Keeper", leaf("name"))), false, []string{"Keeper"}},
		{"a field of it that is each one's own", asks("note", "Note", leaf("whose")), true, nil},
		{"what lies below", asks("next", "House", asks("next", "House", leaf("moment"))), true, nil},
		{"what lies below a page", asks("page", "RoomConnection", asks("nodes", "Room", asks("house", "House", asks("keeper", "Keeper", leaf("id"))))), false, []string{"Keeper"}},
		{"a page of what is nobody's own", asks("page", "RoomConnection", leaf("totalCount"), asks("nodes", "Room", leaf("title"))), false, nil},
	} {
		if got := s.Bound("House", []plan.Selected{c.asks}); got.Self != c.self || !slices.Equal(got.Rows, c.rows) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}
