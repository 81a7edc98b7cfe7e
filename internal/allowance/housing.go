package allowance

import (
	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// HousingRule is what the policy says of contributions to living on one's own, as far as a month is worked out by it. The zero one gives nothing.
type HousingRule struct {
	Monthly        money.Cents `json:"monthly"`
	Ceiling        money.Cents `json:"ceiling"` // of all months of a person
	Receipt        bool        `json:"receipt"` // a month pays what its receipt shows
	MinimumMinutes int         `json:"minimumMinutes"`
}

// Housing is what was granted somebody of a month towards living on his own: neither by which condition nor by which proofs.
type Housing struct {
	Grant    uuid.UUID   `json:"grant"`
	Revision int         `json:"revision"`
	Monthly  money.Cents `json:"monthly"`           // at most
	Receipt  money.Cents `json:"receipt,omitempty"` // what the month has cost; 0 where nobody has shown it
	Before   money.Cents `json:"before,omitempty"`  // of the month, recognised before the programme was kept here
	Others   money.Cents `json:"others,omitempty"`  // what other months of the person have taken of the ceiling
	Over     bool        `json:"over,omitempty"`    // withdrawn, or the person has left, before the month
	Route    *Route      `json:"route,omitempty"`   // who pays it; nil where nothing is issued
}

// house adds what the month owes beside its hours and their cap, or says why it owes nothing of it.
func (w *Working) house() {
	h, rule := w.in.Housing, w.in.last().Rule.Housing
	if h == nil {
		return
	}
	left := max(rule.Ceiling-max(h.Others, 0), 0)
	switch {
	case h.Over:
		w.nothing(uuid.Nil, 0, ruleHousing, housingOver)
	case rule.Monthly == 0:
		w.nothing(uuid.Nil, 0, ruleHousing, housingNone)
	case w.presence() < rule.MinimumMinutes:
		w.nothing(uuid.Nil, w.presence(), ruleHousing, housingPresence(w.presence(), rule.MinimumMinutes))
	case rule.Receipt && h.Receipt <= 0:
		w.nothing(uuid.Nil, 0, ruleHousing, housingReceipt)
	case left == 0:
		w.nothing(uuid.Nil, 0, ruleHousing, housingCeiling(rule.Ceiling))
	default:
		most := min(max(h.Monthly, 0), rule.Monthly)
		amount := most
		if rule.Receipt {
			amount = min(most, h.Receipt)
		}
		if amount -= max(h.Before, 0); amount <= 0 {
			w.nothing(uuid.Nil, 0, ruleHousing, housingBefore(h.Before))
			return
		}
		w.Housing = min(amount, left)
		w.Total += w.Housing
		w.add(Line{Kind: HousingLine, Amount: w.Housing, Rule: ruleHousing, Text: housingText(w.Housing, most, left, *h, rule)})
	}
}

// presence is the minutes of the month for which the person was there and that count, whatever they earn.
func (w Working) presence() (minutes int) {
	for _, h := range w.in.Register {
		for _, p := range h.Portions {
			minutes += bounded(p.Minutes)
		}
	}
	return minutes
}

var (
	housingOver    = text.Text{It: "Contributo per l'autonomia abitativa: per questo mese non è più riconosciuto", En: "Contribution to living on one's own: it is not granted for this month any more"}
	housingNone    = text.Text{It: "Contributo per l'autonomia abitativa: le regole in vigore non lo prevedono", En: "Contribution to living on one's own: the rules in force give none"}
	housingReceipt = text.Text{It: "Contributo per l'autonomia abitativa: manca la ricevuta del mese; si paga quando arriva", En: "Contribution to living on one's own: the month's receipt is missing; it is paid when it comes"}
)

func housingPresence(minutes, least int) text.Text {
	return fill("Contributo per l'autonomia abitativa: {hours} di presenza nel mese, ne servono almeno {least}", "Contribution to living on one's own: {hours} of presence in the month, at least {least} are needed",
		map[string]text.Text{"hours": hours(minutes), "least": hours(least)})
}

func housingCeiling(ceiling money.Cents) text.Text {
	return fill("Contributo per l'autonomia abitativa: il massimo complessivo di {ceiling} è già raggiunto", "Contribution to living on one's own: the most in all, {ceiling}, is reached already",
		map[string]text.Text{"ceiling": euro(ceiling)})
}

func housingBefore(before money.Cents) text.Text {
	return fill("Contributo per l'autonomia abitativa: {before} sono già stati riconosciuti prima", "Contribution to living on one's own: {before} were recognised before",
		map[string]text.Text{"before": euro(before)})
}

// housingText says by what the contribution is bounded: the receipt, the month, what was recognised of it before, what is left of all months.
func housingText(amount, most, left money.Cents, h Housing, rule HousingRule) text.Text {
	args := map[string]text.Text{"amount": euro(amount), "most": euro(most), "left": euro(left), "spent": euro(h.Receipt), "before": euro(h.Before), "ceiling": euro(rule.Ceiling)}
	words := text.Text{It: "Contributo per l'autonomia abitativa", En: "Contribution to living on one's own"}
	if rule.Receipt {
		words = text.Text{It: words.It + ": spesa documentata {spent}, al massimo {most} al mese", En: words.En + ": {spent} by receipt, at most {most} a month"}
	}
	if h.Before > 0 {
		words = text.Text{It: words.It + "; {before} già riconosciuti prima", En: words.En + "; {before} recognised before"}
	}
	if left <= amount {
		words = text.Text{It: words.It + "; del massimo complessivo di {ceiling} restavano {left}", En: words.En + "; of the most in all, {ceiling}, {left} were left"}
	}
	return text.Text{It: words.It + ": {amount}", En: words.En + ": {amount}"}.Fill(args)
}
