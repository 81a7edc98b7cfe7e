// Package large fills an empty demonstration with as many people as are wanted, set by set: what a list costs is seen where it is long.
//
// Nothing of it passes through acts, which would take days. It is written as the tables' owner in one transaction, all or nothing, while
// references, indexes and triggers stand aside; they come back before it commits, so that every reference is checked, and rows by key are
// filled as their triggers would have kept them. No journal and no news tell of it.
package large

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
)

//go:embed large.sql
var largeSQL string

//go:embed seal.go
var sealGo string

// Hash names how the rows are written: another way, another hash.
func Hash() string {
	sum := sha256.Sum256([]byte(largeSQL + sealGo))
	return hex.EncodeToString(sum[:])
}

// Size is how much is made.
type Size struct {
	People  int // who take part
	Entries int // of the register for each of them, one a weekday
	Tutored int // people of one tutor
}

// Bounds of a Size: entries after MaxEntries would lie beyond the programme's last year.
const (
	MaxPeople  = 10_000_000
	MaxEntries = 150
)

// DefaultSize makes of a million people a register of a hundred million entries.
var DefaultSize = Size{People: 1_000_000, Entries: 100, Tutored: 15}

// tables are those that are written.
var tables = []string{"member", "access_grant", "person", "participation", "person_key", "participation_fact", "participation_group", "exclusion_check",
	"company", "company_site", "opening", "activity", "enrolment", "placement", "attendance", "register_month", "allowance"}

// Make fills the programme with the code in the database at the owner's url, and tells each step as it ends. It refuses an installation that
// is not a demonstration and one that holds people. The keys are those that the program will open what is sealed with.
func Make(ctx context.Context, ownerURL, code string, keys *secret.Keys, size Size, told func(step string, took time.Duration)) error {
	if size.People < 1 || size.People > MaxPeople || size.Entries < 0 || size.Entries > MaxEntries || size.Tutored < 1 {
		return fmt.Errorf("from 1 to %d people, 0 to %d entries each, and at least one person for a tutor", MaxPeople, MaxEntries)
	}
	conn, err := connect(ctx, ownerURL)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	l := &loading{keys: keys, size: size, told: told}
	if err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return l.run(ctx, tx, code) }); err != nil {
		if failed := (*pgconn.PgError)(nil); errors.As(err, &failed) && failed.Code == lockNotAvailable {
			return errInUse
		}
		return err
	}
	return l.step("vacuum", func() error {
		_, err := conn.Exec(ctx, "vacuum (analyze)")
		return err
	})
}

// Check refuses, as Make does, an installation that is not a demonstration and one that holds people.
func Check(ctx context.Context, ownerURL string) error {
	conn, err := connect(ctx, ownerURL)
	if err != nil {
		return err
	}
	return errors.Join(pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return check(ctx, tx) }), conn.Close(context.WithoutCancel(ctx)))
}

func connect(ctx context.Context, ownerURL string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(ownerURL)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	config.RuntimeParams["timezone"] = "UTC"
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("large demonstration: %w", err)
	}
	return conn, nil
}

// loading is one run.
type loading struct {
	keys *secret.Keys
	size Size
	told func(string, time.Duration)
}

func (l *loading) run(ctx context.Context, tx pgx.Tx, code string) error {
	if err := l.open(ctx, tx, code); err != nil {
		return err
	}
	for name, sql := range Steps(largeSQL) {
		if err := l.step(name, func() error { return exec(ctx, tx, sql) }); err != nil {
			return err
		}
		if name == "bodies" {
			if err := l.step("keys and what is sealed", func() error { return Seal(ctx, tx, l.keys, "someone") }); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *loading) step(name string, do func() error) error {
	began := time.Now()
	if err := do(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	l.told(name, time.Since(began))
	return nil
}

var (
	errNotEmpty    = errors.New("there are people in this database already: make a new one for this, with `lavoro migrate --kind DEMONSTRATION`")
	errNotInvented = errors.New("this database is for people who exist: make another one for this, with `lavoro migrate --kind DEMONSTRATION`")
	errNoProgramme = errors.New("there is no such programme: bring it in with `lavoro programme apply`")
	errNoPartners  = errors.New("nobody but the lead takes part in the programme")
	errInUse       = errors.New("the database is in use: end the nodes that serve from it")
)

func check(ctx context.Context, tx pgx.Tx) error {
	var kind postgres.Kind
	if err := tx.QueryRow(ctx, "select kind from installation").Scan(&kind); errors.Is(err, pgx.ErrNoRows) {
		return postgres.ErrNoInstallation
	} else if err != nil {
		return err
	}
	if kind != postgres.Demonstration {
		return errNotInvented
	}
	var people bool
	if err := tx.QueryRow(ctx, "select exists (select from person) or exists (select from company)").Scan(&people); err != nil {
		return err
	}
	if people {
		return errNotEmpty
	}
	return nil
}

// open says how much is made, and of which programme.
func (l *loading) open(ctx context.Context, tx pgx.Tx, code string) error {
	if err := check(ctx, tx); err != nil {
		return err
	}
	var programme uuid.UUID
	bodies := 0
	err := tx.QueryRow(ctx, `select p.id, (select count(*) from organisation o where o.programme_id = p.id and o.parent_id is not null) from programme p where p.code = $1`, code).
		Scan(&programme, &bodies)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("programme %s: %w", code, errNoProgramme)
	case err != nil:
		return err
	case bodies == 0:
		return fmt.Errorf("programme %s: %w", code, errNoPartners)
	}
	bodies = max(bodies, l.size.People/peopleOfBody)
	hosts := min(max(l.size.People/bodies/peopleOfHost, 1), mostHosts)
	const sql = `set local maintenance_work_mem = '512MB'; set local work_mem = '256MB'; set local lock_timeout = '5s'; set local jit = off;
		create temp table size (programme_id uuid, people int, entries int, tutored int, hosts int);
		create temp table loaded (of regclass)`
	if err := exec(ctx, tx, sql); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "insert into size values ($1, $2, $3, $4, $5)", programme, l.size.People, l.size.Entries, l.size.Tutored, hosts); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "insert into loaded select unnest($1::text[])::regclass", tables)
	return err
}

const lockNotAvailable = "55P03" // PostgreSQL's code

// How many people a body and a company have, and companies a body at most; large.sql says the first again.
const (
	peopleOfBody = 2500
	peopleOfHost = 10
	mostHosts    = 250
)

func exec(ctx context.Context, tx pgx.Tx, sql string) error {
	_, err := tx.Conn().PgConn().Exec(ctx, sql).ReadAll()
	return err
}

// Steps cuts SQL at its comments "-- step NAME".
func Steps(sql string) func(yield func(name, sql string) bool) {
	return func(yield func(string, string) bool) {
		for _, step := range strings.Split("\n"+sql, "\n-- step ")[1:] {
			if name, text, _ := strings.Cut(step, "\n"); !yield(name, text) {
				return
			}
		}
	}
}

// Helpers are the functions and the table, of the session alone, that the rows are written with: for who writes more of them.
func Helpers() string {
	for _, sql := range Steps(largeSQL) {
		return sql
	}
	return ""
}
