package participant

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// ConfirmInput says that recorded bank details are right.
type ConfirmInput struct {
	Participation uuid.UUID
	Details       uuid.UUID
	CalledBack    bool // the person himself was asked, by a number that was known before: the details need no rest then
}

// ConfirmBankDetails has a second person stand for bank details: never the one who recorded them, by whatever account of his, nor one of the two where one of
// them only stands in for the other. An account that somebody else is paid to is warned of, whatever it is said to be and whoever recorded it: it is a common
// one because who confirms says so. Without a call-back details are used only after the days of rest of the policy (payment.details_rest_days).
func (r Room) ConfirmBankDetails(ctx context.Context, tx *postgres.Tx, in ConfirmInput) error {
	row, of, err := recordedDetails(ctx, tx, access.ConfirmBankDetails, in.Participation, in.Details)
	if err != nil {
		return err
	}
	if of.Confirmed {
		return refusal.List{DetailsConfirmed.At("details")}
	}
	shared, err := of.shared(ctx, tx)
	if err == nil && shared {
		err = tx.Warn(AccountShared.At("details"))
	}
	if err != nil {
		return err
	}
	err = of.check(ctx, tx, bankCheckRow{Kind: checkConfirmed, CalledBack: in.CalledBack, Common: shared})
	switch {
	case postgres.Violates(err, "person_bank_confirmed"):
		return refusal.List{DetailsConfirmed.At("details")}
	case err != nil:
		return err
	}
	tellBank(tx, access.ConfirmBankDetails, row, detail{Bank: &of.ID, CalledBack: in.CalledBack, Passed: tx.Passed()})
	return nil
}

// PayeeOutcome is what a bank says of the name that was given for an account (verification of payee, Reg. EU 2024/886).
type PayeeOutcome string

// The outcomes; only NO_MATCH keeps details from being used.
const (
	PayeeMatch       PayeeOutcome = "MATCH"
	PayeeCloseMatch  PayeeOutcome = "CLOSE_MATCH"
	PayeeNoMatch     PayeeOutcome = "NO_MATCH"
	PayeeNotPossible PayeeOutcome = "NOT_POSSIBLE"
)

// PayeeInput says what the bank answered about recorded bank details.
type PayeeInput struct {
	Participation uuid.UUID
	Details       uuid.UUID
	Outcome       PayeeOutcome
}

// RecordPayeeCheck has a second person write down what the bank says of the holder's name. The last outcome holds.
func (r Room) RecordPayeeCheck(ctx context.Context, tx *postgres.Tx, in PayeeInput) error {
	row, of, err := recordedDetails(ctx, tx, access.RecordPayeeCheck, in.Participation, in.Details)
	if err != nil {
		return err
	}
	if !of.Means.ToAccount() {
		return refusal.List{NoAccountToCheck.At("details")}
	}
	if err := of.check(ctx, tx, bankCheckRow{Kind: checkPayee, Outcome: &in.Outcome}); err != nil {
		return err
	}
	tellBank(tx, access.RecordPayeeCheck, row, detail{Bank: &of.ID, Payee: string(in.Outcome)})
	return nil
}

// recordedDetails finds the details that hold of the participation's person, as one who may act on them and did not record them: others are history.
func recordedDetails(ctx context.Context, tx *postgres.Tx, act access.Act, participation, details uuid.UUID) (participationRow, detailsRow, error) {
	row, err := load(ctx, tx, participation)
	if err != nil {
		return row, detailsRow{}, err
	}
	if !tx.Actor.May(act, row.ProgrammeID, row.Audience) {
		return row, detailsRow{}, refusal.NotAllowed.At()
	}
	of, err := loadDetails(ctx, tx, details)
	switch {
	case err != nil:
		return row, of, err
	case of.PersonID != row.PersonID:
		return row, of, refusal.NotFound.At("details")
	case !of.Last:
		return row, of, refusal.List{DetailsSuperseded.At("details")}
	}
	own, err := member.OwnHand(ctx, tx, member.Hand{Member: of.RecordedBy, OnBehalfOf: of.OnBehalfOf}, act, row.ProgrammeID, row.Audience)
	if err == nil && own {
		err = refusal.List{SecondPersonNeeded.At("details")}
	}
	return row, of, err
}

// check keeps what the actor did about the details.
func (d detailsRow) check(ctx context.Context, tx *postgres.Tx, c bankCheckRow) (err error) {
	if c.ID, err = uuid.NewV7(); err != nil {
		return err
	}
	c.BankID, c.PersonID, c.RecordedBy, c.MemberID, c.Day, c.At = d.ID, d.PersonID, d.RecordedBy, tx.Actor.Member, tx.Today(), tx.Now
	return insert(ctx, tx, c)
}
