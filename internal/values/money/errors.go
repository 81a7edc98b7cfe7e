package money

import "github.com/lavoroincorso/lavoro/internal/values/text"

// Error tells why something is not an amount, without the value.
type Error struct {
	// Code is stable: AMOUNT_FORMAT, AMOUNT_AMBIGUOUS, AMOUNT_RANGE, ROUNDING_UNKNOWN or SQL_TYPE.
	Code string
}

// Error is the code, with the name of the package before it.
func (e *Error) Error() string { return "money: " + e.Code }

// Cause is the reason in words, a clause that fits after a colon.
func (e *Error) Cause() text.Text { return causes[e.Code] }

var (
	errFormat    = &Error{Code: "AMOUNT_FORMAT"}
	errAmbiguous = &Error{Code: "AMOUNT_AMBIGUOUS"}
	errRange     = &Error{Code: "AMOUNT_RANGE"}
	errRounding  = &Error{Code: "ROUNDING_UNKNOWN"}
	errSQLType   = &Error{Code: "SQL_TYPE"}
)

var causes = map[string]text.Text{
	"AMOUNT_FORMAT": {
		It: "l'importo va scritto in euro, come 1.513,50 oppure 1513.50",
		En: "an amount is written in euros, as 1513.50 or 1.513,50",
	},
	"AMOUNT_AMBIGUOUS": {
		It: "non è chiaro se il separatore indichi le migliaia o i decimali: scrivi anche i centesimi",
		En: "it is unclear whether the separator marks thousands or decimals: write the cents too",
	},
	"AMOUNT_RANGE":     {It: "l'importo supera il massimo gestito", En: "the amount is beyond what can be handled"},
	"ROUNDING_UNKNOWN": {It: "il metodo di arrotondamento non è previsto", En: "the rounding is not a known one"},
	"SQL_TYPE":         {It: "il tipo di dato non è quello previsto", En: "the data type is not the expected one"},
}
