package child

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Login is the only role of a new cluster: superuser and owner. Pools of the application take a lesser role themselves.
const Login = "lavoro"

const postgresSocket = ".s.PGSQL.5432"

// PostgresOptions says where a private PostgreSQL lives and how careful it is.
type PostgresOptions struct {
	Dir            string            // folder of lock, data and socket; made when absent
	Durable        bool              // false: nothing is forced to disk, for tests only
	Log            io.Writer         // the server's log; nil drops it
	MaxConnections int               // zero: 200
	Settings       map[string]string // further settings of the server, which win over all others
}

// Postgres is a running private server. Its methods are for one caller at a time.
type Postgres struct {
	options  PostgresOptions
	follows  *Postgres // nil: it follows nobody
	home     *home
	binaries postgresBinaries
	process  *process
}

// StartPostgres starts a server of version 15 or newer in its folder, and makes the cluster, with a database named
// "lavoro", when there is none. It returns when the server accepts connections; the context bounds only the start.
func StartPostgres(ctx context.Context, o PostgresOptions) (*Postgres, error) {
	return startPostgres(ctx, o, nil)
}

// StartStandby starts a server that follows a running primary by streaming, on a copy of it that is made when the folder holds none. The
// primary's settings must let it: wal_level replica, and max_wal_senders. Only reads can be asked of it.
func StartStandby(ctx context.Context, primary *Postgres, o PostgresOptions) (*Postgres, error) {
	return startPostgres(ctx, o, primary)
}

func startPostgres(ctx context.Context, o PostgresOptions, follows *Postgres) (*Postgres, error) {
	h, err := openHome(ctx, o.Dir, postgresSocket)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	p := &Postgres{options: o, follows: follows, home: h}
	if err := p.open(ctx); err != nil {
		h.close()
		return nil, fmt.Errorf("postgres: %w", err)
	}
	return p, nil
}

func (p *Postgres) open(ctx context.Context) (err error) {
	if err := p.home.stopOrphans(ctx, "postgres", syscall.SIGINT); err != nil {
		return err
	}
	if p.binaries, err = findPostgres(ctx, p.dataVersion()); err != nil {
		return err
	}
	if p.dataVersion() == 0 {
		create := p.create
		if p.follows != nil {
			create = p.copy
		}
		if err := create(ctx); err != nil {
			return err
		}
	}
	return p.launch(ctx)
}

// dataVersion is the major version that wrote the data; zero when there is none.
func (p *Postgres) dataVersion() int {
	text, _ := os.ReadFile(filepath.Join(p.home.data, "PG_VERSION"))
	major, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return major
}

// create makes the cluster beside its final place, so that a killed start leaves no half of one.
func (p *Postgres) create(ctx context.Context) error {
	unfinished := p.home.data + ".new"
	if err := os.RemoveAll(unfinished); err != nil {
		return err
	}
	if err := run(ctx, "initdb", p.command("initdb", p.initArguments(unfinished))); err != nil {
		return err
	}
	fsync := "fsync=off"
	if p.options.Durable {
		fsync = "fsync=on"
	}
	single := p.command("postgres", []string{"--single", "-D", unfinished, "-c", fsync, "postgres"})
	single.stdin = bytes.NewBufferString("create database " + Login + "\n")
	if err := run(ctx, "create database", single); err != nil {
		return err
	}
	return os.Rename(unfinished, p.home.data)
}

// copy takes the primary's data while it runs, beside its final place.
func (p *Postgres) copy(ctx context.Context) error {
	unfinished := p.home.data + ".new"
	if err := os.RemoveAll(unfinished); err != nil {
		return err
	}
	args := []string{"--pgdata=" + unfinished, "--dbname=host=" + p.follows.home.sockets + " user=" + Login, "--checkpoint=fast", "--write-recovery-conf"}
	if !p.options.Durable {
		args = append(args, "--no-sync")
	}
	tool := p.command("pg_basebackup", args)
	if !executable(tool.path) { // the folder holds links to some programs; this one stands where they lead
		server, err := filepath.EvalSymlinks(filepath.Join(p.binaries.dir, "postgres"))
		if err != nil {
			return err
		}
		tool.path = filepath.Join(filepath.Dir(server), "pg_basebackup")
	}
	if err := run(ctx, "pg_basebackup", tool); err != nil {
		return err
	}
	return os.Rename(unfinished, p.home.data)
}

// initArguments choose a collation by code point, which sorts alike on every machine.
func (p *Postgres) initArguments(data string) []string {
	args := []string{"--pgdata=" + data, "--username=" + Login, "--encoding=UTF8", "--auth-local=trust", "--auth-host=reject", "--no-instructions"}
	switch {
	case p.binaries.major >= 17:
		args = append(args, "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
	case runtime.GOOS == "darwin":
		// Darwin's C library has no C.UTF-8; this gives the same order, with letters known by their case.
		args = append(args, "--locale=C", "--lc-ctype=en_US.UTF-8")
	default:
		args = append(args, "--locale=C.UTF-8")
	}
	if p.options.Durable {
		return append(args, "--data-checksums")
	}
	return append(args, "--no-sync")
}

func (p *Postgres) command(program string, args []string) command {
	c := command{
		path: filepath.Join(p.binaries.dir, program), args: args, dir: p.home.dir,
		user: p.home.user, log: p.options.Log, onParentDeath: syscall.SIGINT,
	}
	if !p.options.Durable {
		// Tests throw their data away: ending at once lets the next run begin sooner.
		c.onParentDeath = syscall.SIGQUIT
	}
	return c
}

// launch starts the server on existing data. No other process works there, as the lock is held and orphans are gone.
func (p *Postgres) launch(ctx context.Context) error {
	for {
		for _, stale := range []string{filepath.Join(p.home.data, "postmaster.pid"), p.socket(), p.socket() + ".lock"} {
			if err := os.Remove(stale); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
		started, err := start("postgres", p.command("postgres", p.arguments()))
		if err != nil {
			return err
		}
		p.process = started
		err = started.await(ctx, p.ready)
		if err == nil {
			return nil
		}
		early := (*earlyExit)(nil)
		if !errors.As(err, &early) {
			return errors.Join(err, started.stop(ctx, syscall.SIGQUIT))
		}
		// Workers of a killed server still hold its memory; they notice its end soon.
		if !strings.Contains(early.log, "pre-existing shared memory block") {
			return err
		}
		if err := pause(ctx, 10*pollEvery); err != nil {
			return errors.Join(early, err)
		}
	}
}

func (p *Postgres) arguments() []string {
	connections := p.options.MaxConnections
	if connections == 0 {
		connections = 200
	}
	settings := map[string]string{
		"listen_addresses": "", "unix_socket_directories": p.home.sockets, "unix_socket_permissions": "0700", "port": "5432",
		"max_connections": strconv.Itoa(connections), "log_destination": "stderr", "logging_collector": "off",
		"timezone": "UTC", "log_timezone": "UTC", "cluster_name": "lavoro",
	}
	if !p.options.Durable {
		maps.Copy(settings, map[string]string{"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0"})
	}
	maps.Copy(settings, p.options.Settings)
	args := []string{"-D", p.home.data}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}

// ready reads what pg_ctl reads: the first line of postmaster.pid is the process, the eighth its status.
func (p *Postgres) ready() bool {
	text, err := os.ReadFile(filepath.Join(p.home.data, "postmaster.pid"))
	if err != nil {
		return false
	}
	lines := strings.Split(string(text), "\n")
	return len(lines) >= 8 && lines[0] == strconv.Itoa(p.process.pid) && strings.TrimSpace(lines[7]) == "ready"
}

func (p *Postgres) socket() string { return filepath.Join(p.home.sockets, postgresSocket) }

// URL is the address of a database on this server, for the owner's login; it stays the same over restarts. Only the
// database "lavoro" exists from the start.
func (p *Postgres) URL(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User(Login), Path: "/" + database}
	u.RawQuery = url.Values{"host": {p.home.sockets}}.Encode()
	return u.String()
}

// Pid is the process that started all others of the server that runs now.
func (p *Postgres) Pid() int { return p.process.pid }

// Done is closed when the server that runs now has ended, asked or not. After a restart there is another channel.
func (p *Postgres) Done() <-chan struct{} { return p.process.done }

// Stop ends the server in order: connections are cut, memory is written out. A cancelled context hastens the end. The
// folder is free for another start afterwards. A second Stop does nothing.
func (p *Postgres) Stop(ctx context.Context) error {
	defer p.home.close()
	return p.halt(ctx)
}

func (p *Postgres) halt(ctx context.Context) error {
	return p.process.stop(ctx, syscall.SIGINT, syscall.SIGQUIT)
}

// Kill ends the server and all its workers at once, without a last write; Restart brings it back. A server that is not
// durable loses its latest commits, unless its settings turn synchronous_commit on.
func (p *Postgres) Kill() error {
	if err := p.process.stop(context.Background(), syscall.SIGKILL); err != nil {
		return err
	}
	// Workers would notice the loss of their server only at their next wait.
	for _, pid := range processesIn(p.home.data, "postgres") {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	return p.home.stopOrphans(context.Background(), "postgres", syscall.SIGKILL)
}

// Restart stops the server, when it still runs, and starts it on the same data and address.
func (p *Postgres) Restart(ctx context.Context) error {
	if p.home.lock == nil {
		return errors.New("postgres: stopped for good; start it anew")
	}
	if err := p.halt(ctx); err != nil {
		return err
	}
	return p.launch(ctx)
}
