package programme

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// Tax is how a payer's allowances are taxed.
type Tax string

// Exempt needs a public payer and an aim of assistance, both (AdE answer 51/2020); everything else is assimilated to income of employment.
const (
	Exempt      Tax = "EXEMPT"
	Assimilated Tax = "ASSIMILATED"
)

// Payer is a body of the programme that pays allowances.
type Payer struct {
	Organisation uuid.UUID
	Tax          Tax
}

// Route is who pays, and from which budget line.
type Route struct {
	Payer uuid.UUID // an organisation
	Line  uuid.UUID
}

// Routes are the routes of one version of the programme's rules.
type Routes struct{ all Route }

// RoutesOf reads the routes of a version of the rules: the lead body pays everything, from the first line.
func RoutesOf(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, _ Policy) (Routes, error) {
	var r Routes
	err := tx.Ask(ctx, &r.all, `select o.id as payer, (select b.id from budget_line b where b.programme_id = $1 order by b.code limit 1) as line
		from organisation o where o.programme_id = $1 and o.parent_id is null limit 1`, programme)
	if err != nil {
		return Routes{}, fmt.Errorf("who pays: %w", err)
	}
	return r, nil
}

// RouteOf says which payer and which line pay hours of an activity kind for people of a partner.
func (r Routes) RouteOf(_ uuid.UUID, _ string) (Route, error) { return r.all, nil }

// Payers gives the programme's payers.
func Payers(ctx context.Context, tx *postgres.Tx, programme uuid.UUID) ([]Payer, error) {
	r, err := RoutesOf(ctx, tx, programme, Policy{})
	return []Payer{{Organisation: r.all.Payer, Tax: Exempt}}, err
}
