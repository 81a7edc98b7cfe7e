package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/internal/platform/child"
)

// asProgram, when set in its environment, makes the test's own binary the program: what is tested is built already.
const asProgram = "LAVORO_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// smallest is how many times smaller the demonstration of a started program is.
const smallest = "40"

// starting bounds a start and what is done with the program, on a busy machine.
const starting = 3 * time.Minute

// site is a state folder in which programs are started one after the other.
type site struct {
	*testing.T
	state  string
	binary string // the program; this test's own when empty
}

func newSite(t *testing.T) site {
	t.Helper()
	s := site{T: t, state: filepath.Join(t.TempDir(), "state")}
	t.Cleanup(func() {
		for _, dir := range s.homes() {
			if err := child.Remove(dir); err != nil { // it may be a link to where the servers' user can go
				t.Error(err)
			}
		}
	})
	return s
}

func (s site) homes() []string {
	return []string{filepath.Join(s.state, "postgres"), filepath.Join(s.state, "redis")}
}

func (s site) command(ctx context.Context, args ...string) *exec.Cmd {
	s.Helper()
	cmd := exec.CommandContext(ctx, cmp.Or(s.binary, os.Args[0]), append(args, "--state", s.state)...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	return cmd
}

// started is a running program.
type started struct {
	site
	cmd  *exec.Cmd
	out  *bufio.Reader
	told string // what it has printed so far
	url  string
}

// start starts the program; it ends with the test at the latest.
func (s site) start(args ...string) *started {
	s.Helper()
	unset(s.T)
	ctx, cancel := context.WithTimeout(context.Background(), starting)
	u := &started{site: s, cmd: s.command(ctx, append(args, "--listen", "127.0.0.1:0")...)}
	out, err := u.cmd.StdoutPipe()
	if err != nil {
		s.Fatal(err)
	}
	u.out, u.cmd.Stderr = bufio.NewReader(out), u.cmd.Stdout
	if err := u.cmd.Start(); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() {
		cancel()
		_ = u.cmd.Wait() // an error only says that it has ended before
	})
	return u
}

// until reads what the program prints, up to a line that the pattern finds something in.
func (u *started) until(pattern *regexp.Regexp) []string {
	u.Helper()
	for {
		line, err := u.out.ReadString('\n')
		u.told += line
		if found := pattern.FindStringSubmatch(line); found != nil {
			return found
		}
		if err != nil {
			u.Fatalf("ended early: %v\n%s", u.cmd.Wait(), u.told)
		}
	}
}

var (
	readyLine   = regexp.MustCompile(`(http://\S+)/graphql `)
	demoLine    = regexp.MustCompile(`^ +2025-`) // a month of the demonstration
	servingLine = regexp.MustCompile(`serving.* address=(\S+) `)
)

// up starts the program and waits until it says that it is ready.
func (s site) up() *started {
	s.Helper()
	u := s.start("up", "--scale", smallest)
	u.url = u.until(readyLine)[1]
	return u
}

// end sends a signal and waits until the program is gone.
func (u *started) end(signal os.Signal) error {
	u.Helper()
	if err := u.cmd.Process.Signal(signal); err != nil {
		u.Fatal(err)
	}
	rest, _ := io.ReadAll(u.out)
	u.told += string(rest)
	return u.cmd.Wait()
}

// signedIn is the program as the coordinator uses it.
func (u *started) signedIn() *node {
	u.Helper()
	token, err := command(u.T, "token", "--as", coordinator, "--state", u.state)
	if err != nil {
		u.Fatal(err)
	}
	return &node{t: u.T, url: u.url, token: strings.TrimSpace(token)}
}

// holdings are the programme's id, its history and how many people it has: what a new demonstration would have otherwise.
func (u *started) holdings() string {
	u.Helper()
	n := u.signedIn()
	id := at(u.T, n.ask(`{ programme(code: "LACO3") { id } }`, nil), "programme.id")
	data := n.ask(`query($programme: ID!) { position(programme: $programme) participants(programme: $programme, first: 1) { totalCount nodes { id } } }`, vars{"programme": id})
	epoch, _, _ := strings.Cut(data["position"].(string), ".")
	if total(u.T, data) == 0 {
		u.Fatal("a demonstration without people")
	}
	return fmt.Sprint(id, epoch, total(u.T, data), at(u.T, data, "participants.nodes.0.id"))
}

// sockets are where the servers of a running program answer.
func (s site) sockets() []string {
	s.Helper()
	c := Config{State: s.state}
	if err := c.locate(); err != nil {
		s.Fatal(err)
	}
	database, err := url.Parse(c.DatabaseURL)
	if err != nil {
		s.Fatal(err)
	}
	sockets := []string{filepath.Join(database.Query().Get("host"), ".s.PGSQL.5432"), strings.TrimPrefix(c.RedisURL, "unix://")}
	for _, socket := range sockets {
		if !answers(socket) {
			s.Fatalf("nobody answers at %s", socket)
		}
	}
	return sockets
}

func answers(socket string) bool {
	conn, err := net.Dial("unix", socket)
	if err == nil {
		_ = conn.Close()
	}
	return err == nil
}

// nothingRuns: no server answers, no lock is held, and nothing says where a server would be.
func (s site) nothingRuns(sockets []string) {
	s.Helper()
	for _, socket := range sockets {
		if answers(socket) {
			s.Errorf("somebody still answers at %s", socket)
		}
	}
	for _, dir := range s.homes() {
		lock, err := child.TakeLock(filepath.Join(dir, "lock"))
		if err != nil {
			s.Errorf("after the end: %v", err)
			continue
		}
		lock.Release()
	}
	for _, left := range []string{"addresses.json", "postgres/data/postmaster.pid"} {
		if _, err := os.Stat(filepath.Join(s.state, left)); !os.IsNotExist(err) {
			s.Errorf("%s is left (%v)", left, err)
		}
	}
}

// TestUp starts the whole program as a new user does, and ends it in every way.
func TestUp(t *testing.T) {
	s := newSite(t)
	hasty := s.start("up", "--scale", smallest)
	hasty.until(demoLine)
	sockets := s.sockets()
	if err := hasty.end(os.Interrupt); err == nil || !strings.Contains(hasty.told, "lavoro: demo: ") {
		t.Errorf("interrupted while it made the demonstration: %v\n%s", err, hasty.told)
	}
	s.nothingRuns(sockets)

	first := s.up()
	if !strings.Contains(first.told, " acts up to ") {
		t.Errorf("the first whole start tells of no demonstration:\n%s", first.told)
	}
	made := first.holdings()
	s.othersFindIt(first)
	if err := first.end(os.Interrupt); err != nil {
		t.Errorf("interrupted: %v\n%s", err, first.told)
	}
	s.nothingRuns(sockets)

	second := s.up()
	second.keeps(made)
	if err := second.end(syscall.SIGKILL); err == nil {
		t.Error("killed, and ended in order")
	}

	third := s.up()
	third.keeps(made)
	sockets = s.sockets()
	if err := third.end(syscall.SIGTERM); err != nil {
		t.Errorf("terminated: %v\n%s", err, third.told)
	}
	s.nothingRuns(sockets)
}

// keeps: the program found its data, and made no other demonstration.
func (u *started) keeps(made string) {
	u.Helper()
	if now := u.holdings(); now != made || strings.Contains(u.told, " acts up to ") {
		u.Errorf("holds %s, held %s\n%s", now, made, u.told)
	}
}

// othersFindIt: beside a running program, other verbs and a second node work on its servers, and no second one takes them away.
func (s site) othersFindIt(running *started) {
	s.Helper()
	if got := at(s.T, running.signedIn().ask(whichProgramme, nil), "programme.code"); got != "LACO3" {
		s.Errorf("the printed token sees %v", got)
	}
	out, err := s.command(s.Context(), "up", "--listen", "127.0.0.1:0").CombinedOutput()
	if want := fmt.Sprintf("is in use by process %d", running.cmd.Process.Pid); err == nil || !strings.Contains(string(out), want) {
		s.Errorf("a second one beside it: %v %s, want %s", err, out, want)
	}
	node := s.start("serve")
	node.url = node.until(servingLine)[1]
	if node.holdings() != running.holdings() {
		s.Errorf("a second node serves %s, the first %s", node.holdings(), running.holdings())
	}
	if err := node.end(os.Interrupt); err != nil {
		s.Errorf("the second node: %v\n%s", err, node.told)
	}
	if out, err := command(s.T, "journal", "verify", "--state", s.state); err != nil || !strings.Contains(out, "acts  ") || !strings.Contains(out, "  ok\n") {
		s.Errorf("its journals: %v\n%s", err, out)
	}
	running.holdings() // the first goes on, and its address is still known
	if _, err := os.Stat(addressFile(s.state)); err != nil {
		s.Error(err)
	}
}
