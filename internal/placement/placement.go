package placement

import (
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// State is where an internship stands; one of the states of the table Transitions.
type State string

// The states, in the order of the path.
const (
	InDraft      State = "DRAFT"
	Matched      State = "MATCHED"
	ProjectDone  State = "PFI_SIGNED"
	Communicated State = "COMMUNICATED"
	Running      State = "RUNNING"
	Suspended    State = "SUSPENDED"
	Interrupted  State = "INTERRUPTED"
	Ended        State = "ENDED"
	Attested     State = "ATTESTED"
	Cancelled    State = "CANCELLED"
	Annulled     State = "ANNULLED"
)

// States lists every state, in the order of the path.
func States() []State {
	return []State{InDraft, Matched, ProjectDone, Communicated, Running, Suspended, Interrupted, Ended, Attested, Cancelled, Annulled}
}

// Living says whether the state holds a seat of the opening: from the draft until the end, however it ends.
func (s State) Living() bool {
	return slices.Contains([]State{InDraft, Matched, ProjectDone, Communicated, Running, Suspended}, s)
}

// Followed says whether the internship counts among those that its tutor follows: from the mandatory communication until the end.
func (s State) Followed() bool { return slices.Contains([]State{Communicated, Running, Suspended}, s) }

// Final says whether the path may end in the state: nothing is waited for any more.
func (s State) Final() bool { return slices.Contains([]State{Attested, Cancelled, Annulled}, s) }

// Placement is one internship. Days that have not come yet are zero.
type Placement struct {
	ID             uuid.UUID
	Programme      uuid.UUID
	Participation  uuid.UUID
	Person         uuid.UUID
	Opening        uuid.UUID
	Company        uuid.UUID
	Site           uuid.UUID
	Organisation   uuid.UUID // promoter
	Enrolment      uuid.UUID
	State          State
	StateSince     calendar.Day
	FromDay        calendar.Day
	ToDay          calendar.Day
	WeeklyMinutes  int
	Tutor          *uuid.UUID
	HostTutor      string
	ProjectOn      calendar.Day // the PFI was signed
	CommunicatedOn calendar.Day
	StartedOn      calendar.Day
	EndedOn        calendar.Day
	EndReason      string // why it ended, or stands still
	Exempt         bool   // does not count for the host quota (L.R. 3/2012 art. 7)
	Audience       []uuid.UUID
	Revision       int
}
