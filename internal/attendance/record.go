package attendance

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// maxBatch is how many entries one act takes.
const maxBatch = 500

// mostDrift is how far a phone's clock is told to be from the house's: one that is further has no clock.
const mostDrift = 50 * 366 * 24 * time.Hour

// Answer is what became of one entry of a batch. Written is false where it was refused.
type Answer struct {
	ID        uuid.UUID
	Enrolment uuid.UUID
	NextDay   uuid.UUID // of what is past midnight; zero where nothing is
	Written   bool
	Refusals  refusal.List
	Warnings  refusal.List // that were acknowledged, or that it was contested
}

// CheckSize refuses a batch of no or too many entries.
func CheckSize(n int) error {
	if n == 0 || n > maxBatch {
		return refusal.List{BatchSize.At("entries").With("max", maxBatch)}
	}
	return nil
}

// CheckAuthor refuses entries that another member made than the one who signs in: what waits on a phone waits for the same person. A nil author
// is the actor; who stands in for the author is somebody else.
func CheckAuthor(actor access.Actor, author *uuid.UUID) error {
	if author != nil && *author != actor.Member {
		return WrongAuthor.At("author")
	}
	return nil
}

// batch is one act of recording while it runs.
type batch struct {
	tx      *postgres.Tx
	source  Source
	entries []Entry // those past midnight as two
	whole   []int   // minutes of the entry that one of two belongs to, as clocks show them; 0 for one that is whole
	answers []Answer
	keeping
	existing map[uuid.UUID]row
	unseen   map[uuid.UUID]unseen // that exist and are not the actor's to see
	months   map[placeOf]MonthState
	first    map[uuid.UUID]int // where an id came first in this batch
	rules    rules
}

// Record writes entries, each with its own answer, in their order. What is in conflict with the rules of its day or with other entries is
// kept as CONTESTED, and so is what it is in conflict with: which entries count does not depend on the order in which they came.
func Record(ctx context.Context, tx *postgres.Tx, source Source, entries []Entry) ([]Answer, error) {
	if err := CheckSize(len(entries)); err != nil {
		return nil, err
	}
	b := &batch{tx: tx, source: source, first: map[uuid.UUID]int{}, rules: rules{tx: tx}}
	b.split(entries)
	if err := b.load(ctx); err != nil {
		return nil, err
	}
	var rows []row
	for i, e := range b.entries {
		b.answers[i].ID, b.answers[i].Enrolment = e.ID, e.Enrolment
		if first, again := b.first[e.ID]; again {
			if b.answers[i].Refusals = b.answers[first].Refusals; b.entries[first] != e {
				b.answers[i].Refusals = refusal.List{refusal.IDTaken.At("id")}
			}
			continue
		}
		b.first[e.ID] = i
		r, err := b.decide(ctx, i, e)
		if err != nil {
			return nil, err
		}
		if r != nil {
			rows = append(rows, *r)
		}
	}
	if err := b.write(ctx, b.both(rows)); err != nil {
		return nil, err
	}
	b.repeat()
	return b.joined(), nil
}

// repeat answers entries that came before in the batch like the first of them.
func (b *batch) repeat() {
	for i, e := range b.entries {
		if first := b.first[e.ID]; len(b.answers[i].Refusals) == 0 {
			b.answers[i] = b.answers[first]
		}
	}
}

func (b *batch) load(ctx context.Context) (err error) {
	if b.keeping, err = keep(ctx, b.tx, b.entries); err != nil {
		return err
	}
	var entryIDs, participations []uuid.UUID
	for _, e := range b.entries {
		entryIDs = append(entryIDs, e.ID)
	}
	for _, e := range b.enrolments {
		participations = append(participations, e.ParticipationID)
	}
	for _, days := range b.left {
		for _, e := range days {
			participations = append(participations, e.ParticipationID)
		}
	}
	if err = b.rules.expect(ctx, b.entries); err != nil {
		return err
	}
	if slices.ContainsFunc(b.entries, func(e Entry) bool { return e.Note != "" }) {
		if _, err = b.tx.PersonsOf(ctx, participations); err != nil { // with their keys, in one question for the whole batch
			return err
		}
	}
	if b.months, err = monthsOf(ctx, b.tx, b.entries); err != nil {
		return err
	}
	if b.existing, err = byIDs(ctx, b.tx, entryIDs); err != nil || len(b.existing) == len(entryIDs) {
		return err
	}
	b.unseen, err = unseenIDs(ctx, b.tx, entryIDs)
	return err
}

// of gives where an entry belongs, and whether it is delivered by somebody who followed the person on its day and does so no longer.
func (b *batch) of(ctx context.Context, e Entry) (o enrolment, late bool, err error) {
	o, seen := b.enrolments[e.Enrolment]
	if o.keptBy(b.tx.Actor) {
		return o, false, nil
	}
	l, ok := b.left[e.Enrolment][e.Day]
	switch {
	case ok && b.tx.Actor.MayIn(access.RecordAttendance, l.ProgrammeID):
	case seen:
		return o, false, refusal.List{refusal.NotAllowed.At()}
	default:
		return o, false, refusal.List{refusal.NotFound.At("enrolment")}
	}
	p, err := b.rules.on(ctx, l.ProgrammeID, b.tx.Today())
	if err == nil && b.tx.Today().Sub(l.TermTo) > p.deliveryDays {
		err = refusal.List{DeliveryOver.At("enrolment").With("day", l.TermTo).With("days", text.Days(p.deliveryDays))}
	}
	return l.enrolment, true, err
}

// decide answers one entry; the row to write is nil where it is refused or stands already.
func (b *batch) decide(ctx context.Context, i int, e Entry) (*row, error) {
	r, err := b.accept(ctx, &b.answers[i], e)
	if list, refused := refusal.As(err); err != nil && refused {
		b.answers[i].Refusals = list
		return nil, nil
	}
	return r, err
}

// accept gives the row of an entry, or refuses it; nil where it stands already.
func (b *batch) accept(ctx context.Context, answer *Answer, e Entry) (*row, error) {
	if known, same, err := b.known(ctx, e); known || err != nil {
		if answer.Written = same; err == nil && !same {
			err = refusal.List{refusal.IDTaken.At("id")}
		}
		return nil, err
	}
	o, late, err := b.of(ctx, e)
	if err != nil {
		return nil, err
	}
	if err := b.judge(ctx, answer, e, o); err != nil {
		return nil, err
	}
	r, err := o.row(ctx, b.tx, e, b.source)
	if err != nil {
		return nil, err
	}
	kinds, why := o.running().conflicts(e)
	if late {
		kinds, why = append(kinds, DeliveredLate), append(why, Delivered.At())
	}
	if state, closed := b.months[placeOf{e.Enrolment, e.Day.Month()}]; closed && state != MonthOpen && !slices.Contains(kinds, MonthClosed) {
		kinds, why = append(kinds, MonthClosed), append(why, MonthClosedAlready.At("day").With("state", monthWords[string(state)]))
	}
	if r.Conflicts = append(r.Conflicts, kinds...); len(kinds) > 0 {
		r.Standing = Contested
	}
	r.passed, r.Passed = answer.Warnings, codes(answer.Warnings)
	r.delivered = late
	answer.Warnings = append(slices.Clone(answer.Warnings), why...)
	return &r, nil
}

// known says whether an entry stands already, and whether it is the very one.
func (b *batch) known(ctx context.Context, e Entry) (known, same bool, err error) {
	if r, ok := b.existing[e.ID]; ok {
		same, err := r.says(ctx, b.tx, e)
		return true, same, err
	}
	if u, ok := b.unseen[e.ID]; ok {
		if !u.own() {
			return true, false, nil
		}
		same, err := u.row().says(ctx, b.tx, e)
		return true, same, err
	}
	return false, false, nil
}

// judge refuses an entry that no day could make right, and one that nobody expects or that comes long after its day and was not acknowledged. What was
// passed goes into the answer's warnings, and so does what may be.
func (b *batch) judge(ctx context.Context, answer *Answer, e Entry, o enrolment) error {
	if month := e.Day.Month(); b.months[placeOf{e.Enrolment, month}] == monthBefore {
		return refusal.List{MonthBefore.At("day").With("month", month)}
	}
	p, err := b.rules.on(ctx, o.ProgrammeID, e.Day)
	if list, refused := refusal.As(err); err != nil && refused {
		return list.Under("day")
	}
	if err != nil {
		return err
	}
	if b.whole[b.first[e.ID]] > p.limits.Adult.Day.Minutes {
		return refusal.List{EndsBeforeStart.At("to")} // nobody is there that long: a slip, and no night
	}
	reasons, err := b.rules.known(ctx, o.ProgrammeID, e, "absenceReason")
	if err != nil {
		return err
	}
	unpaid, err := b.rules.unpaid(ctx, o, e)
	if err != nil {
		return err
	}
	if list := slices.Concat(check(e, b.tx.Today()), reasons, unpaid); len(list) > 0 {
		return list
	}
	if answer.Warnings, err = b.rules.unexpected(ctx, o, e, nil); err != nil {
		return err
	}
	if b.tx.Today().Sub(e.Day) > p.limits.LateDays {
		answer.Warnings = append(answer.Warnings, Late.At("day").With("days", text.Days(p.limits.LateDays)))
	}
	return pass(b.tx, answer.Warnings)
}

func (o enrolment) row(ctx context.Context, tx *postgres.Tx, e Entry, source Source) (row, error) {
	note, err := sealNote(ctx, tx, o.ParticipationID, e.ID, "note", e.Note)
	r := row{
		ID: e.ID, ProgrammeID: o.ProgrammeID, EnrolmentID: o.ID, ActivityID: o.ActivityID, ParticipationID: o.ParticipationID, PersonID: o.PersonID,
		PlacementID: o.PlacementID, CompanyID: o.CompanyID, Kind: e.Kind, Day: e.Day, From: e.From, To: e.To,
		AbsenceReason: orNull(e.AbsenceReason), Note: note, Standing: Counted, Conflicts: []Conflict{},
		RecordedBy: tx.Actor.Member, RecordedAt: tx.Now, Origin: source.Origin, App: orNull(source.App), Taps: taps{}, Passed: []string{}, Audience: o.Audience, Revision: 1,
	}
	if e.planned {
		r.Taps = taps{tappedBy(tx, source, e.MadeAt)}
	}
	if source.Device != uuid.Nil {
		r.DeviceID = &source.Device
	}
	if !e.MadeAt.IsZero() {
		made, drift := e.MadeAt.UTC(), int(min(max(source.Drift, -mostDrift), mostDrift)/time.Second)
		r.MadeAt, r.DriftSeconds = &made, &drift
	}
	return r, err
}

// entry is the row as it was written, without its remark.
func (r row) entry() Entry {
	return Entry{ID: r.ID, Enrolment: r.EnrolmentID, Kind: r.Kind, Day: r.Day, From: r.From, To: r.To, AbsenceReason: orEmpty(r.AbsenceReason)}
}

// says tells whether a stored entry is the very one that is sent again.
func (r row) says(ctx context.Context, tx *postgres.Tx, e Entry) (bool, error) {
	note, err := r.note(ctx, tx)
	return err == nil && r.EnrolmentID == e.Enrolment && r.Kind == e.Kind && r.Day == e.Day && r.From == e.From && r.To == e.To &&
		orEmpty(r.AbsenceReason) == e.AbsenceReason && note == e.Note, err
}

// write inserts what was accepted, and settles what counts as far as it reaches.
func (b *batch) write(ctx context.Context, rows []row) error {
	gone, err := giveWay(ctx, b.tx, b.months, rows)
	if err != nil {
		return err
	}
	changed, found, err := settleWith(ctx, b.tx, &b.rules, rows)
	if err != nil {
		return err
	}
	if err := openMonths(ctx, b.tx, b.months, rows); err != nil {
		return err
	}
	for i := range rows {
		s := found[rows[i].ID]
		answer := &b.answers[b.first[rows[i].ID]]
		if answer.Written = true; s.contested() {
			answer.Warnings = append(answer.Warnings, s.words()...)
		}
		rows[i].tell(b.tx, access.RecordAttendance, event.Entered)
	}
	for _, r := range append(gone, changed...) {
		r.tell(b.tx, access.RecordAttendance, event.Changed)
	}
	return nil
}

// tell gives the news of an entry; the journal keeps what was written, without remarks.
func (r row) tell(tx *postgres.Tx, act access.Act, kind event.Kind) {
	related := []uuid.UUID{r.ParticipationID, r.EnrolmentID}
	for _, id := range []*uuid.UUID{r.PlacementID, r.CompanyID} {
		if id != nil {
			related = append(related, *id)
		}
	}
	tx.Tell(event.News{Programme: r.ProgrammeID, Act: string(act), Kind: kind, SubjectKind: entrySubject, Subject: r.ID, Related: related, Audience: r.Audience},
		map[string]any{"day": r.Day, "from": r.From, "to": r.To, "kind": r.Kind, "standing": r.Standing, "conflicts": r.Conflicts, "replaces": r.ReplacesID,
			"passed": tx.Passed(r.passed)})
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
