package payment_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/inquiry"
	"github.com/lavoroincorso/lavoro/internal/allowance/payfile"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// standing says where a month stands for an actor, who is told nothing when he does not see it.
func (h *house) standing(who access.Actor, allowance uuid.UUID) (s inquiry.Standing, ok bool) {
	h.t.Helper()
	h.must(who, func(ctx context.Context, tx *postgres.Tx) error {
		var known []byte
		if err := tx.NewRaw("select payment_standing(?, ?)", allowance, tx.Today()).Scan(ctx, &known); err != nil || known == nil {
			return err
		}
		ok = true
		var facts inquiry.Facts
		if err := json.Unmarshal(known, &facts); err != nil {
			return err
		}
		bank, err := programme.BankDaysOn(ctx, tx, h.programme, tx.Today())
		s = facts.Standing(tx.Today(), programme.PaymentCalendar{Close: 5, Certify: 10, CutOff: 15, Order: 20, Value: 25}, bank)
		return err
	})
	return s, ok
}

// A month's money is told of at every step, from the register to the bank, and to nobody else.
func TestAMonthsMoneyIsToldAtEveryStep(t *testing.T) {
	h := bank(t)
	p := h.stranger(h.payer)
	h.check(p, "CLEAR", "2026-12-01")
	h.owe(p, h.payer, "2026-11", 10_000)
	month := query[uuid.UUID](h, "select id from allowance")
	stands := func(what string, stage inquiry.Stage, code, expected string) {
		t.Helper()
		s, ok := h.standing(h.officer, month)
		codes := ""
		for _, m := range s.Missing {
			codes += m.Code
		}
		on := ""
		if s.ExpectedOn != nil {
			on = s.ExpectedOn.String()
		}
		if !ok || s.Stage != stage || codes != code || on != expected {
			t.Errorf("%s: %s, missing %s, on %s; want %s, %s, %s", what, s.Stage, codes, on, stage, code, expected)
		}
	}
	stands("owed", inquiry.Due, "NEXT_RUN", "2026-12-28")
	run := h.run()
	h.steps(h.officer, run, payment.ComputeRun)
	stands("without an account", inquiry.Blocked, "NO_ACCOUNT", "2026-12-28")
	h.account(p, "IT60X0542811101000000123456", "Prova Inventata")
	h.steps(h.officer, run, payment.ComputeRun)
	if query[int](h, "select lines from payment_run where id = $1", run) == 0 {
		h.exec("update person_bank set since = '2026-11-01'")
		h.steps(h.officer, run, payment.ComputeRun)
	}
	stands("computed", inquiry.InRun, "RUN_COMPUTED", "2026-12-28")
	h.steps(h.officer, run, payment.CheckRun)
	if err := h.on(payment.HoldLine, h.line(run, 10_000)); err != nil {
		t.Fatal(err)
	}
	stands("held", inquiry.Held, "LINE_HELD", "")
	if err := h.on(payment.ReleaseLine, h.line(run, 10_000)); err != nil {
		t.Fatal(err)
	}
	stands("checked", inquiry.InRun, "RUN_CHECKED", "2026-12-28")
	h.steps(h.approver, run, payment.ApproveRun)
	h.steps(h.officer, run, payment.ExportRun)
	stands("sent", inquiry.Sent, "BANK_ANSWER", "2026-12-28")
	if err := h.answer(blob.XML, status(1, h.message(run), "", told(h.transfers(run)[0], "RJCT", "AC04"))); err != nil {
		t.Fatal(err)
	}
	stands("rejected", inquiry.Returned, "AC04", "2026-12-28")
	refused := h.run()
	h.steps(h.officer, refused, payment.ComputeRun)
	stands("not to the same account again", inquiry.Blocked, "ACCOUNT_REFUSED", "2026-12-28")
	h.steps(h.officer, refused, payment.DiscardRun)
	h.account(p, "IT60X0542811101000000123456", "Prova Inventata")
	h.exec("update person_bank set since = '2026-11-01'")
	next := h.approved()
	h.steps(h.officer, next, payment.ExportRun)
	if err := h.answer(blob.XML, account(2, debit(h.transfers(next)[0], 10_000))); err != nil {
		t.Fatal(err)
	}
	stands("paid", inquiry.Paid, "", "2026-12-12") // as the bank has booked it
	h.owe(p, h.payer, "2026-11", 8_000)
	stands("corrected since", inquiry.Overpaid, "OWES_MORE", "")
	h.owe(p, h.payer, "2026-11", 11_000)
	stands("arrears", inquiry.Due, "NEXT_RUN", "2026-12-28")
	h.exec(`insert into allowance_contest (id, programme_id, participation_id, allowance_id, statement_id, month, state, state_since, contested_cents, reason, member_id, contested_at, audience)
		select gen_random_uuid(), programme_id, participation_id, allowance_id, id, month, 'CONTESTED', '2026-12-05', 1000, '\x00', gen_random_uuid(), $1, audience from allowance_statement where number = 3`, noon)
	stands("contested", inquiry.Contested, "STATEMENT_CONTESTED", "")
	carrara := query[uuid.UUID](h, "select id from organisation where code = 'CARRARA'")
	for _, who := range []access.Actor{h.member(access.PaymentsOfficer, carrara), h.member(access.Tutor, h.pegaso), h.member(access.HostTutor, h.pegaso)} {
		if _, ok := h.standing(who, month); ok {
			t.Errorf("%s of another body is told", who.Grants[0].Role)
		}
	}
}

// The database knows by which reasons nothing is to be paid to an account again: those that whoever records payment details has to see to.
func TestReasonsThatRefuseAnAccount(t *testing.T) {
	h := open(t)
	for _, r := range payfile.Reasons() {
		if got := query[bool](h, "select refuses_account($1)", r.Code); got != (r.Owner == payfile.OwnerDetails) {
			t.Errorf("%s of %s refuses the account: %v", r.Code, r.Owner, got)
		}
	}
}

// What came back has a cause and somebody to see to it, also where an office gives no code.
func TestWhatCameBackWithoutACodeHasACause(t *testing.T) {
	h := open(t)
	_, ids := h.sent(1_000, 2_000)
	if err := h.answer(blob.CSV, "order_key;order_number;date;outcome;reason\n"+ids[0]+";;;REJECTED;conto inesistente\n"+ids[1]+";;;REJECTED;\n"); err != nil {
		t.Fatal(err)
	}
	for cents, code := range map[int]string{1_000: "NARR", 2_000: "MS03"} {
		s, ok := h.standing(h.officer, query[uuid.UUID](h, "select allowance_id from payment_line where gross_cents = $1", cents))
		if !ok || s.Stage != inquiry.Returned || len(s.Missing) != 1 || s.Missing[0].Code != code || s.Missing[0].CuredBy.It == "" {
			t.Errorf("%d cents: %s, missing %v; want %s", cents, s.Stage, s.Missing, code)
		}
	}
}

// Once an account that was refused is recorded anew nobody is asked for another one on the telephone: what came back goes with the next run, as soon as the new
// details may be used.
func TestAnAccountRecordedAnewIsAskedOfNobody(t *testing.T) {
	h := bank(t)
	run, ids := h.sent(1_000)
	h.reads(status(1, h.message(run), "", told(ids[0], "RJCT", "AC04")))
	missing := func(code string) {
		t.Helper()
		s, _ := h.standing(h.officer, query[uuid.UUID](h, "select id from allowance"))
		if s.Stage != inquiry.Returned || len(s.Missing) != 1 || s.Missing[0].Code != code {
			t.Errorf("%s, missing %v; want %s", s.Stage, s.Missing, code)
		}
	}
	missing("AC04")
	h.account(query[uuid.UUID](h, "select participation_id from payment_line"), "IT60X0542811101000000123456", "Prova Inventata")
	h.exec("update person_bank_check set called_back = false where bank_id = (select id from person_bank order by revision desc limit 1)")
	h.exec("update person_bank set since = '2026-12-10' where revision = (select max(revision) from person_bank)")
	missing("ACCOUNT_RESTING")
	h.now = h.now.AddDate(0, 0, 30)
	missing("NEXT_RUN")
}

// A run that was sent after its value day is to be there when its file asks for it.
func TestWhatWasSentLateIsExpectedLate(t *testing.T) {
	h := bank(t)
	h.owe(h.person(h.payer), h.payer, "2026-11", 10_000)
	run := h.approved()
	h.now = h.now.AddDate(0, 0, 25)
	h.steps(h.officer, run, payment.ExportRun)
	s, _ := h.standing(h.officer, query[uuid.UUID](h, "select id from allowance"))
	if s.Stage != inquiry.Sent || s.ExpectedOn == nil || s.ExpectedOn.String() != calendar.DayOf(h.now).String() {
		t.Errorf("%s, expected on %v, sent on %s", s.Stage, s.ExpectedOn, h.now)
	}
}

// standings says of the year's months that each is paid, or why not.
func (y *year) standings() {
	y.t.Helper()
	each(y.house, "select id, month from allowance", func(scan func(...any)) {
		var id uuid.UUID
		var first calendar.Day
		scan(&id, &first)
		switch s, ok := y.standing(y.officer, id); {
		case !ok || s.Stage != inquiry.Paid && s.Stage != inquiry.Nothing && s.Stage != inquiry.Overpaid:
			y.t.Errorf("%s stands at %s with %v", first.Month(), s.Stage, s.Missing)
		case s.Stage == inquiry.Paid && s.Paid != s.Amount:
			y.t.Errorf("%s is paid with %d, and %d are owed", first.Month(), s.Paid, s.Amount)
		}
	})
}

// TestWhatIsTakenOffIsNotSaidToBeSent: a deduction goes with another month's money, and tells nothing of the month that it is for.
func TestWhatIsTakenOffIsNotSaidToBeSent(t *testing.T) {
	h, p, _, _ := overpaid(t, 30_000)
	h.owe(p, h.payer, "2026-11", 40_000)
	h.steps(h.officer, h.approved(), payment.ExportRun)
	for month, want := range map[string]inquiry.Stage{"2026-10-01": inquiry.Overpaid, "2026-11-01": inquiry.Sent} {
		if s, ok := h.standing(h.officer, query[uuid.UUID](h, "select id from allowance where month = $1", month)); !ok || s.Stage != want {
			t.Errorf("%s is %s, want %s", month, s.Stage, want)
		}
	}
}
