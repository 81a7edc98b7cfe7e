// Package housing gives a contribution to living on one's own, beside the participation allowance and its cap.
//
// The programme's notice allows one "in presenza di requisiti specifici"; who gets it, how much, for how long and by which proofs stands in the policy
// (allowance.housing). A grant is of one participation, for some months, of so much a month at most:
//
//	REQUESTED  with a condition that somebody attests and the papers that the policy asks for; one at a time waits, with a clock
//	GRANTED    by a second person; its months are committed on the budget line that the routes of payments give for HOUSING
//	REFUSED    by a second person, with a reason
//	WITHDRAWN  from a month on, with a reason; what was paid of later months comes back as all that was paid too much
//	ENDED      its months are over: of a granted one, by the calendar alone
//
// A month is given for once, also where two records turn out to be one person's: by the grant that was answered first. All months of a person that
// follow a version of the rules or an earlier one stay below its ceiling; what was paid by an earlier one stands. Where the policy asks for receipts, a
// month pays what the last one of it shows, and nothing before there is one; that is due from who follows the case. What a month comes to is worked out
// with its allowance (package allowance), which reads grants and receipts.
//
// Which condition it is, and what proves it, may reveal why somebody is fragile: both are sealed and of the class restricted, so are the papers. What money
// shows of it is a neutral line; news, journal, notices and payments name neither.
package housing
