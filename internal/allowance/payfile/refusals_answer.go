package payfile

import "github.com/lavoroincorso/lavoro/internal/values/refusal"

var (
	againFromBank = refusal.Text{It: "Scarica di nuovo il file e caricalo senza modificarlo.", En: "Download the file again, and load it unchanged."}
	askTheSender  = refusal.Text{It: "Non applicare nulla; chiedi chiarimenti a chi ha mandato la risposta.", En: "Apply nothing; ask whoever sent the answer."}
	askWhoSent    = refusal.Text{It: "Non è il file con cui la distinta è partita: chiedi chiarimenti a chi lo ha dato.", En: "It is not the file by which the run was sent: ask whoever gave it."}
	byLoader      = refusal.Text{It: "chi carica la risposta", En: "whoever loads the answer"}
)

// The reasons why an answer is not taken; never for a part of it.
var (
	// AnswerUnreadable is for what is no message at all; {cause} is a clause.
	AnswerUnreadable = refusal.Define(refusal.Definition{
		Code: "ANSWER_UNREADABLE", Kind: refusal.Input,
		Message: refusal.Text{It: "La risposta non è leggibile: {cause}.", En: "The answer cannot be read: {cause}."},
		Cure:    againFromBank, CuredBy: byLoader,
	})
	// AnswerCut is for a message that ends before its end.
	AnswerCut = refusal.Define(refusal.Definition{
		Code: "ANSWER_CUT", Kind: refusal.Input,
		Message: refusal.Text{It: "La risposta è tronca: finisce prima della chiusura.", En: "The answer is cut off: it ends before it is closed."},
		Cure:    againFromBank, CuredBy: byLoader,
	})
	// AnswerKindUnknown is for a message that answers no payment.
	AnswerKindUnknown = refusal.Define(refusal.Definition{
		Code: "ANSWER_KIND_UNKNOWN", Kind: refusal.Input,
		Message: refusal.Text{It: "Questo file non risponde a un pagamento.", En: "This file answers no payment."},
		Cure:    refusal.Text{It: "Carica un pain.002, camt.053, camt.054 o l'elenco degli ordini.", En: "Load a pain.002, camt.053, camt.054 or the list of orders."},
		CuredBy: byLoader,
	})
	// SentKindUnknown is for a message that orders no payment.
	SentKindUnknown = refusal.Define(refusal.Definition{
		Code: "SENT_KIND_UNKNOWN", Kind: refusal.Input,
		Message: refusal.Text{It: "Questo file non ordina pagamenti.", En: "This file orders no payment."},
		Cure:    refusal.Text{It: "Usa il pain.001, il CBI o l'elenco degli ordini con cui la distinta è partita.", En: "Take the pain.001, the CBI request or the list of orders by which the run was sent."},
		CuredBy: byLoader,
	})
	// SentManyParts is for a message that orders in other places than one block under one header: we write no other.
	SentManyParts = refusal.Define(refusal.Definition{
		Code: "SENT_MANY_PARTS", Kind: refusal.Input,
		Message: refusal.Text{It: "Questo file non ha una sola intestazione e un solo blocco di pagamenti.", En: "This file does not have one header and one block of payments alone."},
		Cure:    askWhoSent, CuredBy: byLoader,
	})
	// SentLineTwice is for a transfer that one file orders twice.
	SentLineTwice = refusal.Define(refusal.Definition{
		Code: "SENT_LINE_TWICE", Kind: refusal.Conflict,
		Message: refusal.Text{It: "Il file ordina due volte la riga {line}.", En: "The file orders line {line} twice."},
		Cure:    askWhoSent, CuredBy: byLoader,
	})
	// SentTotalsDiffer is for control totals that are not those of what a file orders.
	SentTotalsDiffer = refusal.Define(refusal.Definition{
		Code: "SENT_TOTALS_DIFFER", Kind: refusal.Conflict,
		Message: refusal.Text{It: "Il file ordina {got}, e i suoi totali di controllo dicono {want}.", En: "The file orders {got}, and its control totals say {want}."},
		Cure:    askWhoSent, CuredBy: byLoader,
	})
	// AnswerOtherMessage is for an answer to another order.
	AnswerOtherMessage = refusal.Define(refusal.Definition{
		Code: "ANSWER_OTHER_MESSAGE", Kind: refusal.Conflict,
		Message: refusal.Text{It: "La risposta riguarda il messaggio {got}, non {want}.", En: "The answer is to message {got}, not to {want}."},
		Cure:    refusal.Text{It: "Caricala sull'ordine che indica.", En: "Load it on the order that it names."},
		CuredBy: byLoader,
	})
	// AnswerLineUnknown is for a line that was never sent.
	AnswerLineUnknown = refusal.Define(refusal.Definition{
		Code: "ANSWER_LINE_UNKNOWN", Kind: refusal.Conflict,
		Message: refusal.Text{It: "La risposta parla della riga {line}, mai inviata in questo ordine.", En: "The answer speaks of line {line}, which was never sent in this order."},
		Cure:    askTheSender, CuredBy: byLoader,
	})
	// AnswerLineTwice is for a line of which one answer speaks twice.
	AnswerLineTwice = refusal.Define(refusal.Definition{
		Code: "ANSWER_LINE_TWICE", Kind: refusal.Conflict,
		Message: refusal.Text{It: "La risposta parla due volte della riga {line}.", En: "The answer speaks of line {line} twice."},
		Cure:    askTheSender, CuredBy: byLoader,
	})
	// AnswerAmountDiffers is for another amount, or currency, than was sent.
	AnswerAmountDiffers = refusal.Define(refusal.Definition{
		Code: "ANSWER_AMOUNT_DIFFERS", Kind: refusal.Conflict,
		Message: refusal.Text{It: "Riga {line}: la risposta indica {got}, ma erano stati inviati {want}.", En: "Line {line}: the answer says {got}, and {want} was sent."},
		Cure:    askTheSender, CuredBy: byLoader,
	})
	// AnswerTotalsDiffer is for control totals that are not those of what they stand over, or of what was sent.
	AnswerTotalsDiffer = refusal.Define(refusal.Definition{
		Code: "ANSWER_TOTALS_DIFFER", Kind: refusal.Conflict,
		Message: refusal.Text{It: "I totali di controllo non tornano: {got} invece di {want}.", En: "The control totals do not agree: {got} instead of {want}."},
		Cure:    againFromBank, CuredBy: byLoader,
	})
	// AnswerDebitDiffers is for one debit of an order on an account, or one credit, that is neither that of all its lines nor that of those which were not rejected: it warns,
	// since the account tells of more than that.
	AnswerDebitDiffers = refusal.Define(refusal.Definition{
		Code: "ANSWER_DEBIT_DIFFERS", Kind: refusal.Conflict,
		Message: refusal.Text{It: "Il movimento cumulativo è di {got}, mentre sono stati inviati {want}: non dice di quali righe.", En: "The booking of the order as a whole is of {got}, while {want} were sent: it does not say of which lines."},
		Cure:    refusal.Text{It: "Chiedi alla banca il dettaglio; conferma per applicare il resto dell'estratto: chi approva dirà poi quali righe sono pagate.", En: "Ask the bank for the details; confirm, to apply the rest of the statement: an approver then says which lines are paid."},
		CuredBy: byLoader,
	})
	// AnswerValue is for a needed value that is missing or cannot be read; {element} is its name in the message.
	AnswerValue = refusal.Define(refusal.Definition{
		Code: "ANSWER_VALUE", Kind: refusal.Input,
		Message: refusal.Text{It: "Nella risposta il valore di {element} manca o non è leggibile.", En: "The value of {element} is missing from the answer, or cannot be read."},
		Cure:    askTheSender, CuredBy: byLoader,
	})
	// AnswerRow is for a row of a list that cannot be read; {row} counts as a spreadsheet does.
	AnswerRow = refusal.Define(refusal.Definition{
		Code: "ANSWER_ROW", Kind: refusal.Input,
		Message: refusal.Text{It: "Riga {row}, colonna {column}: {cause}.", En: "Row {row}, column {column}: {cause}."},
		Cure:    refusal.Text{It: "Correggi la riga nel file e caricalo di nuovo.", En: "Correct the row in the file, and load it again."},
		CuredBy: byLoader,
	})
)
