package main

import (
	"context"
	_ "embed"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

// sealGo is part of how the data are loaded.
//
//go:embed seal.go
var sealGo string

// classes of groups, in the order in which their sealed lists are copied.
var classes = []string{"health", "penal", "protection", "restricted"}

// groupsOf are the groups of the n-th person by class: every one has left care, every second lives in an emergency and has a disability.
func groupsOf(n int) map[string][]string {
	groups := map[string][]string{"restricted": {"CARE_LEAVERS"}, "health": {}, "penal": {}, "protection": {}}
	for _, g := range []struct {
		class, code string
		every       int
	}{{"restricted", "HOUSING_EMERGENCY", 2}, {"health", "DISABILITY", 2}, {"penal", "EX_DETAINED", 5}, {"protection", "VIOLENCE_VICTIMS", 10}} {
		if n/8%g.every == 0 {
			groups[g.class] = append(groups[g.class], g.code)
		}
	}
	return groups
}

// copySealed brings each person's data key and what is sealed under it, as the acts seal it.
func copySealed(ctx context.Context, conn *pgx.Conn, keys *secret.Keys) error {
	if _, err := conn.Exec(ctx, "create temp table sealed (n int primary key, wrapped bytea, kek bigint, service bytea, lists bytea[], groups int, exempt boolean)"); err != nil {
		return err
	}
	rows, err := conn.Query(ctx, `select n, person_id, id, array(select pg_temp.v7(70 + i, n) from generate_series(0, 3) i)
		from (select n, person_id, id from someone union all select n, person_id, id from small_one) o order by n`)
	if err != nil {
		return err
	}
	var n int
	var person, id uuid.UUID
	var lists []uuid.UUID
	var sealed [][]any
	if _, err := pgx.ForEachRow(rows, []any{&n, &person, &id, &lists}, func() error {
		row, err := sealOne(keys, n, person, id, lists)
		sealed = append(sealed, row)
		return err
	}); err != nil {
		return err
	}
	_, err = conn.CopyFrom(ctx, pgx.Identifier{"sealed"}, []string{"n", "wrapped", "kek", "service", "lists", "groups", "exempt"}, pgx.CopyFromRows(sealed))
	return err
}

func sealOne(keys *secret.Keys, n int, person, id uuid.UUID, lists []uuid.UUID) ([]any, error) {
	wrapped, key, err := keys.NewDataKey(person)
	if err != nil {
		return nil, err
	}
	service := key.SealPadded([]byte("Servizio sociale"), 256, secret.Place{Table: "participation", Column: "referring_service", Row: id})
	groups, all, count := groupsOf(n), make([][]byte, len(classes)), 0
	for i, class := range classes {
		codes, err := json.Marshal(groups[class])
		if err != nil {
			return nil, err
		}
		count += len(groups[class])
		all[i] = key.SealPadded(codes, 512, secret.Place{Table: "participation_group", Column: "sealed", Row: lists[i]})
	}
	return []any{n, wrapped.Bytes, int64(wrapped.Version), service, all, count, len(groups["health"]) > 0}, nil
}
