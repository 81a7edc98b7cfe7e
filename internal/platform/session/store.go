package session

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lavoroincorso/lavoro/internal/platform/redis"
)

// store keeps sessions in Redis, each until it ends. The names that it is given are hashes already.
type store struct {
	redis  redis.Client
	prefix string
}

// FindCtx gives what is kept under a name.
func (s store) FindCtx(ctx context.Context, name string) ([]byte, bool, error) {
	data, err := s.redis.Get(ctx, s.prefix+name).Bytes()
	if redis.Absent(err) {
		return nil, false, nil
	}
	return data, err == nil, err
}

// CommitCtx keeps data under a name until it ends.
func (s store) CommitCtx(ctx context.Context, name string, data []byte, ends time.Time) error {
	return s.redis.Set(ctx, s.prefix+name, data, max(time.Until(ends), time.Millisecond)).Err()
}

// DeleteCtx forgets a name; one that is not there is forgotten already.
func (s store) DeleteCtx(ctx context.Context, name string) error {
	return s.redis.Del(ctx, s.prefix+name).Err()
}

// Find is FindCtx for callers without a context, of which there are none.
func (s store) Find(name string) ([]byte, bool, error) { return s.FindCtx(context.Background(), name) }

// Commit is CommitCtx for callers without a context, of which there are none.
func (s store) Commit(name string, data []byte, ends time.Time) error {
	return s.CommitCtx(context.Background(), name, data, ends)
}

// Delete is DeleteCtx for callers without a context, of which there are none.
func (s store) Delete(name string) error { return s.DeleteCtx(context.Background(), name) }

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
