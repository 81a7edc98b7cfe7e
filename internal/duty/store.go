package duty

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

type dueRow struct {
	bun.BaseModel `bun:"table:due,alias:d"`

	ID              uuid.UUID
	ProgrammeID     uuid.UUID
	SubjectKind     string
	SubjectID       uuid.UUID
	ParticipationID *uuid.UUID
	Kind            string
	DueAt           time.Time
	OwnerKey        uuid.UUID
	NextOwnerKey    uuid.UUID
	EscalatedAt     bun.NullTime
	NextReminderAt  bun.NullTime
	Audience        []uuid.UUID `bun:",array"`
	Revision        int
}

type noticeRow struct {
	bun.BaseModel `bun:"table:notice,alias:n"`

	ID          uuid.UUID
	DueID       uuid.UUID
	ProgrammeID uuid.UUID
	MemberID    uuid.UUID
	Channel     Channel
	At          time.Time
	Outcome     Outcome
	Audience    []uuid.UUID `bun:",array"`
}

// open writes a due; its first reminder falls at its time.
func open(ctx context.Context, tx *postgres.Tx, d Due) error {
	row := dueRow{ID: d.ID, ProgrammeID: d.Programme, SubjectKind: d.SubjectKind, SubjectID: d.Subject, Kind: d.Kind, DueAt: d.At,
		OwnerKey: d.Owner, NextOwnerKey: d.NextOwner, NextReminderAt: bun.NullTime{Time: d.At}, Audience: d.Audience, Revision: 1}
	if d.Participation != uuid.Nil {
		row.ParticipationID = &d.Participation
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("open due: %w", err)
	}
	return nil
}

// finish marks the subject's open dues of these kinds in the programme as done.
func finish(ctx context.Context, tx *postgres.Tx, programme, subject uuid.UUID, kinds []string) error {
	_, err := tx.NewUpdate().Model((*dueRow)(nil)).Set("done_at = ?", tx.Now).Set("next_reminder_at = null").Set("revision = revision + 1").
		Where("subject_id = ? and kind in (?) and programme_id = ? and done_at is null", subject, bun.In(kinds), programme).Exec(ctx)
	if err != nil {
		return fmt.Errorf("finish dues: %w", err)
	}
	return nil
}

// dueBy says whether something of the kind is open about the subject, and due by then.
func dueBy(ctx context.Context, tx *postgres.Tx, programme, subject uuid.UUID, kind string, at time.Time) (yes bool, err error) {
	err = tx.Ask(ctx, &yes, "select exists (select from due where subject_id = $1 and kind = $2 and programme_id = $3 and due_at = $4 and done_at is null)", subject, kind, programme, at)
	if err != nil {
		return false, fmt.Errorf("what is due: %w", err)
	}
	return yes, nil
}

// handOver gives the subject's open dues to those whose turn it is now; one that has escalated stays where it is.
func handOver(ctx context.Context, tx *postgres.Tx, subject uuid.UUID, kinds []string, owner, next uuid.UUID) error {
	if owner == uuid.Nil {
		return nil
	}
	_, err := tx.NewUpdate().Model((*dueRow)(nil)).Set("owner_key = ?", owner).Set("next_owner_key = ?", next).Set("revision = revision + 1").
		Where("subject_id = ? and kind in (?) and done_at is null and escalated_at is null", subject, bun.In(kinds)).
		Where("(owner_key, next_owner_key) <> (?, ?)", owner, next).Exec(ctx)
	if err != nil {
		return fmt.Errorf("hand over dues: %w", err)
	}
	return nil
}

// postpone has what is due of the subject fall later by some days, at the same time of the day; where it had gone over to the next owner, it comes back.
func postpone(ctx context.Context, tx *postgres.Tx, subject uuid.UUID, kind string, days int, owner, next uuid.UUID) error {
	_, err := tx.NewRaw(`update due d set due_at = l.at, next_reminder_at = case when l.at > ?2 then l.at else d.next_reminder_at end,
			escalated_at = case when l.at <= ?2 then d.escalated_at end, owner_key = case when l.at > ?2 then ?3 else d.owner_key end,
			next_owner_key = case when l.at > ?2 then ?4 else d.next_owner_key end, revision = d.revision + 1
		from (select x.id, (x.due_at at time zone 'Europe/Rome' + make_interval(days => ?0)) at time zone 'Europe/Rome' as at from due x where x.subject_id = ?1 and x.kind = ?5 and x.done_at is null) l
		where d.id = l.id`, days, subject, tx.Now, owner, next, kind).Exec(ctx)
	if err != nil {
		return fmt.Errorf("postpone dues: %w", err)
	}
	return nil
}

// firing takes the dues whose reminder has come, the longest waiting first, and keeps other runners off them.
func firing(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, limit int) ([]Due, error) {
	var rows []dueRow
	err := tx.NewSelect().Model(&rows).Where("d.programme_id = ? and d.done_at is null and d.next_reminder_at <= ?", programme, tx.Now).
		Order("next_reminder_at", "id").Limit(int64(limit)).For("update skip locked").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("dues to remind of: %w", err)
	}
	dues := make([]Due, len(rows))
	for i, r := range rows {
		dues[i] = Due{ID: r.ID, Programme: r.ProgrammeID, SubjectKind: r.SubjectKind, Subject: r.SubjectID, Kind: r.Kind, At: r.DueAt,
			Owner: r.OwnerKey, NextOwner: r.NextOwnerKey, EscalatedAt: r.EscalatedAt.Time, Audience: r.Audience}
		if r.ParticipationID != nil {
			dues[i].Participation = *r.ParticipationID
		}
	}
	return dues, nil
}

// openReads opens the dues that tell of reads since the moment.
func openReads(ctx context.Context, tx *postgres.Tx, since time.Time) error {
	if _, err := tx.NewRaw("select tell_reads(?, ?)", since, tx.Now).Exec(ctx); err != nil {
		return fmt.Errorf("tell of reads: %w", err)
	}
	return nil
}

// reminded counts a reminder of the dues, and hands over those that escalate. One that only tells is done.
func reminded(ctx context.Context, tx *postgres.Tx, ids, escalated []uuid.UUID, next time.Time) error {
	_, err := tx.NewUpdate().Model((*dueRow)(nil)).Set("reminders = reminders + 1").Set("last_reminded_at = ?", tx.Now).Set("next_reminder_at = case when tells then null else ?::timestamptz end", next).
		Set("done_at = case when tells then ?::timestamptz end", tx.Now).
		Set("owner_key = case when id = any (?) then next_owner_key else owner_key end", pgdialect.Array(escalated)).
		Set("escalated_at = case when id = any (?) then ? else escalated_at end", pgdialect.Array(escalated), tx.Now).
		Set("revision = revision + 1").Where("id in (?)", bun.In(ids)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("remind: %w", err)
	}
	return nil
}

// recipient is a member who is told of what the key owns.
type recipient struct {
	Key      uuid.UUID
	MemberID uuid.UUID
	Email    string
}

// inherit gives the open dues about a participation whose owners have lost it to the heir.
func inherit(ctx context.Context, tx *postgres.Tx, participation uuid.UUID, gone []uuid.UUID, heir uuid.UUID) error {
	_, err := tx.NewRaw(`update due set owner_key = case when owner_key = any (?0) then ?1 else owner_key end,
			next_owner_key = case when next_owner_key = any (?0) then ?1 else next_owner_key end, revision = revision + 1
		where participation_id = ?2 and done_at is null and (owner_key = any (?0) or next_owner_key = any (?0))`,
		pgdialect.Array(gone), heir, participation).Exec(ctx)
	if err != nil {
		return fmt.Errorf("inherit dues: %w", err)
	}
	return nil
}

// recipients are the members behind owners: the member himself, those who coordinate the organisation on the day, or those who are
// named in a circle.
func recipients(ctx context.Context, tx *postgres.Tx, programme uuid.UUID, owners []uuid.UUID) ([]recipient, error) {
	var rows []recipient
	err := tx.NewRaw(`select m.id as key, m.id as member_id, m.email from member m where m.id in (?0)
		union
		select g.key, m.id, m.email from access_grant g join member m on m.id = g.member_id
		where g.programme_id = ?1 and g.key in (?0) and (g.role in (?2) or g.scope = 'CIRCLE') and g.from_day <= ?3 and (g.to_day is null or g.to_day >= ?3)
		order by 2, 1`, bun.In(owners), programme, bun.In([]access.Role{access.Coordinator, access.PartnerCoordinator}), tx.Today()).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("recipients: %w", err)
	}
	return rows, nil
}

func keepNotices(ctx context.Context, tx *postgres.Tx, rows []noticeRow) error {
	if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return fmt.Errorf("notices: %w", err)
	}
	return nil
}

// position locks how far a reaction has come in a programme: two runners never react to one event.
func position(ctx context.Context, tx *postgres.Tx, name string, programme uuid.UUID) (seq int64, err error) {
	_, err = tx.NewRaw("insert into reaction_position (name, programme_id, seq) values (?, ?, 0) on conflict do nothing", name, programme).Exec(ctx)
	if err == nil {
		err = tx.NewRaw("select seq from reaction_position where name = ? and programme_id = ? for update", name, programme).Scan(ctx, &seq)
	}
	if err != nil {
		return 0, fmt.Errorf("position of %s: %w", name, err)
	}
	return seq, nil
}

func move(ctx context.Context, tx *postgres.Tx, name string, programme uuid.UUID, seq int64) error {
	_, err := tx.NewRaw("update reaction_position set seq = ? where name = ? and programme_id = ?", seq, name, programme).Exec(ctx)
	if err != nil {
		return fmt.Errorf("position of %s: %w", name, err)
	}
	return nil
}
