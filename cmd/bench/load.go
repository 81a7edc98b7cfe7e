package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// loadSQL writes the data set by set, as the tables' owner. Its comments that begin with "-- step" cut it into steps.
//
//go:embed load.sql
var loadSQL string

// caseManagers is how many members follow cases: 50 people each.
const caseManagers = 400

// load fills an empty cluster with the tables, the programme and its people.
func load(ctx context.Context, url string) error {
	if err := postgres.Migrate(ctx, url); err != nil {
		return err
	}
	if err := postgres.Install(ctx, url, postgres.Demonstration); err != nil {
		return err
	}
	if _, err := programme.Apply(ctx, url, programme.LavoroInCorso3Name, programme.LavoroInCorso3, time.Now); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if err := copyCaseManagers(ctx, conn); err != nil {
		return err
	}
	for _, step := range strings.Split(loadSQL, "-- step ")[1:] {
		name, sql, _ := strings.Cut(step, "\n")
		if err := loadStep(ctx, conn, name, sql); err != nil {
			return fmt.Errorf("%s: %w", name, err)
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

// copyCaseManagers brings the ids and case keys, which SQL cannot derive.
func copyCaseManagers(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, "create temp table case_manager (n int primary key, id uuid not null, key uuid not null)"); err != nil {
		return err
	}
	rows := make([][]any, caseManagers)
	for n := range rows {
		id := uuid.Must(uuid.NewV7())
		rows[n] = []any{n, id, access.CaseKey(id)}
	}
	_, err := conn.CopyFrom(ctx, pgx.Identifier{"case_manager"}, []string{"n", "id", "key"}, pgx.CopyFromRows(rows))
	return err
}
