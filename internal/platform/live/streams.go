package live

import (
	"context"
	"errors"
	"log/slog"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// block is how long one read of the streams waits; a hub that is stopped ends within it.
const block = 500 * time.Millisecond

// readers gives the partitions that are read together: all by one command, but for a cluster, where a command must stay in one slot.
func (h *Hub) readers() [][]int {
	all := make([]int, partitions)
	for i := range all {
		all[i] = i
	}
	if _, cluster := h.redis.(*goredis.ClusterClient); !cluster {
		return [][]int{all}
	}
	each := make([][]int, partitions)
	for i := range each {
		each[i] = all[i : i+1]
	}
	return each
}

// readStreams takes in what the relay carries, of the partitions, until ctx ends.
func (h *Hub) readStreams(ctx context.Context, partitions []int) {
	keys, place := make([]string, len(partitions)), map[string]int{}
	for i, p := range partitions {
		keys[i] = stream(h.installation, p)
		place[keys[i]] = i
	}
	var ids []string
	failing := false
	for ctx.Err() == nil {
		if ids == nil {
			ids = h.lastIDs(ctx, keys)
		}
		result, err := h.redis.XRead(ctx, &goredis.XReadArgs{Streams: append(append([]string{}, keys...), ids...), Block: block, Count: 500}).Result()
		if errors.Is(err, goredis.Nil) {
			err = nil
		}
		if (err != nil) != failing && ctx.Err() == nil {
			failing = err != nil
			slog.InfoContext(ctx, "news from redis", "failing", failing)
		}
		if err != nil {
			ids = nil // a Redis that comes back may be an empty one
			pause(ctx, headPoll)
			continue
		}
		for _, s := range result {
			ids[place[s.Stream]] = s.Messages[len(s.Messages)-1].ID
			for _, m := range s.Messages {
				if e, err := decode(m); err == nil {
					h.arrive(ctx, e)
				}
			}
		}
	}
}

// lastIDs is where each stream stands now: reading on from there misses nothing that comes later.
func (h *Hub) lastIDs(ctx context.Context, keys []string) []string {
	ids := make([]string, len(keys))
	for i, key := range keys {
		ids[i] = "0"
		if last, err := h.redis.XRevRangeN(ctx, key, "+", "-", 1).Result(); err == nil && len(last) == 1 {
			ids[i] = last[0].ID
		}
	}
	return ids
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
