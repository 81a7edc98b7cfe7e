package history

import (
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// State is how far an import is.
type State string

// The states; see the package comment.
const (
	Staged    State = "STAGED"
	Confirmed State = "CONFIRMED"
	Discarded State = "DISCARDED"
	Revoked   State = "REVOKED"
)

var stateWords = map[string]text.Text{
	string(Staged):    {It: "In attesa di conferma", En: "Waiting to be confirmed"},
	string(Confirmed): {It: "Confermato", En: "Confirmed"},
	string(Discarded): {It: "Scartato", En: "Discarded"},
	string(Revoked):   {It: "Revocato", En: "Taken back"},
}

// Kind is what a fact is about.
type Kind string

// The kinds, each of a file of its own.
const (
	Participation Kind = "PARTICIPATION"
	Placement     Kind = "PLACEMENT"
	Attendance    Kind = "ATTENDANCE"
	Payment       Kind = "PAYMENT"
	Earlier       Kind = "EARLIER"
	Spending      Kind = "SPENDING"
)

// subject is the type of imports in the API, factSubject that of facts.
const (
	subject     = "HistoryImport"
	factSubject = "HistoryFact"
)

// Prefix is that of ids of imports in the API, factPrefix that of facts.
const (
	Prefix     = "hst"
	factPrefix = "hsf"
)

// housing says whether it was paid towards living on one's own, beside the cap of the month's hours.
func (f Fact) housing() bool { return f.Kind == Payment && f.ActivityKind == programme.HousingKind }

// Detail is what a fact says beside days, hours and sums.
type Detail struct {
	Host       string `json:"host,omitempty"`
	Promoter   string `json:"promoter,omitempty"`
	Reference  string `json:"reference,omitempty"`
	Employment string `json:"employment,omitempty"`
	ISCED      int    `json:"isced,omitempty"`
	ExitReason string `json:"exitReason,omitempty"`
}

// Fact is one row of a file as it was understood; what its kind does not have is zero.
type Fact struct {
	Kind         Kind
	Participant  uuid.UUID // nil of spending
	Month        calendar.Month
	From, To     calendar.Day
	ActivityKind string // of hours; of a payment, what it was for, where the file says so
	Minutes      int    // of a month, or a week's of an internship
	PresenceDays int
	Line         uuid.UUID
	Gross        money.Cents
	Withheld     money.Cents
	PaidOn       calendar.Day
	Detail       Detail
}

// File is one file of an import.
type File struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Rows   int    `json:"rows"`
}

// Total is what an import comes to in one kind, month and budget line.
type Total struct {
	Kind         Kind            `json:"kind"`
	Month        *calendar.Month `json:"month"`
	Code         *string         `json:"budgetLine"`
	Label        *text.Text      `json:"label"`
	Rows         int             `json:"rows"`
	People       int             `json:"people"`
	Minutes      int             `json:"minutes"`
	PresenceDays int             `json:"presenceDays"`
	Gross        money.Cents     `json:"gross"`
	Withheld     money.Cents     `json:"withheld"`
	Paid         money.Cents     `json:"paid"`
}

// Import is a folder that was brought in.
type Import struct {
	ID          uuid.UUID
	ProgrammeID uuid.UUID
	State       State
	StagedBy    uuid.UUID
	StagedAt    time.Time
	Audience    []uuid.UUID
	Revision    int
}
