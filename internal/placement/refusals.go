package placement

import "github.com/lavoroincorso/lavoro/internal/values/refusal"

// Refusals about the state and the day of an act.
var (
	WrongState = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_STATE", Kind: refusal.State,
		Message: refusal.Text{It: "Il tirocinio è nello stato «{state}»; per questa operazione deve essere nello stato {needed}.", En: "The internship is “{state}”; for this act it must be {needed}."},
		Cure:    refusal.Text{It: "Consulta i passi possibili del tirocinio e completa prima quello che manca.", En: "Look at what can be done with the internship, and do the missing step first."},
	})
	DayInFuture = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_DAY_IN_FUTURE", Kind: refusal.Input,
		Message: refusal.Text{It: "Il giorno indicato non è ancora arrivato.", En: "The day has not come yet."},
		Cure:    refusal.Text{It: "Registra il passo quando è avvenuto, oppure correggi il giorno.", En: "Record the step once it has happened, or correct the day."},
	})
	DayTooEarly = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_DAY_TOO_EARLY", Kind: refusal.Input,
		Message: refusal.Text{It: "Il giorno indicato precede il passo precedente, del {since}.", En: "The day comes before the previous step, of {since}."},
		Cure:    refusal.Text{It: "Indica un giorno dal {since} in poi.", En: "Give a day from {since} on."},
	})
	BeforeFirstDay = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_BEFORE_FIRST_DAY", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il tirocinio può iniziare dal {first}: non prima del giorno previsto, né prima della comunicazione obbligatoria.", En: "The internship may begin from {first}: neither before the planned day, nor before the mandatory communication."},
		Cure:    refusal.Text{It: "Avvia il tirocinio dal {first} in poi.", En: "Start it on {first} or later."},
	})
	Over = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_OVER", Kind: refusal.Rule,
		Message: refusal.Text{It: "L'ultimo giorno previsto del tirocinio, il {last}, è già passato.", En: "The internship's last planned day, {last}, is already past."},
		Cure:    refusal.Text{It: "Chiudi questo tirocinio e, se serve ancora, preparane uno nuovo con altre date.", En: "Close this internship and, if it is still wanted, prepare a new one with other dates."},
	})
	NotOver = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_NOT_OVER", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il tirocinio si conclude come previsto il {last}, che non è ancora arrivato.", En: "The internship ends as planned on {last}, which has not come yet."},
		Cure:    refusal.Text{It: "Attendi l'ultimo giorno previsto, oppure interrompi il tirocinio indicando il motivo.", En: "Wait for the last planned day, or break it off with the reason."},
	})
	StillLiving = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_STILL_LIVING", Kind: refusal.State,
		Message: refusal.Text{It: "La persona ha un tirocinio nello stato «{state}».", En: "The person has an internship that is “{state}”."},
		Cure:    refusal.Text{It: "Prima interrompi, concludi o annulla il tirocinio.", En: "First break off, end or annul the internship."},
		CuredBy: refusal.Text{It: "chi coordina l'ente promotore", En: "the promoter's coordinator"},
	})
)

// Refusals about the person, the dates and the papers.
var (
	NotReady = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_NOT_READY", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il tirocinio si prepara quando il PAP è firmato o le attività sono avviate.", En: "An internship is prepared once the plan (PAP) is signed or the activities have begun."},
		Cure:    refusal.Text{It: "Completa prima il percorso della persona fino alla firma del PAP.", En: "First take the person's path to the signature of the plan."},
		CuredBy: refusal.Text{It: "chi segue il caso", En: "the case manager"},
	})
	NotActive = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_NOT_ACTIVE", Kind: refusal.Rule,
		Message: refusal.Text{It: "La persona non è in attività nel programma.", En: "The person is not in activities of the programme."},
		Cure:    refusal.Text{It: "Avvia le attività della persona, con i dati di ingresso.", En: "Begin the person's activities, with the facts at entry."},
		CuredBy: refusal.Text{It: "chi segue il caso", En: "the case manager"},
	})
	PersonPlaced = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_PERSON_PLACED", Kind: refusal.Rule,
		Message: refusal.Text{It: "La persona ha già un altro tirocinio concordato o in corso.", En: "The person already has another internship that is agreed or running."},
		Cure:    refusal.Text{It: "Chiudi prima l'altro tirocinio, oppure annulla questo.", En: "Close the other internship first, or give this one up."},
		CuredBy: refusal.Text{It: "chi coordina l'ente promotore", En: "the promoter's coordinator"},
	})
	EndsBeforeStart = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_ENDS_BEFORE_START", Kind: refusal.Input,
		Message: refusal.Text{It: "L'ultimo giorno precede il primo.", En: "The last day comes before the first."},
		Cure:    refusal.Text{It: "Correggi le date.", En: "Correct the dates."},
	})
	TooLong = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_TOO_LONG", Kind: refusal.Rule,
		Message: refusal.Text{It: "Con i tirocini già svolti la persona supererebbe la durata massima di {months}.", En: "With what was done before, the person would exceed the longest duration of {months}."},
		Cure:    refusal.Text{It: "Anticipa l'ultimo giorno.", En: "Choose an earlier last day."},
	})
	OutsideProgramme = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_OUTSIDE_PROGRAMME", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il tirocinio deve svolgersi durante il programma, dal {from} al {to}.", En: "The internship must lie within the programme, from {from} to {to}."},
		Cure:    refusal.Text{It: "Scegli date comprese nel programma.", En: "Choose dates within the programme."},
	})
	OutsideOpening = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_OUTSIDE_OPENING", Kind: refusal.Rule,
		Message: refusal.Text{It: "L'azienda offre il posto dal {from} al {to}.", En: "The company offers the seat from {from} to {to}."},
		Cure:    refusal.Text{It: "Scegli date comprese in quel periodo, oppure concorda un altro posto con l'azienda.", En: "Choose dates within that time, or agree another opening with the company."},
	})
	NoCertificate = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_NO_CERTIFICATE", Kind: refusal.Rule,
		Message: refusal.Text{It: "Manca un attestato valido: {certificate}.", En: "A valid certificate is missing: {certificate}."},
		Cure:    refusal.Text{It: "Iscrivi la persona al corso e registrane il completamento prima dell'avvio.", En: "Enrol the person in the course, and record its completion before the start."},
		CuredBy: refusal.Text{It: "il tutor", En: "the tutor"},
	})
	NoProject = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_NO_PROJECT", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il progetto formativo individuale (PFI) non risulta firmato.", En: "The individual project (PFI) is not signed."},
		Cure:    refusal.Text{It: "Registra prima la firma del PFI.", En: "First record that it is signed."},
	})
	TextLength = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_TEXT_LENGTH", Kind: refusal.Input,
		Message: refusal.Text{It: "Serve un testo da 1 a {max} caratteri.", En: "A text of 1 to {max} characters is needed."},
		Cure:    refusal.Text{It: "Compila il campo indicato.", En: "Fill in the field."},
	})
)

// Refusals about extensions.
var (
	ExtensionTooLate = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_EXTENSION_TOO_LATE", Kind: refusal.Rule,
		Message: refusal.Text{It: "La proroga va firmata da tutte le parti entro il {latest}.", En: "An extension must be signed by all parties on {latest} at the latest."},
		Cure:    refusal.Text{It: "Se è stata firmata in tempo, indica il giorno della firma; altrimenti concludi questo tirocinio e, se serve ancora, preparane uno nuovo.", En: "If it was signed in time, give the day of the signature; otherwise end this internship and, if it is still wanted, prepare a new one."},
	})
	ExtensionNotLater = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_EXTENSION_NOT_LATER", Kind: refusal.Input,
		Message: refusal.Text{It: "Il nuovo ultimo giorno non viene dopo quello già previsto, il {last}.", En: "The new last day does not come after the one so far, {last}."},
		Cure:    refusal.Text{It: "Indica un giorno dopo il {last}. Per finire prima, interrompi il tirocinio.", En: "Give a day after {last}. To end earlier, break the internship off."},
	})
	ExtensionTooLong = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_EXTENSION_TOO_LONG", Kind: refusal.Rule,
		Message: refusal.Text{It: "Con tutti i suoi tirocini e le proroghe la persona supererebbe {months}: questo può durare al massimo fino al {last}.", En: "With all internships and extensions the person would exceed {months}: this one may last until {last} at most."},
		Cure:    refusal.Text{It: "Scegli un ultimo giorno entro il {last}, se non è passato; altrimenti il tirocinio non è più prorogabile.", En: "Choose a last day up to {last}, unless it is past; then the internship cannot be extended any more."},
	})
	ExtensionNeed = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_EXTENSION_NEED", Kind: refusal.Rule,
		Message: refusal.Text{It: "Per questa proroga il servizio che ha in carico la persona deve attestarne la necessità.", En: "For this extension the service in charge of the person must attest the need."},
		Cure:    refusal.Text{It: "Chiedi l'attestazione al servizio e indicane il protocollo.", En: "Ask the service for its attestation, and give its protocol number."},
		CuredBy: refusal.Text{It: "chi segue il caso", En: "the case manager"},
	})
	ExtensionPending = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_EXTENSION_PENDING", Kind: refusal.State,
		Message: refusal.Text{It: "La proroga precedente, fino al {last}, non risulta ancora comunicata.", En: "The extension before, until {last}, is not communicated yet."},
		Cure:    refusal.Text{It: "Registra prima la comunicazione obbligatoria di quella proroga.", En: "First record the mandatory communication of that extension."},
		CuredBy: refusal.Text{It: "chi coordina l'ente promotore", En: "the promoter's coordinator"},
	})
	NothingToCommunicate = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_EXTENSION_NONE", Kind: refusal.State,
		Message: refusal.Text{It: "Non c'è nessuna proroga da comunicare.", En: "There is no extension to be communicated."},
		Cure:    refusal.Text{It: "Controlla le proroghe del tirocinio: sono già comunicate, o non ce ne sono.", En: "Look at the internship's extensions: they are communicated already, or there are none."},
	})
)

// Refusals about host, seat and tutors.
var (
	SameBody = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_SAME_BODY", Kind: refusal.Rule,
		Message: refusal.Text{It: "Soggetto promotore e soggetto ospitante non possono essere lo stesso ente.", En: "Promoter and host cannot be the same body."},
		Cure:    refusal.Text{It: "Scegli un altro promotore oppure un altro posto.", En: "Choose another promoter or another opening."},
	})
	OpeningClosed = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_OPENING_CLOSED", Kind: refusal.State,
		Message: refusal.Text{It: "L'azienda non offre più questo posto.", En: "The company no longer offers this opening."},
		Cure:    refusal.Text{It: "Scegli un altro abbinamento.", En: "Choose another match."},
	})
	NoSeat = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_NO_SEAT", Kind: refusal.Conflict,
		Message: refusal.Text{It: "Tutti i posti offerti ({seats}) sono già occupati.", En: "All seats offered ({seats}) are taken."},
		Cure:    refusal.Text{It: "Scegli un altro abbinamento, oppure attendi che si liberi un posto.", En: "Choose another match, or wait until a seat is free."},
	})
	HostQuota = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_HOST_QUOTA", Kind: refusal.Rule,
		Message: refusal.Text{It: "La sede, con {headcount}, può ospitare al massimo {limit} per volta.", En: "The site, with {headcount}, may host at most {limit} at once."},
		Cure:    refusal.Text{It: "Scegli altre date o un'altra sede, oppure aggiorna il numero di dipendenti se è cambiato.", En: "Choose other dates or another site, or update the number of employees when it has changed."},
	})
	NoTutor = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_NO_TUTOR", Kind: refusal.Rule,
		Message: refusal.Text{It: "Manca il tutor del soggetto promotore.", En: "The promoter's tutor is missing."},
		Cure:    refusal.Text{It: "Indica il tutor, oppure assegnane uno alla persona.", En: "Name the tutor, or assign one to the person."},
	})
	TutorFull = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_TUTOR_FULL", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il tutor segue già {max}, il massimo previsto.", En: "The tutor already follows {max}, the most allowed."},
		Cure:    refusal.Text{It: "Attendi che un tirocinio si concluda, oppure affida la persona a un altro tutor.", En: "Wait until an internship ends, or give the person another tutor."},
		CuredBy: refusal.Text{It: "chi coordina l'ente promotore", En: "the promoter's coordinator"},
	})
	HostTutorFull = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_HOST_TUTOR_FULL", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il tutor aziendale segue già {max}, il massimo previsto.", En: "The host's tutor already follows {max}, the most allowed."},
		Cure:    refusal.Text{It: "Concorda con l'azienda un altro tutor aziendale.", En: "Agree another tutor with the company."},
		CuredBy: refusal.Text{It: "l'azienda ospitante", En: "the host"},
	})
)

// Warnings: those of communications, of the resumption and of a late entry are acknowledged; those of the suspension and of what an extension asks for
// are only told.
var (
	CommunicatedLate = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_COMMUNICATED_LATE", Kind: refusal.Rule,
		Message: refusal.Text{It: "La comunicazione obbligatoria va accettata almeno {days} prima dell'inizio, previsto il {from}.", En: "The mandatory communication must be accepted at least {days} before the start, planned on {from}."},
		Cure:    refusal.Text{It: "Sposta l'inizio, oppure conferma indicando il motivo del ritardo.", En: "Move the start, or go on and give the reason of the delay."},
	})
	ExtensionRecordedLate = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_EXTENSION_RECORDED_LATE", Kind: refusal.Rule,
		Message: refusal.Text{It: "L'ultimo giorno previsto, il {last}, è passato: la proroga viene registrata dopo.", En: "The last day so far, {last}, is past: the extension is entered after it."},
		Cure:    refusal.Text{It: "Controlla il giorno della firma, oppure conferma indicando il motivo del ritardo.", En: "Check the day of the signature, or go on and give the reason of the delay."},
	})
	ExtensionCommunicatedLate = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_EXTENSION_COMMUNICATED_LATE", Kind: refusal.Rule,
		Message: refusal.Text{It: "La comunicazione obbligatoria della proroga andava accettata entro il {by}.", En: "The mandatory communication of the extension had to be accepted by {by}."},
		Cure:    refusal.Text{It: "Controlla il giorno, oppure conferma indicando il motivo del ritardo.", En: "Check the day, or go on and give the reason of the delay."},
	})
	ExtensionToCommunicate = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_EXTENSION_TO_COMMUNICATE", Kind: refusal.Rule,
		Message: refusal.Text{It: "La proroga va comunicata (UNILAV) entro il {by}, e le coperture INAIL e RCT devono arrivare al {last}.", En: "The extension must be communicated (UNILAV) by {by}, and the covers of INAIL and third-party liability must reach {last}."},
		Cure:    refusal.Text{It: "Invia la comunicazione, avvisa INAIL e assicurazione, e registra il protocollo.", En: "Send the communication, tell INAIL and the insurer, and record the protocol code."},
	})
	SuspensionLeast = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_SUSPENSION_LEAST", Kind: refusal.Rule,
		Message: refusal.Text{It: "Per questo motivo la sospensione deve durare almeno {days} per non contare nella durata.", En: "For this reason a suspension must last at least {days} not to count in the duration."},
		Cure:    refusal.Text{It: "Riprendi il tirocinio dopo almeno {days}.", En: "Resume after at least {days}."},
	})
	SuspensionShort = refusal.Define(refusal.Definition{
		Code: "PLACEMENT_SUSPENSION_SHORT", Kind: refusal.Rule,
		Message: refusal.Text{It: "La sospensione è durata {lasted} invece di almeno {days}: conta nella durata del tirocinio.", En: "The suspension lasted {lasted} instead of at least {days}: it counts in the internship's duration."},
		Cure:    refusal.Text{It: "Controlla il giorno di ripresa, oppure conferma indicando il motivo.", En: "Check the day, or go on and give the reason."},
	})
)
