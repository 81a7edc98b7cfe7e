package attendance

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// tapped is who recorded hours as planned, and when: by his phone's clock, and by the house's.
type tapped struct {
	By   uuid.UUID  `json:"by"`
	Made *time.Time `json:"made,omitempty"` // nil where no phone told it
	At   time.Time  `json:"at"`
}

// taps are all that an entry of planned hours comes of; none of one that somebody told himself.
type taps []tapped

// tappedBy is the actor's tap.
func tappedBy(tx *postgres.Tx, source Source, made time.Time) tapped {
	t := tapped{By: tx.Actor.Member, At: tx.Now.UTC()}
	if made.IsZero() {
		return t
	}
	made = made.UTC()
	t.Made = &made
	if at := made.Add(-source.Drift); at.Before(t.At) {
		t.At = at
	}
	return t
}

// sent says whether one of them is the very one, sent once more.
func (all taps) sent(t tapped) bool {
	return slices.ContainsFunc(all, func(o tapped) bool { return o.By == t.By && o.Made != nil && t.Made != nil && o.Made.Equal(*t.Made) })
}

// hold says whether one of them is of the same member, and not before, or the very one.
func (all taps) hold(t tapped) bool {
	return all.sent(t) || slices.ContainsFunc(all, func(o tapped) bool { return o.By == t.By && !o.At.Before(t.At) })
}

// last is the latest of each member.
func (all taps) last() map[uuid.UUID]tapped {
	by := map[uuid.UUID]tapped{}
	for _, t := range all {
		if o, is := by[t.By]; !is || o.At.Before(t.At) {
			by[t.By] = t
		}
	}
	return by
}

// giveWay has entries of planned hours give way to those that are about to be written and say something of them: all who recorded them as planned have told
// of them themselves, or somebody told the same. What was resolved stays, and what a closed month of those that are known holds. It gives those that gave way.
func giveWay(ctx context.Context, tx *postgres.Tx, months map[placeOf]MonthState, rows []row) (gone []row, err error) {
	var told []row
	var enrolments []uuid.UUID
	var days []string
	for _, r := range rows {
		if len(r.Taps) == 0 && len(own(r.Conflicts)) == 0 {
			told, enrolments, days = append(told, r), append(enrolments, r.EnrolmentID), append(days, r.Day.String())
		}
	}
	if len(told) == 0 {
		return nil, nil
	}
	known, err := entriesWhere(ctx, tx, `(enrolment_id, day) in (select a.enrolment_id, a.day from unnest($1::uuid[], $2::date[]) w(enrolment, day)
		join attendance a on a.enrolment_id = w.enrolment and a.day = w.day where a.taps <> '[]' and a.standing in ('COUNTED', 'CONTESTED') and not a.settled)`, enrolments, days)
	if err != nil || len(known) == 0 {
		return nil, err
	}
	all := versions(known).with(told)
	var ids []uuid.UUID
	for _, r := range known {
		month := months[placeOf{r.EnrolmentID, r.Day.Month()}]
		if len(r.Taps) > 0 && r.live() && !r.Settled && (month == "" || month == MonthOpen) && all.told(r, told) {
			ids = append(ids, r.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return replaced(ctx, tx, ids)
}

// with are the versions and those that are about to be written.
func (v versions) with(fresh []row) versions {
	all := maps.Clone(v)
	for _, r := range fresh {
		all[r.ID] = r
	}
	return all
}

// told says whether something is said, by one of the new entries among others, of what everybody has recorded as planned.
func (v versions) told(r row, fresh []row) bool {
	of, byNew := r.entry(), false
	for _, t := range r.Taps.last() {
		said := false
		for _, o := range v {
			said = said || v.says(o, of, t) && (!o.live() || len(own(o.Conflicts)) == 0)
		}
		if !said {
			return false
		}
		byNew = byNew || slices.ContainsFunc(fresh, func(o row) bool { return v.says(o, of, t) })
	}
	return byNew
}
