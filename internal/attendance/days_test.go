package attendance_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/activity"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/company"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/participant"
	"github.com/lavoroincorso/lavoro/internal/placement"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// asked selects a field and, below it, plain ones.
func asked(name string, below ...string) plan.Selected {
	s := plan.Selected{Alias: name, Name: name}
	if len(below) > 0 {
		s.Under = func(string) (list []plan.Selected) {
			for _, b := range below {
				list = append(list, plan.Selected{Alias: b, Name: b})
			}
			return list
		}
	}
	return s
}

// days reads what an actor takes along; nil where he accompanies nobody.
func (o *office) days(actor access.Actor, from string, days int64, below ...plan.Selected) (map[string]any, error) {
	o.t.Helper()
	engine := &plan.Engine{DB: o.db, Schema: plan.NewSchema(member.Reading(), programme.Reading(), participant.Reading(), company.Reading(), activity.Reading(), placement.Reading(placement.Room{}), attendance.Reading())}
	root := plan.Selected{Alias: "tutorDays", Name: "tutorDays", Args: map[string]any{"programme": "prg_" + o.programme.String(), "from": calendar.MustDay(from), "days": days},
		Under: func(string) []plan.Selected { return below }}
	data, err := engine.Query(o.ctx, plan.Viewer{Actor: actor, Lang: "it", Now: o.now}, []plan.Selected{root})
	var found struct{ TutorDays map[string]any }
	if err == nil {
		err = json.Unmarshal(data, &found)
	}
	return found.TutorDays, err
}

func TestAPhoneTakesItsDaysAlong(t *testing.T) {
	o := newOffice(t)
	o.exec("update enrolment set to_day = '2026-03-08' where id = $1", o.course["minor"])
	o.record(o.tutor, entry(o.intern["adult"], "2026-03-08", "08:00", "09:00"), entry(o.intern["adult"], "2026-03-09", "08:00", "12:00"),
		entry(o.course["adult"], "2026-03-09", "11:00", "13:00"), entry(o.course["adult"], "2026-03-16", "08:00", "12:00"))
	gone := entry(o.intern["adult"], "2026-03-10", "08:00", "12:00")
	o.record(o.tutor, gone)
	o.exec("update attendance set standing = 'WITHDRAWN' where id = $1", gone.ID)
	all := []plan.Selected{asked("from"), asked("to"), asked("position"), asked("enrolments", "id"), asked("minors", "id"), asked("months", "month", "state"),
		asked("entries", "day", "standing", "conflicts"), asked("rules", "code", "value", "unit", "validFrom", "confirmed")}
	of := func(actor access.Actor, from string) map[string]any {
		t.Helper()
		found, err := o.days(actor, from, 7, all...)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	days := of(o.tutor, "2026-03-09")
	if days["from"] != "2026-03-09" || days["to"] != "2026-03-15" || len(days["enrolments"].([]any)) != 3 || days["position"] == "" {
		t.Errorf("%v", days)
	}
	if got := fmt.Sprint(days["minors"]); got != fmt.Sprintf("[map[id:enr_%s]]", o.intern["minor"]) {
		t.Errorf("minors: %s", got)
	}
	if got := fmt.Sprint(days["entries"]); got != "[map[conflicts:[OVERLAP] day:2026-03-09 standing:CONTESTED] map[conflicts:[OVERLAP] day:2026-03-09 standing:CONTESTED]]" {
		t.Errorf("entries: %s", got)
	}
	if got := fmt.Sprint(days["months"]); got != "[map[month:2026-03 state:OPEN] map[month:2026-03 state:OPEN]]" {
		t.Errorf("months: %s", got)
	}
	var limits int
	for _, r := range days["rules"].([]any) {
		if r := r.(map[string]any); r["code"] == "limits.adult.day_minutes" && r["value"] == "480" && r["validFrom"] == "2024-12-19" || r["code"] == "limits.minor.night_from" && r["value"] == "22:00" {
			limits++
		}
	}
	if limits != 2 {
		t.Errorf("rules: %v", days["rules"])
	}
	if host := of(o.host, "2026-03-09"); len(host["enrolments"].([]any)) != 2 || len(host["entries"].([]any)) != 1 {
		t.Errorf("the host takes along %v", host)
	}
	if stranger := of(o.stranger, "2026-03-09"); len(stranger["enrolments"].([]any)) != 0 || len(stranger["entries"].([]any)) != 0 || len(stranger["months"].([]any)) != 0 {
		t.Errorf("a stranger takes along %v", stranger)
	}
	if nobody := of(o.actor(o.bringer, access.Coordinator, o.lead), "2026-03-09"); nobody != nil {
		t.Errorf("who accompanies nobody takes along %v", nobody)
	}
	if early := of(o.tutor, "2024-12-15"); len(early["rules"].([]any)) == 0 {
		t.Error("days before the rules show none of those that begin among them")
	}
}

func TestDaysAreBounded(t *testing.T) {
	o := newOffice(t)
	for n, refused := range map[int64]bool{0: true, 1: false, 15: false, 16: true, -3: true} {
		_, err := o.days(o.tutor, "2026-03-09", n, asked("to"))
		if list, _ := refusal.As(err); refused != list.Has(attendance.DaysAtOnce) || !refused && err != nil {
			t.Errorf("%d days: %v", n, err)
		}
	}
}

// TestAnEntrySaysInWordsWhyItIsContested: in the reader's language, with what cures it.
func TestAnEntrySaysInWordsWhyItIsContested(t *testing.T) {
	o := newOffice(t)
	o.record(o.tutor, entry(o.intern["adult"], "2026-03-09", "08:00", "12:00"), entry(o.course["adult"], "2026-03-09", "11:00", "13:00"), entry(o.intern["adult"], "2026-03-11", "08:00", "09:00"))
	entries := asked("entries")
	entries.Under = func(string) []plan.Selected {
		return []plan.Selected{asked("conflictReasons", "code", "cure", "curedBy", "path")}
	}
	days, err := o.days(o.tutor, "2026-03-09", 7, entries)
	if err != nil {
		t.Fatal(err)
	}
	const one = "map[conflictReasons:[map[code:ATTENDANCE_CONFLICT_OVERLAP cure:Scegli quale delle due registrazioni vale e annulla o correggi l'altra. curedBy:il coordinamento del programma path:[]]]]"
	if got := fmt.Sprint(days["entries"]); got != "["+one+" "+one+" map[conflictReasons:[]]]" {
		t.Errorf("entries: %s", got)
	}
}

// What the register's month refuses, no entry of it promises; a contested entry can still be taken back.
func TestNoEntryPromisesWhatItsMonthRefuses(t *testing.T) {
	o := newOffice(t)
	o.record(o.tutor, entry(o.intern["adult"], "2026-03-09", "08:00", "12:00"), entry(o.intern["adult"], "2026-03-10", "08:00", "12:00"), entry(o.intern["adult"], "2026-03-10", "09:00", "12:00"))
	acts := func() (all string) {
		t.Helper()
		entries := plan.Selected{Alias: "entries", Name: "entries", Under: func(string) []plan.Selected { return []plan.Selected{asked("allowedActs", "act", "allowed")} }}
		days, err := o.days(o.tutor, "2026-03-09", 2, entries)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range days["entries"].([]any) {
			for _, a := range e.(map[string]any)["allowedActs"].([]any) {
				if act := a.(map[string]any); act["allowed"] == true {
					all += act["act"].(string) + " "
				}
			}
			all += "| "
		}
		return all
	}
	const open = "correctAttendance withdrawAttendance | correctAttendance withdrawAttendance resolveAttendance | correctAttendance withdrawAttendance resolveAttendance | "
	const shut = "| resolveAttendance | resolveAttendance | "
	if got := acts(); got != open {
		t.Errorf("in an open month: %s", got)
	}
	o.exec("update register_month set state = 'SUBMITTED', minutes = 240, presence_days = 1, content_hash = sha256('')")
	if got := acts(); got != shut {
		t.Errorf("in a month that was submitted: %s", got)
	}
	o.exec("update register_month set state = 'OPEN', minutes = null, presence_days = null, content_hash = null")
	o.exec("update placement set state = 'ATTESTED', ended_on = '2026-03-17' where enrolment_id = $1", o.intern["adult"])
	if got := acts(); got != "| withdrawAttendance resolveAttendance | withdrawAttendance resolveAttendance | " {
		t.Errorf("of an internship that was attested: %s", got)
	}
}
