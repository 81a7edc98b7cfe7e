package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	quietEvery = 10 * time.Second
	quietBytes = 16 << 20 // of new objects within that time
	spareBytes = 8 << 20  // that are worth a collection of garbage
	roomBytes  = 64 << 20 // that may be asked for between two collections, at least
	mostRoom   = 1000     // percent of what is in use
)

// memory is how much a process has asked for since it began, what is in use, and what it keeps beside: garbage, and room for more.
type memory struct{ asked, used, spare uint64 }

func readMemory() memory {
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/free:bytes"}}
	metrics.Read(samples)
	asked, live, objects, free := samples[0].Value.Uint64(), samples[1].Value.Uint64(), samples[2].Value.Uint64(), samples[3].Value.Uint64()
	return memory{asked: asked, used: live, spare: objects - min(live, objects) + free}
}

// room is how much may be asked for before garbage is collected, in percent of what is in use. Go's own 100 has a node in which little is in
// use collect some thirty times a second when it is busy, which is a quarter of all that it does.
func (m memory) room() int {
	return int(min(max(100, roomBytes*100/max(m.used, 1)), mostRoom))
}

// makeRoom has garbage collected as room says, unless GOGC does.
func makeRoom(m memory) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(m.room())
	}
}

// giveBack gives memory that a rush has left behind back to the machine when the node is quiet. Go keeps as much as is in use for the next
// one; with thousands of connections that only stand it would be most of what the node takes. A node that is busy gets room instead.
func giveBack(ctx context.Context) {
	tick := time.NewTicker(quietEvery)
	defer tick.Stop()
	for before := readMemory(); ; {
		makeRoom(before)
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
