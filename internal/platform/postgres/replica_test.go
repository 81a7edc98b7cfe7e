package postgres_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/child"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/redis"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
	"github.com/lavoroincorso/lavoro/internal/platform/watermark"
)

// behind is how far a replica may be behind in these tests.
const behind = 3 * time.Second

// stage is a ground whose database is followed by a standby.
type stage struct {
	*ground
	standby       *child.Postgres
	conn          *pgx.Conn // to the standby, as its owner
	programme, of uuid.UUID // where notes are written, and the key under which they are seen
	writer        access.Actor
	elsewhere     access.Actor // sees the notes, and has no part in the programme
	notes         int
}

func followed(t *testing.T) *stage {
	t.Helper()
	files := testdb.NewPrivate(t)
	standby, address := files.Follow(nil)
	s := &stage{ground: layOn(t, files, postgres.Config{Replicas: []string{address}, ReplicaLag: behind}), standby: standby, programme: uuid.New(), of: uuid.New()}
	s.writer, s.elsewhere = system(s.programme, s.of), system(uuid.New(), s.of)
	client, err := redis.Open(files.RedisURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	marks := watermark.New(client, uuid.New(), []byte("secret"), behind)
	s.db.OnWritten, s.db.Required = marks.Raise, marks.Of
	ctx, stop := context.WithCancel(s.ctx)
	var wg sync.WaitGroup
	wg.Go(func() { s.db.Watch(ctx) })
	t.Cleanup(func() { stop(); wg.Wait() })
	if s.conn, err = pgx.Connect(s.ctx, address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.conn.Close(context.Background()) })
	return s
}

// write adds a note, and tells of it in the programme.
func (s *stage) write() {
	s.t.Helper()
	s.notes++
	s.must(s.writer, func(ctx context.Context, tx *postgres.Tx) error {
		tx.Tell(news(s.programme, s.of), nil)
		return write(ctx, tx, s.notes, "note", s.of)
	})
}

// read counts the notes, and says whether the replica has answered.
func (s *stage) read(a access.Actor) (notes int, byReplica bool) {
	s.t.Helper()
	before, _ := s.db.ReplicaFigures()
	text, err := s.db.ReadNear(s.ctx, a, a.Settings(), postgres.Under("select count(*)::text from note", 0))
	if err != nil {
		s.t.Fatal(err)
	}
	if notes, err = strconv.Atoi(string(text)); err != nil {
		s.t.Fatal(err)
	}
	after, _ := s.db.ReplicaFigures()
	return notes, after[0].Served > before[0].Served
}

// by demands what a reader sees, and who answers him.
func (s *stage) by(replica bool, a access.Actor, want int) {
	s.t.Helper()
	if notes, byReplica := s.read(a); notes != want || byReplica != replica {
		s.t.Errorf("%d notes, by the replica: %v; want %d, %v", notes, byReplica, want, replica)
	}
}

func (s *stage) eventually(what string, so func() bool) {
	s.t.Helper()
	for !so() {
		if s.ctx.Err() != nil {
			s.t.Fatalf("it never became so: %s", what)
		}
	}
}

func (s *stage) used(want bool) {
	s.t.Helper()
	s.eventually("used "+strconv.FormatBool(want), func() bool { of, _ := s.db.ReplicaFigures(); return of[0].Used == want })
}

// caughtUp waits until the replica answers the writer, with all that was written.
func (s *stage) caughtUp() {
	s.t.Helper()
	s.eventually("the replica answers", func() bool {
		notes, byReplica := s.read(s.writer)
		if notes != s.notes {
			s.t.Fatalf("%d notes of %d, by the replica: %v", notes, s.notes, byReplica)
		}
		return byReplica
	})
}

func (s *stage) atStandby(sql string) {
	s.t.Helper()
	if _, err := s.conn.Exec(s.ctx, sql); err != nil {
		s.t.Fatal(err)
	}
}

// hold stops the replica from replaying, until it is resumed.
func (s *stage) hold() {
	s.t.Helper()
	s.atStandby("select pg_wal_replay_pause()")
	s.eventually("replay stands still", func() (still bool) {
		if err := s.conn.QueryRow(s.ctx, "select pg_get_wal_replay_pause_state() = 'paused'").Scan(&still); err != nil {
			s.t.Fatal(err)
		}
		return still
	})
}

func (s *stage) resume() { s.t.Helper(); s.atStandby("select pg_wal_replay_resume()") }

func TestReplica(t *testing.T) {
	s := followed(t)
	s.used(true)
	s.write()
	s.caughtUp()
	t.Run("one that lacks a write is not read by whom it is about", s.lacks)
	t.Run("one that is too far behind is read by nobody", s.old)
	t.Run("who repeats a request is shown what it wrote", s.again)
	t.Run("a note that is lost keeps this node from replicas", s.unnoted)
	t.Run("one that hangs is given up, and comes back", s.hangs)
	t.Run("one that dies is given up, and comes back", s.dies)
	t.Run("one that is promoted is read no more", s.promoted)
}

func (s *stage) lacks(t *testing.T) {
	s.hold()
	s.by(true, s.writer, s.notes) // held, and lacks nothing
	s.write()
	s.by(false, s.writer, s.notes)
	s.by(false, system(s.programme, s.of), s.notes) // another in the programme, who may have been told
	s.by(true, s.elsewhere, s.notes-1)              // that the replica lacks it
	s.by(false, access.Actor{Member: s.writer.Member, Grants: s.elsewhere.Grants}, s.notes)
	of, _ := s.db.ReplicaFigures()
	s.eventually("the lag is told", func() bool { of, _ = s.db.ReplicaFigures(); return of[0].Bytes > 0 && of[0].Behind > 0.5 })
	s.resume()
	s.caughtUp()
}

func (s *stage) old(t *testing.T) {
	s.hold()
	s.write()
	s.used(false)
	s.by(false, s.elsewhere, s.notes)
	s.resume()
	s.caughtUp()
}

// again: what a repeated request gives again was written before, perhaps by a transaction whose end nobody learned of.
func (s *stage) again(t *testing.T) {
	request := func() error {
		return s.act(s.writer, func(ctx context.Context, tx *postgres.Tx) error {
			repeated, err := tx.Request(ctx, "one", "act", nil, new(string))
			if err != nil {
				return err
			}
			if repeated {
				return errRefused // nothing is left to be done
			}
			_, err = tx.NewRaw("insert into note (id, text, audience) values (?, 'note', ?::uuid[])", s.notes, access.Array([]uuid.UUID{s.of})).Exec(ctx)
			if err == nil {
				err = tx.Settle(ctx, "one", "done")
			}
			return err
		})
	}
	s.hold()
	s.notes++
	if err := request(); err != nil { // tells nothing, and is not noted
		t.Fatal(err)
	}
	s.by(true, s.writer, s.notes-1)
	if err := request(); !errors.Is(err, errRefused) {
		t.Fatal(err)
	}
	s.by(false, s.writer, s.notes)
	s.resume()
	s.caughtUp()
}

func (s *stage) unnoted(t *testing.T) {
	raise := s.db.OnWritten
	s.db.OnWritten = func(context.Context, postgres.Position, []uuid.UUID) error { return errRefused }
	s.hold()
	s.write()
	s.db.OnWritten = raise
	s.by(false, s.writer, s.notes)
	s.by(false, s.elsewhere, s.notes)
	s.resume()
	s.caughtUp()

	required := s.db.Required
	s.db.Required = func(context.Context, []uuid.UUID) (postgres.Position, error) { return 0, errRefused }
	s.by(false, s.writer, s.notes) // what he must see cannot be told
	s.db.Required = required
	s.caughtUp()
}

func (s *stage) hangs(t *testing.T) {
	pids := s.processes()
	signal := func(sig syscall.Signal) {
		for _, pid := range pids {
			if err := syscall.Kill(pid, sig); err != nil {
				t.Errorf("process %d: %v", pid, err)
			}
		}
	}
	signal(syscall.SIGSTOP)
	s.by(false, s.writer, s.notes) // begun there, cut, and answered by the primary
	s.used(false)
	signal(syscall.SIGCONT)
	s.caughtUp()
}

// processes are the standby's server and those of its connections.
func (s *stage) processes() (pids []int) {
	s.t.Helper()
	rows, err := s.conn.Query(s.ctx, "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()")
	if err == nil {
		pids, err = pgx.CollectRows(rows, pgx.RowTo[int])
	}
	var data string
	if err == nil {
		err = s.conn.QueryRow(s.ctx, "show data_directory").Scan(&data)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		s.t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	server, err := strconv.Atoi(first)
	if err != nil {
		s.t.Fatal(err)
	}
	return append(pids, server)
}

func (s *stage) dies(t *testing.T) {
	if err := s.standby.Kill(); err != nil {
		t.Fatal(err)
	}
	s.by(false, s.writer, s.notes)
	s.write()
	s.by(false, s.elsewhere, s.notes)
	s.used(false)
	if err := s.standby.Restart(s.ctx); err != nil {
		t.Fatal(err)
	}
	s.caughtUp()
}

// said is what is logged, for one test.
type said struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *said) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *said) has(words string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.text.String(), words)
}

func listen(t *testing.T) *said {
	heard, before := &said{}, slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(heard, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return heard
}

// TestReplicaOfAnotherPrimary: what follows another database than this one, or a server that is none's standby, is not read, and whoever runs
// the node is told which and why.
func TestReplicaOfAnotherPrimary(t *testing.T) {
	heard := listen(t)
	files, other := testdb.NewPrivate(t), testdb.NewPrivate(t)
	_, address := other.Follow(nil)
	g := layOn(t, files, postgres.Config{Replicas: []string{address, other.AppURL}})
	g.db.Required = func(context.Context, []uuid.UUID) (postgres.Position, error) { return 0, nil }
	ctx, stop := context.WithCancel(g.ctx)
	var wg sync.WaitGroup
	wg.Go(func() { g.db.Watch(ctx) })
	t.Cleanup(func() { stop(); wg.Wait() })
	of, _ := g.db.ReplicaFigures()
	for i, why := range []string{"its history is not the primary's", "it follows nobody"} {
		for told := "replica=" + of[i].Name + ` why="` + why; !heard.has(told); {
			if g.ctx.Err() != nil {
				t.Fatalf("not told: %s", told)
			}
		}
	}
	if text, err := g.db.ReadNear(g.ctx, access.Actor{}, access.Actor{}.Settings(), postgres.Under("select current_database()::text", 0)); err != nil || !strings.HasSuffix(files.AppURL[:strings.Index(files.AppURL, "?")], "/"+string(text)) {
		t.Errorf("%s has answered (%v)", text, err)
	}
	if of, byPrimary := g.db.ReplicaFigures(); of[0].Used || of[1].Used || byPrimary != 1 {
		t.Errorf("%+v, %d by the primary", of, byPrimary)
	}
}

// TestAReplicaIsNamedOnce: two pools to one server would share out its readers for nothing.
func TestAReplicaIsNamedOnce(t *testing.T) {
	const one, again = "postgres://geheim1@127.0.0.1:1/lavoro", "postgres://geheim2:geheim3@127.0.0.1:1/other"
	for _, urls := range [][]string{{one, again}, {one, "postgres://geheim1@127.0.0.1:port/lavoro"}} {
		db, err := postgres.Open(t.Context(), postgres.Config{URL: one, Replicas: urls})
		if err == nil {
			db.Close()
			t.Errorf("%v are taken", urls)
		} else if strings.Contains(err.Error(), "geheim") {
			t.Errorf("a secret is told: %v", err)
		}
	}
}

func (s *stage) promoted(t *testing.T) {
	conn, err := pgx.ConnectConfig(s.ctx, s.conn.Config()) // the old one has died
	if err != nil {
		t.Fatal(err)
	}
	s.conn = conn
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	s.atStandby("select pg_promote()")
	s.used(false)
	s.write()
	s.by(false, s.elsewhere, s.notes)
}
