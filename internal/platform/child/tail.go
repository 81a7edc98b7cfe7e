package child

import (
	"io"
	"sync"
)

const tailBytes = 4096

// tail passes a server's log on and keeps its end for error messages. A writer that fails is not tried again:
// a server must not stop because nobody reads its log.
type tail struct {
	mu   sync.Mutex
	kept []byte
	to   io.Writer
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, b...)
	if extra := len(t.kept) - tailBytes; extra > 0 {
		t.kept = append(t.kept[:0], t.kept[extra:]...)
	}
	if t.to != nil {
		if _, err := t.to.Write(b); err != nil {
			t.to = nil
		}
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}
