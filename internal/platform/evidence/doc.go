// Package evidence writes, anchors and verifies the journals of an installation.
//
// Reads of the confidential are written by the engine of plans, in the transaction that finishes the answer and before it leaves: what
// cannot be written down is not shown. A Recorder is one node's; its chain is its own, and a node that starts again begins another.
//
// Heads leave in two steps. Every hour the heads of reads go into the acts' chain of each programme, as an entry. Every day the heads of
// all chains leave the house, by an Anchorage: into a folder that is only appended to, by mail, or both, with a timestamp of a third party
// where one is configured. Retain drops, as the owner, the beginnings of chains whose time is over. Verify works all chains out from their rows; with the anchors it also finds an end that was cut off and a chain
// that was written anew from its beginning, whatever the heads in the database say.
package evidence
