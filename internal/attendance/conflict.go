package attendance

import (
	"context"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// reasons are the conflicts of entries in words.
var reasons = map[Conflict]*refusal.Code{
	OverlapsOther: reason(OverlapsOther, refusal.Rule, refusal.Text{It: "Le stesse ore sono registrate anche per un'altra attività: non contano né qui né lì.", En: "The same hours are claimed for another activity, too: neither counts."},
		refusal.Text{It: "Scegli quale delle due registrazioni vale e annulla o correggi l'altra.", En: "Choose which of the two entries holds, and withdraw or correct the other."}, coordinator),
	OtherVersion: reason(OtherVersion, refusal.Rule, refusal.Text{It: "Le stesse ore della stessa attività sono registrate due volte: nessuna delle due conta.", En: "The same hours of the same activity are claimed twice: neither counts."},
		refusal.Text{It: "Scegli quale versione vale e annulla l'altra.", En: "Choose which version holds, and withdraw the other."}, either),
	OverLimit: reason(OverLimit, refusal.Rule, refusal.Text{It: "Con queste ore si supera quanto una persona può fare in un giorno, in una settimana o in un mese, oppure si tratta di ore notturne di una persona minorenne.", En: "These hours go beyond what a person may do in a day, a week or a month, or are a minor's at night."},
		refusal.Text{It: "Correggi le ore di questa registrazione, o di un'altra dello stesso periodo.", En: "Correct the hours of this entry, or of another of the same time."}, theTutor),
	MonthClosed: reason(MonthClosed, refusal.State, refusal.Text{It: "È arrivata quando il suo mese era già stato inviato.", En: "It came when its month was submitted already."},
		refusal.Text{It: "Fai riaprire il mese, oppure rettificalo quando è chiuso.", En: "Have the month sent back, or put it right once it is locked."}, coordinator),
	PlacementSuspended: reason(PlacementSuspended, refusal.State, refusal.Text{It: "In quel giorno il tirocinio era sospeso.", En: "The internship stood still on that day."},
		refusal.Text{It: "Se la persona c'era davvero, correggi le date della sospensione; altrimenti annulla la registrazione.", En: "If the person was there indeed, correct the days of the suspension; otherwise withdraw the entry."}, coordinator),
	NotEnrolled: reason(NotEnrolled, refusal.State, refusal.Text{It: "In quel giorno la persona non era iscritta all'attività, o non aveva ancora iniziato.", En: "The person was not enrolled on that day, or had not begun."},
		refusal.Text{It: "Controlla il giorno e le date dell'iscrizione; se non è questa persona, annulla la registrazione.", En: "Check the day and the days of the enrolment; if it is not this person, withdraw the entry."}, coordinator),
	DeliveredLate: reason(DeliveredLate, refusal.Right, refusal.Text{It: "L'ha inviata un tutor il cui incarico era già finito.", En: "It was delivered by a tutor whose assignment had ended."},
		refusal.Text{It: "Conferma la registrazione, oppure respingila.", En: "Confirm the entry, or reject it."}, theTutor),
	Unplanned: reason(Unplanned, refusal.Rule, refusal.Text{It: "È un'assenza che nel frattempo è diventata retribuita, e va oltre l'orario previsto o cade in un giorno di chiusura: così non conta.", En: "It is an absence that is paid by now, and goes beyond the timetable or is on a closed day: as it stands it does not count."},
		refusal.Text{It: "Correggi le ore o il motivo, oppure annulla la registrazione.", En: "Correct the hours or the reason, or withdraw the entry."}, theTutor),
}

func reason(c Conflict, kind refusal.Kind, cause, cure, by refusal.Text) *refusal.Code {
	return refusal.Define(refusal.Definition{Code: "ATTENDANCE_CONFLICT_" + string(c), Kind: kind, Message: cause, Cure: cure, CuredBy: by})
}

// conflictReasons says in words why an entry is contested.
func conflictReasons(_ context.Context, _ *postgres.Tx, conflicts []Conflict) (any, error) {
	list := refusal.List{}
	for _, c := range conflicts {
		list = append(list, reasons[c].At())
	}
	return list, nil
}
