// Package fiscal reads and checks the Italian administrative codes: codice fiscale, partita IVA, IBAN, CUP, ATECO.
//
// Parsers normalise spelling and verify check characters, but ask no register whether the code was ever issued.
// Errors say what is wrong and never repeat the value; codes of persons and accounts hide themselves from slog.
package fiscal

import "github.com/lavoroincorso/lavoro/internal/values/text"

// Error tells why a code is not well formed; it never holds the value.
type Error struct {
	// Code is one of the constants of this package, stable for clients and reports.
	Code string
	// Detail is a short English note for developers, such as the length that was expected.
	Detail string
}

// The codes of Error, each named after the format at fault.
const (
	CodeFiscalLength = "FISCAL_CODE_LENGTH"
	CodeFiscalShape  = "FISCAL_CODE_SHAPE"
	CodeFiscalDate   = "FISCAL_CODE_DATE"
	CodeFiscalCheck  = "FISCAL_CODE_CHECK"
	CodeEntityLength = "ENTITY_CODE_LENGTH"
	CodeEntityShape  = "ENTITY_CODE_SHAPE"
	CodeEntityCheck  = "ENTITY_CODE_CHECK"
	CodeIBANShape    = "IBAN_SHAPE"
	CodeIBANCountry  = "IBAN_COUNTRY"
	CodeIBANLength   = "IBAN_LENGTH"
	CodeIBANCheck    = "IBAN_CHECK"
	CodeIBANCIN      = "IBAN_CIN"
	CodeCUPLength    = "CUP_LENGTH"
	CodeCUPSixteen   = "CUP_SIXTEEN"
	CodeCUPShape     = "CUP_SHAPE"
	CodeATECOShape   = "ATECO_SHAPE"
)

// Error is the code and the detail, without the value.
func (e *Error) Error() string { return "fiscal: " + e.Code + ": " + e.Detail }

// Is lets errors.Is match two errors of the same code.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error)
	return ok && other.Code == e.Code
}

// Cause is the reason in words, a clause that fits after a colon.
func (e *Error) Cause() text.Text { return causes[e.Code] }

var causes = map[string]text.Text{
	CodeFiscalLength: {
		It: "il codice fiscale ha 16 caratteri, oppure 11 cifre se provvisorio",
		En: "a person's fiscal code has 16 characters, or 11 digits when provisional",
	},
	CodeFiscalShape: {
		It: "lettere e cifre del codice fiscale non sono al loro posto",
		En: "letters and digits of the fiscal code are not where they belong",
	},
	CodeFiscalDate: {
		It: "il codice fiscale contiene una data di nascita impossibile",
		En: "the fiscal code holds an impossible date of birth",
	},
	CodeFiscalCheck: {
		It: "il carattere di controllo del codice fiscale non corrisponde",
		En: "the check character of the fiscal code does not match",
	},
	CodeEntityLength: {
		It: "la partita IVA o il codice fiscale dell'ente ha 11 cifre",
		En: "the VAT number or fiscal code of an organisation has 11 digits",
	},
	CodeEntityShape: {
		It: "la partita IVA o il codice fiscale dell'ente contiene solo cifre",
		En: "the VAT number or fiscal code of an organisation holds digits only",
	},
	CodeEntityCheck: {
		It: "la cifra di controllo della partita IVA o del codice fiscale dell'ente non corrisponde",
		En: "the check digit of the VAT number or fiscal code of the organisation does not match",
	},
	CodeIBANShape: {
		It: "l'IBAN contiene caratteri non ammessi o fuori posto",
		En: "the IBAN holds characters that are not allowed, or out of place",
	},
	CodeIBANCountry: {
		It: "il paese dell'IBAN non fa parte dell'area SEPA",
		En: "the country of the IBAN is not in the SEPA area",
	},
	CodeIBANLength: {
		It: "l'IBAN non ha la lunghezza prevista per il suo paese (27 caratteri per l'Italia)",
		En: "the IBAN does not have the length of its country (27 characters for Italy)",
	},
	CodeIBANCheck: {
		It: "le cifre di controllo dell'IBAN non corrispondono",
		En: "the check digits of the IBAN do not match",
	},
	CodeIBANCIN: {
		It: "la lettera di controllo (CIN) dell'IBAN non corrisponde",
		En: "the check letter (CIN) of the IBAN does not match",
	},
	CodeCUPLength: {It: "il CUP ha 15 caratteri", En: "a CUP has 15 characters"},
	CodeCUPSixteen: {
		It: "il CUP indicato ha 16 caratteri invece di 15: va verificato con chi lo ha comunicato",
		En: "this CUP has 16 characters instead of 15: check it with whoever supplied it",
	},
	CodeCUPShape: {
		It: "lettere e cifre del CUP non sono al loro posto",
		En: "letters and digits of the CUP are not where they belong",
	},
	CodeATECOShape: {
		It: "il codice ATECO va scritto come 88, 88.10 oppure 88.10.00",
		En: "an ATECO code is written as 88, 88.10 or 88.10.00",
	},
}
