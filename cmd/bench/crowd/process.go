package crowd

import (
	"context"
	"errors"
	"io"
	"net/rpc"
	"os"
	"os/exec"
	"time"
)

// Verb is the argument with which the bench's own binary becomes a crowd.
const Verb = "crowd"

// Serve answers calls on standard input and output until the bench ends it by closing them.
func Serve(context.Context) error {
	server := rpc.NewServer()
	if err := server.Register(newCrowd()); err != nil {
		return err
	}
	server.ServeConn(pipe{os.Stdin, os.Stdout})
	return nil
}

// Process is a crowd as the bench holds it.
type Process struct {
	cmd    *exec.Cmd
	client *rpc.Client
}

// Start runs a crowd in a process of its own.
func Start(ctx context.Context) (*Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, Verb) //nolint:forbidigo // a process of its own, so that its CPU time and its files are its own
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &Process{cmd: cmd, client: rpc.NewClient(pipe{out, in})}, nil
}

const none = Nothing(0)

// pipe is a way there and a way back as one connection.
type pipe struct {
	io.Reader
	io.WriteCloser
}

// Stop ends the process and its connections.
func (p *Process) Stop() error {
	return errors.Join(p.client.Close(), p.cmd.Wait())
}

// Open calls Crowd.Open; the methods below call those of their name.
func (p *Process) Open(o Opening) error { return p.call("Open", o, new(Nothing)) }

// Ask begins subscriptions on another query in place of those that are.
func (p *Process) Ask(query string) error { return p.call("Ask", query, new(Nothing)) }

// Await waits until the clients have been given an event; it gives how many lack it when patience ends.
func (p *Process) Await(a Awaited) (lack int, err error) {
	err = p.call("Await", a, &lack)
	return lack, err
}

// Took gives the milliseconds from each event to each client's having it.
func (p *Process) Took(t Told) (ms []float64, err error) {
	err = p.call("Took", t, &ms)
	return ms, err
}

// Stall has the first n clients read no more.
func (p *Process) Stall(n int) error { return p.call("Stall", n, new(Nothing)) }

// Forget drops what was received so far.
func (p *Process) Forget() error { return p.call("Forget", none, new(Nothing)) }

// Drop ends every connection without a word.
func (p *Process) Drop() error { return p.call("Drop", none, new(Nothing)) }

// Close ends every connection and forgets the clients.
func (p *Process) Close() error { return p.call("Close", none, new(Nothing)) }

// Resume brings back those whose connection has ended.
func (p *Process) Resume() (n int, err error) {
	err = p.call("Resume", none, &n)
	return n, err
}

// Ends counts the codes with which connections have ended.
func (p *Process) Ends() (codes map[int]int, err error) {
	err = p.call("Ends", none, &codes)
	return codes, err
}

// Churn has every client complete its subscription and subscribe anew, for so long; it gives how often that was done.
func (p *Process) Churn(d time.Duration) (cycles int64, err error) {
	err = p.call("Churn", d, &cycles)
	return cycles, err
}

// Seen is the last message of the first client, whole.
func (p *Process) Seen() (message []byte, err error) {
	err = p.call("Seen", none, &message)
	return message, err
}

func (p *Process) call(method string, argument, answer any) error {
	return p.client.Call("Crowd."+method, argument, answer)
}
