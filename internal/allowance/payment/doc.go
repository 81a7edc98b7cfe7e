// Package payment takes what statements owe from draft to bank and back, by runs of one payer each.
//
//	DRAFT            opened; what is due is being gathered, chunk by chunk
//	COMPUTED         gathered whole; may be gathered anew, which takes up what was cured meanwhile
//	CHECKED          its maker stands by it; what blocks a line was looked at
//	APPROVED         by somebody who had no hand in it, by two above an amount of the policy, to which runs of the days before count;
//	                 its sums are booked on the budget lines
//	EXPORTED         the file was written; answers are awaited
//	PAID             every line that was sent is paid
//	PARTLY_RETURNED  every line that was sent is answered, and some were rejected or came back
//	DISCARDED        given up before the export; what was booked is booked back
//
// A line is one sum by month, payer and budget line: what the last statement owes less what live lines have taken up before, of gross and of what
// is withheld. By its net, more is a statement or its arrears, less is an offset: also where the gross stays, and nothing but the tax has changed.
// So nothing is ever paid twice, whatever is run again. Lines of a run that go to one person are one
// transfer, named by one end-to-end id. A person who cannot be paid, or who owes more than is due, stands in the run with the reasons, and
// the next run takes that up again. Lines never change but for their state:
//
//	PENDING       goes with the run
//	BLOCKED       cannot go; not live
//	HELD          kept back with a reason until it is released, whatever becomes of the run
//	EXPORTED      sent
//	RECALL_ASKED  sent, and the payer's bank is asked to stop it
//	PAID          acknowledged as executed
//	REJECTED, RETURNED, RECALLED, LEFT_OUT, DISCARDED  not live any more: the next run takes up what is still owed; the first three are PAID where it
//	              turns out so
//
// A bank may say what does not fit: that it has paid what it had rejected, was to stop or had sent back, that it has paid once more, or another sum, or that
// it has rejected what it had paid. The line stays as it is, and nobody is paid by that payer for whom it was, until somebody who has not read an answer to
// its run says whether it was paid; or until it came back as often, and thereafter. So it is where it tells of a message as a whole a sum that fits none of its
// lines, until such words come to that sum, but that nobody waits for it.
//
// The database holds what must never happen, whatever the code does: a line that changes, one share in two live runs, live lines beyond the last
// statement, an approver who had a hand in the run by any account of his, a reader who judges what he has read, one approver who approves twice, a state out of turn.
//
// Whoever waits at a run that is over is the payer's turn, then the lead's (LEFT_BEHIND): a line that is kept back until it is released, and what could not go until a
// later run takes it up.
//
// Every act locks its run first, so acts at the same moment have one history.
package payment
