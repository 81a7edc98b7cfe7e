package payment_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/payfile"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// erase destroys the key of whoever a line pays.
func (h *house) erase(line uuid.UUID) {
	h.t.Helper()
	h.exec(`with gone as (delete from person_key k using payment_line l, participation a where l.id = $1 and a.id = l.participation_id and k.person_id = a.person_id returning k.person_id, k.wrapped)
		insert into destroyed_key (person_id, destroyed_at, digest) select person_id, now(), sha256(wrapped) from gone`, line)
}

func (h *house) line(run uuid.UUID, cents int) uuid.UUID {
	h.t.Helper()
	return query[uuid.UUID](h, "select id from payment_line where run_id = $1 and gross_cents = $2", run, cents)
}

func (h *house) on(act func(context.Context, *postgres.Tx, payment.LineStep) error, line uuid.UUID) error {
	return h.sure(h.officer, func(ctx context.Context, tx *postgres.Tx) error {
		return act(ctx, tx, payment.LineStep{Line: line, Reason: "Prova"})
	})
}

// notice is a camt.054 with such bookings.
func notice(n int, bookings ...string) string {
	return strings.NewReplacer("camt.053", "camt.054", "BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn", "<Stmt>", "<Ntfctn>", "</Stmt>", "</Ntfctn>").Replace(account(n, bookings...))
}

// account is a camt.053 with such bookings.
func account(n int, bookings ...string) string {
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>STM%d</MsgId>
		<CreDtTm>2026-12-11T10:00:00Z</CreDtTm></GrpHdr><Stmt><Id>STM</Id>%s</Stmt></BkToCstmrStmt></Document>`, n, strings.Join(bookings, ""))
}

func debit(id string, cents int) string { return entry(id, cents, "DBIT", "") }

func credit(id string, cents int) string {
	return entry(id, cents, "CRDT", "<RtrInf><Rsn><Cd>AM04</Cd></Rsn><AddtlInf>conto chiuso</AddtlInf></RtrInf>")
}

func entry(id string, cents int, way, why string) string {
	amount := fmt.Sprintf(`<Amt Ccy="EUR">%d.%02d</Amt>`, cents/100, cents%100)
	return "<Ntry>" + amount + "<CdtDbtInd>" + way + "</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-12-12</Dt></BookgDt><BkTxCd/><NtryDtls><TxDtls><Refs><EndToEndId>" +
		id + "</EndToEndId></Refs>" + amount + why + "</TxDtls></NtryDtls></Ntry>"
}

func TestWhoeverIsErasedMeanwhileKeepsNobodyWaiting(t *testing.T) {
	h := bank(t)
	for _, c := range []int{1_000, 2_000, 4_000} {
		h.owe(h.person(h.payer), h.payer, "2026-11", c)
	}
	run := h.approved()
	h.erase(h.line(run, 1_000))
	refused(t, "send it", h.step(h.officer, payment.ExportRun, run), payment.Changed)
	want(t, "since", h.changes(run), "11 1000 PERSON_ERASED")
	if err := h.on(payment.HoldLine, h.line(run, 1_000)); err != nil {
		t.Fatalf("hold it: %v", err)
	}
	h.steps(h.officer, run, payment.ExportRun)
	h.erase(h.line(run, 2_000))
	ids := h.transfers(run)
	if err := h.answer(blob.XML, status(1, h.message(run), "PART", told(ids[1], "RJCT", "AM04"), told(ids[2], "ACSC", ""))); err != nil {
		t.Fatalf("the bank's words of somebody erased: %v", err)
	}
	want(t, "answered", h.state(run)+": "+h.lines(run), "ORDINARY PARTLY_RETURNED 3 3 0 7000: 11 STATEMENT 4000 PAID, 11 STATEMENT 2000 REJECTED, 11 STATEMENT 1000 HELD")
	if n := query[int](h, "select count(*)::int from payment_line_step where reason is not null"); n != 0 {
		t.Errorf("%d reasons of somebody erased are kept", n)
	}
}

// What is held back stays so when its run is given up: nobody is paid because the officer began anew.
func TestWhatIsHeldBackOutlivesItsRun(t *testing.T) {
	h := bank(t)
	for _, c := range []int{1_000, 2_000} {
		h.owe(h.person(h.payer), h.payer, "2026-11", c)
	}
	first := h.run()
	h.steps(h.officer, first, payment.ComputeRun, payment.CheckRun)
	if err := h.on(payment.HoldLine, h.line(first, 1_000)); err != nil {
		t.Fatal(err)
	}
	h.steps(h.approver, first, payment.ApproveRun)
	h.steps(h.officer, first, payment.DiscardRun)
	want(t, "given up", h.lines(first), "11 STATEMENT 2000 DISCARDED, 11 STATEMENT 1000 HELD")
	want(t, "the next run", h.lines(h.approved()), "11 STATEMENT 2000 PENDING")
	if err := h.on(payment.ReleaseLine, h.line(first, 1_000)); err != nil {
		t.Fatal(err)
	}
	want(t, "released", h.lines(first), "11 STATEMENT 2000 DISCARDED, 11 STATEMENT 1000 LEFT_OUT")
	want(t, "the one after", h.lines(h.approved()), "11 STATEMENT 1000 PENDING")
	want(t, "booked", query[string](h, "select sum(cents)::text from budget_posting where kind = 'APPROVED'"), "3000")
}

// An answer names also whom it brings nothing: it goes with his key, too.
func TestAnswersGoWithAKeyThoughTheyChangedNothing(t *testing.T) {
	h := bank(t)
	run, ids := h.sent(1_000, 2_000)
	if err := h.answer(blob.XML, status(1, h.message(run), "", told(ids[0], "ACSC", ""), told(ids[1], "PDNG", ""))); err != nil {
		t.Fatal(err)
	}
	file := query[uuid.UUID](h, "select file_id from payment_answer")
	h.must(h.officer, func(ctx context.Context, tx *postgres.Tx) error {
		people, err := payment.People(ctx, tx, file)
		if err == nil && len(people) != 2 {
			t.Errorf("it tells of %d people, want 2", len(people))
		}
		return err
	})
	h.erase(h.line(run, 2_000))
	if n := query[int](h, "select count(*)::int from file_chunk where file_id = $1", file); n != 0 {
		t.Error("an answer that names somebody erased is kept")
	}
}

// What one statement of an account says of several runs is taken in the order of each transfer's life.
func TestAnAnswerTellsOfTwoRunsAtOnce(t *testing.T) {
	h := bank(t)
	first, paid := h.sent(1_000)
	if err := h.answer(blob.XML, account(1, debit(paid[0], 1_000))); err != nil {
		t.Fatal(err)
	}
	second, both := h.sent(2_000)
	third, more := h.sent(4_000)
	if err := h.answer(blob.XML, account(2, credit(paid[0], 1_000), debit(both[0], 2_000), credit(both[0], 2_000), debit(more[0], 4_000))); err != nil {
		t.Fatal(err)
	}
	want(t, "lines", h.lines(first)+"; "+h.lines(second)+"; "+h.lines(third), "11 STATEMENT 1000 RETURNED; 11 STATEMENT 2000 RETURNED; 11 STATEMENT 4000 PAID")
	want(t, "counts", query[string](h, "select concat_ws(' ', paid, rejected, returned, waiting, ignored) from payment_answer order by read_at desc, returned desc limit 1"), "2 0 2 0 0")
	want(t, "booked", h.booked(), "APPROVED 4000, PAID 4000")
}

// A run that pays more than the last statement owes, or to an account that holds no more, is not sent so.
func TestWhatHasChangedSinceIsNotSent(t *testing.T) {
	h := bank(t)
	people := []uuid.UUID{h.person(h.payer), h.person(h.payer), h.person(h.payer)}
	for i, p := range people {
		h.owe(p, h.payer, "2026-11", 1_000<<i)
	}
	run := h.run()
	h.steps(h.officer, run, payment.ComputeRun)
	h.owe(people[0], h.payer, "2026-11", 1_500) // more waits for the next run
	h.owe(people[1], h.payer, "2026-11", 600)
	refused(t, "check it", h.step(h.officer, payment.CheckRun, run), payment.Changed)
	h.steps(h.officer, run, payment.ComputeRun, payment.CheckRun)
	h.owe(people[1], h.payer, "2026-11", 500)
	refused(t, "approve it", h.step(h.approver, payment.ApproveRun, run), payment.Changed)
	if err := h.on(payment.HoldLine, h.line(run, 600)); err != nil {
		t.Fatal(err)
	}
	h.steps(h.approver, run, payment.ApproveRun)
	h.account(people[2], "DE89370400440532013000", "Prova Corretta")
	refused(t, "send it", h.step(h.officer, payment.ExportRun, run), payment.Changed)
	if err := h.on(payment.HoldLine, h.line(run, 4_000)); err != nil {
		t.Fatal(err)
	}
	h.steps(h.officer, run, payment.ExportRun)
	want(t, "sent", h.lines(run), "11 STATEMENT 4000 HELD, 11 STATEMENT 1500 EXPORTED, 11 STATEMENT 600 HELD")
	for _, cents := range []int{600, 4_000} {
		if err := h.on(payment.ReleaseLine, h.line(run, cents)); err != nil {
			t.Fatal(err)
		}
	}
	next := h.approved()
	want(t, "the next run", h.lines(next), "11 STATEMENT 4000 PENDING, 11 STATEMENT 500 PENDING")
}

// What contradicts what is known of a transfer changes nothing, and stays to be seen where it stands.
func TestWhatContradictsIsKept(t *testing.T) {
	h := bank(t)
	run, ids := h.sent(1_000, 2_000)
	if err := h.answer(blob.XML, status(1, h.message(run), "", told(ids[0], "RJCT", "AM04"), told(ids[1], "ACSC", ""))); err != nil {
		t.Fatal(err)
	}
	if err := h.answer(blob.XML, account(2, debit(ids[0], 1_000))); err != nil {
		t.Fatal(err)
	}
	want(t, "after both", h.lines(run)+", "+h.booked(), "11 STATEMENT 2000 PAID, 11 STATEMENT 1000 REJECTED, APPROVED 2000, PAID 2000")
	want(t, "steps", query[string](h, "select string_agg(concat_ws(' ', from_state, to_state, code), ', ' order by at, id) from payment_line_step where line_id = $1", h.line(run, 1_000)),
		"EXPORTED REJECTED AM04, REJECTED REJECTED EXECUTED")
}

// A day of an account, as banks write it: one debit for what was not rejected before, a return by the returning bank's message, a charge, and somebody else's money.
func TestADayOfTheAccountIsReadWhole(t *testing.T) {
	h := bank(t)
	run, ids := h.sent(30_000, 30_001, 30_002)
	day, err := os.ReadFile("../payfile/testdata/camt053_return.xml")
	if err != nil {
		t.Fatal(err)
	}
	ours := []string{"RUN-2026-10-A", h.message(run), ">1000.03<", ">600.03<", ">500.01<", ">300.01<"}
	for n, id := range ids {
		ours = append(ours, fmt.Sprintf("L%012d", n), id)
	}
	statement := strings.NewReplacer(ours...).Replace(string(day))
	refused(t, "before anything was rejected", h.answer(blob.XML, statement), payfile.AnswerDebitDiffers)
	if err := h.answer(blob.XML, status(1, h.message(run), "PART", told(ids[0], "RJCT", "AM04"), told(ids[1], "ACSP", ""), told(ids[2], "ACSP", ""))); err != nil {
		t.Fatal(err)
	}
	if err := h.answer(blob.XML, statement); err != nil {
		t.Fatal(err)
	}
	want(t, "after the day", h.state(run)+": "+h.lines(run), "ORDINARY PARTLY_RETURNED 3 3 0 90003: 11 STATEMENT 30002 PAID, 11 STATEMENT 30001 RETURNED, 11 STATEMENT 30000 REJECTED")
	want(t, "counts", query[string](h, "select concat_ws(' ', paid, rejected, returned, ignored, foreign_lines) from payment_answer where source = 'CAMT_053'"), "2 0 1 0 2")
}

// A debit that does not say which lines are paid is nobody's; who has seen that reads the rest.
func TestADebitThatFitsNothingDoesNotLoseTheRest(t *testing.T) {
	h := bank(t)
	run, ids := h.sent(1_000, 2_000, 4_000)
	batch := `<Ntry><Amt Ccy="EUR">60.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BkTxCd/><NtryDtls><Btch><MsgId>` + h.message(run) + `</MsgId><NbOfTxs>2</NbOfTxs></Btch></NtryDtls></Ntry>`
	statement := account(1, batch, debit(ids[0], 1_000))
	refused(t, "unseen", h.answer(blob.XML, statement), payfile.AnswerDebitDiffers)
	h.passes = []string{"ANSWER_DEBIT_DIFFERS"}
	if err := h.answer(blob.XML, statement); err != nil {
		t.Fatal(err)
	}
	want(t, "the rest", h.lines(run), "11 STATEMENT 4000 EXPORTED, 11 STATEMENT 2000 EXPORTED, 11 STATEMENT 1000 PAID")
	want(t, "what is due", h.disputed(run), "payment.contradiction true")
}

// Money that came back of an order as a whole, the bank does not say of which lines, is somebody's to find out; meanwhile nobody waits for it.
func TestWhatCameBackOfAnOrderAsAWholeIsSomebodys(t *testing.T) {
	h := bank(t)
	run, ids := h.sent(1_000, 2_000)
	h.reads(status(1, h.message(run), "ACSC"))
	back := `<Ntry><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BkTxCd/><NtryDtls><Btch><PmtInfId>` + h.message(run) + `</PmtInfId></Btch></NtryDtls></Ntry>`
	refused(t, "what nothing is said of", h.resolve(h.approver, h.line(run, 1_000), false), payment.NotContradicted)
	h.passes = []string{"ANSWER_DEBIT_DIFFERS"}
	h.reads(account(2, back))
	want(t, "what is due", h.lines(run)+h.disputed(run), "11 STATEMENT 2000 PAID, 11 STATEMENT 1000 PAIDpayment.contradiction true")
	h.owe(query[uuid.UUID](h, "select participation_id from payment_line where end_to_end_id = $1", ids[1]), h.payer, "2026-10", 700)
	want(t, "nobody waits", h.standsAt(), "10 STATEMENT 700 PENDING")
	refused(t, "who has read it", h.resolve(h.member(access.PaymentsOfficer, h.pegaso), h.line(run, 1_000), false), refusal.NotAllowed)
	if err := h.resolve(h.approver, h.line(run, 1_000), false); err != nil {
		t.Fatal(err)
	}
	want(t, "over", h.lines(run)+h.disputed(run)+"; "+h.booked(), "11 STATEMENT 2000 PAID, 11 STATEMENT 1000 RETURNED; APPROVED 2000, PAID 2000")
	refused(t, "said once", h.resolve(h.approver, h.line(run, 1_000), true), payment.NotContradicted)
	refused(t, "what is explained", h.resolve(h.second, h.line(run, 2_000), false), payment.NotContradicted)
}

// A sum that is told of a message as a whole is explained once as much of it is: one word about one line is not enough, and when it is over no line is judged by it any more.
func TestWhatIsToldOfAMessageIsExplainedWhole(t *testing.T) {
	const euros, credited, debited = "EUR", "CRDT", "DBIT"
	for name, c := range map[string]struct {
		way, currency, amount string
		said                  []int  // lines of 10, 20 and 40 euros, below nought where one was not paid
		due                   []bool // after each word
		paid                  []int  // of which the bank has said before that they were; all of those that came back
	}{
		"two came back":                        {credited, euros, "30.00", []int{-1_000, -2_000}, []bool{true, false}, nil},
		"all but one came back":                {credited, euros, "30.00", []int{4_000, -1_000, -2_000}, []bool{true, true, false}, nil},
		"by a charge less":                     {credited, euros, "29.00", []int{-1_000, -2_000}, []bool{true, false}, nil},
		"one that did not":                     {credited, euros, "30.00", []int{1_000, -2_000, -4_000}, []bool{true, true, false}, nil},
		"more than was paid out":               {credited, euros, "71.00", []int{-1_000, -2_000, -4_000}, []bool{true, true, false}, nil},
		"came back in another currency":        {credited, "USD", "30.00", []int{-1_000, -2_000, 4_000}, []bool{true, true, false}, nil},
		"paid with a charge":                   {debited, euros, "71.00", []int{1_000, 2_000, 4_000}, []bool{true, true, false}, nil},
		"paid but for one":                     {debited, euros, "60.00", []int{-1_000, 2_000, 4_000}, []bool{true, true, false}, nil},
		"paid but for one, which is said last": {debited, euros, "61.00", []int{2_000, 4_000, -1_000}, []bool{true, true, false}, nil},
		"paid in another currency":             {debited, "USD", "70.00", []int{1_000, 2_000, 4_000}, []bool{true, true, false}, nil},
		"paid but for one, said to be paid":    {debited, euros, "60.00", []int{4_000, -1_000, 2_000}, []bool{true, true, false}, []int{1_000, 2_000, 4_000}},
		"paid beside one of its own":           {debited, euros, "50.00", []int{4_000, 1_000}, []bool{true, false}, []int{2_000}},
	} {
		t.Run(name, func(t *testing.T) {
			h := bank(t)
			run, ids := h.sent(1_000, 2_000, 4_000)
			states := map[int]string{1_000: "EXPORTED", 2_000: "EXPORTED", 4_000: "EXPORTED"}
			if c.way == credited {
				c.paid = []int{1_000, 2_000, 4_000}
			}
			for _, cents := range c.paid {
				h.reads(status(1, h.message(run), "", told(ids[map[int]int{1_000: 0, 2_000: 1, 4_000: 2}[cents]], "ACSC", "")))
				states[cents] = "PAID"
			}
			h.passes = []string{"ANSWER_DEBIT_DIFFERS"}
			h.reads(account(2, `<Ntry><Amt Ccy="`+c.currency+`">`+c.amount+`</Amt><CdtDbtInd>`+c.way+`</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BkTxCd/><NtryDtls><Btch><PmtInfId>`+h.message(run)+`</PmtInfId></Btch></NtryDtls></Ntry>`))
			for n, cents := range c.said {
				if err := h.resolve(h.approver, h.line(run, max(cents, -cents)), cents > 0); err != nil {
					t.Fatal(cents, err)
				}
				if cents > 0 {
					states[cents] = "PAID"
				} else if states[-cents] == "PAID" {
					states[-cents] = "RETURNED"
				}
				if due := h.disputed(run) != ""; due != c.due[n] {
					t.Errorf("after %d: due %t", cents, due)
				}
			}
			want(t, "lines", h.lines(run), fmt.Sprintf("11 STATEMENT 4000 %s, 11 STATEMENT 2000 %s, 11 STATEMENT 1000 %s", states[4_000], states[2_000], states[1_000]))
			for _, cents := range []int{1_000, 2_000, 4_000} {
				refused(t, "when it is over", h.resolve(h.second, h.line(run, cents), false), payment.NotContradicted)
			}
		})
	}
}

// Lines of which the bank itself tells that they were paid need no word, also once they came back; where they are debited by themselves, too, they do.
func TestWhatTheBankTellsOfEachLineNeedsNoWord(t *testing.T) {
	for name, own := range map[string]bool{"told by the bank": false, "debited by themselves": true} {
		t.Run(name, func(t *testing.T) {
			h := bank(t)
			run, ids := h.sent(1_000, 2_000, 4_000)
			h.passes = []string{"ANSWER_DEBIT_DIFFERS"}
			h.reads(account(1, `<Ntry><Amt Ccy="EUR">71.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BkTxCd/><NtryDtls><Btch><PmtInfId>`+h.message(run)+`</PmtInfId></Btch></NtryDtls></Ntry>`))
			told := status(2, h.message(run), "", told(ids[1], "ACSC", ""), told(ids[2], "ACSC", ""))
			if own {
				told = account(2, debit(ids[1], 2_000), debit(ids[2], 4_000))
			}
			h.reads(told)
			want(t, "nobody has said anything", h.disputed(run), "payment.contradiction true")
			if err := h.resolve(h.approver, h.line(run, 1_000), true); err != nil {
				t.Fatal(err)
			}
			want(t, "explained", fmt.Sprint(h.disputed(run) == "", " ", h.state(run)), fmt.Sprint(!own, " ORDINARY PAID 3 3 0 7000"))
			h.reads(account(3, credit(ids[2], 4_000)))
			want(t, "once one came back", fmt.Sprint(h.disputed(run) == "", " ", h.state(run)), fmt.Sprint(!own, " ORDINARY PARTLY_RETURNED 3 3 0 7000"))
		})
	}
}

// An office answers in one list what it was sent in two.
func TestAListAnswersTwoRuns(t *testing.T) {
	h := open(t)
	first, one := h.sent(1_000)
	second, two := h.sent(2_000)
	if err := h.answer(blob.CSV, "order_key;order_number;date;outcome;reason\n"+one[0]+";4711;2026-12-09;PAID;\n"+two[0]+";4712;2026-12-09;PAID;\n"); err != nil {
		t.Fatal(err)
	}
	want(t, "both", h.lines(first)+"; "+h.lines(second), "11 STATEMENT 1000 PAID; 11 STATEMENT 2000 PAID")
	refused(t, "one of nobody beside them", h.answer(blob.CSV, "order_key;order_number;date;outcome;reason\n"+one[0]+";4711;2026-12-09;PAID;\nNEVER;4712;2026-12-09;PAID;\n"), payfile.AnswerLineUnknown)
}

// Nobody learns anything of another body's run, nor does anything to it, by the functions that the acts ask.
func TestFunctionsAnswerNobodyElse(t *testing.T) {
	h := bank(t)
	sent, _ := h.sent(1_000)
	h.owe(h.person(h.payer), h.payer, "2026-11", 2_000)
	draft, approved := h.run(), h.approved()
	carrara := query[uuid.UUID](h, "select id from organisation where code = 'CARRARA'")
	for _, who := range []access.Actor{h.member(access.PaymentsOfficer, carrara), h.member(access.Tutor, h.pegaso), h.member(access.HostTutor, h.pegaso), h.member(access.CaseManager, carrara)} {
		for _, sql := range []string{
			fmt.Sprintf("select payment_ungather('%s')", draft),
			fmt.Sprintf("select count(*)::int from payment_beneficiaries('%s')", approved),
			fmt.Sprintf("select count(*)::int from payment_changes('%s', '2026-12-10')", approved),
			fmt.Sprintf("select cardinality(payment_file_people((select file_id from payment_file where run_id = '%s')))", sent),
			"select count(*)::int from payment_run", "select count(*)::int from payment_line", "select count(*)::int from payment_line_step",
			"select count(*)::int from payment_file", "select count(*)::int from payment_step", "select count(*)::int from person_bank",
		} {
			h.must(who, func(ctx context.Context, tx *postgres.Tx) error {
				var n *int
				if err := tx.NewRaw(sql).Scan(ctx, &n); err != nil {
					return fmt.Errorf("%s: %w", sql, err)
				}
				if n != nil && *n != 0 {
					t.Errorf("%v: %s: %d", who.Grants[0].Role, sql, *n)
				}
				return nil
			})
		}
	}
}

// handOver has another body accompany a person, whose rows follow him.
func (h *house) handOver(participation uuid.UUID) {
	h.t.Helper()
	h.exec(`update participation p set organisation_id = o.id, audience = o.line from organisation o where o.code = 'CARRARA' and p.id = $1`, participation)
	for _, table := range strings.Fields(query[string](h, "select string_agg(table_name, ' ') from audience_follower where money")) {
		h.exec("update "+table+" t set audience = p.audience from participation p where p.id = t.participation_id and p.id = $1", participation)
	}
}

// Whoever was handed over since is still paid by the body that owes it, which sees nothing else of him.
func TestWhoWasHandedOverIsPaidByWhomItWasOwed(t *testing.T) {
	h := bank(t)
	p := h.person(h.payer)
	h.owe(p, h.payer, "2026-11", 1_000)
	h.handOver(p)
	run := h.approved()
	h.steps(h.officer, run, payment.ExportRun)
	want(t, "sent", h.lines(run), "11 STATEMENT 1000 EXPORTED")
}

// What is taken up again of whom another body accompanies by now is known, too.
func TestWhatIsTakenUpAgainOfWhoWasHandedOverIsKnown(t *testing.T) {
	h := bank(t)
	p := h.person(h.payer)
	h.owe(p, h.payer, "2026-11", 1_000)
	first := h.approved()
	h.steps(h.officer, first, payment.ExportRun)
	h.owe(p, h.payer, "2026-11", 1_500)
	run := h.approved()
	h.steps(h.officer, run, payment.ExportRun)
	transfer := h.transfers(run)[0]
	h.reads(status(1, h.message(run), "", told(transfer, "RJCT", "AM04")))
	h.handOver(p)
	again := h.approved()
	want(t, "taken up", h.lines(again), "11 ARREARS 500 PENDING")
	h.steps(h.officer, again, payment.ExportRun)
	h.reads(account(2, debit(transfer, 500)))
	refused(t, "while it is under way", h.resolve(h.approver, h.line(run, 500), true), payment.PaidAgain)
}
