package payment

import "github.com/lavoroincorso/lavoro/internal/values/refusal"

// What the acts on payment runs refuse, and why.
var (
	// WrongState is for an act that the run's state does not allow.
	WrongState = refusal.Define(refusal.Definition{
		Code: "PAYMENT_RUN_STATE", Kind: refusal.State,
		Message: refusal.Text{It: "Nello stato in cui si trova, il pagamento non consente questa operazione ({state}).", En: "The payment run is in a state that does not allow this ({state})."},
		Cure:    refusal.Text{It: "Un pagamento si calcola, si controlla, si approva e si invia, in quest'ordine: completa il passo che manca.", En: "A run is computed, checked, approved and sent, in this order: do the step that is missing."},
	})
	// NoPayer is for a body that pays nothing in the programme.
	NoPayer = refusal.Define(refusal.Definition{
		Code: "PAYMENT_NO_PAYER", Kind: refusal.Input,
		Message: refusal.Text{It: "Questo ente non paga indennità in questo programma.", En: "This body pays no allowances in this programme."},
		Cure:    refusal.Text{It: "Scegli un ente pagatore del programma.", En: "Choose one of the programme's payers."},
	})
	// MonthAhead is for a run over a month that is not over.
	MonthAhead = refusal.Define(refusal.Definition{
		Code: "PAYMENT_MONTH_NOT_OVER", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il mese di {month} non è ancora finito.", En: "The month {month} is not over yet."},
		Cure:    refusal.Text{It: "Scegli un mese passato.", En: "Choose a month that is over."},
	})
	// DayPast is for a value day that has gone by.
	DayPast = refusal.Define(refusal.Definition{
		Code: "PAYMENT_DAY_PAST", Kind: refusal.Input,
		Message: refusal.Text{It: "Il giorno di valuta {day} è già passato.", En: "The value day {day} has gone by."},
		Cure:    refusal.Text{It: "Indica oggi o un giorno futuro.", En: "Give today, or a day to come."},
	})
	// NothingToPay is for a run in which nothing can be paid.
	NothingToPay = refusal.Define(refusal.Definition{
		Code: "PAYMENT_NOTHING_TO_PAY", Kind: refusal.State,
		Message: refusal.Text{It: "In questo pagamento non c'è nulla che possa essere pagato ora.", En: "Nothing in this run can be paid now."},
		Cure:    refusal.Text{It: "Risolvi i blocchi e calcola di nuovo, oppure annulla il pagamento.", En: "Cure what blocks, and compute it again; or discard the run."},
		CuredBy: Office.Name(),
	})
	// OwnRun is for an approver who had a hand in the run.
	OwnRun = refusal.Define(refusal.Definition{
		Code: "PAYMENT_OWN_RUN", Kind: refusal.Right,
		Message: refusal.Text{It: "Chi ha preparato, controllato o già approvato un pagamento non può approvarlo.", En: "Who made, checked or has approved a run does not approve it."},
		Cure:    refusal.Text{It: "Chiedi a un'altra persona autorizzata di approvarlo.", En: "Ask another approver."},
		CuredBy: Approver.Name(),
	})
	// ApproverMakes is for an approver who would have another hand in the run that he has approved.
	ApproverMakes = refusal.Define(refusal.Definition{
		Code: "PAYMENT_APPROVED_BY_ACTOR", Kind: refusal.Right,
		Message: refusal.Text{It: "Chi ha approvato un pagamento non può compiervi altre operazioni.", En: "Who has approved a run does nothing else with it."},
		Cure:    refusal.Text{It: "Chiedi all'ufficio pagamenti.", En: "Ask the payments office."},
		CuredBy: Office.Name(),
	})
	// ReasonNeeded is for an act that must be explained.
	ReasonNeeded = refusal.Define(refusal.Definition{
		Code: "PAYMENT_REASON_NEEDED", Kind: refusal.Input,
		Message: refusal.Text{It: "Serve il motivo, da 1 a {max} caratteri.", En: "A reason is needed, of 1 to {max} characters."},
		Cure:    refusal.Text{It: "Scrivi il motivo, senza nomi né altri dati di persone.", En: "Write the reason, without names or other data of people."},
	})
	// NotContradicted is for a line of which nothing contradicts what is known.
	NotContradicted = refusal.Define(refusal.Definition{
		Code: "PAYMENT_NOT_CONTRADICTED", Kind: refusal.State,
		Message: refusal.Text{It: "Di questa riga la banca non dice nulla che non torni.", En: "The bank says nothing of this line that does not fit."},
		Cure:    refusal.Text{It: "Non serve: vale lo stato della riga.", En: "There is no need: the line's state holds."},
	})
	// OwnAnswer is for who would judge what he has read himself.
	OwnAnswer = refusal.Define(refusal.Definition{
		Code: "PAYMENT_OWN_ANSWER", Kind: refusal.Right,
		Message: refusal.Text{It: "Chi ha caricato una risposta al pagamento non può dire se la riga è stata pagata.", En: "Who has read an answer to the run does not say whether the line was paid."},
		Cure:    refusal.Text{It: "Chiedi a un'altra persona autorizzata.", En: "Ask another person who may."},
		CuredBy: Approver.Name(),
	})
	// PaidAgain is for a line that was paid after all, whose sum other lines have taken up since.
	PaidAgain = refusal.Define(refusal.Definition{
		Code: "PAYMENT_TAKEN_UP_AGAIN", Kind: refusal.Conflict,
		Message: refusal.Text{It: "Lo stesso importo è già in un altro pagamento.", En: "Another run has taken up the same sum."},
		Cure:    refusal.Text{It: "Prima annulla quel pagamento o lascia fuori la riga; se è già partito, chiedine il richiamo. Se la banca risponde che anche quello è pagato, carica la risposta e ripeti.", En: "First discard that run, or leave the line out of it; where it was sent, ask for its recall. If the bank answers that it was paid, too, load the answer and repeat this."},
		CuredBy: Office.Name(),
	})
	// PaidTwice is for a line that was paid after all, whose sum other lines have paid, too: it warns.
	PaidTwice = refusal.Define(refusal.Definition{
		Code: "PAYMENT_PAID_TWICE", Kind: refusal.Conflict,
		Message: refusal.Text{It: "Lo stesso importo risulta già pagato con un altro bonifico: così è pagato due volte.", En: "The same sum counts as paid by another transfer: by this it is paid twice."},
		Cure:    refusal.Text{It: "Guarda il conto: conferma se sono partiti tutti e due. Ciò che è di troppo va recuperato; altrimenti di' che questo non è stato pagato.", En: "Look at the account: confirm if both have gone. What is too much has to come back; otherwise say that this one was not paid."},
		CuredBy: Approver.Name(),
	})
	// WrongLineState is for an act that the line's state, or its run's, does not allow.
	WrongLineState = refusal.Define(refusal.Definition{
		Code: "PAYMENT_LINE_STATE", Kind: refusal.State,
		Message: refusal.Text{It: "Nello stato in cui si trova, questa riga non consente l'operazione ({state}).", En: "The line, or its run, is in a state that does not allow this ({state})."},
		Cure:    refusal.Text{It: "Trattieni una riga tra il controllo e l'invio; richiamala dopo l'invio, finché non è pagata.", En: "Hold a line between check and export; recall it after the export, until it is paid."},
	})
	// AccountGone is for a person whose data were erased since the run was computed.
	AccountGone = refusal.Define(refusal.Definition{
		Code: "PAYMENT_ACCOUNT_GONE", Kind: refusal.State,
		Message: refusal.Text{It: "I dati di pagamento della riga {line} sono stati cancellati.", En: "The payment details of line {line} have been erased."},
		Cure:    refusal.Text{It: "Trattieni la riga e invia il resto.", En: "Hold the line, and send the rest."},
		CuredBy: Office.Name(),
	})
	// Changed is for lines against which something stands since the run was computed.
	Changed = refusal.Define(refusal.Definition{
		Code: "PAYMENT_LINES_CHANGED", Kind: refusal.State,
		Message: refusal.Text{It: "Dopo il calcolo qualcosa si oppone al pagamento di alcune righe ({lines}): il dovuto, i dati di pagamento, una verifica, un conteggio fermo o una contestazione.",
			En: "Since the run was computed something stands against paying some lines ({lines}): what is owed, payment details, a check, a statement that is stopped, or a contest."},
		Cure:    refusal.Text{It: "Calcola di nuovo; dopo il controllo trattieni quelle righe e invia il resto, oppure annulla il pagamento.", En: "Compute the run again; once it was checked hold the lines and send the rest, or discard it."},
		CuredBy: Office.Name(),
	})
	// AnswerKnown is for an answer that was read before.
	AnswerKnown = refusal.Define(refusal.Definition{
		Code: "PAYMENT_ANSWER_KNOWN", Kind: refusal.Conflict,
		Message: refusal.Text{It: "Questa risposta è già stata letta: non cambia nulla.", En: "This answer has been read before: it changes nothing."},
		Cure:    refusal.Text{It: "Carica la risposta successiva.", En: "Load the next answer."},
	})
	// AnswerOfNothing is for an answer to what this payer has not sent.
	AnswerOfNothing = refusal.Define(refusal.Definition{
		Code: "PAYMENT_ANSWER_OF_NOTHING", Kind: refusal.Conflict,
		Message: refusal.Text{It: "La risposta non riguarda alcun pagamento inviato da questo ente.", En: "The answer is to nothing that this payer has sent."},
		Cure:    refusal.Text{It: "Controlla l'ente e il file.", En: "Check the payer and the file."},
	})
	// FileGone is for a file in which somebody is named whose data were erased since.
	FileGone = refusal.Define(refusal.Definition{
		Code: "PAYMENT_FILE_GONE", Kind: refusal.State,
		Message: refusal.Text{It: "Il file non si può più leggere: i dati di una persona che vi è nominata sono stati cancellati.", En: "The file cannot be read any more: the data of somebody named in it have been erased."},
		Cure:    refusal.Text{It: "Restano l'impronta e i totali di controllo.", En: "Its hash and control totals remain."},
	})
	// CUPWrong is for a programme without a CUP that a payment can carry.
	CUPWrong = refusal.Define(refusal.Definition{
		Code: "PAYMENT_PROGRAMME_CUP", Kind: refusal.State,
		Message: refusal.Text{It: "Il CUP del programma, {cup}, non è valido. Ogni pagamento deve riportarlo.", En: "The programme's CUP, {cup}, is not valid. Every payment must carry it."},
		Cure:    refusal.Text{It: "Cerca il CUP esatto nell'atto di assegnazione e correggi il file del programma.", En: "Look the CUP up in the award decision, and correct the programme file."},
		CuredBy: refusal.Text{It: "l'ente capofila", En: "the lead body"},
	})
)
