package duty

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// lastMinute is when a due falls on its day: a day counts to its end.
var lastMinute = calendar.MustLocalTime("23:59")

// Due is one thing that must be done. Times that have not come are zero.
type Due struct {
	ID            uuid.UUID
	Programme     uuid.UUID
	SubjectKind   string
	Subject       uuid.UUID
	Participation uuid.UUID // zero: about nobody
	Kind          string
	At            time.Time
	Owner         uuid.UUID // a member or an organisation
	NextOwner     uuid.UUID
	EscalatedAt   time.Time
	Audience      []uuid.UUID
}

// Pace is the policy's rhythm, in days: between two reminders, and from the due time until the next owner takes over.
type Pace struct{ Reminder, Escalation int }

// Escalates says whether the due has been undone for so long that the next owner takes over.
func (d Due) Escalates(now time.Time, p Pace) bool {
	return d.EscalatedAt.IsZero() && d.NextOwner != d.Owner && !now.Before(d.At.AddDate(0, 0, p.Escalation))
}

// dueAt is the last minute of the day that lies so many days after the first.
func dueAt(first calendar.Day, days int) time.Time { return first.AddDays(days).At(lastMinute) }

// Clocks knows what is due in each waiting state of each concept.
type Clocks struct {
	list []event.Clock
}

// NewClocks joins what the rooms hand over.
func NewClocks(rooms ...[]event.Clock) *Clocks { return &Clocks{list: slices.Concat(rooms...)} }

// of is the clock of a state; false where the state waits for nobody.
func (c *Clocks) of(concept, state string) (event.Clock, bool) {
	for _, clock := range c.list {
		if clock.Concept == concept && clock.State == state {
			return clock, true
		}
	}
	return event.Clock{}, false
}

// kinds are the codes of all that can be due about subjects of a concept.
func (c *Clocks) kinds(concept string) []string {
	kinds := []string{""} // a list in SQL is never empty
	for _, clock := range c.list {
		if clock.Concept == concept {
			kinds = append(kinds, clock.Kind)
		}
	}
	return kinds
}
