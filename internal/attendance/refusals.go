package attendance

import "github.com/lavoroincorso/lavoro/internal/values/refusal"

var (
	coordinator = refusal.Text{It: "il coordinamento del programma", En: "the programme's coordinators"}
	theTutor    = refusal.Text{It: "il tutor", En: "the tutor"}
	either      = refusal.Text{It: "il tutor o il coordinamento", En: "the tutor or the coordinators"}
)

// What the register refuses, and why.
var (
	// WrongAuthor is for entries that waited on a phone and come under somebody else's sign-in.
	WrongAuthor = refusal.Define(refusal.Definition{
		Code: "WRONG_AUTHOR", Kind: refusal.Right,
		Message: refusal.Text{It: "Queste voci le ha scritte un'altra persona: non è stato registrato nulla.", En: "Somebody else made these entries: nothing was recorded."},
		Cure:    refusal.Text{It: "Tienile in attesa: le invia chi le ha scritte, dopo aver effettuato l'accesso.", En: "Keep them waiting: whoever made them sends them after signing in."},
		CuredBy: refusal.Text{It: "chi ha scritto le voci", En: "whoever made the entries"},
	})
	Future = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_IN_FUTURE", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il giorno non è ancora arrivato.", En: "The day has not come yet."},
		Cure:    refusal.Text{It: "Registra la presenza nel giorno stesso o dopo.", En: "Record it on the day itself, or later."},
	})
	OutsideEnrolment = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_OUTSIDE_ENROLMENT", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il giorno è fuori dal periodo dell'attività ({from} – {to}).", En: "The day is outside the activity's period ({from} – {to})."},
		Cure:    refusal.Text{It: "Controlla il giorno, oppure fai prorogare l'attività.", En: "Check the day, or have the activity extended."},
		CuredBy: coordinator,
	})
	NotRunning = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_NOT_RUNNING", Kind: refusal.State,
		Message: refusal.Text{It: "L'attività di questa persona è sospesa.", En: "This person's activity stands still."},
		Cure:    refusal.Text{It: "Riprendi l'attività, se la persona era davvero presente.", En: "Resume the activity, if the person really was there."},
		CuredBy: either,
	})
	PlacementAttested = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_PLACEMENT_ATTESTED", Kind: refusal.State,
		Message: refusal.Text{It: "Il tirocinio è già stato attestato: le ore del suo registro non cambiano più.", En: "The internship has been attested: the hours of its register change no more."},
		Cure:    refusal.Text{It: "Se mancano ore o sono sbagliate, fai rettificare il mese quando è chiuso.", En: "Where hours are missing or wrong, have the month adjusted once it is locked."},
		CuredBy: refusal.Text{It: "il promotore", En: "the promoter"},
	})
	EndsBeforeStart = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_ENDS_BEFORE_START", Kind: refusal.Input,
		Message: refusal.Text{It: "L'ora di fine non segue l'ora di inizio.", En: "The end does not come after the start."},
		Cure: refusal.Text{It: "Correggi gli orari; oltre la mezzanotte una registrazione nuova si divide da sé, una già scritta si corregge giorno per giorno.",
			En: "Correct the times; past midnight a new entry is split by itself, and one that is written already is corrected day by day."},
	})
	HourLeftOut = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_HOUR_LEFT_OUT", Kind: refusal.Input,
		Message: refusal.Text{It: "Il {day} nessun orologio ha segnato le {time}: con l'ora legale quell'ora non c'è stata.", En: "On {day} no clock showed {time}: as they were put forward, that hour was left out."},
		Cure:    refusal.Text{It: "Scrivi l'ora segnata dopo il cambio: {instead}.", En: "Give the time that clocks showed after the change: {instead}."},
	})
	ReasonForAbsence = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_ABSENCE_REASON", Kind: refusal.Input,
		Message: refusal.Text{It: "Il motivo va indicato per un'assenza, e soltanto per un'assenza.", En: "An absence needs a reason, and only an absence has one."},
		Cure:    refusal.Text{It: "Indica un codice dell'elenco absence_reasons, oppure toglilo.", En: "Give a code of the list absence_reasons, or leave it out."},
	})
	NoteTooLong = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_NOTE_TOO_LONG", Kind: refusal.Input,
		Message: refusal.Text{It: "La nota supera {max} caratteri.", En: "The remark is longer than {max} characters."},
		Cure:    refusal.Text{It: "Accorcia la nota.", En: "Shorten the remark."},
	})
	ReasonNeeded = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_REASON_NEEDED", Kind: refusal.Input,
		Message: refusal.Text{It: "Chi cambia il registro deve dire perché.", En: "Whoever changes the register must say why."},
		Cure:    refusal.Text{It: "Scrivi il motivo nella nota.", En: "Write the reason into the note."},
	})
	OverDayLimit = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_OVER_DAY_LIMIT", Kind: refusal.Rule,
		Message: refusal.Text{It: "Le ore del {day} superano il massimo giornaliero di {limit} (già registrate: {counted}). Fonte: {source}.", En: "The hours of {day} pass the daily limit of {limit} (already counted: {counted}). Source: {source}."},
		Cure:    refusal.Text{It: "Riduci le ore, o correggi quelle già registrate.", En: "Reduce the hours, or correct those already recorded."},
	})
	OverWeekLimit = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_OVER_WEEK_LIMIT", Kind: refusal.Rule,
		Message: refusal.Text{It: "Le ore del {day} superano il massimo settimanale di {limit} (già registrate: {counted}). Fonte: {source}.", En: "The hours of {day} pass the weekly limit of {limit} (already counted: {counted}). Source: {source}."},
		Cure:    refusal.Text{It: "Riduci le ore, o correggi quelle già registrate.", En: "Reduce the hours, or correct those already recorded."},
	})
	OverMonthLimit = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_OVER_MONTH_LIMIT", Kind: refusal.Rule,
		Message: refusal.Text{It: "Le ore del {day} superano il massimo mensile di {limit} (già registrate: {counted}). Fonte: {source}.", En: "The hours of {day} pass the monthly limit of {limit} (already counted: {counted}). Source: {source}."},
		Cure:    refusal.Text{It: "Riduci le ore, o correggi quelle già registrate.", En: "Reduce the hours, or correct those already recorded."},
	})
	MinorAtNight = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_MINOR_AT_NIGHT", Kind: refusal.Rule,
		Message: refusal.Text{It: "Una persona minorenne può essere presente solo tra le {from} e le {to}. Fonte: {source}.", En: "A minor may be present only between {from} and {to}. Source: {source}."},
		Cure:    refusal.Text{It: "Correggi gli orari.", En: "Correct the times."},
	})
	MinorWithoutBreak = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_MINOR_WITHOUT_BREAK", Kind: refusal.Rule,
		Message: refusal.Text{It: "Dopo {limit} di presenza una persona minorenne ha diritto a una pausa di almeno {break}. Fonte: {source}.", En: "After {limit} of presence a minor must have a break of at least {break}. Source: {source}."},
		Cure:    refusal.Text{It: "Registra separatamente le ore prima e dopo la pausa.", En: "Record the hours before and after the break apart."},
	})
	MinorWithoutRest = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_MINOR_WITHOUT_REST", Kind: refusal.Rule,
		Message: refusal.Text{It: "L'orario non lascia a una persona minorenne {days} di riposo di seguito ogni settimana. Fonte: {source}.", En: "The timetable does not leave a minor {days} of rest in a row each week. Source: {source}."},
		Cure:    refusal.Text{It: "Scegli un'offerta con un altro orario.", En: "Choose an opening with another timetable."},
	})
	Late = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_LATE", Kind: refusal.Rule,
		Message: refusal.Text{It: "La registrazione arriva più di {days} dopo.", En: "The entry comes more than {days} late."},
		Cure:    refusal.Text{It: "Conferma l'avviso indicando il motivo del ritardo.", En: "Acknowledge the warning, and say why it is late."},
	})
	Delivered = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_DELIVERED_LATE", Kind: refusal.Rule,
		Message: refusal.Text{It: "Quel giorno seguivi tu la persona, ma l'incarico è finito: la registrazione è conservata e non conta.", En: "You accompanied the person on that day, but no longer do: the entry is kept and does not count."},
		Cure:    refusal.Text{It: "Chi segue ora la persona la conferma o la ritira.", En: "Whoever accompanies the person now confirms it, or takes it back."},
		CuredBy: refusal.Text{It: "chi segue ora la persona", En: "whoever accompanies the person now"},
	})
	// DeliveryOver is told to nobody but who accompanied the person on the day.
	DeliveryOver = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_DELIVERY_OVER", Kind: refusal.Right,
		Message: refusal.Text{It: "Quel giorno seguivi tu la persona, ma l'incarico è finito il {day} e il termine per inviare le presenze ({days}) è passato.", En: "You accompanied the person on that day, but your assignment ended on {day}, and the time in which you could deliver ({days}) is over."},
		Cure:    refusal.Text{It: "Comunica le ore a chi segue ora la persona, che può registrarle.", En: "Tell the hours to whoever accompanies the person now, who can record them."},
		CuredBy: refusal.Text{It: "chi segue ora la persona", En: "whoever accompanies the person now"},
	})
	Overlaps = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_CONTESTED", Kind: refusal.Conflict,
		Message: refusal.Text{It: "Le ore si sovrappongono a un'altra registrazione della stessa persona: sono conservate ma non contano.", En: "The hours overlap another entry of the same person: they are kept but do not count."},
		Cure:    refusal.Text{It: "Verifica quale registrazione è giusta e risolvi la contestazione.", En: "Find out which entry is right, and resolve the contest."},
		CuredBy: either,
	})
	WrongStanding = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_STANDING", Kind: refusal.State,
		Message: refusal.Text{It: "La registrazione non è più in uno stato che consenta questa operazione ({standing}).", En: "The entry is no longer in a state that allows this ({standing})."},
		Cure:    refusal.Text{It: "Lavora sulla versione che l'ha sostituita, se esiste.", En: "Work on the version that replaced it, if there is one."},
	})
	OverlapsElsewhere = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_OVERLAPS_ELSEWHERE", Kind: refusal.Right,
		Message: refusal.Text{It: "La registrazione si sovrappone ad altre che non puoi modificare.", En: "The entry overlaps others that you may not change."},
		Cure:    refusal.Text{It: "Chiedi al coordinamento di risolvere la contestazione.", En: "Ask the coordinators to resolve the contest."},
		CuredBy: coordinator,
	})
	BatchSize = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_BATCH_SIZE", Kind: refusal.Input,
		Message: refusal.Text{It: "Un invio contiene da 1 a {max} registrazioni.", En: "A batch has 1 to {max} entries."},
		Cure:    refusal.Text{It: "Dividi l'invio in più parti.", En: "Divide the batch."},
	})
	DaysAtOnce = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_DAYS_AT_ONCE", Kind: refusal.Input,
		Message: refusal.Text{It: "In una volta si chiedono da 1 a {max} giorni.", En: "1 to {max} days are asked for at once."},
		Cure:    refusal.Text{It: "Chiedi meno giorni.", En: "Ask for fewer days."},
	})
	ClosedDay = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_CLOSED_DAY", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il {day} nessuno è atteso: {reason}. Fonte: {source}.", En: "Nobody is expected on {day}: {reason}. Source: {source}."},
		Cure:    refusal.Text{It: "Controlla il giorno; se la persona c'era davvero, conferma l'avviso indicando perché.", En: "Check the day; if the person was there indeed, acknowledge the warning and say why."},
	})
	OutsideTimetable = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_OUTSIDE_TIMETABLE", Kind: refusal.Rule,
		Message: refusal.Text{It: "Le ore del {day} non rientrano nell'orario del tirocinio ({hours}): la copertura assicurativa segue l'orario del progetto.", En: "The hours of {day} are outside the internship's timetable ({hours}): the insurance covers the project's hours."},
		Cure:    refusal.Text{It: "Controlla gli orari; se la persona c'era davvero, conferma l'avviso indicando perché.", En: "Check the times; if the person was there indeed, acknowledge the warning and say why."},
	})
	PaidOnClosedDay = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_PAID_ABSENCE_CLOSED_DAY", Kind: refusal.Rule,
		Message: refusal.Text{It: "Un'assenza pagata vale per le ore previste, e il {day} nessuno è atteso: {reason}. Fonte: {source}.", En: "An absence is paid for planned hours, and nobody is expected on {day}: {reason}. Source: {source}."},
		Cure:    refusal.Text{It: "Controlla il giorno e il motivo: quel giorno non c'è un'assenza da registrare.", En: "Check the day and the reason: there is no absence to record on that day."},
	})
	PaidBeyondTimetable = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_PAID_ABSENCE_TIMETABLE", Kind: refusal.Rule,
		Message: refusal.Text{It: "Un'assenza pagata vale per le ore previste: il {day} sono {hours}. Fonte: {source}.", En: "An absence is paid for planned hours: on {day} these are {hours}. Source: {source}."},
		Cure:    refusal.Text{It: "Scrivi le sole ore previste, una registrazione per ogni fascia.", En: "Give no more than the planned hours, one entry for each stretch."},
	})
	NoInternsThere = refusal.Define(refusal.Definition{
		Code: "CLOSURE_NO_INTERNS", Kind: refusal.Right,
		Message: refusal.Text{It: "Presso questo soggetto ospitante non segui alcun tirocinio.", En: "You accompany no internship at this host."},
		Cure:    refusal.Text{It: "Controlla azienda e sede, oppure chiedi a chi vi segue un tirocinio.", En: "Check company and site, or ask whoever accompanies an internship there."},
		CuredBy: either,
	})
	ClosureWithdrawn = refusal.Define(refusal.Definition{
		Code: "CLOSURE_WITHDRAWN", Kind: refusal.State,
		Message: refusal.Text{It: "La chiusura è già stata annullata.", En: "The closure has been withdrawn already."},
		Cure:    refusal.Text{It: "Se l'azienda è chiusa, registra una nuova chiusura.", En: "If the company is closed, record another closure."},
	})
	TooFewHours = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_TOO_FEW_HOURS", Kind: refusal.Rule,
		Message: refusal.Text{It: "Le ore valide sono il {percent} % di quelle previste; ne serve almeno il {least} %.", En: "{percent} % of the planned hours count; at least {least} % are needed."},
		Cure:    refusal.Text{It: "Completa il registro, oppure proroga il tirocinio.", En: "Complete the register, or have the internship extended."},
		CuredBy: refusal.Text{It: "il tutor", En: "the tutor"},
	})
	CountsLater = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_COUNTS_LATER", Kind: refusal.State,
		Message: refusal.Text{It: "Contano presenze, o assenze pagate, registrate dal {from} in poi: l'ultima è del {last}.", En: "Presence, or an absence that is paid, from {from} on counts, the last of {last}."},
		Cure:    refusal.Text{It: "Correggi o annulla prima quelle ore, o falle rettificare se il mese è chiuso; oppure indica un giorno successivo.", En: "Correct or withdraw those hours first, or have them adjusted where their month is locked; or give a later day."},
		CuredBy: either,
	})
	StillContested = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_STILL_CONTESTED", Kind: refusal.State,
		Message: refusal.Text{It: "Ci sono registrazioni contestate ancora da risolvere ({entries}).", En: "There are contested entries still to be resolved ({entries})."},
		Cure:    refusal.Text{It: "Risolvi le contestazioni del registro.", En: "Resolve the contested entries of the register."},
		CuredBy: either,
	})
	NothingPlanned = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_NOTHING_PLANNED", Kind: refusal.State,
		Message: refusal.Text{It: "Per il {day} non resta nulla da registrare secondo l'orario.", En: "By the timetables nothing is left to record for {day}."},
		Cure:    refusal.Text{It: "Controlla il giorno, oppure registra le ore una per una.", En: "Check the day, or record the hours one by one."},
	})
	WrittenAlready = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_WRITTEN", Kind: refusal.State,
		Message: refusal.Text{It: "Di queste ore c'è già una registrazione: non è stato aggiunto nulla.", En: "Of these hours something is recorded already: nothing was added."},
		Cure:    refusal.Text{It: "Se la registrazione è sbagliata, correggila.", En: "If the entry is wrong, correct it."},
	})
	TakenBack = refusal.Define(refusal.Definition{
		Code: "ATTENDANCE_TAKEN_BACK", Kind: refusal.State,
		Message: refusal.Text{It: "Dopo che le avevi registrate queste ore sono state ritirate: non è stato aggiunto nulla.", En: "After you had recorded these hours they were taken back: nothing was added."},
		Cure:    refusal.Text{It: "Se la persona c'era, registra di nuovo le ore.", En: "If the person was there, record the hours again."},
	})
	MonthClosedAlready = refusal.Define(refusal.Definition{
		Code: "REGISTER_MONTH_CLOSED", Kind: refusal.State,
		Message: refusal.Text{It: "Il mese del registro è già stato inviato ({state}).", En: "The register's month has been submitted already ({state})."},
		Cure:    refusal.Text{It: "Fai riaprire il mese; dopo la chiusura, chiedi una rettifica.", En: "Have the month reopened; once it is locked, ask for an adjustment."},
		CuredBy: refusal.Text{It: "il promotore", En: "the promoter"},
	})
	MonthBefore = refusal.Define(refusal.Definition{
		Code: "REGISTER_MONTH_BEFORE", Kind: refusal.State,
		Message: refusal.Text{It: "Le ore di {month} per questo tipo di attività sono state importate e confermate: qui si conterebbero due volte.", En: "The hours of {month} for this kind of activity were brought in and confirmed: recorded here, they would count twice."},
		Cure:    refusal.Text{It: "Se i totali importati sono sbagliati, fai revocare l'importazione e registra le ore qui.", En: "Where the totals that were brought in are wrong, have the import taken back and record the hours here."},
		CuredBy: coordinator,
	})
	MonthWrongState = refusal.Define(refusal.Definition{
		Code: "REGISTER_MONTH_STATE", Kind: refusal.State,
		Message: refusal.Text{It: "Nello stato in cui si trova, il mese non consente questa operazione ({state}).", En: "The month is in a state that does not allow this ({state})."},
		Cure:    refusal.Text{It: "Un mese prima si invia, poi lo certificano il soggetto ospitante e il promotore, poi si chiude: completa il passo che manca, o fai riaprire il mese.", En: "A month is submitted first, then certified by the host and the promoter, then locked: do the step that is missing, or have the month reopened."},
	})
	MonthNotOver = refusal.Define(refusal.Definition{
		Code: "REGISTER_MONTH_NOT_OVER", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il mese di {month} non è ancora finito.", En: "The month {month} is not over yet."},
		Cure: refusal.Text{It: "Invialo dopo l'ultimo giorno del mese o dell'attività; se l'attività è stata prorogata dopo l'invio, riapri il mese.",
			En: "Submit it after the last day of the month or of the activity; where the activity was extended after it was submitted, reopen the month."},
	})
	MonthHasNoHost = refusal.Define(refusal.Definition{
		Code: "REGISTER_MONTH_NO_HOST", Kind: refusal.Rule,
		Message: refusal.Text{It: "L'attività non si svolge presso un soggetto ospitante.", En: "The activity is not with a host."},
		Cure:    refusal.Text{It: "Certifica direttamente per il promotore.", En: "Certify for the promoter at once."},
		CuredBy: refusal.Text{It: "il promotore", En: "the promoter"},
	})
	MonthHostFirst = refusal.Define(refusal.Definition{
		Code: "REGISTER_MONTH_HOST_FIRST", Kind: refusal.State,
		Message: refusal.Text{It: "Il soggetto ospitante non ha ancora certificato il mese.", En: "The host has not certified the month yet."},
		Cure:    refusal.Text{It: "Attendi la sua certificazione; se tace oltre i giorni previsti, certifica al suo posto con motivo e prova.", En: "Wait for it; once the host has been silent for the days of the rules, certify in its place, with reason and evidence."},
		CuredBy: refusal.Text{It: "il soggetto ospitante", En: "the host"},
	})
	MonthOwnHand = refusal.Define(refusal.Definition{
		Code: "REGISTER_MONTH_OWN_HAND", Kind: refusal.Right,
		Message: refusal.Text{It: "Per il soggetto ospitante hai già certificato tu, o chi ha agito al posto tuo o di chi sostituisci, di persona o mostrando un codice: non certifichi anche per il promotore.", En: "It was you who certified for the host, or somebody in your place or in that of whom you stand in for, himself or by showing a code: you do not certify for the promoter, too."},
		Cure:    refusal.Text{It: "Fai certificare il mese da un'altra persona.", En: "Have somebody else certify the month."},
		CuredBy: coordinator,
	})
	MonthHostNotSilent = refusal.Define(refusal.Definition{
		Code: "REGISTER_MONTH_HOST_IN_TIME", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il soggetto ospitante può ancora rispondere: si può certificare al suo posto dal {day}.", En: "The host may still answer: it can be certified in its place from {day} on."},
		Cure:    refusal.Text{It: "Sollecita la risposta, oppure attendi quel giorno.", En: "Press the host for an answer, or wait for that day."},
	})
	MonthNeedsProof = refusal.Define(refusal.Definition{
		Code: "REGISTER_MONTH_NEEDS_PROOF", Kind: refusal.Input,
		Message: refusal.Text{It: "Serve un documento che lo provi.", En: "A document that proves it is needed."},
		Cure:    refusal.Text{It: "Carica il documento con prepareUpload e indicane l'identificativo.", En: "Upload the document by prepareUpload, and give its id."},
	})
	MonthChanged = refusal.Define(refusal.Definition{
		Code: "REGISTER_MONTH_CHANGED", Kind: refusal.Conflict,
		Message: refusal.Text{It: "Il contenuto del mese non è più quello inviato.", En: "The month's content is not what was submitted."},
		Cure:    refusal.Text{It: "Riapri il mese, controllalo e invialo di nuovo.", En: "Reopen the month, check it and submit it again."},
		CuredBy: refusal.Text{It: "il promotore", En: "the promoter"},
	})
	AdjustmentOutside = refusal.Define(refusal.Definition{
		Code: "REGISTER_ADJUSTMENT_OUTSIDE", Kind: refusal.Input,
		Message: refusal.Text{It: "Il giorno non è di questo mese ({month}).", En: "The day is not of this month ({month})."},
		Cure:    refusal.Text{It: "Indica un giorno del mese da rettificare.", En: "Give a day of the month that is adjusted."},
	})
	AdjustmentImpossible = refusal.Define(refusal.Definition{
		Code: "REGISTER_ADJUSTMENT_IMPOSSIBLE", Kind: refusal.Rule,
		Message: refusal.Text{It: "La rettifica non cambia nulla, o porta il giorno sotto zero o oltre un giorno di presenza (ora: {minutes}, giorni {days}).", En: "The adjustment changes nothing, or takes the day below nothing or beyond one day of presence (now: {minutes}, days {days})."},
		Cure:    refusal.Text{It: "Controlla minuti e giorni.", En: "Check minutes and days."},
	})
	NobodyRepresents = refusal.Define(refusal.Definition{
		Code: "SIGNATURE_NOBODY_REPRESENTS", Kind: refusal.Rule,
		Message: refusal.Text{It: "Nessuno rappresenta oggi questa persona.", En: "Nobody represents this person today."},
		Cure:    refusal.Text{It: "Fai firmare la persona stessa, oppure registra prima chi la rappresenta.", En: "Have the person sign, or record first who represents him."},
		CuredBy: refusal.Text{It: "chi segue il caso", En: "whoever follows the case"},
	})
	SignedAlready = refusal.Define(refusal.Definition{
		Code: "SIGNATURE_SIGNED", Kind: refusal.State,
		Message: refusal.Text{It: "Questo contenuto è già stato firmato ({party}).", En: "This content has been signed already ({party})."},
		Cure:    refusal.Text{It: "Non serve un'altra firma.", En: "No other signature is needed."},
	})
	AskedAlready = refusal.Define(refusal.Definition{
		Code: "SIGNATURE_ASKED", Kind: refusal.State,
		Message: refusal.Text{It: "La firma è già stata chiesta ({party}).", En: "The signature has been asked for already ({party})."},
		Cure:    refusal.Text{It: "Invia di nuovo il collegamento, mostra un codice o revoca la richiesta.", En: "Send the link again, show a code, or revoke the request."},
	})
	NoAddress = refusal.Define(refusal.Definition{
		Code: "SIGNATURE_NO_ADDRESS", Kind: refusal.Input,
		Message: refusal.Text{It: "Non è noto alcun indirizzo a cui inviare il collegamento.", En: "No address is known to which the link could be sent."},
		Cure:    refusal.Text{It: "Indica un indirizzo e-mail o un numero di cellulare, oppure mostra un codice sul telefono.", En: "Give an e-mail address or a mobile number, or show a code on the phone."},
	})
	SignerWorksHere = refusal.Define(refusal.Definition{
		Code: "SIGNATURE_OF_OUR_OWN", Kind: refusal.Rule,
		Message: refusal.Text{It: "È l'indirizzo di una persona che lavora per il progetto: la firma è di chi non vi lavora.", En: "This is the address of somebody who works for the programme: who signs does not."},
		Cure:    refusal.Text{It: "Indica l'indirizzo di chi firma, mostragli un codice sul telefono o fallo firmare su carta.", En: "Give the address of who signs, show him a code on the phone, or have him sign on paper."},
	})
	TooManyMessages = refusal.Define(refusal.Definition{
		Code: "SIGNATURE_MESSAGES", Kind: refusal.Rule,
		Message: refusal.Text{It: "Per questa firma sono stati inviati troppi messaggi: al massimo {most} in un giorno, a un minuto l'uno dall'altro.", En: "Too many messages were sent for this signature: {most} in a day at most, a minute apart."},
		Cure:    refusal.Text{It: "Attendi, usa un indirizzo e-mail o mostra un codice sul telefono.", En: "Wait, use an e-mail address, or show a code on the phone."},
	})
	TooManyToPhone = refusal.Define(refusal.Definition{
		Code: "SIGNATURE_PHONE_MESSAGES", Kind: refusal.Rule,
		Message: refusal.Text{It: "A questo numero sono già stati inviati {most} messaggi in un giorno.", En: "{most} messages were sent to this number within a day already."},
		Cure:    refusal.Text{It: "Riprova dalle {time} del {day}, usa un indirizzo e-mail o mostra un codice sul telefono.", En: "Try again from {time} on {day}, use an e-mail address, or show a code on the phone."},
	})
	NoGateway = refusal.Define(refusal.Definition{
		Code: "SIGNATURE_NO_GATEWAY", Kind: refusal.State,
		Message: refusal.Text{It: "Da qui non partono messaggi per i telefoni.", En: "No messages to phones are sent from here."},
		Cure:    refusal.Text{It: "Usa un indirizzo e-mail o mostra un codice sul telefono; chi gestisce l'installazione può collegare un servizio di messaggi.", En: "Use an e-mail address, or show a code on the phone; whoever runs the installation can connect a gateway."},
		CuredBy: refusal.Text{It: "chi gestisce l'installazione", En: "whoever runs the installation"},
	})
	SignatureOver = refusal.Define(refusal.Definition{
		Code: "SIGNATURE_OVER", Kind: refusal.State,
		Message: refusal.Text{It: "La richiesta di firma non è più in attesa ({state}).", En: "The request to sign does not wait any more ({state})."},
		Cure:    refusal.Text{It: "Se serve un'altra firma, chiedila di nuovo.", En: "Where another signature is needed, ask for it anew."},
	})
	SigningUnknown = refusal.Define(refusal.Definition{
		Code: "SIGNING_UNKNOWN", Kind: refusal.State,
		Message: refusal.Text{It: "Questo collegamento o codice non vale: forse è stato sostituito da uno più recente.", En: "This link or code is not valid: a newer one may have taken its place."},
		Cure:    refusal.Text{It: "Usa l'ultimo ricevuto, controlla come lo hai scritto, o chiedine uno nuovo al tutor.", En: "Use the last one that you got, check how you typed it, or ask the tutor for another."},
		CuredBy: theTutor,
	})
	SigningExpired = refusal.Define(refusal.Definition{
		Code: "SIGNING_EXPIRED", Kind: refusal.State,
		Message: refusal.Text{It: "Questo collegamento o codice è scaduto.", En: "This link or code has run out."},
		Cure:    refusal.Text{It: "Chiedine uno nuovo al tutor.", En: "Ask the tutor for another."},
		CuredBy: theTutor,
	})
	SigningUsed = refusal.Define(refusal.Definition{
		Code: "SIGNING_USED", Kind: refusal.State,
		Message: refusal.Text{It: "Con questo collegamento o codice il documento è già stato firmato.", En: "The document has been signed by this link or code already."},
		Cure:    refusal.Text{It: "Non devi fare altro; se non hai firmato tu, dillo subito al tutor.", En: "There is nothing else to do; if it was not you who signed, tell the tutor at once."},
		CuredBy: theTutor,
	})
	SigningRevoked = refusal.Define(refusal.Definition{
		Code: "SIGNING_REVOKED", Kind: refusal.State,
		Message: refusal.Text{It: "La richiesta di firma è stata revocata.", En: "The request to sign was revoked."},
		Cure:    refusal.Text{It: "Chiedi al tutor se serve ancora la tua firma.", En: "Ask the tutor whether your signature is still needed."},
		CuredBy: theTutor,
	})
	SigningShared = refusal.Define(refusal.Definition{
		Code: "SIGNING_SHARED", Kind: refusal.Right,
		Message: refusal.Text{It: "Questo collegamento o codice è già stato aperto su un altro dispositivo o in un altro browser: è personale.", En: "This link or code was opened on another device or in another browser already: it is personal."},
		Cure:    refusal.Text{It: "Firma dove lo hai aperto, con i cookie consentiti, oppure chiedine uno nuovo al tutor.", En: "Sign where you opened it, with cookies allowed, or ask the tutor for another."},
		CuredBy: theTutor,
	})
	SigningChanged = refusal.Define(refusal.Definition{
		Code: "SIGNING_CHANGED", Kind: refusal.Conflict,
		Message: refusal.Text{It: "Il documento non è più quello da firmare: il mese è cambiato, o è già certificato.", En: "The document is not what was to be signed any more: the month has changed, or is certified already."},
		Cure:    refusal.Text{It: "Chiedi al tutor il collegamento al documento attuale, se serve ancora la tua firma.", En: "Ask the tutor for a link to the present document, if your signature is still needed."},
		CuredBy: theTutor,
	})
	PaperDays = refusal.Define(refusal.Definition{
		Code: "ABSENCE_PAPER_DAYS", Kind: refusal.Input,
		Message: refusal.Text{It: "Il giustificativo deve riguardare da 1 a {max} giorni, dal primo all'ultimo.", En: "A paper is for 1 to {max} days, from the first to the last."},
		Cure:    refusal.Text{It: "Controlla le date.", En: "Check the days."},
	})
	PaperWithdrawn = refusal.Define(refusal.Definition{
		Code: "ABSENCE_PAPER_WITHDRAWN", Kind: refusal.State,
		Message: refusal.Text{It: "Il giustificativo è già stato annullato.", En: "The paper has been withdrawn already."},
		Cure:    refusal.Text{It: "Se serve, caricane un altro.", En: "Bring another one where it is needed."},
	})
	PaperUnreadable = refusal.Define(refusal.Definition{
		Code: "SIGNED_PAPER_CODE", Kind: refusal.Input,
		Message: refusal.Text{It: "Questo non è il codice QR di un mese del registro stampato.", En: "This is not the QR code of a printed month of the register."},
		Cure:    refusal.Text{It: "Inquadra il codice QR del foglio firmato e invia il testo che contiene.", En: "Scan the QR code of the paper that was signed, and send the text that it holds."},
	})
	PaperOfAnother = refusal.Define(refusal.Definition{
		Code: "SIGNED_PAPER_OTHER_MONTH", Kind: refusal.Conflict,
		Message: refusal.Text{It: "Il foglio è di un altro mese del registro.", En: "The paper is of another month of the register."},
		Cure:    refusal.Text{It: "Caricalo nel mese a cui si riferisce, o prendi il foglio giusto.", En: "Bring it to the month that it is of, or take the right paper."},
	})
	PaperOfBefore = refusal.Define(refusal.Definition{
		Code: "SIGNED_PAPER_OLD_VERSION", Kind: refusal.Conflict,
		Message: refusal.Text{It: "Il foglio è di una versione precedente: da allora il contenuto del mese è cambiato.", En: "The paper is of an older version: the month's content has changed since."},
		Cure:    refusal.Text{It: "Stampa il mese com'è ora e fallo firmare di nuovo.", En: "Print the month as it is now, and have it signed again."},
		CuredBy: theTutor,
	})
	PaperWaits = refusal.Define(refusal.Definition{
		Code: "SIGNED_PAPER_WAITS", Kind: refusal.State,
		Message: refusal.Text{It: "Un foglio firmato aspetta già la conferma ({party}).", En: "A paper that was signed waits to be confirmed already ({party})."},
		Cure:    refusal.Text{It: "Confermalo, oppure revocalo e caricane un altro.", En: "Confirm it, or revoke it and bring another."},
		CuredBy: refusal.Text{It: "il promotore", En: "the promoter"},
	})
	OwnPaper = refusal.Define(refusal.Definition{
		Code: "SIGNED_PAPER_OWN", Kind: refusal.Right,
		Message: refusal.Text{It: "Chi ha caricato il foglio non può anche confermarlo.", En: "Who has brought the paper cannot confirm it, too."},
		Cure:    refusal.Text{It: "Fallo confermare a un'altra persona.", En: "Have somebody else confirm it."},
		CuredBy: refusal.Text{It: "il promotore", En: "the promoter"},
	})
)
