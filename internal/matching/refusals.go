package matching

import "github.com/lavoroincorso/lavoro/internal/values/refusal"

// Refusals of decisions about a match.
var (
	WrongState = refusal.Define(refusal.Definition{
		Code: "MATCH_STATE", Kind: refusal.State,
		Message: refusal.Text{It: "L'abbinamento è nello stato «{state}», che non permette questa operazione.", En: "The match is “{state}”, which does not allow this."},
		Cure:    refusal.Text{It: "Consulta i passi possibili dell'abbinamento, oppure scegline un altro.", En: "Look at what can be done with the match, or choose another one."},
	})
	Blocked = refusal.Define(refusal.Definition{
		Code: "MATCH_BLOCKED", Kind: refusal.Rule,
		Message: refusal.Text{It: "Una regola impedisce questo abbinamento: vedi i motivi.", En: "A rule forbids this match: see its reasons."},
		Cure:    refusal.Text{It: "Rimuovi la causa indicata nei motivi, oppure scegli un altro abbinamento.", En: "Remove what the reasons name, or choose another match."},
	})
	NotWaiting = refusal.Define(refusal.Definition{
		Code: "MATCH_PERSON_NOT_WAITING", Kind: refusal.State,
		Message: refusal.Text{It: "La persona non è in una fase del percorso in cui si cerca un tirocinio.", En: "The person is not at a point of the path where an internship is sought."},
		Cure:    refusal.Text{It: "Completa il percorso fino alla firma del PAP o all'avvio delle attività.", En: "Take the path to the signed plan or to the activities."},
		CuredBy: refusal.Text{It: "chi segue il caso", En: "the case manager"},
	})
	PersonPlaced = refusal.Define(refusal.Definition{
		Code: "MATCH_PERSON_PLACED", Kind: refusal.State,
		Message: refusal.Text{It: "La persona ha già un tirocinio in preparazione o in corso.", En: "The person already has an internship in preparation or running."},
		Cure:    refusal.Text{It: "Attendi che si concluda, oppure annullalo se è solo preparato.", En: "Wait until it ends, or give it up while it is only prepared."},
	})
	OpeningClosed = refusal.Define(refusal.Definition{
		Code: "MATCH_OPENING_CLOSED", Kind: refusal.State,
		Message: refusal.Text{It: "L'azienda non offre più il posto, o il periodo è passato.", En: "The company no longer offers the seat, or its time is past."},
		Cure:    refusal.Text{It: "Scegli un altro abbinamento.", En: "Choose another match."},
	})
	NoSeat = refusal.Define(refusal.Definition{
		Code: "MATCH_NO_SEAT", Kind: refusal.Conflict,
		Message: refusal.Text{It: "Tutti i posti sono già occupati.", En: "All seats are taken."},
		Cure:    refusal.Text{It: "Scegli un altro abbinamento, oppure attendi che si liberi un posto.", En: "Choose another match, or wait until a seat is free."},
	})
)
