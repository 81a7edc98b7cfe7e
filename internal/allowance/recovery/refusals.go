package recovery

import "github.com/lavoroincorso/lavoro/internal/values/refusal"

var (
	approver = refusal.Text{It: "chi approva i pagamenti", En: "whoever approves payments"}
	officer  = refusal.Text{It: "chi prepara i pagamenti", En: "whoever prepares payments"}
)

// What the acts on recoveries refuse, and why.
var (
	// NothingLeft is for a recovery that has ended.
	NothingLeft = refusal.Define(refusal.Definition{
		Code: "RECOVERY_NOTHING_LEFT", Kind: refusal.State,
		Message: refusal.Text{It: "Non resta nulla da restituire.", En: "Nothing is left to give back."},
		Cure:    refusal.Text{It: "Guarda come è stato restituito.", En: "See how it was given back."},
	})
	// InstalmentsSum is for instalments that do not come to what is left.
	InstalmentsSum = refusal.Define(refusal.Definition{
		Code: "RECOVERY_INSTALMENTS_SUM", Kind: refusal.Input,
		Message: refusal.Text{It: "La somma delle rate deve essere quanto resta da restituire: {left}.", En: "The instalments must come to what is left to give back: {left}."},
		Cure:    refusal.Text{It: "Indica da 1 a 60 rate, ciascuna maggiore di zero.", En: "Give 1 to 60 instalments, each more than nothing."},
	})
	// InstalmentsOrder is for instalments of months that are past, or not in order.
	InstalmentsOrder = refusal.Define(refusal.Definition{
		Code: "RECOVERY_INSTALMENTS_ORDER", Kind: refusal.Input,
		Message: refusal.Text{It: "I mesi delle rate devono seguirsi in ordine, dal mese scorso in poi.", En: "The months of the instalments must follow each other, from last month on."},
		Cure:    refusal.Text{It: "Indica ogni mese una volta sola, in ordine.", En: "Give each month once, in order."},
	})
	// AgreedAhead is for an agreement of a day to come.
	AgreedAhead = refusal.Define(refusal.Definition{
		Code: "RECOVERY_AGREED_AHEAD", Kind: refusal.Input,
		Message: refusal.Text{It: "Il giorno dell'accordo non può essere futuro.", En: "The day of the agreement cannot be in the future."},
		Cure:    refusal.Text{It: "Indica il giorno in cui la persona ha accettato le rate.", En: "Give the day on which the person agreed."},
	})
	// RepaidAhead is for a repayment without a day, or of a day to come.
	RepaidAhead = refusal.Define(refusal.Definition{
		Code: "RECOVERY_REPAID_AHEAD", Kind: refusal.Input,
		Message: refusal.Text{It: "Il giorno della restituzione non può essere futuro.", En: "The day of the repayment cannot be in the future."},
		Cure:    refusal.Text{It: "Indica il giorno in cui il denaro è arrivato.", En: "Give the day on which the money came."},
	})
	// MoreThanLeft is for a discharge of more than is left.
	MoreThanLeft = refusal.Define(refusal.Definition{
		Code: "RECOVERY_MORE_THAN_LEFT", Kind: refusal.State,
		Message: refusal.Text{It: "Restano da restituire {left}.", En: "{left} are left to give back."},
		Cure:    refusal.Text{It: "Indica un importo maggiore di zero, al massimo quanto resta.", En: "Give an amount more than nothing, and at most what is left."},
	})
	// TakenOff is for confirming what a run takes off as well that was not sent.
	TakenOff = refusal.Define(refusal.Definition{
		Code: "RECOVERY_TAKEN_OFF", Kind: refusal.State,
		Message: refusal.Text{It: "Un pagamento non ancora inviato trattiene la stessa somma: fuori di esso restano da restituire {left}.", En: "A run that was not sent takes the same sum off: beside it {left} are left to give back."},
		Cure:    refusal.Text{It: "Fai ricalcolare o scartare il pagamento, o sbloccare ciò che ne è trattenuto; poi conferma.", En: "Have the run computed again or discarded, or released what is held of it; then confirm."},
		CuredBy: officer,
	})
	// DischargeWaits is for a second discharge while one waits.
	DischargeWaits = refusal.Define(refusal.Definition{
		Code: "RECOVERY_DISCHARGE_WAITS", Kind: refusal.State,
		Message: refusal.Text{It: "Una richiesta aspetta già la conferma.", En: "A request waits for its confirmation already."},
		Cure:    refusal.Text{It: "Falla confermare o respingere da una seconda persona.", En: "Have a second person confirm or reject it."},
		CuredBy: approver,
	})
	// DischargeAnswered is for a discharge that was answered before.
	DischargeAnswered = refusal.Define(refusal.Definition{
		Code: "RECOVERY_DISCHARGE_ANSWERED", Kind: refusal.State,
		Message: refusal.Text{It: "La richiesta ha già una risposta ({state}).", En: "The request has its answer already ({state})."},
		Cure:    refusal.Text{It: "Se serve, si può chiedere di nuovo.", En: "It can be asked for again, if need be."},
	})
	// OwnDischarge is for who answers what he has asked for.
	OwnDischarge = refusal.Define(refusal.Definition{
		Code: "RECOVERY_OWN_DISCHARGE", Kind: refusal.Right,
		Message: refusal.Text{It: "Chi ha chiesto la rinuncia, o registrato la restituzione, non può confermarla.", En: "Who has asked or recorded does not confirm."},
		Cure:    refusal.Text{It: "Chiedi a una seconda persona autorizzata.", En: "Ask a second person who may."},
		CuredBy: approver,
	})
	// ReasonNeeded is for an act that must be explained.
	ReasonNeeded = refusal.Define(refusal.Definition{
		Code: "RECOVERY_REASON_NEEDED", Kind: refusal.Input,
		Message: refusal.Text{It: "Serve il motivo, da 1 a {max} caratteri.", En: "A reason is needed, of 1 to {max} characters."},
		Cure:    refusal.Text{It: "Scrivi il motivo in poche parole.", En: "Write the reason in a few words."},
	})
)
