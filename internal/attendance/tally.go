package attendance

import (
	"slices"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// tally is the presence of one person that counts already, over all activities and whoever keeps them, by day, week and month. What an import changes is
// seen when the next entry changes, and when the month is submitted. What somebody works elsewhere nobody writes here, and it counts nowhere.
type tally struct {
	day, week map[calendar.Day][]*live // a week by its Monday
	month     map[calendar.Month][]*live
	absent    map[calendar.Day][]*live // absences, which are no presence and may be paid
	given     given
}

// given are minutes that there are beside entries, and that count before all of them: adjustments of locked months, on their days, and hours that were
// brought in from before, which have a month and no day.
type given struct {
	day, week map[calendar.Day]int // a week by its Monday
	month     map[calendar.Month]int
}

func newGiven() given {
	return given{day: map[calendar.Day]int{}, week: map[calendar.Day]int{}, month: map[calendar.Month]int{}}
}

func (g given) onDay(day calendar.Day, minutes int) {
	g.day[day] += minutes
	g.week[day.Monday()] += minutes
	g.inMonth(day.Month(), minutes)
}

func (g given) inMonth(month calendar.Month, minutes int) { g.month[month] += minutes }

func newTally(given given) tally {
	return tally{day: map[calendar.Day][]*live{}, week: map[calendar.Day][]*live{}, month: map[calendar.Month][]*live{}, absent: map[calendar.Day][]*live{}, given: given}
}

func (t tally) add(e *live) {
	if e.Kind == Absence {
		t.absent[e.Day] = append(t.absent[e.Day], e)
		return
	}
	monday, month := e.Day.Monday(), e.Day.Month()
	t.day[e.Day], t.week[monday], t.month[month] = append(t.day[e.Day], e), append(t.week[monday], e), append(t.month[month], e)
}

// beyond tells which bounds on hours are passed where an entry counts, too. Absences are held against the day alone, with the presence that there is: nobody
// misses, and is paid, more than he could have been there.
func (t tally) beyond(e *live) (list refusal.List) {
	if e.Kind == Absence {
		day := e.limits.of(e.Age).Day
		minutes := t.given.day[e.Day]
		for _, o := range slices.Concat(t.day[e.Day], t.absent[e.Day]) {
			minutes += o.Minutes
		}
		if day.Minutes > 0 && minutes+e.Minutes > day.Minutes {
			list = append(list, day.passed(OverDayLimit, e.Day, minutes))
		}
		return list
	}
	monday, month := e.Day.Monday(), e.Day.Month()
	for _, sum := range []struct {
		given   int
		counted []*live
		bound   func(Bounds) Limit
		code    *refusal.Code
	}{
		{t.given.day[e.Day], t.day[e.Day], func(b Bounds) Limit { return b.Day }, OverDayLimit},
		{t.given.week[monday], t.week[monday], func(b Bounds) Limit { return b.Week }, OverWeekLimit},
		{t.given.month[month], t.month[month], func(b Bounds) Limit { return b.Month }, OverMonthLimit},
	} {
		if l, counted, is := e.passes(sum.given, sum.counted, sum.bound); is {
			list = append(list, l.passed(sum.code, e.Day, counted))
		}
	}
	return list
}

// passes gives the bound that is passed where an entry counts with others of its day, week or month, and the minutes that there are without it. It is the
// entry's own, by what comes before it; or that of settled hours which come after and yield to nothing, by all up to them. So it
// makes no difference whether they were settled before the entry came, even where the bound changes within the week or month.
func (l *live) passes(given int, counted []*live, bound func(Bounds) Limit) (passed Limit, minutes int, is bool) {
	until := func(at *live) bool {
		passed, minutes = bound(at.limits.of(at.Age)), given
		if passed.Minutes == 0 {
			return false
		}
		for _, o := range counted {
			if o.order(at) <= 0 {
				minutes += o.Minutes
			}
		}
		return minutes+l.Minutes > passed.Minutes
	}
	if until(l) {
		return passed, minutes, true
	}
	for _, at := range counted {
		if at.order(l) > 0 && until(at) {
			return passed, minutes, true
		}
	}
	return Limit{}, 0, false
}
