// Command bench measures Lavoro in Corso on this machine, as `make bench` calls it.
//
// It starts a private PostgreSQL and Redis, loads 20,000 participants with 1.2 million attendances (kept under
// .lavoro/bench for the next run; a million people only where they are asked for by name), builds and starts the real program, and speaks to it as clients do: HTTP and
// websockets over loopback. Figures go to standard output, one line each: name, value, unit. All else goes to standard
// error, also how much a figure varied.
//
// What a figure means is said where it is measured: reads.go, pages.go, attendance.go, money.go, payrun.go, rights.go, and for live updates commit.go, deliver.go,
// idle.go, slow.go, resume.go, churn.go, outbox.go; what they are measured by is said in baseline. Load generator, PostgreSQL and
// server share the machine, so ratios taken in one run say more than absolute figures.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/lavoroincorso/lavoro/cmd/bench/baseline"
	"github.com/lavoroincorso/lavoro/cmd/bench/baseline/stock"
	"github.com/lavoroincorso/lavoro/cmd/bench/crowd"
)

// bench is one group of figures; its name is what --only takes.
type bench struct {
	name  string
	run   func(context.Context, *stage, *report) error
	world *world
}

var benches = []bench{{"reads.nested", reads("nested"), &usual}, {"reads.by_id", reads("by_id"), &usual}, {"reads.page2", reads("page2"), &usual},
	{"reads.search", reads("search"), &usual}, {"attendance", recording, &usual}, {"live.commit", commitToClient, &usual}, {"live.deliver", deliver, &usual},
	{"live.idle", idle, &usual}, {"live.slow", slow, &usual}, {"live.resume", resume, &usual}, {"live.churn", churn, &usual}, {"live.outbox", outbox, &usual},
	{"access", rights, &usual}, {"money", money, &usual}, {pagesName, pages, &million}}

// size is how large the benches of live updates are.
type size struct {
	sockets int           // in the largest of them; the others take a share
	churn   time.Duration // how long subscriptions come and go
}

// servers are what the bench's own binary also is: the processes that it starts beside the program.
var servers = map[string]func(context.Context) error{bareVerb: serveBare, crowd.Verb: crowd.Serve, baseline.CoderVerb: baseline.ServeCoder, stock.Verb: stock.Serve}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	run := measure
	if len(os.Args) > 1 && servers[os.Args[1]] != nil {
		run = servers[os.Args[1]]
	}
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measure(ctx context.Context) error {
	only := flag.String("only", "", "run one bench alone, or those of one group (live): "+strings.Join(names(), ", "))
	var size size
	flag.IntVar(&size.sockets, "sockets", 5000, "websockets in the largest bench of live updates; fewer are for a quick look")
	flag.DurationVar(&size.churn, "churn", 2*time.Minute, "how long subscriptions come and go")
	flag.Parse()
	chosen, err := choose(*only)
	if err != nil {
		return err
	}
	out := &report{out: os.Stdout, log: os.Stderr}
	for len(chosen) > 0 {
		n := 1 + slices.IndexFunc(chosen[1:], func(b bench) bool { return b.world != chosen[0].world })
		if n == 0 {
			n = len(chosen)
		}
		if err := runOn(ctx, chosen[:n], size, out); err != nil {
			return err
		}
		chosen = chosen[n:]
	}
	return nil
}

// runOn runs benches of one world.
func runOn(ctx context.Context, some []bench, size size, out *report) (err error) {
	s, err := open(ctx, *some[0].world, size)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	for _, b := range some {
		out.note("%s", b.name)
		if err := b.run(ctx, s, out); err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
	}
	return nil
}

// choose gives all benches, or the one that is named, or those of the group that is. A million people are loaded only where they are asked for.
func choose(only string) ([]bench, error) {
	var chosen []bench
	for _, b := range benches {
		if b.name == only || b.world == &usual && (only == "" || strings.HasPrefix(b.name, only+".")) {
			chosen = append(chosen, b)
		}
	}
	if chosen != nil {
		return chosen, nil
	}
	return nil, fmt.Errorf("no bench %q; there are %s", only, strings.Join(names(), ", "))
}

func names() []string {
	all := make([]string, len(benches))
	for i, b := range benches {
		all[i] = b.name
	}
	return all
}
