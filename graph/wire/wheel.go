package wire

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	slots  = 16                    // of a turn
	turn   = time.Second           // in which every connection is looked at once
	askers = 8                     // that ask at a time whether connections may stand
	longer = 10 * time.Second      // a connection that was told to go is cut after
	unread = time.Minute           // and one that did not read: if it does so again until then, it learns why
	early  = 20 * time.Millisecond // how often a node that goes looks whether all have left
)

// visited is a connection that the wheel looks after.
type visited interface {
	// look does what is due; it must not wait.
	look(now time.Time)
	// stands asks whether the connection may stand, and ends it where not.
	stands()
	// end has the connection end.
	end(Farewell)
}

// Connections are those of a node. Run looks after them.
type Connections struct {
	limits Limits
	meter  *meter

	mu       sync.Mutex
	slots    [slots]map[visited]struct{}
	next     int // slot for the next connection
	open     int
	draining bool
	asked    chan visited
}

// New makes the connections of a node.
func New(limits Limits) *Connections {
	c := &Connections{limits: limits.withDefaults(), meter: newMeter(), asked: make(chan visited)}
	for i := range c.slots {
		c.slots[i] = map[visited]struct{}{}
	}
	return c
}

// enter registers a connection; false when the node goes. leave takes it out.
func (c *Connections) enter(v visited) (leave func(), ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.draining {
		return nil, false
	}
	slot := c.slots[c.next]
	c.next = (c.next + 1) % slots
	slot[v] = struct{}{}
	c.open++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if _, there := slot[v]; there {
			delete(slot, v)
			c.open--
		}
	}, true
}

// Run turns the wheel until ctx ends.
func (c *Connections) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for range askers {
		wg.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case v := <-c.asked:
					v.stands()
				}
			}
		})
	}
	defer wg.Wait()
	wg.Go(func() {
		c.spin(ctx, func(all []visited, now time.Time) {
			for _, v := range all {
				v.look(now)
			}
		})
	})
	c.spin(ctx, func(all []visited, _ time.Time) { c.ask(ctx, all) })
}

// spin goes round the slots until ctx ends.
func (c *Connections) spin(ctx context.Context, visit func(all []visited, now time.Time)) {
	tick := time.NewTicker(turn / slots)
	defer tick.Stop()
	var all []visited
	for at := 0; ; at = (at + 1) % slots {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			all = c.in(at, all[:0])
			visit(all, now)
			clear(all) // who has left is not kept
		}
	}
}

// ask has connections asked. Where answers are slow all wait longer, one as long as the other, and only for this.
func (c *Connections) ask(ctx context.Context, all []visited) {
	for _, v := range all {
		select {
		case <-ctx.Done():
			return
		case c.asked <- v:
		}
	}
}

// in gives the connections of a slot behind those in all.
func (c *Connections) in(slot int, all []visited) []visited {
	c.mu.Lock()
	defer c.mu.Unlock()
	for v := range c.slots[slot] {
		all = append(all, v)
	}
	return all
}

// Drain ends all connections, each at a moment of its own so that not all come back at once, and waits until they have left or ctx ends.
func (c *Connections) Drain(ctx context.Context) {
	c.mu.Lock()
	c.draining = true
	for _, slot := range c.slots {
		for v := range slot {
			time.AfterFunc(rand.N(max(c.limits.Drain, 1)), func() { v.end(Farewell{Restart, "the node restarts"}) })
		}
	}
	c.mu.Unlock()
	tick := time.NewTicker(early)
	defer tick.Stop()
	for c.Open() > 0 {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Draining says whether the node goes.
func (c *Connections) Draining() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.draining
}

// Open is how many connections there are.
func (c *Connections) Open() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open
}
