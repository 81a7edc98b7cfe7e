package main

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/cmd/lavoro/faulttest"
)

// takeOver bounds how long after the death of the node that carries another one carries.
const takeOver = 2 * time.Second

// fault is one way in which something fails, and is whole again when do returns.
type fault struct {
	name  string
	short bool // in the short form, too
	do    func(*faultRun)
}

var faults = []fault{
	{"the node that carries is killed", true, func(r *faultRun) { r.killed(r.carrier()) }},
	{"Redis is killed", true, (*faultRun).redisKilled},
	{"Redis is flushed, with events that a node has not read", true, (*faultRun).redisFlushed},
	{"PostgreSQL is killed", true, (*faultRun).postgresKilled},
	{"a relay freezes with events in its hands, and thaws when another carries", true, (*faultRun).relayFrozen},
	{"a relay carries again what was carried long ago", true, (*faultRun).carriedAgain},
	{"everybody drops, and comes back at once", true, (*faultRun).everybodyDrops},
	{"a node freezes inside a transaction", false, (*faultRun).frozenInside},
	{"a relay is killed before it has noted what it carried", false, (*faultRun).relayKilled},
	{"a long transaction keeps an old snapshot", false, (*faultRun).oldSnapshot},
	{"a long transaction holds the programme's head for 3 s", false, func(r *faultRun) { r.headHeld(3 * time.Second) }},
	{"a long transaction holds the programme's head for 7 s", false, func(r *faultRun) { r.headHeld(7 * time.Second) }},
	{"the node that does not carry is killed", false, func(r *faultRun) { r.killed(r.other()) }},
	{"a node freezes, and its clients go to the other", false, (*faultRun).nodeFrozen},
	{"a node restarts in order", false, func(r *faultRun) { n := r.carrier(); n.Stop(); r.restart(n) }},
}

// disturb lets one thing fail after the other, each once at least, until the span is over.
func (r *faultRun) disturb(span time.Duration) {
	defer r.endSnapshot()
	end := time.Now().Add(span)
	r.recover()
	for round := 0; round == 0 || time.Now().Before(end); round++ {
		for _, f := range faults {
			if !f.short && !r.long || round > 0 && time.Now().After(end) {
				continue
			}
			r.misbehave()
			r.quiet = append(r.quiet, time.Now())
			began := time.Now()
			f.do(r)
			whole := time.Now()
			r.recover()
			r.Logf("%5.1f s  %s; everybody was there again after %.1f s", time.Since(began).Seconds(), f.name, time.Since(whole).Seconds())
		}
	}
}

// misbehave has some followers do what clients do: drop, leave a connection half open, read nothing for a while.
func (r *faultRun) misbehave() {
	for i, f := range r.followers {
		switch {
		case f.Narrow > 0:
			if r.long && !f.Deaf() {
				f.Deafen(27 * time.Second) // a node waits for twenty once the buffers are full, and says why for ten more
			}
		case rand.IntN(12) == 0:
			f.Drop()
		case i%3 == 1 && rand.IntN(12) == 0:
			f.Abandon()
		}
	}
}

// recover waits until those who see all have all that was told until now, and then for a stretch in which nothing is disturbed.
func (r *faultRun) recover() {
	r.Helper()
	var last int64
	r.one(&last, "select coalesce(max(seq), 0) from outbox where programme_id = $1 and seq > $2 and subject_kind = 'Attendance'", r.programme, r.head)
	r.until("the whole register is followed again", func() bool {
		for _, f := range r.whole {
			if f.Reached() < last {
				return false
			}
		}
		return true
	})
	r.quiet = append(r.quiet, time.Now())
	r.carriedMore(map[bool]int{false: 30, true: 60}[r.long])
}

// undisturbed says whether nothing was out of order at a moment: each bound of the list ends what the one before began.
func (r *faultRun) undisturbed(at time.Time) bool {
	passed := 0
	for _, bound := range r.quiet {
		if bound.Before(at) {
			passed++
		}
	}
	return passed%2 == 1 && passed < len(r.quiet)
}

// carriedMore waits until a relay has carried so many events more.
func (r *faultRun) carriedMore(n int) {
	r.Helper()
	before := r.carried.Count()
	r.until("events are carried", func() bool { return r.carried.Count() >= before+n })
}

// carrier is the node whose relay holds the lease: each is known by the name under which it has held it since its last start.
func (r *faultRun) carrier() *faulttest.Node {
	var holder uuid.UUID
	conn := r.owner()
	defer conn.Close(context.Background())
	if conn.QueryRow(context.Background(), "select holder from lease where name = 'relay'").Scan(&holder) != nil {
		return nil
	}
	var unknown *faulttest.Node
	for _, n := range r.nodes {
		if r.known[n] == holder {
			return n
		}
		if r.known[n] == uuid.Nil && unknown == nil {
			unknown = n
		}
	}
	if unknown != nil {
		r.known[unknown] = holder
	}
	return unknown
}

// other is the node that does not carry.
func (r *faultRun) other() *faulttest.Node {
	if r.carrier() == r.nodes[0] {
		return r.nodes[1]
	}
	return r.nodes[0]
}

// killed kills a node and starts it again after a while.
func (r *faultRun) killed(n *faulttest.Node) {
	carried := n == r.carrier()
	n.Kill()
	if dead := time.Now(); carried {
		r.takenOver(dead)
	}
	r.wait(r.away)
	r.restart(n)
}

// takenOver measures how long after a death the next event is carried.
func (r *faultRun) takenOver(dead time.Time) {
	r.Helper()
	var next faulttest.Added
	r.until("another relay takes over", func() (is bool) { next, is = r.carried.After(dead.Add(time.Millisecond)); return is })
	took := next.At.Sub(dead)
	r.takeovers = append(r.takeovers, took)
	bound := takeOver
	if !r.long {
		bound *= 3 // beside other tests
	}
	if took > bound {
		r.Errorf("another relay carried only %v after a death", took)
	}
}

func (r *faultRun) restart(n *faulttest.Node) {
	r.Helper()
	r.carrier() // whoever carries now is known by this
	r.known[n] = uuid.Nil
	r.startNode(n)
}

// wait lets a fault last.
func (r *faultRun) wait(d time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	<-ctx.Done()
}

func (r *faultRun) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r *faultRun) redisKilled() {
	r.must(r.db.Redis().Kill())
	r.wait(r.away)
	r.must(r.db.Redis().Restart(context.Background()))
}

// redisFlushed flushes Redis while a node is frozen: what was carried meanwhile is a hole for it.
func (r *faultRun) redisFlushed() {
	n := r.other()
	r.must(n.Freeze())
	r.carriedMore(10)
	r.must(r.carried.Flush(context.Background()))
	r.must(n.Thaw())
}

func (r *faultRun) postgresKilled() {
	r.endSnapshot()
	r.must(r.db.Postgres().Kill())
	r.wait(r.away)
	r.must(r.db.Postgres().Restart(context.Background()))
}

// heldBetween lets a relay carry events and holds it before it notes that it has; then do is done to its node, and its connection is cut.
func (r *faultRun) heldBetween(do func(*faulttest.Node)) {
	r.Helper()
	ctx, conn, n := context.Background(), r.owner(), r.carrier()
	defer conn.Close(ctx)
	tx, err := conn.Begin(ctx)
	r.must(err)
	_, err = tx.Exec(ctx, "select from relay_position where programme_id = $1 for update", r.programme)
	r.must(err)
	pid := r.waiting("insert into relay_position%")
	do(n)
	r.cut(pid)
	r.must(tx.Rollback(ctx))
}

// waiting gives the server's process that waits for a lock with a statement like the pattern.
func (r *faultRun) waiting(pattern string) (pid int32) {
	r.Helper()
	conn := r.owner()
	defer conn.Close(context.Background())
	r.until("somebody waits with "+pattern, func() bool {
		return conn.QueryRow(context.Background(), "select pid from pg_stat_activity where wait_event_type = 'Lock' and query like $1", pattern).Scan(&pid) == nil
	})
	return pid
}

func (r *faultRun) cut(pid int32) {
	r.Helper()
	var done bool
	r.one(&done, "select pg_terminate_backend($1, 5000)", pid)
}

func (r *faultRun) relayFrozen() {
	var frozen *faulttest.Node
	r.heldBetween(func(n *faulttest.Node) { frozen = n; r.must(n.Freeze()) })
	r.until("another relay holds the lease", func() bool { return r.carrier() != frozen })
	r.carriedMore(10)
	r.must(frozen.Thaw())
}

func (r *faultRun) relayKilled() {
	var dead time.Time
	var n *faulttest.Node
	r.heldBetween(func(carrier *faulttest.Node) { n = carrier; n.Kill(); dead = time.Now() })
	r.takenOver(dead)
	r.restart(n)
}

func (r *faultRun) carriedAgain() {
	r.must(r.carried.Again(context.Background(), 100))
	r.carriedMore(100)
}

// everybodyDrops ends all connections, one after the other, so that each stands where it stood then; they come back all at once, to a database
// that is slow: who stand near are read on for together.
func (r *faultRun) everybodyDrops() {
	const over = time.Second
	back := time.Now().Add(over + time.Second/2)
	for _, i := range rand.Perm(len(r.followers)) {
		if f := r.followers[i]; f.Narrow == 0 || !f.Deaf() {
			f.StayAway(back)
		}
		r.wait(over / time.Duration(len(r.followers)))
	}
	ctx, conn := context.Background(), r.owner()
	defer conn.Close(ctx)
	tx, err := conn.Begin(ctx)
	r.must(err)
	_, err = tx.Exec(ctx, "lock table attendance in access exclusive mode")
	r.must(err)
	r.wait(time.Until(back.Add(time.Second)))
	r.must(tx.Rollback(ctx))
}

func (r *faultRun) nodeFrozen() {
	n := r.other()
	r.must(n.Freeze())
	r.wait(6 * time.Second)
	r.must(n.Thaw())
}

// frozenInside freezes a node whose act has the programme's head and is not committed: the database ends its transaction, and the act,
// asked for again, is done once.
func (r *faultRun) frozenInside() {
	ctx, conn, n := context.Background(), r.owner(), r.other()
	defer conn.Close(ctx)
	tx, err := conn.Begin(ctx)
	r.must(err)
	_, err = tx.Exec(ctx, "select from news_head where programme_id = $1 for update", r.programme)
	r.must(err)
	id, answered := uuid.Must(uuid.NewV7()).String(), make(chan struct{})
	go func() {
		defer close(answered)
		r.writer.Act(ctx, n, "att_"+id)
	}()
	pid := r.waiting("%news_append%" + id + "%")
	r.must(n.Freeze())
	r.must(tx.Rollback(ctx))
	r.until("the frozen transaction is ended", func() bool {
		var there bool
		err := conn.QueryRow(ctx, "select exists (select from pg_stat_activity where pid = $1 and query like $2)", pid, "%"+id+"%").Scan(&there)
		return err == nil && !there
	})
	r.must(n.Thaw())
	<-answered
}

func (r *faultRun) headHeld(d time.Duration) {
	ctx, conn := context.Background(), r.owner()
	defer conn.Close(ctx)
	tx, err := conn.Begin(ctx)
	r.must(err)
	_, err = tx.Exec(ctx, "select from news_head where programme_id = $1 for update", r.programme)
	r.must(err)
	r.wait(d)
	r.must(tx.Rollback(ctx))
}

// oldSnapshot begins to read and does not end: until PostgreSQL is killed, or the run is over.
func (r *faultRun) oldSnapshot() {
	r.endSnapshot()
	ctx, conn := context.Background(), r.owner()
	_, err := conn.Exec(ctx, "begin isolation level repeatable read")
	r.must(err)
	_, err = conn.Exec(ctx, "select count(*) from outbox")
	r.must(err)
	r.snapshot = conn
	r.carriedMore(30)
}

func (r *faultRun) endSnapshot() {
	if r.snapshot != nil {
		_ = r.snapshot.Close(context.Background())
		r.snapshot = nil
	}
}
