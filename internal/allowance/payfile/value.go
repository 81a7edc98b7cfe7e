package payfile

import (
	"strconv"
	"strings"
	"time"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// reading collects what is wrong with a message that was taken apart.
type reading struct{ list refusal.List }

func (r *reading) refuse(name string) {
	r.list = append(r.list, AnswerValue.At().With("element", name))
}

// id reads an identifier: one line of at most 35 characters, as every id of these messages; "" for none.
func (r *reading) id(e *element, paths ...string) string {
	id := e.text(paths...)
	if !text.Line(id, MaxID) {
		r.refuse(paths[0])
		return ""
	}
	return id
}

// note cuts what a sender adds in words, which moves nothing.
func note(words []string) string {
	const most = 500
	all := []rune(strings.Join(words, " "))
	return string(all[:min(len(all), most)])
}

// decimal reads an xs:decimal of whole cents, without ever seeing a float: 12, 12.3, 12.30 and 12.30000 are amounts, 12.301 is none.
func decimal(s string) (money.Cents, bool) {
	s = strings.TrimPrefix(s, "+")
	whole, fraction, _ := strings.Cut(s, ".")
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > 2 || whole == "" && fraction == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt("0"+whole+(fraction + "00")[:2], 10, 64)
	if err != nil || !money.Cents(n).Valid() {
		return 0, false
	}
	return money.Cents(n), true
}

// amount reads an amount with its currency: nil for none, and for another currency, which is told beside it.
func (r *reading) amount(e *element) (*money.Cents, string) {
	if e.value == "" {
		return nil, ""
	}
	if e.currency != "" && e.currency != "EUR" {
		if len(e.currency) != len("EUR") || !text.Line(e.currency, len("EUR")) {
			r.refuse("Ccy")
			return nil, ""
		}
		return nil, e.currency
	}
	cents, ok := decimal(e.value)
	if !ok {
		r.refuse(e.name)
		return nil, ""
	}
	return &cents, ""
}

// total reads a sum that has no currency; nil for none.
func (r *reading) total(e *element) *money.Cents {
	if e.value == "" {
		return nil
	}
	cents, ok := decimal(e.value)
	if !ok {
		r.refuse(e.name)
		return nil
	}
	return &cents
}

// count reads a number of lines; 0 for none.
func (r *reading) count(e *element) int {
	if e.value == "" {
		return 0
	}
	n, err := strconv.Atoi(e.value)
	if err != nil || n < 0 {
		r.refuse(e.name)
		return 0
	}
	return n
}

// day reads the day of the first of several elements: a date, or a moment, whose day is the one of its own clock. No day for none.
func (r *reading) day(e *element, paths ...string) calendar.Day {
	for _, p := range paths {
		names := strings.Split(p, ".")
		found := e.first(names...)
		if value := found.value; value != "" {
			return r.civil(found.name, value)
		}
	}
	return calendar.Day{}
}

func (r *reading) civil(name, value string) calendar.Day {
	if moment, err := time.Parse(time.RFC3339, value); err == nil && moment.Year() > 0 {
		return calendar.DayOf(moment)
	}
	date, _, _ := strings.Cut(value, "T")
	if len(date) > len("2026-01-31") {
		date = date[:len("2026-01-31")] // a date may carry a time zone
	}
	d, err := calendar.ParseDay(date)
	if err != nil {
		r.refuse(name)
	}
	return d
}
