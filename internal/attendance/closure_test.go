package attendance_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// closes records a closure, and gives its id and the code of the refusal.
func (o *office) closes(actor access.Actor, change func(*attendance.Closure)) (id uuid.UUID, code string) {
	o.t.Helper()
	c := attendance.Closure{ID: uuid.Must(uuid.NewV7()), Programme: o.programme, Company: o.company, From: calendar.MustDay("2026-03-18"), To: calendar.MustDay("2026-03-20"), Reason: " Inventario "}
	if change != nil {
		change(&c)
	}
	return c.ID, o.refusal(o.as(actor, func(ctx context.Context, tx *postgres.Tx) error { return attendance.RecordClosure(ctx, tx, c) }))
}

// refusal is the code of a refused act; "" where it was done.
func (o *office) refusal(err error) string {
	o.t.Helper()
	list, refused := refusal.As(err)
	if err != nil && !refused {
		o.t.Fatal(err)
	}
	if err == nil {
		return ""
	}
	return list[0].Code
}

func (o *office) withdraws(actor access.Actor, id uuid.UUID, expected *int) string {
	o.t.Helper()
	return o.refusal(o.as(actor, func(ctx context.Context, tx *postgres.Tx) error {
		return attendance.WithdrawClosure(ctx, tx, id, expected)
	}))
}

func TestAClosureIsToldByWhoAccompaniesInternsThere(t *testing.T) {
	o := timetabled(t)
	o.exec("insert into member (id, issuer, subject, email, name, audience) values ($1, 'test', 'lead', 'lead@example.org', 'Prova', '{}')", o.bringer)
	lead := o.actor(o.bringer, access.Coordinator, o.lead)
	other := uuid.New()
	for _, c := range []struct {
		name   string
		actor  access.Actor
		change func(*attendance.Closure)
		code   string
	}{
		{"its last day before its first", o.tutor, func(c *attendance.Closure) { c.To = calendar.MustDay("2026-03-17") }, "ATTENDANCE_ENDS_BEFORE_START"},
		{"no reason", o.tutor, func(c *attendance.Closure) { c.Reason = "  " }, "ATTENDANCE_REASON_NEEDED"},
		{"a long reason", o.tutor, func(c *attendance.Closure) { c.Reason = strings.Repeat("è", 201) }, "ATTENDANCE_NOTE_TOO_LONG"},
		{"another programme", o.tutor, func(c *attendance.Closure) { c.Programme = other }, "NOT_FOUND"},
		{"a company without interns", o.tutor, func(c *attendance.Closure) { c.Company = other }, "CLOSURE_NO_INTERNS"},
		{"another's site", o.tutor, func(c *attendance.Closure) { c.Site = &other }, "CLOSURE_NO_INTERNS"},
		{"who accompanies nobody there", o.stranger, nil, "CLOSURE_NO_INTERNS"},
		{"the host itself", o.host, nil, "NOT_ALLOWED"},
		{"the tutor", o.tutor, func(c *attendance.Closure) { c.Site = &o.site }, ""},
		{"the coordinators", lead, func(c *attendance.Closure) { c.Reason = strings.Repeat("è", 200) }, ""},
	} {
		if _, code := o.closes(c.actor, c.change); code != c.code {
			t.Errorf("%s: %q, want %q", c.name, code, c.code)
		}
	}
	id, _ := o.closes(o.tutor, nil)
	if _, code := o.closes(o.tutor, func(c *attendance.Closure) { c.ID = id }); code != "ID_TAKEN" {
		t.Errorf("a second one with its id: %q", code)
	}
	var kept, events int
	o.one("select count(*) from closure where reason in ('Inventario', repeat('è', 200)) and audience @> array(select id from organisation) and scope_key('COMPANY', programme_id, company_id) = any (audience)", &kept)
	o.one("select count(*) from outbox where subject_kind = 'Closure' and act = 'recordClosure' and kind = 'ENTERED'", &events)
	if kept != 3 || events != 3 {
		t.Errorf("%d closures and %d events", kept, events)
	}
}

func TestAClosureClosesUntilItIsWithdrawn(t *testing.T) {
	o := timetabled(t) // on Wednesdays and Thursdays
	id, code := o.closes(o.tutor, func(c *attendance.Closure) { c.Site = &o.site })
	if code != "" {
		t.Fatal(code)
	}
	answers, list := o.answers(o.tutor, attendance.Planned{Programme: o.programme, Day: calendar.MustDay("2026-03-18")})
	if list != nil || len(answers) != 4 {
		t.Fatalf("a tap on a closed day: %v, %+v", list, answers)
	}
	for _, a := range answers {
		refusedWith(t, a, attendance.ClosedDay)
	}
	o.on("2026-03-21")
	if due := o.round(); due != "" {
		t.Errorf("hours of closed days are missing: %s", due)
	}
	if closed := o.closed("2026-03-16"); closed != "[2026-03-18 CLOSURE Inventario 2] [2026-03-19 CLOSURE Inventario 2] [2026-03-20 CLOSURE Inventario 2]" {
		t.Errorf("closed: %s", closed)
	}
	one := 1
	for _, c := range []struct {
		name     string
		actor    access.Actor
		id       uuid.UUID
		expected *int
		code     string
	}{
		{"none", o.tutor, uuid.New(), nil, "NOT_FOUND"},
		{"who does not see it", o.stranger, id, nil, "NOT_FOUND"},
		{"the host", o.host, id, nil, "NOT_ALLOWED"},
		{"another revision", o.tutor, id, new(int), "CONFLICT_REVISION"},
		{"the tutor", o.tutor, id, &one, ""},
		{"a second time", o.tutor, id, nil, "CLOSURE_WITHDRAWN"},
	} {
		if code := o.withdraws(c.actor, c.id, c.expected); code != c.code {
			t.Errorf("%s: %q, want %q", c.name, code, c.code)
		}
	}
	if closed := o.closed("2026-03-16"); closed != "" {
		t.Errorf("still closed: %s", closed)
	}
	o.on("2026-03-24")
	if due := o.round(); due == "" {
		t.Error("hours of days that were not closed are not missing")
	}
}

// closed are the closed days of a fortnight, as the tutor takes them along, each with to how many enrolments.
func (o *office) closed(from string) string {
	o.t.Helper()
	days, err := o.days(o.tutor, from, 14, asked("closedDays", "day", "kind", "label", "source", "enrolments"))
	if err != nil {
		o.t.Fatal(err)
	}
	var all []string
	for _, d := range days["closedDays"].([]any) {
		d := d.(map[string]any)
		if d["source"] == "" {
			o.t.Errorf("%v has no source", d)
		}
		all = append(all, fmt.Sprint([]any{d["day"], d["kind"], d["label"], len(d["enrolments"].([]any))}))
	}
	return strings.Join(all, " ")
}

func TestHolidaysAreDatedAndPatronsAreOfOnePlace(t *testing.T) {
	o := timetabled(t)
	if closed := o.closed("2026-03-25"); closed != "[2026-04-06 HOLIDAY Lunedì dell'Angelo 4]" {
		t.Errorf("Easter: %s", closed)
	}
	if closed := o.closed("2025-09-28"); closed != "" {
		t.Errorf("before the enrolments: %s", closed)
	}
	o.exec("update enrolment set from_day = '2025-01-01'")
	if closed := o.closed("2025-09-28"); closed != "[2025-10-04 PATRON San Francesco, patrono di Massa 2]" {
		t.Errorf("the patron of the site's municipality: %s", closed)
	}
	if closed := o.closed("2025-06-09"); closed != "" {
		t.Errorf("the patron of another municipality: %s", closed)
	}
	o.on("2026-04-29")
	if written, code := o.tap(o.tutor, "2026-04-29"); written != 4 || code != "" {
		t.Errorf("a Wednesday: %d, %q", written, code)
	}
}
