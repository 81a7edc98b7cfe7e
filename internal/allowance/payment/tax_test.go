package payment_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/allowance/inquiry"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/allowance/recovery"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// nets says what a run's lines are with their tax: kind, gross, withheld and what is recovered, by month and amount.
func (h *house) nets(run uuid.UUID) string {
	h.t.Helper()
	return query[string](h, `select coalesce(string_agg(concat_ws(' ', to_char(month, 'MM'), kind, gross_cents, withheld_cents, recovered_cents), ', ' order by month, net_cents desc), '') from payment_line where run_id = $1`, run)
}

// computed is a run of what is due by now.
func (h *house) computed() uuid.UUID {
	h.t.Helper()
	run := h.run()
	h.steps(h.officer, run, payment.ComputeRun)
	return run
}

// taxed is somebody of whose October 100 euros so much was withheld, and should have been so much.
func taxed(t *testing.T, then, now int) (h *house, person uuid.UUID, answers *int) {
	t.Helper()
	h, answers = bank(t), new(int)
	person = h.person(h.payer)
	h.oweTaxed(person, h.payer, "2026-10", 10_000, then)
	h.paid(answers)
	h.oweTaxed(person, h.payer, "2026-10", 10_000, now)
	return h, person, answers
}

// agrees wants the books and the sums of recoveries to be what statements and lines come to.
func (h *house) agrees() {
	h.t.Helper()
	if n := query[int](h, books); n != 0 {
		h.t.Errorf("%d budget lines disagree", n)
	}
	(&walk{house: h}).replays()
}

func (h *house) stands(month string, want inquiry.Stage) {
	h.t.Helper()
	if s, _ := h.standing(h.officer, query[uuid.UUID](h, "select id from allowance where to_char(month, 'YYYY-MM') = $1", month)); s.Stage != want {
		h.t.Errorf("%s is %s, want %s", month, s.Stage, want)
	}
}

// What was withheld and need not have been is paid. The budget line has paid it before.
func TestWhatWasWithheldTooMuchIsPaid(t *testing.T) {
	h, _, answers := taxed(t, 2_300, 0)
	h.stands("2026-10", inquiry.Due)
	want(t, "it comes back", h.nets(h.paid(answers))+"; "+h.booked(), "10 ARREARS 0 -2300 0; APPROVED 10000, PAID 10000")
	h.stands("2026-10", inquiry.Paid)
	want(t, "once", h.nets(h.computed()), "")
	h.agrees()
}

// What was not withheld and should have been is taken off what is due later, and withheld then: the budget line gets nothing of it back.
func TestWhatWasWithheldTooLittleIsTakenOff(t *testing.T) {
	h, p, answers := taxed(t, 0, 2_300)
	h.stands("2026-10", inquiry.Overpaid)
	want(t, "too much was paid", h.back(), "10 2300 0 0 0 2300")
	h.oweTaxed(p, h.payer, "2026-11", 30_000, 6_900)
	run := h.paid(answers)
	want(t, "taken off", h.nets(run)+"; "+h.back()+"; "+h.booked(), "10 OFFSET 0 2300 2300, 11 STATEMENT 30000 6900 0; 10 2300 2300 0 0 0; APPROVED 40000, PAID 40000")
	h.stands("2026-10", inquiry.Paid)
	h.must(h.officer, func(ctx context.Context, tx *postgres.Tx) error {
		var ordered string
		err := tx.NewRaw("select concat_ws(' ', sum(gross_cents + recovered_gross(l)), sum(withheld_cents), sum(recovered_gross(l)), sum(net_cents)) from payment_line l where run_id = ?", run).Scan(ctx, &ordered)
		want(t, "as it is ordered", ordered, "30000 9200 0 20800")
		return err
	})
	h.agrees()
	h.oweTaxed(p, h.payer, "2026-10", 10_000, 0) // it was right after all
	want(t, "and back", h.nets(h.paid(answers))+"; "+h.back(), "10 ARREARS 0 -2300 0; 10 2300 2300 0 0 0")
	h.agrees()
}

// Who gives it back himself gives nothing back to the budget line.
func TestWhatWasWithheldTooLittleIsGivenBack(t *testing.T) {
	h, _, _ := taxed(t, 0, 2_300)
	repaid, err := h.ask(recovery.RecordRepayment, query[uuid.UUID](h, "select id from recovery"), 1_000)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.answerDischarge(h.approver, repaid, true); err != nil {
		t.Fatal(err)
	}
	want(t, "a part", h.back()+"; "+h.booked()+"; "+query[string](h, "select concat_ws(' ', gross_cents, withheld_cents, net_cents) from recovery_part"), "10 2300 0 1000 0 1300; APPROVED 10000, PAID 10000; 0 -1000 1000")
	want(t, "nothing is due", h.nets(h.computed()), "")
	h.agrees()
}

// Gross and tax that change at once come to one net sum, whichever of them falls.
func TestGrossAndTaxChangeTogether(t *testing.T) {
	for name, c := range map[string]struct {
		gross, withheld int // of October by now; 100 euros were paid, of which 23 were withheld
		november        int // with which it goes along
		want            string
	}{
		"less, and nothing withheld":     {9_000, 0, 0, "10 ARREARS -1000 -2300 0"},
		"more, and much more withheld":   {11_000, 5_000, 40_000, "10 OFFSET 1000 2700 1700, 11 STATEMENT 40000 0 0"},
		"as much less as withheld":       {7_700, 0, 40_000, "10 ARREARS -2300 -2300 0, 11 STATEMENT 40000 0 0"},
		"less, and more withheld":        {9_000, 4_000, 40_000, "10 OFFSET -1000 1700 2700, 11 STATEMENT 40000 0 0"},
		"more, and less withheld":        {11_000, 1_000, 0, "10 ARREARS 1000 -1300 0"},
		"as much more as it is withheld": {12_000, 4_300, 40_000, "10 ARREARS 2000 2000 0, 11 STATEMENT 40000 0 0"},
	} {
		t.Run(name, func(t *testing.T) {
			h, p, answers := taxed(t, 2_300, 2_300)
			h.oweTaxed(p, h.payer, "2026-10", c.gross, c.withheld)
			if c.november > 0 {
				h.owe(p, h.payer, "2026-11", c.november)
			}
			want(t, "paid", h.nets(h.paid(answers)), c.want)
			h.stands("2026-10", inquiry.Paid)
			h.agrees()
		})
	}
}

// What is withheld otherwise since a run was computed stops its line, as another sum does.
func TestWhatIsWithheldOtherwiseStopsARun(t *testing.T) {
	h := bank(t)
	p := h.person(h.payer)
	h.owe(p, h.payer, "2026-11", 10_000)
	run := h.run()
	h.steps(h.officer, run, payment.ComputeRun, payment.CheckRun)
	h.oweTaxed(p, h.payer, "2026-11", 10_000, 2_300)
	refused(t, "approve", h.step(h.approver, payment.ApproveRun, run), payment.Changed)
}
