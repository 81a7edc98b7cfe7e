package attendance

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// row is one version of one entry.
type row struct {
	bun.BaseModel `bun:"table:attendance,alias:a"`

	ID              uuid.UUID
	ProgrammeID     uuid.UUID
	EnrolmentID     uuid.UUID
	ActivityID      uuid.UUID
	ParticipationID uuid.UUID
	PersonID        uuid.UUID
	PlacementID     *uuid.UUID
	CompanyID       *uuid.UUID
	Kind            Kind
	Day             calendar.Day
	From            calendar.LocalTime `bun:"from_minute"`
	To              calendar.LocalTime `bun:"to_minute"`
	Minutes         int                // the database works it out
	AbsenceReason   *string
	Note            []byte // sealed; nil for none
	Standing        Standing
	StandingNote    []byte // sealed; nil for none
	StandingBy      *uuid.UUID
	StandingAt      *time.Time
	ReplacesID      *uuid.UUID
	RecordedBy      uuid.UUID
	RecordedAt      time.Time
	Origin          string
	MadeAt          *time.Time // by the phone's clock
	DeviceID        *uuid.UUID
	App             *string
	DriftSeconds    *int
	Conflicts       []Conflict `bun:",array"`
	Settled         bool
	Taps            taps        `bun:"type:jsonb"` // of planned hours
	Passed          []string    `bun:",array"`     // warnings that the writer passed with a reason
	Audience        []uuid.UUID `bun:",array"`
	Revision        int

	passed    refusal.List // warnings that the writer acknowledged, for the journal
	delivered bool         // by who does not see the enrolment any more
}

// Columns of an entry: those that it has from its beginning, and all as they are read.
const (
	columnsWritten = `id, programme_id, enrolment_id, activity_id, participation_id, person_id, placement_id, company_id, kind, day, from_minute, to_minute, absence_reason,
	note, standing, replaces_id, recorded_by, recorded_at, origin, made_at, device_id, app, drift_seconds, conflicts, settled, taps, passed, audience, revision`
	columns = columnsWritten + ", minutes, standing_note, standing_by, standing_at"
)

// enrolment is where hours belong, with what an entry copies from it.
type enrolment struct {
	ID              uuid.UUID
	ProgrammeID     uuid.UUID
	ActivityID      uuid.UUID
	ParticipationID uuid.UUID
	PersonID        uuid.UUID
	PlacementID     *uuid.UUID
	CompanyID       *uuid.UUID
	State           string
	FromDay         calendar.Day
	ToDay           calendar.Day
	PlacementState  *string
	PlacementSince  *calendar.Day // of its state
	StartedOn       *calendar.Day // of the internship; nil before it has begun
	Audience        []uuid.UUID   `bun:",array"`

	pauses []pause // of the internship, those that are over
}

// enrolments loads, under the actor's rights, those of the ids that he sees.
func enrolments(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) (map[uuid.UUID]enrolment, error) {
	var rows []enrolment
	err := tx.Ask(ctx, &rows, `select e.id, e.programme_id, e.activity_id, e.participation_id, e.person_id, p.id as placement_id, e.company_id, e.state, e.from_day, e.to_day, e.audience,
			p.state as placement_state, p.state_since as placement_since, p.started_on
		from enrolment e left join placement p on p.enrolment_id = e.id where e.id = any ($1)`, ids)
	if err != nil {
		return nil, fmt.Errorf("enrolments: %w", err)
	}
	stood := make([]*enrolment, len(rows))
	for i := range rows {
		stood[i] = &rows[i]
	}
	if err := paused(ctx, tx, stood); err != nil {
		return nil, err
	}
	byID := make(map[uuid.UUID]enrolment, len(rows))
	for _, r := range rows {
		byID[r.ID] = r
	}
	return byID, nil
}

// hold makes acts on the register of the same persons wait for each other, in one order: their totals must not be read at once.
func hold(ctx context.Context, tx *postgres.Tx, persons []uuid.UUID) error {
	var held int
	err := tx.Ask(ctx, &held, `select count(pg_advisory_xact_lock(k)) from (select distinct hashtextextended(p::text, 0) as k from unnest($1::uuid[]) p order by k) s`, persons)
	if err != nil {
		return fmt.Errorf("hold register: %w", err)
	}
	return nil
}

// byIDs loads, under the actor's rights, those entries that exist already.
func byIDs(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) (map[uuid.UUID]row, error) {
	return entriesWhere(ctx, tx, "id = any ($1)", ids)
}

// writtenOn loads, under the actor's rights, all versions of entries of a day.
func writtenOn(ctx context.Context, tx *postgres.Tx, enrolments []uuid.UUID, day calendar.Day) (versions, error) {
	return entriesWhere(ctx, tx, "enrolment_id = any ($1) and day = $2", enrolments, day)
}

func entriesWhere(ctx context.Context, tx *postgres.Tx, condition string, args ...any) (map[uuid.UUID]row, error) {
	var rows []row
	if err := tx.Ask(ctx, &rows, "select "+columns+" from attendance where "+condition, args...); err != nil {
		return nil, fmt.Errorf("entries: %w", err)
	}
	byID := make(map[uuid.UUID]row, len(rows))
	for _, r := range rows {
		byID[r.ID] = r
	}
	return byID, nil
}

// join keeps that the actor, too, has recorded the hours of entries as planned, and gives them.
func join(ctx context.Context, tx *postgres.Tx, entries []uuid.UUID, by tapped) (rows []row, err error) {
	if len(entries) == 0 {
		return nil, nil
	}
	err = tx.NewRaw("update attendance set taps = taps || ?::jsonb, revision = revision + 1 where id in (?) returning "+columns, taps{by}, bun.In(entries)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("join entries: %w", err)
	}
	return rows, nil
}

// replaced has entries give way to others that the actor writes.
func replaced(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) (gone []row, err error) {
	err = tx.NewRaw("update attendance set standing = 'REPLACED', conflicts = '{}', standing_by = ?, standing_at = ?, revision = revision + 1 where id in (?) returning "+columns,
		tx.Actor.Member, tx.Now, bun.In(ids)).Scan(ctx, &gone)
	if err != nil {
		return nil, fmt.Errorf("entries that give way: %w", err)
	}
	return gone, nil
}

// internOf gives the person of an internship; none where the actor does not see it.
func internOf(ctx context.Context, tx *postgres.Tx, placement uuid.UUID) (person []uuid.UUID, err error) {
	if err := tx.Ask(ctx, &person, "select person_id from placement where id = $1", placement); err != nil {
		return nil, fmt.Errorf("person of an internship: %w", err)
	}
	return person, nil
}

// personsOf gives the persons of those of the enrolments that the actor sees, by enrolment.
func personsOf(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) (map[uuid.UUID]uuid.UUID, error) {
	var rows []struct{ ID, PersonID uuid.UUID }
	if err := tx.Ask(ctx, &rows, "select id, person_id from enrolment where id = any ($1)", ids); err != nil {
		return nil, fmt.Errorf("persons of enrolments: %w", err)
	}
	persons := make(map[uuid.UUID]uuid.UUID, len(rows))
	for _, r := range rows {
		persons[r.ID] = r.PersonID
	}
	return persons, nil
}

// outsideEnrolment gives the entries of an internship that are kept as of days that are none of it.
func outsideEnrolment(ctx context.Context, tx *postgres.Tx, placement uuid.UUID) (rows []row, err error) {
	err = tx.Ask(ctx, &rows, "select "+columns+" from attendance where placement_id = $1 and standing = $2 and $3 = any (conflicts) order by day, from_minute, id",
		placement, Contested, NotEnrolled)
	if err != nil {
		return nil, fmt.Errorf("entries: %w", err)
	}
	return rows, nil
}

// countedFrom gives what counts of an enrolment from a day on.
func countedFrom(ctx context.Context, tx *postgres.Tx, enrolment uuid.UUID, from calendar.Day) (rows []row, err error) {
	if err := tx.Ask(ctx, &rows, "select "+columns+" from attendance where enrolment_id = $1 and day >= $2 and standing = $3", enrolment, from, Counted); err != nil {
		return nil, fmt.Errorf("what counts: %w", err)
	}
	return rows, nil
}

// adjustedFrom gives what locked months of an enrolment were adjusted by from a day on, by day.
func adjustedFrom(ctx context.Context, tx *postgres.Tx, enrolment uuid.UUID, from calendar.Day) (rows []adjustmentRow, err error) {
	if err := tx.Ask(ctx, &rows, `select j.day, sum(j.minutes)::int as minutes from register_adjustment j join register_month m on m.id = j.register_month_id
		where m.enrolment_id = $1 and j.day >= $2 group by j.day`, enrolment, from); err != nil {
		return nil, fmt.Errorf("what was adjusted: %w", err)
	}
	return rows, nil
}

// insert writes rows and gives each the audience under which it stands: the database puts in and takes out the keys of mandates.
func insert(ctx context.Context, tx *postgres.Tx, rows []row) error {
	var delivered, own []row
	for _, r := range rows {
		if r.delivered {
			delivered = append(delivered, r)
		} else {
			own = append(own, r)
		}
	}
	if len(delivered) > 0 {
		if err := deliver(ctx, tx, delivered); err != nil {
			return orTaken(err)
		}
	}
	if len(own) == 0 {
		return nil
	}
	var stand []struct {
		ID       uuid.UUID
		Audience []uuid.UUID `bun:",array"`
	}
	list, err := written(own)
	if err != nil {
		return err
	}
	if err := tx.Ask(ctx, &stand, "insert into attendance ("+columnsWritten+") select "+columnsWritten+" from jsonb_populate_recordset(null::attendance, $1) returning id, audience", list); err != nil {
		return orTaken(fmt.Errorf("write entries: %w", err))
	}
	audiences := make(map[uuid.UUID][]uuid.UUID, len(stand))
	for _, s := range stand {
		audiences[s.ID] = s.Audience
	}
	for i, r := range rows {
		if audience, is := audiences[r.ID]; is {
			rows[i].Audience = audience
		}
	}
	return nil
}

// written are entries as the database takes them, by column: one argument of a statement that it knows already, where it would read as many literals anew
// with each batch.
func written(rows []row) (string, error) {
	list := make([]map[string]any, len(rows))
	for i, r := range rows {
		var note *string
		if r.Note != nil {
			hex := fmt.Sprintf("\\x%x", r.Note)
			note = &hex
		}
		list[i] = map[string]any{"id": r.ID, "programme_id": r.ProgrammeID, "enrolment_id": r.EnrolmentID, "activity_id": r.ActivityID, "participation_id": r.ParticipationID,
			"person_id": r.PersonID, "placement_id": r.PlacementID, "company_id": r.CompanyID, "kind": r.Kind, "day": r.Day, "from_minute": r.From.Minutes(), "to_minute": r.To.Minutes(),
			"absence_reason": r.AbsenceReason, "note": note, "standing": r.Standing, "replaces_id": r.ReplacesID, "recorded_by": r.RecordedBy, "recorded_at": r.RecordedAt,
			"origin": r.Origin, "made_at": r.MadeAt, "device_id": r.DeviceID, "app": r.App, "drift_seconds": r.DriftSeconds, "conflicts": r.Conflicts, "settled": r.Settled,
			"taps": r.Taps, "passed": r.Passed, "audience": r.Audience, "revision": r.Revision}
	}
	data, err := json.Marshal(list)
	return string(data), err
}

// orTaken refuses an id that somebody else has taken since it was looked for.
func orTaken(err error) error {
	if postgres.Violates(err, "attendance_pkey") {
		return refusal.List{refusal.IDTaken.At("id")}
	}
	return err
}

// stand changes the standing of an entry that still has the one it was loaded with, and keeps who did it and why.
func stand(ctx context.Context, tx *postgres.Tx, r row, to Standing, note string) (bool, error) {
	sealed, err := sealNote(ctx, tx, r.ParticipationID, r.ID, "standing_note", note)
	if err != nil {
		return false, err
	}
	result, err := tx.NewUpdate().Model((*row)(nil)).Set("standing = ?", to).Set("conflicts = case when ?0 = 'CONTESTED' then conflicts else '{}' end", to).Set("settled = ?", to == Counted).Set("revision = revision + 1").
		Set("standing_note = ?", sealed).Set("standing_by = ?", tx.Actor.Member).Set("standing_at = ?", tx.Now).
		Where("id = ? and standing = ? and revision = ?", r.ID, r.Standing, r.Revision).Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// overlapped loads the entries of the person that an entry overlaps and that count or might, and how many there are whether the actor sees
// them or not.
func overlapped(ctx context.Context, tx *postgres.Tx, r row) (seen []row, all int, err error) {
	err = tx.NewSelect().Model(&seen).Where("person_id = ? and day = ? and standing in (?) and id <> ?", r.PersonID, r.Day, bun.In([]Standing{Counted, Contested}), r.ID).
		Where("int4range(from_minute, to_minute) && int4range(?, ?)", r.From, r.To).Scan(ctx)
	if err != nil {
		return nil, 0, err
	}
	err = tx.NewRaw("select overlapping_entries(?)", r.ID).Scan(ctx, &all)
	return seen, all, err
}

// sharesOf reads, for internships that the actor sees, how much of what was planned counts.
func sharesOf(ctx context.Context, tx *postgres.Tx, placements []uuid.UUID) ([]share, error) {
	var rows []share
	err := tx.NewRaw(`select p.id, p.programme_id, coalesce(p.ended_on, p.to_day) as ends_on, e.planned_minutes as planned,
			coalesce(sum(a.minutes) filter (where a.standing = 'COUNTED' and a.kind = 'PRESENCE'), 0)
				+ coalesce((select sum(j.minutes) from register_month m join register_adjustment j on j.register_month_id = m.id where m.enrolment_id = e.id), 0)
				+ coalesce((select b.minutes from attended_before(array[e.id]) b), 0) as counted,
			count(*) filter (where a.standing = 'CONTESTED') as contested
		from placement p join enrolment e on e.id = p.enrolment_id left join attendance a on a.enrolment_id = e.id
		where p.id = any(?::uuid[]) group by p.id, e.id`, pgdialect.Array(placements)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("shares: %w", err)
	}
	return rows, nil
}

// monthRow is the register's month of an enrolment.
type monthRow struct {
	bun.BaseModel `bun:"table:register_month,alias:m"`

	ID              uuid.UUID
	ProgrammeID     uuid.UUID
	EnrolmentID     uuid.UUID
	ActivityID      uuid.UUID
	ParticipationID uuid.UUID
	PlacementID     *uuid.UUID
	CompanyID       *uuid.UUID
	Month           calendar.Month
	State           MonthState
	StateSince      calendar.Day
	Minutes         *int   // that count, as submitted; nil while it is open
	PresenceDays    *int   // likewise
	ContentHash     []byte // likewise
	ForHost         bool
	Audience        []uuid.UUID `bun:",array"`
	Revision        int
}

// monthStepRow is one act on a month.
type monthStepRow struct {
	bun.BaseModel `bun:"table:register_step,alias:t"`

	ID              uuid.UUID
	RegisterMonthID uuid.UUID
	ParticipationID uuid.UUID
	CompanyID       *uuid.UUID
	Month           calendar.Month
	Position        int
	Act             string
	FromState       MonthState
	ToState         MonthState
	At              time.Time
	MemberID        uuid.UUID
	OnBehalfOf      *uuid.UUID // for whom he stood in
	ContentHash     []byte
	Reason          []byte // sealed
	Evidence        []byte // sealed
	FileID          *uuid.UUID
	SignatureID     *uuid.UUID
	Audience        []uuid.UUID `bun:",array"`
}

// adjustmentRow puts a locked month right.
type adjustmentRow struct {
	bun.BaseModel `bun:"table:register_adjustment,alias:j"`

	ID              uuid.UUID
	RegisterMonthID uuid.UUID
	ParticipationID uuid.UUID
	CompanyID       *uuid.UUID
	Month           calendar.Month
	Day             calendar.Day
	Minutes         int
	PresenceDays    int
	Reason          []byte // sealed
	MemberID        uuid.UUID
	At              time.Time
	Audience        []uuid.UUID `bun:",array"`
}

// monthsByID loads those months of the ids that the actor sees.
func monthsByID(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) (map[uuid.UUID]monthRow, error) {
	var rows []monthRow
	if err := tx.Ask(ctx, &rows, `select id, programme_id, enrolment_id, activity_id, participation_id, placement_id, company_id, month, state, state_since, minutes, presence_days,
		content_hash, for_host, audience, revision from register_month where id = any ($1)`, ids); err != nil {
		return nil, fmt.Errorf("months: %w", err)
	}
	byID := make(map[uuid.UUID]monthRow, len(rows))
	for _, m := range rows {
		byID[m.ID] = m
	}
	return byID, nil
}

// entriesOf gives the entries of months that count or are contested, in the order of their hours.
func entriesOf(ctx context.Context, tx *postgres.Tx, months []*openedMonth) (map[placeOf][]row, error) {
	var ids []uuid.UUID
	var firsts []string
	for _, m := range months {
		if m != nil {
			ids, firsts = append(ids, m.EnrolmentID), append(firsts, m.Month.First().String())
		}
	}
	var rows []row
	if err := tx.Ask(ctx, &rows, "select "+columns+` from (select a.* from (select distinct * from unnest($1::uuid[], $2::date[]) d(enrolment, month)) d
		join attendance a on a.enrolment_id = d.enrolment and a.day >= d.month and a.day < d.month + interval '1 month' and a.standing in ('COUNTED', 'CONTESTED')) a
		order by day, from_minute, id`, ids, firsts); err != nil {
		return nil, fmt.Errorf("entries of months: %w", err)
	}
	found := map[placeOf][]row{}
	for _, r := range rows {
		at := placeOf{r.EnrolmentID, r.Day.Month()}
		found[at] = append(found[at], r)
	}
	return found, nil
}

// saveMonths writes months that still stand as they were loaded, and what was done with them.
func saveMonths(ctx context.Context, tx *postgres.Tx, months []monthRow, steps []monthStepRow) error {
	if len(months) == 0 {
		return nil
	}
	told := make([]map[string]any, len(months))
	for i, m := range months {
		told[i] = map[string]any{"id": m.ID, "revision": m.Revision, "state": m.State, "state_since": m.StateSince, "minutes": m.Minutes, "presence_days": m.PresenceDays,
			"content_hash": nil, "for_host": m.ForHost}
		if m.ContentHash != nil {
			told[i]["content_hash"] = fmt.Sprintf("\\x%x", m.ContentHash)
		}
	}
	list, err := json.Marshal(told)
	if err != nil {
		return err
	}
	result, err := tx.NewRaw(`update register_month m set state = d.state, state_since = d.state_since, minutes = d.minutes, presence_days = d.presence_days,
			content_hash = d.content_hash, for_host = d.for_host, revision = m.revision + 1
		from jsonb_to_recordset(?::jsonb) d(id uuid, revision int, state text, state_since date, minutes int, presence_days int, content_hash bytea, for_host boolean)
		where m.id = d.id and m.revision = d.revision`, string(list)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("save months: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n != int64(len(months)) {
		return orConflict(err)
	}
	if len(steps) == 0 {
		return nil
	}
	if _, err := tx.NewInsert().Model(&steps).Exec(ctx); err != nil {
		return fmt.Errorf("keep steps: %w", err)
	}
	return nil
}

func insertMonths(ctx context.Context, tx *postgres.Tx, rows []monthRow) error {
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	if postgres.Violates(err, "register_month_history") {
		return refusal.List{MonthBefore.At("day").With("month", rows[0].Month)}
	}
	if err != nil {
		return fmt.Errorf("open months: %w", err)
	}
	return nil
}

func insertAdjustment(ctx context.Context, tx *postgres.Tx, a *adjustmentRow) error {
	_, err := tx.NewInsert().Model(a).Exec(ctx)
	if postgres.Violates(err, "register_adjustment_pkey") {
		return refusal.List{refusal.IDTaken.At("id")}
	}
	if err != nil {
		return fmt.Errorf("adjust month: %w", err)
	}
	return nil
}

// adjustedDay is what the adjustments of a day come to.
type adjustedDay struct{ Minutes, Days int }

func adjusted(ctx context.Context, tx *postgres.Tx, month uuid.UUID, day calendar.Day) (sum adjustedDay, err error) {
	err = tx.Ask(ctx, &sum, "select coalesce(sum(minutes), 0)::int as minutes, coalesce(sum(presence_days), 0)::int as days from register_adjustment where register_month_id = $1 and day = $2", month, day)
	if err != nil {
		return sum, fmt.Errorf("adjustments: %w", err)
	}
	return sum, nil
}

// monthBefore stands where a month would have its state whose hours were brought in from before the programme was kept here.
const monthBefore MonthState = "BEFORE"

// monthsOf gives how far the months of entries are, or monthBefore; those that have none yet are not in it.
func monthsOf(ctx context.Context, tx *postgres.Tx, entries []Entry) (map[placeOf]MonthState, error) {
	ids, months := make([]uuid.UUID, len(entries)), make([]string, len(entries))
	for i, e := range entries {
		ids[i], months[i] = e.Enrolment, e.Day.Month().First().String()
	}
	var rows []struct {
		EnrolmentID uuid.UUID
		Month       calendar.Month
		State       MonthState
	}
	if err := tx.Ask(ctx, &rows, "select * from months_of($1, $2)", ids, months); err != nil {
		return nil, fmt.Errorf("months: %w", err)
	}
	known := make(map[placeOf]MonthState, len(rows))
	for _, r := range rows {
		known[placeOf{r.EnrolmentID, r.Month}] = r.State
	}
	return known, nil
}

// turn is whose turn it is in a month: the tutor where one is named, the body that promotes, and the lead body.
type turn struct {
	TutorID *uuid.UUID
	Line    []uuid.UUID `bun:",array"`
}

// writers are those whose turn it is while hours are written: the tutor, where there is one, then the body that promotes.
func (t turn) writers() []uuid.UUID {
	if t.TutorID == nil {
		return t.Line[:1]
	}
	return []uuid.UUID{*t.TutorID, t.Line[0]}
}

// contest is an entry that somebody is to resolve, or that was resolved and is still due.
type contest struct {
	turn
	ID, ProgrammeID, ParticipationID uuid.UUID
	Standing                         Standing
	Audience                         []uuid.UUID `bun:",array"`
}

// contests gives those of the entries that are contested and not due yet, or due and contested no longer.
func contests(ctx context.Context, tx *postgres.Tx, entries []uuid.UUID) (rows []contest, err error) {
	if err = tx.Ask(ctx, &rows, `select e.id, e.programme_id, e.participation_id, e.standing, e.audience, coalesce(p.tutor_id, a.tutor_id) as tutor_id,
			organisation_line(coalesce(p.organisation_id, a.organisation_id)) as line
		from attendance e join participation a on a.id = e.participation_id left join placement p on p.id = e.placement_id
		where e.id = any ($1) and (e.standing = 'CONTESTED') <> exists (select from due d where d.subject_id = e.id and d.kind = $2 and d.done_at is null)
		order by e.id`, entries, EntryClocks()[0].Kind); err != nil {
		return nil, fmt.Errorf("contested entries: %w", err)
	}
	return rows, nil
}

func turnOf(ctx context.Context, tx *postgres.Tx, m monthRow) (t turn, err error) {
	err = tx.Ask(ctx, &t, `select coalesce(p.tutor_id, a.tutor_id) as tutor_id, organisation_line(coalesce(p.organisation_id, a.organisation_id)) as line
		from participation a left join placement p on p.id = $2 where a.id = $1`, m.ParticipationID, m.PlacementID)
	if err != nil {
		return t, fmt.Errorf("whose turn: %w", err)
	}
	return t, nil
}

// attach makes a file proof of what the register says of a participation: it is seen by those who follow the person, and not by the host.
func attach(ctx context.Context, tx *postgres.Tx, file, participation uuid.UUID) error {
	return attachAs(ctx, tx, file, participation, participant.ProvesRegister)
}

func attachAs(ctx context.Context, tx *postgres.Tx, file, participation uuid.UUID, kind string) error {
	var audience []uuid.UUID
	if err := tx.Ask(ctx, pgdialect.Array(&audience), "select audience from participation where id = $1", participation); err != nil {
		return fmt.Errorf("who follows the person: %w", err)
	}
	return blob.Attach(ctx, tx, file, participation, kind, audience)
}

// plannedOn gives the hours of the timetables of a day that the actor may write at once.
func plannedOn(ctx context.Context, tx *postgres.Tx, in Planned) (rows []plannedRow, err error) {
	if err = tx.Ask(ctx, &rows, "select * from planned_hours($1, $2, $3)", in.Programme, in.Day, accompanying(tx.Actor, in.Programme)); err != nil {
		return nil, fmt.Errorf("planned hours: %w", err)
	}
	return rows, nil
}

// sentBefore gives those of the ids under which the actor wrote entries, whether he sees them or not.
func sentBefore(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) (sent []uuid.UUID, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	seen, err := byIDs(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	others, err := unseenIDs(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if seen[id].RecordedBy == tx.Actor.Member || others[id].own() {
			sent = append(sent, id)
		}
	}
	return sent, nil
}

// known refuses internships that the actor does not see and has no planned hours of.
func known(ctx context.Context, tx *postgres.Tx, placements []uuid.UUID, planned []plannedRow) error {
	if len(placements) == 0 {
		return nil
	}
	var seen []uuid.UUID
	if err := tx.Ask(ctx, pgdialect.Array(&seen), "select coalesce(array_agg(id), '{}') from placement where id = any ($1)", placements); err != nil {
		return fmt.Errorf("internships: %w", err)
	}
	for i, id := range placements {
		if !slices.Contains(seen, id) && !slices.ContainsFunc(planned, func(r plannedRow) bool { return r.PlacementID == id }) {
			return refusal.List{refusal.NotFound.At("except", strconv.Itoa(i))}
		}
	}
	return nil
}

// silentTutors gives the tutors of running internships from whom nothing has come since a day, of whose planned hours some are unwritten.
func silentTutors(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, first calendar.Day) (rows []silentTutor, err error) {
	if err = tx.Ask(ctx, &rows, "select * from silent_tutors($1, $2, $3)", programme, first, tx.Today()); err != nil {
		return nil, fmt.Errorf("silent tutors: %w", err)
	}
	return rows, nil
}

// waitingFor gives the tutors whom somebody waits to hear from.
func waitingFor(ctx context.Context, tx *postgres.Tx, programme uuid.UUID) (tutors []uuid.UUID, err error) {
	err = tx.Ask(ctx, pgdialect.Array(&tutors), "select coalesce(array_agg(subject_id), '{}') from due where programme_id = $1 and kind = $2 and done_at is null", programme, SilenceClocks()[0].Kind)
	if err != nil {
		return nil, fmt.Errorf("silent tutors: %w", err)
	}
	return tutors, nil
}

// closureRow is a closure as acts on it see it.
type closureRow struct {
	ID          uuid.UUID
	ProgrammeID uuid.UUID
	CompanyID   uuid.UUID
	SiteID      *uuid.UUID
	Withdrawn   bool
	Revision    int
	Audience    []uuid.UUID `bun:",array"`
}

// insertClosure writes a closure under the keys of who accompanies interns, and gives who sees it; nil where there are no interns of his.
func insertClosure(ctx context.Context, tx *postgres.Tx, c Closure, keys []uuid.UUID) (audience []uuid.UUID, err error) {
	err = tx.NewRaw("select record_closure(?, ?, ?, ?, ?, ?, ?, ?, ?)", c.ID, c.Programme, c.Company, c.Site, c.From, c.To, c.Reason, tx.Now, pgdialect.Array(keys)).Scan(ctx, pgdialect.Array(&audience))
	if err != nil {
		return nil, fmt.Errorf("record closure: %w", err)
	}
	if audience != nil && len(audience) == 0 {
		return nil, refusal.List{refusal.IDTaken.At("id")}
	}
	return audience, nil
}

func closureOf(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (c closureRow, known bool, err error) {
	var rows []closureRow
	if err = tx.Ask(ctx, &rows, "select $1::uuid as id, c.* from closure_of($1) c", id); err != nil {
		return c, false, fmt.Errorf("closure: %w", err)
	}
	if len(rows) == 0 {
		return c, false, nil
	}
	return rows[0], true, nil
}

func withdrawClosure(ctx context.Context, tx *postgres.Tx, c closureRow, keys []uuid.UUID) (done bool, err error) {
	if err = tx.NewRaw("select withdraw_closure(?, ?, ?, ?)", c.ID, c.Revision, tx.Now, pgdialect.Array(keys)).Scan(ctx, &done); err != nil {
		return false, fmt.Errorf("withdraw closure: %w", err)
	}
	return done, nil
}

// closedDay is why an enrolment's day is closed.
type closedDay struct {
	EnrolmentID uuid.UUID
	Day         calendar.Day
	Kind        string    // HOLIDAY, PATRON or CLOSURE
	Label       text.Text `bun:"type:jsonb"`
	Source      string
}

func closedDays(ctx context.Context, tx *postgres.Tx, enrolments []uuid.UUID, days []calendar.Day) (rows []closedDay, err error) {
	spelled := make([]string, len(days))
	for i, d := range days {
		spelled[i] = d.String()
	}
	if err = tx.Ask(ctx, &rows, "select * from closed_days($1, $2)", enrolments, spelled); err != nil {
		return nil, fmt.Errorf("closed days: %w", err)
	}
	return rows, nil
}

// enrolledOnDays gives the enrolments of those whom the actor accompanies that meet some days.
func enrolledOnDays(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, keys []uuid.UUID, from, to calendar.Day) (ids []uuid.UUID, err error) {
	err = tx.Ask(ctx, pgdialect.Array(&ids), `select coalesce(array_agg(e.id order by e.from_day, e.id), '{}') from enrolment e
		where e.id in (select k.id from enrolment_key k where k.key = any ($1) and k.programme_id = $2 and k.from_day <= $4) and e.to_day >= $3`, keys, programme, from, to)
	if err != nil {
		return nil, fmt.Errorf("enrolments of days: %w", err)
	}
	return ids, nil
}

// dayPlans reads what is expected on the days of entries.
func dayPlans(ctx context.Context, tx *postgres.Tx, entries []Entry, into map[place]expected) error {
	ids, days := make([]uuid.UUID, len(entries)), make([]string, len(entries))
	for i, e := range entries {
		ids[i], days[i] = e.Enrolment, e.Day.String()
	}
	var rows []struct {
		EnrolmentID uuid.UUID
		Day         calendar.Day
		Timetabled  bool
		Hours       []int `bun:",array"` // pairs
		Kind        *string
		Label       text.Text `bun:"type:jsonb"`
		Source      *string
	}
	if err := tx.Ask(ctx, &rows, "select * from day_plans($1, $2)", ids, days); err != nil {
		return fmt.Errorf("what is expected: %w", err)
	}
	for _, r := range rows {
		x := expected{Timetabled: r.Timetabled}
		for i := 0; i+1 < len(r.Hours); i += 2 {
			from, err := calendar.NewLocalTime(r.Hours[i])
			if err != nil {
				return err
			}
			to, err := calendar.NewLocalTime(r.Hours[i+1])
			if err != nil {
				return err
			}
			x.Hours = append(x.Hours, hours{from, to})
		}
		if r.Kind != nil {
			x.Closed = &closedDay{EnrolmentID: r.EnrolmentID, Day: r.Day, Kind: *r.Kind, Label: r.Label, Source: *r.Source}
		}
		into[place{r.EnrolmentID, r.Day}] = x
	}
	return nil
}

// plannedWeek gives the hours of the week of an internship that is planned.
func plannedWeek(ctx context.Context, tx *postgres.Tx, p placement.Placement) (rows []plannedHours, err error) {
	if err = tx.Ask(ctx, &rows, "select * from planned_week($1, $2, $3)", p.Participation, p.Opening, p.FromDay); err != nil {
		return nil, fmt.Errorf("planned week: %w", err)
	}
	return rows, nil
}

// plannedDays gives the hours of all days of an internship that is planned, but for those that are closed.
func plannedDays(ctx context.Context, tx *postgres.Tx, p placement.Placement) (rows []plannedDay, err error) {
	if err = tx.Ask(ctx, &rows, "select * from planned_days($1, $2, $3, $4)", p.Participation, p.Opening, p.FromDay, p.ToDay); err != nil {
		return nil, fmt.Errorf("planned days: %w", err)
	}
	return rows, nil
}
