package evidence

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

// Reading is how the journals are read: who, when, what sort of act on which object, for which purpose; never what the act said. The
// rooms' readings give the prefixes of subjects' ids.
func Reading(rooms ...plan.Reading) plan.Reading {
	return plan.Reading{
		Types: []plan.Type{
			{Name: "JournalEntry", Prefix: "jrn", Table: "journal", Class: access.Evidence, Columns: []string{"at", "act", "subjectKind"}, Fields: actFields(rooms), Filters: actFilters(),
				Orders: map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.seq", SQLType: "bigint"}}, Desc: true}}},
			{Name: "ReadEntry", Prefix: "rdj", Table: "read_journal", Class: access.Evidence, Columns: []string{"at", "class"}, Fields: readFields(), Filters: readFilters(),
				Orders: map[string]plan.Order{"": {Keys: []plan.Key{{Expr: "{t}.at", SQLType: "timestamptz"}}, Desc: true}}},
		},
		Extends: map[string]plan.Fields{"Programme": {"journalHead": plan.Expr(head).In(access.Evidence)}},
		Roots: plan.Roots{
			"journal":     plan.ListIn("JournalEntry", plan.OfProgramme, nil),
			"readJournal": plan.ListIn("ReadEntry", plan.OfProgramme, nil),
		},
		Fillers: map[string]plan.Filler{"evidence.reason": plan.All(openReasons)},
	}
}

// head spells a programme's head like journal.Head.
const head = "coalesce((select h.entries || ' ' || encode(h.chain, 'hex') from news_head h where h.programme_id = {t}.id), '0 ')"

func actFields(rooms []plan.Reading) plan.Fields {
	return plan.Fields{
		"sequence":   plan.Column("seq"),
		"actorId":    plan.ID("mem", "actor_id"),
		"actor":      plan.One("Member", "actor_id"),
		"onBehalfOf": plan.One("Member", "on_behalf_of"),
		"subjectId":  plan.Expr(subjectID(rooms)),
		"link":       plan.Expr("encode({t}.chain, 'hex')"),
	}
}

func readFields() plan.Fields {
	return plan.Fields{
		"node":           plan.Expr("{t}.node::text"),
		"sequence":       plan.Column("seq"),
		"actorId":        plan.ID("mem", "actor_id"),
		"actor":          plan.One("Member", "actor_id"),
		"onBehalfOf":     plan.One("Member", "on_behalf_of"),
		"purpose":        plan.Expr("nullif({t}.purpose, '')"),
		"participantIds": plan.Expr("array(select 'prt_' || p from unnest({t}.participations) p)"),
		"reason":         plan.Hole("evidence.reason", "json_build_object('request', {t}.request_id, 'persons', {t}.reason_persons, 'reason', translate(encode({t}.reason, 'base64'), E'\\n', ''))").In(access.Motive),
		"link":           plan.Expr("encode({t}.chain, 'hex')"),
	}
}

func actFilters() plan.Filters {
	subject := plan.Equals("subject_id", "uuid")
	subject.Value = anyID
	return plan.Filters{
		"acts":      plan.Among("act"),
		"actor":     plan.RefersTo("mem", "actor_id"),
		"subject":   subject,
		"from":      plan.Where(from, "date"),
		"to":        plan.Where(to, "date"),
		"delegated": plan.Whether("{t}.on_behalf_of is not null", "{t}.on_behalf_of is null"),
	}
}

func readFilters() plan.Filters {
	participant := plan.RefersTo("prt", "id")
	participant.Where = "{v} = any ({t}.participations)"
	return plan.Filters{
		"actor":       plan.RefersTo("mem", "actor_id"),
		"participant": participant,
		"classes":     plan.Among("class"),
		"purposes":    plan.Among("purpose"),
		"from":        plan.Where(from, "date"),
		"to":          plan.Where(to, "date"),
		"withReason":  plan.Whether("{t}.reason is not null", "{t}.reason is null"),
	}
}

// from and to bound a moment by civil days, both included.
const (
	from = "{t}.at >= ({v})::timestamp at time zone 'Europe/Rome'"
	to   = "{t}.at < (({v}) + 1)::timestamp at time zone 'Europe/Rome'"
)

// subjectID spells the id of what an act was done to as the API does.
func subjectID(rooms []plan.Reading) string {
	prefixes := map[string]string{}
	for _, r := range rooms {
		for _, t := range r.Types {
			prefixes[t.Name] = t.Prefix
		}
	}
	var sql strings.Builder
	sql.WriteString("case {t}.subject_kind")
	for _, kind := range slices.Sorted(maps.Keys(prefixes)) {
		if prefixes[kind] != "" {
			fmt.Fprintf(&sql, " when '%s' then '%s_'", kind, prefixes[kind])
		}
	}
	return sql.String() + " when '' then '' else lower({t}.subject_kind) || '_' end || {t}.subject_id"
}

// anyID reads an id of whatever prefix; what is no id matches nothing.
func anyID(v any) (any, error) {
	prefix, _, _ := strings.Cut(fmt.Sprint(v), "_")
	id, err := plan.ParseID(prefix, fmt.Sprint(v))
	if err != nil {
		return uuid.Nil, nil
	}
	return id, nil
}

// sealedReason is a reason as it stands in a row; of rows from before there are persons' keys in it, Persons is empty.
type sealedReason struct {
	Request uuid.UUID
	Persons []uuid.UUID
	Reason  []byte
}

// openReasons opens why readers say they read; null where they gave none, and where somebody whom they read of has been erased.
func openReasons(ctx context.Context, tx *postgres.Tx, reasons []sealedReason) ([]any, error) {
	var persons []uuid.UUID
	for i := range reasons {
		if len(reasons[i].Persons) == 0 {
			reasons[i].Persons = []uuid.UUID{uuid.Nil} // the installation's own
		}
		persons = append(persons, reasons[i].Persons...)
	}
	known, err := tx.DataKeys(ctx, persons)
	if err != nil {
		return nil, err
	}
	values := make([]any, len(reasons))
	for i, r := range reasons {
		if r.Reason == nil {
			continue
		}
		plain, err := journal.OpenReason(r.Reason, r.Request, keysOf(r.Persons, known))
		switch {
		case errors.Is(err, secret.ErrErased):
		case err != nil:
			return nil, err
		default:
			values[i] = plain
		}
	}
	return values, nil
}

func keysOf(persons []uuid.UUID, known map[uuid.UUID]secret.DataKey) []secret.DataKey {
	keys := make([]secret.DataKey, len(persons))
	for i, p := range persons {
		keys[i] = known[p] // the zero key, which opens nothing, where there is none
	}
	return keys
}
