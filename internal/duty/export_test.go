package duty

import "time"

// LeaseFor has a runner take its lease for so long.
func (r *Runner) LeaseFor(ttl time.Duration) *Runner {
	r.lease = ttl
	return r
}
