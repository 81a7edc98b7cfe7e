package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	sittings    = 4  // each on connections of its own: where a backend's memory happens to lie bears on what it spends
	turns       = 60 // of each side in a sitting
	sealedTurns = 15 // where something is opened, which takes twenty times as long and writes
	batch       = 5  // executions a turn
	warmUp      = 10 // executions of each side before the first turn
)

// side is one of those that take turns.
type side struct {
	name string
	run  func(context.Context) ([]byte, error)
}

// meter reads the processor time of PostgreSQL's backends, and of this process where that counts, too: with all its threads.
type meter struct {
	backends []int
	self     bool
}

// tally is what the sides have spent, by name: milliseconds of processor time an execution, turn by turn.
type tally struct {
	taken int // predicates that are missing without rights
	spent map[string][]float64
}

// fight lets all sides of an onlooker's list take turns in short batches, every turn begun by another, so that what disturbs
// one disturbs all.
func (s *stage) fight(ctx context.Context, program *node, who onlooker, query string) (tally, error) {
	all := tally{spent: map[string][]float64{}}
	for i := range sittings {
		d, err := s.duel(ctx, who, query)
		if err != nil {
			return all, err
		}
		if i == 0 {
			all.taken = d.taken
			err = s.served(ctx, program, d, who, query)
		}
		if err == nil {
			sides, m, n := d.sides(query == confidentialQuery)
			err = all.sit(ctx, sides, m, n)
		}
		if err := errors.Join(err, d.close(ctx)); err != nil {
			return all, err
		}
	}
	return all, nil
}

func (t *tally) sit(ctx context.Context, sides []side, m meter, turns int) error {
	for _, s := range sides {
		if _, err := m.cost(ctx, s, warmUp); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	for i := range turns {
		for j := range sides {
			s := sides[(i+j)%len(sides)]
			ms, err := m.cost(ctx, s, batch)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			t.spent[s.name] = append(t.spent[s.name], ms)
		}
	}
	return nil
}

// compare writes by what share one side spends more than another: by the tenth of their turns that was disturbed least, since
// all that disturbs only adds. The log holds their medians beside.
func (t tally) compare(out *report, name, of, by string) {
	a, b := t.spent[of], t.spent[by]
	x, y := quantile(a, 0.1), quantile(b, 0.1)
	out.note("%s: %d predicates, %d turns; CPU %s %.3f ms (median %.3f), %s %.3f ms (median %.3f); turn by turn %.3f", name, t.taken, len(a),
		of, x, quantile(a, 0.5), by, y, quantile(b, 0.5), quantile(ratios(a, b), 0.5)-1)
	out.figure(name, x/y-1, "ratio")
}

// cost is the processor time, in milliseconds, that one of n executions took.
func (m meter) cost(ctx context.Context, s side, n int) (float64, error) {
	before, err := m.read()
	if err != nil {
		return 0, err
	}
	for range n {
		if _, err := s.run(ctx); err != nil {
			return 0, err
		}
	}
	after, err := m.read()
	return milliseconds(after-before) / float64(n), err
}

func (m meter) read() (sum time.Duration, err error) {
	for _, pid := range m.backends {
		spent, err := spent(pid)
		if err != nil {
			return 0, err
		}
		sum += spent
	}
	if m.self {
		var usage syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
			return 0, err
		}
		sum += time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	return sum, nil
}

// spent is the processor time of a process that waits, in nanoseconds of /proc/<pid>/schedstat: the kernel counts it when the
// process leaves the processor. It needs Linux.
func spent(pid int) (time.Duration, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/schedstat")
	if err != nil {
		return 0, fmt.Errorf("CPU time is read from Linux's /proc: %w", err)
	}
	first, _, _ := strings.Cut(string(text), " ")
	ns, err := strconv.ParseInt(first, 10, 64)
	return time.Duration(ns), err
}
