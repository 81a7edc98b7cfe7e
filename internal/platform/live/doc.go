// Package live carries events from the outbox to whoever follows them, and drops from there what everybody has had for 35 days.
//
// Postgres is the truth: an event stands in the outbox with a sequence that is its programme's commit order without gaps. The Relay,
// one leased holder, copies events to Redis Streams, at least once; a hint after a commit only wakes it early. A Hub on each node reads
// the streams, drops what it has seen (seq <= last) and refills a hole (seq > last+1) from Postgres before it goes on; a slow poll of
// the heads finds what Redis lost altogether, and a history that was rebuilt. So what Redis loses or repeats is never seen.
//
// A group is all subscribers who would get the same bytes: an event is executed and encoded once for it, and events that come together
// are executed together. Groups are found by the keys of an event's audience. A group has a goroutine only while it has work to do; it
// alone hands frames to its subscribers, live ones and those that are behind, so that each gets every event once and in order.
//
// A Subscriber is pushed to. One that joins at an earlier position, or whose Sink had no room, is behind: its group reads on from where it
// stands, from the hub's memory of recent events or from the outbox, together with others that stand near, until it is live again.
//
// An execution that fails is tried again. One that fails time and again while the database answers is given up: those who wait for it begin anew
// after it, and are told so by their feed's Anew, like everybody whose history was rebuilt.
//
// Locks are taken in this order: hub, group, subscriber, and then whatever the Sink takes. Nothing calls back while it holds its own.
package live
