// Package inquiry answers who asks where somebody's money is: mostly the person, on the telephone.
//
// Standing says of one month where its money stands, in plain words, when it is to be there by the programme's calendar, and what is missing and with
// whom. It is worked out from what the register, statements and runs say at the moment; nothing of it is kept:
//
//	REGISTER   hours are not certified yet, so nothing is owed yet; or a month without any pays a grant by its receipt, which is missing
//	DUE        the statement waits for the next run
//	BLOCKED    the last run could not take it
//	RETURNED   it was sent, and came back
//	CONTESTED  what is not paid yet waits for the answer to a contest
//	HELD       the payments office holds it back
//	IN_RUN     a run has taken it up
//	SENT       the bank, or the accounting office, has it
//	PAID       it is there, all of it
//	OVERPAID   more was paid than is owed; the next months offset it
//	NOTHING    nothing is owed
//
// Where several payers owe the month, or arrears are added to what was paid, the one that is least far decides.
//
// A call is noted with who called and what was said (NoteCall), sealed under the person's key, and is only ever added.
package inquiry
