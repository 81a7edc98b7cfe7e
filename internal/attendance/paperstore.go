package attendance

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// paperRow is the paper of an absence.
type paperRow struct {
	ID              uuid.UUID
	ProgrammeID     uuid.UUID
	ParticipationID uuid.UUID
	FromDay         calendar.Day
	ToDay           calendar.Day
	FileID          uuid.UUID
	AttachedBy      uuid.UUID
	AttachedAt      time.Time
	WithdrawnBy     *uuid.UUID
	WithdrawnAt     *time.Time
	Mistake         *PaperMistake
	Audience        []uuid.UUID `bun:",array"`
	Revision        int
}

// absenteeRow is whom a paper is about.
type absenteeRow struct {
	ProgrammeID uuid.UUID
	Audience    []uuid.UUID `bun:",array"`
}

func absentee(ctx context.Context, tx *postgres.Tx, participation uuid.UUID) (of absenteeRow, found bool, err error) {
	var rows []absenteeRow
	if err = tx.Ask(ctx, &rows, "select programme_id, audience from participation where id = $1", participation); err != nil {
		return of, false, fmt.Errorf("who was absent: %w", err)
	}
	if len(rows) == 0 {
		return of, false, nil
	}
	return rows[0], true, nil
}

func paperByID(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (row paperRow, found bool, err error) {
	var rows []paperRow
	if err = tx.NewRaw("select * from absence_paper where id = ?", id).Scan(ctx, &rows); err != nil {
		return row, false, fmt.Errorf("absence's paper: %w", err)
	}
	if len(rows) == 0 {
		return row, false, nil
	}
	return rows[0], true, nil
}

// insertPaper writes a paper, and makes its file one that is read like what is of health.
func insertPaper(ctx context.Context, tx *postgres.Tx, row *paperRow) error {
	if err := blob.Attach(ctx, tx, row.FileID, row.ParticipationID, participant.ProvesAbsence, row.Audience); err != nil {
		return err
	}
	_, err := tx.NewInsert().Model(row).ModelTableExpr("absence_paper").Exec(ctx)
	if postgres.Violates(err, "absence_paper_pkey") {
		return refusal.List{refusal.IDTaken.At("id")}
	}
	if err != nil {
		return fmt.Errorf("attach paper: %w", err)
	}
	return nil
}

func withdrawPaper(ctx context.Context, tx *postgres.Tx, row paperRow) error {
	result, err := tx.NewRaw("update absence_paper set withdrawn_by = ?, withdrawn_at = ?, mistake = ?, revision = revision + 1 where id = ? and revision = ?", tx.Actor.Member, tx.Now, row.Mistake, row.ID, row.Revision).Exec(ctx)
	if err != nil {
		return fmt.Errorf("withdraw paper: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return orConflict(err)
	}
	return nil
}
