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
	OverLimit          Conflict = "OVER_LIMIT"          // of the policy, by the day, the week or the night of a minor
	MonthClosed        Conflict = "MONTH_CLOSED"        // its month was submitted when it came
	PlacementSuspended Conflict = "PLACEMENT_SUSPENDED" // on the day
	NotEnrolled        Conflict = "NOT_ENROLLED"        // on the day
	DeliveredLate      Conflict = "LATE"                // by a tutor whose assignment had ended
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
	AdultDay, AdultWeek Limit
	MinorAge            int // years; younger is a minor
	MinorDay, MinorWeek Limit
	NightFrom, NightTo  calendar.LocalTime
	NightSource         string
	MinorStretch        Limit // of presence without a break
	MinorBreak          int   // minutes that a break lasts at least
	MinorRest           int   // days in a row that a week leaves free at least
	MinorRestSource     string
	LateDays            int // an entry older than this must be acknowledged
}

// Limit is one bound, with where it comes from.
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
	Age       int  // of the person on the day, in years
	limits    Limits
}

func (l live) overlaps(other live) bool {
	return l.Day == other.Day && l.From.Before(other.To) && other.From.Before(l.To)
}

// settled is where an entry stands among the others. why tells of the limits that it passes.
type settled struct {
	Standing  Standing
	Conflicts []Conflict
	why       refusal.List
}

// settle says of all entries of one person in whole weeks which count. It depends on what there is and not on the order in which it came: hours
// that two entries claim count in neither, and what goes beyond a limit is what is latest in the day or the week. An entry with a conflict of its own
// takes none of the others down. What was settled counts.
func settle(entries []live) map[uuid.UUID]settled {
	ordered := slices.Clone(entries)
	slices.SortFunc(ordered, func(a, b live) int {
		first := func(l live) int {
			if l.Settled {
				return 0
			}
			return 1
		}
		return cmp.Or(first(a)-first(b), a.Day.Compare(b.Day), a.From.Compare(b.From), a.To.Compare(b.To), slices.Compare(a.ID[:], b.ID[:]))
	})
	found := make(map[uuid.UUID]settled, len(entries))
	day, week := map[calendar.Day]int{}, map[calendar.Day]int{}
	byDay, counted := map[calendar.Day][]live{}, map[calendar.Day][]live{}
	for _, e := range ordered {
		byDay[e.Day] = append(byDay[e.Day], e)
	}
	for _, e := range ordered {
		s := settled{Standing: Counted}
		if !e.Settled {
			s.Conflicts = append(own(e.Conflicts), e.claimed(byDay[e.Day])...)
			if len(s.Conflicts) == 0 {
				if s.why = e.beyond(day[e.Day], week[e.Day.Monday()], counted[e.Day]); len(s.why) > 0 {
					s.Conflicts = []Conflict{OverLimit}
				}
			}
			if len(s.Conflicts) > 0 {
				s.Standing = Contested
			}
		}
		if s.Standing == Counted && e.Kind == Presence {
			day[e.Day] += e.Minutes
			counted[e.Day] = append(counted[e.Day], e)
			week[e.Day.Monday()] += e.Minutes
		}
		found[e.ID] = s
	}
	return found
}

// claimed are the conflicts with others of the day that claim the same hours and have no conflict of their own.
func (e live) claimed(others []live) (kinds []Conflict) {
	for _, o := range others {
		if o.ID == e.ID || !e.overlaps(o) || !o.Settled && len(own(o.Conflicts)) > 0 {
			continue
		}
		kind := OverlapsOther
		if o.Enrolment == e.Enrolment {
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
func (e live) stretch(others []live, pause int) int {
	minutes, from, to := e.Minutes, e.From.Minutes(), e.To.Minutes()
	rest := slices.Clone(others)
	for grown := true; grown; {
		grown = false
		rest = slices.DeleteFunc(rest, func(o live) bool {
			if o.From.Minutes()-to >= pause || from-o.To.Minutes() >= pause {
				return false
			}
			minutes, from, to, grown = minutes+o.Minutes, min(from, o.From.Minutes()), max(to, o.To.Minutes()), true
			return true
		})
	}
	return minutes
}

// beyond tells which limits presence passes after what counts already on its day and in its week; counted is that of the day.
func (e live) beyond(day, week int, counted []live) (list refusal.List) {
	if e.Kind != Presence {
		return nil
	}
	l := e.limits
	perDay, perWeek := l.AdultDay, l.AdultWeek
	if e.Age < l.MinorAge {
		perDay, perWeek = l.MinorDay, l.MinorWeek
		if e.From.Before(l.NightTo) || e.To.After(l.NightFrom) {
			list = append(list, MinorAtNight.At("to").With("from", l.NightTo).With("to", l.NightFrom).With("source", l.NightSource))
		}
		if e.stretch(counted, l.MinorBreak) > l.MinorStretch.Minutes {
			list = append(list, MinorWithoutBreak.At("to").With("limit", calendar.Minutes(l.MinorStretch.Minutes)).With("break", calendar.Minutes(l.MinorBreak)).With("source", l.MinorStretch.Source))
		}
	}
	if day+e.Minutes > perDay.Minutes {
		list = append(list, perDay.passed(OverDayLimit, day))
	}
	if week+e.Minutes > perWeek.Minutes {
		list = append(list, perWeek.passed(OverWeekLimit, week))
	}
	return list
}

func (l Limit) passed(code *refusal.Code, counted int) refusal.Refusal {
	return code.At("to").With("limit", calendar.Minutes(l.Minutes)).With("counted", calendar.Minutes(counted)).With("source", l.Source)
}
