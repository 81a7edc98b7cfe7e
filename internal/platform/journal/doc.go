// Package journal is evidence: who did what to which object and when, and who read what of the confidential, chained so that a change of
// the past shows.
//
// There are two sorts of chains: one of acts per programme, one of reads per node. A link is SHA-256 over the link before it, a digest of
// what is sealed, and all else that the row says. The chain covers the sealed form: when a person's key is destroyed, it still verifies.
// Postgres makes links as it appends; this package makes them again, from rows alone, so that who verifies need not trust the database's
// own functions.
//
// What a chain cannot show by itself, that its end was cut off or that all of it was written anew, is shown by anchors: heads of chains
// kept where whoever can write the database cannot. Heads of reads are anchored in the acts' chains, and all heads outside the house.
//
// A chain is kept for as long as a policy says, and at least two years; then it loses its beginning. The head of what went is an entry of the
// acts' chain, the only word of it: from there on the chain verifies. A beginning that is cut off without such an entry shows at once, and
// one that was cut too early by an anchor which is younger than all that might go and did not know yet what went.
//
// Rows lie by months, in partitions that are made ahead; a month of which nothing must be kept goes as one table. Numbers are unique by the lock on
// a chain's head, under which they are given, and not by an index.
package journal
