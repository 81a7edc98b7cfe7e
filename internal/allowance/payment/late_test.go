package payment_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
)

// standsAt says what a next run makes of whoever is owed something.
func (h *house) standsAt() string {
	h.t.Helper()
	next := h.run()
	h.steps(h.officer, next, payment.ComputeRun)
	return h.lines(next)
}

// Whichever way, and in whichever order, it becomes known that an account takes nothing, nothing is paid to it again.
func TestAnAccountThatIsRefusedIsKnownHoweverItIsTold(t *testing.T) {
	unexplained := func(id string) string { return booked(entry(id, 1_000, "CRDT", ""), "2026-12-13", "C") }
	const blocked = "11 STATEMENT 1000 BLOCKED ACCOUNT_REFUSED"
	for name, said := range map[string]func(h *house, run uuid.UUID, id string){
		"when it was to be stopped": func(h *house, run uuid.UUID, id string) {
			if err := h.on(payment.RecallLine, h.line(run, 1_000)); err != nil {
				h.t.Fatal(err)
			}
			h.reads(status(1, h.message(run), "", told(id, "RJCT", "AC04")))
		},
		"once it came back": func(h *house, run uuid.UUID, id string) {
			h.reads(account(1, debit(id, 1_000), unexplained(id)), status(2, h.message(run), "", told(id, "RJCT", "AC04")))
		},
		"by the return, once it was rejected": func(h *house, run uuid.UUID, id string) {
			h.reads(status(1, h.message(run), "", told(id, "RJCT", "")), status(2, h.message(run), "", told(id, "RJCT", "AC04")))
		},
		"against what is known": func(h *house, run uuid.UUID, id string) {
			h.reads(account(1, debit(id, 1_000)), status(2, h.message(run), "", told(id, "RJCT", "AC04")))
			if err := h.resolve(h.approver, h.line(run, 1_000), false); err != nil {
				h.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := bank(t)
			run, ids := h.sent(1_000)
			said(h, run, ids[0])
			want(t, "the next run", h.standsAt(), blocked)
			want(t, "why", query[string](h, "select code from payment_line where id = $1", h.line(run, 1_000)), "AC04")
		})
	}
}

// reads has answers read, one after the other.
func (h *house) reads(contents ...string) {
	h.t.Helper()
	for _, c := range contents {
		if err := h.answer(blob.XML, c); err != nil {
			h.t.Fatal(err)
		}
	}
}

// A debit and its return are told in whichever order, by several statements: they end each other by the days of the account.
func TestWhatCameBackIsOverInWhicheverOrder(t *testing.T) {
	for name, c := range map[string]struct {
		recalled bool
		days     []string
		due      string
	}{
		"the return first":                 {false, []string{"C 14", "D 12"}, ""},
		"paid anew after it":               {false, []string{"C 14", "D 15"}, "payment.contradiction true"},
		"paid before it was stopped":       {true, []string{"D 12", "C 14"}, ""},
		"paid after it, and told before":   {false, []string{"D 15", "C 14"}, "payment.contradiction true"},
		"stopped, and the return is first": {true, []string{"C 14", "D 12"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := bank(t)
			run, ids := h.sent(1_000)
			if c.recalled {
				if err := h.on(payment.RecallLine, h.line(run, 1_000)); err != nil {
					t.Fatal(err)
				}
			}
			h.reads(status(1, h.message(run), "", told(ids[0], "RJCT", "AM04")))
			for n, day := range c.days {
				book := map[bool]func(string, int) string{true: debit, false: credit}[day[0] == 'D']
				h.reads(account(2+n, booked(book(ids[0], 1_000), "2026-12-"+day[2:], day[:1])))
			}
			want(t, "what is due", h.disputed(run), c.due)
		})
	}
}

// A bank that says late, by a message of that day, that it has executed what came back in the meantime has not paid once more.
func TestALateAcknowledgementOfWhatCameBackIsKnown(t *testing.T) {
	h := bank(t)
	run, ids := h.sent(1_000)
	h.reads(account(1, booked(debit(ids[0], 1_000), "2026-12-09", "A"), booked(credit(ids[0], 1_000), "2026-12-10", "C")), status(2, h.message(run), "", told(ids[0], "ACSC", "")))
	want(t, "what is due", h.disputed(run), "")
}

// What is contradicted again is due anew, and not since the day of what was answered before.
func TestWhatIsContradictedAgainIsDueAnew(t *testing.T) {
	h := bank(t)
	run, line, transfer := h.rejected()
	h.paidAfterAll(2, transfer)
	if err := h.resolve(h.approver, line, false); err != nil {
		t.Fatal(err)
	}
	h.now = h.now.AddDate(0, 0, 40)
	h.paidAfterAll(3, transfer)
	want(t, "what is due", h.disputed(run), "payment.contradiction true")
	if query[bool](h, "select due_at < $2 from due where subject_id = $1 and kind = 'payment.contradiction' and done_at is null", run, h.now) {
		t.Error("it is overdue at once")
	}
}

// An office does not say today that it has paid tomorrow.
func TestAPaymentToComeIsNoPayment(t *testing.T) {
	h := open(t)
	run, ids := h.sent(1_000)
	row := "order_key;order_number;date;outcome;reason\n" + ids[0] + ";4711;DAY;PAID;\n"
	err := h.answer(blob.CSV, strings.Replace(row, "DAY", "2026-12-11", 1))
	if err == nil || !strings.Contains(err.Error(), "ANSWER_ROW") {
		t.Errorf("paid tomorrow: %v", err)
	}
	want(t, "stays", h.lines(run), "11 STATEMENT 1000 EXPORTED")
	if err := h.answer(blob.CSV, strings.Replace(strings.Replace(row, "DAY", "2026-12-11", 1), "PAID", "ACCEPTED", 1)); err != nil {
		t.Errorf("to be paid tomorrow: %v", err)
	}
	if err := h.answer(blob.CSV, strings.Replace(row, "DAY", "2026-12-10", 1)); err != nil {
		t.Errorf("paid today: %v", err)
	}
	want(t, "paid", h.lines(run), "11 STATEMENT 1000 PAID")
}
