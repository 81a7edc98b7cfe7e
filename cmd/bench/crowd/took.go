package crowd

import (
	"fmt"
	"time"
)

// Commit is an event and when it came to be.
type Commit struct {
	Sequence int64
	At       time.Time
}

// Told is what was told, in order; the first LeaveOut are not timed, the first Except clients not looked at.
type Told struct {
	Commits  []Commit
	LeaveOut int
	Except   int
}

// Took gives the milliseconds from each event to each client's having it. A client that lacks one, has one twice or out of order is
// an error.
func (c *Crowd) Took(t Told, ms *[]float64) error {
	for i, f := range c.all[t.Except:] {
		f.mu.Lock()
		took, err := latencies(f.received, t)
		f.mu.Unlock()
		if err != nil {
			return fmt.Errorf("client %d: %w", t.Except+i, err)
		}
		*ms = append(*ms, took...)
	}
	return nil
}

func latencies(received []receipt, t Told) ([]float64, error) {
	for len(received) > 0 && received[0].sequence < t.Commits[0].Sequence {
		received = received[1:]
	}
	if len(received) != len(t.Commits) {
		return nil, fmt.Errorf("%d events of %d", len(received), len(t.Commits))
	}
	took := make([]float64, 0, max(len(received)-t.LeaveOut, 0))
	for n, r := range received {
		if r.sequence != t.Commits[n].Sequence {
			return nil, fmt.Errorf("event %d instead of %d", r.sequence, t.Commits[n].Sequence)
		}
		if n >= t.LeaveOut {
			took = append(took, float64(r.at.Sub(t.Commits[n].At))/float64(time.Millisecond))
		}
	}
	return took, nil
}

// Forget drops what was received so far, cursors aside, so that a long run does not fill the memory.
func (c *Crowd) Forget(Nothing, *Nothing) error {
	c.mu.Lock()
	clear(c.counts)
	c.mu.Unlock()
	for _, f := range c.all {
		f.mu.Lock()
		f.received = nil
		f.mu.Unlock()
	}
	return nil
}
