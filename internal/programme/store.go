package programme

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// versionOn is the id of the version in force, and Nil for none.
func versionOn(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, day calendar.Day) (uuid.UUID, error) {
	var version uuid.NullUUID
	if err := tx.NewRaw("select policy_on(?, ?)", programme, day).Scan(ctx, &version); err != nil {
		return uuid.Nil, fmt.Errorf("policy version: %w", err)
	}
	return version.UUID, nil
}

func loadPolicy(ctx context.Context, tx *postgres.Tx, version uuid.UUID) (Policy, error) {
	var row struct {
		Number    int
		ValidFrom calendar.Day
		Rules     json.RawMessage
	}
	if err := tx.NewRaw("select number, valid_from, rules from policy_content(?)", version).Scan(ctx, &row); err != nil {
		return Policy{}, fmt.Errorf("policy: %w", err)
	}
	var rules []Rule
	if err := json.Unmarshal(row.Rules, &rules); err != nil {
		return Policy{}, fmt.Errorf("policy: %w", err)
	}
	p := Policy{Version: version, Number: row.Number, ValidFrom: row.ValidFrom, rules: make(map[string]Rule, len(rules))}
	for _, r := range rules {
		p.rules[r.Code] = r
	}
	return p, nil
}

type itemRow struct {
	List       string
	Code       string
	Label      json.RawMessage
	Class      access.Class
	Attributes json.RawMessage
	Position   int
	ValidFrom  calendar.Day
	ValidTo    calendar.Day
}

func loadItems(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, list string) ([]CodeItem, error) {
	var rows []itemRow
	err := tx.NewRaw("select list, code, label, class, attributes, position, valid_from, valid_to from programme_codes(?, ?)", programme, list).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("codes of %s: %w", list, err)
	}
	items := make([]CodeItem, len(rows))
	for i, r := range rows {
		items[i] = CodeItem{List: r.List, Code: r.Code, Class: r.Class, Attributes: r.Attributes, Position: r.Position, ValidFrom: r.ValidFrom, ValidTo: r.ValidTo}
		if err := json.Unmarshal(r.Label, &items[i].Label); err != nil {
			return nil, fmt.Errorf("codes of %s: %w", list, err)
		}
	}
	return items, nil
}
