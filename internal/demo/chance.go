package demo

import (
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"github.com/lavoroincorso/lavoro/internal/values/calendar"
)

// seed makes every demonstration the same one.
const seed = 317981

// chance is a stream of invented facts. Each person, company and course has a stream of its own, so that a change of one leaves
// the others as they were.
type chance struct{ *rand.Rand }

// chanceOf gives the stream with the name and number.
func chanceOf(name string, n int) chance {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return chance{rand.New(rand.NewPCG(seed, h.Sum64()+uint64(n)))}
}

// between gives a whole number from a to b, both included.
func (c chance) between(a, b int) int {
	if b <= a {
		return a
	}
	return a + c.IntN(b-a+1)
}

// percent is true so many times in a hundred.
func (c chance) percent(p int) bool { return c.IntN(100) < p }

// one gives any of the items.
func one[T any](c chance, items []T) T { return items[c.IntN(len(items))] }

// some gives n different items, in their order, or all when there are not so many.
func some[T any](c chance, items []T, n int) []T {
	chosen := make(map[int]bool, n)
	for _, i := range c.Perm(len(items))[:min(n, len(items))] {
		chosen[i] = true
	}
	var list []T
	for i, item := range items {
		if chosen[i] {
			list = append(list, item)
		}
	}
	return list
}

// deal repeats each item by its share until there are n, and shuffles them: shares hold exactly, not only on average.
func deal[T any](c chance, n int, items []T, shares []int) []T {
	sum := 0
	for _, s := range shares {
		sum += s
	}
	list := make([]T, 0, n+len(items))
	for i, item := range items {
		for range (shares[i]*n + sum/2) / sum {
			list = append(list, item)
		}
	}
	for len(list) < n {
		list = append(list, items[0])
	}
	c.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list[:n]
}

// randomID is shaped as a UUID v4, which does not tell when it was made: for persons and participations.
func (c chance) randomID() (id uuid.UUID) {
	binary.BigEndian.PutUint64(id[:8], c.Uint64())
	binary.BigEndian.PutUint64(id[8:], c.Uint64())
	return shaped(id, 4)
}

// timedID is shaped as a UUID v7 made at the time.
func (c chance) timedID(at time.Time) uuid.UUID {
	id := c.randomID()
	ms := uint64(at.UnixMilli())
	for i := range 6 {
		id[i] = byte(ms >> (8 * (5 - i)))
	}
	return shaped(id, 7)
}

func shaped(id uuid.UUID, version byte) uuid.UUID {
	id[6] = id[6]&0x0f | version<<4
	id[8] = id[8]&0x3f | 0x80
	return id
}

// workday is the day, or the next one on which offices are open.
func workday(d calendar.Day) calendar.Day {
	for !open(d) {
		d = d.AddDays(1)
	}
	return d
}

// before is the last day not after d on which offices are open.
func before(d calendar.Day) calendar.Day {
	for !open(d) {
		d = d.AddDays(-1)
	}
	return d
}
