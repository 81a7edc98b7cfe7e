package main

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestMemoryIsGivenBackInQuiet(t *testing.T) {
	rush := make([][]byte, 0, 200)
	before := readMemory()
	for range cap(rush) {
		rush = append(rush, make([]byte, 1<<20))
	}
	busy := readMemory()
	if busy.idle(before) {
		t.Error("a rush is taken for quiet")
	}
	runtime.KeepAlive(rush)
	rush = nil
	runtime.GC()
	quiet := readMemory()
	if after := readMemory(); !after.idle(quiet) {
		t.Fatalf("what a rush has left is not worth a collection: %+v", after)
	}
	debug.FreeOSMemory()
	if given := readMemory(); given.spare > quiet.spare/4 || given.idle(quiet) {
		t.Errorf("before %+v, after %+v", quiet, given)
	}
}

// TestABusyNodeHasRoom: where little is in use, more than as much again may be asked for before garbage is collected.
func TestABusyNodeHasRoom(t *testing.T) {
	for used, want := range map[uint64]int{0: mostRoom, 1 << 20: mostRoom, 16 << 20: 400, 64 << 20: 100, 1 << 30: 100} {
		if got := (memory{used: used}).room(); got != want {
			t.Errorf("with %d MB in use there is room for %d %%, not %d", used>>20, got, want)
		}
	}
}
