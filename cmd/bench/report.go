package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
)

// report writes figures to out and everything else to log.
type report struct {
	out, log io.Writer
}

// figure writes one line: name, value, unit.
func (r *report) figure(name string, value float64, unit string) {
	fmt.Fprintf(r.out, "%s\t%s\t%s\n", name, spell(value), unit)
}

// median writes the median of the rounds as the figure, and how far the rounds lay apart to the log.
func (r *report) median(name string, rounds []float64, unit string) {
	r.note("%s: %d rounds from %s to %s %s", name, len(rounds), spell(slices.Min(rounds)), spell(slices.Max(rounds)), unit)
	r.figure(name, quantile(rounds, 0.5), unit)
}

// note tells whoever watches what happens.
func (r *report) note(format string, args ...any) {
	fmt.Fprintf(r.log, "bench: "+format+"\n", args...)
}

// spell keeps three digits after the point: microseconds of a millisecond.
func spell(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }

// quantile is the value that the share q of the values does not pass, by the nearest rank.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	rank := int(q*float64(len(sorted))+0.999999) - 1
	return sorted[min(max(rank, 0), len(sorted)-1)]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
