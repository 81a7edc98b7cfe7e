package programme

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// routesRule is the rule that says who pays what from which line.
const routesRule = "payment.routes"

// everything stands in a row of routes for all partners, or for all kinds of activity.
const everything = "*"

// RouteRule is one row of the rule payment.routes, in codes: the first row that matches holds. The last one matches all.
type RouteRule struct {
	Partner string `json:"partner"` // this body and those below it, or *
	Kind    string `json:"kind"`    // of activity, HousingKind, or *
	Payer   string `json:"payer"`   // the body that pays
	Line    string `json:"line"`    // the budget line that it is paid from
}

// Route is who pays, and from which budget line.
type Route struct {
	Payer uuid.UUID // an organisation
	Line  uuid.UUID
}

// Routes are the routes of one version of the rules.
type Routes struct {
	rules []RouteRule
	above map[uuid.UUID][]uuid.UUID // of each body, itself first
	body  map[string]uuid.UUID
	line  map[string]uuid.UUID
	tax   map[uuid.UUID]Tax // of each body that pays
}

// RoutesOf reads the routes of a version of the programme's rules, for all that is worked out under it.
func RoutesOf(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, policy Policy) (Routes, error) {
	r := Routes{above: map[uuid.UUID][]uuid.UUID{}, body: map[string]uuid.UUID{}, line: map[string]uuid.UUID{}, tax: map[uuid.UUID]Tax{}}
	if err := policy.Decode(routesRule, &r.rules); err != nil {
		return Routes{}, err
	}
	if err := r.resolve(ctx, tx, programme, policy.Number); err != nil {
		return Routes{}, err
	}
	if s := supposed(ctx); s != nil {
		r.foresee()
		if s.version.Version == policy.Version {
			for code, tax := range s.taxes {
				r.tax[r.body[code]] = tax
			}
		}
	}
	return r, nil
}

// foresee gives ids to payers and lines that the rules name and the programme does not have yet.
func (r Routes) foresee() {
	for _, rule := range r.rules {
		if r.body[rule.Payer] == uuid.Nil {
			r.body[rule.Payer] = uuid.NewSHA1(uuid.Nil, []byte("payer "+rule.Payer))
		}
		if r.line[rule.Line] == uuid.Nil {
			r.line[rule.Line] = uuid.NewSHA1(uuid.Nil, []byte("line "+rule.Line))
		}
	}
}

// Codes are those of the bodies and of the budget lines that the routes lead to, by id.
func (r Routes) Codes() map[uuid.UUID]string {
	codes := make(map[uuid.UUID]string, len(r.body)+len(r.line))
	for code, id := range r.body {
		codes[id] = code
	}
	for code, id := range r.line {
		codes[id] = code
	}
	return codes
}

// RouteOf says which payer and which line pay hours of an activity kind, or HousingKind, for people of a partner. NO_ROUTE is for a partner that is none.
func (r Routes) RouteOf(partner uuid.UUID, kind string) (Route, error) {
	for _, rule := range r.rules {
		if !r.matches(rule, partner, kind) {
			continue
		}
		found := Route{Payer: r.body[rule.Payer], Line: r.line[rule.Line]}
		if found.Payer == uuid.Nil || found.Line == uuid.Nil {
			break // of another programme's rules
		}
		return found, nil
	}
	return Route{}, NoRoute.At().With("kind", kind)
}

// TaxOf says how what a payer pays is taxed by these rules, also where no route of theirs leads to it.
func (r Routes) TaxOf(payer uuid.UUID) Tax { return r.tax[payer] }

// Same says whether the rules of both are the same.
func (r Routes) Same(other Routes) bool { return slices.Equal(r.rules, other.rules) }

func (r Routes) matches(rule RouteRule, partner uuid.UUID, kind string) bool {
	if rule.Kind != everything && rule.Kind != kind || r.above[partner] == nil {
		return false
	}
	return rule.Partner == everything || slices.Contains(r.above[partner], r.body[rule.Partner])
}

// RouteOf says it of one partner and kind, as Routes does of many.
func RouteOf(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, policy Policy, partner uuid.UUID, kind string) (Route, error) {
	routes, err := RoutesOf(ctx, tx, programme, policy)
	if err != nil {
		return Route{}, err
	}
	return routes.RouteOf(partner, kind)
}
