package attendance

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Conflict is why an entry is contested.
type Conflict string

// The conflicts of an entry.
const (
	OverlapsOther      Conflict = "OVERLAP"             // with hours of another activity
	OtherVersion       Conflict = "OTHER_VERSION"       // of the same hours of the same activity
	OverLimit          Conflict = "OVER_LIMIT"          // of the policy, by the day, the week, the month or the night of a minor
	MonthClosed        Conflict = "MONTH_CLOSED"        // its month was submitted when it came
	PlacementSuspended Conflict = "PLACEMENT_SUSPENDED" // on the day
	NotEnrolled        Conflict = "NOT_ENROLLED"        // on the day
	DeliveredLate      Conflict = "LATE"                // by a tutor whose assignment had ended
	Unplanned          Conflict = "UNPLANNED"           // an absence that rules which came later pay, beyond what was planned
)

// shared are the conflicts that an entry has with others, worked out anew whenever one of them changes. The rest are its own: they stay as they were
// found until an act resolves them.
var shared = []Conflict{OverlapsOther, OtherVersion, OverLimit}

// own are the conflicts that the entry has whatever else there is.
func own(all []Conflict) []Conflict {
	return slices.DeleteFunc(slices.Clone(all), func(c Conflict) bool { return slices.Contains(shared, c) })
}

// Limits are the policy's bounds on the hours of one person.
type Limits struct {
	Adult, Minor       Bounds
	MinorAge           int // years; younger is a minor
	NightFrom, NightTo calendar.LocalTime
	NightSource        string
	MinorStretch       Limit // of presence without a break
	MinorBreak         int   // minutes that a break lasts at least
	MinorRest          int   // days in a row that a week leaves free at least
	MinorRestSource    string
	LateDays           int // an entry older than this must be acknowledged
}

// Bounds are those on a day, a week from Monday on, and a calendar month.
type Bounds struct{ Day, Week, Month Limit }

// of gives the bounds for somebody of an age in years.
func (l Limits) of(age int) Bounds {
	if age < l.MinorAge {
		return l.Minor
	}
	return l.Adult
}

// Limit is one bound, with where it comes from. The zero one bounds nothing: a programme may have none for the month.
type Limit struct {
	Minutes int
	Source  string
}

// live is an entry that counts or might: one of all that a person has, whoever keeps it.
type live struct {
	ID        uuid.UUID
	Enrolment uuid.UUID
	Person    uuid.UUID
	Kind      Kind
	Day       calendar.Day
	From, To  calendar.LocalTime
	Minutes   int
	Standing  Standing
	Conflicts []Conflict
	Settled   bool // counts whatever comes: by an act, or with its month
	Before    bool // what is judged: it stands as it does, and is there for the sums
	Age       int  // of the person on the day, in years
	limits    Limits
}

func (l *live) overlaps(other *live) bool {
	return l.Day == other.Day && l.From.Before(other.To) && other.From.Before(l.To)
}

// settled is where an entry stands among the others. why tells of the limits that it passes.
type settled struct {
	Standing  Standing
	Conflicts []Conflict
	why       refusal.List
}

// order is the one in which entries are judged, whichever came first: by day and hour.
func (l *live) order(other *live) int {
	return cmp.Or(l.Day.Compare(other.Day), l.From.Compare(other.From), l.To.Compare(other.To), slices.Compare(l.ID[:], other.ID[:]))
}

// settle says of all entries of one person, in whole weeks and months, which count beside what is given. It depends on what
// there is and not on the order in which it came: hours that two entries claim count in neither, and what goes beyond a limit is what is latest in the
// day, the week or the month, and absences before presence. An entry with a conflict of its own takes none of the others down. What was settled counts.
func settle(entries []live, given given) map[uuid.UUID]settled {
	ordered := make([]*live, len(entries))
	for i := range entries {
		ordered[i] = &entries[i]
	}
	first := func(l *live) int {
		switch {
		case l.Settled:
			return 0
		case l.Kind == Presence:
			return 1
		}
		return 2
	}
	slices.SortFunc(ordered, func(a, b *live) int { return cmp.Or(first(a)-first(b), a.order(b)) })
	found, counted, byDay := make(map[uuid.UUID]settled, len(entries)), newTally(given), map[calendar.Day][]*live{}
	for _, e := range ordered {
		byDay[e.Day] = append(byDay[e.Day], e)
	}
	for _, e := range ordered {
		s := settled{Standing: Counted}
		switch {
		case e.Settled:
		case e.Before:
			s = settled{Standing: e.Standing, Conflicts: e.Conflicts}
		default:
			s = e.judge(byDay[e.Day], counted)
		}
		if s.Standing == Counted {
			counted.add(e)
		}
		found[e.ID] = s
	}
	return found
}

// judge is where an entry stands after those that were judged before it.
func (l *live) judge(others []*live, counted tally) (s settled) {
	s = settled{Standing: Counted, Conflicts: append(own(l.Conflicts), l.claimed(others)...)}
	if len(s.Conflicts) == 0 {
		if s.why = l.beyond(counted); len(s.why) > 0 {
			s.Conflicts = []Conflict{OverLimit}
		}
	}
	if len(s.Conflicts) > 0 {
		s.Standing = Contested
	}
	return s
}

// claimed are the conflicts with others of the day that claim the same hours and have no conflict of their own.
func (l *live) claimed(others []*live) (kinds []Conflict) {
	for _, o := range others {
		if o.ID == l.ID || !l.overlaps(o) || !o.Settled && len(own(o.Conflicts)) > 0 {
			continue
		}
		kind := OverlapsOther
		if o.Enrolment == l.Enrolment {
			kind = OtherVersion
		}
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	return kinds
}

// stretch is how many minutes of presence there are without a break of some minutes, together with what counts on the day around the entry.
func (l *live) stretch(others []*live, pause int) int {
	minutes, from, to := l.Minutes, l.From.Minutes(), l.To.Minutes()
	rest := slices.Clone(others)
	for grown := true; grown; {
		grown = false
		rest = slices.DeleteFunc(rest, func(o *live) bool {
			if o.From.Minutes()-to >= pause || from-o.To.Minutes() >= pause {
				return false
			}
			minutes, from, to, grown = minutes+o.Minutes, min(from, o.From.Minutes()), max(to, o.To.Minutes()), true
			return true
		})
	}
	return minutes
}

// beyond tells which limits an entry passes beside what counts already.
func (l *live) beyond(counted tally) (list refusal.List) {
	if m := l.limits; l.Kind == Presence && l.Age < m.MinorAge {
		if l.From.Before(m.NightTo) || l.To.After(m.NightFrom) {
			list = append(list, MinorAtNight.At("to").With("from", m.NightTo).With("to", m.NightFrom).With("source", m.NightSource))
		}
		if l.stretch(counted.day[l.Day], m.MinorBreak) > m.MinorStretch.Minutes {
			list = append(list, MinorWithoutBreak.At("to").With("limit", calendar.Minutes(m.MinorStretch.Minutes)).With("break", calendar.Minutes(m.MinorBreak)).With("source", m.MinorStretch.Source))
		}
	}
	return append(list, counted.beyond(l)...)
}

// passed is the refusal of hours of a day that pass the limit, beside the minutes that count already.
func (l Limit) passed(code *refusal.Code, day calendar.Day, counted int) refusal.Refusal {
	return code.At("to").With("day", day).With("limit", calendar.Minutes(l.Minutes)).With("counted", calendar.Minutes(counted)).With("source", l.Source)
}
