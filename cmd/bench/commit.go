package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/cmd/bench/crowd"
)

const feedQuery = `subscription Feed($programme: ID!) {
  attendanceUpdates(programme: $programme) {
    cursor sequence act kind subjectId removedId
    subject { id day from to minutes kind standing revision enrolment { id } }
  }
}`

// pace is how fast acts are sent, to how many followers, and for how long.
type pace struct {
	name       string
	every      time.Duration
	followers  func(size) int
	acts, warm int
}

var paces = []pace{
	{"", 5 * time.Millisecond, func(s size) int { return s.sockets / 5 }, 2000, 200},
	{"light_", 50 * time.Millisecond, func(s size) int { return s.sockets / 25 }, 400, 40},
}

// commitToClient measures how news travels: acts on one node, followers on a second one over the same PostgreSQL and Redis.
//
//	live.commit_to_client.p50_ms, .p99_ms              200 events a second to 1,000 followers
//	live.commit_to_client.light_p50_ms, .light_p99_ms  20 events a second to 200 followers
//
// It is the time from the commit to the moment when a client has the event's frame in hand. Every follower holds a websocket, half of
// them as the lead's, half as a partner's coordinator; that partner's coordinator records entries one by one over HTTP at a fixed pace,
// whether earlier ones were answered or not. The moment of the commit is PostgreSQL's own (track_commit_timestamp), taken before the
// commit is forced to disk: that wait counts. All clocks are this machine's. Every follower must get every event once and in order.
func commitToClient(ctx context.Context, s *stage, out *report) (err error) {
	t, err := s.theatre(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	for _, p := range paces {
		o, err := s.followers(t.feeds, p.followers(s.size), feedQuery, "lead", "partner-0")
		if err == nil {
			err = errors.Join(t.crowd.Open(o), t.travel(ctx, p, out), t.crowd.Close())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// travel sends the acts and writes how long their news took.
func (t *theatre) travel(ctx context.Context, p pace, out *report) error {
	before, err := wake(ctx, t.crowd, func(ctx context.Context) (int64, error) { return t.tell(ctx, 1) })
	if err != nil {
		return err
	}
	if err := steadily(ctx, t.register, p.warm+p.acts, p.every); err != nil {
		return err
	}
	told, err := t.stage.commits(ctx, before)
	if err != nil {
		return err
	}
	if err := arrive(t.crowd, told[len(told)-1].Sequence, 0); err != nil {
		return err
	}
	took, err := t.crowd.Took(crowd.Told{Commits: told, LeaveOut: p.warm})
	if err != nil {
		return err
	}
	over := told[len(told)-1].At.Sub(told[p.warm].At)
	out.note("live.commit_to_client.%s: %d deliveries of %d events, %.1f events a second, p90 %.3f ms, highest %.3f ms", p.name, len(took), p.acts,
		float64(p.acts-1)/over.Seconds(), quantile(took, 0.9), quantile(took, 1))
	out.figure("live.commit_to_client."+p.name+"p50_ms", quantile(took, 0.5), "ms")
	out.figure("live.commit_to_client."+p.name+"p99_ms", quantile(took, 0.99), "ms")
	return nil
}

// steadily sends acts at a fixed pace, whether earlier ones were answered or not; what the machine made late is sent at once.
func steadily(ctx context.Context, r *register, n int, every time.Duration) error {
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		errs []error
	)
	began := time.Now()
	due := time.NewTimer(0)
	defer due.Stop()
	for i := range n {
		entry, err := r.entry(1)
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
		case <-due.C:
			due.Reset(time.Until(began.Add(time.Duration(i+1) * every)))
		}
	}
	wg.Wait()
	return errors.Join(errs...)
}

// commits are the register's events after the sequence, in order; a programme's sequence counts other events too.
func (s *stage) commits(ctx context.Context, after int64) ([]crowd.Commit, error) {
	rows, err := s.owner.Query(ctx, `select seq, pg_xact_commit_timestamp(xmin) from outbox where programme_id = $1 and subject_kind = 'Attendance' and seq > $2
		order by seq`, s.programme, after)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c crowd.Commit, err error) {
		return c, row.Scan(&c.Sequence, &c.At)
	})
}
