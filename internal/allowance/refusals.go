package allowance

import "github.com/lavoroincorso/lavoro/internal/values/refusal"

// What is refused of allowances and their statements.
var (
	// MonthNotBegun is for a month of which no hour can have been done yet.
	MonthNotBegun = refusal.Define(refusal.Definition{
		Code: "ALLOWANCE_MONTH_NOT_BEGUN", Kind: refusal.Rule,
		Message: refusal.Text{It: "Il mese di {month} non è ancora iniziato.", En: "The month of {month} has not begun yet."},
		Cure:    refusal.Text{It: "Scegli il mese in corso o un mese passato.", En: "Choose the current month or a past one."},
	})
	NoStatement = refusal.Define(refusal.Definition{
		Code: "ALLOWANCE_NO_STATEMENT", Kind: refusal.State,
		Message: refusal.Text{It: "Per {month} non c'è ancora un conteggio da contestare.", En: "There is no statement of {month} to contest yet."},
		Cure:    refusal.Text{It: "Se un'ora del registro non è giusta, falla correggere; il conteggio arriva quando il registro è chiuso.", En: "When an hour of the register is wrong, have it corrected; the statement comes once the register is locked."},
		CuredBy: refusal.Text{It: "il tutor", En: "the tutor"},
	})
	AlreadyContested = refusal.Define(refusal.Definition{
		Code: "STATEMENT_CONTESTED", Kind: refusal.State,
		Message: refusal.Text{It: "Il conteggio di questo mese è già contestato.", En: "The statement of this month is contested already."},
		Cure:    refusal.Text{It: "Aspetta la risposta.", En: "Wait for the answer."},
		CuredBy: refusal.Text{It: "il coordinamento", En: "the coordinators"},
	})
	ContestedTooMuch = refusal.Define(refusal.Definition{
		Code: "STATEMENT_CONTESTED_AMOUNT", Kind: refusal.Input,
		Message: refusal.Text{It: "L'importo contestato non può superare il conteggio.", En: "No more can be contested than the statement comes to."},
		Cure:    refusal.Text{It: "Indica la parte del conteggio che non è giusta; 0 se dovrebbe essere di più.", En: "Say which part of the statement is wrong; 0 when it should be more."},
	})
	ContestAnswered = refusal.Define(refusal.Definition{
		Code: "CONTEST_ANSWERED", Kind: refusal.State,
		Message: refusal.Text{It: "La contestazione ha già una risposta ({state}).", En: "The contest has its answer already ({state})."},
		Cure:    refusal.Text{It: "Se serve, si può contestare di nuovo.", En: "It can be contested again, if need be."},
	})
	OwnContest = refusal.Define(refusal.Definition{
		Code: "CONTEST_OWN", Kind: refusal.Right,
		Message: refusal.Text{It: "Chi contesta non può rispondere alla propria contestazione.", En: "Nobody answers his own contest."},
		Cure:    refusal.Text{It: "Chiedi a un'altra persona di rispondere.", En: "Ask somebody else to answer."},
		CuredBy: refusal.Text{It: "il coordinamento", En: "the coordinators"},
	})
	WordsNeeded = refusal.Define(refusal.Definition{
		Code: "CONTEST_WORDS_NEEDED", Kind: refusal.Input,
		Message: refusal.Text{It: "Manca il motivo.", En: "The reason is missing."},
		Cure:    refusal.Text{It: "Scrivi il motivo in poche parole.", En: "Write the reason in a few words."},
	})
	WordsTooMany = refusal.Define(refusal.Definition{
		Code: "CONTEST_WORDS_LENGTH", Kind: refusal.Input,
		Message: refusal.Text{It: "Il testo è troppo lungo.", En: "The text is too long."},
		Cure:    refusal.Text{It: "Scrivi al massimo {max} caratteri.", En: "Write at most {max} characters."},
	})
	// PlanBounds is for a number of months or minutes that no internship has.
	PlanBounds = refusal.Define(refusal.Definition{
		Code: "PLAN_BOUNDS", Kind: refusal.Input,
		Message: refusal.Text{It: "Il valore va da 1 a {most}.", En: "The value goes from 1 to {most}."},
		Cure:    refusal.Text{It: "Indica un valore in questi limiti.", En: "Give a value within these bounds."},
	})
)
