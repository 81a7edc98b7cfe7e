package crowd

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// Crowd is what the process answers: each exported method is one call of net/rpc. Calls come one after the other.
type Crowd struct {
	all     []*follower
	opening Opening
	cursors bool // whether cursors are kept

	mu     sync.Mutex
	counts map[int64]int // by sequence: how many clients have been given it
	needed int           // of how many clients somebody waits for
	hint   chan struct{} // something came, or a connection ended
}

// Opening says whom to bring: so many sockets at a URL, each signed in with one of the tokens in turn and following what the query
// asks for. A variable `after` stands for the client's last cursor.
type Opening struct {
	URL       string // ws://…
	Sockets   int
	AtOnce    int // how many connections are being opened at one time
	Tokens    []string
	Query     string
	Variables map[string]string
	Cursors   bool // keep the cursor of each event
	// For so many of the first, who may be told not to read, the system holds as little as it can of what they have not read.
	Narrow int
}

// Nothing is what calls without an argument or without an answer have in its place.
type Nothing int

func newCrowd() *Crowd { return &Crowd{counts: map[int64]int{}, hint: make(chan struct{}, 1)} }

// Open brings the clients; it answers when all are signed in and have asked for the feed. Those of before must have been closed.
func (c *Crowd) Open(o Opening, _ *Nothing) error {
	c.opening, c.cursors, c.all = o, o.Cursors, make([]*follower, o.Sockets)
	c.mu.Lock()
	c.counts = map[int64]int{}
	c.mu.Unlock()
	for i := range c.all {
		c.all[i] = &follower{crowd: c, token: o.Tokens[i%len(o.Tokens)], place: i}
	}
	return c.each(c.all, func(f *follower) error {
		if err := f.dial(&c.opening); err != nil {
			return err
		}
		return f.subscribe(&c.opening)
	})
}

// Ask ends every client's subscription and begins one on another query.
func (c *Crowd) Ask(query string, _ *Nothing) error {
	c.opening.Query = query
	return c.each(c.all, func(f *follower) error {
		return errors.Join(f.complete(f.last()), f.subscribe(&c.opening))
	})
}

// Drop ends every connection as a lost network does, without a word.
func (c *Crowd) Drop(Nothing, *Nothing) error {
	for _, f := range c.all {
		if f != nil && f.conn != nil {
			_ = f.conn.CloseNow()
			<-f.ended
		}
	}
	return nil
}

// Close ends every connection and forgets the clients.
func (c *Crowd) Close(_ Nothing, none *Nothing) error {
	err := c.Drop(0, none)
	c.all = nil
	return err
}

// Resume brings back those whose connection has ended, each from its last cursor on, and says how many they were.
func (c *Crowd) Resume(_ Nothing, n *int) error {
	var gone []*follower
	for _, f := range c.all {
		select {
		case <-f.ended:
			gone = append(gone, f)
		default:
		}
	}
	*n = len(gone)
	return c.each(gone, func(f *follower) error {
		if err := f.dial(&c.opening); err != nil {
			return err
		}
		return f.subscribe(&c.opening)
	})
}

// Ends is how the connections that have ended did: by the code of the server's close frame, -1 where there was none.
func (c *Crowd) Ends(_ Nothing, codes *map[int]int) error {
	*codes = map[int]int{}
	for _, f := range c.all {
		f.mu.Lock()
		if f.err != nil {
			(*codes)[int(websocket.CloseStatus(f.err))]++
		}
		f.mu.Unlock()
	}
	return nil
}

// Seen is the last message of the first client, whole.
func (c *Crowd) Seen(_ Nothing, message *[]byte) error {
	f := c.all[0]
	f.mu.Lock()
	defer f.mu.Unlock()
	*message = bytes.Clone(f.seen)
	return nil
}

// Stall has the first n clients read no more, until the next Stall with a smaller number.
func (c *Crowd) Stall(n int, _ *Nothing) error {
	for i, f := range c.all {
		f.mu.Lock()
		still := f.still
		f.mu.Unlock()
		switch {
		case i < n && still == nil:
			f.mu.Lock()
			f.still = make(chan struct{})
			f.mu.Unlock()
		case i >= n && still != nil:
			f.mu.Lock()
			f.still = nil
			f.mu.Unlock()
			close(still)
		}
	}
	return nil
}

// each does something for the clients, as many at one time as the opening says.
func (c *Crowd) each(some []*follower, do func(*follower) error) error {
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		errs []error
	)
	room := make(chan struct{}, max(c.opening.AtOnce, 1))
	for i, f := range some {
		room <- struct{}{}
		wg.Go(func() {
			defer func() { <-room }()
			if err := do(f); err != nil {
				mu.Lock()
				defer mu.Unlock()
				if len(errs) < 3 {
					errs = append(errs, fmt.Errorf("client %d: %w", i, err))
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Awaited is an event that clients wait for, all but the first Except, and for how long at most.
type Awaited struct {
	Sequence int64
	Except   int
	Patience time.Duration
}

// Await answers when the clients have been given the event, or patience ends: how many lack it. A connection that ended before is an
// error.
func (c *Crowd) Await(a Awaited, lack *int) error {
	c.mu.Lock()
	c.needed = len(c.all) - a.Except
	c.mu.Unlock()
	patience := time.NewTimer(a.Patience)
	defer patience.Stop()
	for over := false; ; {
		got, err := c.having(a)
		if *lack = len(c.all) - a.Except - got; err != nil || *lack <= 0 || over {
			return err
		}
		select {
		case <-c.hint:
		case <-patience.C:
			over = true // there is no hint of some
		}
	}
}

// having counts who has the event. Nobody is looked at one by one unless some are left out.
func (c *Crowd) having(a Awaited) (n int, err error) {
	if a.Except == 0 {
		c.mu.Lock()
		n = c.counts[a.Sequence]
		c.mu.Unlock()
		if n >= len(c.all) {
			return n, nil
		}
	}
	n = 0
	for i, f := range c.all[a.Except:] {
		f.mu.Lock()
		at, ended := len(f.received), f.err
		if at > 0 && f.received[at-1].sequence >= a.Sequence {
			n++
		} else if ended != nil {
			err = fmt.Errorf("client %d: %w", a.Except+i, ended)
		}
		f.mu.Unlock()
	}
	return n, err
}

func (c *Crowd) arrived(sequence int64) {
	c.mu.Lock()
	c.counts[sequence]++
	whole := c.counts[sequence] >= c.needed
	c.mu.Unlock()
	if whole {
		c.signal()
	}
}

func (c *Crowd) signal() {
	select {
	case c.hint <- struct{}{}:
	default:
	}
}
