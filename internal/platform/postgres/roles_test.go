package postgres_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// roles of the database that people and services connect with.
var roles = []string{"lavoro_app", "lavoro_relay", "lavoro_auditor"}

// login connects as psql would: by a login of its own that is a member of the role and of nothing else.
func (g *ground) login(role string) *pgx.Conn {
	g.t.Helper()
	name, password := "lavoro_login_"+strings.ToLower(rand.Text()[:12]), rand.Text()
	g.own(fmt.Sprintf("create role %s login password '%s' in role %s", name, password, role))
	config := g.owner.Config().ConnConfig.Copy()
	config.User, config.Password = name, password
	config.RuntimeParams[access.Setting] = access.Nobody().String() // as the pools open theirs
	conn, err := pgx.ConnectConfig(g.ctx, config)
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() {
		_ = conn.Close(context.WithoutCancel(g.ctx))
		if _, err := g.owner.Exec(context.WithoutCancel(g.ctx), "drop role "+name); err != nil {
			g.t.Error(err)
		}
	})
	if _, err := conn.Exec(g.ctx, "set role "+role); err != nil {
		g.t.Fatal(err)
	}
	return conn
}

func TestRolesOwnNothing(t *testing.T) {
	g := lay(t, postgres.Config{})
	for _, role := range roles {
		for what, sql := range map[string]string{
			"owns": `select relname::text from pg_class where relowner = $1::text::regrole union all select proname::text from pg_proc where proowner = $1::text::regrole
				union all select typname::text from pg_type where typowner = $1::text::regrole union all select nspname::text from pg_namespace where nspowner = $1::text::regrole
				union all select datname::text from pg_database where datdba = $1::text::regrole`,
			"is": `select attribute from (select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname = $1) r,
				to_jsonb(r) j, jsonb_each(j) e(attribute, value) where value = 'true'`,
			"is member of":  `select roleid::regrole::text from pg_auth_members where member = $1::text::regrole`,
			"may create in": `select nspname::text from pg_namespace where has_schema_privilege($1, oid, 'create')`,
			"may truncate or add triggers to": `select relname::text from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
				and has_table_privilege($1, oid, 'truncate, trigger')`,
		} {
			if list := g.names(sql, role); len(list) != 0 {
				t.Errorf("%s %s %v", role, what, list)
			}
		}
	}
}

// Whoever holds a connection of one role cannot make himself another, nor take the guards away.
func TestNoRoleLeavesItself(t *testing.T) {
	g := lay(t, postgres.Config{})
	owner := g.names("select current_user::text")[0]
	for _, role := range roles {
		conn := g.login(role)
		tries := []string{"set role " + owner, "set session authorization " + owner, "alter role " + role + " bypassrls", "alter role " + role + " superuser",
			"alter table participation disable row level security", "alter table participation no force row level security", "drop policy seen on participation",
			"create policy mine on participation using (true)", "create table mine ()",
			"set row_security = off; select * from participation", "update installation set kind = 'REAL'", "select * from lavoro_new_installation('REAL')",
			"copy (select 1) to program 'true'", "select pg_read_file('/etc/hostname')"}
		for _, other := range roles {
			if other != role {
				tries = append(tries, "set role "+other)
			}
		}
		for _, sql := range tries {
			if _, err := conn.Exec(g.ctx, sql); err == nil {
				t.Errorf("%s may %s", role, sql)
			}
			if _, err := conn.Exec(g.ctx, "reset row_security; set role "+role); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// readable lists what a role may read, a table or some of its columns.
func (g *ground) readable(role string) []string {
	return g.names(`select relname::text from pg_class where relkind in ('r', 'p', 'v', 'm') and relnamespace = 'public'::regnamespace and not relispartition
		and (has_table_privilege($1, oid, 'select') or has_any_column_privilege($1, oid, 'select')) order by 1`, role)
}

func (g *ground) writable(role string) []string {
	return g.names(`select relname::text from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
		and (has_table_privilege($1, oid, 'insert, update, delete') or has_any_column_privilege($1, oid, 'insert, update')) order by 1`, role)
}

func TestTheRelaySeesNoPersonalData(t *testing.T) {
	g := lay(t, postgres.Config{})
	if got := g.readable("lavoro_relay"); !slices.Equal(got, []string{"installation", "lease", "manifest_use", "news_head", "outbox", "reaction_position", "relay_position", "routine"}) {
		t.Errorf("the relay reads %v", got)
	}
	if got := g.writable("lavoro_relay"); !slices.Equal(got, []string{"lease", "manifest_use", "relay_position", "routine"}) {
		t.Errorf("the relay writes %v", got)
	}
	if got := g.writable("lavoro_auditor"); len(got) != 0 {
		t.Errorf("the auditor writes %v", got)
	}
	if got := g.names("select proname::text from pg_proc where pronamespace = 'public'::regnamespace and prosecdef and has_function_privilege('lavoro_relay', oid, 'execute') order by 1"); !slices.Equal(got, []string{"journal_heads", "journal_links", "journal_prepare", "lavoro_epoch", "outbox_expire", "outbox_prepare", "programme_roots", "request_expire"}) {
		t.Errorf("the relay calls %v", got)
	}
}

// Without an actor every table is empty, whoever asks; with one, only his rows are there.
func TestWithoutAnActorThereIsNothing(t *testing.T) {
	g := lay(t, postgres.Config{})
	key := uuid.New()
	tables := g.guarded()
	g.populate(key, "'"+key.String()+"'", tables)
	for _, role := range []string{"lavoro_app", "lavoro_auditor"} {
		conn := g.login(role)
		readable, seen := g.readable(role), 0
		for _, table := range readable {
			if unguarded[table] != "" || table == "note" || table == "sealed" {
				continue
			}
			seen++
			var n int
			if err := conn.QueryRow(g.ctx, "select count(*) from "+table).Scan(&n); err != nil || n != 0 {
				t.Errorf("%s sees %d rows of %s (%v)", role, n, table, err)
			}
		}
		if role == "lavoro_app" && seen < 35 {
			t.Errorf("only %d tables looked at", seen)
		}
	}
	for _, table := range tables {
		if n := g.shown(holding(key), table); n != 1 && slices.Contains(g.readable("lavoro_app"), table) {
			t.Errorf("who holds every role on its key sees %d rows of %s", n, table)
		}
	}
}

// openly are decision functions that answer without an actor, and why they may.
var openly = map[string]string{
	"lavoro_epoch":         "about the database, not about anybody",
	"sign_in":              "precedes rights: answers for one subject that a token proved",
	"invitation_of":        "precedes rights: asks for the hash of a secret that only a letter brings",
	"invitation_for":       "precedes rights: asks for marks, which only the house's keys make",
	"invitation_from":      "precedes rights: asks for the hash of a secret that only a letter brings, and names a body",
	"signature_of":         "precedes rights: asks for a keyed mark of a secret that only a letter or a shown code brings",
	"device_lost":          "precedes rights: tells a phone, by an id that nobody can guess, that it was revoked",
	"member_identity":      "precedes rights: how a session whose member a cookie proved is signed in again",
	"demonstration_people": "invented people, on a demonstration only",
	"organisation_line":    "ids of bodies in the tree of partners",
	"policy_on":            "rules are nobody's data",
	"policy_content":       "rules are nobody's data",
	"presence_day_minutes": "rules are nobody's data",
	"programme_codes":      "code lists are nobody's data",
	"programme_code_ids":   "code lists are nobody's data",
	"common_holidays":      "holidays are nobody's data",
	"programme_territory":  "municipalities are nobody's data",
	"journal_links":        "links of the acts' chain: hashes, which say nothing of anybody",
	"journal_broken":       "the number of the first entry that is not what was written",
	"read_broken":          "the number of the first entry that is not what was written",
	"news_append":          "writes and answers numbers; what it writes names its actor",
	"look_up_person":       "asks for a fingerprint, which only the house's key makes",
	"new_pseudonym":        "chance, which says nothing of anybody",
	"person_code_alike":    "asks for a fingerprint, which only the house's key makes",
	"person_keys":          "wrapped keys, which only the house's keys open",
	"person_key_add":       "a wrapped key, which only the house's keys open",
	"key_proof":            "a sealed word that is about nobody",
}

// asking are the functions by which others ask who acts; the last two ask the first two, in every programme of a person.
var asking = []string{"app_keys(", "app_acting(", "erasure_keyed(", "erasure_guard("}

// TestDecisionFunctionsNeedAnActor calls every function that runs with its owner's rights: whoever does not act is refused, or told
// nothing at all. One that is added is called, too.
func TestDecisionFunctionsNeedAnActor(t *testing.T) {
	g := lay(t, postgres.Config{})
	key := uuid.New()
	g.populate(key, "'"+key.String()+"'", g.guarded())
	g.own("update placement set state = 'MATCHED'; update enrolment set state = 'ENROLLED'; update opening set state = 'OPEN'")
	conn := g.login("lavoro_app")
	told := 0
	for _, f := range g.decisions() {
		if answer := f.call(g, conn, access.Actor{}); answer != "" && openly[f.name] == "" {
			t.Errorf("%s says %s to nobody: let it ask app_acting() or app_keys(…), or give the reason here", f.name, answer)
		}
		if asks := func(by string) bool { return strings.Contains(f.source, by) }; openly[f.name] == "" && !slices.ContainsFunc(asking, asks) {
			t.Errorf("%s never asks who acts", f.name)
		}
		if f.call(g, conn, holding(key)) != "" {
			told++
		}
	}
	if told < 8 {
		t.Errorf("only %d functions answer an actor who holds the key: the rows do not fit their questions", told)
	}
}

type decision struct {
	name, source string
	args         []string
}

// decisions are the functions that the application may call with their owner's rights.
func (g *ground) decisions() []decision {
	g.t.Helper()
	rows, err := g.owner.Query(g.ctx, `select proname::text, prosrc, array(select format_type(t, null) from unnest(proargtypes) t) from pg_proc
		where prosecdef and pronamespace = 'public'::regnamespace and has_function_privilege('lavoro_app', oid, 'execute') order by 1`)
	if err != nil {
		g.t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d decision, err error) { return d, row.Scan(&d.name, &d.source, &d.args) })
	if err != nil || len(all) < 15 {
		g.t.Fatalf("only %d functions (%v)", len(all), err)
	}
	return all
}

// call asks the function as the actor, or as nobody, about the rows of populate; "" stands for a refusal, no row, or nothing but
// noughts in it.
func (d decision) call(g *ground, conn *pgx.Conn, a access.Actor) string {
	g.t.Helper()
	value := map[string]string{"uuid": "(select k from k)", "uuid[]": "array[(select k from k)]", "text": "'x'", "text[]": "'{x}'", "date": "'2027-03-01'", "date[]": "'{2027-03-01}'",
		"integer": "1", "integer[]": "'{1}'", "bigint": "1", "bigint[]": "'{1}'", "smallint": "1", "bytea": "'x'", "bytea[]": "'{x}'", "jsonb": "'[]'", "boolean": "true", "name": "'x'",
		"timestamp with time zone": "'2027-03-01'"}
	args := make([]string, len(d.args))
	for i, kind := range d.args {
		v, ok := value[kind]
		if !ok {
			g.t.Fatalf("%s takes a %s, which this test cannot give yet", d.name, kind)
		}
		args[i] = strings.ReplaceAll(v, "(select k from k)", "current_setting('test.key')::uuid") + "::" + kind
	}
	tx, err := conn.Begin(g.ctx)
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(g.ctx) }()
	g.stand(tx, a)
	var answer string
	err = tx.QueryRow(g.ctx, fmt.Sprintf("select coalesce(jsonb_agg(to_jsonb(f)), '[]')::text from %s(%s) f", d.name, strings.Join(args, ", "))).Scan(&answer)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (strings.HasPrefix(pg.Code, "LA") || pg.Code == "42501") {
		return ""
	}
	if err != nil {
		g.t.Fatalf("%s: %v", d.name, err)
	}
	var v any
	if err := json.Unmarshal([]byte(answer), &v); err != nil {
		g.t.Fatal(err)
	}
	if nothing(v) {
		return ""
	}
	return answer
}

// stand puts the actor's keys under a transaction, and the key that the calls ask about.
func (g *ground) stand(tx pgx.Tx, a access.Actor) {
	g.t.Helper()
	key := uuid.Nil
	if len(a.Grants) > 0 {
		key = a.Grants[0].Key
		if _, err := tx.Exec(g.ctx, "select set_config($1, $2, true)", access.Setting, a.Settings().String()); err != nil {
			g.t.Fatal(err)
		}
	} else if err := g.owner.QueryRow(g.ctx, "select id from participation").Scan(&key); err != nil {
		g.t.Fatal(err)
	}
	if _, err := tx.Exec(g.ctx, "select set_config('test.key', $1, true)", key.String()); err != nil {
		g.t.Fatal(err)
	}
}

// nothing says whether a value of JSON holds nothing but noughts.
func nothing(v any) bool {
	switch v := v.(type) {
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool { return !nothing(e) })
	case map[string]any:
		for _, e := range v {
			if !nothing(e) {
				return false
			}
		}
		return true
	}
	return v == nil || v == false || v == float64(0) || v == ""
}

// Who audits with psql sees the chains of the programmes whose key he gives, works a link out, and reads neither details nor reasons.
func TestTheAuditorVerifiesWithPsql(t *testing.T) {
	g := lay(t, postgres.Config{})
	programme, lead := uuid.New(), uuid.New()
	for i := range 3 {
		g.must(system(programme, lead), func(_ context.Context, tx *postgres.Tx) error {
			tx.Tell(news(programme, lead), i)
			return nil
		})
	}
	g.own("update journal set audience = array[$1::uuid]", lead) // the lead body of a programme that stands in no table here
	conn := g.login("lavoro_auditor")
	ask := func(sql string, args ...any) (text string, err error) {
		err = conn.QueryRow(g.ctx, sql, args...).Scan(&text)
		return text, err
	}
	const linked = `select concat_ws(' ', count(*), bool_and(chain = link)) from (select j.chain, journal_link(coalesce(lag(j.chain) over (order by j.seq), ''), j.detail_digest, j.id,
		j.programme_id, j.seq, j.at, j.actor_id, j.on_behalf_of, j.act, j.subject_kind, j.subject_id, j.person_id, j.sealed) as link from journal j) x`
	if got, err := ask(linked); err != nil || got != "0" {
		t.Errorf("without a key: %q (%v)", got, err)
	}
	if _, err := conn.Exec(g.ctx, "select set_config($1, $2, false)", access.Setting, access.Actor{Grants: []access.Grant{{Role: access.Auditor, Key: lead}}}.Settings().String()); err != nil {
		t.Fatal(err)
	}
	if got, err := ask(linked); err != nil || got != "3 t" {
		t.Errorf("with the key: %q (%v)", got, err)
	}
	if got, err := ask("select concat_ws(' ', kind, entries, journal_broken(id) is null) from journal_heads()"); err != nil || got != "ACTS 3 t" {
		t.Errorf("heads: %q (%v)", got, err)
	}
	for _, sql := range []string{"select detail::text from journal", "select reason::text from read_journal", "select name from member", "select given_name from person", "select id::text from participation",
		"select news_append(gen_random_uuid(), gen_random_uuid(), now(), '[]', '[]')::text", "select read_heads_take()::text", "select 1::text from outbox"} {
		if got, err := ask(sql); err == nil {
			t.Errorf("%s gives %q", sql, got)
		}
	}
}
