package payment_test

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/allowance/housing"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// Of a year's grants: so much a month at most, and in all, which four months use up.
const (
	housedMonthly = 20_000
	housedInAll   = 70_000
	housedRule    = `{"monthly": 20000, "months": 6, "ceiling": 70000, "conditions": ["CARE_LEAVER"], "proofs": [], "receipt": true, "minimumMinutes": 0}`
)

// housed is a grant of the year, and what its months have cost by the last receipt of each.
type housed struct {
	id, person      uuid.UUID
	from, withdrawn calendar.Month // the latter zero while it is not
	months          int
	spent           map[calendar.Month]int
}

var housingRoom = housing.Room{OnState: []func(context.Context, *postgres.Tx, event.Transition) error{allowance.FollowCommitments}}

// contribute gives two of the people something towards living on their own, from a month on.
func (y *year) contribute() {
	y.t.Helper()
	y.exec("update policy_rule set value = $1::jsonb where code = 'allowance.housing'", housedRule)
	y.exec("update participation set entered_on = '2026-09-01'")
	second := y.member(access.Coordinator, y.asl)
	for n, p := range y.people[:2] {
		g := &housed{id: uuid.New(), person: p, from: calendar.MustMonth("2026-11").Add(3 * n), months: 6, spent: map[calendar.Month]int{}}
		y.must(y.promoter, func(ctx context.Context, tx *postgres.Tx) error {
			return housingRoom.RequestGrant(ctx, tx, housing.Request{ID: g.id, Participation: p, Condition: "CARE_LEAVER", From: g.from, Months: g.months})
		})
		y.must(second, func(ctx context.Context, tx *postgres.Tx) error {
			return housingRoom.AnswerGrant(ctx, tx, housing.Answer{Grant: g.id, Accept: true})
		})
		y.housed = append(y.housed, g)
	}
}

// dwell brings a receipt of a month that has begun, or another one of it, and seldom takes a grant back from a month on.
func (y *year) dwell() {
	g := y.housed[y.chance.IntN(len(y.housed))]
	month := g.from.Add(y.chance.IntN(g.months))
	if y.chance.IntN(25) == 0 {
		y.try(y.promoter, func(ctx context.Context, tx *postgres.Tx) error {
			from := g.from.Add(3 + y.chance.IntN(g.months-3)) // the first months stay, so that there is something to pay
			return housingRoom.WithdrawGrant(ctx, tx, housing.Withdrawal{Grant: g.id, From: from, Reason: "Prova"})
		})
		return
	}
	in := housing.Receipt{ID: uuid.New(), Grant: g.id, Month: month, Cents: money.Cents(50 * y.chance.IntN(600))}
	if in.Cents > 0 {
		file := y.rent(g.person, y.promoter)
		in.File = &file
	}
	y.try(y.promoter, func(ctx context.Context, tx *postgres.Tx) error { return housingRoom.RecordReceipt(ctx, tx, in) })
}

// learn reads what became of the year's grants: what was done before a connection died counts.
func (y *year) learn() {
	each(y.house, "select g.id, g.withdrawn_from, r.month, r.cents from housing_grant g left join housing_receipt r on r.grant_id = g.id order by r.number", func(scan func(...any)) {
		var id uuid.UUID
		var withdrawn, month *calendar.Day
		var cents *int
		scan(&id, &withdrawn, &month, &cents)
		g := y.housed[slices.IndexFunc(y.housed, func(g *housed) bool { return g.id == id })]
		if withdrawn != nil {
			g.withdrawn = withdrawn.Month()
		}
		if month != nil {
			g.spent[month.Month()] = *cents
		}
	})
}

// wants is what the grant pays of its month, the ceiling aside.
func (g *housed) wants(month calendar.Month) int {
	if month.Before(g.from) || !month.Before(g.from.Add(g.months)) || !g.withdrawn.IsZero() && !month.Before(g.withdrawn) {
		return 0
	}
	return min(g.spent[month], housedMonthly)
}

// contributed are the sums of grants by month as statements owe them. Each is what its month wants, but for what the ceiling takes: all of somebody's
// together are what all months want, or the ceiling.
func (y *year) contributed() map[monthOf]int {
	y.learn()
	owed := map[monthOf]int{}
	each(y.house, `select participation_id, month, housing_cents from allowance_statement s where housing_cents > 0
		and not exists (select from allowance_statement n where n.allowance_id = s.allowance_id and n.number > s.number)`, func(scan func(...any)) {
		var person uuid.UUID
		var first calendar.Day
		var cents int
		scan(&person, &first, &cents)
		owed[monthOf{person, first.Month()}] = cents
	})
	for _, g := range y.housed {
		sum, wanted := 0, 0
		for month := g.from; month.Before(g.from.Add(g.months)); month = month.Next() {
			got, want := owed[monthOf{g.person, month}], g.wants(month)
			if sum, wanted = sum+got, wanted+want; got > want {
				y.t.Errorf("%s %s: %d of a grant, the receipt allows %d", g.person, month, got, want)
			}
		}
		if sum != min(wanted, housedInAll) {
			y.t.Errorf("%s: %d of a grant, the receipts come to %d, and all months to %d at most", g.person, sum, wanted, housedInAll)
		}
	}
	for m := range owed {
		if !slices.ContainsFunc(y.housed, func(g *housed) bool { return g.person == m.person }) {
			y.t.Errorf("%s %s: nothing was granted", m.person, m.month)
		}
	}
	return owed
}
