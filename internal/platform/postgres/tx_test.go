package postgres_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

func TestAFailedActWritesNothing(t *testing.T) {
	g := lay(t, postgres.Config{})
	programme, key := uuid.New(), uuid.New()
	fail := func(ctx context.Context, tx *postgres.Tx) error {
		if err := write(ctx, tx, 1, "a note", key); err != nil {
			return err
		}
		tx.Tell(news(programme, key), nil)
		return errRefused
	}
	if err := g.act(system(programme, key), fail); err != errRefused { //nolint:errorlint // the very error, not one around it
		t.Errorf("the act's own error comes back, not %v", err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = g.act(system(programme, key), func(ctx context.Context, tx *postgres.Tx) error {
			_ = fail(ctx, tx)
			panic("an act that panics")
		})
	}()
	if got := g.written(); got != "0 notes 0 events 0 entries 0 requests" {
		t.Error(got)
	}
}

func TestNewsStandsWhenTheFactsDo(t *testing.T) {
	g := lay(t, postgres.Config{})
	programme, key, other := uuid.New(), uuid.New(), uuid.New()
	n := news(programme, key, other)
	n.Related = []uuid.UUID{other, key}
	at := time.Date(2027, 3, 1, 22, 59, 59, 123456789, time.UTC)
	actor := system(programme, key)
	err := g.db.InTx(g.ctx, actor, func() time.Time { return at }, func(ctx context.Context, tx *postgres.Tx) error {
		tx.Tell(n, map[string]string{"state": `o'clock ? \ "`})
		tx.Tell(n, nil)
		if g.number("select count(*) from outbox") != 0 {
			t.Error("told before it is a fact")
		}
		return write(ctx, tx, 1, "it's ? \\ \" ??", key)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := g.written(); got != "1 notes 2 events 2 entries 0 requests" {
		t.Error(got)
	}
	same := g.number(`select count(*) from outbox where programme_id = $1 and seq in (1, 2) and at = $2 and actor_id = $3 and act = 'recordAttendance'
		and kind = 'CHANGED' and subject_kind = 'Note' and subject_id = $4 and related @> $5::uuid[] and related <@ $5::uuid[] and audience = $6::uuid[]`,
		programme, at, actor.Member, n.Subject, access.Array(n.Related), access.Array(n.Audience))
	if same != 2 {
		t.Errorf("%d events of 2 are as told", same)
	}
	if g.number("select count(*) from note where text = $1", "it's ? \\ \" ??") != 1 {
		t.Error("a text with quotes and question marks was changed on its way")
	}
	if detail := g.detail(1); detail["state"] != `o'clock ? \ "` || g.number("select count(*) from journal where seq = 2 and detail is null") != 1 {
		t.Errorf("the journal's detail is %v", detail)
	}
}

// detail opens that of a journal entry about nobody.
func (g *ground) detail(seq int) (detail map[string]string) {
	g.t.Helper()
	var id uuid.UUID
	var sealed []byte
	if err := g.owner.QueryRow(g.ctx, "select id, detail from journal where seq = $1 and sealed and person_id is null", seq).Scan(&id, &sealed); err != nil {
		g.t.Fatal(err)
	}
	plain, err := g.db.Keys.Own().Open(sealed, journal.DetailOf(id))
	if err == nil {
		err = json.Unmarshal(plain, &detail)
	}
	if err != nil {
		g.t.Fatal(err)
	}
	return detail
}

// A pooled connection is used by one actor after the other.
func TestKeysAreForgotten(t *testing.T) {
	g := lay(t, postgres.Config{Plans: 1, Acts: 1})
	programme, key := uuid.New(), uuid.New()
	insider, stranger := system(programme, key), system(programme, uuid.New())
	g.must(insider, func(ctx context.Context, tx *postgres.Tx) error { return write(ctx, tx, 1, "a note", key) })
	sees := func(a access.Actor, want int) {
		t.Helper()
		g.must(a, func(ctx context.Context, tx *postgres.Tx) error {
			if n, err := count(ctx, tx); err != nil || n != want {
				t.Errorf("an act sees %d notes, not %d (%v)", n, want, err)
			}
			return nil
		})
		text, err := g.db.ReadText(g.ctx, a, "select count(*)::text from note where $1::text <> ''", "x")
		if err != nil || string(text) != string(rune('0'+want)) {
			t.Errorf("a plan sees %s notes, not %d (%v)", text, want, err)
		}
	}
	sees(insider, 1)
	sees(stranger, 0)
	sees(access.Actor{}, 0)
	sees(insider, 1)
	var n int
	var left string
	err := g.db.Plans.QueryRow(g.ctx, "select (select count(*) from note), coalesce(current_setting('app.keys', true), '')").Scan(&n, &left)
	if err != nil || n != 0 || left != access.Nobody().String() {
		t.Errorf("without an actor %d notes show, keys %q (%v)", n, left, err)
	}
	if _, err := g.db.ReadText(g.ctx, insider, "select 1 / 0"); err == nil {
		t.Error("divided by nought")
	}
	if err := g.db.Plans.QueryRow(g.ctx, "select count(*) from note").Scan(&n); err != nil || n != 0 {
		t.Errorf("after a failed read %d notes show (%v)", n, err)
	}
}

func TestTheRoleCannotBeLeft(t *testing.T) {
	g := lay(t, postgres.Config{})
	g.must(system(uuid.New(), uuid.New()), func(ctx context.Context, tx *postgres.Tx) error {
		var role, zone string
		if err := tx.NewRaw("select current_user, current_setting('timezone')").Scan(ctx, &role, &zone); err != nil {
			return err
		}
		if role != postgres.Role || zone != "UTC" {
			t.Errorf("role %s in zone %s", role, zone)
		}
		return nil
	})
	var role string
	if err := g.db.Plans.QueryRow(g.ctx, "select current_user").Scan(&role); err != nil || role != postgres.Role {
		t.Errorf("plans run as %s (%v)", role, err)
	}
}

// crossed runs two acts that each take one note and then want the other's; it gives how often acts were run.
func crossed(g *ground, a, b func(context.Context, *postgres.Tx) error) (runs int, errs [2]error) {
	var met [2]chan struct{}
	met[0], met[1] = make(chan struct{}), make(chan struct{})
	type outcome struct{ runs int }
	results := make(chan outcome, 2)
	key := uuid.New()
	for i, steps := range [2][2]func(context.Context, *postgres.Tx) error{{a, b}, {b, a}} {
		go func() {
			tries := 0
			errs[i] = g.act(system(uuid.New(), key), func(ctx context.Context, tx *postgres.Tx) error {
				tries++
				if err := steps[0](ctx, tx); err != nil {
					return err
				}
				if tries == 1 {
					close(met[i])
					<-met[1-i]
				}
				return steps[1](ctx, tx)
			})
			results <- outcome{tries}
		}()
	}
	return (<-results).runs + (<-results).runs, errs
}

func touch(id int) func(context.Context, *postgres.Tx) error {
	return func(ctx context.Context, tx *postgres.Tx) error {
		_, err := tx.NewRaw("update sealed set of = coalesce(of, 0) + 1 where id = ?", id).Exec(ctx)
		return err
	}
}

func TestADeadlockIsRunAgain(t *testing.T) {
	g := lay(t, postgres.Config{}, "deadlock_timeout = '20ms'")
	g.own("alter table sealed drop constraint sealed_of_fkey; insert into sealed (id) values (1), (2)")
	runs, errs := crossed(g, touch(1), touch(2))
	if errs[0] != nil || errs[1] != nil || runs < 3 { // on a busy machine the one that runs again may cross the other once more
		t.Errorf("%d runs, %v", runs, errs)
	}
	if g.number("select sum(of) from sealed") != 4 {
		t.Error("an act that ran again left traces of its first run, or none")
	}
}

func TestASerializationFailureIsRunAgain(t *testing.T) {
	g := lay(t, postgres.Config{}, "default_transaction_isolation = 'serializable'")
	g.own("alter table sealed drop constraint sealed_of_fkey; insert into sealed (id, of) values (1, 0), (2, 0)")
	sum := func(ctx context.Context, tx *postgres.Tx) error {
		var n int
		return tx.NewRaw("select sum(of) from sealed").Scan(ctx, &n)
	}
	var done [2]chan struct{}
	done[0], done[1] = make(chan struct{}), make(chan struct{})
	runs := make(chan int, 2)
	for i := range 2 {
		go func() {
			tries := 0
			err := g.act(system(uuid.New(), uuid.New()), func(ctx context.Context, tx *postgres.Tx) error {
				tries++
				if err := sum(ctx, tx); err != nil {
					return err
				}
				if tries == 1 {
					close(done[i])
					<-done[1-i]
				}
				return touch(i+1)(ctx, tx)
			})
			if err != nil {
				t.Error(err)
			}
			runs <- tries
		}()
	}
	if n := <-runs + <-runs; n != 3 {
		t.Errorf("%d runs", n)
	}
	if g.number("select sum(of) from sealed") != 2 {
		t.Error("not both acts stand, each once")
	}
}

// A migration runs while nodes serve: what a connection has planned before is planned anew, and the act goes through.
func TestWhatAMigrationChangedIsPlannedAnew(t *testing.T) {
	g := lay(t, postgres.Config{Acts: 1})
	key := uuid.New()
	g.own("insert into note values (1, '7', array[$1::uuid])", key)
	asked := func(want string) {
		g.must(system(uuid.New(), key), func(ctx context.Context, tx *postgres.Tx) error {
			var got string
			err := tx.Ask(ctx, &got, "select text from note where id = $1", 1)
			if err == nil && got != want {
				err = fmt.Errorf("%q, want %q", got, want)
			}
			return err
		})
	}
	asked("7")
	g.own("alter table note alter column text type int using text::int")
	asked("7")
}

func TestRunningAgainHasAnEnd(t *testing.T) {
	g := lay(t, postgres.Config{})
	raise := func(ctx context.Context, tx *postgres.Tx) error {
		_, err := tx.ExecContext(ctx, "do $$ begin raise exception 'again' using errcode = '40001'; end $$")
		return err
	}
	runs := 0
	err := g.act(access.Actor{}, func(ctx context.Context, tx *postgres.Tx) error { runs++; return raise(ctx, tx) })
	var pg *pgconn.PgError
	if runs != 5 || !errors.As(err, &pg) || pg.Code != "40001" {
		t.Errorf("%d runs, then %v", runs, err)
	}
	ctx, cancel := context.WithCancel(g.ctx)
	runs = 0
	err = g.db.InTx(ctx, access.Actor{}, time.Now, func(ctx context.Context, tx *postgres.Tx) error {
		runs++
		err := raise(ctx, tx)
		cancel()
		return err
	})
	if runs != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled, and yet %d runs, then %v", runs, err)
	}
	runs = 0
	_ = g.act(access.Actor{}, func(context.Context, *postgres.Tx) error { runs++; return errRefused })
	if runs != 1 {
		t.Errorf("a refused act ran %d times", runs)
	}
}

func TestACommitThatFailsIsReported(t *testing.T) {
	g := lay(t, postgres.Config{})
	programme, key := uuid.New(), uuid.New()
	for _, told := range []bool{false, true} {
		err := g.act(system(programme, key), func(ctx context.Context, tx *postgres.Tx) error {
			if err := write(ctx, tx, 1, "a note", key); err != nil {
				return err
			}
			var pid int
			if err := tx.NewRaw("select pg_backend_pid()").Scan(ctx, &pid); err != nil {
				return err
			}
			if told {
				tx.Tell(news(programme, key), nil)
			}
			g.own("select pg_terminate_backend($1, 10000)", pid)
			return nil
		})
		if err == nil || !postgres.Unreachable(err) {
			t.Errorf("told %v: the connection was killed before the commit: %v", told, err)
		}
	}
	if got := g.written(); got != "0 notes 0 events 0 entries 0 requests" {
		t.Error(got)
	}
	g.must(system(programme, key), func(ctx context.Context, tx *postgres.Tx) error { return write(ctx, tx, 1, "a note", key) })
}

// Who goes while his act commits is told that he has gone, not that the program is at fault.
func TestWhoGoesBeforeTheCommit(t *testing.T) {
	g := lay(t, postgres.Config{})
	ctx, cancel := context.WithCancel(g.ctx)
	defer cancel()
	err := g.db.InTx(ctx, system(uuid.New(), uuid.New()), time.Now, func(_ context.Context, tx *postgres.Tx) error {
		cancel()
		for {
			if _, err := tx.ExecContext(g.ctx, "select 1"); errors.Is(err, sql.ErrTxDone) || g.ctx.Err() != nil {
				return g.ctx.Err()
			}
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// What a database that goes away or a long transaction of somebody else's brings about can be asked for again.
func TestWhatEndsByItself(t *testing.T) {
	for _, code := range []string{"57P01", "57P03", "08006", "53300", "55P03", "25P03"} {
		if !postgres.Unreachable(fmt.Errorf("write: %w", &pgconn.PgError{Code: code})) {
			t.Errorf("%s is a fault of ours", code)
		}
	}
	if !postgres.Unreachable(fmt.Errorf("read: %w", io.ErrUnexpectedEOF)) {
		t.Error("a connection that ended before the answer is a fault of ours")
	}
	if postgres.Unreachable(&pgconn.PgError{Code: "42601"}) {
		t.Error("a wrong statement ends by itself")
	}
}

func TestADeferredConstraintIsReported(t *testing.T) {
	g := lay(t, postgres.Config{})
	programme := uuid.New()
	for _, told := range []bool{false, true} {
		err := g.act(system(programme, uuid.New()), func(ctx context.Context, tx *postgres.Tx) error {
			if told {
				tx.Tell(news(programme), nil)
			}
			_, err := tx.NewRaw("insert into sealed (id, of) values (1, 99)").Exec(ctx)
			return err
		})
		if !postgres.Violates(err, "sealed_of_fkey") {
			t.Errorf("told %v: %v", told, err)
		}
	}
	if n := g.number("select (select count(*) from sealed) + (select count(*) from outbox) + (select count(*) from news_head)"); n != 0 {
		t.Errorf("%d rows stand", n)
	}
}

func TestTimeIsTheTransactionsOwn(t *testing.T) {
	g := lay(t, postgres.Config{})
	// Half an hour before midnight in UTC it is already tomorrow in Rome.
	at := time.Date(2027, 6, 30, 23, 30, 0, 999, time.UTC)
	err := g.db.InTx(g.ctx, access.Actor{}, func() time.Time { return at }, func(_ context.Context, tx *postgres.Tx) error {
		if tx.Today().String() != "2027-07-01" {
			t.Errorf("today is %s", tx.Today())
		}
		if tx.Now.Nanosecond() != 0 {
			t.Error("the transaction's time is finer than what Postgres keeps")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestErrorsTellNoValues(t *testing.T) {
	g := lay(t, postgres.Config{})
	key := uuid.New()
	err := g.act(system(uuid.New(), key), func(ctx context.Context, tx *postgres.Tx) error {
		if err := write(ctx, tx, 1, "a name", key); err != nil {
			return err
		}
		return write(ctx, tx, 1, "a name", key)
	})
	if !postgres.Violates(err, "note_pkey") || postgres.BadValue(err) || postgres.Unreachable(err) {
		t.Errorf("%v", err)
	}
	if safe := postgres.Safe(err); strings.Contains(safe, "(1)") || !strings.Contains(safe, "note_pkey") || !strings.Contains(safe, "23505") {
		t.Errorf("for a log: %s", safe)
	}
	_, err = g.db.ReadText(g.ctx, access.Actor{}, "select ($1::date)::text", "31 February")
	if !postgres.BadValue(err) || postgres.Unreachable(err) || strings.Contains(postgres.Safe(err), "February") {
		t.Errorf("%v", err)
	}
	_, err = g.db.ReadText(g.ctx, access.Actor{}, "select $1::text", "a\x00b")
	if !postgres.BadValue(err) {
		t.Errorf("a NUL byte: %v", err)
	}
	_, err = g.db.ReadText(g.ctx, access.Actor{}, "select $1::text", "a\xffb")
	if !postgres.BadValue(err) {
		t.Errorf("bytes that are no text: %v", err)
	}
	if postgres.Unreachable(nil) || postgres.BadValue(nil) || postgres.Violates(nil, "") {
		t.Error("nil is no error")
	}
	if _, err := postgres.Open(g.ctx, postgres.Config{URL: "postgres://someone:secret@host:port/"}); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("opened: %v", err)
	}
	away, err := postgres.Open(g.ctx, postgres.Config{URL: "postgres://someone@/none?host=/nowhere"})
	if err != nil {
		t.Fatal(err)
	}
	defer away.Close()
	if err := away.InTx(g.ctx, access.Actor{}, time.Now, nil); !postgres.Unreachable(err) {
		t.Errorf("no server: %v", err)
	}
	if _, err := away.ReadText(g.ctx, access.Actor{}, "select ''"); !postgres.Unreachable(err) {
		t.Errorf("no server: %v", err)
	}
}
