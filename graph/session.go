package graph

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/access"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
)

// Session is who is asking on a request or a connection, and in which language he reads.
type Session struct {
	Actor access.Actor
	Lang  string
	// Identity is who he has proved to be with an access token; zero on a page.
	Identity member.Identity
	// ACR is how he proved who he is, as his issuer names it.
	ACR string
	// ExpiresAt is when the token or the page session ends; a connection ends with it. Zero: it does not end by itself.
	ExpiresAt time.Time
	// Device is the phone that a connection says it comes from; zero where it says none.
	Device uuid.UUID
}

// Who says who is asking, and is asked again while a connection stands. used says that somebody did something, which keeps a page
// session alive, rather than that his connection is there. The error is Unauthenticated for what does not hold, or no longer, and
// member.NotAMember, with the identity in the session, for who is nobody here.
type Who func(ctx context.Context, used bool) (Session, error)

// Door is how somebody comes in.
type Door struct {
	// Bearer gives who bears an access token.
	Bearer func(token string) Who
	// Page gives who has the page session that a request brings; nil where it brings none. An error is ForeignOrigin, for a request that
	// another site has made a browser send. Nil where there are no pages.
	Page func(req *http.Request) (Who, error)
}

// enter gives the session of a request and who it is, by a token before a page session; nobody for somebody who is not signed in. A page
// session that is over is none: a browser sends its cookie without being asked.
func (d Door) enter(ctx context.Context, req *http.Request) (Session, Who, error) {
	if token, ok := bearer(req.Header.Get("Authorization")); ok {
		who := d.Bearer(token)
		session, err := who(ctx, true)
		if newcomer(err) {
			err = nil // he may accept an invitation, and nothing else
		}
		return session, who, err
	}
	if d.Page == nil {
		return Session{}, nil, nil
	}
	who, err := d.Page(req)
	if who == nil || err != nil {
		return Session{}, nil, err
	}
	session, err := who(ctx, true)
	if unauthentic(err) {
		return Session{}, nil, nil
	}
	return session, who, err
}

// newcomer says whether an error is that somebody has proved who he is and is nobody here.
func newcomer(err error) bool {
	refused, _ := refusal.As(err)
	return err != nil && refused.Has(member.NotAMember)
}

type whoKey struct{}

// whoOf gives who opened a connection by the request itself; nil for nobody.
func whoOf(ctx context.Context) Who {
	who, _ := ctx.Value(whoKey{}).(Who)
	return who
}

type sessionKey struct{}

// WithSession hands the session of a request or connection to what runs under it.
func WithSession(ctx context.Context, s Session) context.Context {
	return context.WithValue(ctx, sessionKey{}, s)
}

// sessionOf gives the session; false for somebody who is not signed in.
func sessionOf(ctx context.Context) (Session, bool) {
	s := held(ctx)
	return s, len(s.Actor.Grants) > 0
}

// held gives the session, signed in or not.
func held(ctx context.Context) Session {
	if c, stands := connectionOf(ctx); stands {
		return c.now()
	}
	s, _ := ctx.Value(sessionKey{}).(Session)
	return s
}

// identityOf gives who somebody has proved to be with an access token, a member or not; false for nobody.
func identityOf(ctx context.Context) (member.Identity, bool) {
	who := held(ctx).Identity
	return who, who.Subject != ""
}

// ended says whether the session is over. A moment's difference of clocks is allowed where a token is shown, not where a connection stands.
func (s Session) ended(now time.Time) bool { return !s.ExpiresAt.IsZero() && !now.Before(s.ExpiresAt) }

// langOf gives the language of a request, signed in or not.
func langOf(ctx context.Context) string { return held(ctx).Lang }

func (s Session) viewer(now time.Time) plan.Viewer {
	return plan.Viewer{Actor: s.Actor, Lang: s.Lang, Now: now}
}
