// Package placement is the inclusion internship (tirocinio di inclusione sociale, DGR 620/2020): from the draft to the attestation.
//
// A placement joins one participation and one seat of an opening, under a promoter, with a tutor on each side. It is prepared
// (DRAFT), agreed under a convention (MATCHED), its individual project is signed (PFI_SIGNED), the mandatory communication UNILAV
// is accepted (COMMUNICATED), it runs (RUNNING, SUSPENDED), it ends (ENDED, or INTERRUPTED before its time) and is attested
// (ATTESTED). Before the communication it is given up by CANCELLED, after it and before the start by ANNULLED: what was sent
// outside is never silently undone.
//
// While it runs or stands still it may be extended (proroga): an addendum that all parties have signed on the last day so far at the latest makes a new
// version of the individual project, with a later last day, and leaves the state as it is. What was agreed is never changed. It is communicated once,
// within its term, whatever becomes of the internship meanwhile, or lapses when that is broken off before the extension begins; there is no next one before.
//
// Transitions is the one table of states. It drives the acts, the allowed acts with their refusals, labels, hints and clocks.
//
// Invariants: one living internship for a person, whoever follows it; never more living internships than seats of the opening;
// interns that count at a site never above the host quota of the policy, also on days that an extension adds; a host sees the placement, its steps and the intern
// card, never the participation, a reason, a group or a partner other than the promoter. The act that fills a seat locks the
// person, the opening and the site, in that order, so that two of them never both take the last one.
//
// Units: days are civil days in Europe/Rome, lengths are minutes. Every limit is a value of the programme's policy.
package placement
