package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/demo/large"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/child"
	"github.com/lavoroincorso/lavoro/internal/platform/issuer"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/secret"
	"github.com/lavoroincorso/lavoro/internal/programme"
)

const state = ".lavoro/bench"

// world is what the tables of a stage are filled with, below a folder of its own.
type world struct {
	dir  string
	way  string // names how it is loaded
	load func(ctx context.Context, s *stage, keys *secret.Keys) error
}

// usual is the world of most benches.
var usual = world{dir: state, way: loadSQL, load: func(ctx context.Context, s *stage, keys *secret.Keys) error { return load(ctx, s.url(), keys) }}

// stage is what benches run on: the private servers with the data loaded, and the program built.
type stage struct {
	world     world
	dir       string // of this state of tables and data
	binary    string // the program
	postgres  *child.Postgres
	redis     *child.Redis
	log       *serverLog
	owner     *pgx.Conn      // as the tables' owner, beside all rights
	issuer    *issuer.Issuer // signs the loaded members in
	programme uuid.UUID
	size      size
	free      map[string]*hours // by who writes
}

// running are the settings while benches run: commits are durable as in earnest, and leave the moment of the commit, which
// live.go reads.
var running = map[string]string{"track_commit_timestamp": "on"}

// open starts the servers, loads the data unless a run before left them, and builds the program.
func open(ctx context.Context, w world, size size) (_ *stage, err error) {
	s := &stage{world: w, dir: filepath.Join(w.dir, w.fingerprint()), log: &serverLog{}, size: size, free: map[string]*hours{}}
	if s.binary, err = build(ctx); err != nil {
		return nil, err
	}
	if err := s.ensureKeys(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if err := s.data(ctx); err != nil {
		return nil, err
	}
	s.redis, err = child.StartRedis(ctx, child.RedisOptions{Dir: filepath.Join(s.dir, "redis")})
	if err != nil {
		return nil, err
	}
	if err := s.connect(ctx); err != nil {
		return nil, err
	}
	return s, s.clean(ctx)
}

// fingerprint names the state of the loaded data: tables, programme, and how they are loaded.
func (w world) fingerprint() string {
	sum := sha256.New()
	for _, part := range []string{postgres.MigrationsHash(), string(programme.LavoroInCorso3), w.way, large.Hash()} {
		sum.Write([]byte(part))
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
}

func build(ctx context.Context) (string, error) {
	binary, err := filepath.Abs(filepath.Join(state, "lavoro"))
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, "github.com/lavoroincorso/lavoro/cmd/lavoro") //nolint:forbidigo // the bench builds what it measures
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("build: %w", err)
	}
	return binary, nil
}

// data starts PostgreSQL on loaded data. Other states of the tables are thrown away: they are gigabytes each.
func (s *stage) data(ctx context.Context) error {
	done := filepath.Join(s.dir, "loaded")
	if _, err := os.Stat(done); err == nil {
		return s.start(ctx, running)
	}
	old, _ := filepath.Glob(filepath.Join(s.world.dir, "*", "postgres"))
	for _, dir := range old {
		if err := errors.Join(child.Remove(dir), child.Remove(filepath.Join(filepath.Dir(dir), "redis")), os.RemoveAll(filepath.Dir(dir))); err != nil {
			return err
		}
	}
	// Nothing is forced to disk while loading: data that a crash spoils are loaded again.
	loading := map[string]string{"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0",
		"max_wal_size": "2GB", "maintenance_work_mem": "512MB", "autovacuum": "off"}
	if err := s.start(ctx, loading); err != nil {
		return err
	}
	keys, err := secret.Read(s.keysFile())
	if err != nil {
		return err
	}
	if err := s.world.load(ctx, s, keys); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	if err := s.postgres.Stop(ctx); err != nil {
		return err
	}
	if err := os.WriteFile(done, nil, 0o600); err != nil {
		return err
	}
	return s.start(ctx, running)
}

// keysFile holds the keys of the loaded data.
func (s *stage) keysFile() string { return filepath.Join(s.dir, "keys.json") }

func (s *stage) ensureKeys() error {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return err
	}
	keys, err := secret.Generate()
	if err != nil {
		return err
	}
	if err := keys.Create(s.keysFile()); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func (s *stage) start(ctx context.Context, settings map[string]string) (err error) {
	s.postgres, err = child.StartPostgres(ctx, child.PostgresOptions{Dir: filepath.Join(s.dir, "postgres"), Durable: true, Log: s.log, Settings: settings})
	return err
}

func (s *stage) connect(ctx context.Context) (err error) {
	if s.owner, err = pgx.Connect(ctx, s.url()); err != nil {
		return err
	}
	key, err := issuer.OpenKey(filepath.Join(s.dir, "issuer.json")) // where the served program looks for it
	if err != nil {
		return err
	}
	s.issuer = &issuer.Issuer{Identifier: member.DemonstrationIssuer, Audience: "lavoro", Key: key, Clock: time.Now}
	return s.owner.QueryRow(ctx, "select id from programme where code not like 'SMALL_%'").Scan(&s.programme)
}

// variables are those of the lists that benches read.
func (s *stage) variables() map[string]any {
	return map[string]any{"programme": "prg_" + s.programme.String()}
}

func (s *stage) url() string { return s.postgres.URL(child.Login) }

// openMonths opens the register of the days for which benches write: who is recorded for the first time in a month tells that, too, and most are not.
const openMonths = `insert into register_month (id, programme_id, enrolment_id, activity_id, participation_id, placement_id, company_id, month, state, state_since, audience)
	select gen_random_uuid(), e.programme_id, e.id, e.activity_id, e.participation_id, p.id, e.company_id, x.month, 'OPEN', x.month, e.audience
	from enrolment e left join placement p on p.enrolment_id = e.id
	cross join (select distinct date_trunc('month', d)::date as month from generate_series(current_date - 7, current_date, interval '1 day') d) x
	where e.state = 'ENROLLED' on conflict do nothing`

// clean takes back what an earlier run wrote, so that every run measures the same.
func (s *stage) clean(ctx context.Context) error {
	for _, statement := range []string{
		"delete from attendance where origin <> 'DEMO'",
		openMonths,
		unpaid,
		"delete from allowance where month >= '2026-07-01'", // of what was recorded; the data end with June
		"truncate outbox, journal, read_journal, read_head, request, news_head, relay_position, lease, reaction_position, due, notice",
		"vacuum attendance",
		"checkpoint",
	} {
		if _, err := s.owner.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// token signs a loaded member in, for as long as any bench runs.
func (s *stage) token(subject string) (string, error) {
	return s.issuer.Token(subject, "bench", 24*time.Hour, nil)
}

func (s *stage) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var errs []error
	if s.owner != nil {
		errs = append(errs, s.owner.Close(ctx))
	}
	if s.redis != nil {
		errs = append(errs, s.redis.Stop(ctx))
	}
	if s.postgres != nil {
		errs = append(errs, s.postgres.Stop(ctx))
	}
	return errors.Join(errs...)
}

// serverLog keeps what PostgreSQL writes to its log while somebody wants it.
type serverLog struct {
	mu   sync.Mutex
	keep bool
	text bytes.Buffer
}

// Write keeps or drops a piece of the log.
func (l *serverLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.keep {
		l.text.Write(p)
	}
	return len(p), nil
}

// record begins to keep the log, or ends it and forgets what was kept.
func (l *serverLog) record(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.keep = on
	l.text.Reset()
}

func (l *serverLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
