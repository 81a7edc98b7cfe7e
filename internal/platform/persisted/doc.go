// Package persisted keeps texts of operations that clients name instead of sending them.
//
// There are two sorts. Listed operations come from manifests that an app's build wrote, one file for each version of an app; they are read
// when a node starts. Automatic ones come from clients: Store keeps them in Redis, for all nodes, under the SHA-256 of their text, bounded in
// number, size and life. Redis may lose them: a client that is told so sends the text again. What it gives is believed only where it has the
// hash that was asked for.
//
// Uses says on which day a version of an app was last seen, so that its manifest can be taken away. It stands in PostgreSQL, since what Redis
// forgets would look unused, and it names apps and days, never a person.
package persisted
