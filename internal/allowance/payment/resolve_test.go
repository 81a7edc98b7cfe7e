package payment_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// rejected is a run of one transfer that the bank has rejected.
func (h *house) rejected() (run, line uuid.UUID, transfer string) {
	h.t.Helper()
	run, ids := h.sent(1_000)
	if err := h.answer(blob.XML, status(1, h.message(run), "", told(ids[0], "RJCT", "AM04"))); err != nil {
		h.t.Fatal(err)
	}
	return run, h.line(run, 1_000), ids[0]
}

// paidAfterAll has the account say that a transfer was paid.
func (h *house) paidAfterAll(n int, transfer string) {
	h.t.Helper()
	if err := h.answer(blob.XML, account(n, strings.Replace(debit(transfer, 1_000), "<Refs>", "<Refs><AcctSvcrRef>CRO 4711</AcctSvcrRef>", 1))); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) resolve(who access.Actor, line uuid.UUID, paid bool) error {
	return h.sure(who, func(ctx context.Context, tx *postgres.Tx) error {
		tx.Acknowledge(h.passes, "Prova")
		_, err := payment.ResolveLine(ctx, tx, payment.Truth{LineStep: payment.LineStep{Line: line, Reason: "Visto sul conto"}, Paid: paid})
		return err
	})
}

// disputed says what is due of a run because its answers contradict each other.
func (h *house) disputed(run uuid.UUID) string {
	h.t.Helper()
	h.must(h.system, func(ctx context.Context, tx *postgres.Tx) error {
		return payment.Follow(duty.NewClocks(payment.Clocks()).OnState)(ctx, tx, []event.Event{{News: event.News{SubjectKind: "PaymentRun", Act: "readAnswer", Subject: run}}})
	})
	return query[string](h, "select coalesce(string_agg(kind || ' ' || ($2 = owner_key), ', '), '') from due where subject_id = $1 and kind = 'payment.contradiction' and done_at is null", run, h.payer)
}

// What was rejected and is said to be paid is not paid a second time, by a run made before or after, until somebody who has not read the answer says that it was: then it is.
func TestWhatIsSaidToBePaidIsNotPaidAgain(t *testing.T) {
	h := bank(t)
	run, line, transfer := h.rejected()
	before := h.run()
	h.steps(h.officer, before, payment.ComputeRun, payment.CheckRun)
	want(t, "the run before", h.lines(before)+h.disputed(run), "11 STATEMENT 1000 PENDING")
	refused(t, "what nothing contradicts", h.resolve(h.approver, line, true), payment.NotContradicted)
	h.paidAfterAll(2, transfer)
	want(t, "what is due", h.disputed(run), "payment.contradiction true")
	refused(t, "approve the run before", h.step(h.approver, payment.ApproveRun, before), payment.Changed)
	h.steps(h.officer, before, payment.DiscardRun)
	after := h.run()
	h.steps(h.officer, after, payment.ComputeRun)
	want(t, "the run after", h.lines(after), "11 STATEMENT 1000 BLOCKED BANK_CONTRADICTS")
	if b := payment.BlockOf("BANK_CONTRADICTS"); b.Owner != payment.Approver || b.Cause.It == b.Code || b.Cure.It == "" {
		t.Errorf("the block says nothing: %+v", b)
	}
	refused(t, "who has read the answer", h.resolve(h.officer, line, true), refusal.NotAllowed)
	if err := h.resolve(h.approver, line, true); err != nil { // also who has approved the run
		t.Fatal(err)
	}
	want(t, "it was paid", h.state(run)+": "+h.lines(run)+", "+h.booked(), "ORDINARY PAID 1 1 0 1000: 11 STATEMENT 1000 PAID, APPROVED 1000, PAID 1000")
	want(t, "steps", h.bookings(run, 1_000), "REJECTED AM04 2026-12-11, REJECTED EXECUTED CRO 4711 2026-12-12, PAID CRO 4711 2026-12-12")
	want(t, "why", query[string](h, "select string_agg(concat_ws(' ', act, from_state, to_state, (reason is not null)::text, (answer_id is not null)::text), ', ') from payment_line_step where act = 'resolveLine'"),
		"resolveLine REJECTED PAID true true")
	want(t, "what is due then", h.disputed(run), "")
	h.steps(h.officer, after, payment.ComputeRun)
	want(t, "nothing is owed", h.lines(after), "")
	refused(t, "said once", h.resolve(h.second, line, false), payment.NotContradicted)
}

// Where it was not paid it is due again; and is held again as soon as the bank says anew that it was.
func TestWhatWasNotPaidIsDueAgain(t *testing.T) {
	h := bank(t)
	run, line, transfer := h.rejected()
	h.paidAfterAll(2, transfer)
	next := h.run()
	h.steps(h.officer, next, payment.ComputeRun)
	want(t, "blocked", h.lines(next), "11 STATEMENT 1000 BLOCKED BANK_CONTRADICTS")
	if err := h.resolve(h.approver, line, false); err != nil {
		t.Fatal(err)
	}
	want(t, "it was not", h.lines(run)+", "+h.booked()+h.disputed(run), "11 STATEMENT 1000 REJECTED, APPROVED 0")
	h.steps(h.officer, next, payment.ComputeRun, payment.CheckRun)
	want(t, "due again", h.lines(next), "11 STATEMENT 1000 PENDING")
	h.paidAfterAll(3, transfer)
	refused(t, "approve it", h.step(h.approver, payment.ApproveRun, next), payment.Changed)
}

// A sum that another run has taken up since is not paid twice on paper either: that one is stopped first.
func TestWhatWasPaidAfterAllMayBeUnderWayAgain(t *testing.T) {
	h := bank(t)
	run, line, transfer := h.rejected()
	next := h.approved()
	h.steps(h.officer, next, payment.ExportRun)
	h.paidAfterAll(2, transfer)
	want(t, "what is due", h.disputed(run), "payment.contradiction true")
	refused(t, "while it is under way", h.resolve(h.approver, line, true), payment.PaidAgain)
	if err := h.on(payment.RecallLine, h.line(next, 1_000)); err != nil {
		t.Fatal(err)
	}
	if err := h.answer(blob.XML, status(3, h.message(next), "", told(h.transfers(next)[0], "RJCT", "CUST"))); err != nil {
		t.Fatal(err)
	}
	if err := h.resolve(h.approver, line, true); err != nil {
		t.Fatal(err)
	}
	want(t, "one of the two", h.lines(run)+"; "+h.lines(next)+"; "+h.booked(), "11 STATEMENT 1000 PAID; 11 STATEMENT 1000 RECALLED; APPROVED 1000, PAID 1000")
}

// bothPaid are two transfers of one sum, with the line of the first: the bank has rejected each, and the account tells that both were paid.
func bothPaid(t *testing.T) (h *house, run, next, line uuid.UUID, transfer, second string) {
	t.Helper()
	h = bank(t)
	run, line, transfer = h.rejected()
	next = h.approved()
	h.steps(h.officer, next, payment.ExportRun)
	second = h.transfers(next)[0]
	h.reads(status(2, h.message(next), "", told(second, "RJCT", "AM04")))
	h.paidAfterAll(3, transfer)
	h.paidAfterAll(4, second)
	return h, run, next, line, transfer, second
}

// Of two transfers of one sum that the bank has both paid the second is too much, and has to come back.
func TestTwoOfOneSumMayBothBePaid(t *testing.T) {
	h, run, next, line, _, second := bothPaid(t)
	if err := h.resolve(h.approver, line, true); err != nil {
		t.Fatal(err)
	}
	other := h.line(next, 1_000)
	refused(t, "the other, too, unseen", h.resolve(h.approver, other, true), payment.PaidTwice)
	h.passes = []string{"PAYMENT_PAID_TWICE"}
	if err := h.resolve(h.approver, other, true); err != nil {
		t.Fatal(err)
	}
	want(t, "both", h.lines(run)+"; "+h.lines(next)+"; "+h.back()+"; "+h.booked()+h.disputed(next), "11 STATEMENT 1000 PAID; 11 STATEMENT 1000 PAID; 11 1000 0 0 0 1000; APPROVED 2000, PAID 2000")
	h.breaks("payment_line_kept", "update payment_line set twice = not twice where id = $1", line)
	if err := h.answer(blob.XML, account(5, booked(credit(second, 1_000), "2026-12-20", "C"))); err != nil {
		t.Fatal(err)
	}
	want(t, "one came back", h.lines(next)+"; "+h.booked(), "11 STATEMENT 1000 RETURNED; APPROVED 1000, PAID 1000")
	want(t, "nothing is too much", h.twice(), "")
}

// twice are the lines that are paid twice, by their runs.
func (h *house) twice() string {
	h.t.Helper()
	return query[string](h, "select coalesce(string_agg(run_id::text || ' ' || gross_cents, ', '), '') from payment_line where twice")
}

// Whichever of two transfers of one sum comes back, the other is the one that was paid.
func TestWhicheverOfTwoComesBackNothingIsTooMuch(t *testing.T) {
	h, _, next, line, transfer, _ := bothPaid(t)
	h.passes = []string{"PAYMENT_PAID_TWICE"}
	for _, l := range []uuid.UUID{line, h.line(next, 1_000)} {
		if err := h.resolve(h.approver, l, true); err != nil {
			t.Fatal(err)
		}
	}
	want(t, "too much", h.twice(), next.String()+" 1000")
	h.breaks("payment_line_kept", "update payment_line set twice = false where id = $1", h.line(next, 1_000))
	h.reads(account(5, booked(credit(transfer, 1_000), "2026-12-20", "C")))
	want(t, "the first came back", h.twice()+h.lines(next)+"; "+h.booked()+"; "+h.back(), "11 STATEMENT 1000 PAID; APPROVED 1000, PAID 1000; 11 0 0 0 0 0")
	want(t, "the next run", h.standsAt(), "")
}

// Whoever may not say what is true is refused at once, and keeps no answer waiting.
func TestWhoMayNotResolveKeepsNobodyWaiting(t *testing.T) {
	h := bank(t)
	_, line, _ := h.rejected()
	h.must(h.system, func(ctx context.Context, tx *postgres.Tx) error {
		if _, err := tx.NewRaw("select payment_number(?, 0)", h.payer).Exec(ctx); err != nil {
			return err
		}
		soon, done := context.WithTimeout(ctx, 10*time.Second)
		defer done()
		refused(t, "while an answer is read", h.db.InTx(soon, h.officer, h.clock, func(ctx context.Context, tx *postgres.Tx) error {
			_, err := payment.ResolveLine(ctx, tx, payment.Truth{LineStep: payment.LineStep{Line: line, Reason: "Visto"}})
			return err
		}), refusal.NotAllowed)
		return nil
	})
}

// Two who say at one moment of each of two transfers of one sum that it was paid say it one after the other.
func TestTwoOfOneSumAtOneMoment(t *testing.T) {
	h := bank(t)
	_, line, transfer := h.rejected()
	next := h.approved()
	h.steps(h.officer, next, payment.ExportRun)
	h.reads(status(2, h.message(next), "", told(h.transfers(next)[0], "RJCT", "AM04")))
	h.paidAfterAll(3, transfer)
	h.paidAfterAll(4, h.transfers(next)[0])
	others := make(chan error, 2)
	for who, of := range map[*access.Actor]uuid.UUID{&h.approver: line, &h.second: h.line(next, 1_000)} {
		go func() { others <- h.resolve(*who, of, true) }()
	}
	first, second := <-others, <-others
	if first != nil {
		first, second = second, first
	}
	if first != nil {
		t.Fatal(first)
	}
	refused(t, "the second", second, payment.PaidTwice)
}

// Nobody judges what he has read himself, by whatever account or for whom; nor does a line become paid by anything but an answer or such a word.
func TestWhoHasReadItDoesNotSayWhatIsTrue(t *testing.T) {
	h := bank(t)
	run, line, transfer := h.rejected()
	h.paidAfterAll(2, transfer)
	again := h.member(access.Approver, h.pegaso)
	h.exec("update member set fiscal_index = array['\\x01'::bytea] where id = any ($1)", []uuid.UUID{again.Member, h.officer.Member})
	refused(t, "by another account", h.resolve(again, line, true), payment.OwnAnswer)
	stands := h.member(access.Staff, h.pegaso)
	stands.Grants = append(stands.Grants, access.Grant{Role: access.Approver, Programme: h.programme, Key: h.pegaso, For: h.officer.Member})
	refused(t, "in the name of who has read it", h.resolve(stands, line, true), payment.OwnAnswer)
	h.breaks("payment_step_apart", `insert into payment_step (id, run_id, programme_id, position, act, from_state, to_state, at, member_id, audience)
		select gen_random_uuid(), id, programme_id, 99, 'resolveLine', state, state, now(), $2, '{}' from payment_run where id = $1`, run, again.Member)
	h.breaks("payment_line_kept", "update payment_line set state = 'PAID' where id = $1", line)
	h.must(h.approver, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := payment.ResolveLine(ctx, tx, payment.Truth{LineStep: payment.LineStep{Line: line}})
		refused(t, "without a reason", err, payment.ReasonNeeded)
		return nil
	})
}

// A debit that an account tells of after its return contradicts nothing: what came back was paid before.
func TestALateDebitOfWhatCameBackIsKnown(t *testing.T) {
	h := bank(t)
	run, ids := h.sent(1_000)
	for n, booking := range []string{debit(ids[0], 1_000), credit(ids[0], 1_000), strings.Replace(debit(ids[0], 1_000), "<BkTxCd/>", "<ValDt/><BkTxCd/>", 1)} {
		if err := h.answer(blob.XML, account(n, booking)); err != nil {
			t.Fatal(err)
		}
	}
	want(t, "came back", h.lines(run)+query[string](h, "select ' ' || sum(ignored) from payment_answer"), "11 STATEMENT 1000 RETURNED 0")
}
