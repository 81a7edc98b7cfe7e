package allowance_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
)

// Who has been handed over since is still paid for the month by whom it was owed: otherwise another payer would pay it again.
func TestAMonthKeepsItsPayerThroughAHandOver(t *testing.T) {
	h := open(t)
	p := h.participation()
	course, internship := h.enrolment(p, "COURSE"), h.enrolment(p, "INTERNSHIP")
	h.hours(course, "2026-11", 6, 20)
	h.hours(internship, "2026-11", 14, 20)
	first, second := h.register(course, "2026-11", "LOCKED"), h.register(internship, "2026-11", "LOCKED")
	h.told(access.LockMonth, first, second)
	const payers = `select string_agg(distinct o.code, ' ') from allowance_share h join organisation o on o.id = h.payer_id where h.participation_id = $1 and h.gross_cents > 0`
	before := query[string](h, payers, p)
	h.exec("update participation set organisation_id = $2 where id = $1", p, query[uuid.UUID](h, "select id from organisation where code = 'PEGASO'"))
	h.adjust(second, "2026-11-02", -60, 0)
	h.told(access.AdjustMonth, second)
	if got := query[string](h, shares, p); got != "1 EXEMPT 8000 0 8000, 1 EXEMPT 8000 0 8000, 2 EXEMPT 7600 0 7600, 2 EXEMPT 8000 0 8000" {
		t.Errorf("shares: %s", got)
	}
	if after := query[string](h, payers, p); after != before {
		t.Errorf("%s owed it, and now %s does", before, after)
	}
}

// Rules that name another payer move what nobody has paid yet; a month that a run has taken up stays with who pays it.
func TestAMonthThatWasTakenUpKeepsItsPayerThroughNewRules(t *testing.T) {
	h := open(t)
	p, q := h.participation(), h.participation()
	var registers []uuid.UUID
	for _, of := range []uuid.UUID{p, q} {
		e := h.enrolment(of, "INTERNSHIP")
		h.hours(e, "2026-11", 6, 20)
		registers = append(registers, h.register(e, "2026-11", "LOCKED"))
	}
	h.told(access.LockMonth, registers...)
	h.exec(`with r as (insert into payment_run (id, programme_id, payer_id, year, number, kind, up_to, value_day, way, state, state_since, made_by, audience)
			select gen_random_uuid(), programme_id, payer_id, 2026, 1, 'ORDINARY', month, '2026-12-20', 'ORDER_LIST', 'DRAFT', '2026-12-01', gen_random_uuid(), '{}'
			from allowance_share where participation_id = $1 returning *),
		b as (insert into person_bank (id, person_id, revision, iban, holder, since, recorded_by, audience, means)
			select gen_random_uuid(), person_id, 1, '\x00', '\x00', '2026-09-01', gen_random_uuid(), '{}', 'IBAN' from participation where id = $1 returning id)
		insert into payment_line (id, run_id, programme_id, payer_id, participation_id, allowance_id, statement_id, share_id, budget_line_id, month, kind, gross_cents, withheld_cents,
			net_cents, bank_id, head_id, state, state_since, audience)
		select s.id, r.id, s.programme_id, s.payer_id, s.participation_id, s.allowance_id, s.statement_id, s.id, s.budget_line_id, s.month, 'STATEMENT', s.gross_cents, s.withheld_cents,
			s.net_cents, b.id, s.id, 'PENDING', '2026-12-01', '{}' from allowance_share s, r, b where s.participation_id = $1`, p)
	h.newRule(99, "2026-11-01", "payment.routes", `[{"partner": "*", "kind": "*", "payer": "PEGASO", "line": "internship_allowance_pegaso"}]`)
	for _, r := range registers {
		h.adjust(r, "2026-11-02", -60, 0)
	}
	h.told(access.AdjustMonth, registers...)
	const owes = `select string_agg(s.number || ' ' || o.code || ' ' || h.gross_cents, ', ' order by s.number, o.code) from allowance_share h join allowance_statement s on s.id = h.statement_id
		join organisation o on o.id = h.payer_id where h.participation_id = $1`
	if got := query[string](h, owes, p); got != "1 ASL 8000, 2 ASL 7600" {
		t.Errorf("the month that was taken up: %s", got)
	}
	if got := query[string](h, owes, q); got != "1 ASL 8000, 2 ASL 0, 2 PEGASO 7600" {
		t.Errorf("the month that was not: %s", got)
	}
}
