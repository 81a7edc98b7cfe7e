package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lavoroincorso/lavoro/cmd/bench/crowd"
)

const (
	slowRounds = 3
	slowActs   = 600
	slowEvery  = 50 * time.Millisecond
	slowTries  = 20
)

// resumable asks for 40 fields, from a cursor on where the client has one.
var resumable = withAfter(selections[manyFields])

// slow measures what clients who do not read do to the others.
//
//	live.slow.p99_ratio    the 99th percentile from commit to client of those who read, with one in a hundred who does not, by the same
//	                       without
//	live.slow.closed_1013  how many of those who did not read, of 20, found their connection closed with 1013 when they read again
//	live.slow.resumed      how many of them then had every event, once and in order, those told meanwhile included
//
// 2,000 clients select 40 fields of each event; 20 events a second come for 30 seconds, first with all reading, then with twenty who do
// not until it is over. For these the system takes little more than they read, as on a phone without a network: over loopback it would take
// megabytes for them. That is done three times in turn: the ratio is of the lowest of each, the counts are the lowest. The 99th percentile
// is of the others, in both.
func slow(ctx context.Context, s *stage, out *report) (err error) {
	t, err := s.theatre(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	sockets := max(s.size.sockets*2/5, 100)
	o, err := s.followers(t.feeds, sockets, resumable, "lead")
	if err != nil {
		return err
	}
	o.Variables["after"], o.Cursors, o.Narrow = "", true, sockets/100
	if err := t.crowd.Open(o); err != nil {
		return err
	}
	var with, without []float64
	var closed, resumed []float64
	for range slowRounds {
		p99, _, err := t.pressed(ctx, 0, sockets/100)
		if err != nil {
			return err
		}
		without = append(without, p99)
		p99, after, err := t.pressed(ctx, sockets/100, sockets/100)
		if err != nil {
			return err
		}
		with, closed, resumed = append(with, p99), append(closed, float64(after.closed)), append(resumed, float64(after.resumed))
		out.note("live.slow: p99 %.3f ms, with %d who do not read %.3f ms; of these %s, and %d have every event", without[len(without)-1], sockets/100, p99, after.ends, after.resumed)
	}
	out.figure("live.slow.p99_ratio", quantile(with, 0)/quantile(without, 0), "ratio")
	out.figure("live.slow.closed_1013", quantile(closed, 0), "clients")
	out.figure("live.slow.resumed", quantile(resumed, 0), "clients")
	return t.crowd.Close()
}

// recovery is what became of those who did not read.
type recovery struct {
	closed, resumed int
	ends            string
}

// pressed tells events while the first n clients do not read, and gives the 99th percentile of all but the first others in milliseconds.
func (t *theatre) pressed(ctx context.Context, n, others int) (p99 float64, after recovery, err error) {
	before, err := wake(ctx, t.crowd, func(ctx context.Context) (int64, error) { return t.tell(ctx, 1) })
	if err == nil {
		err = t.crowd.Stall(n)
	}
	if err == nil {
		err = steadily(ctx, t.register, slowActs, slowEvery)
	}
	if err != nil {
		return 0, after, err
	}
	told, err := t.stage.commits(ctx, before)
	if err != nil {
		return 0, after, err
	}
	if err := arrive(t.crowd, told[len(told)-1].Sequence, n); err != nil {
		return 0, after, err
	}
	took, err := t.crowd.Took(crowd.Told{Commits: told, Except: others})
	if err == nil && n > 0 {
		after, err = t.recover(told, n)
	}
	return quantile(took, 0.99), after, err
}

// recover has the first n clients read again, and come back where they were cut off.
func (t *theatre) recover(told []crowd.Commit, n int) (after recovery, err error) {
	if err := t.crowd.Stall(0); err != nil {
		return after, err
	}
	codes := map[int]int{}
	for range slowTries {
		lack, err := t.crowd.Await(crowd.Awaited{Sequence: told[len(told)-1].Sequence, Patience: arriveIn})
		if err == nil && lack == 0 {
			break
		}
		ends, failed := t.crowd.Ends()
		if failed != nil || len(ends) == 0 {
			return after, errors.Join(err, failed, fmt.Errorf("%d clients lack the last event", lack))
		}
		for code, count := range ends {
			codes[code] += count
		}
		if _, err := t.crowd.Resume(); err != nil {
			return after, err
		}
	}
	if _, err := t.crowd.Took(crowd.Told{Commits: told}); err != nil {
		return after, fmt.Errorf("who did not read: %w", err)
	}
	after = recovery{closed: codes[1013], resumed: n, ends: fmt.Sprintf("%d were closed with 1013, %d otherwise", codes[1013], total(codes)-codes[1013])}
	return after, nil
}

func total(counts map[int]int) (sum int) {
	for _, n := range counts {
		sum += n
	}
	return sum
}
