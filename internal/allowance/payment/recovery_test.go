package payment_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/inquiry"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/allowance/recovery"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/money"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// paid runs all that is due and has the bank say that it was paid.
func (h *house) paid(answers *int) uuid.UUID {
	h.t.Helper()
	run := h.approved()
	h.steps(h.officer, run, payment.ExportRun)
	for _, line := range query[[]uuid.UUID](h, "select coalesce(array_agg(distinct head_id), '{}') from payment_line where run_id = $1 and state = 'EXPORTED'", run) {
		*answers++
		id, cents := query[string](h, "select end_to_end_id from payment_line where id = $1", line), query[int](h, "select sum(net_cents)::int from payment_line where head_id = $1", line)
		if err := h.answer(blob.XML, account(*answers, debit(id, cents))); err != nil {
			h.t.Fatal(err)
		}
	}
	return run
}

// back says how far what was paid too much has come back, by month: owed, recovered, repaid, waived, left.
func (h *house) back() string {
	h.t.Helper()
	return query[string](h, "select coalesce(string_agg(concat_ws(' ', to_char(month, 'MM'), owed_cents, recovered_cents, repaid_cents, waived_cents, left_cents), ', ' order by month), '') from recovery")
}

// overpaid is somebody who was paid 500 euros for October, of which so many cents are right.
func overpaid(t *testing.T, right int) (h *house, person, of uuid.UUID, answers *int) {
	t.Helper()
	h, answers = bank(t), new(int)
	person = h.person(h.payer)
	h.owe(person, h.payer, "2026-10", 50_000)
	h.paid(answers)
	h.owe(person, h.payer, "2026-10", right)
	return h, person, query[uuid.UUID](h, "select id from recovery"), answers
}

func (h *house) agree(of uuid.UUID, instalments ...recovery.Instalment) error {
	return h.act(h.officer, func(ctx context.Context, tx *postgres.Tx) error {
		return recovery.AgreeInstalments(ctx, tx, recovery.Plan{ID: uuid.New(), Recovery: of, AgreedOn: tx.Today(), Instalments: instalments})
	})
}

// ask waives a part of a recovery, or records that it was given back, and gives the id of what waits.
func (h *house) ask(act func(context.Context, *postgres.Tx, recovery.Discharge) error, of uuid.UUID, cents int) (id uuid.UUID, err error) {
	id = uuid.New()
	return id, h.act(h.officer, func(ctx context.Context, tx *postgres.Tx) error {
		day := tx.Today()
		return act(ctx, tx, recovery.Discharge{ID: id, Recovery: of, Cents: money.Cents(cents), Day: &day, Reason: "Vive in strada da marzo"})
	})
}

func (h *house) answerDischarge(who access.Actor, discharge uuid.UUID, yes bool) error {
	return h.act(who, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := recovery.AnswerDischarge(ctx, tx, recovery.DischargeAnswer{Discharge: discharge, Confirm: yes, Text: "Visto"})
		return err
	})
}

func TestOfANextPaymentTheShareOfThePolicyIsTakenOff(t *testing.T) {
	h, p, _, answers := overpaid(t, 30_000)
	want(t, "begun", h.back(), "10 20000 0 0 0 20000")
	h.owe(p, h.payer, "2026-11", 40_000)
	run := h.paid(answers)
	want(t, "a fifth", h.lines(run)+"; "+h.back(), "10 OFFSET -8000 PAID, 11 STATEMENT 40000 PAID; 10 20000 8000 0 0 12000")
	want(t, "of which recovered", query[string](h, "select string_agg(recovered_cents::text, ' ' order by gross_cents) from payment_line where run_id = $1", run), "8000 0")
	want(t, "booked", h.booked(), "APPROVED 82000, PAID 82000")
	h.owe(p, h.payer, "2026-09", 21_000) // arrears: a fifth would leave 168 euros, the policy leaves 200
	run = h.paid(answers)
	want(t, "what the policy leaves", h.lines(run)+"; "+h.back(), "09 STATEMENT 21000 PAID, 10 OFFSET -1000 PAID; 10 20000 9000 0 0 11000")
	h.owe(p, h.payer, "2026-10", 45_000) // most of it was right after all
	want(t, "less is too much", h.back(), "10 9000 9000 0 0 0")
	run = h.paid(answers)
	want(t, "given back to him", h.lines(run)+"; "+h.back(), "10 ARREARS 4000 PAID; 10 9000 9000 0 0 0")
}

func TestWhatIsLittleIsNotRecovered(t *testing.T) {
	h, p, _, answers := overpaid(t, 48_900)
	h.owe(p, h.payer, "2026-11", 40_000)
	want(t, "11 euros are left where they are", h.lines(h.paid(answers))+"; "+h.back(), "11 STATEMENT 40000 PAID; 10 1100 0 0 0 1100")
	h.owe(p, h.payer, "2026-11", 39_000)
	h.owe(p, h.payer, "2026-09", 50_000)
	want(t, "together they are not little", h.lines(h.paid(answers))+"; "+h.back(), "09 STATEMENT 50000 PAID, 10 OFFSET -1100 PAID, 11 OFFSET -1000 PAID; 10 1100 1100 0 0 0, 11 1000 1000 0 0 0")
}

// Of a contested month nothing is taken off, and what moves from one budget line to another within a month is no debt.
func TestWhatIsNoDebtIsNotTakenOff(t *testing.T) {
	h, p, _, answers := overpaid(t, 30_000)
	h.exec(`insert into allowance_contest (id, programme_id, participation_id, allowance_id, statement_id, month, state, state_since, contested_cents, reason, member_id, contested_at, audience)
		select gen_random_uuid(), programme_id, participation_id, allowance_id, id, month, 'CONTESTED', '2026-12-05', 0, '\x00', gen_random_uuid(), $1, audience from allowance_statement where number = 2`, noon)
	h.owe(p, h.payer, "2026-11", 40_000)
	want(t, "contested", h.lines(h.paid(answers)), "11 STATEMENT 40000 PAID")
	h.exec("update allowance_contest set state = 'REJECTED', answered_by = gen_random_uuid(), answered_at = $1, answer = '\\x00'", noon)
	h.owe(p, h.payer, "2026-10", 50_000)
	h.exec(`with moved as (select s.id, b.id as line from allowance_statement s, budget_line b where s.number = 3 and b.organisation_id = $1 and b.activity_kind is null)
		update allowance_share h set budget_line_id = m.line from moved m where h.statement_id = m.id`, h.payer)
	h.owe(p, h.payer, "2026-09", 1_000)
	run := h.paid(answers)
	want(t, "moved", h.lines(run)+"; "+h.back(), "09 STATEMENT 1000 PAID, 10 STATEMENT 50000 PAID, 10 OFFSET -50000 PAID; 10 0 0 0 0 0")
	if n := query[int](h, books); n != 0 {
		t.Errorf("%d budget lines disagree", n)
	}
}

func TestInstalmentsTakeThePlaceOfTheShare(t *testing.T) {
	h, p, of, answers := overpaid(t, 30_000)
	october, next := november.Prev(), november.Next()
	for name, c := range map[string]struct {
		instalments []recovery.Instalment
		want        *refusal.Code
	}{
		"too little":   {[]recovery.Instalment{{Month: november, Cents: 19_999}}, recovery.InstalmentsSum},
		"none":         {nil, recovery.InstalmentsSum},
		"less":         {[]recovery.Instalment{{Month: november, Cents: 20_001}, {Month: next, Cents: -1}}, recovery.InstalmentsSum},
		"past":         {[]recovery.Instalment{{Month: october, Cents: 20_000}}, recovery.InstalmentsOrder},
		"out of order": {[]recovery.Instalment{{Month: next, Cents: 10_000}, {Month: november, Cents: 10_000}}, recovery.InstalmentsOrder},
	} {
		refused(t, name, h.agree(of, c.instalments...), c.want)
	}
	if err := h.agree(of, recovery.Instalment{Month: november, Cents: 15_000}, recovery.Instalment{Month: next, Cents: 5_000}); err != nil {
		t.Fatal(err)
	}
	h.owe(p, h.payer, "2026-11", 40_000)
	want(t, "the first", h.lines(h.paid(answers))+"; "+h.back(), "10 OFFSET -15000 PAID, 11 STATEMENT 40000 PAID; 10 20000 15000 0 0 5000")
	h.owe(p, h.payer, "2026-09", 40_000)
	want(t, "nothing before the next has fallen due", h.lines(h.paid(answers)), "09 STATEMENT 40000 PAID")
}

func TestNobodyGivesUpMoneyAlone(t *testing.T) {
	h, p, of, answers := overpaid(t, 30_000)
	_, err := h.ask(recovery.Waive, of, 20_001)
	refused(t, "more than is left", err, recovery.MoreThanLeft)
	waiver, err := h.ask(recovery.Waive, of, 5_000)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "waits", h.back(), "10 20000 0 0 0 20000")
	_, err = h.ask(recovery.RecordRepayment, of, 100)
	refused(t, "another meanwhile", err, recovery.DischargeWaits)
	refused(t, "an officer", h.answerDischarge(h.officer, waiver, true), refusal.NotAllowed)
	both := h.approver
	both.Member = h.officer.Member
	refused(t, "the same member", h.answerDischarge(both, waiver, true), recovery.OwnDischarge)
	stands := access.Actor{Member: uuid.New(), Purpose: both.Purpose, Grants: slices.Clone(both.Grants)} // roles are apart, and the rows say so themselves
	for i := range stands.Grants {
		stands.Grants[i].For = h.officer.Member
	}
	refused(t, "one who stands in for him", h.answerDischarge(stands, waiver, true), recovery.OwnDischarge)
	h.breaks("recovery_discharge_apart", "update recovery_discharge set state = 'CONFIRMED', answered_by = asked_by, answered_at = asked_at")
	h.breaks("recovery_discharge_kept", "update recovery_discharge set cents = 1")
	refused(t, "another body's", h.answerDischarge(h.member(access.Approver, query[uuid.UUID](h, "select id from organisation where code = 'CARRARA'")), waiver, true), refusal.NotFound)
	if err := h.answerDischarge(h.approver, waiver, true); err != nil {
		t.Fatal(err)
	}
	refused(t, "twice", h.answerDischarge(h.approver, waiver, true), recovery.DischargeAnswered)
	want(t, "given up", h.back()+"; "+h.booked(), "10 20000 0 0 5000 15000; ACCRUED 5000, APPROVED 50000, PAID 50000")

	repaid, err := h.ask(recovery.RecordRepayment, of, 9_000)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.answerDischarge(h.approver, repaid, true); err != nil {
		t.Fatal(err)
	}
	want(t, "given back", h.back()+"; "+h.booked(), "10 20000 0 9000 5000 6000; ACCRUED 5000, APPROVED 41000, PAID 41000")
	rejected, err := h.ask(recovery.RecordRepayment, of, 6_000)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.answerDischarge(h.approver, rejected, false); err != nil {
		t.Fatal(err)
	}
	want(t, "no money came", h.back()+"; "+h.booked(), "10 20000 0 9000 5000 6000; ACCRUED 5000, APPROVED 41000, PAID 41000")
	h.owe(p, h.payer, "2026-11", 40_000)
	want(t, "the rest", h.lines(h.paid(answers))+"; "+h.back(), "10 OFFSET -6000 PAID, 11 STATEMENT 40000 PAID; 10 20000 6000 9000 5000 0")
	h.owe(p, h.payer, "2026-10", 50_000)
	want(t, "what came back is owed again, what was given up is not paid twice", h.lines(h.paid(answers))+"; "+h.back(), "10 ARREARS 15000 PAID; 10 15000 6000 9000 0 0")
	if n := query[int](h, books); n != 0 {
		t.Errorf("%d budget lines disagree", n)
	}
}

// hearsBack has the reaction of recoveries hear of something.
func (h *house) hearsBack(kind string, id uuid.UUID) {
	h.t.Helper()
	h.must(h.system, func(ctx context.Context, tx *postgres.Tx) error {
		return recovery.Follow(duty.NewClocks(recovery.Clocks()).OnState)(ctx, tx, []event.Event{{News: event.News{SubjectKind: kind, Subject: id}}})
	})
}

// accrued is what is to be accrued of all budget lines together: what is booked of recoveries, and what the last statements owe.
const accrued = `(select coalesce(sum(p.cents), 0) from budget_posting p where p.kind = 'ACCRUED' and p.subject_kind = 'Recovery')
	+ (select coalesce(sum(h.gross_cents), 0) from allowance_share h join allowance_statement s on s.id = h.statement_id
	   where not exists (select from allowance_statement n where n.allowance_id = s.allowance_id and n.number > s.number))`

// What was paid too much and is given up stays spent: it is accrued, as what the statement owes is, until the statement owes it again or it comes back. So nobody is promised it.
func TestWhatIsGivenUpStaysSpent(t *testing.T) {
	h, p, of, answers := overpaid(t, 30_000)
	stands := func(what, sums string, cents int) {
		t.Helper()
		want(t, what, fmt.Sprintf("%s: %d", h.back(), query[int](h, "select ("+accrued+")::int")), fmt.Sprintf("%s: %d", sums, cents))
	}
	issued := func(cents int) {
		t.Helper()
		h.owe(p, h.payer, "2026-10", cents)
		for range 2 { // the second changes nothing
			h.hearsBack("AllowanceStatement", query[uuid.UUID](h, "select id from allowance_statement order by number desc limit 1"))
		}
	}
	stands("too much was paid", "10 20000 0 0 0 20000", 30_000)
	waiver, err := h.ask(recovery.Waive, of, 15_000)
	if err != nil {
		t.Fatal(err)
	}
	stands("asked for", "10 20000 0 0 0 20000", 30_000)
	if err := h.answerDischarge(h.approver, waiver, true); err != nil {
		t.Fatal(err)
	}
	stands("given up", "10 20000 0 0 15000 5000", 45_000)
	repaid, err := h.ask(recovery.RecordRepayment, of, 5_000)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.answerDischarge(h.approver, repaid, true); err != nil {
		t.Fatal(err)
	}
	stands("the rest came back", "10 20000 0 5000 15000 0", 45_000)
	want(t, "all that is spent", h.booked(), "ACCRUED 15000, APPROVED 45000, PAID 45000")
	issued(40_000)
	stands("more is owed", "10 10000 0 5000 5000 0", 45_000)
	issued(50_000)
	stands("all is owed", "10 5000 0 5000 0 0", 50_000)
	issued(20_000)
	stands("less is owed", "10 30000 0 5000 15000 10000", 35_000)
	*answers++
	h.reads(account(*answers, credit(h.transfers(query[uuid.UUID](h, "select id from payment_run"))[0], 50_000)))
	h.hearsBack("PaymentRun", query[uuid.UUID](h, "select id from payment_run"))
	stands("it came back after all", "10 5000 0 5000 0 0", 20_000)
}

// Of several budget lines the first ones come back, and the last ones are given up, before or after: each is accrued by what is still spent of it.
func TestWhatIsGivenUpIsAccruedByBudgetLine(t *testing.T) {
	for name, first := range map[string]bool{"given up first": true, "given back first": false} {
		t.Run(name, func(t *testing.T) {
			h, answers := bank(t), new(int)
			p := h.person(h.payer)
			both := func(cents int) {
				t.Helper()
				h.exec(`insert into allowance (id, programme_id, participation_id, month, policy_version_id, minutes, accrued_cents, cap_cents, total_cents, computed_at, audience)
					select gen_random_uuid(), programme_id, id, '2026-10-01', $2, 0, $3, 50000, $3, $4, audience from participation where id = $1 on conflict (participation_id, month) do nothing`, p, h.version, 2*cents, noon)
				h.exec(`with s as (insert into allowance_statement (id, programme_id, participation_id, allowance_id, month, number, minutes, accrued_cents, cap_cents, total_cents, policy_versions,
						engine, inputs, lines, issued_at, audience)
					select gen_random_uuid(), a.programme_id, a.participation_id, a.id, a.month, 1 + (select count(*) from allowance_statement), 0, 2 * $1::bigint, 50000, 2 * $1::bigint, array[$2::uuid], '1', '{}', '[]', $3,
						a.audience from allowance a returning *)
					insert into allowance_share (id, statement_id, allowance_id, participation_id, programme_id, month, payer_id, budget_line_id, tax, gross_cents, withheld_cents, net_cents, audience)
					select gen_random_uuid(), s.id, s.allowance_id, s.participation_id, s.programme_id, s.month, $4, b.id, 'EXEMPT', $1, 0, $1, s.audience
					from s, (select id from budget_line where organisation_id = $4 order by id limit 2) b`,
					cents, h.version, noon, h.payer)
			}
			both(20_000)
			h.paid(answers)
			both(10_000)
			of := query[uuid.UUID](h, "select id from recovery")
			for _, waives := range []bool{first, !first} {
				act, cents := recovery.RecordRepayment, 6_000
				if waives {
					act, cents = recovery.Waive, 14_000
				}
				id, err := h.ask(act, of, cents)
				if err != nil {
					t.Fatal(err)
				}
				if err := h.answerDischarge(h.approver, id, true); err != nil {
					t.Fatal(err)
				}
			}
			want(t, "by line", query[string](h, `select string_agg(concat_ws(' ', x.accrued, x.paid), ', ' order by x.id) from (
				select b.id, sum(p.cents) filter (where p.kind = 'ACCRUED') as accrued, sum(p.cents) filter (where p.kind = 'PAID') as paid
				from budget_line b join budget_posting p on p.budget_line_id = b.id group by 1) x`), "4000 14000, 10000 20000")
		})
	}
}

// Whatever the code does, the database takes off no more than is left.
func TestNoMoreIsTakenOffThanIsLeft(t *testing.T) {
	h, p, _, _ := overpaid(t, 30_000)
	h.owe(p, h.payer, "2026-11", 40_000)
	run := h.run()
	h.steps(h.officer, run, payment.ComputeRun)
	more := func(cents int) string {
		return fmt.Sprintf(`insert into payment_line (id, run_id, programme_id, payer_id, participation_id, allowance_id, statement_id, share_id, budget_line_id, month, kind, gross_cents, withheld_cents, net_cents,
			recovered_cents, bank_id, head_id, state, blocks, state_since, audience)
			select gen_random_uuid(), l.run_id, l.programme_id, l.payer_id, l.participation_id, l.allowance_id, l.statement_id, l.share_id, b.id, l.month, l.kind, -%d, 0, -%d,
			%d, l.bank_id, l.head_id, l.state, l.blocks, l.state_since, l.audience from payment_line l, budget_line b where l.kind = 'OFFSET' and b.code like 'training%%' limit 1`, cents, cents, cents)
	}
	h.breaks("payment_line_bounds", more(12_000))
	h.breaks("payment_line_bounds", more(12_001))
	h.breaks("payment_line_kept", "update payment_line set recovered_cents = 8001 where kind = 'OFFSET'")
	h.breaks("recovery_check", "update recovery set left_cents = -1")
	refused(t, "what rose meanwhile", func() error {
		h.steps(h.officer, run, payment.CheckRun)
		h.owe(p, h.payer, "2026-10", 50_000)
		return h.step(h.approver, payment.ApproveRun, run)
	}(), payment.Changed)
}

func TestRecoveriesAreDue(t *testing.T) {
	h, p, of, answers := overpaid(t, 30_000)
	clocks := duty.NewClocks(recovery.Clocks())
	due := func(kind string, subject uuid.UUID) string {
		t.Helper()
		h.must(h.system, func(ctx context.Context, tx *postgres.Tx) error {
			return recovery.Follow(clocks.OnState)(ctx, tx, []event.Event{{News: event.News{SubjectKind: kind, Act: "computeAllowance", Subject: subject}}})
		})
		return query[string](h, "select coalesce(string_agg(kind || ' ' || due_at::date, ', '), '') from due where done_at is null")
	}
	want(t, "begun", due("AllowanceStatement", query[uuid.UUID](h, "select statement_id from recovery")), "recovery.agree 2026-12-25")
	waiver, err := h.ask(recovery.Waive, of, 5_000)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "waits", due("RecoveryDischarge", waiver), "recovery.agree 2026-12-25, recovery.confirm 2026-12-17")
	if err := h.answerDischarge(h.approver, waiver, true); err != nil {
		t.Fatal(err)
	}
	want(t, "confirmed", due("RecoveryDischarge", waiver), "recovery.agree 2026-12-25")
	if err := h.agree(of, recovery.Instalment{Month: november, Cents: 15_000}); err != nil {
		t.Fatal(err)
	}
	want(t, "agreed", due("Recovery", of), "")
	h.owe(p, h.payer, "2026-11", 40_000)
	want(t, "paid", due("PaymentRun", h.paid(answers))+h.back(), "10 20000 15000 0 5000 0")
}

// Sums that somebody has changed behind the acts, and too much that nobody knows of, are found.
func TestReplayFindsWhatDoesNotAddUp(t *testing.T) {
	h, _, of, _ := overpaid(t, 30_000)
	found := func() (all string) {
		t.Helper()
		if _, err := recovery.Replay(t.Context(), h.url, func(d recovery.Difference) error { all += d.What; return nil }); err != nil {
			t.Fatal(err)
		}
		return all
	}
	want(t, "as it was written", found(), "")
	h.exec("update recovery set left_cents = 1, owed_cents = 1 where id = $1", of)
	want(t, "other sums", found(), "kept {owed:1 recovered:0 repaid:0 waived:0 left:1}, comes to {owed:20000 recovered:0 repaid:0 waived:0 left:20000}")
	h.exec("delete from recovery where id = $1", of)
	want(t, "unknown", found(), "20000 cents too much were paid, and nobody knows it")
}

// What was given back is owed again where the statement rises: lines of the month then take up more than any statement has said.
func TestWhatWasGivenBackIsPaidAgain(t *testing.T) {
	h, p, of, answers := overpaid(t, 30_000)
	repaid, err := h.ask(recovery.RecordRepayment, of, 20_000)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.answerDischarge(h.approver, repaid, true); err != nil {
		t.Fatal(err)
	}
	h.owe(p, h.payer, "2026-10", 45_000)
	h.must(h.system, func(ctx context.Context, tx *postgres.Tx) error {
		var board, round bool
		if err := tx.NewRaw("select allowance_in_no_run(id), payment_waits(?, ?, '2026-10-01', ?) from allowance", h.programme, h.payer, tx.Today()).Scan(ctx, &board, &round); err != nil {
			return err
		}
		if !board || !round {
			t.Errorf("what is owed again stands on the board: %t, and has its run due: %t", board, round)
		}
		return nil
	})
	if s, ok := h.standing(h.officer, query[uuid.UUID](h, "select id from allowance")); !ok || s.Stage != inquiry.Due {
		t.Errorf("on the telephone it is %s", s.Stage)
	}
	h.owe(p, h.payer, "2026-10", 50_000)
	want(t, "once more", h.nets(h.paid(answers))+query[string](h, "select ' ' || sum(net_cents) from payment_line where live"), "10 ARREARS 20000 0 0 70000")
	h.agrees()
}

// What is said to be given back, or is to be given up, is not taken off as well while it waits to be confirmed.
func TestWhatWaitsToBeConfirmedIsNotTakenOff(t *testing.T) {
	for name, c := range map[string]struct {
		act            func(context.Context, *postgres.Tx, recovery.Discharge) error
		cents          int
		plan           []recovery.Instalment
		lines, yes, no string // a run computed meanwhile, and what is left once it is confirmed, or rejected
	}{
		"all is given back":     {recovery.RecordRepayment, 20_000, nil, "11 STATEMENT 40000 PENDING", "10 20000 0 20000 0 0", "10 20000 0 0 0 20000"},
		"more than the rest is": {recovery.RecordRepayment, 15_000, nil, "10 OFFSET -5000 PENDING, 11 STATEMENT 40000 PENDING", "10 20000 5000 15000 0 0", "10 20000 5000 0 0 15000"},
		"a part is":             {recovery.RecordRepayment, 2_000, nil, "10 OFFSET -8000 PENDING, 11 STATEMENT 40000 PENDING", "10 20000 8000 2000 0 10000", "10 20000 8000 0 0 12000"},
		"all is to be given up": {recovery.Waive, 20_000, nil, "11 STATEMENT 40000 PENDING", "10 20000 0 0 20000 0", "10 20000 0 0 0 20000"},
		"an instalment is given back": {recovery.RecordRepayment, 12_000, []recovery.Instalment{{Month: november, Cents: 12_000}, {Month: november.Next(), Cents: 8_000}},
			"11 STATEMENT 40000 PENDING", "10 20000 0 12000 0 8000", "10 20000 0 0 0 20000"},
	} {
		for _, confirm := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, confirmed %t", name, confirm), func(t *testing.T) {
				h, p, of, _ := overpaid(t, 30_000)
				if c.plan != nil {
					if err := h.agree(of, c.plan...); err != nil {
						t.Fatal(err)
					}
				}
				h.owe(p, h.payer, "2026-11", 40_000)
				discharge, err := h.ask(c.act, of, c.cents)
				if err != nil {
					t.Fatal(err)
				}
				run := h.computed()
				want(t, "computed meanwhile", h.lines(run), c.lines)
				want(t, "nothing has changed since", h.changes(run), "")
				if err := h.answerDischarge(h.approver, discharge, confirm); err != nil {
					t.Fatal(err)
				}
				if confirm {
					want(t, "confirmed", h.back(), c.yes)
				} else {
					want(t, "rejected", h.back(), c.no)
				}
				h.agrees()
			})
		}
	}
}

// The person gives all back once a run that takes a part of it off was computed, and not sent: it is computed anew, and nothing is collected twice.
func TestWhatIsGivenBackBeforeTheRunIsSentIsTakenOutOfIt(t *testing.T) {
	h, p, of, answers := overpaid(t, 30_000)
	h.owe(p, h.payer, "2026-11", 40_000)
	run := h.computed()
	want(t, "computed", h.lines(run)+"; "+h.back(), "10 OFFSET -8000 PENDING, 11 STATEMENT 40000 PENDING; 10 20000 8000 0 0 12000")
	_, err := h.ask(recovery.RecordRepayment, of, 20_001)
	refused(t, "more than he has too much", err, recovery.MoreThanLeft)
	_, err = h.ask(recovery.Waive, of, 12_001)
	refused(t, "given up beside what is taken off", err, recovery.MoreThanLeft)
	repaid, err := h.ask(recovery.RecordRepayment, of, 20_000)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "since", h.changes(run), "10 -8000 DISCHARGE_WAITS")
	refused(t, "check", h.step(h.officer, payment.CheckRun, run), payment.Changed)
	refused(t, "confirm", h.answerDischarge(h.approver, repaid, true), recovery.TakenOff)
	h.breaks("recovery_waits", "update payment_line set state = 'EXPORTED' where kind = 'OFFSET'")
	h.steps(h.officer, run, payment.ComputeRun)
	want(t, "anew", h.lines(run)+"; "+h.changes(run), "11 STATEMENT 40000 PENDING; ")
	if err := h.answerDischarge(h.approver, repaid, true); err != nil {
		t.Fatal(err)
	}
	h.steps(h.officer, run, payment.CheckRun)
	h.steps(h.approver, run, payment.ApproveRun)
	want(t, "given back, and paid whole", h.back()+"; "+h.lines(run), "10 20000 0 20000 0 0; 11 STATEMENT 40000 PENDING")

	h.owe(p, h.payer, "2026-10", 20_000)
	h.owe(p, h.payer, "2026-09", 40_000)
	h.paid(answers)
	want(t, "sent", h.back(), "10 30000 8000 20000 0 2000")
	_, err = h.ask(recovery.RecordRepayment, of, 2_001)
	refused(t, "what was sent is taken off", err, recovery.MoreThanLeft)
	h.agrees()
}

// A run that was approved is given up, and what a held line takes off is confirmed once it is released.
func TestWhatIsGivenBackIsConfirmedOnceNoRunTakesItOff(t *testing.T) {
	h, p, of, _ := overpaid(t, 30_000)
	h.owe(p, h.payer, "2026-11", 40_000)
	run := h.approved()
	repaid, err := h.ask(recovery.RecordRepayment, of, 20_000)
	if err != nil {
		t.Fatal(err)
	}
	refused(t, "send", h.step(h.officer, payment.ExportRun, run), payment.Changed)
	held := h.line(run, -8_000)
	if err := h.on(payment.HoldLine, held); err != nil {
		t.Fatal(err)
	}
	h.steps(h.officer, run, payment.DiscardRun)
	refused(t, "held back", h.answerDischarge(h.approver, repaid, true), recovery.TakenOff)
	if err := h.on(payment.ReleaseLine, held); err != nil {
		t.Fatal(err)
	}
	if err := h.answerDischarge(h.approver, repaid, true); err != nil {
		t.Fatal(err)
	}
	want(t, "given back", h.back()+"; "+h.lines(h.computed()), "10 20000 0 20000 0 0; 11 STATEMENT 40000 PENDING")
	h.agrees()
}
