package payment_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/allowance/recovery"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/money"
)

// Whatever is done in whatever order, the budget says of each line of it what its payment lines say, and in the end everybody has what he is owed.
func TestAfterAnyWalkTheBooksAgree(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := walk{house: bank(t), chance: rand.New(rand.NewPCG(seed, 42))}
			for range 4 {
				w.people = append(w.people, w.person(w.payer))
				w.owe(w.people[len(w.people)-1], w.payer, "2026-10", 42_000)
			}
			w.whole() // so that what comes to less later was paid too much
			for n := range 240 {
				did := w.one()
				if got := query[int](w.house, books); got != 0 {
					t.Fatalf("after %d steps, the last of which was %s, %d budget lines disagree", n, did, got)
				}
				if n%20 == 0 {
					w.replays()
				}
			}
			w.settle()
			if query[int](w.house, "select coalesce(sum(waived_cents), 0)::int from recovery") == 0 {
				t.Error("nothing was given up")
			}
		})
	}
}

// books counts budget lines whose postings are not what the payment lines come to.
const books = `select count(*)::int from budget_line b
	cross join lateral (select coalesce(sum(p.cents) filter (where kind = 'APPROVED'), 0) as approved, coalesce(sum(p.cents) filter (where kind = 'PAID'), 0) as paid from budget_posting p where p.budget_line_id = b.id) p
	cross join lateral (select coalesce(sum(g.gross_cents), 0) as cents from recovery_part g join recovery_discharge d on d.id = g.discharge_id and d.state = 'CONFIRMED' where g.budget_line_id = b.id) g
	cross join lateral (select coalesce(sum(l.gross_cents) filter (where l.live and r.state in ('APPROVED', 'EXPORTED', 'PAID', 'PARTLY_RETURNED')), 0) as approved,
		coalesce(sum(l.gross_cents) filter (where l.state = 'PAID'), 0) as paid from payment_line l join payment_run r on r.id = l.run_id where l.budget_line_id = b.id) l
	where p.approved <> l.approved - g.cents or p.paid <> l.paid - g.cents`

type walk struct {
	*house
	chance  *rand.Rand
	people  []uuid.UUID
	answers int
}

// pick is one of the ids that a question finds; none where there is none.
func (w *walk) pick(sql string) (id uuid.UUID, ok bool) {
	ids := query[[]uuid.UUID](w.house, "select coalesce(array_agg(id order by id), '{}') from ("+sql+") x")
	if len(ids) == 0 {
		return id, false
	}
	return ids[w.chance.IntN(len(ids))], true
}

// one does one thing that may be allowed or not.
func (w *walk) one() string {
	if w.chance.IntN(6) == 0 {
		cents := 2_000 * w.chance.IntN(21)
		w.oweTaxed(w.people[w.chance.IntN(len(w.people))], w.payer, fmt.Sprintf("2026-%02d", 9+w.chance.IntN(3)), cents, cents*w.chance.IntN(4)*23/100)
		return "owe"
	}
	switch w.chance.IntN(12) {
	case 0, 1:
		return w.recover()
	case 2:
		w.whole()
		return "pay whole"
	}
	return w.pay()
}

// pay does one thing with runs that may be allowed or not.
func (w *walk) pay() string {
	switch w.chance.IntN(10) {
	case 0:
		if query[int](w.house, "select count(*)::int from payment_run where state in ('DRAFT', 'COMPUTED', 'CHECKED', 'APPROVED')") < 3 {
			w.run()
		}
		return "open"
	case 1, 2:
		return w.onRun("compute", payment.ComputeRun, "'DRAFT', 'COMPUTED'")
	case 3:
		return w.onRun("check", payment.CheckRun, "'COMPUTED'")
	case 4:
		if run, ok := w.pick("select id from payment_run where state = 'CHECKED'"); ok {
			_ = w.step(w.approver, payment.ApproveRun, run)
		}
		return "approve"
	case 5:
		return w.onRun("export", payment.ExportRun, "'APPROVED'")
	case 6:
		if w.chance.IntN(3) == 0 {
			return w.onRun("discard", payment.DiscardRun, "'DRAFT', 'COMPUTED', 'CHECKED', 'APPROVED'")
		}
		return w.onLine("recall", payment.RecallLine, "EXPORTED")
	case 7:
		return w.onLine("hold", payment.HoldLine, "PENDING")
	case 8:
		return w.onLine("release", payment.ReleaseLine, "HELD")
	}
	if line, ok := w.pick("select id from payment_line where payment_line_contradicted(id)"); ok {
		_ = w.resolve(w.second, line, w.chance.IntN(2) == 0)
		return "resolve"
	}
	if line, ok := w.pick("select id from payment_line where part is not null"); ok {
		_ = w.say(line, w.chance.IntN(3) > 0)
	}
	return "answer"
}

// recover agrees how something is given back, or has it waived or repaid.
func (w *walk) recover() string {
	if waits, ok := w.pick("select id from recovery_discharge where state = 'WAITING'"); ok && w.chance.IntN(2) == 0 {
		_ = w.answerDischarge(w.approver, waits, w.chance.IntN(4) > 0)
		return "confirm"
	}
	id, ok := w.pick("select id from recovery where left_cents > 0")
	if !ok {
		return "recover"
	}
	left := query[int](w.house, "select left_cents::int from recovery where id = $1", id)
	switch part := 1 + w.chance.IntN(left); w.chance.IntN(3) {
	case 0:
		_, _ = w.ask(recovery.Waive, id, part)
	case 1:
		_, _ = w.ask(recovery.RecordRepayment, id, part)
	default:
		_ = w.agree(id, recovery.Instalment{Month: november, Cents: money.Cents(part)}, recovery.Instalment{Month: november.Next(), Cents: money.Cents(left - part)})
	}
	return "recover"
}

// whole takes what is due from a run to the bank and back.
func (w *walk) whole() {
	run := w.run()
	for _, act := range []func(context.Context, *postgres.Tx, payment.Step) error{payment.ComputeRun, payment.CheckRun} {
		_ = w.step(w.officer, act, run)
	}
	_ = w.step(w.approver, payment.ApproveRun, run)
	_ = w.step(w.officer, payment.ExportRun, run)
	for _, line := range query[[]uuid.UUID](w.house, "select coalesce(array_agg(distinct head_id), '{}') from payment_line where run_id = $1 and state = 'EXPORTED'", run) {
		_ = w.say(line, true)
	}
}

func (w *walk) onRun(what string, act func(context.Context, *postgres.Tx, payment.Step) error, states string) string {
	if run, ok := w.pick("select id from payment_run where state in (" + states + ")"); ok {
		_ = w.step(w.officer, act, run)
	}
	return what
}

func (w *walk) onLine(what string, act func(context.Context, *postgres.Tx, payment.LineStep) error, state string) string {
	if line, ok := w.pick("select id from payment_line where state = '" + state + "'"); ok {
		_ = w.on(act, line)
	}
	return what
}

// say has the bank say of a line's transfer that it was paid, or that it came back; some of what it says is brought twice.
func (w *walk) say(line uuid.UUID, paid bool) error {
	w.answers++
	id, cents := query[string](w.house, "select end_to_end_id from payment_line where id = $1", line), query[int](w.house,
		"select sum(net_cents)::int from payment_line where head_id = (select head_id from payment_line where id = $1)", line)
	content := account(w.answers, credit(id, cents))
	if paid {
		content = account(w.answers, debit(id, cents))
	}
	err := w.answer(blob.XML, content)
	if err == nil && w.answers%4 == 0 {
		refused(w.t, "the same answer again", w.answer(blob.XML, content), payment.AnswerKnown)
	}
	return err
}

// replays adds up anew what was paid and came back, and wants it to agree with what is kept.
func (w *walk) replays() {
	w.t.Helper()
	if _, err := recovery.Replay(w.t.Context(), w.url, func(d recovery.Difference) error { return errors.New(d.String()) }); err != nil {
		w.t.Fatal(err)
	}
}

// settle ends all that has begun, and pays what is owed since.
func (w *walk) settle() {
	w.t.Helper()
	for _, run := range query[[]uuid.UUID](w.house, "select coalesce(array_agg(id), '{}') from payment_run where state in ('DRAFT', 'COMPUTED', 'CHECKED', 'APPROVED')") {
		w.steps(w.officer, run, payment.DiscardRun)
	}
	for _, line := range query[[]uuid.UUID](w.house, "select coalesce(array_agg(distinct head_id), '{}') from payment_line where state = 'HELD'") {
		if err := w.on(payment.ReleaseLine, line); err != nil {
			w.t.Fatal(err)
		}
	}
	for _, line := range query[[]uuid.UUID](w.house, "select coalesce(array_agg(distinct head_id), '{}') from payment_line where payment_line_contradicted(id)") {
		if err := w.resolve(w.second, line, false); err != nil {
			w.t.Fatal(err)
		}
	}
	for range 2 { // what was returned of the first is in the second
		run := w.run()
		w.steps(w.officer, run, payment.ComputeRun)
		if query[int](w.house, "select lines from payment_run where id = $1", run) > 0 {
			w.steps(w.officer, run, payment.CheckRun)
			w.steps(w.approver, run, payment.ApproveRun)
			w.steps(w.officer, run, payment.ExportRun)
		}
		for _, line := range query[[]uuid.UUID](w.house, "select coalesce(array_agg(distinct head_id), '{}') from payment_line where state in ('EXPORTED', 'RECALL_ASKED')") {
			if err := w.say(line, true); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	if got := query[int](w.house, books); got != 0 {
		w.t.Errorf("in the end %d budget lines disagree", got)
	}
	w.replays()
	// Paid less what came back is what is owed, but for what is still to come back or was given up; and nothing of that is kept twice.
	wrong := query[string](w.house, `select coalesce(string_agg(concat_ws(' ', month, owed, paid, repaid, much, kept), '; '), '') from (
		select a.month, coalesce((select sum(h.net_cents) from allowance_share h where h.statement_id =
				(select s.id from allowance_statement s where s.allowance_id = a.id order by s.number desc limit 1)), 0) as owed,
			coalesce((select sum(l.net_cents) from payment_line l where l.allowance_id = a.id and l.state = 'PAID'), 0) as paid,
			coalesce((select sum(d.cents) from recovery_discharge d join recovery r on r.id = d.recovery_id where r.allowance_id = a.id and d.kind = 'REPAYMENT' and d.state = 'CONFIRMED'), 0) as repaid,
			coalesce((select left_cents + waived_cents from recovery r where r.allowance_id = a.id), 0) as much,
			coalesce((select recovered_cents from recovery r where r.allowance_id = a.id), 0) - coalesce((select sum(l.recovered_cents) from payment_line l where l.allowance_id = a.id and l.live), 0) as kept
		from allowance a) x where paid - repaid - much <> owed or kept <> 0`)
	if wrong != "" {
		w.t.Errorf("owed and paid: %s", wrong)
	}
	w.giveUp()
}

// giveUp has all that is left given up: what is spent is then what is accrued.
func (w *walk) giveUp() {
	w.t.Helper()
	for _, waits := range query[[]uuid.UUID](w.house, "select coalesce(array_agg(id), '{}') from recovery_discharge where state = 'WAITING'") {
		if err := w.answerDischarge(w.approver, waits, false); err != nil {
			w.t.Fatal(err)
		}
	}
	for _, of := range query[[]uuid.UUID](w.house, "select coalesce(array_agg(id), '{}') from recovery where left_cents > 0") {
		waiver, err := w.ask(recovery.Waive, of, query[int](w.house, "select left_cents::int from recovery where id = $1", of))
		if err == nil {
			err = w.answerDischarge(w.approver, waiver, true)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	for _, of := range query[[]uuid.UUID](w.house, "select coalesce(array_agg(id), '{}') from recovery") {
		w.hearsBack("Recovery", of)
	}
	if spent, owed := query[int](w.house, "select coalesce(sum(cents), 0)::int from budget_posting where kind = 'APPROVED'"), query[int](w.house, "select ("+accrued+")::int"); spent != owed {
		w.t.Errorf("%d cents are spent and %d accrued", spent, owed)
	}
}
