package rate

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"golang.org/x/time/rate"

	"github.com/lavoroincorso/lavoro/internal/platform/redis"
	"github.com/lavoroincorso/lavoro/internal/values/recent"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

const (
	leaseParts = 10              // a lease is this part of a burst
	leaseTime  = time.Minute     // after which what was not spent lapses
	aloneParts = 4               // while Redis is away a node has this part of a limit
	keysKept   = 20_000          // leases that a node remembers
	patience   = time.Second / 2 // for Redis' answer
	rest       = time.Second     // in which Redis is not asked again after it failed
)

var limited = refusal.Define(refusal.Definition{
	Code: "RATE_LIMITED", Kind: refusal.State,
	Message: refusal.Text{It: "Troppe richieste in poco tempo. Nulla è stato fatto.", En: "Too many requests in a short time. Nothing was done."},
	Cure:    refusal.Text{It: "Riprova tra {wait}.", En: "Try again in {wait}."},
})

// Limit is how often: Rate times in each Per, and Burst times at once. A Rate of 0 is no limit.
type Limit struct {
	Rate, Burst int
	Per         time.Duration
}

// Limited is the refusal RATE_LIMITED with the time after which it makes sense to come back.
type Limited struct{ After time.Duration }

// Error is the code alone.
func (l *Limited) Error() string { return limited.String() }

// Seconds is the time to wait, rounded up to whole seconds.
func (l *Limited) Seconds() int { return max(1, int(math.Ceil(l.After.Seconds()))) }

// Refusal says it in words.
func (l *Limited) Refusal() refusal.Refusal {
	return limited.At().With("wait", text.Count(l.Seconds(), text.Text{It: "secondo", En: "second"}, text.Text{It: "secondi", En: "seconds"}))
}

// Unwrap gives the refusal.
func (l *Limited) Unwrap() error { return l.Refusal() }

// Limiter holds the buckets of one installation, by their names.
type Limiter struct {
	shared  *redis_rate.Limiter
	prefix  string
	secret  []byte
	limits  map[string]Limit
	leases  *recent.Map[taker, *lease]
	resting atomic.Int64 // Redis is not asked before this moment, in Unix nanoseconds
}

// New gives a limiter with these buckets. The secret keys the hashes under which Redis knows members and addresses.
func New(client redis.Client, installation string, secret []byte, limits map[string]Limit) *Limiter {
	return &Limiter{shared: redis_rate.NewLimiter(client), prefix: "lavoro:" + installation + ":", secret: secret, limits: limits,
		leases: recent.New[taker, *lease](keysKept)}
}

// taker is who takes from which bucket.
type taker struct{ bucket, key string }

// Take takes one from the bucket of a key. It fails with *Limited where nothing is left, and never because Redis does. A nil limiter
// has no limits.
func (l *Limiter) Take(ctx context.Context, bucket, key string) error {
	if l == nil {
		return nil
	}
	limit, ok := l.limits[bucket]
	if !ok {
		return fmt.Errorf("rate: no bucket is named %s", bucket)
	}
	if limit.Rate == 0 {
		return nil
	}
	of := taker{bucket, key}
	return l.leases.GetOrPut(of, 1, func() *lease { return newLease(limit) }).take(ctx, l, of, time.Now())
}

// name is how Redis knows a taker.
func (l *Limiter) name(of taker) string {
	mac := hmac.New(sha256.New, l.secret)
	mac.Write([]byte("rate\x00" + of.bucket + "\x00" + of.key))
	return l.prefix + of.bucket + ":" + hex.EncodeToString(mac.Sum(nil)[:16])
}

// lease is what a node holds of one bucket.
type lease struct {
	mu      sync.Mutex
	limit   Limit
	left    int
	lapses  time.Time
	empty   time.Time     // nothing is left in the bucket before this moment
	onlyOne *rate.Limiter // the node's own bucket while Redis is away
}

func newLease(limit Limit) *lease {
	perSecond := rate.Limit(float64(limit.Rate) / limit.Per.Seconds() / aloneParts)
	return &lease{limit: limit, onlyOne: rate.NewLimiter(perSecond, max(1, limit.Burst/aloneParts))}
}

// take waits for nobody but those who ask for the same key.
func (e *lease) take(ctx context.Context, l *Limiter, of taker, now time.Time) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.left > 0 && now.Before(e.lapses) {
		e.left--
		return nil
	}
	if now.Before(e.empty) {
		return &Limited{After: e.empty.Sub(now)}
	}
	if now.UnixNano() < l.resting.Load() {
		return e.alone(now)
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience) // a client that leaves says nothing about Redis
	defer cancel()
	got, err := l.shared.AllowAtMost(bounded, l.name(of), redis_rate.Limit{Rate: e.limit.Rate, Burst: e.limit.Burst, Period: e.limit.Per}, max(1, e.limit.Burst/leaseParts))
	if err != nil {
		l.resting.Store(now.Add(rest).UnixNano())
		slog.WarnContext(ctx, "rate limits are kept by this node alone: redis does not answer")
		return e.alone(now)
	}
	if got.Allowed == 0 {
		e.empty = now.Add(got.RetryAfter)
		return &Limited{After: got.RetryAfter}
	}
	e.left, e.lapses = got.Allowed-1, now.Add(leaseTime)
	return nil
}

func (e *lease) alone(now time.Time) error {
	r := e.onlyOne.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return &Limited{After: wait}
	}
	return nil
}
