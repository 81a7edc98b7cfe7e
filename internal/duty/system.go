package duty

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// SystemMember is under whose id the house's own services act; no row of a member stands behind it.
var SystemMember = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/lavoroincorso/lavoro#system"))

// SystemActor is the house itself: a SYSTEM grant on the lead organisation of each programme.
func SystemActor(ctx context.Context, db *postgres.DB) (access.Actor, error) {
	rows, err := db.Plans.Query(ctx, "select programme_id, organisation_id from programme_roots()")
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
	return access.Actor{Member: SystemMember, Grants: grants}, nil
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
