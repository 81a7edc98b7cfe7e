package attendance_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// week is what several write of one person in a week without network: hours that overlap, versions of one day, more than a day and a week hold.
var week = []string{"course 2026-03-09 08:00 13:00", "intern 2026-03-09 13:00 17:00", "intern 2026-03-09 17:00 18:00", "intern 2026-03-10 08:00 16:00", "intern 2026-03-10 09:00 17:00",
	"course 2026-03-10 16:30 18:00", "intern 2026-03-11 08:00 16:00", "intern 2026-03-12 08:00 16:00", "intern 2026-03-13 08:00 16:00", "intern 2026-03-14 08:00 16:00", "course 2026-03-14 16:00 17:00"}

// The same entries in another order, in other batches, some sent twice: in the end the same count, and the same do not for the same reason.
func TestTheOrderOfArrivalDoesNotMatter(t *testing.T) {
	o := newOffice(t)
	var first map[string]string
	for round := range 6 {
		name := fmt.Sprintf("round %d", round)
		o.enrol(name, "1990-05-01", o.tutor.Member)
		chance := rand.New(rand.NewPCG(7, uint64(round)))
		var entries []attendance.Entry
		for _, line := range week {
			f := strings.Fields(line)
			entries = append(entries, entry(map[string]uuid.UUID{"course": o.course[name], "intern": o.intern[name]}[f[0]], f[1], f[2], f[3]))
		}
		chance.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		for left := entries; len(left) > 0; {
			n := 1 + chance.IntN(len(left))
			for range 1 + chance.IntN(2) {
				o.record(o.tutor, left[:n]...)
			}
			left = left[n:]
		}
		found := o.register(o.course[name], o.intern[name])
		if first == nil {
			first = found
		}
		if !maps.Equal(first, found) {
			t.Errorf("round %d:\n%v\nis not\n%v", round, found, first)
		}
	}
	for line, want := range map[string]string{"course 2026-03-09 08:00 13:00": "COUNTED{}", "intern 2026-03-09 13:00 17:00": "CONTESTED{OVER_LIMIT}", "intern 2026-03-09 17:00 18:00": "COUNTED{}",
		"intern 2026-03-10 09:00 17:00": "CONTESTED{OTHER_VERSION,OVERLAP}", "course 2026-03-10 16:30 18:00": "CONTESTED{OVERLAP}", "intern 2026-03-14 08:00 16:00": "COUNTED{}"} {
		if first[line] != want {
			t.Errorf("%s: %s, want %s", line, first[line], want)
		}
	}
}

// register says of each entry of the enrolments where it stands.
func (o *office) register(course, intern uuid.UUID) map[string]string {
	o.t.Helper()
	rows, err := o.owner.Query(o.ctx, `select case enrolment_id when $1 then 'course ' else 'intern ' end || day || ' ' || to_char(make_interval(mins => from_minute), 'HH24:MI') || ' ' ||
		to_char(make_interval(mins => to_minute), 'HH24:MI'), standing || array(select unnest(conflicts) order by 1)::text from attendance where enrolment_id in ($1, $2)`, course, intern)
	if err != nil {
		o.t.Fatal(err)
	}
	defer rows.Close()
	found := map[string]string{}
	for rows.Next() {
		var line, stands string
		if err := rows.Scan(&line, &stands); err != nil {
			o.t.Fatal(err)
		}
		found[line] = stands
	}
	return found
}

// What an act has let count stays so; what it took back lets the others count again.
func TestOneActResolvesWhatTwoWroteOffline(t *testing.T) {
	o := newOffice(t)
	mine, theirs := entry(o.intern["adult"], "2026-03-16", "08:00", "12:00"), entry(o.intern["adult"], "2026-03-16", "08:00", "13:00")
	o.record(o.tutor, mine)
	o.record(o.host, theirs)
	o.resolve(theirs.ID, false)
	if o.standing(mine.ID) != "COUNTED" {
		t.Error("what nobody contests any more does not count")
	}
	third := entry(o.intern["adult"], "2026-03-16", "11:00", "14:00")
	o.record(o.host, third)
	o.resolve(mine.ID, true)
	if o.standing(mine.ID) != "COUNTED" || o.standing(third.ID) != "WITHDRAWN" {
		t.Errorf("kept %s, other %s", o.standing(mine.ID), o.standing(third.ID))
	}
	fourth := entry(o.intern["adult"], "2026-03-16", "11:30", "14:00")
	o.keptWith(o.record(o.host, fourth)[0], attendance.Overlaps, "{OTHER_VERSION}")
	if o.standing(mine.ID) != "COUNTED" {
		t.Error("what was resolved does not count any more")
	}
}

func (o *office) resolve(entry uuid.UUID, keep bool) {
	o.t.Helper()
	if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := attendance.Resolve(ctx, tx, entry, keep, "verificato", nil)
		return err
	}); err != nil {
		o.t.Fatal(err)
	}
}

// No reason lets somebody do more than the law allows.
func TestNobodyIsLetCountBeyondALimit(t *testing.T) {
	o := newOffice(t)
	o.record(o.tutor, entry(o.course["adult"], "2026-03-16", "08:00", "16:00"))
	more := entry(o.intern["adult"], "2026-03-16", "16:00", "17:00")
	o.record(o.tutor, more)
	err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := attendance.Resolve(ctx, tx, more.ID, true, "verificato", nil)
		return err
	})
	if list, _ := refusal.As(err); !list.Has(attendance.OverDayLimit) {
		t.Fatalf("resolved beyond the limit: %v", err)
	}
	early := calendar.MustLocalTime("14:30")
	if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		var first uuid.UUID
		o.one("select id from attendance where enrolment_id = $1", &first, o.course["adult"])
		return attendance.Correct(ctx, tx, attendance.Correction{Entry: first, ID: uuid.Must(uuid.NewV7()), To: &early, Note: "uscita anticipata"})
	}); err != nil {
		t.Fatal(err)
	}
	if o.standing(more.ID) != "COUNTED" {
		t.Error("what is within the limit after a correction does not count")
	}
}

// handOver gives a person from the office's tutor to another on the day.
func (o *office) handOver(name string, to access.Actor) {
	o.t.Helper()
	var participation, person uuid.UUID
	o.one("select participation_id from enrolment where id = $1", &participation, o.course[name])
	o.one("select person_id from enrolment where id = $1", &person, o.course[name])
	o.exec("update participation set tutor_id = $2 where id = $1", participation, to.Member)
	for _, table := range []string{"participation", "enrolment", "placement", "attendance", "register_month"} {
		key := "participation_id"
		if table == "participation" {
			key = "id"
		}
		o.exec("update "+table+" set audience = array_replace(audience, $2, $3) where "+key+" = $1", participation, o.tutor.Grants[0].Key, to.Grants[0].Key)
	}
}

// succeeded has the stranger follow a person from 17 March on, in the place of the office's tutor.
func (o *office) succeeded(name string) {
	o.t.Helper()
	for _, m := range []uuid.UUID{o.tutor.Member, o.stranger.Member} {
		o.exec("insert into member (id, issuer, subject, email, name, audience) values ($1, 'test', $2, $2 || '@example.org', 'Prova', '{}') on conflict do nothing", m, m.String())
	}
	o.exec("insert into tutor_term select participation_id, $2, '2026-02-01', '2026-03-16' from enrolment where id = $1", o.intern[name], o.tutor.Member)
	o.handOver(name, o.stranger)
}

// What a former tutor passes with a reason is kept of what he delivers, and nobody is asked again when it is confirmed; and so is that it went as planned.
func TestWhatIsDeliveredIsKeptAsItIsTold(t *testing.T) {
	o := timetabled(t)
	o.succeeded("adult")
	o.succeeded("minor")
	outOfHours := entry(o.intern["adult"], "2026-03-13", "08:00", "12:00")
	if a := o.explained(outside, outOfHours)[0]; !a.Written {
		t.Fatalf("%+v", a)
	}
	if written, code := o.tap(o.tutor, "2026-03-11", o.placement("minor")); written != 0 || code != "" { // each with the warning that it waits
		t.Fatalf("%d written, %q", written, code)
	}
	var kept string
	o.one("select string_agg(concat_ws(' ', day::text, passed::text, jsonb_array_length(taps)), ', ' order by day, from_minute) from attendance", &kept)
	if kept != "2026-03-11 {} 1, 2026-03-11 {} 1, 2026-03-13 {ATTENDANCE_OUTSIDE_TIMETABLE} 0" {
		t.Errorf("kept %s", kept)
	}
	if code := o.code(o.as(o.stranger, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := attendance.Resolve(ctx, tx, outOfHours.ID, true, "confermato", nil)
		return err
	})); code != "" {
		t.Errorf("confirmed: %s", code)
	}
}

func TestATutorDeliversForHisDaysAfterHisAssignment(t *testing.T) {
	o := newOffice(t)
	known := entry(o.intern["adult"], "2026-03-13", "08:00", "12:00")
	o.record(o.tutor, known)
	o.succeeded("adult")
	late := entry(o.intern["adult"], "2026-03-16", "08:00", "12:00")
	late.Note = "sul telefono"
	after := entry(o.intern["adult"], "2026-03-17", "08:00", "12:00")
	overlapping := entry(o.intern["adult"], "2026-03-13", "09:00", "11:00")
	for range 2 { // the same batch twice
		answers := o.record(o.tutor, known, late, after, overlapping)
		refusedWith(t, answers[2], refusal.NotFound)
		if !answers[0].Written || !answers[1].Written || !answers[3].Written {
			t.Fatalf("%+v", answers)
		}
	}
	var rows string
	o.one("select string_agg(standing || conflicts::text, ' ' order by day, from_minute) from attendance", &rows)
	if rows != "COUNTED{} CONTESTED{LATE,OTHER_VERSION} CONTESTED{LATE}" {
		t.Fatal(rows)
	}
	changed := late
	changed.To = calendar.MustLocalTime("13:00")
	refusedWith(t, o.record(o.tutor, changed)[0], refusal.IDTaken)
	if err := o.as(o.stranger, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := attendance.Resolve(ctx, tx, late.ID, true, "confermato", nil)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if o.standing(late.ID) != "COUNTED" {
		t.Error("what the successor has confirmed does not count")
	}
	o.now = calendar.MustDay("2026-03-31").At(calendar.MustLocalTime("18:00"))
	missed := entry(o.intern["adult"], "2026-03-16", "13:00", "14:00")
	refusedWith(t, o.record(o.tutor, missed)[0], attendance.DeliveryOver)
	refusedWith(t, o.record(o.actor(uuid.New(), access.Tutor, uuid.New()), missed)[0], refusal.NotFound)
	if o.standing(known.ID) != "COUNTED" {
		t.Error("what was delivered late took down what counts")
	}
}

// Who sees the person in another role, in which nobody writes hours, delivers for his days all the same.
func TestAFormerTutorDeliversWhateverElseHeSees(t *testing.T) {
	for _, role := range []access.Role{access.PaymentsOfficer, access.Approver, access.CaseManager} {
		o := newOffice(t)
		o.succeeded("adult")
		o.tutor.Grants = append(o.tutor.Grants, access.Grant{Role: role, Programme: o.programme, Key: o.lead})
		answers := o.record(o.tutor, entry(o.intern["adult"], "2026-03-16", "08:00", "12:00"), entry(o.intern["adult"], "2026-03-17", "08:00", "12:00"))
		t.Log(role)
		refusedWith(t, answers[1], refusal.NotAllowed)
		o.keptWith(answers[0], attendance.Delivered, "{LATE}")
	}
}

// What a phone says of an entry is kept with it.
func TestWhatAPhoneSaysIsKept(t *testing.T) {
	o := newOffice(t)
	e := entry(o.intern["adult"], "2026-03-13", "08:00", "12:00")
	e.MadeAt = calendar.MustDay("2026-03-13").At(calendar.MustLocalTime("12:05")).UTC()
	if err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := attendance.Record(ctx, tx, attendance.Source{Origin: "ENTERED", App: "tutor-phone/1.4.0", Drift: -90_000_000_000}, []attendance.Entry{e})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	var kept string
	o.one("select concat_ws(' ', to_char(made_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), app, drift_seconds) from attendance", &kept)
	if kept != "2026-03-13 11:05 tutor-phone/1.4.0 -90" {
		t.Error(kept)
	}
}

// Two write of one person for a week without network, and then send through a connection that loses requests and answers: nothing is lost, what is
// in conflict is listed, and one act each resolves it.
func TestTwoDevicesAWeekWithoutNetwork(t *testing.T) {
	o := newOffice(t)
	for seed := range uint64(3) {
		name := fmt.Sprintf("seed %d", seed)
		o.enrol(name, "1990-05-01", o.tutor.Member)
		chance := rand.New(rand.NewPCG(11, seed))
		queues := map[*access.Actor][]attendance.Entry{}
		for day := calendar.MustDay("2026-03-09"); !day.After(calendar.MustDay("2026-03-15")); day = day.AddDays(1) {
			mine, theirs := 8*60+30*chance.IntN(6), 8*60+30*chance.IntN(12)
			queues[&o.tutor] = append(queues[&o.tutor], entry(o.course[name], day.String(), clockAt(mine), clockAt(mine+180)))
			queues[&o.host] = append(queues[&o.host], entry(o.intern[name], day.String(), clockAt(theirs), clockAt(theirs+240)))
		}
		all := len(queues[&o.tutor]) + len(queues[&o.host])
		for len(queues[&o.tutor])+len(queues[&o.host]) > 0 {
			for _, device := range []*access.Actor{&o.host, &o.tutor} {
				queue := queues[device]
				if len(queue) == 0 {
					continue
				}
				n := 1 + chance.IntN(len(queue))
				switch chance.IntN(3) {
				case 0: // the request is lost
				case 1: // the answer is lost
					o.record(*device, queue[:n]...)
				default:
					for _, a := range o.record(*device, queue[:n]...) {
						if !a.Written {
							t.Fatalf("%+v", a)
						}
					}
					queues[device] = queue[n:]
				}
			}
		}
		contested := func() (ids []uuid.UUID) {
			o.one("select coalesce(array_agg(id order by day, from_minute, id), '{}') from attendance where enrolment_id in ($1, $2) and standing = 'CONTESTED'", &ids, o.course[name], o.intern[name])
			return ids
		}
		var kept int
		o.one("select count(*) from attendance where enrolment_id in ($1, $2)", &kept, o.course[name], o.intern[name])
		waiting := contested()
		if kept != all || len(waiting) == 0 {
			t.Fatalf("seed %d: %d entries of %d are kept, %d in conflict", seed, kept, all, len(waiting))
		}
		acts := 0
		for left := waiting; len(left) > 0; left = contested() {
			keep := chance.IntN(2) == 0
			err := o.as(o.tutor, func(ctx context.Context, tx *postgres.Tx) error {
				_, err := attendance.Resolve(ctx, tx, left[0], keep, "verificato", nil)
				return err
			})
			if list, _ := refusal.As(err); keep && list.Has(attendance.OverWeekLimit) {
				o.resolve(left[0], false) // nobody may do so much
			} else if err != nil {
				t.Fatal(err)
			}
			acts++
		}
		if acts > len(waiting) {
			t.Errorf("seed %d: %d acts for %d entries in conflict", seed, acts, len(waiting))
		}
		var counted, lost int
		o.one("select count(*) from attendance where enrolment_id in ($1, $2) and standing = 'COUNTED'", &counted, o.course[name], o.intern[name])
		o.one("select count(*) from attendance where enrolment_id in ($1, $2) and standing not in ('COUNTED', 'WITHDRAWN')", &lost, o.course[name], o.intern[name])
		if counted == 0 || lost != 0 {
			t.Errorf("seed %d: %d count in the end, %d are neither", seed, counted, lost)
		}
	}
}

func clockAt(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// The length of hours is the time that passed, and the database works out the same as the rules.
func TestHoursAreTheTimeThatPassed(t *testing.T) {
	o := newOffice(t)
	for _, day := range []string{"2026-03-29", "2026-10-25", "2026-02-28", "2028-02-29"} {
		for from := 0; from < 300; from += 15 {
			for to := from + 15; to <= 315; to += 45 {
				want := calendar.MustDay(day).Elapsed(calendar.MustLocalTime(clockAt(from)), calendar.MustLocalTime(clockAt(to)))
				var got int
				if o.one("select elapsed_minutes($1::text::date, $2, $3)", &got, day, from, to); got != int(want) {
					t.Fatalf("%s from %s to %s: %d minutes in the database, %d by the calendar", day, clockAt(from), clockAt(to), got, want)
				}
			}
		}
	}
	o.now = calendar.MustDay("2026-03-30").At(calendar.MustLocalTime("18:00"))
	night := entry(o.intern["adult"], "2026-03-29", "01:00", "04:00")
	o.record(o.tutor, night)
	var minutes int
	if o.one("select minutes from attendance where id = $1", &minutes, night.ID); minutes != 120 {
		t.Errorf("%d minutes in the night when clocks go forward", minutes)
	}
}

// Times that no clock showed are nobody's: what lies in the hour that was left out would overlap others that it does not by the clock, and pass twice.
func TestNobodyIsThereInTheHourThatIsLeftOut(t *testing.T) {
	o := newOffice(t)
	o.on("2026-03-30")
	for day, left := range map[string]bool{"2026-03-29": true, "2026-03-28": false, "2026-10-25": false} {
		for minute := 0; minute <= 24*60; minute += 15 {
			at := calendar.MustLocalTime(clockAt(minute))
			shown := calendar.MustDay(day).Shows(at)
			var kept bool
			if o.one("select clock_shows($1::text::date, $2)", &kept, day, minute); kept != shown || shown != (!left || minute < 120 || minute >= 180) {
				t.Errorf("%s %s: shown %v, in the database %v", day, at, shown, kept)
			}
		}
	}
	for _, c := range []struct{ day, from, to, path, cure string }{
		{"2026-03-29", "01:00", "02:45", "to", "03:45"}, {"2026-03-29", "02:30", "04:00", "from", "03:30"}, {"2026-03-28", "22:00", "02:00", "to", "03:00"},
	} {
		a := o.record(o.tutor, entry(o.course["adult"], c.day, c.from, c.to))[0]
		if refusedWith(t, a, attendance.HourLeftOut); len(a.Refusals) != 1 || a.Refusals[0].Path[0] != c.path || !strings.Contains(a.Refusals[0].Localized("it").Cure, c.cure) {
			t.Errorf("%s-%s: %+v", c.from, c.to, a.Refusals)
		}
	}
	before, after := entry(o.course["adult"], "2026-03-29", "01:00", "03:00"), entry(o.intern["adult"], "2026-03-29", "03:00", "04:00")
	o.record(o.tutor, before, after)
	var minutes int
	if o.one("select sum(minutes) from attendance where standing = 'COUNTED'", &minutes); minutes != 120 {
		t.Errorf("%d minutes in two hours", minutes)
	}
}
