package history_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/history"
	"github.com/lavoroincorso/lavoro/internal/placement/placementtest"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// archive is an office with one person of whom something was before.
type archive struct {
	*placementtest.Office
	room   history.Room
	person uuid.UUID // a participation that was referred in March 2025
	code   string
	by     uuid.UUID // answers for the files
	files  map[string][]byte
}

func newArchive(t *testing.T) *archive {
	a := &archive{Office: placementtest.New(t)}
	a.person = a.Referred(placementtest.Who{ReferredOn: calendar.MustDay("2025-03-01")})
	a.code = fiscal.MakeEntityCode(1001)
	a.by = a.Member("COORDINATOR", "ASL")
	a.files = map[string][]byte{
		"participations.csv": lines("fiscal_code;entered_on;employment;isced", "%s;2025-03-10;INACTIVE;2", a.code),
		"placements.csv":     lines("fiscal_code;host;from;to;weekly_minutes", "%s;Ditta di prima;2025-04-01;2025-06-30;1200", a.code),
		"attendance.csv":     lines("fiscal_code;month;activity_kind;minutes;presence_days", "%s;2025-04;INTERNSHIP;4800;20", a.code),
		"payments.csv":       lines("fiscal_code;month;budget_line;gross;withheld;paid_on;reference", "%s;2025-04;internship_allowance_asl;320,00;;10/05/2025;M-17", a.code, "%s;2025-05;internship_allowance_asl;100.00;;;", a.code),
		"earlier.csv":        lines("fiscal_code;promoter;host;from;to", "%s;Altro ente;Bottega;2023-01-01;2023-01-31", a.code),
		"spending.csv":       lines("budget_line;month;amount;reference", "all_the_rest;2025-02;1.250,50;F-1"),
	}
	return a
}

// lines are a header and rows, each with the fiscal code that follows it.
func lines(header string, rows ...string) []byte {
	out := header + "\n"
	for i := 0; i < len(rows); i++ {
		if strings.Contains(rows[i], "%s") {
			out += fmt.Sprintf(rows[i], rows[i+1]) + "\n"
			i++
			continue
		}
		out += rows[i] + "\n"
	}
	return []byte(out)
}

func (a *archive) stage(dry bool) history.Report {
	a.T.Helper()
	r, err := a.room.Stage(a.T.Context(), a.DB, a.System(), a.Clock, history.Folder{Programme: a.Programme, By: a.by, Files: a.files, DryRun: dry})
	a.Must(err)
	return r
}

// decide has somebody of the lead decide on an import.
func (a *archive) decide(who access.Actor, act func(context.Context, *postgres.Tx, history.Decision) error, id uuid.UUID) error {
	return a.As(who, func(ctx context.Context, tx *postgres.Tx) error {
		return act(ctx, tx, history.Decision{Import: id, Reason: "Totali sbagliati"})
	})
}

// approver is a member of the lead other than who answers for files.
func (a *archive) approver() access.Actor {
	actor := a.Actor(a.Orgs["ASL"], access.Coordinator, access.Approver)
	actor.Member = a.Member("APPROVER", "ASL")
	return actor
}

func (a *archive) wrong(t *testing.T, r history.Report, want ...string) {
	t.Helper()
	var got []string
	for _, p := range r.Problems {
		got = append(got, fmt.Sprintf("%s:%d %s %s", p.File, p.Row, p.Column, p.Code))
		if said := p.Localized("en"); said.Message == "" || said.Cure == "" {
			t.Errorf("%s says no cause or no cure", p.Code)
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func (a *archive) stands() string {
	return placementtest.One[string](a.Office, "select concat_ws(' ', (select count(*) from history_import), (select count(*) from history_fact), (select count(*) from budget_posting), (select count(*) from outbox where subject_kind like 'History%'))")
}

func TestAFolderIsKeptWholeAndOnce(t *testing.T) {
	a := newArchive(t)
	if r := a.stage(true); len(r.Problems) != 0 || r.Added != 7 || r.Import != uuid.Nil || len(r.Totals) != 7 || a.stands() != "0 0 0 0" {
		t.Fatalf("dry run: %+v, stands %s", r, a.stands())
	}
	var told []string
	for _, total := range a.stage(true).Totals {
		line, month := "", ""
		if total.Code != nil {
			line = *total.Code + " "
		}
		if total.Month != nil {
			month = total.Month.String() + " "
		}
		told = append(told, fmt.Sprintf("%s %s%s%d/%d", total.Kind, month, line, total.Paid, total.Gross))
	}
	if got, want := strings.Join(told, ", "), "EARLIER 0/0, PARTICIPATION 0/0, PLACEMENT 0/0, SPENDING 2025-02 all_the_rest 125050/125050, ATTENDANCE 2025-04 0/0, "+
		"PAYMENT 2025-04 internship_allowance_asl 32000/32000, PAYMENT 2025-05 internship_allowance_asl 0/10000"; got != want {
		t.Errorf("comes to\n%s, want\n%s", got, want)
	}
	r := a.stage(false)
	if r.Import == uuid.Nil || r.Added != 7 || a.stands() != "1 7 0 1" {
		t.Fatalf("%+v, stands %s", r, a.stands())
	}
	if r = a.stage(false); r.Import != uuid.Nil || r.Added != 0 || r.AlreadyThere != 7 || a.stands() != "1 7 0 1" {
		t.Errorf("again: %+v, stands %s", r, a.stands())
	}
	a.files["payments.csv"] = lines("fiscal_code;month;budget_line;gross;paid_on;reference", "%s;2025-04;internship_allowance_asl;321,00;2025-05-10;M-17", a.code)
	a.wrong(t, a.stage(false), "payments.csv:2  HISTORY_KNOWN_OTHERWISE")
}

func TestEveryBadRowIsNamed(t *testing.T) {
	a := newArchive(t)
	stranger := fiscal.MakeEntityCode(77)
	a.files = map[string][]byte{
		"participations.csv": lines("fiscal_code;entered_on;employment;isced;left_on;exit_reason", "%s;2025-02-01;INACTIVE;2;;", a.code, "%s;2025-03-10;BUSY;9;2025-03-01;", a.code),
		"placements.csv":     lines("fiscal_code;host;from;to;weekly_minutes", "%s;Ditta;2025-04-01;2027-01-01;1200", a.code, "%s;Ditta;2023-01-01;2023-02-01;1200", a.code),
		"attendance.csv":     lines("fiscal_code;month;activity_kind;minutes;presence_days", "%s;2025-02;INTERNSHIP;60;29", a.code, "%s;2025-04;DANCE;60;1", a.code, "%s;2026-04;INTERNSHIP;60;1", a.code),
		"payments.csv": lines("fiscal_code;month;budget_line;gross;withheld;paid_on;reference", "%s;2025-04;internship_allowance_asl;500;;;", a.code, "%s;2025-04;internship_allowance_asl;0,01;;2025-05-01;M-1", a.code,
			"%s;2025-05;none;100;200;;M-2", a.code, "%s;2025-05;internship_allowance_asl;100;;2025-05-01;M-3", stranger),
		"spending.csv": []byte("budget_line;month\nx;2025-01\n"),
	}
	a.wrong(t, a.stage(false),
		"participations.csv:2 entered_on HISTORY_ENTERED_HERE",
		"participations.csv:3 left_on HISTORY_ENDS_BEFORE", "participations.csv:3 isced HISTORY_OUT_OF_BOUNDS", "participations.csv:3 employment HISTORY_UNKNOWN_WORD", "participations.csv:3 exit_reason HISTORY_TOGETHER",
		"placements.csv:2 to HISTORY_IN_FUTURE", "placements.csv:3  HISTORY_OUTSIDE",
		"attendance.csv:2 presence_days HISTORY_OUT_OF_BOUNDS", "attendance.csv:3 activity_kind CODE_UNKNOWN", "attendance.csv:4 month HISTORY_IN_FUTURE",
		"payments.csv:3 gross HISTORY_OVER_CAP", "payments.csv:4 withheld HISTORY_OUT_OF_BOUNDS", "payments.csv:4 reference HISTORY_TOGETHER", "payments.csv:5 fiscal_code HISTORY_NOBODY",
		"spending.csv:1 amount HISTORY_UNREADABLE")
	if a.stands() != "0 0 0 0" {
		t.Errorf("half written: %s", a.stands())
	}
	a.files = map[string][]byte{"other.csv": nil}
	_, err := a.room.Stage(t.Context(), a.DB, a.System(), a.Clock, history.Folder{Programme: a.Programme, By: a.by, Files: a.files})
	if list, _ := refusal.As(err); !list.Has(history.NoFiles) {
		t.Errorf("a folder of other things: %v", err)
	}
}

func TestASecondPersonConfirms(t *testing.T) {
	a := newArchive(t)
	id := a.stage(false).Import
	refused := func(what string, err error, want *refusal.Code) {
		t.Helper()
		if list, _ := refusal.As(err); !list.Has(want) {
			t.Errorf("%s: %v, want %s", what, err, want)
		}
	}
	self := a.approver()
	self.Member = a.by
	refused("who answers for the files", a.decide(self, a.room.Confirm, id), history.OwnImport)
	refused("a partner", a.decide(a.Coordinator("CARRARA"), a.room.Confirm, id), refusal.NotFound)
	refused("an officer", a.decide(a.Actor(a.Orgs["ASL"], access.PaymentsOfficer), a.room.Confirm, id), refusal.NotAllowed)
	if _, err := a.Owner.Exec(t.Context(), "update history_import set state = 'CONFIRMED', decided_by = staged_by, decided_at = staged_at"); !postgres.Violates(err, "history_second_person") {
		t.Errorf("the table lets one person confirm his own: %v", err)
	}
	before := a.earlierDays()
	a.Must(a.decide(a.approver(), a.room.Confirm, id))
	for sql, want := range map[string]string{
		"select string_agg(distinct state, ' ') from history_fact":               "CONFIRMED",
		"select concat_ws(' ', state, entered_on) from participation":            "ACTIVE 2025-03-10",
		"select concat_ws(' ', taken_on, employment, isced) from entry_snapshot": "2025-03-10 INACTIVE 2",
		"select string_agg(x.s, ', ' order by x.s) from (select concat_ws(' ', l.code, p.kind, sum(p.cents)) as s from budget_posting p join budget_line l on l.id = p.budget_line_id group by l.code, p.kind) x": "all_the_rest ACCRUED 125050, all_the_rest APPROVED 125050, all_the_rest PAID 125050, internship_allowance_asl ACCRUED 42000, internship_allowance_asl APPROVED 32000, internship_allowance_asl PAID 32000",
		"select string_agg(distinct day::text, ' ' order by day::text) from budget_posting":                                                                                                                       "2025-02-28 2025-04-30 2025-05-31",
	} {
		if got := placementtest.One[string](a.Office, sql); got != want {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
	}
	if more := a.earlierDays() - before; more != 91+31 {
		t.Errorf("%d days of internships count, want 122", more)
	}
	refused("again", a.decide(a.approver(), a.room.Confirm, id), history.Decided)
	refused("given up after all", a.decide(a.approver(), a.room.Discard, id), history.Decided)
}

// earlierDays are those that count for how long somebody may be an intern.
func (a *archive) earlierDays() (days int) {
	opening, _ := a.Opening(placementtest.Seats{})
	a.Must(a.As(a.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return tx.Ask(ctx, &days, "select earlier_days from placement_facts($1, $2, $3, null, '', '2026-03-02', '2026-09-01', null, '2026-03-02')", a.person, opening, a.Orgs["CARRARA"])
	}))
	return days
}

func TestWhatWasDiscardedMayComeAgain(t *testing.T) {
	a := newArchive(t)
	id := a.stage(false).Import
	err := a.As(a.approver(), func(ctx context.Context, tx *postgres.Tx) error {
		return a.room.Discard(ctx, tx, history.Decision{Import: id, Reason: " "})
	})
	if list, _ := refusal.As(err); !list.Has(history.ReasonNeeded) {
		t.Errorf("without a reason: %v", err)
	}
	a.Must(a.decide(a.approver(), a.room.Discard, id))
	if n := placementtest.One[int](a.Office, "select count(*) from budget_posting"); n != 0 {
		t.Errorf("%d postings of what was given up", n)
	}
	if r := a.stage(false); r.Added != 7 || r.Import == uuid.Nil {
		t.Errorf("again: %+v", r)
	}
}

// month is somebody with 80 hours of a course in April, of whose allowance 320 euro were recognised before.
func (a *archive) month() (person, enrolment uuid.UUID) {
	a.T.Helper()
	person = a.Active(placementtest.Who{ReferredOn: calendar.MustDay("2025-03-01")})
	a.files = map[string][]byte{"payments.csv": lines("fiscal_code;month;budget_line;gross;paid_on;reference", "%s;2025-04;internship_allowance_asl;320,00;2025-05-10;M-17", fiscal.MakeEntityCode(1002))}
	activity := uuid.New()
	enrolment = uuid.New()
	a.Exec(`insert into activity (id, programme_id, organisation_id, kind, title, place, from_day, to_day, planned_minutes, audience)
		select $1, programme_id, organisation_id, 'COURSE', 'Prova', 'Massa', '2025-04-01', '2025-04-30', 6000, audience from participation where id = $2`, activity, person)
	a.Exec(`insert into enrolment (id, programme_id, activity_id, participation_id, person_id, state, from_day, to_day, planned_minutes, origin, audience)
		select $1, programme_id, $2, id, person_id, 'ENROLLED', '2025-04-01', '2025-04-30', 6000, 'ENTERED', audience from participation where id = $3`, enrolment, activity, person)
	a.Exec(`insert into attendance (id, programme_id, enrolment_id, activity_id, participation_id, person_id, kind, day, from_minute, to_minute, standing, recorded_by, recorded_at, origin, audience)
		select gen_random_uuid(), programme_id, id, activity_id, participation_id, person_id, 'PRESENCE', d::date, 480, 960, 'COUNTED', gen_random_uuid(), '2025-05-01', 'ENTERED', audience
		from enrolment, generate_series('2025-04-01'::date, '2025-04-10', interval '1 day') d where id = $1`, enrolment)
	return person, enrolment
}

// locked locks the month of a course.
func (a *archive) locked(enrolment uuid.UUID) {
	a.T.Helper()
	a.Exec(`insert into register_month (id, programme_id, enrolment_id, activity_id, participation_id, company_id, month, state, state_since, minutes, presence_days, content_hash, audience)
		select gen_random_uuid(), programme_id, id, activity_id, participation_id, company_id, '2025-04-01', 'LOCKED', '2025-05-02', 4800, 10, sha256('x'), audience from enrolment where id = $1`, enrolment)
}

// TestWhatWasRecognisedIsNeverOwedAgain: of April 320 euro were recognised; hours that come in by now earn what the cap leaves.
func TestWhatWasRecognisedIsNeverOwedAgain(t *testing.T) {
	a := newArchive(t)
	person, enrolment := a.month()
	id := a.stage(false).Import
	month := allowance.Month{Participation: person, Month: calendar.MustMonth("2025-04")}
	compute := func() {
		t.Helper()
		a.Must(a.As(a.System(), func(ctx context.Context, tx *postgres.Tx) error {
			_, err := allowance.Compute(ctx, tx, month)
			return err
		}))
	}
	const total = "select total_cents::int from allowance"
	compute()
	if got := placementtest.One[int](a.Office, total); got != 32000 {
		t.Fatalf("80 hours are %d cents while nothing is confirmed", got)
	}
	a.Must(a.decide(a.approver(), a.room.Confirm, id))
	a.Must(a.As(a.System(), func(ctx context.Context, tx *postgres.Tx) error {
		return allowance.React(ctx, tx, []event.Event{{News: event.News{SubjectKind: "HistoryImport", Act: string(access.ConfirmHistory), Subject: id}}})
	}))
	if got := placementtest.One[int](a.Office, total); got != 18000 {
		t.Errorf("of 500 euro 320 were recognised before, and %d cents more are owed", got)
	}
	a.locked(enrolment)
	compute()
	if got := placementtest.One[string](a.Office, "select total_cents || ' ' || cap_cents || ' ' || (inputs ->> 'before') from allowance_statement"); got != "18000 18000 32000" {
		t.Errorf("the statement: %s", got)
	}
	_, err := a.Owner.Exec(t.Context(), `insert into allowance_statement (id, programme_id, participation_id, allowance_id, month, number, minutes, accrued_cents, cap_cents, total_cents, policy_versions, engine, inputs, lines, issued_at, audience)
		select gen_random_uuid(), programme_id, participation_id, allowance_id, month, number + 1, minutes, 32000, 50000, 32000, policy_versions, engine, inputs - 'before', lines, issued_at, audience from allowance_statement`)
	if !postgres.Violates(err, "allowance_statement_history") {
		t.Errorf("a statement that passes over what was recognised: %v", err)
	}
}

// TestAMonthThatIsHereIsNotBroughtIn: neither while a folder is read, nor when it is confirmed.
func TestAMonthThatIsHereIsNotBroughtIn(t *testing.T) {
	a := newArchive(t)
	id := a.stage(false).Import
	a.Exec(`insert into activity (id, programme_id, organisation_id, kind, title, place, from_day, to_day, planned_minutes, audience)
		select $1, programme_id, organisation_id, 'INTERNSHIP', 'Prova', 'Massa', '2025-04-01', '2025-04-30', 6000, audience from participation where id = $1`, a.person)
	a.Exec(`insert into enrolment (id, programme_id, activity_id, participation_id, person_id, state, from_day, to_day, planned_minutes, origin, audience)
		select id, programme_id, id, id, person_id, 'ENROLLED', '2025-04-01', '2025-04-30', 6000, 'ENTERED', audience from participation where id = $1`, a.person)
	a.Exec(`insert into register_month (id, programme_id, enrolment_id, activity_id, participation_id, month, state, state_since, audience)
		select id, programme_id, id, id, id, '2025-04-01', 'OPEN', '2025-05-02', audience from participation where id = $1`, a.person)
	err := a.decide(a.approver(), a.room.Confirm, id)
	if list, _ := refusal.As(err); !list.Has(history.Overtaken) || !strings.Contains(list[0].Localized("en").Message, "of 1 rows") {
		t.Errorf("overtaken: %v", err)
	}
	a.Must(a.decide(a.approver(), a.room.Discard, id))
	delete(a.files, "placements.csv")
	a.wrong(t, a.stage(false), "attendance.csv:2 month HISTORY_MONTH_HERE")
}

// TestWhatHousingCostBeforeHasItsOwnBounds: it goes beside the month's cap, is bounded by what a month may have and by the ceiling of all months, whatever
// record of a human it is brought in for, and so are the hours.
func TestWhatHousingCostBeforeHasItsOwnBounds(t *testing.T) {
	a := newArchive(t)
	other, code := a.Referred(placementtest.Who{ReferredOn: calendar.MustDay("2025-03-01")}), fiscal.MakeEntityCode(1002)
	payments := func(rows ...string) {
		a.files = map[string][]byte{"payments.csv": lines("fiscal_code;month;budget_line;gross;activity_kind", rows...)}
	}
	payments("%s;2025-04;internship_allowance_asl;500;", a.code, "%s;2025-04;contributions_asl;200;HOUSING", a.code, "%s;2025-04;contributions_asl;0,01;HOUSING", code, "%s;2025-04;internship_allowance_asl;1;COURSE", code,
		"%s;2025-05;contributions_asl;200;HOUSING", code, "%s;2025-06;contributions_asl;200,01;HOUSING", code, "%s;2025-04;contributions_asl;1;DANCE", code)
	a.wrong(t, a.stage(true), "payments.csv:7 gross HISTORY_OVER_CAP", "payments.csv:8 activity_kind CODE_UNKNOWN")
	a.Exec("update person set merged_into = (select person_id from participation where id = $1) where id = (select person_id from participation where id = $2)", a.person, other)
	a.wrong(t, a.stage(true), "payments.csv:4 gross HISTORY_OVER_CAP", "payments.csv:5 gross HISTORY_OVER_CAP", "payments.csv:7 gross HISTORY_OVER_CAP", "payments.csv:8 activity_kind CODE_UNKNOWN")

	payments("%s;2025-04;contributions_asl;200;HOUSING", a.code, "%s;2025-05;contributions_asl;200;HOUSING", a.code, "%s;2025-06;contributions_asl;200;HOUSING", a.code)
	if r := a.stage(false); len(r.Problems) > 0 || r.Import == uuid.Nil {
		t.Fatalf("%+v", r)
	}
	payments("%s;2025-07;contributions_asl;200;HOUSING", code, "%s;2025-08;contributions_asl;200;HOUSING", code, "%s;2025-09;contributions_asl;199,99;HOUSING", code, "%s;2025-03;contributions_asl;0,02;HOUSING", code,
		"%s;2025-10;contributions_asl;0,01;HOUSING", a.code)
	a.wrong(t, a.stage(true), "payments.csv:5 gross HISTORY_OVER_CEILING", "payments.csv:6 gross HISTORY_OVER_CEILING")
}

// TestALowerCeilingInBetweenHolds: what is brought in counts below the ceiling of each later month that has some, and not of the last alone.
func TestALowerCeilingInBetweenHolds(t *testing.T) {
	a := newArchive(t)
	for number, from := range []string{"2025-08-01", "2025-09-01"} {
		a.Exec(`with v as (insert into policy_version (id, programme_id, number, valid_from, applied_at, rules_hash, audience)
				select gen_random_uuid(), programme_id, 90 + $1, $2::text::date, applied_at, 'test', audience from policy_version where number = 1 returning id)
			insert into policy_rule (id, version_id, position, code, value, unit, label, source, confirmed, audience)
			select gen_random_uuid(), v.id, position, code, case when code = 'allowance.housing' and $1 = 0 then value || '{"ceiling": 50000}' else value end, unit, label, source, confirmed, r.audience
			from v, policy_rule r where r.version_id = (select id from policy_version where number = 1)`, number, from)
	}
	payments := func(rows ...string) {
		a.files = map[string][]byte{"payments.csv": lines("fiscal_code;month;budget_line;gross;activity_kind", rows...)}
	}
	payments("%s;2025-07;contributions_asl;200;HOUSING", a.code, "%s;2025-08;contributions_asl;200;HOUSING", a.code, "%s;2025-09;contributions_asl;200;HOUSING", a.code)
	if r := a.stage(false); len(r.Problems) > 0 || r.Import == uuid.Nil {
		t.Fatalf("%+v", r)
	}
	payments("%s;2025-06;contributions_asl;100;HOUSING", a.code, "%s;2025-05;contributions_asl;0,01;HOUSING", a.code)
	a.wrong(t, a.stage(true), "payments.csv:3 gross HISTORY_OVER_CEILING")
}

func FuzzRows(f *testing.F) {
	for _, s := range []string{"X;2025-03-10;INACTIVE;2", "X;2025-04;internship_allowance_asl;1.234,56;;10/05/2025;M", "a;Ditta;2025-04-01;2025-02-30;99999999999", ";2025-13;INTERNSHIP;-1;32", "x;\"2025-04\";1,2,3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, content string) {
		history.Reads(t, content, calendar.MustDay("2026-03-02"))
	})
}
