package programme

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Way is how a payer has allowances paid.
type Way string

// A public payer may instruct its treasurer only by orders of its own accounting (OPI through SIOPE+), to which it is handed a list.
const (
	OrderList Way = "ORDER_LIST"
	BankFile  Way = "BANK_FILE"
)

// Format is the message that a payer's bank takes.
type Format string

// ISO 20022 as it stands, and the national form of it.
const (
	Pain001 Format = "PAIN_001"
	CBI     Format = "CBI"
)

// Tax is how a payer's allowances are taxed: by the version of the rules in force on a month's last day, whenever the month is issued.
type Tax string

// Exempt needs a public payer and an aim of assistance, both (AdE answer 51/2020); everything else is assimilated to income of employment.
const (
	Exempt      Tax = "EXEMPT"
	Assimilated Tax = "ASSIMILATED"
)

// Means is how a payer lets people be paid.
type Means string

// The means; by bank file only those that go to an IBAN.
const (
	ByIBAN   Means = "IBAN"
	ByCard   Means = "CARD_IBAN" // a card with an IBAN of its own
	ByPost   Means = "POSTAL"    // made out to the person, at any post office
	ByTeller Means = "COUNTER"   // at the treasurer's counter
)

// ToAccount says whether the means go to an IBAN.
func (m Means) ToAccount() bool { return m == ByIBAN || m == ByCard }

// Payer is a body of the programme that pays allowances.
type Payer struct {
	Organisation uuid.UUID
	Code         string // of the body
	Name         string // as its bank or treasurer has it
	Way          Way
	Format       Format      // of BankFile only
	Means        []Means     // that it offers, at least one
	IBAN         fiscal.IBAN // of the account that is debited; empty where the programme file leaves it out
	BIC          string      // of its bank; may be empty
	CUC          string      // codice unico CBI; needed by CBI
	Confirmed    bool        // false: way, tax and means are still to be confirmed by the programme
}

// Payers gives the programme's payers in the order of its file, whatever the actor may see of their accounts: never show one to him.
func Payers(ctx context.Context, tx *postgres.Tx, programme uuid.UUID) ([]Payer, error) {
	return loadPayers(ctx, tx, programme)
}

// Blocks tells what keeps a run of the payer from being made out: PAYER_WITHOUT_ACCOUNT, where a bank file has nothing to debit.
func (p Payer) Blocks() refusal.List {
	if p.Way == BankFile && p.IBAN == "" {
		return refusal.List{PayerWithoutAccount.At().With("payer", p.Name)}
	}
	return nil
}
