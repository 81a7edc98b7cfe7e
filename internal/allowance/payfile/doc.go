// Package payfile writes what a payer's run sends to be paid, and reads what comes back.
//
// A payer pays one of two ways. A partner sends its bank an Order as ISO 20022 pain.001.001.09 or as CBIPaymentRequest.00.04.01. A public
// payer may instruct its treasurer by its accounting office only, and gets a List of orders as CSV or workbook. All is pure: no
// database, no clock. Amounts are whole cents of euros, and the same input gives the same bytes, whose SHA-256 is part of the Control.
//
// Whatever cannot be written is refused with the line at fault, all lines at once: nothing is cut, and nothing is guessed. Letters with
// accents become plain ones, which banks take; other alphabets are refused, for only the account's holder knows how the bank spells them.
//
// Answers are pain.002, camt.053, camt.054 and the list that came back. Each is read into a Report of Outcomes by end-to-end id, and
// Match holds a Report against what was Sent: lines that were answered, lines still missing, and what belongs to somebody else. A reader
// never takes half of a message: it gives a Report, or refusals. A Report says nothing of earlier ones; who keeps them finds a
// message that came twice by its Hash, and applies an outcome only where the line's state allows it.
package payfile
