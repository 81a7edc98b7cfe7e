package duty

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// SystemActor is the house itself: a SYSTEM grant on the lead organisation of each programme, and one on its protected participations,
// which the lead organisation does not see.
func SystemActor(ctx context.Context, db *postgres.DB) (access.Actor, error) {
	rows, err := db.Relay.Query(ctx, "select programme_id, organisation_id from programme_roots()")
	if err != nil {
		return access.Actor{}, fmt.Errorf("programmes: %w", err)
	}
	grants, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (access.Grant, error) {
		g := access.Grant{Role: access.System}
		return g, row.Scan(&g.Programme, &g.Key)
	})
	if err != nil {
		return access.Actor{}, fmt.Errorf("programmes: %w", err)
	}
	a := access.Actor{Member: access.SystemMember, Grants: grants}
	for _, programme := range programmes(a) {
		a.Grants = append(a.Grants, access.Grant{Role: access.System, Programme: programme, Key: access.HouseKey(programme)})
	}
	return a, nil
}

// within is the actor with only its grants in one programme, so that a mistake in one cannot touch another.
func within(a access.Actor, programme uuid.UUID) access.Actor {
	narrow := access.Actor{Member: a.Member}
	for _, g := range a.Grants {
		if g.Programme == programme {
			narrow.Grants = append(narrow.Grants, g)
		}
	}
	return narrow
}

// programmes lists those that the actor has grants in, each once.
func programmes(a access.Actor) []uuid.UUID {
	var ids []uuid.UUID
	seen := map[uuid.UUID]bool{}
	for _, g := range a.Grants {
		if !seen[g.Programme] {
			seen[g.Programme] = true
			ids = append(ids, g.Programme)
		}
	}
	return ids
}

// pending is a reaction that lies behind a programme's news.
type pending struct {
	Name      string
	Programme uuid.UUID
}

// behind lists what waits, in the order in which the reactions were given.
func (r *Runner) behind(ctx context.Context) ([]pending, error) {
	names := make([]string, len(r.Reactions))
	for i, reaction := range r.Reactions {
		names[i] = reaction.Name
	}
	rows, err := r.DB.Relay.Query(ctx, `select n.name, h.programme_id from unnest($1::text[]) with ordinality n(name, i) cross join news_head h
		left join reaction_position p on p.name = n.name and p.programme_id = h.programme_id
		where h.seq > coalesce(p.seq, 0) order by n.i, h.programme_id`, names)
	if err != nil {
		return nil, fmt.Errorf("positions: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[pending])
}

// reached is how far a reaction has come in a programme, as it stands now.
func reached(ctx context.Context, db *postgres.DB, w pending) (seq int64, err error) {
	err = db.Relay.QueryRow(ctx, "select coalesce((select seq from reaction_position where name = $1 and programme_id = $2), 0)", w.Name, w.Programme).Scan(&seq)
	if err != nil {
		return 0, fmt.Errorf("position of %s: %w", w.Name, err)
	}
	return seq, nil
}

// lastRun is when a routine last ran; zero: never.
func lastRun(ctx context.Context, db *postgres.DB, name string) (at time.Time, err error) {
	err = db.Relay.QueryRow(ctx, "select coalesce((select ran_at from routine where name = $1), '0001-01-01Z')", name).Scan(&at)
	return at, err
}

func keepRun(ctx context.Context, db *postgres.DB, name string, at time.Time) error {
	_, err := db.Relay.Exec(ctx, "insert into routine values ($1, $2) on conflict (name) do update set ran_at = excluded.ran_at", name, at)
	return err
}
