package participant

import (
	"context"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// EntryBefore is that somebody had entered before the programme was kept here, and perhaps left.
type EntryBefore struct {
	Participation uuid.UUID
	EnteredOn     calendar.Day
	LeftOn        calendar.Day // zero: still takes part
	ExitReason    string       // of who left
	Facts         EntryFacts
}

// Enter writes down an entry from before, with the facts of that day. It is part of an act that confirms what was brought in, and asks for no right of
// its own; somebody who has entered here is refused.
func (r Room) Enter(ctx context.Context, tx *postgres.Tx, in EntryBefore) error {
	row, err := load(ctx, tx, in.Participation)
	if err != nil {
		return err
	}
	if row.entered() {
		return HasEntered.At("participant")
	}
	s := &step{act: access.ConfirmHistory, row: row, was: row.State, revision: row.Revision, day: in.EnteredOn, to: Transition{To: Active}}
	if err := in.Facts.problems(s.day).Err(); err != nil {
		return err
	}
	if err := s.snapshot(ctx, tx, in.Facts); err != nil {
		return err
	}
	s.row.State, s.row.StateSince, s.row.EnteredOn = Active, in.EnteredOn, in.EnteredOn
	if !in.LeftOn.IsZero() {
		s.row.State, s.row.StateSince, s.row.LeftOn, s.row.ExitReason = Withdrawn, in.LeftOn, in.LeftOn, in.ExitReason
	}
	s.row.Revision = s.revision + 1
	if err := save(ctx, tx, s.row, s.was, s.revision); err != nil {
		return err
	}
	s.detail.From, s.detail.To, s.detail.Day, s.detail.Reason = s.was, s.row.State, s.row.StateSince, in.ExitReason
	tx.Tell(s.news(event.Changed, s.row.Audience), s.detail)
	return r.hooks(ctx, tx, s.row, s.was, nil)
}
