package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
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

func TestASmallHeapGrowsTowardsTheFloor(t *testing.T) {
	for used, want := range map[uint64]int{0: 100, 1: 400, 1 << 20: 400, heapFloor / 5: 400, heapFloor / 4: 300, heapFloor/2 - 1: 100, heapFloor / 2: 100, 1 << 30: 100} {
		if got := percentFor(used); got != want {
			t.Errorf("with %d bytes in use the heap grows by %d %%, not %d", used, got, want)
		}
	}
	defer debug.SetGCPercent(debug.SetGCPercent(goPercent))
	t.Setenv("GOGC", "")
	collectSeldom()
	large := make([]byte, heapFloor)
	if goal := collected(func(goal uint64) bool { return goal >= 2*heapFloor && goal < 3*heapFloor }); goal == 0 {
		t.Error("a large heap does not grow by what is in use")
	}
	runtime.KeepAlive(large)
	large = nil
	if goal := collected(func(goal uint64) bool { return goal > 3*readMemory().used && goal < 2*heapFloor }); goal == 0 {
		t.Error("a small heap does not grow towards the floor")
	}
}

// collected collects until the size at which the next collection begins is as it should be; 0 where it never is.
func collected(well func(goal uint64) bool) uint64 {
	goal := []metrics.Sample{{Name: "/gc/heap/goal:bytes"}}
	for range 1000 {
		runtime.GC()
		runtime.Gosched() // cleanups run on their own
		if metrics.Read(goal); well(goal[0].Value.Uint64()) {
			return goal[0].Value.Uint64()
		}
	}
	return 0
}
