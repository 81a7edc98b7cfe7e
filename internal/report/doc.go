// Package report reads what several rooms hold and puts it together for people: indicators that nobody writes.
//
// Pulse is what stands in a programme at this moment, in numbers. A number is a list of the API under a filter: it counts what the viewer would
// find there, by the same rights, and says the filter. Rows of protected participations are in no count, whoever asks, since a small number on
// a wall tells of people; who does not see the participation at all, as a host, counts the row as any other, and learns nothing by it.
//
// Blockers is the board of a month: where the rows of its register and of its money stand, what keeps them back and who takes them on, counted in the same
// way; those who are protected stand on it, too, for who sees them.
package report
