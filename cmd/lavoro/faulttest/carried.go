package faulttest

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/lavoroincorso/lavoro/internal/platform/redis"
)

// Carried hears what relays add to the stream in which a programme's news travel.
type Carried struct {
	client redis.Client
	stream string

	mu    sync.Mutex
	added []Added
}

// Added is one entry of the stream: the event's sequence, and when Redis took it.
type Added struct {
	Seq int64
	At  time.Time
}

// NewCarried makes an ear; Run has it listen.
func NewCarried(client redis.Client, stream string) *Carried {
	return &Carried{client: client, stream: stream}
}

// Run listens until ctx ends. Redis names entries by its clock, so that a new one goes on where a lost one was.
func (c *Carried) Run(ctx context.Context) {
	for id := "0"; ctx.Err() == nil; {
		read, err := c.client.XRead(ctx, &goredis.XReadArgs{Streams: []string{c.stream, id}, Block: 200 * time.Millisecond, Count: 1000}).Result()
		if err != nil && !redis.Absent(err) {
			pause(ctx, 50*time.Millisecond)
			continue
		}
		for _, s := range read {
			id = s.Messages[len(s.Messages)-1].ID
			c.note(s.Messages)
		}
	}
}

func (c *Carried) note(messages []goredis.XMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range messages {
		var e struct{ Seq int64 }
		text, _ := m.Values["e"].(string)
		ms, _, _ := strings.Cut(m.ID, "-")
		at, err := strconv.ParseInt(ms, 10, 64)
		if err == nil && json.Unmarshal([]byte(text), &e) == nil {
			c.added = append(c.added, Added{e.Seq, time.UnixMilli(at)})
		}
	}
}

// After gives the first entry that Redis took after a moment; false when there is none yet.
func (c *Carried) After(moment time.Time) (Added, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := len(c.added) - 1; i >= 0; i-- {
		if !c.added[i].At.After(moment) {
			if i+1 == len(c.added) {
				return Added{}, false
			}
			return c.added[i+1], true
		}
	}
	return Added{}, false
}

// Again adds the last n entries once more, as a relay does that was frozen with them in its hands.
func (c *Carried) Again(ctx context.Context, n int64) error {
	last, err := c.client.XRevRangeN(ctx, c.stream, "+", "-", n).Result()
	if err != nil {
		return err
	}
	_, err = c.client.Pipelined(ctx, func(p goredis.Pipeliner) error {
		for i := len(last) - 1; i >= 0; i-- {
			p.XAdd(ctx, &goredis.XAddArgs{Stream: c.stream, Values: last[i].Values})
		}
		return nil
	})
	return err
}

// Count is how many entries were added so far.
func (c *Carried) Count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.added)
}

// Flush empties Redis.
func (c *Carried) Flush(ctx context.Context) error { return c.client.FlushAll(ctx).Err() }

// Twice counts the entries in quiet stretches of time, and those among them whose event stands there for a second time.
func (c *Carried) Twice(quiet func(time.Time) bool) (all, twice int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := map[int64]bool{}
	for _, a := range c.added {
		if !quiet(a.At) {
			continue
		}
		all++
		if seen[a.Seq] {
			twice++
		}
		seen[a.Seq] = true
	}
	return all, twice
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
