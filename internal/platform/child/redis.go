package child

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const redisSocket = "redis.sock"

// RedisOptions says where a private Redis lives and whether it keeps its data.
type RedisOptions struct {
	Dir     string    // folder of lock, data and socket; made when absent
	Durable bool      // true: every write is logged and forced to disk once a second
	Log     io.Writer // the server's log; nil drops it
}

// Redis is a running private server. Its methods are for one caller at a time.
type Redis struct {
	options RedisOptions
	home    *home
	binary  string
	process *process
}

// StartRedis starts a server of version 7 or newer in its folder and returns when it answers; the context bounds only
// the start.
func StartRedis(ctx context.Context, o RedisOptions) (*Redis, error) {
	h, err := openHome(ctx, o.Dir, redisSocket)
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	r := &Redis{options: o, home: h}
	if err := r.open(ctx); err != nil {
		h.close()
		return nil, fmt.Errorf("redis: %w", err)
	}
	return r, nil
}

func (r *Redis) open(ctx context.Context) (err error) {
	if err := r.home.stopOrphans(ctx, "redis-server", syscall.SIGTERM); err != nil {
		return err
	}
	if r.binary, err = findRedis(ctx); err != nil {
		return err
	}
	if err := ownFolder(r.home.data, r.home.user); err != nil {
		return err
	}
	return r.launch(ctx)
}

func (r *Redis) launch(ctx context.Context) error {
	if err := os.Remove(r.socket()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	started, err := start("redis-server", command{
		path: r.binary, args: r.arguments(), dir: r.home.data,
		user: r.home.user, log: r.options.Log, onParentDeath: syscall.SIGTERM,
	})
	if err != nil {
		return err
	}
	r.process = started
	err = started.await(ctx, r.ready)
	if early := (*earlyExit)(nil); err != nil && !errors.As(err, &early) {
		return errors.Join(err, started.stop(ctx, syscall.SIGTERM))
	}
	return err
}

func (r *Redis) arguments() []string {
	keep := "no"
	if r.options.Durable {
		keep = "yes"
	}
	return []string{
		"--port", "0", "--unixsocket", r.socket(), "--unixsocketperm", "700", "--dir", r.home.data,
		"--daemonize", "no", "--supervised", "no", "--pidfile", "", "--logfile", "", "--set-proc-title", "no",
		"--save", "", "--appendonly", keep, "--appendfsync", "everysec",
	}
}

// ready asks for the answer PONG: while it loads its data the server accepts connections, but says LOADING.
func (r *Redis) ready() bool {
	conn, err := net.DialTimeout("unix", r.socket(), time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := io.WriteString(conn, "PING\r\n"); err != nil {
		return false
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	return err == nil && strings.HasPrefix(answer, "+PONG")
}

func (r *Redis) socket() string { return filepath.Join(r.home.sockets, redisSocket) }

// URL is the server's address in the form that go-redis' ParseURL reads; it stays the same over restarts.
func (r *Redis) URL() string {
	return (&url.URL{Scheme: "unix", Path: r.socket()}).String()
}

// Done is closed when the server that runs now has ended, asked or not. After a restart there is another channel.
func (r *Redis) Done() <-chan struct{} { return r.process.done }

// Stop ends the server in order; a cancelled context hastens the end. The folder is free for another start
// afterwards. A second Stop does nothing.
func (r *Redis) Stop(ctx context.Context) error {
	defer r.home.close()
	return r.process.stop(ctx, syscall.SIGTERM)
}

// Kill ends the server at once, without a last write; Restart brings it back.
func (r *Redis) Kill() error {
	return r.process.stop(context.Background(), syscall.SIGKILL)
}

// Restart stops the server, when it still runs, and starts it on the same data and address.
func (r *Redis) Restart(ctx context.Context) error {
	if r.home.lock == nil {
		return errors.New("redis: stopped for good; start it anew")
	}
	if err := r.process.stop(ctx, syscall.SIGTERM); err != nil {
		return err
	}
	return r.launch(ctx)
}
