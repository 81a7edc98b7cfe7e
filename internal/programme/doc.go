// Package programme is a funded programme: its partners as a tree, its rules in dated versions, its code lists, targets and budget.
//
// A programme is a file, written by people and kept under version control; the database holds what the last applied file said. Apply
// runs as the login that owns the tables: the application itself may only read them. The same file changes nothing. Invariants:
//   - A version of the rules is never rewritten, since whatever was decided under it names it. A changed rule comes with a number
//     higher by one and a first day that is not before the first day of the version that stands. On a day, the last version holds. It is told of,
//     so that what was worked out by the rules follows; what would come of it can be worked out beforehand (Try, Suppose).
//   - A code is never deleted: one that the file holds no longer expires on the day before, and what was recorded with it is still shown.
//   - A partner is neither taken out nor moved in the tree: the keys on people's rows follow from its place.
//   - Money is only ever booked on a budget line, and booked back: a posting is never changed. Later rooms post; an approval asks CheckFunds
//     first, and what commits more than before is measured by what the line has left (Recommit). A payer or a line that some version of the rules pays by stays in the file, and so does a line that something is booked on.
//   - How a payer is taxed stands by version of the rules: what is issued late, or again, is taxed as its month was, whatever later versions say.
//   - All partners see all of a programme but what is booked and the payers' accounts; every actor decides by its rules and codes.
//
// Each rule says where its value comes from, and confirmed: false marks a value that the programme still has to confirm. Which rules
// there are, with unit and form, stands in rules.go: a file must give each of them and no others. Amounts of rules are in cents.
// What a file says that somebody must clear up without keeping it from being applied is a finding, such as a CUP of 16 characters.
package programme
