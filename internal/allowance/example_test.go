package allowance_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

//go:embed EXAMPLE.md
var document string

// example is the person of the document, on a day that the test moves.
type example struct {
	*house
	participation                  uuid.UUID
	course, laboratory, internship uuid.UUID
	company                        uuid.UUID
	today                          calendar.Day
}

func (x *example) clock() time.Time { return x.today.At(calendar.MustLocalTime("18:00")) }

func (x *example) do(actor access.Actor, fn func(context.Context, *postgres.Tx) error) {
	x.t.Helper()
	if err := x.db.InTx(x.t.Context(), actor, x.clock, fn); err != nil {
		x.t.Fatalf("%s: %v", x.today, err)
	}
}

// enrolled makes an enrolment from a day on, which is in the company where one is named.
func (x *example) enrolled(kind, from string, company *uuid.UUID) uuid.UUID {
	id := x.enrolment(x.participation, kind)
	x.exec("update enrolment set from_day = $2::text::date, company_id = $3, audience = case when $3::uuid is null then audience else audience || scope_key('COMPANY', programme_id, $3) end where id = $1", id, from, company)
	return id
}

// hire puts the internship into a company, suspended from the 12th to the 18th.
func (x *example) hire() {
	x.company = uuid.New()
	site, opening, placement := uuid.New(), uuid.New(), uuid.New()
	x.exec(`insert into company (id, name, entity_code, ateco, headcount, municipality, origin, audience) values ($1, 'Segheria Prova', '00743110157', '16.10', 30, '045010', 'ENTERED', '{}')`, x.company)
	x.exec(`insert into company_site (id, company_id, name, address, municipality, headcount, audience) values ($1, $2, 'Sede', 'Via di Prova 1', '045010', 30, '{}')`, site, x.company)
	x.exec(`insert into opening (id, programme_id, company_id, site_id, organisation_id, title, tasks, sector, seats, from_day, to_day, weekly_minutes, state, state_since, origin, audience)
		values ($1, $2, $3, $4, $5, 'Prova', 'Prova', 'WAREHOUSE', 9, '2026-01-01', '2026-12-31', 2100, 'OPEN', '2026-01-01', 'ENTERED', '{}')`, opening, x.programme, x.company, site, x.partner)
	x.internship = x.enrolled("INTERNSHIP", "2026-10-08", &x.company)
	x.exec(`insert into placement (id, programme_id, participation_id, person_id, opening_id, company_id, site_id, organisation_id, enrolment_id, state, state_since,
		from_day, to_day, weekly_minutes, host_tutor, started_on, origin, audience)
		select $1, programme_id, participation_id, person_id, $2, company_id, $3, $4, id, 'RUNNING', '2026-10-19', from_day, to_day, 2100, 'Tutor', from_day, 'ENTERED', audience from enrolment where id = $5`,
		placement, opening, site, x.partner, x.internship)
	for n, step := range []struct{ act, to, day string }{{"startPlacement", "RUNNING", "2026-10-08"}, {"suspendPlacement", "SUSPENDED", "2026-10-12"}, {"resumePlacement", "RUNNING", "2026-10-19"}} {
		x.exec(`insert into placement_step (id, placement_id, participation_id, company_id, position, act, to_state, day, at, member_id, audience)
			select gen_random_uuid(), id, participation_id, company_id, $2, $3, $4, $5::text::date, $6, gen_random_uuid(), audience from placement where id = $1`,
			placement, n+1, step.act, step.to, step.day, noon)
	}
}

// record enters presence of some days of October, from and to.
func (x *example) record(enrolment uuid.UUID, from, to string, days ...int) (entries []uuid.UUID) {
	for _, day := range days {
		x.today = calendar.MustDay(fmt.Sprintf("2026-10-%02d", day))
		e := attendance.Entry{ID: uuid.Must(uuid.NewV7()), Enrolment: enrolment, Kind: attendance.Presence, Day: x.today, From: calendar.MustLocalTime(from), To: calendar.MustLocalTime(to)}
		x.do(x.coordinator(), func(ctx context.Context, tx *postgres.Tx) error {
			answers, err := attendance.Record(ctx, tx, attendance.Source{Origin: "ENTERED"}, []attendance.Entry{e})
			if err == nil && len(answers[0].Refusals) > 0 {
				return answers[0].Refusals
			}
			return err
		})
		entries = append(entries, e.ID)
	}
	return entries
}

func (x *example) coordinator() access.Actor { return x.actor(access.Coordinator, x.lead) }

// close takes the month of an enrolment from open to locked.
func (x *example) close(enrolment uuid.UUID) uuid.UUID {
	x.t.Helper()
	month := query[uuid.UUID](x.house, "select id from register_month where enrolment_id = $1 and month = '2026-10-01'", enrolment)
	host := x.actor(access.HostTutor, query[uuid.UUID](x.house, "select scope_key('COMPANY', $1, $2)", x.programme, x.company))
	steps := []struct {
		actor access.Actor
		act   func(context.Context, *postgres.Tx, attendance.MonthStep) error
	}{{x.coordinator(), attendance.SubmitMonth}, {host, attendance.CertifyMonthAsHost}, {x.coordinator(), attendance.CertifyMonth}, {x.coordinator(), attendance.LockMonth}}
	for i, s := range steps {
		if i == 1 && enrolment != x.internship {
			continue
		}
		x.do(s.actor, func(ctx context.Context, tx *postgres.Tx) error {
			return s.act(ctx, tx, attendance.MonthStep{Month: month})
		})
	}
	return month
}

// react has the reaction hear all news of the register so far.
func (x *example) react() {
	x.t.Helper()
	rows, err := x.owner.Query(x.t.Context(), "select act, subject_kind, subject_id from outbox where subject_kind in ('Attendance', 'RegisterMonth') order by seq")
	if err != nil {
		x.t.Fatal(err)
	}
	var events []event.Event
	for rows.Next() {
		var e event.Event
		if err := rows.Scan(&e.Act, &e.SubjectKind, &e.Subject); err != nil {
			x.t.Fatal(err)
		}
		events = append(events, e)
	}
	x.do(x.actor(access.System, x.lead), func(ctx context.Context, tx *postgres.Tx) error { return allowance.React(ctx, tx, events) })
}

// said is what the document must say of a statement, block by block.
func (x *example) said(number int) (blocks []string) {
	x.t.Helper()
	id := query[uuid.UUID](x.house, "select id from allowance_statement where participation_id = $1 and number = $2", x.participation, number)
	var in allowance.Inputs
	if err := json.Unmarshal(query[[]byte](x.house, "select inputs from allowance_statement where id = $1", id), &in); err != nil {
		x.t.Fatal(err)
	}
	w, err := allowance.Again(allowance.Engine, in)
	if err != nil {
		x.t.Fatal(err)
	}
	kinds := allowance.Kinds{"COURSE": {It: "Corso"}, "LABORATORY": {It: "Laboratorio"}, "INTERNSHIP": {It: "Tirocinio di inclusione sociale"}}
	of := map[uuid.UUID]string{x.course: "Corso", x.laboratory: "Laboratorio", x.internship: "Tirocinio"}
	var lines []string
	for _, l := range w.Lines {
		lines = append(lines, fmt.Sprintf("%s. %s. Regola %s, versione %d", of[l.Enrolment], l.Text.It, l.Rule, l.Version))
	}
	shares := query[[]string](x.house, `select array_agg(o.name || ', voce ' || b.code || ': ' || h.gross_cents order by h.gross_cents) from allowance_share h join organisation o on o.id = h.payer_id
		join budget_line b on b.id = h.budget_line_id where h.statement_id = $1`, id)
	for i, s := range shares {
		at := strings.LastIndex(s, " ") + 1
		var cents money.Cents
		if _, err := fmt.Sscan(s[at:], (*int64)(&cents)); err != nil {
			x.t.Fatal(err)
		}
		shares[i] = s[:at] + cents.Format(text.Italian)
	}
	total := "Totale: " + query[money.Cents](x.house, "select total_cents from allowance_statement where id = $1", id).Format(text.Italian)
	return []string{strings.Join(append(lines, total), "\n"), strings.Join(shares, "\n"), w.Explain(kinds).It, w.ExplainShort().It}
}

// TestTheExampleOfTheDocument does by acts what the document tells, and holds every text of the program against it.
func TestTheExampleOfTheDocument(t *testing.T) {
	x := &example{house: open(t)}
	x.participation = x.house.participation()
	x.newRule(2, "2026-10-16", "allowance.hourly_rate", "460")
	x.course, x.laboratory = x.enrolled("COURSE", "2026-10-01", nil), x.enrolled("LABORATORY", "2026-10-03", nil)
	x.hire()
	x.record(x.course, "09:00", "13:00", 1, 2, 5, 6, 7)
	x.record(x.course, "14:00", "18:00", 1, 2, 5, 6, 7)
	x.record(x.laboratory, "09:00", "10:55", 10, 17)
	x.record(x.internship, "08:30", "14:30", 8, 9)
	wrong := x.record(x.internship, "08:30", "14:30", 14)[0]
	x.record(x.internship, "08:00", "15:00", 19, 20, 21, 22, 23, 26, 27, 28, 29, 30)
	if standing := query[string](x.house, "select standing || ' ' || conflicts[1] from attendance where id = $1", wrong); standing != "CONTESTED PLACEMENT_SUSPENDED" {
		t.Errorf("hours of the suspension: %s", standing)
	}
	x.today = calendar.MustDay("2026-11-03")
	x.do(x.coordinator(), func(ctx context.Context, tx *postgres.Tx) error {
		_, err := attendance.Resolve(ctx, tx, wrong, false, "Il tirocinio era sospeso.", nil)
		return err
	})
	x.close(x.course)
	x.close(x.laboratory)
	month := x.close(x.internship)
	x.react()
	x.today = calendar.MustDay("2026-11-12")
	for _, day := range []string{"2026-10-29", "2026-10-30"} {
		x.do(x.coordinator(), func(ctx context.Context, tx *postgres.Tx) error {
			return attendance.AdjustMonth(ctx, tx, attendance.Adjustment{MonthStep: attendance.MonthStep{Month: month, Reason: "Era assente, l'azienda l'ha detto dopo."}, ID: uuid.Must(uuid.NewV7()),
				Day: calendar.MustDay(day), Minutes: -7 * 60, Days: -1})
		})
	}
	x.react()
	for number := 1; number <= 2; number++ {
		for _, block := range x.said(number) {
			if !strings.Contains(document, block+"\n") {
				t.Errorf("the document does not say of statement %d:\n%s", number, block)
			}
		}
	}
	if read, found := x.replay(); read != 2 || found != nil {
		t.Errorf("worked out again: %d, %q", read, found)
	}
}
