package payfile

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

var (
	bicShape = regexp.MustCompile(`^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$`)
	cucShape = regexp.MustCompile(`^[A-Z0-9]{8}$`)
)

// The fields that refusals name.
var (
	fieldHolder     = text.Text{It: "il nome dell'intestatario", En: "the holder's name"}
	fieldPayer      = text.Text{It: "il nome dell'ente che paga", En: "the payer's name"}
	fieldWording    = text.Text{It: "la causale", En: "the remittance text"}
	fieldMessageID  = text.Text{It: "l'identificativo del messaggio", En: "the message id"}
	fieldEndToEndID = text.Text{It: "l'identificativo della riga", En: "the line's id"}
	fieldKey        = text.Text{It: "la chiave dell'ordine", En: "the order key"}
	fieldBudget     = text.Text{It: "la voce di bilancio", En: "the budget line"}
)

// place is where in an order something stands: the line with this index, or the order for -1.
type place int

const wholeOrder place = -1

func (p place) text() text.Text {
	if p == wholeOrder {
		return text.Text{It: "Ordine", En: "Order"}
	}
	return text.Text{It: fmt.Sprintf("Riga %d", p+1), En: fmt.Sprintf("Line %d", p+1)}
}

// raise raises a code at a field of the place.
func (p place) raise(code *refusal.Code, path ...string) refusal.Refusal {
	r := code.At(path...).With("place", p.text())
	if p != wholeOrder {
		r = r.Under("lines", strconv.Itoa(int(p)))
	}
	return r
}

// ready is an order whose texts are written as the message holds them.
type ready struct {
	Order
	lines []readyLine
	total money.Cents
}

type readyLine struct {
	Line
	text string // remittance text
}

// check collects all that is wrong with an order.
type check struct{ list refusal.List }

func (c *check) refuse(r refusal.Refusal) { c.list = append(c.list, r) }

// ready checks a whole order; the error is a refusal.List.
func (o Order) ready() (ready, error) {
	var c check
	out := ready{Order: o, lines: make([]readyLine, 0, min(len(o.Lines), MaxLines))}
	c.id(o.MessageID, wholeOrder, fieldMessageID, "messageId")
	out.Debtor.Name = c.name(o.Debtor.Name, wholeOrder, fieldPayer, "debtor", "name")
	out.Debtor.IBAN = c.account(o.Debtor.IBAN, wholeOrder, "debtor", "iban")
	if o.Debtor.BIC != "" && !bicShape.MatchString(o.Debtor.BIC) {
		c.refuse(BICInvalid.At("debtor", "bic"))
	}
	if o.Debtor.CUC != "" && !cucShape.MatchString(o.Debtor.CUC) {
		c.refuse(CUCInvalid.At("debtor", "cuc"))
	}
	if o.Created.IsZero() || o.Created.Year() > 9999 || o.Execution.IsZero() || o.Execution.Before(calendar.DayOf(o.Created)) {
		c.refuse(DayInvalid.At("execution"))
	}
	if c.size(len(o.Lines)) {
		seen := make(map[string]int, len(o.Lines))
		for i, l := range o.Lines {
			out.lines = append(out.lines, c.line(l, place(i), seen))
		}
		out.total = c.sum(out.lines)
	}
	return out, c.list.Err()
}

func (c *check) size(n int) bool {
	switch {
	case n == 0:
		c.refuse(OrderEmpty.At("lines"))
	case n > MaxLines:
		c.refuse(OrderTooLarge.At("lines").With("most", MaxLines))
	}
	return 0 < n && n <= MaxLines
}

func (c *check) sum(lines []readyLine) money.Cents {
	amounts := make([]money.Cents, len(lines))
	for i, l := range lines {
		amounts[i] = l.Amount
	}
	total, err := money.Sum(amounts...)
	if err != nil {
		c.refuse(OrderTooLarge.At("lines").With("most", MaxLines))
	}
	return total
}

func (c *check) line(l Line, at place, seen map[string]int) readyLine {
	if c.id(l.EndToEndID, at, fieldEndToEndID, "endToEndId") {
		c.once(l.EndToEndID, at, seen, "endToEndId")
	}
	l.Holder = c.name(l.Holder, at, fieldHolder, "holder")
	l.IBAN = c.account(l.IBAN, at, "iban")
	if l.Amount <= 0 || l.Amount > MaxAmount {
		c.refuse(at.raise(AmountInvalid, "amount").With("most", MaxAmount))
	}
	l.CUP = c.cup(l.CUP, at)
	if l.Month.IsZero() {
		c.refuse(at.raise(MonthMissing, "month"))
	}
	return readyLine{Line: l, text: c.text(remittance(l), MaxWording, at, fieldWording, "wording")}
}

// remittance is the text that the bank statement shows. The CUP stands first, where nothing cuts it: it belongs on every payment.
func remittance(l Line) string {
	words := "CUP " + string(l.CUP) + " " + monthNumber(l.Month)
	if wording := strings.TrimSpace(l.Wording); wording != "" {
		words += " " + wording
	}
	return words
}

// monthNumber writes a month as 10/2026.
func monthNumber(m calendar.Month) string {
	if m.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d/%04d", int(m.Name()), m.Year())
}

func (c *check) id(id string, at place, field text.Text, path ...string) bool {
	good := id != "" && len(id) <= MaxID && strings.TrimSpace(id) == id && !strings.ContainsFunc(id, func(r rune) bool { return !written(r) }) &&
		id[0] != '/' && id[len(id)-1] != '/' && !strings.Contains(id, "//") && !strings.Contains(id, " ")
	if !good {
		c.refuse(at.raise(IDInvalid, path...).With("field", field))
	}
	return good
}

func (c *check) once(id string, at place, seen map[string]int, path ...string) {
	if first, twice := seen[id]; twice {
		c.refuse(at.raise(IDTwice, path...).With("first", first+1))
		return
	}
	seen[id] = int(at)
}

// name is a text that must hold a letter.
func (c *check) name(s string, at place, field text.Text, path ...string) string {
	before := len(c.list)
	out := c.text(s, MaxName, at, field, path...)
	if len(c.list) == before && !strings.ContainsFunc(out, unicode.IsLetter) {
		c.refuse(at.raise(TextEmpty, path...).With("field", field))
	}
	return out
}

func (c *check) text(s string, most int, at place, field text.Text, path ...string) string {
	out, refused, ok := latin(s)
	switch {
	case !ok:
		c.refuse(at.raise(TextCharacter, path...).With("field", field).With("character", characterName(refused)))
	case len(out) > most:
		c.refuse(at.raise(TextLong, path...).With("field", field).With("length", len(out)).With("most", most))
	}
	return out
}

// account reads the IBAN again: a value of the type may come from anywhere.
func (c *check) account(iban fiscal.IBAN, at place, path ...string) fiscal.IBAN {
	read, err := fiscal.ParseIBAN(string(iban))
	if err != nil {
		c.refuse(at.raise(AccountInvalid, path...).With("cause", causeOf(err)))
	}
	return read
}

func (c *check) cup(cup fiscal.CUP, at place) fiscal.CUP {
	read, err := fiscal.ParseCUP(string(cup))
	if err != nil {
		c.refuse(at.raise(CUPInvalid, "cup").With("cause", causeOf(err)))
	}
	return read
}

// causeOf is the parser's own reason.
func causeOf(err error) text.Text {
	if caused, ok := err.(interface{ Cause() text.Text }); ok {
		return caused.Cause()
	}
	return text.Text{It: "il valore non è leggibile", En: "the value cannot be read"}
}
