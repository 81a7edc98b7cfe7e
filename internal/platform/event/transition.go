package event

import (
	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Transition is one change of an object's state, told by its act to whoever keeps clocks, in the same transaction.
type Transition struct {
	Programme     uuid.UUID
	Concept       string       // the room, as in the policy's clock.<concept>.<STATE>
	SubjectKind   string       // GraphQL type of the subject, e.g. Placement
	Subject       uuid.UUID    // the object that changed its state
	Participation uuid.UUID    // whom it is about; zero when about nobody
	From, To      string       // From is empty for what was just made
	Owners        []uuid.UUID  // whose turn it is now, then who takes over: members or organisations, at least one
	Audience      []uuid.UUID  // the subject's audience then
	Since         calendar.Day // from which the clock runs; zero: today
	By            calendar.Day // when it is due, where a calendar and not the clock's days say so
	Longer        int          // days that come to the subject at its end; only where From is To
	Gone          []uuid.UUID  // keys that the audience has just lost; only where From is To, and the subject changes hands
}

// Clock says that a state must be left within a number of days, which the programme's policy gives: one line of a room's
// transition table, handed over as data.
type Clock struct {
	Concept     string    // as in Transition
	SubjectKind string    // as in Transition
	Prefix      string    // of the subject's id in the API, e.g. plc
	State       string    // the waiting state
	Policy      string    // code of the rule that holds the days, clock.<concept>.<STATE>, or the calendar
	Kind        string    // stable code of what is due, e.g. placement.communicate
	Label       text.Text // what is due, in words
	Grows       bool      // what is due comes later by the days that come to the subject
}
