package child

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

const (
	pollEvery     = 10 * time.Millisecond
	stopPatience  = 20 * time.Second // an orderly stop writes out what is in memory
	abortPatience = 5 * time.Second
)

// command is what to run and as whom.
type command struct {
	path  string
	args  []string
	dir   string
	user  *credential // nil: the parent's own user
	stdin io.Reader
	log   io.Writer
	// onParentDeath is the signal that the kernel sends to the child when its parent dies (Linux only).
	onParentDeath syscall.Signal
}

// process is one running child. Its fields are set before start returns and not changed afterwards.
type process struct {
	name string
	pid  int
	os   *os.Process
	tail *tail
	done chan struct{}
	err  error // valid once done is closed
}

// start runs the command; its context bounds nothing, as a server outlives the call that starts it.
func start(name string, c command) (*process, error) {
	p := &process{name: name, tail: &tail{to: c.log}, done: make(chan struct{})}
	cmd := exec.Command(c.path, c.args...)
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = c.dir, c.stdin, p.tail, p.tail
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + c.dir, "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = attributes(c.user, c.onParentDeath)
	// A worker that outlives its server would keep the log's pipe open.
	cmd.WaitDelay = abortPatience
	started := make(chan error)
	go func() {
		// The kernel takes the end of the starting thread for the death of the parent: this thread must outlive the child.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		if err == nil {
			p.pid, p.os = cmd.Process.Pid, cmd.Process
		}
		started <- err
		if err != nil {
			return
		}
		p.err = cmd.Wait()
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	return p, nil
}

// run runs a command to its end; a cancelled context kills it.
func run(ctx context.Context, name string, c command) error {
	p, err := start(name, c)
	if err != nil {
		return err
	}
	select {
	case <-p.done:
	case <-ctx.Done():
		_ = syscall.Kill(-p.pid, syscall.SIGKILL)
		<-p.done
		return fmt.Errorf("%s: %w", name, ctx.Err())
	}
	if p.err != nil {
		return fmt.Errorf("%s: %w\n%s", name, p.err, p.tail)
	}
	return nil
}

// await polls until ready says yes; it fails when the process ends first or the context does.
func (p *process) await(ctx context.Context, ready func() bool) error {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for {
		select {
		case <-p.done:
			return &earlyExit{name: p.name, cause: p.err, log: p.tail.String()}
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w\n%s", p.name, ctx.Err(), p.tail)
		case <-ticker.C:
			if ready() {
				return nil
			}
		}
	}
}

// stop sends the signals in turn, each with its patience, and returns when the process has ended.
// A cancelled context skips the remaining patience.
func (p *process) stop(ctx context.Context, signals ...syscall.Signal) error {
	patience := stopPatience
	for _, signal := range append(signals, syscall.SIGKILL) {
		if err := p.os.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stop %s: %w", p.name, err)
		}
		timer := time.NewTimer(patience)
		select {
		case <-p.done:
			timer.Stop()
			return nil
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
		patience = abortPatience
		ctx = context.WithoutCancel(ctx)
	}
	return fmt.Errorf("stop %s: process %d does not end", p.name, p.pid)
}

func (p *process) running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// earlyExit says that a server ended before it was ready, with the end of its log.
type earlyExit struct {
	name  string
	cause error
	log   string
}

func (e *earlyExit) Error() string {
	return fmt.Sprintf("%s ended while starting: %v\n%s", e.name, e.cause, e.log)
}

func (e *earlyExit) Unwrap() error { return e.cause }
