package document

import (
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

var (
	// NothingIssued is for a month of which no statement was issued.
	NothingIssued = refusal.Define(refusal.Definition{
		Code: "CONTROL_NOTHING_ISSUED", Kind: refusal.State,
		Message: refusal.Text{It: "Di questo mese non c'è ancora un conteggio definitivo.", En: "No statement was issued of this month yet."},
		Cure:    refusal.Text{It: "Attendi che tutti i mesi del registro siano chiusi.", En: "Wait until all its months of the register are locked."},
	})
	// NothingToDraw is for a frame without lines.
	NothingToDraw = refusal.Define(refusal.Definition{
		Code: "CONTROL_FRAME_EMPTY", Kind: refusal.State,
		Message: refusal.Text{It: "Non c'è alcun pagamento inviato da cui estrarre.", En: "There is no payment that was sent to draw from."},
		Cure:    refusal.Text{It: "Allarga i mesi o togli l'ente pagatore.", En: "Widen the months, or leave out the payer."},
	})
)

var (
	causeOne     = text.Text{It: "va indicato un mese oppure un campione", En: "either a month or a sample is to be given"}
	causePurpose = text.Text{It: "lo scopo ha da 1 a 500 caratteri", En: "the purpose has 1 to 500 characters"}
	causeSeed    = text.Text{It: "il seme ha da 1 a 64 lettere senza accento, cifre, punti o trattini", En: "the seed has 1 to 64 plain letters, digits, dots or hyphens"}
	causeSize    = text.Text{It: "si estraggono da 1 a 30 righe alla volta", En: "1 to 30 lines are drawn at once"}
)
