package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
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
	if err := followers.await(ctx, before+liveWarmUp+liveActs, arriveIn); err != nil {
		return err
	}
	took, err := s.latencies(ctx, followers, before, before+liveWarmUp)
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
		if err := s.owner.QueryRow(ctx, "select max(seq) from outbox").Scan(&last); err != nil {
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

// latencies joins what the followers received after the sequence with when PostgreSQL committed it, in milliseconds.
func (s *stage) latencies(ctx context.Context, f *audience, before, after int64) ([]float64, error) {
	rows, err := s.owner.Query(ctx, "select seq, pg_xact_commit_timestamp(xmin) from outbox")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	committed := map[int64]time.Time{}
	for rows.Next() {
		var seq int64
		var at time.Time
		if err := rows.Scan(&seq, &at); err != nil {
			return nil, err
		}
		committed[seq] = at
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	var took []float64
	for i, received := range f.receipts() {
		last := before
		for _, r := range received {
			if r.sequence <= before && last == before {
				continue
			}
			if r.sequence != last+1 {
				return nil, fmt.Errorf("follower %d got event %d after %d", i, r.sequence, last)
			}
			last = r.sequence
			if r.sequence > after {
				took = append(took, milliseconds(r.at.Sub(committed[r.sequence])))
			}
		}
	}
	return took, nil
}
