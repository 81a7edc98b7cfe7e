// Package rightstest says a second time, in its own words, who sees what: a reference model that the real program is compared with. It
// imports neither the plans nor the rooms nor the tables of rights, and never asks which keys stand on a row: it knows only how the rows
// belong together (who is entrusted to whom, who follows whom, which body lies below which) and what each role may read.
//
// tables.go holds the roles and classes, types.go and its neighbours each type of the contract with its fields: of which class, what is
// shown, and where it leads. world.go reads a database as its owner; model.go works out what somebody is shown; compare.go finds where the
// program shows something else.
//
// A field, filter or order that the contract gains needs a row here: Missing names those without.
package rightstest
