package allowance_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// register makes the month of an enrolment that its entries belong to, in a state; what is not open holds what counts.
func (h *house) register(enrolment uuid.UUID, month, state string) uuid.UUID {
	h.t.Helper()
	id := uuid.New()
	h.exec(`insert into register_month (id, programme_id, enrolment_id, activity_id, participation_id, company_id, month, state, state_since, minutes, presence_days, content_hash, audience)
		select $1, e.programme_id, e.id, e.activity_id, e.participation_id, e.company_id, $2::text::date, $3, '2026-11-20',
			case when $3 <> 'OPEN' then coalesce(sum(a.minutes), 0) end, case when $3 <> 'OPEN' then count(distinct a.day) end, case when $3 <> 'OPEN' then sha256('content') end, e.audience
		from enrolment e left join attendance a on a.enrolment_id = e.id and a.standing = 'COUNTED' and a.kind = 'PRESENCE' and date_trunc('month', a.day)::date = $2::text::date
		where e.id = $4 group by e.id`, id, month+"-01", state, enrolment)
	return id
}

// adjust puts a locked month right.
func (h *house) adjust(register uuid.UUID, day string, minutes, days int) {
	h.t.Helper()
	h.exec(`insert into register_adjustment (id, register_month_id, participation_id, month, day, minutes, presence_days, reason, member_id, at, audience)
		select gen_random_uuid(), id, participation_id, month, $2::text::date, $3, $4, '\x00', gen_random_uuid(), $5, audience from register_month where id = $1`, register, day, minutes, days, noon)
}

// told has the reaction hear of a month of the register.
func (h *house) told(act access.Act, registers ...uuid.UUID) (news int) {
	h.t.Helper()
	var events []event.Event
	for _, id := range registers {
		events = append(events, event.Event{News: event.News{Act: string(act), SubjectKind: "RegisterMonth", Subject: id}})
	}
	err := h.act(h.actor(access.System, h.lead), func(ctx context.Context, tx *postgres.Tx) error {
		defer func() { news = tx.Told() }()
		return allowance.React(ctx, tx, events)
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return news
}

const (
	statements = `select coalesce(string_agg(concat_ws(' ', number, minutes, accrued_cents, total_cents), ', ' order by number), '') from allowance_statement where participation_id = $1`
	shares     = `select coalesce(string_agg(concat_ws(' ', s.number, h.tax, h.gross_cents, h.withheld_cents, h.net_cents), ', ' order by s.number, h.gross_cents), '')
		from allowance_share h join allowance_statement s on s.id = h.statement_id where h.participation_id = $1`
)

func TestAStatementIsIssuedOnceAllIsLocked(t *testing.T) {
	h := open(t)
	p := h.participation()
	course, internship := h.enrolment(p, "COURSE"), h.enrolment(p, "INTERNSHIP")
	h.hours(course, "2026-11", 6, 40)
	h.hours(internship, "2026-11", 14, 100)
	locked, waits := h.register(course, "2026-11", "LOCKED"), h.register(internship, "2026-11", "PROMOTER_CERTIFIED")
	h.told(access.LockMonth, locked)
	if got := query[string](h, statements, p); got != "" {
		t.Errorf("issued while a month waits: %s", got)
	}
	h.exec("update register_month set state = 'LOCKED' where id = $1", waits)
	if told := h.told(access.LockMonth, locked, waits); told != 2 {
		t.Errorf("%d news, want the statement and the allowance that has it", told)
	}
	if got := query[string](h, statements, p); got != "1 8400 56000 50000" {
		t.Errorf("statements: %s", got)
	}
	if got := query[string](h, shares, p); got != "1 EXEMPT 16000 0 16000, 1 EXEMPT 34000 0 34000" {
		t.Errorf("shares: %s", got)
	}
	if told := h.told(access.LockMonth, waits); told != 1 {
		t.Errorf("again: %d news, want that more hours are certain", told)
	}
	const accrued = "select string_agg(l.code || ' ' || p.cents, ', ' order by p.cents) from budget_posting p join budget_line l on l.id = p.budget_line_id where p.kind = 'ACCRUED' and p.subject_kind = 'AllowanceStatement'"
	lines := query[string](h, accrued)
	if !strings.HasSuffix(lines, " 34000") || !strings.Contains(lines, " 16000, ") {
		t.Errorf("accrued on the budget: %s", lines)
	}
}

func TestPaidAbsencesEarnAsIfTheyWerePresence(t *testing.T) {
	h := open(t)
	p := h.participation()
	e := h.enrolment(p, "INTERNSHIP")
	h.entry(e, "2026-11-03", 8, 4, "COUNTED")
	for day, reason := range map[string]string{"2026-11-04": "INJURY", "2026-11-05": "PERSONAL"} {
		h.exec("update attendance set kind = 'ABSENCE', absence_reason = $1 where id = $2", reason, h.entry(e, day, 8, 4, "COUNTED"))
	}
	h.newRule(99, "2026-11-01", "allowance.paid_absences", `["INJURY"]`)
	h.told(access.LockMonth, h.register(e, "2026-11", "LOCKED"))
	if got := query[string](h, statements, p); got != "1 480 3200 3200" {
		t.Errorf("statements: %s", got)
	}
	if got := query[string](h, "select string_agg(l #>> '{text,it}', '; ') from allowance_statement s, jsonb_array_elements(lines) l where participation_id = $1", p); got != "4 h × 4,00 € = 16,00 €; Assenza pagata: 4 h × 4,00 € = 16,00 €" {
		t.Errorf("lines: %s", got)
	}
	if got := query[string](h, "select inputs::text from allowance_statement where participation_id = $1", p); strings.Contains(strings.ReplaceAll(got, `"paidAbsences": ["INJURY"]`, ""), "INJURY") {
		t.Errorf("the statement tells why somebody was absent: %s", got)
	}
	if got := query[string](h, "select concat_ws(' ', minutes, total_cents) from allowance where participation_id = $1", p); got != "480 3200" {
		t.Errorf("so far: %s", got)
	}
}

func TestWhatIsWithheldFollowsTheTreatmentOfThePayer(t *testing.T) {
	h := open(t)
	p := h.participation()
	e := h.enrolment(p, "INTERNSHIP")
	h.hours(e, "2026-11", 8, 20)
	h.exec("update payer_tax set tax = 'ASSIMILATED'")
	h.newRule(99, "2026-11-01", "allowance.withholding", `{"EXEMPT": 0, "ASSIMILATED": 2305}`)
	h.told(access.LockMonth, h.register(e, "2026-11", "LOCKED"))
	if got := query[string](h, shares, p); got != "1 ASSIMILATED 8000 1844 6156" {
		t.Errorf("shares: %s", got)
	}
}

// TestAMonthIsTaxedByItsRules: how a payer is taxed changes from the day of the rules that say so. A month is taxed by those of its last day, whether its first
// statement comes before they are applied or after, and when it is put right; so is all of it, also what is of an enrolment that no statement knew.
func TestAMonthIsTaxedByItsRules(t *testing.T) {
	h := open(t)
	before, after := h.participation(), h.participation()
	months := map[uuid.UUID][]uuid.UUID{}
	for _, p := range []uuid.UUID{before, after} {
		e := h.enrolment(p, "INTERNSHIP")
		for _, month := range []string{"2026-10", "2026-11"} {
			h.hours(e, month, 8, 20)
			months[p] = append(months[p], h.register(e, month, "LOCKED"))
		}
	}
	h.told(access.LockMonth, months[before]...)
	file := bytes.Replace(rules(2, "2026-11-16", 400), []byte("tax: EXEMPT"), []byte("tax: ASSIMILATED"), 1)
	file = bytes.Replace(file, []byte("{EXEMPT: 0, ASSIMILATED: 0}"), []byte("{EXEMPT: 0, ASSIMILATED: 2300}"), 1)
	if _, err := programme.Apply(t.Context(), h.ownerURL, programme.LavoroInCorso3Name, file, clock); err != nil {
		t.Fatal(err)
	}
	h.told(access.LockMonth, months[after]...)
	h.follows()
	for p, want := range map[uuid.UUID]string{
		before: "10 1 EXEMPT 8000 0, 11 1 EXEMPT 8000 0, 11 2 ASSIMILATED 8000 1840",
		after:  "10 1 EXEMPT 8000 0, 11 1 ASSIMILATED 8000 1840",
	} {
		if got := query[string](h, taxed, p); got != want {
			t.Errorf("shares: %s, want %s", got, want)
		}
	}
	for p, want := range map[uuid.UUID]string{
		before: "10 2 EXEMPT 8800 0, 11 3 ASSIMILATED 8800 2024",
		after:  "10 2 EXEMPT 8800 0, 11 2 ASSIMILATED 8800 2024",
	} {
		e := h.enrolment(p, "INTERNSHIP")
		for n, month := range []string{"2026-10", "2026-11"} {
			h.hours(e, month, 16, 3)
			h.adjust(months[p][n], month+"-02", -60, 0)
			h.told(access.LockMonth, h.register(e, month, "LOCKED")) // the adjustment comes with it
		}
		if got := query[string](h, strings.Replace(taxed, "where", "where s.number = (select max(number) from allowance_statement l where l.allowance_id = s.allowance_id) and", 1), p); got != want {
			t.Errorf("put right: %s, want %s", got, want)
		}
	}
}

const taxed = `select string_agg(concat_ws(' ', to_char(s.month, 'MM'), s.number, h.tax, h.gross_cents, h.withheld_cents), ', ' order by s.month, s.number)
	from allowance_share h join allowance_statement s on s.id = h.statement_id where h.participation_id = $1`

func TestAnAdjustmentMakesTheNextStatement(t *testing.T) {
	h := open(t)
	p := h.participation()
	e := h.enrolment(p, "INTERNSHIP")
	h.hours(e, "2026-11", 8, 20)
	month := h.register(e, "2026-11", "LOCKED")
	h.told(access.LockMonth, month)
	h.adjust(month, "2026-11-02", -60, 0)
	h.told(access.AdjustMonth, month)
	h.adjust(month, "2026-11-20", 60, 1)
	h.told(access.AdjustMonth, month)
	h.adjust(month, "2026-11-20", 60, 0)
	h.adjust(month, "2026-11-02", -60, 0)
	h.told(access.AdjustMonth, month) // comes to the same
	if got := query[string](h, statements, p); got != "1 1200 8000 8000, 2 1140 7600 7600, 3 1200 8000 8000" {
		t.Errorf("statements: %s", got)
	}
	const inputs = `select concat_ws(' ', jsonb_array_length(inputs #> '{register,0,certified,adjustments}'), inputs #>> '{register,0,certified,minutes}', inputs #>> '{versions,0,rule,hourlyRate}')
		from allowance_statement where participation_id = $1 and number = 3`
	if got := query[string](h, inputs, p); got != "2 1200 400" {
		t.Errorf("inputs: %s", got)
	}
	if got := query[string](h, shares, p); got != "1 EXEMPT 8000 0 8000, 2 EXEMPT 7600 0 7600, 3 EXEMPT 8000 0 8000" {
		t.Errorf("shares: %s", got)
	}
}

func TestTheLockedMonthOfTwoVersionsIsPaidByTheDay(t *testing.T) {
	h := open(t)
	p := h.participation()
	e := h.enrolment(p, "INTERNSHIP")
	h.entry(e, "2026-11-13", 8, 4, "COUNTED")
	h.entry(e, "2026-11-16", 8, 4, "COUNTED")
	h.newRule(99, "2026-11-16", "allowance.hourly_rate", "500")
	month := h.register(e, "2026-11", "LOCKED")
	h.adjust(month, "2026-11-15", 30, 1)
	h.told(access.LockMonth, month)
	if got := query[string](h, statements, p); got != "1 510 3800 3800" {
		t.Errorf("statements: %s", got)
	}
	if got := query[string](h, "select string_agg(l ->> 'version' || ' ' || (l ->> 'amount'), ', ') from allowance_statement s, jsonb_array_elements(lines) l where participation_id = $1", p); got != "1 1800, 99 2000" {
		t.Errorf("lines: %s", got)
	}
}

func TestStatementsStayAsTheyAre(t *testing.T) {
	h := open(t)
	p := h.participation()
	e := h.enrolment(p, "INTERNSHIP")
	h.hours(e, "2026-11", 8, 20)
	h.told(access.LockMonth, h.register(e, "2026-11", "LOCKED"))
	for _, sql := range []string{"update allowance_statement set total_cents = 0", "delete from allowance_statement", "update allowance_share set gross_cents = 0, net_cents = 0", "delete from allowance_share"} {
		err := h.act(h.actor(access.System, h.lead), func(ctx context.Context, tx *postgres.Tx) error {
			_, err := tx.NewRaw(sql).Exec(ctx)
			return err
		})
		if err == nil {
			t.Errorf("the program may %s", sql)
		}
	}
	if _, err := h.owner.Exec(t.Context(), `insert into allowance_share select gen_random_uuid(), statement_id, allowance_id, participation_id, programme_id, month, $1, budget_line_id, tax, 1, 0, 1, audience
		from allowance_share`, h.partner); !postgres.Violates(err, "allowance_share_total") {
		t.Errorf("shares beyond the statement: %v", err)
	}
}

// Of somebody protected news name nobody, and the journal keeps its details under the person's key all the same.
func TestNewsOfSomebodyProtectedNameNobody(t *testing.T) {
	h := open(t)
	p := h.participation()
	h.exec("update participation set protected = true where id = $1", p)
	e := h.enrolment(p, "INTERNSHIP")
	h.hours(e, "2026-10", 8, 20)
	h.told(access.LockMonth, h.register(e, "2026-10", "LOCKED"))
	const of = "from journal j where j.subject_kind in ('Allowance', 'AllowanceStatement') and j.sealed"
	if n := query[int](h, "select count(*) "+of); n < 2 {
		t.Fatalf("%d details", n)
	}
	if n := query[int](h, "select count(*) "+of+" and j.person_id is distinct from (select person_id from participation where id = $1)", p); n != 0 {
		t.Errorf("%d details are under another key", n)
	}
	if n := query[int](h, "select count(*) from outbox where $1 = any (related)", p); n != 0 {
		t.Errorf("%d news name the participation", n)
	}
}
