package participant

import "github.com/lavoroincorso/lavoro/internal/values/refusal"

var (
	coordination   = refusal.Text{It: "il coordinamento del programma", En: "the programme's coordination"}
	accessManagers = refusal.Text{It: "chi amministra gli accessi dell'ente", En: "whoever manages access in the organisation"}
)

// What stops a referral.
var (
	// KnownElsewhere says of somebody whom another body follows only that he is known.
	KnownElsewhere = refusal.Define(refusal.Definition{
		Code: "PERSON_KNOWN_ELSEWHERE", Kind: refusal.Conflict,
		Message: refusal.Text{It: "Questo codice fiscale appartiene a una persona seguita da un altro ente.", En: "This fiscal code belongs to a person whom another body follows."},
		Cure:    refusal.Text{It: "Chiedi all'altro ente, tramite il coordinamento, di passarti la presa in carico.", En: "Ask the other body, through the coordination, to hand the person over."},
		CuredBy: coordination,
	})
	// AlreadyReferred is for somebody who takes part in this programme already, where the actor sees it.
	AlreadyReferred = refusal.Define(refusal.Definition{
		Code: "PERSON_ALREADY_REFERRED", Kind: refusal.Conflict,
		Message: refusal.Text{It: "Questa persona è già stata segnalata al programma.", En: "This person has been referred to the programme already."},
		Cure:    refusal.Text{It: "Continua dalla partecipazione esistente.", En: "Go on from the participation that exists."},
	})
	// CodeMistyped warns of a birth day or sex that the fiscal code contradicts; registers do hold such codes.
	CodeMistyped = refusal.Define(refusal.Definition{
		Code: "FISCAL_CODE_MISMATCH", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il codice fiscale non corrisponde al dato indicato.", En: "The fiscal code does not agree with this value."},
		Cure:    refusal.Text{It: "Controlla il documento; se il dato è giusto, conferma l'avviso indicando il motivo.", En: "Check the papers; if the value is right, acknowledge the warning with the reason."},
	})
	// CodeAlike warns of somebody else whose code says the same with omocodia undone.
	CodeAlike = refusal.Define(refusal.Definition{
		Code: "FISCAL_CODE_ALIKE", Kind: refusal.Rule,
		Message: refusal.Text{It: "È già registrata una persona il cui codice fiscale differisce solo per omocodia.", En: "Somebody is registered whose fiscal code differs only by omocodia."},
		Cure:    refusal.Text{It: "Verifica che non sia la stessa persona; se sono due persone diverse, conferma l'avviso indicando il motivo.", En: "Check that it is not the same person; if they are two persons, acknowledge the warning with the reason."},
	})
	// PersonDiffers warns that a person known already has other data on record, which stays.
	PersonDiffers = refusal.Define(refusal.Definition{
		Code: "PERSON_DIFFERS", Kind: refusal.Rule,
		Message: refusal.Text{It: "La persona è già registrata con un dato diverso, che non verrà cambiato.", En: "The person is registered with another value, which will not change."},
		Cure:    refusal.Text{It: "Controlla il dato; se la persona è la stessa, conferma l'avviso indicando il motivo.", En: "Check the value; if it is the same person, acknowledge the warning with the reason."},
	})
	// MunicipalityOutside warns of a municipality that is none of the programme's: a slip, or somebody who may not enter.
	MunicipalityOutside = refusal.Define(refusal.Definition{
		Code: "MUNICIPALITY_OUTSIDE", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il comune non è tra quelli del programma.", En: "The municipality is none of the programme's."},
		Cure:    refusal.Text{It: "Controlla il codice ISTAT; se la persona vive davvero lì, conferma l'avviso indicando il motivo.", En: "Check the ISTAT code; if the person does live there, acknowledge the warning with the reason."},
	})
)

// What stops a step on the path.
var (
	// WrongState is for an act that the state does not open.
	WrongState = refusal.Define(refusal.Definition{
		Code: "PARTICIPANT_STATE", Kind: refusal.State,
		Message: refusal.Text{It: "Nello stato «{state}» questo passo non è possibile.", En: "This step is not possible in the state “{state}”."},
		Cure:    refusal.Text{It: "È possibile da: {from}.", En: "It is possible from: {from}."},
	})
	// NotEntered is for asking results of somebody who never entered the programme.
	NotEntered = refusal.Define(refusal.Definition{
		Code: "PARTICIPANT_NOT_ENTERED", Kind: refusal.State,
		Message: refusal.Text{It: "La persona non era entrata nel programma: non ci sono esiti da rilevare.", En: "The person had never entered the programme: there are no results to ask for."},
		Cure:    refusal.Text{It: "Chiudi la partecipazione.", En: "Close the participation."},
	})
	// HasEntered is for closing the case of somebody whose results were not asked for.
	HasEntered = refusal.Define(refusal.Definition{
		Code: "PARTICIPANT_HAS_ENTERED", Kind: refusal.State,
		Message: refusal.Text{It: "La persona era entrata nel programma: prima di chiudere vanno rilevati gli esiti.", En: "The person had entered the programme: results must be asked for before closing."},
		Cure:    refusal.Text{It: "Avvia la rilevazione a 28 giorni.", En: "Begin to ask for the result within 28 days."},
	})
	// VerdictMissing is for admitting somebody whose eligibility was never checked.
	VerdictMissing = refusal.Define(refusal.Definition{
		Code: "VERDICT_MISSING", Kind: refusal.Rule,
		Message: refusal.Text{It: "I requisiti non sono ancora stati verificati.", En: "Eligibility has not been checked yet."},
		Cure:    refusal.Text{It: "Esegui la verifica dei requisiti.", En: "Check eligibility."},
	})
	// VerdictBlocks is for admitting somebody whose last verdict blocks.
	VerdictBlocks = refusal.Define(refusal.Definition{
		Code: "VERDICT_BLOCKS", Kind: refusal.Rule,
		Message: refusal.Text{It: "L'ultima verifica dei requisiti non consente l'ammissione.", En: "The last eligibility check does not allow admission."},
		Cure:    refusal.Text{It: "Rimuovi gli impedimenti indicati nella verifica e ripetila, oppure registra la non ammissione.", En: "Cure what the check found and repeat it, or reject."},
	})
	// DayAhead is for a step that would hold from a day to come.
	DayAhead = refusal.Define(refusal.Definition{
		Code: "PARTICIPANT_DAY_AHEAD", Kind: refusal.Rule,
		Message: refusal.Text{It: "La data {day} è nel futuro.", En: "The day {day} is yet to come."},
		Cure:    refusal.Text{It: "Indica oggi o un giorno passato.", En: "Give today or a day that is past."},
	})
	// DayBefore is for a step that would hold from before the step that precedes it.
	DayBefore = refusal.Define(refusal.Definition{
		Code: "PARTICIPANT_DAY_BEFORE", Kind: refusal.Rule,
		Message: refusal.Text{It: "La data {day} precede l'inizio dello stato attuale ({since}).", En: "The day {day} precedes the beginning of the present state ({since})."},
		Cure:    refusal.Text{It: "Indica il {since} o un giorno successivo.", En: "Give {since} or a later day."},
	})
	// TeamRole is for assigning a member who does not hold the role in this programme today.
	TeamRole = refusal.Define(refusal.Definition{
		Code: "TEAM_ROLE_MISSING", Kind: refusal.Rule,
		Message: refusal.Text{It: "La persona indicata non ha oggi il ruolo necessario in questo programma.", En: "This member does not hold the role needed in this programme today."},
		Cure:    refusal.Text{It: "Scegli un'altra persona, oppure fai assegnare il ruolo.", En: "Choose somebody else, or have the role granted."},
		CuredBy: accessManagers,
	})
)

// HolderDiffers warns of an account that belongs to somebody else than the person who is to be paid, or to more than one.
var HolderDiffers = refusal.Define(refusal.Definition{
	Code: "ACCOUNT_HOLDER_DIFFERS", Kind: refusal.Rule,
	Message: refusal.Text{It: "L'intestatario del conto non è la persona da pagare.", En: "The account holder is not the person who is to be paid."},
	Cure:    refusal.Text{It: "Controlla l'intestazione; se il conto è davvero di altri, o cointestato, conferma l'avviso indicando il motivo.", En: "Check the holder; if the account is somebody else's indeed, or a joint one, acknowledge the warning with the reason."},
})

var (
	caseManagers = refusal.Text{It: "chi segue la persona", En: "whoever follows the person"}
	colleagues   = refusal.Text{It: "un'altra persona dell'ufficio pagamenti, o chi segue il caso", En: "another person of the payments office, or whoever follows the case"}
)

// What is warned of, or refused, about payment details.
var (
	// AccountShared warns of an account that somebody else is paid to.
	AccountShared = refusal.Define(refusal.Definition{
		Code: "ACCOUNT_SHARED", Kind: refusal.Rule,
		Message: refusal.Text{It: "Su questo conto viene già pagata un'altra persona.", En: "Somebody else is paid to this account already."},
		Cure:    refusal.Text{It: "Controlla l'IBAN; se il conto è davvero in comune, per esempio di una comunità o di una famiglia, conferma l'avviso indicando il motivo.", En: "Check the IBAN; if it is a common account indeed, such as a community's or a family's, acknowledge the warning with the reason."},
	})
	// TitleMissing is for an account that is held for the person by a paper which is not named.
	TitleMissing = refusal.Define(refusal.Definition{
		Code: "ACCOUNT_TITLE_MISSING", Kind: refusal.Input,
		Message: refusal.Text{It: "Manca il titolo in base al quale un altro riceve il pagamento.", En: "The title by which somebody else receives the payment is missing."},
		Cure:    refusal.Text{It: "Indica il provvedimento o la delega, con numero e data.", En: "Name the decree or the mandate, with its number and day."},
	})
	// MeansNotOffered is for means that no payer of the programme has.
	MeansNotOffered = refusal.Define(refusal.Definition{
		Code: "MEANS_NOT_OFFERED", Kind: refusal.Rule,
		Message: refusal.Text{It: "Nessun ente pagatore del programma paga in questo modo.", En: "No payer of the programme pays in this way."},
		Cure:    refusal.Text{It: "Scegli un altro modo di pagamento.", En: "Choose other means of payment."},
	})
	// SecondPersonNeeded is for a confirmation, or the outcome of a payee check, by who recorded the details.
	SecondPersonNeeded = refusal.Define(refusal.Definition{
		Code: "SECOND_PERSON_NEEDED", Kind: refusal.Rule,
		Message: refusal.Text{It: "Chi ha registrato i dati di pagamento, o chi lo sostituisce, non li conferma e non ne registra la verifica.", En: "Who recorded the payment details, or who stands in for him, neither confirms them nor records what the bank says of them."},
		Cure:    refusal.Text{It: "Fallo fare a un'altra persona.", En: "Have somebody else do it."},
		CuredBy: colleagues,
	})
	// DetailsConfirmed is for details that were confirmed before.
	DetailsConfirmed = refusal.Define(refusal.Definition{
		Code: "DETAILS_CONFIRMED", Kind: refusal.State,
		Message: refusal.Text{It: "I dati di pagamento sono già stati confermati.", En: "The payment details have been confirmed already."},
		Cure:    refusal.Text{It: "Nulla da fare.", En: "Nothing to do."},
	})
	// DetailsSuperseded is for an act on details in whose place others hold.
	DetailsSuperseded = refusal.Define(refusal.Definition{
		Code: "DETAILS_SUPERSEDED", Kind: refusal.State,
		Message: refusal.Text{It: "Nel frattempo sono stati registrati altri dati di pagamento.", En: "Other payment details have been recorded since."},
		Cure:    refusal.Text{It: "Guarda i dati attuali e ripeti l'operazione su quelli.", En: "Look at those that hold now, and repeat the operation on them."},
	})
	// NoAccountToCheck is for a payee check of who is paid in person.
	NoAccountToCheck = refusal.Define(refusal.Definition{
		Code: "NO_ACCOUNT_TO_CHECK", Kind: refusal.State,
		Message: refusal.Text{It: "Chi riscuote di persona non ha un conto da verificare.", En: "Who collects in person has no account to check."},
		Cure:    refusal.Text{It: "Nulla da fare.", En: "Nothing to do."},
	})
)

// What keeps somebody from being paid.
var ()

// What stops the protection of a participation.
var (
	// NotProtected is for lifting a protection that there is not.
	NotProtected = refusal.Define(refusal.Definition{
		Code: "PARTICIPANT_NOT_PROTECTED", Kind: refusal.State,
		Message: refusal.Text{It: "La partecipazione non è protetta.", En: "The participation is not protected."},
		Cure:    refusal.Text{It: "Nulla da fare.", En: "Nothing to do."},
	})
	// CircleClosed is for a protection that nobody could ever lift.
	CircleClosed = refusal.Define(refusal.Definition{
		Code: "CIRCLE_CLOSED", Kind: refusal.Rule,
		Message: refusal.Text{It: "Nessuno potrebbe più togliere la protezione.", En: "Nobody could ever lift the protection."},
		Cure:    refusal.Text{It: "Assegna prima chi segue il caso, oppure indica senza termine una persona che coordina o che segue casi.", En: "Assign a case manager first, or name somebody without an end who coordinates or manages cases."},
	})
)

// What stops a hand-over.
var (
	// PersonFree is for asking for somebody whom nobody follows.
	PersonFree = refusal.Define(refusal.Definition{
		Code: "PERSON_FREE", Kind: refusal.State,
		Message: refusal.Text{It: "Nessun ente segue una persona con questo codice fiscale.", En: "No body follows a person with this fiscal code."},
		Cure:    refusal.Text{It: "Segnala la persona al programma.", En: "Refer the person to the programme."},
	})
	// PersonYours is for asking for somebody whom the actor sees already.
	PersonYours = refusal.Define(refusal.Definition{
		Code: "PERSON_YOURS", Kind: refusal.State,
		Message: refusal.Text{It: "Questa persona è già tra quelle che vedi.", En: "This person is already among those whom you see."},
		Cure:    refusal.Text{It: "Continua dalla partecipazione esistente, oppure segnala la persona al programma.", En: "Go on from the participation that exists, or refer the person to the programme."},
	})
	// HandOverWaits is for asking again before there is an answer.
	HandOverWaits = refusal.Define(refusal.Definition{
		Code: "HAND_OVER_WAITS", Kind: refusal.Conflict,
		Message: refusal.Text{It: "Il tuo ente ha già chiesto questa persona e attende la risposta.", En: "Your body has asked for this person already and waits for the answer."},
		Cure:    refusal.Text{It: "Attendi la risposta, oppure ritira la prima richiesta.", En: "Wait for the answer, or take the first request back."},
	})
	// HandOverSettled is for a request that waits no more.
	HandOverSettled = refusal.Define(refusal.Definition{
		Code: "HAND_OVER_SETTLED", Kind: refusal.State,
		Message: refusal.Text{It: "La richiesta è nello stato «{state}».", En: "The request stands as “{state}”."},
		Cure:    refusal.Text{It: "Se serve, fai una nuova richiesta.", En: "Make a new request if there is need."},
	})
	// HandOverNobody is for saying yes where there is nobody to hand over.
	HandOverNobody = refusal.Define(refusal.Definition{
		Code: "HAND_OVER_NOBODY", Kind: refusal.Rule,
		Message: refusal.Text{It: "La persona non partecipa a questo programma: non c'è nulla da passare.", En: "The person does not take part in this programme: there is nothing to hand over."},
		Cure:    refusal.Text{It: "Non accogliere la richiesta, indicando il motivo.", En: "Decline the request with the reason."},
	})
)

// What stops the merge of two records, or its end.
var (
	// RecordElsewhere is for somebody who takes part in something, too, that the actor does not see; it does not tell what.
	RecordElsewhere = refusal.Define(refusal.Definition{
		Code: "PERSON_ELSEWHERE_TOO", Kind: refusal.Right,
		Message: refusal.Text{It: "La persona ha anche una partecipazione che non vedi.", En: "The person has a participation, too, that you do not see."},
		Cure:    refusal.Text{It: "Chiedi a chi coordina tutti i programmi della persona, o è tra chi la vede.", En: "Ask whoever coordinates all programmes of the person, or is among those who see the person."},
		CuredBy: coordination,
	})
	// MergedAlready is for a record that was merged, or that others were merged into.
	MergedAlready = refusal.Define(refusal.Definition{
		Code: "PERSON_MERGED", Kind: refusal.State,
		Message: refusal.Text{It: "Questa scheda è già unita a un'altra.", En: "This record is merged with another already."},
		Cure:    refusal.Text{It: "Usa la scheda che resta, oppure separa prima questa.", En: "Use the record that stands, or split this one first."},
	})
	// MergeOverlaps is for two records that both take part in one programme.
	MergeOverlaps = refusal.Define(refusal.Definition{
		Code: "MERGE_OVERLAPS", Kind: refusal.Rule,
		Message: refusal.Text{It: "Le due schede hanno entrambe una partecipazione aperta allo stesso programma.", En: "Both records have an open participation in one programme."},
		Cure:    refusal.Text{It: "Chiudi prima una delle due partecipazioni, o registrane la non ammissione.", En: "Close one of the two participations first, or reject it."},
	})
	// MergeHours is for two records whose hours are at the same time.
	MergeHours = refusal.Define(refusal.Definition{
		Code: "MERGE_HOURS_OVERLAP", Kind: refusal.Rule,
		Message: refusal.Text{It: "Nei registri delle due schede ci sono ore che si sovrappongono.", En: "The registers of the two records have hours at the same time."},
		Cure:    refusal.Text{It: "Correggi prima i registri: la stessa ora non può contare due volte.", En: "Correct the registers first: the same hour may not count twice."},
	})
	// MergePlacements is for two records with a living internship each.
	MergePlacements = refusal.Define(refusal.Definition{
		Code: "MERGE_TWO_PLACEMENTS", Kind: refusal.Rule,
		Message: refusal.Text{It: "Le due schede hanno entrambe un tirocinio in corso.", En: "Both records have an internship that is running."},
		Cure:    refusal.Text{It: "Concludi o interrompi prima uno dei due tirocini.", En: "End or interrupt one of the two internships first."},
	})
	// NotMerged is for splitting a record that was not merged.
	NotMerged = refusal.Define(refusal.Definition{
		Code: "PERSON_NOT_MERGED", Kind: refusal.State,
		Message: refusal.Text{It: "Questa scheda non è unita a un'altra.", En: "This record is not merged with another."},
		Cure:    refusal.Text{It: "Nulla da fare.", En: "Nothing to do."},
	})
)

var dataProtection = refusal.Text{It: "la responsabile della protezione dei dati", En: "the data-protection officer"}

// What stops the erasing of a person.
var (
	// InOtherProgrammes is for somebody who took part in a programme too that the actor has no say in; it does not tell which.
	InOtherProgrammes = refusal.Define(refusal.Definition{
		Code: "PERSON_IN_OTHER_PROGRAMMES", Kind: refusal.Right,
		Message: refusal.Text{It: "La persona partecipa o ha partecipato anche a un programma di cui non sei responsabile della protezione dei dati.", En: "The person takes or took part in a programme, too, whose data-protection officer you are not."},
		Cure:    refusal.Text{It: "Chiedi a chi lo è per tutti i programmi della persona.", En: "Ask whoever is for all programmes of the person."},
		CuredBy: dataProtection,
	})
	// AlreadyErased is for somebody of whom nothing is left to erase or to hold.
	AlreadyErased = refusal.Define(refusal.Definition{
		Code: "PERSON_ERASED", Kind: refusal.State,
		Message: refusal.Text{It: "I dati della persona sono già stati cancellati.", En: "The person's data have been erased already."},
		Cure:    refusal.Text{It: "Nulla da fare.", En: "Nothing to do."},
	})
	// OnHold is for somebody whose data must stay for a reason of law.
	OnHold = refusal.Define(refusal.Definition{
		Code: "PERSON_ON_HOLD", Kind: refusal.State,
		Message: refusal.Text{It: "I dati della persona sono vincolati: vanno conservati.", En: "The person's data are on hold: they must be kept."},
		Cure:    refusal.Text{It: "Quando il motivo è venuto meno, togli il vincolo.", En: "Lift the hold when its reason is no more."},
		CuredBy: dataProtection,
	})
	// CaseOpen is for somebody whose case is not over in some programme.
	CaseOpen = refusal.Define(refusal.Definition{
		Code: "PERSON_CASE_OPEN", Kind: refusal.State,
		Message: refusal.Text{It: "La partecipazione non è terminata: è nello stato «{state}».", En: "The participation is not over: it is in the state “{state}”."},
		Cure:    refusal.Text{It: "Attendi che sia chiusa, o che la persona non sia ammessa.", En: "Wait until it is closed, or the person is rejected."},
	})
	// RetentionRuns is for somebody whose data the programme must keep up to and with a day.
	RetentionRuns = refusal.Define(refusal.Definition{
		Code: "RETENTION_RUNS", Kind: refusal.Rule,
		Message: refusal.Text{It: "I dati vanno conservati fino al {until} compreso.", En: "The data must be kept up to and including {until}."},
		Cure:    refusal.Text{It: "Cancella dopo il {until}; i termini sono nelle regole del programma.", En: "Erase after {until}; how long stands in the programme's rules."},
	})
)

// What stops whoever lets somebody see a person as himself, or for him.
var (
	// WorksOnCase is for a member who has to do with the person's case.
	WorksOnCase = refusal.Define(refusal.Definition{
		Code: "WORKS_ON_CASE", Kind: refusal.Rule,
		Message: refusal.Text{It: "Chi è indicato lavora su questo caso, oppure può lavorarci.", En: "This member works on the case, or may."},
		Cure:    refusal.Text{It: "Scegli un'altra persona, oppure affida prima il caso ad altri.", En: "Choose somebody else, or entrust the case to others first."},
	})
	// SeesPerson is for giving a part in a case to who sees the person as himself, or for him.
	SeesPerson = refusal.Define(refusal.Definition{
		Code: "MEMBER_SEES_PERSON", Kind: refusal.Rule,
		Message: refusal.Text{It: "Chi è indicato è la persona stessa, oppure la rappresenta.", En: "This member is the person himself, or represents the person."},
		Cure:    refusal.Text{It: "Scegli un'altra persona, oppure termina prima la rappresentanza.", En: "Choose somebody else, or end the representation first."},
	})
	// ParentOfAdult is for a parent of somebody who is of age.
	ParentOfAdult = refusal.Define(refusal.Definition{
		Code: "PARENT_OF_ADULT", Kind: refusal.Rule,
		Message: refusal.Text{It: "La persona è maggiorenne: nessuno esercita più la responsabilità genitoriale.", En: "The person is of age: nobody holds parental responsibility any more."},
		Cure:    refusal.Text{It: "Apri l'accesso della persona stessa; chi la rappresenta ha bisogno di un altro titolo.", En: "Open the person's own access; who represents the person needs another title."},
	})
)
