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
