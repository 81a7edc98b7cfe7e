package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// loadSQL writes the data set by set, as the tables' owner. Its comments that begin with "-- step" cut it into steps.
//
//go:embed load.sql
var loadSQL string

// load fills an empty cluster with the tables, the programme and its people.
func load(ctx context.Context, url string, keys *secret.Keys) error {
	if err := postgres.Migrate(ctx, url); err != nil {
		return err
	}
	if err := postgres.Install(ctx, url, postgres.Demonstration); err != nil {
		return err
	}
	if err := applyAll(ctx, url); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, step := range strings.Split(loadSQL, "-- step ")[1:] {
		name, sql, _ := strings.Cut(step, "\n")
		if err := loadStep(ctx, conn, name, sql); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if name == "helpers" {
			if err := copySealed(ctx, conn, keys); err != nil {
				return fmt.Errorf("seal: %w", err)
			}
		}
	}
	return nil
}

// smallProgrammes are as many as load.sql has people for: acts in different programmes do not wait for each other.
const smallProgrammes = 100

// applyAll applies the programme, and as many small ones under the same rules.
func applyAll(ctx context.Context, url string) error {
	if _, err := programme.Apply(ctx, url, programme.LavoroInCorso3Name, programme.LavoroInCorso3, time.Now); err != nil {
		return err
	}
	for i := range smallProgrammes {
		file := bytes.Replace(programme.LavoroInCorso3, []byte("code: LACO3"), fmt.Appendf(nil, "code: SMALL_%02d", i), 1)
		if _, err := programme.Apply(ctx, url, programme.LavoroInCorso3Name, file, time.Now); err != nil {
			return fmt.Errorf("small programme %d: %w", i, err)
		}
	}
	return nil
}

func loadStep(ctx context.Context, conn *pgx.Conn, name, sql string) error {
	began := time.Now()
	_, err := conn.PgConn().Exec(ctx, sql).ReadAll()
	fmt.Fprintf(os.Stderr, "bench: load %-34s %.1f s\n", name, time.Since(began).Seconds())
	return err
}
