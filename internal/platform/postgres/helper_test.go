package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/event"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// patience bounds waits that end at once where all is well.
const patience = 20 * time.Second

var errRefused = errors.New("refused")

// ground is one test's database with a table of notes under row-level security, class path.
type ground struct {
	t     *testing.T
	ctx   context.Context
	db    *postgres.DB
	owner *pgxpool.Pool
}

// lay opens a database; settings hold for every session of it.
func lay(t *testing.T, c postgres.Config, settings ...string) *ground {
	t.Helper()
	files := testdb.New(t)
	return layOn(t, files, c, settings...)
}

func layOn(t *testing.T, files *testdb.DB, c postgres.Config, settings ...string) *ground {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*patience)
	t.Cleanup(cancel)
	owner, err := pgxpool.New(ctx, files.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(owner.Close)
	g := &ground{t: t, ctx: ctx, owner: owner}
	u, err := url.Parse(files.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range settings {
		g.own("alter database " + strings.TrimPrefix(u.Path, "/") + " set " + s)
	}
	g.own(`create table note (id int primary key, text text not null, audience uuid[] not null);
		create table sealed (id int primary key, of int references note deferrable initially deferred);
		alter table note enable row level security;
		create policy seen on note using (audience &&& (select app_keys('path')));
		grant select, insert, update, delete on note, sealed to lavoro_app`)
	c.URL, c.Keys = files.AppURL, files.Keys
	if g.db, err = postgres.Open(ctx, c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.db.Close)
	return g
}

func (g *ground) own(sql string, args ...any) {
	g.t.Helper()
	if _, err := g.owner.Exec(g.ctx, sql, args...); err != nil {
		g.t.Fatal(err)
	}
}

// number gives the single whole number that the owner reads.
func (g *ground) number(sql string, args ...any) (n int64) {
	g.t.Helper()
	if err := g.owner.QueryRow(g.ctx, sql, args...).Scan(&n); err != nil {
		g.t.Fatal(err)
	}
	return n
}

func (g *ground) act(a access.Actor, fn func(context.Context, *postgres.Tx) error) error {
	return g.db.InTx(g.ctx, a, time.Now, fn)
}

func (g *ground) must(a access.Actor, fn func(context.Context, *postgres.Tx) error) {
	g.t.Helper()
	if err := g.act(a, fn); err != nil {
		g.t.Fatal(err)
	}
}

// written says what stands in the database: notes, events, journal entries, claimed requests.
func (g *ground) written() string {
	g.t.Helper()
	return fmt.Sprintf("%d notes %d events %d entries %d requests", g.number("select count(*) from note"), g.number("select count(*) from outbox"),
		g.number("select count(*) from journal"), g.number("select count(*) from request"))
}

func system(programme, key uuid.UUID) access.Actor {
	return access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: access.System, Programme: programme, Key: key}}}
}

func news(programme uuid.UUID, audience ...uuid.UUID) event.News {
	return event.News{Programme: programme, Act: string(access.RecordAttendance), Kind: event.Changed, SubjectKind: "Note", Subject: uuid.New(), Audience: audience}
}

func write(ctx context.Context, tx *postgres.Tx, id int, text string, audience ...uuid.UUID) error {
	_, err := tx.NewRaw("insert into note (id, text, audience) values (?, ?, ?::uuid[])", id, text, access.Array(audience)).Exec(ctx)
	return err
}

func count(ctx context.Context, tx *postgres.Tx) (n int, err error) {
	err = tx.NewRaw("select count(*) from note").Scan(ctx, &n)
	return n, err
}
