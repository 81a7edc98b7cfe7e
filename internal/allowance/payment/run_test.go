package payment_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

func want(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

func TestARunTakesUpWhatIsDue(t *testing.T) {
	h := open(t)
	anna, bruno, carla := h.person(h.asl), h.person(h.asl), h.person(h.pegaso)
	h.owe(anna, h.asl, "2026-10", 10_000)
	h.owe(anna, h.asl, "2026-11", 20_000)
	h.owe(anna, h.asl, "2026-12", 30_000) // after the run's last month
	h.owe(bruno, h.asl, "2026-11", 5_000)
	h.owe(carla, h.pegaso, "2026-11", 7_000) // whom another pays
	first := h.approved()
	want(t, "first run", h.state(first)+": "+h.lines(first), "ORDINARY APPROVED 2 3 0 35000: 10 STATEMENT 10000 PENDING, 11 STATEMENT 20000 PENDING, 11 STATEMENT 5000 PENDING")
	want(t, "one transfer a person", query[string](h, "select string_agg(n::text, ' ' order by n) from (select count(*) n from payment_line group by end_to_end_id) x"), "1 2")
	want(t, "booked", query[string](h, "select string_agg(kind || ' ' || cents, ', ') from budget_posting"), "APPROVED 35000")

	h.owe(anna, h.asl, "2026-10", 12_000) // an adjustment adds
	h.owe(bruno, h.asl, "2026-11", 2_000) // another takes off what was not sent yet: nobody's debt
	second := h.run()
	h.steps(h.officer, second, payment.ComputeRun)
	want(t, "second run", h.state(second)+": "+h.lines(second), "SUPPLEMENTARY COMPUTED 1 1 0 2000: 10 ARREARS 2000 PENDING")
	h.owe(bruno, h.asl, "2026-10", 4_000)
	h.steps(h.officer, second, payment.ComputeRun)
	want(t, "gathered anew", h.state(second)+": "+h.lines(second), "SUPPLEMENTARY COMPUTED 2 2 0 6000: 10 STATEMENT 4000 PENDING, 10 ARREARS 2000 PENDING")

	h.steps(h.officer, first, payment.DiscardRun)
	want(t, "booked back", query[string](h, "select sum(cents)::text from budget_posting"), "0")
	third := h.run()
	h.steps(h.officer, third, payment.ComputeRun)
	want(t, "third run", h.lines(third), "10 ARREARS 10000 PENDING, 11 STATEMENT 20000 PENDING, 11 STATEMENT 2000 PENDING")
}

func TestWhatBlocksALineIsNamed(t *testing.T) {
	h := open(t)
	for _, make := range []func() uuid.UUID{
		func() uuid.UUID { return h.person(h.asl) },
		func() uuid.UUID { p := h.stranger(h.asl); h.check(p, "CLEAR", "2026-12-01"); return p },
		func() uuid.UUID { p := h.person(h.asl); h.check(p, "FOUND", "2026-12-05"); return p },
		func() uuid.UUID {
			p := h.person(h.asl)
			h.exec("update exclusion_check set checked_on = '2026-01-01' where participation_id = $1", p)
			return p
		},
		func() uuid.UUID {
			p := h.stranger(h.asl)
			h.exec("update participation set protected = true where id = $1", p)
			return p
		},
		func() uuid.UUID {
			p := h.person(h.asl)
			h.exec("delete from person_bank_check where person_id = (select person_id from participation where id = $1)", p)
			return p
		},
		func() uuid.UUID {
			p := h.person(h.asl)
			h.exec("update person_bank set since = '2026-12-09' where person_id = (select person_id from participation where id = $1)", p)
			return p
		},
		func() uuid.UUID { p := h.person(h.asl); h.stuck(p, "2026-10-01"); return p },
		func() uuid.UUID { p := h.person(h.asl); h.stuck(p); return p },
	} {
		h.owe(make(), h.asl, "2026-11", 1_000)
	}
	run := h.run()
	h.steps(h.officer, run, payment.ComputeRun)
	want(t, "run", h.state(run)+": "+h.lines(run), "ORDINARY COMPUTED 2 2 7 2000: 11 STATEMENT 1000 PENDING, 11 STATEMENT 1000 PENDING, 11 STATEMENT 1000 BLOCKED ACCOUNT_RESTING, "+
		"11 STATEMENT 1000 BLOCKED ACCOUNT_UNCONFIRMED, 11 STATEMENT 1000 BLOCKED CHECK_FOUND, "+
		"11 STATEMENT 1000 BLOCKED CHECK_OLD, 11 STATEMENT 1000 BLOCKED NO_ACCOUNT, 11 STATEMENT 1000 BLOCKED PROTECTED_ACCOUNT+CHECK_OLD, 11 STATEMENT 1000 BLOCKED STATEMENT_STUCK")
	for _, code := range []string{"ACCOUNT_UNCONFIRMED", "ACCOUNT_RESTING", "ACCOUNT_SHARED", "ACCOUNT_NO_MATCH", "MEANS_NOT_OFFERED", "PERSON_ERASED", "NO_ACCOUNT", "PROTECTED_ACCOUNT", "CHECK_OLD", "CHECK_FOUND", "STATEMENT_STUCK"} {
		if b := payment.BlockOf(code); b.Code != code || b.Cause.It == code || b.Cure.It == "" || b.Cure.En == "" || b.CuredBy.It == "" {
			t.Errorf("%s says nothing: %+v", code, b)
		}
	}
}

// stuck has somebody's months wait to be worked out again; with none of them only what may still be spent waits.
func (h *house) stuck(participation uuid.UUID, months ...string) {
	h.t.Helper()
	h.exec(`insert into allowance_stuck (id, participation_id, programme_id, months, cause, since, tried_at, audience)
		select gen_random_uuid(), id, programme_id, coalesce($2::text[], '{}')::date[], 'PAYER', $3, $3, audience from participation where id = $1`, participation, months, noon)
}

// Who is stuck is not paid by the statement that should be another one: not by a run that was computed before either, until his months are worked out.
func TestWhoIsStuckIsNotPaidByHisOldStatement(t *testing.T) {
	h := open(t)
	him, other := h.person(h.asl), h.person(h.asl)
	h.owe(him, h.asl, "2026-11", 1_000)
	h.owe(other, h.asl, "2026-11", 2_000)
	run := h.run()
	h.steps(h.officer, run, payment.ComputeRun)
	h.stuck(him, "2026-11-01")
	refused(t, "check what was computed before", h.step(h.officer, payment.CheckRun, run), payment.Changed)
	h.steps(h.officer, run, payment.ComputeRun)
	want(t, "computed anew", h.state(run)+": "+h.lines(run), "ORDINARY COMPUTED 1 1 1 2000: 11 STATEMENT 2000 PENDING, 11 STATEMENT 1000 BLOCKED STATEMENT_STUCK")
	h.exec("delete from allowance_stuck")
	h.steps(h.officer, run, payment.ComputeRun, payment.CheckRun)
	h.stuck(him, "2026-11-01")
	refused(t, "approve what was checked before", h.step(h.approver, payment.ApproveRun, run), payment.Changed)
	h.must(h.officer, func(ctx context.Context, tx *postgres.Tx) error {
		return payment.HoldLine(ctx, tx, payment.LineStep{Line: query[uuid.UUID](h, "select id from payment_line where participation_id = $1 and run_id = $2", him, run), Reason: "Prova"})
	})
	h.steps(h.approver, run, payment.ApproveRun)
}

func TestNothingIsDoneOutOfTurn(t *testing.T) {
	h := open(t)
	run := h.run()
	refused(t, "check a draft", h.step(h.officer, payment.CheckRun, run), payment.WrongState)
	h.steps(h.officer, run, payment.ComputeRun)
	refused(t, "check nothing", h.step(h.officer, payment.CheckRun, run), payment.NothingToPay)
	refused(t, "approve unchecked", h.step(h.approver, payment.ApproveRun, run), payment.WrongState)
	h.owe(h.person(h.asl), h.asl, "2026-11", 1_000)
	h.steps(h.officer, run, payment.ComputeRun, payment.CheckRun)
	refused(t, "compute what was checked", h.step(h.officer, payment.ComputeRun, run), payment.WrongState)
	refused(t, "an officer who approves what he has made", h.step(h.officer, payment.ApproveRun, run), payment.OwnRun)
	refused(t, "an officer who approves what another has made", h.step(h.member(access.PaymentsOfficer, h.asl), payment.ApproveRun, run), refusal.NotAllowed)
	refused(t, "another body's officer", h.step(h.member(access.PaymentsOfficer, h.pegaso), payment.DiscardRun, run), refusal.NotFound)
	refused(t, "the lead's officer with another's run", h.act(h.officer, func(ctx context.Context, tx *postgres.Tx) error {
		return payment.OpenRun(ctx, tx, payment.Opening{ID: uuid.New(), Programme: h.programme, Payer: h.pegaso, UpTo: november})
	}), refusal.NotAllowed)
	refused(t, "a month that is not over", h.act(h.officer, func(ctx context.Context, tx *postgres.Tx) error {
		return payment.OpenRun(ctx, tx, payment.Opening{ID: uuid.New(), Programme: h.programme, Payer: h.asl, UpTo: november.Next()})
	}), payment.MonthAhead)
	refused(t, "no reason", h.act(h.officer, func(ctx context.Context, tx *postgres.Tx) error {
		return payment.DiscardRun(ctx, tx, payment.Step{Run: run})
	}), payment.ReasonNeeded)
	h.exec("update budget_line set amount_cents = 999 where organisation_id = $1 and activity_kind = 'INTERNSHIP'", h.asl)
	refused(t, "more than the line", h.step(h.approver, payment.ApproveRun, run), programme.FundsShort)
}

func TestMakerIsNeverApprover(t *testing.T) {
	h := open(t)
	h.owe(h.person(h.asl), h.asl, "2026-11", 1_000)
	run := h.run()
	h.steps(h.officer, run, payment.ComputeRun, payment.CheckRun)
	both := h.officer
	both.Grants = append(both.Grants, h.approver.Grants...)
	refused(t, "the maker", h.step(both, payment.ApproveRun, run), payment.OwnRun)
	again := h.member(access.Approver, h.asl) // another account of the maker
	h.exec("update member set email = (select email from member where id = $2) where id = $1", again.Member, h.officer.Member)
	refused(t, "the maker's other account", h.step(again, payment.ApproveRun, run), payment.OwnRun)
	stands := h.officer // who made the run, for the approver who is absent
	stands.Grants = append(stands.Grants, access.Grant{Role: access.Approver, Programme: h.programme, Key: h.asl, For: h.approver.Member})
	refused(t, "the maker for an approver", h.step(stands, payment.ApproveRun, run), payment.OwnRun)
	h.breaks("payment_step_apart", `insert into payment_step (id, run_id, programme_id, position, act, from_state, to_state, at, member_id, audience)
		values (gen_random_uuid(), $1, $2, 99, 'approveRun', 'CHECKED', 'APPROVED', now(), $3, '{}')`, run, h.programme, again.Member)
	h.steps(h.approver, run, payment.ApproveRun)
}

func TestTwoApproveAboveAnAmount(t *testing.T) {
	h := open(t)
	h.exec("update policy_rule set value = '50000' where code = 'payment.second_approval_above'")
	h.exec("update budget_line set amount_cents = 100000000")
	for range 2 {
		h.owe(h.person(h.asl), h.asl, "2026-11", 50_000)
	}
	run := h.run()
	h.steps(h.officer, run, payment.ComputeRun, payment.CheckRun)
	h.steps(h.approver, run, payment.ApproveRun)
	want(t, "after one", h.state(run)+query[string](h, "select count(*)::text from budget_posting"), "ORDINARY CHECKED 2 2 0 1000000")
	refused(t, "the same again", h.step(h.approver, payment.ApproveRun, run), payment.OwnRun)
	stands := h.second // for the one who has approved
	stands.Grants = []access.Grant{{Role: access.Approver, Programme: h.programme, Key: h.asl, For: h.approver.Member}}
	refused(t, "for the first", h.step(stands, payment.ApproveRun, run), payment.OwnRun)
	h.breaks("payment_run_kept", "update payment_run set state = 'APPROVED', approvals = 2 where id = $1", run)
	h.steps(h.second, run, payment.ApproveRun)
	want(t, "after two", h.state(run), "ORDINARY APPROVED 2 2 0 100000")
}

// A sum that two must approve needs two also where it is sent by one run after the other.
func TestADividedSumNeedsTwoApprovalsToo(t *testing.T) {
	h := open(t)
	h.exec("update policy_rule set value = '5000' where code = 'payment.second_approval_above'")
	needed := func() string {
		t.Helper()
		h.owe(h.person(h.asl), h.asl, "2026-11", 3_000)
		run := h.run()
		h.steps(h.officer, run, payment.ComputeRun, payment.CheckRun)
		h.steps(h.approver, run, payment.ApproveRun)
		return query[string](h, "select approvals_needed || ' ' || state from payment_run where id = $1", run)
	}
	want(t, "the first", needed(), "1 APPROVED")
	want(t, "the second", needed(), "2 CHECKED")
	h.exec("update payment_step set at = at - interval '21 days'")
	want(t, "three weeks later", needed(), "1 APPROVED")
	last := query[uuid.UUID](h, "select id from payment_run where number = 3")
	h.steps(h.officer, last, payment.DiscardRun)
	want(t, "after one that was given up", needed(), "2 CHECKED") // it takes up what that had, too
}

// Each constraint holds against whoever writes with the owner's own hand.
func TestTheDatabaseHolds(t *testing.T) {
	h := open(t)
	person := h.person(h.asl)
	h.owe(person, h.asl, "2026-11", 1_000)
	run := h.approved()
	h.breaks("payment_line_kept", "update payment_line set gross_cents = 2000, net_cents = 2000")
	h.breaks("payment_line_kept", "update payment_line set bank_id = gen_random_uuid()")
	h.breaks("payment_line_kept", "update payment_line set state = 'PAID'")
	h.breaks("payment_line_kept", "delete from payment_line")
	h.breaks("payment_run_kept", "update payment_run set net_cents = 1, gross_cents = 1")
	h.breaks("payment_run_kept", "update payment_run set state = 'DRAFT'")
	h.breaks("payment_run_kept", "update payment_run set state = 'PAID'")
	other := h.run()
	again := func(run uuid.UUID, statement int, kind string) string {
		return fmt.Sprintf(`insert into payment_line (id, run_id, programme_id, payer_id, participation_id, allowance_id, statement_id, budget_line_id, month, kind, gross_cents, withheld_cents,
				net_cents, bank_id, head_id, state, state_since, audience)
			select n.id, '%s', programme_id, payer_id, participation_id, allowance_id, (select id from allowance_statement where number = %d), budget_line_id, month, '%s', gross_cents,
				withheld_cents, net_cents, bank_id, n.id, state, state_since, audience from payment_line, (select gen_random_uuid() as id) n`, run, statement, kind)
	}
	h.breaks("payment_line_once", again(other, 1, "STATEMENT"))
	h.breaks("payment_line_once_in_run", again(run, 1, "ARREARS"))
	h.breaks("payment_line_bounds", again(other, 1, "ARREARS"))
	h.breaks("payment_line_transfer", fmt.Sprintf(`insert into payment_line (id, run_id, programme_id, payer_id, participation_id, allowance_id, statement_id, budget_line_id, month, kind, gross_cents,
			withheld_cents, net_cents, head_id, state, state_since, audience, blocks)
		select gen_random_uuid(), '%s', programme_id, payer_id, participation_id, allowance_id, statement_id, budget_line_id, month, kind, gross_cents,
			withheld_cents, net_cents, id, 'BLOCKED', state_since, audience, '{NO_ACCOUNT}' from payment_line`, other)) // its head is in another run
	h.owe(person, h.asl, "2026-11", 1_500) // what is owed more is less than another such line
	h.breaks("payment_line_bounds", again(other, 2, "ARREARS"))
}

// A run too large for one act goes on by itself, from where it was, until nothing is left.
func TestALargeRunIsGatheredChunkByChunk(t *testing.T) {
	h := open(t)
	payment.Chunk(t, 3)
	for range 5 {
		h.owe(h.person(h.asl), h.asl, "2026-11", 100)
	}
	run := h.run()
	h.steps(h.officer, run, payment.ComputeRun)
	want(t, "after the first chunk", h.state(run)+fmt.Sprint(query[int](h, "select gathered from payment_run")), "ORDINARY DRAFT 0 0 0 03")
	refused(t, "check half", h.step(h.officer, payment.CheckRun, run), payment.WrongState)
	for range 2 { // the second changes nothing
		h.must(h.system, func(ctx context.Context, tx *postgres.Tx) error {
			return payment.Continue(ctx, tx, []event.Event{{News: event.News{SubjectKind: "PaymentRun", Act: "computeRun", Subject: run}}})
		})
	}
	want(t, "after the last", h.state(run), "ORDINARY COMPUTED 5 5 0 500")
}

// What a run waits for is due of the body that pays, and of the lead after it; one that is sent back to nobody is due no more.
func TestRunsAreDue(t *testing.T) {
	h := open(t)
	h.owe(h.person(h.asl), h.asl, "2026-11", 1_000)
	clocks := duty.NewClocks(payment.Clocks())
	due := func(run uuid.UUID) string {
		t.Helper()
		h.must(h.system, func(ctx context.Context, tx *postgres.Tx) error {
			return payment.Follow(clocks.OnState)(ctx, tx, []event.Event{{News: event.News{SubjectKind: "PaymentRun", Act: "checkRun", Subject: run}}})
		})
		return query[string](h, "select coalesce(string_agg(kind || ' ' || ($2 = owner_key), ', '), '') from due where subject_id = $1 and done_at is null", run, h.asl)
	}
	run := h.run()
	want(t, "opened", due(run), "payment.compute true")
	h.steps(h.officer, run, payment.ComputeRun, payment.CheckRun)
	want(t, "checked", due(run), "payment.approve true")
	h.steps(h.approver, run, payment.DiscardRun)
	want(t, "discarded", due(run), "")
}

// A payer that owes something of a month has its run to open by the cut-off of the calendar, and to send by the day of orders; who owes nothing has neither.
func TestTheCalendarIsDue(t *testing.T) {
	h := open(t)
	clocks := duty.NewClocks(payment.Clocks())
	due := func() string {
		t.Helper()
		for range 2 { // the second changes nothing
			h.must(h.system, func(ctx context.Context, tx *postgres.Tx) error {
				return payment.TellCalendar(clocks.OnState)(ctx, tx, []uuid.UUID{h.programme})
			})
		}
		return query[string](h, `select coalesce(string_agg(concat_ws(' ', o.code, d.kind, (d.due_at at time zone 'Europe/Rome')::date, d.owner_key = o.id), ', '), '')
			from due d join organisation o on o.id = d.subject_id where d.kind in ('payment.open', 'payment.order') and d.done_at is null`)
	}
	want(t, "nothing is owed", due(), "")
	wrong := h.person(h.asl)
	h.owe(wrong, h.asl, "2026-10", 1_000)
	h.owe(wrong, h.asl, "2026-10", 0)
	want(t, "nor by the last statement", due(), "")
	h.owe(h.person(h.asl), h.asl, "2026-11", 1_000)
	h.owe(h.person(h.asl), h.asl, "2026-12", 1_000) // not over yet
	want(t, "the month is over", due(), "ASL payment.open 2026-12-15 t")
	run := h.run()
	want(t, "opened", due(), "ASL payment.order 2026-12-18 t") // the Friday before
	h.exec("update due set reminders = 3, owner_key = $1, next_owner_key = $1, escalated_at = due_at where kind = 'payment.order' and done_at is null", h.pegaso)
	want(t, "who has taken over keeps it", due()+query[string](h, "select ' ' || reminders from due where kind = 'payment.order' and done_at is null"), "ASL payment.order 2026-12-18 f 3")
	h.steps(h.officer, run, payment.DiscardRun)
	want(t, "given up", due(), "ASL payment.open 2026-12-15 t")
	run = h.approved()
	h.steps(h.officer, run, payment.ExportRun)
	h.must(h.system, func(ctx context.Context, tx *postgres.Tx) error { // at once, and not on the next day
		return payment.Follow(clocks.OnState)(ctx, tx, []event.Event{{News: event.News{SubjectKind: "PaymentRun", Act: "exportRun", Subject: run}}})
	})
	want(t, "sent", due(), "")
}

func TestWhatIsContestedWaitsAndTheRestIsPaid(t *testing.T) {
	h := open(t)
	p := h.person(h.asl)
	h.owe(p, h.asl, "2026-11", 10_000)
	h.exec(`insert into allowance_contest (id, programme_id, participation_id, allowance_id, statement_id, month, state, state_since, contested_cents, reason, member_id, contested_at, audience)
		select gen_random_uuid(), programme_id, participation_id, allowance_id, id, month, 'CONTESTED', '2026-12-05', 4000, '\x00', gen_random_uuid(), $1, audience from allowance_statement`, noon)
	first := h.approved()
	want(t, "first run", query[string](h, "select string_agg(kind || ' ' || gross_cents, ', ') from payment_line where run_id = $1", first), "STATEMENT 6000")
	h.exec("update allowance_contest set state = 'REJECTED', answered_by = gen_random_uuid(), answered_at = $1, answer = '\\x00'", noon)
	second := h.approved()
	want(t, "second run", query[string](h, "select string_agg(kind || ' ' || gross_cents, ', ') from payment_line where run_id = $1", second), "ARREARS 4000")
}
