package payfile

import "github.com/lavoroincorso/lavoro/internal/values/text"

// Owner is who can cure a rejection or return.
type Owner string

// The owners of cures.
const (
	OwnerDetails Owner = "PAYMENT_DETAILS" // whoever records payment details, with the participant
	OwnerPayer   Owner = "PAYER"           // the administration of the paying organisation, with its bank
	OwnerRun     Owner = "RUN"             // whoever prepares the run
	OwnerSystem  Owner = "SYSTEM"          // whoever runs the installation: the message itself is at fault
)

var ownerNames = map[Owner]text.Text{
	OwnerDetails: {It: "chi registra i dati di pagamento, con la persona", En: "whoever records payment details, with the participant"},
	OwnerPayer:   {It: "l'amministrazione dell'ente che paga, con la sua banca", En: "the administration of the paying organisation, with its bank"},
	OwnerRun:     {It: "chi prepara i pagamenti", En: "whoever prepares the payments"},
	OwnerSystem:  {It: "chi gestisce l'installazione", En: "whoever runs the installation"},
}

// Name is who the owner is, in words.
func (o Owner) Name() text.Text { return ownerNames[o] }

// Reason is why a line was rejected or came back: cause, what to do, and who does it.
type Reason struct {
	Code  string
	Cause text.Text
	Cure  text.Text
	Owner Owner
}

// ReasonOf explains a code of ISO 20022 (external status and return reasons); one that the table does not know keeps its code.
func ReasonOf(code string) Reason {
	if r, known := reasons[code]; known {
		return r
	}
	r := unknownReason
	r.Code = code
	return r
}

// Reasons are all the codes that are known.
func Reasons() []Reason { return append([]Reason(nil), table...) }

var unknownReason = Reason{
	Cause: text.Text{It: "la banca non dà un motivo noto", En: "the bank gives no known reason"},
	Cure:  text.Text{It: "chiedi il motivo alla banca, poi correggi o rimetti in pagamento", En: "ask the bank for the reason, then correct or pay again"},
	Owner: OwnerPayer,
}

var (
	newAccount = text.Text{It: "chiedi alla persona un altro conto con un documento della banca, e registralo", En: "ask the participant for another account with a paper of the bank, and record it"}
	askBank    = text.Text{It: "chiedi chiarimenti alla banca prima di rimettere in pagamento", En: "ask the bank before paying again"}
	askPerson  = text.Text{It: "chiedi alla persona di chiarire con la sua banca, o un altro conto", En: "ask the participant to clear it up with the bank, or for another account"}
	notAgain   = text.Text{It: "non ripetere: verifica se la somma è già stata pagata", En: "do not repeat it: see whether the sum was paid already"}
	report     = text.Text{It: "segnala il file all'assistenza e non modificarlo a mano", En: "report the file to support, and do not edit it by hand"}
	holderName = text.Text{It: "correggi il nome dell'intestatario come lo riporta la banca", En: "correct the holder's name as the bank spells it"}
	payAgain   = text.Text{It: "rimetti in pagamento nel prossimo invio", En: "pay it in the next run"}
	newDay     = text.Text{It: "genera di nuovo l'ordine con un giorno di esecuzione valido", En: "make the order anew, with a valid day of execution"}
)

// table is every reason that is known, by code.
var table = []Reason{
	{"AB05", text.Text{It: "la banca del beneficiario non ha risposto in tempo", En: "the beneficiary's bank did not answer in time"}, payAgain, OwnerRun},
	{"AB06", text.Text{It: "il sistema di pagamento non ha risposto in tempo", En: "the payment system did not answer in time"}, payAgain, OwnerRun},
	{"AC01", text.Text{It: "il conto non esiste o l'IBAN è sbagliato", En: "the account does not exist, or its IBAN is wrong"}, newAccount, OwnerDetails},
	{"AC02", text.Text{It: "il conto dell'ente che paga non è valido", En: "the payer's account is not valid"}, text.Text{It: "correggi il conto dell'ente", En: "correct the payer's account"}, OwnerPayer},
	{"AC03", text.Text{It: "il conto del beneficiario non è valido", En: "the beneficiary's account is not valid"}, newAccount, OwnerDetails},
	{"AC04", text.Text{It: "il conto è chiuso", En: "the account is closed"}, newAccount, OwnerDetails},
	{"AC06", text.Text{It: "il conto è bloccato", En: "the account is blocked"}, askPerson, OwnerDetails},
	{"AC07", text.Text{It: "il conto del beneficiario è chiuso", En: "the beneficiary's account is closed"}, newAccount, OwnerDetails},
	{"AC14", text.Text{It: "il tipo di conto del beneficiario non è ammesso", En: "the kind of the beneficiary's account is not allowed"}, newAccount, OwnerDetails},
	{"AG01", text.Text{It: "su questo conto i bonifici non sono ammessi", En: "credit transfers are forbidden on this account"}, newAccount, OwnerDetails},
	{"AG02", text.Text{It: "la banca non accetta questo tipo di operazione", En: "the bank does not take this kind of operation"}, askBank, OwnerPayer},
	{"AM01", text.Text{It: "l'importo è zero", En: "the amount is zero"}, text.Text{It: "correggi il conteggio", En: "correct what was computed"}, OwnerRun},
	{"AM02", text.Text{It: "l'importo supera il massimo ammesso", En: "the amount is beyond what is allowed"}, askBank, OwnerPayer},
	{"AM03", text.Text{It: "la valuta non è ammessa su questo conto", En: "the currency is not allowed on this account"}, newAccount, OwnerDetails},
	{"AM04", text.Text{It: "fondi insufficienti sul conto dell'ente che paga", En: "the payer's account lacks the funds"}, text.Text{It: "copri il conto, poi rimetti in pagamento", En: "fund the account, then pay again"}, OwnerPayer},
	{"AM05", text.Text{It: "la banca lo considera un doppione", En: "the bank takes it for a duplicate"}, notAgain, OwnerRun},
	{"AM07", text.Text{It: "la somma è bloccata", En: "the sum is blocked"}, askBank, OwnerPayer},
	{"AM09", text.Text{It: "l'importo ricevuto non è quello concordato", En: "the amount received is not the agreed one"}, askBank, OwnerPayer},
	{"AM10", text.Text{It: "il totale di controllo del file non torna", En: "the file's control total is wrong"}, report, OwnerSystem},
	{"AM18", text.Text{It: "il numero di righe del file non torna", En: "the file's number of lines is wrong"}, report, OwnerSystem},
	{"BE01", text.Text{It: "il nome non corrisponde all'intestatario del conto", En: "the name does not match the account's holder"}, holderName, OwnerDetails},
	{"BE04", text.Text{It: "manca l'indirizzo del beneficiario", En: "the beneficiary's address is missing"}, askBank, OwnerPayer},
	{"BE05", text.Text{It: "la banca non riconosce l'ente che ordina", En: "the bank does not recognise the initiating party"}, text.Text{It: "verifica con la banca il contratto e il codice CUC", En: "check contract and CUC with the bank"}, OwnerPayer},
	{"BE06", text.Text{It: "la banca non conosce il beneficiario", En: "the bank does not know the beneficiary"}, newAccount, OwnerDetails},
	{"CNOR", text.Text{It: "la banca del beneficiario non è raggiungibile", En: "the beneficiary's bank is not reachable"}, newAccount, OwnerDetails},
	{"CURR", text.Text{It: "la valuta è sbagliata", En: "the currency is wrong"}, report, OwnerSystem},
	{"CUST", text.Text{It: "annullato su richiesta dell'ente che paga", En: "cancelled at the payer's request"}, text.Text{It: "verifica chi ha chiesto l'annullamento", En: "find out who asked for it"}, OwnerPayer},
	{"DNOR", text.Text{It: "la banca dell'ente che paga non è raggiungibile", En: "the payer's bank is not reachable"}, askBank, OwnerPayer},
	{"DS0H", text.Text{It: "chi ha firmato non è autorizzato su questo conto", En: "whoever signed is not authorised on this account"}, text.Text{It: "fai firmare in banca a chi è autorizzato", En: "have it signed at the bank by somebody who is"}, OwnerPayer},
	{"DT01", text.Text{It: "il giorno di esecuzione non è valido", En: "the day of execution is not valid"}, newDay, OwnerRun},
	{"DU01", text.Text{It: "l'identificativo del messaggio è già stato usato", En: "the message id was used before"}, notAgain, OwnerRun},
	{"DU02", text.Text{It: "l'identificativo della distinta è già stato usato", En: "the id of the payment information was used before"}, notAgain, OwnerRun},
	{"DU03", text.Text{It: "l'operazione è già stata inviata", En: "the transaction was sent before"}, notAgain, OwnerRun},
	{"DU04", text.Text{It: "l'identificativo della riga è già stato usato", En: "the line's id was used before"}, notAgain, OwnerRun},
	{"DUPL", text.Text{It: "pagamento doppio", En: "duplicate payment"}, notAgain, OwnerRun},
	{"ED05", text.Text{It: "il regolamento tra banche non è riuscito", En: "settlement between the banks failed"}, payAgain, OwnerRun},
	{"ERIN", text.Text{It: "la banca del beneficiario non gestisce il formato", En: "the beneficiary's bank does not handle the format"}, askBank, OwnerPayer},
	{"FF01", text.Text{It: "il formato del file non è valido", En: "the file's format is not valid"}, report, OwnerSystem},
	{"FF05", text.Text{It: "il tipo di bonifico non è valido", En: "the kind of transfer is not valid"}, report, OwnerSystem},
	{"FOCR", text.Text{It: "restituito dopo una richiesta di richiamo", En: "returned after it was recalled"}, text.Text{It: "chiudi il richiamo; paga di nuovo solo se ancora dovuto", En: "close the recall; pay again only if still owed"}, OwnerRun},
	{"FR01", text.Text{It: "sospetta frode", En: "suspected fraud"}, text.Text{It: "sospendi la riga e verifica identità e conto con la persona", En: "hold the line, and verify identity and account with the participant"}, OwnerDetails},
	{"FRAD", text.Text{It: "ordine segnalato come fraudolento", En: "reported as fraudulent"}, text.Text{It: "sospendi i pagamenti e verifica chi ha ordinato", En: "hold the payments, and verify who ordered them"}, OwnerPayer},
	{"MD07", text.Text{It: "il titolare del conto è deceduto", En: "the account's holder is deceased"}, text.Text{It: "sospendi la riga e avvisa l'équipe; la somma segue la successione", En: "hold the line and tell the case team; the sum follows the estate"}, OwnerDetails},
	{"MS02", text.Text{It: "il beneficiario ha rifiutato senza dire il motivo", En: "the beneficiary refused without giving a reason"}, askPerson, OwnerDetails},
	{"MS03", text.Text{It: "la banca ha rifiutato senza dire il motivo", En: "the bank refused without giving a reason"}, askBank, OwnerPayer},
	{"NARR", text.Text{It: "il motivo è scritto nelle note della banca", En: "the reason stands in the bank's note"}, text.Text{It: "leggi la nota e correggi", En: "read the note, and correct"}, OwnerPayer},
	{"RC01", text.Text{It: "il codice della banca non è valido", En: "the bank's code is not valid"}, newAccount, OwnerDetails},
	{"RC07", text.Text{It: "il BIC della banca del beneficiario non è valido", En: "the BIC of the beneficiary's bank is not valid"}, newAccount, OwnerDetails},
	{"RF01", text.Text{It: "il riferimento non è unico", En: "the reference is not unique"}, notAgain, OwnerRun},
	{"RR01", text.Text{It: "mancano conto o identità dell'ente che paga", En: "the payer's account or identity is missing"}, askBank, OwnerPayer},
	{"RR02", text.Text{It: "mancano nome o indirizzo dell'ente che paga", En: "the payer's name or address is missing"}, askBank, OwnerPayer},
	{"RR03", text.Text{It: "mancano nome o indirizzo del beneficiario", En: "the beneficiary's name or address is missing"}, holderName, OwnerDetails},
	{"RR04", text.Text{It: "motivi di legge: la banca non può dire di più", En: "regulatory reasons: the bank may not say more"}, text.Text{It: "chiedi alla banca che cosa serve; intanto sospendi la riga", En: "ask the bank what it needs; hold the line meanwhile"}, OwnerPayer},
	{"SL01", text.Text{It: "il beneficiario ha limitato chi può accreditare", En: "the beneficiary limits who may credit the account"}, askPerson, OwnerDetails},
	{"TECH", text.Text{It: "problema tecnico della banca", En: "a technical problem of the bank"}, payAgain, OwnerRun},
	{"TM01", text.Text{It: "inviato dopo l'orario limite", En: "sent after the cut-off"}, newDay, OwnerRun},
	{"UPAY", text.Text{It: "pagamento non dovuto", En: "undue payment"}, notAgain, OwnerRun},
}

var reasons = func() map[string]Reason {
	m := make(map[string]Reason, len(table))
	for _, r := range table {
		m[r.Code] = r
	}
	return m
}()
