package payment_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/inquiry"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// changes says what stands against a run's lines since it was computed, by month and amount.
func (h *house) changes(run uuid.UUID) (all string) {
	h.t.Helper()
	h.must(h.officer, func(ctx context.Context, tx *postgres.Tx) error {
		return tx.NewRaw(`select coalesce(string_agg(concat_ws(' ', to_char(l.month, 'MM'), l.gross_cents, array_to_string(c.causes, '+')), ', ' order by l.month, l.gross_cents), '')
			from payment_changes(?, ?) c join payment_line l on l.id = c.line_id`, run, tx.Today()).Scan(ctx, &all)
	})
	return all
}

func (h *house) contest(person uuid.UUID, month string, cents int) {
	h.t.Helper()
	h.exec(`insert into allowance_contest (id, programme_id, participation_id, allowance_id, statement_id, month, state, state_since, contested_cents, reason, member_id, contested_at, audience)
		select distinct on (allowance_id) gen_random_uuid(), programme_id, participation_id, allowance_id, id, month, 'CONTESTED', '2026-12-05'::date, $3::bigint, '\x00'::bytea, gen_random_uuid(), $4::timestamptz, audience
		from allowance_statement where participation_id = $1 and to_char(month, 'YYYY-MM') = $2 order by allowance_id, number desc`, person, month, cents, noon)
}

// payee has the bank say whether the account is his who is paid to it.
func (h *house) payee(person uuid.UUID, outcome string) {
	h.t.Helper()
	h.exec(`insert into person_bank_check (id, bank_id, person_id, kind, outcome, recorded_by, member_id, day, at, audience)
		select gen_random_uuid(), b.id, b.person_id, 'PAYEE', $2, b.recorded_by, gen_random_uuid(), '2026-12-10', '2026-12-10', '{}' from person_bank b join participation a on a.person_id = b.person_id where a.id = $1`, person, outcome)
}

// Whatever keeps a line back when a run is computed does so until it is sent.
func TestWhatKeepsALineBackIsAskedUntilItIsSent(t *testing.T) {
	h := bank(t)
	people := make([]uuid.UUID, 5)
	for i := range people {
		people[i] = h.person(h.payer)
		h.owe(people[i], h.payer, "2026-11", 1_000<<i)
	}
	run := h.run()
	h.steps(h.officer, run, payment.ComputeRun)
	want(t, "as it was computed", h.changes(run), "")
	h.payee(people[0], "NO_MATCH")
	refused(t, "check", h.step(h.officer, payment.CheckRun, run), payment.Changed)
	h.steps(h.officer, run, payment.ComputeRun, payment.CheckRun)
	h.check(people[1], "FOUND", "2026-12-10")
	refused(t, "approve", h.step(h.approver, payment.ApproveRun, run), payment.Changed)
	if err := h.on(payment.HoldLine, h.line(run, 2_000)); err != nil {
		t.Fatal(err)
	}
	h.steps(h.approver, run, payment.ApproveRun)
	h.contest(people[2], "2026-11", 1)
	h.exec("insert into person_bank_mark (bank_id, person_id, index_version, mark) select b.id, b.person_id, 1, '\\x01' from person_bank b join participation a on a.person_id = b.person_id where a.id = any ($1)",
		[]uuid.UUID{people[0], people[3]})
	refused(t, "send", h.step(h.officer, payment.ExportRun, run), payment.Changed)
	want(t, "since", h.changes(run), "11 4000 STATEMENT_CONTESTED, 11 8000 ACCOUNT_SHARED")
	for _, cents := range []int{4_000, 8_000} {
		if err := h.on(payment.HoldLine, h.line(run, cents)); err != nil {
			t.Fatal(err)
		}
	}
	h.steps(h.officer, run, payment.ExportRun)
	want(t, "sent", h.lines(run), "11 STATEMENT 16000 EXPORTED, 11 STATEMENT 8000 HELD, 11 STATEMENT 4000 HELD, 11 STATEMENT 2000 HELD, 11 STATEMENT 1000 BLOCKED ACCOUNT_NO_MATCH")
}

// What waits for the answer to a contest already, or is not contested at all, stops nothing; a check that has only grown old does not either.
func TestWhatWasSeenWhenTheRunWasComputedStopsNothing(t *testing.T) {
	h := bank(t)
	p, q := h.person(h.payer), h.person(h.payer)
	h.owe(p, h.payer, "2026-11", 10_000)
	h.owe(q, h.payer, "2026-11", 20_000)
	h.contest(p, "2026-11", 4_000)
	run := h.run()
	h.steps(h.officer, run, payment.ComputeRun)
	want(t, "the rest", h.lines(run), "11 STATEMENT 20000 PENDING, 11 STATEMENT 6000 PENDING")
	h.contest(q, "2026-11", 0)
	h.payee(q, "CLOSE_MATCH")
	h.now = h.now.AddDate(1, 0, 0)
	want(t, "a year later", h.changes(run), "")
	h.exec("update allowance_contest set contested_cents = 4001 where participation_id = $1", p)
	want(t, "more is contested", h.changes(run), "11 6000 STATEMENT_CONTESTED")
}

// Of a month that is contested since nothing is taken off.
func TestWhatIsTakenOffWaitsForAContest(t *testing.T) {
	h, p, _, _ := overpaid(t, 30_000)
	h.owe(p, h.payer, "2026-11", 40_000)
	run := h.computed()
	h.contest(p, "2026-10", 0)
	want(t, "since", h.changes(run), "10 -8000 STATEMENT_CONTESTED")
	refused(t, "check", h.step(h.officer, payment.CheckRun, run), payment.Changed)
}

// two is somebody whose November is owed by two payers, 250 euros by each, with the payers in the order of their ids.
func two(t *testing.T) (h *house, payers []uuid.UUID) {
	t.Helper()
	h = bank(t)
	h.oweBy(h.person(h.pegaso), []uuid.UUID{h.pegaso, h.asl}, "2026-11", 25_000, 0)
	return h, query[[]uuid.UUID](h, "select array_agg(distinct payer_id order by payer_id) from allowance_share")
}

// of has the officers of a payer act from here on.
func (h *house) of(payer uuid.UUID) {
	h.payer = payer
	h.officer, h.approver = h.member(access.PaymentsOfficer, payer), h.member(access.Approver, payer)
}

// What is contested waits once, whichever of the payers computes first; so it stays whatever is computed later, and the rest stands on the telephone as waiting for the answer.
func TestWhatIsContestedWaitsOnceOverAllPayers(t *testing.T) {
	for name, order := range map[string][]int{"the first one first": {0, 1}, "the last one first": {1, 0}} {
		t.Run(name, func(t *testing.T) {
			h, payers := two(t)
			h.contest(query[uuid.UUID](h, "select id from participation"), "2026-11", 20_000)
			for _, i := range order {
				h.of(payers[i])
				run := h.computed()
				want(t, "the contested sum is with the first", h.lines(run), []string{"11 STATEMENT 5000 PENDING", "11 STATEMENT 25000 PENDING"}[i])
				want(t, "nothing has changed", h.changes(run), "")
			}
			h.stands("2026-11", inquiry.Contested)
			want(t, "taken up", query[string](h, "select sum(gross_cents)::text from payment_line where live"), "30000")
			for _, i := range order {
				h.of(payers[i])
				want(t, "once more", h.lines(h.computed()), "")
			}
		})
	}
}

// A contest of later stops the lines of all payers where it is over what is in no run, until one of them is computed anew; and those of none where that is enough.
func TestAContestOfLaterStopsWhatNoOtherPayerKeepsBack(t *testing.T) {
	for _, first := range []int{0, 1} {
		for _, both := range []bool{false, true} {
			t.Run(fmt.Sprintf("payer %d computes first, both before %t", first, both), func(t *testing.T) {
				h, payers := two(t)
				h.of(payers[first])
				run, officer := h.computed(), h.officer
				h.of(payers[1-first])
				var other uuid.UUID
				if both {
					other = h.computed()
				}
				h.contest(query[uuid.UUID](h, "select id from participation"), "2026-11", 20_000)
				if !both {
					other = h.computed()
				} else {
					want(t, "both", h.changes(other), "11 25000 STATEMENT_CONTESTED")
					h.steps(h.officer, other, payment.ComputeRun)
				}
				want(t, "the other keeps it back", h.lines(other)+"; "+h.changes(other), "11 STATEMENT 5000 PENDING; ")
				h.officer = officer
				want(t, "the first", h.lines(run)+"; "+h.changes(run), "11 STATEMENT 25000 PENDING; ")
				h.steps(officer, run, payment.CheckRun)
			})
		}
	}
}
