package large_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/demo/large"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

// ground is an empty demonstration with the programme applied, and its owner's connection.
type ground struct {
	*pgx.Conn
	t   *testing.T
	ctx context.Context
	db  *testdb.DB
}

func lay(t *testing.T) *ground {
	t.Helper()
	g := &ground{t: t, ctx: context.Background(), db: testdb.New(t)}
	if _, err := programme.Apply(g.ctx, g.db.OwnerURL, programme.LavoroInCorso3Name, programme.LavoroInCorso3, time.Now); err != nil {
		t.Fatal(err)
	}
	var err error
	if g.Conn, err = pgx.Connect(g.ctx, g.db.OwnerURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close(g.ctx) })
	return g
}

func (g *ground) make(size large.Size) error {
	return large.Make(g.ctx, g.db.OwnerURL, "LACO3", g.db.Keys, size, func(string, time.Duration) {})
}

func (g *ground) own(sql string, args ...any) {
	g.t.Helper()
	if _, err := g.Exec(g.ctx, sql, args...); err != nil {
		g.t.Fatalf("%s: %v", sql, err)
	}
}

func (g *ground) texts(sql string, args ...any) []string {
	g.t.Helper()
	rows, err := g.Query(g.ctx, sql, args...)
	if err != nil {
		g.t.Fatal(err)
	}
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		g.t.Fatal(err)
	}
	return texts
}

// shape is every index, constraint and trigger of the database, with whether they hold.
func (g *ground) shape() string {
	return strings.Join(g.texts(`select pg_get_indexdef(indexrelid) || ' ' || indisvalid as x from pg_index where indrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
		union all select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || ' ' || convalidated from pg_constraint where connamespace = 'public'::regnamespace and contype <> 't'
		union all select tgrelid::regclass || ' ' || tgname || ' ' || tgenabled::text from pg_trigger where not tgisinternal order by 1`), "\n")
}

// differing is how many rows one query has and the other lacks.
func (g *ground) differing(a, b string) (n int) {
	g.t.Helper()
	sql := fmt.Sprintf("select (select count(*) from (%[1]s except all %[2]s) x) + (select count(*) from (%[2]s except all %[1]s) x)", "("+a+")", "("+b+")")
	if err := g.QueryRow(g.ctx, sql).Scan(&n); err != nil {
		g.t.Fatal(err)
	}
	return n
}

// What stood aside while the rows were written is there again, and what it would have made of them was made.
func TestLargeIsWhatTriggersMake(t *testing.T) {
	g := lay(t)
	before := g.shape()
	if err := g.make(large.Size{People: 150, Entries: 10, Tutored: 5}); err != nil {
		t.Fatal(err)
	}
	if after := g.shape(); after != before {
		t.Errorf("indexes, constraints or triggers are others: %d bytes, not %d", len(after), len(before))
	}
	listed := g.texts("select tgrelid::regclass::text from pg_trigger where tgname = 'keyed' order by 1")
	filled := 0
	for _, table := range listed {
		columns := strings.Join(g.texts("select quote_ident(attname) from pg_attribute where attrelid = ($1 || '_key')::regclass and attnum > 0 and not attisdropped order by attname", table), ", ")
		is := "select " + columns + " from " + table + "_key"
		g.own(fmt.Sprintf("create temp table made as %s; create temp table audiences as select id, audience from %s; update %[2]s set audience = '{}'", is, table))
		if n := g.differing(is, "select "+columns+" from made where false"); n != 0 {
			t.Fatalf("%d rows by key of %s are left: its triggers do not keep them", n, table)
		}
		g.own("update " + table + " t set audience = a.audience from audiences a where a.id = t.id")
		if n := g.differing(is, "table made"); n != 0 {
			t.Errorf("%d rows by key of %s are others than its triggers make", n, table)
		}
		if len(g.texts("select '' from made limit 1")) > 0 {
			filled++
		}
		g.own("drop table made, audiences")
	}
	if filled != 8 { // all but those of matches and of what is due
		t.Errorf("rows of %d of the tables %q stand by key", filled, listed)
	}
	g.own("create temp table made as select id, sought from participation; update participation set sought = ''")
	if n := g.differing("select id, sought from participation", "table made"); n != 0 {
		t.Errorf("%d names are sought as others than the trigger makes", n)
	}
}

// Acts spread a participation's keys to what hangs on it: of what was made they change nothing.
func TestLargeHasTheAudiencesOfActs(t *testing.T) {
	g := lay(t)
	if err := g.make(large.Size{People: 40, Entries: 10, Tutored: 5}); err != nil {
		t.Fatal(err)
	}
	const sorted = "array(select k from unnest(audience) k order by 1)"
	is, followers := "", g.texts("select table_name::text from audience_follower order by 1")
	for _, table := range append(followers, "person", "participation") {
		is += " union all select '" + table + "' as of, id, " + sorted + " from " + table
	}
	is = strings.TrimPrefix(is, " union all ")
	g.own("create temp table made as " + is)
	for _, table := range followers {
		g.own("update " + table + " set audience = '{}' where participation_id is not null")
	}
	g.own("update person set audience = '{}'")
	g.own("select set_config('app.keys', repeat((select array_agg(id)::text from organisation) || ' ', 21), false)")
	g.own("select spread_audience(p.id, participation_keys(p)) from participation p")
	if n := g.differing(is, "table made"); n != 0 {
		t.Errorf("%d rows have another audience than acts give them: %q", n, g.texts("select of || ' ' || count(*) from (table made except all ("+is+")) x group by of order by of"))
	}
	if n := g.differing("select '' from made where of = 'attendance'", "select '' from generate_series(1, 400)"); n != 0 {
		t.Errorf("%d entries too many or too few", n)
	}
}

func TestLargeRefuses(t *testing.T) {
	g := lay(t)
	small := large.Size{People: 1, Entries: 1, Tutored: 1}
	for name, c := range map[string]struct {
		code, before, after string
		size                large.Size
		want                string
	}{
		"nobody":               {"LACO3", "", "", large.Size{Entries: 1, Tutored: 1}, "people"},
		"too many people":      {"LACO3", "", "", large.Size{People: large.MaxPeople + 1, Tutored: 1}, "people"},
		"too many entries":     {"LACO3", "", "", large.Size{People: 1, Entries: large.MaxEntries + 1, Tutored: 1}, "entries"},
		"nobody for a tutor":   {"LACO3", "", "", large.Size{People: 1}, "tutor"},
		"another programme":    {"LACO4", "", "", small, "programme apply"},
		"a real installation":  {"LACO3", "select lavoro_new_installation('REAL')", "select lavoro_new_installation('DEMONSTRATION')", small, "people who exist"},
		"none":                 {"LACO3", "create temp table kept as table installation; delete from installation", "insert into installation table kept", small, "migrate"},
		"one with people":      {"LACO3", "insert into person (id, given_name, family_name, birth_day, sex, citizenship, municipality, origin, audience) values (gen_random_uuid(), 'Ada', 'Rossi', '1980-01-01', 'FEMALE', 'IT', '045003', 'DEMO', '{}')", "delete from person", small, "make a new one"},
		"a database in use":    {"LACO3", "begin; lock table person in row exclusive mode", "rollback", small, "in use"},
		"a lead that is alone": {"LACO3", "create temp table bodies as select id, parent_id from organisation; update organisation set parent_id = null", "update organisation o set parent_id = b.parent_id from bodies b where b.id = o.id", small, "nobody but the lead"},
	} {
		if c.before != "" {
			g.own(c.before)
		}
		err := large.Make(g.ctx, g.db.OwnerURL, c.code, g.db.Keys, c.size, func(string, time.Duration) {})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if c.after != "" {
			g.own(c.after)
		}
	}
	if err := g.make(small); err != nil {
		t.Fatal(err)
	}
	if err := g.make(small); err == nil || !strings.Contains(err.Error(), "make a new one") {
		t.Errorf("a second time: %v", err)
	}
}
