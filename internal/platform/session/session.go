// Package session keeps who is signed in on a page: the browser holds a random id in a cookie that no script reads, Redis what it stands for.
//
// A session holds ids and moments and never a token, a name or an address; the id itself is kept as a hash. It ends when nobody has used
// it for a while, at the latest some hours after the sign-in, and at the sign-out. A sign-in always begins under a new id. Redis holds no
// truth: when it loses a session, somebody signs in again; while it is away, nobody can say whether a session holds, which is an error
// and not an end.
package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/redis"
)

const (
	held    = "held"    // who is signed in
	pending = "pending" // a sign-in that has begun
	// pendingLife is how long a session lives in which nobody has signed in yet.
	pendingLife = 10 * time.Minute
	// touchEvery is how exactly the last use is known: not every request writes.
	touchEvery = 20 * time.Second
	// lookTime bounds how long Redis is waited for where nobody waits for the answer, and rest is how long it is not asked again after it failed:
	// many are looked at one after the other.
	lookTime = time.Second / 2
	rest     = time.Second
)

// Held is what a session stands for.
type Held struct {
	Member uuid.UUID `json:"member"`
	// Issuer is where the member signed in.
	Issuer string `json:"issuer"`
	// SignedInAt is when the member proved who he is; ACR how, as the issuer names it.
	SignedInAt time.Time `json:"signedInAt"`
	ACR        string    `json:"acr,omitempty"`
	// Began is when the session began, Seen when it was last used.
	Began time.Time `json:"began"`
	Seen  time.Time `json:"seen"`
}

// Config is how sessions are kept.
type Config struct {
	Redis  redis.Client
	Prefix string // of the names in Redis
	Secure bool   // the page comes by https
	// Idle ends a session that was not used for so long; Absolute ends any.
	Idle, Absolute time.Duration
	Clock          func() time.Time
}

// Sessions are those of all pages.
type Sessions struct {
	Config
	manager *scs.SessionManager

	mu      sync.Mutex
	resting time.Time // until then no look asks Redis
}

var errResting = errors.New("session: redis did not answer a moment ago")

// New keeps sessions. A cookie that comes by https carries the prefix __Host-, which no other host can set.
func New(c Config) *Sessions {
	m := scs.New()
	m.Lifetime = c.Absolute
	m.Store = store{c.Redis, c.Prefix}
	m.Codec = codec{}
	m.Cookie = scs.SessionCookie{Name: "lavoro", HttpOnly: true, Path: "/", SameSite: http.SameSiteLaxMode, Secure: c.Secure}
	if c.Secure {
		m.Cookie.Name = "__Host-lavoro"
	}
	m.ErrorFunc = func(w http.ResponseWriter, _ *http.Request, _ error) {
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
	}
	return &Sessions{Config: c, manager: m}
}

// ID is the session's id that a request brings; "" for none.
func (s *Sessions) ID(req *http.Request) string {
	cookie, err := req.Cookie(s.manager.Cookie.Name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// Use gives what the id stands for and notes that it was used; nil for nothing, or for what has ended.
func (s *Sessions) Use(ctx context.Context, id string) (*Held, error) {
	ctx, h, err := s.load(ctx, id)
	if err != nil || h == nil || s.Clock().Sub(h.Seen) < touchEvery {
		return h, err
	}
	h.Seen = s.Clock()
	if err := s.keep(ctx, held, h); err != nil {
		return nil, err
	}
	if _, _, err := s.manager.Commit(ctx); err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	return h, nil
}

// Look gives what the id stands for, without counting as a use. While Redis does not answer it fails soon, and mostly at once.
func (s *Sessions) Look(ctx context.Context, id string) (*Held, error) {
	s.mu.Lock()
	resting := time.Now().Before(s.resting)
	s.mu.Unlock()
	if resting {
		return nil, errResting
	}
	bounded, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	_, h, err := s.load(bounded, id)
	if err != nil && ctx.Err() == nil {
		s.mu.Lock()
		s.resting = time.Now().Add(rest)
		s.mu.Unlock()
	}
	return h, err
}

func (s *Sessions) load(ctx context.Context, id string) (context.Context, *Held, error) {
	if id == "" {
		return ctx, nil, nil
	}
	ctx, err := s.manager.Load(context.WithValue(ctx, cameWith{}, id), id)
	if err != nil {
		return ctx, nil, fmt.Errorf("session: %w", err)
	}
	return ctx, s.Current(ctx), nil
}

// Handler puts the session of each request under it, and its cookie on the answer where it changed.
func (s *Sessions) Handler(next http.Handler) http.Handler {
	inner := s.manager.LoadAndSave(next)
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		inner.ServeHTTP(w, req.WithContext(context.WithValue(req.Context(), cameWith{}, s.ID(req))))
	})
}

// Current is what the session under a request stands for; nil where nobody is signed in, or it has ended.
func (s *Sessions) Current(ctx context.Context) *Held {
	var h Held
	if text := s.manager.GetString(ctx, held); text == "" || json.Unmarshal([]byte(text), &h) != nil || !s.Clock().Before(s.Ends(h)) {
		return nil
	}
	return &h
}

// Ends is when a session ends unless it is used before.
func (s *Sessions) Ends(h Held) time.Time {
	idle, absolute := h.Seen.Add(s.Idle), h.Began.Add(s.Absolute)
	if idle.Before(absolute) {
		return idle
	}
	return absolute
}

// Begin keeps a sign-in that has begun in the session under the request, in place of one before.
func (s *Sessions) Begin(ctx context.Context, sign any) error {
	if s.Current(ctx) == nil {
		s.manager.SetDeadline(ctx, time.Now().Add(pendingLife))
	}
	return s.keep(ctx, pending, sign)
}

// Begun takes the sign-in that has begun out of the session under the request; false where there is none.
func (s *Sessions) Begun(ctx context.Context, sign any) bool {
	text := s.manager.PopString(ctx, pending)
	return text != "" && json.Unmarshal([]byte(text), sign) == nil
}

// SignIn makes the session under the request stand for somebody, under a new id: one that was known before is worth nothing.
func (s *Sessions) SignIn(ctx context.Context, h Held) error {
	if err := s.manager.RenewToken(ctx); err != nil {
		return fmt.Errorf("session: %w", err)
	}
	h.Began, h.Seen = s.Clock(), s.Clock()
	return s.keep(ctx, held, h)
}

// SignOut ends the session under the request.
func (s *Sessions) SignOut(ctx context.Context) error {
	if err := s.manager.Destroy(ctx); err != nil {
		return fmt.Errorf("session: %w", err)
	}
	return nil
}

func (s *Sessions) keep(ctx context.Context, name string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	s.manager.Put(ctx, name, string(text))
	return nil
}
