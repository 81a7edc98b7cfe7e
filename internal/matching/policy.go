package matching

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// rulesOn gives the rules in force today and the names of the codes that reasons use.
func rulesOn(ctx context.Context, tx *postgres.Tx, programmeID uuid.UUID) (Rules, Words, error) {
	p, err := programme.PolicyOn(ctx, tx, programmeID, tx.Today())
	if err != nil {
		return Rules{}, nil, err
	}
	r := Rules{Kept: p.Int("matching.kept"), AdultWeek: p.Int("limits.adult.week_minutes"), MinorAge: p.Int("limits.minor.age"),
		MinorDay: p.Int("limits.minor.day_minutes"), MinorWeek: p.Int("limits.minor.week_minutes"), NightFrom: p.Time("limits.minor.night_from"),
		NightTo: p.Time("limits.minor.night_to"), MinorRest: p.Int("limits.minor.rest_days")}
	r.MinorMonth, _ = p.IntOrNone("limits.minor.month_minutes")
	if err := p.Decode("matching.weights", &r.Weights); err != nil {
		return r, nil, err
	}
	if r.Territory, err = territoryOf(ctx, tx, programmeID); err != nil {
		return r, nil, err
	}
	words := Words{}
	for _, list := range []string{programme.WorkTraits, programme.WorkSectors} {
		items, err := programme.CodeItems(ctx, tx, programmeID, list)
		if err != nil {
			return r, nil, err
		}
		words[list] = make(map[string]text.Text, len(items))
		for code, item := range items {
			words[list][code] = item.Label
		}
	}
	return r, words, nil
}
