package allowance

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// Share is what one payer owes of a month, out of one budget line.
type Share struct {
	Payer    uuid.UUID
	Line     uuid.UUID
	Tax      programme.Tax
	Gross    money.Cents
	Withheld money.Cents
}

// wholeRate is all of an amount, in hundredths of a percent.
const wholeRate = 10_000

// Shares are what a working comes to by payer and budget line, in the order of their ids; they add up to the total. What has no route is nobody's.
func (w Working) Shares() []Share {
	routes := map[uuid.UUID]*Route{}
	for _, h := range w.in.Register {
		routes[h.Enrolment] = h.Route
	}
	if w.in.Housing != nil {
		routes[uuid.Nil] = w.in.Housing.Route
	}
	var shares []Share
	for _, l := range w.Lines {
		r := routes[l.Enrolment]
		if r == nil || l.Amount == 0 {
			continue
		}
		i := slices.IndexFunc(shares, func(s Share) bool { return s.Payer == r.Payer && s.Line == r.Line })
		if i < 0 {
			i, shares = len(shares), append(shares, Share{Payer: r.Payer, Line: r.Line, Tax: r.Tax})
		}
		shares[i].Gross += l.Amount
	}
	shares = slices.DeleteFunc(shares, func(s Share) bool { return s.Gross == 0 })
	for i, s := range shares {
		shares[i].Withheld = (s.Gross*money.Cents(w.in.last().Rule.Withholding[s.Tax]) + wholeRate/2) / wholeRate
	}
	slices.SortFunc(shares, func(a, b Share) int {
		return cmp.Or(bytes.Compare(a.Payer[:], b.Payer[:]), bytes.Compare(a.Line[:], b.Line[:]))
	})
	return shares
}
