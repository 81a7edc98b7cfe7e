package activity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

type activityRow struct {
	bun.BaseModel `bun:"table:activity,alias:a"`
	Activity
}

type enrolmentRow struct {
	bun.BaseModel `bun:"table:enrolment,alias:e"`
	Enrolment
}

type certificateRow struct {
	bun.BaseModel `bun:"table:certificate,alias:c"`

	ID              uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	EnrolmentID     uuid.UUID
	Kind            string
	GivenOn         calendar.Day
	ValidTo         calendar.Day
	Audience        []uuid.UUID `bun:",array"`
}

// frame is what bounds an activity: its organiser's line, the programme's days, and all its partners.
type frame struct {
	FromDay, ToDay calendar.Day
	Line           []uuid.UUID `bun:",array"`
	Partners       []uuid.UUID `bun:",array"`
}

// frameOf is refused when the actor sees no such organisation in the programme.
func frameOf(ctx context.Context, tx *postgres.Tx, programmeID, organisation uuid.UUID) (f frame, err error) {
	err = tx.NewRaw(`select p.from_day, p.to_day, organisation_line(o.id) as line,
			(select array_agg(x.id order by x.id) from organisation x where x.programme_id = p.id) as partners
		from programme p join organisation o on o.programme_id = p.id where p.id = ? and o.id = ?`, programmeID, organisation).Scan(ctx, &f)
	return f, found(err, "organisation")
}

// lock loads an activity and makes all who count its seats wait for each other until the transaction ends.
func lock(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Activity, error) {
	var r activityRow
	err := tx.NewSelect().Model(&r).Where("id = ?", id).For("no key update").Scan(ctx)
	return r.Activity, found(err, "activity")
}

func activityOf(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Activity, error) {
	var r activityRow
	err := tx.NewSelect().Model(&r).Where("id = ?", id).Scan(ctx)
	return r.Activity, found(err, "activity")
}

func insertActivity(ctx context.Context, tx *postgres.Tx, a Activity) error {
	_, err := tx.NewInsert().Model(&activityRow{Activity: a}).Exec(ctx)
	return written(err, "activity_pkey")
}

// personOf loads a participation under the actor's rights, and refuses one that he does not see.
func personOf(ctx context.Context, tx *postgres.Tx, participation uuid.UUID) (p Person, err error) {
	err = tx.NewRaw("select id, programme_id, person_id, organisation_id, state, entered_on, audience from participation where id = ? for share", participation).Scan(ctx, &p)
	return p, found(err, "participant")
}

// taken is how many seats of an activity are taken, whoever follows the people.
func taken(ctx context.Context, tx *postgres.Tx, activity uuid.UUID) (n int, err error) {
	if err := tx.NewRaw("select activity_taken(?)", activity).Scan(ctx, &n); err != nil {
		return 0, fmt.Errorf("seats taken: %w", err)
	}
	return n, nil
}

// enrolledIn says whether a participation has an enrolment in the activity that was not left.
func enrolledIn(ctx context.Context, tx *postgres.Tx, activity, participation uuid.UUID) (bool, error) {
	return tx.NewSelect().Model((*enrolmentRow)(nil)).Where("activity_id = ? and participation_id = ? and state <> ?", activity, participation, Withdrawn).Exists(ctx)
}

// livingIn counts the enrolments in courses and laboratories that have not ended, of those participations that have any.
func livingIn(ctx context.Context, tx *postgres.Tx, participations []uuid.UUID) (map[uuid.UUID]int, error) {
	var rows []struct {
		ParticipationID uuid.UUID
		N               int
	}
	err := tx.NewRaw("select participation_id, count(*) as n from enrolment where participation_id in (?) and company_id is null and state in (?, ?) group by 1",
		bun.In(participations), Enrolled, Suspended).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("living enrolments: %w", err)
	}
	living := make(map[uuid.UUID]int, len(rows))
	for _, r := range rows {
		living[r.ParticipationID] = r.N
	}
	return living, nil
}

func enrolmentOf(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Enrolment, error) {
	var r enrolmentRow
	err := tx.NewSelect().Model(&r).Where("id = ?", id).Scan(ctx)
	return r.Enrolment, found(err, "enrolment")
}

func insertEnrolment(ctx context.Context, tx *postgres.Tx, e Enrolment) error {
	_, err := tx.NewInsert().Model(&enrolmentRow{Enrolment: e}).Exec(ctx)
	return written(err, "enrolment_pkey")
}

// update writes state, days and minutes of an enrolment that nobody has changed since it was loaded.
func update(ctx context.Context, tx *postgres.Tx, e *Enrolment, from State) error {
	result, err := tx.NewUpdate().Model((*enrolmentRow)(nil)).Set("state = ?", e.State).Set("from_day = ?", e.FromDay).Set("to_day = ?", e.ToDay).
		Set("planned_minutes = ?", e.PlannedMinutes).Set("revision = revision + 1").Set("audience = audience"). // mandates open it by its days
		Where("id = ? and state = ? and revision = ?", e.ID, from, e.Revision).Exec(ctx)
	if err != nil {
		return fmt.Errorf("enrolment: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, refusal.List{refusal.RevisionConflict.At("expectedRevision")})
	}
	e.Revision++
	return nil
}

// certify writes a certificate; the same one of the same day stands once.
func certify(ctx context.Context, tx *postgres.Tx, c certificateRow) error {
	_, err := tx.NewInsert().Model(&c).On("conflict (participation_id, kind, given_on) do nothing").Exec(ctx)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	return nil
}

// internships gives the first internship activity of a promoter; Nil for none. Who looks makes all others wait who look for it too.
func internships(ctx context.Context, tx *postgres.Tx, programmeID, organisation uuid.UUID) (uuid.UUID, error) {
	if _, err := tx.NewRaw("select pg_advisory_xact_lock(hashtextextended(?, 0))", "internships of "+organisation.String()).Exec(ctx); err != nil {
		return uuid.Nil, fmt.Errorf("hold internships: %w", err)
	}
	var id uuid.UUID
	err := tx.NewRaw("select id from activity where programme_id = ? and organisation_id = ? and kind = ? order by id limit 1", programmeID, organisation, Internship).Scan(ctx, &id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, fmt.Errorf("internships: %w", err)
	}
	return id, nil
}

func written(err error, key string) error {
	if postgres.Violates(err, key) {
		return refusal.List{refusal.IDTaken.At("id")}
	}
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// found turns a row that is not there into the refusal of an unknown id.
func found(err error, path ...string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return refusal.List{refusal.NotFound.At(path...)}
	}
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	return nil
}
