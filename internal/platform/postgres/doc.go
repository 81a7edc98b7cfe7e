// Package postgres opens the truth and runs transactions over it.
//
// There are three pools on one database. Plans read through pgx with prepared statements; acts write through bun over database/sql,
// with arguments in the text. Both run as the role lavoro_app, which owns nothing and cannot pass row-level security. News and leases
// have a small pool of their own, as the role lavoro_relay, which sees no table of personal data. No connection is taken while another
// is held.
//
// InTx is the only way to write. It sets the actor's keys for the transaction, runs the act, and as its last statement appends the
// events and journal entries that the act told: they stand in the database exactly when the facts do. It alone retries, on
// serialization failures (40001) and deadlocks (40P01), so an act may run more than once and must not touch anything outside tx.
//
// Where replicas are configured, ReadNear answers from one that shows all that its reader must see, else from the primary. What he must see
// is a position in the log: that of his own last write, and that of anybody's last write in a programme in which he has a grant. So he reads
// what he has written, at any node; he finds what a feed has told him, or more; and who has lost a person is shown no last look. Whoever
// writes notes the position for all nodes before the act is answered (OnWritten), and it is asked for before each read (Required). Clients
// carry nothing: a token that apps must send back is forgotten by some of them, and the same person's other phone does not have it.
//
// The note stands before the act is answered. A feed may tell of the act some milliseconds sooner, and a node may die in between: then the
// bound that follows holds.
//
// A note may be forgotten after the time that a replica may be behind (ReplicaLag), for one that is further behind is not read. This bounds
// all that no note speaks of, too: writes of the owner, notes that were lost with Redis, one read from the primary and the next from a replica.
// How far behind a replica is, is not told by its clock: each node notes what the primary had written, and when by its own clock, and compares.
//
// Rights are never read from a replica: who signs in, his grants and sessions come from the primary, and so does what acts answer, and the
// subjects of events. A replica that does not answer, has another history (lavoro_epoch) or was promoted is given up: what was under way there
// is asked of the primary, and it is read again when it is in order again. After a failover its history is the primary's again with its first
// restartpoint.
package postgres
