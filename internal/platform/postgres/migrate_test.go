package postgres_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// empty makes a database that nobody has migrated.
func empty(t *testing.T) string {
	t.Helper()
	ctx := t.Context()
	owner := testdb.New(t).OwnerURL
	conn, err := pgx.Connect(ctx, owner)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	u, err := url.Parse(owner)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/") + "_new"
	if _, err := conn.Exec(ctx, "create database "+name+" template template0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		conn, err := pgx.Connect(ctx, owner)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(ctx)
		if _, err := conn.Exec(ctx, "drop database "+name+" with (force)"); err != nil {
			t.Error(err)
		}
	})
	u.Path = "/" + name
	return u.String()
}

func TestMigratingAtOnceAndAgain(t *testing.T) {
	address := empty(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if err := postgres.Migrate(ctx, address); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if err := postgres.Migrate(ctx, address); err != nil {
		t.Error(err)
	}
	if a, b := postgres.MigrationsHash(), postgres.MigrationsHash(); a != b || len(a) != 16 {
		t.Errorf("%s and %s", a, b)
	}
	err := postgres.Migrate(ctx, "postgres://someone:secret@host:port/")
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
}

func TestAnInstallationKeepsItsKind(t *testing.T) {
	address := empty(t)
	ctx := t.Context()
	if err := postgres.Migrate(ctx, address); err != nil {
		t.Fatal(err)
	}
	db, err := postgres.Open(ctx, postgres.Config{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Installation(ctx); !errors.Is(err, postgres.ErrNoInstallation) {
		t.Errorf("before it is one: %v", err)
	}
	if err := postgres.Install(ctx, address, "OTHER"); err == nil {
		t.Error("an installation of no kind")
	}
	for range 2 {
		if err := postgres.Install(ctx, address, postgres.Real); err != nil {
			t.Fatal(err)
		}
	}
	first, err := db.Installation(ctx)
	if err != nil || first.Kind != postgres.Real {
		t.Errorf("%+v (%v)", first, err)
	}
	if err := postgres.Install(ctx, address, postgres.Demonstration); err == nil {
		t.Error("a REAL database became a demonstration")
	}
	if again, err := db.Installation(ctx); err != nil || again.ID != first.ID || again.Kind != postgres.Real {
		t.Errorf("%+v (%v)", again, err)
	}
	demonstration, err := postgres.Open(ctx, postgres.Config{URL: testdb.New(t).AppURL})
	if err != nil {
		t.Fatal(err)
	}
	defer demonstration.Close()
	if i, err := demonstration.Installation(ctx); err != nil || i.Kind != postgres.Demonstration {
		t.Errorf("%v (%v)", i.Kind, err)
	}
	if err := demonstration.InTx(ctx, access.Actor{}, time.Now, func(context.Context, *postgres.Tx) error { return nil }); err != nil {
		t.Error(err)
	}
}
