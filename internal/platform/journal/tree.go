package journal

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Tree is the Merkle tree (RFC 6962) over links, in order. Whoever holds its root proves of one link that it is among them by a few hashes, and shows
// nothing of the others.
type Tree struct {
	hashes storage
	n      int64
}

// Grow makes the tree of links.
func Grow(links [][]byte) (t Tree, err error) {
	for n, link := range links {
		more, err := tlog.StoredHashes(int64(n), link, t.hashes)
		if err != nil {
			return t, fmt.Errorf("tree: %w", err)
		}
		t.hashes = append(t.hashes, more...)
	}
	t.n = int64(len(links))
	return t, nil
}

// Root stands for all links.
func (t Tree) Root() (Hash, error) {
	root, err := tlog.TreeHash(t.n, t.hashes)
	return root[:], err
}

// Proof are the hashes by which the link at a place, counted from 0, leads to the root.
func (t Tree) Proof(at int64) ([]Hash, error) {
	path, err := tlog.ProveRecord(t.n, at, t.hashes)
	if err != nil {
		return nil, fmt.Errorf("tree: %w", err)
	}
	hashes := make([]Hash, len(path))
	for i, h := range path {
		hashes[i] = append(Hash(nil), h[:]...)
	}
	return hashes, nil
}

// Proves says whether hashes lead from the link of an entry to the tree of a head: nil where they do.
func (h Head) Proves(seq int64, link Hash, path []Hash) error {
	if len(h.Tree) != tlog.HashSize || seq <= h.From || seq > h.Entries {
		return errors.New("it is not in the tree of that anchor")
	}
	proof := make(tlog.RecordProof, len(path))
	for i, p := range path {
		if len(p) != tlog.HashSize {
			return errors.New("a hash of its proof is none")
		}
		proof[i] = tlog.Hash(p)
	}
	return tlog.CheckRecord(proof, h.Entries-h.From, tlog.Hash(h.Tree), seq-h.From-1, tlog.RecordHash(link))
}

// storage keeps the hashes of a tree in the order of the library.
type storage []tlog.Hash

// ReadHashes is asked by the library.
func (s storage) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, n := range indexes {
		if n < 0 || n >= int64(len(s)) {
			return nil, fmt.Errorf("tree: no hash %d", n)
		}
		hashes[i] = s[n]
	}
	return hashes, nil
}
