// Package watermark remembers, for all nodes of an installation, up to where in the database's log somebody must be able to read: a member
// after his own write, and all who have a part in a programme after anybody's write in it. The database is told whom to ask by it.
//
// Redis holds the marks, each as long as it can matter. Names are keyed hashes, values are positions: who reads Redis learns that somebody
// wrote. A mark that cannot be read is an error, and its reader goes to where nothing is missing. Marks that Redis has lost hold for nobody:
// readers may then be behind by as much as a replica may be.
package watermark

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/platform/redis"
)

const (
	patience = 250 * time.Millisecond // for Redis' answer, while somebody waits to read
	rest     = time.Second            // in which Redis is not asked again after it failed
	slack    = time.Minute            // that marks are kept longer than they are needed
)

// errResting says that Redis failed a moment ago.
var errResting = errors.New("watermark: redis did not answer")

// Store is the marks of one installation.
type Store struct {
	redis   redis.Client
	prefix  string
	secret  []byte
	life    time.Duration
	resting atomic.Int64 // Redis is not asked before this moment, in Unix nanoseconds
}

// New gives the marks of an installation; each counts for as long as is needed. The secret keys the hashes under which Redis knows whose they are.
func New(client redis.Client, installation uuid.UUID, secret []byte, needed time.Duration) *Store {
	// One slot of a cluster holds all, so that all of a reader's are one question.
	return &Store{redis: client, prefix: "lavoro:{" + installation.String() + "}:watermark:", secret: secret, life: needed + slack}
}

// raise lets no mark fall: of two writes that end together the later one's counts. One that is higher already is of a write that this one came
// after, or of a history that was lost; it stays for as long as this one is needed.
const raise = `for _, key in ipairs(KEYS) do
	local kept = redis.call('get', key)
	if not kept or kept < ARGV[1] then
		redis.call('set', key, ARGV[1], 'px', ARGV[2])
	else
		redis.call('pexpire', key, ARGV[2])
	end
end
return 0`

// Raise notes that they must be able to read the position from now on.
func (s *Store) Raise(ctx context.Context, position int64, of []uuid.UUID) error {
	if err := s.redis.Eval(ctx, raise, s.names(of), fmt.Sprintf("%016x", position), s.life.Milliseconds()).Err(); err != nil {
		return fmt.Errorf("watermark: %w", err)
	}
	return nil
}

// Of gives the highest of their marks; 0 where there is none.
func (s *Store) Of(ctx context.Context, of []uuid.UUID) (highest int64, err error) {
	if len(of) == 0 {
		return 0, nil
	}
	if time.Now().UnixNano() < s.resting.Load() {
		return 0, errResting
	}
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	marks, err := s.redis.MGet(bounded, s.names(of)...).Result()
	if err != nil {
		if ctx.Err() == nil { // who leaves says nothing about Redis
			s.resting.Store(time.Now().Add(rest).UnixNano())
		}
		return 0, fmt.Errorf("watermark: %w", err)
	}
	for _, mark := range marks {
		text, there := mark.(string)
		if !there {
			continue
		}
		position, err := strconv.ParseInt(text, 16, 64)
		if err != nil {
			return 0, fmt.Errorf("watermark: %w", err)
		}
		highest = max(highest, position)
	}
	return highest, nil
}

func (s *Store) names(of []uuid.UUID) []string {
	names := make([]string, len(of))
	for i, id := range of {
		mac := hmac.New(sha256.New, s.secret)
		mac.Write(id[:])
		names[i] = s.prefix + hex.EncodeToString(mac.Sum(nil)[:16])
	}
	return names
}
