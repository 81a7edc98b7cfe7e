package payment_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
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
			h.reads(status(1, h.message(run), "", told(id, "RJCT", "")), account(2, booked(debit(id, 1_000), "2026-12-12", "D")), account(3, booked(closed(id), "2026-12-14", "C")))
		},
		"by another message, once it was rejected": func(h *house, run uuid.UUID, id string) {
			h.reads(status(1, h.message(run), "", told(id, "RJCT", "")), status(2, h.message(run), "", told(id, "RJCT", "AC04")))
		},
		"once a vague word was said": func(h *house, run uuid.UUID, id string) {
			h.reads(status(1, h.message(run), "", told(id, "RJCT", "MS03")), status(2, h.message(run), "", told(id, "RJCT", "AC04")), status(3, h.message(run), "", told(id, "RJCT", "NARR")))
		},
		"once it came back with a vague word": func(h *house, run uuid.UUID, id string) {
			h.reads(account(1, debit(id, 1_000), credit(id, 1_000)), account(2, booked(closed(id), "2026-12-14", "C")))
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

// closed is what came back from an account that is closed.
func closed(id string) string {
	return entry(id, 1_000, "CRDT", "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")
}

// Whatever a bank says of why it is kept, also where the line keeps what was said before.
func TestWhatIsSaidLaterOfWhyIsKept(t *testing.T) {
	h := bank(t)
	run, ids := h.sent(1_000)
	h.reads(status(1, h.message(run), "", told(ids[0], "RJCT", "AC04")), status(2, h.message(run), "", told(ids[0], "RJCT", "NARR")))
	want(t, "both", query[string](h, "select string_agg(concat_ws(' ', to_state, code, cause), ', ' order by at, id) from payment_line_step where line_id = $1", h.line(run, 1_000)), "REJECTED AC04, REJECTED NARR")
	want(t, "the first", query[string](h, "select code from payment_line")+h.disputed(run), "AC04")
}

// A remark of the bank takes no booking's place.
func TestARemarkIsNoBooking(t *testing.T) {
	h := bank(t)
	run, ids := h.sent(1_000, 2_000)
	h.reads(account(1, booked(debit(ids[0], 1_000), "2026-12-10", "D"), booked(debit(ids[1], 2_000), "2026-12-10", "E"), booked(credit(ids[1], 2_000), "2026-12-14", "C")),
		status(2, h.message(run), "", told(ids[0], "ACSC", "NARR"), told(ids[1], "RJCT", "NARR")))
	want(t, "steps", query[string](h, `select string_agg(concat_ws(' ', l.net_cents, s.from_state, s.to_state, s.code), ', ' order by l.net_cents, s.at, s.id) from payment_line_step s join payment_line l on l.id = s.line_id
		where s.answer_id is not null`), "1000 EXPORTED PAID, 1000 PAID PAID NARR, 2000 EXPORTED PAID, 2000 PAID RETURNED AM04, 2000 RETURNED RETURNED NARR")
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

// Debits and returns are told in whichever order, by several messages: each return ends one debit, by the days of the account.
func TestWhatCameBackIsOverInWhicheverOrder(t *testing.T) {
	const due = "payment.contradiction true"
	for name, c := range map[string]struct {
		recalled bool
		said     []string // R rejected, r without a reason, A executed with a remark, p and n words that it was paid or not, D debit, C credit on a day, d and c in a notice
		due      string
	}{
		"the return first":                              {false, []string{"R", "C 14", "D 12"}, ""},
		"paid anew after it":                            {false, []string{"R", "C 14", "D 15"}, due},
		"paid after it, and told before":                {false, []string{"R", "D 15", "C 14"}, due},
		"paid before it was stopped":                    {true, []string{"R", "D 12", "C 14"}, ""},
		"stopped, and the return is first":              {true, []string{"R", "C 14", "D 12"}, ""},
		"stopped by the return":                         {true, []string{"c 14", "D 12", "C 14"}, ""},
		"stopped by the return, and paid after it":      {true, []string{"c 14", "D 12", "D 15"}, due},
		"stopped, and the return tells why":             {true, []string{"r", "D 12", "C 14"}, ""},
		"it came back again":                            {false, []string{"D 12", "C 14", "D 15", "C 17"}, ""},
		"it came back again, which is told before":      {false, []string{"C 14", "C 17", "D 15"}, ""},
		"it came back again, and was paid once more":    {false, []string{"C 14", "D 15", "C 17", "D 18"}, due},
		"two debits of what was rejected, one return":   {false, []string{"R", "D 12", "D 13", "C 14"}, due},
		"and both returns":                              {false, []string{"R", "D 12", "D 13", "C 14", "C 15"}, ""},
		"two debits of what came back, one told late":   {false, []string{"D 12", "C 14", "D 13"}, due},
		"two debits of what was paid, and both returns": {false, []string{"D 12", "D 13", "C 14", "C 15"}, ""},
		"told by a notice first, and two debits":        {false, []string{"d 12", "D 12", "D 13"}, due},
		"two debits, the second by a notice, too":       {false, []string{"D 12", "d 13", "D 13"}, due},
		"two debits, and a remark between them":         {false, []string{"D 12", "A", "D 13"}, due},
		"a notice of another day":                       {false, []string{"d 11", "D 12", "d 12", "D 12"}, ""},
		"two debits, and a word":                        {false, []string{"D 12", "D 13", "p"}, ""},
		"two debits, a word, and the third":             {false, []string{"D 12", "D 13", "p", "D 14"}, due},
		"two debits, a word, and told again":            {false, []string{"D 12", "D 13", "p", "D 13", "D 12"}, ""},
		"two debits, a word, and one return":            {false, []string{"D 12", "D 13", "p", "C 14"}, due},
		"and a word of that":                            {false, []string{"D 12", "D 13", "p", "C 14", "n"}, ""},
		"and both returns after the word":               {false, []string{"D 12", "D 13", "p", "C 14", "C 15"}, ""},
		"a word that it was paid, and the return":       {false, []string{"R", "D 12", "p", "C 14"}, ""},
		"two debits, one return, a word, and told anew": {false, []string{"D 12", "C 14", "D 13", "n", "D 13"}, due},
		"the return and a debit told anew":              {false, []string{"R", "D 12", "C 14", "D 13", "n", "C 14", "D 13"}, due},
		"the return told anew, and a debit of its day":  {false, []string{"D 12", "C 14", "D 13", "n", "C 14", "D 14"}, due},
		"a refusal, a word, and told anew":              {false, []string{"D 12", "R", "n", "D 12"}, due},
		"told again":                                    {false, []string{"D 12", "C 14", "d 12", "D 12", "C 14", "c 14"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := bank(t)
			run, ids := h.sent(1_000)
			if c.recalled {
				if err := h.on(payment.RecallLine, h.line(run, 1_000)); err != nil {
					t.Fatal(err)
				}
			}
			for n, said := range c.said {
				switch kind := said[:1]; kind {
				case "R", "r":
					h.reads(status(n, h.message(run), "", told(ids[0], "RJCT", map[string]string{"R": "AM04"}[kind])))
				case "A":
					h.reads(status(n, h.message(run), "", told(ids[0], "ACSC", "NARR")))
				case "p", "n":
					if err := h.resolve(h.approver, h.line(run, 1_000), kind == "p"); err != nil {
						t.Fatal(err)
					}
				default:
					message := map[bool]func(int, ...string) string{true: account, false: notice}[strings.ToUpper(kind) == kind]
					book := map[bool]func(string, int) string{true: debit, false: credit}[strings.ToUpper(kind) == "D"]
					h.reads(message(n, booked(book(ids[0], 1_000), "2026-12-"+said[2:], strings.ToUpper(said))))
				}
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

// dueAnew wants something of a run contradicted, and not overdue yet.
func (h *house) dueAnew(t *testing.T, run uuid.UUID) {
	t.Helper()
	want(t, "what is due", h.disputed(run), "payment.contradiction true")
	if query[bool](h, "select due_at < $2 from due where subject_id = $1 and kind = 'payment.contradiction' and done_at is null", run, h.now) {
		t.Error("it is overdue at once")
	}
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
	h.dueAnew(t, run)
}

// What a word had ended, and a return contradicts again, is due since that.
func TestWhatAReturnContradictsAgainIsDueAnew(t *testing.T) {
	h := bank(t)
	run, ids := h.sent(1_000)
	h.reads(account(1, booked(debit(ids[0], 1_000), "2026-12-12", "D")), account(2, booked(debit(ids[0], 1_000), "2026-12-13", "E")))
	if err := h.resolve(h.approver, h.line(run, 1_000), true); err != nil {
		t.Fatal(err)
	}
	h.now = h.now.AddDate(0, 0, 40)
	h.reads(account(3, booked(credit(ids[0], 1_000), "2026-12-14", "C")))
	h.dueAnew(t, run)
}

// What was said to be paid of a sum of the whole message, without a booking of its own, is told of when it is debited more than once.
func TestAWordIsNoBooking(t *testing.T) {
	h := bank(t)
	run, ids := h.sent(1_000)
	h.passes = []string{"ANSWER_DEBIT_DIFFERS"}
	h.reads(account(1, `<Ntry><Amt Ccy="EUR">11.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BkTxCd/><NtryDtls><Btch><PmtInfId>`+h.message(run)+`</PmtInfId></Btch></NtryDtls></Ntry>`))
	if err := h.resolve(h.approver, h.line(run, 1_000), true); err != nil {
		t.Fatal(err)
	}
	h.reads(account(2, booked(debit(ids[0], 1_000), "2026-12-12", "D")))
	want(t, "its booking", h.disputed(run), "")
	h.reads(account(3, booked(debit(ids[0], 1_000), "2026-12-13", "E")))
	want(t, "the second", h.disputed(run), "payment.contradiction true")
	h.reads(account(4, booked(credit(ids[0], 1_000), "2026-12-14", "C")), account(5, booked(credit(ids[0], 1_000), "2026-12-15", "F")))
	want(t, "both came back", h.disputed(run), "")
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

// An office that says once more that it has paid, by the same order, has put its day right; by another order it may have paid twice.
func TestAnotherOrderMayHavePaidTwice(t *testing.T) {
	h := open(t)
	run, ids := h.sent(1_000)
	says := func(order, day string) {
		t.Helper()
		if err := h.answer(blob.CSV, "order_key;order_number;date;outcome;reason\n"+ids[0]+";"+order+";"+day+";PAID;\n"); err != nil {
			t.Fatal(err)
		}
	}
	says("4711", "2026-12-08")
	says("4711", "2026-12-09")
	want(t, "another day", h.lines(run)+h.disputed(run), "11 STATEMENT 1000 PAID")
	says("4712", "2026-12-09")
	want(t, "another order", h.lines(run)+h.disputed(run), "11 STATEMENT 1000 PAIDpayment.contradiction true")
}

// What is due of a month, and stands in no run, stands on the board of the month by itself; what a run speaks of does by its line.
func TestWhatIsInNoRunIsToldOf(t *testing.T) {
	h := bank(t)
	p := h.person(h.payer)
	stands := func(what string, waits bool) {
		t.Helper()
		h.must(h.officer, func(ctx context.Context, tx *postgres.Tx) error {
			var got bool
			if err := tx.NewRaw("select allowance_in_no_run(id) from allowance where month = '2026-11-01'").Scan(ctx, &got); err != nil {
				return err
			}
			if got != waits {
				t.Errorf("%s: %t", what, got)
			}
			return nil
		})
	}
	h.owe(p, h.payer, "2026-11", 1_000)
	stands("owed", true)
	run := h.approved()
	stands("in a run", false)
	h.steps(h.approver, run, payment.DiscardRun)
	stands("given up, which its line tells", false)
	run = h.approved()
	h.steps(h.officer, run, payment.ExportRun)
	h.reads(account(1, debit(h.transfers(run)[0], 1_000)))
	stands("paid", false)
	h.owe(p, h.payer, "2026-11", 1_500)
	stands("more is owed", true)
	h.exec(`insert into allowance_contest (id, programme_id, participation_id, allowance_id, statement_id, month, state, state_since, contested_cents, reason, member_id, contested_at, audience)
		select gen_random_uuid(), programme_id, participation_id, allowance_id, id, month, 'CONTESTED', '2026-12-05', 500, '\x00', gen_random_uuid(), $1, audience from allowance_statement where number = 2`, noon)
	stands("contested", false)
	h.exec("update allowance_contest set contested_cents = 400")
	stands("contested in part", true)
}

// What was locked, or came back, after its own month's run waits for the next one, which is due though nothing else is owed; whoever cannot be paid waits for no run.
func TestWhatIsLateHasItsRunDue(t *testing.T) {
	h := bank(t)
	clocks := duty.NewClocks(payment.Clocks())
	due := func() string {
		t.Helper()
		h.must(h.system, func(ctx context.Context, tx *postgres.Tx) error {
			return payment.TellCalendar(clocks.OnState)(ctx, tx, []uuid.UUID{h.programme})
		})
		return query[string](h, `select coalesce(string_agg(d.kind || ' ' || (d.due_at at time zone 'Europe/Rome')::date, ', '), '') from due d where d.kind in ('payment.open', 'payment.order') and d.done_at is null`)
	}
	run, ids := h.sent(1_000)
	h.reads(account(1, debit(ids[0], 1_000)))
	h.now = h.now.AddDate(0, 1, 0)
	want(t, "all is paid", due(), "")
	h.owe(h.stranger(h.payer), h.payer, "2026-10", 2_000)
	want(t, "who has no account", due(), "")
	h.owe(h.person(h.payer), h.payer, "2026-10", 3_000)
	want(t, "locked late", due(), "payment.open 2027-01-15")
	late := h.approved()
	h.steps(h.officer, late, payment.ExportRun)
	want(t, "sent", due(), "")
	h.reads(status(2, h.message(late), "", told(query[string](h, "select end_to_end_id from payment_line where run_id = $1 and live", late), "RJCT", "AM04")))
	want(t, "until the month is over", due(), "")
	h.now = h.now.AddDate(0, 1, 0)
	want(t, "came back", due(), "payment.open 2027-02-15")
	h.steps(h.officer, h.run(), payment.ComputeRun)
	want(t, "opened", due(), "")
	want(t, "paid before", h.state(run), "ORDINARY PAID 1 1 0 1000")
}

// Who has been paid too much of one month is still paid of another, and so has a run due for it.
func TestWhoOwesMoreIsStillPaid(t *testing.T) {
	h := bank(t)
	run, ids := h.sent(1_000)
	h.reads(account(1, debit(ids[0], 1_000)))
	p := query[uuid.UUID](h, "select participation_id from payment_line where run_id = $1", run)
	h.owe(p, h.payer, "2026-11", 100)
	h.owe(p, h.payer, "2026-10", 500)
	h.must(h.system, func(ctx context.Context, tx *postgres.Tx) error {
		var waits bool
		if err := tx.NewRaw("select payment_waits(?, ?, '2026-11-01', ?)", h.programme, h.payer, tx.Today()).Scan(ctx, &waits); err != nil {
			return err
		}
		if !waits {
			t.Error("no run waits")
		}
		return nil
	})
	want(t, "the next run", h.standsAt(), "10 STATEMENT 500 PENDING")
}
