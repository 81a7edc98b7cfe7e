package postgres_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

var update = flag.Bool("update", false, "write the print of rights over rows anew")

// unguarded are tables that the application reads without row-level security, and why that is safe.
var unguarded = map[string]string{
	"sign_in_version":   "one number, of nobody",
	"installation":      "who the database is; the same for everybody",
	"news_head":         "how many events a programme had",
	"reaction_position": "how far reactions have come",
	"rules_followed":    "how far a version of the rules is followed, and what came of it; of nobody",
}

// names reads a list of texts as the owner.
func (g *ground) names(sql string, args ...any) []string {
	g.t.Helper()
	rows, err := g.owner.Query(g.ctx, sql, args...)
	if err != nil {
		g.t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		g.t.Fatal(err)
	}
	return list
}

func TestEveryTableIsGuarded(t *testing.T) {
	g := lay(t, postgres.Config{})
	for _, table := range g.names(`select relname::text from pg_class c where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and not relrowsecurity
		and (has_table_privilege('lavoro_app', oid, 'select') or has_any_column_privilege('lavoro_app', oid, 'select'))`) {
		if unguarded[table] == "" && table != "sealed" {
			t.Errorf("the application reads table %s without row-level security: enable it, or give the reason here", table)
		}
	}
	for _, table := range g.names(`select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'audience'
		where c.relkind in ('r', 'p') and not c.relispartition and not c.relrowsecurity`) {
		if unguarded[table] == "" && table != "outbox" { // news are the relay's; the application cannot read them
			t.Errorf("the rows of %s have an audience that nobody asks for: enable row-level security", table)
		}
	}
	for _, table := range g.names(`select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'audience' where c.relkind in ('r', 'p')
		and (not a.attnotnull or a.atttypid <> 'uuid[]'::regtype)`) {
		t.Errorf("the audience of %s may be null, or is no uuid[]", table)
	}
	for _, view := range g.names(`select relname::text from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace and has_table_privilege('lavoro_app', oid, 'select')`) {
		t.Errorf("view %s shows with its owner's rights", view)
	}
}

// Postgres takes && for rare and gives up its indexes; &&& is the same to rights.
func TestNoPolicyMisleadsThePlanner(t *testing.T) {
	g := lay(t, postgres.Config{})
	for _, policy := range g.names(`select policyname || ' on ' || tablename from pg_policies where schemaname = 'public' and (qual like '%audience && %' or with_check like '%audience && %')`) {
		t.Errorf("policy %s asks by &&: write &&&", policy)
	}
}

// A function that runs with its owner's rights must not be led astray by a caller's search path.
func TestFunctionsOfTheOwnerPinTheirSearchPath(t *testing.T) {
	g := lay(t, postgres.Config{})
	all := g.names("select proname::text from pg_proc where prosecdef and pronamespace = 'public'::regnamespace")
	if len(all) < 5 {
		t.Fatalf("only %v", all)
	}
	for _, name := range g.names(`select proname::text from pg_proc where prosecdef and pronamespace = 'public'::regnamespace
		and not exists (select from unnest(proconfig) c where c like 'search_path=%pg_temp')`) {
		t.Errorf("%s has no search path of its own that ends in pg_temp", name)
	}
}

// column is one column that a row must fill.
type column struct{ name, kind string }

// fill puts one row with the audience into a table, whatever its constraints: they are dropped before.
func (g *ground) fill(table, id string, audience uuid.UUID, columns []column) {
	g.t.Helper()
	made := map[string]string{"uuid": id, "text": "'x'", "name": "'x'", "integer": "1", "smallint": "1", "bigint": "1", "boolean": "true", "date": "'2027-03-01'", "bytea": "'x'",
		"timestamp with time zone": "'2027-03-01'", "jsonb": "'{}'", "uuid[]": "'{}'", "text[]": "'{}'", "integer[]": "'{}'", "bigint[]": "'{}'", "date[]": "'{}'", "numeric": "1", "daterange": "'[2027-03-01,2027-03-02)'", "int4range": "'[1,2)'"}
	var names, values []string
	for _, c := range columns {
		value, ok := made[c.kind]
		if c.name == "audience" {
			value, ok = "'{"+audience.String()+"}'", true
		}
		if c.name == "class" {
			value = "'restricted'" // rows that name their class themselves
		}
		if !ok {
			g.t.Fatalf("%s.%s is of type %s, which this test cannot fill yet", table, c.name, c.kind)
		}
		names, values = append(names, c.name), append(values, value)
	}
	g.own(fmt.Sprintf("insert into %s (%s) values (%s)", table, strings.Join(names, ", "), strings.Join(values, ", ")))
}

// guarded lists the tables whose rows have an audience, without those that stand in several classes.
func (g *ground) guarded() []string {
	return g.names(`select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'audience' and not a.attisdropped
		where c.relkind in ('r', 'p') and not c.relispartition and c.relrowsecurity and c.relname <> 'note' order by 1`)
}

// populate puts one row with the audience into each of the tables; id is the SQL of every id in them.
func (g *ground) populate(key uuid.UUID, id string, tables []string) {
	g.t.Helper()
	g.own(`do $$ declare c record; begin
		for c in select conname, conrelid::regclass as t from pg_constraint where connamespace = 'public'::regnamespace and contype in ('f', 'c', 'x') and conislocal loop
			execute format('alter table %s drop constraint if exists %I cascade', c.t, c.conname);
		end loop; end $$`)
	for _, table := range tables {
		rows, err := g.owner.Query(g.ctx, `select attname::text, format_type(atttypid, null) from pg_attribute where attrelid = $1::text::regclass and attnum > 0 and not attisdropped
			and attgenerated = '' and attidentity = '' and (attnotnull and not atthasdef or attname = 'audience')`, table)
		if err != nil {
			g.t.Fatal(err)
		}
		columns, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c column, err error) { return c, row.Scan(&c.name, &c.kind) })
		if err != nil {
			g.t.Fatal(err)
		}
		// Triggers of rooms are not what is looked at, and may ask for rows that are not there.
		g.own("alter table " + table + " disable trigger user")
		g.fill(table, id, key, columns)
	}
}

// TestRowsShowToTheirClassOnly: a row shows to nobody without keys, to nobody with other keys, and with its key to the classes that
// the print names.
func TestRowsShowToTheirClassOnly(t *testing.T) {
	g := lay(t, postgres.Config{})
	tables, key := g.guarded(), uuid.New()
	g.populate(key, "gen_random_uuid()", tables)
	var print strings.Builder
	for _, table := range tables {
		fmt.Fprintf(&print, "%-24s%s\n", table, strings.Join(g.classesOf(table, key), " "))
		for _, stranger := range []access.Actor{{}, {Member: uuid.New()}, holding(uuid.New())} {
			if n := g.shown(stranger, table); n != 0 {
				t.Errorf("%s shows %d rows to a stranger", table, n)
			}
		}
	}
	if *update {
		if err := os.WriteFile("testdata/rows.txt", []byte(print.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/rows.txt")
	if err != nil {
		t.Fatal(err)
	}
	if print.String() != string(want) {
		t.Errorf("testdata/rows.txt is not what row-level security says (go test -update writes it anew):\n%s", print.String())
	}
}

// holding is an actor with every role on one key.
func holding(key uuid.UUID) access.Actor {
	a := access.Actor{Member: uuid.New()}
	for _, role := range access.Roles() {
		a.Grants = append(a.Grants, access.Grant{Role: role, Key: key})
	}
	return a
}

func (g *ground) shown(a access.Actor, table string) (n int) {
	g.t.Helper()
	g.must(a, func(ctx context.Context, tx *postgres.Tx) error {
		return tx.NewRaw("select count(*) from "+table).Scan(ctx, &n)
	})
	return n
}

// Postgres reads of the one setting what was written into it: of each class its keys, of one that is not known none. A setting that is empty, cut
// off or no such thing gives no key: a statement that asks for one fails.
func TestKeysOfEachClass(t *testing.T) {
	g := lay(t, postgres.Config{})
	keys := func(setting, class string) (text string, err error) {
		const ask = "with k as materialized (select set_config('app.keys', $1, true) as s) select (select app_keys($2)::text) from k where s is not null"
		err = g.db.Plans.QueryRow(g.ctx, ask, setting, class).Scan(&text)
		return text, err
	}
	known := append(access.Classes(), "self")
	distinct := access.Actor{}.Settings()
	for i := range distinct {
		distinct[i] = access.Array([]uuid.UUID{uuid.New(), uuid.New()})
	}
	two := access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: access.CaseManager, Key: uuid.New()}, {Role: access.Auditor, Key: uuid.New()}}}.Settings()
	for _, s := range []access.Settings{distinct, two, access.Actor{}.Settings()} {
		for i, c := range known {
			if got, err := keys(s.String(), string(c)); got != s[i] || err != nil {
				t.Errorf("%s is %s, not %s (%v)", c, got, s[i], err)
			}
		}
		if got, err := keys(s.String(), "unheard of"); got != "{}" || err != nil {
			t.Errorf("an unknown class has %s (%v)", got, err)
		}
	}
	whole := distinct.String()
	for _, setting := range []string{"", " ", "{}", whole[:len(whole)-1], whole[:strings.LastIndexByte(whole, ' ')], strings.Repeat("z ", len(known))} {
		if got, err := keys(setting, "self"); err == nil {
			t.Errorf("%q gives %s", setting, got)
		}
	}
	var left string
	err := g.db.Plans.QueryRow(g.ctx, "select app_keys('self')::text").Scan(&left)
	if err != nil || left != "{}" {
		t.Errorf("outside of a transaction with keys there are %s (%v)", left, err)
	}
}

// classesOf are those whose key opens the row, each asked alone.
func (g *ground) classesOf(table string, key uuid.UUID) []string {
	g.t.Helper()
	var open []string
	tx, err := g.db.Plans.Begin(g.ctx)
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(g.ctx) }()
	classes := append(access.Classes(), "self")
	for i, c := range classes {
		alone := access.Actor{}.Settings()
		alone[len(classes)-1] = "{}"
		alone[i] = access.Array([]uuid.UUID{key})
		if _, err := tx.Exec(g.ctx, "select set_config($1, $2, true)", access.Setting, alone.String()); err != nil {
			g.t.Fatal(err)
		}
		var n int
		if err := tx.QueryRow(g.ctx, "select count(*) from "+table).Scan(&n); err != nil {
			g.t.Fatal(err)
		}
		if n == 1 {
			open = append(open, string(c))
		}
	}
	return open
}

var (
	// A statement that begins with SET, in a text of Go or a file of SQL; parts of UPDATE and options of functions do not begin one.
	setStatement = regexp.MustCompile("(?i)(?:\"|`\\s*|;\\s*|\\A\\s*)set\\s+(\\w+)")
	remark       = regexp.MustCompile(`(?m)--.*$`)
	setForGood   = regexp.MustCompile(`(?is)set_config\s*\((?:[^()]|\([^()]*\))*,\s*false\s*\)`)
)

// sessionWide finds settings that would outlive their transaction, and so meet the next actor on a pooled connection.
func sessionWide(text string) []string {
	var found []string
	text = remark.ReplaceAllString(text, "")
	for _, m := range setStatement.FindAllStringSubmatch(text, -1) {
		if word := strings.ToLower(m[1]); word != "local" && word != "constraints" && word != "transaction" {
			found = append(found, strings.TrimSpace(m[0]))
		}
	}
	return append(found, setForGood.FindAllString(text, -1)...)
}

func TestNoSettingOutlivesItsTransaction(t *testing.T) {
	files := 0
	for _, pattern := range []string{"*.sql", "*.go"} {
		for _, file := range find(t, "../../..", pattern) {
			// The bench fills a database of its own, as its owner, on one connection that it then drops.
			if strings.HasSuffix(file, "_test.go") || strings.Contains(file, "/cmd/bench/") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			files++
			for _, found := range sessionWide(string(text)) {
				t.Errorf("%s: %q holds for the session: use set local or set_config(…, true)", file, found)
			}
		}
	}
	if files < 80 {
		t.Errorf("only %d files looked at", files)
	}
	for text, want := range map[string]int{
		`db.Exec("set role x")`: 1, "`\n\tSET app.keys_path = '{}'`": 1, `"select 1; set session timezone = 'UTC'"`: 1, `set_config('app.x', $1, false)`: 1,
		`set_config(format('app.%s', x), (select '{}'), FALSE )`: 1, `"set local lock_timeout = 1"`: 0, `"set constraints all immediate"`: 0, `set_config('app.x', $1, true)`: 0,
		"update t\n set state = 1": 0, "language sql set search_path = public": 0, "begin;\nset transaction read only": 0, "-- a word\nset jit = off;": 1,
	} {
		if found := sessionWide(text); len(found) != want {
			t.Errorf("%q: found %q", text, found)
		}
	}
}

func find(t *testing.T, root, pattern string) (files []string) {
	t.Helper()
	var walk func(dir string)
	walk = func(dir string) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			name := dir + "/" + e.Name()
			switch skip := strings.HasPrefix(e.Name(), ".") || e.Name() == "node_modules"; {
			case skip:
			case e.IsDir():
				walk(name)
			case strings.HasSuffix(name, strings.TrimPrefix(pattern, "*")):
				files = append(files, name)
			}
		}
	}
	walk(root)
	slices.Sort(files)
	return files
}
