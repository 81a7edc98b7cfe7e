package company

import "github.com/lavoroincorso/lavoro/internal/values/refusal"

var scouts = refusal.Text{It: "chi cura i rapporti con le aziende nell'ente che ha trovato l'offerta", En: "those who look after companies at the partner that found the opening"}

// Refusals and warnings about companies.
var (
	// Shared warns that the company was known already: nothing was written twice.
	Shared = refusal.Define(refusal.Definition{
		Code: "COMPANY_SHARED", Kind: refusal.Conflict,
		Message: refusal.Text{It: "L'azienda era già registrata: ora è condivisa con il tuo ente e i dati esistenti restano validi.", En: "The company was already registered: it is now shared with your organisation, and the stored data stay."},
		Cure:    refusal.Text{It: "Controlla la scheda dell'azienda prima di continuare.", En: "Look through the company's record before you go on."},
	})
	// DataDiffer warns of a fact that the stored company has otherwise.
	DataDiffer = refusal.Define(refusal.Definition{
		Code: "COMPANY_DATA_DIFFER", Kind: refusal.Conflict,
		Message: refusal.Text{It: "Il dato indicato è diverso da quello già registrato, che resta invariato.", En: "The value differs from the stored one, which stays."},
		Cure:    refusal.Text{It: "Verifica con l'azienda quale dato è corretto.", En: "Ask the company which value is right."},
	})
	// SitesOverHeadcount is for sites that together employ more people than their company.
	SitesOverHeadcount = refusal.Define(refusal.Definition{
		Code: "COMPANY_SITES_OVER_HEADCOUNT", Kind: refusal.Input,
		Message: refusal.Text{It: "Le sedi hanno in tutto {sites} dipendenti, più dei {company} dell'azienda.", En: "The sites have {sites} employees together, more than the company's {company}."},
		Cure:    refusal.Text{It: "Correggi il numero di dipendenti dell'azienda o delle sedi.", En: "Correct the number of employees of the company, or of its sites."},
	})
)

// Refusals and warnings about openings.
var (
	// WrongState is for an act that the opening's state does not allow.
	WrongState = refusal.Define(refusal.Definition{
		Code: "OPENING_STATE", Kind: refusal.State,
		Message: refusal.Text{It: "L'offerta non è in uno stato che consenta questa operazione ({state}).", En: "The opening is not in a state that allows this ({state})."},
		Cure:    refusal.Text{It: "Registra una nuova offerta, se l'azienda mette a disposizione altri posti.", En: "Write down a new opening, if the company offers more seats."},
		CuredBy: scouts,
	})
	// NotWorkedWith is for a partner that does not work with the company yet.
	NotWorkedWith = refusal.Define(refusal.Definition{
		Code: "COMPANY_NOT_WORKED_WITH", Kind: refusal.Rule,
		Message: refusal.Text{It: "L'ente indicato non segue ancora questa azienda.", En: "This partner does not work with the company yet."},
		Cure:    refusal.Text{It: "Registra prima l'azienda per questo ente: se esiste già, viene condivisa.", En: "Register the company for this partner first: one that exists is shared."},
	})
	// EndsBeforeStart is for days in the wrong order.
	EndsBeforeStart = refusal.Define(refusal.Definition{
		Code: "OPENING_ENDS_BEFORE_START", Kind: refusal.Input,
		Message: refusal.Text{It: "L'ultimo giorno precede il primo.", En: "The last day comes before the first."},
		Cure:    refusal.Text{It: "Correggi le date.", En: "Correct the days."},
	})
	// Past is for an opening that is over before it is offered.
	Past = refusal.Define(refusal.Definition{
		Code: "OPENING_PAST", Kind: refusal.Rule,
		Message: refusal.Text{It: "L'offerta finisce prima di oggi.", En: "The opening ends before today."},
		Cure:    refusal.Text{It: "Indica un periodo che non sia già trascorso.", En: "Give a period that has not passed."},
	})
	// OutsideProgramme is for days before or after the programme.
	OutsideProgramme = refusal.Define(refusal.Definition{
		Code: "OPENING_OUTSIDE_PROGRAMME", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il periodo esce dalla durata del programma, dal {from} al {to}.", En: "The period leaves the programme's, from {from} to {to}."},
		Cure:    refusal.Text{It: "Riporta le date entro la durata del programma.", En: "Bring the days within the programme."},
	})
	// NoTimetable is for an opening without hours.
	NoTimetable = refusal.Define(refusal.Definition{
		Code: "OPENING_NO_TIMETABLE", Kind: refusal.Input,
		Message: refusal.Text{It: "Manca l'orario settimanale.", En: "The week's timetable is missing."},
		Cure:    refusal.Text{It: "Indica almeno una fascia oraria.", En: "Give at least one stretch of hours."},
	})
	// HoursEndBeforeStart is for a stretch whose end does not follow its start.
	HoursEndBeforeStart = refusal.Define(refusal.Definition{
		Code: "OPENING_HOURS_END_BEFORE_START", Kind: refusal.Input,
		Message: refusal.Text{It: "L'ora di fine non segue l'ora di inizio.", En: "The end does not come after the start."},
		Cure:    refusal.Text{It: "Correggi gli orari; un turno oltre la mezzanotte va diviso su due giorni.", En: "Correct the times; hours past midnight are two stretches on two days."},
	})
	// HoursOverlap is for two stretches of one day that share time.
	HoursOverlap = refusal.Define(refusal.Definition{
		Code: "OPENING_HOURS_OVERLAP", Kind: refusal.Input,
		Message: refusal.Text{It: "La fascia oraria si sovrappone a un'altra dello stesso giorno.", En: "The stretch overlaps another one of the same day."},
		Cure:    refusal.Text{It: "Unisci le due fasce o correggi gli orari.", En: "Join the two, or correct the times."},
	})
	// OverDayLimit is for a day longer than anybody may work as an intern.
	OverDayLimit = refusal.Define(refusal.Definition{
		Code: "OPENING_OVER_DAY_LIMIT", Kind: refusal.Rule,
		Message: refusal.Text{It: "Nel giorno di {weekday} l'orario è di {minutes}, oltre il massimo di {limit}.", En: "On {weekday} the timetable has {minutes}, over the limit of {limit}."},
		Cure:    refusal.Text{It: "Riduci le ore del giorno.", En: "Reduce the hours of that day."},
	})
	// OverWeekLimit is for a week longer than anybody may work as an intern.
	OverWeekLimit = refusal.Define(refusal.Definition{
		Code: "OPENING_OVER_WEEK_LIMIT", Kind: refusal.Rule,
		Message: refusal.Text{It: "L'orario settimanale è di {minutes}, oltre il massimo di {limit}.", En: "The week's timetable has {minutes}, over the limit of {limit}."},
		Cure:    refusal.Text{It: "Riduci le ore della settimana.", En: "Reduce the hours of the week."},
	})
	// OverMonthLimit is for a timetable longer than anybody may work as an intern in whatever month.
	OverMonthLimit = refusal.Define(refusal.Definition{
		Code: "OPENING_OVER_MONTH_LIMIT", Kind: refusal.Rule,
		Message: refusal.Text{It: "In ogni mese l'orario arriva almeno a {minutes}, oltre il massimo di {limit}.", En: "In every month the timetable comes to {minutes} at the least, over the limit of {limit}."},
		Cure:    refusal.Text{It: "Riduci le ore della settimana.", En: "Reduce the hours of the week."},
	})
	// OverQuota warns of more seats than the host limit of the site.
	OverQuota = refusal.Define(refusal.Definition{
		Code: "OPENING_OVER_QUOTA", Kind: refusal.Rule,
		Message: refusal.Text{It: "I posti offerti ({seats}) superano il numero di tirocinanti che la sede può ospitare insieme ({limit}).", En: "The seats ({seats}) are more than the interns whom the site may host at once ({limit})."},
		Cure:    refusal.Text{It: "Oltre il limite possono iniziare soltanto persone escluse dal conteggio: verifica con l'azienda.", En: "Beyond the limit only people who do not count for it may start: check with the company."},
	})
)
