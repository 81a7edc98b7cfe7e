package demo

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// lesson is one meeting of a course.
type lesson struct {
	day      calendar.Day
	from, to int // minutes
}

// course is an activity with lessons and those who take part.
type course struct {
	n            int
	id           uuid.UUID
	kind, title  string
	place        string
	partner      string
	certificate  string
	lessons      []lesson
	seats        int
	participants []*pupil
}

// pupil is somebody's part in a course.
type pupil struct {
	person    *person
	course    *course
	id        uuid.UUID // of the enrolment
	enrolled  calendar.Day
	leaves    calendar.Day // zero: stays to the end
	contested bool         // an hour at the company overlaps a lesson
	settled   calendar.Day // when the contest is resolved
	intern    *internship
}

func (k *course) first() calendar.Day { return k.lessons[0].day }
func (k *course) last() calendar.Day  { return k.lessons[len(k.lessons)-1].day }

func (k *course) minutes() (sum int) {
	for _, l := range k.lessons {
		sum += l.to - l.from
	}
	return sum
}

// curriculum plans the safety courses every fortnight, and laboratories and other courses now and then.
func (o *office) curriculum() {
	for day := o.from.AddDays(18); !day.After(o.until.AddDays(45)) && day.Before(o.to.AddDays(-10)); day = day.AddDays(14) {
		n := len(o.courses)
		first := workday(day)
		k := o.newCourse("COURSE", "Formazione sulla sicurezza, generale e specifica", "SERINDFORM", "SAFETY_GENERAL", 15)
		k.place = []string{"Aula di Massa, Via dei Lecci 12", "Aula di Carrara, Via della Foce 3"}[n%2]
		k.lessons = []lesson{{first, 540, 780}, {workday(first.AddDays(1)), 540, 780}}
	}
	o.safety = slices.Clone(o.courses)
	for day, n := o.from.AddDays(100), 0; !day.After(o.until); day, n = day.AddDays(56), n+1 {
		lab := []struct{ title, partner string }{{"Laboratorio di orientamento e bilancio delle competenze", "PEGASO"}, {"Laboratorio di autonomia: muoversi, spendere, cucinare", "ANFFAS"},
			{"Laboratorio di italiano per il lavoro", "UISP"}, {"Laboratorio digitale di base", "AIAS"}}[n%4]
		k := o.newCourse("LABORATORY", lab.title, lab.partner, "", 12)
		k.place = "Sala laboratori, Piazza dei Cavatori 1"
		for d := workday(day); len(k.lessons) < 14; d = d.AddDays(1) {
			if wd := isoWeekday(d); (wd == 2 || wd == 4) && !shut(d) {
				k.lessons = append(k.lessons, lesson{d, 900, 1080})
			}
		}
		o.labs = append(o.labs, k)
	}
	for day := o.from.AddDays(150); !day.After(o.until.AddDays(-20)); day = day.AddDays(170) {
		k := o.newCourse("COURSE", "Igiene degli alimenti (HACCP)", "SERINDFORM", "FOOD_HYGIENE", 12)
		k.place = "Aula di Massa, Via dei Lecci 12"
		first := workday(day)
		k.lessons = []lesson{{first, 870, 1050}, {workday(first.AddDays(7)), 870, 1050}}
		o.labs = append(o.labs, k)
	}
}

func (o *office) newCourse(kind, title, partner, certificate string, seats int) *course {
	k := &course{n: len(o.courses), kind: kind, title: title, partner: partner, certificate: certificate, seats: seats}
	o.courses = append(o.courses, k)
	return k
}

// teach plans a course: that it is written down, who takes part, each lesson, and the certificates.
func (o *office) teach(k *course) {
	if k.last().After(o.to) {
		return
	}
	planned := before(k.first().AddDays(-12))
	k.id = chanceOf("course", k.n).timedID(planned.Start())
	o.plan(planned, morning-15, o.at("coordinator", k.partner), "planActivity", func(ctx context.Context, tx *postgres.Tx) error {
		return activity.Plan(ctx, tx, activity.Planned{ID: k.id, Programme: o.programme, Organisation: o.organisations[k.partner], Kind: k.kind, Title: k.title, Place: k.place,
			From: k.first(), To: k.last(), PlannedMinutes: calendar.Minutes(k.minutes()), Seats: &k.seats, Certificate: k.certificate})
	})
	for _, p := range k.participants {
		o.attend(p)
	}
}

// attend plans somebody's part in a course.
func (o *office) attend(p *pupil) {
	k, tutor := p.course, p.person.tutor
	p.id = chanceOf("enrolment", k.n*1000+p.person.n).timedID(p.enrolled.Start())
	o.plan(p.enrolled, afternoon+50, tutor, "enrol", func(ctx context.Context, tx *postgres.Tx) error {
		return activity.Enrol(ctx, tx, activity.Enrolling{ID: p.id, Activity: k.id, Participation: p.person.id, Origin: demoOrigin})
	})
	for n, l := range k.lessons {
		if !p.leaves.IsZero() && !l.day.Before(p.leaves) {
			break
		}
		o.plan(l.day, late+15, tutor, "recordAttendance", func(ctx context.Context, tx *postgres.Tx) error {
			return o.record(ctx, tx, p.lesson(n, l))
		})
		if p.contested && n == 3 {
			o.contest(p, l)
		}
	}
	ending := activity.Ending{Enrolment: p.id}
	if !p.leaves.IsZero() {
		o.plan(p.leaves, late+40, p.person.caseManager, "withdrawEnrolment", func(ctx context.Context, tx *postgres.Tx) error { return o.deps.Activities.Withdraw(ctx, tx, ending) })
		return
	}
	o.plan(k.last(), late+45, tutor, "completeEnrolment", func(ctx context.Context, tx *postgres.Tx) error { return o.deps.Activities.Complete(ctx, tx, ending) })
}

func (p *pupil) lesson(n int, l lesson) []attendance.Entry {
	c := chanceOf("lesson", (p.course.n*1000+p.person.n)*50+n)
	e := attendance.Entry{ID: c.timedID(l.day.At(clock(l.to))), Enrolment: p.id, Kind: attendance.Presence, Day: l.day, From: clock(l.from), To: clock(l.to)}
	if p.course.kind == "LABORATORY" && c.percent(11) && !p.contested {
		e.Kind, e.AbsenceReason = attendance.Absence, one(c, absences[:10])
	}
	return []attendance.Entry{e}
}

// contest lets the company's hour overlap the lesson: it is kept, counts for nothing, and is mostly resolved.
func (o *office) contest(p *pupil, l lesson) {
	i := p.intern
	c := chanceOf("contest", i.n)
	e := attendance.Entry{ID: c.timedID(l.day.At(clock(late))), Enrolment: i.enrolment, Kind: attendance.Presence, Day: l.day, From: clock(l.from), To: clock(l.from + 60),
		Note: "Recupero chiesto dall'azienda."}
	tutor := p.person.tutor
	a := o.plan(l.day, late+50, tutor, "recordAttendance", func(ctx context.Context, tx *postgres.Tx) error {
		e.Enrolment = i.enrolment
		return o.record(ctx, tx, []attendance.Entry{e})
	})
	a.pass, a.why = []string{attendance.OutsideTimetable.String()}, "Recupero chiesto dall'azienda"
	o.planStep(p.settled, noon, p.person.coordinator, "resolveAttendance", func(ctx context.Context, tx *postgres.Tx) error {
		ids, err := contestedOf(ctx, tx, i.enrolment, l.day)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if _, err := attendance.Resolve(ctx, tx, id, false, "Il registro del corso è quello giusto.", nil); err != nil {
				return err
			}
		}
		return nil
	})
}

// enlistPupils fills the courses: everybody in the activities does the safety course, some go to laboratories as well.
func (o *office) enlistPupils() {
	for _, p := range o.people {
		if !p.path.active.IsZero() && p.path.course {
			o.toSafety(p)
		}
	}
	for _, k := range o.labs {
		o.toLab(k)
	}
}

// toSafety finds the next safety course with a seat; whoever has an internship must be through before it begins.
func (o *office) toSafety(p *person) {
	for _, k := range o.safety {
		enrolled := later(p.path.active, before(k.first().AddDays(-2)))
		if k.first().Before(p.path.active.AddDays(1)) || len(k.participants) >= k.seats || enrolled.Before(before(k.first().AddDays(-12))) {
			continue
		}
		if !p.path.left.IsZero() && !k.last().Before(p.path.left) {
			return
		}
		k.participants = append(k.participants, &pupil{person: p, course: k, enrolled: enrolled})
		return
	}
}

// toLab brings people into a laboratory: those who wait, and those whose internship leaves them the afternoon.
func (o *office) toLab(k *course) {
	var able []*pupil
	for _, p := range o.people {
		if p.path.active.IsZero() || p.path.active.After(k.first().AddDays(-5)) || !p.path.left.IsZero() && p.path.left.Before(k.last().AddDays(3)) {
			continue
		}
		one := &pupil{person: p, course: k, enrolled: before(k.first().AddDays(-3))}
		if p.free(one, k) {
			able = append(able, one)
		}
	}
	c := chanceOf("lab", k.n)
	c.Shuffle(len(able), func(i, j int) { able[i], able[j] = able[j], able[i] })
	slices.SortStableFunc(able, func(a, b *pupil) int { return b.weight() - a.weight() })
	k.participants = able[:min(len(able), k.seats-2)]
	for i, p := range k.participants {
		p.person.courses = append(p.person.courses, k)
		switch {
		case p.intern != nil && p.intern.seat.week.name == "mornings 20" && k.kind == "LABORATORY":
			p.contested = true
			p.settled = workday(k.lessons[3].day.AddDays(c.between(3, 12)))
		case i%6 == 5 && p.intern == nil && k.kind == "LABORATORY":
			p.leaves = k.lessons[c.between(3, 8)].day
		}
	}
}

// free says whether the person's time leaves the afternoons to a course, and which internship runs besides.
func (p *person) free(one *pupil, k *course) bool {
	for _, other := range p.courses {
		if !other.last().Before(k.first()) && !k.last().Before(other.first()) {
			return false
		}
	}
	for _, i := range p.interns {
		end := i.to
		if !i.stopped.IsZero() {
			end = earlier(end, i.stopped)
		}
		switch {
		case i.started.IsZero() || k.last().Before(i.started) || k.first().After(end):
		case i.seat.week.freeFrom > 810 || !i.suspended.IsZero() || i.started.After(k.first()) || end.Before(k.last()):
			return false
		default:
			one.intern = i
		}
	}
	return true
}

// weight puts those with an internship in the morning first: their months join course and company.
func (p *pupil) weight() int {
	if p.intern == nil {
		return 0
	}
	if p.intern.seat.week.name == "mornings 25" {
		return 2
	}
	return 1
}
