// Package attendance is the register: which hours a participant was there, in whatever activity.
//
// An entry is one civil day of Europe/Rome, from and to; what is entered past midnight is made two entries, each of its own day,
// whose second id follows from the first. Its length is the time that passed:
// when clocks go forward an hour less than they show, when they go back an hour more; a time that comes twice is the first of the two, and one that no clock shows is refused. Rows are versions and are only added: a correction is a new row that
// replaces the old one, and both stay. What changes on a row is its standing:
//
//	COUNTED    counts towards hours and allowance. Two counted entries of one person never overlap, whatever the activity and whoever
//	           wrote them: an exclusion constraint in the database holds it.
//	CONTESTED  is in conflict with others or with the rules of its day, which its conflicts name. It is kept, counts for nothing, and is
//	           resolved by one act with a reason.
//	REPLACED   a correction took its place, or of planned hours what was told of them. Final.
//	WITHDRAWN  taken back. Final.
//
// A phone may send the same batch again after days without network: the client's id names the entry, and the same id with the same
// content is one entry. Each item of a batch gets its own answer; good ones are written whatever the others are. What no day could make
// right is refused (a day that has not come, an end before the start, an unknown enrolment, a register that was attested); everything
// else is kept.
//
// An entry is judged by the day of which it speaks: by the enrolment, the internship's state and the policy of that day. Its conflicts
// with others do not depend on the order of arrival (settle): hours that two entries claim count in neither, and what goes beyond a limit is what
// is latest in its day, week or month. They are worked out anew for whole weeks of a person whenever one of his entries changes, and where a rule limits the
// hours of a month from the beginning of that on, as far as one thing leads to another (reach); under a lock on the
// person. What an act has let count is settled and yields to nothing.
//
// Who follows a person now writes for all of his days. Whoever did so before delivers for the days of his own term, for as long as the policy
// says; what he delivers is LATE until his successor confirms it, and he learns no more than that it was written.
//
// The month of an enrolment opens with its first entry and is taken on by acts, each kept as a step with the hash of what it certified:
//
//	OPEN                entries are made and corrected
//	SUBMITTED           closed: what comes now is contested, and counts once the month was opened again and an act resolves it
//	HOST_CERTIFIED      by the company, or by the promoter in the place of one that was silent for the days of the policy
//	PROMOTER_CERTIFIED  by the promoter
//	LOCKED              final: from then on adjustments only, each with a reason
//
// Until the lock a month can be opened again; who certified before does so anew. A certification is refused where the counted entries are not
// those whose hash was submitted. Days of presence are counted beside minutes, since insurance is paid by them (INAIL):
// those with the minutes of the policy at the least, by the rule in force on the month's first day. What a
// month waits for is due of whoever's turn it is (FollowMonths), from its last day on; so is a contested entry, from the day on which it became one (FollowEntries).
//
// Who has no account signs, too (month_signature): he is asked by who accompanies the person, and comes by a link in a letter or message, or a code that is sent or shown to
// him. Whoever brings the secret acts as that signature, an actor without a grant, who sees no row and may sign one content of one month, once, in
// the browser that opened it first, before the secret runs out. Of secrets keyed marks are kept. A host's signature certifies the month, the
// others stand beside it: no pay hangs on them. What was signed on paper is brought as a file, of the month and the content that the code on it names, and
// counts once somebody else has confirmed it.
//
// The paper of an absence is for some days of a person, whatever entries stand on them. That it is there whoever reads absences sees; its file is of the
// class health, and not for who has brought it. One that was a mistake is withdrawn and stays, with who took it back and which mistake it was; its file is
// destroyed by the database in the same moment, and so is a signed paper that is revoked.
//
// A phone takes along what it needs for some days without network (tutorDays). A tutor from whom nothing comes meanwhile, though hours of a timetable are
// unwritten, is due to be asked by whoever coordinates (TellSilence), until something comes (Heard).
//
// The calendar knows days on which nobody is expected: holidays, which the programme's file dates one by one, patrons' days in the municipality of a site, and
// closures of a host, told by who accompanies its interns (RecordClosure). One that was a mistake is withdrawn and stays.
//
// Presence that nobody expects, on a closed day or outside the internship's timetable by more than a tolerance, passes with a reason, which is asked for once:
// when it is entered, or when the month is submitted where the day was closed since. A timetable that passes the limits of its person is refused
// before anybody signs it (TimetableGate).
//
// An absence that is paid is of planned hours alone: it is refused otherwise, and contested as UNPLANNED where rules that come later pay it (FollowRules).
//
// Limits (minutes a day, a week and a calendar month, younger than a given age or not, night hours and breaks of minors; a programme may say NONE of the
// month) come from the policy in force on the entry's day. Totals are of the person over all activities and partners; a warning that rests on them names
// nobody.
package attendance
