package attendance

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// plannedNamespace makes of an enrolment's planned hours the id of their entry: whoever taps, and however often, they are one entry.
var plannedNamespace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/lavoroincorso/lavoro#planned"))

// Planned is a day that went as the timetables say.
type Planned struct {
	Programme uuid.UUID
	Day       calendar.Day
	Except    []uuid.UUID // internships that are left out
	MadeAt    time.Time   // by the writer's clock; zero where it was not told
}

// plannedRow is hours of the timetable of an internship that the actor accompanies.
type plannedRow struct {
	PlacementID uuid.UUID
	EnrolmentID uuid.UUID
	Weekday     int
	From        calendar.LocalTime `bun:"from_minute"`
	To          calendar.LocalTime `bun:"to_minute"`
}

// RecordAsPlanned writes presence by the timetable of the day for every internship that the actor accompanies, as its tutor or at its company: but
// for those that are left out, that do not run on the day, or of which something is written already. It gives the answers to what it wrote; none is
// refused where nothing was left to write.
func RecordAsPlanned(ctx context.Context, tx *postgres.Tx, source Source, in Planned) ([]Answer, error) {
	if !tx.Actor.MayIn(access.RecordAsPlanned, in.Programme) {
		if slices.ContainsFunc(tx.Actor.Grants, func(g access.Grant) bool { return g.Programme == in.Programme }) {
			return nil, refusal.List{refusal.NotAllowed.At()}
		}
		return nil, refusal.List{refusal.NotFound.At("programme")}
	}
	if in.Day.After(tx.Today()) {
		return nil, refusal.List{Future.At("day")}
	}
	if err := known(ctx, tx, in.Except); err != nil {
		return nil, err
	}
	in.MadeAt = in.MadeAt.Round(time.Microsecond) // as it is kept
	entries, err := plannedEntries(ctx, tx, in)
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, refusal.List{NothingPlanned.At("day").With("day", in.Day)}
	}
	return Record(ctx, tx, source, entries)
}

// plannedEntries are what the timetables ask for and nobody has written.
func plannedEntries(ctx context.Context, tx *postgres.Tx, in Planned) ([]Entry, error) {
	rows, err := plannedOn(ctx, tx, in)
	if err != nil {
		return nil, err
	}
	var ids []uuid.UUID
	for _, r := range rows {
		ids = append(ids, r.EnrolmentID)
	}
	persons, err := personsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	if err := hold(ctx, tx, slices.Collect(maps.Values(persons))); err != nil {
		return nil, err
	}
	of, err := enrolments(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	written, err := writtenOn(ctx, tx, ids, in.Day)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, r := range rows {
		e := Entry{Enrolment: r.EnrolmentID, Kind: Presence, Day: in.Day, From: r.From, To: r.To, MadeAt: in.MadeAt}
		e.ID = written.plannedID(e)
		o := of[r.EnrolmentID].running()
		if conflicts, _ := o.conflicts(e); o.Closed || len(conflicts) > 0 || slices.Contains(in.Except, r.PlacementID) {
			continue
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// versions are all that was ever written of a day, by id.
type versions map[uuid.UUID]row

// plannedID is the id of an entry of planned hours. Where what was written under one was taken back, a new tap gets the next; the very tap that wrote
// it, sent once more, does not write it again.
func (v versions) plannedID(e Entry) uuid.UUID {
	for n := 0; ; n++ {
		id := uuid.NewSHA1(plannedNamespace, fmt.Appendf(nil, "%s %s %s %s %d", e.Enrolment, e.Day, e.From, e.To, n))
		if r, is := v[id]; !is || !v.takenBack(r) || r.madeWith(e) {
			return id
		}
	}
}

// takenBack says whether neither an entry nor the correction in its place stands any more.
func (v versions) takenBack(r row) bool {
	for _, next := range v {
		if next.ReplacesID != nil && *next.ReplacesID == r.ID {
			return v.takenBack(next)
		}
	}
	return r.Standing == Withdrawn
}

// madeWith says whether a row comes of the very tap that an entry comes of.
func (r row) madeWith(e Entry) bool { return r.MadeAt != nil && r.MadeAt.Equal(e.MadeAt) }
