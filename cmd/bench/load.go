package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/demo/large"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

//go:embed load.sql
var loadSQL string

const largeProgramme = "LACO3"

// benched is the size of what most benches run on: eight bodies of 2,500 people each, 1.2 million entries.
var benched = large.Size{People: 20_000, Entries: 60, Tutored: 20}

// load fills an empty cluster with the tables, the programme and its people, and what benches need beside.
func load(ctx context.Context, url string, keys *secret.Keys) error {
	if err := loadLarge(ctx, url, keys, benched); err != nil {
		return err
	}
	if err := applySmall(ctx, url); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for name, sql := range large.Steps("-- step helpers\n" + large.Helpers() + "\n" + loadSQL) {
		began := time.Now()
		if _, err := conn.PgConn().Exec(ctx, sql).ReadAll(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if name == "small programmes" {
			if err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
				return large.Seal(ctx, tx, keys, "small_one")
			}); err != nil {
				return fmt.Errorf("seal: %w", err)
			}
		}
		loaded(name, time.Since(began))
	}
	return nil
}

// loadLarge makes the tables of an empty database and a large demonstration in them.
func loadLarge(ctx context.Context, url string, keys *secret.Keys, size large.Size) error {
	if err := postgres.Migrate(ctx, url); err != nil {
		return err
	}
	if err := postgres.Install(ctx, url, postgres.Demonstration); err != nil {
		return err
	}
	if _, err := programme.Apply(ctx, url, programme.LavoroInCorso3Name, programme.LavoroInCorso3, time.Now); err != nil {
		return err
	}
	return large.Make(ctx, url, largeProgramme, keys, size, loaded)
}

// smallProgrammes are as many as load.sql has people for: acts in different programmes do not wait for each other.
const smallProgrammes = 100

// applySmall applies the small programmes, under the rules of the large one.
func applySmall(ctx context.Context, url string) error {
	for i := range smallProgrammes {
		file := bytes.Replace(programme.LavoroInCorso3, []byte("code: LACO3"), fmt.Appendf(nil, "code: SMALL_%02d", i), 1)
		if _, err := programme.Apply(ctx, url, programme.LavoroInCorso3Name, file, time.Now); err != nil {
			return fmt.Errorf("small programme %d: %w", i, err)
		}
	}
	return nil
}

func loaded(step string, took time.Duration) {
	fmt.Fprintf(os.Stderr, "bench: load %-34s %.1f s\n", step, took.Seconds())
}
