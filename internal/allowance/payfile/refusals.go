package payfile

import "github.com/lavoroincorso/lavoro/internal/values/refusal"

// Who cures what; {place} is the order, or one of its lines by its number from 1.
var (
	byDetails = refusal.Text{It: "chi registra i dati di pagamento", En: "whoever records payment details"}
	byPayer   = refusal.Text{It: "l'amministrazione dell'ente che paga", En: "the administration of the paying organisation"}
)

// The reasons why an order, or a list of orders, cannot be written.
var (
	// TextCharacter is for a text with a character that banks do not take and that has no Latin one to stand for it.
	TextCharacter = refusal.Define(refusal.Definition{
		Code: "PAYMENT_TEXT_CHARACTER", Kind: refusal.Input,
		Message: refusal.Text{It: "{place}: {field} contiene {character}, che le banche non accettano.", En: "{place}: {field} holds {character}, which banks do not take."},
		Cure:    refusal.Text{It: "Riscrivi in lettere latine, come lo riporta la banca.", En: "Write it anew in Latin letters, as the bank spells it."},
		CuredBy: byDetails,
	})
	// TextLong is for a text beyond what the message holds; it is not cut, since a cut name is another name.
	TextLong = refusal.Define(refusal.Definition{
		Code: "PAYMENT_TEXT_LONG", Kind: refusal.Input,
		Message: refusal.Text{It: "{place}: {field} ha {length} caratteri, al massimo {most}.", En: "{place}: {field} has {length} characters, at most {most}."},
		Cure:    refusal.Text{It: "Abbrevia come fa la banca.", En: "Shorten it as the bank does."},
		CuredBy: byDetails,
	})
	// TextEmpty is for a name without any letter.
	TextEmpty = refusal.Define(refusal.Definition{
		Code: "PAYMENT_TEXT_EMPTY", Kind: refusal.Input,
		Message: refusal.Text{It: "{place}: {field} manca o non contiene lettere.", En: "{place}: {field} is missing, or holds no letter."},
		Cure:    refusal.Text{It: "Indica il nome come lo riporta la banca.", En: "Give the name as the bank spells it."},
		CuredBy: byDetails,
	})
	// AccountInvalid is for an IBAN that is not one; {cause} is the parser's.
	AccountInvalid = refusal.Define(refusal.Definition{
		Code: "PAYMENT_ACCOUNT_INVALID", Kind: refusal.Input,
		Message: refusal.Text{It: "{place}: {cause}.", En: "{place}: {cause}."},
		Cure:    refusal.Text{It: "Chiedi l'IBAN esatto con un documento della banca.", En: "Ask for the exact IBAN, with a paper of the bank."},
		CuredBy: byDetails,
	})
	// AmountInvalid is for an amount of nothing, below it, or beyond one transfer.
	AmountInvalid = refusal.Define(refusal.Definition{
		Code: "PAYMENT_AMOUNT_INVALID", Kind: refusal.Input,
		Message: refusal.Text{It: "{place}: l'importo va da un centesimo a {most}.", En: "{place}: an amount is from one cent to {most}."},
		Cure:    refusal.Text{It: "Togli la riga o correggi il conteggio.", En: "Leave the line out, or correct what was computed."},
		CuredBy: byPayer,
	})
	// NetDiffers is for a row whose gross less withheld is not its net.
	NetDiffers = refusal.Define(refusal.Definition{
		Code: "PAYMENT_NET_DIFFERS", Kind: refusal.Input,
		Message: refusal.Text{It: "{place}: lordo meno ritenute non dà il netto.", En: "{place}: gross less withheld is not the net."},
		Cure:    refusal.Text{It: "Correggi il conteggio.", En: "Correct what was computed."},
		CuredBy: byPayer,
	})
	// IDInvalid is for an id of a message or line that banks would not take.
	IDInvalid = refusal.Define(refusal.Definition{
		Code: "PAYMENT_ID_INVALID", Kind: refusal.Input,
		Message: refusal.Text{
			It: "{place}: {field} ha da 1 a 35 caratteri tra lettere, cifre e / - ? : ( ) . , ' +, senza // e senza / all'inizio o alla fine.",
			En: "{place}: {field} has 1 to 35 characters of letters, digits and / - ? : ( ) . , ' +, without // and without / at either end.",
		},
		Cure:    refusal.Text{It: "Genera un identificativo nuovo.", En: "Make a new id."},
		CuredBy: byPayer,
	})
	// IDTwice is for a line with the id of an earlier one.
	IDTwice = refusal.Define(refusal.Definition{
		Code: "PAYMENT_ID_TWICE", Kind: refusal.Conflict,
		Message: refusal.Text{It: "{place}: l'identificativo è già della riga {first}.", En: "{place}: the id is that of line {first} already."},
		Cure:    refusal.Text{It: "Togli la riga doppia.", En: "Leave the second line out."},
		CuredBy: byPayer,
	})
	// CUPInvalid is for a project code that is not one; {cause} is the parser's.
	CUPInvalid = refusal.Define(refusal.Definition{
		Code: "PAYMENT_CUP_INVALID", Kind: refusal.Input,
		Message: refusal.Text{It: "{place}: {cause}.", En: "{place}: {cause}."},
		Cure:    refusal.Text{It: "Correggi il CUP del programma.", En: "Correct the programme's CUP."},
		CuredBy: refusal.Text{It: "chi gestisce il programma", En: "whoever runs the programme"},
	})
	// MonthMissing is for a line that does not say which month it pays.
	MonthMissing = refusal.Define(refusal.Definition{
		Code: "PAYMENT_MONTH_MISSING", Kind: refusal.Input,
		Message: refusal.Text{It: "{place}: manca il mese pagato.", En: "{place}: the month that is paid is missing."},
		Cure:    refusal.Text{It: "Indica il mese.", En: "Give the month."},
		CuredBy: byPayer,
	})
	// OrderEmpty is for an order without lines.
	OrderEmpty = refusal.Define(refusal.Definition{
		Code: "PAYMENT_ORDER_EMPTY", Kind: refusal.Input,
		Message: refusal.Text{It: "L'ordine non ha righe.", En: "The order has no lines."},
		Cure:    refusal.Text{It: "Libera almeno una riga.", En: "Release one line at least."},
		CuredBy: byPayer,
	})
	// OrderTooLarge is for more lines, or more money, than one message holds.
	OrderTooLarge = refusal.Define(refusal.Definition{
		Code: "PAYMENT_ORDER_TOO_LARGE", Kind: refusal.Input,
		Message: refusal.Text{It: "L'ordine supera {most} righe o l'importo massimo gestito.", En: "The order has more than {most} lines, or is beyond the amount that can be handled."},
		Cure:    refusal.Text{It: "Dividilo in più ordini.", En: "Split it into several orders."},
		CuredBy: byPayer,
	})
	// DayInvalid is for an order without moment or day, or to be done before it was made.
	DayInvalid = refusal.Define(refusal.Definition{
		Code: "PAYMENT_DAY_INVALID", Kind: refusal.Input,
		Message: refusal.Text{It: "Il giorno di esecuzione manca o precede la creazione dell'ordine.", En: "The day of execution is missing, or before the order was made."},
		Cure:    refusal.Text{It: "Scegli oggi o un giorno futuro.", En: "Choose today or a day to come."},
		CuredBy: byPayer,
	})
	// BICInvalid is for a code of a bank that is not one.
	BICInvalid = refusal.Define(refusal.Definition{
		Code: "PAYMENT_BIC_INVALID", Kind: refusal.Input,
		Message: refusal.Text{It: "Il BIC della banca ordinante ha 8 oppure 11 lettere e cifre.", En: "The BIC of the payer's bank has 8 or 11 letters and digits."},
		Cure:    refusal.Text{It: "Correggi il BIC o lascialo vuoto.", En: "Correct the BIC, or leave it empty."},
		CuredBy: byPayer,
	})
	// CUCInvalid is for a payer without its code of the interbank network.
	CUCInvalid = refusal.Define(refusal.Definition{
		Code: "PAYMENT_CUC_INVALID", Kind: refusal.Input,
		Message: refusal.Text{It: "Per il formato CBI serve il codice CUC dell'ente: 8 lettere maiuscole e cifre.", En: "The CBI format needs the organisation's CUC: 8 capital letters and digits."},
		Cure:    refusal.Text{It: "Chiedi il CUC alla banca.", En: "Ask the bank for the CUC."},
		CuredBy: byPayer,
	})
	// AccountNotItalian is for a payer's account that the interbank network does not reach.
	AccountNotItalian = refusal.Define(refusal.Definition{
		Code: "PAYMENT_ACCOUNT_NOT_ITALIAN", Kind: refusal.Input,
		Message: refusal.Text{It: "Il formato CBI vale per conti italiani dell'ente che paga.", En: "The CBI format is for Italian accounts of the payer."},
		Cure:    refusal.Text{It: "Indica un conto italiano oppure usa il formato pain.001.", En: "Give an Italian account, or use the format pain.001."},
		CuredBy: byPayer,
	})
	// MeansInvalid is for a means that is unknown, or does not go with the account.
	MeansInvalid = refusal.Define(refusal.Definition{
		Code: "PAYMENT_MEANS_INVALID", Kind: refusal.Input,
		Message: refusal.Text{It: "{place}: il mezzo di pagamento è sconosciuto, oppure non è compatibile con l'IBAN indicato.", En: "{place}: the means of payment is unknown, or does not go with the IBAN."},
		Cure:    refusal.Text{It: "Indica IBAN o carta con un IBAN, posta o sportello senza.", En: "Give IBAN or card with an IBAN, postal or counter without."},
		CuredBy: byDetails,
	})
)
