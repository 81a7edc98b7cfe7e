package allowance

import (
	"context"
	"encoding/hex"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// statementSubject is the type of statements in the API.
const statementSubject = "AllowanceStatement"

// issuing is the statements that one working out issues.
type issuing struct {
	tx     *postgres.Tx
	routes map[uuid.UUID]programme.Routes // by version of the policy
	before map[uuid.UUID]statementRow     // in force, by allowance
	shares map[uuid.UUID][]shareRow       // by statement
	paying map[uuid.UUID][]uuid.UUID      // payers that have taken up something, by allowance; nil until somebody asks

	rows  []statementRow
	parts []shareRow
	owed  map[uuid.UUID][]programme.Posting // by programme
	told  *batch                            // what was told of already
}

// next is a month's statement that is to be issued, with the one before where there is one.
type next struct {
	p         participation
	allowance uuid.UUID
	old       statementRow
	oldShares []shareRow
	working   Working
	shares    []Share
}

// issue makes the first statement of months whose register is wholly locked, or that pay without one, and the next one of those that come to something
// else by now.
func issue(ctx context.Context, tx *postgres.Tx, in given, told *batch) error {
	b := newIssuing(tx, told)
	all, err := b.due(ctx, in, told.ids)
	if err != nil {
		return err
	}
	for _, n := range all {
		if err := b.put(n); err != nil {
			return err
		}
	}
	if err := keep(ctx, tx, b.rows, b.parts); err != nil {
		return err
	}
	for of, postings := range b.owed {
		if err := programme.Post(ctx, tx, of, postings); err != nil {
			return err
		}
	}
	return commit(ctx, tx, b.participations(), false)
}

func newIssuing(tx *postgres.Tx, told *batch) issuing {
	return issuing{tx: tx, told: told, owed: map[uuid.UUID][]programme.Posting{}, routes: map[uuid.UUID]programme.Routes{}}
}

// due are the statements that are to be issued by now, of months with the ids of their allowances.
func (b *issuing) due(ctx context.Context, in given, ids map[Month]uuid.UUID) (all []next, err error) {
	registers, err := certified(ctx, b.tx, in.months, in.versions)
	if err != nil || len(registers)+len(in.granted) == 0 {
		return nil, err
	}
	var allowances []uuid.UUID
	concerned := slices.DeleteFunc(slices.Clone(in.months), func(m Month) bool {
		_, locked := registers[m]
		_, granted := in.granted[m]
		return !locked && !granted
	})
	for _, m := range concerned {
		allowances = append(allowances, ids[m])
	}
	if b.before, b.shares, err = inForce(ctx, b.tx, allowances); err != nil {
		return nil, err
	}
	stated := map[Month]statementRow{}
	for _, m := range concerned {
		if old, ok := b.before[ids[m]]; ok {
			stated[m] = old
		}
	}
	registers, wait, err := in.alone(ctx, b.tx, registers, stated)
	if err != nil {
		return nil, err
	}
	in.share(registers, wait)
	for _, m := range concerned {
		hours, ok := registers[m]
		if !ok {
			continue
		}
		old := stated[m]
		n := next{p: in.known[m.Participation], allowance: ids[m], old: old, oldShares: b.shares[old.ID]}
		inputs := in.inputs(m, hours)
		if err := b.route(ctx, n.p, inputs, old); err != nil {
			return nil, err
		}
		n.working = Accrue(inputs)
		if old.ID == uuid.Nil && hours == nil && n.working.Total == 0 {
			continue // there is nothing to say of a month without hours
		}
		if wait[m] && n.working.Housing >= old.HousingCents {
			continue // the next one is issued with its hours
		}
		if n.shares = n.working.Shares(); old.ID == uuid.Nil || !old.comesTo(n.working) || !comeTo(n.oldShares, n.shares) {
			all = append(all, n)
		}
	}
	slices.SortStableFunc(all, func(a, b next) int { return a.order() - b.order() })
	return all, nil
}

// order puts what gives back something of a grant before what takes it up: no ceiling is passed while they are written one after the other.
func (n next) order() int {
	if n.working.Housing < n.old.HousingCents {
		return 0
	}
	return 1
}

// participations are those of which a statement is issued: what is owed of its month is no longer committed.
func (b *issuing) participations() (all []uuid.UUID) {
	for _, r := range b.rows {
		all = append(all, r.ParticipationID)
	}
	return all
}

// route says of each enrolment's hours who pays them, by the rules in force on the month's last day. Hours that the statement before had paid by
// somebody stay with him as long as those rules are the same, or once a run of his has taken up anything of the month: nobody is paid for it by
// another payer again, because he was handed over or the rules were changed. Whoever pays, all of a month is taxed as the rules of its last day say,
// whenever it is issued: not as payers are taxed by now.
func (b *issuing) route(ctx context.Context, p participation, in Inputs, old statementRow) error {
	routes, err := b.routesOf(ctx, p.ProgrammeID, in.last().ID)
	if err != nil {
		return err
	}
	before := old.Inputs
	stays := func(*Route) bool { return true }
	if len(before.Versions) > 0 && before.last().ID != in.last().ID {
		then, err := b.routesOf(ctx, p.ProgrammeID, before.last().ID)
		if err != nil {
			return err
		}
		if !routes.Same(then) {
			if b.paying == nil {
				if b.paying, err = takenUp(ctx, b.tx, slices.Collect(maps.Keys(b.before))); err != nil {
					return err
				}
			}
			stays = func(r *Route) bool { return slices.Contains(b.paying[old.AllowanceID], r.Payer) }
		}
	}
	pays := func(enrolment uuid.UUID, kind string) (*Route, error) {
		if was := before.routeOf(enrolment); was != nil && stays(was) {
			return &Route{Payer: was.Payer, Line: was.Line, Tax: routes.TaxOf(was.Payer)}, nil
		}
		r, err := routes.RouteOf(p.OrganisationID, kind)
		return &Route{Payer: r.Payer, Line: r.Line, Tax: routes.TaxOf(r.Payer)}, err
	}
	for i, h := range in.Register {
		if in.Register[i].Route, err = pays(h.Enrolment, h.Kind); err != nil {
			return err
		}
	}
	if in.Housing != nil {
		in.Housing.Route, err = pays(uuid.Nil, programme.HousingKind)
	}
	return err
}

// routeOf is who pays the hours of an enrolment, or with none what is beside all hours; nil where nobody was said to.
func (in Inputs) routeOf(enrolment uuid.UUID) *Route {
	if enrolment == uuid.Nil && in.Housing != nil {
		return in.Housing.Route
	}
	if i := slices.IndexFunc(in.Register, func(h Hours) bool { return h.Enrolment == enrolment }); i >= 0 {
		return in.Register[i].Route
	}
	return nil
}

func (b *issuing) routesOf(ctx context.Context, of, version uuid.UUID) (programme.Routes, error) {
	if known, ok := b.routes[version]; ok {
		return known, nil
	}
	policy, err := programme.PolicyOf(ctx, b.tx, version)
	if err != nil {
		return programme.Routes{}, err
	}
	b.routes[version], err = programme.RoutesOf(ctx, b.tx, of, policy)
	return b.routes[version], err
}

// put readies a statement for writing, and tells of it.
func (b *issuing) put(n next) error {
	p, old, w := n.p, n.old, n.working
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	row := statementRow{ID: id, ProgrammeID: p.ProgrammeID, ParticipationID: p.ID, AllowanceID: n.allowance, Month: w.in.Month, Number: old.Number + 1, Minutes: w.Minutes,
		AccruedCents: w.Accrued, CapCents: w.Cap, HousingCents: w.Housing, TotalCents: w.Total, Engine: Engine, Inputs: w.in, Lines: w.Lines, IssuedAt: b.tx.Now, Audience: p.Money}
	for _, v := range w.in.Versions {
		row.PolicyVersions = append(row.PolicyVersions, v.ID)
	}
	var parts []shareRow
	for _, s := range withGone(n.shares, n.oldShares) {
		shareID, err := uuid.NewV7()
		if err != nil {
			return err
		}
		parts = append(parts, shareRow{ID: shareID, StatementID: id, AllowanceID: n.allowance, ParticipationID: p.ID, ProgrammeID: p.ProgrammeID, Month: w.in.Month, PayerID: s.Payer,
			BudgetLineID: s.Line, Tax: s.Tax, GrossCents: s.Gross, WithheldCents: s.Withheld, NetCents: s.Gross - s.Withheld, Audience: p.Money})
		b.owed[p.ProgrammeID] = append(b.owed[p.ProgrammeID], programme.Posting{Line: s.Line, Kind: programme.Accrued, Cents: s.Gross - grossOf(n.oldShares, s), SubjectKind: statementSubject, Subject: id})
	}
	row.ContentHash = row.content(parts)
	b.rows, b.parts = append(b.rows, row), append(b.parts, parts...)
	b.told.statements++
	b.told.more, b.told.less = b.told.more+max(w.Total-old.TotalCents, 0), b.told.less+max(old.TotalCents-w.Total, 0)
	b.tx.Tell(event.News{Programme: p.ProgrammeID, Act: string(access.ComputeAllowance), Kind: event.Entered, SubjectKind: statementSubject, Subject: id,
		Related: p.related(), About: []uuid.UUID{p.ID}, Audience: p.Money},
		map[string]any{"month": w.in.Month, "number": row.Number, "engine": Engine, "content": hex.EncodeToString(row.ContentHash), "before": old.TotalCents, "after": w.Total})
	b.told.changed(b.tx, p, n.allowance, map[string]any{"month": w.in.Month, "statement": row.Number})
	return nil
}

// grossOf is what the statement before gave to the payer of a share, from its line.
func grossOf(before []shareRow, s Share) money.Cents {
	if i := slices.IndexFunc(before, func(b shareRow) bool { return b.PayerID == s.Payer && b.BudgetLineID == s.Line }); i >= 0 {
		return before[i].GrossCents
	}
	return 0
}

// withGone adds payers of the statement before who owe nothing by now, with nothing: so what they have paid is seen to be too much.
func withGone(shares []Share, before []shareRow) []Share {
	all := slices.Clone(shares)
	for _, s := range before {
		if !slices.ContainsFunc(shares, func(now Share) bool { return now.Payer == s.PayerID && now.Line == s.BudgetLineID }) {
			all = append(all, Share{Payer: s.PayerID, Line: s.BudgetLineID, Tax: s.Tax})
		}
	}
	return all
}

// comesTo says whether a statement says what a working comes to, words aside.
func (s statementRow) comesTo(w Working) bool {
	return s.Minutes == w.Minutes && s.AccruedCents == w.Accrued && s.CapCents == w.Cap && s.HousingCents == w.Housing && s.TotalCents == w.Total &&
		slices.EqualFunc(s.Lines, w.Lines, func(a, b Line) bool {
			return a.Kind == b.Kind && a.Enrolment == b.Enrolment && a.Minutes == b.Minutes && a.Amount == b.Amount && a.Rule == b.Rule
		})
}

// comeTo says whether the shares of a statement are these; those that come to nothing are left out.
func comeTo(kept []shareRow, shares []Share) bool {
	kept = slices.DeleteFunc(slices.Clone(kept), func(s shareRow) bool { return s.GrossCents == 0 })
	return slices.EqualFunc(kept, shares, func(a shareRow, b Share) bool {
		return a.PayerID == b.Payer && a.BudgetLineID == b.Line && a.Tax == b.Tax && a.GrossCents == b.Gross && a.WithheldCents == b.Withheld
	})
}
