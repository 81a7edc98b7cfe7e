package attendance

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
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
	Audience        []uuid.UUID `bun:",array"`
	Revision        int

	passed    refusal.List // warnings that the writer acknowledged, for the journal
	delivered bool         // by who does not see the enrolment any more
}

// columns of an entry as they are read.
const columns = `id, programme_id, enrolment_id, activity_id, participation_id, person_id, placement_id, company_id, kind, day, from_minute, to_minute, absence_reason,
	note, standing, standing_note, standing_by, standing_at, replaces_id, recorded_by, recorded_at, origin, made_at, device_id, app, drift_seconds, conflicts, settled,
	audience, revision`

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
	var rows []row
	if err := tx.Ask(ctx, &rows, "select "+columns+" from attendance where id = any ($1)", ids); err != nil {
		return nil, fmt.Errorf("entries: %w", err)
	}
	byID := make(map[uuid.UUID]row, len(rows))
	for _, r := range rows {
		byID[r.ID] = r
	}
	return byID, nil
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
	if err := tx.NewInsert().Model(&own).Returning("id, audience").Scan(ctx, &stand); err != nil {
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
			coalesce(sum(a.minutes) filter (where a.standing = 'COUNTED' and a.kind = 'PRESENCE'), 0) as counted,
			count(*) filter (where a.standing = 'CONTESTED') as contested
		from placement p join enrolment e on e.id = p.enrolment_id left join attendance a on a.enrolment_id = e.id
		where p.id = any(?::uuid[]) group by p.id, e.planned_minutes`, pgdialect.Array(placements)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("shares: %w", err)
	}
	return rows, nil
}
