package activity

import "github.com/lavoroincorso/lavoro/internal/values/refusal"

var organisers = refusal.Text{It: "chi coordina le attività del tuo ente", En: "whoever coordinates activities in your organisation"}

// Refusals about activities.
var (
	// EndsBeforeStart is for days in the wrong order.
	EndsBeforeStart = refusal.Define(refusal.Definition{
		Code: "ACTIVITY_ENDS_BEFORE_START", Kind: refusal.Input,
		Message: refusal.Text{It: "L'ultimo giorno precede il primo.", En: "The last day comes before the first."},
		Cure:    refusal.Text{It: "Correggi le date.", En: "Correct the days."},
	})
	// OutsideProgramme is for days before or after the programme.
	OutsideProgramme = refusal.Define(refusal.Definition{
		Code: "ACTIVITY_OUTSIDE_PROGRAMME", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il periodo esce dalla durata del programma, dal {from} al {to}.", En: "The period leaves the programme's, from {from} to {to}."},
		Cure:    refusal.Text{It: "Riporta le date entro la durata del programma.", En: "Bring the days within the programme."},
	})
)

// Refusals about enrolments.
var (
	// ByPlacement is for an internship that is enrolled in, completed or left by hand.
	ByPlacement = refusal.Define(refusal.Definition{
		Code: "ENROLMENT_BY_PLACEMENT", Kind: refusal.Rule,
		Message: refusal.Text{It: "L'iscrizione a un tirocinio segue il tirocinio stesso.", En: "The enrolment in an internship follows the internship itself."},
		Cure:    refusal.Text{It: "Lavora sul tirocinio: l'iscrizione si aggiorna da sola.", En: "Work on the internship: its enrolment follows by itself."},
	})
	// Over is for an activity whose last day has passed.
	Over = refusal.Define(refusal.Definition{
		Code: "ACTIVITY_OVER", Kind: refusal.State,
		Message: refusal.Text{It: "L'attività è terminata il {to}.", En: "The activity ended on {to}."},
		Cure:    refusal.Text{It: "Scegli un'attività ancora in corso o in programma.", En: "Choose an activity that goes on, or is still to come."},
	})
	// NotTakingPart is for a participation before its plan is signed, or one that has ended.
	NotTakingPart = refusal.Define(refusal.Definition{
		Code: "ENROLMENT_NOT_TAKING_PART", Kind: refusal.State,
		Message: refusal.Text{It: "La persona può iscriversi solo con il progetto personalizzato (PAP) firmato e finché partecipa al programma.", En: "A person enrols only once the personalised plan (PAP) is signed, and while taking part in the programme."},
		Cure:    refusal.Text{It: "Fai firmare il PAP prima dell'iscrizione.", En: "Have the plan signed before enrolling."},
		CuredBy: refusal.Text{It: "chi segue il caso", En: "the case manager"},
	})
	// AlreadyEnrolled is for a second enrolment in one activity.
	AlreadyEnrolled = refusal.Define(refusal.Definition{
		Code: "ENROLMENT_TWICE", Kind: refusal.Conflict,
		Message: refusal.Text{It: "La persona è già iscritta a questa attività, o l'ha già completata.", En: "The person is enrolled in this activity already, or has completed it."},
		Cure:    refusal.Text{It: "Usa l'iscrizione esistente.", En: "Use the existing enrolment."},
	})
	// Full is for an activity without a free seat.
	Full = refusal.Define(refusal.Definition{
		Code: "ACTIVITY_FULL", Kind: refusal.Rule,
		Message: refusal.Text{It: "I posti dell'attività ({seats}) sono tutti occupati.", En: "All seats of the activity ({seats}) are taken."},
		Cure:    refusal.Text{It: "Scegli un'altra attività, oppure attendi che si liberi un posto.", En: "Choose another activity, or wait for a seat."},
		CuredBy: organisers,
	})
	// WrongState is for an act that the enrolment's state does not allow.
	WrongState = refusal.Define(refusal.Definition{
		Code: "ENROLMENT_STATE", Kind: refusal.State,
		Message: refusal.Text{It: "L'iscrizione non è in uno stato che consenta questa operazione ({state}).", En: "The enrolment is not in a state that allows this ({state})."},
		Cure:    refusal.Text{It: "Rileggi l'iscrizione: qualcuno potrebbe averla già chiusa.", En: "Read the enrolment again: somebody may have closed it already."},
	})
	// Future is for an ending that has not come yet.
	Future = refusal.Define(refusal.Definition{
		Code: "ENROLMENT_FUTURE", Kind: refusal.Input,
		Message: refusal.Text{It: "La data è successiva a oggi.", En: "The day is after today."},
		Cure:    refusal.Text{It: "Indica oggi o un giorno già trascorso.", En: "Give today, or a day that has passed."},
	})
	// BeforeStart is for a completion before the first day.
	BeforeStart = refusal.Define(refusal.Definition{
		Code: "ENROLMENT_BEFORE_START", Kind: refusal.Input,
		Message: refusal.Text{It: "L'attività non può essere completata prima del suo inizio, il {from}.", En: "The activity cannot be completed before its start, on {from}."},
		Cure:    refusal.Text{It: "Correggi la data, oppure registra il ritiro.", En: "Correct the day, or record that the person left."},
	})
	// StillEnrolled keeps a person from leaving the programme with activities open.
	StillEnrolled = refusal.Define(refusal.Definition{
		Code: "ENROLMENT_STILL_OPEN", Kind: refusal.State,
		Message: refusal.Text{It: "Iscrizioni a corsi o laboratori ancora aperte: {count}.", En: "Enrolments in courses or laboratories still open: {count}."},
		Cure:    refusal.Text{It: "Registra per ciascuna il completamento oppure il ritiro.", En: "Record for each whether it was completed or left."},
		CuredBy: refusal.Text{It: "il tutor o chi coordina le attività", En: "the tutor, or whoever coordinates activities"},
	})
)
