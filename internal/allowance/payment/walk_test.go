package payment_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// Whatever is done in whatever order, the budget says of each line of it what its payment lines say, and in the end everybody has what he is owed.
func TestAfterAnyWalkTheBooksAgree(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := walk{house: bank(t), chance: rand.New(rand.NewPCG(seed, 42))}
			for range 4 {
				w.people = append(w.people, w.person(w.payer))
			}
			for n := range 240 {
				did := w.one()
				if got := query[int](w.house, books); got != 0 {
					t.Fatalf("after %d steps, the last of which was %s, %d budget lines disagree", n, did, got)
				}
			}
			w.settle()
		})
	}
}

// books counts budget lines whose postings are not what the payment lines come to.
const books = `select count(*)::int from budget_line b
	cross join lateral (select coalesce(sum(p.cents) filter (where kind = 'APPROVED'), 0) as approved, coalesce(sum(p.cents) filter (where kind = 'PAID'), 0) as paid from budget_posting p where p.budget_line_id = b.id) p
	cross join lateral (select coalesce(sum(l.gross_cents) filter (where l.live and r.state in ('APPROVED', 'EXPORTED', 'PAID', 'PARTLY_RETURNED')), 0) as approved,
		coalesce(sum(l.gross_cents) filter (where l.state = 'PAID'), 0) as paid from payment_line l join payment_run r on r.id = l.run_id where l.budget_line_id = b.id) l
	where p.approved <> l.approved or p.paid <> l.paid`

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
		w.owe(w.people[w.chance.IntN(len(w.people))], w.payer, fmt.Sprintf("2026-%02d", 9+w.chance.IntN(3)), 100*w.chance.IntN(20))
		return "owe"
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
	if line, ok := w.pick("select id from payment_line where part is not null"); ok {
		_ = w.say(line, w.chance.IntN(3) > 0)
	}
	return "answer"
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

// say has the bank say of a line's transfer that it was paid, or that it came back.
func (w *walk) say(line uuid.UUID, paid bool) error {
	w.answers++
	id, cents := query[string](w.house, "select end_to_end_id from payment_line where id = $1", line), query[int](w.house,
		"select sum(net_cents)::int from payment_line where head_id = (select head_id from payment_line where id = $1)", line)
	if paid {
		return w.answer(blob.XML, account(w.answers, debit(id, cents)))
	}
	return w.answer(blob.XML, account(w.answers, credit(id, cents)))
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
	// By person: who had too much before has it still, and no more than that.
	wrong := query[string](w.house, `select coalesce(string_agg(concat_ws(' ', owed, paid, blocked), '; '), '') from (
		select p.id, coalesce((select sum(h.gross_cents) from allowance_share h where h.statement_id in
				(select distinct on (s.allowance_id) s.id from allowance_statement s where s.participation_id = p.id order by s.allowance_id, s.number desc)), 0) as owed,
			coalesce((select sum(l.gross_cents) from payment_line l where l.participation_id = p.id and l.state = 'PAID'), 0) as paid,
			exists (select from payment_line l where l.participation_id = p.id and l.state = 'BLOCKED') as blocked
		from participation p) x where owed <> paid and not (paid > owed and blocked)`)
	if wrong != "" {
		w.t.Errorf("owed and paid: %s", wrong)
	}
}
