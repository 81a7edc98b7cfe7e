package payment

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Upload announces an answer that somebody is going to bring.
type Upload struct {
	ID        uuid.UUID
	Payer     uuid.UUID // an organisation
	MediaType string    // XML, CSV or workbook
	Bytes     int
	SHA256    string // 64 hexadecimal digits
}

// PrepareUpload lets the actor bring an answer to what a payer has sent.
func PrepareUpload(ctx context.Context, tx *postgres.Tx, in Upload) (blob.Ticket, error) {
	line, err := lineOf(ctx, tx, in.Payer)
	if err != nil {
		return blob.Ticket{}, err
	}
	of, err := programmeOf(ctx, tx, in.Payer)
	switch {
	case err != nil:
		return blob.Ticket{}, err
	case of == uuid.Nil:
		return blob.Ticket{}, refusal.NotFound.At("payer")
	case !tx.Actor.May(access.PrepareUpload, of, []uuid.UUID{in.Payer}) || !tx.Actor.May(access.ReadAnswer, of, []uuid.UUID{in.Payer}):
		return blob.Ticket{}, refusal.NotAllowed.At()
	}
	ticket, err := blob.Prepare(ctx, tx, blob.Announced{ID: in.ID, Programme: of, Kind: AnswerFile, Class: access.Bank, MediaType: in.MediaType, Bytes: in.Bytes, SHA256: in.SHA256,
		Audience: line, Data: true})
	if err == nil {
		enterFile(tx, access.PrepareUpload, of, in.ID)
	}
	return ticket, err
}

// PrepareDownload lets the payer's office and approvers fetch a file of a run, or an answer, once, within a minute. ok is false for any other file.
func PrepareDownload(ctx context.Context, tx *postgres.Tx, file uuid.UUID) (ticket blob.Ticket, ok bool, err error) {
	payer, readable, err := payerOfFile(ctx, tx, file)
	if err != nil || payer == uuid.Nil {
		return ticket, false, err
	}
	if !readable {
		return ticket, true, FileGone.At("file")
	}
	f, ticket, err := blob.PrepareDownload(ctx, tx, file, func(f blob.File) error {
		if !tx.Actor.May(access.ExportRun, f.ProgrammeID, []uuid.UUID{payer}) && !tx.Actor.May(access.ApproveRun, f.ProgrammeID, []uuid.UUID{payer}) {
			return refusal.NotAllowed.At()
		}
		return nil
	})
	if err == nil {
		enterFile(tx, access.PrepareDownload, f.ProgrammeID, file)
	}
	return ticket, true, err
}

func enterFile(tx *postgres.Tx, act access.Act, of, file uuid.UUID) {
	tx.Enter(journal.Entry{Programme: of, Act: string(act), SubjectKind: "File", Subject: file})
}

// People are the participations that a file of a run, or an answer, tells of.
func People(ctx context.Context, tx *postgres.Tx, file uuid.UUID) ([]uuid.UUID, error) {
	return peopleOf(ctx, tx, file)
}
