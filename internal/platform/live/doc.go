// Package live carries events from the outbox to whoever follows them, and drops from there what everybody has had for 35 days.
//
// Postgres is the truth: an event stands in the outbox with a sequence that is its programme's commit order without gaps. The Relay,
// one leased holder, copies events to Redis Streams, at least once; a hint after a commit only wakes it early. A Hub on each node reads
// the streams, drops what it has seen (seq <= last) and refills a hole (seq > last+1) from Postgres before it goes on; a slow poll of
// the heads finds what Redis lost altogether. So what Redis loses or repeats is never seen.
//
// A Group is all subscribers who would get the same bytes: an event is executed and encoded once for it. A Subscriber first reads its
// backlog from the outbox up to the point where it joined, then goes live; one that falls behind its queue reads from the outbox again.
package live
