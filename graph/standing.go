package graph

import (
	"context"
	"sync"
)

// standing is the session of a connection as it is now: rights change while it stands, and whatever runs on it goes on under the new ones.
type standing struct {
	mu      sync.Mutex
	session Session
	told    map[*func()]struct{} // whom to tell of a change
}

type standingKey struct{}

func standingOf(ctx context.Context) (*standing, bool) {
	s, ok := ctx.Value(standingKey{}).(*standing)
	return s, ok
}

func (s *standing) now() Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.session
}

// change puts another session in the place of the one so far and tells whoever asked to be told; they must not wait.
func (s *standing) change(session Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.session = session
	for tell := range s.told {
		(*tell)()
	}
}

// onChange has tell called at every change until stop is called; what it gives is the session from which on.
func (s *standing) onChange(tell func()) (now Session, stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.told == nil {
		s.told = map[*func()]struct{}{}
	}
	s.told[&tell] = struct{}{}
	return s.session, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.told, &tell)
	}
}
