package attendance

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
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
	From        calendar.LocalTime `bun:"from_minute"`
	To          calendar.LocalTime `bun:"to_minute"`
}

// RecordAsPlanned writes presence by the timetable of the day for every internship that the actor accompanies, as its tutor or at its company, or did
// accompany as the tutor on that day, but for those that are left out. Each stretch of hours gets an answer: it is written as Record would, with the
// conflicts that it has, unless somebody wrote the same, or the actor himself something else of it; likewise what was written gives way where either is told
// later (giveWay). It is refused where nobody is there as planned, on closed days and while the internship stands still. What nothing is left of is refused
// as a whole.
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
	in.MadeAt = in.MadeAt.Round(time.Microsecond) // as it is kept
	t, err := tapOf(ctx, tx, in, tappedBy(tx, source, in.MadeAt))
	if err != nil {
		return nil, err
	}
	if len(t.joined) == 0 && !slices.ContainsFunc(t.answers, func(a Answer) bool { return !a.Written }) {
		return nil, refusal.List{NothingPlanned.At("day").With("day", in.Day)}
	}
	joined, err := join(ctx, tx, t.joined, t.by)
	if err != nil {
		return nil, err
	}
	for _, r := range joined {
		r.tell(tx, access.RecordAsPlanned, event.Changed) // who else was there is evidence, though nothing else changes
	}
	if len(t.entries) == 0 {
		return t.answers, nil
	}
	answers, err := Record(ctx, tx, source, t.entries)
	for i, a := range answers {
		t.answers[t.places[i]] = a
	}
	return t.answers, err
}

// tap is one day that is recorded as planned: an answer for each stretch of hours, and what is to be written, with the places of its answers.
type tap struct {
	answers []Answer
	entries []Entry
	places  []int

	actor access.Actor
	by    tapped
	keeping
	joined  []uuid.UUID // entries of others that say the same as planned
	written versions    // of what is the actor's
	sent    []uuid.UUID // what he wrote as planned of what he has left
	rules   rules
}

// tapOf decides of each stretch of hours of the day, once nobody else writes of the same persons.
func tapOf(ctx context.Context, tx *postgres.Tx, in Planned, by tapped) (*tap, error) {
	rows, err := plannedOn(ctx, tx, in)
	if err != nil {
		return nil, err
	}
	if err := known(ctx, tx, in.Except, rows); err != nil {
		return nil, err
	}
	t := &tap{actor: tx.Actor, by: by, rules: rules{tx: tx}}
	var planned []Entry
	for _, r := range rows {
		if !slices.Contains(in.Except, r.PlacementID) {
			planned = append(planned, Entry{Enrolment: r.EnrolmentID, Kind: Presence, Day: in.Day, From: r.From, To: r.To, MadeAt: in.MadeAt, planned: true})
		}
	}
	if err := t.load(ctx, tx, in.Day, planned); err != nil {
		return nil, err
	}
	for i, e := range planned {
		e.ID = t.id(e)
		answer, decided := t.decide(e)
		if t.answers = append(t.answers, answer); !decided {
			t.entries, t.places = append(t.entries, e), append(t.places, i)
		}
	}
	return t, nil
}

func (t *tap) load(ctx context.Context, tx *postgres.Tx, day calendar.Day, planned []Entry) (err error) {
	if t.keeping, err = keep(ctx, tx, planned); err != nil {
		return err
	}
	var his, gone []uuid.UUID
	for _, e := range planned {
		if t.isHis(e) {
			his = append(his, e.Enrolment)
		} else {
			gone = append(gone, versions{}.plannedID(e, t.by))
		}
	}
	if t.written, err = writtenOn(ctx, tx, his, day); err != nil {
		return err
	}
	if t.sent, err = sentBefore(ctx, tx, gone); err != nil {
		return err
	}
	return t.rules.expect(ctx, planned)
}

func (t *tap) isHis(e Entry) bool { return t.enrolments[e.Enrolment].keptBy(t.actor) }

// id of an entry of planned hours. What somebody delivers of days before his assignment ended is another than what his successor writes, but
// for what he sent while it had not.
func (t *tap) id(e Entry) uuid.UUID {
	id := t.written.plannedID(e, t.by)
	if t.isHis(e) || slices.Contains(t.sent, id) {
		return id
	}
	return uuid.NewSHA1(plannedNamespace, slices.Concat(id[:], t.actor.Member[:]))
}

// decide answers hours that are not to be written: nobody was there as planned, or they are written already. False where they are to be.
func (t *tap) decide(e Entry) (a Answer, decided bool) {
	a = Answer{ID: e.ID, Enrolment: e.Enrolment}
	o := t.enrolments[e.Enrolment]
	if !t.isHis(e) {
		o = t.left[e.Enrolment][e.Day].enrolment
	}
	_, why := o.running().conflicts(e)
	if a.Refusals = append(why, t.rules.days[place{e.Enrolment, e.Day}].warnings(e, 0)...); len(a.Refusals) > 0 {
		return a, true
	}
	r, is := t.written.instead(e, t.by)
	if !is {
		return a, false
	}
	a.ID, a.Written, a.Warnings = r.ID, true, refusal.List{WrittenAlready.At()}
	switch {
	case t.written.takenBack(r):
		a.Warnings = refusal.List{TakenBack.At()}
	case r.ID == e.ID && r.live() && !r.Taps.hold(t.by):
		t.joined = append(t.joined, r.ID)
	}
	return a, true
}

// versions are all that was ever written of a day that the actor sees, by id.
type versions map[uuid.UUID]row

// plannedID is the id of an entry of planned hours. Where what was written under one was taken back, or gave way to what was told of it, a new tap gets
// the next; the very tap that wrote it, sent once more, does not write it again.
func (v versions) plannedID(e Entry, by tapped) uuid.UUID {
	for n := 0; ; n++ {
		id := uuid.NewSHA1(plannedNamespace, fmt.Appendf(nil, "%s %s %s %s %d", e.Enrolment, e.Day, e.From, e.To, n))
		if r, is := v[id]; !is || !v.takenBack(r) && !v.gaveWay(r) || r.Taps.sent(by) {
			return id
		}
	}
}

// next gives the correction in the place of an entry.
func (v versions) next(r row) (row, bool) {
	for _, next := range v {
		if next.ReplacesID != nil && *next.ReplacesID == r.ID {
			return next, true
		}
	}
	return row{}, false
}

// takenBack says whether neither an entry nor the correction in its place stands any more.
func (v versions) takenBack(r row) bool {
	if next, is := v.next(r); is {
		return v.takenBack(next)
	}
	return r.Standing == Withdrawn
}

// gaveWay says whether an entry of planned hours was replaced by what somebody told of them, and by no correction.
func (v versions) gaveWay(r row) bool {
	_, corrected := v.next(r)
	return r.Standing == Replaced && !corrected
}

// tells says whether a member has told of planned hours by an entry: of hours that it covers, and, by another presence, of those in which most of it lies. A
// correction tells of hours that it covers, and of those of which what it corrects has told, whoever makes it. What only reaches into planned hours is another
// version of them, and so is an absence from a part of them: whoever misses an hour is there for the others.
func (v versions) tells(r row, of Entry, member uuid.UUID) bool {
	e := r.entry()
	shared := e.shared(of)
	if covers, most := shared == int(of.To.Sub(of.From)), e.Kind == of.Kind && 2*shared > int(e.To.Sub(e.From)); r.RecordedBy == member && (covers || most && r.ReplacesID == nil) {
		return true
	}
	if r.ReplacesID == nil {
		return false
	}
	before, is := v[*r.ReplacesID]
	return is && v.tells(before, of, member)
}

// says tells whether an entry speaks of hours that a member recorded as planned: he told of them himself, or somebody told the same; or that was taken
// back since, or corrected. So it makes no difference which of them comes first.
func (v versions) says(r row, of Entry, by tapped) bool {
	if r.EnrolmentID != of.Enrolment || !of.overlaps(r.entry()) {
		return false
	}
	if same := r.Kind == of.Kind && r.From == of.From && r.To == of.To && len(own(r.Conflicts)) == 0; !same && !v.tells(r, of, by.By) {
		return false
	}
	if r.live() {
		return len(r.Taps) == 0
	}
	return !v.gaveWay(r) && r.StandingAt != nil && r.StandingAt.After(by.At)
}

// instead gives what is written of planned hours already: what says something of them, or the entry itself. What counts for nothing whatever else there
// is says nothing of them, unless he wrote it.
func (v versions) instead(e Entry, by tapped) (row, bool) {
	live := func(r row) int {
		if r.live() {
			return 0
		}
		return 1
	}
	for _, r := range slices.SortedFunc(maps.Values(v), func(a, b row) int {
		return cmp.Or(live(a)-live(b), a.From.Compare(b.From), slices.Compare(a.ID[:], b.ID[:]))
	}) {
		if v.says(r, e, by) {
			return r, true
		}
	}
	r, is := v[e.ID]
	return r, is
}

func (r row) live() bool { return r.Standing == Counted || r.Standing == Contested }
