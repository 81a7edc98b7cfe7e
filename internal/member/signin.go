package member

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// ErrUnknown is returned for somebody who proved who he is and is no member, or holds no grant today.
var ErrUnknown = errors.New("no member with a grant")

// grantsHold is how long grants once read are used without asking whether any have changed: a changed grant takes effect within it.
const grantsHold = time.Second

// Directory reads members and their grants.
type Directory struct {
	DB    *postgres.DB
	Clock postgres.Clock

	mu     sync.Mutex
	known  map[[2]string]remembered
	proved map[uuid.UUID]identified
	latest version
	marked map[uuid.UUID]string // the member's mark under the primary key of the index
}

// version numbers the state of all grants; it holds until a moment.
type version struct {
	n     int64
	until time.Time
}

// remembered is an actor as he is on a day, in one version of the grants.
type remembered struct {
	actor access.Actor
	in    int64
	on    calendar.Day
}

// identified is by what issuer and subject a member is known, in one version of the grants.
type identified struct {
	as [2]string
	in int64
}

// Actor gives the actor behind an issuer's subject, with the grants of today. ErrUnknown where there are none.
func (d *Directory) Actor(ctx context.Context, issuer, subject string) (access.Actor, error) {
	key, today := [2]string{issuer, subject}, calendar.DayOf(d.Clock())
	in, err := d.version(ctx) // before the grants: what changes meanwhile is another one
	if err != nil {
		return access.Actor{}, err
	}
	if actor, ok := d.recall(key, in, today); ok {
		return actor, nil
	}
	rows, err := d.DB.Plans.Query(ctx, "select * from sign_in($1, $2, $3)", issuer, subject, today.String())
	if err != nil {
		return access.Actor{}, fmt.Errorf("sign in: %w", err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowToStructByPos[signedIn])
	if err != nil {
		return access.Actor{}, fmt.Errorf("sign in: %w", err)
	}
	actor := access.Actor{}
	for _, l := range lines {
		actor.Member = l.Member
		if l.Role != nil {
			actor.Grants = append(actor.Grants, l.grant())
		}
	}
	if len(actor.Grants) == 0 {
		return access.Actor{}, ErrUnknown
	}
	d.remember(key, remembered{actor: actor, in: in, on: today})
	return actor, nil
}

// Of gives the actor behind a member's id, with the grants of today. ErrUnknown where there are none.
func (d *Directory) Of(ctx context.Context, member uuid.UUID) (access.Actor, error) {
	in, err := d.version(ctx)
	if err != nil {
		return access.Actor{}, err
	}
	d.mu.Lock()
	known := d.proved[member]
	d.mu.Unlock()
	if known.in == in && known.as[1] != "" {
		return d.Actor(ctx, known.as[0], known.as[1])
	}
	var issuer, subject *string // null: the identity is not known yet, or no longer
	err = d.DB.Plans.QueryRow(ctx, "select * from member_identity($1)", member).Scan(&issuer, &subject)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && (issuer == nil || subject == nil) {
		return access.Actor{}, ErrUnknown
	}
	if err != nil {
		return access.Actor{}, fmt.Errorf("sign in: %w", err)
	}
	d.mu.Lock()
	d.proved = bounded(d.proved)
	d.proved[member] = identified{[2]string{*issuer, *subject}, in}
	d.mu.Unlock()
	return d.Actor(ctx, *issuer, *subject)
}

// bounded is a map that takes one more: a new one where there is none, or where it holds too many.
func bounded[K comparable, V any](m map[K]V) map[K]V {
	if m == nil || len(m) > 10_000 {
		return map[K]V{}
	}
	return m
}

type signedIn struct {
	Member    uuid.UUID
	Name      string
	Programme *uuid.UUID
	Role      *string
	Key       *uuid.UUID
	To        *time.Time
	Absent    *uuid.UUID
}

func (l signedIn) grant() access.Grant {
	g := access.Grant{Role: access.Role(*l.Role), Programme: *l.Programme, Key: *l.Key}
	if l.To != nil {
		_ = g.To.Scan(*l.To)
	}
	if l.Absent != nil {
		g.For = *l.Absent
	}
	return g
}

// version is that of the grants, not older than grantsHold. It is one small question of a node, however many are signed in.
func (d *Directory) version(ctx context.Context) (int64, error) {
	d.mu.Lock()
	latest := d.latest
	d.mu.Unlock()
	if d.Clock().Before(latest.until) {
		return latest.n, nil
	}
	next := version{until: d.Clock().Add(grantsHold)}
	if err := d.DB.Plans.QueryRow(ctx, "select n from sign_in_version").Scan(&next.n); err != nil {
		return 0, fmt.Errorf("sign in: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if next.n != d.latest.n {
		d.known, d.proved = nil, nil // for good: a database that was restored, or lost its last commits, comes to the same number again with other grants
	}
	d.latest = next
	return next.n, nil
}

func (d *Directory) recall(key [2]string, in int64, on calendar.Day) (access.Actor, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r, ok := d.known[key]
	return r.actor, ok && r.in == in && r.on == on
}

func (d *Directory) remember(key [2]string, r remembered) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.known = bounded(d.known)
	d.known[key] = r
}

// forget has grants read again: what somebody holds was changed just now.
func (d *Directory) forget(who Identity) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.known, [2]string{who.Issuer, who.Subject})
}
