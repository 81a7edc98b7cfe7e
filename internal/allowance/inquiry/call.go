package inquiry

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// CallPrefix stands before the ids of calls in the API.
const CallPrefix = "pyc"

const callSubject = "PaymentCall"

// maxSaid is how many characters are noted of a call.
const maxSaid = 2000

// saidStep is what sealed words are filled up to: their lengths tell little.
const saidStep = 128

// Caller is who calls.
type Caller string

var callerWords = map[string]text.Text{
	"PARTICIPANT":    {It: "La persona", En: "The participant"},
	"REPRESENTATIVE": {It: "Chi la rappresenta", En: "The legal representative"},
	"RELATIVE":       {It: "Un familiare", En: "A relative"},
	"SERVICE":        {It: "Un servizio", En: "A service"},
	"COMPANY":        {It: "Un'azienda", En: "A company"},
	"OTHER":          {It: "Altri", En: "Somebody else"},
}

// Call is one about somebody's money.
type Call struct {
	ID            uuid.UUID
	Participation uuid.UUID
	Month         calendar.Month // that it is about; zero: the current one
	Caller        Caller
	Said          string
}

// NoteCall writes down who called about somebody's money, and what was said. It is only ever added.
func NoteCall(ctx context.Context, tx *postgres.Tx, in Call) error {
	of, found, err := participationOf(ctx, tx, in.Participation)
	switch {
	case err != nil:
		return err
	case !found:
		return refusal.NotFound.At("participant")
	case !tx.Actor.May(access.NoteCall, of.ProgrammeID, of.Audience):
		return refusal.NotAllowed.At()
	}
	if in.Month.IsZero() {
		in.Month = tx.Today().Month()
	}
	if list := in.check(tx.Today().Month()); list != nil {
		return list
	}
	persons, err := tx.PersonsOf(ctx, []uuid.UUID{in.Participation})
	if err != nil {
		return err
	}
	key, err := tx.DataKey(ctx, persons[in.Participation])
	if err != nil {
		return err
	}
	row := callRow{ID: in.ID, ProgrammeID: of.ProgrammeID, ParticipationID: in.Participation, Month: in.Month, Caller: in.Caller,
		Said: key.SealPadded([]byte(in.Said), saidStep, postgres.Place{Table: "payment_call", Column: "said", Row: in.ID}), MemberID: tx.Actor.Member, CalledAt: tx.Now, Audience: of.Audience}
	if err := row.insert(ctx, tx); err != nil {
		return err
	}
	tx.Tell(event.News{Programme: of.ProgrammeID, Act: string(access.NoteCall), Kind: event.Entered, SubjectKind: callSubject, Subject: in.ID,
		About: []uuid.UUID{in.Participation}, Audience: of.Audience}, map[string]any{"month": in.Month, "caller": in.Caller})
	return nil
}

func (c Call) check(now calendar.Month) (list refusal.List) {
	if n := utf8.RuneCountInString(c.Said); n > maxSaid || strings.TrimSpace(c.Said) == "" {
		list = append(list, SaidNeeded.At("said").With("max", maxSaid))
	}
	if _, known := callerWords[string(c.Caller)]; !known {
		list = append(list, CallerUnknown.At("caller"))
	}
	if c.Month.After(now) {
		list = append(list, MonthAhead.At("month").With("month", c.Month))
	}
	return slices.Clip(list)
}
