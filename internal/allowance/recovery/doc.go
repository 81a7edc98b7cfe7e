// Package recovery has what was paid beyond what a month owes come back.
//
// A recovery is one month of a participation and the payer that has paid too much of it: what was sent, less what came back, is more than the last
// statement owes. The database keeps its sums, whoever writes a statement, a line or a discharge, so that always
//
//	owed = recovered + repaid + waived + left
//
//	recovered   taken off later payments; the run that gathers them does that by itself (payment_take_off): of what is due a share of the policy, but
//	            never so much that less than the policy says is left to the person, and nothing where all is less than the policy asks for
//	repaid      given back by the person himself: booked back on the budget lines that it was paid from
//	waived      given up: it stays spent, and so accrued on the budget lines that it was paid from, as far as it is not owed again
//	left        to come back
//
// Sums are net: where too little was withheld, the person has too much as well. It is withheld from what is due later, and no budget line gets anything
// of it back. What only moves from one budget line to another within a month is no debt, and what waits in a run that was not sent is none either. Of a
// month that is contested nothing is taken off before the answer. Should the statement rise again, what came back is owed again.
//
//	OPEN      comes back by the policy
//	AGREED    by instalments that were agreed with the person: what has fallen due by the run's month, instead of the share
//	SETTLED   nothing is left
//
// Repayments and waivers are discharges, which count once a second person has confirmed them. What waits for that is not taken off as well; a run that takes it
// off already and was not sent does not go before it was computed anew, and before that nothing of it is confirmed:
//
//	WAITING   with a clock
//	CONFIRMED, REJECTED
//
// Nothing of this is ever changed: plans follow each other, discharges are answered once.
package recovery
