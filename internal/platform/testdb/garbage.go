package testdb

import (
	"os"
	"runtime/debug"
)

const (
	// garbage may grow to so many per cent of what lives before it is collected, of Go's usual hundred.
	garbage = 400
	// mostMemory, in bytes, is where collecting becomes frequent again, however much lives.
	mostMemory = 1 << 30
)

// Tests' programs are short and small, and the race detector makes collecting dear: done rarely, it spares them a fifth of their work.
// Programs that a test starts are not concerned, and GOGC has the last word.
func init() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
		debug.SetMemoryLimit(mostMemory)
	}
}
