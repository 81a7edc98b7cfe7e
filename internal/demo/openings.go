package demo

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// week is a timetable: minutes of the day, on ISO weekdays.
type week struct {
	name     string
	days     []int
	hours    [][2]int
	traits   []string // what it offers besides
	freeFrom int      // from this minute on the person may do something else
}

var weeks = []week{
	{"mornings 20", []int{1, 2, 3, 4, 5}, [][2]int{{540, 780}}, []string{"MORNING_HOURS", "PART_TIME"}, 780},
	{"mornings 25", []int{1, 2, 3, 4, 5}, [][2]int{{510, 810}}, []string{"MORNING_HOURS"}, 810},
	{"long mornings 30", []int{1, 2, 3, 4, 5}, [][2]int{{480, 840}}, nil, 840},
	{"afternoons 20", []int{1, 2, 3, 4, 5}, [][2]int{{900, 1140}}, []string{"PART_TIME"}, 1440},
	{"four days 24", []int{1, 2, 3, 4}, [][2]int{{480, 840}}, []string{"MORNING_HOURS"}, 840},
	{"with Saturday 30", []int{2, 3, 4, 5, 6}, [][2]int{{540, 900}}, nil, 1440},
	{"divided 28", []int{1, 2, 3, 4}, [][2]int{{540, 780}, {840, 1020}}, nil, 1440},
}

// weekShares says how often each of the weeks is offered.
var weekShares = []int{6, 8, 6, 2, 3, 2, 2}

func (w week) opening() (list []company.Hours) {
	for _, d := range w.days {
		for _, h := range w.hours {
			list = append(list, company.Hours{Weekday: d, From: clock(h[0]), To: clock(h[1])})
		}
	}
	return list
}

// longest is the longest stretch without a break, in minutes.
func (w week) longest() (minutes int) {
	for _, h := range w.hours {
		minutes = max(minutes, h[1]-h[0])
	}
	return minutes
}

// mostOfAMinor is how long a minor works without a break, in minutes (L. 977/1967).
const mostOfAMinor = 270

// suit gives a seat that a minor takes hours that a minor may work.
func (s *seat) suit(p *person) {
	if p.path.age < 18 && s.week.longest() > mostOfAMinor {
		s.week = weeks[0]
	}
}

func clock(minute int) calendar.LocalTime {
	t, _ := calendar.NewLocalTime(minute)
	return t
}

func isoWeekday(d calendar.Day) int { return (int(d.Weekday())+6)%7 + 1 }

func (w week) on(d calendar.Day) bool { return slices.Contains(w.days, isoWeekday(d)) }

// seat is an opening: seats that a company offers for a while.
type seat struct {
	id               uuid.UUID
	firm             *firm
	week             week
	title            string
	requires, offers []string
	seats            int
	offered          calendar.Day
	from, to         calendar.Day
	interns          []*internship
	closes           calendar.Day // zero: nobody closes it
}

// openFor makes an opening at a company for an internship that begins on a day.
func (o *office) openFor(f *firm, offered, from calendar.Day) *seat {
	n := len(o.seats)
	c := chanceOf("opening", n)
	s := &seat{firm: f, week: weeks[o.weekDeck[n%len(o.weekDeck)]], title: one(c, f.trade.titles), offered: offered, from: from, seats: 1}
	if f.limit > 1 && c.percent(45) {
		s.seats = min(f.limit, c.between(2, 3))
	}
	s.id = c.timedID(offered.Start())
	s.to = earlier(o.to, from.AddMonths(c.between(9, 15)))
	s.requires = some(c, f.trade.requires, c.between(1, len(f.trade.requires)))
	s.offers = append(some(c, f.trade.offers, c.between(1, len(f.trade.offers))), s.week.traits...)
	slices.Sort(s.offers)
	s.offers = slices.Compact(s.offers)
	o.seats = append(o.seats, s)
	return s
}

// offer plans the day on which the scout writes the opening down, and the one on which it is closed.
func (o *office) offer(s *seat) {
	f := s.firm
	o.plan(s.offered, noon+30, f.scout, "offerOpening", func(ctx context.Context, tx *postgres.Tx) error {
		return company.OfferSeats(ctx, tx, company.Offer{ID: s.id, Programme: o.programme, Site: f.site, Organisation: o.organisations[f.partner], Title: s.title,
			Tasks: f.trade.tasks, Sector: f.trade.sector, Seats: s.seats, From: s.from, To: s.to, Hours: s.week.opening(), Requires: s.requires, Offers: s.offers, Origin: demoOrigin})
	})
	if !s.closes.IsZero() {
		o.plan(s.closes, afternoon, f.scout, "closeOpening", func(ctx context.Context, tx *postgres.Tx) error {
			return company.Close(ctx, tx, s.id, nil)
		})
	}
}

// spare offers seats that nobody has taken, spread over the programme: some stand open at the end, some were closed.
func (o *office) spare(n int) {
	for i := range n {
		c := chanceOf("spare", i)
		f := o.firms[(i*5+3)%len(o.firms)]
		if f.limit == 0 {
			continue
		}
		offered := workday(later(f.known, o.until.AddDays(-c.between(3, 300))))
		s := o.openFor(f, offered, offered.AddDays(14))
		if i%3 == 0 {
			s.closes = workday(offered.AddDays(c.between(40, 120)))
		}
	}
}

// sweep closes most openings some time after their last internship.
func (o *office) sweep() {
	for i, s := range o.seats {
		if len(s.interns) == 0 || i%5 == 0 {
			continue
		}
		last := calendar.Day{}
		for _, in := range s.interns {
			last = later(last, in.free())
		}
		s.closes = workday(last.AddDays(chanceOf("closing", i).between(5, 40)))
	}
}

// seatFor finds or makes a seat that takes the internship without breaking a rule of the host.
func (o *office) seatFor(i *internship) *seat {
	c := chanceOf("seat", i.n)
	if c.percent(55) {
		for _, k := range c.Perm(len(o.seats)) {
			if s := o.seats[k]; s.takes(i) && s.firm.hosts(i) && (s.firm.municipality == i.person.municipality || c.percent(30)) {
				return s
			}
		}
	}
	order := c.Perm(len(o.firms))
	for _, near := range []bool{true, false} {
		for _, k := range order {
			f := o.firms[k]
			if f.hosts(i) && (!near || f.municipality == i.person.municipality) && f.known.Before(i.asked().AddDays(-3)) {
				offered := before(later(f.known, i.asked().AddDays(-c.between(2, 25))))
				return o.openFor(f, offered, offered.AddDays(c.between(2, 8)))
			}
		}
	}
	return nil
}

// takes says whether a seat of the opening is free for the whole internship.
func (s *seat) takes(i *internship) bool {
	if s.from.After(i.from) || s.to.Before(i.to) || s.offered.After(i.asked().AddDays(-1)) {
		return false
	}
	n := 0
	for _, other := range s.interns {
		if !other.free().Before(i.proposed) && !i.free().Before(other.proposed) {
			n++
		}
	}
	return n < s.seats
}

// hosts says whether the company's quota and its tutors allow one more on those days, for this one and for all others.
func (f *firm) hosts(i *internship) bool {
	all := append(slices.Clone(f.interns), i)
	for _, a := range all {
		counting, together := 0, 0
		for _, b := range all {
			if a == b || a.from.After(b.to) || b.from.After(a.to) {
				continue
			}
			together++
			if !b.person.exempt {
				counting++
			}
		}
		if together >= 3 || !a.person.exempt && counting >= f.limit {
			return false
		}
	}
	return f.limit > 0
}

func later(a, b calendar.Day) calendar.Day {
	if a.Before(b) {
		return b
	}
	return a
}

func earlier(a, b calendar.Day) calendar.Day {
	if b.Before(a) {
		return b
	}
	return a
}
