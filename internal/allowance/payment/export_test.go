package payment

import "testing"

// Chunk makes acts gather fewer participations at once.
func Chunk(t *testing.T, n int) {
	before := chunk
	chunk = n
	t.Cleanup(func() { chunk = before })
}
