package housing

import (
	"context"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Room holds what the acts need beside their transaction; cmd/wire.go fills it, and acts only read it.
type Room struct {
	// OnState is told of every change of state, and of receipts, in the act's transaction; its error undoes the act.
	OnState []func(context.Context, *postgres.Tx, event.Transition) error
}

// Prefixes of ids in the API.
const (
	Prefix        = "hsg"
	ProofPrefix   = "hsp"
	ReceiptPrefix = "hsr"
)

const (
	subject = "HousingGrant"
	concept = "housing"
)

// maxReason is the length of a reason, in characters.
const maxReason = 500

// State is how far a grant is; see the package comment.
type State string

// The states. Ended is never kept: it is what a granted one is once its months are over.
const (
	Requested State = "REQUESTED"
	Granted   State = "GRANTED"
	Refused   State = "REFUSED"
	Withdrawn State = "WITHDRAWN"
	Ended     State = "ENDED"
)

var stateWords = map[string]text.Text{
	string(Requested): {It: "Chiesto", En: "Requested"},
	string(Granted):   {It: "Riconosciuto", En: "Granted"},
	string(Refused):   {It: "Non riconosciuto", En: "Refused"},
	string(Withdrawn): {It: "Revocato", En: "Withdrawn"},
	string(Ended):     {It: "Concluso", En: "Ended"},
}

// transition is one row of the table: an act, and the one state that it leaves.
type transition struct {
	Act   access.Act
	From  []State
	Label text.Text
}

// transitions is the whole life of a grant. Roles stand in the table of package access.
var transitions = []transition{
	{access.AnswerHousingGrant, []State{Requested}, text.Text{It: "Riconosci o rifiuta", En: "Grant or refuse"}},
	{access.RecordHousingReceipt, []State{Granted, Withdrawn}, text.Text{It: "Registra una ricevuta", En: "Record a receipt"}},
	{access.WithdrawHousingGrant, []State{Granted}, text.Text{It: "Revoca", En: "Withdraw"}},
}

// last is the last month that a grant is for.
func (r grantRow) last() calendar.Month { return r.FromMonth.Add(r.Months - 1) }

// until is the last month that it is given for, which may be before its first one.
func (r grantRow) until() calendar.Month {
	if r.WithdrawnFrom != nil {
		return r.WithdrawnFrom.Prev()
	}
	return r.last()
}

// gives says whether the grant is for the month.
func (r grantRow) gives(month calendar.Month) bool {
	return !month.Before(r.FromMonth) && !month.After(r.until())
}

// reasoned refuses words that are none, or too many.
func reasoned(words, path string) refusal.List {
	if words == "" || !text.Line(words, maxReason) {
		return refusal.List{ReasonNeeded.At(path).With("max", maxReason)}
	}
	return nil
}
