package main

import (
	"context"
	"errors"
	"time"
)

const (
	churnWarm = 15 * time.Second // before the memory of the start is taken
	churnStep = 5 * time.Second  // between two events
)

// churn measures whether subscriptions that come and go leave something behind.
//
//	live.churn.rss_start_mb, live.churn.rss_end_mb  resident memory of the node before and after, each when it sinks no more
//
// 200 clients complete their subscription and begin another one, over and over, each as soon as the server has answered a ping that it
// sent after; an event comes every five seconds. The start is taken after 15 seconds of it. It lasts two minutes, or as --churn says.
func churn(ctx context.Context, s *stage, out *report) (err error) {
	t, err := s.theatre(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	o, err := s.followers(t.feeds, max(s.size.sockets/25, 1), selections[manyFields], "lead", "partner-0")
	if err == nil {
		err = t.crowd.Open(o)
	}
	if err != nil {
		return err
	}
	if _, err := t.comeAndGo(ctx, churnWarm); err != nil {
		return err
	}
	start, err := t.feeds.settled(ctx)
	if err != nil {
		return err
	}
	cycles, err := t.comeAndGo(ctx, s.size.churn)
	if err != nil {
		return err
	}
	end, err := t.feeds.settled(ctx)
	if err != nil {
		return err
	}
	out.note("live.churn: %d subscriptions began and ended in %v", cycles, s.size.churn)
	out.figure("live.churn.rss_start_mb", start/1024, "MB")
	out.figure("live.churn.rss_end_mb", end/1024, "MB")
	return t.crowd.Close()
}

// comeAndGo has subscriptions begin and end for so long; all that stand at the end work.
func (t *theatre) comeAndGo(ctx context.Context, d time.Duration) (cycles int64, err error) {
	tell := func(ctx context.Context) (int64, error) { return t.tell(ctx, 1) }
	for left := d; left > 0; left -= churnStep {
		n, err := t.crowd.Churn(min(left, churnStep))
		if err != nil {
			return 0, err
		}
		cycles += n
		if _, err := tell(ctx); err != nil {
			return 0, err
		}
	}
	_, err = wake(ctx, t.crowd, tell)
	return cycles, err
}
