package recovery

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// said is what a recovery is explained by; sums are net.
type said struct {
	Programme   uuid.UUID
	Month       calendar.Month
	Owed        money.Cents
	Recovered   money.Cents
	Repaid      money.Cents
	Waived      money.Cents
	Left        money.Cents
	Together    money.Cents // all that is too much and not settled, of the payer
	Percent     int         // of the policy, as the next two
	Leaves      money.Cents
	Least       money.Cents
	Instalments []saidInstalment // that have not gone by
}

type saidInstalment struct {
	Month  calendar.Month `json:"month"`
	Amount money.Cents    `json:"amount"`
}

// explain says to the person what was paid too much, what has come back, what is left, and how it comes back.
func (r said) explain() text.Text {
	if r.Owed == 0 {
		return fill("Per {month} non devi restituire nulla.", "Of {month} there is nothing to give back.", r.args())
	}
	sentences := []text.Text{
		fill("Per {month} ti sono stati pagati {owed} in più di quanto ti spettava.", "For {month} you were paid {owed} more than was due to you.", r.args()),
	}
	for _, s := range []struct {
		cents  money.Cents
		it, en string
	}{
		{r.Recovered, "{sum} sono già stati trattenuti dai pagamenti.", "{sum} have been taken off payments."},
		{r.Repaid, "{sum} li hai restituiti tu.", "{sum} you have given back yourself."},
		{r.Waived, "A {sum} il programma ha rinunciato: non devi restituirli.", "{sum} the programme has given up: you need not give them back."},
		{r.Left, "Restano da restituire {sum}.", "{sum} are left to give back."},
	} {
		if s.cents > 0 {
			sentences = append(sentences, fill(s.it, s.en, map[string]text.Text{"sum": euro(s.cents)}))
		}
	}
	if r.Left == 0 {
		return joined("\n", append(sentences, fill("Non resta nulla da restituire.", "Nothing is left to give back.", nil))...)
	}
	return joined("\n", append(sentences, r.way()...)...)
}

// way says how what is left comes back.
func (r said) way() []text.Text {
	var all []text.Text
	switch {
	case len(r.Instalments) > 0:
		var it, en []string
		for _, i := range r.Instalments {
			it, en = append(it, i.Month.Format(text.Italian)+" "+i.Amount.Format(text.Italian)), append(en, i.Month.Format(text.English)+" "+i.Amount.Format(text.English))
		}
		all = append(all, fill("Come concordato con te, si trattengono dai pagamenti di: {months}.", "As was agreed with you, they are taken off the payments of: {months}.",
			map[string]text.Text{"months": {It: strings.Join(it, ", "), En: strings.Join(en, ", ")}}))
	case r.Together < r.Least:
		return append(all, fill("È una somma piccola: il programma non la chiede indietro.", "It is little: the programme does not ask for it.", nil))
	default:
		all = append(all, fill("Si trattiene al massimo il {percent} % di ogni pagamento. Se preferisci delle rate, chiedi a chi ti segue.",
			"At most {percent} % of each payment are taken off. If you prefer instalments, ask whoever follows you.", map[string]text.Text{"percent": text.Same(strconv.Itoa(r.Percent))}))
	}
	return append(all, fill("Di ogni pagamento ti restano almeno {leaves}.", "Of each payment at least {leaves} are left to you.", map[string]text.Text{"leaves": euro(r.Leaves)}))
}

// short says the same in one message of a phone.
func (r said) short() text.Text {
	args := r.args()
	if r.Owed == 0 {
		return r.explain()
	}
	parts := []text.Text{fill("{month}: pagati {much} euro in più.", "{month}: {much} euro were paid too much.", args)}
	if r.Left == 0 {
		parts = append(parts, fill("Non resta nulla da restituire.", "Nothing is left to give back.", nil))
	} else {
		parts = append(parts, fill("Restano da restituire {left} euro.", "{left} euro are left to give back.", args))
	}
	switch {
	case r.Left == 0:
	case len(r.Instalments) > 0:
		args["next"] = plain(r.Instalments[0].Amount)
		parts = append(parts, fill("Prossima rata: {next} euro.", "Next instalment: {next} euro.", args))
	case r.Together < r.Least:
		parts = append(parts, fill("Il programma non li chiede indietro.", "The programme does not ask for them.", nil))
	default:
		args["percent"] = text.Same(strconv.Itoa(r.Percent))
		parts = append(parts, fill("Si trattiene al massimo il {percent}% di ogni pagamento.", "At most {percent}% of each payment are taken off.", args))
	}
	return within(parts)
}

func (r said) args() map[string]text.Text {
	return map[string]text.Text{"month": monthText(r.Month), "owed": euro(r.Owed), "much": plain(r.Owed), "left": plain(r.Left)}
}

// saidTransfer is what one person is paid by a run.
type saidTransfer struct {
	Gross     money.Cents // net, withheld and recovered together
	Withheld  money.Cents
	Recovered money.Cents
	Net       money.Cents
	Last      calendar.Month
	Off       []offMonth // what is taken off for which month
}

type offMonth struct {
	Month calendar.Month
	Cents money.Cents // of what was paid too much
	Taxes money.Cents // that were not withheld then, and are now
	Left  money.Cents // to give back of the month, this transfer aside
}

func (t saidTransfer) explain() text.Text {
	sentences := []text.Text{fill("Pagamento fino a {month}: {gross}.", "Payment up to {month}: {gross}.", map[string]text.Text{"month": monthText(t.Last), "gross": euro(t.Gross)})}
	switch {
	case t.Withheld > 0:
		sentences = append(sentences, fill("Trattenuti per le tasse: {sum}.", "Withheld for taxes: {sum}.", map[string]text.Text{"sum": euro(t.Withheld)}))
	case t.Withheld < 0:
		sentences = append(sentences, fill("Ti torna quanto era stato trattenuto in più per le tasse: {sum}.", "What was withheld too much for taxes comes back to you: {sum}.", map[string]text.Text{"sum": euro(-t.Withheld)}))
	}
	for _, off := range t.Off {
		it, en := "Trattenuti {sum} di quanto era stato pagato in più per {month}; restano da restituire {left}.", "{sum} taken off of what was paid too much for {month}; {left} are left to give back."
		if off.Taxes > 0 {
			it, en = "Trattenuti {sum} pagati in più per {month}, di cui {taxes} per tasse che allora non erano state trattenute; restano da restituire {left}.",
				"{sum} taken off that were paid too much for {month}, {taxes} of it for taxes that were not withheld then; {left} are left to give back."
		}
		sentences = append(sentences, fill(it, en,
			map[string]text.Text{"sum": euro(off.Cents + off.Taxes), "taxes": euro(off.Taxes), "month": monthText(off.Month), "left": euro(off.Left)}))
	}
	return joined("\n", append(sentences, fill("Ricevi {net}.", "You receive {net}.", map[string]text.Text{"net": euro(t.Net)}))...)
}

func (t saidTransfer) short() text.Text {
	parts := []text.Text{fill("Pagamento fino a {month}: ricevi {net} euro.", "Payment up to {month}: you receive {net} euro.", map[string]text.Text{"month": monthText(t.Last), "net": plain(t.Net)})}
	switch {
	case t.Withheld > 0:
		parts = append(parts, fill("Tasse: {sum} euro.", "Taxes: {sum} euro.", map[string]text.Text{"sum": plain(t.Withheld)}))
	case t.Withheld < 0:
		parts = append(parts, fill("Tasse che ti tornano: {sum} euro.", "Taxes that come back: {sum} euro.", map[string]text.Text{"sum": plain(-t.Withheld)}))
	}
	if t.Recovered != 0 {
		parts = append(parts, fill("Trattenuti {sum} euro pagati in più prima.", "{sum} euro paid too much before were taken off.", map[string]text.Text{"sum": plain(t.Recovered)}))
	}
	if len(t.Off) > 0 {
		left := money.Cents(0)
		for _, off := range t.Off {
			left += off.Left
		}
		parts = append(parts, fill("Restano da restituire {left} euro.", "{left} euro are left to give back.", map[string]text.Text{"left": plain(left)}))
	}
	return within(parts)
}

// shortLength is how many characters one message of a phone holds.
const shortLength = 160

// within joins parts as long as one message of a phone holds them.
func within(parts []text.Text) text.Text {
	message := joined(" ", parts[0])
	for n := 2; n <= len(parts); n++ {
		next := joined(" ", parts[:n]...)
		if utf8.RuneCountInString(next.It) > shortLength || utf8.RuneCountInString(next.En) > shortLength {
			break
		}
		message = next
	}
	return message
}

func joined(by string, sentences ...text.Text) (all text.Text) {
	for i, s := range sentences {
		if i > 0 {
			all.It, all.En = all.It+by, all.En+by
		}
		all.It, all.En = all.It+s.It, all.En+s.En
	}
	return all
}

func fill(it, en string, args map[string]text.Text) text.Text {
	return text.Text{It: it, En: en}.Fill(args)
}

func euro(c money.Cents) text.Text {
	return text.Text{It: c.Format(text.Italian), En: c.Format(text.English)}
}

// plain is an amount without its sign, which takes two places on a phone.
func plain(c money.Cents) text.Text {
	return text.Text{It: strings.TrimSuffix(c.Format(text.Italian), " €"), En: strings.TrimPrefix(c.Format(text.English), "€")}
}

func monthText(m calendar.Month) text.Text {
	return text.Text{It: m.Format(text.Italian), En: m.Format(text.English)}
}
