package demo

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// Here is who something happens to that only what was done before can tell: the first who fits, as the actor sees them, so that it is the same person
// however often the demonstration is made. Where nobody fits it is the zero value.

// toSign is a month of an internship that may be signed.
type toSign struct {
	ID            uuid.UUID
	Participation uuid.UUID
	Enrolment     uuid.UUID
	State         attendance.MonthState
	Content       []byte // hash
}

// monthToSign gives a month of the register between two days that nobody was asked to sign yet, but for those at some companies: one that waits for its
// host if there is one, the latest first.
func monthToSign(ctx context.Context, tx *postgres.Tx, from, to calendar.Day, but []uuid.UUID) (toSign, error) {
	return first[toSign](ctx, tx, `select m.id, m.participation_id as participation, m.enrolment_id as enrolment, m.state, m.content_hash as content from register_month m
		where m.company_id is not null and m.company_id <> all ($1) and m.month between $2 and $3 and m.state <> 'OPEN' and not exists (select from month_signature s where s.register_month_id = m.id)
		order by m.state <> 'SUBMITTED', m.month desc, m.participation_id limit 1`, append([]uuid.UUID{uuid.Nil}, but...), from.String(), to.String())
}

// paidMonth is somebody's month that was paid, and its one register.
type paidMonth struct {
	Participation uuid.UUID
	Register      uuid.UUID
}

// paidMonthOf gives a month that a body has paid, below the cap, to somebody who goes on: what comes of it can be taken off. Those are left out to whom
// something else happens.
func paidMonthOf(ctx context.Context, tx *postgres.Tx, payer uuid.UUID, month calendar.Month, but []uuid.UUID) (paidMonth, error) {
	return first[paidMonth](ctx, tx, `select m.participation_id as participation, m.id as register from payment_line l
		join allowance_statement s on s.id = l.statement_id and s.accrued_cents = s.total_cents
		join register_month m on m.participation_id = l.participation_id and m.month = l.month and m.state = 'LOCKED'
		where l.payer_id = $1 and l.month = $2 and l.state = 'PAID' and l.kind = 'STATEMENT' and l.net_cents >= 25000 and l.participation_id <> all ($3)
			and not exists (select from register_month o where o.participation_id = m.participation_id and o.month = m.month and o.id <> m.id)
			and exists (select from register_month o where o.participation_id = m.participation_id and o.month > m.month)
		order by 1 limit 1`, payer, month.First().String(), but)
}

// presence is what counts of a day.
type presence struct {
	Day     calendar.Day
	Minutes int
}

// presencesOf gives the first days of presence of a month of the register.
func presencesOf(ctx context.Context, tx *postgres.Tx, register uuid.UUID, n int) (days []presence, err error) {
	if err = tx.Ask(ctx, &days, `select a.day, sum(a.minutes)::int as minutes from attendance a join register_month m on m.enrolment_id = a.enrolment_id and a.day >= m.month and a.day < m.month + interval '1 month'
		where m.id = $1 and a.standing = 'COUNTED' and a.kind = 'PRESENCE' group by 1 order by 1 limit $2`, register, n); err != nil {
		return nil, fmt.Errorf("days of presence: %w", err)
	}
	return days, nil
}

// recoveryRow is what was paid too much of a month, and is not back yet.
type recoveryRow struct {
	ID        uuid.UUID
	LeftCents money.Cents
}

func recoveryOf(ctx context.Context, tx *postgres.Tx, participation uuid.UUID, month calendar.Month) (recoveryRow, error) {
	return first[recoveryRow](ctx, tx, "select id, left_cents from recovery where participation_id = $1 and month = $2 and left_cents > 0 order by payer_id limit 1", participation, month.First().String())
}

// statementOf gives somebody who has a statement of a month.
func statementOf(ctx context.Context, tx *postgres.Tx, month calendar.Month, but []uuid.UUID) (uuid.UUID, error) {
	return first[uuid.UUID](ctx, tx, "select participation_id from allowance_statement where month = $1 and participation_id <> all ($2) order by 1 limit 1", month.First().String(), but)
}

// rejectedOf gives the last whom the bank could not pay.
func rejectedOf(ctx context.Context, tx *postgres.Tx) (uuid.UUID, error) {
	return first[uuid.UUID](ctx, tx, "select participation_id from payment_line where state = 'REJECTED' order by month desc, participation_id limit 1")
}

func first[T any](ctx context.Context, tx *postgres.Tx, query string, args ...any) (one T, err error) {
	var rows []T
	if err = tx.Ask(ctx, &rows, query, args...); err != nil {
		return one, fmt.Errorf("who fits: %w", err)
	}
	if len(rows) > 0 {
		one = rows[0]
	}
	return one, nil
}
