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
