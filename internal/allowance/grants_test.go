package allowance_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// grant gives somebody a contribution of 200 euro a month, for so many months from one on.
func (h *house) grant(participation uuid.UUID, from string, months int) uuid.UUID {
	id := uuid.New()
	h.exec(`insert into housing_grant (id, programme_id, participation_id, condition, from_month, months, monthly_cents, state, state_since, requested_by, requested_at, answered_by, answered_at, audience)
		select $1, programme_id, id, '\x00', $2::text::date, $3, 20000, 'GRANTED', '2026-10-01', gen_random_uuid(), $4, gen_random_uuid(), $4, audience from participation where id = $5`,
		id, from+"-01", months, noon, participation)
	return id
}

// receipt says what a month has cost, and has the months of the grant worked out again as the house does.
func (h *house) receipt(grant uuid.UUID, month string, cents int) {
	h.t.Helper()
	h.exec(`with f as (insert into file (id, programme_id, participation_id, person_id, kind, class, media_type, announced, received, bytes, sha256, state, uploaded_by, prepared_at, expires_at, audience)
			select gen_random_uuid(), g.programme_id, g.participation_id, a.person_id, 'HOUSING_RECEIPT', 'restricted', 'application/pdf', 1, 1, 1, '\x00', 'ATTACHED', gen_random_uuid(), $4, $4, g.audience
			from housing_grant g join participation a on a.id = g.participation_id where g.id = $1 returning id)
		insert into housing_receipt (id, grant_id, programme_id, participation_id, month, number, cents, file_id, recorded_by, recorded_at, audience)
		select gen_random_uuid(), g.id, g.programme_id, g.participation_id, $2::text::date, 1 + (select count(*) from housing_receipt r where r.grant_id = g.id and r.month = $2::text::date), $3, f.id, gen_random_uuid(), $4, g.audience
		from housing_grant g, f where g.id = $1`, grant, month+"-01", cents, noon)
	h.exec("update housing_grant set revision = revision + 1 where id = $1", grant)
	h.changed(grant)
}

// changed has the months of a grant worked out again.
func (h *house) changed(grant uuid.UUID) {
	h.t.Helper()
	if err := h.act(h.actor(access.System, h.lead), func(ctx context.Context, tx *postgres.Tx) error {
		return allowance.React(ctx, tx, []event.Event{{News: event.News{SubjectKind: "HousingGrant", Act: string(access.RecordHousingReceipt), Subject: grant, Programme: h.programme}}})
	}); err != nil {
		h.t.Fatal(err)
	}
}

const (
	// given is each statement of somebody: month, number, what the hours and what the grant come to, and the total.
	givenTo = `select coalesce(string_agg(concat_ws(' ', to_char(month, 'MM'), number, accrued_cents, housing_cents, total_cents), ', ' order by month, number), '') from allowance_statement where participation_id = $1`
	// sharesByLine are those of the statement in force of a month.
	sharesByLine = `select string_agg(concat_ws(' ', l.code, a.gross_cents, a.withheld_cents), ', ' order by l.code) from allowance_share a join budget_line l on l.id = a.budget_line_id
		where a.statement_id = (select id from allowance_statement where participation_id = $1 and month = $2::text::date order by number desc limit 1)`
	// sharedOut is what the statements in force owe of a grant, by month.
	sharedOut = `select string_agg(concat_ws(' ', to_char(month, 'MM'), housing_cents), ', ' order by month) from allowance_statement s where participation_id = $1
		and not exists (select from allowance_statement n where n.allowance_id = s.allowance_id and n.number > s.number)`
	lastLine = `select lines -> -1 -> 'text' ->> 'it' from allowance_statement where participation_id = $1 and month = $2::text::date order by number desc limit 1`
)

func (h *house) is(what, sql, want string, args ...any) {
	h.t.Helper()
	if got := query[string](h, sql, args...); got != want {
		h.t.Errorf("%s: %s\nwant %s", what, got, want)
	}
}

// TestALateReceiptMakesTheNextStatement: 126 hours reach the cap; the contribution waits for its receipt, and comes on top of the cap, from a line of its
// own, when it is brought.
func TestALateReceiptMakesTheNextStatement(t *testing.T) {
	h := open(t)
	p := h.participation()
	e := h.enrolment(p, "INTERNSHIP")
	h.hours(e, "2026-11", 8, 126)
	g := h.grant(p, "2026-10", 6)
	h.told(access.LockMonth, h.register(e, "2026-11", "LOCKED"))
	h.is("before the receipt", givenTo, "11 1 50400 0 50000", p)
	h.is("why", lastLine, "Contributo per l'autonomia abitativa: manca la ricevuta del mese; si paga quando arriva", p, "2026-11-01")
	h.receipt(g, "2026-11", 187_30)
	h.is("after", givenTo, "11 1 50400 0 50000, 11 2 50400 18730 68730", p)
	h.is("shares", sharesByLine, "contributions_asl 18730 0, internship_allowance_asl 50000 0", p, "2026-11-01")
	h.is("so far", "select concat_ws(' ', accrued_cents, cap_cents, housing_cents, total_cents) from allowance where participation_id = $1 and month = '2026-11-01'", "50400 50000 18730 68730", p)
	h.is("owed", "select string_agg(concat_ws(' ', l.code, s.cents), ', ' order by l.code) from (select budget_line_id, sum(cents) as cents from budget_posting where kind = 'ACCRUED' group by 1) s join budget_line l on l.id = s.budget_line_id",
		"contributions_asl 18730, internship_allowance_asl 50000")
	h.receipt(g, "2026-11", 187_30) // the same again
	h.is("the same again", givenTo, "11 1 50400 0 50000, 11 2 50400 18730 68730", p)
	h.is("inputs", "select inputs #>> '{housing,revision}' from allowance_statement where participation_id = $1 and number = 2", "2", p)
	h.is("no condition", "select count(*)::text from allowance_statement where inputs::text || lines::text ~ 'condition'", "0")
	read, err := allowance.Replay(t.Context(), h.ownerURL, func(d allowance.Difference) error { t.Error(d); return nil })
	if err != nil || read != 2 {
		t.Errorf("%d replayed, %v", read, err)
	}
	h.exec("alter table allowance_statement disable trigger user")
	h.exec("update allowance_statement set housing_cents = housing_cents - 1, total_cents = total_cents - 1 where number = 2")
	told := 0
	if _, err := allowance.Replay(t.Context(), h.ownerURL, func(allowance.Difference) error { told++; return nil }); err != nil || told == 0 {
		t.Errorf("a cent less is not noticed: %v", err)
	}
}

// TestTheCeilingIsReachedWithinAMonth: of the most in all the third month finds what is left; when an earlier one is withdrawn, the later ones rise.
func TestTheCeilingIsReachedWithinAMonth(t *testing.T) {
	h := open(t)
	h.newRule(99, "2026-08-01", "allowance.housing", `{"monthly": 20000, "months": 6, "ceiling": 45000, "conditions": [], "proofs": [], "receipt": true, "minimumMinutes": 0}`)
	p := h.participation()
	g := h.grant(p, "2026-08", 4) // months without hours, over by the day of the test
	for _, month := range []string{"2026-08", "2026-09", "2026-10"} {
		h.receipt(g, month, 190_00)
	}
	h.is("three months", givenTo, "08 1 0 19000 19000, 09 1 0 19000 19000, 10 1 0 7000 7000", p)
	h.is("why", lastLine, "Contributo per l'autonomia abitativa: spesa documentata 190,00 €, al massimo 200,00 € al mese; del massimo complessivo di 450,00 € restavano 70,00 €: 70,00 €", p, "2026-10-01")
	h.receipt(g, "2026-09", 100_00)
	h.is("less in September", givenTo, "08 1 0 19000 19000, 09 1 0 19000 19000, 09 2 0 10000 10000, 10 1 0 7000 7000, 10 2 0 16000 16000", p)
	h.receipt(g, "2026-10", 20_00) // the last one gives back what the first one never had
	h.receipt(g, "2026-08", 200_00)
	h.receipt(g, "2026-10", 200_00)
	h.is("cut in October", sharedOut, "08 20000, 09 10000, 10 15000", p)
	h.receipt(g, "2026-09", 150_00)
	h.is("nothing is left for September", sharedOut, "08 20000, 09 10000, 10 15000", p)
	h.receipt(g, "2026-10", 120_00)
	h.is("what October gives back goes to September", sharedOut, "08 20000, 09 13000, 10 12000", p)
	if _, err := h.owner.Exec(t.Context(), `insert into allowance_statement (id, programme_id, participation_id, allowance_id, month, number, minutes, accrued_cents, cap_cents, housing_cents, total_cents, policy_versions, engine, inputs, lines, issued_at, audience)
		select gen_random_uuid(), programme_id, participation_id, allowance_id, month, 99, 0, 0, cap_cents, 12001, 12001, policy_versions, engine, inputs, lines, issued_at, audience from allowance_statement where month = '2026-10-01' and number = 2`); !postgres.Violates(err, "allowance_statement_housing") {
		t.Errorf("a cent beyond the ceiling: %v", err)
	}
	if _, err := h.owner.Exec(t.Context(), `insert into allowance_statement (id, programme_id, participation_id, allowance_id, month, number, minutes, accrued_cents, cap_cents, housing_cents, total_cents, policy_versions, engine, inputs, lines, issued_at, audience)
		select gen_random_uuid(), programme_id, participation_id, allowance_id, '2026-07-01', 98, 0, 0, cap_cents, 1, 1, policy_versions, engine, inputs, lines, issued_at, audience from allowance_statement where month = '2026-10-01' and number = 2`); !postgres.Violates(err, "allowance_statement_housing") {
		t.Errorf("a cent of a month that nothing is granted for: %v", err)
	}
}

// recognised brings in, and confirms, what was paid towards living on one's own before.
func (h *house) recognised(participation uuid.UUID, month string, cents int) {
	h.t.Helper()
	id := uuid.New()
	h.exec(`with m as (insert into member (id, issuer, subject, email, name, organisation_id, audience)
			select gen_random_uuid(), 'test', concat($1::text, n), concat($1::text, n), 'Nome', $2::uuid, array[$2::uuid] from generate_series(1, 2) n returning id)
		insert into history_import (id, programme_id, content_hash, files, state, state_since, staged_by, staged_at, decided_by, decided_at, audience)
		select $1::uuid, $3, sha256('x'), '[]', 'CONFIRMED', '2026-12-01', (select id from m limit 1), $4, (select id from m offset 1), $4, array[$2::uuid]`, id.String(), h.lead, h.programme, noon)
	h.exec(`insert into history_fact (id, import_id, programme_id, participation_id, kind, fact_key, month, activity_kind, budget_line_id, gross_cents, withheld_cents, paid_on, detail, file, line, row_hash, state, audience)
		select gen_random_uuid(), $1, a.programme_id, a.id, 'PAYMENT', $2::text, $2::text::date, 'HOUSING', l.id, $3, 0, '2026-11-02', '{}', 'payments.csv', 2, sha256('x'), 'CONFIRMED', a.audience
		from participation a join budget_line l on l.programme_id = a.programme_id and l.code = 'contributions_asl' where a.id = $4`, id, month+"-01", cents, participation)
	if err := h.act(h.actor(access.System, h.lead), func(ctx context.Context, tx *postgres.Tx) error {
		return allowance.React(ctx, tx, []event.Event{{News: event.News{SubjectKind: "HistoryImport", Act: string(access.ConfirmHistory), Subject: id, Programme: h.programme}}})
	}); err != nil {
		h.t.Fatal(err)
	}
}

// TestWhatWasGivenBeforeCountsForTheGrant: it lessens its own month, and what is left of the ceiling for all others, those that have their statement too, and it
// takes nothing from the cap of hours.
func TestWhatWasGivenBeforeCountsForTheGrant(t *testing.T) {
	h := open(t)
	h.newRule(99, "2026-06-01", "allowance.housing", `{"monthly": 20000, "months": 6, "ceiling": 45000, "conditions": [], "proofs": [], "receipt": true, "minimumMinutes": 0}`)
	p, other := h.participation(), h.participation()
	h.exec("update person set merged_into = (select person_id from participation where id = $1) where id = (select person_id from participation where id = $2)", p, other)
	e := h.enrolment(p, "INTERNSHIP")
	h.hours(e, "2026-10", 8, 126)
	g := h.grant(p, "2026-08", 4)
	h.told(access.LockMonth, h.register(e, "2026-10", "LOCKED"))
	const committed = "select coalesce(sum(cents), 0)::text from budget_posting where kind = 'COMMITTED' and subject_id = $1"
	h.receipt(g, "2026-10", 190_00)
	h.is("nothing before", givenTo, "10 1 50400 0 50000, 10 2 50400 19000 69000", p)
	h.recognised(other, "2026-07", 280_00)
	h.is("before, by another record", givenTo, "10 1 50400 0 50000, 10 2 50400 19000 69000, 10 3 50400 17000 67000", p)
	h.is("nothing is left to commit", committed, "0", g)
	h.newRule(100, "2026-06-01", "allowance.housing", `{"monthly": 20000, "months": 6, "ceiling": 120000, "conditions": [], "proofs": [], "receipt": true, "minimumMinutes": 0}`)
	h.recognised(p, "2026-09", 50_00)
	h.receipt(g, "2026-09", 180_00)
	h.is("beside what was before", lastLine, "Contributo per l'autonomia abitativa: spesa documentata 180,00 €, al massimo 200,00 € al mese; 50,00 € già riconosciuti prima: 130,00 €", p, "2026-09-01")
	h.receipt(g, "2026-09", 40_00)
	h.is("less than before", lastLine, "Contributo per l'autonomia abitativa: 50,00 € sono già stati riconosciuti prima", p, "2026-09-01")
	if _, err := h.owner.Exec(t.Context(), `insert into allowance_statement (id, programme_id, participation_id, allowance_id, month, number, minutes, accrued_cents, cap_cents, housing_cents, total_cents, policy_versions, engine, inputs, lines, issued_at, audience)
		select gen_random_uuid(), programme_id, participation_id, allowance_id, month, 99, 0, 0, cap_cents, 15001, 15001, policy_versions, engine, inputs, lines, issued_at, audience from allowance_statement where month = '2026-09-01' and number = 1`); !postgres.Violates(err, "allowance_statement_housing") {
		t.Errorf("a cent beyond what the month may have: %v", err)
	}
}

// TestAMonthWithoutHoursIsPaidOnceItsRegisterShouldBeCertified: not before, not where somebody has entered hours that wait, and not where the rules ask
// for some.
func TestAMonthWithoutHoursIsPaidOnceItsRegisterShouldBeCertified(t *testing.T) {
	h := open(t)
	h.newRule(99, "2026-08-01", "allowance.housing", `{"monthly": 20000, "months": 6, "ceiling": 120000, "conditions": [], "proofs": [], "receipt": false, "minimumMinutes": 0}`)
	alone, entered, early := h.participation(), h.participation(), h.participation()
	for _, p := range []uuid.UUID{alone, entered} {
		h.grant(p, "2026-10", 1)
	}
	h.grant(early, "2026-11", 1)
	h.hours(h.enrolment(entered, "INTERNSHIP"), "2026-10", 8, 8)
	round := func(now time.Time) {
		t.Helper()
		if err := h.db.InTx(t.Context(), h.actor(access.System, h.lead), func() time.Time { return now }, func(ctx context.Context, tx *postgres.Tx) error {
			return allowance.PayGrants(ctx, tx, []uuid.UUID{h.programme})
		}); err != nil {
			t.Fatal(err)
		}
	}
	round(time.Date(2026, time.November, 10, 11, 0, 0, 0, time.UTC)) // certified within ten days
	h.is("on the tenth", givenTo, "", alone)
	round(time.Date(2026, time.November, 11, 11, 0, 0, 0, time.UTC))
	round(time.Date(2026, time.November, 12, 11, 0, 0, 0, time.UTC))
	h.is("on the eleventh, once", givenTo, "10 1 0 20000 20000", alone)
	h.is("where hours wait", givenTo, "", entered)
	h.is("within the month", givenTo, "", early)
	h.newRule(100, "2026-09-01", "allowance.housing", `{"monthly": 20000, "months": 6, "ceiling": 120000, "conditions": [], "proofs": [], "receipt": false, "minimumMinutes": 60}`)
	strict := h.participation()
	h.grant(strict, "2026-10", 1)
	round(noon)
	h.is("where the rules ask for hours", givenTo, "", strict)
}

// TestAWithdrawnGrantOwesNothingOfItsMonths: the next statement takes back what was owed, from the same line; months after somebody has left owe nothing.
func TestAWithdrawnGrantOwesNothingOfItsMonths(t *testing.T) {
	h := open(t)
	p := h.participation()
	g := h.grant(p, "2026-09", 3)
	h.receipt(g, "2026-09", 200_00)
	h.receipt(g, "2026-10", 200_00)
	h.exec("update housing_grant set state = 'WITHDRAWN', withdrawn_from = '2026-10-01', withdrawal = '\\x00', withdrawn_by = gen_random_uuid(), withdrawn_at = $2 where id = $1", g, noon)
	h.changed(g)
	h.is("statements", givenTo, "09 1 0 20000 20000, 10 1 0 20000 20000, 10 2 0 0 0", p)
	h.is("shares", sharesByLine, "contributions_asl 0 0", p, "2026-10-01")
	h.exec("update participation set left_on = '2026-08-31' where id = $1", p)
	h.changed(g)
	h.is("who has left before", givenTo, "09 1 0 20000 20000, 09 2 0 0 0, 10 1 0 20000 20000, 10 2 0 0 0", p)
	h.is("why", lastLine, "Contributo per l'autonomia abitativa: per questo mese non è più riconosciuto", p, "2026-09-01")
}

// committed is what a grant may still cost, by month.
const committed = `select coalesce(string_agg(concat_ws(' ', to_char(month, 'MM'), cents), ', ' order by month), '') from (select month, sum(cents) as cents from budget_posting
	where subject_id = $1 and kind = 'COMMITTED' group by 1 having sum(cents) <> 0) m`

// TestAMonthIsCommittedOnceByAllRecords: what another record of the person is given commits nothing, from the merge on and until it is taken back.
func TestAMonthIsCommittedOnceByAllRecords(t *testing.T) {
	h := open(t)
	p, other := h.participation(), h.participation()
	first, second := h.grant(p, "2026-11", 2), h.grant(other, "2026-12", 2)
	h.exec("alter table housing_grant disable trigger user")
	h.exec("update housing_grant set answered_at = answered_at + interval '1 hour' where id = $1", second)
	h.exec("alter table housing_grant enable trigger user")
	h.joins(access.MergePersons, p, other)
	h.is("as two", committed, "12 20000, 01 20000", second)
	h.exec(mergeInto, p, other)
	h.joins(access.MergePersons, p, other)
	h.is("the earlier one", committed, "11 20000, 12 20000", first)
	h.is("the later one", committed, "01 20000", second)
	h.exec(splitOff, other)
	h.joins(access.SplitPersons, p, other)
	h.is("split", committed, "12 20000, 01 20000", second)
}

// TestWhatAGrantCommitsFollowsWhatIsOwed: a month that has its statement and lacks no receipt commits nothing any more.
func TestWhatAGrantCommitsFollowsWhatIsOwed(t *testing.T) {
	h := open(t)
	p := h.participation()
	g := h.grant(p, "2026-10", 3)
	commit := func() {
		t.Helper()
		if err := h.act(h.actor(access.System, h.lead), func(ctx context.Context, tx *postgres.Tx) error {
			return allowance.FollowCommitments(ctx, tx, event.Transition{Programme: h.programme, SubjectKind: "HousingGrant", Subject: g, Participation: p, From: "REQUESTED", To: "GRANTED"})
		}); err != nil {
			t.Fatal(err)
		}
	}
	commit()
	h.is("granted", committed, "10 20000, 11 20000, 12 20000", g)
	h.receipt(g, "2026-10", 150_00)
	h.is("October is owed", committed, "11 20000, 12 20000", g)
	h.exec("update participation set left_on = '2026-11-15' where id = $1", p)
	if err := h.act(h.actor(access.System, h.lead), func(ctx context.Context, tx *postgres.Tx) error {
		return allowance.FollowCommitments(ctx, tx, event.Transition{Programme: h.programme, SubjectKind: "Participant", Subject: p, Participation: p, From: "ACTIVE", To: "WITHDRAWN"})
	}); err != nil {
		t.Fatal(err)
	}
	h.is("left in November", committed, "11 20000", g)
}

// housingRule is the rule that pays so much a month, by receipt, up to a ceiling.
func housingRule(monthly, ceiling int) string {
	return fmt.Sprintf(`{"monthly": %d, "months": 12, "ceiling": %d, "conditions": [], "proofs": [], "receipt": true, "minimumMinutes": 0}`, monthly, ceiling)
}

// TestRulesThatLackTheContributionGiveNone: what an older version did not know of, it does not give by a later one; nor does that stop the later months.
func TestRulesThatLackTheContributionGiveNone(t *testing.T) {
	h := open(t)
	h.newRule(99, "2026-10-01", "allowance.housing", housingRule(200_00, 1200_00))
	h.exec("delete from policy_rule r using policy_version v where v.id = r.version_id and v.number = 1 and r.code = 'allowance.housing'")
	migration, err := os.ReadFile("../platform/postgres/migrations/0470_housing.up.sql")
	if err != nil {
		t.Fatal(err)
	}
	_, fill, found := strings.Cut(string(migration), "-- What was decided before the program knew of it")
	if !found {
		t.Fatal("the migration does not fill in the rule")
	}
	h.exec("--" + fill)
	p := h.participation()
	g := h.grant(p, "2026-09", 2)
	h.receipt(g, "2026-09", 200_00)
	h.receipt(g, "2026-10", 200_00)
	h.is("statements", givenTo, "10 1 0 20000 20000", p)
}

// TestARaisedCeilingTakesNothingBack: months that were paid up to the ceiling of their rules stand beside those that later rules pay beyond it; a late
// receipt of an earlier month takes nothing from a later one.
func TestARaisedCeilingTakesNothingBack(t *testing.T) {
	h := open(t)
	h.newRule(98, "2026-07-01", "allowance.housing", housingRule(200_00, 400_00))
	h.newRule(99, "2026-10-01", "allowance.housing", housingRule(200_00, 550_00))
	p := h.participation()
	g := h.grant(p, "2026-08", 4)
	h.receipt(g, "2026-08", 200_00)
	h.receipt(g, "2026-09", 190_00)
	h.receipt(g, "2026-10", 200_00)
	h.is("beyond the first ceiling", sharedOut, "08 20000, 09 19000, 10 16000", p)
	h.receipt(g, "2026-09", 200_00)
	h.changed(g)
	h.is("all is spoken for", givenTo, "08 1 0 20000 20000, 09 1 0 19000 19000, 10 1 0 16000 16000", p)
	h.receipt(g, "2026-10", 100_00)
	h.is("there is room again", sharedOut, "08 20000, 09 20000, 10 10000", p)
}

// TestAMonthSoFarLeavesWhatLaterRulesBound: of a month that waits for its hours no more is shown than later rules leave, as its statement will give it.
func TestAMonthSoFarLeavesWhatLaterRulesBound(t *testing.T) {
	h := open(t)
	h.newRule(98, "2026-07-01", "allowance.housing", housingRule(200_00, 600_00))
	h.newRule(99, "2026-10-01", "allowance.housing", housingRule(200_00, 300_00))
	p := h.participation()
	e := h.enrolment(p, "INTERNSHIP")
	g := h.grant(p, "2026-09", 2)
	h.entry(e, "2026-09-02", 8, 8, "COUNTED") // waits
	h.receipt(g, "2026-10", 200_00)
	h.receipt(g, "2026-09", 200_00)
	const soFar = "select concat_ws(' ', housing_cents, total_cents) from allowance where participation_id = $1 and month = '2026-09-01'"
	h.is("so far", soFar, "10000 13200", p)
	h.told(access.LockMonth, h.register(e, "2026-09", "LOCKED"))
	h.is("issued", sharedOut, "09 10000, 10 20000", p)
	h.is("then", soFar, "10000 13200", p)
}

// TestLowerRulesAreStableAtOnce: of a lower ceiling and a lower month what must is given back, once.
func TestLowerRulesAreStableAtOnce(t *testing.T) {
	h := open(t)
	h.newRule(98, "2026-07-01", "allowance.housing", housingRule(200_00, 600_00))
	p := h.participation()
	g := h.grant(p, "2026-08", 3)
	for _, month := range []string{"2026-08", "2026-09", "2026-10"} {
		h.receipt(g, month, 200_00)
	}
	h.newRule(99, "2026-07-01", "allowance.housing", housingRule(150_00, 350_00))
	h.changed(g)
	const want = "08 1 0 20000 20000, 08 2 0 15000 15000, 09 1 0 20000 20000, 09 2 0 15000 15000, 10 1 0 20000 20000, 10 2 0 5000 5000"
	h.is("at once", givenTo, want, p)
	h.changed(g)
	h.is("again", givenTo, want, p)
}

// round is the daily round at noon.
func (h *house) round() {
	h.t.Helper()
	if err := h.act(h.actor(access.System, h.lead), func(ctx context.Context, tx *postgres.Tx) error {
		return allowance.PayGrants(ctx, tx, []uuid.UUID{h.programme})
	}); err != nil {
		h.t.Fatal(err)
	}
}

const withoutReceipt = `{"monthly": 20000, "months": 6, "ceiling": 120000, "conditions": [], "proofs": [], "receipt": false, "minimumMinutes": 0}`

// TestAMonthBeforeTheWithdrawalIsPaid: without hours too, and though its day comes only later; months after it are not, nor those after somebody left.
func TestAMonthBeforeTheWithdrawalIsPaid(t *testing.T) {
	h := open(t)
	h.newRule(99, "2026-08-01", "allowance.housing", withoutReceipt)
	p, left, lacks := h.participation(), h.participation(), h.participation()
	g := h.grant(p, "2026-09", 3)
	h.grant(left, "2026-09", 2)
	h.grant(lacks, "2026-07", 1) // by the rules before, which ask for receipts
	var rest string              // months that the round would take up again
	h.exec("update housing_grant set state = 'WITHDRAWN', withdrawn_from = '2026-10-01', withdrawal = '\\x00', withdrawn_by = gen_random_uuid(), withdrawn_at = $2 where id = $1", g, noon)
	h.exec("update participation set left_on = '2026-09-30' where id = $1", left)
	h.round()
	if err := h.act(h.actor(access.System, h.lead), func(ctx context.Context, tx *postgres.Tx) error {
		return tx.NewRaw("select coalesce(string_agg(to_char(month, 'YYYY-MM'), ', '), '') from housing_months(array[?]::uuid[], '{}', '2026-11-20')", h.programme).Scan(ctx, &rest)
	}); err != nil || rest != "" {
		t.Errorf("the round takes what it has done, or what lacks its receipt: %s, %v", rest, err)
	}
	h.is("withdrawn", givenTo, "09 1 0 20000 20000", p)
	h.is("left", givenTo, "09 1 0 20000 20000", left)
}

// TestLeavingOnAPastDayGivesBack: the reaction to leaving works the months of grants out again.
func TestLeavingOnAPastDayGivesBack(t *testing.T) {
	h := open(t)
	p := h.participation()
	g := h.grant(p, "2026-09", 2)
	h.receipt(g, "2026-09", 200_00)
	h.receipt(g, "2026-10", 200_00)
	h.exec("update participation set left_on = '2026-09-30' where id = $1", p)
	tell := func(act access.Act) {
		t.Helper()
		if err := h.act(h.actor(access.System, h.lead), func(ctx context.Context, tx *postgres.Tx) error {
			return allowance.React(ctx, tx, []event.Event{{News: event.News{SubjectKind: "Participant", Act: string(act), Subject: p, Programme: h.programme}}})
		}); err != nil {
			t.Fatal(err)
		}
	}
	tell(access.ActivateParticipant)
	h.is("another step", givenTo, "09 1 0 20000 20000, 10 1 0 20000 20000", p)
	tell(access.WithdrawParticipant)
	h.is("left", givenTo, "09 1 0 20000 20000, 10 1 0 20000 20000, 10 2 0 0 0", p)
}

// TestAMonthIsGivenForOnceByAllRecords: of two records that turn out to be one person the grant that was answered later gives the month back.
func TestAMonthIsGivenForOnceByAllRecords(t *testing.T) {
	h := open(t)
	p, other := h.participation(), h.participation()
	first, second := h.grant(p, "2026-09", 1), h.grant(other, "2026-09", 2)
	h.exec("update housing_grant set revision = revision + 1 where id = $1", second)
	h.exec("alter table housing_grant disable trigger user")
	h.exec("update housing_grant set answered_at = answered_at + interval '1 hour' where id = $1", second)
	h.exec("alter table housing_grant enable trigger user")
	h.receipt(first, "2026-09", 200_00)
	h.receipt(second, "2026-09", 200_00)
	h.receipt(second, "2026-10", 200_00)
	h.exec("update person set merged_into = (select person_id from participation where id = $1) where id = (select person_id from participation where id = $2)", p, other)
	h.changed(first)
	h.changed(second)
	h.is("the earlier one", givenTo, "09 1 0 20000 20000", p)
	h.is("the later one", givenTo, "09 1 0 20000 20000, 09 2 0 0 0, 10 1 0 20000 20000", other)
	if _, err := h.owner.Exec(t.Context(), `insert into allowance_statement (id, programme_id, participation_id, allowance_id, month, number, minutes, accrued_cents, cap_cents, housing_cents, total_cents, policy_versions, engine, inputs, lines, issued_at, audience)
		select gen_random_uuid(), programme_id, participation_id, allowance_id, month, 99, 0, 0, cap_cents, 1, 1, policy_versions, engine, inputs, lines, issued_at, audience from allowance_statement
		where participation_id = $1 and month = '2026-09-01' and number = 2`, other); !postgres.Violates(err, "allowance_statement_housing") {
		t.Errorf("a cent of a month that is given already: %v", err)
	}
}

// TestWhatIsNotGivenAnyMoreDoesNotWait: neither for hours that nobody has certified yet, nor where rules come to ask for hours of a month that has none.
func TestWhatIsNotGivenAnyMoreDoesNotWait(t *testing.T) {
	h := open(t)
	h.newRule(98, "2026-08-01", "allowance.housing", withoutReceipt)
	waits, none := h.participation(), h.participation()
	g, strict := h.grant(waits, "2026-10", 1), h.grant(none, "2026-10", 1)
	h.round()
	h.hours(h.enrolment(waits, "INTERNSHIP"), "2026-10", 8, 8)
	h.changed(g)
	h.is("late hours change nothing", givenTo, "10 1 0 20000 20000", waits)
	h.exec("update housing_grant set state = 'WITHDRAWN', withdrawn_from = '2026-10-01', withdrawal = '\\x00', withdrawn_by = gen_random_uuid(), withdrawn_at = $2 where id = $1", g, noon)
	h.changed(g)
	h.is("withdrawn", givenTo, "10 1 0 20000 20000, 10 2 0 0 0", waits)
	h.newRule(99, "2026-09-01", "allowance.housing", `{"monthly": 20000, "months": 6, "ceiling": 120000, "conditions": [], "proofs": [], "receipt": false, "minimumMinutes": 60}`)
	h.changed(strict)
	h.is("hours are asked for", givenTo, "10 1 0 20000 20000, 10 2 0 0 0", none)
}
