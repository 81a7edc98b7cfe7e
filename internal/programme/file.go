package programme

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
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
	Organisations  []Organisation // parents before children
	Municipalities []Municipality
	Items          []CodeItem // all lists, each in its own order
	Targets        []Target
	BudgetLines    []BudgetLine
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

// Target is a figure that the programme must reach.
type Target struct {
	Code  string
	Label text.Text
	Value int
}

// BudgetLine is one line of the budget.
type BudgetLine struct {
	Code      string
	Label     text.Text
	Amount    money.Cents
	Source    string
	Confirmed bool
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
const reading = "1\n"

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
