package allowance

import "github.com/lavoroincorso/lavoro/internal/values/refusal"

// MonthNotBegun is for a month of which no hour can have been done yet.
var MonthNotBegun = refusal.Define(refusal.Definition{
	Code: "ALLOWANCE_MONTH_NOT_BEGUN", Kind: refusal.Rule,
	Message: refusal.Text{It: "Il mese di {month} non è ancora iniziato.", En: "The month of {month} has not begun yet."},
	Cure:    refusal.Text{It: "Scegli il mese in corso o un mese passato.", En: "Choose the current month or a past one."},
})
