package allowance

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Kinds are the names of activity kinds, by code.
type Kinds map[string]text.Text

// of names a kind; one that the programme does not know any more is named by its code.
func (k Kinds) of(code string) text.Text {
	if name, ok := k[code]; ok {
		return name
	}
	return text.Same(code)
}

// Explain says why a month comes to what it does, for the person who is paid: short sentences, one thing in each.
func (w Working) Explain(kinds Kinds) text.Text {
	sentences := []text.Text{fill("Per {month} ti spettano {total}.", "For {month} you are owed {total}.", map[string]text.Text{"month": w.month(), "total": euro(w.Total)})}
	for _, l := range w.Lines {
		sentences = append(sentences, w.sentence(l, kinds))
	}
	if cut := w.cut(); cut > 0 {
		words := text.Text{It: "In tutto sono {accrued}, ma per un mese si possono pagare al massimo {cap}: {cut} restano fuori.",
			En: "Together that is {accrued}, but at most {cap} can be paid for a month: {cut} are left out."}
		if w.Housing > 0 {
			words = text.Text{It: "Per le ore sono in tutto {accrued}, ma per un mese se ne possono pagare al massimo {cap}: {cut} restano fuori.",
				En: "For the hours that is {accrued} together, but at most {cap} of it can be paid for a month: {cut} are left out."}
		}
		sentences = append(sentences, words.Fill(
			map[string]text.Text{"accrued": euro(w.Accrued), "cap": euro(w.Cap), "cut": euro(cut)}))
	}
	return joined(append(sentences, w.corrected(), w.withheld())...)
}

// sentence says one line in words. What the cap cuts is said once for all.
func (w Working) sentence(l Line, kinds Kinds) text.Text {
	args := map[string]text.Text{"kind": w.kindOf(l, kinds), "hours": hours(l.Minutes), "amount": euro(l.Amount), "rate": euro(w.rate(l)), "days": w.days(l), "why": l.Text}
	switch {
	case l.Kind == Cut:
		return text.Text{}
	case l.Kind == HoursLine:
		return fill("{kind}{days}: {hours} a {rate} l'ora fanno {amount}.", "{kind}{days}: {hours} at {rate} an hour make {amount}.", args)
	case l.Kind == AbsenceLine:
		return fill("{kind}{days}, assenza che viene pagata: {hours} a {rate} l'ora fanno {amount}.", "{kind}{days}, an absence that is paid: {hours} at {rate} an hour make {amount}.", args)
	case l.Enrolment == uuid.Nil:
		return fill("{why}.", "{why}.", args)
	}
	return fill("{kind}: {why}.", "{kind}: {why}.", args)
}

// corrected says what was put right after the lock.
func (w Working) corrected() text.Text {
	minutes := w.adjusted()
	switch {
	case minutes > 0:
		return fill("Dopo la chiusura il registro è stato corretto: {hours} in più.", "After the lock the register was put right: {hours} more.", map[string]text.Text{"hours": hours(minutes)})
	case minutes < 0:
		return fill("Dopo la chiusura il registro è stato corretto: {hours} in meno.", "After the lock the register was put right: {hours} less.", map[string]text.Text{"hours": hours(-minutes)})
	}
	return text.Text{}
}

// withheld says what does not come to the account.
func (w Working) withheld() text.Text {
	sum := w.taxes()
	if sum == 0 {
		return text.Text{}
	}
	return fill("Di questi {withheld} sono trattenuti per le tasse: ricevi {net}.", "Of this {withheld} are withheld for taxes: you receive {net}.",
		map[string]text.Text{"withheld": euro(sum), "net": euro(w.Total - sum)})
}

func (w Working) taxes() (withheld money.Cents) {
	for _, s := range w.Shares() {
		withheld += s.Withheld
	}
	return withheld
}

// ShortLength is how many characters of the alphabet of phones (GSM 03.38) one message holds.
const ShortLength = 160

// ExplainShort says the same in one message of a phone: the sum first, and what of it comes to the account, then as much of the reasons as there is room for.
func (w Working) ExplainShort() text.Text {
	args := map[string]text.Text{"month": w.month(), "total": plain(w.Total), "hours": hours(w.Minutes), "cap": plain(w.Cap), "cut": plain(w.cut()), "housing": plain(w.Housing)}
	parts := []text.Text{fill("Indennità di {month}: {total} euro.", "Allowance of {month}: {total} euro.", args)}
	if taxes := w.taxes(); taxes > 0 {
		parts = append(parts, fill("Tolte le tasse ricevi {net} euro.", "After taxes you receive {net} euro.", map[string]text.Text{"net": plain(w.Total - taxes)}))
	}
	if w.Minutes > 0 {
		parts = append(parts, fill("Ore pagate: {hours}.", "Hours paid: {hours}.", args))
	} else {
		parts = append(parts, fill("Nessuna ora da pagare.", "No hours to pay.", args))
	}
	if w.Housing > 0 {
		parts = append(parts, fill("Più contributo casa: {housing} euro.", "With the housing contribution: {housing} euro.", args))
	}
	if w.cut() > 0 {
		parts = append(parts, fill("Massimo al mese {cap}: {cut} euro restano fuori.", "At most {cap} a month: {cut} euro are left out.", args))
	}
	if w.contested() > 0 {
		parts = append(parts, fill("{hours} contestate non contano ancora.", "{hours} contested do not count yet.", map[string]text.Text{"hours": hours(w.contested())}))
	}
	if w.adjusted() != 0 {
		parts = append(parts, fill("Registro corretto dopo la chiusura.", "Register put right after the lock.", nil))
	}
	return text.Text{It: within(parts, text.Italian), En: within(parts, text.English)}
}

// within joins parts as long as one message holds them. None of their letters takes two places on a phone.
func within(parts []text.Text, lang string) (message string) {
	for _, p := range parts {
		next := strings.TrimSpace(message + " " + p.In(lang))
		if len([]rune(next)) > ShortLength {
			break
		}
		message = next
	}
	return message
}

// SoFar says of a month that is not over with: what the hours are worth, and how many of them are certain.
func (w Working) SoFar(certified, uncertified int) text.Text {
	return joined(
		fill("Finora per {month}: {total}.", "So far for {month}: {total}.", map[string]text.Text{"month": w.month(), "total": euro(w.Total)}),
		fill("Ore confermate: {certified}. Ore ancora da confermare: {uncertified}.", "Hours certified: {certified}. Hours still to be certified: {uncertified}.",
			map[string]text.Text{"certified": hours(certified), "uncertified": hours(uncertified)}))
}

func (w Working) month() text.Text {
	return text.Text{It: w.in.Month.Format(text.Italian), En: w.in.Month.Format(text.English)}
}

func (w Working) contested() (minutes int) {
	for _, h := range w.in.Register {
		minutes += h.Contested
	}
	return minutes
}

func (w Working) adjusted() (minutes int) {
	for _, h := range w.in.Register {
		if h.Certified != nil {
			for _, a := range h.Certified.Adjustments {
				minutes += a.Minutes
			}
		}
	}
	return minutes
}

func (w Working) kindOf(l Line, kinds Kinds) text.Text {
	if i := slices.IndexFunc(w.in.Register, func(h Hours) bool { return h.Enrolment == l.Enrolment }); i >= 0 {
		return kinds.of(w.in.Register[i].Kind)
	}
	return text.Text{}
}

// version is the place of the version that a line follows.
func (w Working) version(l Line) int {
	return max(0, slices.IndexFunc(w.in.Versions, func(v Version) bool { return v.Number == l.Version }))
}

func (w Working) rate(l Line) money.Cents { return w.in.Versions[w.version(l)].Rule.HourlyRate }

// days says of which days a line is, where the rate was another one before or after.
func (w Working) days(l Line) text.Text {
	last := w.version(l)
	first := last
	for first > 0 && w.sameRate(first-1, last) {
		first--
	}
	if first == 0 && last == len(w.in.Versions)-1 {
		return text.Text{}
	}
	from, _ := w.in.span(first)
	_, to := w.in.span(last)
	_, _, a := from.Date()
	_, _, b := to.Date()
	if a == b {
		return fill(", il giorno {from}", ", on day {from}", map[string]text.Text{"from": number(a)})
	}
	return fill(", dal giorno {from} al giorno {to}", ", from day {from} to day {to}", map[string]text.Text{"from": number(a), "to": number(b)})
}

// plain is an amount without its sign, which takes two places on a phone.
func plain(c money.Cents) text.Text {
	return text.Text{It: strings.TrimSuffix(c.Format(text.Italian), " €"), En: strings.TrimPrefix(c.Format(text.English), "€")}
}

// joined puts each sentence on a line of its own.
func joined(sentences ...text.Text) (all text.Text) {
	for _, s := range sentences {
		all.It, all.En = strings.TrimSpace(all.It+"\n"+s.It), strings.TrimSpace(all.En+"\n"+s.En)
	}
	return all
}
