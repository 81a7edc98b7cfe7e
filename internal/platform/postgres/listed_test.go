package postgres_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// unlike is how many rows by key a table has too many or too few, and how often one stands there twice.
const unlike = `select (select count(*) from (table listed_key except all select distinct k, place, programme_id, title, id from listed, unnest(audience) k) x)
	+ (select count(*) from (select distinct k, place, programme_id, title, id from listed, unnest(audience) k except all table listed_key) x)`

// TestRowsByKeyFollowTheirAudience writes by chance, and compares after every statement.
func TestRowsByKeyFollowTheirAudience(t *testing.T) {
	g := lay(t, postgres.Config{})
	g.own(`create table listed (id uuid primary key, programme_id uuid not null, place int not null, title text not null, other int, audience uuid[] not null);
		insert into listed select gen_random_uuid(), gen_random_uuid(), n, 'before', n, array[gen_random_uuid()] from generate_series(1, 3) n;
		select list_by_key('listed', 'path', 'place', 'title, place')`)
	seed := rand.Uint64()
	chance := rand.New(rand.NewPCG(seed, 0))
	keys := make([]uuid.UUID, 5)
	for i := range keys {
		keys[i] = uuid.New()
	}
	audience := func() string {
		some := []uuid.UUID{}
		for range chance.IntN(4) {
			some = append(some, keys[chance.IntN(len(keys))]) // the same key twice, too
		}
		return "'" + access.Array(some) + "'::uuid[]"
	}
	some := func() string { return fmt.Sprintf("hashtext(id::text) %% 3 = %d", chance.IntN(3)-1) }
	statements := []func() string{
		func() string {
			return "insert into listed select gen_random_uuid(), gen_random_uuid(), n, 'x' || n, n, " + audience() + " from generate_series(1, 3) n"
		},
		func() string {
			return "insert into listed select id, programme_id, 0, '', 0, '{}' from listed where false"
		},
		func() string { return "update listed set audience = " + audience() + " where " + some() },
		func() string { return "update listed set place = place + 1, title = 'moved' where " + some() },
		func() string { return "update listed set programme_id = gen_random_uuid() where " + some() },
		func() string { return "update listed set other = 7, audience = audience" },
		func() string {
			return "insert into listed select id, programme_id, place, title, other, " + audience() + " from listed where " + some() + " on conflict (id) do update set audience = excluded.audience"
		},
		func() string { return "delete from listed where " + some() },
	}
	for range 150 {
		statement := statements[chance.IntN(len(statements))]()
		g.own(statement)
		if n := g.number(unlike); n != 0 {
			t.Fatalf("%d rows by key are wrong after %s (seed %d)", n, statement, seed)
		}
	}
	g.own("insert into listed values (gen_random_uuid(), gen_random_uuid(), 1, 'one', 1, '" + access.Array(keys) + "')")
	for _, role := range []access.Role{access.CaseManager, access.HostTutor} {
		reader := access.Actor{Member: uuid.New(), Grants: []access.Grant{{Role: role, Key: keys[0]}}}
		seen, want := g.shown(reader, "listed_key"), int(g.number("select count(*) from listed_key where key = $1", keys[0]))
		if !role.Reads(access.Path, "") {
			want = 0
		}
		if seen != want {
			t.Errorf("a %s sees %d rows by key, not %d", role, seen, want)
		}
	}
	g.own("alter table listed disable trigger keyed; insert into listed values (gen_random_uuid(), gen_random_uuid(), 1, 'past', 1, '" + access.Array(keys) + "')")
	if n := g.number(unlike); n != int64(len(keys)) {
		t.Errorf("%d rows by key are missing past the trigger", n)
	}
	g.own("select fill_by_key('listed')")
	if n := g.number(unlike); n != 0 {
		t.Errorf("%d rows by key are wrong after they were filled anew", n)
	}
	g.own("truncate listed")
	if n := g.number("select count(*) from listed_key"); n != 0 {
		t.Errorf("%d rows by key are left", n)
	}
}

// Nobody but the owner makes, fills or keeps rows by key.
func TestRowsByKeyAreTheOwners(t *testing.T) {
	g := lay(t, postgres.Config{})
	conn := g.login("lavoro_app")
	for _, sql := range []string{"select list_by_key('note', 'path', 'id')", "select fill_by_key('participation')", "insert into participation_key select * from participation_key",
		"delete from participation_key", "update placement_key set key = gen_random_uuid()"} {
		if _, err := conn.Exec(g.ctx, sql); err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}
