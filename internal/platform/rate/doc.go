// Package rate says how often something may be done, over all nodes together.
//
// The bucket of a key stands in Redis. A node takes a lease from it, a tenth of the bucket at a time, and spends the lease without
// asking again; so many nodes may together pass a limit by their unspent leases, a tenth of the burst each, and Redis is asked once
// for many requests. While Redis does not answer, each node goes on with a bucket of its own of a quarter of the size.
//
// Keys in Redis are keyed hashes: neither members nor addresses can be read from them, or found by trying.
package rate
