package graph

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/lavoroincorso/lavoro/graph/wire"
)

// connection is what stands between a client and this node: who opened it, with the session as it is now; before anybody is let in, what his
// request brought. Rights change while it stands, and whatever runs on it goes on under the new ones.
type connection struct {
	who           Who
	app           string
	subscriptions atomic.Int32

	mu      sync.Mutex
	session Session
	feeds   []*following // that follow under the session
}

type connectionKey struct{}

// connectionOf gives the connection that an operation came by; false for a request that is answered once.
func connectionOf(ctx context.Context) (*connection, bool) {
	c, ok := ctx.Value(connectionKey{}).(*connection)
	return c, ok
}

func (c *connection) now() Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session
}

// change puts another session in the place of the one so far, and has its feeds go on under that.
func (c *connection) change(session Session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.session = session
	for _, f := range c.feeds {
		go f.again()
	}
}

// prolong keeps the session as it is now, by which its member reads the same: a page session lasts longer by its use, and for whom somebody
// stands in may be another.
func (c *connection) prolong(now Session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.session.Actor, c.session.ExpiresAt = now.Actor, now.ExpiresAt
}

// enter has a feed told of every change from the session on that it gives.
func (c *connection) enter(f *following) Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.feeds = append(c.feeds, f)
	return c.session
}

func (c *connection) leave(f *following) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.feeds = slices.DeleteFunc(c.feeds, func(one *following) bool { return one == f })
}

// over says whether the session of a connection is over by its own time.
func (r *Resolver) over(ctx context.Context) *wire.Farewell {
	if c, ok := connectionOf(ctx); ok && c.now().ended(r.Clock()) {
		return sessionOver
	}
	return nil
}

var sessionOver = &wire.Farewell{Code: wire.Forbidden, Reason: "the session is over"}

// stands looks whether a connection may still stand: whether its session goes on, under which rights, and whether its device is still in use.
func (r *Resolver) stands(ctx context.Context) *wire.Farewell {
	c, ok := connectionOf(ctx)
	if !ok {
		return nil
	}
	session := c.now()
	if reason, refused := r.deviceGone(ctx, session); refused {
		return &wire.Farewell{Code: wire.Forbidden, Reason: reason}
	}
	now, err := c.who(ctx, false)
	if unauthentic(err) {
		return sessionOver
	}
	if err != nil {
		return nil // a fault ends nothing: the next look tells
	}
	now.Actor.Purpose, now.Actor.Reason = session.Actor.Purpose, session.Actor.Reason
	if now.Actor.Alike(session.Actor) || now.Actor.Fingerprint() == session.Actor.Fingerprint() {
		c.prolong(now)
		return nil
	}
	session.Actor, session.ExpiresAt = now.Actor, now.ExpiresAt
	c.change(session)
	return nil
}
