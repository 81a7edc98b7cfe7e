// Package event says what is told when something changed: ids and audiences, never personal data.
//
// An event is buffered by an act and written by the transaction's last statement, or not at all; the relay carries it on.
package event

import (
	"time"

	"github.com/google/uuid"
)

// Kind is what the change means to somebody who follows.
type Kind string

// Kinds of events. Resync never stands in the outbox: it is what a follower is told when events are lost to him.
const (
	Entered Kind = "ENTERED"
	Changed Kind = "CHANGED"
	Left    Kind = "LEFT"
	Resync  Kind = "RESYNC"
)

// News is one event as an act tells it.
type News struct {
	Programme   uuid.UUID
	Act         string
	Kind        Kind
	SubjectKind string // GraphQL type of the subject, e.g. Attendance
	Subject     uuid.UUID
	// Related are other objects a feed may be narrowed to: participant, placement, company. With a participation the body that follows it is
	// related, too, and all above; an act names a body only where it means another. Who comes or goes is related to his internships and their
	// companies, and to those of matches. None of it leaves the server.
	Related  []uuid.UUID
	Audience []uuid.UUID // the subject's audience then
	// About are participations that those who follow the subject need not know: the detail beside it is kept under the key of their person, as it is
	// of those among the related, and no event names them.
	About []uuid.UUID
}

// Event is one event as the outbox holds it. Seq is its place among all of the programme's events, from 1 without gaps.
type Event struct {
	News
	Seq   int64
	At    time.Time
	Actor uuid.UUID
}
