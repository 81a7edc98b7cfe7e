package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

const feedQuery = `subscription Feed($programme: ID!) {
  attendanceUpdates(programme: $programme) {
    cursor sequence act kind subjectId removedId
    subject { id day from to minutes kind standing revision enrolment { id } }
  }
}`

const (
	subscribers = 200
	liveActs    = 400
	liveWarmUp  = 40
	actEvery    = 50 * time.Millisecond
	arriveIn    = 10 * time.Second
)

// live measures how news travels: acts on one node, followers on a second one over the same PostgreSQL and Redis.
//
//	live.commit_to_client.p50_ms, .p99_ms  from the commit to the moment when a client has the event's frame in hand
//
// 200 followers hold a websocket each, half as the lead's, half as a partner's coordinator; a tutor records 20 entries a
// second. The moment of the commit is PostgreSQL's own (track_commit_timestamp), taken before the commit is forced to
// disk: that wait counts. Both clocks are this machine's. Every follower must get every event once and in order.
func live(ctx context.Context, s *stage, out *report) (err error) {
	nodes := make([]*node, 2)
	for i := range nodes {
		if nodes[i], err = s.serve(ctx); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, nodes[i].stop()) }()
	}
	acts, err := s.registerOf(ctx, nodes[0], 8) // of the same body as partner-0, others than attendance.go takes
	if err != nil {
		return err
	}
	followers, err := s.follow(ctx, nodes[1])
	if err != nil {
		return err
	}
	defer followers.close()
	before, err := s.wake(ctx, acts, followers)
	if err != nil {
		return err
	}
	if err := steadily(ctx, acts, liveWarmUp+liveActs); err != nil {
		return err
	}
	told, err := s.commits(ctx, before)
	if err != nil {
		return err
	}
	if err := followers.await(ctx, told[len(told)-1].sequence, arriveIn); err != nil {
		return err
	}
	took, err := latencies(followers.receipts(), told, liveWarmUp)
	if err != nil {
		return err
	}
	out.note("live: %d deliveries of %d events, p90 %.3f ms, highest %.3f ms", len(took), liveActs, quantile(took, 0.9), quantile(took, 1))
	out.figure("live.commit_to_client.p50_ms", quantile(took, 0.5), "ms")
	out.figure("live.commit_to_client.p99_ms", quantile(took, 0.99), "ms")
	return nil
}

// wake records entries until every follower has been given one: only then all feeds are known to run. It gives the sequence
// of the last of them.
func (s *stage) wake(ctx context.Context, r *register, f *audience) (last int64, err error) {
	for range 10 {
		entry, err := r.entry()
		if err != nil {
			return 0, err
		}
		if err := r.record(ctx, entry); err != nil {
			return 0, err
		}
		if err := s.owner.QueryRow(ctx, "select max(seq) from outbox where subject_kind = 'Attendance'").Scan(&last); err != nil {
			return 0, err
		}
		if err = f.await(ctx, last, time.Second); err == nil {
			return last, nil
		}
	}
	return 0, errors.New("some followers get no event")
}

// steadily sends acts at a fixed pace, whether earlier ones were answered or not.
func steadily(ctx context.Context, r *register, n int) error {
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		errs []error
	)
	pace := time.NewTicker(actEvery)
	defer pace.Stop()
	for range n {
		entry, err := r.entry()
		if err != nil {
			return err
		}
		wg.Go(func() {
			if err := r.record(ctx, entry); err != nil {
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
			}
		})
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-pace.C:
		}
	}
	wg.Wait()
	return errors.Join(errs...)
}

// commit is an attendance's event and when PostgreSQL committed it.
type commit struct {
	sequence int64
	at       time.Time
}

// commits are the register's events after the sequence, in order; a programme's sequence counts other events too.
func (s *stage) commits(ctx context.Context, after int64) ([]commit, error) {
	rows, err := s.owner.Query(ctx, "select seq, pg_xact_commit_timestamp(xmin) from outbox where subject_kind = 'Attendance' and seq > $1 order by seq", after)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c commit, err error) {
		return c, row.Scan(&c.sequence, &c.at)
	})
}

// latencies pairs what each follower received with the commits, the first ones left out, in milliseconds. One that is
// missing, double or out of order is an error.
func latencies(all [][]receipt, commits []commit, leaveOut int) ([]float64, error) {
	var took []float64
	for i, received := range all {
		for len(received) > 0 && received[0].sequence < commits[0].sequence {
			received = received[1:]
		}
		if len(received) != len(commits) {
			return nil, fmt.Errorf("follower %d got %d events of %d", i, len(received), len(commits))
		}
		for n, r := range received {
			if r.sequence != commits[n].sequence {
				return nil, fmt.Errorf("follower %d got event %d instead of %d", i, r.sequence, commits[n].sequence)
			}
			if n >= leaveOut {
				took = append(took, milliseconds(r.at.Sub(commits[n].at)))
			}
		}
	}
	return took, nil
}
