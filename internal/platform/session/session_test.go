package session_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/redis"
	"github.com/lavoroincorso/lavoro/internal/platform/session"
	"github.com/lavoroincorso/lavoro/internal/platform/testdb"
)

// desk is where somebody sits before a browser.
type desk struct {
	t        *testing.T
	now      time.Time
	redis    redis.Client
	prefix   string
	sessions *session.Sessions
	cookie   *http.Cookie // the browser's
}

var anna = uuid.MustParse("0190aaaa-0000-7000-8000-00000000000a")

func newDesk(t *testing.T, secure bool) *desk {
	t.Helper()
	client, err := redis.Open(testdb.New(t).RedisURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	d := &desk{t: t, now: time.Now(), redis: client, prefix: "session:" + uuid.NewString() + ":"}
	d.sessions = session.New(session.Config{Redis: client, Prefix: d.prefix, Secure: secure, Idle: 30 * time.Minute, Absolute: 10 * time.Hour,
		Clock: func() time.Time { return d.now }})
	return d
}

// visit runs a request of the browser's, which keeps the cookie that it gets.
func (d *desk) visit(do func(context.Context) error) *http.Cookie {
	d.t.Helper()
	req := httptest.NewRequest(http.MethodGet, "/", nil)
	if d.cookie != nil {
		req.AddCookie(d.cookie)
	}
	rec := httptest.NewRecorder()
	d.sessions.Handler(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if err := do(req.Context()); err != nil {
			d.t.Error(err)
		}
		w.WriteHeader(http.StatusNoContent)
	})).ServeHTTP(rec, req)
	if rec.Code != http.StatusNoContent {
		d.t.Errorf("status %d", rec.Code)
	}
	for _, c := range rec.Result().Cookies() {
		d.cookie = c
		if c.MaxAge < 0 {
			d.cookie = nil
		}
		return c
	}
	return nil
}

func (d *desk) signIn() *http.Cookie {
	d.t.Helper()
	return d.visit(func(ctx context.Context) error {
		return d.sessions.SignIn(ctx, session.Held{Member: anna, Issuer: "https://login.example.org", SignedInAt: d.now, ACR: "L2"})
	})
}

func (d *desk) use(id string) *session.Held {
	d.t.Helper()
	h, err := d.sessions.Use(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return h
}

// names are what Redis keeps of these sessions.
func (d *desk) names() []string {
	d.t.Helper()
	names, err := d.redis.Keys(d.t.Context(), d.prefix+"*").Result()
	if err != nil {
		d.t.Fatal(err)
	}
	return names
}

// TestASignInBeginsUnderANewID: an id that somebody else may have planted is worth nothing after it.
func TestASignInBeginsUnderANewID(t *testing.T) {
	d := newDesk(t, false)
	type question struct{ State string }
	planted := d.visit(func(ctx context.Context) error { return d.sessions.Begin(ctx, question{"s1"}) })
	if planted == nil || d.use(planted.Value) != nil {
		t.Fatal("a sign-in that has begun is none yet")
	}
	signed := d.visit(func(ctx context.Context) error {
		var q question
		if !d.sessions.Begun(ctx, &q) || q.State != "s1" || d.sessions.Begun(ctx, &q) {
			t.Errorf("what has begun is not there once: %+v", q)
		}
		return d.sessions.SignIn(ctx, session.Held{Member: anna})
	})
	if signed.Value == planted.Value || d.use(planted.Value) != nil || d.use(signed.Value) == nil {
		t.Error("the planted id is still worth something, or the new one is not")
	}
	if n := d.names(); len(n) != 1 {
		t.Errorf("kept: %v", n)
	}
}

// TestSessionsEnd when they are not used, some hours after the sign-in though they are, and when somebody says so.
func TestSessionsEnd(t *testing.T) {
	d := newDesk(t, false)
	id := d.signIn().Value
	d.now = d.now.Add(29 * time.Minute)
	if h := d.use(id); h == nil || h.Member != anna || h.ACR != "L2" {
		t.Fatalf("used in time: %+v", h)
	}
	d.now = d.now.Add(29 * time.Minute)
	if h, err := d.sessions.Look(t.Context(), id); err != nil || h == nil {
		t.Fatalf("looked at in time: %+v %v", h, err)
	}
	d.now = d.now.Add(time.Minute) // half an hour after the last use: a look was none
	if d.use(id) != nil {
		t.Error("not used for half an hour, and still there")
	}

	id = d.signIn().Value
	for range 19 { // 9 h 30
		d.now = d.now.Add(29*time.Minute + 59*time.Second)
		if d.use(id) == nil {
			t.Fatal("used all the time, and gone")
		}
	}
	d.now = d.now.Add(29 * time.Minute)
	if h := d.use(id); h == nil {
		t.Fatal("ended before its time")
	}
	d.now = d.now.Add(2 * time.Minute)
	if d.use(id) != nil {
		t.Error("used for more than ten hours")
	}

	id = d.signIn().Value
	d.visit(d.sessions.SignOut)
	if d.cookie != nil || d.use(id) != nil {
		t.Error("signed out, and still there")
	}
	for _, invented := range []string{"", "x", strings.Repeat("a", 43)} {
		if d.use(invented) != nil {
			t.Errorf("%q stands for somebody", invented)
		}
	}
}

// TestASessionThatEndedDoesNotComeBack with a request that was under way when it ended, whatever that request writes.
func TestASessionThatEndedDoesNotComeBack(t *testing.T) {
	d := newDesk(t, false)
	elsewhere := &desk{t: t, now: d.now, sessions: d.sessions, redis: d.redis, prefix: d.prefix}
	for what, write := range map[string]func(context.Context) error{
		"another sign-in that begins": func(ctx context.Context) error { return d.sessions.Begin(ctx, "question") },
		"what it has begun":           func(ctx context.Context) error { var q string; d.sessions.Begun(ctx, &q); return nil },
	} {
		id := d.signIn().Value
		d.visit(func(ctx context.Context) error { return d.sessions.Begin(ctx, "before") })
		elsewhere.cookie = d.cookie
		d.visit(func(ctx context.Context) error {
			elsewhere.visit(d.sessions.SignOut)
			return write(ctx)
		})
		if d.use(id) != nil {
			t.Errorf("%s brings the session back", what)
		}
		d.cookie = nil
	}
}

func TestCookies(t *testing.T) {
	for secure, name := range map[bool]string{false: "lavoro", true: "__Host-lavoro"} {
		c := newDesk(t, secure).signIn()
		if c.Name != name || c.Secure != secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || len(c.Value) < 43 {
			t.Errorf("%v", c)
		}
	}
}

// TestRedisKnowsNeitherIDsNorPeople: who reads Redis can neither take a session over nor tell who somebody is.
func TestRedisKnowsNeitherIDsNorPeople(t *testing.T) {
	d := newDesk(t, false)
	id := d.signIn().Value
	for _, name := range d.names() {
		data := d.redis.Get(t.Context(), name).Val()
		if strings.Contains(name+data, id) || !strings.Contains(data, anna.String()) {
			t.Errorf("kept: %s %s", name, data)
		}
		if lives := d.redis.TTL(t.Context(), name).Val(); lives <= 0 || lives > 10*time.Hour {
			t.Errorf("%s lives for %s", name, lives)
		}
	}
}

// TestARedisThatHangs holds nobody up who looks after many: one look waits for a moment, and the next ones fail without being sent.
func TestARedisThatHangs(t *testing.T) {
	deaf, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	var called atomic.Int32
	go func() {
		for {
			conn, err := deaf.Accept()
			if err != nil {
				return
			}
			called.Add(1)
			defer conn.Close()
		}
	}()
	hanging, err := redis.Open("redis://" + deaf.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer hanging.Close()
	s := session.New(session.Config{Redis: hanging, Idle: time.Hour, Absolute: time.Hour, Clock: time.Now})
	ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
	defer cancel()
	if h, err := s.Look(ctx, "x"); err == nil || h != nil || ctx.Err() != nil {
		t.Fatalf("%v %v (%v)", h, err, ctx.Err())
	}
	before := called.Load()
	if h, err := s.Look(t.Context(), "x"); err == nil || h != nil || called.Load() != before || before == 0 {
		t.Errorf("%v %v, called %d times, and before %d", h, err, called.Load(), before)
	}
}

// TestWithoutRedis nobody can say whether a session holds, which is not that it does not.
func TestWithoutRedis(t *testing.T) {
	away, err := redis.Open("unix:///nowhere/redis.sock")
	if err != nil {
		t.Fatal(err)
	}
	defer away.Close()
	s := session.New(session.Config{Redis: away, Idle: time.Hour, Absolute: time.Hour, Clock: time.Now})
	if h, err := s.Use(t.Context(), "x"); err == nil || h != nil {
		t.Errorf("%v %v", h, err)
	}
	rec := httptest.NewRecorder()
	req := httptest.NewRequest(http.MethodGet, "/", nil)
	req.AddCookie(&http.Cookie{Name: "lavoro", Value: "x"})
	s.Handler(http.NotFoundHandler()).ServeHTTP(rec, req)
	if rec.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d", rec.Code)
	}
}
