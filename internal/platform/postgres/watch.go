package postgres

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// What each server is asked on the beat. What a replica has replayed the primary had flushed before.
const (
	primaryNow = "select lavoro_epoch(), (pg_current_wal_flush_lsn() - '0/0')::bigint"
	replicaNow = "select case when pg_is_in_recovery() then lavoro_epoch() else '' end, coalesce((pg_last_wal_replay_lsn() - '0/0')::bigint, 0)"
)

// Why a replica is not read.
var (
	errNotSeen      = errors.New("it was not seen yet")
	errPromoted     = errors.New("it follows nobody")
	errOtherHistory = errors.New("its history is not the primary's")
	errFarBehind    = errors.New("it is too far behind")
)

// Watch looks at the primary and its replicas until the context ends; without replicas it has nothing to do.
func (db *DB) Watch(ctx context.Context) {
	rs := db.replicas
	if rs == nil {
		return
	}
	var wg sync.WaitGroup
	wg.Go(func() { onBeat(ctx, rs.sample) })
	for _, r := range rs.list {
		wg.Go(func() {
			onBeat(ctx, func(ctx context.Context) { r.look(ctx, rs) })
			r.giveUp(errNotSeen)
		})
	}
	wg.Wait()
}

func onBeat(ctx context.Context, look func(context.Context)) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for ctx.Err() == nil {
		bounded, cancel := context.WithTimeout(ctx, lookTime)
		look(bounded)
		cancel()
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

// sample notes what the primary has flushed. While it does not answer nothing is noted, and replicas grow old.
func (rs *replicas) sample(ctx context.Context) {
	s, epoch := sample{at: time.Now()}, ""
	if err := rs.watch.QueryRow(ctx, primaryNow).Scan(&epoch, &s.flushed); err != nil {
		return
	}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if epoch != rs.epoch {
		rs.epoch, rs.samples = epoch, nil
	}
	old := func(o sample) bool { return s.at.Sub(o.at) > rs.most+lookTime }
	rs.samples = append(slices.DeleteFunc(rs.samples, old), s)
}

// reached says when the primary had no more than what is replayed, at the latest that is known.
func (rs *replicas) reached(epoch string, replayed Position) (at time.Time, err error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	switch {
	case epoch == "":
		return at, errPromoted
	case rs.epoch == "":
		return at, errNotSeen
	case epoch != rs.epoch:
		return at, errOtherHistory
	}
	for _, s := range rs.samples {
		if s.flushed <= replayed {
			at = s.at
		}
	}
	switch {
	case time.Since(at) <= rs.most:
	case at.IsZero() && time.Since(rs.samples[0].at) < rs.most:
		return at, errNotSeen // the node has begun to look: how far behind it is is not known
	default:
		return at, errFarBehind
	}
	return at, nil
}

// look finds out whether the replica may be read.
func (r *replica) look(ctx context.Context, rs *replicas) {
	var epoch string
	var replayed Position
	err := r.watch.QueryRow(ctx, replicaNow).Scan(&epoch, &replayed)
	if errors.Is(ctx.Err(), context.Canceled) {
		return // the node ends
	}
	if err != nil {
		r.giveUp(err)
		return
	}
	at, err := rs.reached(epoch, replayed)
	r.mu.Lock()
	r.replayed, r.caughtUp = replayed, at
	if err == nil && r.why != nil {
		r.why = nil
		r.term, r.end = context.WithCancel(context.WithoutCancel(ctx))
		slog.InfoContext(ctx, "a replica is read", "replica", r.name)
	}
	r.mu.Unlock()
	if err != nil {
		r.giveUp(err)
	}
}

// giveUp has nobody read the replica until it was looked at again. What is under way there is cut; its connections may hang or be dead.
func (r *replica) giveUp(why error) {
	r.mu.Lock()
	read := r.why == nil
	told := errors.Is(why, errNotSeen) || !read && !errors.Is(r.why, errNotSeen)
	r.why = why
	if read {
		r.end()
		r.term, r.end = nil, nil
	}
	r.mu.Unlock()
	if read {
		r.reads.Reset()
	}
	if !told {
		slog.Warn("a replica is not read", "replica", r.name, "why", Safe(why))
	}
}
