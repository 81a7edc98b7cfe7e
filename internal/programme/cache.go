package programme

import (
	"sync"

	"github.com/google/uuid"
)

// cached is how many versions are kept in memory; a version is some tens of kilobytes, and few are in use at once.
const cached = 256

// versions keeps policies that were read once: a version never changes, so nothing ever has to be thrown out but for room.
var versions = policies{byID: map[uuid.UUID]Policy{}}

type policies struct {
	sync.RWMutex
	byID map[uuid.UUID]Policy
}

func (c *policies) get(version uuid.UUID) (Policy, bool) {
	c.RLock()
	defer c.RUnlock()
	p, ok := c.byID[version]
	return p, ok
}

// put throws out any one version when there is no room; which one matters little among so few.
func (c *policies) put(p Policy) {
	c.Lock()
	defer c.Unlock()
	for id := range c.byID {
		if len(c.byID) < cached {
			break
		}
		delete(c.byID, id)
	}
	c.byID[p.Version] = p
}
