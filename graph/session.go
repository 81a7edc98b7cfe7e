package graph

import (
	"context"
	"time"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
)

// Session is who is asking on a request or a connection, and in which language he reads.
type Session struct {
	Actor access.Actor
	Lang  string
}

type sessionKey struct{}

// WithSession hands the session of a request or connection to what runs under it.
func WithSession(ctx context.Context, s Session) context.Context {
	return context.WithValue(ctx, sessionKey{}, s)
}

// sessionOf gives the session; false for somebody who is not signed in.
func sessionOf(ctx context.Context) (Session, bool) {
	s, ok := ctx.Value(sessionKey{}).(Session)
	return s, ok && len(s.Actor.Grants) > 0
}

// langOf gives the language of a request, signed in or not.
func langOf(ctx context.Context) string {
	s, _ := ctx.Value(sessionKey{}).(Session)
	return s.Lang
}

func (s Session) viewer(now time.Time) plan.Viewer {
	return plan.Viewer{Actor: s.Actor, Lang: s.Lang, Now: now}
}
