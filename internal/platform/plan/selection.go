package plan

import "github.com/lavoroincorso/lavoro/internal/values/text"

// Selected is one field that was asked for.
type Selected struct {
	Alias string
	Name  string
	Args  map[string]any // coerced: ids and cursors are strings, enums strings, days calendar.Day, inputs map[string]any, Int int64
	// IDVariable is the variable that the argument `id` is, where it stands nowhere else; "" otherwise. A kept plan is filled with it anew.
	IDVariable string
	// Site is the same for every object that one place of the operation selects; it groups reads.
	Site any
	// TypeName is the field's named type in the schema.
	TypeName string
	// Under gives what is asked below the field when its object is of the type.
	Under func(typeName string) []Selected
	// NonNull says that the schema promises a value here.
	NonNull bool
}

// Asks says whether one of the fields is asked for.
func Asks(selected []Selected, name string) bool {
	for _, s := range selected {
		if s.Name == name {
			return true
		}
	}
	return false
}

// lang bounds what goes into a statement's text.
func lang(l string) string { return text.Lang(l) }
