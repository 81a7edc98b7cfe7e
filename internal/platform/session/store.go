package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lavoroincorso/lavoro/internal/platform/redis"
)

// store keeps sessions in Redis, each until it ends, under a hash of its id: who reads Redis cannot take one over.
type store struct {
	redis  redis.Client
	prefix string
}

// cameWith holds the id that a request has brought. A session that ends while the request is under way must not come back with it.
type cameWith struct{}

func (s store) name(id string) string {
	sum := sha256.Sum256([]byte(id))
	return s.prefix + hex.EncodeToString(sum[:])
}

// FindCtx gives what is kept of an id.
func (s store) FindCtx(ctx context.Context, id string) ([]byte, bool, error) {
	data, err := s.redis.Get(ctx, s.name(id)).Bytes()
	if redis.Absent(err) {
		return nil, false, nil
	}
	return data, err == nil, err
}

// CommitCtx keeps data of an id until it ends: of the id that came with the request only while something is kept of it.
func (s store) CommitCtx(ctx context.Context, id string, data []byte, ends time.Time) error {
	life := max(time.Until(ends), time.Millisecond)
	if ctx.Value(cameWith{}) == id {
		return s.redis.SetXX(ctx, s.name(id), data, life).Err()
	}
	return s.redis.Set(ctx, s.name(id), data, life).Err()
}

// DeleteCtx forgets an id; one of which nothing is kept is forgotten already.
func (s store) DeleteCtx(ctx context.Context, id string) error {
	return s.redis.Del(ctx, s.name(id)).Err()
}

// Find is FindCtx for callers without a context, of which there are none.
func (s store) Find(id string) ([]byte, bool, error) { return s.FindCtx(context.Background(), id) }

// Commit is CommitCtx for callers without a context, of which there are none.
func (s store) Commit(id string, data []byte, ends time.Time) error {
	return s.CommitCtx(context.Background(), id, data, ends)
}

// Delete is DeleteCtx for callers without a context, of which there are none.
func (s store) Delete(id string) error { return s.DeleteCtx(context.Background(), id) }

// codec spells a session as JSON: its values are texts.
type codec struct{}

type spelled struct {
	Ends   time.Time      `json:"ends"`
	Values map[string]any `json:"values"`
}

// Encode spells a session.
func (codec) Encode(ends time.Time, values map[string]any) ([]byte, error) {
	return json.Marshal(spelled{ends, values})
}

// Decode reads a session.
func (codec) Decode(data []byte) (time.Time, map[string]any, error) {
	s := spelled{Values: map[string]any{}}
	if err := json.Unmarshal(data, &s); err != nil {
		return time.Time{}, nil, fmt.Errorf("session: %w", err)
	}
	return s.Ends, s.Values, nil
}
