package secret

import (
	"io/fs"
	"os"
	"sync"

	"github.com/tink-crypto/tink-go/v2/keyset"
)

// source is the file that keys were read from, for nodes that run while keys are rotated.
type source struct {
	mu   sync.Mutex
	path string
	read fs.FileInfo // of the file as it was read
}

// renew reads the file again if it has changed since, and says whether it had.
func (k *Keys) renew() bool {
	k.from.mu.Lock()
	defer k.from.mu.Unlock()
	info, err := os.Stat(k.from.path)
	if k.from.path == "" || err != nil || k.from.same(info) {
		return false
	}
	next, err := Read(k.from.path)
	if err != nil {
		return false
	}
	k.Take(next)
	k.from.read = next.from.read
	return true
}

// same asks for the file itself too: what is put in its place within a tick of the file system's clock bears the same time.
func (s *source) same(info fs.FileInfo) bool {
	return os.SameFile(info, s.read) && info.ModTime().Equal(s.read.ModTime())
}

// Finish gives the primary keys alone; what was made under others no longer opens, nor is it found.
func (k *Keys) Finish() (*Keys, error) {
	r := k.now.Load()
	var only []*keyset.Handle
	for _, h := range []*keyset.Handle{r.kekHandle, r.indexHandle} {
		m := keyset.NewManagerFromHandle(h)
		for _, version := range versions(h)[1:] {
			if err := m.Delete(version); err != nil {
				return nil, err
			}
		}
		left, err := m.Handle()
		if err != nil {
			return nil, err
		}
		only = append(only, left)
	}
	return assemble(only[0], only[1], r.ownHandle) // files sealed under the installation's own key stay as they are
}
