package allowance

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// participation is whose month it is, as far as a statement needs it.
type participation struct {
	ID          uuid.UUID
	ProgrammeID uuid.UUID
	Audience    []uuid.UUID `bun:",array"`
	Protected   bool
	Money       []uuid.UUID `bun:",array"` // the audience of its statements
}

// related is what a feed of its statements may be narrowed to: nothing where those who see the money do not see whose it is.
func (p participation) related() []uuid.UUID {
	if p.Protected {
		return nil
	}
	return []uuid.UUID{p.ID}
}

type statementRow struct {
	bun.BaseModel `bun:"table:allowance,alias:w"`

	ID              uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	Month           calendar.Month
	PolicyVersionID uuid.UUID
	Minutes         int
	AccruedCents    money.Cents
	CapCents        money.Cents
	TotalCents      money.Cents
	ComputedAt      time.Time
	Audience        []uuid.UUID `bun:",array"`
	Revision        int
}

type lineRow struct {
	bun.BaseModel `bun:"table:allowance_line,alias:n"`

	ID              uuid.UUID
	AllowanceID     uuid.UUID
	ParticipationID uuid.UUID
	EnrolmentID     *uuid.UUID
	Position        int
	Kind            LineKind
	Minutes         *int
	AmountCents     money.Cents
	Rule            string
	Text            text.Text   `bun:"type:jsonb"`
	Audience        []uuid.UUID `bun:",array"`
}

// hoursRow is one enrolment that touches a month, with what the register says of it there.
type hoursRow struct {
	ParticipationID uuid.UUID
	Month           calendar.Month
	EnrolmentID     uuid.UUID
	Kind            string
	Going           bool // the enrolment's planned hours count
	FromDay         calendar.Day
	ToDay           calendar.Day
	PlannedMinutes  int
	Counted         int
	Contested       int
}

// participations loads, under the actor's rights, those of the ids that he sees, and holds them against another working out: the
// statement that is written last must have read the register last.
func participations(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) (map[uuid.UUID]participation, error) {
	var rows []participation
	err := tx.NewRaw("select id, programme_id, audience, protected, money_keys(id) as money from participation where id in (?) order by id for no key update", bun.In(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("participations: %w", err)
	}
	byID := make(map[uuid.UUID]participation, len(rows))
	for _, r := range rows {
		byID[r.ID] = r
	}
	return byID, nil
}

// register reads the hours of all the months at once, in a fixed order.
func register(ctx context.Context, tx *postgres.Tx, months []Month) (map[Month][]Hours, error) {
	ids, firsts := pairs(months)
	var rows []hoursRow
	err := tx.NewRaw(`select m.participation_id, m.month, e.id as enrolment_id, c.kind, e.state in ('ENROLLED', 'COMPLETED') as going, e.from_day, e.to_day, e.planned_minutes,
			coalesce(sum(a.minutes) filter (where a.standing = 'COUNTED'), 0)::int as counted, coalesce(sum(a.minutes) filter (where a.standing = 'CONTESTED'), 0)::int as contested
		from unnest(?::uuid[], ?::date[]) m(participation_id, month)
		join enrolment e on e.participation_id = m.participation_id
		join activity c on c.id = e.activity_id
		left join attendance a on a.enrolment_id = e.id and a.kind = 'PRESENCE' and a.standing in ('COUNTED', 'CONTESTED')
			and a.day >= m.month and a.day < m.month + interval '1 month'
		group by m.participation_id, m.month, e.id, c.kind
		having count(a.id) > 0 or daterange(e.from_day, e.to_day, '[]') && daterange(m.month, (m.month + interval '1 month')::date)
		order by e.from_day, e.id`, pgdialect.Array(ids), pgdialect.Array(firsts)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("hours: %w", err)
	}
	byMonth := make(map[Month][]Hours, len(months))
	for _, r := range rows {
		h := Hours{Enrolment: r.EnrolmentID, Kind: r.Kind, Minutes: r.Counted, Contested: r.Contested}
		if r.Going {
			h.Planned = PlannedIn(r.PlannedMinutes, r.FromDay, r.ToDay, r.Month)
		}
		key := Month{Participation: r.ParticipationID, Month: r.Month}
		byMonth[key] = append(byMonth[key], h)
	}
	return byMonth, nil
}

// standing reads the statements that exist for the months, with their lines in order.
func standing(ctx context.Context, tx *postgres.Tx, months []Month) (map[Month]statementRow, map[uuid.UUID][]lineRow, error) {
	ids, firsts := pairs(months)
	var rows []statementRow
	err := tx.NewSelect().Model(&rows).
		Where("(w.participation_id, w.month) in (select * from unnest(?::uuid[], ?::date[]))", pgdialect.Array(ids), pgdialect.Array(firsts)).Scan(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("statements: %w", err)
	}
	byMonth, lines := make(map[Month]statementRow, len(rows)), map[uuid.UUID][]lineRow{}
	known := make([]uuid.UUID, 0, len(rows))
	for _, r := range rows {
		byMonth[Month{Participation: r.ParticipationID, Month: r.Month}] = r
		known = append(known, r.ID)
	}
	var all []lineRow
	if err := tx.NewSelect().Model(&all).Where("n.allowance_id = any (?::uuid[])", pgdialect.Array(known)).Order("position").Scan(ctx); err != nil {
		return nil, nil, fmt.Errorf("statements: %w", err)
	}
	for _, l := range all {
		lines[l.AllowanceID] = append(lines[l.AllowanceID], l)
	}
	return byMonth, lines, nil
}

// write puts statements and their lines in the place of those that stood there.
func write(ctx context.Context, tx *postgres.Tx, rows []statementRow, lines []lineRow) error {
	if len(rows) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	_, err := tx.NewInsert().Model(&rows).On("conflict (id) do update").
		Set("policy_version_id = excluded.policy_version_id, minutes = excluded.minutes, accrued_cents = excluded.accrued_cents").
		Set("cap_cents = excluded.cap_cents, total_cents = excluded.total_cents, computed_at = excluded.computed_at").
		Set("audience = excluded.audience, revision = excluded.revision").Exec(ctx)
	if err != nil {
		return fmt.Errorf("write statements: %w", err)
	}
	if _, err := tx.NewDelete().Model((*lineRow)(nil)).Where("allowance_id in (?)", bun.In(ids)).Exec(ctx); err != nil {
		return fmt.Errorf("write statements: %w", err)
	}
	for some := range slices.Chunk(lines, 1000) {
		if _, err := tx.NewInsert().Model(&some).Exec(ctx); err != nil {
			return fmt.Errorf("write statements: %w", err)
		}
	}
	return nil
}

// touched gives the months of the entries, and of the versions before and after them.
func touched(ctx context.Context, tx *postgres.Tx, entries []uuid.UUID) ([]Month, error) {
	var rows []struct {
		ParticipationID uuid.UUID
		Month           calendar.Month
	}
	err := tx.NewRaw(`with told as (select id, replaces_id from attendance where id in (?))
		select distinct a.participation_id, date_trunc('month', a.day)::date as month from attendance a
		where a.id in (select id from told union select replaces_id from told) or a.replaces_id in (select id from told)
		order by 1, 2`, bun.In(entries)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("months touched: %w", err)
	}
	months := make([]Month, len(rows))
	for i, r := range rows {
		months[i] = Month{Participation: r.ParticipationID, Month: r.Month}
	}
	return months, nil
}

func pairs(months []Month) (ids []uuid.UUID, firsts []string) {
	for _, m := range months {
		ids, firsts = append(ids, m.Participation), append(firsts, m.Month.First().String())
	}
	return ids, firsts
}
