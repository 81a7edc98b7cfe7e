package main

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// TestAClockStep: a node whose clock jumps ahead and back goes on telling and being told, in the order of the acts.
func TestAClockStep(t *testing.T) {
	var step atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(step.Load())) }
	c := demonstration(t, testdb.New(t))
	stepped, steady := serveAt(t, c, clock), serve(t, c)
	as := func(n *node, email string) *node {
		subject, err := member.DemonstrationSubject(t.Context(), n.app.DB, n.app.Installation.Kind, email)
		if err != nil {
			t.Fatal(err)
		}
		signed := *n
		if signed.token, err = stepped.app.door.demo.Token(subject, "test", commandLife, vars{"auth_time": clock().Unix()}); err != nil {
			t.Fatal(err)
		}
		return &signed
	}
	step.Store(int64(-2 * time.Hour)) // so that tokens hold at every step
	p := vars{"programme": at(t, as(steady, coordinator).ask(`{ programme(code: "LACO3") { id } }`, nil), "programme.id")}
	writers := []*node{as(stepped, tutor), as(steady, tutor)}
	followers := []*socket{as(stepped, coordinator).follow(updates, p), as(steady, coordinator).follow(updates, p)}
	last := []float64{0, 0}
	for _, by := range []time.Duration{0, time.Hour, -time.Hour, time.Hour, 0} {
		step.Store(int64(by))
		for _, w := range writers {
			entry := freeHour(t, w, p)
			entry["kind"], entry["absenceReason"] = "ABSENCE", "FAMILY" // of which there may be any number
			done := w.ask(recordMutation, vars{"input": recording(entry)})
			if at(t, done, "recordAttendance.answers.0.attendance") == nil {
				t.Fatalf("after a step to %v: %v", by, done)
			}
			id := at(t, done, "recordAttendance.answers.0.attendance.id")
			for i, f := range followers {
				got := f.next("attendanceUpdates")
				if seq := got["sequence"].(float64); got["subjectId"] != id || seq <= last[i] {
					t.Fatalf("after a step to %v: %v, wrote %v", by, got, id)
				} else {
					last[i] = seq
				}
			}
		}
	}
}

// TestANewDayIsTold to who follows a programme's pulse, though nothing happens.
func TestANewDayIsTold(t *testing.T) {
	today := calendar.DayOf(time.Now())
	var step atomic.Int64
	step.Store(int64(time.Until(today.AddDays(1).Start()) - time.Minute)) // a minute before midnight
	clock := func() time.Time { return time.Now().Add(time.Duration(step.Load())) }
	n := serveAt(t, demonstration(t, testdb.New(t)), clock)
	reader := n.as(t, coordinator)
	p := vars{"programme": at(t, reader.ask(`{ programme(code: "LACO3") { id } }`, nil), "programme.id")}
	pulse := reader.follow(`subscription($programme: ID!) { programmePulse(programme: $programme) { presentToday { count filter { from } } } }`, p)
	got := pulse.next("programmePulse")
	if at(t, got, "presentToday.filter.from") != today.String() {
		t.Fatalf("today %v", got)
	}
	step.Add(int64(time.Minute))
	for at(t, got, "presentToday.filter.from") == today.String() { // what the house has done by itself may be told of before
		got = pulse.next("programmePulse")
	}
	if at(t, got, "presentToday.filter.from") != today.AddDays(1).String() || fmt.Sprint(at(t, got, "presentToday.count")) != "0" {
		t.Errorf("at midnight %v", got)
	}
}
