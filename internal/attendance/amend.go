package attendance

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Correction is a new version of an entry; nil leaves a fact as it is.
type Correction struct {
	Entry            uuid.UUID
	ID               uuid.UUID // of the new version
	Kind             *Kind
	From, To         *calendar.LocalTime
	AbsenceReason    *string
	Note             string // why
	ExpectedRevision *int
}

// Correct puts a new version in the place of an entry and keeps both. The new version counts if it overlaps nothing.
func Correct(ctx context.Context, tx *postgres.Tx, c Correction) error {
	old, err := load(ctx, tx, c.Entry, access.CorrectAttendance, c.ExpectedRevision)
	if err != nil {
		return err
	}
	if err := hold(ctx, tx, []uuid.UUID{old.PersonID}); err != nil {
		return err
	}
	owedBy, err := enrolments(ctx, tx, []uuid.UUID{old.EnrolmentID})
	if err != nil {
		return err
	}
	if list := checkReason(c.Note); list != nil {
		return list
	}
	if err := begin(ctx, tx, old); err != nil {
		return err
	}
	e := old.corrected(c)
	if ok, err := stand(ctx, tx, old, Replaced, c.Note); err != nil || !ok {
		return orConflict(err)
	}
	o := owedBy[old.EnrolmentID]
	rules := rules{tx: tx}
	passed, err := allowed(ctx, tx, &rules, e, o, old.Passed)
	if err != nil {
		return err
	}
	next, err := o.row(ctx, tx, e, Source{Origin: "ENTERED"})
	if err != nil {
		return err
	}
	next.ReplacesID, next.Passed = &old.ID, passed
	fresh := []row{next}
	gone, err := giveWay(ctx, tx, nil, fresh)
	if err != nil {
		return err
	}
	changed, found, err := settleWith(ctx, tx, &rules, fresh)
	if err != nil {
		return err
	}
	if beyond := found[c.ID].why; len(beyond) > 0 {
		return beyond
	}
	old.Standing, old.Conflicts = Replaced, nil
	old.tell(tx, access.CorrectAttendance, event.Changed)
	fresh[0].tell(tx, access.CorrectAttendance, event.Entered)
	tellAll(tx, access.CorrectAttendance, append(gone, changed...))
	return nil
}

func tellAll(tx *postgres.Tx, act access.Act, changed []row) {
	for _, r := range changed {
		r.tell(tx, act, event.Changed)
	}
}

func (r row) corrected(c Correction) Entry {
	e := r.entry()
	e.ID, e.Note = c.ID, c.Note
	if c.Kind != nil {
		if e.Kind = *c.Kind; e.Kind == Presence {
			e.AbsenceReason = ""
		}
	}
	if c.From != nil {
		e.From = *c.From
	}
	if c.To != nil {
		e.To = *c.To
	}
	if c.AbsenceReason != nil {
		e.AbsenceReason = *c.AbsenceReason
	}
	return e.upToMidnight()
}

// allowed refuses what is about to count and by its enrolment and the day may not, and warns of what nobody expects and no version before has explained.
// It gives the warnings that were passed.
func allowed(ctx context.Context, tx *postgres.Tx, rules *rules, e Entry, o enrolment, passed []string) ([]string, error) {
	list := check(e, tx.Today())
	_, why := o.running().conflicts(e)
	reasons, err := rules.known(ctx, o.ProgrammeID, e, "absenceReason")
	if err != nil {
		return nil, err
	}
	unpaid, err := rules.unpaid(ctx, o, e)
	if err != nil {
		return nil, err
	}
	if list = slices.Concat(list, why, reasons, unpaid); len(list) > 0 {
		return nil, list
	}
	fresh, err := rules.unexpected(ctx, o, e, passed)
	if err != nil {
		return nil, err
	}
	return append(codes(fresh), passed...), warn(tx, fresh)
}

// Withdraw takes an entry back: it stays and no longer counts.
func Withdraw(ctx context.Context, tx *postgres.Tx, entry uuid.UUID, note string, expected *int) error {
	r, err := load(ctx, tx, entry, access.WithdrawAttendance, expected)
	if err != nil {
		return err
	}
	if list := checkReason(note); list != nil {
		return list
	}
	if err := hold(ctx, tx, []uuid.UUID{r.PersonID}); err != nil {
		return err
	}
	if err := writable(ctx, tx, r); err != nil {
		return err
	}
	if err := withdraw(ctx, tx, r, access.WithdrawAttendance, note); err != nil {
		return err
	}
	return follow(ctx, tx, r, access.WithdrawAttendance)
}

// follow lets other entries count, or no longer, after one has changed.
func follow(ctx context.Context, tx *postgres.Tx, r row, act access.Act) error {
	changed, _, err := resettle(ctx, tx, &rules{tx: tx}, r)
	tellAll(tx, act, changed)
	return err
}

// writable refuses to touch the hours of what is closed: a month that was submitted, and an internship that was attested, stand on their
// register; what does not count on it may still be taken back after the attestation. The person must be held.
func writable(ctx context.Context, tx *postgres.Tx, r row) error {
	of, err := enrolments(ctx, tx, []uuid.UUID{r.EnrolmentID})
	if err != nil {
		return err
	}
	months, err := monthsOf(ctx, tx, []Entry{{Enrolment: r.EnrolmentID, Day: r.Day}})
	if err != nil {
		return err
	}
	if list := closed(of[r.EnrolmentID].running().Closed && r.Standing == Counted, months[placeOf{r.EnrolmentID, r.Day.Month()}]); list != nil {
		return list
	}
	return nil
}

// closed says why the hours of a month stand; nil while they can be changed. There may be no month yet.
func closed(attested bool, month MonthState) refusal.List {
	switch {
	case attested:
		return refusal.List{PlacementAttested.At("attendance")}
	case month != "" && month != MonthOpen && month != monthBefore:
		return refusal.List{MonthClosedAlready.At("attendance").With("state", monthWords[string(month)])}
	}
	return nil
}

// begin refuses what writable does and hours of a month that was brought in, and opens the month of hours that are about to count where nobody has entered any yet.
func begin(ctx context.Context, tx *postgres.Tx, r row) error {
	if err := writable(ctx, tx, r); err != nil {
		return err
	}
	months, err := monthsOf(ctx, tx, []Entry{{Enrolment: r.EnrolmentID, Day: r.Day}})
	if err != nil {
		return err
	}
	if months[placeOf{r.EnrolmentID, r.Day.Month()}] == monthBefore {
		return refusal.List{MonthBefore.At("attendance").With("month", r.Day.Month())}
	}
	return openMonths(ctx, tx, months, []row{r})
}

func withdraw(ctx context.Context, tx *postgres.Tx, r row, act access.Act, note string) error {
	if ok, err := stand(ctx, tx, r, Withdrawn, note); err != nil || !ok {
		return orConflict(err)
	}
	r.Standing, r.Conflicts = Withdrawn, nil
	r.tell(tx, act, event.Changed)
	return nil
}

// Resolve ends a contest: the entry counts and those that it overlaps are withdrawn, or the other way round. It gives the ids of
// what no longer counts. An entry that was kept counts whatever comes later; none is kept beyond the limits, or on a day when its enrolment allows
// no hours.
func Resolve(ctx context.Context, tx *postgres.Tx, entry uuid.UUID, keep bool, note string, expected *int) ([]uuid.UUID, error) {
	r, err := load(ctx, tx, entry, access.ResolveAttendance, expected)
	if err != nil {
		return nil, err
	}
	if list := checkReason(note); list != nil {
		return nil, list
	}
	if err := hold(ctx, tx, []uuid.UUID{r.PersonID}); err != nil {
		return nil, err
	}
	gone := []uuid.UUID{r.ID}
	if keep {
		if err := begin(ctx, tx, r); err != nil {
			return nil, err
		}
		if gone, err = clear(ctx, tx, r, note); err == nil {
			err = count(ctx, tx, r, note)
		}
	} else {
		err = withdraw(ctx, tx, r, access.ResolveAttendance, note)
	}
	if err != nil {
		return nil, err
	}
	return gone, follow(ctx, tx, r, access.ResolveAttendance)
}

// clear withdraws what an entry overlaps, and gives the ids.
func clear(ctx context.Context, tx *postgres.Tx, r row, note string) (gone []uuid.UUID, err error) {
	others, all, err := overlapped(ctx, tx, r)
	if err != nil {
		return nil, err
	}
	if len(others) != all {
		return nil, refusal.List{OverlapsElsewhere.At("keep")}
	}
	for _, o := range others {
		if !tx.Actor.May(access.ResolveAttendance, o.ProgrammeID, o.Audience) {
			return nil, refusal.List{OverlapsElsewhere.At("keep")}
		}
		if o.Standing == Counted {
			if err := writable(ctx, tx, o); err != nil {
				return nil, err
			}
		}
		if err := withdraw(ctx, tx, o, access.ResolveAttendance, note); err != nil {
			return nil, err
		}
		gone = append(gone, o.ID)
	}
	return gone, nil
}

// count makes a contested entry count, within the limits.
func count(ctx context.Context, tx *postgres.Tx, r row, note string) error {
	owedBy, err := enrolments(ctx, tx, []uuid.UUID{r.EnrolmentID})
	if err != nil {
		return err
	}
	rules := rules{tx: tx}
	if _, err := allowed(ctx, tx, &rules, r.entry(), owedBy[r.EnrolmentID], r.Passed); err != nil {
		return err
	}
	in, err := reachOf(ctx, tx, &rules, []row{r})
	if err != nil {
		return err
	}
	if beyond := in.without(r.ID).why; len(beyond) > 0 {
		return beyond
	}
	if ok, err := stand(ctx, tx, r, Counted, note); err != nil || !ok {
		return orConflict(err)
	}
	r.Standing, r.Conflicts = Counted, nil
	r.tell(tx, access.ResolveAttendance, event.Changed)
	return nil
}

// load gives an entry for an act that the actor may do and its standing allows.
func load(ctx context.Context, tx *postgres.Tx, id uuid.UUID, act access.Act, expected *int) (row, error) {
	found, err := byIDs(ctx, tx, []uuid.UUID{id})
	if err != nil {
		return row{}, err
	}
	r, ok := found[id]
	if !ok {
		return row{}, refusal.List{refusal.NotFound.At("attendance")}
	}
	if list := may(tx.Actor, act, r.ProgrammeID, r.Audience, r.Standing); list != nil {
		return row{}, list
	}
	if expected != nil && *expected != r.Revision {
		return row{}, refusal.List{refusal.RevisionConflict.At("expectedRevision")}
	}
	return r, nil
}

// may says why the actor cannot do the act on an entry now; nil when he can.
func may(actor access.Actor, act access.Act, programmeID uuid.UUID, audience []uuid.UUID, standing Standing) refusal.List {
	if !actor.May(act, programmeID, audience) {
		return refusal.List{refusal.NotAllowed.At()}
	}
	for _, t := range transitions {
		if t.Act == act && !slices.Contains(t.From, standing) {
			return refusal.List{WrongStanding.At("attendance").With("standing", standingWords[string(standing)])}
		}
	}
	return nil
}

func orConflict(err error) error {
	if err != nil {
		return err
	}
	return refusal.List{refusal.RevisionConflict.At("expectedRevision")}
}
