// Package access says who may: an actor holds grants, a grant gives one role over the rows that carry one key.
//
// Two tables decide everything (tables.go), printed for people in RIGHTS.md: role x act, and role x field class x purpose. Keys are made
// from what a grant is over, programme by programme (scope.go). Rights are taken per grant and never added up:
// an act needs one grant whose role allows it and whose key the row carries; a field is shown where one grant's role may read
// its class and the row carries that grant's key. Nothing is inherited: each row carries its own audience of keys.
//
// The same definition is used three times: Actor.Keys fills the predicates of plans, Actor.Settings the row-level security of
// Postgres (the last net), Actor.Sees the check in memory before an event is delivered.
package access
