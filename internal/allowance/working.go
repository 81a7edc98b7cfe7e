package allowance

import (
	"strconv"

	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// noHours is the line of a month without any presence.
var noHours = text.Text{It: "Nessuna ora di presenza in questo mese", En: "No hours of presence this month"}

func hoursText(minutes int, rate, amount money.Cents) text.Text {
	return fill("{hours} × {rate} = {amount}", "{hours} × {rate} = {amount}",
		map[string]text.Text{"hours": hours(minutes), "rate": euro(rate), "amount": euro(amount)})
}

func absenceText(minutes int, rate, amount money.Cents) text.Text {
	return fill("Assenza pagata: {hours} × {rate} = {amount}", "Paid absence: {hours} × {rate} = {amount}",
		map[string]text.Text{"hours": hours(minutes), "rate": euro(rate), "amount": euro(amount)})
}

func shareText(minutes, planned, percent int, amount money.Cents) text.Text {
	return fill("{hours} su {planned} previste = {share} %, almeno il {percent} %: {amount}",
		"{hours} of {planned} planned = {share} %, at least {percent} %: {amount}",
		map[string]text.Text{"hours": hours(minutes), "planned": hours(planned), "share": share(minutes, planned),
			"percent": number(percent), "amount": euro(amount)})
}

func belowText(minutes, planned, percent int) text.Text {
	return fill("{hours} su {planned} previste = {share} %, meno del {percent} %: per questo mese non spetta nulla",
		"{hours} of {planned} planned = {share} %, less than {percent} %: nothing is owed for this month",
		map[string]text.Text{"hours": hours(minutes), "planned": hours(planned), "share": share(minutes, planned), "percent": number(percent)})
}

func unplannedText(minutes int) text.Text {
	return fill("{hours} di presenza, ma nessuna ora prevista nel mese con cui confrontarle",
		"{hours} of presence, but no planned hours in the month to compare them with", map[string]text.Text{"hours": hours(minutes)})
}

func bandText(minutes int, b programme.Band) text.Text {
	return fill("{hours} nel mese, fascia da {from} in su: {amount}", "{hours} in the month, band from {from} up: {amount}",
		map[string]text.Text{"hours": hours(minutes), "from": hours(b.FromMinutes), "amount": euro(b.Amount)})
}

func outsideBandsText(minutes int) text.Text {
	return fill("{hours} nel mese: sotto la prima fascia che dà diritto a un importo", "{hours} in the month: below the first band that pays",
		map[string]text.Text{"hours": hours(minutes)})
}

// spanText says of which days a line is, where not of the whole month.
func spanText(from, to calendar.Day, why text.Text) text.Text {
	_, _, first := from.Date()
	_, _, last := to.Date()
	if first == last {
		return fill("Giorno {first}: {why}", "Day {first}: {why}", map[string]text.Text{"first": number(first), "why": why})
	}
	return fill("Giorni {first}–{last}: {why}", "Days {first}–{last}: {why}", map[string]text.Text{"first": number(first), "last": number(last), "why": why})
}

// partText says what of a monthly sum falls to one activity.
func partText(why text.Text, minutes int, part money.Cents) text.Text {
	return fill("{why}; a questa attività, con {hours}, {part}", "{why}; to this activity, with {hours}, {part}",
		map[string]text.Text{"why": why, "hours": hours(minutes), "part": euro(part)})
}

// cutText says what the cap takes off one activity: all that is beyond it, or the part that is left when those served later have lost theirs.
func cutText(accrued, limit, amount, cut money.Cents) text.Text {
	args := map[string]text.Text{"cap": euro(limit), "accrued": euro(accrued), "over": euro(accrued - limit), "amount": euro(amount), "cut": euro(cut)}
	if cut == accrued-limit {
		return fill("Tetto mensile per tutte le attività insieme {cap}: {accrued} − {cap} = {cut} in meno",
			"Monthly cap over all activities together {cap}: {accrued} − {cap} = {cut} less", args)
	}
	return fill("Tetto mensile per tutte le attività insieme {cap}, superato di {over}: di {amount} di questa attività {cut} in meno",
		"Monthly cap over all activities together {cap}, passed by {over}: of {amount} for this activity {cut} less", args)
}

func beforeText(before, left money.Cents) text.Text {
	return fill("Già riconosciuti per questo mese {before}: del tetto mensile restano {left}", "Recognised for this month before {before}: of the monthly cap {left} are left",
		map[string]text.Text{"before": euro(before), "left": euro(left)})
}

// jointText does not say how much the other record has: another body may keep it.
func jointText(left money.Cents) text.Text {
	return fill("Parte del tetto mensile è già riconosciuta con un'altra scheda della stessa persona: ne restano {left}",
		"Part of the monthly cap is recognised under another record of the same person: {left} of it are left", map[string]text.Text{"left": euro(left)})
}

func contestedText(minutes int) text.Text {
	return fill("{hours} contestate: non contano finché la contestazione non è risolta", "{hours} contested: they do not count until the contest is resolved",
		map[string]text.Text{"hours": hours(minutes)})
}

func unpaidText(minutes int) text.Text {
	return fill("{hours}: le ore di questo tipo di attività non danno diritto all'indennità", "{hours}: hours of this kind of activity earn no allowance",
		map[string]text.Text{"hours": hours(minutes)})
}

func fill(it, en string, args map[string]text.Text) text.Text {
	return text.Text{It: it, En: en}.Fill(args)
}

func number(n int) text.Text { return text.Same(strconv.Itoa(n)) }

// hours writes minutes as people say them: 72 h 30 min.
func hours(minutes int) text.Text { return text.Same(calendar.Minutes(minutes).String()) }

func euro(c money.Cents) text.Text {
	return text.Text{It: c.Format(text.Italian), En: c.Format(text.English)}
}

// share is a percentage with one decimal, cut off rather than rounded up, so that it never seems to reach what it does not.
func share(minutes, planned int) text.Text {
	permille := minutes * 1000 / planned
	whole, tenth := strconv.Itoa(permille/10), strconv.Itoa(permille%10)
	return text.Text{It: whole + "," + tenth, En: whole + "." + tenth}
}
