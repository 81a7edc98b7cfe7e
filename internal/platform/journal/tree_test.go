package journal_test

import (
	"crypto/sha256"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/lavoroincorso/lavoro/internal/platform/journal"
)

// Every link of a tree is proved by its own path, and by nothing else.
func TestALinkIsProved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, from := rapid.IntRange(1, 70).Draw(t, "links"), int64(rapid.IntRange(0, 5).Draw(t, "from"))
		links := make([][]byte, n)
		for i := range links {
			sum := sha256.Sum256([]byte{byte(i)})
			links[i] = sum[:]
		}
		at := rapid.IntRange(0, n-1).Draw(t, "at")
		tree, err := journal.Grow(links)
		if err != nil {
			t.Fatal(err)
		}
		root, err := tree.Root()
		if err != nil {
			t.Fatal(err)
		}
		path, err := tree.Proof(int64(at))
		if err != nil {
			t.Fatal(err)
		}
		head := journal.Head{From: from, Entries: from + int64(n), Tree: root}
		seq := from + int64(at) + 1
		if err := head.Proves(seq, links[at], path); err != nil {
			t.Errorf("link %d of %d: %v", at, n, err)
		}
		other := sha256.Sum256([]byte("another"))
		wrong := func(what string, err error) {
			if err == nil {
				t.Errorf("%s is proved, too", what)
			}
		}
		wrong("another link", head.Proves(seq, other[:], path))
		wrong("a place outside", head.Proves(from+int64(n)+1, links[at], path))
		wrong("an entry before the tree", head.Proves(from, links[at], path))
		wrong("a longer path", head.Proves(seq, links[at], append(path, other[:])))
		if len(path) > 0 {
			wrong("a shorter path", head.Proves(seq, links[at], path[1:]))
			path[0] = other[:]
			wrong("another path", head.Proves(seq, links[at], path))
		}
	})
}

// Verification finds an anchor's tree that is of other entries than the chain's.
func TestATreeOfOtherEntriesIsFound(t *testing.T) {
	acts := chainOf(uuid.New(), 6)
	anchored := func(from, to int, links [][]byte) journal.Kept {
		tree, err := journal.Grow(links)
		if err != nil {
			t.Fatal(err)
		}
		h := headOf(acts[:to])
		h.From = int64(from)
		if h.Tree, err = tree.Root(); err != nil {
			t.Fatal(err)
		}
		return journal.Kept{Name: "anchor", Anchor: journal.Anchor{At: acts[to-1].At, Acts: []journal.Head{h}}}
	}
	var links [][]byte
	for _, a := range acts {
		links = append(links, a.Chain)
	}
	if r := verifyCut(acts, headOf(acts), anchored(0, 2, links[:2]), anchored(2, 5, links[2:5])); r.Broken != 0 {
		t.Errorf("sound trees: %+v", r)
	}
	if r := verifyCut(acts, headOf(acts), anchored(0, 2, links[:2]), anchored(2, 5, links[1:4])); r.Broken != 5 {
		t.Errorf("a tree of other entries: %+v", r)
	}
	if r := verifyCut(acts, headOf(acts), anchored(0, 2, links[1:3])); r.Broken != 2 {
		t.Errorf("the first tree: %+v", r)
	}
}
