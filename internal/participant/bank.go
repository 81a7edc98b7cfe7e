package participant

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Relation is whose account somebody is paid to.
type Relation string

// The relations. Whichever it is, an account of several people who take part is one because who confirmed it has said so.
const (
	OwnAccount       Relation = "OWN"
	JointAccount     Relation = "JOINT"
	ParentAccount    Relation = "PARENT"
	GuardianAccount  Relation = "GUARDIAN_OR_ADMINISTRATOR" // by a decree, which the title names
	CommunityAccount Relation = "COMMUNITY_OR_PRISON_ACCOUNT"
	MandateAccount   Relation = "MANDATE" // to collect for the person
)

// needsTitle says whether the account is held by a paper that must be named.
func (r Relation) needsTitle() bool { return r == GuardianAccount || r == MandateAccount }

// maxHolder is the most characters of an account holder: what a SEPA credit transfer holds of a creditor's name (pain.001, Max70Text).
const maxHolder = 70

// maxTitle is the most characters of what gives somebody else the right to hold the account.
const maxTitle = 100

// Every IBAN fills one step, and so do the longest name of a holder and the longest title, four bytes a character, and every relation.
const (
	ibanStep     = 64
	holderStep   = 320
	byTitleStep  = 448
	relationStep = 32
)

var (
	causeHolder  = text.Text{It: "sono ammessi da 1 a 70 caratteri, senza caratteri di controllo", En: "1 to 70 characters are allowed, and no control characters"}
	causeByTitle = text.Text{It: "sono ammessi fino a 100 caratteri, senza caratteri di controllo", En: "up to 100 characters are allowed, and no control characters"}
	causeNoIBAN  = text.Text{It: "a chi riscuote di persona non serve un IBAN", En: "who collects in person needs no IBAN"}
)

// BankInput says how and where a person is paid.
type BankInput struct {
	Participation uuid.UUID
	ID            uuid.UUID       // made when zero
	IBAN          string          // of a SEPA country, as written by whoever records it; empty for means without an account
	Holder        string          // of the account, as the bank has it; who collects, for means without an account
	Relation      Relation        // empty is the person's own
	Title         string          // by which paper somebody else holds the account
	Means         programme.Means // empty is an IBAN
	File          *uuid.UUID      // the paper that proves it, which the actor has brought; nil for none
	Expected      *int            // the revision of the bank details that the actor looked at, 0 for none; nil is any
}

// RecordBankDetails writes down from today on where a person is paid. What held before stays on record. A holder who is not the person is
// warned of: another's account needs a reason; and so is an account that somebody else is paid to. They are used once somebody else has
// confirmed them.
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
	if err := refusal.Join(err, offered(ctx, tx, row.ProgrammeID, in.Means)); err != nil {
		return uuid.Nil, err
	}
	if err := account.warn(ctx, tx, row); err != nil {
		return uuid.Nil, err
	}
	if err := attach(ctx, tx, in.File, ProvesBankDetails, row); err != nil {
		return uuid.Nil, err
	}
	account.file = in.File
	id, err := account.write(ctx, tx, row, in.ID, before+1)
	if err != nil {
		return uuid.Nil, err
	}
	tellBank(tx, access.RecordBankDetails, row, detail{Bank: &id, Changed: before > 0, Passed: tx.Passed()})
	return id, nil
}

func tellBank(tx *postgres.Tx, act access.Act, row participationRow, d detail) {
	tx.Tell(event.News{Programme: row.ProgrammeID, Act: string(act), Kind: event.Changed, SubjectKind: subjectKind, Subject: row.ID,
		Related: []uuid.UUID{row.ID}, Audience: row.Audience}, d)
}

// account is where somebody is paid, in clear.
type account struct {
	iban     fiscal.IBAN
	holder   string
	relation Relation
	title    string
	means    programme.Means
	marks    []secret.Mark // of the IBAN
	file     *uuid.UUID
}

// read checks the input, all at once. Its refusals never repeat what was given.
func (in BankInput) read() (account, error) {
	a := account{holder: strings.TrimSpace(in.Holder), relation: cmp.Or(in.Relation, OwnAccount), title: strings.TrimSpace(in.Title), means: cmp.Or(in.Means, programme.ByIBAN)}
	var list refusal.List
	switch toAccount := a.means.ToAccount(); {
	case toAccount:
		iban, err := fiscal.ParseIBAN(in.IBAN)
		if err != nil {
			list = append(list, refusal.Invalid(err, "iban"))
		}
		a.iban = iban
	case strings.TrimSpace(in.IBAN) != "":
		list = append(list, refusal.InvalidValue.At("iban").With("cause", causeNoIBAN))
	}
	if a.holder == "" || !text.Line(a.holder, maxHolder) {
		list = append(list, refusal.InvalidValue.At("holder").With("cause", causeHolder))
	}
	switch {
	case a.title == "" && a.relation.needsTitle():
		list = append(list, TitleMissing.At("title"))
	case a.title != "" && !text.Line(a.title, maxTitle):
		list = append(list, refusal.InvalidValue.At("title").With("cause", causeByTitle))
	}
	return a, list.Err()
}

// offered refuses means that no payer of the programme has.
func offered(ctx context.Context, tx *postgres.Tx, prog uuid.UUID, means programme.Means) error {
	if means == "" || means == programme.ByIBAN {
		return nil
	}
	payers, err := programme.Payers(ctx, tx, prog)
	if err != nil || slices.ContainsFunc(payers, func(p programme.Payer) bool { return slices.Contains(p.Means, means) }) {
		return err
	}
	return MeansNotOffered.At("means")
}

// warn tells of an account that is said to be the person's own and is not, and of one that somebody else is paid to.
func (a *account) warn(ctx context.Context, tx *postgres.Tx, of participationRow) error {
	p, err := loadPerson(ctx, tx, of.PersonID)
	if err != nil {
		return err
	}
	if a.relation == OwnAccount && !fiscal.SameName(a.holder, p.GivenName+" "+p.FamilyName) {
		err = tx.Warn(HolderDiffers.At("holder"))
	}
	if a.iban == "" {
		return err
	}
	keys, fault := tx.Keys()
	if fault != nil {
		return fault
	}
	a.marks = keys.Indexes("iban", []byte(a.iban))
	if !staff(tx.Actor, of.ProgrammeID) {
		return err // who asks about himself does not learn whose accounts are known here; what is shared stays blocked, and who confirms is told
	}
	shared, fault := accountElsewhere(ctx, tx, of.PersonID, a.marks)
	switch {
	case fault != nil:
		return fault
	case shared:
		return refusal.Join(err, tx.Warn(AccountShared.At("iban")))
	}
	return err
}

// staff says whether the actor is more in the programme than somebody who takes part, or who acts for him.
func staff(a access.Actor, prog uuid.UUID) bool {
	return slices.ContainsFunc(a.Grants, func(g access.Grant) bool {
		return g.Programme == prog && g.Role != access.Self && g.Role != access.Representative
	})
}

// write adds the account as a revision of the person's bank details.
func (a account) write(ctx context.Context, tx *postgres.Tx, of participationRow, id uuid.UUID, revision int) (uuid.UUID, error) {
	key, err := tx.DataKey(ctx, of.PersonID)
	if err != nil {
		return uuid.Nil, err
	}
	if id == uuid.Nil {
		if id, err = uuid.NewV7(); err != nil {
			return uuid.Nil, err
		}
	}
	seal := func(column, plain string, step int) []byte {
		return key.SealPadded([]byte(plain), step, bankPlace(column, id))
	}
	by := member.HandOf(tx.Actor, access.RecordBankDetails, of.ProgrammeID, of.Audience)
	row := bankRow{ID: id, PersonID: of.PersonID, Revision: revision, Since: tx.Today(), RecordedBy: by.Member, OnBehalfOf: by.OnBehalfOf, Holder: seal("holder", a.holder, holderStep),
		Relation: seal("relation", string(a.relation), relationStep), Title: seal("title", a.title, byTitleStep), Means: a.means, FileID: a.file}
	if a.iban != "" {
		row.IBAN = seal("iban", string(a.iban), ibanStep)
	}
	err = insert(ctx, tx, row)
	switch {
	case postgres.Violates(err, "person_bank_pkey"):
		return uuid.Nil, refusal.IDTaken.At("id")
	case postgres.Violates(err, "person_bank_person_id_revision_key"):
		return uuid.Nil, refusal.RevisionConflict.At("expectedRevision")
	case err != nil || a.iban == "":
		return id, err
	}
	return id, markAccount(ctx, tx, id, a.marks)
}

// bankPlace is where a part of bank details is sealed.
func bankPlace(column string, row uuid.UUID) postgres.Place {
	return postgres.Place{Table: "person_bank", Column: column, Row: row}
}
