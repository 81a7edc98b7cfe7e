package recent_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/values/recent"
)

func TestWhatIsUsedStays(t *testing.T) {
	m := recent.New[int, string](10)
	m.Put(0, "used", 1)
	for i := 1; i <= 1000; i++ {
		m.Put(i, "once", 1)
		if got, ok := m.Get(0); !ok || got != "used" {
			t.Fatalf("forgotten after %d others", i)
		}
	}
	if _, ok := m.Get(1); ok {
		t.Error("what nobody asked for is still kept")
	}
}

func TestWhatIsTooHeavyIsNotKept(t *testing.T) {
	m := recent.New[string, int](10)
	m.Put("a", 1, 6)
	if _, ok := m.Get("a"); ok || m.Weight() != 0 {
		t.Errorf("kept, weight %d", m.Weight())
	}
	if got := m.GetOrPut("a", 3, func() int { return 2 }); got != 2 {
		t.Errorf("made %d", got)
	}
	if got := m.GetOrPut("a", 3, func() int { return 9 }); got != 2 {
		t.Errorf("made again: %d", got)
	}
}

// TestItNeverWeighsMore, and what it finds is what was last put.
func TestItNeverWeighsMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 50).Draw(t, "most")
		m, put := recent.New[int, int](most), map[int]int{}
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			key := rapid.IntRange(0, 30).Draw(t, "key")
			if got, ok := m.Get(key); ok && got != put[key] {
				t.Fatalf("%d is %d, put %d", key, got, put[key])
			}
			if rapid.Bool().Draw(t, "put") {
				put[key]++
				m.Put(key, put[key], rapid.IntRange(0, most/2).Draw(t, "weight"))
			}
			if w := m.Weight(); w > max(most, 2) {
				t.Fatalf("weighs %d of %d", w, most)
			}
		}
	})
}
