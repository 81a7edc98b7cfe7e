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
package postgres
