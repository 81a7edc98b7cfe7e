package main

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	quietEvery  = 10 * time.Second
	quietBytes  = 16 << 20      // of new objects within that time
	spareBytes  = 8 << 20       // that are worth a collection of garbage
	heapFloor   = 64 << 20      // to which the heap may grow before garbage is collected
	goPercent   = 100           // by how much Go lets it grow beyond what is in use
	mostPercent = 4 * goPercent // what is suddenly in use is multiplied by it, until it is seen
)

// memory is how much a process has asked for since it began, what is in use, and what it keeps beside: garbage, and room for more.
type memory struct{ asked, used, spare uint64 }

func readMemory() memory {
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/free:bytes"}}
	metrics.Read(samples)
	asked, live, objects, free := samples[0].Value.Uint64(), samples[1].Value.Uint64(), samples[2].Value.Uint64(), samples[3].Value.Uint64()
	return memory{asked: asked, used: live, spare: objects - min(live, objects) + free}
}

// giveBack gives memory that a rush has left behind back to the machine when the node is quiet. Go keeps as much as is in use for the next
// one; with thousands of connections that only stand it would be most of what the node takes.
func giveBack(ctx context.Context) {
	tick := time.NewTicker(quietEvery)
	defer tick.Stop()
	for before := readMemory(); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := readMemory()
		if now.idle(before) {
			debug.FreeOSMemory()
		}
		before = now
	}
}

// idle says whether little was asked for since before, and enough is kept beside what is in use.
func (m memory) idle(before memory) bool {
	return m.asked-before.asked < quietBytes && m.spare > max(spareBytes, m.used/4)
}

// collectSeldom lets a small heap grow to heapFloor, or to five times what is in use, before garbage is collected. A collection costs as much as
// what is in use, and a node that holds a few megabytes would collect a hundred times a second under load. Go has a share of what is in use as
// its only measure, so it is set anew after each collection. Who sets GOGC has chosen.
func collectSeldom() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(percentFor(readMemory().used))
	runtime.AddCleanup(new(cycle), func(struct{}) { collectSeldom() }, struct{}{})
}

// cycle is dead when it is made, and found so by the next collection.
type cycle struct{ _ *cycle }

// percentFor gives by how much a heap may grow beyond the bytes in use.
func percentFor(used uint64) int {
	if used == 0 || used >= heapFloor/2 {
		return goPercent
	}
	return min(mostPercent, int(100*(heapFloor-used)/used))
}
