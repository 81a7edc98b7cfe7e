// Package activity holds what hours are owed, where and when: courses, laboratories and internships, and who is enrolled in them.
//
// Everything that fills the one register is an activity. Courses and laboratories are planned one by one; a promoter's internships
// are together one activity without seats (InternshipActivity), in which each internship is an enrolment of its own with the company
// that hosts it, its own days and its own minutes.
//
// Every partner of the programme sees its activities. An enrolment carries the audience of its participation, and that of an
// internship the company too. Seats are counted over everybody's people while the activity's row is locked, so two enrolments never
// take the last seat at once.
//
// States of an enrolment:
//
//	ENROLLED   takes part
//	SUSPENDED  stopped for a while; only internships are
//	COMPLETED  final; gives the activity's certificate from that day on
//	WITHDRAWN  final; the seat is free again
//
// Courses and laboratories move by the acts here. Internships move with their placement, by SetState and Reschedule in the acts of
// that room. Minutes are of presence; days are civil days of Europe/Rome, first and last included.
package activity
