package attendance

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// maxBatch is how many entries one act takes.
const maxBatch = 500

// Answer is what became of one entry of a batch. Written is false where it was refused.
type Answer struct {
	ID       uuid.UUID
	Written  bool
	Refusals refusal.List
	Warnings refusal.List // that were acknowledged, or that it was contested
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
	tx         *postgres.Tx
	origin     string
	entries    []Entry
	answers    []Answer
	enrolments map[uuid.UUID]enrolment
	existing   map[uuid.UUID]row
	overlaps   []bool                               // of each entry, with what counted before
	first      map[uuid.UUID]int                    // where an id came first in this batch
	totals     map[uuid.UUID]map[calendar.Day]Total // by enrolment
	added      map[uuid.UUID][]Entry                // by person: accepted in this batch
	policies   map[uuid.UUID]map[calendar.Day]policy
}

type policy struct {
	limits  Limits
	reasons map[string]programme.CodeItem
}

// Record writes entries, each with its own answer, in their order. Entries that overlap what counts already are kept as CONTESTED.
func Record(ctx context.Context, tx *postgres.Tx, origin string, entries []Entry) ([]Answer, error) {
	if err := CheckSize(len(entries)); err != nil {
		return nil, err
	}
	b := &batch{tx: tx, origin: origin, entries: entries, answers: make([]Answer, len(entries)), first: map[uuid.UUID]int{},
		added: map[uuid.UUID][]Entry{}, policies: map[uuid.UUID]map[calendar.Day]policy{}}
	if err := b.load(ctx); err != nil {
		return nil, err
	}
	var rows []row
	for i, e := range entries {
		b.answers[i].ID = e.ID
		if _, again := b.first[e.ID]; again {
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
	if err := b.write(ctx, rows); err != nil {
		return nil, err
	}
	b.repeat()
	return b.answers, nil
}

// repeat answers entries whose id came before in the batch: the very same one like the first, another one with ID_TAKEN.
func (b *batch) repeat() {
	for i, e := range b.entries {
		switch first := b.first[e.ID]; {
		case first == i:
		case b.entries[first] == e:
			b.answers[i] = b.answers[first]
		default:
			b.answers[i].Refusals = refusal.List{refusal.IDTaken.At("id")}
		}
	}
}

func (b *batch) load(ctx context.Context) (err error) {
	var ids, entryIDs, persons, participations []uuid.UUID
	for _, e := range b.entries {
		ids, entryIDs = append(ids, e.Enrolment), append(entryIDs, e.ID)
	}
	if b.enrolments, err = enrolments(ctx, b.tx, ids); err != nil {
		return err
	}
	for _, e := range b.enrolments {
		persons, participations = append(persons, e.PersonID), append(participations, e.ParticipationID)
	}
	if err = hold(ctx, b.tx, persons); err != nil {
		return err
	}
	if slices.ContainsFunc(b.entries, func(e Entry) bool { return e.Note != "" }) {
		if _, err = b.tx.PersonsOf(ctx, participations); err != nil { // with their keys, in one question for the whole batch
			return err
		}
	}
	if b.existing, err = byIDs(ctx, b.tx, entryIDs); err != nil {
		return err
	}
	if b.overlaps, err = overlapsCounted(ctx, b.tx, b.entries); err != nil {
		return err
	}
	return b.loadTotals(ctx)
}

func (b *batch) loadTotals(ctx context.Context) error {
	b.totals = map[uuid.UUID]map[calendar.Day]Total{}
	byAge := map[int][]int{}
	for i, e := range b.entries {
		o, ok := b.enrolments[e.Enrolment]
		if !ok {
			continue
		}
		p, err := b.policy(ctx, o.ProgrammeID, e.Day)
		if _, refused := refusal.As(err); err != nil && refused {
			continue // a day before all rules: decide says so to this entry alone
		}
		if err != nil {
			return err
		}
		byAge[p.limits.MinorAge] = append(byAge[p.limits.MinorAge], i)
	}
	for age, items := range byAge {
		ids, days := make([]uuid.UUID, len(items)), make([]string, len(items))
		for n, i := range items {
			ids[n], days[n] = b.entries[i].Enrolment, b.entries[i].Day.String()
		}
		known, err := registerFacts(ctx, b.tx, ids, days, age)
		if err != nil {
			return err
		}
		for _, f := range known {
			if b.totals[f.EnrolmentID] == nil {
				b.totals[f.EnrolmentID] = map[calendar.Day]Total{}
			}
			b.totals[f.EnrolmentID][f.Day] = Total{Minor: f.Minor, Day: f.DayMinutes, Week: f.WeekMinutes}
		}
	}
	return nil
}

// policy gives limits and absence reasons in force on a day, read once for each.
func (b *batch) policy(ctx context.Context, programmeID uuid.UUID, day calendar.Day) (policy, error) {
	if p, ok := b.policies[programmeID][day]; ok {
		return p, nil
	}
	p, err := policyOn(ctx, b.tx, programmeID, day, b.entries...)
	if err != nil {
		return policy{}, err
	}
	if b.policies[programmeID] == nil {
		b.policies[programmeID] = map[calendar.Day]policy{}
	}
	b.policies[programmeID][day] = p
	return p, nil
}

// policyOn gives what the entries need of the policy in force on a day: absence reasons only where one of them has such a reason.
func policyOn(ctx context.Context, tx *postgres.Tx, programmeID uuid.UUID, day calendar.Day, entries ...Entry) (policy, error) {
	rules, err := programme.PolicyOn(ctx, tx, programmeID, day)
	if err != nil {
		return policy{}, err
	}
	var reasons map[string]programme.CodeItem
	if slices.ContainsFunc(entries, func(e Entry) bool { return e.AbsenceReason != "" }) {
		if reasons, err = programme.CodeItems(ctx, tx, programmeID, programme.AbsenceReasons); err != nil {
			return policy{}, err
		}
	}
	return policy{reasons: reasons, limits: Limits{
		AdultDay: rules.Int("limits.adult.day_minutes"), AdultWeek: rules.Int("limits.adult.week_minutes"),
		MinorAge: rules.Int("limits.minor.age"), MinorDay: rules.Int("limits.minor.day_minutes"), MinorWeek: rules.Int("limits.minor.week_minutes"),
		NightFrom: calendar.MustLocalTime(rules.Text("limits.minor.night_from")), NightTo: calendar.MustLocalTime(rules.Text("limits.minor.night_to")),
		LateDays: rules.Int("attendance.late_days"),
	}}, nil
}

// decide answers one entry; the row to write is nil where it is refused or stands already.
func (b *batch) decide(ctx context.Context, i int, e Entry) (*row, error) {
	answer := &b.answers[i]
	if r, ok := b.existing[e.ID]; ok {
		same, err := r.says(ctx, b.tx, e)
		if answer.Written = same; err == nil && !same {
			answer.Refusals = refusal.List{refusal.IDTaken.At("id")}
		}
		return nil, err
	}
	o, ok := b.enrolments[e.Enrolment]
	switch {
	case !ok:
		answer.Refusals = refusal.List{refusal.NotFound.At("enrolment")}
		return nil, nil
	case !b.tx.Actor.May(access.RecordAttendance, o.ProgrammeID, o.Audience):
		answer.Refusals = refusal.List{refusal.NotAllowed.At()}
		return nil, nil
	}
	contested, err := b.judge(ctx, i, o)
	if err != nil || len(answer.Refusals) > 0 {
		return nil, err
	}
	r, err := o.row(ctx, b.tx, e, b.origin)
	if err != nil {
		return nil, err
	}
	if contested {
		r.Standing = Contested
	} else {
		b.added[o.PersonID] = append(b.added[o.PersonID], e)
	}
	r.passed = answer.Warnings
	return &r, nil
}

// judge puts into the answer what refuses an entry, and says whether it is contested: what overlaps counts for nothing, so the limits
// wait until the contest is resolved.
func (b *batch) judge(ctx context.Context, i int, o enrolment) (contested bool, err error) {
	e, answer := b.entries[i], &b.answers[i]
	p, err := b.policy(ctx, o.ProgrammeID, e.Day)
	if list, refused := refusal.As(err); err != nil && refused {
		answer.Refusals = list.Under("day")
		return false, nil
	}
	if err != nil {
		return false, err
	}
	answer.Refusals = append(check(e, o.running(), b.tx.Today()), p.known(e, "absenceReason")...)
	contested = b.overlaps[i] || slices.ContainsFunc(b.added[o.PersonID], e.overlaps)
	if len(answer.Refusals) == 0 && !contested {
		answer.Refusals = p.limits.hours(e, b.total(o, e))
	}
	if len(answer.Refusals) == 0 {
		answer.Refusals, answer.Warnings, err = b.late(p.limits, e)
	}
	return contested, err
}

// known refuses an absence reason that the programme does not have on that day.
func (p policy) known(e Entry, path string) refusal.List {
	if e.AbsenceReason == "" {
		return nil
	}
	if item, ok := p.reasons[e.AbsenceReason]; !ok || !item.Valid(e.Day) {
		return refusal.List{programme.CodeUnknown.At(path).With("list", "absence_reasons")}
	}
	return nil
}

// late asks for an acknowledgement of an entry that comes long after its day. The warning is told whether it was passed or not.
func (b *batch) late(l Limits, e Entry) (refused, warned refusal.List, err error) {
	if b.tx.Today().Sub(e.Day) <= l.LateDays {
		return nil, nil, nil
	}
	warning := Late.At("day").With("days", text.Days(l.LateDays))
	err = b.tx.Pass(warning)
	if list, ok := refusal.As(err); ok && err != nil {
		return list, refusal.List{warning}, nil
	}
	return nil, refusal.List{warning}, err
}

// total is what counts for the person around the entry, with what this batch has already accepted.
func (b *batch) total(o enrolment, e Entry) Total {
	t := b.totals[o.ID][e.Day]
	for _, a := range b.added[o.PersonID] {
		if a.Kind != Presence {
			continue
		}
		if a.Day == e.Day {
			t.Day += a.Minutes()
		}
		if a.Day.Monday() == e.Day.Monday() {
			t.Week += a.Minutes()
		}
	}
	return t
}

func (o enrolment) row(ctx context.Context, tx *postgres.Tx, e Entry, origin string) (row, error) {
	note, err := sealNote(ctx, tx, o.ParticipationID, e.ID, "note", e.Note)
	return row{
		ID: e.ID, ProgrammeID: o.ProgrammeID, EnrolmentID: o.ID, ActivityID: o.ActivityID, ParticipationID: o.ParticipationID, PersonID: o.PersonID,
		PlacementID: o.PlacementID, CompanyID: o.CompanyID, Kind: e.Kind, Day: e.Day, From: e.From, To: e.To,
		AbsenceReason: orNull(e.AbsenceReason), Note: note, Standing: Counted,
		RecordedBy: tx.Actor.Member, RecordedAt: tx.Now, Origin: origin, Audience: o.Audience, Revision: 1,
	}, err
}

// says tells whether a stored entry is the very one that is sent again.
func (r row) says(ctx context.Context, tx *postgres.Tx, e Entry) (bool, error) {
	note, err := r.note(ctx, tx)
	return r.EnrolmentID == e.Enrolment && r.Kind == e.Kind && r.Day == e.Day && r.From == e.From && r.To == e.To &&
		orEmpty(r.AbsenceReason) == e.AbsenceReason && note == e.Note, err
}

// write inserts what was accepted. What somebody else made overlap in the meantime is kept from counting by the database, and
// written again as contested.
func (b *batch) write(ctx context.Context, rows []row) error {
	written, err := insert(ctx, b.tx, rows)
	if err != nil {
		return err
	}
	var contested []row
	for i := range rows {
		if _, is := written[rows[i].ID]; !is && rows[i].Standing == Counted {
			rows[i].Standing = Contested
			contested = append(contested, rows[i])
		}
	}
	kept, err := insert(ctx, b.tx, contested)
	if err != nil {
		return err
	}
	for _, r := range rows {
		answer := &b.answers[b.first[r.ID]]
		audience, is := written[r.ID]
		if !is {
			audience, is = kept[r.ID]
		}
		if !is { // an entry that the actor does not see has this id
			answer.Refusals, answer.Warnings = refusal.List{refusal.IDTaken.At("id")}, nil
			continue
		}
		r.Audience = audience
		if answer.Written = true; r.Standing == Contested {
			answer.Warnings = append(answer.Warnings, Overlaps.At())
		}
		r.tell(b.tx, access.RecordAttendance, event.Entered)
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
	tx.Tell(event.News{Programme: r.ProgrammeID, Act: string(act), Kind: kind, SubjectKind: "Attendance", Subject: r.ID, Related: related, Audience: r.Audience},
		map[string]any{"day": r.Day, "from": r.From, "to": r.To, "kind": r.Kind, "standing": r.Standing, "replaces": r.ReplacesID, "passed": tx.Passed(r.passed)})
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
