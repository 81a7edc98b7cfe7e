package clienttest_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/lavoroincorso/lavoro/internal/platform/child"
)

const (
	// patience is far beyond what a start takes on two busy cores.
	patience = 4 * time.Minute
	// smaller is how many times smaller than the real programme the demonstration is.
	smaller = "20"
)

// installation is the program as users start it, with the demonstration, and a second node on the same servers.
type installation struct {
	folder        string
	first, second *program
}

// installed is the one installation of this test process, started when a test first needs it.
var installed = sync.OnceValues(install)

// stops are what ends the installation, set as far as it was started.
var stops []func() error

func TestMain(m *testing.M) {
	code := m.Run()
	for i := len(stops) - 1; i >= 0; i-- {
		if err := stops[i](); err != nil {
			fmt.Fprintln(os.Stderr, "stop the installation:", err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

func install() (*installation, error) {
	i := &installation{}
	if err := i.makeFolder(); err != nil {
		return nil, err
	}
	binary, state := i.binary(), i.state()
	if out, err := exec.Command("go", "build", "-o", binary, "../../cmd/lavoro").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build: %w\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var err error
	if i.first, err = start(ctx, `(http://\S+)\s+GraphiQL`, binary, "up", "--scale", smaller, "--state", state, "--listen", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	i.second, err = start(ctx, `serving.*address=(http://\S+)`, binary, "serve", "--state", state, "--listen", "127.0.0.1:0")
	return i, err
}

func (i *installation) binary() string { return filepath.Join(i.folder, "lavoro") }
func (i *installation) state() string  { return filepath.Join(i.folder, "state") }

// makeFolder makes a folder that the servers' unprivileged user may pass through.
func (i *installation) makeFolder() (err error) {
	if i.folder, err = os.MkdirTemp("", "lavoro-clients-"); err != nil {
		return err
	}
	stops = append(stops, func() error {
		return errors.Join(child.Remove(filepath.Join(i.state(), "postgres")), child.Remove(filepath.Join(i.state(), "redis")), os.RemoveAll(i.folder))
	})
	return os.Chmod(i.folder, 0o711)
}

// program is one running node.
type program struct {
	url   string
	said  *record
	ended chan error
}

// start runs the binary until it says its address; it ends with this process at the latest.
func start(ctx context.Context, says, binary string, arguments ...string) (*program, error) {
	p := &program{said: &record{}, ended: make(chan error, 1)}
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(binary, arguments...)
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = writer, writer, attributes()
	address := make(chan string, 1)
	go p.listen(reader, regexp.MustCompile(says), address)
	if err := p.run(cmd, writer); err != nil {
		return nil, err
	}
	stops = append(stops, func() error {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := <-p.ended; err != nil {
			return fmt.Errorf("%w\n%s", err, p.said)
		}
		return nil
	})
	select {
	case p.url = <-address:
		return p, nil
	case err := <-p.ended:
		p.ended <- nil
		return nil, fmt.Errorf("%v ended before it served: %w\n%s", arguments, err, p.said)
	case <-ctx.Done():
		return nil, fmt.Errorf("%v does not serve: %w\n%s", arguments, ctx.Err(), p.said)
	}
}

// run starts the command on a thread that outlives it: the kernel takes a thread's end for the parent's death.
func (p *program) run(cmd *exec.Cmd, output io.Closer) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		_ = output.Close()
		started <- err
		if err == nil {
			p.ended <- cmd.Wait()
		}
	}()
	return <-started
}

// listen keeps what the program says and hands on the first address.
func (p *program) listen(output io.Reader, says *regexp.Regexp, address chan<- string) {
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		p.said.write(lines.Text())
		if found := says.FindStringSubmatch(lines.Text()); found != nil {
			select {
			case address <- found[1]:
			default:
			}
		}
	}
}

// record is what a program has said.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) write(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.text.WriteString(line + "\n")
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}
