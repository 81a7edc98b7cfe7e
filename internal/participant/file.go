package participant

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// What a file proves.
const (
	ProvesCheck       = "EXCLUSION_CHECK"
	ProvesRequirement = "REQUIREMENT_PROOF"
	ProvesRegister    = "REGISTER"
	ProvesBankDetails = "BANK_DETAILS"
	ProvesAbsence     = "ABSENCE_PAPER" // it may be a doctor's
	ProvesSigned      = "SIGNED_PAPER"  // a month of the register
	ProvesHousing     = "HOUSING_PROOF"
	ProvesRent        = "HOUSING_RECEIPT"
)

// proves says of each kind of file which act attaches it, and of which class is the row that it proves.
var proves = map[string]struct {
	act   access.Act
	class access.Class
}{
	ProvesCheck:       {access.RecordExclusionCheck, access.Eligibility},
	ProvesRequirement: {access.RecordProof, access.Proof},
	ProvesRegister:    {access.CertifyMonthForHost, access.Work},
	ProvesBankDetails: {access.RecordBankDetails, access.Bank},
	ProvesAbsence:     {access.AttachAbsencePaper, access.Health},
	ProvesSigned:      {access.AttachSignedPaper, access.Work},
	ProvesHousing:     {access.RequestHousingGrant, access.Restricted},
	ProvesRent:        {access.RecordHousingReceipt, access.Restricted},
}

var causeKind = text.Text{It: "un file prova una verifica di esclusione, un requisito, un mese del registro, anche firmato su carta, un'assenza, un contributo per l'abitare, la spesa di un suo mese o i dati di pagamento", En: "a file proves an exclusion check, a requirement, a month of the register, also signed on paper, an absence, a contribution to housing, what a month of it costs, or payment details"}

// FileInput announces a file about a participant.
type FileInput struct {
	Participation uuid.UUID
	ID            uuid.UUID
	Kind          string // one of those above
	MediaType     string
	Bytes         int
	SHA256        string // 64 hexadecimal digits
}

// PrepareUpload lets the actor bring a file that he may attach. It is journalled, and nobody is told: a file is nothing until it proves
// something.
func (r Room) PrepareUpload(ctx context.Context, tx *postgres.Tx, in FileInput) (blob.Ticket, error) {
	row, err := load(ctx, tx, in.Participation)
	if err != nil {
		return blob.Ticket{}, err
	}
	kind, known := proves[in.Kind]
	if !known {
		return blob.Ticket{}, refusal.InvalidValue.At("kind").With("cause", causeKind)
	}
	for _, act := range []access.Act{access.PrepareUpload, kind.act} {
		if !tx.Actor.May(act, row.ProgrammeID, row.Audience) {
			return blob.Ticket{}, refusal.NotAllowed.At()
		}
	}
	ticket, err := blob.Prepare(ctx, tx, blob.Announced{ID: in.ID, Programme: row.ProgrammeID, Participation: row.ID, Person: row.PersonID, Kind: in.Kind,
		Class: kind.class, MediaType: in.MediaType, Bytes: in.Bytes, SHA256: in.SHA256, Audience: row.Audience})
	if err == nil {
		enterFile(tx, access.PrepareUpload, in.ID, row)
	}
	return ticket, err
}

// PrepareDownload lets the actor fetch a file once, within a minute. Whoever reads the row that the file proves sees that it is there; what
// it says is for those who follow the person.
func (r Room) PrepareDownload(ctx context.Context, tx *postgres.Tx, file uuid.UUID) (blob.Ticket, error) {
	var row participationRow
	_, ticket, err := blob.PrepareDownload(ctx, tx, file, func(f blob.File) (err error) {
		if row, err = load(ctx, tx, f.ParticipationID); err != nil {
			return refusal.NotFound.At("file")
		}
		if !tx.Actor.May(access.PrepareDownload, row.ProgrammeID, row.Audience) {
			return refusal.NotAllowed.At()
		}
		return nil
	})
	if err == nil {
		enterFile(tx, access.PrepareDownload, file, row)
	}
	return ticket, err
}

// enterFile journals what was done to a file.
func enterFile(tx *postgres.Tx, act access.Act, file uuid.UUID, of participationRow) {
	tx.Enter(journal.Entry{Programme: of.ProgrammeID, Act: string(act), SubjectKind: "File", Subject: file,
		OnBehalfOf: tx.Actor.ActsFor(act, of.ProgrammeID, of.Audience), About: []uuid.UUID{of.ID}})
}

// attach makes a file proof of a row that is being written; nil for none.
func attach(ctx context.Context, tx *postgres.Tx, file *uuid.UUID, kind string, of participationRow) error {
	if file == nil {
		return nil
	}
	return blob.Attach(ctx, tx, *file, of.ID, kind, slices.Clone(of.Audience))
}
