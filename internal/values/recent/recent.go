// Package recent keeps what was used of late within a bounded weight. It forgets by halves: what was not asked for while half the
// weight was filled anew goes at once, so that nothing has to be moved or sorted when something is found.
package recent

import "sync"

// Map keeps values by key. All methods may be called at the same time.
type Map[K comparable, V any] struct {
	mu         sync.Mutex
	half       int
	young, old map[K]kept[V]
	weight     int // of the young
}

type kept[V any] struct {
	value  V
	weight int
}

// New gives a map that holds values up to the weight, in whatever unit Put is given.
func New[K comparable, V any](most int) *Map[K, V] {
	return &Map[K, V]{half: max(most/2, 1), young: map[K]kept[V]{}}
}

// Get finds a value.
func (m *Map[K, V]) Get(key K) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.get(key)
}

func (m *Map[K, V]) get(key K) (V, bool) {
	k, ok := m.young[key]
	if ok {
		return k.value, true
	}
	if k, ok = m.old[key]; ok {
		m.put(key, k)
	}
	return k.value, ok
}

// Put keeps a value. What weighs more than half of what the map holds is not kept.
func (m *Map[K, V]) Put(key K, value V, weight int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(key, kept[V]{value, weight})
}

// GetOrPut finds a value, or keeps the one that is made.
func (m *Map[K, V]) GetOrPut(key K, weight int, made func() V) V {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v, ok := m.get(key); ok {
		return v
	}
	v := made()
	m.put(key, kept[V]{v, weight})
	return v
}

func (m *Map[K, V]) put(key K, k kept[V]) {
	if k.weight > m.half {
		return
	}
	if m.weight -= m.young[key].weight; m.weight+k.weight > m.half {
		m.old, m.young, m.weight = m.young, map[K]kept[V]{}, 0
	}
	m.young[key] = k
	m.weight += k.weight
}

// Weight is what all kept values weigh, at most what the map was made for.
func (m *Map[K, V]) Weight() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	weight := m.weight
	for _, k := range m.old {
		weight += k.weight
	}
	return weight
}
