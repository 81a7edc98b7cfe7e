package allowance

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// participation is whose month it is, as far as a statement needs it.
type participation struct {
	ID             uuid.UUID
	ProgrammeID    uuid.UUID
	OrganisationID uuid.UUID   // the partner that follows the person
	Audience       []uuid.UUID `bun:",array"`
	Protected      bool
	Money          []uuid.UUID `bun:",array"` // the audience of what it is paid
}

// related is what a feed of its statements may be narrowed to: nothing where those who see the money do not see whose it is.
func (p participation) related() []uuid.UUID {
	if p.Protected {
		return nil
	}
	return []uuid.UUID{p.ID}
}

// monthRow is a month's allowance as the register stands.
type monthRow struct {
	bun.BaseModel `bun:"table:allowance,alias:w"`

	ID              uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	Month           calendar.Month
	PolicyVersionID uuid.UUID
	Minutes         int
	AccruedCents    money.Cents
	CapCents        money.Cents
	HousingCents    money.Cents
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

// enrolledRow is one enrolment that touches a month.
type enrolledRow struct {
	ParticipationID uuid.UUID
	Month           calendar.Month
	EnrolmentID     uuid.UUID
	Kind            string
	Going           bool // the enrolment's planned hours count: those of an internship that has begun do on its days, also where it stands still or was broken off
	FromDay         calendar.Day
	ToDay           calendar.Day
	PlannedMinutes  int
}

// enrolledColumns are those of an enrolledRow, from m, a month, and the enrolment e of its participation with activity c and internship l.
const enrolledColumns = "m.participation_id, m.month, e.id as enrolment_id, c.kind, e.state in ('ENROLLED', 'COMPLETED') or l.started_on is not null as going, e.from_day, e.to_day, e.planned_minutes"

func (r enrolledRow) hours() Hours {
	h := Hours{Enrolment: r.EnrolmentID, Kind: r.Kind}
	if r.Going {
		h.Planned = PlannedIn(r.PlannedMinutes, r.FromDay, r.ToDay, r.Month)
	}
	return h
}

// hoursRow is an enrolment with what the register says of its hours on the days of one version of the policy.
type hoursRow struct {
	enrolledRow
	Version       *int // from 1; nil without any hours
	AbsenceReason *string
	Counted       int
	Contested     int
}

// participations loads, under the actor's rights, those of the ids that he sees, and holds them against another working out: the
// statement that is written last must have read the register last.
func participations(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) (map[uuid.UUID]participation, error) {
	return known(ctx, tx, ids, " for no key update")
}

// known is participations with a lock on them, or with none for who only looks.
func known(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID, lock string) (map[uuid.UUID]participation, error) {
	var rows []participation
	err := tx.NewRaw("select id, programme_id, organisation_id, audience, protected, money_keys(id) as money from participation where id in (?) order by id"+lock, bun.In(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("participations: %w", err)
	}
	byID := make(map[uuid.UUID]participation, len(rows))
	for _, r := range rows {
		byID[r.ID] = r
	}
	return byID, nil
}

// agreements reads the internships of participations that were agreed, whoever acts, and holds the participations.
func agreements(ctx context.Context, tx *postgres.Tx, participations []uuid.UUID) (all []agreement, err error) {
	if err := tx.Ask(ctx, &all, "select * from agreed_placements($1)", participations); err != nil {
		return nil, fmt.Errorf("agreed internships: %w", err)
	}
	return all, nil
}

// toCost reads internships, whoever acts, and holds nothing.
func toCost(ctx context.Context, tx *postgres.Tx, placements []uuid.UUID) (all []agreement, err error) {
	if err := tx.Ask(ctx, &all, "select * from placement_costs($1)", placements); err != nil {
		return nil, fmt.Errorf("internships: %w", err)
	}
	return all, nil
}

// register reads the hours of all the months at once as they stand, in a fixed order.
func register(ctx context.Context, tx *postgres.Tx, months []Month, versions versionsBy) (map[Month][]Hours, error) {
	ids, firsts, starts := versions.pairs(months)
	var rows []hoursRow
	err := tx.NewRaw(`select `+enrolledColumns+`,
			width_bucket(a.day, m.starts::date[]) as version, a.absence_reason,
			coalesce(sum(a.minutes) filter (where a.standing = 'COUNTED'), 0)::int as counted, coalesce(sum(a.minutes) filter (where a.standing = 'CONTESTED'), 0)::int as contested
		from unnest(?::uuid[], ?::date[], ?::text[]) m(participation_id, month, starts)
		join enrolment e on e.participation_id = m.participation_id
		join activity c on c.id = e.activity_id
		left join placement l on l.enrolment_id = e.id
		left join attendance a on a.enrolment_id = e.id and a.day >= m.month and a.day < m.month + interval '1 month'
			and (a.kind = 'PRESENCE' and a.standing in ('COUNTED', 'CONTESTED') or a.kind = 'ABSENCE' and a.standing = 'COUNTED' and a.absence_reason = any (?::text[]))
		group by m.participation_id, m.month, e.id, c.kind, l.started_on, version, a.absence_reason
		having count(a.id) > 0 or daterange(e.from_day, e.to_day, '[]') && daterange(m.month, (m.month + interval '1 month')::date)
		order by e.from_day, e.id, version, a.absence_reason`, pgdialect.Array(ids), pgdialect.Array(firsts), pgdialect.Array(starts), pgdialect.Array(versions.absences())).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("hours: %w", err)
	}
	byMonth := make(map[Month][]Hours, len(months))
	for _, r := range rows {
		key := Month{Participation: r.ParticipationID, Month: r.Month}
		all := byMonth[key]
		if len(all) == 0 || all[len(all)-1].Enrolment != r.EnrolmentID {
			all = append(all, r.hours())
		}
		h := &all[len(all)-1]
		h.Contested += r.Contested
		h.add(versions[key], r.Version, r.AbsenceReason, r.Counted)
		byMonth[key] = all
	}
	return byMonth, nil
}

// add puts minutes of the days of a version to its others: those of an absence for a reason where that version pays it. Days before the first
// version follow that one.
func (h *Hours) add(versions []Version, version *int, reason *string, minutes int) {
	if version == nil || minutes == 0 {
		return
	}
	at := max(0, *version-1)
	if reason != nil && !slices.Contains(versions[at].Rule.PaidAbsences, *reason) {
		return
	}
	i := slices.IndexFunc(h.Portions, func(p Portion) bool { return p.Version == at })
	if i < 0 {
		i, h.Portions = len(h.Portions), append(h.Portions, Portion{Version: at})
	}
	if reason != nil {
		h.Portions[i].Absence += minutes
	} else {
		h.Portions[i].Minutes += minutes
	}
}

// standing reads the statements that exist for the months, with their lines in order.
func standing(ctx context.Context, tx *postgres.Tx, months []Month) (map[Month]monthRow, map[uuid.UUID][]lineRow, error) {
	ids, firsts := pairs(months)
	var rows []monthRow
	err := tx.NewSelect().Model(&rows).
		Where("(w.participation_id, w.month) in (select * from unnest(?::uuid[], ?::date[]))", pgdialect.Array(ids), pgdialect.Array(firsts)).Scan(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("statements: %w", err)
	}
	byMonth, lines := make(map[Month]monthRow, len(rows)), map[uuid.UUID][]lineRow{}
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
func write(ctx context.Context, tx *postgres.Tx, rows []monthRow, lines []lineRow) error {
	if len(rows) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	_, err := tx.NewInsert().Model(&rows).On("conflict (id) do update").
		Set("policy_version_id = excluded.policy_version_id, minutes = excluded.minutes, accrued_cents = excluded.accrued_cents").
		Set("cap_cents = excluded.cap_cents, housing_cents = excluded.housing_cents, total_cents = excluded.total_cents, computed_at = excluded.computed_at").
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

// recognisedBefore reads what of the months was recognised before the programme was kept here.
func recognisedBefore(ctx context.Context, tx *postgres.Tx, months []Month) (map[Month]money.Cents, error) {
	ids, firsts := pairs(months)
	var rows []struct {
		ParticipationID uuid.UUID
		Month           calendar.Month
		Cents           money.Cents
	}
	if err := tx.Ask(ctx, &rows, "select * from history_before($1, $2)", ids, firsts); err != nil {
		return nil, fmt.Errorf("recognised before: %w", err)
	}
	before := make(map[Month]money.Cents, len(rows))
	for _, r := range rows {
		before[Month{Participation: r.ParticipationID, Month: r.Month}] = r.Cents
	}
	return before, nil
}

// mergedMonth is the same month of another record of a human.
type mergedMonth struct {
	ParticipationID uuid.UUID
	Month           calendar.Month
	Of              uuid.UUID
	After           bool // it goes after under the one cap
	Begun           bool // it was worked out
	Cents           money.Cents
}

func mergedMonths(ctx context.Context, tx *postgres.Tx, months []Month) (rows []mergedMonth, err error) {
	ids, firsts := pairs(months)
	if err := tx.Ask(ctx, &rows, "select * from merged_months($1, $2)", ids, firsts); err != nil {
		return nil, fmt.Errorf("months of one human's records: %w", err)
	}
	return rows, nil
}

// spokenFor reads what of the months' caps other records of the human have, that go first.
func spokenFor(ctx context.Context, tx *postgres.Tx, months []Month) (map[Month]money.Cents, error) {
	rows, err := mergedMonths(ctx, tx, months)
	spoken := map[Month]money.Cents{}
	for _, r := range rows {
		spoken[Month{r.ParticipationID, r.Month}] += r.Cents
	}
	return spoken, err
}

// monthsAfter are the same months of other records of the human, that go after.
func monthsAfter(ctx context.Context, tx *postgres.Tx, months []Month) (after []Month, err error) {
	rows, err := mergedMonths(ctx, tx, months)
	for _, r := range rows {
		if m := (Month{r.Of, r.Month}); r.After && r.Begun && !slices.Contains(after, m) {
			after = append(after, m)
		}
	}
	return after, err
}

// recordsOf are, of participations of humans of whom records were merged, all records of the human in the programme, in the order in which they go under his
// one cap.
func recordsOf(ctx context.Context, tx *postgres.Tx, participations []uuid.UUID) (map[uuid.UUID][]uuid.UUID, error) {
	var rows []struct {
		ParticipationID uuid.UUID
		Record          uuid.UUID
	}
	if err := tx.Ask(ctx, &rows, "select * from merged_records($1)", participations); err != nil {
		return nil, fmt.Errorf("one human's records: %w", err)
	}
	records := map[uuid.UUID][]uuid.UUID{}
	for _, r := range rows {
		if of := records[r.ParticipationID]; !slices.Contains(of, r.Record) {
			records[r.ParticipationID] = append(of, r.Record)
		}
	}
	return records, nil
}

// monthsOf are all months of participations that were worked out.
func monthsOf(ctx context.Context, tx *postgres.Tx, participations []uuid.UUID) (months []Month, err error) {
	var rows []struct {
		ParticipationID uuid.UUID
		Month           calendar.Month
	}
	if err := tx.Ask(ctx, &rows, "select participation_id, month from allowance where participation_id = any ($1) order by 1, 2", participations); err != nil {
		return nil, fmt.Errorf("months worked out: %w", err)
	}
	for _, r := range rows {
		months = append(months, Month{r.ParticipationID, r.Month})
	}
	return months, nil
}

// begunBefore gives, of all records of whom imports say what was recognised before, the months of it that have been worked out here, and the records of those of
// whom it was towards living on their own: that bounds their other months, too.
func begunBefore(ctx context.Context, tx *postgres.Tx, imports []uuid.UUID) (months []Month, housed []uuid.UUID, err error) {
	var facts []struct {
		ParticipationID uuid.UUID
		Month           calendar.Month
		Housing         bool
	}
	err = tx.Ask(ctx, &facts, `select distinct f.participation_id, f.month, is_housing(f) as housing from history_fact f
		where f.import_id = any ($1) and f.kind = 'PAYMENT' and f.state in ('CONFIRMED', 'REVOKED') order by 1, 2, 3`, imports)
	if err != nil {
		return nil, nil, fmt.Errorf("recognised before: %w", err)
	}
	var of []uuid.UUID
	for _, f := range facts {
		of = append(of, f.ParticipationID)
	}
	records, err := recordsOf(ctx, tx, of)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range facts {
		for _, record := range append([]uuid.UUID{f.ParticipationID}, records[f.ParticipationID]...) {
			if months = append(months, Month{record, f.Month}); f.Housing && !slices.Contains(housed, record) {
				housed = append(housed, record)
			}
		}
	}
	begun, _, err := standing(ctx, tx, months)
	return slices.DeleteFunc(months, func(m Month) bool { return begun[m].ID == uuid.Nil }), housed, err
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

// monthsOfLastDays gives those months of internships, worked out already, in which they ended or were to end before they were extended: of so many fewer, or
// more, days of them hours are planned. What was broken off plans nothing in the months after, either.
func monthsOfLastDays(ctx context.Context, tx *postgres.Tx, placements []uuid.UUID) (months []Month, err error) {
	err = tx.Ask(ctx, &months, `select distinct w.participation_id as participation, w.month from placement p join allowance w on w.participation_id = p.participation_id
		where p.id = any ($1) and (w.month >= date_trunc('month', p.ended_on)
			or w.month in (select date_trunc('month', x.previous_to_day) from placement_extension x where x.placement_id = p.id)) order by 1, 2`, placements)
	if err != nil {
		return nil, fmt.Errorf("months of last days: %w", err)
	}
	return months, nil
}

func pairs(months []Month) (ids []uuid.UUID, firsts []string) {
	for _, m := range months {
		ids, firsts = append(ids, m.Participation), append(firsts, m.Month.First().String())
	}
	return ids, firsts
}

// pairs spells the months for SQL, with the first days of the versions of each as an array.
func (v versionsBy) pairs(months []Month) (ids []uuid.UUID, firsts, starts []string) {
	ids, firsts = pairs(months)
	for _, m := range months {
		days := make([]string, len(v[m]))
		for i, version := range v[m] {
			days[i] = version.From.String()
		}
		starts = append(starts, "{"+strings.Join(days, ",")+"}")
	}
	return ids, firsts, starts
}

// lockedRow is one enrolment of a month of which some register is locked.
type lockedRow struct {
	enrolledRow
	RegisterMonthID *uuid.UUID // nil where nobody has entered any hours
	State           *attendance.MonthState
	Minutes         *int
	PresenceDays    *int
	Hash            *string
	Waits           bool // hours that are not locked yet
}

// certified reads what the register has locked of the months. A month of which anything waits to be locked is not among them.
func certified(ctx context.Context, tx *postgres.Tx, months []Month, versions versionsBy) (map[Month][]Hours, error) {
	ids, firsts := pairs(months)
	var rows []lockedRow
	err := tx.NewRaw(`select `+enrolledColumns+`,
			r.id as register_month_id, r.state, r.minutes, r.presence_days, encode(r.content_hash, 'hex') as hash,
			coalesce(r.state <> 'LOCKED' and exists (select from attendance a where a.enrolment_id = e.id and a.standing in ('COUNTED', 'CONTESTED')
				and a.day >= m.month and a.day < m.month + interval '1 month'), false) as waits
		from unnest(?::uuid[], ?::date[]) m(participation_id, month)
		join enrolment e on e.participation_id = m.participation_id
		join activity c on c.id = e.activity_id
		left join placement l on l.enrolment_id = e.id
		left join register_month r on r.enrolment_id = e.id and r.month = m.month
		where exists (select from register_month l where l.participation_id = m.participation_id and l.month = m.month and l.state = 'LOCKED')
			and (r.id is not null or daterange(e.from_day, e.to_day, '[]') && daterange(m.month, (m.month + interval '1 month')::date))
		order by e.from_day, e.id`, pgdialect.Array(ids), pgdialect.Array(firsts)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("locked register: %w", err)
	}
	byMonth, waits := map[Month][]Hours{}, map[Month]bool{}
	for _, r := range rows {
		key := Month{Participation: r.ParticipationID, Month: r.Month}
		waits[key] = waits[key] || r.Waits
		h := r.hours()
		if r.State != nil && *r.State == attendance.MonthLocked {
			h.Certified = &Certified{RegisterMonth: *r.RegisterMonthID, Hash: *r.Hash, Minutes: *r.Minutes, PresenceDays: *r.PresenceDays}
		}
		byMonth[key] = append(byMonth[key], h)
	}
	for m := range waits {
		if waits[m] {
			delete(byMonth, m)
		}
	}
	if err := adjusted(ctx, tx, byMonth); err != nil || len(byMonth) == 0 {
		return nil, err
	}
	return byMonth, portioned(ctx, tx, byMonth, versions)
}

// adjusted adds what was put right in the locked months.
func adjusted(ctx context.Context, tx *postgres.Tx, byMonth map[Month][]Hours) error {
	of := map[uuid.UUID]*Certified{}
	for _, all := range byMonth {
		for _, h := range all {
			if h.Certified != nil {
				of[h.Certified.RegisterMonth] = h.Certified
			}
		}
	}
	if len(of) == 0 {
		return nil
	}
	var rows []struct {
		RegisterMonthID uuid.UUID
		ID              uuid.UUID
		Day             calendar.Day
		Minutes         int
		PresenceDays    int
	}
	err := tx.NewRaw("select register_month_id, id, day, minutes, presence_days from register_adjustment where register_month_id = any (?::uuid[]) order by day, id",
		pgdialect.Array(slices.Collect(maps.Keys(of)))).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("adjustments: %w", err)
	}
	for _, r := range rows {
		c := of[r.RegisterMonthID]
		c.Adjustments = append(c.Adjustments, Adjustment{ID: r.ID, Day: r.Day, Minutes: r.Minutes, PresenceDays: r.PresenceDays})
	}
	return nil
}

// dayRow is certified minutes of the days of one version of the policy.
type dayRow struct {
	RegisterMonthID uuid.UUID
	Version         int
	AbsenceReason   *string
	Minutes         int
}

// portioned spreads certified minutes over the versions of the policy. Where there is one, which pays no absence, it has them all; else the entries
// that were certified say of which days they are.
func portioned(ctx context.Context, tx *postgres.Tx, byMonth map[Month][]Hours, versions versionsBy) error {
	var registers []uuid.UUID
	var starts []string
	for m, all := range byMonth {
		_, _, start := versions.pairs([]Month{m})
		for _, h := range all {
			if h.Certified != nil && byTheDay(versions[m]) {
				registers, starts = append(registers, h.Certified.RegisterMonth), append(starts, start[0])
			}
		}
	}
	var rows []dayRow
	if len(registers) > 0 {
		err := tx.NewRaw(`select r.id as register_month_id, width_bucket(a.day, d.starts::date[]) as version, a.absence_reason, sum(a.minutes)::int as minutes
			from unnest(?::uuid[], ?::text[]) d(id, starts) join register_month r on r.id = d.id
			join attendance a on a.enrolment_id = r.enrolment_id and a.standing = 'COUNTED' and a.day >= r.month and a.day < r.month + interval '1 month'
				and (a.kind = 'PRESENCE' or a.absence_reason = any (?::text[]))
			group by 1, 2, 3 order by 1, 2, 3`, pgdialect.Array(registers), pgdialect.Array(starts), pgdialect.Array(versions.absences())).Scan(ctx, &rows)
		if err != nil {
			return fmt.Errorf("certified hours by day: %w", err)
		}
	}
	byDay := map[uuid.UUID][]dayRow{}
	for _, r := range rows {
		byDay[r.RegisterMonthID] = append(byDay[r.RegisterMonthID], r)
	}
	for m, all := range byMonth {
		for i := range all {
			if err := all[i].portion(versions[m], byDay); err != nil {
				return err
			}
		}
	}
	return nil
}

// byTheDay says whether the days of hours matter: there are several versions, or one that pays absences, of which a month's sum says nothing.
func byTheDay(versions []Version) bool {
	return len(versions) > 1 || len(versions[0].Rule.PaidAbsences) > 0
}

// errDiffers is of a register whose entries are not what was certified.
var errDiffers = errors.New("its entries come to others")

// portion takes an enrolment's certified minutes and adjustments apart by version.
func (h *Hours) portion(versions []Version, byDay map[uuid.UUID][]dayRow) error {
	c := h.Certified
	if c == nil {
		return nil
	}
	parts := []dayRow{{Version: 1, Minutes: c.Minutes}}
	if byTheDay(versions) {
		parts = byDay[c.RegisterMonth]
	}
	sum := 0
	for _, p := range parts {
		if p.AbsenceReason == nil {
			sum += p.Minutes
		}
		h.add(versions, &p.Version, p.AbsenceReason, p.Minutes)
	}
	if sum != c.Minutes {
		return fmt.Errorf("month %s of the register was certified with %d minutes, %w: %d", c.RegisterMonth, c.Minutes, errDiffers, sum)
	}
	for _, a := range c.Adjustments {
		at := 1
		for at < len(versions) && !a.Day.Before(versions[at].From) {
			at++
		}
		h.add(versions, &at, nil, a.Minutes)
	}
	slices.SortFunc(h.Portions, func(a, b Portion) int { return a.Version - b.Version })
	return nil
}

// absences are the reasons that any of the versions pays.
func (v versionsBy) absences() []string {
	all := []string{}
	for _, versions := range v {
		for _, version := range versions {
			all = append(all, version.Rule.PaidAbsences...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// statementRow is a statement as it was issued.
type statementRow struct {
	bun.BaseModel `bun:"table:allowance_statement,alias:s"`

	ID              uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	AllowanceID     uuid.UUID
	Month           calendar.Month
	Number          int
	Minutes         int
	AccruedCents    money.Cents
	CapCents        money.Cents
	HousingCents    money.Cents
	TotalCents      money.Cents
	PolicyVersions  []uuid.UUID `bun:",array"`
	Engine          string
	Inputs          Inputs `bun:"type:jsonb"`
	Lines           []Line `bun:"type:jsonb"`
	IssuedAt        time.Time
	ContentHash     []byte
	Audience        []uuid.UUID `bun:",array"`
}

type shareRow struct {
	bun.BaseModel `bun:"table:allowance_share,alias:h"`

	ID              uuid.UUID
	StatementID     uuid.UUID
	AllowanceID     uuid.UUID
	ParticipationID uuid.UUID
	ProgrammeID     uuid.UUID
	Month           calendar.Month
	PayerID         uuid.UUID
	BudgetLineID    uuid.UUID
	Tax             programme.Tax
	GrossCents      money.Cents
	WithheldCents   money.Cents
	NetCents        money.Cents
	Audience        []uuid.UUID `bun:",array"`
}

// inForce reads the last statement of each allowance, and what it comes to by payer.
func inForce(ctx context.Context, tx *postgres.Tx, allowances []uuid.UUID) (map[uuid.UUID]statementRow, map[uuid.UUID][]shareRow, error) {
	var rows []statementRow
	err := tx.NewSelect().Model(&rows).DistinctOn("allowance_id").Where("allowance_id = any (?::uuid[])", pgdialect.Array(allowances)).Order("allowance_id", "number desc").Scan(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("statements in force: %w", err)
	}
	byAllowance, shares := make(map[uuid.UUID]statementRow, len(rows)), map[uuid.UUID][]shareRow{}
	issued := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		byAllowance[r.AllowanceID], issued[i] = r, r.ID
	}
	var all []shareRow
	if err := tx.NewSelect().Model(&all).Where("statement_id = any (?::uuid[])", pgdialect.Array(issued)).Order("payer_id", "budget_line_id").Scan(ctx); err != nil {
		return nil, nil, fmt.Errorf("shares in force: %w", err)
	}
	for _, s := range all {
		shares[s.StatementID] = append(shares[s.StatementID], s)
	}
	return byAllowance, shares, nil
}

// takenUp are the payers of whose runs live lines have taken up something of months, whoever may see them.
func takenUp(ctx context.Context, tx *postgres.Tx, allowances []uuid.UUID) (map[uuid.UUID][]uuid.UUID, error) {
	var rows []struct {
		Allowance uuid.UUID
		Payers    []uuid.UUID `bun:",array"`
	}
	if err := tx.Ask(ctx, &rows, "select * from allowances_taken_up($1)", allowances); err != nil {
		return nil, fmt.Errorf("who has taken the months up: %w", err)
	}
	payers := make(map[uuid.UUID][]uuid.UUID, len(rows))
	for _, r := range rows {
		payers[r.Allowance] = r.Payers
	}
	return payers, nil
}

// keep writes statements with their shares.
func keep(ctx context.Context, tx *postgres.Tx, rows []statementRow, shares []shareRow) error {
	for some := range slices.Chunk(rows, 500) {
		if _, err := tx.NewInsert().Model(&some).Exec(ctx); err != nil {
			return fmt.Errorf("issue statements: %w", err)
		}
	}
	for _, some := range together(shares) {
		if _, err := tx.NewInsert().Model(&some).Exec(ctx); err != nil {
			return fmt.Errorf("issue shares: %w", err)
		}
	}
	return nil
}

// together cuts shares into lists of some hundred, each statement's within one.
func together(shares []shareRow) (lists [][]shareRow) {
	for start := 0; start < len(shares); {
		end := min(start+500, len(shares))
		for end < len(shares) && shares[end].StatementID == shares[end-1].StatementID {
			end++
		}
		lists, start = append(lists, shares[start:end]), end
	}
	return lists
}

// monthsOfRegister gives the months of a participation that months of the register are of.
func monthsOfRegister(ctx context.Context, tx *postgres.Tx, registers []uuid.UUID) ([]Month, error) {
	var rows []struct {
		ParticipationID uuid.UUID
		Month           calendar.Month
	}
	err := tx.NewRaw("select distinct participation_id, month from register_month where id = any (?::uuid[]) order by 1, 2", pgdialect.Array(registers)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("months of the register: %w", err)
	}
	months := make([]Month, len(rows))
	for i, r := range rows {
		months[i] = Month{Participation: r.ParticipationID, Month: r.Month}
	}
	return months, nil
}

// replayRow is a statement with its shares, and the months of the register that it rests on as they are now.
type replayRow struct {
	statementRow
	Shares   []shareRow
	Register map[uuid.UUID]Certified
}

// issued reads some statements after one, in the order of their ids, as the tables' owner.
func issued(ctx context.Context, ownerURL string, after uuid.UUID, most int) (rows []replayRow, err error) {
	err = postgres.AsOwner(ctx, ownerURL, func(ctx context.Context, tx bun.Tx) error {
		var statements []statementRow
		if err := tx.NewSelect().Model(&statements).Where("id > ?", after).Order("id").Limit(int64(most)).Scan(ctx); err != nil {
			return fmt.Errorf("statements: %w", err)
		}
		ids, months := make([]uuid.UUID, len(statements)), []uuid.UUID{}
		for i, s := range statements {
			ids[i] = s.ID
			for _, h := range s.Inputs.Register {
				if h.Certified != nil {
					months = append(months, h.Certified.RegisterMonth)
				}
			}
		}
		var shares []shareRow
		if err := tx.NewSelect().Model(&shares).Where("statement_id = any (?::uuid[])", pgdialect.Array(ids)).Scan(ctx); err != nil {
			return fmt.Errorf("shares: %w", err)
		}
		register, err := registerNow(ctx, tx, months)
		if err != nil {
			return err
		}
		of := byStatement(shares)
		for _, s := range statements {
			rows = append(rows, replayRow{statementRow: s, Shares: of[s.ID], Register: register})
		}
		return nil
	})
	return rows, err
}

// byStatement gives each statement its shares, by payer and budget line.
func byStatement(shares []shareRow) map[uuid.UUID][]shareRow {
	slices.SortFunc(shares, func(a, b shareRow) int {
		return cmp.Or(bytes.Compare(a.PayerID[:], b.PayerID[:]), bytes.Compare(a.BudgetLineID[:], b.BudgetLineID[:]))
	})
	of := map[uuid.UUID][]shareRow{}
	for _, s := range shares {
		of[s.StatementID] = append(of[s.StatementID], s)
	}
	return of
}

// statementsOf reads the statements of a month's allowance that the actor sees, in the order of their numbers, with their shares.
func statementsOf(ctx context.Context, tx *postgres.Tx, allowance uuid.UUID) (rows []statementRow, shares map[uuid.UUID][]shareRow, err error) {
	if err := tx.NewSelect().Model(&rows).Where("s.allowance_id = ?", allowance).Order("s.number").Scan(ctx); err != nil {
		return nil, nil, fmt.Errorf("statements: %w", err)
	}
	var all []shareRow
	if err := tx.NewSelect().Model(&all).Where("h.allowance_id = ?", allowance).Scan(ctx); err != nil {
		return nil, nil, fmt.Errorf("shares: %w", err)
	}
	return rows, byStatement(all), nil
}

// registerNow reads locked months of the register with all that was put right in them.
func registerNow(ctx context.Context, tx bun.Tx, months []uuid.UUID) (map[uuid.UUID]Certified, error) {
	var rows []struct {
		ID           uuid.UUID
		Hash         string
		Minutes      int
		PresenceDays int
		Adjustments  []Adjustment `bun:"type:jsonb"`
	}
	err := tx.NewRaw(`select m.id, encode(m.content_hash, 'hex') as hash, m.minutes, m.presence_days, (
			select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'day', a.day, 'minutes', a.minutes, 'presenceDays', a.presence_days)), '[]') from register_adjustment a where a.register_month_id = m.id
		) as adjustments from register_month m where m.id = any (?::uuid[]) and m.state = 'LOCKED'`, pgdialect.Array(months)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("register: %w", err)
	}
	now := make(map[uuid.UUID]Certified, len(rows))
	for _, r := range rows {
		now[r.ID] = Certified{RegisterMonth: r.ID, Hash: r.Hash, Minutes: r.Minutes, PresenceDays: r.PresenceDays, Adjustments: r.Adjustments}
	}
	return now, nil
}

// contestRow is what somebody says against a statement.
type contestRow struct {
	bun.BaseModel `bun:"table:allowance_contest,alias:c"`

	ID              uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	AllowanceID     uuid.UUID
	StatementID     uuid.UUID
	Month           calendar.Month
	State           ContestState
	StateSince      calendar.Day
	ContestedCents  money.Cents
	Reason          []byte // sealed
	MemberID        uuid.UUID
	OnBehalfOf      *uuid.UUID // for whom who contests stands in
	ContestedAt     time.Time
	Answer          []byte // sealed
	AnsweredBy      *uuid.UUID
	AnsweredAt      *time.Time
	Audience        []uuid.UUID `bun:",array"`
	Revision        int
}

// contestableRow is the statement in force of a month, as far as its contest needs it.
type contestableRow struct {
	ID          uuid.UUID
	ProgrammeID uuid.UUID
	AllowanceID uuid.UUID
	TotalCents  money.Cents
	Audience    []uuid.UUID `bun:",array"`
	Contested   bool        // it waits for an answer already
}

func contestable(ctx context.Context, tx *postgres.Tx, participation uuid.UUID, month calendar.Month) (contestableRow, bool, error) {
	var rows []contestableRow
	if err := tx.Ask(ctx, &rows, "select * from statement_in_force($1, $2)", participation, month.First().String()); err != nil {
		return contestableRow{}, false, fmt.Errorf("statement in force: %w", err)
	}
	if len(rows) == 0 {
		return contestableRow{}, false, nil
	}
	return rows[0], true, nil
}

func insertContest(ctx context.Context, tx *postgres.Tx, row *contestRow) error {
	_, err := tx.NewInsert().Model(row).Returning("NULL").Exec(ctx)
	switch {
	case postgres.Violates(err, "allowance_contest_pkey"):
		return refusal.List{refusal.IDTaken.At("id")}
	case postgres.Violates(err, "allowance_contest_open"):
		return refusal.List{AlreadyContested.At("month")}
	case err != nil:
		return fmt.Errorf("contest: %w", err)
	}
	return nil
}

func contestByID(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (contestRow, bool, error) {
	var rows []contestRow
	if err := tx.NewSelect().Model(&rows).Where("id = ?", id).Scan(ctx); err != nil {
		return contestRow{}, false, fmt.Errorf("contest: %w", err)
	}
	if len(rows) == 0 {
		return contestRow{}, false, nil
	}
	return rows[0], true, nil
}

// followedContest is a contest with whether a statement of its month was issued since, or it was contested again: what it has changed.
type followedContest struct {
	contestRow `bun:",extend"`

	Followed bool
}

// contestsAfter are the contests, and those that are upheld of months of which they are, or of which the statements are.
func contestsAfter(ctx context.Context, tx *postgres.Tx, contests, statements []uuid.UUID) (rows []followedContest, err error) {
	err = tx.Ask(ctx, &rows, `select c.*, exists (select from allowance_statement n join allowance_statement s on s.id = c.statement_id where n.allowance_id = c.allowance_id and n.number > s.number)
			or exists (select from allowance_contest n where n.allowance_id = c.allowance_id and (n.contested_at, n.id) > (c.contested_at, c.id)) as followed
		from allowance_contest c where c.id = any ($1::uuid[]) or c.state = 'UPHELD' and c.allowance_id in (
			select o.allowance_id from allowance_contest o where o.id = any ($1::uuid[]) union select s.allowance_id from allowance_statement s where s.id = any ($2::uuid[]))
		order by c.contested_at, c.id`, contests, statements)
	if err != nil {
		return nil, fmt.Errorf("contests: %w", err)
	}
	return rows, nil
}

// saveContest writes the answer to a contest that still stands as it was loaded.
func saveContest(ctx context.Context, tx *postgres.Tx, row contestRow) error {
	result, err := tx.NewUpdate().Model(&row).Column("state", "state_since", "answer", "answered_by", "answered_at").Set("revision = revision + 1").
		Where("id = ? and revision = ? and state = 'CONTESTED'", row.ID, row.Revision).Exec(ctx)
	if err != nil {
		return fmt.Errorf("answer contest: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return refusal.Join(err, refusal.List{refusal.RevisionConflict.At("expectedRevision")})
	}
	return nil
}

// lineOf is the partner that follows a person, and the bodies above it.
func lineOf(ctx context.Context, tx *postgres.Tx, participation uuid.UUID) (line []uuid.UUID, err error) {
	if err = tx.Ask(ctx, pgdialect.Array(&line), "select organisation_line(organisation_id) from participation where id = $1", participation); err != nil {
		return nil, fmt.Errorf("who answers: %w", err)
	}
	return line, nil
}
