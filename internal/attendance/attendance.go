package attendance

import (
	"slices"
	"strings"
	"time"

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
	string(Replaced):  {It: "Sostituita da un'altra registrazione", En: "Replaced by another entry"},
	string(Withdrawn): {It: "Ritirata", En: "Withdrawn"},
}

// transitions are the acts on an entry, the standings from which they may be done, and whether only while its register is open: what is contested can be
// taken back at any time.
var transitions = []struct {
	Act   access.Act
	From  []Standing
	Open  bool
	Label text.Text
}{
	{access.CorrectAttendance, []Standing{Counted, Contested}, true, text.Text{It: "Correggi", En: "Correct"}},
	{access.WithdrawAttendance, []Standing{Counted, Contested}, true, text.Text{It: "Ritira", En: "Withdraw"}},
	{access.ResolveAttendance, []Standing{Contested}, false, text.Text{It: "Risolvi la contestazione", En: "Resolve the contest"}},
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
	MadeAt        time.Time // by the writer's clock; zero where it was not told
	planned       bool      // it went as the timetable says
}

// Source is where a batch of entries comes from.
type Source struct {
	Origin string        // ENTERED, IMPORTED or DEMO
	Device uuid.UUID     // the phone; zero for a browser
	App    string        // name/version; "" where it was not told
	Drift  time.Duration // the phone's clock less the house's, as the batch arrived; zero where its clock was not told
}

// Minutes is the length of the entry: the time that passed, also on the nights when clocks are changed.
func (e Entry) Minutes() int { return int(e.Day.Elapsed(e.From, e.To)) }

// owed is when hours may belong to an enrolment.
type owed struct {
	From, To calendar.Day // hours outside are nobody's
	Pauses   []pause
	Closed   bool // attested: the register stands, and what comes later is kept beside it
	Idle     bool // not begun, or a course that stands still
}

// pause is a stretch of days in which an internship stands still. Until is the first day after it; zero: it still does.
type pause struct{ From, Until calendar.Day }

func (p pause) holds(d calendar.Day) bool {
	return !d.Before(p.From) && (p.Until.IsZero() || d.Before(p.Until))
}

// running says when: an internship counts from the day it really began, stands still while it is suspended, and is closed by its
// attestation; what was broken off keeps the hours up to its last day.
func (e enrolment) running() owed {
	o := owed{From: e.FromDay, To: e.ToDay, Pauses: e.pauses}
	if e.PlacementState == nil {
		o.Idle = e.State == "SUSPENDED"
		return o
	}
	o.Closed = *e.PlacementState == "ATTESTED"
	if e.StartedOn == nil {
		o.Idle = true
		return o
	}
	if e.StartedOn.After(o.From) {
		o.From = *e.StartedOn
	}
	if *e.PlacementState == "SUSPENDED" {
		o.Pauses = append(slices.Clone(o.Pauses), pause{From: *e.PlacementSince})
	}
	return o
}

// conflicts are those of an entry with its enrolment on the day of which it speaks, whatever else there is, and why.
func (o owed) conflicts(e Entry) (kinds []Conflict, why refusal.List) {
	if o.Idle || e.Day.Before(o.From) || e.Day.After(o.To) {
		kinds = append(kinds, NotEnrolled)
		why = append(why, OutsideEnrolment.At("day").With("from", o.From).With("to", o.To))
	}
	if slices.ContainsFunc(o.Pauses, func(p pause) bool { return p.holds(e.Day) }) {
		kinds = append(kinds, PlacementSuspended)
		why = append(why, NotRunning.At("enrolment"))
	}
	if o.Closed {
		kinds = append(kinds, MonthClosed)
		why = append(why, PlacementAttested.At("enrolment"))
	}
	return kinds, why
}

// check refuses what no day could make right: all that is wrong at once.
func check(e Entry, today calendar.Day) refusal.List {
	list := e.shape()
	if e.Day.After(today) {
		list = append(list, Future.At("day"))
	}
	return list
}

func (e Entry) shape() refusal.List {
	list := e.unshown()
	if len(list) == 0 && !e.From.Before(e.To) {
		list = append(list, EndsBeforeStart.At("to"))
	}
	if (e.Kind == Absence) != (e.AbsenceReason != "") {
		list = append(list, ReasonForAbsence.At("absenceReason"))
	}
	return append(list, checkNote(e.Note)...)
}

// unshown refuses times that no clock shows on the day: beside them hours that overlap would not do so by the clock, and count twice.
func (e Entry) unshown() (list refusal.List) {
	if !e.Day.Shows(e.From) {
		list = append(list, HourLeftOut.At("from").With("time", e.From).With("day", e.Day).With("instead", calendar.LocalTimeOf(e.Day.At(e.From))))
	}
	if !e.Day.Shows(e.To) {
		list = append(list, HourLeftOut.At("to").With("time", e.To).With("day", e.Day).With("instead", calendar.LocalTimeOf(e.Day.At(e.To))))
	}
	return list
}

func checkNote(note string) refusal.List {
	if len([]rune(note)) > maxNote {
		return refusal.List{NoteTooLong.At("note").With("max", maxNote)}
	}
	return nil
}

// checkEvidence refuses to take a word for a proof: the document must be named.
func checkEvidence(document string) refusal.List {
	if strings.TrimSpace(document) == "" {
		return refusal.List{MonthNeedsProof.At("evidence")}
	}
	return checkNote(document).Under()
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

// shared is how many minutes, as clocks show them, two entries of a day have in common; less than none where they have not.
func (e Entry) shared(other Entry) int {
	return min(e.To.Minutes(), other.To.Minutes()) - max(e.From.Minutes(), other.From.Minutes())
}
