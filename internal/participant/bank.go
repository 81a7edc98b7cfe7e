package participant

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// maxHolder is the most characters of an account holder: what a SEPA credit transfer holds of a creditor's name (pain.001, Max70Text).
const maxHolder = 70

// Every IBAN fills one step, and so does the longest name of a holder, four bytes a character.
const (
	ibanStep   = 64
	holderStep = 320
)

var causeHolder = text.Text{It: "sono ammessi da 1 a 70 caratteri, senza caratteri di controllo", En: "1 to 70 characters are allowed, and no control characters"}

// BankInput says where a person is paid.
type BankInput struct {
	Participation uuid.UUID
	ID            uuid.UUID // made when zero
	IBAN          string    // of a SEPA country, as written by whoever records it
	Holder        string    // of the account, as the bank has it
	Expected      *int      // the revision of the bank details that the actor looked at, 0 for none; nil is any
}

// RecordBankDetails writes down from today on where a person is paid. What held before stays on record. A holder who is not the person is
// warned of: another's account needs a reason.
func (r Room) RecordBankDetails(ctx context.Context, tx *postgres.Tx, in BankInput) (uuid.UUID, error) {
	row, err := load(ctx, tx, in.Participation)
	if err != nil {
		return uuid.Nil, err
	}
	if !tx.Actor.May(access.RecordBankDetails, row.ProgrammeID, row.Audience) {
		return uuid.Nil, refusal.NotAllowed.At()
	}
	before, err := bankRevision(ctx, tx, row.PersonID)
	if err != nil {
		return uuid.Nil, err
	}
	if in.Expected != nil && *in.Expected != before {
		return uuid.Nil, refusal.RevisionConflict.At("expectedRevision")
	}
	account, err := in.read()
	if err != nil {
		return uuid.Nil, err
	}
	if err := account.warn(ctx, tx, row.PersonID); err != nil {
		return uuid.Nil, err
	}
	id, err := account.write(ctx, tx, row.PersonID, in.ID, before+1)
	if err != nil {
		return uuid.Nil, err
	}
	tx.Tell(event.News{Programme: row.ProgrammeID, Act: string(access.RecordBankDetails), Kind: event.Changed, SubjectKind: subjectKind, Subject: row.ID,
		Related: []uuid.UUID{row.ID}, Audience: row.Audience}, detail{Bank: &id, Changed: before > 0, Passed: tx.Passed()})
	return id, nil
}

// account is where somebody is paid, in clear.
type account struct {
	iban   fiscal.IBAN
	holder string
}

// read checks the input, all at once. Its refusals never repeat what was given.
func (in BankInput) read() (account, error) {
	var list refusal.List
	iban, err := fiscal.ParseIBAN(in.IBAN)
	if err != nil {
		list = append(list, refusal.Invalid(err, "iban"))
	}
	holder := strings.TrimSpace(in.Holder)
	if holder == "" || !text.Line(holder, maxHolder) {
		list = append(list, refusal.InvalidValue.At("holder").With("cause", causeHolder))
	}
	return account{iban: iban, holder: holder}, list.Err()
}

// warn tells of an account that is not the person's own.
func (a account) warn(ctx context.Context, tx *postgres.Tx, person uuid.UUID) error {
	p, err := loadPerson(ctx, tx, person)
	if err != nil {
		return err
	}
	if fiscal.SameName(a.holder, p.GivenName+" "+p.FamilyName) {
		return nil
	}
	return tx.Warn(HolderDiffers.At("holder"))
}

// write adds the account as a revision of the person's bank details.
func (a account) write(ctx context.Context, tx *postgres.Tx, person, id uuid.UUID, revision int) (uuid.UUID, error) {
	key, err := tx.DataKey(ctx, person)
	if err != nil {
		return uuid.Nil, err
	}
	if id == uuid.Nil {
		if id, err = uuid.NewV7(); err != nil {
			return uuid.Nil, err
		}
	}
	place := func(column string) postgres.Place {
		return postgres.Place{Table: "person_bank", Column: column, Row: id}
	}
	err = insert(ctx, tx, bankRow{ID: id, PersonID: person, Revision: revision, Since: tx.Today(), RecordedBy: tx.Actor.Member,
		IBAN: key.SealPadded([]byte(a.iban), ibanStep, place("iban")), Holder: key.SealPadded([]byte(a.holder), holderStep, place("holder"))})
	switch {
	case postgres.Violates(err, "person_bank_pkey"):
		return uuid.Nil, refusal.IDTaken.At("id")
	case postgres.Violates(err, "person_bank_person_id_revision_key"):
		return uuid.Nil, refusal.RevisionConflict.At("expectedRevision")
	}
	return id, err
}
