// Package matching suggests people for openings, with reasons, and keeps what people decide about the suggestions.
//
// Judge is pure: facts of a person, facts of an opening and the policy's weights give hard blocks and a score of 0 to 100 with its
// reasons. Refresh judges every pair in scope and keeps, for each participation that waits for an internship, the best unblocked
// openings (policy matching.kept) and a few blocked near misses that show what stands in the way.
//
// A match is SUGGESTED by the rules, PROPOSED to person, tutor and company, ACCEPTED or DECLINED by them, and PLACED once an
// internship is drafted from it. A suggestion that nobody has touched disappears when it no longer fits; a match that was
// proposed, accepted or declined is a decision of people, is never deleted, and at most becomes WITHDRAWN.
//
// What a company may read (CompanyText) is made from the opening's own requirements and offers and from nothing else of the
// person than which of them he meets: two persons who differ in group, partner, service or day of referral give the same bytes.
//
// Matches follow the audience of their participation. The feed matchingUpdates tells one event for each match that changed.
package matching
