// Package faulttest is what a run of faults is made of: nodes as processes that are killed and frozen, followers that drop and resume, a
// writer that repeats an act until it is answered, and an ear on Redis that hears what the relays carry.
//
// Nothing here knows how the program works inside: a Follower keeps every event that it was ever sent, so that what it lost, got twice or
// should not have got is found by comparing, after the run, with what stands in the database.
package faulttest
