package payment_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// left says by which days somebody is due to be seen to whom the payer's runs have left behind, by the number of the run and whether it is due of the payer;
// all is told once more, which changes nothing.
func (h *house) left(told uuid.UUID) string {
	h.t.Helper()
	onState := duty.NewClocks(payment.Clocks()).OnState
	h.must(h.system, func(ctx context.Context, tx *postgres.Tx) error {
		if err := payment.Follow(onState)(ctx, tx, []event.Event{{News: event.News{SubjectKind: "PaymentRun", Act: "exportRun", Subject: told}}}); err != nil {
			return err
		}
		return payment.TellCalendar(onState)(ctx, tx, []uuid.UUID{h.programme})
	})
	return query[string](h, `select coalesce(string_agg(concat_ws(' ', r.number, d.owner_key = r.payer_id, (d.due_at at time zone 'Europe/Rome')::date), ', ' order by r.number), '')
		from due d join payment_run r on r.id = d.subject_id where d.kind = 'payment.leftBehind' and d.done_at is null`)
}

// next is the day so many days later.
func (h *house) next(days int) { h.now = h.now.AddDate(0, 0, days) }

// What is kept back when its run is sent or given up is due of the payer until somebody releases it, and then goes with the next run.
func TestWhatIsHeldBackIsDueOnceItsRunIsOver(t *testing.T) {
	h := bank(t)
	for _, c := range []int{1_000, 2_000} {
		h.owe(h.person(h.payer), h.payer, "2026-11", c)
	}
	run := h.run()
	h.steps(h.officer, run, payment.ComputeRun, payment.CheckRun)
	hold := h.line(run, 1_000)
	if err := h.on(payment.HoldLine, hold); err != nil {
		t.Fatal(err)
	}
	want(t, "checked", h.left(run), "")
	h.steps(h.approver, run, payment.ApproveRun)
	h.steps(h.officer, run, payment.ExportRun)
	want(t, "sent", h.left(run), "1 t 2026-12-20")
	h.next(3)
	h.reads(account(1, debit(h.transfers(run)[1], 2_000)))
	want(t, "paid", h.state(run)+": "+h.left(run), "ORDINARY PAID 2 2 0 3000: 1 t 2026-12-20")
	want(t, "the next run", h.lines(h.computed()), "")
	if err := h.on(payment.ReleaseLine, hold); err != nil {
		t.Fatal(err)
	}
	want(t, "released", h.left(run), "")
	after := h.run()
	h.steps(h.officer, after, payment.ComputeRun, payment.CheckRun)
	want(t, "which takes it up", h.lines(after), "11 STATEMENT 1000 PENDING")
	if err := h.on(payment.HoldLine, h.line(after, 1_000)); err != nil {
		t.Fatal(err)
	}
	h.steps(h.approver, after, payment.DiscardRun)
	want(t, "given up", h.left(after), "3 t 2026-12-23")
	if err := h.on(payment.ReleaseLine, h.line(after, 1_000)); err != nil {
		t.Fatal(err)
	}
	want(t, "and released", h.left(after), "")
}

// Who could not be paid by a run that was sent is due of the payer until a later run takes him up, or nothing is owed any more; where that cannot pay him either, of that.
func TestWhoCouldNotBePaidIsDueOnceTheRunIsSent(t *testing.T) {
	h := bank(t)
	h.owe(h.person(h.payer), h.payer, "2026-11", 1_000)
	stopped := h.stranger(h.payer)
	h.check(stopped, "CLEAR", "2026-12-01")
	h.owe(stopped, h.payer, "2026-11", 2_000)
	run := h.approved()
	want(t, "approved", h.lines(run)+": "+h.left(run), "11 STATEMENT 2000 BLOCKED NO_ACCOUNT, 11 STATEMENT 1000 PENDING: ")
	h.steps(h.officer, run, payment.ExportRun)
	want(t, "sent", h.left(run), "1 t 2026-12-20")
	h.next(5)
	h.owe(h.person(h.payer), h.payer, "2026-11", 3_000)
	second := h.approved()
	want(t, "not sent yet", h.left(second), "1 t 2026-12-20")
	h.steps(h.officer, second, payment.ExportRun)
	want(t, "left behind again", h.left(second), "2 t 2026-12-25")
	h.account(stopped, "IT60X0542811101000000123456", "Prova Inventata")
	h.contest(stopped, "2026-11", 2_000)
	want(t, "all of it waits for an answer", h.left(second), "")
	h.exec("update allowance_contest set state = 'REJECTED', answered_by = gen_random_uuid(), answered_at = $1, answer = '\\x00'", noon)
	want(t, "answered", h.left(second), "2 t 2026-12-25")
	third := h.run()
	h.steps(h.officer, third, payment.ComputeRun)
	want(t, "taken up", h.lines(third)+": "+h.left(third), "11 STATEMENT 2000 PENDING: ")
	h.steps(h.officer, third, payment.DiscardRun)
	want(t, "given up", h.left(third), "2 t 2026-12-25")
	h.owe(stopped, h.payer, "2026-11", 0)
	want(t, "nothing is owed", h.left(uuid.New()), "")
	h.owe(stopped, h.payer, "2026-11", 2_000)
	want(t, "it is again", h.left(uuid.New()), "2 t 2026-12-25")
	h.erase(h.line(second, 2_000))
	want(t, "nobody can cure it", h.left(uuid.New()), "")
}
