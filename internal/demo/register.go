package demo

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// habit is how a tutor keeps the register.
type habit struct {
	follows []*internship
	silent  int // days before the end from which on nothing is written any more
	skips   int // one Friday of so many is left out, and made up for a week later; 0 never
}

// recent is how many days before the end the register is written day by day; before that, on Fridays.
const recent = 15

// lateEntry is the warning of entries that come late.
const lateEntry = "ATTENDANCE_LATE"

func (w *worker) follow(i *internship) { w.habit.follows = append(w.habit.follows, i) }

// keepRegisters plans when tutors and host tutors write the register.
func (o *office) keepRegisters() {
	for n, w := range o.workers {
		host := w.partner == ""
		if !host && !w.tutors() {
			continue
		}
		w.habit.skips = 11 + n%7
		switch w.address {
		case "tutor.uisp":
			w.habit.silent = 9
		case "tutor.gigroup":
			w.habit.silent = 4
		}
		minute := late
		if host {
			minute -= 30 // before the promoter's tutor, who then finds it done
			w.habit.skips = 0
		}
		o.writing(w, minute)
	}
}

func (w *worker) tutors() bool {
	return slices.ContainsFunc(w.actor.Grants, func(g access.Grant) bool { return g.Role == access.Tutor })
}

func (o *office) writing(w *worker, minute int) {
	fridays := 0
	last := o.until.AddDays(-w.habit.silent)
	for day := o.from.AddDays(firstStart); !day.After(last); day = day.AddDays(1) {
		daily := o.until.Sub(day) < recent
		if !daily && isoWeekday(day) != 5 || daily && (isoWeekday(day) == 7 || holiday(day)) {
			continue
		}
		fridays++
		if w.habit.skips > 0 && !daily && fridays%w.habit.skips == 3 {
			continue
		}
		o.write(w, day, minute, func() []*internship { return w.habit.follows })
	}
}

// write plans one entry into the register of all that is still missing up to the day. What comes late is acknowledged.
func (o *office) write(w *worker, day calendar.Day, minute int, whose func() []*internship) {
	var entries []attendance.Entry
	a := o.plan(day, minute, w, "recordAttendance", func(ctx context.Context, tx *postgres.Tx) error {
		entries = nil
		for _, i := range whose() {
			if i.live {
				entries = append(entries, o.missing(i, day)...)
			}
		}
		return o.record(ctx, tx, entries)
	})
	a.idle = func() bool {
		return !slices.ContainsFunc(whose(), func(i *internship) bool { return i.live && len(o.missing(i, day)) > 0 })
	}
	a.pass, a.why = []string{lateEntry}, "Registrazione rimandata: tutor assente la settimana prima"
	a.then = func() {
		for _, i := range whose() {
			if i.live {
				i.recorded = later(i.recorded, o.through(i, day))
			}
		}
		o.amend(w, day, entries)
	}
}

// flush plans that the register is complete before the internship is stopped on the day.
func (o *office) flush(i *internship, day calendar.Day) {
	o.write(i.person.tutor, day, early, func() []*internship { return []*internship{i} })
}

// record writes entries, at most as many at once as the act takes.
func (o *office) record(ctx context.Context, tx *postgres.Tx, entries []attendance.Entry) error {
	for chunk := range slices.Chunk(entries, 500) {
		answers, err := attendance.Record(ctx, tx, attendance.Source{Origin: demoOrigin}, chunk)
		if err != nil {
			return err
		}
		for _, a := range answers {
			if len(a.Refusals) > 0 {
				o.unwritten = append(o.unwritten, fmt.Sprintf("%s %s", tx.Today(), refusal.List(a.Refusals).Error()))
			}
		}
	}
	return nil
}

// through is the last day that is written of an internship, when the register is written on a day.
func (o *office) through(i *internship, day calendar.Day) calendar.Day {
	if !i.stopped.IsZero() && !day.Before(i.stopped) && i.broken() {
		day = i.stopped.AddDays(-1)
	}
	if day == i.suspended {
		day = day.AddDays(-1)
	}
	if i.waits {
		day = earlier(day, before(o.until.AddDays(-2)).AddDays(-1))
	}
	return earlier(day, i.to)
}

// leaveSome chooses internships of which the last days are not written: each tutor has something to record at once.
func (o *office) leaveSome() {
	newest := map[*worker][]*internship{}
	for _, i := range o.interns {
		if i.ends == running && o.until.Sub(i.started) > 5 {
			newest[i.person.tutor] = append(newest[i.person.tutor], i)
		}
	}
	for _, list := range newest {
		for _, i := range list[max(0, len(list)-1-len(list)/5):] {
			i.waits = true
		}
	}
}

// dispute lets some tutors write down hours that overlap those of the timetable, in the last days: nobody has resolved it yet.
func (o *office) dispute(n int) {
	for _, i := range o.interns {
		tutor := i.person.tutor
		if n == 0 || i.ends != running || i.waits || tutor.habit.silent > 0 || o.until.Sub(i.started) < 30 || len(i.seat.week.hours) > 1 || len(i.person.courses) > 0 {
			continue
		}
		day := o.until.AddDays(-2 - n)
		for !i.seat.week.on(day) || shut(day) || patron(day, i.seat.firm.municipality) {
			day = day.AddDays(-1)
		}
		if !i.resumed.IsZero() && !day.After(i.resumed) {
			continue
		}
		n--
		end := i.seat.week.hours[0][1]
		a := o.plan(day, late+50, tutor, "recordAttendance", func(ctx context.Context, tx *postgres.Tx) error {
			return o.record(ctx, tx, []attendance.Entry{{ID: chanceOf("dispute", i.n).timedID(tx.Now), Enrolment: i.enrolment, Kind: attendance.Presence, Day: day,
				From: clock(end - 30), To: clock(end + 60), Note: "Recupero di ore chiesto dall'azienda."}})
		})
		a.pass, a.why = []string{attendance.OutsideTimetable.String()}, "Recupero di ore chiesto dall'azienda"
	}
}

// missing gives the entries from the last that is written up to the day.
func (o *office) missing(i *internship, day calendar.Day) (entries []attendance.Entry) {
	for d := i.recorded.AddDays(1); !d.After(o.through(i, day)); d = d.AddDays(1) {
		if i.seat.week.on(d) && !shut(d) && !patron(d, i.seat.firm.municipality) {
			entries = append(entries, i.day(d)...)
		}
	}
	return entries
}

// absences is why people stay away, as often as each reason stands here.
var absences = []string{"ILLNESS", "ILLNESS", "ILLNESS", "MEDICAL_VISIT", "MEDICAL_VISIT", "APPOINTMENT", "FAMILY", "PERSONAL", "UNJUSTIFIED", "TRANSPORT", "HOST_CLOSED", "HOST_NO_TUTOR", "WEATHER"}

// day gives what happened on a day of the timetable.
func (i *internship) day(d calendar.Day) (entries []attendance.Entry) {
	c := chanceOf("day "+d.String(), i.n)
	absent, leaves := c.percent(7), c.percent(5)
	reason := one(c, absences)
	for _, h := range i.seat.week.hours {
		e := attendance.Entry{ID: c.timedID(d.At(clock(h[1]))), Enrolment: i.enrolment, Kind: attendance.Presence, Day: d, From: clock(h[0]), To: clock(h[1])}
		switch {
		case absent:
			e.Kind, e.AbsenceReason = attendance.Absence, reason
		case leaves:
			e.To = clock(h[1] - 30*c.between(1, 3))
		}
		entries = append(entries, e)
	}
	return entries
}

// amend plans corrections of some entries, days after they were written, and takes a few back.
func (o *office) amend(w *worker, day calendar.Day, entries []attendance.Entry) {
	for _, e := range entries {
		c := chanceOf("amend "+e.ID.String(), 0)
		if e.Kind != attendance.Presence || !c.percent(2) {
			continue
		}
		i := o.byEnrolment(w, e.Enrolment)
		when := workday(day.AddDays(c.between(1, 4)))
		if i == nil || !i.stopped.IsZero() && !when.Before(i.stopped) || !i.suspended.IsZero() && !when.Before(i.suspended) {
			continue
		}
		if c.percent(12) {
			o.plan(when, noon+58, w, "withdrawAttendance", func(ctx context.Context, tx *postgres.Tx) error {
				return attendance.Withdraw(ctx, tx, e.ID, "Registrata per errore: quel giorno la persona non era attesa.", nil)
			})
			continue
		}
		to := clock(e.To.Minutes() - 15*c.between(1, 4))
		a := o.plan(when, noon+58, w, "correctAttendance", func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.Correct(ctx, tx, attendance.Correction{Entry: e.ID, ID: c.timedID(tx.Now), To: &to, Note: "Uscita anticipata, come da foglio firme dell'azienda."})
		})
		a.pass, a.why = []string{lateEntry}, "Verifica del foglio firme"
	}
}

func (o *office) byEnrolment(w *worker, id uuid.UUID) *internship {
	if !w.tutors() {
		return nil // a host tutor records, and corrects nothing
	}
	for _, i := range w.habit.follows {
		if i.enrolment == id {
			return i
		}
	}
	return nil
}
