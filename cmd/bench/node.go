package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// node is a process that serves on this machine: the real program, or the bare handler.
type node struct {
	cmd     *exec.Cmd
	address string
}

// socket is where websockets are taken.
func (n *node) socket() string { return "ws" + strings.TrimPrefix(n.address, "http") + "/graphql" }

var listening = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// wide are limits that a bench stays within, though all its clients are two members at one address.
var wide = []string{"LAVORO_RATE_REQUESTS=1000000", "LAVORO_RATE_ACTS=1000000", "LAVORO_MAX_CONNECTIONS=20000", "LAVORO_MAX_SUBSCRIPTIONS=20000",
	"LAVORO_ADDRESS_CONNECTIONS=0", "LAVORO_RATE_ADDRESSES=0"}

// serve starts `lavoro serve` on the stage's servers, as anybody would: nothing is set but where they are, and the keys and the limits of one member.
func (s *stage) serve(ctx context.Context, arguments ...string) (*node, error) {
	return s.serveFrom(ctx, s.url(), arguments...)
}

// serveFrom starts it on another database of the stage.
func (s *stage) serveFrom(ctx context.Context, url string, arguments ...string) (*node, error) {
	cmd := exec.CommandContext(ctx, s.binary, append([]string{"serve", "--listen", "127.0.0.1:0", "--state", s.dir}, arguments...)...) //nolint:forbidigo // the bench measures the real program
	cmd.Env = append(append(withoutSettings(os.Environ()), wide...), "DATABASE_URL="+url, "REDIS_URL="+s.redis.URL(), "LAVORO_KEYS_FILE="+s.keysFile())
	out, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	return startNode(cmd, out)
}

// withoutSettings leaves out what the caller's environment would change in the program.
func withoutSettings(env []string) []string {
	var kept []string
	for _, e := range env {
		if !strings.HasPrefix(e, "LAVORO_") {
			kept = append(kept, e)
		}
	}
	return kept
}

// startNode starts the process and waits until it says, in out, where it listens.
func startNode(cmd *exec.Cmd, out io.Reader) (*node, error) {
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	n := &node{cmd: cmd}
	lines := bufio.NewScanner(out)
	var said strings.Builder
	for lines.Scan() {
		fmt.Fprintln(&said, lines.Text())
		if n.address = listening.FindString(lines.Text()); n.address != "" {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return n, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("%s did not start: %s", cmd.Args[0], said.String()), cmd.Wait())
}

// stop ends the process in order.
func (n *node) stop() error {
	if err := n.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	err := n.cmd.Wait()
	if signalled := (*exec.ExitError)(nil); errors.As(err, &signalled) {
		return nil
	}
	return err
}

// tick is the unit of CPU time in /proc: USER_HZ, 100 a second on every Linux.
const tick = 10 * time.Millisecond

// cpu is the processor time that the process has used, in user and system mode. It needs Linux.
func (n *node) cpu() (time.Duration, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(n.cmd.Process.Pid) + "/stat")
	if err != nil {
		return 0, fmt.Errorf("CPU time is read from Linux's /proc: %w", err)
	}
	return parseStat(string(text))
}

// parseStat reads fields 14 and 15 of /proc/<pid>/stat; the command's name before may hold anything but its last ')'.
func parseStat(text string) (time.Duration, error) {
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/…/stat has %d fields", len(fields))
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick, err
}

// databaseCPU is the processor time of PostgreSQL: of its first process, of those that it has started, and of those of them that have ended.
func (s *stage) databaseCPU() (all time.Duration, err error) {
	first := strconv.Itoa(s.postgres.Pid())
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0, fmt.Errorf("CPU time is read from Linux's /proc: %w", err)
	}
	for _, e := range entries {
		text, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue // no process, or one that has just ended
		}
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		if len(fields) < 15 || e.Name() != first && fields[1] != first {
			continue
		}
		counted := fields[11:13]
		if e.Name() == first {
			counted = fields[11:15] // with its children that have ended
		}
		for _, f := range counted {
			n, err := strconv.ParseInt(f, 10, 64)
			if err != nil {
				return 0, err
			}
			all += time.Duration(n) * tick
		}
	}
	return all, nil
}
