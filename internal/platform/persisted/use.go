package persisted

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// between is how often a node writes down which manifests were used.
const between = time.Minute

// Uses remembers on which day each manifest was last used, whichever node saw it.
type Uses struct {
	db    *postgres.DB
	clock func() time.Time

	mu      sync.Mutex
	written map[string]string // the day that PostgreSQL knows of from this node, by manifest
	seen    map[string]string // later days, not written yet
}

// NewUses gives what remembers uses; Run writes them down.
func NewUses(db *postgres.DB, clock func() time.Time) *Uses {
	return &Uses{db: db, clock: clock, written: map[string]string{}, seen: map[string]string{}}
}

// Note remembers that operations of these manifests were used today (UTC). Nil remembers nothing.
func (u *Uses) Note(manifests ...string) {
	if u == nil {
		return
	}
	today := u.clock().UTC().Format(time.DateOnly)
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, m := range manifests {
		if u.written[m] < today {
			u.seen[m] = today
		}
	}
}

// Run writes down once a minute what was noted, and at the end.
func (u *Uses) Run(ctx context.Context) {
	tick := time.NewTicker(between)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		if err := u.Write(bounded); err != nil {
			slog.WarnContext(ctx, "uses of manifests", "error", postgres.Safe(err))
		}
		cancel()
	}
}

// Write writes down what was noted. What fails is written the next time.
func (u *Uses) Write(ctx context.Context) error {
	u.mu.Lock()
	seen := maps.Clone(u.seen)
	u.mu.Unlock()
	for _, manifest := range slices.Sorted(maps.Keys(seen)) {
		day := seen[manifest]
		_, err := u.db.Relay.Exec(ctx, `insert into manifest_use (manifest, last_used_on) values ($1, $2::date)
			on conflict (manifest) do update set last_used_on = greatest(manifest_use.last_used_on, excluded.last_used_on)`, manifest, day)
		if err != nil {
			return err
		}
		u.mu.Lock()
		u.written[manifest] = day
		if u.seen[manifest] == day {
			delete(u.seen, manifest)
		}
		u.mu.Unlock()
	}
	return nil
}

// LastUsed gives the day of the last use of each manifest that was ever used, as 2026-01-31.
func LastUsed(ctx context.Context, db *postgres.DB) (map[string]string, error) {
	rows, err := db.Relay.Query(ctx, "select manifest, last_used_on::text from manifest_use")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	days := map[string]string{}
	for rows.Next() {
		var manifest, day string
		if err := rows.Scan(&manifest, &day); err != nil {
			return nil, err
		}
		days[manifest] = day
	}
	return days, rows.Err()
}
