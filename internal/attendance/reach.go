package attendance

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// reachRow is what register_reach tells of an entry, or, without one, of somebody on a day, or of what there is beside entries: on a day where it has a
// standing, in a month otherwise.
type reachRow struct {
	ID          *uuid.UUID
	ProgrammeID uuid.UUID
	EnrolmentID uuid.UUID
	PersonID    uuid.UUID
	Kind        *Kind
	Day         calendar.Day
	From        calendar.LocalTime `bun:"from_minute"`
	To          calendar.LocalTime `bun:"to_minute"`
	Minutes     int
	Standing    *Standing
	Conflicts   []Conflict `bun:",array"`
	Settled     bool
	Before      bool
	Age         int
}

// place is somebody's day in an activity.
type place struct {
	enrolment uuid.UUID
	day       calendar.Day
}

// reach is all entries that count or might, of the persons whom an act touches, as far as it reaches: where no rule limits the hours of a month, the
// weeks of its days; where one does, from the beginning of the first of these weeks and months to the last entry there is, since what counts
// in a month moves the week in which it ends, and that the next month.
type reach struct {
	persons map[uuid.UUID]*person
	ages    map[place]int
}

// person is what there is of one.
type person struct {
	live  []live
	given given
}

// reachOf loads what entries reach that are about to be written, or have changed. The persons must be held.
func reachOf(ctx context.Context, tx *postgres.Tx, rules *rules, touched []row) (reach, error) {
	ids, days := make([]uuid.UUID, len(touched)), make([]string, len(touched))
	for i, r := range touched {
		ids[i], days[i] = r.EnrolmentID, r.Day.String()
	}
	var rows []reachRow
	if err := tx.Ask(ctx, &rows, "select * from register_reach($1, $2)", ids, days); err != nil {
		return reach{}, fmt.Errorf("reach of the register: %w", err)
	}
	if err := rules.read(ctx, rows); err != nil {
		return reach{}, err
	}
	in := reach{persons: map[uuid.UUID]*person{}, ages: map[place]int{}}
	for _, r := range rows {
		switch of := in.of(r.PersonID); {
		case r.Kind == nil:
			in.ages[place{r.EnrolmentID, r.Day}] = r.Age
		case r.ID == nil && r.Standing != nil:
			of.given.onDay(r.Day, r.Minutes)
		case r.ID == nil:
			of.given.inMonth(r.Day.Month(), r.Minutes)
		default:
			p, err := rules.on(ctx, r.ProgrammeID, r.Day)
			if err != nil {
				return reach{}, err
			}
			of.live = append(of.live, live{ID: *r.ID, Enrolment: r.EnrolmentID, Person: r.PersonID, Kind: *r.Kind, Day: r.Day, From: r.From, To: r.To,
				Minutes: r.Minutes, Standing: *r.Standing, Conflicts: r.Conflicts, Settled: r.Settled, Before: r.Before, Age: r.Age, limits: p.limits})
		}
	}
	return in, nil
}

func (in reach) of(id uuid.UUID) *person {
	if in.persons[id] == nil {
		in.persons[id] = &person{given: newGiven()}
	}
	return in.persons[id]
}

// add puts an entry that is about to be written among the others.
func (in reach) add(ctx context.Context, rules *rules, r row) error {
	p, err := rules.on(ctx, r.ProgrammeID, r.Day)
	if err != nil {
		return err
	}
	of := in.of(r.PersonID)
	of.live = append(of.live, live{ID: r.ID, Enrolment: r.EnrolmentID, Person: r.PersonID, Kind: r.Kind, Day: r.Day, From: r.From, To: r.To,
		Minutes: int(r.Day.Elapsed(r.From, r.To)), Standing: r.Standing, Conflicts: r.Conflicts, Age: in.ages[place{r.EnrolmentID, r.Day}], limits: p.limits})
	return nil
}

// settle says of all of them which count, and which of those that stand already must change for it.
func (in reach) settle() (found map[uuid.UUID]settled, down, up []uuid.UUID) {
	found = map[uuid.UUID]settled{}
	for _, p := range in.persons {
		of := settle(p.live, p.given)
		for _, e := range p.live {
			s := of[e.ID]
			found[e.ID] = s
			switch {
			case s.Standing == e.Standing && slices.Equal(s.Conflicts, e.Conflicts):
			case s.Standing == Counted:
				up = append(up, e.ID)
			default:
				down = append(down, e.ID)
			}
		}
	}
	return found, down, up
}

// without is where an entry would stand without conflicts of its own.
func (in reach) without(id uuid.UUID) settled {
	for _, p := range in.persons {
		for i, e := range p.live {
			if e.ID == id {
				p.live[i].Conflicts = nil
				return settle(p.live, p.given)[id]
			}
		}
	}
	return settled{}
}

// become has an entry stand with other conflicts of its own than it has.
func (in reach) become(id uuid.UUID, conflicts []Conflict) {
	for _, p := range in.persons {
		for i, e := range p.live {
			if e.ID == id {
				p.live[i].Conflicts, p.live[i].Standing = conflicts, "" // where it stood is no longer what it is compared with
			}
		}
	}
}

// beyond tells which bounds somebody's day, week and month pass where more minutes of presence are there than what counts.
func (in reach) beyond(id uuid.UUID, more live) refusal.List {
	of := in.of(id)
	counted := newTally(of.given)
	for i, e := range of.live {
		if e.Standing == Counted {
			counted.add(&of.live[i])
		}
	}
	return counted.beyond(&more)
}

// settleWith writes new entries, each as it stands among all that its person has, and lets the others count, or no longer, as follows from
// them. It gives the others that changed. Nobody may have an id of theirs already.
func settleWith(ctx context.Context, tx *postgres.Tx, rules *rules, fresh []row) (changed []row, found map[uuid.UUID]settled, err error) {
	if len(fresh) == 0 {
		return nil, nil, nil
	}
	in, err := reachOf(ctx, tx, rules, fresh)
	if err != nil {
		return nil, nil, err
	}
	mine := map[uuid.UUID]bool{}
	for _, r := range fresh {
		mine[r.ID] = true
		if err := in.add(ctx, rules, r); err != nil {
			return nil, nil, err
		}
	}
	found, down, up := in.settle()
	for i := range fresh {
		fresh[i].Standing, fresh[i].Conflicts = found[fresh[i].ID].Standing, orNone(found[fresh[i].ID].Conflicts)
	}
	other := func(ids []uuid.UUID) []uuid.UUID {
		return slices.DeleteFunc(ids, func(id uuid.UUID) bool { return mine[id] })
	}
	changed, err = move(ctx, tx, other(down), found) // first, so that what takes the place of others never counts beside them
	if err == nil {
		err = insert(ctx, tx, fresh)
	}
	if err != nil {
		return nil, nil, err
	}
	raised, err := move(ctx, tx, other(up), found)
	return append(changed, raised...), found, err
}

// resettle lets entries count, or no longer, as follows from a change of others.
func resettle(ctx context.Context, tx *postgres.Tx, rules *rules, touched ...row) (changed []row, found map[uuid.UUID]settled, err error) {
	in, err := reachOf(ctx, tx, rules, touched)
	if err != nil {
		return nil, nil, err
	}
	return in.write(ctx, tx)
}

// write lets them count, or no longer, as the rules say of all together, and gives those that changed.
func (in reach) write(ctx context.Context, tx *postgres.Tx) (changed []row, found map[uuid.UUID]settled, err error) {
	found, down, up := in.settle()
	if changed, err = move(ctx, tx, down, found); err != nil { // first, so that what takes the place of others never counts beside them
		return nil, nil, err
	}
	raised, err := move(ctx, tx, up, found)
	return append(changed, raised...), found, err
}

// move writes where entries stand now.
func move(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID, found map[uuid.UUID]settled) (changed []row, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	standings, conflicts := make([]string, len(ids)), make([]string, len(ids))
	for i, id := range ids {
		names := make([]string, len(found[id].Conflicts))
		for n, c := range found[id].Conflicts {
			names[n] = string(c)
		}
		standings[i], conflicts[i] = string(found[id].Standing), strings.Join(names, ",")
	}
	if err := tx.Ask(ctx, &changed, "select "+columns+" from settle_entries($1, $2, $3)", ids, standings, conflicts); err != nil {
		return nil, fmt.Errorf("settle entries: %w", err)
	}
	return changed, nil
}

func orNone(c []Conflict) []Conflict {
	if c == nil {
		return []Conflict{}
	}
	return c
}

func (s settled) contested() bool { return s.Standing == Contested }

// words are the warnings of what an entry shares with others.
func (s settled) words() refusal.List {
	list := slices.Clone(s.why)
	if slices.Contains(s.Conflicts, OverlapsOther) || slices.Contains(s.Conflicts, OtherVersion) {
		list = append(list, Overlaps.At())
	}
	return list
}

// deliver writes what the actor enters of days when he followed the person, which he does not see any more.
func deliver(ctx context.Context, tx *postgres.Tx, rows []row) error {
	list, err := written(rows)
	if err != nil {
		return err
	}
	if _, err := tx.NewRaw("select deliver_entries(?::jsonb)", list).Exec(ctx); err != nil {
		return fmt.Errorf("deliver entries: %w", err)
	}
	return nil
}

// left is an enrolment that the actor followed on a day, until the last day of his term.
type left struct {
	enrolment
	TermDay calendar.Day
	TermTo  calendar.Day
}

// leftEnrolments gives, by enrolment and day, where the actor was the tutor on the entries' days and is not any more.
func leftEnrolments(ctx context.Context, tx *postgres.Tx, entries []Entry) (map[uuid.UUID]map[calendar.Day]left, error) {
	ids, days := make([]uuid.UUID, len(entries)), make([]string, len(entries))
	for i, e := range entries {
		ids[i], days[i] = e.Enrolment, e.Day.String()
	}
	var rows []left
	if err := tx.Ask(ctx, &rows, "select * from left_enrolments($1, $2)", ids, days); err != nil {
		return nil, fmt.Errorf("enrolments left: %w", err)
	}
	stood := make([]*enrolment, len(rows))
	for i := range rows {
		stood[i] = &rows[i].enrolment
	}
	if err := paused(ctx, tx, stood); err != nil {
		return nil, err
	}
	found := map[uuid.UUID]map[calendar.Day]left{}
	for _, r := range rows {
		if found[r.ID] == nil {
			found[r.ID] = map[calendar.Day]left{}
		}
		found[r.ID][r.TermDay] = r
	}
	return found, nil
}

// paused reads in which days internships stood still.
func paused(ctx context.Context, tx *postgres.Tx, of []*enrolment) error {
	var ids []uuid.UUID
	for _, e := range of {
		if e.PlacementID != nil {
			ids = append(ids, *e.PlacementID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var rows []struct {
		PlacementID uuid.UUID
		FromDay     calendar.Day
		UntilDay    *calendar.Day
	}
	if err := tx.Ask(ctx, &rows, "select * from placement_pauses($1)", ids); err != nil {
		return fmt.Errorf("pauses: %w", err)
	}
	for _, r := range rows {
		p := pause{From: r.FromDay}
		if r.UntilDay != nil {
			p.Until = *r.UntilDay
		}
		for _, e := range of {
			if e.PlacementID != nil && *e.PlacementID == r.PlacementID {
				e.pauses = append(e.pauses, p)
			}
		}
	}
	return nil
}

// unseen is an entry that the actor does not see: whole where he wrote it.
type unseen struct {
	ID              uuid.UUID
	EnrolmentID     *uuid.UUID
	ParticipationID *uuid.UUID
	Kind            *Kind
	Day             calendar.Day
	From            *calendar.LocalTime `bun:"from_minute"`
	To              *calendar.LocalTime `bun:"to_minute"`
	AbsenceReason   *string
	Note            []byte
}

func (u unseen) own() bool { return u.EnrolmentID != nil }

func (u unseen) row() row {
	return row{ID: u.ID, EnrolmentID: *u.EnrolmentID, ParticipationID: *u.ParticipationID, Kind: *u.Kind, Day: u.Day, From: *u.From, To: *u.To, AbsenceReason: u.AbsenceReason, Note: u.Note}
}

// unseenIDs gives those entries of the ids that exist and are not the actor's to see.
func unseenIDs(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) (map[uuid.UUID]unseen, error) {
	var rows []unseen
	if err := tx.Ask(ctx, &rows, "select * from unseen_entries($1)", ids); err != nil {
		return nil, fmt.Errorf("entries: %w", err)
	}
	found := make(map[uuid.UUID]unseen, len(rows))
	for _, r := range rows {
		found[r.ID] = r
	}
	return found, nil
}
