// Package allowance works out what a participant is owed for a month, and shows why.
//
// An allowance is one participation's month. Accrue is the whole rule, and pure: it takes the month's hours by enrolment with the rules of the
// policy, and gives the total with its working line by line. Amounts are whole cents, hours are minutes of presence that count. Hours are paid by
// the version of the policy in force on their day, rounded once for each enrolment and rate; so are absences for the reasons that it pays, on a
// line of their own. What is of the whole month follows the version in force on the month's last day: the method, a monthly sum, the one cap over
// all activities together (2024 call, D.D. 12541), which kinds of activity are served first where the cap cuts (allowance.absorption; within a kind
// the one that began first), who pays and what is withheld. What is cut is cut off one enrolment after the other, so that every euro belongs to
// one, and through it to a payer and a budget line. A monthly sum is spread over the enrolments by their minutes.
//
// What was granted towards living on one's own (package housing) comes on top of the cap, on a line of its own, bounded by the grant, the month's receipt and
// what is left of the ceiling over all months. A month without any hours pays it, too, once its register should have been certified, where the rules
// ask for no presence.
//
// Why somebody was absent is kept out of statements: they hold the minutes that the policy pays, and no reason.
//
// Invariants: the lines add up to the total, and so do those of an enrolment to what it gets; the hours come to no more than the cap; within one version more minutes
// never mean less money; the order of the activities changes no sum; entries that are contested earn nothing, and a line says so.
//
// There are two of a month:
//
//	allowance   follows the register as it stands, "so far"; it has no state of its own. Working out again what has not changed writes and
//	            tells nothing.
//	statement   is issued once every month of the register in which the person has hours is locked, from what was certified and put right
//	            since. It never changes. When it would come to anything else, by an adjustment or a correction of the rules, the next one is
//	            issued; the last one is in force. It keeps its inputs and the engine that worked it out, and a hash over all that it
//	            says, which the journal has, too. Engines that have made statements stay: Replay works out everything again.
//
// A new version of the rules needs no act on any month: FollowRules works out again all that it touches, and Foresee says beforehand what that comes to.
//
// The cap of a month, the ceiling of grants and a granted month are one human's, whichever of his records they stand on: in one programme the record that
// was referred first goes first. Months of records that are merged, or split again, are worked out anew.
//
// Nobody waits for another: who cannot be worked out by what was to be worked out again is left out, kept with the cause, due to the lead body
// (StuckClocks), and tried again whenever something of him changes, and daily (WorkOutStuck).
//
// A statement is owed by shares: one for each payer and budget line, which add up to it. A payer that owes nothing any more has a share of nothing.
// What it adds to the shares of the one before is booked as accrued on the budget lines.
//
// An internship that is agreed commits what it may still cost on the line of who would pay it (FollowCommitments): for each of its months what the
// same working out comes to for its weekly hours, less the days on which it stands still. So does a grant, for what its months may still pay. What commits more than the line has left is refused, or
// needs to be acknowledged, by the rule budget.beyond_line. The statement of a month takes the place of what was committed for it; months before
// of which there is no register, and all months of an internship that is attested or given up, commit nothing any more. Afford answers beforehand.
//
// A statement may be contested by the person or for him; one contest of a month waits at a time. It says how much of the sum is not to be paid
// before the answer (nothing where it should be more), and is answered by somebody else:
//
//	CONTESTED   waits, with a clock
//	UPHELD      was right: an adjustment or a correction of the rules makes the next statement, for which a clock runs until then, or until it is contested again
//	REJECTED    was not
//
// Explain says a month in plain words for who is paid, ExplainShort in one message of a phone, the lines for who controls it. EXAMPLE.md works one
// out by hand; a test holds it against the program.
//
// Compute is the act; React calls it for the months that changed attendance touches, and for those that are locked or put right.
package allowance
