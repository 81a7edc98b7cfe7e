package allowance

import (
	"cmp"
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

// calendarRule says when the register of a month should be certified.
const calendarRule = "payment.calendar"

// grantedMonth is what is given of a month, as the grant stands.
type grantedMonth struct {
	ParticipationID uuid.UUID
	Month           calendar.Month
	GrantID         uuid.UUID
	Revision        int
	Monthly         money.Cents
	Receipt         *money.Cents
	Over            bool
	Alone           bool // the month has no hours that are certified, or wait to be
}

// owedBefore is what the statement in force of a month owes of a grant.
type owedBefore struct {
	ParticipationID uuid.UUID // whose ceiling it is on
	Of              uuid.UUID // whose month it is: the same, or that of another record of the person
	Month           calendar.Month
	Cents           money.Cents
}

// beside is what of months does not come from the register.
type beside struct {
	recognised map[Month]money.Cents // before the programme was kept here
	granted    map[Month]grantedMonth
	owed       map[uuid.UUID]map[Month]money.Cents // of grants, by whose ceiling it is on; it follows what is issued
}

func lookBeside(ctx context.Context, tx *postgres.Tx, months []Month) (b beside, err error) {
	if b.recognised, err = recognisedBefore(ctx, tx, months); err != nil {
		return b, err
	}
	ids, firsts := pairs(months)
	var rows []grantedMonth
	if err := tx.Ask(ctx, &rows, "select * from housing_of($1, $2)", ids, firsts); err != nil {
		return b, fmt.Errorf("what is granted: %w", err)
	}
	b.granted, b.owed = make(map[Month]grantedMonth, len(rows)), map[uuid.UUID]map[Month]money.Cents{}
	for _, r := range rows {
		b.granted[Month{r.ParticipationID, r.Month}], b.owed[r.ParticipationID] = r, map[Month]money.Cents{}
	}
	if len(rows) == 0 {
		return b, nil
	}
	var owed []owedBefore
	if err := tx.Ask(ctx, &owed, "select * from housing_recognised($1)", slices.Collect(maps.Keys(b.owed))); err != nil {
		return b, fmt.Errorf("what was granted before: %w", err)
	}
	for _, o := range owed {
		b.owed[o.ParticipationID][Month{o.Of, o.Month}] = o.Cents
	}
	return b, nil
}

// inputs puts what is beside the hours of a month to them.
func (in given) inputs(m Month, register []Hours) Inputs {
	all := Inputs{Month: m.Month, Versions: in.versions[m], Register: register, Before: in.recognised[m]}
	if g, ok := in.granted[m]; ok {
		all.Housing = &Housing{Grant: g.GrantID, Revision: g.Revision, Monthly: g.Monthly, Over: g.Over}
		if g.Receipt != nil {
			all.Housing.Receipt = *g.Receipt
		}
		for other, cents := range in.owed[m.Participation] {
			if other != m {
				all.Housing.Others += cents
			}
		}
	}
	return all
}

// inTurn puts the months of which there is a register, or that pay without one, into the order in which they share the ceiling of a grant: first those
// that give something back, then the earlier ones.
func (in given) inTurn(registers map[Month][]Hours) []Month {
	months := slices.DeleteFunc(slices.Clone(in.months), func(m Month) bool { _, ok := registers[m]; return !ok })
	if len(in.granted) == 0 {
		return months
	}
	keeps := func(m Month) int {
		owed := in.owed[m.Participation][m]
		if owed == 0 {
			return 1
		}
		inputs := in.inputs(m, registers[m])
		if inputs.Housing != nil {
			inputs.Housing.Others = 0
		}
		if Accrue(inputs).Housing < owed {
			return 0
		}
		return 1
	}
	return slices.SortedStableFunc(slices.Values(months), func(a, b Month) int { return cmp.Or(keeps(a)-keeps(b), a.Month.Compare(b.Month)) })
}

// owe follows what a statement that is issued owes of a grant: the months after it have so much less left.
func (b beside) owe(m Month, cents money.Cents) {
	if b.owed[m.Participation] != nil {
		b.owed[m.Participation][m] = cents
	}
}

// alone adds, to the months whose register is locked, those that a grant pays without any hours: once the register should have been certified, and
// nobody has entered any.
func (in given) alone(ctx context.Context, tx *postgres.Tx, registers map[Month][]Hours) (map[Month][]Hours, error) {
	for m, g := range in.granted {
		last := in.versions[m][len(in.versions[m])-1]
		if _, locked := registers[m]; locked || !g.Alone || last.Rule.Housing.MinimumMinutes > 0 {
			continue
		}
		policy, err := programme.PolicyOf(ctx, tx, last.ID)
		if err != nil {
			return nil, err
		}
		var steps programme.PaymentCalendar
		if err := policy.Decode(calendarRule, &steps); err != nil {
			return nil, err
		}
		if tx.Today().After(m.Month.Last().AddDays(steps.Certify)) {
			if registers == nil {
				registers = map[Month][]Hours{}
			}
			registers[m] = nil
		}
	}
	return registers, nil
}

// monthsOfGrants are all months that have begun of the people whose grants are named.
func monthsOfGrants(ctx context.Context, tx *postgres.Tx, programmes, grants []uuid.UUID) (months []Month, err error) {
	var rows []struct {
		ParticipationID uuid.UUID
		Month           calendar.Month
	}
	if err := tx.Ask(ctx, &rows, "select * from housing_months($1, $2, $3::text::date)", programmes, grants, tx.Today().String()); err != nil {
		return nil, fmt.Errorf("months of grants: %w", err)
	}
	for _, r := range rows {
		months = append(months, Month{r.ParticipationID, r.Month})
	}
	return months, nil
}

// PayGrants is the daily round over months that are over and have no statement: a grant pays also where nobody has entered any hours, if the policy
// asks for none.
func PayGrants(ctx context.Context, tx *postgres.Tx, programmes []uuid.UUID) error {
	months, err := monthsOfGrants(ctx, tx, programmes, []uuid.UUID{})
	if err != nil {
		return err
	}
	_, err = ComputeMany(ctx, tx, months)
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
	Spent           money.Cents      // what statements owe of all grants of the person
	Stated          []calendar.Month `bun:"type:jsonb"` // months of the participation that have their statement
	Receipted       []calendar.Month `bun:"type:jsonb"` // months of the grant of which there is a receipt
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
		cents := min(g.Monthly, last.Rule.Housing.Monthly, max(last.Rule.Housing.Ceiling-taken, 0))
		if cents == 0 || g.settled(month, last.Rule.Housing.Receipt) {
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
