package demo

import (
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// internship is one of the placements, with when everything about it happens. Zero days are steps that are not done.
type internship struct {
	n          int
	c          chance
	id         uuid.UUID
	person     *person
	seat       *seat
	ends       placement.State // where it stands at the end
	hostTutor  string
	from, to   calendar.Day // as planned, with the extension
	agreed     calendar.Day // last day before the extension; zero where there is none
	enrolment  uuid.UUID    // known once drafted
	reason     string       // of its end
	pause      string       // reason of its suspension
	second     bool         // the person had another before
	unanswered int          // proposals to other companies that came to nothing

	proposed, accepted, drafted, confirmed, signed, communicated calendar.Day
	started, suspended, resumed, stopped, attested               calendar.Day
	extended, extensionTold                                      calendar.Day

	waits    bool         // its last days are left for whoever tries the demonstration out
	live     bool         // hours can be recorded
	recorded calendar.Day // up to which the register is written
}

const running = placement.Running

// endings says where how many of the 196 stand at the end.
var endings = []struct {
	state placement.State
	count int
}{
	{placement.InDraft, 6}, {placement.Matched, 5}, {placement.ProjectDone, 5}, {placement.Communicated, 5}, {running, 58}, {placement.Suspended, 5},
	{placement.Interrupted, 9}, {placement.Ended, 14}, {placement.Attested, 71}, {placement.Cancelled, 11}, {placement.Annulled, 7},
}

// seconds is how many of the people have two.
const seconds = 8

// firstStart is how many days after the programme's first the first internship begins: people must be found, and taught.
const firstStart = 88

// asked is when the first proposal for it is made.
func (i *internship) asked() calendar.Day { return i.proposed }

// free is the last day on which it holds its seat.
func (i *internship) free() calendar.Day {
	switch {
	case !i.stopped.IsZero():
		return i.stopped
	case i.ends == placement.Ended || i.ends == placement.Attested:
		return i.to.AddDays(12)
	}
	return i.to.AddDays(60)
}

// imagine makes the internships with their days, in the order in which they begin.
func (o *office) imagine() {
	n := 0
	for _, e := range endings {
		for range o.scaled(e.count) {
			i := &internship{n: n, c: chanceOf("internship", n), ends: e.state}
			i.days(o)
			i.id = i.c.timedID(i.drafted.Start())
			o.interns = append(o.interns, i)
			n++
		}
	}
	slices.SortStableFunc(o.interns, func(a, b *internship) int { return a.proposed.Compare(b.proposed) })
}

// days chooses when the internship begins and how it goes, so that it stands where it should when the demonstration ends.
func (i *internship) days(o *office) {
	c, u, first := i.c, o.until, o.from.AddDays(firstStart)
	ago := func(least, most int) calendar.Day { return later(first, u.AddDays(-c.between(least, most))) }
	months := o.rules.months
	full := func(from calendar.Day) calendar.Day { return earlier(o.to, from.AddMonths(months).AddDays(-1)) }
	ever := func(end calendar.Day) calendar.Day { return first.AddDays(c.between(0, max(0, end.Sub(first)))) }
	switch i.ends {
	case placement.InDraft:
		i.from = u.AddDays(c.between(12, 30))
	case placement.Matched:
		i.from = u.AddDays(c.between(8, 22))
	case placement.ProjectDone:
		i.from = u.AddDays(c.between(4, 14))
	case placement.Communicated:
		i.from = u.AddDays(c.between(1, 8) - c.between(0, 1)*c.between(0, 12)) // some should have begun already
	case running:
		i.from = ago(3, 172)
	case placement.Suspended:
		i.from = ago(60, 150)
	case placement.Interrupted:
		i.from = ago(50, 150)
	case placement.Ended:
		i.from = later(first, u.AddDays(-c.between(6, 40)+1).AddMonths(-months))
	case placement.Attested:
		i.from = ever(u.AddDays(-30).AddMonths(-months))
	case placement.Cancelled, placement.Annulled:
		i.from = ever(u.AddDays(-6))
	}
	past, soon := i.ends == running && i.n%8 == 5, i.ends == running && i.n%16 == 11 // it goes on beyond its six months, or will
	switch {
	case past:
		i.from = ago(192, 240)
	case soon:
		i.from = ago(140, 168)
	}
	i.from = workday(i.from)
	i.to = full(i.from)
	if past || soon {
		i.lengthen(c, u, o.to)
	}
	i.prepare(c)
	i.finish(c, u)
	if i.proposed.After(u) {
		panic("demo: an internship that nobody has proposed yet")
	}
}

// lengthen gives it three months more: agreed in the days before its last one, and communicated unless that is still due.
func (i *internship) lengthen(c chance, u, last calendar.Day) {
	i.agreed, i.to = i.to, earlier(last, i.to.AddMonths(3))
	i.extended = earlier(before(i.agreed.AddDays(-c.between(4, 20))), before(u.AddDays(-c.between(1, 8))))
	if i.agreed.Before(u) {
		i.extensionTold = before(i.agreed.AddDays(-c.between(0, 2)))
	}
}

// firstEnd is the last day as it was planned at first.
func (i *internship) firstEnd() calendar.Day {
	if i.agreed.IsZero() {
		return i.to
	}
	return i.agreed
}

// prepare chooses the days before the first, as far as the internship comes; the last step done is never after today.
func (i *internship) prepare(c chance) {
	reached := map[placement.State]int{placement.InDraft: 1, placement.Matched: 2, placement.ProjectDone: 3, placement.Cancelled: c.between(1, 3)}
	n, short := reached[i.ends]
	if !short {
		n = 4
	}
	i.communicated = before(i.from.AddDays(-c.between(1, 3)))
	if i.n%29 == 3 && n == 4 && i.ends != placement.Communicated {
		i.communicated = i.from // late: the company sends it on the first day
	}
	i.signed = before(earlier(i.from.AddDays(-c.between(4, 7)), i.communicated))
	i.confirmed = before(i.signed.AddDays(-c.between(2, 5)))
	i.drafted = before(i.confirmed.AddDays(-c.between(2, 6)))
	i.accepted = before(i.drafted.AddDays(-c.between(1, 4)))
	i.proposed = before(i.accepted.AddDays(-c.between(2, 7)))
	i.cut(n)
}

// cut takes away the steps after the nth: 1 is the draft, 4 the communication.
func (i *internship) cut(n int) {
	for k, day := range []*calendar.Day{&i.confirmed, &i.signed, &i.communicated} {
		if k+1 >= n {
			*day = calendar.Day{}
		}
	}
}

// shift moves the steps that are done before the start to earlier days, so that the last of them is not after the day.
func (i *internship) shift(day calendar.Day) {
	last := later(later(later(i.drafted, i.confirmed), i.signed), i.communicated)
	for by := last.Sub(day); by > 0; by = later(later(later(i.drafted, i.confirmed), i.signed), i.communicated).Sub(day) {
		for _, d := range []*calendar.Day{&i.proposed, &i.accepted, &i.drafted, &i.confirmed, &i.signed, &i.communicated} {
			if !d.IsZero() {
				*d = before(d.AddDays(-by))
			}
		}
	}
}

// finish chooses the days from the first on.
func (i *internship) finish(c chance, u calendar.Day) {
	exits := []string{"JOB_FOUND", "HEALTH", "PERSONAL", "NOT_REACHABLE", "AIMS_UNREACHABLE", "MOVED_AWAY"}
	switch i.ends {
	case placement.InDraft, placement.Matched, placement.ProjectDone, placement.Communicated:
		i.shift(before(u.AddDays(-c.between(0, 6))))
		return
	case placement.Cancelled:
		i.shift(before(i.from.AddDays(-3)))
		i.stopped, i.reason = before(i.from.AddDays(-c.between(0, 2))), one(c, exits)
		return
	case placement.Annulled:
		i.stopped, i.reason = earlier(workday(i.from.AddDays(c.between(0, 3))), before(u)), one(c, exits)
		return
	}
	i.started = i.from
	if i.n%19 == 4 {
		i.started = workday(i.from.AddDays(c.between(1, 4)))
	}
	i.started = later(i.started, i.communicated)
	switch i.ends {
	case placement.Suspended:
		i.suspended, i.pause = before(u.AddDays(-c.between(2, 34))), one(c, []string{"ILLNESS", "INJURY", "MATERNITY", "HOST_CLOSURE"})
	case placement.Interrupted:
		i.stopped, i.reason = before(u.AddDays(-c.between(2, 22))), one(c, exits)
	case placement.Ended:
		i.stopped = later(i.to, earlier(workday(i.to.AddDays(c.between(0, 3))), before(u)))
	case placement.Attested:
		i.stopped = workday(i.to.AddDays(c.between(0, 4)))
		if end := workday(i.from.AddDays(c.between(85, 140))); i.n%7 == 2 && closedDays(i.from, end) < 10 { // broken off, and attested for what was done
			i.stopped, i.reason = end, one(c, exits)
		}
		i.attested = earlier(workday(i.stopped.AddDays(c.between(4, 24))), before(u))
	case running:
		if age := u.Sub(i.from); age > 80 && i.n%6 == 1 { // back from a suspension
			i.suspended, i.pause = workday(i.from.AddDays(c.between(20, 35))), "ILLNESS"
			i.resumed = workday(i.suspended.AddDays(c.between(31, 38)))
		}
	}
}

// closedDays counts the weekdays on which companies are closed.
func closedDays(from, to calendar.Day) (n int) {
	for d := from; !d.After(to); d = d.AddDays(1) {
		if isoWeekday(d) < 6 && shut(d) {
			n++
		}
	}
	return n
}

// broken says whether it ended before its last day.
func (i *internship) broken() bool { return i.reason != "" && !i.started.IsZero() }

// place gives each internship its person and its seat. The person's path is made to fit.
func (o *office) place(people []*person) {
	free, next := people, 0
	left := o.scaled(seconds)
	for _, i := range o.interns {
		if p := o.again(i, left); p != nil {
			left--
			i.second, i.person = true, p
		} else {
			i.person = free[next]
			next++
			o.approach(i)
		}
		i.person.interns = append(i.person.interns, i)
		i.seat = o.seatFor(i)
		if i.seat == nil {
			panic("demo: there is no seat for an internship")
		}
		i.seat.suit(i.person)
		i.fit()
	}
	for ; next < len(free); next++ {
		o.settle(free[next], "active")
	}
}

// again finds somebody whose first internship came to nothing before this one is asked for.
func (o *office) again(i *internship, left int) *person {
	if left == 0 || !slices.Contains([]placement.State{running, placement.InDraft, placement.Attested}, i.ends) {
		return nil
	}
	for _, other := range o.interns {
		if other.person == nil || len(other.person.interns) != 1 || !slices.Contains([]placement.State{placement.Cancelled, placement.Annulled}, other.ends) {
			continue
		}
		if gap := i.proposed.Sub(other.stopped); gap > 8 && gap < 200 {
			return other.person
		}
	}
	return nil
}

// approach gives the person a path that reaches the activities before the first proposal.
func (o *office) approach(i *internship) {
	active := before(i.proposed.AddDays(-i.c.between(1, 6)))
	if limit := before(i.from.AddDays(-26)); active.After(limit) { // time for the safety course
		active = limit
	}
	i.person.path.arrive(chanceOf("approach", i.n), o.from.AddDays(2), active, 5)
	i.person.path.course = true
}

// fit makes the person one whom the opening suits, as whoever proposes it has found.
func (i *internship) fit() {
	p, s := i.person, i.seat
	s.interns = append(s.interns, i)
	s.firm.interns = append(s.firm.interns, i)
	i.hostTutor = s.firm.hostTutors[len(s.interns)%len(s.firm.hostTutors)]
	if i.second {
		s.requires = slices.DeleteFunc(s.requires, func(t string) bool { return !slices.Contains(p.brings, t) })
		s.offers = union(s.offers, p.needs)
		return
	}
	p.brings = union(p.brings[:min(1, len(p.brings))], s.requires)
	p.needs = slices.DeleteFunc(p.needs, func(t string) bool { return !slices.Contains(s.offers, t) })
	if !slices.Contains(p.wishes, s.firm.trade.sector) {
		p.wishes = append(p.wishes[:min(1, len(p.wishes))], s.firm.trade.sector)
	}
}

func union(a, b []string) []string {
	all := append(slices.Clone(a), b...)
	slices.Sort(all)
	return slices.Compact(all)
}

// onwards plans what becomes of people whose internships are over.
func (o *office) onwards(p *person) {
	last := p.interns[len(p.interns)-1]
	c := chanceOf("onwards", p.n)
	over := later(last.stopped, last.attested).AddDays(c.between(4, 30))
	switch {
	case last.stopped.IsZero() || p.path.leaving != "":
	case last.ends == placement.Attested && !last.broken() && c.percent(84):
		o.part(c, &p.path, participant.Completed, over, "")
	case last.ends == placement.Attested && c.percent(60), last.ends == placement.Interrupted && c.percent(50):
		o.part(c, &p.path, participant.Withdrawn, over, last.reason)
	case last.ends == placement.Cancelled && c.percent(45), last.ends == placement.Annulled && c.percent(45):
		o.part(c, &p.path, participant.Withdrawn, over.AddDays(c.between(0, 40)), last.reason)
	}
	if p.path.leaving == participant.Withdrawn && p.path.reason == "" {
		p.path.reason = "PERSONAL"
	}
}
