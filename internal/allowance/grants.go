package allowance

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// Grants towards housing as package housing tells of them: their type in the API, and the state that they are granted from.
const (
	grantSubject   = "HousingGrant"
	grantRequested = "REQUESTED"
)

// grantedMonth is what is given of a month, as the grant stands.
type grantedMonth struct {
	ParticipationID uuid.UUID
	Month           calendar.Month
	Person          uuid.UUID // the same for all records of one
	GrantID         uuid.UUID
	Revision        int
	Monthly         money.Cents
	Receipt         *money.Cents
	Before          money.Cents // recognised before the programme was kept here
	Over            bool
	Alone           bool // the month has no hours that are certified, or wait to be
}

// owedBefore is what the statement in force of a month owes of a grant.
type owedBefore struct {
	ParticipationID uuid.UUID // whose ceiling it is on
	Of              uuid.UUID // whose month it is: the same, or that of another record of the person; of what was recognised before, the fact
	Month           calendar.Month
	Cents           money.Cents
	Number          int         // of the version of the rules in force on the month's last day
	Ceiling         money.Cents // by that one
}

// beside is what of months does not come from the register.
type beside struct {
	joint      map[Month]money.Cents // of the month's cap, by other records of the person
	recognised map[Month]money.Cents // before the programme was kept here
	granted    map[Month]grantedMonth
	owed       map[uuid.UUID]map[Month]owedBefore // of grants, by person; it follows what is issued
	spoken     map[Month]money.Cents              // of a month's ceiling, by all others, where it does not get what it would alone
}

func lookBeside(ctx context.Context, tx *postgres.Tx, months []Month) (b beside, err error) {
	if b.recognised, err = recognisedBefore(ctx, tx, months); err != nil {
		return b, err
	}
	if b.joint, err = spokenFor(ctx, tx, months); err != nil {
		return b, err
	}
	ids, firsts := pairs(months)
	var rows []grantedMonth
	if err := tx.Ask(ctx, &rows, "select * from housing_of($1, $2)", ids, firsts); err != nil {
		return b, fmt.Errorf("what is granted: %w", err)
	}
	persons := map[uuid.UUID]uuid.UUID{}
	b.granted, b.owed, b.spoken = make(map[Month]grantedMonth, len(rows)), map[uuid.UUID]map[Month]owedBefore{}, map[Month]money.Cents{}
	for _, r := range rows {
		b.granted[Month{r.ParticipationID, r.Month}], b.owed[r.Person], persons[r.ParticipationID] = r, map[Month]owedBefore{}, r.Person
	}
	if len(rows) == 0 {
		return b, nil
	}
	var owed []owedBefore
	if err := tx.Ask(ctx, &owed, "select * from housing_recognised($1)", slices.Collect(maps.Keys(persons))); err != nil {
		return b, fmt.Errorf("what was granted before: %w", err)
	}
	for _, o := range owed {
		b.owed[persons[o.ParticipationID]][Month{o.Of, o.Month}] = o
	}
	return b, nil
}

// supposed is what is beside the months, for who shares it out and issues nothing.
func (b beside) supposed() beside {
	owed := b.owed
	b.owed, b.spoken = make(map[uuid.UUID]map[Month]owedBefore, len(owed)), map[Month]money.Cents{}
	for person, months := range owed {
		b.owed[person] = maps.Clone(months)
	}
	return b
}

// inputs puts what is beside the hours of a month to them.
func (in given) inputs(m Month, register []Hours) Inputs {
	all := Inputs{Month: m.Month, Versions: in.versions[m], Register: register, Before: in.recognised[m], Joint: in.joint[m]}
	if g, ok := in.granted[m]; ok {
		all.Housing = &Housing{Grant: g.GrantID, Revision: g.Revision, Monthly: g.Monthly, Before: g.Before, Over: g.Over, Others: in.spoken[m]}
		if g.Receipt != nil {
			all.Housing.Receipt = *g.Receipt
		}
		var others money.Cents
		for other, o := range in.owed[g.Person] {
			if other != m && o.Number <= all.last().Number {
				others += o.Cents
			}
		}
		all.Housing.Others = max(all.Housing.Others, others)
	}
	return all
}

// share has the months of which there is a register, or that pay without one, share the ceilings of their grants, each with all others of its person. Of
// those that wait for hours nothing more is given than their statement owes.
func (in given) share(registers map[Month][]Hours, wait map[Month]bool) {
	persons := map[uuid.UUID][]claim{}
	for m, g := range in.granted {
		hours, ok := registers[m]
		if !ok {
			continue
		}
		alone := in.inputs(m, hours)
		alone.Housing.Others = 0
		c := claim{Month: m, Number: alone.last().Number, Ceiling: alone.last().Rule.Housing.Ceiling, Owed: in.owed[g.Person][m].Cents, Alone: Accrue(alone).Housing}
		if wait[m] {
			c.Alone = min(c.Alone, c.Owed)
		}
		persons[g.Person] = append(persons[g.Person], c)
	}
	for person, claims := range persons {
		for m, o := range in.owed[person] {
			if !slices.ContainsFunc(claims, func(c claim) bool { return c.Month == m }) {
				claims = append(claims, claim{Month: m, Number: o.Number, Ceiling: o.Ceiling, Owed: o.Cents, Alone: o.Cents, Stands: true})
			}
		}
		for _, c := range shareOut(claims) {
			in.owed[person][c.Month] = owedBefore{Cents: c.Gets, Number: c.Number, Ceiling: c.Ceiling}
			if c.Gets < c.Alone {
				in.spoken[c.Month] = c.Ceiling - c.Gets
			}
		}
	}
}

// alone adds, to the months whose register is locked, those that a grant pays without any hours: once the register should have been certified, and
// nobody has entered any. Those that have their statement come with the hours that it is by, also where others wait to be certified: what is not given
// any more does not wait for them.
func (in given) alone(ctx context.Context, tx *postgres.Tx, registers map[Month][]Hours, before map[Month]statementRow) (all map[Month][]Hours, wait map[Month]bool, err error) {
	all, wait = map[Month][]Hours{}, map[Month]bool{}
	maps.Copy(all, registers)
	for m, g := range in.granted {
		last := in.versions[m][len(in.versions[m])-1]
		old, stated := before[m]
		switch _, locked := registers[m]; {
		case locked:
		case stated && g.Alone:
			all[m] = nil
		case stated && old.HousingCents > 0 && (len(old.Inputs.Register) == 0 || slices.EqualFunc(old.Inputs.Versions, in.versions[m], sameVersion)):
			all[m], wait[m] = slices.Clone(old.Inputs.Register), true
		case stated || !g.Alone || last.Rule.Housing.MinimumMinutes > 0:
		default:
			policy, err := programme.PolicyOf(ctx, tx, last.ID)
			if err != nil {
				return nil, nil, err
			}
			if tx.Today().After(m.Month.Last().AddDays(policy.PaymentCalendar().Certify)) {
				all[m] = nil
			}
		}
	}
	return all, wait, nil
}

func sameVersion(a, b Version) bool { return a.ID == b.ID }

// monthsOfGrants are all months of grants that have begun, of the people who are named, or whose grants are.
func monthsOfGrants(ctx context.Context, tx *postgres.Tx, programmes, named []uuid.UUID) (months []Month, err error) {
	var rows []struct {
		ParticipationID uuid.UUID
		Month           calendar.Month
	}
	if err := tx.Ask(ctx, &rows, "select * from housing_months($1, $2, $3::text::date)", programmes, named, tx.Today().String()); err != nil {
		return nil, fmt.Errorf("months of grants: %w", err)
	}
	for _, r := range rows {
		months = append(months, Month{r.ParticipationID, r.Month})
	}
	return months, nil
}

// PayGrants is the daily round over months that are over, have no statement and lack no receipt: a grant pays also where nobody has entered any hours, if the policy
// asks for none.
func PayGrants(ctx context.Context, tx *postgres.Tx, programmes []uuid.UUID) error {
	months, err := monthsOfGrants(ctx, tx, programmes, []uuid.UUID{})
	if err != nil {
		return err
	}
	_, err = apart(ctx, tx, orders(months), nil)
	return err
}

// granted is a grant as far as it may still cost something.
type granted struct {
	ID              uuid.UUID
	ParticipationID uuid.UUID
	ProgrammeID     uuid.UUID
	OrganisationID  uuid.UUID
	FromMonth       calendar.Month
	ToMonth         calendar.Month
	Monthly         money.Cents
	Spent           money.Cents            // what statements owe of all grants of the person, and what was recognised before
	Before          map[string]money.Cents `bun:"type:jsonb"` // recognised before, by month
	Stated          []calendar.Month       `bun:"type:jsonb"` // months of the participation that have their statement
	Receipted       []calendar.Month       `bun:"type:jsonb"` // months of the grant of which there is a receipt
	Elsewhere       []calendar.Month       `bun:"type:jsonb"` // months of the grant that another record of the person is given
}

// commitGrants has the grants of participations commit what they may still cost: a guarded act not more than the lines have left.
func commitGrants(ctx context.Context, tx *postgres.Tx, participations []uuid.UUID, guarded bool) error {
	var rows []granted
	if err := tx.Ask(ctx, &rows, "select * from granted_housing($1)", participations); err != nil {
		return fmt.Errorf("what is granted: %w", err)
	}
	e, subjects, wanted, left := estimating(tx), map[uuid.UUID][]uuid.UUID{}, map[uuid.UUID][]programme.Commitment{}, map[uuid.UUID]money.Cents{}
	for _, g := range rows {
		if _, known := left[g.ParticipationID]; !known {
			left[g.ParticipationID] = g.Spent
		}
		costs, err := e.grantCosts(ctx, g, left[g.ParticipationID])
		if err != nil {
			return err
		}
		for _, c := range costs {
			left[g.ParticipationID] += c.Cents
		}
		of := g.ProgrammeID
		subjects[of], wanted[of] = append(subjects[of], g.ID), append(wanted[of], costs...)
	}
	return recommit(ctx, tx, grantSubject, subjects, wanted, guarded)
}

// grantCosts is what a grant may still cost, by month and line, where so much of the ceiling is spoken for.
func (e *estimate) grantCosts(ctx context.Context, g granted, taken money.Cents) (all []programme.Commitment, err error) {
	for month := g.FromMonth; !month.After(g.ToMonth); month = month.Next() {
		versions, err := e.versionsIn(ctx, g.ProgrammeID, month)
		if err != nil {
			return nil, err
		}
		last := versions[len(versions)-1]
		cents := min(min(g.Monthly, last.Rule.Housing.Monthly)-g.Before[month.String()], last.Rule.Housing.Ceiling-taken)
		if cents <= 0 || slices.Contains(g.Elsewhere, month) || g.settled(month, last.Rule.Housing.Receipt) {
			continue
		}
		routes, err := e.routesOf(ctx, g.ProgrammeID, last.ID)
		if err != nil {
			return nil, err
		}
		route, err := routes.RouteOf(g.OrganisationID, programme.HousingKind)
		if err != nil {
			return nil, err
		}
		taken += cents
		all = append(all, programme.Commitment{Subject: g.ID, Line: route.Line, Month: month, Cents: cents})
	}
	return all, nil
}

// settled says whether nothing more is expected of a month: it has its statement, and lacks no receipt.
func (g granted) settled(month calendar.Month, receipt bool) bool {
	return slices.Contains(g.Stated, month) && (!receipt || slices.Contains(g.Receipted, month))
}
