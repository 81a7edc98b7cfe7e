package inquiry

import "github.com/lavoroincorso/lavoro/internal/values/refusal"

// What is refused of calls.
var (
	// SaidNeeded is for a call of which nothing was noted, or too much.
	SaidNeeded = refusal.Define(refusal.Definition{
		Code: "CALL_SAID_NEEDED", Kind: refusal.Input,
		Message: refusal.Text{It: "Va scritto che cosa si è detto, in 1-{max} caratteri.", En: "What was said is needed, of 1 to {max} characters."},
		Cure:    refusal.Text{It: "Scrivi in breve che cosa è stato chiesto e che cosa hai risposto.", En: "Write in short what was asked, and what you answered."},
	})
	// CallerUnknown is for a caller whom the list does not have.
	CallerUnknown = refusal.Define(refusal.Definition{
		Code: "CALL_CALLER_UNKNOWN", Kind: refusal.Input,
		Message: refusal.Text{It: "Non è indicato chi ha chiamato.", En: "It is not said who called."},
		Cure:    refusal.Text{It: "Scegli una voce dell'elenco.", En: "Choose one of the list."},
	})
	// MonthAhead is for a call about a month that has not begun.
	MonthAhead = refusal.Define(refusal.Definition{
		Code: "CALL_MONTH_AHEAD", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il mese di {month} non è ancora iniziato.", En: "The month of {month} has not begun yet."},
		Cure:    refusal.Text{It: "Scegli il mese in corso o un mese passato.", En: "Choose the current month or a past one."},
	})
)
