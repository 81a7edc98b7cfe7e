package testdb_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// TestMain lets the test binary stand in for another test process, which ends without clearing up.
func TestMain(m *testing.M) {
	if os.Getenv("TESTDB_TEST_HELPER") == "" {
		os.Exit(m.Run())
	}
	pair, err := testdb.StartPair(context.Background())
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(pair.Postgres.URL("lavoro"))
	os.Exit(0)
}

// try runs one statement and returns its first value as text.
func try(t *testing.T, address, sql string) (text string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, sql)
	if err != nil {
		return "", err
	}
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return "", err
		}
		text = fmt.Sprint(values[0])
	}
	return text, rows.Err()
}

func query(t *testing.T, address, sql string) string {
	t.Helper()
	text, err := try(t, address, sql)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestDatabasesAreMigratedAndApart(t *testing.T) {
	first, second := testdb.New(t), testdb.New(t)
	const id = "select id::text || kind from installation"
	one, two := query(t, first.OwnerURL, id), query(t, second.OwnerURL, id)
	if one == two || !strings.HasSuffix(one, "DEMONSTRATION") {
		t.Errorf("installations %q and %q must differ: their keys in Redis begin with them", one, two)
	}
	query(t, first.OwnerURL, "create table only_here ()")
	if there := query(t, second.OwnerURL, "select count(*) from pg_tables where tablename = 'only_here'"); there != "0" {
		t.Error("a table of one test's database shows in another's")
	}
	if role := query(t, first.AppURL, "set role lavoro_app"); role != "" {
		t.Error("the application cannot take its role")
	}
}

func TestTheDatabaseGoesWithItsTest(t *testing.T) {
	var address string
	t.Run("test", func(t *testing.T) {
		db := testdb.New(t)
		address = db.OwnerURL
		// A connection that the test forgot to close must not keep the database.
		if _, err := pgx.Connect(t.Context(), address); err != nil {
			t.Fatal(err)
		}
	})
	if _, err := try(t, address, "select 1"); err == nil || !strings.Contains(err.Error(), "3D000") {
		t.Errorf("the database is still there: %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	var names sync.Map
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			name := query(t, testdb.New(t).OwnerURL, "select current_database()")
			if _, taken := names.LoadOrStore(name, i); taken {
				t.Errorf("database %s is another test's too", name)
			}
		})
	}
}

func TestRedisAnswers(t *testing.T) {
	o, err := redis.ParseURL(testdb.New(t).RedisURL)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(o)
	defer c.Close()
	if err := c.Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
}

func TestPrivateServersMayFail(t *testing.T) {
	shared, private := testdb.New(t), testdb.NewPrivate(t)
	query(t, private.OwnerURL, "create table note as select 'kept' as text")
	if err := private.Postgres().Kill(); err != nil {
		t.Fatal(err)
	}
	if _, err := try(t, private.OwnerURL, "select 1"); err == nil {
		t.Error("killed, and still answers")
	}
	if answer := query(t, shared.OwnerURL, "select 'alive'"); answer != "alive" {
		t.Error("the shared server fell with the private one")
	}
	if err := private.Postgres().Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if note := query(t, private.OwnerURL, "select text from note"); note != "kept" {
		t.Errorf("note is %q", note)
	}
	if err := private.Redis().Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A test process never clears up: its servers and its slot must be there for the next one all the same.
func TestASlotIsTakenUpAgain(t *testing.T) {
	t.Setenv(testdb.SlotsEnv, slotsOfItsOwn(t))
	first, second := otherProcess(t), otherProcess(t)
	if first != second {
		t.Errorf("another slot: %s, then %s", first, second)
	}
	pair, err := testdb.StartPair(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := pair.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	if address := pair.Postgres.URL("lavoro"); address != first {
		t.Errorf("another slot: %s, then %s", first, address)
	}
	if beside := otherProcess(t); beside == first {
		t.Error("two living processes share a slot")
	}
}

func slotsOfItsOwn(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "slots-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func otherProcess(t *testing.T) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TESTDB_TEST_HELPER=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out[:len(out)-1])
}
