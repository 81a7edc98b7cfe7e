package plan

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// Kept is a plan to be used again, for whoever has rights of the same shape, without being compiled. Its arguments are filled anew: keys, who
// asks, the moment, and the ids that stood in variables of their own. All other values are those that it was compiled with.
type Kept struct {
	sql  postgres.Statement
	args []any
	from []source
}

// source is where an argument's value comes from when a plan is used again; zero: it stays.
type source struct {
	class            access.Class        // the viewer's keys of the class
	fact             func(Viewer) string // about the request
	variable, prefix string              // an id of that prefix in a variable
}

// Keep gives a plan to be used again, which fills the variables anew; false for one that cannot be: it has holes, which are filled for one
// viewer, or something else than its arguments hangs on one of the variables.
func (p Planned) Keep(variables []string) (Kept, bool) {
	if len(p.c.holes) > 0 {
		return Kept{}, false
	}
	filled := 0
	for _, f := range p.c.from {
		if f.variable != "" {
			filled++
		}
	}
	return Kept{sql: postgres.Under(p.SQL, len(p.Args)), args: p.Args, from: p.c.from}, filled == len(variables)
}

// Weight is about how many bytes a plan takes.
func (k Kept) Weight() int { return len(k.sql) + 64*len(k.args) }

// ReadKept reads like Read by a plan that was kept for the shape of the viewer's rights and for his language. Settings are those of the actor;
// variables hold ids of the API.
func (e *Engine) ReadKept(ctx context.Context, v Viewer, k Kept, settings access.Settings, variable func(name string) string) ([]byte, error) {
	args := make([]any, len(k.args))
	for i, f := range k.from {
		switch {
		case f.class != "":
			args[i] = settings[classAt[f.class]]
		case f.fact != nil:
			args[i] = f.fact(v)
		case f.variable != "":
			id, err := ParseID(f.prefix, variable(f.variable))
			if err != nil {
				return nil, err
			}
			args[i] = id.String()
		default:
			args[i] = k.args[i]
		}
	}
	text, err := e.DB.ReadNear(ctx, v.Actor, settings, k.sql, args...)
	if err != nil {
		return nil, unreadable(err)
	}
	return text, nil
}

// classAt is the place of a class among an actor's settings.
var classAt = func() map[access.Class]int {
	at := map[access.Class]int{}
	for i, c := range access.Classes() {
		at[c] = i
	}
	return at
}()

// Shape is what the text of a plan hangs on in an actor's settings: of each class whether he has no key, one or more, and with which class
// before it he has them in common.
func Shape(settings access.Settings) string {
	shape := make([]byte, 0, 2*len(classAt))
	for i, keys := range settings[:len(classAt)] {
		shape = append(shape, byte(slices.Index(settings[:i+1], keys)), byte(min(keysIn(keys), 2)))
	}
	return string(shape)
}

// keysIn is how many keys an array holds, as Array writes it.
func keysIn(array string) int {
	if len(array) < len(uuid.UUID{}) {
		return 0
	}
	return 1 + strings.Count(array, ",")
}
