// Package allowance works out what a participant is owed for a month, and shows why.
//
// A statement is one participation's month. Accrue is the whole rule, and pure: it takes the month's hours by enrolment and the
// rule of the policy in force on the month's last day, and gives the total with its working line by line. Amounts are whole
// cents, hours are minutes of presence that count. One monthly cap holds over all activities together (2024 call, D.D. 12541).
//
// Invariants: the lines add up to the total; 0 <= total <= cap; more minutes never mean less money; the order of the activities
// changes nothing; entries that are contested earn nothing, and a line says so.
//
// A statement has no state of its own here: it follows the register. Compute is the act; React calls it for the months that
// changed attendance touches. Working out again what has not changed writes nothing and tells nothing.
package allowance
