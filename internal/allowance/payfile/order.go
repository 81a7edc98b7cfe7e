package payfile

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// What a message holds at most. Lengths count characters after writing in Latin letters; domain rules of SEPA and CBI.
const (
	MaxID      = 35
	MaxName    = 70
	MaxWording = 140
	MaxLines   = 10_000
	MaxAmount  = money.Cents(999_999_999_99) // of one SEPA credit transfer
)

// Order is one payer's order to its bank: one debit account, one day, one line for each transfer.
type Order struct {
	MessageID string // at most 35 characters, never used for another order; also the id of its only payment information
	Created   time.Time
	Execution calendar.Day // requested; the bank moves it to its next working day
	Debtor    Debtor
	// OneDebit asks the bank to book the whole order as one debit; false shows each line on the statement, with its end-to-end id.
	OneDebit bool
	Lines    []Line
}

// Debtor is who pays.
type Debtor struct {
	Name string
	IBAN fiscal.IBAN
	BIC  string // of the debtor's bank; "" where the bank needs none
	CUC  string // codice unico CBI, 8 characters; needed by CBI only
}

// Line is one transfer.
type Line struct {
	EndToEndID string // at most 35 characters, never used for another line; comes back in every answer
	Holder     string // of the account, as the bank has it
	IBAN       fiscal.IBAN
	Amount     money.Cents // more than nothing
	CUP        fiscal.CUP
	Month      calendar.Month // that is paid
	Wording    string         // what follows CUP and month in the remittance text; may be empty
}

// Control is what a file is compared by: how many lines, their sum, and the SHA-256 of its bytes in hexadecimal.
type Control struct {
	Lines int
	Total money.Cents
	Hash  string
}

// Sent is what an answer is held against.
type Sent struct {
	MessageID string
	Lines     []SentLine
}

// SentLine is one line that waits for its answer.
type SentLine struct {
	EndToEndID string
	Amount     money.Cents
	Out        bool // known not to be executed: what is said of the others together leaves it out
}

// Sent is the order as its answers will name it.
func (o Order) Sent() Sent {
	sent := Sent{MessageID: o.MessageID, Lines: make([]SentLine, len(o.Lines))}
	for i, l := range o.Lines {
		sent.Lines[i] = SentLine{EndToEndID: l.EndToEndID, Amount: l.Amount}
	}
	return sent
}

// hashOf is the SHA-256 of a file, in hexadecimal.
func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
