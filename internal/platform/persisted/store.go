package persisted

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/lavoroincorso/lavoro/internal/platform/redis"
	"github.com/lavoroincorso/lavoro/internal/values/recent"
)

// What is kept of operations that clients bring.
const (
	MaxText = 32 << 10           // bytes of one text
	most    = 1000               // texts, of which those go first that were not asked for longest
	life    = 7 * 24 * time.Hour // after which what nobody asked for is forgotten

	nodeBytes = 1 << 20         // of texts that a node keeps by itself
	again     = time.Hour       // after which a node tells Redis again that a text is in use
	patience  = time.Second / 2 // for Redis' answer
	rest      = time.Second     // in which Redis is not asked again after it failed
)

// put keeps a text, forgets those that are too old, and the oldest of too many. KEYS: texts by hash, hashes by use. ARGV: hash, text, now and
// the moment before which all is forgotten in Unix seconds, most, life in seconds.
const put = `redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
for _, h in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[4], 'LIMIT', 0, 1000)) do redis.call('ZREM', KEYS[2], h) redis.call('HDEL', KEYS[1], h) end
local over = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[5])
if over > 0 then for _, h in ipairs(redis.call('ZRANGE', KEYS[2], 0, over - 1)) do redis.call('ZREM', KEYS[2], h) redis.call('HDEL', KEYS[1], h) end end
redis.call('EXPIRE', KEYS[1], ARGV[6])
redis.call('EXPIRE', KEYS[2], ARGV[6])
return 1`

// get finds a text and marks it as used. KEYS as above. ARGV: hash, now in Unix seconds, life in seconds.
const get = `local text = redis.call('HGET', KEYS[1], ARGV[1])
if text then
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[3])
end
return text`

// Store keeps the texts that clients bring, for all nodes of an installation.
type Store struct {
	redis   redis.Client
	keys    []string
	clock   func() time.Time
	node    *recent.Map[string, kept]
	resting atomic.Int64 // Redis is not asked before this moment, in Unix nanoseconds
}

// kept is a text as a node has it.
type kept struct {
	text string
	told time.Time // when Redis last heard of it
}

// NewStore gives the store of an installation.
func NewStore(client redis.Client, installation string, clock func() time.Time) *Store {
	prefix := "lavoro:" + installation + ":{persisted}:" // both keys in one slot of a cluster
	return &Store{redis: client, keys: []string{prefix + "texts", prefix + "used"}, clock: clock, node: recent.New[string, kept](nodeBytes)}
}

// Hash is the name of a text: its SHA-256 in lower-case hexadecimal.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Get finds the text with a hash. Where Redis does not answer, only what this node has seen is found. A nil store holds nothing.
func (s *Store) Get(ctx context.Context, hash string) (string, bool) {
	if s == nil || len(hash) != 2*sha256.Size {
		return "", false
	}
	now := s.clock()
	had, ok := s.node.Get(hash)
	if ok && now.Sub(had.told) < again {
		return had.text, true
	}
	found, err := s.ask(ctx, get, hash, now.Unix(), int(life.Seconds()))
	text, isText := found.(string)
	switch {
	case err == nil && isText && Hash(text) == hash:
		s.node.Put(hash, kept{text, now}, len(text))
		return text, true
	case ok:
		s.Put(ctx, had.text) // Redis has lost what this node still knows
	}
	return had.text, ok
}

// Put keeps a text, unless it is too long. It never fails: who is not served by what is kept sends the text.
func (s *Store) Put(ctx context.Context, text string) {
	if s == nil || len(text) > MaxText {
		return
	}
	hash, now := Hash(text), s.clock()
	if had, ok := s.node.Get(hash); ok && now.Sub(had.told) < again {
		return
	}
	if _, err := s.ask(ctx, put, hash, text, now.Unix(), now.Add(-life).Unix(), most, int(life.Seconds())); err == nil {
		s.node.Put(hash, kept{text, now}, len(text))
	}
}

// ask runs a script. A Redis that has just failed is not waited for again.
func (s *Store) ask(ctx context.Context, script string, args ...any) (any, error) {
	if time.Now().UnixNano() < s.resting.Load() {
		return nil, context.DeadlineExceeded
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience) // a client that leaves says nothing about Redis
	defer cancel()
	found, err := s.redis.Eval(bounded, script, s.keys, args...).Result()
	if redis.Absent(err) {
		return nil, nil
	}
	if err != nil {
		s.resting.Store(time.Now().Add(rest).UnixNano())
		slog.WarnContext(ctx, "operations of clients are not kept: redis does not answer")
	}
	return found, err
}
