package housing

import "github.com/lavoroincorso/lavoro/internal/values/refusal"

var second = refusal.Text{It: "una seconda persona tra chi segue la persona o la coordina", En: "a second person among those who follow or coordinate the case"}

// What the acts on grants refuse, and why.
var (
	// NotGiven is for a programme whose rules give no contribution.
	NotGiven = refusal.Define(refusal.Definition{
		Code: "HOUSING_NOT_GIVEN", Kind: refusal.Rule,
		Message: refusal.Text{It: "Le regole del programma non prevedono il contributo per l'autonomia abitativa.", En: "The programme's rules give no contribution to living on one's own."},
		Cure:    refusal.Text{It: "Chiedi a chi coordina il programma se le regole cambieranno.", En: "Ask the coordinators whether the rules will change."},
		CuredBy: refusal.Text{It: "il coordinamento", En: "the coordinators"},
	})
	// NotTakingPart is for somebody who has not begun, or has left.
	NotTakingPart = refusal.Define(refusal.Definition{
		Code: "HOUSING_NOT_TAKING_PART", Kind: refusal.State,
		Message: refusal.Text{It: "La persona non partecipa al programma, o non vi partecipa più.", En: "The person does not take part in the programme, or not any more."},
		Cure:    refusal.Text{It: "Il contributo si chiede per chi è entrato nel programma e non ne è uscito.", En: "A contribution is asked for somebody who has entered and not left."},
	})
	// NoCondition is for a condition by which the rules give nothing.
	NoCondition = refusal.Define(refusal.Definition{
		Code: "HOUSING_CONDITION", Kind: refusal.Rule,
		Message: refusal.Text{It: "Per questa condizione il contributo non è previsto.", En: "By this condition no contribution is given."},
		Cure:    refusal.Text{It: "Scegli una delle condizioni previste dalla regola allowance.housing.", En: "Choose one of the conditions of the rule allowance.housing."},
	})
	// BeforeEntry is for months before the person came.
	BeforeEntry = refusal.Define(refusal.Definition{
		Code: "HOUSING_BEFORE_ENTRY", Kind: refusal.Rule,
		Message: refusal.Text{It: "La persona è nel programma da {month}.", En: "The person has been in the programme since {month}."},
		Cure:    refusal.Text{It: "Indica quel mese o uno successivo.", En: "Give that month or a later one."},
	})
	// TooLong is for more months than the rules give, or none.
	TooLong = refusal.Define(refusal.Definition{
		Code: "HOUSING_MONTHS", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il contributo si riconosce per un numero di mesi da 1 a {most}.", En: "A contribution is given for 1 to {most} months."},
		Cure:    refusal.Text{It: "Indica un numero di mesi in questi limiti.", En: "Give a number of months within these bounds."},
	})
	// TooMuch is for more a month than the rules give, or nothing.
	TooMuch = refusal.Define(refusal.Definition{
		Code: "HOUSING_AMOUNT", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il contributo di un mese può arrivare a {most}.", En: "The contribution of a month may be up to {most}."},
		Cure:    refusal.Text{It: "Indica un importo maggiore di zero e in questo limite, o nessuno.", En: "Give an amount more than nothing and within this bound, or none."},
	})
	// ProofsMissing is for a request without all papers that the rules ask for.
	ProofsMissing = refusal.Define(refusal.Definition{
		Code: "HOUSING_PROOFS_MISSING", Kind: refusal.Rule,
		Message: refusal.Text{It: "Mancano documenti: le regole ne chiedono {count}.", En: "Papers are missing: the rules ask for {count}."},
		Cure:    refusal.Text{It: "Carica tutti i documenti che la regola allowance.housing chiede.", En: "Bring all papers that the rule allowance.housing asks for."},
	})
	// RequestWaits is for a second request while one waits.
	RequestWaits = refusal.Define(refusal.Definition{
		Code: "HOUSING_REQUEST_WAITS", Kind: refusal.State,
		Message: refusal.Text{It: "Una richiesta per questa persona aspetta già una risposta.", En: "A request for this person waits for its answer already."},
		Cure:    refusal.Text{It: "Aspetta la risposta.", En: "Wait for the answer."},
		CuredBy: second,
	})
	// GivenBefore is for a month that is given for already.
	GivenBefore = refusal.Define(refusal.Definition{
		Code: "HOUSING_GIVEN_BEFORE", Kind: refusal.State,
		Message: refusal.Text{It: "Un contributo è già riconosciuto da {first} a {last}.", En: "A contribution is given already from {first} to {last}."},
		Cure:    refusal.Text{It: "Indica mesi per i quali non è ancora riconosciuto.", En: "Give months that none is given for yet."},
	})
	// WrongState is for an act that the state does not allow.
	WrongState = refusal.Define(refusal.Definition{
		Code: "HOUSING_STATE", Kind: refusal.State,
		Message: refusal.Text{It: "Il contributo è nello stato «{state}».", En: "The contribution is in the state “{state}”."},
		Cure:    refusal.Text{It: "Guarda quali azioni sono possibili ora.", En: "See what can be done now."},
	})
	// OwnRequest is for who answers what he has asked for.
	OwnRequest = refusal.Define(refusal.Definition{
		Code: "HOUSING_OWN_REQUEST", Kind: refusal.Right,
		Message: refusal.Text{It: "Chi ha chiesto il contributo non lo riconosce.", En: "Who has asked for the contribution does not grant it."},
		Cure:    refusal.Text{It: "Chiedi a una seconda persona autorizzata.", En: "Ask a second person who may."},
		CuredBy: second,
	})
	// MonthOutside is for a month that the grant is not for, or that has not begun.
	MonthOutside = refusal.Define(refusal.Definition{
		Code: "HOUSING_MONTH_OUTSIDE", Kind: refusal.Input,
		Message: refusal.Text{It: "Il mese dev'essere tra {first} e {last}.", En: "The month must be between {first} and {last}."},
		Cure:    refusal.Text{It: "Indica un mese del contributo.", En: "Give a month of the contribution."},
	})
	// NoReceiptNeeded is for a month of which the rules ask for no receipt.
	NoReceiptNeeded = refusal.Define(refusal.Definition{
		Code: "HOUSING_NO_RECEIPT_NEEDED", Kind: refusal.Rule,
		Message: refusal.Text{It: "Per {month} le regole non chiedono una ricevuta.", En: "Of {month} the rules ask for no receipt."},
		Cure:    refusal.Text{It: "Non serve altro: il mese si paga senza.", En: "Nothing else is needed: the month is paid without one."},
	})
	// ReceiptAmount is for a sum that no receipt shows.
	ReceiptAmount = refusal.Define(refusal.Definition{
		Code: "HOUSING_RECEIPT_AMOUNT", Kind: refusal.Input,
		Message: refusal.Text{It: "L'importo della ricevuta va da 0 a {most}.", En: "The amount of a receipt is from 0 to {most}."},
		Cure:    refusal.Text{It: "Scrivi l'importo in centesimi; 0 annulla la ricevuta precedente del mese.", En: "Give the amount in cents; 0 takes back the month's receipt before."},
	})
	// ReceiptFileNeeded is for a receipt without its paper, or a paper of nothing.
	ReceiptFileNeeded = refusal.Define(refusal.Definition{
		Code: "HOUSING_RECEIPT_FILE", Kind: refusal.Input,
		Message: refusal.Text{It: "Una ricevuta vuole il suo file, e un importo di 0 non ne ha.", En: "A receipt needs its file, and an amount of 0 has none."},
		Cure:    refusal.Text{It: "Carica la ricevuta, oppure togli il file se annulli quella precedente.", En: "Bring the receipt, or leave the file out when you take the one before back."},
	})
	// ReasonNeeded is for an act that must be explained.
	ReasonNeeded = refusal.Define(refusal.Definition{
		Code: "HOUSING_REASON_NEEDED", Kind: refusal.Input,
		Message: refusal.Text{It: "Serve il motivo, da 1 a {max} caratteri.", En: "A reason is needed, of 1 to {max} characters."},
		Cure:    refusal.Text{It: "Scrivi il motivo in poche parole.", En: "Write the reason in a few words."},
	})
)
