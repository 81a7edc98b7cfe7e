// Package attendance is the register: which hours a participant was there, in whatever activity.
//
// An entry is one civil day of Europe/Rome, from and to, in minutes. Rows are versions and are only added: a correction is a new row that
// replaces the old one, and both stay. What changes on a row is its standing:
//
//	COUNTED    counts towards hours and allowance. Two counted entries of one person never overlap, whatever the activity and whoever
//	           wrote them: an exclusion constraint in the database holds it.
//	CONTESTED  overlaps a counted entry. It is kept, counts for nothing, and is resolved by one act.
//	REPLACED   a correction took its place. Final.
//	WITHDRAWN  taken back. Final.
//
// A phone may send the same batch again after days without network: the client's id names the entry, and the same id with the same
// content is one entry. Each item of a batch gets its own answer; good ones are written whatever the others are.
//
// Limits (minutes a day and a week, younger than a given age or not, night hours of minors) come from the policy in force on the entry's
// day. Totals are of the person over all activities and partners; a refusal that rests on them names nobody.
package attendance
