package payment_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/allowance/inquiry"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
)

// booked is a booking on an account on a day, by a reference of the bank's.
func booked(entry, day, ref string) string {
	entry = strings.Replace(entry, "2026-12-12", day, 1)
	return strings.Replace(entry, "<Refs>", "<Refs><AcctSvcrRef>"+ref+"</AcctSvcrRef>", 1)
}

// A return less what the bank charges is a return: the whole is owed again, and what came stays with the step. By whatever order the bank has booked a line, it is ours.
func TestAReturnLessChargesIsAReturn(t *testing.T) {
	h := bank(t)
	run, ids := h.sent(30_000, 40_000)
	day := account(1, debit(ids[0], 30_000), strings.Replace(debit(ids[1], 40_000), "<Refs>", "<Refs><PmtInfId>CBI-ALTRA-DISTINTA</PmtInfId>", 1), credit(ids[0], 29_850))
	if err := h.answer(blob.XML, day); err != nil {
		t.Fatal(err)
	}
	want(t, "lines", h.lines(run)+", "+h.booked(), "11 STATEMENT 40000 PAID, 11 STATEMENT 30000 RETURNED, APPROVED 40000, PAID 40000")
	want(t, "what came", query[string](h, "select string_agg(concat_ws(' ', to_state, booked_cents), ', ' order by at, id) from payment_line_step where line_id = $1", h.line(run, 30_000)), "PAID, RETURNED 29850")
	want(t, "owed again", h.lines(h.approved())+h.disputed(run), "11 STATEMENT 30000 PENDING")
}

// What an account says of a line in another sum, or a second time, loses nothing of the rest, and waits for somebody who has not read it; nobody is paid by that payer meanwhile for whom it was.
func TestWhatDoesNotFitWaitsForSomebody(t *testing.T) {
	for name, c := range map[string]struct {
		days    []string // of two lines, 10 and 20 euros
		before  string
		paid    bool
		after   string
		ledger  string
		stage   inquiry.Stage
		missing string
	}{
		"another debit":         {[]string{"A 9"}, "EXPORTED", true, "PAID", "APPROVED 3000, PAID 3000", inquiry.Sent, "BANK_ANSWER+BANK_CONTRADICTS"},
		"it was something else": {[]string{"A 9"}, "EXPORTED", false, "EXPORTED", "APPROVED 3000, PAID 2000", inquiry.Sent, "BANK_ANSWER+BANK_CONTRADICTS"},
		"debited on two days":   {[]string{"A 10", "B 10"}, "PAID", true, "PAID", "APPROVED 3000, PAID 3000", inquiry.Paid, "BANK_CONTRADICTS"},
		"too much comes back":   {[]string{"A 10", "C 11"}, "PAID", false, "RETURNED", "APPROVED 2000, PAID 2000", inquiry.Paid, "BANK_CONTRADICTS"},
		"paid once it was back": {[]string{"A 10", "C 10", "D 10"}, "RETURNED", true, "PAID", "APPROVED 3000, PAID 3000", inquiry.Returned, "BANK_CONTRADICTS"},
		"two debits, one back":  {[]string{"A 10", "B 10", "C 10"}, "RETURNED", true, "PAID", "APPROVED 3000, PAID 3000", inquiry.Returned, "BANK_CONTRADICTS"},
		"rejected once paid":    {[]string{"A 10", "R"}, "PAID", false, "RETURNED", "APPROVED 2000, PAID 2000", inquiry.Paid, "BANK_CONTRADICTS"},
	} {
		t.Run(name, func(t *testing.T) {
			h := bank(t)
			run, ids := h.sent(1_000, 2_000)
			line, all := h.line(run, 1_000), map[string]string{
				"A 9": booked(debit(ids[0], 900), "2026-12-12", "A"), "A 10": booked(debit(ids[0], 1_000), "2026-12-12", "A"), "B 10": booked(debit(ids[0], 1_000), "2026-12-13", "B"),
				"C 10": booked(credit(ids[0], 1_000), "2026-12-14", "C"), "C 11": booked(credit(ids[0], 1_100), "2026-12-14", "C"), "D 10": booked(debit(ids[0], 1_000), "2026-12-15", "D"),
			}
			for n, day := range c.days {
				content := account(n, all[day], debit(ids[1], 2_000))
				if day == "R" {
					content = status(n, h.message(run), "", told(ids[0], "RJCT", "AM04"))
				}
				if err := h.answer(blob.XML, content); err != nil {
					t.Fatal(err)
				}
			}
			const other = "11 STATEMENT 2000 PAID, 11 STATEMENT 1000 "
			want(t, "before", h.lines(run), other+c.before)
			want(t, "what is due", h.disputed(run), "payment.contradiction true")
			person := query[uuid.UUID](h, "select participation_id from payment_line where id = $1", line)
			s, _ := h.standing(h.officer, query[uuid.UUID](h, "select allowance_id from payment_line where id = $1", line))
			var missing []string
			for _, b := range s.Missing {
				missing = append(missing, b.Code)
			}
			want(t, "for who asks", string(s.Stage)+" "+strings.Join(missing, "+"), string(c.stage)+" "+c.missing)
			h.owe(person, h.payer, "2026-10", 500)
			next := h.run()
			h.steps(h.officer, next, payment.ComputeRun)
			if got := h.lines(next); !strings.Contains(got, "10 STATEMENT 500 BLOCKED BANK_CONTRADICTS") {
				t.Errorf("the next run: %s", got)
			}
			if err := h.resolve(h.approver, line, c.paid); err != nil {
				t.Fatal(err)
			}
			want(t, "after", h.lines(run)+", "+h.booked()+h.disputed(run), other+c.after+", "+c.ledger)
			h.steps(h.officer, next, payment.ComputeRun)
			if got := h.lines(next); strings.Contains(got, "BLOCKED") || strings.Contains(got, " 1000 ") != (c.after == "RETURNED") {
				t.Errorf("the run then: %s", got)
			}
		})
	}
}

// What was said to be paid, and came back then, contradicts nothing any more.
func TestWhatCameBackAfterAllIsOver(t *testing.T) {
	h := bank(t)
	run, _, transfer := h.rejected()
	h.paidAfterAll(2, transfer)
	want(t, "what is due", h.disputed(run), "payment.contradiction true")
	if err := h.answer(blob.XML, account(3, credit(transfer, 1_000))); err != nil {
		t.Fatal(err)
	}
	want(t, "over", h.disputed(run)+h.lines(h.approved()), "11 STATEMENT 1000 PENDING")
}

// Of a sum that was rejected, and is said to be paid, what other lines had taken up before keeps nobody from saying so; what another run has taken up since does, whichever was opened first.
func TestWhatOtherLinesHaveTakenUp(t *testing.T) {
	t.Run("before", func(t *testing.T) {
		h := bank(t)
		p := h.person(h.payer)
		h.owe(p, h.payer, "2026-11", 1_000)
		run := h.approved()
		h.steps(h.officer, run, payment.ExportRun)
		h.owe(p, h.payer, "2026-11", 1_500)
		more := h.approved()
		h.steps(h.officer, more, payment.ExportRun)
		transfer := h.transfers(run)[0]
		if err := h.answer(blob.XML, status(1, h.message(run), "", told(transfer, "RJCT", "AM04"))); err != nil {
			t.Fatal(err)
		}
		if err := h.answer(blob.XML, account(2, debit(transfer, 1_000), debit(h.transfers(more)[0], 500))); err != nil {
			t.Fatal(err)
		}
		if err := h.resolve(h.approver, h.line(run, 1_000), true); err != nil {
			t.Fatal(err)
		}
		want(t, "both", h.lines(run)+"; "+h.lines(more)+"; "+h.booked(), "11 STATEMENT 1000 PAID; 11 ARREARS 500 PAID; APPROVED 1500, PAID 1500")
	})
	t.Run("since", func(t *testing.T) {
		h := bank(t)
		p := h.person(h.payer)
		h.owe(p, h.payer, "2026-11", 1_000)
		paid := h.approved()
		h.steps(h.officer, paid, payment.ExportRun)
		first := h.run() // and computed last
		h.owe(p, h.payer, "2026-11", 1_500)
		run := h.approved()
		h.steps(h.officer, run, payment.ExportRun)
		transfer := h.transfers(run)[0]
		if err := h.answer(blob.XML, status(1, h.message(run), "", told(transfer, "RJCT", "AM04"))); err != nil {
			t.Fatal(err)
		}
		h.steps(h.officer, first, payment.ComputeRun, payment.CheckRun)
		want(t, "taken up", h.lines(first), "11 ARREARS 500 PENDING")
		if err := h.answer(blob.XML, account(2, debit(transfer, 500))); err != nil {
			t.Fatal(err)
		}
		refused(t, "while it is", h.resolve(h.approver, h.line(run, 500), true), payment.PaidAgain)
		h.steps(h.officer, first, payment.DiscardRun)
		if err := h.resolve(h.approver, h.line(run, 500), true); err != nil {
			t.Fatal(err)
		}
		want(t, "paid", h.lines(run), "11 ARREARS 500 PAID")
	})
}

// What turns out to be paid, of a sum that is not owed any more, is to be given back at once.
func TestWhatWasPaidAfterAllMayBeTooMuch(t *testing.T) {
	h := bank(t)
	run, line, transfer := h.rejected()
	h.owe(query[uuid.UUID](h, "select participation_id from payment_line where id = $1", line), h.payer, "2026-11", 600)
	h.paidAfterAll(2, transfer)
	if err := h.resolve(h.approver, line, true); err != nil {
		t.Fatal(err)
	}
	want(t, "paid", h.lines(run)+"; "+h.back()+"; "+h.booked(), "11 STATEMENT 1000 PAID; 11 400 0 0 0 400; APPROVED 1000, PAID 1000")
	h.agrees()
}

// An answer that began to be read before somebody said what is true, and is written after, waits for somebody anew.
func TestWhatIsWrittenAfterIsNotAnsweredBefore(t *testing.T) {
	h := bank(t)
	run, line, transfer := h.rejected()
	h.paidAfterAll(2, transfer)
	began := h.now
	h.now = began.Add(time.Minute)
	if err := h.resolve(h.approver, line, false); err != nil {
		t.Fatal(err)
	}
	h.now = began
	h.paidAfterAll(3, transfer)
	want(t, "what is due", h.disputed(run), "payment.contradiction true")
}
