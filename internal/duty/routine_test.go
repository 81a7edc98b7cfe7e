package duty_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// TestAProgrammeThatFailsKeepsNoOther: each has a transaction of its own, with the house's rights in it alone.
func TestAProgrammeThatFailsKeepsNoOther(t *testing.T) {
	db, err := postgres.Open(t.Context(), postgres.Config{URL: testdb.New(t).AppURL})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	bad, good := uuid.New(), uuid.New()
	system := access.Actor{Member: uuid.New()}
	for _, of := range []uuid.UUID{bad, good} {
		system.Grants = append(system.Grants, access.Grant{Role: access.System, Programme: of, Key: uuid.New()})
	}
	failed := errors.New("failed")
	var heard []uuid.UUID
	run := duty.InEachProgramme(db, func(_ context.Context, tx *postgres.Tx, of []uuid.UUID) error {
		heard = append(heard, of...)
		for _, g := range tx.Actor.Grants {
			if !slices.Equal(of, []uuid.UUID{g.Programme}) {
				t.Errorf("rights in %s while it is the turn of %s", g.Programme, of)
			}
		}
		if slices.Contains(of, bad) {
			return failed
		}
		return nil
	})
	if err := run(t.Context(), system, time.Now()); !errors.Is(err, failed) || !slices.Equal(heard, []uuid.UUID{bad, good}) {
		t.Errorf("%v, %v", heard, err)
	}
}
