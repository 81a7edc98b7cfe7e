// Package report reads what several rooms hold and puts it together for people: indicators that nobody writes.
//
// Pulse is what stands in a programme at this moment, in numbers. A number is a list of the API under a filter: it counts what the viewer would
// find there, by the same rights, and says the filter. Rows of protected participations are in no count, whoever asks, since a small number on
// a wall tells of people; who does not see the participation at all, as a host, counts the row as any other, and learns nothing by it.
package report
