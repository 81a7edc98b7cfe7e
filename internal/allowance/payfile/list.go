package payfile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/lavoroincorso/lavoro/internal/platform/file"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Means is how a beneficiary is paid.
type Means string

// The means that a payer may offer; the first two go to an IBAN.
const (
	MeansIBAN    Means = "IBAN"
	MeansCard    Means = "CARD"    // a card with an IBAN of its own
	MeansPostal  Means = "POSTAL"  // a payment made out to the beneficiary, at any post office
	MeansCounter Means = "COUNTER" // at the treasurer's counter
)

// List is what a public payer's accounting office is asked to order from the treasurer, one row for each order.
type List struct{ Rows []ListRow }

// ListRow is one order.
type ListRow struct {
	Key         string // at most 35 characters; comes back in the answer
	Beneficiary string
	Means       Means
	IBAN        fiscal.IBAN // of MeansIBAN and MeansCard only
	Gross       money.Cents
	Withheld    money.Cents // tax; less than nothing where more is given back that was withheld before
	Recovered   money.Cents // of what was paid too much before
	Net         money.Cents // gross less withheld and recovered, more than nothing
	CUP         fiscal.CUP
	BudgetLine  string
	Wording     string
}

// ListControl is what a list is compared by.
type ListControl struct {
	Control // Total is the net
	Gross   money.Cents
	Held    money.Cents
	Back    money.Cents // recovered
}

// The columns of the list, and those that its answer has more.
var (
	listColumns   = []string{"order_key", "beneficiary", "means", "iban", "gross", "withheld", "recovered", "net", "cup", "budget_line", "wording"}
	answerColumns = []string{"order_number", "date", "outcome", "reason"}
)

// totalKey stands for an order key in the row of totals, the last one.
const totalKey = "TOTAL"

// CSV writes the list for a spreadsheet: UTF-8 with a byte order mark, ";" between the cells, a comma before the cents, and no cell that a
// spreadsheet would compute. The error is a refusal.List that names every row at fault.
func (l List) CSV() ([]byte, ListControl, error) { return l.write(file.Sheet.CSV) }

// Workbook writes the list as an XLSX workbook.
func (l List) Workbook() ([]byte, ListControl, error) { return l.write(file.Sheet.Workbook) }

func (l List) write(form func(file.Sheet) ([]byte, error)) ([]byte, ListControl, error) {
	checked, control, err := l.check()
	if err != nil {
		return nil, ListControl{}, err
	}
	sheet := file.Sheet{Name: "orders", Columns: listColumns}
	for _, r := range checked {
		sheet.Rows = append(sheet.Rows, []any{r.Key, r.Beneficiary, string(r.Means), string(r.IBAN), number(r.Gross), number(r.Withheld), number(r.Recovered), number(r.Net), string(r.CUP), r.BudgetLine, r.Wording})
	}
	sheet.Rows = append(sheet.Rows, []any{totalKey, strconv.Itoa(control.Lines), "", "", number(control.Gross), number(control.Held), number(control.Back), number(control.Total), "", "", ""})
	data, err := form(sheet)
	if err != nil {
		return nil, ListControl{}, fmt.Errorf("list of orders: %w", err)
	}
	control.Hash = hashOf(data)
	return data, control, nil
}

func number(c money.Cents) file.Number { return file.Number(c.String()) }

// Sent is the list as its answer will name it. A list has no message id: its keys are unlike those of any other.
func (l List) Sent() Sent {
	var sent Sent
	for _, r := range l.Rows {
		sent.Lines = append(sent.Lines, SentLine{EndToEndID: r.Key, Amount: r.Net})
	}
	return sent
}

func (l List) check() ([]ListRow, ListControl, error) {
	var c check
	if !c.size(len(l.Rows)) {
		return nil, ListControl{}, c.list
	}
	checked := make([]ListRow, len(l.Rows))
	seen := make(map[string]int, len(l.Rows))
	for i, r := range l.Rows {
		checked[i] = c.row(r, place(i), seen)
	}
	control, err := totalsOf(checked)
	if err != nil {
		c.refuse(OrderTooLarge.At("lines").With("most", MaxLines))
	}
	return checked, control, c.list.Err()
}

func totalsOf(rows []ListRow) (control ListControl, err error) {
	control.Lines = len(rows)
	for _, r := range rows {
		for sum, amount := range map[*money.Cents]money.Cents{&control.Gross: r.Gross, &control.Held: r.Withheld, &control.Back: r.Recovered, &control.Total: r.Net} {
			if *sum, err = sum.Add(amount); err != nil {
				return ListControl{}, err
			}
		}
	}
	return control, nil
}

func (c *check) row(r ListRow, at place, seen map[string]int) ListRow {
	if c.key(r.Key, at) {
		c.once(r.Key, at, seen, "key")
	}
	c.plain(r.Beneficiary, MaxWording, at, fieldHolder, "beneficiary")
	c.plain(r.BudgetLine, MaxName, at, fieldBudget, "budgetLine")
	c.plain(r.Wording, MaxWording, at, fieldWording, "wording")
	r.IBAN = c.means(r, at)
	for _, a := range []struct {
		value money.Cents
		least money.Cents
		field string
	}{{r.Gross, -MaxAmount, "gross"}, {r.Withheld, -MaxAmount, "withheld"}, {r.Recovered, 0, "recovered"}, {r.Net, 1, "net"}} {
		if a.value < a.least || a.value > MaxAmount {
			c.refuse(at.raise(AmountInvalid, a.field).With("most", MaxAmount))
		}
	}
	if r.Gross-r.Withheld-r.Recovered != r.Net {
		c.refuse(at.raise(NetDiffers, "net"))
	}
	r.CUP = c.cup(r.CUP, at)
	return r
}

// key is an id that a spreadsheet neither computes nor takes for the totals.
func (c *check) key(key string, at place) bool {
	if key == totalKey || key != "" && !alphanumeric(key[0]) {
		c.refuse(at.raise(IDInvalid, "key").With("field", fieldKey))
		return false
	}
	return c.id(key, at, fieldKey, "key")
}

func alphanumeric(b byte) bool {
	return '0' <= b && b <= '9' || 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z'
}

// plain is a text in any alphabet: the office types its orders by hand, or has a system that knows them.
func (c *check) plain(s string, most int, at place, field text.Text, path ...string) {
	switch {
	case strings.TrimSpace(s) == "":
		c.refuse(at.raise(TextEmpty, path...).With("field", field))
	case !text.Line(s, most):
		for _, r := range s {
			if !text.Line(string(r), 1) {
				c.refuse(at.raise(TextCharacter, path...).With("field", field).With("character", characterName(r)))
				return
			}
		}
		c.refuse(at.raise(TextLong, path...).With("field", field).With("length", len([]rune(s))).With("most", most))
	}
}

func (c *check) means(r ListRow, at place) fiscal.IBAN {
	switch r.Means {
	case MeansIBAN, MeansCard:
		if r.IBAN != "" {
			return c.account(r.IBAN, at, "iban")
		}
	case MeansPostal, MeansCounter:
		if r.IBAN == "" {
			return ""
		}
	}
	c.refuse(at.raise(MeansInvalid, "means"))
	return ""
}
