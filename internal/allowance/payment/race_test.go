package payment_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/allowance/payment"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// atOnce does many acts at the same moment, and counts those that were done. A refusal is one of those that the loser of a race gets.
func (h *house) atOnce(n int, refusals []*refusal.Code, act func(i int) (name string, err error)) map[string]int {
	h.t.Helper()
	var wait sync.WaitGroup
	var lock sync.Mutex
	done, begin := map[string]int{}, make(chan struct{})
	for i := range n {
		wait.Go(func() {
			<-begin
			name, err := act(i)
			list, _ := refusal.As(err)
			lock.Lock()
			defer lock.Unlock()
			switch {
			case err == nil:
				done[name]++
			case !slices.ContainsFunc(refusals, list.Has):
				h.t.Errorf("%s: %v", name, err)
			}
		})
	}
	close(begin)
	wait.Wait()
	return done
}

// Approvals, exports and discards of one run at the same moment have one history, whichever it is.
func TestActsAtTheSameMomentHaveOneHistory(t *testing.T) {
	h := bank(t)
	for range 3 {
		h.owe(h.person(h.payer), h.payer, "2026-11", 1_000)
	}
	type acts []struct {
		name string
		who  access.Actor
		act  func(context.Context, *postgres.Tx, payment.Step) error
	}
	all := acts{{"approve", h.approver, payment.ApproveRun}, {"export", h.officer, payment.ExportRun}, {"approve", h.second, payment.ApproveRun}, {"discard", h.officer, payment.DiscardRun}}
	legal := map[string]bool{}
	for round := range 12 {
		mixed := all
		if round%3 > 0 { // fewer who give it up, so that it is sent in some rounds
			mixed = append(slices.Repeat(all[:3], 7), all[3])
		}
		run := h.run()
		h.steps(h.officer, run, payment.ComputeRun, payment.CheckRun)
		if round%3 == 2 {
			h.steps(h.approver, run, payment.ApproveRun)
		}
		counts := h.atOnce(50, []*refusal.Code{payment.WrongState, payment.OwnRun}, func(i int) (string, error) {
			a := mixed[i%len(mixed)]
			return a.name, h.step(a.who, a.act, run)
		})
		history := query[string](h, "select string_agg(act, ' ' order by position) from payment_step where run_id = $1", run)
		got := fmt.Sprintf("%s: %s, %s, %d booked, %d files", history, query[string](h, "select state from payment_run where id = $1", run), h.lines(run),
			query[int](h, "select coalesce(sum(cents), 0)::int from budget_posting where subject_id = $1", run), query[int](h, "select count(*)::int from payment_file where run_id = $1", run))
		approved, lines := "openRun computeRun checkRun approveRun", func(state string) string {
			one := "11 STATEMENT 1000 " + state
			return one + ", " + one + ", " + one
		}
		want := map[string]string{
			"openRun computeRun checkRun discardRun": "DISCARDED, " + lines("DISCARDED") + ", 0 booked, 0 files",
			approved + " discardRun":                 "DISCARDED, " + lines("DISCARDED") + ", 0 booked, 0 files",
			approved + " exportRun":                  "EXPORTED, " + lines("EXPORTED") + ", 3000 booked, 1 files",
			approved:                                 "APPROVED, " + lines("PENDING") + ", 3000 booked, 0 files",
		}[history]
		if legal[history] = true; got != history+": "+want || counts["discard"] > 1 || counts["approve"] > 1 || (counts["export"] > 0) != (query[int](h, "select count(*)::int from payment_file where run_id = $1", run) > 0) {
			t.Errorf("round %d: %v, %s", round, counts, got)
		}
		h.clear(run)
	}
	if len(legal) < 2 {
		t.Errorf("all rounds went the same way: %v", legal)
	}
}

// clear gives up a run, or has it come back whole: what it has taken up is due again.
func (h *house) clear(run uuid.UUID) {
	h.t.Helper()
	switch query[string](h, "select state from payment_run where id = $1", run) {
	case "APPROVED":
		h.steps(h.officer, run, payment.DiscardRun)
	case "EXPORTED":
		if err := h.answer(blob.XML, status(1, h.message(run), "RJCT")); err != nil {
			h.t.Fatal(err)
		}
	}
}

// Recalls of a line while answers to it are read, one of which says that it was paid and another that it was not: whichever comes first, each is a step after the other.
func TestRecallsWhileAnswersAreRead(t *testing.T) {
	h := bank(t)
	for n := range 6 {
		cents := 1_000 + n // what came back of the rounds before goes along
		run, _ := h.sent(cents)
		line := h.line(run, cents)
		id := query[string](h, "select end_to_end_id from payment_line where id = $1", line)
		answers := []string{status(2*n, h.message(run), "", told(id, "RJCT", "AM04")), account(2*n+1, debit(id, cents))}
		counts := h.atOnce(24, []*refusal.Code{payment.WrongLineState, payment.AnswerKnown}, func(i int) (string, error) {
			if i%3 == 2 {
				return "recall", h.on(payment.RecallLine, line)
			}
			return "answer " + fmt.Sprint(i%3), h.answer(blob.XML, answers[i%3])
		})
		if counts["answer 0"] != 1 || counts["answer 1"] != 1 || counts["recall"] > 1 {
			t.Errorf("round %d: %v", n, counts)
		}
		history := query[string](h, "select string_agg(from_state || '-' || to_state, ' ' order by id) from payment_line_step where line_id = $1", line)
		state := map[string]string{
			"EXPORTED-REJECTED REJECTED-REJECTED":                           "REJECTED", // what the account says then contradicts it
			"EXPORTED-PAID PAID-PAID":                                       "PAID",
			"EXPORTED-RECALL_ASKED RECALL_ASKED-RECALLED RECALLED-RECALLED": "RECALLED",
			"EXPORTED-RECALL_ASKED RECALL_ASKED-PAID PAID-PAID":             "PAID",
		}[history]
		if got := query[string](h, "select state from payment_line where id = $1", line); got != state {
			t.Errorf("round %d: %s after %s", n, got, history)
		}
		if n := query[int](h, books); n != 0 {
			t.Errorf("%d budget lines disagree", n)
		}
	}
}
