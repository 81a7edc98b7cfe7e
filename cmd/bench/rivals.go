package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/lavoroincorso/lavoro/cmd/bench/baseline"
	"github.com/lavoroincorso/lavoro/cmd/bench/baseline/stock"
)

const (
	peersFolder = "cmd/bench/baseline/peers"
	stockSchema = "cmd/bench/baseline/stock/schema.graphqls"
)

// rival is one of the servers of baseline, in a process of its own.
type rival struct {
	name    string
	node    *node
	peer    bool // of those that need node
	whole   bool // whether an event is a whole frame, not an object to select from
	http    *http.Client
	samples map[int]sample // by number of selected fields: what the program said
	told    int64
}

// sample is an event as the program gives it, so that all give the same bytes.
type sample struct{ update json.RawMessage }

var (
	sequenceOf = regexp.MustCompile(`"sequence":\d+`)
	// firstTold has as many digits as the program's numbers come to.
	firstTold int64 = 100000
)

// sampleOf takes the event out of a client's message.
func sampleOf(message []byte) (sample, error) {
	var read struct {
		Payload struct {
			Data struct{ AttendanceUpdates json.RawMessage }
		}
	}
	err := json.Unmarshal(message, &read)
	if err == nil && read.Payload.Data.AttendanceUpdates == nil {
		err = fmt.Errorf("no event: %.500s", message)
	}
	return sample{read.Payload.Data.AttendanceUpdates}, err
}

// numbered is the event with another number.
func (s sample) numbered(sequence int64) []byte {
	return sequenceOf.ReplaceAll(s.update, fmt.Appendf(nil, `"sequence":%d`, sequence))
}

// tell gives the rival one event, of which its followers see so many fields, and says its number.
func (r *rival) tell(ctx context.Context, fields int) (int64, error) {
	r.told++
	sequence := firstTold + r.told
	event := r.samples[manyFields].numbered(sequence)
	if r.whole {
		event = fmt.Appendf(nil, `{"id":"1","type":"next","payload":{"data":{"attendanceUpdates":%s}}}`, r.samples[fields].numbered(sequence))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.node.address+"/event", bytes.NewReader(event))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	_, err = fetch(r.http, req)
	return sequence, err
}

// contender is the rival as one of those that are compared.
func (r *rival) contender() contender {
	c := contender{name: r.name, node: r.node, members: []string{"lead"}, tell: r.tell}
	if !r.peer {
		c.burst = func(ctx context.Context, n int) (last int64, err error) {
			for range n {
				if last, err = r.tell(ctx, manyFields); err != nil {
					return 0, err
				}
			}
			return last, nil
		}
	}
	return c
}

// rivals starts all that can run here, with those that need node or without; the caller stops them, also those that were started before an error.
func (s *stage) rivals(ctx context.Context, out *report, samples map[int]sample, peers bool) (all []*rival, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	type command struct {
		name string
		argv []string
		peer bool
	}
	commands := []command{{"coder", []string{self, baseline.CoderVerb}, false}, {"stock", []string{self, stock.Verb}, false}}
	if peers {
		node, err := installPeers(ctx)
		if err != nil {
			out.note("without mercurius and yoga: %v", err)
		}
		for _, name := range []string{"mercurius", "yoga"} {
			if err == nil {
				commands = append(commands, command{name, []string{node, filepath.Join(peersFolder, name+".mjs"), stockSchema}, true})
			}
		}
	}
	for _, c := range commands {
		r := &rival{name: c.name, peer: c.peer, whole: c.name == "coder", http: newHTTP(1), samples: samples}
		if r.node, err = s.beside(ctx, c.name, c.argv); err != nil {
			return all, fmt.Errorf("%s: %w", c.name, err)
		}
		all = append(all, r)
	}
	return all, nil
}

// beside starts a server on the stage's Redis and PostgreSQL.
func (s *stage) beside(ctx context.Context, name string, argv []string) (*node, error) {
	at, err := url.Parse(s.redis.URL())
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...) //nolint:forbidigo // a process of its own, so that its CPU time is its own
	database, err := url.Parse(s.url())
	if err != nil {
		return nil, err
	}
	database.Host = "localhost" // which npm's pg wants beside the folder of the socket
	cmd.Env = append(os.Environ(), baseline.RedisURL+"="+s.redis.URL(), baseline.RedisSocket+"="+at.Path, baseline.Channel+"=bench:"+name,
		bareURL+"="+database.String(), "NODE_ENV=production", "GRAPHILE_ENV=production")
	cmd.Stderr = os.Stderr
	said, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return startNode(cmd, said)
}

// installPeers makes the folder's packages equal its lock, running no package's own scripts, and gives the path of node.
func installPeers(ctx context.Context) (string, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return "", errors.New("node is not installed (20 or newer)")
	}
	version, err := exec.CommandContext(ctx, node, "--version").Output() //nolint:forbidigo // asks whether others' servers run here
	if err != nil {
		return "", err
	}
	if major, _ := strconv.Atoi(string(regexp.MustCompile(`\d+`).Find(version))); major < 20 {
		return "", fmt.Errorf("node is older than 20: %s", bytes.TrimSpace(version))
	}
	lock, err := os.ReadFile(filepath.Join(peersFolder, "package-lock.json"))
	if err != nil {
		return "", err
	}
	stamp := filepath.Join(peersFolder, "node_modules", ".installed-from")
	if have, err := os.ReadFile(stamp); err == nil && bytes.Equal(have, lock) {
		return node, nil
	}
	cmd := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error") //nolint:forbidigo // installs them
	cmd.Dir, cmd.Stdout, cmd.Stderr = peersFolder, os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("npm ci: %w", err)
	}
	return node, os.WriteFile(stamp, lock, 0o600)
}
