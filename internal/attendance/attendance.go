package attendance

import (
	"strings"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// Standing says whether an entry counts.
type Standing string

// The standings of an entry; see the package comment.
const (
	Counted   Standing = "COUNTED"
	Contested Standing = "CONTESTED"
	Replaced  Standing = "REPLACED"
	Withdrawn Standing = "WITHDRAWN"
)

// Kind tells presence from absence.
type Kind string

// The kinds of an entry.
const (
	Presence Kind = "PRESENCE"
	Absence  Kind = "ABSENCE"
)

// maxNote is the length of a remark, in characters.
const maxNote = 500

var standingWords = map[string]text.Text{
	string(Counted):   {It: "Valida", En: "Counted"},
	string(Contested): {It: "Contestata", En: "Contested"},
	string(Replaced):  {It: "Sostituita da una correzione", En: "Replaced by a correction"},
	string(Withdrawn): {It: "Ritirata", En: "Withdrawn"},
}

// transitions are the acts on an entry and the standings from which they may be done.
var transitions = []struct {
	Act   access.Act
	From  []Standing
	Label text.Text
}{
	{access.CorrectAttendance, []Standing{Counted, Contested}, text.Text{It: "Correggi", En: "Correct"}},
	{access.WithdrawAttendance, []Standing{Counted, Contested}, text.Text{It: "Ritira", En: "Withdraw"}},
	{access.ResolveAttendance, []Standing{Contested}, text.Text{It: "Risolvi la contestazione", En: "Resolve the contest"}},
}

// Entry is what somebody writes into the register.
type Entry struct {
	ID            uuid.UUID // the writer's own id for it
	Enrolment     uuid.UUID
	Kind          Kind
	Day           calendar.Day
	From, To      calendar.LocalTime
	AbsenceReason string // code of absence_reasons; only for an absence
	Note          string
}

// Minutes is the length of the entry.
func (e Entry) Minutes() int { return e.To.Minutes() - e.From.Minutes() }

// Limits are the policy's bounds on the hours of one person.
type Limits struct {
	AdultDay, AdultWeek int // minutes
	MinorAge            int // years; younger is a minor
	MinorDay, MinorWeek int // minutes
	NightFrom, NightTo  calendar.LocalTime
	LateDays            int // an entry older than this must be acknowledged
}

// Total is what already counts for a person around an entry, without the entry.
type Total struct {
	Minor     bool
	Day, Week int // minutes
}

// owed is when hours may belong to an enrolment.
type owed struct {
	From, To calendar.Day // hours outside are nobody's
	Stopped  calendar.Day // from this day on it stands still; zero: it goes on
	Closed   bool         // not begun, or attested: no hours at all
}

// running says when: an internship counts from the day it really began, stands still while it is suspended, and is closed by its
// attestation; what was broken off keeps the hours up to its last day.
func (e enrolment) running() owed {
	o := owed{From: e.FromDay, To: e.ToDay}
	if e.PlacementState == nil {
		o.Closed = e.State == "SUSPENDED"
		return o
	}
	if e.StartedOn == nil || *e.PlacementState == "ATTESTED" {
		o.Closed = true
		return o
	}
	if e.StartedOn.After(o.From) {
		o.From = *e.StartedOn
	}
	if *e.PlacementState == "SUSPENDED" {
		o.Stopped = *e.PlacementSince
	}
	return o
}

// check refuses what the entry alone, or with its enrolment, makes wrong: all that is wrong at once.
func check(e Entry, o owed, today calendar.Day) refusal.List {
	list := e.shape()
	if e.Day.After(today) {
		list = append(list, Future.At("day"))
	}
	if e.Day.Before(o.From) || e.Day.After(o.To) {
		list = append(list, OutsideEnrolment.At("day").With("from", o.From).With("to", o.To))
	}
	if o.Closed || !o.Stopped.IsZero() && !e.Day.Before(o.Stopped) {
		list = append(list, NotRunning.At("enrolment"))
	}
	return list
}

func (e Entry) shape() (list refusal.List) {
	if !e.From.Before(e.To) {
		list = append(list, EndsBeforeStart.At("to"))
	}
	if (e.Kind == Absence) != (e.AbsenceReason != "") {
		list = append(list, ReasonForAbsence.At("absenceReason"))
	}
	return append(list, checkNote(e.Note)...)
}

func checkNote(note string) refusal.List {
	if len([]rune(note)) > maxNote {
		return refusal.List{NoteTooLong.At("note").With("max", maxNote)}
	}
	return nil
}

// checkReason refuses a change of what was written without a word of why.
func checkReason(note string) refusal.List {
	if strings.TrimSpace(note) == "" {
		return refusal.List{ReasonNeeded.At("note")}
	}
	return checkNote(note)
}

// overlaps says whether two entries of one person share time.
func (e Entry) overlaps(other Entry) bool {
	return e.Day == other.Day && e.From.Before(other.To) && other.From.Before(e.To)
}

// hours refuses presence that passes the person's limits. What does not count is not held to them.
func (l Limits) hours(e Entry, t Total) (list refusal.List) {
	if e.Kind != Presence {
		return nil
	}
	day, week := l.AdultDay, l.AdultWeek
	if t.Minor {
		day, week = l.MinorDay, l.MinorWeek
		if e.From.Before(l.NightTo) || e.To.After(l.NightFrom) {
			list = append(list, MinorAtNight.At("to").With("from", l.NightTo).With("to", l.NightFrom))
		}
	}
	if t.Day+e.Minutes() > day {
		list = append(list, OverDayLimit.At("to").With("limit", calendar.Minutes(day)).With("counted", calendar.Minutes(t.Day)))
	}
	if t.Week+e.Minutes() > week {
		list = append(list, OverWeekLimit.At("to").With("limit", calendar.Minutes(week)).With("counted", calendar.Minutes(t.Week)))
	}
	return list
}
