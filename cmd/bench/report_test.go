package main

import (
	"bytes"
	"testing"
)

func TestQuantileTakesTheNearestRank(t *testing.T) {
	hundred := make([]float64, 100)
	for i := range hundred {
		hundred[i] = float64(100 - i)
	}
	for _, c := range []struct {
		values []float64
		q      float64
		want   float64
	}{
		{[]float64{7}, 0.99, 7},
		{[]float64{3, 1, 2}, 0.5, 2},
		{[]float64{4, 1, 3, 2}, 0.5, 2},
		{hundred, 0.5, 50},
		{hundred, 0.99, 99},
		{hundred, 1, 100},
		{hundred, 0, 1},
		{nil, 0.5, 0},
	} {
		if got := quantile(c.values, c.q); got != c.want {
			t.Errorf("quantile(%v, %v) = %v, want %v", c.values, c.q, got, c.want)
		}
	}
}

func TestFiguresAloneGoToTheOutput(t *testing.T) {
	var out, log bytes.Buffer
	r := &report{out: &out, log: &log}
	r.note("hello")
	r.median("a.b", []float64{3, 1, 2}, "ms")
	if got, want := out.String(), "a.b\t2.000\tms\n"; got != want {
		t.Errorf("output is %q, want %q", got, want)
	}
	if got, want := log.String(), "bench: hello\nbench: a.b: 3 rounds from 1.000 to 3.000 ms\n"; got != want {
		t.Errorf("log is %q, want %q", got, want)
	}
}

func TestAnUnknownBenchIsRefusedByName(t *testing.T) {
	if _, err := choose("writes"); err == nil {
		t.Error("an unknown bench was taken")
	}
	one, err := choose("live.idle")
	if err != nil || len(one) != 1 || one[0].name != "live.idle" {
		t.Errorf("choose(live.idle) = %v, %v", one, err)
	}
	if group, err := choose("live"); err != nil || len(group) != 7 {
		t.Errorf("choose(live) = %v, %v", group, err)
	}
	if group, err := choose("reads"); err != nil || len(group) != 4 {
		t.Errorf("choose(reads) = %v, %v", group, err)
	}
	if _, err := choose("live.id"); err == nil {
		t.Error("a part of a name was taken")
	}
}
