package attendance

import (
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// keeping is where entries belong, as far as the actor may know.
type keeping struct {
	enrolments map[uuid.UUID]enrolment             // that he sees
	left       map[uuid.UUID]map[calendar.Day]left // of which he wrote hours on the day and does so no longer
}

// keep loads it once nobody else writes of the same persons: acts on these wait until this one is over.
func keep(ctx context.Context, tx *postgres.Tx, entries []Entry) (k keeping, err error) {
	ids := make([]uuid.UUID, len(entries))
	for i, e := range entries {
		ids[i] = e.Enrolment
	}
	of, err := personsOf(ctx, tx, ids)
	if err != nil {
		return k, err
	}
	gone, err := leave(ctx, tx, entries, func(enrolment uuid.UUID) bool { _, seen := of[enrolment]; return seen })
	if err != nil {
		return k, err
	}
	persons := slices.Collect(maps.Values(of))
	for _, days := range gone {
		for _, e := range days {
			persons = append(persons, e.PersonID)
		}
	}
	if err := hold(ctx, tx, persons); err != nil {
		return k, err
	}
	if k.enrolments, err = enrolments(ctx, tx, ids); err != nil {
		return k, err
	}
	k.left, err = leave(ctx, tx, entries, func(enrolment uuid.UUID) bool { return k.enrolments[enrolment].keptBy(tx.Actor) })
	return k, err
}

// leave loads where the actor may still deliver, of what is not his.
func leave(ctx context.Context, tx *postgres.Tx, entries []Entry, his func(enrolment uuid.UUID) bool) (map[uuid.UUID]map[calendar.Day]left, error) {
	var gone []Entry
	for _, e := range entries {
		if !his(e.Enrolment) {
			gone = append(gone, e)
		}
	}
	if len(gone) == 0 {
		return nil, nil
	}
	return leftEnrolments(ctx, tx, gone)
}

// keptBy says whether the actor writes hours of the enrolment, of all its days. That he sees it is not enough.
func (o enrolment) keptBy(actor access.Actor) bool {
	return actor.May(access.RecordAttendance, o.ProgrammeID, o.Audience)
}
