// Package placement is the inclusion internship (tirocinio di inclusione sociale, DGR 620/2020): from the draft to the attestation.
//
// A placement joins one participation and one seat of an opening, under a promoter, with a tutor on each side. It is prepared
// (DRAFT), agreed under a convention (MATCHED), its individual project is signed (PFI_SIGNED), the mandatory communication UNILAV
// is accepted (COMMUNICATED), it runs (RUNNING, SUSPENDED), it ends (ENDED, or INTERRUPTED before its time) and is attested
// (ATTESTED). Before the communication it is given up by CANCELLED, after it and before the start by ANNULLED: what was sent
// outside is never silently undone.
//
// Transitions is the one table of states. It drives the acts, the allowed acts with their refusals, labels, hints and clocks.
//
// Invariants: one living internship for a person, whoever follows it; never more living internships than seats of the opening;
// interns that count at a site never above the host quota of the policy; a host sees the placement, its steps and the intern
// card, never the participation, a reason, a group or a partner other than the promoter. The act that fills a seat locks the
// person, the opening and the site, in that order, so that two of them never both take the last one.
//
// Units: days are civil days in Europe/Rome, lengths are minutes. Every limit is a value of the programme's policy.
package placement
