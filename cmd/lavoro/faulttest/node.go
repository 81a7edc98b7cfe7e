package faulttest

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

var listening = regexp.MustCompile(`http://127\.0\.0\.1:(\d+)`)

// Node is one process of the program. It keeps its address over restarts.
type Node struct {
	Binary    string
	Arguments []string // of serve, but for the address
	Env       []string

	address atomic.Pointer[string] // host and port; nil before the first start
	process *process
	log     tail
}

// process is one life of a node.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

// Start starts the node and returns when it listens.
func (n *Node) Start(ctx context.Context) error {
	listen := "127.0.0.1:0"
	if known := n.address.Load(); known != nil {
		listen = *known
	}
	cmd := exec.Command(n.Binary, append([]string{"serve", "--listen", listen}, n.Arguments...)...) //nolint:forbidigo // the real program is what must survive
	cmd.Env, cmd.SysProcAttr = n.Env, bond()
	heard := &ear{to: &n.log, listens: make(chan string, 1)}
	cmd.Stderr = heard
	p := &process{cmd: cmd, ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The kernel takes the end of the starting thread for the death of the parent.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
			close(p.ended)
		}
	}()
	if err := <-started; err != nil {
		return err
	}
	n.process = p
	select {
	case port := <-heard.listens:
		address := "127.0.0.1:" + port
		n.address.Store(&address)
		return nil
	case <-p.ended:
		return fmt.Errorf("the node ended while it started:\n%s", n.Log())
	case <-ctx.Done():
		return fmt.Errorf("the node does not start: %w\n%s", ctx.Err(), n.Log())
	}
}

// Address is host and port.
func (n *Node) Address() string { return *n.address.Load() }

// Kill ends the node at once; it has ended when Kill returns. One that does not run stays so.
func (n *Node) Kill() { n.end(syscall.SIGKILL) }

// Stop ends the node in order.
func (n *Node) Stop() { n.end(syscall.SIGTERM) }

func (n *Node) end(with syscall.Signal) {
	if n.process == nil {
		return
	}
	_ = n.process.cmd.Process.Signal(with)
	<-n.process.ended
}

// Freeze stops the node where it stands: it holds all it has, and answers nobody.
func (n *Node) Freeze() error { return n.process.cmd.Process.Signal(syscall.SIGSTOP) }

// Thaw lets a frozen node go on.
func (n *Node) Thaw() error { return n.process.cmd.Process.Signal(syscall.SIGCONT) }

// Log is the end of what the node has said in all its lives.
func (n *Node) Log() string { return n.log.String() }

// ear passes a log on and hears where the node listens.
type ear struct {
	to      *tail
	line    []byte
	listens chan string
}

// Write takes a piece of the log.
func (e *ear) Write(p []byte) (int, error) {
	e.to.add(p)
	for e.line = append(e.line, p...); ; {
		end := bytes.IndexByte(e.line, '\n')
		if end < 0 {
			return len(p), nil
		}
		if found := listening.FindSubmatch(e.line[:end]); found != nil {
			select {
			case e.listens <- string(found[1]):
			default:
			}
		}
		e.line = e.line[end+1:]
	}
}

// tailBytes is how much of a log is kept.
const tailBytes = 64 << 10

// tail keeps the end of a log, and notes what no node may say.
type tail struct {
	mu   sync.Mutex
	text []byte
	bad  []string
}

var unheard = regexp.MustCompile(`(?m)^.*(panic|DATA RACE|internal error).*$`)

func (t *tail) add(p []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, line := range unheard.FindAll(p, -1) {
		t.bad = append(t.bad, string(line))
	}
	if t.text = append(t.text, p...); len(t.text) > 2*tailBytes {
		t.text = bytes.Clone(t.text[len(t.text)-tailBytes:])
	}
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}

// Complaints are the lines of the node's log that tell of a fault in the program itself.
func (n *Node) Complaints() []string {
	n.log.mu.Lock()
	defer n.log.mu.Unlock()
	return n.log.bad
}

// Until asks every 20 ms whether something is so, until it is or ctx ends.
func Until(ctx context.Context, so func() bool) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	return nil
}
