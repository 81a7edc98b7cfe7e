package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

var sealedPlace = secret.Place{Table: "note", Column: "text", Row: uuid.MustParse("00000000-0000-4000-8000-000000000001")}

// under runs fn in a transaction of nobody.
func (g *ground) under(fn func(context.Context, *postgres.Tx) error) error {
	return g.db.InTx(g.ctx, access.Actor{}, time.Now, fn)
}

// sealFor seals a word under the person's key, in a transaction of its own.
func (g *ground) sealFor(person uuid.UUID, word string) (sealed []byte) {
	g.t.Helper()
	err := g.under(func(ctx context.Context, tx *postgres.Tx) error {
		key, err := tx.DataKey(ctx, person)
		if err == nil {
			sealed = key.Seal([]byte(word), sealedPlace)
		}
		return err
	})
	if err != nil {
		g.t.Fatal(err)
	}
	return sealed
}

func TestAPersonsKeyIsMadeOnce(t *testing.T) {
	g := lay(t, postgres.Config{})
	anna, bruno, nobody := uuid.New(), uuid.New(), uuid.New()
	sealed := map[uuid.UUID][]byte{anna: g.sealFor(anna, "anna"), bruno: g.sealFor(bruno, "bruno"), uuid.Nil: g.sealFor(uuid.Nil, "nobody")}
	again := g.sealFor(anna, "anna")
	if n := g.number("select count(*) from person_key"); n != 2 {
		t.Errorf("%d keys for two persons", n)
	}
	if n := g.number("select count(*) from person_key where kek_version = $1", int64(g.db.Keys.KekVersions()[0])); n != 2 {
		t.Errorf("%d keys say what wraps them", n)
	}
	err := g.under(func(ctx context.Context, tx *postgres.Tx) error {
		keys, err := tx.DataKeys(ctx, []uuid.UUID{anna, bruno, nobody, uuid.Nil})
		if err != nil {
			return err
		}
		if _, there := keys[nobody]; there || len(keys) != 3 {
			t.Errorf("%d keys; reading made one", len(keys))
		}
		for person, value := range sealed {
			if _, err := keys[person].Open(value, sealedPlace); err != nil {
				t.Errorf("%v", err)
			}
		}
		if _, err := keys[anna].Open(again, sealedPlace); err != nil {
			t.Errorf("sealed in another transaction: %v", err)
		}
		if _, err := keys[bruno].Open(again, sealedPlace); !errors.Is(err, secret.ErrUnreadable) {
			t.Errorf("another person's key opens: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTwoTransactionsMakeOneKey: the second waits for the first and takes its key.
func TestTwoTransactionsMakeOneKey(t *testing.T) {
	g := lay(t, postgres.Config{})
	anna := uuid.New()
	var first, second []byte
	made, done := make(chan struct{}), make(chan error, 1)
	go func() {
		<-made
		done <- g.under(func(ctx context.Context, tx *postgres.Tx) error {
			key, err := tx.DataKey(ctx, anna)
			if err == nil {
				second = key.Seal([]byte("second"), sealedPlace)
			}
			return err
		})
	}()
	err := g.under(func(ctx context.Context, tx *postgres.Tx) error {
		key, err := tx.DataKey(ctx, anna)
		if err != nil {
			return err
		}
		first = key.Seal([]byte("first"), sealedPlace)
		close(made)
		return g.waits(1)
	})
	if err := errors.Join(err, <-done); err != nil {
		t.Fatal(err)
	}
	_ = g.under(func(ctx context.Context, tx *postgres.Tx) error {
		key, err := tx.DataKey(ctx, anna)
		if err != nil {
			t.Fatal(err)
		}
		for _, sealed := range [][]byte{first, second} {
			if _, err := key.Open(sealed, sealedPlace); err != nil {
				t.Error(err)
			}
		}
		return nil
	})
}

// waits returns once so many sessions of this database wait for a lock.
func (g *ground) waits(n int64) error {
	for g.ctx.Err() == nil {
		var waiting int64
		err := g.owner.QueryRow(g.ctx, "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").Scan(&waiting)
		if err != nil || waiting >= n {
			return err
		}
	}
	return g.ctx.Err()
}

func TestADestroyedKeyIsNotMadeAgain(t *testing.T) {
	g := lay(t, postgres.Config{})
	anna := uuid.New()
	g.sealFor(anna, "anna")
	g.own("insert into destroyed_key select person_id, now(), sha256(wrapped) from person_key")
	g.own("delete from person_key")
	err := g.under(func(ctx context.Context, tx *postgres.Tx) error {
		keys, err := tx.DataKeys(ctx, []uuid.UUID{anna})
		if err != nil || !keys[anna].Erased() {
			t.Errorf("among keys: %v %v", keys, err)
		}
		_, err = tx.DataKey(ctx, anna)
		return err
	})
	if !errors.Is(err, secret.ErrErased) {
		t.Errorf("%v", err)
	}
	if n := g.number("select count(*) from person_key"); n != 0 {
		t.Errorf("%d keys", n)
	}
}

func TestKeysAreGivenByFunctionsOnly(t *testing.T) {
	g := lay(t, postgres.Config{})
	g.sealFor(uuid.New(), "x")
	for _, sql := range []string{"select 1 from person_key", "select 1 from destroyed_key", "delete from person_key", "insert into person_key values (gen_random_uuid(), '', 0, now())"} {
		if err := g.under(func(ctx context.Context, tx *postgres.Tx) error { _, err := tx.ExecContext(ctx, sql); return err }); err == nil {
			t.Errorf("the application may %s", sql)
		}
	}
}

func TestADatabaseWithoutKeysSealsNothing(t *testing.T) {
	g := lay(t, postgres.Config{})
	g.db.Keys = nil
	err := g.under(func(ctx context.Context, tx *postgres.Tx) error { _, err := tx.DataKey(ctx, uuid.New()); return err })
	if !errors.Is(err, postgres.ErrNoKeys) {
		t.Errorf("%v", err)
	}
}

func TestKeysOfAnotherInstallationAreTold(t *testing.T) {
	g := lay(t, postgres.Config{})
	home := uuid.New()
	for range 2 {
		if err := g.db.Recognise(g.ctx, home); err != nil {
			t.Fatal(err)
		}
	}
	rotated, err := g.db.Keys.Rotate()
	if err != nil {
		t.Fatal(err)
	}
	g.db.Keys.Take(rotated)
	if err := g.db.Recognise(g.ctx, home); err != nil {
		t.Errorf("its own keys, rotated: %v", err)
	}
	anna := uuid.New()
	g.sealFor(anna, "anna")
	if g.db.Keys, err = secret.Generate(); err != nil {
		t.Fatal(err)
	}
	if err := g.db.Recognise(g.ctx, home); !errors.Is(err, postgres.ErrOtherKeys) {
		t.Errorf("recognised: %v", err)
	}
	err = g.under(func(ctx context.Context, tx *postgres.Tx) error { _, err := tx.DataKey(ctx, anna); return err })
	if !errors.Is(err, secret.ErrForeignKey) {
		t.Errorf("%v", err)
	}
}
