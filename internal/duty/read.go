package duty

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Prefix of ids in the API.
const Prefix = "due"

// Reading is how dues are read; the rooms' clocks give the words of each kind and the prefix of its subjects' ids.
func Reading(rooms ...[]event.Clock) plan.Reading {
	clocks := slices.Concat(rooms...)
	return plan.Reading{
		Types: []plan.Type{{Name: "Due", Prefix: Prefix, Table: "due", Class: access.Path, Keyed: true,
			Columns: []string{"kind", "dueAt", "reminders", "lastRemindedAt", "doneAt", "revision"},
			Fields:  fields(clocks),
			Orders:  map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.due_at", SQLType: "timestamptz"}}, Keyed: true}},
			Filters: plan.Filters{"done": plan.Whether("{t}.done_at is not null", "{t}.done_at is null"), "kind": plan.Equals("kind", "text")},
		}},
		Extends: map[string]plan.Fields{
			"Participant": {"dues": plan.ManyWhere("Due", "{o}.participation_id = {t}.id and {o}.done_at is null", "{o}.due_at, {o}.id")},
		},
		Roots: plan.Roots{"dues": plan.ListIn("Due", plan.OfProgramme, plan.Filters{
			"owner":   anyID("owner_key"),
			"subject": anyID("subject_id"),
			"overdue": plan.Whether(overdue, "not "+overdue),
		})},
	}
}

const overdue = "({t}.done_at is null and {t}.due_at < {now})"

// fields maps a due. Its owners' keys hold a member or a body: that one of the two relations leads nowhere says nothing of rights.
func fields(clocks []event.Clock) plan.Fields {
	return plan.Fields{
		"label":                 plan.Label("kind", labels(clocks)),
		"participant":           plan.One("Participant", "participation_id"),
		"subjectId":             subjectID(clocks),
		"overdue":               plan.Expr(overdue),
		"owner":                 plan.OneWhere("Member", "{o}.id = {t}.owner_key"),
		"ownerOrganisation":     plan.One("Organisation", "owner_key"),
		"nextOwner":             plan.OneWhere("Member", "{o}.id = {t}.next_owner_key"),
		"nextOwnerOrganisation": plan.One("Organisation", "next_owner_key"),
	}
}

func labels(clocks []event.Clock) map[string]text.Text {
	words := make(map[string]text.Text, len(clocks))
	for _, c := range slices.Backward(clocks) { // of states that share a kind, the first gives the words
		words[c.Kind] = c.Label
	}
	return words
}

// subjectID spells the id of what a due is about as the API does, whatever its type.
func subjectID(clocks []event.Clock) plan.Field {
	prefixes := map[string]string{}
	for _, c := range clocks {
		prefixes[c.SubjectKind] = c.Prefix
	}
	kinds := make([]string, 0, len(prefixes))
	for kind := range prefixes {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	var sql strings.Builder
	sql.WriteString("case {t}.subject_kind")
	for _, kind := range kinds {
		fmt.Fprintf(&sql, " when '%s' then '%s_'", kind, prefixes[kind])
	}
	sql.WriteString(" when '' then '' end || {t}.subject_id")
	return plan.Expr(sql.String())
}

// anyID keeps rows whose column holds the id, of whatever prefix; what is no id matches nothing.
func anyID(column string) plan.Filter {
	f := plan.Equals(column, "uuid")
	f.Value = func(v any) (any, error) {
		prefix, _, _ := strings.Cut(fmt.Sprint(v), "_")
		id, err := plan.ParseID(prefix, fmt.Sprint(v))
		if err != nil {
			return uuid.Nil, nil
		}
		return id, nil
	}
	return f
}
