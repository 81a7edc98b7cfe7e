package testdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"

	"github.com/lavoroincorso/lavoro/internal/platform/child"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
)

// maxSlots is far beyond what one machine runs at once; reaching it means that locks are not given back.
const maxSlots = 64

// Pair is a private PostgreSQL and Redis that keep nothing safe; its methods are for one caller at a time.
type Pair struct {
	Postgres *child.Postgres
	Redis    *child.Redis
	LogPath  string // what all servers said since they were started

	standbys []*child.Postgres
	dir      string
	slot     *child.Lock // nil once given back
	log      *os.File
}

// StartPair starts both servers in the first free slot, with no test's database left in it.
func StartPair(ctx context.Context) (*Pair, error) { return startPair(ctx, nil) }

// startFaultyPair starts a pair that may be killed, and followed: what is committed has left the server's own memory by then.
func startFaultyPair(ctx context.Context) (*Pair, error) {
	return startPair(ctx, map[string]string{"synchronous_commit": "on", "wal_level": "replica", "max_wal_senders": walSenders})
}

// walSenders are enough for a standby that is copied while another follows.
const walSenders = "6"

// follow starts a standby of the PostgreSQL as it is now.
func (p *Pair) follow(ctx context.Context, settings map[string]string) (*child.Postgres, error) {
	dir := filepath.Join(p.dir, "standby"+strconv.Itoa(len(p.standbys)))
	if err := child.Remove(dir); err != nil {
		return nil, err
	}
	settings = maps.Clone(settings)
	if settings == nil {
		settings = map[string]string{}
	}
	settings["wal_level"], settings["max_wal_senders"] = "replica", walSenders
	standby, err := child.StartStandby(ctx, p.Postgres, child.PostgresOptions{Dir: dir, Log: p.log, Settings: settings})
	if err == nil {
		p.standbys = append(p.standbys, standby)
	}
	return standby, err
}

func startPair(ctx context.Context, settings map[string]string) (_ *Pair, err error) {
	slot, dir, err := takeSlot()
	if err != nil {
		return nil, err
	}
	p := &Pair{slot: slot, dir: dir, LogPath: filepath.Join(dir, "log")}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Stop(context.WithoutCancel(ctx)))
		}
	}()
	if p.log, err = os.Create(p.LogPath); err != nil {
		return nil, err
	}
	if err := p.startPostgres(ctx, filepath.Join(dir, "postgres"), settings); err != nil {
		return nil, err
	}
	p.Redis, err = child.StartRedis(ctx, child.RedisOptions{Dir: filepath.Join(dir, "redis"), Log: p.log})
	return p, err
}

// startPostgres makes the cluster anew when it does not start (nothing in it was safe from a crash of the machine), or
// when it has seen other migrations.
func (p *Pair) startPostgres(ctx context.Context, dir string, settings map[string]string) (err error) {
	options := child.PostgresOptions{Dir: dir, Log: p.log, Settings: settings}
	p.Postgres, err = child.StartPostgres(ctx, options)
	if err == nil {
		if fresh, err := p.clear(ctx); fresh || err != nil {
			return err
		}
		if err := p.Postgres.Stop(ctx); err != nil {
			return err
		}
	}
	p.Postgres = nil
	if err := child.Remove(dir); err != nil {
		return err
	}
	p.Postgres, err = child.StartPostgres(ctx, options)
	return err
}

// clear drops what an ended process left; it answers false when another binary's template shows other migrations.
func (p *Pair) clear(ctx context.Context) (bool, error) {
	conn, err := pgx.Connect(ctx, p.Postgres.URL(child.Login))
	if err != nil {
		return false, err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, "select datname::text from pg_database where datname like 'lavoro\\_%' and datname <> $1",
		templatePrefix+postgres.MigrationsHash())
	if err != nil {
		return false, err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return false, err
	}
	for _, name := range names {
		if !strings.HasPrefix(name, databasePrefix) {
			return false, nil
		}
		if _, err := conn.Exec(ctx, "drop database "+name+" with (force)"); err != nil {
			return false, err
		}
	}
	return true, nil
}

// Stop ends both servers and gives the slot back; a second Stop does nothing.
func (p *Pair) Stop(ctx context.Context) error {
	if p.slot == nil {
		return nil
	}
	var errs []error
	if p.Redis != nil {
		errs = append(errs, p.Redis.Stop(ctx))
	}
	for _, standby := range p.standbys {
		errs = append(errs, standby.Stop(ctx))
	}
	if p.Postgres != nil {
		errs = append(errs, p.Postgres.Stop(ctx))
	}
	if p.log != nil {
		errs = append(errs, p.log.Close())
	}
	p.slot.Release()
	p.slot = nil
	return errors.Join(errs...)
}

func (p *Pair) server() *server {
	return &server{postgresURL: p.Postgres.URL(child.Login), redisURL: p.Redis.URL()}
}

// takeSlot returns the first folder that no living process holds; the lock ends with the process at the latest.
func takeSlot() (*child.Lock, string, error) {
	base, err := slotsFolder()
	if err != nil {
		return nil, "", err
	}
	for n := range maxSlots {
		dir := filepath.Join(base, strconv.Itoa(n))
		if err := os.MkdirAll(dir, 0o711); err != nil {
			return nil, "", err
		}
		lock, err := child.TakeLock(filepath.Join(dir, "slot"))
		if inUse := (*child.InUseError)(nil); errors.As(err, &inUse) {
			continue
		}
		return lock, dir, err
	}
	return nil, "", fmt.Errorf("all %d slots in %s are in use", maxSlots, base)
}

// slotsFolder is this user's own; another user's folder of the same name is refused, as it could hold anything.
func slotsFolder() (string, error) {
	base := filepath.Join(cmp.Or(os.Getenv(SlotsEnv), roomyMemory(), os.TempDir()), "lavoro-test-"+strconv.Itoa(os.Getuid()))
	if err := os.Mkdir(base, 0o711); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	info, err := os.Lstat(base)
	if err != nil {
		return "", err
	}
	if owner := info.Sys().(*syscall.Stat_t).Uid; !info.IsDir() || int(owner) != os.Getuid() {
		return "", fmt.Errorf("%s is another user's: remove it, or set %s", base, SlotsEnv)
	}
	return base, nil
}
