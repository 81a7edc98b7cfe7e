// Command testenv runs a command, usually go test, with a private PostgreSQL and Redis beside it.
//
//	testenv -- go test ./...
//
// It starts both servers, names them in LAVORO_TEST_POSTGRES_URL and LAVORO_TEST_REDIS_URL, passes signals on, counts
// the packages in the command's output, stops the servers, and ends with the command's exit code.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/lavoroincorso/lavoro/internal/platform/child"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

const startPatience = 2 * time.Minute

func main() {
	args := os.Args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "usage: testenv -- COMMAND [ARGUMENT…]")
		os.Exit(2)
	}
	code, err := run(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testenv:", err)
	}
	os.Exit(code)
}

// run returns the command's exit code; its error is about the servers.
func run(args []string) (int, error) {
	// From here on a signal ends the command, and only its end ends us: the servers are always stopped in order.
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	began := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	pair, err := testdb.StartPair(ctx)
	if err != nil {
		return 1, err
	}
	fmt.Printf("testenv: PostgreSQL and Redis ready in %.1f s\n", time.Since(began).Seconds())
	code, counts := command(args, pair, signals)
	err = pair.Stop(context.Background())
	fmt.Printf("testenv: %s in %.0f s, exit code %d\n", counts, time.Since(began).Seconds(), code)
	if code != 0 {
		fmt.Printf("testenv: the servers' log is %s\n", pair.LogPath)
	}
	if err != nil && code == 0 {
		code = 1
	}
	return code, err
}

func command(args []string, pair *testdb.Pair, signals <-chan os.Signal) (int, *counter) {
	counts := &counter{to: os.Stdout}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, counts, os.Stderr
	cmd.Env = append(os.Environ(),
		testdb.PostgresEnv+"="+pair.Postgres.URL(child.Login), testdb.RedisEnv+"="+pair.Redis.URL())
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "testenv:", err)
		return 127, counts
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			// A terminal sends Ctrl-C to the whole group; a second one does the command no harm.
			_ = cmd.Process.Signal(s)
		case err := <-ended:
			return exitCode(err), counts
		}
	}
}

// exitCode follows the shells: 128 and the signal for a command that a signal ended.
func exitCode(err error) int {
	exit := (*exec.ExitError)(nil)
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &exit):
		return 1
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return exit.ExitCode()
}

// counter passes go test's output on and counts its lines about packages.
type counter struct {
	to           io.Writer
	line         []byte
	good, failed int
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.to.Write(b)
	c.line = append(c.line, b[:n]...)
	for {
		end := bytes.IndexByte(c.line, '\n')
		if end < 0 {
			return n, err
		}
		c.count(string(c.line[:end]))
		c.line = c.line[end+1:]
	}
}

func (c *counter) count(line string) {
	switch {
	case strings.HasPrefix(line, "ok  \t"):
		c.good++
	case strings.HasPrefix(line, "FAIL\t"):
		c.failed++
	}
}

func (c *counter) String() string {
	return fmt.Sprintf("%d packages ok, %d failed", c.good, c.failed)
}
