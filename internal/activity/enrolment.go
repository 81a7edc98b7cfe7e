package activity

import (
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// State is where an enrolment stands; see the package comment.
type State string

// The states of an enrolment.
const (
	Enrolled  State = "ENROLLED"
	Suspended State = "SUSPENDED"
	Completed State = "COMPLETED"
	Withdrawn State = "WITHDRAWN"
)

// FollowPlacement names the change of an internship's enrolment that follows from its placement: no person decides it by itself.
const FollowPlacement access.Act = "followPlacement"

// Transition is one way from state to state.
type Transition struct {
	Act  access.Act
	From []State // none: the enrolment is new
	To   State
}

// Transitions are all ways of an enrolment. FollowPlacement is for internships, the other acts for everything else.
var Transitions = []Transition{
	{Act: access.Enrol, To: Enrolled},
	{Act: access.CompleteEnrolment, From: []State{Enrolled}, To: Completed},
	{Act: access.WithdrawEnrolment, From: []State{Enrolled}, To: Withdrawn},
	{Act: FollowPlacement, To: Enrolled},
	{Act: FollowPlacement, From: []State{Enrolled}, To: Suspended},
	{Act: FollowPlacement, From: []State{Suspended}, To: Enrolled},
	{Act: FollowPlacement, From: []State{Enrolled, Suspended}, To: Completed},
	{Act: FollowPlacement, From: []State{Enrolled, Suspended}, To: Withdrawn},
}

var stateLabels = map[string]text.Text{
	string(Enrolled):  {It: "In corso", En: "Takes part"},
	string(Suspended): {It: "Sospesa", En: "Suspended"},
	string(Completed): {It: "Completata", En: "Completed"},
	string(Withdrawn): {It: "Interrotta", En: "Left"},
}

// Enrolment is one participation's place in an activity.
type Enrolment struct {
	ID              uuid.UUID
	ProgrammeID     uuid.UUID
	ActivityID      uuid.UUID
	ParticipationID uuid.UUID
	PersonID        uuid.UUID
	CompanyID       *uuid.UUID // host of an internship
	State           State
	FromDay         calendar.Day
	ToDay           calendar.Day
	PlannedMinutes  calendar.Minutes
	Origin          string
	Audience        []uuid.UUID `bun:",array"`
	Revision        int
}

// leads says whether the act leads from one state to another.
func leads(act access.Act, from, to State) bool {
	return slices.ContainsFunc(Transitions, func(t Transition) bool { return t.Act == act && t.To == to && slices.Contains(t.From, from) })
}

// end gives the last day of an enrolment that ends on a day: never later than it was, never before its first. A day to come, or for
// a completion one before the first, is refused.
func (e Enrolment) end(to State, day, today calendar.Day) (calendar.Day, refusal.List) {
	switch {
	case day.After(today):
		return e.ToDay, refusal.List{Future.At("day")}
	case day.Before(e.FromDay) && to == Completed:
		return e.ToDay, refusal.List{BeforeStart.At("day").With("from", e.FromDay)}
	case day.Before(e.FromDay):
		return e.FromDay, nil
	case day.Before(e.ToDay):
		return day, nil
	}
	return e.ToDay, nil
}
