// Command bench measures Lavoro in Corso on this machine, as `make bench` calls it.
//
// It starts a private PostgreSQL and Redis, loads 20,000 participants with 1.2 million attendances (kept under
// .lavoro/bench for the next run), builds and starts the real program, and speaks to it as clients do: HTTP and
// websockets over loopback. Figures go to standard output, one line each: name, value, unit. All else goes to standard
// error, also how much a figure varied.
//
// What a figure means is said where it is measured: reads.go, attendance.go, live.go, rights.go. Load generator, PostgreSQL and
// server share the machine, so ratios taken in one run say more than absolute figures.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// bench is one group of figures; its name is what --only takes.
type bench struct {
	name string
	run  func(context.Context, *stage, *report) error
}

var benches = []bench{{"reads", reads}, {"attendance", recording}, {"live", live}, {"access", rights}}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	run := measure
	if len(os.Args) > 1 && os.Args[1] == bareVerb {
		run = serveBare
	}
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measure(ctx context.Context) (err error) {
	only := flag.String("only", "", "run one bench alone: "+strings.Join(names(), ", "))
	flag.Parse()
	chosen, err := choose(*only)
	if err != nil {
		return err
	}
	s, err := open(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if failed := s.close(); err == nil {
			err = failed
		}
	}()
	out := &report{out: os.Stdout, log: os.Stderr}
	for _, b := range chosen {
		out.note("%s", b.name)
		if err := b.run(ctx, s, out); err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
	}
	return nil
}

// choose gives all benches, or the one that is named.
func choose(only string) ([]bench, error) {
	if only == "" {
		return benches, nil
	}
	for _, b := range benches {
		if b.name == only {
			return []bench{b}, nil
		}
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
