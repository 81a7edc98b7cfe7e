package crowd

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Churn has every client complete its subscription and subscribe anew, over and over, for so long; it gives how often that was done. A
// client goes on when the server has answered a ping that it sent after: messages of one connection are read in order.
func (c *Crowd) Churn(d time.Duration, cycles *int64) error {
	var (
		wg   sync.WaitGroup
		n    atomic.Int64
		mu   sync.Mutex
		errs []error
	)
	until := time.Now().Add(d)
	for _, f := range c.all {
		wg.Go(func() {
			for time.Now().Before(until) {
				if err := f.cycle(&c.opening); err != nil {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
					return
				}
				n.Add(1)
			}
		})
	}
	wg.Wait()
	*cycles = n.Load()
	return errors.Join(errs...)
}

func (f *follower) cycle(o *Opening) error {
	if err := errors.Join(f.complete(f.last()), f.subscribe(o), say(context.Background(), f.conn, map[string]any{"type": "ping"})); err != nil {
		return err
	}
	select {
	case <-f.pong:
		return nil
	case <-f.ended:
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.err
	}
}
