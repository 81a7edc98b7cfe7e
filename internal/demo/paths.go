package demo

import (
	"slices"

	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// path is when somebody does the steps of the programme; zero days are steps that are not done.
type path struct {
	age, ageDays                                                int
	referred, checked, admitted, drafted, signed, active, apart calendar.Day
	rejected, left, first, second, closed                       calendar.Day
	leaving                                                     participant.State // how the person leaves
	reason                                                      string
	finding                                                     string // what stands against entering: see the cases of exclusions
	course                                                      bool
}

// fate is where the path of somebody without an internship stands at the end, with how many of the 285 it is.
type fate struct {
	name  string
	count int
}

var fates = []fate{{"referred", 9}, {"checked", 8}, {"rejected", 14}, {"evaluated", 10}, {"drafted", 7}, {"signed", 6}, {"active", 23},
	{"early", 6}, {"withdrawn", 6}, {"excluded", 5}, {"completed", 3}}

// gaps are the usual days between two steps: fewest and most.
var gaps = [][2]int{{4, 13}, {1, 9}, {9, 27}, {4, 14}, {1, 9}}

// arrive sets the steps up to and with the one of the number (0 referred … 5 active), so that the last is done on the day.
func (p *path) arrive(c chance, first, day calendar.Day, step int) {
	days := make([]calendar.Day, step+1)
	days[step] = before(day)
	for i := step - 1; i >= 0; i-- {
		days[i] = before(days[i+1].AddDays(-c.between(gaps[i][0], gaps[i][1])))
	}
	if days[0].Before(first) { // not enough time since the programme began: everything goes faster
		span, have := days[step].Sub(days[0]), max(days[step].Sub(first), 0)
		for i := range days[:step] {
			days[i] = workday(first.AddDays((days[i].Sub(days[0]) * have) / span))
		}
	}
	for i, into := range []*calendar.Day{&p.referred, &p.checked, &p.admitted, &p.drafted, &p.signed, &p.active}[:step+1] {
		*into = days[i]
		if i > 0 {
			*into = later(days[i], days[i-1])
		}
	}
}

// settle gives a path to somebody who has no internship.
func (o *office) settle(p *person, fate string) {
	c, u, path := chanceOf("fate", p.n), o.until, &p.path
	first := o.from.AddDays(2)
	ever := func(margin int) calendar.Day { return first.AddDays(c.between(20, max(21, u.Sub(first)-margin))) }
	switch fate {
	case "referred":
		path.arrive(c, first, u.AddDays(-c.between(0, 7)-c.between(0, 1)*c.between(0, 14)), 0)
	case "checked":
		path.arrive(c, first, u.AddDays(-c.between(0, 11)-c.between(0, 1)*c.between(0, 12)), 1)
		path.finding = one(c, []string{"unknown", "expired", "", "none"})
		if path.finding == "expired" {
			path.referred = later(first, before(path.checked.AddDays(-c.between(38, 60))))
		}
	case "rejected":
		path.arrive(c, first, ever(12), 1)
		path.finding = one(c, []string{"ADI", "ADI", "GOL", "outside", "young"})
		path.rejected, path.reason = workday(path.checked.AddDays(c.between(0, 6))), "REQUIREMENTS_LOST"
		switch path.finding {
		case "young":
			path.age = 15
		case "outside":
			p.municipality, p.pass = "045002", append(p.pass, "MUNICIPALITY_OUTSIDE")
		}
		if path.finding == "ADI" || path.finding == "GOL" {
			path.reason = "OTHER_MEASURE"
		}
	case "evaluated":
		path.arrive(c, first, u.AddDays(-c.between(0, 26)-c.between(0, 1)*c.between(0, 20)), 2)
	case "drafted":
		path.arrive(c, first, u.AddDays(-c.between(0, 20)), 3)
	case "signed":
		path.arrive(c, first, u.AddDays(-c.between(0, 12)), 4)
	case "active":
		path.arrive(c, first, u.AddDays(-c.between(2, 170)), 5)
		path.course = true
	case "early":
		path.arrive(c, first, ever(40), 2)
		o.part(c, path, participant.Withdrawn, path.admitted.AddDays(c.between(5, 25)), one(c, []string{"PERSONAL", "MOVED_AWAY", "NOT_REACHABLE", "JOB_FOUND"}))
	case "withdrawn":
		path.arrive(c, first, ever(90), 5)
		path.course = true
		o.part(c, path, participant.Withdrawn, path.active.AddDays(c.between(30, 75)), one(c, []string{"JOB_FOUND", "HEALTH", "PERSONAL", "EDUCATION"}))
	case "excluded":
		path.arrive(c, first, ever(110), 5)
		path.course = true
		o.part(c, path, participant.Excluded, path.active.AddDays(c.between(40, 100)), one(c, []string{"OTHER_MEASURE", "OTHER_MEASURE", "RULES_BROKEN"}))
	case "completed":
		path.arrive(c, first, ever(150), 5)
		path.course = true
		o.part(c, path, participant.Completed, path.active.AddDays(c.between(70, 120)), "")
	}
}

// part lets somebody leave, and asks for the results when their time comes. Some are asked late, and some are forgotten.
func (o *office) part(c chance, p *path, how participant.State, day calendar.Day, reason string) {
	p.leaving, p.left, p.reason = how, workday(day), reason
	if p.active.IsZero() {
		if c.percent(50) {
			p.closed = workday(p.left.AddDays(c.between(2, 30)))
		}
		return
	}
	if c.percent(8) {
		return
	}
	p.first = workday(p.left.AddDays(c.between(18, 34)))
	p.second = workday(p.left.AddDays(c.between(178, 195)))
	p.closed = workday(p.second.AddDays(c.between(3, 20)))
}

// scaled is the number of people or internships of a sort, at least one however small the demonstration is.
func (o *office) scaled(count int) int {
	if o.deps.Scale <= 1 {
		return count
	}
	return max(1, (count+o.deps.Scale/2)/o.deps.Scale)
}

// fateList is one name for each person without an internship, shuffled.
func (o *office) fateList() []string {
	var list []string
	for _, f := range fates {
		list = append(list, slices.Repeat([]string{f.name}, o.scaled(f.count))...)
	}
	c := chanceOf("fates", 0)
	c.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}
