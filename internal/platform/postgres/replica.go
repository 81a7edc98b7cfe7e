package postgres

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/lavoroincorso/lavoro/internal/access"
)

// Position is a place in the primary's write-ahead log, in bytes from its beginning; 0 is before everything.
type Position = int64

// How replicas are watched: by each node on a beat, and not at each read.
const (
	beat     = 200 * time.Millisecond // between two looks at a server
	lookTime = time.Second            // after which a server that does not answer is given up
	askTime  = 100 * time.Millisecond // for which a reader waits to hear that a replica has just caught up
	nearby   = 3 * beat               // behind which a replica is not asked: it has not just caught up
	lagging  = 10 * time.Second       // may be a replica behind, where nothing else is set
)

// writtenNow: what has committed stands before it, whether it is on disk or not.
const writtenNow = "select (pg_current_wal_insert_lsn() - '0/0')::bigint"

// replicas are the servers that follow the primary, and what the primary had written when. Nil: there are none.
type replicas struct {
	list  []*replica
	watch *pgxpool.Pool // of the primary
	most  time.Duration // that a replica may be behind

	primary atomic.Int64 // reads that went to the primary
	resting atomic.Int64 // no replica is read before this moment, in Unix nanoseconds

	mu      sync.Mutex
	epoch   string
	samples []sample // of the time that counts, oldest first
}

// sample is what the primary had flushed at a moment, or more.
type sample struct {
	at      time.Time
	flushed Position
}

// replica is one server that follows.
type replica struct {
	name         string // host:port
	reads, watch *pgxpool.Pool
	served       atomic.Int64

	mu       sync.Mutex
	why      error // it is not read; nil where it is
	replayed Position
	caughtUp time.Time          // what the primary had flushed then it has replayed
	term     context.Context    // of the reads that are under way
	end      context.CancelFunc // gives them up
}

func openReplicas(ctx context.Context, c Config) (_ *replicas, err error) {
	if len(c.Replicas) == 0 {
		return nil, nil
	}
	rs := &replicas{most: cmp.Or(c.ReplicaLag, lagging)}
	defer func() {
		if err != nil {
			rs.close()
		}
	}()
	if rs.watch, err = pool(ctx, c.URL, Role, 4, lookTime); err != nil {
		return nil, err
	}
	for _, url := range c.Replicas {
		r := &replica{why: errNotSeen}
		rs.list = append(rs.list, r)
		if r.reads, err = pool(ctx, url, Role, orDefault(c.Plans, 8), c.Statement); err != nil {
			return nil, fmt.Errorf("replica: %w", err)
		}
		if r.watch, err = pool(ctx, url, Role, 4, lookTime); err != nil {
			return nil, fmt.Errorf("replica: %w", err)
		}
		server := r.reads.Config().ConnConfig
		r.name = net.JoinHostPort(server.Host, strconv.Itoa(int(server.Port)))
		if slices.ContainsFunc(rs.list[:len(rs.list)-1], func(o *replica) bool { return o.name == r.name }) {
			return nil, fmt.Errorf("replica %s is named twice", r.name)
		}
	}
	return rs, nil
}

func (rs *replicas) close() {
	if rs == nil {
		return
	}
	for _, r := range rs.list {
		r.giveUp(errNotSeen)
		for _, p := range []*pgxpool.Pool{r.reads, r.watch} {
			if p != nil {
				p.Close()
			}
		}
	}
	if rs.watch != nil {
		rs.watch.Close()
	}
}

// ReadNear is ReadText on a replica that shows all that the actor must see, or on the primary, by his keys. A replica that fails is no failure of the
// read.
func (db *DB) ReadNear(ctx context.Context, actor access.Actor, keys access.Settings, statement Statement, args ...any) ([]byte, error) {
	if db.replicas == nil {
		return readText(ctx, db.Plans, keys, statement, args)
	}
	if r, term := db.near(ctx, actor); r != nil {
		text, err := r.read(ctx, term, keys, statement, args)
		if err == nil || BadValue(err) || TookTooLong(err) || ctx.Err() != nil {
			r.served.Add(1)
			return text, err
		}
		if Unreachable(err) {
			r.giveUp(err)
		} else {
			slog.WarnContext(ctx, "a replica did not answer a read that the primary is asked for", "replica", r.name, "error", Safe(err))
		}
	}
	db.replicas.primary.Add(1)
	return readText(ctx, db.Plans, keys, statement, args)
}

// near gives a replica that shows what the actor must see, and the context that ends when it is given up; nil for none. The same reader comes
// to the same replica as long as it serves, so that he does not go back and forth between two.
func (db *DB) near(ctx context.Context, actor access.Actor) (*replica, context.Context) {
	rs := db.replicas
	if db.Required == nil || time.Now().UnixNano() < rs.resting.Load() {
		return nil, nil
	}
	of := []uuid.UUID{actor.Member}
	for _, g := range actor.Grants {
		of = append(of, g.Programme)
	}
	needed, err := db.Required(ctx, parties(of))
	if err != nil {
		return nil, nil
	}
	first := int(binary.BigEndian.Uint32(actor.Member[12:])) % len(rs.list)
	for n := range rs.list {
		r := rs.list[(first+n)%len(rs.list)]
		if term := r.shows(ctx, needed, rs.most); term != nil {
			return r, term
		}
	}
	return nil, nil
}

// parties are those whom something is about, each once.
func parties(of []uuid.UUID) []uuid.UUID {
	slices.SortFunc(of, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return slices.DeleteFunc(slices.Compact(of), func(id uuid.UUID) bool { return id == uuid.Nil })
}

// written notes up to where they must be able to read whom the transaction is about, once it has ended. Where that cannot be noted nobody at
// this node reads from a replica until each has it that is read.
func (db *DB) written(ctx context.Context, tx *Tx) {
	if db.replicas == nil || !tx.stands {
		return
	}
	of := []uuid.UUID{tx.Actor.Member}
	for _, n := range tx.news {
		of = append(of, n.Programme)
	}
	for _, e := range tx.entries {
		of = append(of, e.Programme)
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTime) // who has gone may come back
	defer cancel()
	var at Position
	err := db.replicas.watch.QueryRow(bounded, writtenNow).Scan(&at)
	if err == nil && db.OnWritten != nil {
		err = db.OnWritten(bounded, at, parties(of))
	}
	if err != nil {
		db.replicas.resting.Store(time.Now().Add(db.replicas.most).UnixNano())
		slog.WarnContext(ctx, "replicas are not read for a while: a write could not be noted", "error", Safe(err))
	}
}

// shows gives the context of a read of the position; nil where the replica does not show it. One that has caught up is asked, for what was
// written just now has mostly arrived.
func (r *replica) shows(ctx context.Context, needed Position, most time.Duration) context.Context {
	r.mu.Lock()
	term, replayed, behind := r.term, r.replayed, time.Since(r.caughtUp)
	r.mu.Unlock()
	if term == nil || behind > most || replayed < needed && (behind > nearby || r.ask(ctx) < needed) {
		return nil
	}
	return term
}

// ask gives what the replica has replayed by now; 0 where it does not answer at once.
func (r *replica) ask(ctx context.Context) (replayed Position) {
	bounded, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	var epoch string
	if err := r.watch.QueryRow(bounded, replicaNow).Scan(&epoch, &replayed); err != nil || epoch == "" {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.replayed = max(r.replayed, replayed)
	return replayed
}

// read is one statement on the replica, which ends when the replica is given up.
func (r *replica) read(ctx, term context.Context, keys access.Settings, statement Statement, args []any) ([]byte, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(term, cancel)()
	return readText(ctx, r.reads, keys, statement, args)
}

// ReplicaFigures is how it stands with one replica.
type ReplicaFigures struct {
	Name   string  // host:port
	Used   bool    // reads go there
	Served int64   // reads
	Bytes  int64   // of the primary's log that it has not replayed, as far as is known
	Behind float64 // seconds, by this node's clock; +Inf for longer than is known
}

// ReplicaFigures tells how it stands with each replica, and how many reads that could have gone to one were answered by the primary.
func (db *DB) ReplicaFigures() (of []ReplicaFigures, byPrimary int64) {
	rs := db.replicas
	if rs == nil {
		return nil, 0
	}
	rs.mu.Lock()
	var flushed Position
	if n := len(rs.samples); n > 0 {
		flushed = rs.samples[n-1].flushed
	}
	rs.mu.Unlock()
	for _, r := range rs.list {
		r.mu.Lock()
		f := ReplicaFigures{Name: r.name, Used: r.why == nil, Served: r.served.Load(), Bytes: max(0, flushed-r.replayed), Behind: math.Inf(1)}
		if !r.caughtUp.IsZero() {
			f.Behind = time.Since(r.caughtUp).Seconds()
		}
		r.mu.Unlock()
		of = append(of, f)
	}
	return of, rs.primary.Load()
}
