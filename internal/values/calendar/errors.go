package calendar

import "github.com/lavoroincorso/lavoro/internal/values/text"

// Error tells why something is not a day, a month or a time. It never holds the value, which may be a birth date.
type Error struct {
	// Code is stable: DAY_FORMAT, DAY_IMPOSSIBLE, MONTH_FORMAT, LOCAL_TIME_FORMAT or SQL_TYPE.
	Code string
}

// Error is the code, with the name of the package before it.
func (e *Error) Error() string { return "calendar: " + e.Code }

// Cause is the reason in words, a clause that fits after a colon.
func (e *Error) Cause() text.Text { return causes[e.Code] }

var (
	errDayFormat     = &Error{Code: "DAY_FORMAT"}
	errDayImpossible = &Error{Code: "DAY_IMPOSSIBLE"}
	errMonthFormat   = &Error{Code: "MONTH_FORMAT"}
	errTimeFormat    = &Error{Code: "LOCAL_TIME_FORMAT"}
	errSQLType       = &Error{Code: "SQL_TYPE"}
)

var causes = map[string]text.Text{
	"DAY_FORMAT":        {It: "la data va scritta come 2025-01-31", En: "a day is written as 2025-01-31"},
	"DAY_IMPOSSIBLE":    {It: "la data non esiste nel calendario", En: "the day does not exist in the calendar"},
	"MONTH_FORMAT":      {It: "il mese va scritto come 2025-01", En: "a month is written as 2025-01"},
	"LOCAL_TIME_FORMAT": {It: "l'ora va scritta come 08:30, da 00:00 a 24:00", En: "a time is written as 08:30, from 00:00 to 24:00"},
	"SQL_TYPE":          {It: "il tipo di dato non è quello previsto", En: "the data type is not the expected one"},
}
