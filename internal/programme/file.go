package programme

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// File is what a programme file says, once it has been read and checked.
type File struct {
	Code           string
	Name           string
	ProjectCode    string
	CUP            string // as printed, even when it is not well-formed
	From, To       calendar.Day
	Budget         money.Cents
	Funding        text.Text      // who pays for it, as every paper of the programme must say; empty where the file does not
	Logos          []string       // what stands on its papers beside that, in words
	Organisations  []Organisation // parents before children
	Municipalities []Municipality
	Items          []CodeItem // all lists, each in its own order
	Holidays       []Holiday
	Targets        []Target
	Payers         []PayerEntry
	BudgetLines    []BudgetLine
	Gates          []FundingGate
	Policy         Draft
	Findings       []Finding

	name string
	hash string
}

// Organisation is a partner; the lead has no parent.
type Organisation struct {
	Code    string
	Name    string
	Kind    string // LEAD, PUBLIC_BODY, SOCIAL_COOPERATIVE, ASSOCIATION or COMPANY
	TaxCode string // empty when the file does not say
	Parent  string // code

	line int
}

// Municipality is a place from which the programme takes people; codes are texts, as their leading zeros count.
type Municipality struct {
	ISTAT    string
	Belfiore string
	Postcode string
	Name     string
}

// Holiday is a day that is no working day, everywhere or in one municipality. Each year's stands by itself: what moves, as Easter Monday, is dated.
type Holiday struct {
	Day          calendar.Day
	Municipality string // ISTAT code; "" for everywhere
	Label        text.Text
	Source       string
	Confirmed    bool
}

// code tells holidays of a programme apart.
func (h Holiday) code() string {
	if h.Municipality == "" {
		return h.Day.String()
	}
	return h.Day.String() + "/" + h.Municipality
}

// Target is a figure that the programme must reach.
type Target struct {
	Code  string
	Label text.Text
	Value int
}

// BudgetLine is one line of the budget.
type BudgetLine struct {
	Code         string
	Label        text.Text
	Amount       money.Cents
	Source       string
	Confirmed    bool
	Organisation string // code of the partner whose spending it is; empty for the whole programme's
	Kind         string // code of the one kind of activity that it is for; empty for any
}

// PayerEntry is a body that pays allowances, and how.
type PayerEntry struct {
	Organisation string // code
	Name         string // as its bank or treasurer has it, at most 70 characters
	Way          Way
	Format       Format // of BankFile only
	Tax          Tax
	Means        []Means
	IBAN         fiscal.IBAN // empty where the file leaves the account out: nothing can be paid by bank file then
	BIC          string
	CUC          string
	Source       string
	Confirmed    bool
}

// FundingGate shuts a line, or all lines, between two days: nothing may be approved on it.
type FundingGate struct {
	Line     string       // code; empty for all
	From, To calendar.Day // To is zero until further notice
	Reason   text.Text
}

// Draft is the policy version that a file holds; it becomes a Policy when it is applied.
type Draft struct {
	Number    int
	ValidFrom calendar.Day
	Rules     []Rule // in the order of the table of rules

	line int
}

// hash is equal for two drafts exactly when they say the same in the same words.
func (d Draft) hash() string {
	data, err := json.Marshal(struct {
		From  calendar.Day
		Rules []Rule
	}{d.ValidFrom, d.Rules})
	if err != nil {
		panic(err) // every value was made by a form
	}
	return digest(data)
}

// reading counts the ways in which files have been read: a file that was applied by an earlier way is applied again.
const reading = "3\n"

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
