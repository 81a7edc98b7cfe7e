package testdb

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/platform/journal"
)

// Details opens the journal's details that the condition over journal j chooses, in order, as the owner with the installation's keys.
func (db *DB) Details(where string, args ...any) []string {
	db.t.Helper()
	ctx := context.Background()
	owner, err := pgx.Connect(ctx, db.OwnerURL)
	if err != nil {
		db.t.Fatal(err)
	}
	defer owner.Close(ctx)
	rows, err := owner.Query(ctx, `select j.id, j.detail, j.sealed, k.person_id, k.wrapped from journal j left join person_key k on k.person_id = j.person_id
		where j.detail is not null and (`+where+`) order by j.programme_id, j.seq`, args...)
	if err != nil {
		db.t.Fatal(err)
	}
	defer rows.Close()
	var details []string
	for rows.Next() {
		var id uuid.UUID
		var detail, wrapped []byte
		var sealed bool
		var person *uuid.UUID
		if err := rows.Scan(&id, &detail, &sealed, &person, &wrapped); err != nil {
			db.t.Fatal(err)
		}
		key := db.Keys.Own()
		if person != nil {
			if key, err = db.Keys.Unwrap(*person, wrapped); err != nil {
				db.t.Fatal(err)
			}
		}
		if sealed {
			if detail, err = key.Open(detail, journal.DetailOf(id)); err != nil {
				db.t.Fatal(err)
			}
		}
		details = append(details, string(detail))
	}
	if err := rows.Err(); err != nil {
		db.t.Fatal(err)
	}
	return details
}
