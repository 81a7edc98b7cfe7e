package plan

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
)

// Moved gives what a viewer loses and gains when his rights change: of the type's rows in a programme, the values of a column that he saw
// before and no longer sees, and the other way round; at most so many of each. The type's rows are seen by their audience alone.
func (e *Engine) Moved(ctx context.Context, typeName, column string, programme uuid.UUID, before, after access.Actor, most int) (lost, gained []uuid.UUID, err error) {
	t, ok := e.Schema.types[typeName]
	if !ok || t.Rows != nil {
		return nil, nil, fmt.Errorf("plan: rows of %s are not seen by their audience alone", typeName)
	}
	seen := func(keys string) string {
		return fmt.Sprintf("select %s as id from %s where programme_id = $1::uuid and audience &&& %s::uuid[]", column, t.Table, keys)
	}
	without := func(some, others string) string {
		return fmt.Sprintf("(select coalesce(json_agg(id), '[]') from (%s except %s limit $4::int) x)", seen(some), seen(others))
	}
	// Row-level security must let both through for the difference to be seen.
	both := access.Actor{Member: after.Member, Grants: append(append([]access.Grant{}, before.Grants...), after.Grants...), Purpose: after.Purpose}
	text, err := e.DB.ReadText(ctx, both, "select json_build_object('lost', "+without("$2", "$3")+", 'gained', "+without("$3", "$2")+")::text",
		programme.String(), access.Array(before.Keys(t.Class)), access.Array(after.Keys(t.Class)), fmt.Sprint(most))
	if err != nil {
		return nil, nil, err
	}
	var moved struct{ Lost, Gained []uuid.UUID }
	err = json.Unmarshal(text, &moved)
	return moved.Lost, moved.Gained, err
}
