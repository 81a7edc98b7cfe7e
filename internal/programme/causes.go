package programme

import (
	"errors"

	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// What can be wrong in a file: clauses that fit after a colon.
var (
	tooLarge     = text.Text{It: "il file è troppo grande: al massimo {most} byte", En: "the file is too large: at most {most} bytes"}
	notText      = text.Text{It: "il file non è testo UTF-8", En: "the file is not UTF-8 text"}
	unreadable   = text.Text{It: "il file non è YAML leggibile ({why})", En: "the file is not readable YAML ({why})"}
	noAnchors    = text.Text{It: "àncore, rimandi, etichette e direttive YAML non sono ammessi", En: "anchors, aliases, tags and directives of YAML are not allowed"}
	tooDeep      = text.Text{It: "troppi livelli annidati", En: "nested too deep"}
	oneDocument  = text.Text{It: "il file deve contenere un solo documento", En: "the file must hold one document"}
	unknownField = text.Text{It: "campo sconosciuto", En: "unknown field"}
	missing      = text.Text{It: "valore mancante", En: "the value is missing"}
	repeated     = text.Text{It: "campo ripetuto", En: "the field is repeated"}
	wantRecord   = text.Text{It: "qui servono dei campi (nome: valore)", En: "fields (name: value) are needed here"}
	wantList     = text.Text{It: "qui serve un elenco", En: "a list is needed here"}
	wantValue    = text.Text{It: "qui serve un valore semplice", En: "a plain value is needed here"}
	wantQuotes   = text.Text{It: "qui serve un testo: scrivilo tra virgolette", En: "a text is needed here: write it in quotes"}
	unprintable  = text.Text{It: "il testo contiene caratteri non stampabili", En: "the text holds characters that cannot be printed"}
	negative     = text.Text{It: "l'importo non può essere negativo", En: "the amount cannot be negative"}
	wantWhole    = text.Text{It: "serve un numero intero da {least} a {most}", En: "a whole number from {least} to {most} is needed"}
	wantOrNone   = text.Text{It: "serve un numero intero da {least} a {most}, oppure {none}", En: "a whole number from {least} to {most} is needed, or {none}"}
	wantTruth    = text.Text{It: "serve true oppure false", En: "true or false is needed"}
	wantOneOf    = text.Text{It: "valori ammessi: {words}", En: "allowed values: {words}"}
	wantShape    = text.Text{It: "il codice non ha la forma prevista ({shape})", En: "the code does not have the right form ({shape})"}

	beforeFrom    = text.Text{It: "l'ultimo giorno precede il primo", En: "the last day is before the first"}
	outside       = text.Text{It: "il giorno cade fuori dalla durata del programma", En: "the day is outside the programme's duration"}
	duplicate     = text.Text{It: "codice già usato alla riga {line}", En: "the code was used before, on line {line}"}
	noRoot        = text.Text{It: "nessun ente è il capofila (senza parent)", En: "no body is the lead (without parent)"}
	secondRoot    = text.Text{It: "il capofila (senza parent) è già alla riga {line}", En: "the lead (without parent) stands on line {line} already"}
	leadKind      = text.Text{It: "LEAD spetta al capofila, e solo a lui", En: "LEAD belongs to the lead body, and to it alone"}
	unknownParent = text.Text{It: "nessun ente ha il codice {code}", En: "no body has the code {code}"}
	cycle         = text.Text{It: "l'ente finisce per dipendere da sé stesso", En: "the body ends up below itself"}
	emptyList     = text.Text{It: "l'elenco è vuoto", En: "the list is empty"}
	unknownCode   = text.Text{It: "l'elenco {list} non contiene {code}", En: "the list {list} does not hold {code}"}
	unknownAct    = text.Text{It: "nessun atto si chiama {act}", En: "no act is named {act}"}
	unknownRule   = text.Text{It: "regola sconosciuta", En: "unknown rule"}
	missingRule   = text.Text{It: "la regola manca", En: "the rule is missing"}
	wantUnit      = text.Text{It: "l'unità di questa regola è {unit}", En: "the unit of this rule is {unit}"}
	overBudget    = text.Text{It: "con questa voce la somma supera il finanziamento: {sum} su {budget}", En: "with this line the sum is over the budget: {sum} of {budget}"}
	wantSum       = text.Text{It: "la somma deve essere {sum}", En: "the sum must be {sum}"}
	wantRising    = text.Text{It: "le soglie devono crescere", En: "the steps must rise"}
	wantQuotaStep = text.Text{It: "serve upTo con interns, oppure solo percent come ultima riga", En: "upTo with interns is needed, or percent alone as the last row"}
	wantLower     = text.Text{It: "deve essere inferiore a {field}", En: "it must be lower than {field}"}
	wantAtMost    = text.Text{It: "non può superare {field}", En: "it cannot be more than {field}"}
	wantRest      = text.Text{It: "l'ultima riga deve valere per tutti: partner e kind \"*\"", En: "the last row must hold for all: partner and kind \"*\""}
	neverReached  = text.Text{It: "le righe dopo questa non valgono mai", En: "the rows after this one never hold"}
	lineOfKind    = text.Text{It: "da questa voce si paga solo {kind}", En: "only {kind} is paid from this line"}
	kindTaken     = text.Text{It: "{code} è riservato al contributo per l'autonomia abitativa: nessuna attività può chiamarsi così", En: "{code} stands for the contribution to living on one's own: no activity may be named so"}
	nameTooLong   = text.Text{It: "il nome ha più di 70 caratteri", En: "the name has more than 70 characters"}
	onlyByFile    = text.Text{It: "il formato serve solo a chi paga con un file per la banca (BANK_FILE)", En: "only who pays by bank file (BANK_FILE) has a format"}
	onlyByList    = text.Text{It: "con un file per la banca si paga solo su un IBAN", En: "by bank file people are paid to an IBAN only"}
	payerGone     = text.Text{It: "le regole del programma pagano attraverso {code}: non si può togliere", En: "the programme's rules pay through {code}: it cannot be taken out"}
	taxMoved      = text.Text{It: "il trattamento fiscale di un ente pagatore cambia soltanto con una nuova versione delle regole, dal suo giorno", En: "how a payer's allowances are taxed changes only with a new version of the rules, from its day on"}
	lineGone      = text.Text{It: "sulla voce {code} si è già pagato o contabilizzato: non si può togliere", En: "the line {code} has been paid from or booked on: it cannot be taken out"}

	versionRewritten = text.Text{
		It: "la versione {number} delle regole è già in vigore con un altro contenuto e non si riscrive: alza il numero a {next}",
		En: "version {number} of the rules stands already with other content and is never rewritten: raise the number to {next}"}
	versionOld    = text.Text{It: "la base dati ha già la versione {last} delle regole", En: "the database has version {last} of the rules already"}
	versionGap    = text.Text{It: "la prossima versione delle regole è la {next}", En: "the next version of the rules is {next}"}
	versionBefore = text.Text{
		It: "la nuova versione non può valere da prima della precedente ({day})",
		En: "the new version cannot hold from before the one that stands ({day})"}
	partnerGone  = text.Text{It: "il partner {code} è nella base dati e non si può togliere", En: "the partner {code} is in the database and cannot be taken out"}
	partnerMoved = text.Text{
		It: "il partner non si può spostare nell'albero: da lì dipende chi vede le persone a lui affidate",
		En: "the partner cannot be moved in the tree: who sees the people entrusted to it depends on that"}
)

// args pairs names and words for the placeholders of a cause.
func args(pairs ...string) map[string]text.Text {
	all := make(map[string]text.Text, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		all[pairs[i]] = text.Same(pairs[i+1])
	}
	return all
}

// causeOf is the cause that a parser of values tells.
func causeOf(err error) text.Text {
	var caused interface{ Cause() text.Text }
	if errors.As(err, &caused) {
		return caused.Cause()
	}
	return wantValue
}
