package attendance

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// FollowExtensions is a hook of internships: hours that were delivered of days after the last one, and were kept as nobody's, are judged again when the
// internship is extended over their days. They count from then on, unless something else stands against them.
func FollowExtensions(ctx context.Context, tx *postgres.Tx, t event.Transition) error {
	if t.Concept != placement.Concept || t.Longer == 0 {
		return nil
	}
	person, err := internOf(ctx, tx, t.Subject)
	if err != nil || len(person) == 0 {
		return err
	}
	if err := hold(ctx, tx, person); err != nil { // what is delivered at this moment has been written then, or reads the new last day
		return err
	}
	waiting, err := outsideEnrolment(ctx, tx, t.Subject)
	if err != nil || len(waiting) == 0 {
		return err
	}
	changed, err := rejudge(ctx, tx, waiting)
	tellAll(tx, access.ExtendPlacement, changed)
	return err
}

// rejudge takes from entries of one enrolment that their days were none of it, where they are now, and lets them and others count as follows.
func rejudge(ctx context.Context, tx *postgres.Tx, waiting []row) ([]row, error) {
	of, err := enrolments(ctx, tx, []uuid.UUID{waiting[0].EnrolmentID})
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, len(waiting))
	for i, r := range waiting {
		entries[i] = r.entry()
	}
	months, err := monthsOf(ctx, tx, entries)
	if err != nil {
		return nil, err
	}
	rules := rules{tx: tx}
	in, err := reachOf(ctx, tx, &rules, waiting)
	if err != nil {
		return nil, err
	}
	for i, e := range entries {
		now, _ := of[e.Enrolment].running().conflicts(e)
		if slices.Contains(now, NotEnrolled) {
			continue
		}
		conflicts := slices.DeleteFunc(own(waiting[i].Conflicts), func(c Conflict) bool { return c == NotEnrolled })
		if state, known := months[placeOf{e.Enrolment, e.Day.Month()}]; known && state != MonthOpen && !slices.Contains(conflicts, MonthClosed) {
			conflicts = append(conflicts, MonthClosed)
		}
		in.become(e.ID, conflicts)
	}
	changed, _, err := in.write(ctx, tx)
	return changed, err
}
